/**
 * Wrong answers to step-up are counted as the steps say (STP-7): passwords over the network and by message, and responses to
 * challenges, in any order, over days, at two nodes, one after the other and at once. The model gives none, so that here the
 * step alone says what each comes to. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Challenge } from "../../impl/credentials/Credentials.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { OrderRecord } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import type { Node } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { Faults } from "../planted/Planted.ts"
import { parameters, seed } from "../suites/Harness.ts"
import * as Cast from "./Cast.ts"
import * as Deployment from "./Deployment.ts"
import { alipay, keyed, scenario, smsOcra, smsPassword, unionpay, wechat } from "./Fixtures.ts"
import * as ProviderDriver from "./ProviderDriver.ts"

const schemes = [alipay, wechat, unionpay, keyed, smsPassword, smsOcra] as const

// ---------------------------------------------------------------------------------------------------------------------
// What is done
// ---------------------------------------------------------------------------------------------------------------------

/** An answer for one of the orders so far, or the password of the account for something else. */
interface Answer {
  readonly to: number
  readonly isRight: boolean
  readonly node: Node
  readonly isForOrder: boolean
}

type Command =
  | { readonly _tag: "Open" }
  | { readonly _tag: "Wait"; readonly until: "a step on" | "midnight" | "the next day" }
  /** One answer, or several at once. */
  | { readonly _tag: "Give"; readonly answers: ReadonlyArray<Answer> }

const answers: fc.Arbitrary<Answer> = fc.record({
  to: fc.nat({ max: 3 }),
  isRight: fc.nat({ max: 4 }).map((drawn) => drawn === 0),
  node: fc.constantFrom(0, 1),
  isForOrder: fc.nat({ max: 3 }).map((drawn) => drawn > 0)
})

const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Command>({ _tag: "Open" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("Wait"),
      until: fc.constantFrom("a step on", "midnight", "the next day")
    })
  },
  { weight: 24, arbitrary: answers.map((answer): Command => ({ _tag: "Give", answers: [answer] })) },
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("Give"),
      answers: fc.array(answers, { minLength: 2, maxLength: 6 })
    })
  }
)

const scripts = fc.array(commands, { minLength: 30, maxLength: 60 })

// ---------------------------------------------------------------------------------------------------------------------
// What the implementation makes of it
// ---------------------------------------------------------------------------------------------------------------------

/** What the implementation is built with. */
interface Made {
  readonly rules?: (scheme: Scheme) => Rules.Rules
  readonly fault?: Faults.LedgerFault
}

const merchant = "merchant-0"
const wrong = Redacted.make("0000")
const passwordOf = ({ isRight }: Answer) => (isRight ? Fixtures.password : wrong)

const named = <A extends string>(
  result: Result.Result<A, { readonly _tag: string; readonly exhausted?: boolean }>
): string => (Result.isSuccess(result) ? result.success : result.failure.exhausted === true ? "EXHAUSTED" : "WRONG")

/** Opens an order over the limit, if the phone has a code left and the account room. */
const open = Effect.fnUntraced(function* (cast: Cast.Cast, order: string) {
  const shown = yield* Effect.result(cast.phones[0]!.wallet.show())
  if (Result.isFailure(shown)) return
  const { code } = shown.success
  const amount = cast.rules.scheme.limit.payment + 1
  const request = { merchant, terminal: Cast.terminal, order, code, amount }
  yield* Effect.orDie(cast.deployment.provider(0).verification.pay(request))
})

/** The text of an answer by short message; undefined where there is no challenge to answer. */
const textOf = Effect.fnUntraced(function* (cast: Cast.Cast, answer: Answer) {
  if (StepUp.isPasswordMessaged(cast.rules)) return Challenge.password(passwordOf(answer))
  const texts = yield* cast.deployment.inbox(Cast.telephoneOf(cast, 0))
  const challenge = texts.find((text) => Result.getOrThrow(Challenge.read(text)).order === `order-${answer.to}`)
  const { wallet } = cast.phones[0]!
  return challenge && (yield* Effect.orDie(wallet.answer(challenge, () => true, answer.isRight ? Fixtures.pin : wrong)))
})

