/**
 * Leaked codes: seen by the adversary before, while or after the payer uses them, presented at its own till and at
 * honest ones, run off a phone that it held, or made of what it has read; and what a revocation ends. PAYCODE_SEED
 * chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { CodeKey } from "../../model/system/System.ts"
import { Walk } from "../audit/Audit.ts"
import * as Trace from "../trace/Trace.ts"
import {
  alipay,
  anyScheme,
  anyStepUp,
  assertHolds,
  built,
  fails,
  type Harness,
  open,
  parameters,
  rogue,
  rulesOf,
  seed,
  tally,
  unbound
} from "./Harness.ts"
import { ahead, day, dayCap, dayOf, greatestAge, midnight, nodeOf, nodes, starts, stepStart } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Who comes first
// ---------------------------------------------------------------------------------------------------------------------

/** When the adversary presents the code: before the payer's till does, while that request is under way, or after. */
const moments = ["before", "while", "after"] as const

const leaks = anyScheme.chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    moment: fc.constantFrom(...moments),
    till: fc.constantFrom(1, rogue),
    node: nodes
  })
)

type Leak = typeof leaks extends fc.Arbitrary<infer A> ? A : never

const leak = ({ moment, scheme, start, till, ...drawn }: Leak, mutants: ReadonlyArray<Mutant>) => {
  const { payment } = scheme.limit
  const node = nodeOf(scheme, drawn.node)
  const harness = open({ rules: rulesOf(scheme, mutants), start })
  const key = harness.show(0, 0)
  harness.act({ _tag: "Capture", phone: 0 })
  const adversary = () =>
    till === rogue
      ? harness.pay(key, payment, { node })
      : harness.deliver(harness.present(till, key, payment), { node })
  const payer = () => harness.deliver(harness.scan(0, payment))
  const underWay = moment === "while" ? harness.scan(0, payment) : -1
  const answers =
    moment === "before"
      ? [adversary(), payer()]
      : moment === "after"
        ? [payer(), adversary()]
        : [adversary(), harness.deliver(underWay)]
  return { answers, debits: harness.debits.length }
}

// ---------------------------------------------------------------------------------------------------------------------
// How long a code is worth something
// ---------------------------------------------------------------------------------------------------------------------

/** A leaked code of a phone whose clock is as far ahead as it may be, presented around its greatest age. */
const ages = anyScheme.chain((scheme) =>
  fc
    .record({
      at: starts(scheme),
      offset: fc.constantFrom(scheme.clock.drift, scheme.clock.drift, -scheme.clock.drift, 0),
      isAtEdge: fc.boolean(),
      age: fc.oneof(
        fc.integer({ min: 0, max: greatestAge(scheme) + 2 }),
        fc.constantFrom(-1, 0, 1).map((beyond) => greatestAge(scheme) + beyond)
      ),
      node: nodes
    })
    .map(({ at, isAtEdge, offset, ...drawn }) => ({
      ...drawn,
      scheme,
      offset,
      // At the edge the phone's clock comes to a new step just when it makes the code.
      start: isAtEdge ? stepStart(scheme, at) - offset : at
    }))
)

type Age = typeof ages extends fc.Arbitrary<infer A> ? A : never

const presentAt = ({ age, node, offset, scheme, start }: Age, mutants: ReadonlyArray<Mutant>) => {
  const harness = open({ rules: rulesOf(scheme, mutants), start, offsets: [offset] })
  const key = harness.show(0, 0, { offset })
  harness.act({ _tag: "Capture", phone: 0 })
  harness.wait(age)
  return harness.pay(key, scheme.limit.payment, { node: nodeOf(scheme, node) })
}

// ---------------------------------------------------------------------------------------------------------------------
// What leaked codes cost
// ---------------------------------------------------------------------------------------------------------------------

/** A spree: codes of several days are captured and spent, as often and as high as the adversary likes. */
const sprees = anyScheme.chain((scheme) => {
  const { payment } = scheme.limit
  return fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    captured: fc.array(
      fc.record({
        wait: fc.oneof(fc.integer({ min: 0, max: 3 * scheme.clock.step }), fc.integer({ min: 0, max: day })),
        phone: fc.constantFrom(0, 1),
        node: nodes,
        amounts: fc.array(fc.constantFrom(payment, payment + 1, Math.ceil(payment / 2)), {
          minLength: 1,
          maxLength: 3
        })
      }),
      { minLength: 1, maxLength: 12 }
    )
  })
})

