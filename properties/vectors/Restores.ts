/**
 * Restores: what a provider may accept and answer that was restored from a backup. Which positions these are is counted
 * here, step by step; the model's own decision, with a clause left out, makes the mistakes.
 */
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { TokenSource as Positions, Settlement, Verification } from "../../model/steps/Steps.ts"
import { noon } from "./Generations.ts"
import { caughtBy, type Mistake, notesOf, numbering } from "./Mistakes.ts"

const backupAt = noon
const restoredAt = noon + 600

interface Window {
  readonly comment: string
  readonly scheme: Scheme
  readonly issuedAt: number
  readonly at: number
  readonly positions: ReadonlyArray<number>
}

interface Requested {
  readonly comment: string
  readonly scheme: Scheme
  readonly at: number
  readonly do: "pay" | "query" | "reversal" | "refund"
  readonly predates: boolean
  readonly known: "nothing" | "paid"
  readonly expect: Answer
}

/** The positions that the implementation accepts, by up to which instant it takes codes for lost. */
export const accepted = (
  { at, issuedAt, scheme }: Omit<Window, "comment" | "positions">,
  lostUntil: number | undefined
): ReadonlyArray<number> => {
  const { from, to } = Positions.windowAt(Rules.strict(scheme), { issuedAt, lostUntil }, at)
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}

/** What the implementation decides of an order, under some rules. */
export const decided = (
  rules: Rules.Rules,
  { at, do: requested, known, predates }: Omit<Requested, "comment" | "expect" | "scheme">
): Answer => {
  const record =
    known === "nothing"
      ? undefined
      : ({
          status: "paid",
          reason: undefined,
          amount: 1,
          payer: 0,
          code: "a code",
          at: backupAt - 60,
          refunded: 0
        } as const)
  if (requested === "query") return Settlement.query(rules, record, predates, at)
  if (requested === "reversal") return Settlement.reverse(rules, record, predates, at).answer
  if (requested === "refund") {
    return Settlement.refund(rules, record, { amount: 1, made: undefined, predates, held: 1 }, at).answer
  }
  const standing = {
    agreement: "live",
    free: { sum: 0, count: 0 },
    all: 0,
    available: 1,
    authenticated: false
  } as const
  const candidate = {
    payer: 0,
    matches: [{ position: 0, burned: false }],
    revealed: false,
    pinned: false,
    last: undefined,
    day: 0,
    standing
  }
  const facts = {
    record,
    predates,
    wrongCodes: { fromTerminal: 0, fromMerchant: 0, underAlias: 0 },
    payer: 0,
    candidates: [candidate],
    madeOver: "same"
  } as const
  return Verification.decide(rules, facts, { amount: 1, code: "a code" }, at).answer
}

const losing = (mistake: string, lostUntil: number | undefined): Mistake<Window> => ({
  clause: "VER-30",
  mistake,
  passes: (test) => String(accepted(test, lostUntil)) === String(test.positions)
})

const windowMistakes = {
  "ver-30-no-epoch": losing("A restored provider goes on as its backup has it.", undefined),
  "ver-15-for-ever": {
    clause: "VER-15",
    mistake:
      "Once it was restored a provider accepts no code any more, not even those that could not have been accepted before.",
    passes: ({ positions }) => positions.length === 0
  },
  "ver-30-from-the-snapshot": losing(
    "Codes are refused only up to the step of the backup, not of the restore.",
    backupAt
  )
} satisfies Record<string, Mistake<Window>>

const orderMistakes = {
  "ver-31-refused": {
    clause: "VER-31",
    mistake: "Order numbers that the backup does not know are answered as if they had never been used.",
    passes: ({ scheme, ...requested }) =>
      decided(Rules.without(Rules.strict(scheme), { clause: "VER-31", mutant: "refused" }), requested) ===
      requested.expect
  },
  "ver-15-all-unknown": {
    clause: "VER-15",
    mistake: "A restored provider says of every order that it is unknown, whatever its backup has.",
    passes: ({ expect }) => expect === "UNKNOWN"
  }
} satisfies Record<string, Mistake<Requested>>

const steps = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)

