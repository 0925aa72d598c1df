/**
 * Renewal: credentials asked for again and again, replies that are lost, codes of the old credential and the new one,
 * revocations, and lists that are refilled in time, too late, or not at all. PAYCODE_SEED chooses the runs, PAYCODE_RUNS
 * multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { TokenSource } from "../../model/steps/Steps.ts"
import type { CodeKey } from "../../model/system/System.ts"
import {
  anyList,
  anyScheme,
  anySeed,
  assertHolds,
  built,
  fails,
  open,
  parameters,
  rogue,
  rulesOf,
  seed,
  tally
} from "./Harness.ts"
import { isAlive, type Life, lifeOf, midnight, starts } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

// ---------------------------------------------------------------------------------------------------------------------
// The credentials of a phone
// ---------------------------------------------------------------------------------------------------------------------

const doings = [
  "renews",
  "renews, reply lost",
  "confirms",
  "shows and pays",
  "shows and pays",
  "shows",
  "pays with an old code",
  "pays with an old code",
  "crashes",
  "revokes",
  "wipes",
  "withdraws"
] as const

interface Doing {
  readonly what: (typeof doings)[number]
  readonly wait: number
  readonly pick: number
}

interface Career {
  readonly scheme: Scheme
  readonly start: number
  readonly doings: ReadonlyArray<Doing>
}

const careers: fc.Arbitrary<Career> = anyScheme.chain((scheme) => {
  const { clock, token, window } = scheme
  const life = token.validity ?? window!.past * clock.step
  return fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    doings: fc.array(
      fc.record({
        // The agreement ends for good: what follows it says little.
        what: fc.oneof(
          { weight: 20, arbitrary: fc.constantFrom(...doings.slice(0, -1)) },
          fc.constant("withdraws" as const)
        ),
        wait: fc.oneof(
          { weight: 4, arbitrary: fc.constant(0) },
          { weight: 4, arbitrary: fc.constant(clock.step) },
          fc.integer({ min: 0, max: life + 1 })
        ),
        pick: fc.nat({ max: 100 })
      }),
      { minLength: 1, maxLength: 16, size: "max" }
    )
  })
})

/** A credential as its owner would note it down. */
interface Note {
  status: "pending" | "live" | "ended" | "revoked"
  readonly issuedAt: number
  shown: number
  /** The last position with which an attempt was made. */
  last: number
}

interface Code {
  readonly key: CodeKey
  readonly life: Life
  isUsed: boolean
}