type Spree = typeof sprees extends fc.Arbitrary<infer A> ? A : never

/** What a spree costs the payer, and the bound on it: a payment for each code, and a day's most for each day. */
const costOf = ({ captured, scheme, start }: Spree, mutants: ReadonlyArray<Mutant>) => {
  const { payment } = scheme.limit
  const harness = open({
    rules: rulesOf(scheme, mutants),
    start,
    amounts: [payment, payment + 1, Math.ceil(payment / 2)]
  })
  const codes = new Set<string>()
  for (const { amounts, phone, wait, ...drawn } of captured) {
    harness.wait(wait)
    if (!harness.canShow(phone, rogue)) continue
    const key = harness.show(phone, rogue)
    codes.add(`${key.phone} ${key.position}`)
    for (const amount of amounts) harness.pay(key, amount, { node: nodeOf(scheme, drawn.node) })
  }
  const end = harness.state().now + ahead(scheme, nodeOf(scheme, 1))
  const days = dayOf(scheme, end) - dayOf(scheme, start) + 1
  const cost = harness.debits.reduce((sum, { amount }) => sum + amount, 0)
  return {
    cost,
    bound: Math.min(codes.size * payment, days * dayCap(scheme)),
    isEveryCode: cost === codes.size * payment,
    isEveryDay: cost === days * dayCap(scheme)
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What a revocation ends
// ---------------------------------------------------------------------------------------------------------------------

const stolen = anyScheme.chain((scheme) => {
  const { step } = scheme.clock
  return fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    /** Codes that are run off the phone while it is held, as many steps ahead. */
    aheads: fc.uniqueArray(fc.integer({ min: 0, max: (scheme.window?.future ?? 1) + 1 }), {
      minLength: 1,
      maxLength: 3
    }),
    read: fc.boolean(),
    waits: fc.array(fc.integer({ min: 0, max: 2 * step }), { minLength: 3, maxLength: 3 }),
    renews: fc.boolean()
  })
})

type Stolen = typeof stolen extends fc.Arbitrary<infer A> ? A : never

/** Spends what a phone can give: before its owner revokes it, and after. The other phone of the account is no part of it. */
const steal = ({ aheads, read, renews, scheme, start, waits }: Stolen, mutants: ReadonlyArray<Mutant>) => {
  const { clock, limit } = scheme
  const offsets = aheads.map((steps) => steps * clock.step)
  const harness = open({
    rules: rulesOf(scheme, mutants),
    start,
    offsets: [0, ...offsets],
    can: read ? ["hold-phone", "corrupt-device"] : ["hold-phone"]
  })
  const keys: Array<CodeKey> = []
  const runOff = (offset: number): void => {
    const action = { _tag: "RunOff", phone: 0, offset, revealed: false } as const
    if (!harness.isPossible(action)) return
    const { length } = harness.state().codes
    harness.act(action)
    const code = harness.state().codes[length]!
    keys.push({ phone: 0, generation: code.generation, position: code.position, revealed: false })
  }
  for (const offset of offsets) runOff(offset)
  const before = harness.pay(keys[0]!, limit.payment)
  harness.wait(waits[0]!)
  harness.act({ _tag: "Revoke", phone: 0 })
  const debits = harness.debits.length
  harness.wait(waits[1]!)
  if (renews) harness.act({ _tag: "Wipe", phone: 0 })
  const [renewal] = renews ? harness.act({ _tag: "Enroll", phone: 0, heard: true }) : []
  harness.wait(waits[2]!)
  const after = keys.map((key) => harness.pay(key, limit.payment))
  // One who has read the phone makes a code of the present step, or the last of the list.
  const position =
    scheme.token.source === "list" ? scheme.token.batch! - 1 : Math.floor(harness.state().now / clock.step)
  const forged = { phone: 0, generation: 0, position, revealed: false }
  const isForged = harness.isPossible({
    _tag: "Pay",
    order: -1,
    request: { alias: 0, key: forged, amount: limit.payment },
    node: 0
  })
  if (isForged) after.push(harness.pay(forged, limit.payment))
  const lost = harness.debits.length - debits
  return { before, after, lost, isForged, renewal: renewal?._tag }
}

