/** Nearest: which of some words somebody may have meant who wrote another. */

/** How many letters must be changed, dropped or added to make one word of another. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

/** The word, of some that there are, that takes the fewest changes. */
export const nearest = (found: string, words: ReadonlyArray<string>): string =>
  words.toSorted((a, b) => distance(a, found) - distance(b, found))[0]!

/** The word that somebody is likely to have meant: the nearest, where at most a third of its letters are others. */
export const near = (found: string, words: ReadonlyArray<string>): string | undefined => {
  const word = nearest(found, words)
  return 3 * distance(word, found) <= word.length ? word : undefined
}