/** Plays a career beside the notes: where the two part. */
const pursue = (
  { doings, scheme, start }: Career,
  mutants: ReadonlyArray<Mutant>,
  met: (what: string) => void = () => undefined
): ReadonlyArray<string> => {
  const { token, verification } = scheme
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [1] })
  const notes: Array<Note> = [{ status: "live", issuedAt: start, shown: 0, last: -1 }]
  let held = 0
  let isAgreed = true
  const codes: Array<Code> = []
  const parted: Array<string> = []
  const compare = (what: string, found: string, expected: string): void => {
    met(`${what}: ${expected}`)
    if (found !== expected) parted.push(`${what}: ${found}, not ${expected}`)
  }
  /** The provider has seen a credential at work. */
  const see = (generation: number): void => {
    if (notes[generation]!.status !== "pending") return
    for (const note of notes) if (note.status === "live") note.status = "ended"
    notes[generation]!.status = "live"
  }

  const pay = (what: string, code: Code): void => {
    const { generation, position } = code.key
    const note = notes[generation]!
    const isIn = isAlive(code.life, harness.state().now) && (note.status === "live" || note.status === "pending")
    const isBehind = verification.monotone && position <= note.last
    const expected = !isIn
      ? "CODE_INVALID"
      : code.isUsed || isBehind
        ? "CODE_USED"
        : isAgreed
          ? "honoured"
          : "NO_AGREEMENT"
    const answer = harness.pay(code.key, 1)
    const isOfCode = answer === "CODE_INVALID" || answer === "CODE_USED" || answer === "NO_AGREEMENT"
    compare(`${what}, ${note.status}`, isOfCode ? answer : "honoured", expected)
    if (!isIn) return
    see(generation)
    code.isUsed = true
    note.last = Math.max(note.last, position)
  }

  const show = (): Code | undefined => {
    const note = notes[held]
    if (note === undefined || note.shown >= (token.batch ?? Number.POSITIVE_INFINITY)) {
      const [event] = harness.act({ _tag: "Show", phone: 0, till: 0, offset: 0, revealed: false })
      compare("a phone with nothing to show", event!._tag, note === undefined ? "Declined" : "Empty")
      return undefined
    }
    if (!harness.canShow(0, rogue)) return undefined
    const key = harness.show(0, rogue)
    note.shown += token.source === "list" ? 1 : 0
    const code = { key, life: lifeOf(scheme, harness.state().now, note.issuedAt), isUsed: false }
    compare("the credential in use", String(key.generation), String(held))
    if (parted.length > 0) return undefined
    codes.push(code)
    return code
  }

  const renew = (heard: boolean): void => {
    const renewal = { _tag: "Enroll", phone: 0, heard } as const
    if (!harness.isPossible(renewal)) return
    const [event] = harness.act(renewal)
    // Nobody signs in again on a phone that was revoked.
    const isOwners = isAgreed && !notes.some(({ status }) => status === "revoked")
    compare("a renewal", event!._tag, isOwners ? "Issued" : "Declined")
    if (!isOwners) return
    // The same pending one, if there is one.
    if (notes.at(-1)!.status === "pending") met("the pending credential again")
    else notes.push({ status: "pending", issuedAt: harness.state().now, shown: 0, last: -1 })
    if (heard) held = notes.length - 1
  }

  for (const { pick, wait, what } of doings) {
    // From where they part the notes say nothing more.
    if (parted.length > 0) break
    harness.wait(wait)
    switch (what) {
      case "renews":
      case "renews, reply lost":
        renew(what === "renews")
        break
      case "confirms":
        if (notes[held]?.status === "pending") {
          harness.act({ _tag: "Confirm", phone: 0 })
          see(held)
        }
        break
      case "shows and pays": {
        const code = show()
        if (code !== undefined) pay("a new code", code)
        break
      }
      case "shows":
        show()
        break
      case "pays with an old code":
        if (codes.length > 0) pay("an old code", codes[pick % codes.length]!)
        break
      case "crashes":
        harness.act({ _tag: "Crash" })
        break
      case "revokes":
        if (notes.some(({ status }) => status === "pending" || status === "live")) {
          harness.act({ _tag: "Revoke", phone: 0 })
          for (const note of notes) if (note.status !== "ended") note.status = "revoked"
        }
        break
      case "wipes":
        if (notes[held]?.status === "revoked") {
          harness.act({ _tag: "Wipe", phone: 0 })
          held = -1
        }
        break
      case "withdraws":
        if (isAgreed) harness.act({ _tag: "Withdraw", account: 0 })
        isAgreed = false
    }
    const credentials = harness.state().phones[0]!.credentials.map(({ status }) => status)
    const expected = notes.map(({ status }) => status)
    if (credentials.join() !== expected.join()) parted.push(`${credentials.join()}, not ${expected.join()}`)
    // A reply that was lost leaves the phone with one that is accepted.
    if (notes[held]?.status === "ended") parted.push("the phone is left with an ended credential")
  }
  return parted
}

// ---------------------------------------------------------------------------------------------------------------------
// Lists that run out
// ---------------------------------------------------------------------------------------------------------------------

/** Lists that are short enough to be used up. */
const shortLists = anyList.map((scheme): Scheme => {
  const batch = 2 + (scheme.token.batch! % 9)
  const refillAt = Math.min(scheme.token.refillAt!, batch - 1)
  return {
    ...scheme,
    token: { ...scheme.token, batch, refillAt, urgentAt: Math.min(scheme.token.urgentAt!, refillAt) }
  }
})

/** A phone shows codes one after the other; online, it asks for a new list when its source says so. */
const showMany = (
  scheme: Scheme,
  isOnline: (left: number) => boolean,
  most: number,
  mutants: ReadonlyArray<Mutant> = []
) => {
  const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme) })
  const batch = scheme.token.batch ?? Number.POSITIVE_INFINITY
  let left = batch
  for (let count = 0; count < most; count++) {
    const asks = TokenSource.refill(scheme, left) !== "no"
    const renewal = { _tag: "Enroll", phone: 0, heard: true } as const
    if (asks && isOnline(left) && harness.isPossible(renewal)) {
      harness.act(renewal)
      harness.act({ _tag: "Confirm", phone: 0 })
      left = batch
    }
    const [event] = harness.act({ _tag: "Show", phone: 0, till: 0, offset: 0, revealed: false })
    if (event!._tag !== "Shown") return count
    left--
    if (scheme.token.source === "seed") harness.wait(scheme.clock.step)
  }
  return most
}

