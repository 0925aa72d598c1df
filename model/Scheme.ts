/**
 * Schemes: the parameters of one operator's payment code, where each comes from, and what the operator asserts of it.
 * A scheme file is JSON; {@link Scheme} decodes it and refuses one that contradicts itself.
 */
import * as Schema from "effect/Schema"
import { type BoundId, type CheckedClaimId, type ClaimId, checkedIds, isBound } from "../spec/Claims.ts"
import type { AssumptionId } from "../spec/Threats.ts"

/** A whole-numbered parameter: what it is, its unit, the values that make sense, and whether a scheme can lack it. */
export interface Parameter {
  readonly says: string
  readonly unit: string
  readonly from: number
  readonly to: number
  readonly optional: boolean
}

const parameter = (says: string, unit: string, from: number, to: number): Parameter & { readonly optional: false } => ({
  says,
  unit,
  from,
  to,
  optional: false
})

/** A parameter that only some schemes have. */
const some = (says: string, unit: string, from: number, to: number): Parameter & { readonly optional: true } => ({
  says,
  unit,
  from,
  to,
  optional: true
})

const week = 604_800
const year = 31_622_400

/** The numeric parameters of a scheme by their path in its file. */
export const numbers = {
  "code.digits": parameter("length of the whole code", "digits", 12, 32),
  "code.aliasDigits": parameter("length of the alias, which names the payer's credential", "digits", 0, 15),
  "code.otpDigits": parameter("length of the proof", "digits", 4, 30),
  "token.batch": some("codes that a list has", "codes", 2, 1000),
  "token.validity": some("how long a list is accepted after it was issued", "seconds", 60, year),
  "token.refillAt": some("codes left at which an online phone asks for a new list", "codes", 1, 999),
  "token.urgentAt": some("codes left at which it asks at once", "codes", 0, 999),
  "clock.step": parameter("time that one proof is made for, or one code of a list is shown", "seconds", 1, 300),
  "clock.drift": parameter("most that an honest phone's corrected clock is off", "seconds", 1, 3600),
  "clock.nodeSkew": parameter("most that the clocks of two provider nodes differ", "seconds", 0, 60),
  "clock.utcOffset": parameter("how far the zone of the provider day is ahead of UTC", "seconds", -43_200, 50_400),
  "window.past": some("steps that the window reaches back", "steps", 0, 120),
  "window.future": some("steps that the window reaches ahead", "steps", 0, 120),
  display: parameter("longest that a phone shows one code", "seconds", 1, 600),
  "relay.deliveryAtMost": parameter("longest that an honest request is under way", "seconds", 0, 120),
  "limit.payment": parameter("largest payment without step-up", "minor units", 1, 100_000_000),
  "limit.daySum": some("largest sum of such payments on one provider day", "minor units", 1, 10_000_000_000),
  "limit.dayCount": some("most such payments on one provider day", "payments", 1, 1000),
  "limit.accountDay": parameter(
    "largest sum of all payments of an account on one provider day",
    "minor units",
    1,
    100_000_000_000
  ),
  "stepUp.openFor": some("how long an order waits for step-up before it is closed", "seconds", 1, 86_400),
  "stepUp.deliveryAtMost": some("longest that an honest prompt, or its answer, is under way", "seconds", 0, 3600),
  "stepUp.answerWithin": some("longest that an honest payer takes to answer a prompt", "seconds", 0, 3600),
  "stepUp.attempts": some(
    "wrong answers that an account takes on one provider day, for all its orders: after them none is taken, not even the right one",
    "answers a day",
    1,
    1000
  ),
  "stepUp.secretDigits": some("length of the payment password or PIN", "digits", 4, 12),
  "till.pollEvery": parameter("how often a till asks for the state of an open order", "seconds", 1, 600),
  "till.pollFor": parameter("how long it asks before it reverses", "seconds", 1, 86_400),
  "reverse.notBefore": parameter("age of a request before which a till does not reverse it", "seconds", 0, 3600),
  "reverse.within": parameter("age of an order up to which it can be reversed", "seconds", 1, 60 * week),
  "throttle.perTerminalDay": parameter("wrong codes from one terminal before it is refused", "codes a day", 1, 100_000),
  "throttle.perAliasDay": some("wrong codes under one alias before it is refused", "codes a day", 1, 100_000),
  "leak.seconds": parameter("age at which a captured code is worthless", "seconds", 1, 300),
  "scale.accounts": parameter("accounts enrolled, each with one live credential", "accounts", 1, 10_000_000_000),
  "adversary.terminals": parameter("terminals that an adversary can guess at", "terminals", 1, 1_000_000)
} as const satisfies Record<string, Parameter>

