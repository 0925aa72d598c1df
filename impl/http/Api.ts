/**
 * Api: what the provider is asked over HTTP, by whom, and what it answers. It is a description: servers, clients and the
 * OpenAPI document are made from it.
 *
 * A refusal is an answer, with status 200: the provider has decided, and a party that acts on statuses would take a
 * decision for a failure. Every other status says that nothing was decided.
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { answers } from "../../model/Order.ts"
import { reasons } from "../../model/Refusal.ts"
import { Enrollment } from "../../model/steps/Steps.ts"
import { Names, Pin, Transaction } from "../credentials/Credentials.ts"
import { Messages } from "../provider/Provider.ts"
import * as Problem from "./Problem.ts"
import * as Signature from "./Signature.ts"

/** The text format of Prometheus. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8"

/** The largest body that is taken, in bytes. */
export const bodyBytes = 16_384

// ---------------------------------------------------------------------------------------------------------------------
// Words
// ---------------------------------------------------------------------------------------------------------------------

const text = (from: number, to: number) => Schema.String.check(Schema.isMinLength(from), Schema.isMaxLength(to))
/** What orders, refunds and terminals can be called: 1 to 64 visible characters of ASCII. */
export const label = /^[!-~]{1,64}$/u

const visible = (expected: string) => Schema.String.check(Schema.isPattern(label, { expected }))

const Merchant = Schema.String.check(
  Schema.isPattern(Signature.merchantName, { expected: "1 to 64 letters, digits, dots, dashes and underscores" })
).annotate({ description: "The name of a merchant.", examples: ["corner-shop"] })

const Order = visible("1 to 64 visible characters of ASCII").annotate({
  description: "The merchant's own number of an order. A number is used once: a request that is sent again repeats it.",
  examples: ["2024-05-17-000123"]
})

const Terminal = visible("1 to 64 visible characters of ASCII").annotate({
  description:
    "The terminal that scanned the code. Wrong codes are counted by it, by its merchant and by the alias that they show.",
  examples: ["till-3"]
})

const RefundNumber = visible("1 to 64 visible characters of ASCII").annotate({
  description:
    "The merchant's own number of a refund. A number is used once: a refund that is sent again repeats it, and another under its number is refused. Where the interface is `alipay` a number is one of its order; otherwise of its merchant.",
  examples: ["2024-05-18-r1"]
})

const PayoutNumber = visible("1 to 64 visible characters of ASCII").annotate({
  description:
    "The operator's own number of a payout to the merchant. It takes effect once: one that is sent again repeats it.",
  examples: ["2024-05-18-p1"]
})

// What is no amount, and what is no code, the provider refuses: here they are only bounded.
const Amount = Schema.Finite.annotate({
  description: "In minor units, as fen: a whole number from 1 to 2^53 - 1. Anything else is refused as AMOUNT_INVALID.",
  examples: [1250]
})

const Code = text(0, 64).annotate({
  description: "The digits of the code, as they were scanned or typed.",
  examples: ["281234567890123456"]
})

const Account = Schema.Natural.annotate({ description: "The number of an account.", examples: [17] })
const Phone = Schema.Natural.annotate({ description: "The number of a phone.", examples: [42] })
const Credential = Schema.Natural.annotate({ description: "The number of a credential.", examples: [108] })
const Password = text(1, 128).annotate({ description: "The payment password of the account." })
const Balance = Schema.Natural.annotate({ description: "In minor units.", examples: [100_000] })
const Debit = Schema.Natural.annotate({ description: "In minor units.", examples: [1250] })

const base64url = (bytes: string) =>
  Schema.String.check(Schema.isPattern(/^[0-9A-Za-z_-]{1,128}$/u, { expected: `${bytes} in base64url` }))

const Key = base64url("32 bytes").annotate({ description: "A key that signs requests: 32 bytes in base64url." })
const NoticeKey = base64url("32 bytes").annotate({ description: "The key of notices: 32 bytes in base64url." })

const NewKey = Schema.String.check(
  Schema.isPattern(/^[0-9A-Za-z_-]{43}$/u, { expected: "32 bytes in base64url" })
).annotate({ description: "A key that was drawn for this: 32 bytes in base64url." })

/** For how many seconds the key before can be good beside a new one: thirty days. */
export const mostOverlap = 2_592_000

