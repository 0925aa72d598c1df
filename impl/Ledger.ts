/**
 * Ledger: what the provider remembers. It decides nothing: it hands the facts to a decision, and writes what the
 * decision says, both in one transaction.
 *
 * A decision is a pure function, so a ledger that has lost a race may run it again, on the new facts.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Agreement } from "../model/Enrollment.ts"
import type { OrderRecord } from "../model/Order.ts"
import type { Reason } from "../model/Refusal.ts"
import type { Asked, Decision, Facts } from "../model/Verification.ts"
import type * as Mac from "./Mac.ts"

/** An account as it is brought in, in minor units: its balance, and what it has spent already on one provider day. */
export interface Opening {
  readonly balance: number
  readonly spent?: { readonly day: number; readonly sum: number }
}

/** A credential as the provider keeps it. Credentials are numbered from 0, in the order in which they were issued. */
export interface Credential {
  readonly number: number
  readonly alias: string
  readonly seed: Mac.Seed
}

/** Money that left an account: how much, for which order, and on which provider day. */
export interface Debit {
  readonly account: number
  readonly merchant: string
  readonly order: string
  readonly amount: number
  readonly day: number
}

/** Where an account stands. */
export interface Account {
  readonly agreement: Agreement
  readonly balance: number
  /** The alias that names it; undefined before it has one. Where credentials bring their own, that of the last. */
  readonly alias: string | undefined
  /** Its live credential: the last that was issued. */
  readonly credential: Credential | undefined
}

/** What an alias names: an account, and its live credential where that goes by this alias. */
export interface Named {
  readonly account: number
  readonly credential: Credential | undefined
}

/** Decides on a credential to be issued, by its number: the number of the credential whose seed it gets, or why not. */
export type Issuing = (agreement: Agreement, number: number) => Result.Result<number, Reason>

/** A pay request as it reaches the ledger: what it asks for, and what the provider has read in its code. */
export interface Query extends Asked {
  readonly merchant: string
  readonly order: string
  readonly code: string
  /** What the code's alias names; undefined where it names nothing, or where the code is malformed. */
  readonly named: Named | undefined
  /** The steps of the window whose proof the code carries, under the named credential; earliest first. */
  readonly steps: ReadonlyArray<number>
  /** The provider day of the deciding clock. */
  readonly day: number
}

/** The provider's storage. */
export class Ledger extends Context.Service<
  Ledger,
  {
    /** Opens an account, and answers its number. It has no agreement. */
    readonly open: (opening: Opening) => Effect.Effect<number>
    /** An account by its number; one that was never opened is a defect. */
    readonly account: (account: number) => Effect.Effect<Account>
    /** Records where the agreement of an account stands. */
    readonly agree: (account: number, agreement: Agreement) => Effect.Effect<void>
    /** Gives an alias to an account, for ever; answers false, and does nothing, where the alias is taken. */
    readonly claim: (account: number, alias: string) => Effect.Effect<boolean>
    /** What an alias names; undefined where it names nothing. */
    readonly named: (alias: string) => Effect.Effect<Named | undefined>
    /** Issues a credential if the decision allows; it takes the place of the account's last. */
    readonly issue: (
      account: number,
      draft: Pick<Credential, "alias" | "seed">,
      decide: Issuing
    ) => Effect.Effect<Result.Result<Credential, Reason>>
    /** Settles a pay request: gathers the facts, decides, burns, debits and records, all or nothing. */
    readonly settle: (query: Query, decide: (facts: Facts) => Decision) => Effect.Effect<Decision>
    /** What was answered under a merchant's order number; undefined where nothing was. */
    readonly order: (merchant: string, order: string) => Effect.Effect<OrderRecord | undefined>
    /** Every debit of an account, earliest first. */
    readonly debits: (account: number) => Effect.Effect<ReadonlyArray<Debit>>
  }
>()("paycode/impl/Ledger") {
  /** A ledger in memory, gone with the process. */
  static readonly layerMemory: Layer.Layer<Ledger> = Layer.sync(Ledger, () => Ledger.of(memory()))
}

