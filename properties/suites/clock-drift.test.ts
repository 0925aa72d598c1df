/**
 * Clock drift: phones whose clocks are off either way, by little and by days, set back and set ahead, and nodes whose
 * clocks differ, at the edges of the window, of a list's validity and of the day. PAYCODE_SEED chooses the runs,
 * PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { anyScheme, anySeed, assertHolds, fails, open, parameters, rogue, rulesOf, seed, tally } from "./Harness.ts"
import { ahead, dayOf, isAlive, type Life, lifeOf, midnight, nodeOf, nodes, starts, stepStart } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Honest payments
// ---------------------------------------------------------------------------------------------------------------------

/** An honest payment: how far off the clock is, how long the code is shown, how long the request is under way. */
const honest = anyScheme.chain((scheme) => {
  const upTo = (most: number) => fc.oneof(fc.constant(most), fc.integer({ min: 0, max: most }))
  return fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    offset: fc.tuple(fc.constantFrom(1, -1), upTo(scheme.clock.drift)).map(([sign, size]) => sign * size || 0),
    shown: upTo(scheme.display),
    underWay: upTo(scheme.relay.deliveryAtMost),
    node: nodes
  })
})

type Honest = typeof honest extends fc.Arbitrary<infer A> ? A : never

const payHonestly = (
  { offset, scheme, shown, start, underWay, ...setting }: Honest,
  mutants: ReadonlyArray<Mutant>
) => {
  const { payment } = scheme.limit
  const harness = open({ rules: rulesOf(scheme, mutants), start, offsets: [offset] })
  harness.show(0, 0, { offset })
  harness.wait(shown)
  const order = harness.scan(0, payment)
  harness.wait(underWay)
  const node = nodeOf(scheme, setting.node)
  const arrived = harness.state().now + ahead(scheme, node)
  // The phone sees the end of a list by itself; that a list has ended nobody can hide from the provider.
  const isExpired = scheme.token.source === "list" && arrived > start + scheme.token.validity!
  return { answer: harness.deliver(order, { node }), isExpired, arrived }
}

// ---------------------------------------------------------------------------------------------------------------------
// The edges of a life
// ---------------------------------------------------------------------------------------------------------------------

interface Presented {
  readonly scheme: Scheme
  readonly start: number
  readonly offset: number
  readonly waited: number
  readonly node: 0 | 1
}

/** A code that is presented around the first or the last second of its life, as the clock of a node has it. */
const presented: fc.Arbitrary<Presented> = anyScheme.chain((scheme) =>
  fc
    .record({
      made: starts(scheme),
      isLast: fc.boolean(),
      beyond: fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -400, max: 400 })),
      waited: fc.nat({ max: 3 * scheme.clock.step }),
      node: nodes
    })
    .map(({ beyond, isLast, made, waited, ...drawn }) => {
      const node = nodeOf(scheme, drawn.node)
      const { from, until } = lifeOf(scheme, made, made)
      const at = (isLast ? until : from) + beyond - ahead(scheme, node)
      // A list is issued at the start, and no clock makes it any older; a phone's clock makes the step of a seed's code.
      return scheme.token.source === "list"
        ? { scheme, node, start: made, offset: 0, waited: Math.max(0, at - made) }
        : { scheme, node, start: at - waited, offset: made - (at - waited), waited }
    })
)

const present = ({ node, offset, scheme, start, waited }: Presented, mutants: ReadonlyArray<Mutant>) => {
  const harness = open({ rules: rulesOf(scheme, mutants), start, offsets: [offset] })
  const key = harness.show(0, rogue, { offset })
  harness.wait(waited)
  const life: Life = lifeOf(scheme, start + offset, start)
  const at = harness.state().now + ahead(scheme, node)
  const answer = harness.pay(key, scheme.limit.payment, { node })
  return { answer, life, at, isRight: answer === (isAlive(life, at) ? "PAID" : "CODE_INVALID") }
}

// ---------------------------------------------------------------------------------------------------------------------
// Several nodes
// ---------------------------------------------------------------------------------------------------------------------

/** A code that is used at one node, and presented again at another while it is alive at one of them or both. */
const twice = anySeed
  .filter(({ clock }) => clock.nodeSkew > 0)
  .chain((scheme) =>
    fc.record({
      scheme: fc.constant(scheme),
      start: starts(scheme),
      first: nodes,
      second: nodes,
      beforeEnd: fc.integer({ min: -scheme.clock.nodeSkew, max: 2 * scheme.clock.nodeSkew })
    })
  )

