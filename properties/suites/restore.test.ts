/**
 * Restore: a provider that comes back from an older backup, while merchants ask what became of their orders, phones go
 * on, and the adversary presents every code again that was ever used. PAYCODE_SEED chooses the runs, PAYCODE_RUNS
 * multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { CodeKey } from "../../model/system/System.ts"
import { anyScheme, assertHolds, fails, fresh, open, parameters, rogue, rulesOf, seed, tally } from "./Harness.ts"
import { isAlive, type Life, lifeOf, midnight, starts, stepStart } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

const befores = ["pays", "pays", "pays too much", "shows", "sends", "renews", "revokes"] as const
const afters = [
  "an old code",
  "an old code",
  "an old order",
  "an old order",
  "a query",
  "a renewal",
  "a new code",
  "a new code"
] as const

interface Before {
  readonly what: (typeof befores)[number]
  readonly phone: number
  readonly wait: number
}

interface After {
  readonly what: (typeof afters)[number]
  readonly phone: number
  readonly wait: number
  readonly pick: number
}

interface Scenario {
  readonly scheme: Scheme
  readonly start: number
  /** What comes before the backup, and what between the backup and the restore. */
  readonly saved: ReadonlyArray<Before>
  readonly lost: ReadonlyArray<Before>
  readonly after: ReadonlyArray<After>
}

const scenarios: fc.Arbitrary<Scenario> = anyScheme
  .filter(({ limit }) => limit.accountDay > limit.payment)
  .chain((scheme) => {
    const { step } = scheme.clock
    const wait = fc.oneof(fc.constantFrom(0, 1, step), fc.integer({ min: 0, max: 2 * step }))
    const phone = fc.constantFrom(0, 1)
    const before = fc.array(fc.record({ what: fc.constantFrom(...befores), phone, wait }), {
      maxLength: 5,
      size: "max"
    })
    return fc.record({
      scheme: fc.constant(scheme),
      start: starts(scheme),
      saved: before,
      lost: before,
      after: fc.array(
        fc.record({
          what: fc.constantFrom(...afters),
          phone,
          wait: fc.oneof(wait, fc.constant(((scheme.window?.future ?? 0) + 2) * step + scheme.clock.nodeSkew)),
          pick: fc.nat({ max: 100 })
        }),
        { minLength: 1, maxLength: 12, size: "max" }
      )
    })
  })

interface Code {
  readonly key: CodeKey
  readonly life: Life
  readonly madeAt: number
  readonly issuedAt: number
  isUsed: boolean
}

/** An order of the adversary's merchant: what it was last told of it, and whether the backup can have it. */
interface Told {
  readonly order: number
  readonly key: CodeKey
  readonly amount: number
  answer: string
  readonly isSaved: boolean
}

