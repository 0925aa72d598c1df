/**
 * Payments: what moves money. Each is one transaction, all or nothing: it gathers the facts, has them decided, and writes
 * what was decided. It decides nothing by itself.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Reason } from "../../model/Refusal.ts"
import type { Rules } from "../../model/Rules.ts"
import { type Change, Enrollment, type Verification } from "../../model/steps/Steps.ts"
import * as Balances from "./Balances.ts"
import * as Changes from "./Changes.ts"
import * as Credentials from "./Credentials.ts"
import { type Connection, Database, type Kept, type Reader } from "./Database.ts"
import { type FoundCandidate, gather } from "./Facts.ts"
import * as Merchants from "./Merchants.ts"
import * as Orders from "./Orders.ts"
import * as Payouts from "./Payouts.ts"
import type {
  Changed,
  Changing,
  Deciding,
  Movement,
  OrderNumber,
  PaidOut,
  PayoutNumber,
  Query,
  Row,
  Spent
} from "./Records.ts"
import { flag } from "./Rows.ts"
import * as Wrong from "./Wrong.ts"

/** The payments of a ledger. */
export class Payments extends Context.Service<
  Payments,
  {
    /** Settles a pay request: gathers the facts, decides, burns, debits or reserves, and records, all or nothing. */
    readonly settle: (query: Query, deciding: Deciding) => Kept<Verification.Decision>
    /** Does to an order what a step comes to: a reversal, a refund, the end of a deadline, or its owner's answer. */
    readonly change: (number: OrderNumber, changing: Changing) => Kept<Change.Change>
    /** The same of a refund, with what was recorded before it. */
    readonly refund: (number: OrderNumber, changing: Changing) => Kept<Changed>
    /** Pays out to a merchant what is held for it, once under a number. */
    readonly payOut: (number: PayoutNumber, now: number) => Kept<PaidOut>
    /** What moved on an account, earliest first. */
    readonly movements: (account: number) => Kept<ReadonlyArray<Movement>>
    /** What was accepted of an account on a provider day, as the limits count it. */
    readonly spent: (account: number, day: number) => Kept<Spent>
  }
>()("paycode/impl/ledger/Payments") {
  /** Those in a database. */
  static readonly layer: Layer.Layer<Payments, never, Database> = Layer.effect(
    Payments,
    Effect.map(Database, (database) => make(database))
  )
}

// ---------------------------------------------------------------------------------------------------------------------
// Pay requests
// ---------------------------------------------------------------------------------------------------------------------

/** Counts a wrong code against its terminal and its merchant, and under the alias that it shows. */
const countWrongCode = (connection: Connection, request: Query, rules: Rules): Kept<unknown> =>
  Wrong.countCode(connection, request.today, Wrong.countedUnder(rules, request))

/** Writes what an attempt does to its credential, whatever it comes to. */
const attempted = Effect.fnUntraced(function* (
  connection: Connection,
  { phone, reading: { credential, revealed }, status }: FoundCandidate,
  { burns }: Verification.Decision,
  rules: Rules
) {
  for (const { position } of burns) {
    yield* connection.query(
      "INSERT INTO burned (credential, revealed, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      credential,
      flag(revealed),
      position
    )
  }
  if (status !== "pending") return
  const { credentials } = yield* Credentials.phone(connection, phone)
  const generation = credentials.findIndex((held) => held.number === credential)
  const statuses = credentials.map((held) => held.status)
  yield* Credentials.restate(connection, credentials, Enrollment.confirmed(rules, statuses, generation))
})

/**
 * Whose a request is that was not accepted: whom its digits name, where they verified. Others may have been misread or made up, with
 * another's alias (VER-3).
 */
const namedBy = ({ named }: Query, { answer }: Verification.Decision): number | undefined =>
  answer === "CODE_INVALID" ? undefined : named

/** What is recorded of a request that was decided, and of the candidate that it was accepted from. */
const recordOf = (request: Query, decision: Verification.Decision, accepted: FoundCandidate | undefined): Row => {
  const { amount, code, merchant, now, order } = request
  const { answer, free, status = "refused" } = decision
  return {
    merchant,
    order,
    status,
    reason: accepted === undefined ? (answer as Reason) : undefined,
    amount,
    payer: accepted === undefined ? namedBy(request, decision) : accepted.payer,
    code,
    at: now,
    refunded: 0,
    phone: accepted?.phone,
    free,
    day: accepted?.day,
    debited: status === "paid"
  }
}

const settle = Effect.fnUntraced(function* (connection: Connection, request: Query, { decide, rules }: Deciding) {
  const { amount, challenge, merchant, now, order, today } = request
  const facts = yield* gather(connection, request, rules)
  const decision = decide(facts)
  const { candidate, fresh, recorded, status, wrong } = decision
  // A code that nobody knows any more is none the less a wrong one.
  if (facts.predates && decision.answer === "UNKNOWN") yield* countWrongCode(connection, request, rules)
  if (!fresh) return decision
  const found = candidate === undefined ? undefined : facts.candidates[candidate]
  if (wrong) yield* countWrongCode(connection, request, rules)
  if (found !== undefined) yield* attempted(connection, found, decision, rules)
  const accepted = status === "refused" ? undefined : found
  const row = recordOf(request, decision, accepted)
  if (accepted !== undefined) yield* Balances.apply(connection, row, decision, { now, today })
  if (status === "paid") yield* Merchants.giveNotice(connection, { merchant, order, amount }, now)
  if (recorded) yield* Orders.write(connection, row)
  if (status === "open" && accepted !== undefined && challenge !== undefined) {
    const { credential } = accepted.reading
    yield* Orders.challenge(connection, { merchant, order, nonce: challenge, credential })
  }
  return decision
})

const make = ({ read, transaction }: Database["Service"]): Payments["Service"] => {
  const reader: Reader = { query: read }
  return {
    settle: (query, deciding) => transaction((connection) => settle(connection, query, deciding)),
    change: (number, changing) =>
      Effect.map(
        transaction((connection) => Changes.apply(connection, number, changing)),
        ({ change }) => change
      ),
    refund: (number, changing) => transaction((connection) => Changes.apply(connection, number, changing)),
    payOut: (number, now) => transaction((connection) => Payouts.payOut(connection, number, now)),
    movements: (account) => Balances.movements(reader, account),
    spent: (account, day) => Balances.spentOn(reader, account, day)
  }
}