const Overlap = Schema.Natural.check(
  Schema.makeFilter((seconds: number) => (seconds <= mostOverlap ? undefined : `at most ${mostOverlap} seconds`))
).annotate({
  description: `For how many seconds the key before is good beside the new one, at most ${mostOverlap}; 0 has it withdrawn at once.`,
  examples: [86_400]
})

const Name = Schema.String.check(
  Schema.makeFilter((text: string) =>
    Names.isName(text) ? undefined : "1 to 64 characters in NFC that can be seen, with spaces only between them"
  )
).annotate({
  description: "The name under which the merchant is registered: what phones display, and codes are made over.",
  examples: ["Corner Shop"]
})

const Nonce = Schema.String.check(
  Schema.isPattern(/^[0-9A-Za-z_-]{16}$/u, { expected: `${Transaction.nonceBytes} bytes in base64url` })
).annotate({
  description: "The nonce of the transaction that the till has shown, where the scheme binds codes to it.",
  examples: ["AAECAwQFBgcICQoL"]
})

const Telephone = Schema.String.check(
  Schema.isPattern(Messages.telephone, { expected: "a number as +8613800138000" })
).annotate({ description: "A telephone number, as E.164 writes it.", examples: ["+8613800138000"] })

const PinDigits = Schema.String.check(Schema.isPattern(Pin.shape, { expected: "4 to 12 digits" })).annotate({
  description: "The PIN of the account, where the scheme computes proofs from it."
})

const Text = text(1, 1000).annotate({
  description: "What the message says.",
  examples: ["paycode:1:answer:AAECAwQFBgcICQoL:12345678"]
})

const Form = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/u, { expected: "64 hexadecimal digits" })).annotate({
  description:
    "The SHA-256 of the parameters that stored credentials and orders depend on, in hexadecimal: of the JSON text of their pairs of path and value, in the order of the paths."
})

const FormAsked = Schema.optionalKey(
  Form.annotate({
    description:
      "The form of the scheme that it is asked for under, as GET /v1/scheme has it. Where it is another than the provider's, nothing is done."
  })
)

/** What notices can be posted to. */
export const url = /^https?:\/\/[!-~]{1,2000}$/u

const Url = Schema.String.check(Schema.isPattern(url, { expected: "an http or https URL" })).annotate({
  description: "Where notices are posted. Without it the merchant is sent none.",
  examples: ["https://shop.example/paycode/notices"]
})

const Answer = Schema.Literals(answers).annotate({
  description: "What the provider has decided: the state of an order, or the reason of a refusal.",
  examples: ["PAID"]
})

const Message = Schema.String.annotate({ description: "What the answer means, for people to read." })
const Retry = Schema.optionalKey(
  Schema.String.annotate({ description: "What can be done about it. Absent where there is nothing to do." })
)
const Settled = Schema.Boolean.annotate({
  description: "Whether the answer settles the order. Where it does not, the question is open: ask again."
})

const named = (identifier: string, description: string) => ({ identifier, description })

// A struct without fields would take whatever is not null.
const Nothing = Schema.Record(Schema.String, Schema.Never)

/** What became of an order, as its payer and the operator are told. */
export const Outcome = Schema.Struct({
  answer: Answer,
  merchant: Merchant,
  order: Order,
  settled: Settled,
  message: Message,
  retry: Retry
}).annotate(named("Outcome", "What became of an order."))

/** What became of an order, as its merchant is told. */
export const Reply = Schema.Struct({
  answer: Answer,
  order: Order,
  settled: Settled,
  code: Schema.String.annotate({
    description: "The code that the scheme's interface has for this, or the nearest that it has.",
    examples: ["ACQ.PAYMENT_AUTH_CODE_INVALID"]
  }),
  reply: Schema.Record(Schema.String, Schema.String).annotate({
    description: "The fields of the scheme's interface and their values.",
    examples: [{ code: "40004", sub_code: "ACQ.PAYMENT_AUTH_CODE_INVALID" }]
  }),
  nearest: Schema.optionalKey(
    Schema.String.annotate({ description: "Why the code is only the nearest. Absent where it says just this." })
  ),
  amounts: Schema.optionalKey(
    Schema.Struct({
      asked: Debit.annotate({ description: "What the merchant asked for, in minor units." }),
      paid: Debit.annotate({ description: "What the payer was debited, in minor units. The limits count this." }),
      received: Debit.annotate({ description: "What the merchant was owed for it, before refunds, in minor units." })
    }).annotate({
      description:
        "In the answer to a query of an order that is paid or refunded. The three are the same here; a provider with discounts or vouchers tells others."
    })
  ),
  refund: Schema.optionalKey(
    Schema.Struct({
      number: RefundNumber,
      amount: Schema.optionalKey(
        Debit.annotate({
          description:
            "What was given back under the number, in minor units. Absent where a program made it that did not record it."
        })
      )
    }).annotate({ description: "The refund that was asked for or about, where it was made." })
  ),
  refunded: Schema.optionalKey(
    Schema.Natural.annotate({
      description:
        "What all refunds of the order have given back, in minor units. Absent where nothing is recorded of the order, in answers to pay requests and reversals, and where the amount of a refund is none."
    })
  ),
  message: Message,
  retry: Retry
}).annotate(named("Reply", "What became of an order, in the protocol's words and in those of the scheme's interface."))

