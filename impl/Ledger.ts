/**
 * Ledger: what the provider remembers. It decides nothing: it hands the facts to a decision, and writes what the
 * decision says, both in one transaction.
 *
 * A decision is a pure function, so a ledger that has lost a race may run it again, on the new facts.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Agreement, Status } from "../model/Enrollment.ts"
import type { Answer, OrderRecord } from "../model/Order.ts"
import type { Reason } from "../model/Refusal.ts"
import type { Change } from "../model/Settlement.ts"
import type { Asked, Candidate, Decision, Facts, Standing } from "../model/Verification.ts"
import type * as TokenSource from "./TokenSource.ts"

/** An account as it is brought in: its balance in minor units, and its owner's payment password. */
export interface Opening {
  readonly balance: number
  readonly password: Redacted.Redacted<string>
}

/** Where an account stands. Amounts in minor units. */
export interface Account {
  readonly agreement: Agreement
  /** The balance, of which `reserved` is held for open orders. */
  readonly balance: number
  readonly reserved: number
  readonly password: Redacted.Redacted<string>
}

/** A phone: whose money it pays with, and whether the account's owner has authenticated on it (ENR-4). */
export interface Phone {
  readonly account: number
  readonly authenticated: boolean
  /** Its credentials, oldest first. */
  readonly credentials: ReadonlyArray<Credential>
}

/** A credential as the provider keeps it. Credentials are numbered from 0, in the order in which they were issued. */
export interface Credential extends TokenSource.Credential {
  readonly number: number
  readonly phone: number
  readonly status: Status
  /** On the provider's clock, in seconds. */
  readonly issuedAt: number
}

/** A credential before it is issued. */
export type Draft = Omit<Credential, "number" | "phone" | "status">

/** What moves money: a payment takes it from the account, a refund or a reversal gives it back. */
export type Kind = "payment" | "refund" | "reversal"

/** Money that left an account or came back: how much, in minor units, and for which order. */
export interface Movement {
  readonly kind: Kind
  readonly account: number
  readonly merchant: string
  readonly order: string
  readonly amount: number
}

/** An order as it is recorded, with what the provider needs beside what decisions look at. */
export interface Row extends OrderRecord {
  readonly merchant: string
  readonly order: string
  /** The phone that it was accepted from; undefined where it was not. */
  readonly phone: number | undefined
  /** Accepted without step-up. */
  readonly free: boolean
  /** The provider day on which it counts; undefined where it was not accepted. */
  readonly day: number | undefined
  /** The numbers of the refunds that were made of it. */
  readonly refunds: ReadonlyArray<string>
  /** It was debited, whatever became of it since. */
  readonly debited: boolean
}

/** A credential under which a presented code verifies, with the readings of the code. */
export interface Reading extends TokenSource.Reading {
  readonly credential: number
}

/** A pay request as it reaches the ledger: what it asks for, and what the provider has read in its code. */
export interface Query extends Asked {
  readonly merchant: string
  readonly terminal: string
  readonly order: string
  readonly code: string
  /** The account that the code names; undefined where it names none. */
  readonly named: number | undefined
  readonly readings: ReadonlyArray<Reading>
  /** The deciding clock, in seconds, and its provider day: the one on which wrong codes count. */
  readonly now: number
  readonly today: number
}

/** What is decided in the transaction that settles a request. */
export interface Deciding {
  /** Whether codes of a credential can be accepted at all. */
  readonly accepts: (status: Status) => boolean
  /** The day on which a payment counts, by the last day of the account, -1 for none, and the position of the code. */
  readonly dayOf: (last: number, position: number) => number
  /** Whether a request is refused by how many wrong codes there were today: from its terminal, and under its alias. */
  readonly throttles: (fromTerminal: number, underAlias: number) => boolean
  readonly decide: (facts: Facts) => Decision
  /** The credentials of a phone once one of them has been used. */
  readonly confirmed: (statuses: ReadonlyArray<Status>, generation: number) => ReadonlyArray<Status>
}

/** An order by its merchant and number. */
export interface OrderNumber {
  readonly merchant: string
  readonly order: string
}

