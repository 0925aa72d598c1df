/**
 * VectorSchemas: what a file of known answers looks like, one schema for each kind of file. The JSON Schemas of
 * `spec/vectors/schemas` are made of these.
 */
import * as Schema from "effect/Schema"
import { answers } from "../../model/Order.ts"
import { reasons } from "../../model/Refusal.ts"
import { clauseIds } from "../../spec/Clauses.ts"

const says = <S extends Schema.Top>(schema: S, description: string): S["Rebuild"] => schema.annotate({ description })

const Text = Schema.String
const hex = Schema.String.check(Schema.isPattern(/^([0-9a-f]{2})*$/u, { expected: "bytes in hexadecimal" }))
const digits = Schema.String.check(Schema.isPattern(/^[0-9]*$/u, { expected: "decimal digits" }))
const whole = Schema.Natural

const Hex = (description: string) => says(hex, `${description}, in hexadecimal`)
const Digits = (description: string) => says(digits, `${description}; leading zeros count`)
const Whole = (description: string) => says(whole, description)

const id = Whole("The number of the test, which no other test of the file has")
const notes = says(Schema.Array(Text), "The mistakes that fail this test, by their names in the notes of the file")
const comment = says(Text, "What the test is about, in a sentence")
const source = says(Text, "Where the numbers come from")
const origin = says(
  Schema.Literals(["published", "computed"]),
  "Whether the numbers are those of the source, or were computed for this file"
)
const mac = says(
  Schema.Literals(["HMAC-SHA-1", "HMAC-SHA-256"]),
  "The function that makes the tags of which proofs are cut"
)

const at = Whole("When it happens, on the provider's clock, in seconds since the epoch")

/** The notes of a file about the protocol: each mistake breaks a clause. */
const Breaches = Schema.Record(
  Text,
  Schema.Struct({
    clause: says(Schema.Literals(clauseIds), "The clause that an implementation breaks which makes the mistake"),
    mistake: says(Text, "The mistake, in a sentence")
  })
)

/** The notes of a file about a document that is not ours: each mistake is against one of its sections. */
const Departures = Schema.Record(
  Text,
  Schema.Struct({
    section: says(Text, "The section that says otherwise"),
    mistake: says(Text, "The mistake, in a sentence")
  })
)

const file = <
  const Kind extends string,
  Notes extends Schema.Constraint & { readonly Rebuild: Schema.Constraint },
  Group extends Schema.Constraint,
  More extends Schema.Struct.Fields
>(
  kind: Kind,
  description: string,
  notes: Notes,
  group: Group,
  more: More
) =>
  Schema.Struct({
    vectors: says(Schema.Literal(kind), "What the file is about: its own name"),
    schema: says(Schema.Literal(`schemas/${kind}.schema.json`), "The JSON Schema of the file, relative to it"),
    count: Whole("How many tests there are in all groups"),
    header: says(Schema.Array(Text), "How to read the file, in sentences"),
    notes,
    ...more,
    groups: says(Schema.Array(group), "Tests that share parameters")
  }).annotate({ title: kind, description })

/** Proofs of seeds for steps. */
export const Proof = file(
  "proof",
  "The proof of a credential for a step: HOTP of RFC 4226, with the step for a counter",
  Breaches,
  Schema.Struct({
    source,
    origin,
    mac,
    digits: Whole("How many digits a proof has"),
    seed: Hex("The seed"),
    secondsPerStep: says(Schema.optionalKey(whole), "The length of a step, where tests have a time"),
    tests: Schema.Array(
      Schema.Struct({
        id,
        time: says(Schema.optionalKey(whole), "An instant of the step, in seconds since the epoch"),
        step: Whole("The step"),
        proof: Digits("The proof of the seed for the step"),
        notes
      })
    )
  }),
  {}
)

const Prefixes = says(Schema.NonEmptyArray(digits), "What codes begin with: one of these")
const Kind = says(Schema.Literals(["masked-index", "token", "keyed", "none"]), "How the alias is made, as in a scheme")

