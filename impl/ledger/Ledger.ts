/**
 * Ledger: what the provider remembers, in the tables of a database. It decides nothing: it hands the facts to a decision,
 * and writes what the decision says, both in one transaction.
 *
 * A decision is a pure function, so a transaction that has lost a race runs it again, on the new facts.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Accounts } from "./Accounts.ts"
import { Credentials } from "./Credentials.ts"
import { Database } from "./Database.ts"
import { Epochs } from "./Epochs.ts"
import { Keys } from "./Keys.ts"
import { Merchants } from "./Merchants.ts"
import { Orders } from "./Orders.ts"
import { Payments } from "./Payments.ts"
import * as Sqlite from "./Sqlite.ts"
import { standing } from "./Standing.ts"

export type { Share } from "./Accounts.ts"
export type { Issuing, Restated, Restating } from "./Credentials.ts"
export type { Kept } from "./Database.ts"
export * as Database from "./Database.ts"
export { type Epoch, find as epochOf, type Mark, mayBeLost } from "./Epoch.ts"
export type { Beaten, Restoring } from "./Epochs.ts"
export { kept } from "./Facts.ts"
export type { Rotated, Rotation } from "./Keys.ts"
export type {
  Account,
  Challenge,
  Changed,
  Changing,
  Credential,
  Deciding,
  Draft,
  DueNotice,
  Kind,
  Movement,
  Named,
  NumberedKey,
  Opening,
  OrderNumber,
  Owned,
  PaidOut,
  PartyKey as Key,
  PayoutNumber,
  Phone,
  Query,
  Reading,
  RefundNumber,
  Row,
  Spent,
  Waiting
} from "./Records.ts"
export * as SchemeRecord from "./SchemeRecord.ts"
export * as Sqlite from "./Sqlite.ts"
export { Withdrawn } from "./Standing.ts"
export * as Steady from "./Steady.ts"
export { migrate } from "./Tables.ts"
export * as Turns from "./Turns.ts"
export { Accounts, Credentials, Epochs, Keys, Merchants, Orders, Payments }

/** The services that a ledger consists of. */
export type Services = Accounts | Credentials | Epochs | Keys | Merchants | Orders | Payments

/** A ledger as a whole: each of its services by its name. */
export interface Ledger {
  readonly accounts: Accounts["Service"]
  readonly credentials: Credentials["Service"]
  readonly orders: Orders["Service"]
  readonly payments: Payments["Service"]
  readonly merchants: Merchants["Service"]
  readonly keys: Keys["Service"]
  readonly epochs: Epochs["Service"]
}

/** The ledger in a database. */
export const layer: Layer.Layer<Services, never, Database> = Layer.mergeAll(
  Accounts.layer,
  Credentials.layer,
  Orders.layer,
  Payments.layer,
  Merchants.layer,
  Keys.layer,
  Epochs.layer
).pipe(Layer.provide(Layer.effect(Database, Effect.map(Database, standing))))

/** A ledger in memory, gone with the process. What it is asked it does at once. */
export const layerMemory: Layer.Layer<Services> = Layer.provide(layer, Sqlite.layerMemory)

/** The ledger as a whole, for whoever needs most of it. */
export const ledger: Effect.Effect<Ledger, never, Services> = Effect.all({
  accounts: Accounts,
  credentials: Credentials,
  orders: Orders,
  payments: Payments,
  merchants: Merchants,
  keys: Keys,
  epochs: Epochs
})

/** Asks the ledger as a whole. */
export const use = <A, E, R>(question: (ledger: Ledger) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Services> =>
  Effect.flatMap(ledger, question)

/** A ledger that is there already. */
export const layerOf = ({
  accounts,
  credentials,
  epochs,
  keys,
  merchants,
  orders,
  payments
}: Ledger): Layer.Layer<Services> =>
  Layer.succeedContext(
    Context.make(Accounts, accounts).pipe(
      Context.add(Credentials, credentials),
      Context.add(Orders, orders),
      Context.add(Payments, payments),
      Context.add(Merchants, merchants),
      Context.add(Keys, keys),
      Context.add(Epochs, epochs)
    )
  )

/** A ledger with something put around some of its services: what `wrap` answers takes the place of what it had. */
export const wrapped = <E, R>(
  whole: Layer.Layer<Services, E, R>,
  wrap: (ledger: Ledger) => Partial<Ledger>
): Layer.Layer<Services, E, R> =>
  Layer.unwrap(Effect.map(ledger, (found) => layerOf({ ...found, ...wrap(found) }))).pipe(Layer.provide(whole))