/** A parameter that is one of a few words. */
interface Choice {
  readonly says: string
  readonly values: ReadonlyArray<string>
}

const choice = <const Values extends ReadonlyArray<string>>(says: string, values: Values) => ({ says, values })

/** The parameters that are one of a few words. */
const words = {
  interface: choice(
    "whose published error codes merchants are answered with; `paycode` answers with the reasons themselves",
    ["alipay", "wechat", "paycode"]
  ),
  "code.alias": choice(
    "how the code names the credential: `masked-index`, an account's index under a mask without a key; `token`, drawn with each credential and the same in all its codes; `keyed`, made anew for every step with a key; `none`, where the whole code was drawn",
    ["masked-index", "token", "keyed", "none"]
  ),
  "code.mac": choice("function behind the proof; `none` where codes are drawn by the provider", [
    "HMAC-SHA-1",
    "HMAC-SHA-256",
    "none"
  ]),
  "code.boundTo": choice(
    "what a code is made over: the `payer` alone; or also the transaction that the phone has read off the `till`, payee, amount, order number and nonce, as the phone displays them",
    ["payer", "till"]
  ),
  "token.source": choice(
    "what a phone makes its codes from: a `seed`, one code for each step; or a `list`, each code shown once",
    ["seed", "list"]
  ),
  "stepUp.method": choice(
    "how a payer authenticates a payment over the limits: with the payment `password` on the phone, online; with the password in a short message, `sms-password`; with a response to a challenge, both short messages, that the phone computes over payee, amount, order and nonce with its seed and the PIN, `sms-ocra`; with the PIN, from which the phone computes the proof of the code, `pin`; with the PIN, which unlocks a key in secure hardware that makes the proof, `hardware-pin`; or not at all, `none`",
    ["password", "sms-password", "sms-ocra", "pin", "hardware-pin", "none"]
  ),
  "reverse.unknownOrder": choice(
    "what the reversal of an unknown order number comes to: a `tombstone`, which refuses a later payment; or `notExist`, which changes nothing",
    ["tombstone", "notExist"]
  )
} as const satisfies Record<string, Choice>

/** The other parameters of a scheme by their path in its file, and the values that each can have. */
export const choices = {
  "code.prefixes": {
    says: "first digits of codes, by which tills route them",
    values: ["1 to 4 digits each, all of one length"]
  },
  ...words,
  "code.marksRevealed": {
    says: "whether a code that the phone reveals as digits is another one than the one that is scanned",
    values: ["true", "false"]
  },
  "order.bindsCode": {
    says: "whether an order number is bound to the code it first came with",
    values: ["true", "false"]
  },
  "verification.monotone": {
    says: "whether a step at or before the last one attempted is refused",
    values: ["true", "false"]
  }
} as const satisfies Record<string, Choice>

/** The path of a parameter in a scheme file. */
export type ParameterPath = keyof typeof numbers | keyof typeof choices

/** Every parameter's path. */
export const parameterPaths = [...Object.keys(choices), ...Object.keys(numbers)] as ReadonlyArray<ParameterPath>

/** The path of a numeric parameter in a scheme file. */
export type NumberPath = keyof typeof numbers
type Optional = { [P in NumberPath]: (typeof numbers)[P]["optional"] extends true ? P : never }[NumberPath]
type Required = Exclude<NumberPath, Optional>

const whole = (path: NumberPath) => {
  const { from, says, to, unit } = numbers[path]
  const expected = `a whole number of ${unit} from ${from} to ${to} (${says})`
  const fits = (value: number): boolean => Number.isInteger(value) && value >= from && value <= to
  return Schema.Number.annotate({ expected }).check(
    Schema.makeFilter((value: number) => (fits(value) ? undefined : expected))
  )
}

