/** Front: of pairs of numbers of which less is better, those that nothing beats. */

/** A pair. */
export interface Pair {
  readonly x: number
  readonly y: number
}

/** Whether one pair beats another: in nothing worse, and in something better. */
export const dominates = (a: Pair, b: Pair): boolean => a.x <= b.x && a.y <= b.y && (a.x < b.x || a.y < b.y)

/** For each pair whether no other beats it. Equal pairs do not beat each other. */
export const isOnFront = (pairs: ReadonlyArray<Pair>): ReadonlyArray<boolean> => {
  const order = pairs.map((_, index) => index)
  order.sort((a, b) => pairs[a]!.x - pairs[b]!.x || pairs[a]!.y - pairs[b]!.y)
  const front = pairs.map(() => false)
  // The pair with the least y so far, and of those with that y the least x.
  let best: Pair | undefined
  for (const index of order) {
    const pair = pairs[index]!
    if (best === undefined || pair.y < best.y) best = pair
    front[index] = pair.y === best.y && pair.x === best.x
  }
  return front
}