const Tag = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/u, { expected: "64 hexadecimal digits" }))

/** That an order was paid, and a proof that the provider says so. */
export const Notice = Schema.Struct({
  merchant: Merchant,
  order: Order,
  amount: Debit,
  tag: Tag.annotate({
    description: "HMAC-SHA-256 under the merchant's notice key over the JSON text of [merchant, order, amount]."
  }),
  before: Schema.optionalKey(
    Tag.annotate({
      description: "The same under the notice key before, as long as that is good. Absent where there is none."
    })
  )
}).annotate(
  named("Notice", "That an order was paid. It is true where the tag, or the one before, is that of the notice key.")
)

const Secret = Schema.Union([
  Schema.Struct({
    seed: base64url("the seed"),
    second: Schema.optionalKey(
      base64url("the second seed").annotate({
        description: "The seed of the codes that carry the PIN: for the phone's secure hardware alone."
      })
    )
  }).annotate({ description: "A seed, that makes a code for every step." }),
  Schema.Struct({
    codes: Schema.Array(Schema.Struct({ scanned: Code, revealed: Code }))
  }).annotate({ description: "The codes themselves, each to be shown once, in this order." })
]).annotate(named("Secret", "What codes are made from. It is the payer's money: keep it encrypted."))

/** What a phone takes away from its enrollment, or why it does not. */
export const Issued = Schema.Union([
  Schema.Struct({
    answer: Schema.Literal("ISSUED"),
    credential: Credential,
    prefix: text(0, 16).annotate({ description: "The prefix of its codes; empty where codes have their own." }),
    alias: text(0, 32).annotate({ description: "What names it in its codes; empty where codes have none." }),
    secret: Secret,
    clock: Schema.Natural.annotate({
      description: "The provider's clock, in milliseconds since the epoch. The phone keeps the difference.",
      examples: [1_715_900_000_000]
    })
  }),
  Schema.Struct({ answer: Schema.Literals(reasons), message: Message, retry: Retry })
]).annotate(named("Issued", "A credential, pending until it is confirmed or first used; or why there is none."))

/** Where a credential stands. */
export const Standing = Schema.Struct({
  standing: Schema.NullOr(Schema.Literals(Enrollment.statuses)).annotate({
    description: "Null where the credential is none of the phone's."
  })
}).annotate(named("Standing", "Where a credential stands."))

/** The orders that wait for the owner's password. */
export const Prompts = Schema.Struct({
  prompts: Schema.Array(Schema.Struct({ merchant: Merchant, order: Order, amount: Debit }))
}).annotate(named("Prompts", "The orders that wait for the owner's password: whom it goes to, and how much."))

/** A phone, and the key that signs its requests. */
export const Device = Schema.Struct({ phone: Phone, key: Key }).annotate(
  named("Device", "A phone, and the key that signs its requests. The key is not shown again.")
)

/** A merchant, and the keys that it shares with the provider. */
export const Enlisted = Schema.Struct({ merchant: Merchant, name: Name, key: Key, noticeKey: NoticeKey }).annotate(
  named("Enlisted", "A merchant, the key that signs its requests, and the one that signs notices to it.")
)

/** An account by its number. */
export const Opened = Schema.Struct({ account: Account }).annotate(named("Opened", "An account."))

/** How many more passwords are looked at. */
export const Unlocked = Schema.Struct({
  left: Schema.Natural.annotate({
    description: "How many more wrong passwords the account takes on this provider day.",
    examples: [5]
  })
}).annotate(named("Unlocked", "How many more passwords are looked at."))

