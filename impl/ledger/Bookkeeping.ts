/**
 * Bookkeeping: what a ledger does to its tables within one transaction. It gathers the facts, has them decided, and writes
 * what was decided. What it looks at it holds: first the order number, then the terminal, then the accounts.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Answer } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { Agreement, Status } from "../../model/steps/Enrollment.ts"
import type { Change } from "../../model/steps/Settlement.ts"
import type { Candidate, Decision, Facts, Standing } from "../../model/steps/Verification.ts"
import type { Connection } from "./Database.ts"
import type { Credential, Deciding, Draft, Kept, Kind, OrderNumber, Phone, Query, Reading, Row } from "./Ledger.ts"
import {
  type AccountRow,
  type CredentialRow,
  credentialColumns,
  credentialOf,
  flag,
  type OrderRow,
  orderColumns,
  rowOf,
  writtenSecret
} from "./Rows.ts"

const tombstone = { reason: undefined, amount: undefined, payer: undefined, code: "", refunded: 0 } as const
const untaken = { phone: undefined, free: false, day: undefined, refunds: [], debited: false } as const

/** The digits that were drawn for a credential, none twice. */
const digitsOf = ({ secret }: Draft): ReadonlySet<string> =>
  new Set(
    secret._tag === "Drawn" ? Redacted.value(secret.codes).flatMap(({ revealed, scanned }) => [scanned, revealed]) : []
  )

// ---------------------------------------------------------------------------------------------------------------------
// What a transaction holds
// ---------------------------------------------------------------------------------------------------------------------

// A merchant chooses its order numbers freely: no two pairs may come to the same subject.
const orderSubject = ({ merchant, order }: OrderNumber): string => JSON.stringify(["order", merchant, order])
const terminalSubject = ({ merchant, terminal }: Query): string => JSON.stringify(["terminal", merchant, terminal])
const accountSubject = (account: number): string => JSON.stringify(["account", account])

/** What is numbered from 0 on is numbered by one transaction at a time. */
const numbering = JSON.stringify(["numbers"])

/** What wrong codes under an alias are counted under. */
const aliasSubject = (account: number): string => JSON.stringify(["alias", account])
/** What wrong passwords of an account are counted under. */
export const passwordSubject = (account: number): string => JSON.stringify(["password", account])

// ---------------------------------------------------------------------------------------------------------------------
// Transactions
// ---------------------------------------------------------------------------------------------------------------------

/** What an account has accepted on a day. */
export type Spent = Pick<Standing, "free" | "all">

const unspent: Spent = { free: { sum: 0, count: 0 }, all: 0 }

/** A candidate, with what is written when it pays. */
interface Found extends Candidate {
  readonly reading: Reading
  readonly phone: number
  readonly status: Status
  readonly lastDay: number
}

