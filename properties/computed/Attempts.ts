/**
 * Attempts: how many guesses a provider looks at. A wrong code is counted by its terminal and its merchant (VER-29). A merchant
 * names its terminals as it likes, so that those of the adversary's own merchant are looked at until the merchant is throttled: on
 * each provider day, which all nodes count together. In a shorter time, or where nothing counts by merchant, it is limited by
 * how often it may ask at all (`spec/Throttles.ts`), at each node by itself. Honest merchants name a terminal always alike.
 */
import { mutantOf, type Rules } from "../../model/Rules.ts"
import { Verification } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { adversary } from "../../spec/Policy.ts"
import { requestLimits } from "../../spec/Throttles.ts"

/** Requests that one merchant gets answered within so many seconds, at all nodes, after a pause. */
export const requests = (seconds: number): number => {
  const { burst, perSecond } = requestLimits.key
  return adversary.nodes.value * (burst + perSecond * seconds)
}

/** Whether wrong codes are counted at all (VER-29). */
const isCounted = (rules: Rules): boolean => mutantOf(rules, "VER-29") !== "none"

/**
 * Guesses of the adversary's own merchant within so many seconds of one day. A time that is cut by midnight is of two days, but
 * what is captured is captured on one of them.
 */
const ofOwnMerchant = (rules: Rules, seconds: number): number =>
  Math.min(requests(seconds), Verification.perMerchantDay(rules))

/** Guesses at the tills of honest merchants within so many seconds of one day: where nothing counts them, as many as their merchants may ask. */
export const atHonestTills = (rules: Rules, seconds: number): number => {
  const { adversary, throttle } = rules.scheme
  const most = requests(seconds)
  return adversary.terminals * (isCounted(rules) ? Math.min(throttle.perTerminalDay, most) : most)
}

/** Guesses within so many seconds of one day, at anybody, from the adversary's own merchant and at honest tills. */
export const within = (rules: Rules, seconds: number): number =>
  adversary.merchants.value * ofOwnMerchant(rules, seconds) + atHonestTills(rules, seconds)

/** Guesses of a day at anybody. */
export const aDay = (rules: Rules): number => within(rules, Time.secondsPerDay)

/** The most of them that can be under the alias of one account; infinity where nothing counts them by alias (VER-29). */
export const underAlias = (rules: Rules): number =>
  isCounted(rules) ? (rules.scheme.throttle.perAliasDay ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