const number = (path: Required) => whole(path)
const optional = (path: Optional) => Schema.optionalKey(whole(path))

const text = (expected: string) =>
  Schema.String.annotate({ expected }).check(
    Schema.makeFilter((value: string) => (value === "" ? expected : undefined))
  )

const Assertion = Schema.Union([
  Schema.Struct({ asserted: Schema.Literal("holds"), because: Schema.optionalKey(Schema.String) }),
  Schema.Struct({ asserted: Schema.Literal("fails"), because: text("the reason why the claim fails") })
])

const amount = "an amount of minor units, at least 0"
const probability = "a probability, from 0 to 1"

const between = (expected: string, to: number) => {
  const fits = (value: number): boolean => value >= 0 && value <= to
  return Schema.Number.annotate({ expected, message: expected }).check(
    Schema.makeFilter((value: number) => (fits(value) ? undefined : expected))
  )
}

const Probability = between(probability, 1)

/** What a scheme asserts of a claim that is computed: the most that the number is. */
const Bound = Schema.Struct({ atMost: Probability })

const bounds = {
  "guess-targeted": Schema.optionalKey(Bound),
  "guess-blind": Schema.optionalKey(
    Schema.Struct({ atMost: Probability, atMostADay: Schema.optionalKey(Probability) })
  ),
  "guess-password": Schema.optionalKey(Bound),
  collision: Schema.optionalKey(Bound),
  "expected-loss": Schema.optionalKey(Schema.Struct({ atMost: between(amount, Number.MAX_SAFE_INTEGER) }))
} as const satisfies Record<BoundId, unknown>

const optionalOf = <Key extends string, S extends Schema.Constraint>(keys: ReadonlyArray<Key>, schema: S) =>
  Schema.Struct(
    Object.fromEntries(keys.map((key) => [key, Schema.optionalKey(schema)])) as {
      readonly [K in Key]: Schema.optionalKey<S>
    }
  )

const Fields = Schema.Struct({
  scheme: Schema.String.check(
    Schema.isPattern(/^[a-z][a-z0-9-]{0,39}$/, { message: "a name of small letters, digits and hyphens" })
  ),
  title: text("a title"),
  note: text("what the scheme describes, and how official that is"),
  interface: Schema.Literals(words.interface.values),
  code: Schema.Struct({
    prefixes: Schema.NonEmptyArray(Schema.String.check(Schema.isPattern(/^\d{1,4}$/, { message: "1 to 4 digits" }))),
    digits: number("code.digits"),
    aliasDigits: number("code.aliasDigits"),
    otpDigits: number("code.otpDigits"),
    alias: Schema.Literals(words["code.alias"].values),
    mac: Schema.Literals(words["code.mac"].values),
    boundTo: Schema.Literals(words["code.boundTo"].values),
    marksRevealed: Schema.Boolean
  }),
  token: Schema.Struct({
    source: Schema.Literals(words["token.source"].values),
    batch: optional("token.batch"),
    validity: optional("token.validity"),
    refillAt: optional("token.refillAt"),
    urgentAt: optional("token.urgentAt")
  }),
  clock: Schema.Struct({
    step: number("clock.step"),
    drift: number("clock.drift"),
    nodeSkew: number("clock.nodeSkew"),
    utcOffset: number("clock.utcOffset")
  }),
  window: Schema.optionalKey(Schema.Struct({ past: whole("window.past"), future: whole("window.future") })),
  display: number("display"),
  relay: Schema.Struct({ deliveryAtMost: number("relay.deliveryAtMost") }),
  order: Schema.Struct({ bindsCode: Schema.Boolean }),
  verification: Schema.Struct({ monotone: Schema.Boolean }),
  limit: Schema.Struct({
    payment: number("limit.payment"),
    daySum: optional("limit.daySum"),
    dayCount: optional("limit.dayCount"),
    accountDay: number("limit.accountDay")
  }),
  stepUp: Schema.Struct({
    method: Schema.Literals(words["stepUp.method"].values),
    openFor: optional("stepUp.openFor"),
    deliveryAtMost: optional("stepUp.deliveryAtMost"),
    answerWithin: optional("stepUp.answerWithin"),
    attempts: optional("stepUp.attempts"),
    secretDigits: optional("stepUp.secretDigits")
  }),
  till: Schema.Struct({ pollEvery: number("till.pollEvery"), pollFor: number("till.pollFor") }),
  reverse: Schema.Struct({
    unknownOrder: Schema.Literals(words["reverse.unknownOrder"].values),
    notBefore: number("reverse.notBefore"),
    within: number("reverse.within")
  }),
  throttle: Schema.Struct({
    perTerminalDay: number("throttle.perTerminalDay"),
    perAliasDay: optional("throttle.perAliasDay")
  }),
  leak: Schema.Struct({ seconds: number("leak.seconds") }),
  scale: Schema.Struct({ accounts: number("scale.accounts") }),
  adversary: Schema.Struct({ terminals: number("adversary.terminals") }),
  /** Where each parameter's value comes from: a public source, or the reasoning behind a choice. */
  sources: optionalOf(parameterPaths, text("where the value comes from")),
  /**
   * What the scheme asserts of each claim. One that a search decides and that it does not mention is expected to hold;
   * of one that is computed it then asserts nothing.
   */
  claims: Schema.Struct({ ...optionalOf(checkedIds, Assertion).fields, ...bounds })
})