describe(`renewal, seed ${seed}`, () => {
  it("credentials stand as noted, the phone goes on with one that is accepted, and codes are accepted as theirs", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(careers, (career) => {
        expect(pursue(career, [], met)).toEqual([])
      }),
      parameters(1500)
    )
    const cases = [
      "a new code, live: honoured",
      "a new code, pending: honoured",
      "an old code, live: CODE_USED",
      "an old code, live: CODE_INVALID",
      "an old code, live: honoured",
      "an old code, ended: CODE_INVALID",
      "an old code, revoked: CODE_INVALID",
      "a new code, revoked: CODE_INVALID",
      "a new code, live: NO_AGREEMENT",
      "a renewal: Issued",
      "a renewal: Declined",
      "a phone with nothing to show: Declined",
      "the pending credential again"
    ]
    expect(rarerThan(10, ...cases)).toEqual([])
  })

  it.each([
    ["ENR-1", "unsigned"],
    ["ENR-6", "one phase"],
    ["ENR-7", "kept"],
    ["ENR-8", "cleared"],
    ["ENR-9", "another"],
    ["ENR-13", "signed in"],
    ["ENR-10", "made ahead"],
    ["GEN-1", "asks"],
    ["VER-11", "at enrollment only"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(careers, (career) => pursue(career, [{ clause, mutant }]).length === 0, 1500)).toBe(true)
  })

  it("another's phone is given no credential of the account, and makes no code that pays", () => {
    const takeOver = (scheme: Scheme, mutants: ReadonlyArray<Mutant>): string => {
      // The last phone is the adversary's.
      const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme), can: ["takeover"] })
      const [event] = harness.act({ _tag: "Enroll", phone: 2, heard: true })
      return event!._tag
    }
    assertHolds(
      fc.property(anyScheme, (scheme) => {
        expect(takeOver(scheme, [])).toBe("Declined")
      }),
      parameters(100)
    )
    const mutant = { clause: "ENR-4", mutant: "anybody" } as const
    expect(fails(anyScheme, (scheme) => takeOver(scheme, [mutant]) === "Declined")).toBe(true)
  })

  it.each([
    ["ENR-2", 2],
    ["ENR-5", 1]
  ] as const)("the code of one phone verifies under no other: without %s it does", (clause, phone) => {
    const pretend = (scheme: Scheme, mutants: ReadonlyArray<Mutant>): string => {
      const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme) })
      return harness.pay(harness.show(0, rogue), scheme.limit.payment, { alias: phone })
    }
    const named = anyScheme.filter(({ code }) => code.alias !== "none")
    assertHolds(
      fc.property(named, (scheme) => {
        expect(pretend(scheme, [])).toBe("CODE_INVALID")
      }),
      parameters(100)
    )
    const mutant = { clause, mutant: "shared" } as const
    expect(fails(named, (scheme) => pretend(scheme, [mutant]) === "CODE_INVALID")).toBe(true)
  })

  it("a phone asks for a new list when few codes are left, and at once when very few are", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(anyList, fc.nat({ max: 1000 }), ({ token, ...scheme }, drawn) => {
        const left = drawn % (token.batch! + 1)
        const [refillAt, urgentAt] = [token.refillAt!, token.urgentAt!]
        const answer = TokenSource.refill({ token, ...scheme }, left)
        if (left <= urgentAt) expect(answer).toBe("at once")
        else expect(answer).toBe(left >= refillAt ? "no" : "soon")
        met(answer)
      }),
      parameters(1000)
    )
    expect(rarerThan(50, "no", "soon", "at once")).toEqual([])
  })

  it("a phone that is offline shows as many codes as its list has, and no more", () => {
    assertHolds(
      fc.property(shortLists, (scheme) => {
        expect(showMany(scheme, () => false, 20)).toBe(scheme.token.batch)
      }),
      parameters(200)
    )
  })

  it("one that is online whenever its last codes are left never runs out", () => {
    assertHolds(
      fc.property(shortLists, (scheme) => {
        const urgentAt = scheme.token.urgentAt!
        // Three renewals are played: as many codes as they must bring.
        const most = 3 * (scheme.token.batch! - urgentAt)
        expect(showMany(scheme, (left) => left <= urgentAt, most)).toBe(most)
      }),
      parameters(200)
    )
  })

  it("a phone with a seed shows a code in every step, offline, without a count; without GEN-4 it does not", () => {
    assertHolds(
      fc.property(anySeed, (scheme) => {
        expect(showMany(scheme, () => false, 15)).toBe(15)
      }),
      parameters(100)
    )
    const mutant = { clause: "GEN-4", mutant: "counted" } as const
    expect(fails(anySeed, (scheme) => showMany(scheme, () => false, 15, [mutant]) === 15)).toBe(true)
  })

  it("random runs break neither one-credential nor lost-reply nor device-bound nor consent", () => {
    neverBroken(anyScheme, ["lost-reply", "device-bound"])
    // An adversary that has read a phone can make every code of a window: the widest windows are too many for a run.
    neverBroken(fc.constantFrom(...built), ["one-credential", "consent"])
  })
})