/** Plays a scenario beside what its merchant and its payers remember: where the provider parts from them. */
const tell = (
  { after, lost, saved, scheme, start }: Scenario,
  mutants: ReadonlyArray<Mutant>,
  met: (what: string) => void = () => undefined
): ReadonlyArray<string> => {
  const { clock, limit, token, verification, window } = scheme
  const tooMuch = limit.payment + 1
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [1, tooMuch] })
  const parted: Array<string> = []
  const compare = (what: string, found: string, expected: string): void => {
    met(`${what}: ${expected}`)
    if (found !== expected) parted.push(`${what}: ${found}, not ${expected}`)
  }
  const codes: Array<Code> = []
  const orders: Array<Told> = []
  /** Orders of an honest till that are under way. */
  const sent: Array<number> = []
  const issuedAt = (phone: number): number => {
    const { credentials, held } = harness.state().phones[phone]!
    return credentials[held]!.issuedAt
  }
  const show = (phone: number): Code | undefined => {
    const { credentials, held } = harness.state().phones[phone]!
    if (held < 0 || credentials[held]!.shown === token.batch || !harness.canShow(phone, rogue)) return undefined
    const key = harness.show(phone, rogue)
    const { now } = harness.state()
    const code = {
      key,
      life: lifeOf(scheme, now, issuedAt(phone)),
      madeAt: now,
      issuedAt: issuedAt(phone),
      isUsed: false
    }
    codes.push(code)
    return code
  }
  const live = ({ phone, wait, what }: Before, isSaved: boolean): void => {
    harness.wait(wait)
    const renewal = { _tag: "Enroll", phone, heard: true } as const
    switch (what) {
      case "pays":
      case "pays too much": {
        const code = show(phone)
        if (code === undefined) return
        const order = harness.state().orders.length
        const amount = what === "pays" ? 1 : tooMuch
        const answer = harness.pay(code.key, amount)
        code.isUsed = answer !== "CODE_INVALID"
        orders.push({ order, key: code.key, amount, answer, isSaved })
        return
      }
      case "shows":
        show(phone)
        return
      case "sends": {
        const code = show(phone)
        if (code !== undefined) sent.push(harness.present(0, code.key, 1))
        return
      }
      case "renews":
        if (!harness.isPossible(renewal)) return
        harness.act(renewal)
        if (harness.isPossible({ _tag: "Confirm", phone })) harness.act({ _tag: "Confirm", phone })
        return
      case "revokes":
        if (!harness.isPossible({ _tag: "Revoke", phone })) return
        harness.act({ _tag: "Revoke", phone })
        if (isSaved) revoked.add(phone)
        // A close that the backup does not have is lost with what it closed.
        for (const told of orders) {
          if (isSaved && told.key.phone === phone && told.answer === "OPEN") told.answer = "CLOSED"
        }
    }
  }

  const revoked = new Set<number>()
  for (const one of saved) live(one, true)
  harness.act({ _tag: "Backup" })
  for (const one of lost) live(one, false)
  const old = codes.length
  harness.act({ _tag: "Restore" })
  const restoredAt = harness.state().now
  /** Whether a code was out of reach before the restore, for every node. */
  const isNew = ({ issuedAt, madeAt }: Code): boolean =>
    window === undefined
      ? issuedAt > restoredAt
      : stepStart(scheme, madeAt) > stepStart(scheme, restoredAt + clock.nodeSkew) + window.future * clock.step
  const renewed = new Set<number>()
  const last = new Map<string, number>()

  for (const { phone, pick, wait, what } of after) {
    harness.wait(wait)
    const { now } = harness.state()
    switch (what) {
      case "an old code": {
        const code = codes[pick % Math.max(1, old)]
        if (code === undefined || old === 0) break
        const answer = harness.pay(code.key, 1)
        // A request of the very second of the restore may be one that was lost.
        compare(code.isUsed ? "a used code" : "an old code", answer, now === restoredAt ? "UNKNOWN" : "CODE_INVALID")
        break
      }
      case "an old order":
      case "a query": {
        const told = orders[pick % Math.max(1, orders.length)]
        if (told === undefined) break
        const isKnown = told.isSaved && told.answer !== "OPEN"
        const expected = isKnown ? told.answer : "UNKNOWN"
        const found =
          what === "a query"
            ? harness.meddle(told.order, "query")
            : harness.pay(told.key, told.amount, { order: told.order })
        compare(`${what}, ${told.isSaved ? "saved" : "lost"}`, found, expected)
        break
      }
      case "a renewal": {
        const renewal = { _tag: "Enroll", phone, heard: true } as const
        if (!harness.isPossible(renewal)) break
        const [event] = harness.act(renewal)
        // A revocation that the backup has still holds: nobody has signed in on that phone since.
        compare("a renewal", event!._tag, revoked.has(phone) ? "Declined" : "Issued")
        if (event!._tag !== "Issued") break
        // One that was pending in the backup is not given again: it may have been used.
        renewed.add(phone)
        if (harness.isPossible({ _tag: "Confirm", phone })) harness.act({ _tag: "Confirm", phone })
        break
      }
      case "a new code": {
        const code = show(phone)
        if (code === undefined) break
        const name = `${phone} ${code.key.generation}`
        const isAccepted = renewed.has(phone) && isNew(code) && isAlive(code.life, now)
        const isBehind = verification.monotone && code.key.position <= (last.get(name) ?? -1)
        const answer = harness.pay(code.key, 1)
        const found = ["UNKNOWN", "CODE_INVALID", "CODE_USED"].includes(answer) ? answer : "honoured"
        const expected =
          now === restoredAt ? "UNKNOWN" : !isAccepted ? "CODE_INVALID" : isBehind ? "CODE_USED" : "honoured"
        compare(
          renewed.has(phone) ? "a new code of a new credential" : "a new code of an old credential",
          found,
          expected
        )
        if (found === "honoured") last.set(name, code.key.position)
      }
    }
  }
  for (const order of sent) compare("a request that was under way", harness.deliver(order), "UNKNOWN")
  return parted
}

