/**
 * ScenarioSchemas: the form of a scenario of known answers: a provider in a stated state, and the steps that are taken
 * with it, each with the answer that it must have.
 */
import * as Schema from "effect/Schema"
import { answers } from "../../model/Order.ts"
import { reasons } from "../../model/Refusal.ts"
import * as Definitions from "./VectorDefinitions.ts"
import { named, says } from "./VectorDefinitions.ts"

const Text = Schema.String

const step = <const Do extends string, Fields extends Schema.Struct.Fields, Expect extends Schema.Constraint>(
  name: Do,
  fields: Fields,
  expect: Expect,
  description: string
) => Schema.Struct({ at: Definitions.At, do: Schema.Literal(name), ...fields, expect }).annotate({ description })

const onOrder = { merchant: Definitions.Merchant, order: Definitions.OrderNumber }
const onAccount = { account: Definitions.Ordinal }
const onPhone = { phone: Definitions.Ordinal }
const done = Definitions.Done

/** What tills ask about orders. */
const orderSteps = [
  step(
    "pay",
    {
      ...onOrder,
      terminal: says(Text, "The merchant's terminal"),
      code: says(Text, "What was scanned"),
      amount: says(Schema.Finite, "In minor units"),
      nonce: says(
        Schema.optionalKey(Text),
        "The nonce of the transaction that the till has shown, where the scheme binds codes to it"
      ),
      challenge: says(
        Schema.optionalKey(Text),
        "The nonce that the provider draws for the challenge, where it sends one"
      ),
      times: says(
        Schema.optionalKey(Definitions.Whole),
        "How often, each under the order number with -1, -2 and so on behind it"
      )
    },
    Definitions.Answer,
    "A pay request"
  ),
  step("query", onOrder, Definitions.Answer, "A query of an order"),
  step("reverse", onOrder, Definitions.Answer, "A reversal of an order"),
  step("close", onOrder, Definitions.Answer, "The timer of an order"),
  step(
    "refund",
    { ...onOrder, refund: says(Text, "The number of the refund"), amount: says(Schema.Finite, "In minor units") },
    Definitions.Answer,
    "A refund of an order"
  ),
  step(
    "refund query",
    { ...onOrder, refund: says(Text, "The number of the refund") },
    Definitions.Answer,
    "A question about a refund of an order"
  ),
  step(
    "pay out",
    { merchant: Definitions.Merchant, payout: says(Text, "The number of the payout") },
    says(Text, "What is paid out under it, in minor units, now or before, as digits"),
    "The provider pays out to a merchant what it holds for it"
  )
] as const

/** What payers do about orders that wait for them. */
const payerSteps = [
  step(
    "authenticate",
    { ...onAccount, ...onOrder, password: says(Text, "The password that is given") },
    says(Schema.Literals([...answers, "WRONG_PASSWORD"]), "The answer"),
    "The owner's answer to a prompt"
  ),
  step(
    "message",
    { from: says(Text, "The number that it says it is from"), text: says(Text, "What it says") },
    says(Schema.Literals([...answers, "NOTHING"]), "The answer; `NOTHING` where it is taken for nothing"),
    "A short message to the provider"
  )
] as const

/** What becomes of credentials, agreements and the provider itself. */
const enrollmentSteps = [
  step(
    "enroll",
    {
      ...onPhone,
      draws: says(Schema.optionalKey(Definitions.Secret), "What the provider draws, where it draws anything"),
      credential: says(Schema.optionalKey(Definitions.Ordinal), "The credential that it issues")
    },
    says(Schema.Literals(["ISSUED", ...reasons]), "The answer"),
    "A phone asks for a credential"
  ),
  step("confirm", { ...onPhone, credential: Definitions.Ordinal }, done, "A phone confirms a credential"),
  step("revoke", onPhone, done, "The owner has the credentials of a phone revoked"),
  step(
    "ask",
    onPhone,
    says(Schema.Literals(["SHOWN", "NOT_OWNER"]), "Whether it is shown them"),
    "A phone asks for the prompts of its account"
  ),
  step(
    "sign in",
    onPhone,
    says(Schema.Literals(["DONE", "NOT_OWNER"]), "Whether it is taken for the owner's"),
    "The owner authenticates on a phone"
  ),
  step("sign", onAccount, done, "The owner signs the agreement"),
  step("withdraw", onAccount, done, "The owner withdraws from the agreement"),
  step("restart", {}, done, "The provider stops, and starts again on what it has written")
] as const

/** One thing that happens at a provider, and what it answers. */
export const Step = named(
  "Step",
  Schema.Union([...orderSteps, ...payerSteps, ...enrollmentSteps]),
  "One thing that happens at a provider, and what it answers"
)

const Account = named(
  "Account",
  Schema.Struct({
    balance: Definitions.Amount,
    password: says(Text, "Its payment password"),
    signed: says(Schema.Boolean, "Whether its password-free agreement is live"),
    alias: says(Schema.optionalKey(Definitions.Digits), "The index of the account, where aliases are masked indices"),
    telephone: says(Schema.optionalKey(Text), "Its telephone number, where it has one"),
    pin: says(Schema.optionalKey(Text), "Its PIN, where the provider has one")
  }),
  "An account"
)

const Phone = named(
  "Phone",
  Schema.Struct({ ...onAccount, authenticated: says(Schema.Boolean, "Whether the owner has authenticated on it") }),
  "A phone, and whose it is"
)

const Credential = named(
  "Credential",
  Schema.Struct({
    ...onPhone,
    confirmed: says(Schema.Boolean, "Live; otherwise pending"),
    ...Definitions.secret,
    second: says(Schema.optionalKey(Definitions.Bytes), "The seed for secure hardware, where the scheme has one")
  }),
  "A credential that was issued to a phone"
)

const RegisteredMerchant = named(
  "RegisteredMerchant",
  Schema.Struct({ merchant: Definitions.Merchant, name: says(Text, "The name that it is registered under") }),
  "A merchant that is registered under another name than it is called by"
)

/** The fields that state a provider. */
const setting = {
  scheme: Definitions.SchemeName,
  change: Schema.optionalKey(Definitions.SchemeChange),
  start: says(
    Definitions.Whole,
    "When the state was set up: agreements signed, credentials issued; in seconds since the epoch"
  ),
  accounts: says(Schema.Array(Account), "The accounts"),
  phones: says(Schema.Array(Phone), "The phones, and whose they are"),
  credentials: says(Schema.Array(Credential), "The credentials that are issued, in this order"),
  merchants: says(
    Schema.optionalKey(Schema.Array(RegisteredMerchant)),
    "Merchants that are registered under another name than they are called by"
  )
}

const Scenario = named(
  "Scenario",
  Schema.Struct({
    id: Definitions.Id,
    comment: Definitions.Comment,
    plays: says(Schema.Array(Step), "What happens, in turn"),
    balances: says(Schema.optionalKey(Schema.Array(Schema.Int)), "The balances of the accounts in the end"),
    notes: Definitions.Notes
  }),
  "What happens at a provider, from the stated state to the end"
)

/** Scenarios that begin with the same state of a provider. */
export const ScenarioGroup = named(
  "ScenarioGroup",
  Schema.Struct({ ...setting, tests: says(Schema.Array(Scenario), "What happens, in each test from that state") }),
  "A provider in a stated state, and the tests that begin with it"
)
