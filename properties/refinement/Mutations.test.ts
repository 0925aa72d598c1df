/**
 * The comparison can fail: where one side leaves a clause out and the other does not, a difference is found; and where
 * both leave it out, none. Every lapse of every clause is in the table, or is given with the reason why runs do not show
 * it. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Positions from "../../model/steps/TokenSource.ts"
import type { Action, Node, Of } from "../../model/system/Action.ts"
import * as Time from "../../model/Time.ts"
import type { ClauseId, LapseOf } from "../../spec/Clauses.ts"
import { seed } from "../suites/Stage.ts"
import type * as Cast from "./Cast.ts"
import * as Deployment from "./Deployment.ts"
import {
  alipay,
  asDifferent,
  counterexample,
  hardened,
  keyed,
  madeOver,
  reportOf,
  type ScenarioSetting,
  scenario,
  smsOcra,
  tillQr,
  unionpay,
  wechat
} from "./Fixtures.ts"
import * as Refinement from "./Refinement.ts"

/** A lapse, and the scheme in which it is looked for. */
interface Row extends Rules.Lapse {
  readonly scheme: Scheme
}

const row = <Id extends ClauseId>(clause: Id, lapse: LapseOf<Id>, scheme: Scheme): Row => ({ clause, lapse, scheme })

/** What the implementation decides by the model's decisions, or can be told to leave out. */
const enacted: ReadonlyArray<Row> = [
  row("ENR-1", "unsigned", alipay),
  row("ENR-4", "anybody", alipay),
  row("ENR-6", "one phase", wechat),
  row("ENR-7", "kept", unionpay),
  row("ENR-9", "another", hardened),
  row("ENR-10", "made ahead", alipay),
  row("GEN-4", "counted", alipay),
  row("REL-5", "any notice", wechat),
  row("VER-2", "not compared", alipay),
  row("VER-3", "not compared", alipay),
  row("VER-4", "not compared", unionpay),
  row("VER-7", "endless", hardened),
  row("VER-8", "not kept", wechat),
  row("VER-10", "only success", unionpay),
  row("VER-11", "at enrolment only", alipay),
  row("VER-12", "no limit", alipay),
  row("VER-13", "no limit", alipay),
  row("VER-14", "overdraft", unionpay),
  row("VER-15", "one less", unionpay),
  row("VER-15", "everything", hardened),
  row("VER-23", "no limit", wechat),
  row("VER-24", "no limit", hardened),
  row("VER-26", "the phone's", alipay),
  row("VER-28", "used set only", hardened),
  row("SET-1", "no tombstone", unionpay),
  row("SET-2", "forgotten", alipay),
  row("VER-32", "left out", tillQr),
  row("STP-2", "any order", smsOcra),
  row("SET-3", "from the clock", keyed),
  row("SET-4", "no timer", wechat),
  row("SET-5", "late password", keyed),
  row("VER-29", "none", alipay)
]

/** What it can be told to leave out as well; but the model keeps books then that no provider could keep. */
const enactedAlone: ReadonlyArray<Row> = [
  // A till that settles alone has no account to debit.
  row("REL-1", "offline", alipay),
  // An order number that is decided twice has two records.
  row("VER-1", "code first", alipay),
  // What is not recorded is known all the same: that the number was used, and what for.
  row("VER-16", "refusals not recorded", alipay),
  row("VER-16", "not recorded", alipay)
]

/** What the implementation has no way to leave out. The model has: then the difference is the model's. */
const built: ReadonlyArray<Row> = [
  row("ENR-2", "shared", alipay),
  row("ENR-5", "shared", alipay),
  row("ENR-11", "survive", keyed),
  row("GEN-1", "asks", alipay),
  row("REL-4", "not scoped", hardened),
  row("VER-5", "any proof", alipay),
  row("VER-17", "trusts the phone", alipay),
  row("VER-19", "in memory", wechat),
  row("VER-21", "answered first", wechat),
  row("VER-27", "any code", alipay),
  row("VER-29", "by account", hardened),
  row("VER-29", "by merchant", wechat),
  row("VER-32", "plain codes", tillQr),
  row("VER-32", "without the name", tillQr),
  row("STP-1", "flag kept", keyed),
  row("SET-6", "not reserved", alipay)
]

/** A row that few random runs would show, with a run that does. */
interface Shown extends Row {
  /** Who leaves the clause out. */
  readonly side: "implementation" | "model"
  readonly setting: ScenarioSetting
  readonly actions: ReadonlyArray<Action>
}