/** What an answer comes to; undefined where there is nothing to answer. */
const given = Effect.fnUntraced(function* (cast: Cast.Cast, answer: Answer): Effect.fn.Return<string | undefined> {
  const { stepUp } = cast.deployment.provider(answer.node)
  const { account } = cast.phones[0]!
  const password = passwordOf(answer)
  if (!answer.isForOrder) {
    return named(yield* Effect.result(Effect.as(stepUp.owns(account, password), "OWNER")))
  }
  if (!StepUp.isByMessage(cast.rules)) {
    const approval = { account, merchant, order: `order-${answer.to}`, password }
    return named(yield* Effect.result(stepUp.authenticate(approval)))
  }
  const text = yield* textOf(cast, answer)
  if (text === undefined) return undefined
  const at = Cast.clockOf(cast, answer.node)
  const received = yield* Effect.orDie(stepUp.receive({ from: Cast.telephoneOf(cast, 0), text, at }))
  return received?.answer ?? "SILENCE"
})

// ---------------------------------------------------------------------------------------------------------------------
// What the step makes of it
// ---------------------------------------------------------------------------------------------------------------------

/** What an answer comes to by the step, for a record, after so many wrong ones; and whether it is one more. */
const verdict = (
  rules: Rules.Rules,
  record: OrderRecord | undefined,
  { isForOrder, isRight }: Answer,
  wrong: number
): { readonly says: string; readonly counts: boolean } => {
  const isTaken = StepUp.takesAnswer(rules, wrong)
  const counts = isTaken && !isRight
  if (isForOrder && StepUp.isChallenged(rules)) {
    return { says: StepUp.authenticate(rules, record, { isForOrder: isRight, wrong }).answer, counts }
  }
  const isSilent = isForOrder && StepUp.isPasswordMessaged(rules)
  if (!isTaken) return { says: isSilent ? "SILENCE" : "EXHAUSTED", counts }
  if (!isRight) return { says: isSilent ? "SILENCE" : "WRONG", counts }
  if (!isForOrder) return { says: "OWNER", counts }
  if (isSilent && record === undefined) return { says: "NOT_OPEN", counts }
  return { says: StepUp.authenticate(rules, record, { isForOrder: true, wrong }).answer, counts }
}

/** The record that an answer is for: of the order that it names, where that is the account's, or of the oldest that waits. */
const recordFor = Effect.fnUntraced(function* (cast: Cast.Cast, opened: number, { to }: Answer) {
  const { orders } = cast.deployment.ledger
  const recordOf = (order: number) => Effect.orDie(orders.order({ merchant, order: `order-${order}` }))
  if (!StepUp.isPasswordMessaged(cast.rules)) {
    const record = yield* recordOf(to)
    // What was refused as nobody's code is nobody's order.
    return record?.payer === cast.phones[0]!.account ? record : undefined
  }
  const open = []
  for (let order = 0; order < opened; order++) {
    const record = yield* recordOf(order)
    if (record?.status === "open") open.push(record)
  }
  return open.toSorted((a, b) => a.at - b.at || (a.order < b.order ? -1 : 1))[0]
})

// ---------------------------------------------------------------------------------------------------------------------
// Both
// ---------------------------------------------------------------------------------------------------------------------

/** What a run has seen: how many wrong answers there were on each day, and what happened at least once. */
interface Run {
  readonly cast: Cast.Cast
  readonly rules: Rules.Rules
  readonly wrong: Map<number, number>
  readonly met: (what: string) => void
  opened: number
}

const dayAt = ({ cast, rules }: Run, node: Node): number => Time.dayAt(rules.scheme, Cast.clockOf(cast, node))