const payTwice = (
  { beforeEnd, first, scheme, second, start }: typeof twice extends fc.Arbitrary<infer A> ? A : never,
  mutants: ReadonlyArray<Mutant>
) => {
  const harness = open({ rules: rulesOf(scheme, mutants), start })
  const key = harness.show(0, rogue)
  const answer = harness.pay(key, scheme.limit.payment, { node: first })
  harness.wait(lifeOf(scheme, start, start).until - beforeEnd - start)
  const again = harness.pay(key, scheme.limit.payment, { node: second })
  return { answer, again, isParted: beforeEnd >= 0 && beforeEnd < scheme.clock.nodeSkew }
}

// ---------------------------------------------------------------------------------------------------------------------
// Clocks set back and ahead
// ---------------------------------------------------------------------------------------------------------------------

/** Two codes of a phone whose clock was set ahead, and then back: which of them is spent first, and with what answer. */
const turned = anySeed
  .filter(({ limit }) => limit.payment >= 2)
  .chain((scheme) =>
    fc.record({
      scheme: fc.constant(scheme),
      start: starts(scheme),
      ahead: fc.integer({ min: 1, max: 2 * scheme.window!.future + 2 })
    })
  )

const turn = (
  { ahead, scheme, start }: { ahead: number; scheme: Scheme; start: number },
  mutants: ReadonlyArray<Mutant>
) => {
  const { clock, limit, window } = scheme
  // Two of them are within every limit but the day's count.
  const amount = Math.floor(limit.payment / 2)
  const offset = ahead * clock.step
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [amount], offsets: [0, offset] })
  const late = harness.show(0, rogue, { offset })
  const early = harness.show(0, rogue)
  const isIn = ahead <= window!.future
  const first = harness.pay(late, amount)
  const second = harness.pay(early, amount)
  const fresh = isIn && limit.dayCount === 1 ? (scheme.stepUp.method === "none" ? "OVER_DAY_COUNT" : "OPEN") : "PAID"
  const expected = isIn && scheme.verification.monotone ? "CODE_USED" : fresh
  return { first, second, expected, isIn, isRight: first === (isIn ? "PAID" : "CODE_INVALID") && second === expected }
}

