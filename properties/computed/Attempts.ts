/**
 * Attempts: how many guesses a provider looks at. A wrong code is counted by its terminal (VER-29), which a merchant names
 * as it likes: under a fresh name every guess of the adversary's own merchant is looked at. What limits that merchant is how often
 * it may ask at all (`spec/Throttles.ts`), at each node by itself. Honest merchants name a terminal always alike.
 */
import { mutantOf, type Rules } from "../../model/Rules.ts"
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

/** Guesses at the tills of honest merchants within so many seconds of one day: where nothing counts them, as many as their merchants may ask. */
export const atHonestTills = (rules: Rules, seconds: number): number => {
  const { adversary, throttle } = rules.scheme
  const most = requests(seconds)
  return adversary.terminals * (isCounted(rules) ? Math.min(throttle.perTerminalDay, most) : most)
}

/** Guesses within so many seconds of one day, at anybody, from the adversary's own merchant and at honest tills. */
export const within = (rules: Rules, seconds: number): number =>
  adversary.merchants.value * requests(seconds) + atHonestTills(rules, seconds)

/** Guesses of a day at anybody. */
export const aDay = (rules: Rules): number => within(rules, Time.secondsPerDay)

/** The most of them that can be under the alias of one account; infinity where nothing counts them by alias (VER-29). */
export const underAlias = (rules: Rules): number =>
  isCounted(rules) ? (rules.scheme.throttle.perAliasDay ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
