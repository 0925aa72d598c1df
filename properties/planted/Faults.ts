/**
 * Faults: what can be wrong with an implementation though it leaves out no clause where it decides: how it keeps its ledger,
 * so that only requests at once or a crash can tell, and what it compares and draws. A row says what a fault is, and who
 * shows it.
 */
import * as Effect from "effect/Effect"
import type { Transaction } from "../../impl/credentials/Credentials.ts"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import type * as Provider from "../../impl/provider/Provider.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type Change, Verification } from "../../model/steps/Steps.ts"
import type { Action, Of } from "../../model/system/System.ts"
import { type Compared, type FaultName, GivenRuns } from "../mutants/Mutants.ts"
import { eachOf, type PaymentCalls, paying } from "./Wrapping.ts"

/** Where a fault is. */
export interface Place {
  /** Lets others have some turns. */
  readonly turns: Effect.Effect<void>
  /** Does something besides, which ends with the node. */
  readonly later: (what: Effect.Effect<unknown, unknown>) => Effect.Effect<void>
}

/** What a node puts in the place of services of its ledger, where it is to fail. */
export type LedgerFault = (ledger: Ledger.Ledger, at: Place) => Partial<Ledger.Ledger>

/** Who shows a fault: clients at once, nodes that end in the middle of what they do, or a run under direction. */
export type Shown = { readonly schemes: ReadonlyArray<Compared> } & (
  | { readonly by: "clients at once" | "kills" }
  | { readonly by: "given run"; readonly run: (scheme: Scheme) => GivenRuns.Directed }
)

/** Something that is left out of what codes are made over, at phones and provider alike. */
export interface LeftOut {
  /** A transaction as codes are made over it. */
  readonly over: (transaction: Transaction.Transaction) => Transaction.Transaction
  /** A pay request as the provider compares it with what its code was made over. */
  readonly compared: (request: Provider.Request) => Provider.Request
  /** Has the request be written down as it was. */
  readonly ledger: LedgerFault
}

/** What is known of one fault. */
export interface FaultRow {
  /** What is wrong, as a clause of a sentence. */
  readonly says: string
  /** A fault of the ledger; of the tills, which draw one nonce for everything; or of what codes are made over. */
  readonly made: { readonly ledger: LedgerFault } | { readonly nonce: string } | { readonly leftOut: LeftOut }
  readonly shown: Shown
}

// ---------------------------------------------------------------------------------------------------------------------
// Ledgers
// ---------------------------------------------------------------------------------------------------------------------

/** What is decided of a request on what the ledger holds now. Nothing is written. */
const looked = (
  { settle }: PaymentCalls,
  query: Ledger.Query,
  deciding: Ledger.Deciding
): Effect.Effect<Verification.Decision> =>
  Effect.suspend(() => {
    let decided: Verification.Decision | undefined
    const decide: Ledger.Deciding["decide"] = (facts) => {
      decided = deciding.decide(facts)
      return { ...decided, fresh: false, attempt: false, burns: [], candidate: undefined, recorded: false }
    }
    return Effect.map(Effect.orDie(settle(query, { ...deciding, decide })), () => decided!)
  })

/** Writes what was decided before, whatever the ledger holds by now. */
const written = (
  { settle }: PaymentCalls,
  query: Ledger.Query,
  deciding: Ledger.Deciding,
  decision: Verification.Decision
) =>
  settle(query, {
    ...deciding,
    // Nothing can be debited from a credential that is no longer one.
    decide: (facts) => ((decision.candidate ?? -1) < facts.candidates.length ? decision : deciding.decide(facts))
  })

const lostUpdate: LedgerFault = (ledger, { turns }) =>
  paying(ledger, (payments) => ({
    settle: Effect.fnUntraced(function* (query, deciding) {
      const decision = yield* looked(payments, query, deciding)
      yield* turns
      return yield* written(payments, query, deciding, decision)
    })
  }))

const answersFirst: LedgerFault = (ledger, { later, turns }) =>
  paying(ledger, (payments) => ({
    settle: Effect.fnUntraced(function* (query, deciding) {
      const decision = yield* looked(payments, query, deciding)
      yield* later(Effect.andThen(turns, written(payments, query, deciding, decision)))
      return decision
    })
  }))