/** Whether an alias is nobody else's while it is somebody's. */
export const hasOwnAliases = ({ alias }: (typeof Fields.Type)["code"]): boolean =>
  alias === "masked-index" || alias === "token"

/** What is wrong with a value beside others: the path of the field, and what was expected there. */
export type Contradiction = { readonly path: ReadonlyArray<string>; readonly issue: string }

type Check = (scheme: typeof Fields.Type) => ReadonlyArray<Contradiction | false | undefined>

const wrong = (path: string, issue: string): Contradiction => ({ path: path.split("."), issue })

/** The code's parts add up, and fit what codes are made from. */
const layout: Check = ({ code, token }) => {
  const [{ length }] = code.prefixes
  const digits = length + code.aliasDigits + code.otpDigits
  const drawn = code.alias === "none"
  return [
    code.prefixes.some((prefix) => prefix.length !== length) &&
      wrong("code.prefixes", "prefixes of one length, so that a code has one layout"),
    new Set(code.prefixes).size < code.prefixes.length &&
      wrong("code.prefixes", "prefixes that differ, each as likely to be drawn as any other"),
    code.digits !== digits &&
      wrong(
        "code.digits",
        `${digits}, for ${length} of prefix, ${code.aliasDigits} of alias and ${code.otpDigits} of proof`
      ),
    drawn !== (code.aliasDigits === 0) &&
      wrong("code.aliasDigits", drawn ? "0, for a code without an alias" : "at least 1, for a code with an alias"),
    drawn !== (code.mac === "none") &&
      wrong("code.mac", drawn ? "none, for codes that are drawn" : "a function that makes the proof after an alias"),
    drawn &&
      token.source === "seed" &&
      wrong("code.alias", "a way to name the credential: a seed's proof says not whose it is"),
    !drawn &&
      code.otpDigits > 9 &&
      wrong("code.otpDigits", "at most 9, the digits that a truncated HMAC has (RFC 4226)"),
    code.boundTo === "till" &&
      token.source === "list" &&
      wrong("code.boundTo", "payer: the codes of a list are drawn before there is a transaction"),
    code.alias === "keyed" &&
      token.source === "list" &&
      wrong("code.alias", "token, masked-index or none: a list has no steps to make aliases for")
  ]
}

