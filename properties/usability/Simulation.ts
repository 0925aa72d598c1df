/**
 * Simulation: honest payments played through the model's steps, one as it is given, or many as a population has them. It
 * is there to be held against what `Usability.ts` sums up.
 */
import * as Result from "effect/Result"
import type { Answer, OrderRecord } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import { Generation, Settlement, StepUp, TokenSource, Verification } from "../../model/steps/Steps.ts"
import * as Distribution from "./Distribution.ts"
import type { Population } from "./Population.ts"

/** One honest payment, in seconds: see the fields of a population. */
export interface Honest {
  /** Where in a step the payer opens the code. */
  readonly place: number
  readonly clock: number
  readonly scan: number
  readonly refreshes: boolean
  readonly delivery: number
  readonly nodeAhead: number
  readonly listAge: number
}

/** An instant at which a step of some length begins. */
const epoch = (step: number): number => step * Math.floor(1_700_000_000 / step)

const riches = Number.MAX_SAFE_INTEGER

/** The position of the code that is scanned, after the phone has refreshed it as often as it has to; none where it has none left. */
const scannedOf = (rules: Rules, start: number, { clock, refreshes, scan }: Honest): number | undefined => {
  for (let at = start, shown = 0; ; shown++) {
    const showing = Generation.show(rules, { shown }, at + clock, 0)
    if (Result.isFailure(showing) || showing.success._tag !== "Made") return undefined
    let age = 0
    while (at + age < start + scan && Generation.isDisplayed(rules, age)) age++
    if (!refreshes || Generation.isDisplayed(rules, age)) return showing.success.position
    at += age
  }
}

/** What the provider decides on when an honest request arrives; `authenticates`: it is one that needs step-up. */
const factsOf = (rules: Rules, positions: ReadonlyArray<number>, authenticates: boolean): Verification.Facts => ({
  record: undefined,
  predates: false,
  wrongCodes: { fromTerminal: 0, fromMerchant: 0, underAlias: 0 },
  payer: 0,
  madeOver: "same",
  candidates: positions.map((position) => ({
    payer: 0,
    matches: [{ position, burned: false }],
    // What is revealed needs step-up, whatever the amount (GEN-6).
    revealed: authenticates,
    pinned: authenticates && StepUp.isInCode(rules),
    last: undefined,
    day: 0,
    standing: { agreement: "live", free: { sum: 0, count: 0 }, all: 0, available: riches, authenticated: false }
  }))
})

/** What the provider answers to an honest request within the limits. */
export const pay = (rules: Rules, honest: Honest): Answer => {
  const { scheme } = rules
  const start = epoch(scheme.clock.step) + honest.place
  const position = scannedOf(rules, start, honest)
  const issuedAt = TokenSource.hasSteps(scheme) ? start : start - honest.listAge
  const now = start + honest.scan + honest.delivery + honest.nodeAhead
  const { from, to } = TokenSource.windowAt(rules, { issuedAt, lostUntil: undefined }, now)
  const positions = position !== undefined && position >= from && position <= to ? [position] : []
  return Verification.decide(rules, factsOf(rules, positions, false), { amount: scheme.limit.payment, code: 0 }, now)
    .answer
}

/** What becomes of a payment that needs step-up, its code accepted, if the payer's answer takes so many seconds to arrive. */
export const stepUp = (rules: Rules, seconds: number): Answer => {
  const amount = rules.scheme.limit.payment
  const { answer } = Verification.decide(rules, factsOf(rules, [0], true), { amount, code: 0 }, 0)
  if (answer !== "OPEN") return answer
  const open: OrderRecord = { status: "open", reason: undefined, amount, payer: 0, code: 0, at: 0, refunded: 0 }
  const { status = "open" } = Settlement.close(rules, open, seconds)
  return StepUp.authenticate(rules, { ...open, status }, { isForOrder: true, wrong: 0 }).answer
}

/** How many of so many payments each were refused: of those within the limits, and of those over them. */
export interface Counted {
  readonly runs: number
  readonly code: number
  readonly stepUp: number
}

/** Numbers that look equally likely anywhere from 0 to less than 1; the same seed gives the same (mulberry32). */
const numbers = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Plays payments of a population: so many within the limits, and as many over them whose code was accepted. */
export const play = (
  rules: Rules,
  population: Population,
  { runs, seed }: { readonly runs: number; readonly seed: number }
): Counted => {
  const { clock } = rules.scheme
  const next = numbers(seed)
  const drawn = (stated: Distribution.Stated): (() => number) => {
    const drawer = Distribution.drawer(Distribution.of(stated))
    return () => drawer(next())
  }
  const draw = {
    clock: drawn(population.clock),
    scan: drawn(population.scan),
    delivery: drawn(population.delivery),
    nodeAhead: drawn(population.nodeAhead),
    listAge: drawn(population.listAge),
    prompt: drawn(population.prompt),
    answering: drawn(population.answering),
    reply: drawn(population.reply),
    messagePrompt: drawn(population.messagePrompt),
    messageAnswering: drawn(population.messageAnswering),
    messageReply: drawn(population.messageReply)
  }
  const answered = StepUp.isByMessage(rules)
    ? () => draw.messagePrompt() + draw.messageAnswering() + draw.messageReply()
    : () => draw.prompt() + draw.answering() + draw.reply()
  const refused = { code: 0, stepUp: 0 }
  for (let run = 0; run < runs; run++) {
    const honest = {
      place: Math.floor(next() * clock.step),
      clock: draw.clock(),
      scan: draw.scan(),
      refreshes: next() >= population.outdated,
      delivery: draw.delivery(),
      nodeAhead: draw.nodeAhead(),
      listAge: draw.listAge()
    }
    if (pay(rules, honest) !== "PAID") refused.code++
    if (stepUp(rules, answered()) !== "PAID") refused.stepUp++
  }
  return { runs, ...refused }
}