/** What came of a payout. */
export const PaidOut = Schema.Struct({
  paid: Schema.Natural.annotate({
    description: "What was paid out under its number, now or before, in minor units.",
    examples: [1500]
  }),
  held: Schema.Int.annotate({
    description:
      "What is held for the merchant after it, in minor units: less than nothing where a reversal gave back what was paid out.",
    examples: [0]
  })
}).annotate(named("PaidOut", "What came of a payout."))

/** Short messages to a telephone number. */
export const Inbox = Schema.Struct({
  messages: Schema.Array(
    Schema.Struct({
      number: Schema.Natural.annotate({ description: "Messages are numbered in the order in which they were sent." }),
      at: Schema.Natural.annotate({ description: "When it was sent, in seconds since the epoch." }),
      text: Text
    })
  )
}).annotate(named("Inbox", "The short messages to a telephone number, oldest first."))

/** What became of a short message. */
export const Heard = Schema.Struct({
  answer: Schema.NullOr(Answer).annotate({
    description: "What the provider decided; null where it took the message for nothing. A real network tells nobody."
  }),
  order: Schema.NullOr(Schema.Struct({ merchant: Merchant, order: Order })).annotate({
    description: "The order that the message was taken for; null where it was taken for none."
  })
}).annotate(named("Heard", "What became of a short message to the provider."))

/** The scheme that the provider follows, as it announces it. */
export const Announced = Schema.Struct({
  scheme: Schema.String.annotate({ description: "Its name.", examples: ["alipay"] }),
  form: Form,
  terms: Form.annotate({
    description:
      "The same of the name and of all parameters: what can be changed while the scheme is in use is among them."
  }),
  parameters: Schema.Record(
    Schema.String,
    Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Array(Schema.String)])
  ).annotate({
    description: "The parameters of the form, by their path in a scheme file.",
    examples: [{ "code.digits": 18, "code.mac": "HMAC-SHA-1" }]
  })
}).annotate(named("Announced", "The scheme that the provider follows."))

/** How the server is. */
export const Health = Schema.Struct({ status: Schema.Literal("ok") }).annotate(
  named("Health", "Nothing is in the way of what the server is asked.")
)

// ---------------------------------------------------------------------------------------------------------------------
// Who asks
// ---------------------------------------------------------------------------------------------------------------------

/** What holds of every request: a body that is JSON, of a size that is taken, with the fields that are described. */
export class Strict extends HttpApiMiddleware.Service<Strict>()("paycode/impl/http/Strict", {
  error: [
    Problem.BadRequest,
    Problem.ContentTooLarge,
    Problem.UnsupportedMediaType,
    Problem.InternalServerError,
    Problem.ServiceUnavailable
  ]
}) {}

/** What holds of signed requests: the signature is good, and its key is of a party that may ask. */
export class Signed extends HttpApiMiddleware.Service<Signed>()("paycode/impl/http/Signed", {
  error: [Problem.Unauthorized, Problem.Forbidden, Problem.TooManyRequests, Problem.ServiceUnavailable],
  requiredForClient: true
}) {}

// ---------------------------------------------------------------------------------------------------------------------
// Endpoints
// ---------------------------------------------------------------------------------------------------------------------

const described = (summary: string, description: string) => OpenApi.annotations({ summary, description })

const onlyTheLast = "Only the last key can be given up for another: one before it is answered `KEY_SUPERSEDED`."