/** Codes and their parts, and codes that are malformed. */
export const Code = file(
  "code",
  "The digits of a code: prefix, alias and proof, written and read",
  Breaches,
  Schema.Struct({
    format: says(
      Schema.Struct({ prefixes: Prefixes, digits: whole, aliasDigits: whole, otpDigits: whole, alias: Kind }),
      "The parameters of these names in a scheme"
    ),
    tests: Schema.Array(
      Schema.Struct({
        id,
        prefix: Digits("The prefix"),
        alias: Digits("The alias, empty where the format has none"),
        proof: Digits("The proof"),
        code: Digits("The code, which is written of the three and read as them"),
        notes
      })
    ),
    malformed: Schema.Array(
      Schema.Struct({
        id,
        code: says(Text, "What is no code"),
        problem: says(Schema.Literals(["length", "digits", "prefix"]), "The first of these that is wrong with it"),
        notes
      })
    )
  }),
  {}
)

/** Steps of one window with the same proof, and what a provider answers. */
export const Coincidence = file(
  "coincidence",
  "Two steps of one window whose proofs are the same digits",
  Breaches,
  Schema.Struct({
    steps: says(Schema.Array(whole), "The two steps, the earlier first"),
    proof: Digits("The proof of both"),
    tests: Schema.Array(
      Schema.Struct({
        id,
        comment,
        plays: says(
          Schema.Array(
            Schema.Struct({
              at,
              made: Whole("The step that the presented code was made for"),
              expect: says(Schema.Literals(["PAID", ...reasons]), "The answer")
            })
          ),
          "Pay requests in turn, each under an order number of its own, of 1 minor unit"
        ),
        notes
      })
    )
  }),
  {
    scheme: says(
      Schema.Struct({
        step: Whole("Seconds of a step"),
        past: Whole("How many steps the window reaches back"),
        future: Whole("How many steps it reaches ahead"),
        mac,
        digits: Whole("How many digits a proof has"),
        seed: Hex("The seed")
      }),
      "What matters of the scheme and the credential"
    )
  }
)

/** Responses to challenges, and suites that are none. */
export const Response = file(
  "response",
  "Responses to challenges: OCRA of RFC 6287",
  Departures,
  Schema.Struct({
    source,
    origin,
    suite: says(Text, "The suite, as it is hashed"),
    key: Hex("The key"),
    pin: says(Schema.optionalKey(Text), "The PIN, where the suite has one"),
    tests: Schema.Array(
      Schema.Struct({
        id,
        question: says(
          Schema.Array(Text),
          "The challenge; where both sides have challenged each other the two, in order"
        ),
        counter: says(Schema.optionalKey(whole), "The counter, where the suite has one"),
        session: says(Schema.optionalKey(hex), "What the session is about, in hexadecimal, where the suite has it"),
        time: says(Schema.optionalKey(whole), "In seconds since the epoch, where the suite has a time step"),
        response: says(Text, "The response; leading zeros count"),
        notes
      })
    )
  }),
  {
    malformed: says(
      Schema.Array(Schema.Struct({ id, suite: says(Text, "What is no suite"), notes })),
      "Suites that are refused"
    )
  }
)

const Drawn = Schema.Struct({
  scanned: Digits("The code that is scanned"),
  revealed: Digits("The code that is revealed as digits")
})

const secret = {
  prefix: says(Schema.optionalKey(digits), "The prefix of its codes, where they are made"),
  alias: says(Schema.optionalKey(digits), "The alias that its codes name it by, where that is always the same"),
  seed: says(Schema.optionalKey(hex), "The seed that its codes are made from, in hexadecimal"),
  codes: says(Schema.optionalKey(Schema.Array(Drawn)), "Its codes by their positions, where they were drawn")
}

const Secret = Schema.Struct(secret)

const schemeName = says(Text, "The scheme, a file of spec/schemes")
const change = says(
  Schema.optionalKey(
    Schema.Record(Text, Schema.Record(Text, Schema.Union([Text, whole, Schema.Boolean, Schema.Array(Text)])))
  ),
  "Sections of the scheme that stand here in place of its own"
)

/** Codes of credentials, made by a phone. */
export const Generation = file(
  "generation",
  "The codes that a phone makes of what it holds, for every scheme",
  Breaches,
  Schema.Struct({
    scheme: schemeName,
    change,
    credential: says(Secret, "What the phone holds"),
    tests: Schema.Array(
      Schema.Struct({
        id,
        phoneClock: says(
          Schema.optionalKey(whole),
          "What the phone's own clock reads, in seconds, where codes have steps"
        ),
        clockDifference: says(
          Schema.optionalKey(Schema.Int),
          "The provider's clock less the phone's, as the enrolment left it, in seconds"
        ),
        position: Whole("The step, or the place in the list, counted from 0"),
        revealed: says(Schema.Boolean, "It is the code that is revealed as digits"),
        code: Digits("The code"),
        notes
      })
    )
  }),
  {}
)

