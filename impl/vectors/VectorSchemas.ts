/**
 * VectorSchemas: what a file of known answers looks like, one schema for each kind of file. The JSON Schemas of
 * `spec/vectors/schemas` are made of these; what several have in common is in {@link VectorDefinitions}.
 */
import * as Schema from "effect/Schema"
import { reasons } from "../../model/Refusal.ts"
import * as ScenarioSchemas from "./ScenarioSchemas.ts"
import * as Definitions from "./VectorDefinitions.ts"
import { says } from "./VectorDefinitions.ts"

/**
 * The version of the form of the files. Whoever changes the form so that a reader of it may be wrong counts it up, and
 * gives the schemas of the new form other paths: a file names the schema that it fits, and so its version.
 */
export const version = 1

const { Bytes, Comment, Digits, Id, Mac, Notes, SchemeChange, SchemeName, Whole } = Definitions
const Text = Schema.String

/** Where the JSON Schema of a kind of file is, relative to the file. */
export const pathOf = <const Kind extends string>(kind: Kind) => `schemas/${kind}.schema.json` as const

const file = <
  const Kind extends string,
  MutantNotes extends Schema.Constraint,
  Group extends Schema.Constraint,
  More extends Schema.Struct.Fields
>({
  description,
  group,
  kind,
  more,
  notes
}: {
  readonly kind: Kind
  readonly description: string
  /** What the mutants of the file are against. */
  readonly notes: MutantNotes
  /** Tests that share parameters. */
  readonly group: Group
  /** What this kind of file says besides. */
  readonly more: More
}) =>
  Schema.Struct({
    vectors: says(Schema.Literal(kind), "What the file is about: its own name"),
    schema: says(Schema.Literal(pathOf(kind)), "The JSON Schema of the file, relative to it"),
    count: says(Whole, "How many tests there are in all groups"),
    header: says(Schema.Array(Text), "How to read the file, in sentences"),
    notes,
    ...more,
    groups: says(Schema.Array(group), "Tests that share parameters")
  }).annotate({ title: kind, description })

/** Proofs of seeds for steps. */
export const Proof = file({
  kind: "proof",
  description: "The proof of a credential for a step: HOTP of RFC 4226, with the step for a counter",
  notes: Definitions.ClauseMutants,
  group: Schema.Struct({
    source: Definitions.Source,
    origin: Definitions.Origin,
    mac: Mac,
    digits: says(Whole, "How many digits a proof has"),
    seed: says(Bytes, "The seed"),
    secondsPerStep: says(Schema.optionalKey(Whole), "The length of a step, where tests have a time"),
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        time: says(Schema.optionalKey(Whole), "An instant of the step, in seconds since the epoch"),
        step: says(Whole, "The step"),
        proof: says(Digits, "The proof of the seed for the step"),
        notes: Notes
      })
    )
  }),
  more: {}
})

/** The parameters of a scheme that say how its codes are written. */
const CodeFormat = Schema.Struct({
  prefixes: says(Schema.NonEmptyArray(Digits), "What codes begin with: one of these"),
  digits: Whole,
  aliasDigits: Whole,
  otpDigits: Whole,
  alias: says(Schema.Literals(["masked-index", "token", "keyed", "none"]), "How the alias is made, as in a scheme")
})

/** Codes and their parts, and codes that are malformed. */
export const Code = file({
  kind: "code",
  description: "The digits of a code: prefix, alias and proof, written and read",
  notes: Definitions.ClauseMutants,
  group: Schema.Struct({
    format: says(CodeFormat, "The parameters of these names in a scheme"),
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        prefix: says(Digits, "The prefix"),
        alias: says(Digits, "The alias, empty where the format has none"),
        proof: says(Digits, "The proof"),
        code: says(Digits, "The code, which is written of the three and read as them"),
        notes: Notes
      })
    ),
    malformed: Schema.Array(
      Schema.Struct({
        id: Id,
        code: says(Text, "What is no code"),
        problem: says(Schema.Literals(["length", "digits", "prefix"]), "The first of these that is wrong with it"),
        notes: Notes
      })
    )
  }),
  more: {}
})

/** A pay request of 1 minor unit, for {@link Coincidence}. */
const Presented = Schema.Struct({
  at: Definitions.At,
  made: says(Whole, "The step that the presented code was made for"),
  expect: says(Schema.Literals(["PAID", ...reasons]), "The answer")
})