// A merchant chooses its order numbers freely: no two pairs may come to the same key.
const orderKey = (merchant: string, order: string): string => JSON.stringify([merchant, order])

// No fiber runs while a synchronous step does, so that each is a transaction. What can throw comes before what writes.
const memory = (): Ledger["Service"] => {
  const accounts: Array<Account> = []
  const aliases = new Map<string, number>()
  const credentials: Array<Credential> = []
  /** Credential and step. */
  const burned = new Set<string>()
  const orders = new Map<string, OrderRecord>()
  const debits: Array<Debit> = []
  /** Account and provider day. */
  const spent = new Map<string, number>()

  const accountOf = (number: number): Account => {
    const account = accounts[number]
    if (account === undefined) throw new Error(`account: expected one that was opened, found ${number}`)
    return account
  }

  const change = (number: number, changed: Partial<Account>): void => {
    accounts[number] = { ...accountOf(number), ...changed }
  }

  const spend = (number: number, day: number, amount: number): void => {
    const key = `${number} ${day}`
    spent.set(key, (spent.get(key) ?? 0) + amount)
  }

  const gather = ({ code, day, merchant, named, order, steps }: Query): Facts => {
    const record = orders.get(orderKey(merchant, order))
    // The same digits are the same payer's for ever: a request sent again is answered as it was, whatever its alias has
    // come to name since.
    const payer = record?.code === code ? record.payer : named?.account
    const account = payer === undefined ? undefined : accountOf(payer)
    // The credential may have been replaced since its seed was read.
    const live = named?.credential !== undefined && account?.credential?.number === named.credential.number
    return {
      record,
      payer,
      matches: live ? steps.map((step) => ({ step, burned: burned.has(`${named.credential?.number} ${step}`) })) : [],
      agreement: account?.agreement ?? "none",
      spentToday: spent.get(`${payer} ${day}`) ?? 0,
      balance: account?.balance ?? 0
    }
  }

  const write = (query: Query, payer: number | undefined, decision: Decision): void => {
    const { amount, code, day, merchant, named, order } = query
    const { burns, fresh, outcome, recorded } = decision
    for (const { step } of burns) burned.add(`${named?.credential?.number} ${step}`)
    if (recorded) orders.set(orderKey(merchant, order), { outcome, amount, payer, code })
    if (!fresh || outcome !== "PAID" || payer === undefined) return
    change(payer, { balance: accountOf(payer).balance - amount })
    debits.push({ account: payer, merchant, order, amount, day })
    spend(payer, day, amount)
  }

  return {
    open: ({ balance, spent: before }) =>
      Effect.sync(() => {
        const number = accounts.length
        accounts.push({ agreement: "none", balance, alias: undefined, credential: undefined })
        if (before !== undefined) spend(number, before.day, before.sum)
        return number
      }),
    account: (number) => Effect.sync(() => accountOf(number)),
    agree: (number, agreement) => Effect.sync(() => change(number, { agreement })),
    claim: (number, alias) =>
      Effect.sync(() => {
        if (aliases.has(alias)) return false
        change(number, { alias })
        aliases.set(alias, number)
        return true
      }),
    named: (alias) =>
      Effect.sync(() => {
        const number = aliases.get(alias)
        if (number === undefined) return undefined
        const { credential } = accountOf(number)
        return { account: number, credential: credential?.alias === alias ? credential : undefined }
      }),
    issue: (number, { alias, seed }, decide) =>
      Effect.sync(() =>
        Result.map(decide(accountOf(number).agreement, credentials.length), (from) => {
          const credential = { number: credentials.length, alias, seed: credentials[from]?.seed ?? seed }
          credentials.push(credential)
          change(number, { credential })
          return credential
        })
      ),
    settle: (query, decide) =>
      Effect.sync(() => {
        const facts = gather(query)
        const decision = decide(facts)
        write(query, facts.payer, decision)
        return decision
      }),
    order: (merchant, order) => Effect.sync(() => orders.get(orderKey(merchant, order))),
    debits: (number) => Effect.sync(() => debits.filter(({ account }) => account === number))
  }
}