const sale = {
  payee: says(Text, "The name that the merchant is registered under"),
  amount: Whole("In minor units"),
  order: says(Text, "The order number"),
  nonce: says(Text, "The nonce of the transaction, as it is written")
}

/** Codes over the till's transaction, made by a phone. */
export const Bound = file(
  "bound",
  "The codes that a phone makes over the transaction of a till, without the PIN and with it",
  Breaches,
  Schema.Struct({
    scheme: schemeName,
    credential: says(
      Schema.Struct({
        ...secret,
        second: says(Schema.optionalKey(hex), "The seed in secure hardware, where the scheme has one, in hexadecimal")
      }),
      "What the phone holds"
    ),
    pin: says(Text, "The PIN"),
    tests: Schema.Array(
      Schema.Struct({
        id,
        ...sale,
        position: Whole("The step"),
        revealed: says(Schema.Boolean, "It is the code that is revealed as digits"),
        pinned: says(Schema.Boolean, "It is made with the PIN"),
        text: says(Text, "What the till's QR code says"),
        message: Hex("What the proof is the tag of"),
        code: Digits("The code"),
        notes
      })
    )
  }),
  {}
)

/** Challenges in short messages, and what a phone answers. */
export const Challenge = file(
  "challenge",
  "Challenges in short messages, and their answers: OCRA of RFC 6287 over a transaction",
  Breaches,
  Schema.Struct({
    seed: Hex("The seed of the phone's credential"),
    pin: says(Text, "The PIN"),
    tests: Schema.Array(
      Schema.Struct({
        id,
        ...sale,
        text: says(Text, "The message of the provider"),
        question: Hex("The challenge, as the suite has it"),
        response: Digits("The response"),
        answer: says(Text, "The message of the phone"),
        notes
      })
    )
  }),
  { suite: says(Text, "The suite of every response") }
)

const number = Whole("By number, counted from 0")
const merchant = says(Text, "The merchant that asks")
const order = says(Text, "The merchant's order number")
const answer = says(Schema.Literals(answers), "The answer")
const done = says(Schema.Literal("DONE"), "It answers nothing")

const play = <const Do extends string, Fields extends Schema.Struct.Fields, Expect extends Schema.Constraint>(
  name: Do,
  fields: Fields,
  expect: Expect,
  description: string
) => Schema.Struct({ at, do: Schema.Literal(name), ...fields, expect }).annotate({ description })

const onOrder = { merchant, order }
const onAccount = { account: number }
const onPhone = { phone: number }

/** One thing that happens at a provider. */
export const Play = Schema.Union([
  play(
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
      times: says(Schema.optionalKey(whole), "How often, each under the order number with -1, -2 and so on behind it")
    },
    answer,
    "A pay request"
  ),
  play("query", onOrder, answer, "A query of an order"),
  play("reverse", onOrder, answer, "A reversal of an order"),
  play("close", onOrder, answer, "The timer of an order"),
  play(
    "refund",
    { ...onOrder, refund: says(Text, "The number of the refund"), amount: says(Schema.Finite, "In minor units") },
    answer,
    "A refund of an order"
  ),
  play(
    "authenticate",
    { ...onAccount, ...onOrder, password: says(Text, "The password that is given") },
    says(Schema.Literals([...answers, "WRONG_PASSWORD"]), "The answer"),
    "The owner's answer to a prompt"
  ),
  play(
    "message",
    { from: says(Text, "The number that it says it is from"), text: says(Text, "What it says") },
    says(Schema.Literals([...answers, "NOTHING"]), "The answer; `NOTHING` where it is taken for nothing"),
    "A short message to the provider"
  ),
  play(
    "enroll",
    {
      ...onPhone,
      draws: says(Schema.optionalKey(Secret), "What the provider draws, where it draws anything"),
      credential: says(Schema.optionalKey(number), "The credential that it issues")
    },
    says(Schema.Literals(["ISSUED", ...reasons]), "The answer"),
    "A phone asks for a credential"
  ),
  play("confirm", { ...onPhone, credential: number }, done, "A phone confirms a credential"),
  play("revoke", onPhone, done, "The owner has the credentials of a phone revoked"),
  play("sign in", onPhone, done, "The owner authenticates on a phone"),
  play("sign", onAccount, done, "The owner signs the agreement"),
  play("withdraw", onAccount, done, "The owner withdraws from the agreement"),
  play("restart", {}, done, "The provider stops, and starts again on what it has written")
])