// ---------------------------------------------------------------------------------------------------------------------
// The day of the restore
// ---------------------------------------------------------------------------------------------------------------------

/** What the first payment of a renewed phone is answered, on the day of a restore or on the next. */
const firstPayment = (
  scheme: Scheme,
  isNextDay: boolean,
  mutants: ReadonlyArray<Mutant>,
  wasPending = false
): string => {
  const { clock, limit, window } = scheme
  // Early in the day, so that the day lasts longer than the window reaches.
  const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme), opening: { ...fresh } })
  // The reply to a renewal was lost, and the new credential is pending in the backup.
  if (wasPending) harness.act({ _tag: "Enroll", phone: 0, heard: false })
  harness.act({ _tag: "Backup" })
  harness.act({ _tag: "Restore" })
  const settle = ((window?.future ?? 0) + 2) * clock.step + clock.nodeSkew
  harness.wait(isNextDay ? 24 * 60 * 60 + settle : settle)
  harness.act({ _tag: "Enroll", phone: 0, heard: true })
  harness.act({ _tag: "Confirm", phone: 0 })
  return harness.pay(harness.show(0, rogue), limit.payment)
}

const dayAnswer = ({ limit, stepUp }: Scheme): string => {
  if (limit.daySum === undefined && limit.dayCount === undefined) return "PAID"
  if (stepUp.method === "password") return "OPEN"
  return limit.daySum === undefined ? "OVER_DAY_COUNT" : "OVER_DAY_SUM"
}

describe(`restore, seed ${seed}`, () => {
  it("what was used, lost, revoked or replaced stays so, orders are as told or unknown, and phones renew", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(scenarios, (scenario) => {
        expect(tell(scenario, [], met)).toEqual([])
      }),
      parameters(1500)
    )
    const cases = [
      "a used code: CODE_INVALID",
      "a used code: UNKNOWN",
      "an old code: CODE_INVALID",
      "an old order, saved: PAID",
      "an old order, saved: UNKNOWN",
      "an old order, saved: CLOSED",
      "an old order, lost: UNKNOWN",
      "a query, saved: PAID",
      "a query, saved: UNKNOWN",
      "a query, lost: UNKNOWN",
      "a new code of an old credential: CODE_INVALID",
      "a new code of a new credential: CODE_INVALID",
      "a new code of a new credential: honoured",
      "a request that was under way: UNKNOWN"
    ]
    expect(rarerThan(10, ...cases)).toEqual([])
  })

  it.each([
    ["VER-30", "no epoch"],
    ["VER-30", "from the snapshot"],
    ["VER-31", "refused"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(scenarios, (scenario) => tell(scenario, [{ clause, mutant }]).length === 0)).toBe(true)
  })

  it("on the day of the restore nothing is paid without step-up that a day's limit counts, and on the next day it is", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(anyScheme, (scheme) => {
        expect(firstPayment(scheme, false, [])).toBe(dayAnswer(scheme))
        expect(firstPayment(scheme, true, [])).toBe("PAID")
        expect(firstPayment(scheme, true, [], true)).toBe("PAID")
        met(dayAnswer(scheme))
      }),
      parameters(300)
    )
    expect(rarerThan(2, "PAID", "OPEN", "OVER_DAY_COUNT", "OVER_DAY_SUM")).toEqual([])
    const mutant = { clause: "VER-30", mutant: "no epoch" } as const
    expect(fails(anyScheme, (scheme) => firstPayment(scheme, false, [mutant]) === dayAnswer(scheme))).toBe(true)
  })

  it("random runs do not break restore-safety", () => {
    neverBroken(anyScheme, ["restore-safety"])
  })
})