/** Gives one answer, and says what is not as the step says; empty where it is. */
const giveOne = Effect.fnUntraced(function* (run: Run, answer: Answer) {
  const { cast, met, rules, wrong } = run
  const day = dayAt(run, answer.node)
  const before = wrong.get(day) ?? 0
  const record = yield* recordFor(cast, run.opened, answer)
  const found = yield* given(cast, answer)
  if (found === undefined) return ""
  const { counts, says } = verdict(rules, record, answer, before)
  if (counts) wrong.set(day, before + 1)
  const limit = rules.scheme.stepUp.attempts! - before
  if (answer.isRight && limit === 0) met("a right one at the limit")
  if (answer.isRight && limit === 1) met("a right one beside it")
  if (found === "PAID") met("paid")
  if (dayAt(run, 0) !== dayAt(run, 1)) met("two days")
  return found === says ? "" : `${JSON.stringify(answer)} after ${before} wrong ones: expected ${says}, found ${found}`
})

/**
 * Gives several at once, and says what no order of them explains; empty where there is nothing. A right one counts as wrong
 * until it is looked at.
 */
const giveMany = Effect.fnUntraced(function* (run: Run, answers: ReadonlyArray<Answer>) {
  const { cast, met, rules, wrong } = run
  const records = yield* Effect.forEach(answers, (answer) => recordFor(cast, run.opened, answer))
  const found = yield* Effect.forEach(answers, (answer) => given(cast, answer), { concurrency: "unbounded" })
  const days = answers.map(({ node }) => dayAt(run, node))
  for (const [at, answer] of answers.entries()) {
    const before = wrong.get(days[at]!) ?? 0
    const record = records[at]
    const others = answers.length - 1
    const wasPaid = record && { ...record, status: "paid" as const }
    const possible = Array.from({ length: others + 1 }, (_, more) =>
      [record, wasPaid].map((known) => verdict(rules, known, answer, before + more).says)
    ).flat()
    // A password by message that finds its order paid is taken for the next.
    const isNext = StepUp.isPasswordMessaged(rules) && found[at] === "PAID"
    if (found[at] !== undefined && !possible.includes(found[at]) && !isNext) {
      return `${JSON.stringify(answer)} at once with ${others} others: expected one of ${possible}, found ${found[at]}`
    }
  }
  for (const day of new Set(days)) {
    const before = wrong.get(day) ?? 0
    const looked = found.filter((says, at) => days[at] === day && (says === "WRONG" || says === "ANSWER_WRONG")).length
    if (looked > 0 && !StepUp.takesAnswer(rules, before + looked - 1)) {
      return `at once: expected no more wrong answers after ${before}, found ${looked}`
    }
    if (looked > 0 && !StepUp.takesAnswer(rules, before + looked)) met("the limit at once")
    wrong.set(day, before + looked)
  }
  return ""
})

/** Where nobody is told whether a password by message was wrong, several at once are all for something else. */
const told = (rules: Rules.Rules, answers: ReadonlyArray<Answer>): ReadonlyArray<Answer> =>
  StepUp.isPasswordMessaged(rules) && answers.length > 1
    ? answers.map((answer) => ({ ...answer, isForOrder: false }))
    : answers

const secondsTo = ({ cast, rules }: Run, until: Extract<Command, { readonly _tag: "Wait" }>["until"]): number => {
  const { scheme } = rules
  const midnight = Time.startOfDay(scheme, Time.dayAt(scheme, cast.time.now) + 1)
  return until === "a step on" ? scheme.clock.step : midnight - cast.time.now - (until === "midnight" ? 1 : 0)
}