const provider = {
  scheme: schemeName,
  change,
  start: Whole("When the state was set up: agreements signed, credentials issued; in seconds since the epoch"),
  accounts: says(
    Schema.Array(
      Schema.Struct({
        balance: Whole("In minor units"),
        password: Text,
        signed: says(Schema.Boolean, "Whether its password-free agreement is live"),
        alias: says(Schema.optionalKey(digits), "The index of the account, where aliases are masked indices"),
        telephone: says(Schema.optionalKey(Text), "Its telephone number, where it has one"),
        pin: says(Schema.optionalKey(Text), "Its PIN, where the provider has one")
      })
    ),
    "The accounts"
  ),
  phones: says(
    Schema.Array(
      Schema.Struct({ ...onAccount, authenticated: says(Schema.Boolean, "Whether the owner has authenticated on it") })
    ),
    "The phones, and whose they are"
  ),
  credentials: says(
    Schema.Array(
      Schema.Struct({
        ...onPhone,
        confirmed: says(Schema.Boolean, "Live; otherwise pending"),
        ...secret,
        second: says(Schema.optionalKey(hex), "The seed for secure hardware, where the scheme has one, in hexadecimal")
      })
    ),
    "The credentials that are issued, in this order"
  ),
  merchants: says(
    Schema.optionalKey(
      Schema.Array(Schema.Struct({ merchant, name: says(Text, "The name that it is registered under") }))
    ),
    "Merchants that are registered under another name than they are called by"
  )
}

const story = <const Name extends string>(name: Name, description: string) =>
  file(
    name,
    description,
    Breaches,
    Schema.Struct({
      ...provider,
      tests: Schema.Array(
        Schema.Struct({
          id,
          comment,
          plays: says(Schema.Array(Play), "What happens, in turn"),
          balances: says(Schema.optionalKey(Schema.Array(Schema.Int)), "The balances of the accounts in the end"),
          notes
        })
      )
    }),
    {}
  )

/** Each answer that a provider can give, and each reason to refuse. */
export const Verification = story("verification", "What a provider answers, with every reason to refuse")

/** Attacks, from their beginning to their end. */
export const Attack = story("attack", "Attacks and faults as whole sequences, and what a provider makes of them")

/** What a provider accepts and answers once it was restored from a backup. */
export const Restore = file(
  "restore",
  "What a provider accepts and answers once it was restored from a backup",
  Breaches,
  Schema.Struct({
    scheme: schemeName,
    backupAt: Whole("When the backup was made, in seconds since the epoch"),
    restoredAt: Whole("When it was restored, in seconds since the epoch"),
    windows: Schema.Array(
      Schema.Struct({
        id,
        comment,
        issuedAt: Whole("When the credential was issued"),
        at: Whole("The instant"),
        positions: says(Schema.Array(whole), "Every position whose code can be accepted then"),
        notes
      })
    ),
    orders: Schema.Array(
      Schema.Struct({
        id,
        comment,
        at: Whole("The instant"),
        do: says(Schema.Literals(["pay", "query"]), "What is asked; a pay request has a code that can be accepted"),
        predates: says(Schema.Boolean, "The request may have been made before the restore"),
        known: says(Schema.Literals(["nothing", "paid"]), "What the backup has under the order number"),
        expect: answer,
        notes
      })
    )
  }),
  {}
)

/** The schema of every file, by its name. */
export const schemas = {
  proof: Proof,
  code: Code,
  generation: Generation,
  bound: Bound,
  challenge: Challenge,
  response: Response,
  coincidence: Coincidence,
  verification: Verification,
  attack: Attack,
  restore: Restore
} as const

/** The name of a file, without its ending. */
export type Name = keyof typeof schemas