const shown = <Id extends ClauseId>(
  side: Shown["side"],
  clause: Id,
  lapse: LapseOf<Id>,
  scheme: Scheme,
  setting: ScenarioSetting,
  actions: ReadonlyArray<Action>
): Shown => ({ ...row(clause, lapse, scheme), side, setting, actions })

/** The position of the code that a phone shows `later` steps after noon, or as the code of its list that comes then. */
const positionOf = (scheme: Scheme, later: number): number =>
  Positions.hasSteps(scheme) ? Time.stepAt(scheme, Time.startOfDay(scheme, 40) + Time.secondsPerDay / 2) + later : later

const show = (offset = 0, revealed = false): Of<"Show"> => ({ _tag: "Show", phone: 0, till: 1, offset, revealed })
const advance = (seconds: number): Action => ({ _tag: "Advance", seconds })
const payment = (position: number, amount: number, revealed = false, node: Node = 0): Action => ({
  _tag: "Pay",
  order: -1,
  request: { alias: 0, key: { phone: 0, generation: 0, position, revealed }, amount },
  node
})
const reversal: Action = { _tag: "Meddle", order: 0, what: "reversal", number: 0, amount: 0, node: 0 }
const refund: Action = { _tag: "Meddle", order: 0, what: "refund", number: 1, amount: 1, node: 0 }

/** A code shown and paid with at once. */
const paid = (scheme: Scheme, amount: number): ReadonlyArray<Action> => [
  { ...show(), ...madeOver(scheme, 1, amount) },
  payment(positionOf(scheme, 0), amount)
]

/** Of two days: a payment on the first, and on the second its reversal and three payments of the same amount. */
const twoDays = (scheme: Scheme, amount: number): ReadonlyArray<Action> => {
  const day = Time.secondsPerDay / scheme.clock.step
  const more = [0, 1, 2].flatMap((later) => [show(), payment(positionOf(scheme, day + later), amount), advance(30)])
  return [...paid(scheme, amount), advance(Time.secondsPerDay), reversal, ...more.slice(0, -1)]
}

/** Noon until the last second of the day: the node that is ahead has begun the next. */
const toMidnight = advance(Time.secondsPerDay / 2 - 1)

/** What there is to decide at two nodes. */
const atTwoNodes: ScenarioSetting = { amounts: [7], can: ["nodes"] }

const directions: ReadonlyArray<Shown> = [
  ...(["implementation", "model"] as const).map((side) =>
    shown(side, "VER-25", "each node", wechat, atTwoNodes, [
      toMidnight,
      show(),
      payment(0, 7, false, 1),
      show(),
      payment(1, 7)
    ])
  ),
  shown("model", "VER-18", "at the edge", alipay, atTwoNodes, [
    show(),
    payment(positionOf(alipay, 0), 7),
    advance((alipay.window!.past + 1) * alipay.clock.step - 1),
    payment(positionOf(alipay, 0), 7)
  ]),
  shown("implementation", "GEN-6", "ignored", wechat, { amounts: [7] }, [show(0, true), payment(0, 7, true)]),
  shown("implementation", "GEN-6", "ignored", keyed, { amounts: [7] }, [
    show(0, true),
    payment(positionOf(keyed, 0), 7, true)
  ]),
  // What is not burned pays under the number that it was made over; another number has used it up where it is.
  shown("model", "VER-33", "burned", tillQr, { amounts: [7, 8] }, [
    { ...show(), ...madeOver(tillQr, 1, 7) },
    payment(positionOf(tillQr, 0), 8),
    payment(positionOf(tillQr, 0), 7)
  ]),
  shown("implementation", "VER-6", "one step", alipay, { amounts: [7] }, [
    show(),
    advance((alipay.window!.past + 1) * alipay.clock.step),
    payment(positionOf(alipay, 0), 7)
  ]),
  shown("implementation", "VER-6", "one step", wechat, { amounts: [7] }, [
    show(),
    advance(wechat.token.validity! + 1),
    payment(0, 7)
  ]),
  shown("implementation", "VER-7", "one step", alipay, { amounts: [7], offsets: [0, 2 * alipay.clock.step] }, [
    show(2 * alipay.clock.step),
    payment(positionOf(alipay, 2), 7)
  ]),
  ...[alipay, wechat, unionpay, keyed].flatMap((scheme) => {
    const { payment: most } = scheme.limit
    const amounts = [7, most + 1]
    return [
      shown("implementation", "VER-12", "one more", scheme, { amounts }, paid(scheme, most + 1)),
      shown("model", "ENR-8", "cleared", scheme, { amounts }, [
        ...paid(scheme, 7),
        { _tag: "Enroll", phone: 0, heard: false },
        payment(positionOf(scheme, 0), 7)
      ]),
      shown("model", "STP-5", "shorter", scheme, { amounts }, [
        ...paid(scheme, most + 1),
        advance(scheme.stepUp.deliveryAtMost! + scheme.stepUp.answerWithin!),
        { _tag: "Close", order: 0, node: 0 }
      ])
    ]
  }),
  ...[alipay, wechat, unionpay, hardened, tillQr].flatMap((scheme) => {
    const { payment: most } = scheme.limit
    const amounts = [7, most + 1]
    return [
      shown("implementation", "SET-7", "ignored", scheme, { amounts }, [...paid(scheme, 7), refund, refund]),
      shown("implementation", "SET-8", "ignores refunds", scheme, { amounts }, [...paid(scheme, 7), refund, reversal])
    ]
  }),
  shown(
    "model",
    "SET-9",
    "to today",
    alipay,
    { amounts: [alipay.limit.payment] },
    twoDays(alipay, alipay.limit.payment)
  )
]