/** Steps of one window with the same proof, and what a provider answers. */
export const Coincidence = file({
  kind: "coincidence",
  description: "Two steps of one window whose proofs are the same digits",
  notes: Definitions.ClauseMutants,
  group: Schema.Struct({
    steps: says(Schema.Array(Whole), "The two steps, the earlier first"),
    proof: says(Digits, "The proof of both"),
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        comment: Comment,
        plays: says(
          Schema.Array(Presented),
          "Pay requests in turn, each under an order number of its own, of 1 minor unit"
        ),
        notes: Notes
      })
    )
  }),
  more: {
    scheme: says(
      Schema.Struct({
        step: says(Whole, "Seconds of a step"),
        past: says(Whole, "How many steps the window reaches back"),
        future: says(Whole, "How many steps it reaches ahead"),
        mac: Mac,
        digits: says(Whole, "How many digits a proof has"),
        seed: says(Bytes, "The seed")
      }),
      "What matters of the scheme and the credential"
    )
  }
})

/** The notes of a file about a document that is not ours: each mutant is against one of its sections. */
const SectionMutants = Schema.Record(
  Text,
  Schema.Struct({
    section: says(Text, "The section that says otherwise"),
    mistake: says(Text, "The mistake, in a sentence")
  })
)

/** Responses to challenges, and suites that are none. */
export const Response = file({
  kind: "response",
  description: "Responses to challenges: OCRA of RFC 6287",
  notes: SectionMutants,
  group: Schema.Struct({
    source: Definitions.Source,
    origin: Definitions.Origin,
    suite: says(Text, "The suite, as it is hashed"),
    key: says(Bytes, "The key"),
    pin: says(Schema.optionalKey(Text), "The PIN, where the suite has one"),
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        question: says(
          Schema.Array(Text),
          "The challenge; where both sides have challenged each other the two, in order"
        ),
        counter: says(Schema.optionalKey(Whole), "The counter, where the suite has one"),
        session: says(Schema.optionalKey(Bytes), "What the session is about, where the suite has it"),
        time: says(Schema.optionalKey(Whole), "In seconds since the epoch, where the suite has a time step"),
        response: says(Text, "The response; leading zeros count"),
        notes: Notes
      })
    )
  }),
  more: {
    malformed: says(
      Schema.Array(Schema.Struct({ id: Id, suite: says(Text, "What is no suite"), notes: Notes })),
      "Suites that are refused"
    )
  }
})

/** Codes of credentials, made by a phone. */
export const Generation = file({
  kind: "generation",
  description: "The codes that a phone makes of what it holds, for every scheme",
  notes: Definitions.ClauseMutants,
  group: Schema.Struct({
    scheme: SchemeName,
    change: Schema.optionalKey(SchemeChange),
    credential: says(Definitions.Secret, "What the phone holds"),
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        phoneClock: says(
          Schema.optionalKey(Whole),
          "What the phone's own clock reads, in seconds, where codes have steps"
        ),
        clockDifference: says(
          Schema.optionalKey(Schema.Int),
          "The provider's clock less the phone's, as the enrollment left it, in seconds"
        ),
        position: says(Whole, "The step, or the place in the list, counted from 0"),
        revealed: Definitions.Revealed,
        code: says(Digits, "The code"),
        notes: Notes
      })
    )
  }),
  more: {}
})

/** Codes over the till's transaction, made by a phone. */
export const Bound = file({
  kind: "bound",
  description: "The codes that a phone makes over the transaction of a till, without the PIN and with it",
  notes: Definitions.ClauseMutants,
  group: Schema.Struct({
    scheme: SchemeName,
    credential: says(
      Schema.Struct({
        ...Definitions.secret,
        second: says(Schema.optionalKey(Bytes), "The seed in secure hardware, where the scheme has one")
      }),
      "What the phone holds"
    ),
    pin: Definitions.Pin,
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        ...Definitions.sale,
        position: says(Whole, "The step"),
        revealed: Definitions.Revealed,
        pinned: says(Schema.Boolean, "It is made with the PIN"),
        text: says(Text, "What the till's QR code says"),
        message: says(Bytes, "What the proof is the tag of"),
        code: says(Digits, "The code"),
        notes: Notes
      })
    )
  }),
  more: {}
})

