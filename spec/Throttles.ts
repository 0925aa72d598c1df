/**
 * Throttles: how often one party may ask the reference implementation, which its server is set up with unless it is told
 * otherwise. The scheme's `throttle` counts wrong codes; this is all that counts requests, right or wrong.
 */

/** Requests of one party at one node: so many a second in the long run, and so many at once after a pause. */
export interface RequestLimit {
  readonly perSecond: number
  readonly burst: number
}

/** What a server lets one party ask, by what the party is told apart by. */
export const requestLimits = {
  /** Who signs with a key, such as a merchant. Beyond this many seconds for it, no request is worth its answer. */
  key: { perSecond: 200, burst: 400 },
  /** An address, without a signature: it may be guessing passwords. */
  address: { perSecond: 1, burst: 20 }
} as const satisfies Readonly<Record<string, RequestLimit>>