const coincidences = "digits of two codes hardly ever coincide; the provider's known answers and tests make them"
const races = "the ledger decides one request after the other; the provider's tests race fibers"
const restores = "the ledger is not restored from a backup"
const learns = "it is about what the adversary learns, which is in nobody's books"

/** What no run here shows, and why. */
const silent: ReadonlyArray<Rules.Lapse & { readonly because: string }> = [
  { clause: "GEN-7", lapse: "one key", because: learns },
  { clause: "GEN-8", lapse: "not shown", because: "the run says what the payer confirms" },
  { clause: "REL-2", lapse: "any number", because: "every amount of a run is one; the provider's tests send others" },
  { clause: "REL-6", lapse: "gives up", because: "a till of the implementation has no way to give an order up" },
  { clause: "REL-7", lapse: "rescans", because: "the run says whom tills scan" },
  { clause: "VER-9", lapse: "first free", because: coincidences },
  { clause: "VER-13", lapse: "before the lock", because: races },
  { clause: "VER-20", lapse: "two at once", because: races },
  { clause: "VER-22", lapse: "first match", because: coincidences },
  { clause: "VER-23", lapse: "before the lock", because: races },
  { clause: "VER-30", lapse: "no epoch", because: restores },
  { clause: "VER-30", lapse: "from the snapshot", because: restores },
  { clause: "VER-31", lapse: "refused", because: restores },
  { clause: "STP-3", lapse: "not shown", because: "the run says what the payer confirms" },
  { clause: "STP-4", lapse: "in clear", because: learns },
  { clause: "STP-6", lapse: "in the code", because: learns },
  { clause: "STP-7", lapse: "not counted", because: "nobody in a run guesses at a password; the provider's tests do" }
]

const named = (rows: ReadonlyArray<Rules.Lapse>) => rows.map(({ clause, lapse }) => `${clause} ${lapse}`)

/** More runs than any row needs. */
const enough = 600

it("every lapse of every clause has its place", () => {
  const placed = new Set(named([...enacted, ...enactedAlone, ...built, ...directions, ...silent]))
  expect([...placed].toSorted()).toEqual(named(Rules.allLapses).toSorted())
})

describe(`a difference is found, seed ${seed}`, () => {
  it.each([...enacted, ...enactedAlone])(
    "where the implementation leaves out $clause, $lapse",
    async ({ scheme, ...lapse }) => {
      const strict = Rules.strict(scheme)
      const weak = Rules.without(strict, lapse)
      expect(await counterexample(Refinement.plans(strict), enough, { rulesOf: () => weak })).toBeDefined()
    }
  )

  it.each(directions)(
    "in $scheme.scheme, where the $side leaves out $clause, $lapse, by the last action of a run",
    async ({ actions, clause, lapse, scheme, setting, side }) => {
      const strict = Rules.strict(scheme)
      const weak = Rules.without(strict, { clause, lapse })
      const site = setting.can?.includes("nodes") ? Deployment.twoNodes : Deployment.local
      const run = scenario(side === "model" ? weak : strict, setting, actions)
      const ending = await Refinement.replay(run, { rules: side === "model" ? strict : weak, site })
      expect([ending._tag, ending.run.actions.length]).toEqual(["Different", actions.length])
      // Where nothing is left out it is no difference.
      expect((await Refinement.replay(scenario(strict, setting, actions), { rules: strict, site }))._tag).toBe("Alike")
    }
  )

  const alsoOfModel: ReadonlyArray<ClauseId> = ["ENR-1", "ENR-10", "VER-2", "VER-10", "VER-13", "SET-5"]
  const ofModel = [...enacted.filter(({ clause }) => alsoOfModel.includes(clause)), ...built]
  it.each(ofModel)("where the model leaves out $clause, $lapse", async ({ scheme, ...lapse }) => {
    const strict = Rules.strict(scheme)
    expect(
      await counterexample(Refinement.plans(Rules.without(strict, lapse)), enough, { rulesOf: () => strict })
    ).toBeDefined()
  })
})