/** What a list needs, and what only a seed has. */
const source: Check = ({ token, verification, window }) => {
  const { batch, refillAt, urgentAt, validity } = token
  if (token.source === "seed") {
    return [
      ...(["batch", "validity", "refillAt", "urgentAt"] as const).map(
        (field) => token[field] !== undefined && wrong(`token.${field}`, "nothing: a seed makes a code for every step")
      ),
      window === undefined && wrong("window", "a window, for the codes of a seed: `past` and `future`")
    ]
  }
  return [
    batch === undefined && wrong("token.batch", "how many codes a list has"),
    validity === undefined &&
      wrong("token.validity", "a validity: a list that never expires keeps every leaked code alive"),
    refillAt === undefined && wrong("token.refillAt", "how many codes are left when the phone asks for more"),
    urgentAt === undefined && wrong("token.urgentAt", "how many codes are left when the phone asks at once"),
    batch !== undefined &&
      refillAt !== undefined &&
      refillAt >= batch &&
      wrong("token.refillAt", `less than token.batch, ${batch}: else a new list is asked for without end`),
    refillAt !== undefined &&
      urgentAt !== undefined &&
      urgentAt > refillAt &&
      wrong("token.urgentAt", `at most token.refillAt, ${refillAt}`),
    window !== undefined && wrong("window", "nothing: the codes of a list are for no step"),
    verification.monotone && wrong("verification.monotone", "false: the codes of a list are for no step")
  ]
}

/** The window has room for the honest. */
const window: Check = ({ clock, display, relay, window }) => {
  if (window === undefined) return []
  if (window.past === 0 && window.future === 0) {
    return [wrong("window", "a window that is not empty: a code must outlive the step it was made in")]
  }
  const ahead = window.future * clock.step - clock.nodeSkew
  const behind = window.past * clock.step - display - relay.deliveryAtMost - clock.nodeSkew
  const room = Math.min(ahead, behind)
  const because =
    ahead < behind
      ? `window.future x clock.step - clock.nodeSkew = ${ahead}`
      : `window.past x clock.step - display - relay.deliveryAtMost - clock.nodeSkew = ${behind}`
  return [
    clock.drift > room &&
      wrong(
        "clock.drift",
        `at most ${Math.max(0, room)} seconds, the drift that the window leaves room for (${because})`
      )
  ]
}

const limits: Check = ({ limit }) => [
  limit.daySum !== undefined &&
    limit.daySum < limit.payment &&
    wrong("limit.daySum", `at least limit.payment, ${limit.payment}: else no such payment fits a day`),
  limit.accountDay < Math.max(limit.payment, limit.daySum ?? 0) &&
    wrong(
      "limit.accountDay",
      `at least ${Math.max(limit.payment, limit.daySum ?? 0)}, what may be paid without step-up`
    )
]

const orders: Check = ({ code, relay, reverse, stepUp, till }) => {
  const { method, openFor } = stepUp
  const inCode = method === "pin" || method === "hardware-pin"
  const none = method === "none" ? "nothing: there is no step-up" : undefined
  const atOnce = inCode ? "nothing: no order waits, the answer comes with the code" : undefined
  const uncounted =
    method === "pin" ? "nothing: a code with a wrong PIN is a wrong code, as throttle counts them" : undefined
  /** What each part is, and why the scheme has none. */
  const parts = {
    openFor: ["a number of seconds", none ?? atOnce],
    deliveryAtMost: ["a number of seconds", none ?? atOnce],
    answerWithin: ["a number of seconds", none ?? atOnce],
    attempts: ["how many wrong answers an account takes on a day", none ?? uncounted],
    secretDigits: ["how many digits the secret has", none]
  } as const
  return [
    ...(Object.keys(parts) as ReadonlyArray<keyof typeof parts>).map((field) => {
      const [missing, nothing] = parts[field]
      const isWrong = (stepUp[field] === undefined) !== (nothing !== undefined)
      return isWrong && wrong(`stepUp.${field}`, nothing ?? missing)
    }),
    inCode &&
      code.boundTo === "payer" &&
      wrong(
        "stepUp.method",
        "password, sms-password, sms-ocra or none: a code that names no payee is no answer for one"
      ),
    openFor !== undefined &&
      openFor < till.pollEvery &&
      wrong(
        "stepUp.openFor",
        `at least till.pollEvery, ${till.pollEvery}: else an order is closed before a till asks once`
      ),
    till.pollFor < till.pollEvery && wrong("till.pollFor", `at least till.pollEvery, ${till.pollEvery}`),
    code.marksRevealed &&
      method === "none" &&
      wrong("code.marksRevealed", "false: without step-up a revealed code could never be paid with"),
    reverse.notBefore < relay.deliveryAtMost &&
      wrong(
        "reverse.notBefore",
        `at least relay.deliveryAtMost, ${relay.deliveryAtMost}: sooner nobody can know what became of the request`
      ),
    reverse.within <= Math.max(reverse.notBefore, till.pollFor) &&
      wrong(
        "reverse.within",
        `more than ${Math.max(reverse.notBefore, till.pollFor)} seconds, after which a till begins to reverse`
      )
  ]
}

