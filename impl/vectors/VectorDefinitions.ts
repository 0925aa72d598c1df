/**
 * VectorDefinitions: what the schemas of several files of known answers have in common. Each has a name, by which
 * `spec/vectors/schemas/definitions.schema.json` has it, and the JSON Schemas of the files refer to it.
 */
import * as Schema from "effect/Schema"
import { answers } from "../../model/Order.ts"
import { clauseIds } from "../../spec/Clauses.ts"

/** Says of a field what it means. */
export const says = <S extends Schema.Top>(schema: S, description: string): S["Rebuild"] =>
  schema.annotateKey({ description })

/** Gives a schema the name by which others refer to it, and says what it is. */
export const named = <S extends Schema.Top>(identifier: string, schema: S, description: string): S["Rebuild"] =>
  schema.annotate({ identifier, description })

/** Bytes. */
export const Bytes = named(
  "Bytes",
  Schema.String.check(Schema.isPattern(/^([0-9a-f]{2})*$/u, { expected: "bytes in hexadecimal" })),
  "Bytes, in hexadecimal"
)

/** What is a number to people and text to programs: a code, or a part of one. */
export const Digits = named(
  "Digits",
  Schema.String.check(Schema.isPattern(/^[0-9]*$/u, { expected: "decimal digits" })),
  "Decimal digits, as text: leading zeros count"
)

/** A count, an amount in minor units, a step, or an instant. */
export const Whole = named("Whole", Schema.Natural, "A whole number from 0")

/** The number of a test. */
export const Id = named("Id", Schema.Natural, "The number of the test, which no other test of the file has")

/** The mutants that a test catches. */
export const Notes = named(
  "Notes",
  Schema.Array(Schema.String),
  "The mistakes that fail this test, by their names in the notes of the file"
)

/** What a test is about. */
export const Comment = named("Comment", Schema.String, "What the test is about, in a sentence")

/** Who published the numbers of a group. */
export const Source = named("Source", Schema.String, "Where the numbers come from")

/** Whether somebody has published the numbers of a group. */
export const Origin = named(
  "Origin",
  Schema.Literals(["published", "computed"]),
  "Whether the numbers are those of the source, or were computed for this file"
)

/** The function of a proof. */
export const Mac = named(
  "Mac",
  Schema.Literals(["HMAC-SHA-1", "HMAC-SHA-256"]),
  "The function that makes the tags of which proofs are cut"
)

/** An instant. */
export const At = named("At", Schema.Natural, "When it happens, on the provider's clock, in seconds since the epoch")

/** The number of a clause. */
export const Clause = named("Clause", Schema.Literals(clauseIds), "A clause of the specification, by its number")

/** The notes of a file about the protocol: each mutant breaks a clause. */
export const ClauseMutants = named(
  "ClauseMutants",
  Schema.Record(
    Schema.String,
    Schema.Struct({
      clause: says(Clause, "The clause that an implementation breaks which makes the mistake"),
      mistake: says(Schema.String, "The mistake, in a sentence")
    })
  ),
  "The mistakes that the tests catch, by their names"
)

/** How a scheme is named. */
export const SchemeName = named("SchemeName", Schema.String, "The scheme, a file of spec/schemes")

/** What is otherwise than in the scheme that is named. */
export const SchemeChange = named(
  "SchemeChange",
  Schema.Record(
    Schema.String,
    Schema.Record(Schema.String, Schema.Union([Schema.String, Whole, Schema.Boolean, Schema.Array(Schema.String)]))
  ),
  "Sections of the scheme that stand here in place of its own"
)

/** Codes of a list, as they were drawn for one place of it. */
export const DrawnCodes = named(
  "DrawnCodes",
  Schema.Struct({
    scanned: says(Digits, "The code that is scanned"),
    revealed: says(Digits, "The code that is revealed as digits")
  }),
  "The codes for one place of a list"
)

/** The fields of what a phone holds, but for what secure hardware has. */
export const secret = {
  prefix: says(Schema.optionalKey(Digits), "The prefix of its codes, where they are made"),
  alias: says(Schema.optionalKey(Digits), "The alias that its codes name it by, where that is always the same"),
  seed: says(Schema.optionalKey(Bytes), "The seed that its codes are made from"),
  codes: says(Schema.optionalKey(Schema.Array(DrawnCodes)), "Its codes by their positions, where they were drawn")
}

/** What a phone holds. */
export const Secret = named("Secret", Schema.Struct(secret), "What the codes of a credential are made of")

/** An amount of money. */
export const Amount = named("Amount", Schema.Natural, "In minor units")

/** The number of an order. */
export const OrderNumber = named("OrderNumber", Schema.String, "The merchant's order number")

/** The fields of the transaction of a till. */
export const sale = {
  payee: says(Schema.String, "The name that the merchant is registered under"),
  amount: Amount,
  order: OrderNumber,
  nonce: says(Schema.String, "The nonce of the transaction, as it is written")
}

/** Which of the codes of a position it is. */
export const Revealed = named("Revealed", Schema.Boolean, "It is the code that is revealed as digits")

/** What a payer knows besides the password. */
export const Pin = named("Pin", Schema.String, "The PIN")

/** What an account, a phone or a credential is told from others by. */
export const Ordinal = named("Ordinal", Schema.Natural, "By number, counted from 0")

/** Who asks. */
export const Merchant = named("Merchant", Schema.String, "The merchant that asks")

/** What a provider says of an order. */
export const Answer = named("Answer", Schema.Literals(answers), "The answer")

/** What is answered by nothing. */
export const Done = named("Done", Schema.Literal("DONE"), "It answers nothing")