const merchant = HttpApiGroup.make("merchant")
  .add(
    HttpApiEndpoint.post("pay", "/v1/pay", {
      payload: Schema.Struct({
        terminal: Terminal,
        order: Order,
        code: Code,
        amount: Amount,
        nonce: Schema.optionalKey(Nonce)
      }).annotate(named("PayRequest", "A request for money.")),
      success: Reply,
      error: Problem.Forbidden
    }).annotateMerge(
      described(
        "Ask for a payment",
        "Decides a pay request, and answers the same however often it is sent. A terminal that is not enlisted is answered `TERMINAL_UNKNOWN`: nothing is decided or counted, and nothing written but the nonce of the request. Where no answer comes back, send the same request again, freshly signed."
      )
    ),
    HttpApiEndpoint.post("terminal", "/v1/terminal", {
      payload: Schema.Struct({ terminal: Terminal }).annotate(named("TerminalRequest", "A terminal of the merchant.")),
      success: HttpApiSchema.NoContent,
      error: Problem.Forbidden
    }).annotateMerge(
      described(
        "Enlist a terminal",
        "From now on the merchant may ask for payments from the terminal. One that is enlisted already stays so. A merchant has at most 10,000 terminals: one more is answered `TERMINALS_TOO_MANY`."
      )
    ),
    HttpApiEndpoint.post("query", "/v1/query", {
      payload: Schema.Struct({ order: Order }).annotate(named("QueryRequest", "A question about an order.")),
      success: Reply
    }).annotateMerge(described("Ask what became of an order", "Changes nothing.")),
    HttpApiEndpoint.post("reverse", "/v1/reverse", {
      payload: Schema.Struct({ order: Order }).annotate(named("ReverseRequest", "The reversal of an order.")),
      success: Reply
    }).annotateMerge(
      described(
        "Reverse an order",
        "Releases what is open and returns what is paid. Under an order number that is reversed nothing is paid any more."
      )
    ),
    HttpApiEndpoint.post("refund", "/v1/refund", {
      payload: Schema.Struct({ order: Order, refund: RefundNumber, amount: Amount }).annotate(
        named("RefundRequest", "A refund.")
      ),
      success: Reply
    }).annotateMerge(
      described(
        "Refund some of an order",
        "Gives back some of what an order was paid with, once for a refund's number. Where no answer comes back, send the same again."
      )
    ),
    HttpApiEndpoint.post("queryRefund", "/v1/refund/query", {
      payload: Schema.Struct({ order: Order, refund: RefundNumber }).annotate(
        named("RefundQueryRequest", "A question about a refund.")
      ),
      success: Reply
    }).annotateMerge(described("Ask what became of a refund", "Changes nothing.")),
    HttpApiEndpoint.post("notice", "/v1/notice", {
      payload: Schema.Struct({ order: Order }).annotate(named("NoticeRequest", "A question for the notice.")),
      success: Notice,
      error: Problem.NotFound
    }).annotateMerge(described("Ask for a notice again", "The notice that an order was paid, as it is posted.")),
    HttpApiEndpoint.post("rotate", "/v1/keys/rotate", {
      payload: Schema.Struct({ key: NewKey, noticeKey: NewKey, overlap: Overlap }).annotate(
        named("RotateRequest", "New keys, and for how long those before are good beside them.")
      ),
      success: HttpApiSchema.NoContent,
      error: Problem.Forbidden
    }).annotateMerge(
      described(
        "Take other keys",
        `From now on the merchant signs with the new key, and notices to it are signed with the new notice key. Where no answer comes back, send the same again, signed with either key. ${onlyTheLast}`
      )
    )
  )
  .middleware(Signed)
  .annotateMerge(
    OpenApi.annotations({
      title: "Merchants",
      description: "Requests of tills, signed with the key `merchant/NAME`. The merchant is the one that signs."
    })
  )

const phone = HttpApiGroup.make("phone")
  .add(
    HttpApiEndpoint.post("credential", "/v1/credential", {
      payload: Schema.Struct({ form: FormAsked }).annotate(
        named("CredentialRequest", "No more than the form of the scheme: the phone is the one that signs.")
      ),
      success: Issued,
      error: Problem.Forbidden
    }).annotateMerge(
      described("Enroll, or renew", "Issues a credential, pending until it is confirmed or first used.")
    ),
    HttpApiEndpoint.post("confirm", "/v1/credential/confirm", {
      payload: Schema.Struct({ credential: Credential }).annotate(named("ConfirmRequest", "A credential.")),
      success: HttpApiSchema.NoContent
    }).annotateMerge(
      described("Confirm a credential", "The phone holds the credential, which takes the place of its last.")
    ),
    HttpApiEndpoint.post("standing", "/v1/credential/standing", {
      payload: Schema.Struct({ credential: Credential }).annotate(named("StandingRequest", "A credential.")),
      success: Standing
    }).annotateMerge(
      described(
        "Ask where a credential stands",
        "A phone destroys what it holds where that was revoked, or the phone itself: `PHONE_REVOKED`."
      )
    ),
    HttpApiEndpoint.post("prompts", "/v1/prompts", {
      payload: Nothing.annotate(named("PromptsRequest", "Nothing: the phone is the one that signs.")),
      success: Prompts
    }).annotateMerge(
      described(
        "Ask what waits for the password",
        "The open orders of the phone's account, whose owner has signed in on it."
      )
    ),
    HttpApiEndpoint.post("stepUp", "/v1/step-up", {
      payload: Schema.Struct({ merchant: Merchant, order: Order, password: Password }).annotate(
        named("StepUpRequest", "The password, for one order.")
      ),
      success: Outcome,
      error: [Problem.Unauthorized, Problem.Forbidden]
    }).annotateMerge(
      described("Give the password for an order", "Debits an order of the phone's account that waits for it.")
    ),
    HttpApiEndpoint.post("signIn", "/v1/sign-in", {
      payload: Schema.Struct({ password: Password }).annotate(named("SignInRequest", "The account's password.")),
      success: HttpApiSchema.NoContent,
      error: [Problem.Unauthorized, Problem.Forbidden]
    }).annotateMerge(described("Sign in", "The owner of the phone's account authenticates on it.")),
    HttpApiEndpoint.post("rotate", "/v1/phone/rotate", {
      payload: Schema.Struct({ key: NewKey, overlap: Overlap }).annotate(
        named("RotatePhoneRequest", "A new key, and for how long the one before is good beside it.")
      ),
      success: HttpApiSchema.NoContent,
      error: Problem.Forbidden
    }).annotateMerge(
      described(
        "Take another key",
        `From now on the phone signs with the new key. Where no answer comes back, send the same again, signed with either. ${onlyTheLast}`
      )
    )
  )
  .middleware(Signed)
  .annotateMerge(
    OpenApi.annotations({
      title: "Phones",
      description: "Requests of wallets, signed with the key `phone/NUMBER`. The phone is the one that signs."
    })
  )