/** A seed that was renewed after the restore: what another node could have accepted before is lost all the same. */
const seedWindows = (scheme: Scheme): ReadonlyArray<Window> => {
  const { future, past } = scheme.window!
  const { nodeSkew, step: seconds } = scheme.clock
  const { perStep = 1 } = scheme.code
  // The furthest step that a node could have accepted, whose clock is ahead.
  const lost = Math.floor((restoredAt + nodeSkew) / seconds) + future
  const issuedAt = restoredAt + 1
  const at = (comment: string, instant: number): Window => {
    const now = Math.floor(instant / seconds)
    return {
      comment,
      scheme,
      issuedAt,
      at: instant,
      positions: steps(now - past, now + future)
        .filter((step) => step > lost)
        .flatMap((step) => steps(step * perStep, step * perStep + perStep - 1))
    }
  }
  return [
    at("renewed at once: nothing of the window is left", restoredAt + 1),
    at("the first step that could not have been accepted", (lost + 1 - future) * seconds),
    at("half of the window", (lost + 2) * seconds),
    at("the whole of it", (lost + 1 + past) * seconds)
  ]
}

/** A list is lost as a whole. */
const listWindows = (scheme: Scheme): ReadonlyArray<Window> => {
  const whole = steps(0, scheme.token.batch! - 1)
  const at = restoredAt + 60
  return [
    { comment: "issued before the backup", scheme, issuedAt: backupAt - 60, at, positions: [] },
    { comment: "issued after the backup, and lost", scheme, issuedAt: backupAt + 60, at, positions: [] },
    { comment: "issued in the second of the restore", scheme, issuedAt: restoredAt, at, positions: [] },
    { comment: "issued after the restore", scheme, issuedAt: restoredAt + 1, at, positions: whole }
  ]
}

const orders = (scheme: Scheme): ReadonlyArray<Requested> => {
  const at = restoredAt + 60
  const told = (comment: string, requested: Omit<Requested, "at" | "comment" | "scheme">): Requested => ({
    comment,
    scheme,
    at,
    ...requested
  })
  return [
    told("an order that may have been paid since the backup", {
      do: "query",
      predates: true,
      known: "nothing",
      expect: "UNKNOWN"
    }),
    told("the same request again: it is not paid a second time", {
      do: "pay",
      predates: true,
      known: "nothing",
      expect: "UNKNOWN"
    }),
    told("its reversal: it may have been paid, and nothing can be returned", {
      do: "reversal",
      predates: true,
      known: "nothing",
      expect: "UNKNOWN"
    }),
    told("its refund", { do: "refund", predates: true, known: "nothing", expect: "UNKNOWN" }),
    told("the reversal of an order that the backup has", {
      do: "reversal",
      predates: true,
      known: "paid",
      expect: "REVERSED"
    }),
    told("an order that the backup has", { do: "query", predates: true, known: "paid", expect: "PAID" }),
    told("an order that the backup has, asked for again", { do: "pay", predates: true, known: "paid", expect: "PAID" }),
    told("an order of after the restore", { do: "pay", predates: false, known: "nothing", expect: "PAID" }),
    told("an order that is nobody's", { do: "query", predates: false, known: "nothing", expect: "NO_SUCH_ORDER" })
  ]
}

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  return {
    header: [
      "A provider that was restored at the second `restoredAt` from a backup of the second `backupAt`. The scheme is the file of that name in spec/schemes.",
      "A window: the positions of a credential whose codes can be accepted. A credential that was issued before the restore is not accepted at all before its phone has renewed it; those of seeds here were renewed since.",
      "An order: what is answered to a query, or to a pay request with a code that can be accepted. `predates` says that the request may have been made before the restore, `known` what the backup has under the order number."
    ],
    notes: notesOf<Omit<Mistake<never>, "passes"> & { readonly passes: unknown }>({
      ...windowMistakes,
      ...orderMistakes
    }),
    groups: [...Fixtures.schemes.slice(0, -1), Fixtures.hardened].map((scheme) => ({
      scheme: scheme.scheme,
      backupAt,
      restoredAt,
      windows: (scheme.window === undefined ? listWindows(scheme) : seedWindows(scheme)).map((window) => {
        const { scheme: _, ...said } = window
        return { id: next(), ...said, notes: caughtBy<Window>(windowMistakes, window) }
      }),
      orders: orders(scheme).map((requested) => {
        const { scheme: _, ...said } = requested
        return { id: next(), ...said, notes: caughtBy<Requested>(orderMistakes, requested) }
      })
    }))
  }
}
