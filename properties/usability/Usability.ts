/**
 * Usability: the probability that an honest payer is refused, for being too late or having a clock that is too far off.
 * It is summed over the distributions of a population, not sampled; `Simulation.ts` plays the same through the model.
 */
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import * as Distribution from "./Distribution.ts"
import type { Population } from "./Population.ts"

export * as Population from "./Population.ts"
export * as PopulationFile from "./PopulationFile.ts"

/** Probabilities that an honest payer is refused. */
export interface RefusedShare {
  /** The code is refused: it is outside of the window or, of a list, the list has expired or come to its end. */
  readonly code: number
  /** The code is accepted for a payment over the limits, and the payer's answer comes after the order was closed. */
  readonly stepUp: number
  /** One or the other, of any payment: code + (1 - code) x overLimits x stepUp. */
  readonly payment: number
}

/** For how many more seconds than none, and no more than a step, something lasts. */
const withinStep = (seconds: number, step: number): number => Math.min(Math.max(0, seconds), step)

/**
 * The probability that a code that is decided `late` seconds after its phone's clock read what it was made for is outside
 * of the window, wherever in its step it was made. Made in second u of step k, it is decided in step k + floor((u + late)
 * / step): too late where that is beyond `past`, too early where it is before `-future`; u is any second of the step.
 */
const outside = ({ clock: { step }, window }: Scheme, late: number): number => {
  const { future, past } = window!
  return (withinStep(late - past * step, step) + withinStep(-future * step - late, step)) / step
}

/**
 * How often honest payers of a population are refused, as a function of the scheme. What does not depend on the scheme, or
 * on nothing of it but `display`, is summed up once.
 */
export const refusals = (population: Population): ((scheme: Scheme) => RefusedShare) => {
  const scan = Distribution.of(population.scan)
  const onTheWay = Distribution.plus(Distribution.of(population.delivery), Distribution.of(population.nodeAhead))
  const but = Distribution.negated(Distribution.of(population.clock))
  const scanned = Distribution.plus(scan, onTheWay)
  const kept = Distribution.plus(scanned, but)
  const listAge = Distribution.tail(Distribution.of(population.listAge))
  const beyondScan = Distribution.tail(scan)
  const answered = (prompt: Distribution.Stated, answering: Distribution.Stated, reply: Distribution.Stated) =>
    Distribution.tail([answering, reply].map(Distribution.of).reduce(Distribution.plus, Distribution.of(prompt)))
  const byNetwork = answered(population.prompt, population.answering, population.reply)
  const byMessage = answered(population.messagePrompt, population.messageAnswering, population.messageReply)
  const { outdated, overLimits } = population

  const lates = new Map<number, Distribution.Distribution>()
  /** How late a code is decided by its phone's clock, where the phone shows a new one after `display` (GEN-3). */
  const late = (display: number): Distribution.Distribution => {
    const known = lates.get(display)
    if (known !== undefined) return known
    const age = Distribution.modulo(scan, display + 1)
    const found = Distribution.plus(Distribution.plus(age, onTheWay), but)
    lates.set(display, found)
    return found
  }

  const ofSeed = (scheme: Scheme): number => {
    const by = (lateness: Distribution.Distribution) =>
      Distribution.expected(lateness, (seconds) => outside(scheme, seconds))
    return (1 - outdated) * by(late(scheme.display)) + outdated * by(kept)
  }

  const ofList = ({ display, token }: Scheme): number => {
    const { batch = 0, validity = 0 } = token
    const expired = (delays: Distribution.Distribution) =>
      Distribution.expected(delays, (seconds) => listAge(validity - seconds))
    // The list has a code for each `display`; whoever waits for longer has none left.
    const end = batch * (display + 1)
    const inTime = beyondScan(end - 1) === 0 ? scanned : Distribution.plus(Distribution.below(scan, end), onTheWay)
    return (1 - outdated) * (beyondScan(end - 1) + expired(inTime)) + outdated * expired(scanned)
  }

  /** What comes with the code is never late; without step-up nothing over the limits is ever paid. */
  const unanswered = (scheme: Scheme): number => {
    const rules = Rules.strict(scheme)
    if (StepUp.isInCode(rules)) return 0
    if (!StepUp.waits(rules)) return 1
    // At `openFor` the order is closed (SET-4).
    return (StepUp.isByMessage(rules) ? byMessage : byNetwork)((scheme.stepUp.openFor ?? 0) - 1)
  }

  return (scheme) => {
    const code = scheme.window === undefined ? ofList(scheme) : ofSeed(scheme)
    const stepUp = unanswered(scheme)
    return { code, stepUp, payment: code + (1 - code) * overLimits * stepUp }
  }
}
