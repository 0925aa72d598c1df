/**
 * Stage: the system under direction. A suite says who does what and when, in worlds as wide as it likes; the stage takes
 * only actions that can happen, and answers with what they came to.
 */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { decode } from "../../model/Decode.ts"
import type { Outcome } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import { Scheme } from "../../model/Scheme.ts"
import * as Scope from "../../model/Scope.ts"
import * as System from "../../model/System.ts"
import * as Time from "../../model/Time.ts"
import { capabilityIds } from "../../spec/Threats.ts"
import * as Difference from "../Difference.ts"

/** The scheme that the suites vary, without its words, so that a counterexample can be read. */
export const alipay: Scheme = {
  ...Result.getOrThrow(
    decode(Scheme, JSON.parse(readFileSync(new URL("../../spec/schemes/alipay.json", import.meta.url), "utf8")))
  ),
  note: "varied",
  sources: {},
  claims: {}
}

/** The seed of every suite: PAYCODE_SEED, or 1. */
export const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** How fast-check is to run a property: `numRuns` times PAYCODE_RUNS, from the seed. */
export const parameters = (numRuns: number) => ({ seed, numRuns: numRuns * Number(process.env.PAYCODE_RUNS ?? 1) })

/** The first midnight that a run can meet, by a scheme's zone. */
export const midnight = (scheme: Scheme): number => Time.startOfDay(scheme, 20)

interface Setting {
  readonly rules: Rules.Rules
  /** Provider time at the start. */
  readonly start: number
  readonly amounts: ReadonlyArray<number>
  readonly offsets?: ReadonlyArray<number>
  readonly opening?: Scope.Opening
}

/** The stage for one run. Payer 0 has signed and enrolled; merchants are 0, 1, and the adversary's own, 2. */
export const open = ({ amounts, offsets = [0], opening, rules, start }: Setting) => {
  const world: System.World = {
    rules,
    can: Scope.having(capabilityIds),
    scope: {
      name: "stage",
      accounts: 3,
      opening: opening ?? { balance: Number.MAX_SAFE_INTEGER, spentToday: 0 },
      merchants: 3,
      codes: 100,
      orders: 200,
      requests: 20,
      inFlight: 100,
      amounts,
      offsets,
      starts: [start]
    }
  }
  let state = System.init(world)[0]!
  const events: Array<System.Event> = []

  const act = (action: System.Action): ReadonlyArray<System.Event> => {
    if (action._tag !== "Advance" && !System.deeds(world, state).some((deed) => Difference.none(deed, action)))
      throw new Error(`cannot happen: ${JSON.stringify(action)}`)
    const step = System.next(world, state, action)
    state = step.state
    events.push(...step.events)
    return step.events
  }

  return {
    world,
    state: () => state,
    events,
    wait: (seconds: number): void => {
      if (seconds > 0) act({ _tag: "Advance", seconds })
    },
    /** The payer shows a code, or turns to the one that is there; its number. */
    show: (payer: number, till: number, offset = 0): number => {
      act({ _tag: "Show", payer, till, offset })
      return state.payers[payer]!.screen
    },
    canShow: (payer: number, till: number, offset = 0): boolean =>
      System.deeds(world, state).some((deed) => Difference.none(deed, { _tag: "Show", payer, till, offset })),
    capture: (code: number): void => {
      if (!state.codes[code]!.captured) act({ _tag: "Capture", code })
    },
    withdraw: (payer: number): void => {
      act({ _tag: "Withdraw", payer })
    },
    /** The till scans the phone; the number of the order, or -1 where the amount is refused at once. */
    scan: (payer: number, amount: number): number => {
      const orders = state.orders.length
      act({ _tag: "Scan", payer, amount })
      return state.orders.length > orders ? orders : -1
    },
    /** The adversary presents a captured code at a till; the number of the order, or -1. */
    submit: (merchant: number, code: number, amount: number): number => {
      const orders = state.orders.length
      act({ _tag: "Submit", merchant, code, payer: state.codes[code]!.payer, amount })
      return state.orders.length > orders ? orders : -1
    },
    /** The adversary's merchant asks again under an order of its own; the number of the request, or -1. */
    resubmit: (order: number, code: number, amount: number): number => {
      const { length } = state.orders[order]!.requests
      act({ _tag: "Resubmit", order, code, payer: state.codes[code]!.payer, amount })
      return state.orders[order]!.requests.length > length ? length : -1
    },
    /** A request reaches the provider; what it is answered. */
    deliver: (order: number, request = 0): Outcome => {
      for (const event of act({ _tag: "Deliver", order, request }))
        if (event._tag === "Answered") return event.decision.outcome
      throw new Error("a request was delivered and not answered")
    },
    /** The debits so far: of which payer, how much, on which provider day. */
    debits: () =>
      events.flatMap((event) => {
        if (event._tag !== "Debited") return []
        const { amount, code, day, payer } = state.orders[event.order]!.requests[event.request]!
        return [{ payer, amount, day, code }]
      })
  }
}

/** Rules for a scheme, with some clauses left out. */
export const rulesOf = (
  scheme: Scheme,
  leftOut: ReadonlyArray<Parameters<typeof Rules.without>[1]> = []
): Rules.Rules => Rules.without(Rules.strict(scheme), ...leftOut)