const played = Effect.fnUntraced(function* (
  scheme: Scheme,
  script: ReadonlyArray<Command>,
  met: (what: string) => void,
  { fault, rules: rulesOf = Rules.strict }: Made
) {
  const rules = Rules.strict(scheme)
  const { world } = scenario(rules, { amounts: [1] }, [])
  const options = { nodes: Deployment.twoNodes.nodes, turns: "answers", ...(fault && { fault }) }
  const cast = yield* Cast.make(world, { rules: rulesOf(scheme), site: Deployment.inProcess(options) })
  const run: Run = { cast, rules, wrong: new Map(), met, opened: 0 }
  for (const command of [{ _tag: "Open" } as const, ...script]) {
    switch (command._tag) {
      case "Open":
        yield* ProviderDriver.advance(cast, { _tag: "Advance", seconds: scheme.clock.step })
        yield* open(cast, `order-${run.opened++}`)
        break
      case "Wait":
        yield* ProviderDriver.advance(cast, { _tag: "Advance", seconds: secondsTo(run, command.until) })
        break
      case "Give": {
        const [one, ...others] = told(rules, command.answers)
        const problem = yield* others.length === 0 ? giveOne(run, one!) : giveMany(run, [one!, ...others])
        if (problem !== "") return problem
      }
    }
  }
  return ""
})

/** The first thing that is not as the step says, in some runs; empty where there is none. */
const unlike = async (scheme: Scheme, numRuns: number, made: Made = {}, met: (what: string) => void = () => {}) => {
  let problem = ""
  const alike = fc.asyncProperty(scripts, async (script) => {
    problem = await Effect.runPromise(Effect.scoped(played(scheme, script, met, made)))
    return problem === ""
  })
  const { errorInstance, failed } = await fc.check(alike, { ...parameters(numRuns), endOnFailure: true })
  if (failed && problem === "") throw new Error("a run could not be played", { cause: errorInstance })
  return problem
}

describe(`wrong answers, seed ${seed}`, () => {
  it.each(schemes)("are counted and refused in $scheme as the step says, and none besides", async (scheme) => {
    const met = new Set<string>()
    expect(await unlike(scheme, 25, {}, (what) => met.add(what))).toBe("")
    const every = ["a right one at the limit", "a right one beside it", "the limit at once", "paid", "two days"]
    expect(every.filter((what) => !met.has(what))).toEqual([])
  })

  const otherAttempts =
    (more: number) =>
    (scheme: Scheme): Rules.Rules =>
      Rules.strict({ ...scheme, stepUp: { ...scheme.stepUp, attempts: scheme.stepUp.attempts! + more } })

  const keeps: Faults.LedgerFault = ({ accounts }) => ({
    accounts: { ...accounts, forgivePassword: () => Effect.void }
  })
  const countsLate: Faults.LedgerFault = ({ accounts }, { turns }) => ({
    accounts: {
      ...accounts,
      countPassword: (account, day, mayAnswer) =>
        Effect.gen(function* () {
          let before = 0
          yield* accounts.countPassword(account, day, (wrong) => {
            before = wrong
            return false
          })
          yield* turns
          return mayAnswer(before) ? yield* accounts.countPassword(account, day, () => true) : undefined
        })
    }
  })
  const anyDay: Faults.LedgerFault = ({ accounts }) => ({
    accounts: {
      ...accounts,
      countPassword: (account, _day, mayAnswer) => accounts.countPassword(account, 0, mayAnswer),
      forgivePassword: (account) => accounts.forgivePassword(account, 0)
    }
  })

  const faults: ReadonlyArray<Made & { readonly says: string }> = [
    {
      says: "none is counted",
      rules: (scheme) => Rules.without(Rules.strict(scheme), { clause: "STP-7", mutant: "not counted" })
    },
    { says: "one more is looked at", rules: otherAttempts(1) },
    { says: "one less is looked at", rules: otherAttempts(-1) },
    { says: "a right one stays counted", fault: keeps },
    { says: "those that come at once are counted when they were let", fault: countsLate },
    { says: "a day begins with those of the last", fault: anyDay }
  ]
  const rows = faults.flatMap((fault) => [alipay, smsPassword, smsOcra].map((scheme) => ({ ...fault, scheme })))

  it.each(rows)("are found to be counted otherwise in $scheme.scheme where $says", async ({ scheme, ...made }) => {
    expect(await unlike(scheme, 100, made)).not.toBe("")
  })
})