/** What can happen within a transaction, over the connection that it has. */
const steps = ({ lock, query }: Connection) => {
  const one = <A extends object>(...asked: Parameters<typeof query>): Kept<A | undefined> =>
    Effect.map(query<A>(...asked), ([row]) => row)

  const phone = Effect.fnUntraced(function* (number: number) {
    const found = yield* one<{ readonly account: number; readonly authenticated: number }>(
      "SELECT account, authenticated FROM phone WHERE number = ?",
      number
    )
    if (found === undefined) {
      return yield* Effect.die(new Error(`phone: expected one that was registered, found ${number}`))
    }
    const credentials = yield* query<CredentialRow>(
      `SELECT ${credentialColumns} FROM credential c WHERE c.phone = ? ORDER BY c.number`,
      number
    )
    return {
      account: found.account,
      authenticated: found.authenticated === 1,
      credentials: credentials.map(credentialOf)
    }
  })

  /** A phone, whose account the transaction holds. */
  const heldPhone = Effect.fnUntraced(function* (number: number) {
    const { account } = yield* phone(number)
    yield* lock(accountSubject(account))
    return yield* phone(number)
  })

  const account = (number: number): Kept<AccountRow | undefined> =>
    one<AccountRow>("SELECT agreement, balance, reserved, password FROM account WHERE number = ?", number)

  const neededAccount = Effect.fnUntraced(function* (number: number) {
    const found = yield* account(number)
    return found ?? (yield* Effect.die(new Error(`account: expected one that was opened, found ${number}`)))
  })

  /** Holds an account that is there. */
  const heldAccount = (number: number): Kept<AccountRow> =>
    Effect.andThen(lock(accountSubject(number)), neededAccount(number))

  /** Puts the credentials of a phone where a decision says that they stand. */
  const restate = Effect.fnUntraced(function* (
    held: ReadonlyArray<Pick<Credential, "number" | "status">>,
    statuses: ReadonlyArray<Status>
  ) {
    for (const [generation, { number, status }] of held.entries()) {
      const next = statuses[generation]!
      if (next !== status) yield* query("UPDATE credential SET status = ? WHERE number = ?", next, number)
    }
  })

  // -- what counts --

  const spentOn = (account: number, day: number): Kept<Spent> =>
    Effect.map(
      one<{ readonly free_sum: number; readonly free_count: number; readonly total: number }>(
        "SELECT free_sum, free_count, total FROM spent WHERE account = ? AND day = ?",
        account,
        day
      ),
      (row) => (row === undefined ? unspent : { free: { sum: row.free_sum, count: row.free_count }, all: row.total })
    )

  /** Counts an accepted order towards its day, or takes it from there again. */
  const count = ({ amount = 0, day, free, payer }: Row, times: 1 | -1): Kept<unknown> =>
    day === undefined || payer === undefined
      ? Effect.void
      : query(
          "INSERT INTO spent (account, day, free_sum, free_count, total) VALUES (?, ?, ?, ?, ?) " +
            "ON CONFLICT (account, day) DO UPDATE SET free_sum = spent.free_sum + excluded.free_sum, " +
            "free_count = spent.free_count + excluded.free_count, total = spent.total + excluded.total",
          payer,
          day,
          free ? times * amount : 0,
          free ? times : 0,
          times * amount
        )

  /** What a payment, a refund or a reversal does to an account: to its balance, to what it reserves, and to its last day. */
  const changeAccount = (account: number, balance: number, reserved: number, day: number): Kept<unknown> =>
    query(
      "UPDATE account SET balance = balance + ?, reserved = reserved + ?, " +
        "last_day = CASE WHEN last_day < ? THEN ? ELSE last_day END WHERE number = ?",
      balance,
      reserved,
      day,
      day,
      account
    )

  const noDay = -1

  const recordMovement = (
    kind: Kind,
    account: number,
    { merchant, order }: OrderNumber,
    amount: number
  ): Kept<unknown> =>
    query(
      "INSERT INTO movement (kind, account, merchant, number, amount) VALUES (?, ?, ?, ?, ?)",
      kind,
      account,
      merchant,
      order,
      amount
    )

  /** The order was debited: who subscribed to its merchant's notices is to be told. */
  const giveNotice = ({ merchant, order }: OrderNumber, amount: number, now: number): Kept<unknown> =>
    query(
      "INSERT INTO notice (merchant, number, amount, due, attempts) " +
        "SELECT merchant, ?, ?, ?, 0 FROM subscription WHERE merchant = ?",
      order,
      amount,
      now,
      merchant
    )

  // -- orders --

  const order = Effect.fnUntraced(function* ({ merchant, order: number }: OrderNumber) {
    const row = yield* one<OrderRow>(
      `SELECT ${orderColumns} FROM orders WHERE merchant = ? AND number = ?`,
      merchant,
      number
    )
    if (row === undefined) return undefined
    const refunds =
      row.refunded === 0
        ? []
        : yield* query<{ readonly refund: string }>(
            "SELECT refund FROM refund WHERE merchant = ? AND number = ?",
            merchant,
            number
          )
    return rowOf(
      row,
      refunds.map(({ refund }) => refund)
    )
  })

  /** An order that the transaction holds, and the account of its payer: which stays, whoever else waits for it. */
  const heldOrder = Effect.fnUntraced(function* (number: OrderNumber) {
    yield* lock(orderSubject(number))
    const before = yield* order(number)
    if (before?.payer === undefined) return before
    yield* lock(accountSubject(before.payer))
    return yield* order(number)
  })

  const write = (row: Row): Kept<unknown> =>
    query(
      `INSERT INTO orders (${orderColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ` +
        "ON CONFLICT (merchant, number) DO UPDATE SET status = excluded.status, reason = excluded.reason, " +
        "amount = excluded.amount, payer = excluded.payer, code = excluded.code, at = excluded.at, " +
        "refunded = excluded.refunded, phone = excluded.phone, free = excluded.free, day = excluded.day, " +
        "debited = excluded.debited",
      row.merchant,
      row.order,
      row.status,
      row.reason ?? null,
      row.amount ?? null,
      row.payer ?? null,
      row.code as string,
      row.at,
      row.refunded,
      row.phone ?? null,
      flag(row.free),
      row.day ?? null,
      flag(row.debited)
    )

  /** Takes back an order that was accepted: what is open is released, and it counts no more. */
  const release = Effect.fnUntraced(function* (row: Row) {
    if (row.status === "open" && row.payer !== undefined) {
      yield* changeAccount(row.payer, 0, -(row.amount ?? 0), noDay)
    }
    if (row.status === "open" || row.status === "paid") yield* count(row, -1)
  })

  /** Closes the open orders of an account that rest on what has ended: all, or those of a phone. The account is held. */
  const closeOpen = Effect.fnUntraced(function* (account: number, phone?: number) {
    const open = yield* query<OrderRow>(
      `SELECT ${orderColumns} FROM orders WHERE status = 'open' AND payer = ?`,
      account
    )
    for (const each of open) {
      if (phone !== undefined && each.phone !== phone) continue
      const row = rowOf(each, [])
      yield* release(row)
      yield* write({ ...row, status: "closed" })
    }
  })

  // -- pay requests --

  /** The account of a credential, which never changes. */
  const payerOf = (credential: number): Kept<number> =>
    Effect.map(
      one<{ readonly account: number }>(
        "SELECT p.account FROM credential c JOIN phone p ON p.number = c.phone WHERE c.number = ?",
        credential
      ),
      (row) => row!.account
    )

  /** A candidate; undefined where its credential has ended since the code was read. */
  const candidateOf = Effect.fnUntraced(function* (reading: Reading, { accepts, dayOf }: Deciding) {
    const { credential, pinned, positions, revealed } = reading
    const found = (yield* one<{
      readonly payer: number
      readonly agreement: Agreement
      readonly balance: number
      readonly reserved: number
      readonly last_day: number
      readonly phone: number
      readonly status: Status
      readonly last: number | null
    }>(
      "SELECT a.number AS payer, a.agreement, a.balance, a.reserved, a.last_day, c.phone, c.status, " +
        "(SELECT MAX(b.position) FROM burned b WHERE b.credential = c.number) AS last " +
        "FROM credential c JOIN phone p ON p.number = c.phone JOIN account a ON a.number = p.account WHERE c.number = ?",
      credential
    ))!
    if (!accepts(found.status)) return undefined
    const burned = yield* query<{ readonly position: number }>(
      "SELECT position FROM burned WHERE credential = ? AND revealed = ? AND position BETWEEN ? AND ?",
      credential,
      flag(revealed),
      positions[0]!,
      positions.at(-1)!
    )
    const { agreement, balance, last, last_day: lastDay, payer, phone, reserved, status } = found
    const spent = yield* spentOn(payer, dayOf(lastDay, positions[0]!))
    const candidate: Found = {
      payer,
      matches: positions.map((position) => ({
        position,
        burned: burned.some((match) => match.position === position)
      })),
      revealed,
      pinned,
      last: last ?? undefined,
      standing: { agreement, ...spent, available: balance - reserved, authenticated: false },
      reading,
      phone,
      status,
      lastDay
    }
    return candidate
  })

  const wrongOn = (day: number, subject: string): Kept<number> =>
    Effect.map(
      one<{ readonly count: number }>("SELECT count FROM wrong WHERE day = ? AND subject = ?", day, subject),
      (row) => row?.count ?? 0
    )

  const countWrong = (day: number, subject: string): Kept<unknown> =>
    query(
      "INSERT INTO wrong (day, subject, count) VALUES (?, ?, 1) " +
        "ON CONFLICT (day, subject) DO UPDATE SET count = wrong.count + 1",
      day,
      subject
    )

  const forgiveWrong = (day: number, subject: string): Kept<unknown> =>
    query("UPDATE wrong SET count = count - 1 WHERE day = ? AND subject = ?", day, subject)

  const gather = Effect.fnUntraced(function* (asked: Query, deciding: Deciding) {
    const payers: Array<number> = asked.named === undefined ? [] : [asked.named]
    for (const { credential } of asked.readings) payers.push(yield* payerOf(credential))
    yield* lock(orderSubject(asked))
    yield* lock(terminalSubject(asked))
    if (payers.length > 0) yield* lock(...new Set(payers.map(accountSubject)))
    const record = yield* order(asked)
    const fromTerminal = yield* wrongOn(asked.today, terminalSubject(asked))
    const underAlias = asked.named === undefined ? 0 : yield* wrongOn(asked.today, aliasSubject(asked.named))
    const candidates: Array<Found> = []
    for (const reading of asked.readings) {
      const candidate = yield* candidateOf(reading, deciding)
      if (candidate !== undefined) candidates.push(candidate)
    }
    return {
      record,
      predates: false,
      throttled: deciding.throttles(fromTerminal, underAlias),
      // The same digits are the same payer's for ever: a request sent again is answered as it was, whatever its alias has
      // come to name since.
      payer: record?.code === asked.code ? record.payer : asked.named,
      candidates,
      // A code that was made over something else has other digits, and is read as nobody's.
      madeOver: "same"
    } satisfies Facts
  })

  /** Writes what an attempt does to its credential, whatever it comes to. */
  const attempted = Effect.fnUntraced(function* (
    { phone: number, reading: { credential, revealed }, status }: Found,
    { burns }: Decision,
    { confirmed }: Deciding
  ) {
    for (const { position } of burns) {
      yield* query(
        "INSERT INTO burned (credential, revealed, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        credential,
        flag(revealed),
        position
      )
    }
    if (status !== "pending") return
    const { credentials } = yield* phone(number)
    const generation = credentials.findIndex((held) => held.number === credential)
    yield* restate(
      credentials,
      confirmed(
        credentials.map((held) => held.status),
        generation
      )
    )
  })

  const settle = Effect.fnUntraced(function* (asked: Query, deciding: Deciding) {
    const { amount, challenge, code, merchant, named, now, order: number, today } = asked
    const facts = yield* gather(asked, deciding)
    const decision = deciding.decide(facts)
    const { answer, candidate, fresh, recorded } = decision
    if (!fresh) return decision
    const found = candidate === undefined ? undefined : facts.candidates[candidate]
    if (answer === "CODE_INVALID") {
      yield* countWrong(today, terminalSubject(asked))
      if (named !== undefined) yield* countWrong(today, aliasSubject(named))
    }
    if (found !== undefined) yield* attempted(found, decision, deciding)
    const accepted = answer === "PAID" || answer === "OPEN" ? found : undefined
    const isPaid = answer === "PAID"
    const row: Row = {
      merchant,
      order: number,
      status: isPaid ? "paid" : answer === "OPEN" ? "open" : "refused",
      reason: accepted === undefined ? (answer as Reason) : undefined,
      amount,
      payer: accepted === undefined ? named : accepted.payer,
      code,
      at: now,
      refunded: 0,
      phone: accepted?.phone,
      free: decision.free,
      day: accepted && deciding.dayOf(accepted.lastDay, accepted.reading.positions[0]!),
      refunds: [],
      debited: isPaid
    }
    if (accepted !== undefined) {
      yield* count(row, 1)
      yield* changeAccount(accepted.payer, isPaid ? -amount : 0, isPaid ? 0 : amount, row.day ?? noDay)
      if (isPaid) {
        yield* recordMovement("payment", accepted.payer, row, amount)
        yield* giveNotice(row, amount, now)
      }
    }
    if (recorded) yield* write(row)
    if (answer === "OPEN" && accepted !== undefined && challenge !== undefined) {
      yield* query(
        "INSERT INTO challenge (merchant, number, nonce, credential, sent) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
        merchant,
        number,
        challenge,
        accepted.reading.credential
      )
    }
    return decision
  })

  const change = Effect.fnUntraced(function* (
    number: OrderNumber,
    now: number,
    decide: (row: Row | undefined) => Change,
    refund?: string
  ) {
    const row = yield* heldOrder(number)
    const decided = decide(row)
    const { returns, status } = decided
    if (status === undefined) return decided
    // An order number that stands for no payment is that of a reversal which came first.
    if (row?.amount === undefined) {
      yield* write({ ...number, ...tombstone, ...untaken, status, at: row?.at ?? now })
      return decided
    }
    if (row.payer !== undefined && returns !== 0) {
      yield* changeAccount(row.payer, returns, 0, noDay)
      yield* recordMovement(refund === undefined ? "reversal" : "refund", row.payer, row, returns)
    }
    if (refund !== undefined) {
      // Without its clause a refund can be made again under its number.
      yield* query(
        "INSERT INTO refund (merchant, number, refund) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        number.merchant,
        number.order,
        refund
      )
      yield* write({ ...row, status, refunded: row.refunded + returns })
      return decided
    }
    yield* release(row)
    yield* write({ ...row, status })
    return decided
  })

  const authenticate = Effect.fnUntraced(function* (
    number: OrderNumber,
    now: number,
    decide: (row: Row | undefined) => Answer
  ) {
    const row = yield* heldOrder(number)
    const answer = decide(row)
    if (answer !== "PAID" || row?.payer === undefined) return answer
    const amount = row.amount ?? 0
    yield* changeAccount(row.payer, -amount, row.status === "open" ? -amount : 0, noDay)
    yield* recordMovement("payment", row.payer, row, amount)
    yield* giveNotice(row, amount, now)
    yield* write({ ...row, status: "paid", debited: true })
    return answer
  })

  /** The next number of accounts, phones or credentials. */
  const nextNumber = Effect.fnUntraced(function* (table: "account" | "phone" | "credential") {
    yield* lock(numbering)
    return (yield* one<{ readonly next: number }>(`SELECT COALESCE(MAX(number) + 1, 0) AS next FROM ${table}`))!.next
  })

  const issue = Effect.fnUntraced(function* (
    number: number,
    draft: Draft,
    decide: (phone: Phone, agreement: Agreement) => Result.Result<ReadonlyArray<Status>, Reason>
  ) {
    const held = yield* heldPhone(number)
    const { agreement } = yield* heldAccount(held.account)
    const decided = decide(held, agreement)
    if (Result.isFailure(decided)) return Result.fail(decided.failure)
    const statuses = decided.success
    yield* restate(held.credentials, statuses)
    const last = held.credentials.at(-1)
    if (last !== undefined && statuses.length === held.credentials.length) {
      return Result.succeed<Credential>({ ...last, status: statuses.at(-1)! })
    }
    const credential: Credential = {
      ...draft,
      number: yield* nextNumber("credential"),
      phone: number,
      status: statuses.at(-1)!
    }
    yield* query(
      "INSERT INTO credential (number, phone, status, prefix, alias, secret, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      credential.number,
      number,
      credential.status,
      draft.prefix,
      draft.alias,
      writtenSecret(draft.secret),
      draft.issuedAt
    )
    for (const code of digitsOf(draft)) {
      yield* query("INSERT INTO drawn (code, credential) VALUES (?, ?)", code, credential.number)
    }
    return Result.succeed(credential)
  })

  return {
    one,
    phone,
    account,
    neededAccount,
    heldAccount,
    heldPhone,
    restate,
    spentOn,
    order,
    closeOpen,
    wrongOn,
    countWrong,
    forgiveWrong,
    settle,
    change,
    authenticate,
    nextNumber,
    issue
  }
}

/** The steps of each connection, made once: SQLite has the same connection for every transaction. */
const known = new WeakMap<Connection, ReturnType<typeof steps>>()

/** What can happen within the transaction of a connection. */
export const within = (connection: Connection): ReturnType<typeof steps> => {
  const before = known.get(connection)
  if (before !== undefined) return before
  const made = steps(connection)
  known.set(connection, made)
  return made
}