/** Challenges in short messages, and what a phone answers. */
export const Challenge = file({
  kind: "challenge",
  description: "Challenges in short messages, and their answers: OCRA of RFC 6287 over a transaction",
  notes: Definitions.ClauseMutants,
  group: Schema.Struct({
    seed: says(Bytes, "The seed of the phone's credential"),
    pin: Definitions.Pin,
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        ...Definitions.sale,
        text: says(Text, "The message of the provider"),
        question: says(Bytes, "The challenge, as the suite has it"),
        response: says(Digits, "The response"),
        answer: says(Text, "The message of the phone"),
        notes: Notes
      })
    )
  }),
  more: { suite: says(Text, "The suite of every response") }
})

/** Each answer that a provider can give, and each reason to refuse. */
export const Verification = file({
  kind: "verification",
  description: "What a provider answers, with every reason to refuse",
  notes: Definitions.ClauseMutants,
  group: ScenarioSchemas.ScenarioGroup,
  more: {}
})

/** Attacks, from their beginning to their end. */
export const Attack = file({
  kind: "attack",
  description: "Attacks and faults as whole sequences, and what a provider makes of them",
  notes: Definitions.ClauseMutants,
  group: ScenarioSchemas.ScenarioGroup,
  more: {}
})

/** Which codes a provider can accept at an instant, once it was restored. */
const RestoredWindow = Schema.Struct({
  id: Id,
  comment: Comment,
  issuedAt: says(Whole, "When the credential was issued"),
  at: says(Whole, "The instant"),
  positions: says(Schema.Array(Whole), "Every position whose code can be accepted then"),
  notes: Notes
})

/** What a provider answers to an order number, once it was restored. */
const RestoredOrder = Schema.Struct({
  id: Id,
  comment: Comment,
  at: says(Whole, "The instant"),
  do: says(
    Schema.Literals(["pay", "query", "reversal", "refund"]),
    "What is asked; a pay request has a code that can be accepted, and a refund is of all of the order"
  ),
  predates: says(Schema.Boolean, "The request may have been made before the restore"),
  known: says(Schema.Literals(["nothing", "paid"]), "What the backup has under the order number"),
  expect: Definitions.Answer,
  notes: Notes
})

/** What a provider accepts and answers once it was restored from a backup. */
export const Restore = file({
  kind: "restore",
  description: "What a provider accepts and answers once it was restored from a backup",
  notes: Definitions.ClauseMutants,
  group: Schema.Struct({
    scheme: SchemeName,
    backupAt: says(Whole, "When the backup was made, in seconds since the epoch"),
    restoredAt: says(Whole, "When it was restored, in seconds since the epoch"),
    windows: Schema.Array(RestoredWindow),
    orders: Schema.Array(RestoredOrder)
  }),
  more: {}
})

/** Requests as they are signed. */
export const Signature = file({
  kind: "signature",
  description: "Requests as they are signed: HTTP Message Signatures of RFC 9421, with hmac-sha256",
  notes: SectionMutants,
  group: Schema.Struct({
    source: Definitions.Source,
    origin: Definitions.Origin,
    label: says(Text, "The label of the signature"),
    covered: says(Schema.Array(Text), "The components that are signed, in order"),
    key: says(Bytes, "The key"),
    tests: Schema.Array(
      Schema.Struct({
        id: Id,
        method: says(Text, "The method of the request"),
        authority: says(Schema.optionalKey(Text), "The host that is asked, as it is written"),
        path: says(Text, "The path"),
        headers: says(
          Schema.optionalKey(Schema.Record(Text, Text)),
          "Further headers that are signed, by their names, each value as it is written"
        ),
        body: says(Text, "The body, which is sent in UTF-8"),
        parameters: says(Text, "The parameters of the signature, as they are sent"),
        contentDigest: says(Schema.optionalKey(Text), "The value of Content-Digest, where it is signed"),
        base: says(Text, "The text that is signed"),
        signatureInput: says(Text, "The value of Signature-Input"),
        signature: says(Text, "The value of Signature"),
        notes: Notes
      })
    )
  }),
  more: {}
})

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
  restore: Restore,
  signature: Signature
} as const

/** The name of a file, without its ending. */
export type Name = keyof typeof schemas