const burnsLate: LedgerFault = (ledger, { later, turns }) =>
  paying(ledger, (payments) => ({
    settle: Effect.fnUntraced(function* (query, deciding) {
      let decided: Verification.Decision | undefined
      const decide: Ledger.Deciding["decide"] = (facts) => {
        decided = deciding.decide(facts)
        return { ...decided, burns: [] }
      }
      const decision = yield* payments.settle(query, { ...deciding, decide })
      if (decided !== undefined && decided.burns.length > 0) {
        const { burns, candidate } = decided
        const burn = {
          ...Verification.answered("CODE_USED"),
          status: "refused",
          fresh: true,
          burns,
          candidate
        } as const
        yield* later(Effect.andThen(turns, written(payments, query, deciding, burn)))
      }
      return decision
    })
  }))

/** What some steps make of an order is decided on what was read before others wrote. */
const decidedLate =
  (isLate: (change: Change.Change) => boolean): LedgerFault =>
  (ledger, { turns }) =>
    paying(ledger, ({ change, refund }) => {
      const early = Effect.fnUntraced(function* (number: Ledger.OrderNumber, changing: Ledger.Changing) {
        const made = changing.refund && (yield* ledger.orders.made(number, changing.refund))
        const held = yield* ledger.orders.heldFor(number.merchant)
        const decided = changing.decide(yield* ledger.orders.order(number), false, made, held)
        if (!isLate(decided)) return changing
        yield* turns
        return { ...changing, renewed: undefined, decide: () => decided }
      })
      return {
        change: (number, changing) => Effect.flatMap(early(number, changing), (late) => change(number, late)),
        refund: (number, changing) => Effect.flatMap(early(number, changing), (late) => refund(number, late))
      }
    })

const isApproval = ({ answer, debits }: Change.Change): boolean => debits > 0 || answer === "NOT_OPEN"

const changesLate = decidedLate((change) => !isApproval(change))
const debitsLate = decidedLate(isApproval)

/** Everybody who asks waits until what is on its way to the disk is there, so that nobody can tell unless the node ends. */
const answersBeforeDurable: LedgerFault = (ledger, { later, turns }) => {
  let onTheWay: ReadonlyArray<Effect.Effect<unknown, unknown>> = []
  const arrived: Effect.Effect<void> = Effect.suspend(() => {
    const writes = onTheWay
    onTheWay = []
    return Effect.orDie(Effect.forEach(writes, (write) => write, { discard: true }))
  })
  const gone = Effect.sync(() => {
    onTheWay = []
  })
  const waiting = eachOf(ledger, (call) => Effect.andThen(arrived, call))
  const settling = paying(waiting, () => ({
    settle: Effect.fnUntraced(function* (query, deciding) {
      yield* arrived
      const decision = yield* looked(ledger.payments, query, deciding)
      onTheWay = [written(ledger.payments, query, deciding, decision)]
      yield* later(Effect.onInterrupt(Effect.andThen(turns, arrived), () => gone))
      return decision
    })
  }))
  return { ...waiting, ...settling }
}

const shownName: LedgerFault = ({ merchants }) => ({
  merchants: { ...merchants, nameOf: () => Effect.succeed("Shop 0") }
})

// ---------------------------------------------------------------------------------------------------------------------
// What codes are made over
// ---------------------------------------------------------------------------------------------------------------------

const sameNonce = { nonce: "AAAAAAAAAAAAAAAA" } as const
const sameOrder = { order: "sale" } as const

const withoutNonce: LeftOut = {
  over: (transaction) => ({ ...transaction, ...sameNonce }),
  compared: (request) => (request.nonce === undefined ? request : { ...request, ...sameNonce }),
  ledger: () => ({})
}

/** The ledger is told the order number with the terminal. */
const withoutOrder: LeftOut = {
  over: (transaction) => ({ ...transaction, ...sameOrder }),
  compared: ({ order, terminal, ...request }) => ({
    ...request,
    ...sameOrder,
    terminal: JSON.stringify([terminal, order])
  }),
  ledger: (ledger) =>
    paying(ledger, ({ settle }) => ({
      settle: (query, deciding) => {
        const [terminal, order]: [string, string] = JSON.parse(query.terminal)
        return settle({ ...query, terminal, order }, deciding)
      }
    }))
}

// ---------------------------------------------------------------------------------------------------------------------
// The table
// ---------------------------------------------------------------------------------------------------------------------

/** A sale of the honest merchant's till, shown on a phone; `copied`: off a transaction that the till has opened before. */
const sale = (scheme: Scheme, copied: boolean): Of<"Show"> => ({
  ...GivenRuns.show(),
  till: 0,
  ...GivenRuns.madeOver(scheme, 0, 7, { copied })
})