describe(`no difference is found, seed ${seed}`, () => {
  // A window that reaches a day ahead has thousands of steps, and every code is looked for in all of them.
  it.each(enacted.filter(({ lapse }) => lapse !== "endless"))(
    "where both leave out $clause, $lapse",
    async ({ scheme, ...lapse }) => {
      const weak = Rules.without(Rules.strict(scheme), lapse)
      expect(await reportOf(await counterexample(Refinement.plans(weak), 5))).toBe("")
    }
  )
})

describe("a flaw is found, by the last action of a run", () => {
  const setting: ScenarioSetting = { amounts: [7], can: ["relay"] }
  const sale = (scheme: Scheme, copied: boolean): Action => ({
    ...show(),
    till: 0,
    ...madeOver(scheme, 0, 7, { copied })
  })

  const replayed = async (scheme: Scheme, actions: ReadonlyArray<Action>, flaw: Partial<Cast.DriverOptions>) => {
    const rules = Rules.strict(scheme)
    const run = scenario(rules, setting, actions)
    const ending = await Refinement.replay(run, { rules, ...flaw })
    expect((await Refinement.replay(run, { rules }))._tag).toBe("Alike")
    return [ending._tag, ending.run.actions.length]
  }

  it.each([hardened, tillQr])(
    "where a provider of $scheme compares the name that a till has shown, and not the registered one",
    async (scheme) => {
      const flaw: Deployment.Flaw = ({ merchants }) => ({
        merchants: { ...merchants, nameOf: () => Effect.succeed("Shop 0") }
      })
      // What was made for the honest merchant's till is sent by the adversary's merchant.
      const actions = [sale(scheme, false), { _tag: "Capture", phone: 0 } as const, payment(positionOf(scheme, 0), 7)]
      expect(await replayed(scheme, actions, { site: Deployment.inProcess({ flaw }) })).toEqual(["Different", 3])
    }
  )

  it.each([hardened, tillQr])("where the nonces of tills of $scheme are all alike", async (scheme) => {
    // The payer was shown a transaction that the till has opened before, and not the one that it scans for.
    const actions: ReadonlyArray<Action> = [
      sale(scheme, true),
      { _tag: "Scan", phone: 0, amount: 7 },
      { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true }
    ]
    expect(await replayed(scheme, actions, { nonce: "AAAAAAAAAAAAAAAA" })).toEqual(["Different", 3])
  })
})

describe("a difference is told", () => {
  it.each([row("VER-8", "not kept", alipay), row("VER-13", "no limit", alipay), row("SET-5", "late password", keyed)])(
    "by a run from which nothing can be left out, and by what the implementation made of its last action: $clause",
    async ({ scheme, ...lapse }) => {
      const strict = Rules.strict(scheme)
      const weak = Rules.without(strict, lapse)
      const found = (await counterexample(Refinement.plans(strict), enough, { rulesOf: () => weak }))!
      const least = await Refinement.minimal(found, { rules: weak })
      for (const [left] of least.run.actions.entries()) {
        const shorter = { ...least.run, actions: least.run.actions.filter((_, index) => index !== left) }
        expect((await Refinement.replay(shorter, { rules: weak }))._tag).not.toBe("Different")
      }
      expect(least.run.actions.length).toBeLessThanOrEqual(found.run.actions.length)
      expect(asDifferent(await Refinement.replay(least.run, { rules: weak }))?.problem).toEqual(least.problem)
      // It is no difference where nothing is left out.
      expect((await Refinement.replay(least.run, { rules: strict }))._tag).toBe("Alike")
      const lines = (await reportOf(found, { rules: weak })).split("\n")
      expect(lines).toHaveLength(least.run.actions.length + 2)
      const { expected, found: made, path } = least.problem
      expect(lines.at(-1)).toBe(`The implementation differs: ${path}: expected ${expected}, found ${made}`)
    }
  )
})
