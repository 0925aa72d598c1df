/**
 * Database: where the tables of a ledger are. The statements are the same for every database; how a transaction is kept
 * apart from others, and when it is on the disk, each database does in its own way.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Text from "../Text.ts"

/** What a statement is given, and what it answers. Whole numbers stay exact up to 2^53 - 1. */
export type Value = null | number | string | Uint8Array

/**
 * Texts are Unicode without NUL, in every database: one would answer another with something else than it was given, or
 * refuse it as if it were out of order. What may hold anything is given as `Text` writes it; to give another is a defect.
 */
export const checked = (values: ReadonlyArray<Value>): ReadonlyArray<Value> => {
  for (const value of values) {
    if (typeof value === "string" && !Text.isKept(value)) {
      throw new Error("text: expected Unicode without NUL, as every database keeps it, found another")
    }
  }
  return values
}

/** What a statement answers: the values by the names of their columns. */
export type Row = Readonly<Record<string, Value>>

/**
 * The database could not be reached, or could not write. What a transaction did before is undone; one that was being
 * committed may stand or not.
 */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  /** What the database said. It repeats no value of a statement. */
  because: Schema.String,
  /** It stood in the way of another transaction, and may be run again at once. */
  collided: Schema.optionalKey(Schema.Boolean)
}) {
  override get message(): string {
    return `database: expected one that answers, found ${this.because}`
  }
}

/** What a database answers, or that it cannot. */
export type Kept<A> = Effect.Effect<A, Unavailable>

/** The way to a database, for whoever only reads. */
export interface Reader {
  /** Runs a statement, whose parameters are written `?`, and answers its rows. */
  readonly query: <A extends object = Row>(statement: string, ...values: ReadonlyArray<Value>) => Kept<ReadonlyArray<A>>
}

/** The first row that a statement answers; undefined where it answers none. */
export const one = <A extends object>(
  { query }: Reader,
  statement: string,
  ...values: ReadonlyArray<Value>
): Kept<A | undefined> => Effect.map(query<A>(statement, ...values), ([row]) => row)

/** The way to a database within a transaction. */
export interface Connection extends Reader {
  /**
   * Waits until no other transaction holds one of these subjects, and holds them until its own is over. Subjects that
   * are named together are taken in one order, whoever names them; of two calls the second must not name what another
   * transaction may name first.
   */
  readonly lock: (...subjects: ReadonlyArray<string>) => Kept<void>
  /**
   * Holds a subject together with others who do so, and waits for whoever has locked it, until the transaction is over. A database
   * without it has them locked.
   */
  readonly share?: (subject: string) => Kept<void>
}

/** What a transaction does. It may be run again from its beginning, so that it must change nothing but the database. */
export type Body<A> = (connection: Connection) => Kept<A>

/** For whom a database works: one that has much to do for somebody leaves room for the others. Unless told, for itself. */
export const Client = Context.Reference<string>("paycode/impl/ledger/Client", { defaultValue: () => "" })

/** Does something for a client. */
export const by = <A, E, R>(client: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(work, Client, client)

/** A key by which a request was signed: whose it is, its number among the keys of that party, and when that was looked at, in seconds. */
export interface SignedBy {
  readonly name: string
  readonly number: number
  readonly at: number
}

/** By which key that is signed for which a database works; undefined where it is for nothing that is signed. */
export const Signed = Context.Reference<SignedBy | undefined>("paycode/impl/ledger/Signed", {
  defaultValue: () => undefined
})

/** Does something that was asked under a key. */
export const signed = <A, E, R>(by: SignedBy | undefined, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(work, Signed, by)

/** The words in which databases differ. */
export interface Dialect {
  readonly name: "sqlite" | "postgres"
  /** Types of columns: a whole number, bytes, and a number that counts up by itself. */
  readonly integer: string
  readonly bytes: string
  readonly serial: string
  /** What follows the columns of a table. */
  readonly options: string
}

/** A database that holds the tables of a ledger. */
export class Database extends Context.Service<
  Database,
  {
    readonly dialect: Dialect
    /** Runs a transaction, all or nothing, and answers when what it wrote is on the disk. */
    readonly transaction: <A>(body: Body<A>) => Kept<A>
    /** Runs one statement that changes nothing. */
    readonly read: Connection["query"]
  }
>()("paycode/impl/Database") {}