/** There is an alias for everybody. */
const scale: Check = ({ code, scale }) => [
  hasOwnAliases(code) &&
    scale.accounts > 10 ** code.aliasDigits &&
    wrong(
      "scale.accounts",
      `at most ${10 ** code.aliasDigits}, as many as there are aliases of code.aliasDigits digits`
    )
]

/** What is wrong with a scheme whose every field is right by itself, as some checks find it. */
const found = (scheme: typeof Fields.Type, checks: ReadonlyArray<Check>): ReadonlyArray<Contradiction> =>
  checks.flatMap((check) => check(scheme).filter((found): found is Contradiction => typeof found === "object"))

/** Why the window leaves honest payers no room: their drift, display, delivery and nodes are too much for it. */
export const noRoom = (scheme: typeof Fields.Type): ReadonlyArray<Contradiction> => found(scheme, [window])

/** What else is wrong with a scheme whose every field is right by itself. */
export const disagreements = (scheme: typeof Fields.Type): ReadonlyArray<Contradiction> =>
  found(scheme, [layout, source, limits, orders, scale])

/** The schema of a scheme file. */
export const Scheme = Fields.check(
  Schema.makeFilter((scheme: typeof Fields.Type) => {
    const contradictions = found(scheme, [layout, source, window, limits, orders, scale])
    return contradictions.length === 0 ? undefined : contradictions
  })
)

/** A scheme: see {@link numbers} and {@link choices} for what each parameter means. */
export type Scheme = typeof Scheme.Type

/** What a scheme gives to a parameter; undefined where it does without. */
export const parameterOf = (scheme: Scheme, path: ParameterPath): unknown =>
  path.split(".").reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>> | undefined)?.[key], scheme)

/** What a scheme asserts of a claim: of one that is computed, that its bound holds. */
export const asserted = (scheme: Scheme, claim: ClaimId): "holds" | "fails" =>
  isBound(claim) ? "holds" : (scheme.claims[claim]?.asserted ?? "holds")

/** The scheme's reason for what it asserts of a claim that a search decides; undefined where it gives none. */
export const because = (scheme: Scheme, claim: CheckedClaimId): string | undefined => scheme.claims[claim]?.because

const unbounded = ({ claims }: Scheme, claim: BoundId): string | undefined =>
  claims[claim] === undefined ? "the scheme asserts no bound" : undefined

/** Whether a scheme has what an assumption is about. */
export const restsOn = ({ stepUp }: Scheme, assumption: AssumptionId): boolean =>
  assumption !== "hardware" || stepUp.method === "hardware-pin"

/** Why a claim says nothing of a scheme; undefined where it does. */
export const exempt = (scheme: Scheme, claim: ClaimId): string | undefined => {
  const { code, limit, stepUp } = scheme
  switch (claim) {
    case "daily-sum":
      return limit.daySum === undefined ? "the scheme has no limit.daySum" : undefined
    case "daily-count":
      return limit.dayCount === undefined ? "the scheme has no limit.dayCount" : undefined
    case "revealed-code":
      return code.marksRevealed ? undefined : "a code that is revealed is the one that is scanned"
    case "guess-password":
      return stepUp.method === "none" ? "the scheme has no step-up" : unbounded(scheme, claim)
    case "guess-targeted":
    case "guess-blind":
    case "collision":
    case "expected-loss":
      return unbounded(scheme, claim)
    case "order-ends":
      return stepUp.openFor === undefined ? "no order waits for step-up" : undefined
    case "timely-step-up":
    case "step-up-agreement":
      return stepUp.method === "none" ? "the scheme has no step-up" : undefined
    default:
      return undefined
  }
}
