/**
 * Payments: what moves money. Each is one transaction, all or nothing: it gathers the facts, has them decided, and writes
 * what was decided. It decides nothing by itself.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Answer } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { Rules } from "../../model/Rules.ts"
import { Enrollment, type Settlement, type Verification } from "../../model/steps/Steps.ts"
import * as Balances from "./Balances.ts"
import * as Credentials from "./Credentials.ts"
import { type Connection, Database, type Kept, type Reader } from "./Database.ts"
import { dayOf, type FoundCandidate, gather } from "./Facts.ts"
import * as Merchants from "./Merchants.ts"
import * as Orders from "./Orders.ts"
import type { Deciding, Movement, OrderNumber, Query, Row, Spent } from "./Records.ts"
import { flag } from "./Rows.ts"
import * as Subjects from "./Subjects.ts"
import * as Wrong from "./Wrong.ts"

/** The payments of a ledger. */
export class Payments extends Context.Service<
  Payments,
  {
    /** Settles a pay request: gathers the facts, decides, burns, debits or reserves, and records, all or nothing. */
    readonly settle: (query: Query, deciding: Deciding) => Kept<Verification.Decision>
    /** Does to an order what a reversal, a refund, by its number, or the end of a deadline comes to. */
    readonly change: (
      number: OrderNumber,
      now: number,
      decide: (row: Row | undefined) => Settlement.Change,
      refund?: string
    ) => Kept<Settlement.Change>
    /** Debits an open order if the decision says so (STP-1). */
    readonly authenticate: (number: OrderNumber, now: number, decide: (row: Row | undefined) => Answer) => Kept<Answer>
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

/** Counts a wrong code against its terminal, and the alias that it names. */
const countWrongCode = Effect.fnUntraced(function* (connection: Connection, request: Query) {
  const { named, today } = request
  yield* Wrong.count(connection, today, Subjects.terminal(request))
  if (named !== undefined) yield* Wrong.count(connection, today, Subjects.alias(named))
})

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

/** What is recorded of a request that was decided, and of the candidate that it was accepted from. */
const recordOf = (
  { amount, code, merchant, named, now, order }: Query,
  { answer, free }: Verification.Decision,
  accepted: FoundCandidate | undefined,
  rules: Rules
): Row => ({
  merchant,
  order,
  status: answer === "PAID" ? "paid" : answer === "OPEN" ? "open" : "refused",
  reason: accepted === undefined ? (answer as Reason) : undefined,
  amount,
  payer: accepted === undefined ? named : accepted.payer,
  code,
  at: now,
  refunded: 0,
  phone: accepted?.phone,
  free,
  day: accepted && dayOf(rules, now, { last: accepted.lastDay, position: accepted.reading.positions[0]! }),
  refunds: [],
  debited: answer === "PAID"
})

/** Moves the money of an order that is paid, and tells its merchant. */
const pay = Effect.fnUntraced(function* (connection: Connection, { merchant, order }: Row, payment: Payment) {
  const { account, amount, now } = payment
  yield* Balances.move(connection, { kind: "payment", account, merchant, order, amount })
  yield* Merchants.giveNotice(connection, { merchant, order, amount }, now)
})

/** Money that leaves an account, in minor units, and when. */
interface Payment {
  readonly account: number
  readonly amount: number
  readonly now: number
}

/** Debits or reserves what was accepted, and counts it. */
const accept = Effect.fnUntraced(function* (connection: Connection, row: Row, payment: Payment) {
  const { account, amount } = payment
  const isPaid = row.status === "paid"
  yield* Balances.count(connection, row, 1)
  yield* Balances.shift(connection, account, {
    balance: isPaid ? -amount : 0,
    reserved: isPaid ? 0 : amount,
    day: row.day
  })
  if (isPaid) yield* pay(connection, row, payment)
})

const settle = Effect.fnUntraced(function* (connection: Connection, request: Query, { decide, rules }: Deciding) {
  const { amount, challenge, merchant, now, order } = request
  const facts = yield* gather(connection, request, rules)
  const decision = decide(facts)
  const { answer, candidate, fresh, recorded } = decision
  if (!fresh) return decision
  const found = candidate === undefined ? undefined : facts.candidates[candidate]
  if (answer === "CODE_INVALID") yield* countWrongCode(connection, request)
  if (found !== undefined) yield* attempted(connection, found, decision, rules)
  const accepted = answer === "PAID" || answer === "OPEN" ? found : undefined
  const row = recordOf(request, decision, accepted, rules)
  if (accepted !== undefined) yield* accept(connection, row, { account: accepted.payer, amount, now })
  if (recorded) yield* Orders.write(connection, row)
  if (answer === "OPEN" && accepted !== undefined && challenge !== undefined) {
    const { credential } = accepted.reading
    yield* Orders.challenge(connection, { merchant, order, nonce: challenge, credential })
  }
  return decision
})

// ---------------------------------------------------------------------------------------------------------------------
// The order's life
// ---------------------------------------------------------------------------------------------------------------------

const tombstone = {
  reason: undefined,
  amount: undefined,
  payer: undefined,
  code: "",
  refunded: 0,
  phone: undefined,
  free: false,
  day: undefined,
  refunds: [],
  debited: false
} as const

/** An order that is to change, when, and by which refund, if it is one. */
interface Changing {
  readonly number: OrderNumber
  readonly now: number
  readonly refund: string | undefined
}

const change = Effect.fnUntraced(function* (
  connection: Connection,
  { now, number, refund }: Changing,
  decide: (row: Row | undefined) => Settlement.Change
) {
  const row = yield* Orders.held(connection, number)
  const decided = decide(row)
  const { returns, status } = decided
  if (status === undefined) return decided
  // An order number that stands for no payment is that of a reversal which came first.
  if (row?.amount === undefined) {
    yield* Orders.write(connection, { ...number, ...tombstone, status, at: row?.at ?? now })
    return decided
  }
  const { merchant, order, payer } = row
  if (payer !== undefined && returns !== 0) {
    const kind = refund === undefined ? "reversal" : "refund"
    yield* Balances.shift(connection, payer, { balance: returns, reserved: 0, day: undefined })
    yield* Balances.move(connection, { kind, account: payer, merchant, order, amount: returns })
  }
  if (refund !== undefined) {
    yield* Orders.addRefund(connection, number, refund)
    yield* Orders.write(connection, { ...row, status, refunded: row.refunded + returns })
    return decided
  }
  yield* Orders.release(connection, row)
  yield* Orders.write(connection, { ...row, status })
  return decided
})

const authenticate = Effect.fnUntraced(function* (
  connection: Connection,
  number: OrderNumber,
  now: number,
  decide: (row: Row | undefined) => Answer
) {
  const row = yield* Orders.held(connection, number)
  const answer = decide(row)
  if (answer !== "PAID" || row?.payer === undefined) return answer
  const { amount = 0, payer: account, status } = row
  yield* Balances.shift(connection, account, {
    balance: -amount,
    reserved: status === "open" ? -amount : 0,
    day: undefined
  })
  yield* pay(connection, row, { account, amount, now })
  yield* Orders.write(connection, { ...row, status: "paid", debited: true })
  return answer
})

const make = ({ read, transaction }: Database["Service"]): Payments["Service"] => {
  const reader: Reader = { query: read }
  return {
    settle: (query, deciding) => transaction((connection) => settle(connection, query, deciding)),
    change: (number, now, decide, refund) =>
      transaction((connection) => change(connection, { number, now, refund }, decide)),
    authenticate: (number, now, decide) => transaction((connection) => authenticate(connection, number, now, decide)),
    movements: (account) => Balances.movements(reader, account),
    spent: (account, day) => Balances.spentOn(reader, account, day)
  }
}