describe(`clock drift, seed ${seed}`, () => {
  it("an honest payer within the stated drift is always paid, by any node", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(honest, (run) => {
        const { offset, scheme, shown, start, underWay } = run
        const { answer, arrived, isExpired } = payHonestly(run, [])
        expect(answer).toBe(isExpired ? "CODE_INVALID" : "PAID")
        met(scheme.token.source)
        if (isExpired) met("at the end of a list")
        if (offset === scheme.clock.drift) met("ahead")
        if (-offset === scheme.clock.drift) met("behind")
        if (shown === scheme.display && underWay === scheme.relay.deliveryAtMost) {
          if (offset === -scheme.clock.drift) met("behind, slow, and late")
        }
        if (dayOf(scheme, start) !== dayOf(scheme, arrived)) met("over midnight")
      }),
      parameters(2000)
    )
    const edges = ["at the end of a list", "ahead", "behind", "behind, slow, and late", "over midnight"]
    expect(rarerThan(10, "seed", "list", ...edges)).toEqual([])
  })

  it.each([
    ["VER-15", "everything"],
    ["VER-15", "one less"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    const isPaid = (run: Honest): boolean => {
      const { answer, isExpired } = payHonestly(run, [{ clause, mutant }])
      return isExpired || answer === "PAID"
    }
    expect(fails(honest, isPaid)).toBe(true)
  })

  it("a till does not scan a code that was shown for longer than display", () => {
    assertHolds(
      fc.property(anyScheme, fc.integer({ min: -2, max: 2 }), (scheme, beyond) => {
        const harness = open({ rules: rulesOf(scheme), start: midnight(scheme) })
        harness.show(0, 0)
        harness.wait(scheme.display + beyond)
        const isPossible = harness.isPossible({ _tag: "Scan", phone: 0, amount: scheme.limit.payment })
        expect(isPossible).toBe(Math.max(0, scheme.display + beyond) <= scheme.display)
      }),
      parameters(200)
    )
  })

  it("a code is accepted in the seconds of its life by the clock of the node that decides, and in no other", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(presented, (run) => {
        const { answer, at, life } = present(run, [])
        expect(answer).toBe(isAlive(life, at) ? "PAID" : "CODE_INVALID")
        for (const beyond of [-1, 0, 1]) {
          if (at === life.from + beyond) met(`${run.scheme.token.source}, first ${beyond}`)
          if (at === life.until + beyond) met(`${run.scheme.token.source}, last ${beyond}`)
        }
        if (run.node === 1) met("a node that is ahead")
      }),
      parameters(3000)
    )
    const edges = ["first -1", "first 0", "first 1", "last -1", "last 0", "last 1"]
    expect(rarerThan(20, "a node that is ahead", ...edges.map((edge) => `seed, ${edge}`))).toEqual([])
    // Nobody has a code of a list before the list.
    expect(rarerThan(20, "list, last -1", "list, last 0", "list, last 1")).toEqual([])
  })

  it.each([
    ["VER-5", "any proof"],
    ["VER-6", "one step"],
    ["VER-7", "one step"],
    ["VER-7", "endless"],
    ["VER-17", "trusts the phone"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(presented, (run) => present(run, [{ clause, mutant }]).isRight)).toBe(true)
  })

  it("a list is accepted a minute too long without VER-6", () => {
    const lists = presented.filter(({ scheme }) => scheme.token.source === "list")
    expect(fails(lists, (run) => present(run, [{ clause: "VER-6", mutant: "one step" }]).isRight)).toBe(true)
  })

  it("what one node has burned no other node accepts, however their clocks differ", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(twice, (run) => {
        const { again, answer, isParted } = payTwice(run, [])
        expect(answer).toBe("PAID")
        expect(["CODE_USED", "CODE_INVALID"]).toContain(again)
        met(again)
        if (isParted && again === "CODE_USED") met("alive at one node only")
      }),
      parameters(1000)
    )
    expect(rarerThan(20, "CODE_USED", "CODE_INVALID", "alive at one node only")).toEqual([])
  })

  it("which fails without VER-18", () => {
    const once = (run: Parameters<typeof payTwice>[0]): boolean =>
      payTwice(run, [{ clause: "VER-18", mutant: "at the edge" }]).again !== "PAID"
    expect(fails(twice, once)).toBe(true)
  })

  it("a clock set back makes no code that was shown before", () => {
    assertHolds(
      fc.property(
        anySeed.chain((scheme) => fc.tuple(fc.constant(scheme), starts(scheme))),
        fc.integer({ min: 1, max: 5 }),
        ([scheme, start], steps) => {
          const back = -steps * scheme.clock.step
          const harness = open({ rules: rulesOf(scheme), start, offsets: [0, back] })
          const key = harness.show(0, rogue)
          expect(harness.pay(key, scheme.limit.payment)).toBe("PAID")
          harness.wait(-back)
          // The phone is in the same step again, and has no other code for it.
          expect(harness.canShow(0, 0, back)).toBe(false)
          expect(harness.pay(key, scheme.limit.payment)).not.toBe("PAID")
        }
      ),
      parameters(300)
    )
  })

  it("a code of a clock ahead uses up those before it where the scheme says so, and only when it was attempted", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(turned, (run) => {
        const { expected, first, isIn, second } = turn(run, [])
        expect([first, second]).toEqual([isIn ? "PAID" : "CODE_INVALID", expected])
        met(`${isIn ? "in" : "out"}, ${run.scheme.verification.monotone ? "monotone" : "used set"}`)
      }),
      parameters(1000)
    )
    expect(rarerThan(20, "in, monotone", "in, used set", "out, monotone", "out, used set")).toEqual([])
  })

  it.each([
    ["VER-27", "any code"],
    ["VER-28", "used set only"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(turned, (run) => turn(run, [{ clause, mutant }]).isRight)).toBe(true)
  })

  it("a code of a clock far ahead is refused now, burns nothing, and is paid once its time has come", () => {
    assertHolds(
      fc.property(
        anySeed.chain((scheme) => fc.tuple(fc.constant(scheme), starts(scheme))),
        fc.integer({ min: 1, max: 100 }),
        ([scheme, start], steps) => {
          const offset = (scheme.window!.future + steps) * scheme.clock.step
          const harness = open({ rules: rulesOf(scheme), start, offsets: [offset] })
          const key = harness.show(0, rogue, { offset })
          expect(harness.pay(key, scheme.limit.payment)).toBe("CODE_INVALID")
          harness.wait(stepStart(scheme, start + offset) - scheme.window!.future * scheme.clock.step - start)
          expect(harness.pay(key, scheme.limit.payment)).toBe("PAID")
        }
      ),
      parameters(300)
    )
  })

  it("random runs with clocks off by anything break neither freshness nor honest payment", () => {
    neverBroken(anyScheme, ["freshness", "honest-payment"])
  })
})