const owned = [Problem.Unauthorized, Problem.Forbidden, Problem.TooManyRequests] as const
const ownership = { account: Account, password: Password }

const owner = HttpApiGroup.make("owner")
  .add(
    HttpApiEndpoint.post("register", "/v1/devices", {
      payload: Schema.Struct({ ...ownership, form: FormAsked }).annotate(
        named("RegisterRequest", "An account and its password.")
      ),
      success: Device,
      error: owned
    }).annotateMerge(described("Add a phone", "Registers a phone, signs the owner in on it, and answers its key.")),
    HttpApiEndpoint.post("sign", "/v1/agreement/sign", {
      payload: Schema.Struct(ownership).annotate(named("SignRequest", "An account and its password.")),
      success: HttpApiSchema.NoContent,
      error: owned
    }).annotateMerge(
      described("Sign the agreement", "From now on the account pays without the password, within limits.")
    ),
    HttpApiEndpoint.post("withdraw", "/v1/agreement/withdraw", {
      payload: Schema.Struct(ownership).annotate(named("WithdrawRequest", "An account and its password.")),
      success: HttpApiSchema.NoContent,
      error: owned
    }).annotateMerge(described("Withdraw from the agreement", "The account's open orders are closed.")),
    HttpApiEndpoint.post("revoke", "/v1/devices/revoke", {
      payload: Schema.Struct({ ...ownership, phone: Phone }).annotate(named("RevokeRequest", "A phone of an account.")),
      success: HttpApiSchema.NoContent,
      error: [...owned, Problem.NotFound]
    }).annotateMerge(
      described(
        "Revoke a phone",
        "It was lost, say. Its credentials end, its open orders are closed, and nothing that its key signs is taken any more, at any node: it is answered `PHONE_REVOKED`. The owner enrolls it as another phone."
      )
    )
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "Owners",
      description: "Requests of the owner of an account, from anywhere: not signed, but with the account's password."
    })
  )

const KeyName = Schema.String.check(
  Schema.makeFilter((text: string) => {
    const tag = Signature.callerOf(text)?._tag
    return tag === "Merchant" || tag === "Phone" ? undefined : "merchant/NAME or phone/NUMBER"
  })
).annotate({ description: "The name of a key, as signatures and the log have it.", examples: ["merchant/corner-shop"] })

