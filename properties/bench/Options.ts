/** Options: the numbers that a measurement is told on its command line, as `--minutes 2`. */

/** A number that is told, or what it is otherwise. A text that is none ends the program with 2, before anything is begun. */
export const number = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  if (at < 0) return otherwise
  const text = process.argv[at + 1]
  if (text !== undefined && /^[0-9]+(?:\.[0-9]+)?$/.test(text)) return Number(text)
  console.error(`--${name}: expected a number, found ${text === undefined ? "nothing" : JSON.stringify(text)}`)
  process.exit(2)
}