/** The provider's storage. */
export class Ledger extends Context.Service<
  Ledger,
  {
    /** Opens an account, and answers its number. It has no agreement. */
    readonly open: (opening: Opening) => Effect.Effect<number>
    /** An account by its number; one that was never opened is a defect. */
    readonly account: (account: number) => Effect.Effect<Account>
    /** Records where the agreement of an account stands. One that ends closes the account's open orders (ENR-11). */
    readonly agree: (account: number, agreement: Agreement) => Effect.Effect<void>
    /** Gives an alias to an account, for ever; answers false, and does nothing, where the alias is taken. */
    readonly claim: (account: number, alias: string) => Effect.Effect<boolean>
    /** The account that an alias was given to; undefined where it was given to none. */
    readonly named: (alias: string) => Effect.Effect<number | undefined>
    /** The alias that was last given to an account; undefined before it has one. */
    readonly aliasOf: (account: number) => Effect.Effect<string | undefined>

    /** Adds a phone to an account, and answers its number. */
    readonly register: (account: number) => Effect.Effect<number>
    /** The account's owner has authenticated on a phone. */
    readonly authenticated: (phone: number) => Effect.Effect<void>
    /** A phone by its number; one that was never registered is a defect. */
    readonly phone: (phone: number) => Effect.Effect<Phone>
    /** The phones of an account. */
    readonly phonesOf: (account: number) => Effect.Effect<ReadonlyArray<number>>
    /**
     * Issues a credential to a phone if the decision allows: where it makes the phone's credentials one more, the draft,
     * and otherwise the last again.
     */
    readonly issue: (
      phone: number,
      draft: Draft,
      decide: (phone: Phone, agreement: Agreement) => Result.Result<ReadonlyArray<Status>, Reason>
    ) => Effect.Effect<Result.Result<Credential, Reason>>
    /** Changes where a phone's credentials stand. `closes`: the phone's open orders rested on them (ENR-11). */
    readonly restate: (
      phone: number,
      decide: (statuses: ReadonlyArray<Status>) => ReadonlyArray<Status>,
      closes: boolean
    ) => Effect.Effect<void>
    /** The credentials that digits were drawn for: none, one, or by a coincidence two. */
    readonly drawnFor: (code: string) => Effect.Effect<ReadonlyArray<Credential>>
    /** Every credential that has neither ended nor been revoked, in the order in which they were issued. */
    readonly live: Effect.Effect<ReadonlyArray<Credential>>

    /** Settles a pay request: gathers the facts, decides, burns, debits or reserves, and records, all or nothing. */
    readonly settle: (query: Query, deciding: Deciding) => Effect.Effect<Decision>
    /** Does to an order what a reversal, a refund, by its number, or the end of a deadline comes to. */
    readonly change: (
      number: OrderNumber,
      now: number,
      decide: (row: Row | undefined) => Change,
      refund?: string
    ) => Effect.Effect<Change>
    /** Debits an open order if the decision says so (STP-1). */
    readonly authenticate: (number: OrderNumber, decide: (row: Row | undefined) => Answer) => Effect.Effect<Answer>
    /** What is recorded under a merchant's order number; undefined where nothing is. */
    readonly order: (number: OrderNumber) => Effect.Effect<Row | undefined>
    /** The orders that are open. */
    readonly openOrders: Effect.Effect<ReadonlyArray<Row>>
    /** What moved on an account, earliest first. */
    readonly movements: (account: number) => Effect.Effect<ReadonlyArray<Movement>>
    /** What was accepted of an account on a provider day, as the limits count it. */
    readonly spent: (account: number, day: number) => Effect.Effect<Pick<Standing, "free" | "all">>

    /** Keeps the key that notices to a merchant are signed with; the first that it is given stays. Answers the one kept. */
    readonly enlist: (
      merchant: string,
      key: Redacted.Redacted<Uint8Array>
    ) => Effect.Effect<Redacted.Redacted<Uint8Array>>
  }
>()("paycode/impl/Ledger") {
  /** A ledger in memory, gone with the process. */
  static readonly layerMemory: Layer.Layer<Ledger> = Layer.sync(Ledger, () => Ledger.of(memory()))
}

/** What an account has accepted on a day. */
type Spent = Pick<Standing, "free" | "all">

const unspent: Spent = { free: { sum: 0, count: 0 }, all: 0 }

// A merchant chooses its order numbers freely: no two pairs may come to the same key.
const orderKey = ({ merchant, order }: OrderNumber): string => JSON.stringify([merchant, order])