const operator = HttpApiGroup.make("operator")
  .add(
    HttpApiEndpoint.post("open", "/v1/accounts", {
      payload: Schema.Struct({
        balance: Balance,
        password: Password,
        telephone: Schema.optionalKey(Telephone),
        pin: Schema.optionalKey(PinDigits)
      }).annotate(named("OpenRequest", "An account.")),
      success: Opened,
      error: Problem.Forbidden
    }).annotateMerge(described("Open an account", "It has no agreement, and no phone.")),
    HttpApiEndpoint.post("device", "/v1/accounts/devices", {
      payload: Schema.Struct({ account: Account }).annotate(named("DeviceRequest", "An account.")),
      success: Device,
      error: Problem.NotFound
    }).annotateMerge(described("Add a phone without a sign-in", "Its holder has yet to authenticate.")),
    HttpApiEndpoint.post("enlist", "/v1/merchants", {
      payload: Schema.Struct({
        merchant: Merchant,
        name: Schema.optionalKey(Name),
        notify: Schema.optionalKey(Schema.NullOr(Url)),
        form: FormAsked
      }).annotate(named("EnlistRequest", "A merchant.")),
      success: Enlisted,
      error: Problem.Forbidden
    }).annotateMerge(
      described(
        "Take in a merchant",
        "Asked again, it answers the same keys, and changes the name, and where notices go, where they are given: `null` ends the notices. A merchant that was given no name is registered as what it is called by."
      )
    ),
    HttpApiEndpoint.post("unlock", "/v1/accounts/unlock", {
      payload: Schema.Struct({ account: Account }).annotate(named("UnlockRequest", "An account.")),
      success: Unlocked,
      error: Problem.NotFound
    }).annotateMerge(
      described(
        "Give an account's passwords their shares of the day again",
        "Of the wrong passwords that are looked at on a day, half can come from anywhere, and the rest from the owner's phones, and about half of either from one party. Who was answered `PASSWORD_EXHAUSTED` for others' can try again, as long as the account has some left: what was given counts as before."
      )
    ),
    HttpApiEndpoint.post("rotate", "/v1/merchants/rotate", {
      payload: Schema.Struct({ merchant: Merchant, key: NewKey, noticeKey: NewKey, overlap: Overlap }).annotate(
        named("RotateMerchantRequest", "New keys of a merchant, and for how long those before are good beside them.")
      ),
      success: Enlisted,
      error: [Problem.Forbidden, Problem.NotFound]
    }).annotateMerge(
      described(
        "Give a merchant other keys",
        "Also one whose keys were withdrawn. Its tills need the new ones while those before are still good."
      )
    ),
    HttpApiEndpoint.post("withdraw", "/v1/keys/withdraw", {
      payload: Schema.Struct({ key: KeyName }).annotate(named("WithdrawKeysRequest", "Whose keys.")),
      success: HttpApiSchema.NoContent,
      error: Problem.NotFound
    }).annotateMerge(
      described(
        "Withdraw the keys of a merchant or a phone",
        "When it is answered, no node writes anything more that they have signed, and what was under way has ended: it is answered `KEY_WITHDRAWN`. Notices to such a merchant wait until it has other keys, for a week at most. A phone is revoked by it."
      )
    ),
    HttpApiEndpoint.post("payOut", "/v1/merchants/payout", {
      payload: Schema.Struct({ merchant: Merchant, payout: PayoutNumber }).annotate(
        named("PayOutRequest", "A merchant, and the number of a payout.")
      ),
      success: PaidOut,
      error: Problem.NotFound
    }).annotateMerge(
      described(
        "Pay out to a merchant what is held for it",
        "That is what its orders were paid, less what was given back of them and what was paid out before. It takes effect once under its number: asked again, it answers what was paid out. Where nothing is held the number is not used. Where the scheme takes refunds from what is held (`refund.from`), none is made of more than is left. The money goes its own way: this writes down that it does."
      )
    ),
    HttpApiEndpoint.post("close", "/v1/orders/close", {
      payload: Schema.Struct({ merchant: Merchant, order: Order }).annotate(named("CloseRequest", "An order.")),
      success: Outcome
    }).annotateMerge(described("Close an order", "Where its deadline is past. The server does so by itself, in time."))
  )
  .middleware(Signed)
  .annotateMerge(
    OpenApi.annotations({
      title: "The operator",
      description: "Requests of whoever runs the provider, signed with the key `operator`."
    })
  )

const unsigned = [Problem.NotFound, Problem.TooManyRequests] as const

const messages = HttpApiGroup.make("messages")
  .add(
    HttpApiEndpoint.post("inbox", "/v1/messages/inbox", {
      payload: Schema.Struct({ to: Telephone }).annotate(named("InboxRequest", "A telephone number.")),
      success: Inbox,
      error: unsigned
    }).annotateMerge(described("Read what was sent to a number", "Whoever asks is told: such is the network.")),
    HttpApiEndpoint.post("send", "/v1/messages/send", {
      payload: Schema.Struct({ from: Telephone, text: Text }).annotate(named("SendRequest", "A short message.")),
      success: Heard,
      error: unsigned
    }).annotateMerge(described("Send the provider a message", "From whatever number it says: such is the network."))
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "Short messages",
      description:
        "A telephone network on one machine, where the server was started with one (`--messages local`), to try schemes of short messages on. Not signed: everybody reads every message, and writes any sender."
    })
  )

