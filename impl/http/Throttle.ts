/** Throttle: how often one party may ask. A bucket of tokens for each, which fills again in time. */

/** How often a party may ask. */
export interface Limit {
  /** Requests a second, in the long run. */
  readonly perSecond: number
  /** Requests at once, after a pause. */
  readonly burst: number
}

/** Takes a token of a party's at an instant, in seconds: 0, or for how many seconds there is none. */
export type Throttle = (party: string, now: number) => number

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** More parties than this at once are not told apart for long: the one that has not asked for longest is forgotten. */
const mostParties = 10_000

/** Makes a throttle. What it remembers is bounded. */
export const make = ({ burst, perSecond }: Limit): Throttle => {
  const buckets = new Map<string, Bucket>()
  return (party, now) => {
    const { at, tokens } = buckets.get(party) ?? { tokens: burst, at: now }
    // A clock that goes back fills nothing.
    const filled = Math.min(burst, tokens + Math.max(0, now - at) * perSecond)
    // Written anew, the party is the last in the order of the map.
    buckets.delete(party)
    buckets.set(party, { tokens: filled >= 1 ? filled - 1 : filled, at: now })
    if (buckets.size > mostParties) buckets.delete(buckets.keys().next().value!)
    return filled >= 1 ? 0 : (1 - filled) / perSecond
  }
}