const tombstone = { reason: undefined, amount: undefined, payer: undefined, code: "", refunded: 0 } as const
const untaken = { phone: undefined, free: false, day: undefined, refunds: [], debited: false } as const

/** The digits that were drawn for a credential, none twice. */
const digitsOf = ({ secret }: Draft): ReadonlySet<string> =>
  new Set(
    secret._tag === "Drawn" ? Redacted.value(secret.codes).flatMap(({ revealed, scanned }) => [scanned, revealed]) : []
  )

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

// No fiber runs while a synchronous step does, so that each is a transaction. What can throw comes before what writes.
const memory = (): Ledger["Service"] => {
  const accounts: Array<Account> = []
  const aliases = new Map<string, number>()
  const lastAlias = new Map<number, string>()
  const phones: Array<Omit<Phone, "credentials"> & { readonly numbers: ReadonlyArray<number> }> = []
  const credentials: Array<Credential> = []
  /** Drawn digits, and the credentials that they were drawn for. */
  const drawn = new Map<string, ReadonlyArray<number>>()
  /** Credential, whether revealed, and position. */
  const burned = new Set<string>()
  /** The last position of each credential that was attempted. */
  const lastBurned = new Map<number, number>()
  const orders = new Map<string, Row>()
  const open = new Set<string>()
  const movements: Array<Movement> = []
  /** Account and provider day. */
  const spent = new Map<string, Spent>()
  /** The last provider day on which each account's payments count. */
  const lastDay = new Map<number, number>()
  /** Wrong codes, by provider day and terminal or account. */
  const wrong = new Map<string, number>()
  const keys = new Map<string, Redacted.Redacted<Uint8Array>>()

  const accountOf = (number: number): Account => {
    const account = accounts[number]
    if (account === undefined) throw new Error(`account: expected one that was opened, found ${number}`)
    return account
  }

  const registered = (number: number): (typeof phones)[number] => {
    const phone = phones[number]
    if (phone === undefined) throw new Error(`phone: expected one that was registered, found ${number}`)
    return phone
  }

  const phoneOf = (number: number): Phone => {
    const { account, authenticated, numbers } = registered(number)
    return { account, authenticated, credentials: numbers.map((credential) => credentials[credential]!) }
  }

  const changeAccount = (number: number, changed: Partial<Account>): void => {
    accounts[number] = { ...accountOf(number), ...changed }
  }

  /** Puts the credentials of a phone where a decision says that they stand. */
  const restate = (phone: number, statuses: ReadonlyArray<Status>): void => {
    for (const [generation, number] of registered(phone).numbers.entries()) {
      credentials[number] = { ...credentials[number]!, status: statuses[generation]! }
    }
  }

  // -- what counts --

  const spentOn = (account: number, day: number): Spent => spent.get(`${account} ${day}`) ?? unspent

  /** Counts an accepted order towards its day, or takes it from there again. */
  const count = ({ amount = 0, day, free, payer }: Row, times: 1 | -1): void => {
    if (day === undefined || payer === undefined) return
    const { all, free: before } = spentOn(payer, day)
    const freely = free ? times : 0
    spent.set(`${payer} ${day}`, {
      free: { sum: before.sum + freely * amount, count: before.count + freely },
      all: all + times * amount
    })
  }

  const reserve = (account: number, amount: number): void => {
    changeAccount(account, { reserved: accountOf(account).reserved + amount })
  }

  /** Moves money: from the account where the amount is positive, back to it where it is negative. */
  const move = ({ merchant, order, payer }: Row, kind: Kind, amount: number): void => {
    if (payer === undefined || amount === 0) return
    changeAccount(payer, { balance: accountOf(payer).balance + (kind === "payment" ? -amount : amount) })
    movements.push({ kind, account: payer, merchant, order, amount })
  }

  const write = (row: Row): void => {
    const key = orderKey(row)
    orders.set(key, row)
    if (row.status === "open") open.add(key)
    else open.delete(key)
  }

  /** Takes back an order that was accepted: what is open is released, and it counts no more. */
  const release = (row: Row): void => {
    if (row.status === "open" && row.payer !== undefined) reserve(row.payer, -(row.amount ?? 0))
    if (row.status === "open" || row.status === "paid") count(row, -1)
  }

  /** Closes the open orders that rest on what has ended. */
  const closeOpen = (rests: (row: Row) => boolean): void => {
    for (const key of [...open]) {
      const row = orders.get(key)!
      if (!rests(row)) continue
      release(row)
      write({ ...row, status: "closed" })
    }
  }

  // -- pay requests --

  const burnKey = (credential: number, revealed: boolean, position: number): string =>
    `${credential} ${revealed} ${position}`

  const candidateOf = (reading: Reading, { dayOf }: Deciding): Candidate => {
    const { credential, positions, revealed } = reading
    const { account: payer } = registered(credentials[credential]!.phone)
    const { agreement, balance, reserved } = accountOf(payer)
    const day = dayOf(lastDay.get(payer) ?? -1, positions[0]!)
    return {
      payer,
      matches: positions.map((position) => ({ position, burned: burned.has(burnKey(credential, revealed, position)) })),
      revealed,
      last: lastBurned.get(credential),
      standing: { agreement, ...spentOn(payer, day), available: balance - reserved, authenticated: false }
    }
  }

  const terminalKey = ({ merchant, terminal, today }: Query): string => JSON.stringify([today, merchant, terminal])
  const aliasKey = ({ today }: Query, account: number): string => `${today} ${account}`

  /** The readings under credentials that are accepted now: one may have ended since the code was read. */
  const standing = ({ readings }: Query, { accepts }: Deciding): ReadonlyArray<Reading> =>
    readings.filter(({ credential }) => accepts(credentials[credential]!.status))

  const gather = (query: Query, readings: ReadonlyArray<Reading>, deciding: Deciding): Facts => {
    const record = orders.get(orderKey(query))
    // The same digits are the same payer's for ever: a request sent again is answered as it was, whatever its alias has
    // come to name since.
    const payer = record?.code === query.code ? record.payer : query.named
    const underAlias = query.named === undefined ? 0 : (wrong.get(aliasKey(query, query.named)) ?? 0)
    return {
      record,
      predates: false,
      throttled: deciding.throttles(wrong.get(terminalKey(query)) ?? 0, underAlias),
      payer,
      candidates: readings.map((reading) => candidateOf(reading, deciding))
    }
  }

  const settle = (query: Query, readings: ReadonlyArray<Reading>, decision: Decision, deciding: Deciding): void => {
    const { amount, code, merchant, named, now, order } = query
    const { answer, burns, candidate, fresh, recorded } = decision
    if (!fresh) return
    const reading = candidate === undefined ? undefined : readings[candidate]
    const credential = reading && credentials[reading.credential]!
    if (answer === "CODE_INVALID") {
      increment(wrong, terminalKey(query))
      if (named !== undefined) increment(wrong, aliasKey(query, named))
    }
    if (reading !== undefined && credential !== undefined) {
      for (const { position } of burns) {
        burned.add(burnKey(reading.credential, reading.revealed, position))
        lastBurned.set(reading.credential, Math.max(lastBurned.get(reading.credential) ?? -1, position))
      }
      if (credential.status === "pending") {
        const { credentials: held } = phoneOf(credential.phone)
        const generation = held.findIndex(({ number }) => number === credential.number)
        restate(
          credential.phone,
          deciding.confirmed(
            held.map(({ status }) => status),
            generation
          )
        )
      }
    }
    const isAccepted = (answer === "PAID" || answer === "OPEN") && credential !== undefined
    const payer = isAccepted ? registered(credential.phone).account : named
    const row: Row = {
      merchant,
      order,
      status: answer === "PAID" ? "paid" : answer === "OPEN" ? "open" : "refused",
      reason: isAccepted ? undefined : (answer as Reason),
      amount,
      payer,
      code,
      at: now,
      refunded: 0,
      phone: isAccepted ? credential.phone : undefined,
      free: answer === "PAID",
      day: isAccepted ? deciding.dayOf(lastDay.get(payer!) ?? -1, reading!.positions[0]!) : undefined,
      refunds: [],
      debited: answer === "PAID"
    }
    if (isAccepted) {
      count(row, 1)
      lastDay.set(payer!, Math.max(lastDay.get(payer!) ?? -1, row.day!))
      if (answer === "PAID") move(row, "payment", amount)
      else reserve(payer!, amount)
    }
    if (recorded) write(row)
  }

  const change = (number: OrderNumber, now: number, { returns, status }: Change, refund: string | undefined): void => {
    if (status === undefined) return
    const row = orders.get(orderKey(number))
    // An order number that stands for no payment is that of a reversal which came first.
    if (row?.amount === undefined) {
      write({ ...number, ...tombstone, ...untaken, status, at: row?.at ?? now })
      return
    }
    move(row, refund === undefined ? "reversal" : "refund", returns)
    if (refund !== undefined) {
      write({ ...row, status, refunded: row.refunded + returns, refunds: [...row.refunds, refund] })
      return
    }
    release(row)
    write({ ...row, status })
  }

  return {
    open: ({ balance, password }) =>
      Effect.sync(() => accounts.push({ agreement: "none", balance, reserved: 0, password }) - 1),
    account: (number) => Effect.sync(() => accountOf(number)),
    agree: (number, agreement) =>
      Effect.sync(() => {
        changeAccount(number, { agreement })
        if (agreement === "ended") closeOpen(({ payer }) => payer === number)
      }),
    claim: (number, alias) =>
      Effect.sync(() => {
        accountOf(number)
        if (aliases.has(alias)) return false
        aliases.set(alias, number)
        lastAlias.set(number, alias)
        return true
      }),
    named: (alias) => Effect.sync(() => aliases.get(alias)),
    aliasOf: (number) => Effect.sync(() => lastAlias.get(number)),

    register: (account) =>
      Effect.sync(() => {
        accountOf(account)
        return phones.push({ account, authenticated: false, numbers: [] }) - 1
      }),
    authenticated: (number) =>
      Effect.sync(() => {
        phones[number] = { ...registered(number), authenticated: true }
      }),
    phone: (number) => Effect.sync(() => phoneOf(number)),
    phonesOf: (account) =>
      Effect.sync(() => phones.flatMap((phone, number) => (phone.account === account ? [number] : []))),
    issue: (number, draft, decide) =>
      Effect.sync(() => {
        const phone = phoneOf(number)
        return Result.map(decide(phone, accountOf(phone.account).agreement), (statuses) => {
          if (statuses.length > phone.credentials.length) {
            const credential: Credential = { ...draft, number: credentials.length, phone: number, status: "pending" }
            credentials.push(credential)
            phones[number] = { ...registered(number), numbers: [...registered(number).numbers, credential.number] }
            for (const code of digitsOf(draft)) drawn.set(code, [...(drawn.get(code) ?? []), credential.number])
          }
          restate(number, statuses)
          return phoneOf(number).credentials.at(-1)!
        })
      }),
    restate: (number, decide, closes) =>
      Effect.sync(() => {
        const statuses = decide(phoneOf(number).credentials.map(({ status }) => status))
        restate(number, statuses)
        if (closes) closeOpen(({ phone }) => phone === number)
      }),
    drawnFor: (code) => Effect.sync(() => (drawn.get(code) ?? []).map((number) => credentials[number]!)),
    live: Effect.sync(() => credentials.filter(({ status }) => status === "pending" || status === "live")),

    settle: (query, deciding) =>
      Effect.sync(() => {
        const readings = standing(query, deciding)
        const decision = deciding.decide(gather(query, readings, deciding))
        settle(query, readings, decision, deciding)
        return decision
      }),
    change: (number, now, decide, refund) =>
      Effect.sync(() => {
        const decided = decide(orders.get(orderKey(number)))
        change(number, now, decided, refund)
        return decided
      }),
    authenticate: (number, decide) =>
      Effect.sync(() => {
        const row = orders.get(orderKey(number))
        const answer = decide(row)
        if (answer !== "PAID" || row?.payer === undefined) return answer
        if (row.status === "open") reserve(row.payer, -(row.amount ?? 0))
        move(row, "payment", row.amount ?? 0)
        write({ ...row, status: "paid", debited: true })
        return answer
      }),
    order: (number) => Effect.sync(() => orders.get(orderKey(number))),
    openOrders: Effect.sync(() => [...open].map((key) => orders.get(key)!)),
    movements: (number) => Effect.sync(() => movements.filter(({ account }) => account === number)),
    spent: (account, day) => Effect.sync(() => spentOn(account, day)),

    enlist: (merchant, key) =>
      Effect.sync(() => {
        const kept = keys.get(merchant) ?? key
        keys.set(merchant, kept)
        return kept
      })
  }
}