const relayed = (...actions: ReadonlyArray<Action>): GivenRuns.Directed => ({ amounts: [7], can: ["relay"], actions })

const delivered: Action = { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: true }

/** The payer was shown a transaction that the till has opened before, and not the one that it scans for. */
const ofCopied = (scheme: Scheme): GivenRuns.Directed =>
  relayed(sale(scheme, true), { _tag: "Scan", phone: 0, amount: 7 }, delivered)

/** Every fault by name. What the table of mutants names is among them, or it does not compile. */
export const faults = {
  lostUpdate: {
    says: "a pay request is decided on what was read before others wrote: the last to write wins",
    made: { ledger: lostUpdate },
    shown: { by: "clients at once", schemes: ["hardened", "wechat"] }
  },
  answersFirst: {
    says: "a pay request is answered before what it comes to is written",
    made: { ledger: answersFirst },
    shown: { by: "clients at once", schemes: ["alipay", "wechat"] }
  },
  burnsLate: {
    says: "the money is moved at once, and the code burned later",
    made: { ledger: burnsLate },
    shown: { by: "clients at once", schemes: ["alipay", "unionpay"] }
  },
  changesLate: {
    says: "what a reversal, a refund or a timer comes to is decided on what was read before others wrote",
    made: { ledger: changesLate },
    shown: { by: "clients at once", schemes: ["wechat"] }
  },
  debitsLate: {
    says: "what a password comes to is decided on what was read before others wrote",
    made: { ledger: debitsLate },
    shown: { by: "clients at once", schemes: ["always asking"] }
  },
  answersBeforeDurable: {
    says: "a pay request is answered when what it comes to is on its way to the disk",
    made: { ledger: answersBeforeDurable },
    shown: { by: "kills", schemes: ["alipay", "wechat", "hardened"] }
  },
  shownName: {
    says: "the provider compares the name that a till has shown, and not the registered one",
    made: { ledger: shownName },
    shown: {
      by: "given run",
      schemes: ["hardened", "alipay-till-qr"],
      // What was made for the honest merchant's till is sent by the adversary's merchant.
      run: (scheme) =>
        relayed(
          sale(scheme, false),
          { _tag: "Capture", phone: 0 },
          GivenRuns.payment(GivenRuns.positionOf(scheme, 0), 7)
        )
    }
  },
  withoutNonce: {
    says: "the nonce is left out of what codes are made over",
    made: { leftOut: withoutNonce },
    // The order number is that of the transaction which the payer was shown, and the nonce is not.
    shown: { by: "given run", schemes: ["hardened", "alipay-till-qr"], run: ofCopied }
  },
  withoutOrder: {
    says: "the order number is left out of what codes are made over",
    made: { leftOut: withoutOrder },
    shown: {
      by: "given run",
      schemes: ["hardened", "alipay-till-qr"],
      // The adversary shows the code at the same till, which asks with the nonce of its sale under another number.
      run: (scheme) =>
        relayed(
          sale(scheme, false),
          {
            _tag: "Present",
            merchant: 0,
            key: { phone: 0, generation: 0, position: GivenRuns.positionOf(scheme, 0), revealed: false },
            amount: 7
          },
          delivered
        )
    }
  },
  oneNonce: {
    says: "the nonces of tills are all alike",
    made: { nonce: "AAAAAAAAAAAAAAAA" },
    shown: {
      by: "given run",
      schemes: ["hardened", "alipay-till-qr"],
      run: ofCopied
    }
  }
} as const satisfies Readonly<Record<string, FaultRow>> & { readonly [Name in FaultName]: FaultRow }

/** Every fault, with its name. */
export const all = Object.entries<FaultRow>(faults).map(([name, row]) => ({ name, ...row }))

/** The ledgers with a fault that is shown in one way, each with a scheme that shows it. */
export const ledgers = (by: Shown["by"]) =>
  all.flatMap(({ made, name, says, shown }) =>
    shown.by === by && "ledger" in made
      ? shown.schemes.map((scheme) => ({ name, says, scheme, fault: made.ledger }))
      : []
  )

/** The faults that runs under direction show. */
export const directed = all.flatMap(({ made, name, says, shown }) =>
  shown.by === "given run" ? shown.schemes.map((scheme) => ({ name, says, made, scheme, run: shown.run })) : []
)