/** An order that waits for the password of the owner of a phone, when the phone is revoked or the agreement ended. */
const ends = ["Revoke", "Withdraw"] as const

const openThen = (
  scheme: Scheme,
  end: (typeof ends)[number],
  mutants: ReadonlyArray<Mutant>
): { readonly harness: Harness; readonly first: string; readonly answer: string; readonly reserved: boolean } => {
  const amount = scheme.limit.payment + 1
  const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme), amounts: [amount] })
  harness.show(0, 0)
  const order = harness.scan(0, amount)
  const first = harness.deliver(order)
  harness.act({ _tag: "Approve", order })
  harness.act(end === "Revoke" ? { _tag: end, phone: 0 } : { _tag: end, account: 0 })
  const answer = harness.authenticate(order)
  return { harness, first, answer, reserved: harness.order(order).status === "open" }
}

/** Schemes in which more than the payment limit fits the account's day. */
const roomy = anyStepUp.filter(({ limit }) => limit.accountDay > limit.payment)

describe(`leaked codes, seed ${seed}`, () => {
  it("a leaked code pays once: whoever comes first", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(leaks, (run) => {
        const { answers, debits } = leak(run, [])
        expect(answers).toEqual(["PAID", "CODE_USED"])
        expect(debits).toBe(1)
        met(`${run.moment} at ${run.till}`)
      }),
      parameters(500)
    )
    expect(rarerThan(20, ...moments.flatMap((moment) => [1, rogue].map((till) => `${moment} at ${till}`)))).toEqual([])
  })

  it("which fails without VER-8", () => {
    expect(fails(leaks, (run) => leak(run, [{ clause: "VER-8", mutant: "not kept" }]).debits === 1)).toBe(true)
  })

  it("a code of a phone within the drift is worthless after its greatest age, and not a second before", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(ages, (run) => {
        const answer = presentAt(run, [])
        const greatest = greatestAge(run.scheme)
        if (run.age > greatest) expect(answer).toBe("CODE_INVALID")
        const { source } = run.scheme.token
        if (run.age === greatest && answer === "PAID") met(`${source}, at its greatest age`)
        if (run.age === greatest + 1) met(`${source}, a second later`)
      }),
      parameters(2000)
    )
    const edges = ["at its greatest age", "a second later"]
    expect(rarerThan(10, ...edges.flatMap((edge) => [`seed, ${edge}`, `list, ${edge}`]))).toEqual([])
  })

  it("the schemes of the spec that make codes for steps state no less, and no more than another node's clock adds", () => {
    for (const scheme of [alipay, unbound]) {
      expect(scheme.leak.seconds).toBe(greatestAge(scheme) + 1 + scheme.clock.nodeSkew)
    }
  })

  it.each([
    ["VER-5", "any proof"],
    ["VER-6", "one step"],
    ["VER-17", "trusts the phone"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    const isWorthless = (run: Age): boolean =>
      run.age <= greatestAge(run.scheme) || presentAt(run, [{ clause, mutant }]) !== "PAID"
    expect(fails(ages, isWorthless)).toBe(true)
  })

  it("n leaked codes cost at most n payments, and a day's most for each day", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(sprees, (spree) => {
        const { bound, cost, isEveryCode, isEveryDay } = costOf(spree, [])
        expect(cost).toBeLessThanOrEqual(bound)
        if (isEveryCode) met("a payment for every code")
        if (isEveryDay) met("all that the days allow")
      }),
      parameters(600)
    )
    expect(rarerThan(5, "a payment for every code", "all that the days allow")).toEqual([])
  })

  it.each([
    ["VER-8", "not kept"],
    ["VER-12", "one more"],
    ["VER-12", "no limit"],
    ["VER-13", "no limit"],
    ["VER-23", "no limit"],
    ["VER-24", "no limit"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    const isBounded = (spree: Spree): boolean => {
      const { bound, cost } = costOf(spree, [{ clause, mutant }])
      return cost <= bound
    }
    expect(fails(sprees, isBounded)).toBe(true)
  })

  it("once a phone is revoked nothing that was run off it or made of what was read pays any more", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(stolen, (run) => {
        const { after, before, isForged, lost, renewal } = steal(run, [])
        expect(after.map(() => "CODE_INVALID")).toEqual(after)
        expect(lost).toBe(0)
        if (before === "PAID") met("paid before")
        if (isForged) met("made of what was read")
        if (run.aheads.some((steps) => steps > 0)) met("made ahead")
        // Whoever holds it has not signed in since (ENR-13).
        if (renewal !== undefined) expect(renewal).toBe("Declined")
        if (renewal !== undefined) met("asked for another credential")
      }),
      parameters(500)
    )
    const cases = ["paid before", "made of what was read", "made ahead", "asked for another credential"]
    expect(rarerThan(30, ...cases)).toEqual([])
  })

  it("which fails without ENR-10", () => {
    const isOver = (run: Stolen): boolean => steal(run, [{ clause: "ENR-10", mutant: "made ahead" }]).lost === 0
    expect(fails(stolen, isOver)).toBe(true)
  })

  it("which fails without ENR-13: the phone gets another credential", () => {
    const isRefused = (run: Stolen): boolean =>
      steal(run, [{ clause: "ENR-13", mutant: "signed in" }]).renewal !== "Issued"
    expect(fails(stolen, isRefused)).toBe(true)
  })

  it("the other phone of the account goes on", () => {
    assertHolds(
      fc.property(anyScheme, (scheme) => {
        const harness = open({ rules: rulesOf(scheme), start: midnight(scheme) })
        harness.act({ _tag: "Revoke", phone: 0 })
        expect(harness.pay(harness.show(1, rogue), scheme.limit.payment)).toBe("PAID")
      }),
      parameters(100)
    )
  })

  it("a revocation, or the end of the agreement, closes the orders that wait for the password", () => {
    assertHolds(
      fc.property(roomy, fc.constantFrom(...ends), (scheme, end) => {
        const { answer, first, reserved, harness } = openThen(scheme, end, [])
        expect([first, answer, reserved]).toEqual(["OPEN", "NOT_OPEN", false])
        expect(harness.debits).toEqual([])
      }),
      parameters(200)
    )
  })

  it("which fails without ENR-11", () => {
    const drawn = fc.tuple(roomy, fc.constantFrom(...ends))
    const mutants = [{ clause: "ENR-11", mutant: "survive" }] as const
    expect(fails(drawn, ([scheme, end]) => openThen(scheme, end, mutants).answer === "NOT_OPEN")).toBe(true)
  })

  const marked = anyStepUp.filter(({ code }) => code.marksRevealed)
  const reveal = (scheme: Scheme, mutants: ReadonlyArray<Mutant>) => {
    const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme), amounts: [1] })
    return [harness.pay(harness.show(0, rogue, { revealed: true }), 1), harness.pay(harness.show(0, rogue), 1)]
  }

  it("a code that is read out waits for the password, however small the amount; the one on the screen does not", () => {
    const plain = marked.filter(({ limit }) => limit.accountDay > 1)
    assertHolds(
      fc.property(plain, (scheme) => {
        // Of a seed the two are codes of one step: where the last step counts, the second is used up with the first.
        const second = scheme.verification.monotone ? "CODE_USED" : "PAID"
        expect(reveal(scheme, [])).toEqual(["OPEN", second])
      }),
      parameters(200)
    )
    const isHeld = (scheme: Scheme): boolean => reveal(scheme, [{ clause: "GEN-6", mutant: "ignored" }])[0] === "OPEN"
    expect(fails(plain, isHeld)).toBe(true)
  })

  it("sampling finds the attacks that alipay admits, and shrinks them to their shortest form", () => {
    const { counterexamples } = Walk.sample(rulesOf(alipay), ["opaque-code", "payee-agreement"], { runs: 300, seed })
    const least = Object.entries(counterexamples).map(([claim, trace]) => {
      const { isShortest, trace: attack } = Trace.shortest(trace, 50_000)
      return [claim, { steps: attack.actions.length, isShortest }]
    })
    expect(Object.fromEntries(least)).toEqual({
      "opaque-code": { steps: 2, isShortest: true },
      "payee-agreement": { steps: 3, isShortest: true }
    })
  })

  it("random runs break neither payer-agreement nor leak-bound nor revocation nor stolen-phone", () => {
    neverBroken(anyScheme, ["payer-agreement", "leak-bound", "revocation"])
    // An adversary that has read a phone can make every code of a window: the widest windows are too many for a run.
    neverBroken(fc.constantFrom(...built), ["stolen-phone"])
    neverBroken(fc.constantFrom(alipay, unbound), ["leak-lifetime"], [alipay, unbound])
  })
})