const service = HttpApiGroup.make("service", { topLevel: true })
  .add(
    HttpApiEndpoint.get("health", "/health", {
      success: Health
    }).annotateMerge(
      described(
        "Ask whether the server is ready",
        "Status 503 where its ledger cannot be read, or cannot be written: `cannot` says what is not to be had, and why. The ledger is tried once a second at the most."
      )
    ),
    HttpApiEndpoint.get("live", "/health/live", {
      success: Health
    }).annotateMerge(
      described(
        "Ask whether the server runs",
        "Whatever its ledger does: to start it again mends nothing as long as this answers."
      )
    ),
    HttpApiEndpoint.get("scheme", "/v1/scheme", {
      success: Announced
    }).annotateMerge(
      described(
        "Ask for the scheme",
        "Which scheme the provider follows: a phone or a till that is set up for another form of codes is of no use with it."
      )
    ),
    HttpApiEndpoint.get("metrics", "/metrics", {
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: metricsType })).annotate({
        description: "The text format of Prometheus."
      })
    }).annotateMerge(described("Read the counters", "For Prometheus to scrape. Nobody's secrets are counted."))
  )
  .annotateMerge(
    OpenApi.annotations({ title: "The service", description: "For whatever watches the server. Not signed." })
  )

const signatures = `HTTP Message Signatures (RFC 9421) in one profile.

\`Content-Digest: sha-256=:…:\` is the SHA-256 of the body (RFC 9530).
\`Signature-Input: paycode=("@method" "@path" "content-digest");created=…;nonce="…";keyid="…";alg="hmac-sha256"\`:
these components in this order, and each of these parameters once, in any order. \`created\` is in seconds since the
epoch, at most ${Signature.tolerance} from the server's clock; \`nonce\` is 16 to 64 visible characters, fresh for every
request; \`keyid\` is \`operator\`, \`merchant/NAME\` or \`phone/NUMBER\`.
\`Signature: paycode=:…:\` is the HMAC-SHA-256 of the signature base under the key, in base64.`

const signedGroups: ReadonlyArray<string> = ["Merchants", "Phones", "The operator"]

/** An OpenAPI document in which problems have their names alone: the encoded form of a class is called so too. */
const withoutSuffixes = (document: Record<string, unknown>): OpenApi.OpenAPISpec =>
  JSON.parse(JSON.stringify(document).replaceAll(/"((?:#\/components\/schemas\/)?[A-Za-z]+)Encoded"/g, '"$1"'))

/** An OpenAPI document in which signed operations say so. */
const withSignatures = (document: Record<string, unknown>): Record<string, unknown> => {
  const plain = withoutSuffixes(document)
  const { components, paths } = plain
  const isSigned = ({ tags = [] }: { readonly tags?: ReadonlyArray<string> }): boolean =>
    tags.some((tag) => signedGroups.includes(tag))
  const signing = Object.entries(paths).map(([path, { post, ...others }]) => [
    path,
    { ...others, ...(post && { post: isSigned(post) ? { ...post, security: [{ signature: [] }] } : post }) }
  ])
  const signature = { type: "apiKey", in: "header", name: "Signature", description: signatures }
  return {
    ...plain,
    components: { ...components, securitySchemes: { signature } },
    paths: Object.fromEntries(signing)
  }
}

/** The interface of the provider. */
export class Api extends HttpApi.make("paycode")
  .add(merchant, phone, owner, operator, messages, service)
  .middleware(Strict)
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "paycode",
      version: "1",
      summary: "The reference provider of the offline payment code.",
      description: `The reference provider of the offline payment code (付款码).

Every body is a JSON object in UTF-8 of at most ${bodyBytes} bytes, with \`Content-Type: application/json\`, and a field
that is not described is refused. A refusal is an answer, with status 200: the provider has decided. Any other status
says that nothing was decided, and its body names the problem: \`{ "error": "SIGNATURE_EXPIRED", "message": "…" }\`.

${signatures}`,
      license: { name: "MIT" },
      transform: withSignatures
    })
  ) {}

/** The OpenAPI document of the interface. */
export const document = (): OpenApi.OpenAPISpec => OpenApi.fromApi(Api)
