/**
 * Parameters: what schemes differ in, a row for each. The schema of a scheme file, the page of the parameters, what a
 * sweep can vary and the constants of the spec in Quint are made of these rows, and of arbitrary schemes what fits no other.
 */
import { type ClauseId, clauseIds, clauses } from "./Clauses.ts"
import { stepUpMethodNames } from "./StepUpMethods.ts"

/**
 * The constant of the spec in Quint that a parameter is. It has the parameter's value, and `without` where a scheme lacks
 * it; or it says whether the value `is` a certain word, or whether the scheme `has` one.
 */
export type Constant =
  | { readonly name: string; readonly without?: number | string }
  | { readonly name: string; readonly is: string }
  | { readonly name: string; readonly has: true }

/** What is known of every parameter. */
interface Row {
  /** What it means, in a few words. */
  readonly says: string
  /** The clauses that it bears on and that do not name it; none where no clause speaks of it. */
  readonly bearsOn?: ReadonlyArray<ClauseId>
  /** What it is in the spec in Quint; nothing where the spec leaves it out. */
  readonly quint?: Constant
}

/** Another parameter that a number must not be below, where a scheme has both. */
export interface Floor {
  readonly path: string
  /** What goes wrong otherwise. */
  readonly otherwise?: string
}

/** A whole number. */
export interface NumberRow extends Row {
  readonly kind: "number"
  readonly unit: string
  /** The least and the greatest value that makes sense. */
  readonly from: number
  readonly to: number
  /** Whether a scheme can lack it: by itself, or with its whole group. */
  readonly optional: boolean | "with its group"
  /** What it must not be below. Other rules between parameters are checks of the scheme. */
  readonly atLeast?: Floor
}

/** One of a few words, true or false, or prefixes of codes; with the values that it can have. */
export interface ChoiceRow extends Row {
  readonly kind: "prefixes" | "word" | "flag"
  readonly values: ReadonlyArray<string>
  /** A scheme can lack it, with its whole group; any has it unless this is given. */
  readonly optional?: "with its group"
}

/** What a row of the table says. */
export type Parameter = NumberRow | ChoiceRow

/** The least and the greatest value that makes sense. */
type Bounds = readonly [from: number, to: number]

type NumberMore = Pick<NumberRow, "bearsOn" | "quint" | "atLeast">

/** A number that every scheme has: what it means, its unit and its bounds. */
const number = (says: string, unit: string, [from, to]: Bounds, more: NumberMore = {}) =>
  ({ kind: "number", says, unit, from, to, optional: false, ...more }) as const satisfies NumberRow

/** A number that only some schemes have. */
const some = (says: string, unit: string, [from, to]: Bounds, more: NumberMore = {}) =>
  ({ kind: "number", says, unit, from, to, optional: true, ...more }) as const satisfies NumberRow

/** A number of a group that only some schemes have. */
const grouped = (says: string, unit: string, [from, to]: Bounds, more: NumberMore = {}) =>
  ({ kind: "number", says, unit, from, to, optional: "with its group", ...more }) as const satisfies NumberRow

type More = Pick<Row, "bearsOn" | "quint">

/** One of a few words. */
const word = <const Values extends ReadonlyArray<string>>(says: string, values: Values, more: More = {}) =>
  ({ kind: "word", says, values, ...more }) as const satisfies ChoiceRow

/** One of a few words of a group that only some schemes have. */
const groupedWord = <const Values extends ReadonlyArray<string>>(says: string, values: Values, more: More = {}) =>
  ({ ...word(says, values, more), optional: "with its group" }) as const satisfies ChoiceRow

/** True or false. */
const flag = (says: string, more: More = {}) =>
  ({ kind: "flag", says, values: ["true", "false"], ...more }) as const satisfies ChoiceRow

const week = 604_800
// A code is at most 40,000 seconds in the longest window. Searches tell apart how old codes are up to a day.
const halfDay = 43_200
const year = 31_622_400

/** The parameters of a scheme by their path in its file, in the order of the file. */
export const parameters = {
  interface: word(
    "whose published error codes merchants are answered with, and what a refund number is unique among; `paycode` answers with the reasons themselves",
    ["alipay", "wechat", "paycode"],
    { quint: { name: "REFUNDS_BY_ORDER", is: "alipay" } }
  ),
  "code.prefixes": {
    kind: "prefixes",
    says: "first digits of codes, by which tills route them",
    values: ["1 to 4 digits each, all of one length"],
    // Only the way from a till to its provider.
    bearsOn: []
  },
  "code.digits": number("length of the whole code", "digits", [12, 32], { bearsOn: ["VER-5", "VER-22"] }),
  "code.aliasDigits": number("length of the alias, which names the payer's credential", "digits", [0, 15], {
    bearsOn: ["VER-22"]
  }),
  "code.otpDigits": number("length of the proof", "digits", [4, 30], { bearsOn: ["VER-5", "VER-9"] }),
  "code.alias": word(
    "how the code names the credential: `masked-index`, an account's index under a mask without a key; `token`, drawn with each credential and the same in all its codes; `keyed`, made anew for every position with a key; `none`, where the whole code was drawn",
    ["masked-index", "token", "keyed", "none"],
    { bearsOn: ["GEN-7"], quint: { name: "ALIAS" } }
  ),
  "code.mac": word(
    "function behind the proof; `none` where codes are drawn by the provider",
    ["HMAC-SHA-1", "HMAC-SHA-256", "none"],
    { bearsOn: ["VER-5"] }
  ),
  "code.boundTo": word(
    "what a code is made over: the `payer` alone; or also the transaction that the phone has read off the `till`, payee, amount, order number and nonce, as the phone displays them",
    ["payer", "till"],
    { quint: { name: "BOUND_TO" } }
  ),
  "code.marksRevealed": flag(
    "whether a code that the phone reveals as digits is another one than the one that is scanned",
    { quint: { name: "MARKS_REVEALED" } }
  ),
  "code.perStep": some(
    "codes that a phone makes for one step, each over a transaction of its own; 1 unless given",
    "codes",
    [1, 8],
    {
      bearsOn: ["GEN-2", "GEN-9"],
      quint: { name: "PER_STEP", without: 1 }
    }
  ),
  "token.source": word(
    "what a phone makes its codes from: a `seed`, codes for each step; or a `list`, each code shown once",
    ["seed", "list"],
    { bearsOn: ["GEN-2", "GEN-4"], quint: { name: "HAS_STEPS", is: "seed" } }
  ),
  "token.batch": some("codes that a list has", "codes", [2, 1000], {
    bearsOn: ["GEN-2", "GEN-4"],
    quint: { name: "BATCH", without: 0 }
  }),
  "token.validity": some("how long a list is accepted after it was issued", "seconds", [60, year], {
    quint: { name: "VALIDITY", without: 0 }
  }),
  "token.refillAt": some("codes left at which an online phone asks for a new list", "codes", [1, 999], {
    quint: { name: "REFILL_AT", without: 0 }
  }),
  "token.urgentAt": some("codes left at which it asks at once", "codes", [0, 999], {
    quint: { name: "URGENT_AT", without: 0 }
  }),
  "clock.step": number("time that one proof is made for, or one code of a list is shown", "seconds", [1, 300], {
    bearsOn: ["GEN-2", "VER-6", "VER-7"],
    quint: { name: "STEP" }
  }),
  "clock.drift": number("most that an honest phone's corrected clock is off", "seconds", [1, 3600], {
    bearsOn: ["GEN-2", "VER-6", "VER-7"],
    quint: { name: "DRIFT" }
  }),
  "clock.nodeSkew": number("most that the clocks of two provider nodes differ", "seconds", [0, 60], {
    bearsOn: ["VER-6", "VER-7", "VER-18"],
    quint: { name: "NODE_SKEW" }
  }),
  "clock.utcOffset": number("how far the zone of the provider day is ahead of UTC", "seconds", [-43_200, 50_400], {
    bearsOn: ["VER-25", "VER-26"],
    quint: { name: "UTC_OFFSET" }
  }),
  "window.past": grouped("steps that the window reaches back", "steps", [0, 120], {
    quint: { name: "WINDOW_PAST", without: 0 }
  }),
  "window.future": grouped("steps that the window reaches ahead", "steps", [0, 120], {
    quint: { name: "WINDOW_FUTURE", without: 0 }
  }),
  display: number("longest that a phone shows one code", "seconds", [1, 600], { quint: { name: "DISPLAY" } }),
  "phone.showsOn": groupedWord(
    "when a phone shows a code: on the `opening` of its app, before anybody has asked for one; on `demand`, when whoever holds it asks; or on `unlock`, when its owner has asked and has unlocked the app for it, by PIN or fingerprint; `opening` where a scheme does not say, which promises nothing",
    ["opening", "demand", "unlock"],
    { quint: { name: "SHOWS_ON", without: "opening" } }
  ),
  "phone.opensPerDay": some(
    "how often an owner opens the app on a day without paying; where a scheme does not say, what codes cost that nobody asked for is not computed, if they are shown on opening",
    "openings",
    [0, 1000],
    { bearsOn: ["GEN-10"] }
  ),
  "relay.deliveryAtMost": number("longest that an honest request is under way", "seconds", [0, 120], {
    bearsOn: ["REL-3", "VER-6"],
    quint: { name: "DELIVERY" }
  }),
  "order.bindsCode": flag("whether an order number is bound to the code it first came with", {
    quint: { name: "BINDS_CODE" }
  }),
  "verification.monotone": flag("whether a position at or before the last one attempted is refused", {
    quint: { name: "MONOTONE" }
  }),
  "limit.payment": number("largest payment without step-up", "minor units", [1, 100_000_000], {
    quint: { name: "PAYMENT_LIMIT" }
  }),
  "limit.daySum": some("largest sum of such payments on one provider day", "minor units", [1, 10_000_000_000], {
    quint: { name: "DAY_SUM", without: -1 },
    atLeast: { path: "limit.payment", otherwise: "else no such payment fits a day" }
  }),
  "limit.dayCount": some("most such payments on one provider day", "payments", [1, 1000], {
    quint: { name: "DAY_COUNT", without: -1 }
  }),
  "limit.accountDay": number(
    "largest sum of all payments of an account on one provider day",
    "minor units",
    [1, 100_000_000_000],
    { quint: { name: "ACCOUNT_DAY" } }
  ),
  "stepUp.method": word(
    "how a payer authenticates a payment over the limits: with the payment `password` on the phone, online; with the password in a short message, `sms-password`; with a response to a challenge, both short messages, that the phone computes over payee, amount, order and nonce with its seed and the PIN, `sms-ocra`; with the PIN, from which the phone computes the proof of the code, `pin`; with the PIN, which unlocks a key in secure hardware that makes the proof, `hardware-pin`; or not at all, `none`",
    stepUpMethodNames,
    { quint: { name: "METHOD" } }
  ),
  "stepUp.openFor": some("how long an order waits for step-up before it is closed", "seconds", [1, 86_400], {
    quint: { name: "OPEN_FOR", without: 0 },
    atLeast: { path: "till.pollEvery", otherwise: "else an order is closed before a till asks once" }
  }),
  "stepUp.deliveryAtMost": some("longest that an honest prompt, or its answer, is under way", "seconds", [0, 3600], {
    bearsOn: ["STP-5"],
    quint: { name: "PROMPT_DELIVERY", without: 0 }
  }),
  "stepUp.answerWithin": some("longest that an honest payer takes to answer a prompt", "seconds", [0, 3600], {
    bearsOn: ["STP-5"],
    quint: { name: "ANSWER_WITHIN", without: 0 }
  }),
  "stepUp.attempts": some(
    "wrong answers that an account takes on one provider day, for all its orders: after them none is taken, not even the right one",
    "answers a day",
    [1, 1000]
  ),
  "stepUp.secretDigits": some("length of the payment password or PIN", "digits", [4, 12], { bearsOn: ["STP-7"] }),
  "till.pollEvery": number("how often a till asks for the state of an open order", "seconds", [1, 600], {
    bearsOn: ["REL-6"]
  }),
  "till.pollFor": number("how long it asks before it reverses", "seconds", [1, 86_400], {
    bearsOn: ["REL-6"],
    atLeast: { path: "till.pollEvery" }
  }),
  "reverse.unknownOrder": word(
    "what the reversal of an unknown order number comes to: a `tombstone`, which refuses a later payment; or `notExist`, which changes nothing",
    ["tombstone", "notExist"],
    { quint: { name: "TOMBSTONES", is: "tombstone" } }
  ),
  "reverse.notBefore": number("age of a request before which a till does not reverse it", "seconds", [0, 3600], {
    bearsOn: ["REL-6"],
    quint: { name: "REVERSE_NOT_BEFORE" },
    atLeast: { path: "relay.deliveryAtMost", otherwise: "sooner nobody can know what became of the request" }
  }),
  "reverse.within": number("age of an order up to which it can be reversed", "seconds", [1, 60 * week], {
    bearsOn: ["REL-6", "SET-2"],
    quint: { name: "REVERSE_WITHIN" }
  }),
  "refund.within": grouped(
    "age of an order up to which it can be refunded; where a scheme does not say, it can be at any age",
    "seconds",
    [1, 2 * year],
    {
      quint: { name: "REFUND_WITHIN", without: 0 },
      atLeast: { path: "reverse.within", otherwise: "else an order is reversed that is too old to be refunded" }
    }
  ),
  "refund.from": groupedWord(
    "what refunds are paid from: what the provider holds for the `merchant`, so that none is made that this does not cover; or the `provider`'s own",
    ["merchant", "provider"],
    { quint: { name: "REFUNDS_FROM_HELD", is: "merchant" } }
  ),
  "throttle.perTerminalDay": number(
    "wrong codes from one terminal before it is refused; a terminal is told apart by the name that its merchant gives it",
    "codes a day",
    [1, 100_000]
  ),
  "throttle.perMerchantDay": some(
    "wrong codes from all terminals of one merchant before the merchant is refused, at whichever of them; where a scheme does not say, nothing but the rate of its requests limits a merchant that enlists a fresh terminal for each",
    "codes a day",
    [1, 10_000_000],
    {
      quint: { name: "THROTTLES_MERCHANT", has: true },
      atLeast: {
        path: "throttle.perTerminalDay",
        otherwise: "else no terminal takes as many as it may"
      }
    }
  ),
  "throttle.perAliasDay": some("wrong codes under one alias before it is refused", "codes a day", [1, 100_000], {
    quint: { name: "THROTTLES_ALIAS", has: true }
  }),
  "leak.seconds": number("age at which a captured code is worthless", "seconds", [1, halfDay], {
    bearsOn: ["VER-6"],
    quint: { name: "LEAK_SECONDS" }
  }),
  "scale.accounts": number("accounts enrolled", "accounts", [1, 10_000_000_000], {
    bearsOn: ["VER-22"]
  }),
  "scale.phones": some(
    "phones that one account has at most, each with a live credential and, while it is renewed, a pending one; 1 where a scheme does not say: nothing enforces it",
    "phones",
    [1, 100],
    { bearsOn: ["VER-22"] }
  ),
  "adversary.terminals": number(
    "terminals of honest merchants that an adversary can guess at, beside those of its own merchant, which it names as it likes",
    "terminals",
    [1, 1_000_000],
    { bearsOn: ["VER-29"] }
  )
} as const satisfies Readonly<Record<string, Parameter>>

/** The path of a parameter in a scheme file. */
export type ParameterPath = keyof typeof parameters

/** The type of the table, row by row. */
export type Rows = typeof parameters
export type PathOf<Kind> = { [P in ParameterPath]: Rows[P]["kind"] extends Kind ? P : never }[ParameterPath]

/** The path of a numeric parameter, and of any other. */
export type NumberPath = PathOf<"number">
export type ChoicePath = Exclude<ParameterPath, NumberPath>

const rows: Readonly<Record<ParameterPath, Parameter>> = parameters

/** Every parameter's path, in the order of the file. */
export const paths = Object.keys(parameters) as ReadonlyArray<ParameterPath>

const ofKind = <Path extends ParameterPath>(...kinds: ReadonlyArray<Parameter["kind"]>) =>
  Object.fromEntries(
    kinds.flatMap((kind) => paths.filter((path) => rows[path].kind === kind).map((path) => [path, parameters[path]]))
  ) as { readonly [P in Path]: Rows[P] }

/** The numeric parameters by their path. */
export const numbers = ofKind<NumberPath>("number")

/** The other parameters by their path, with the values that each can have. */
export const choices = ofKind<ChoicePath>("prefixes", "word", "flag")

/** Every parameter's path in the order of the pages: choices, and then numbers. */
export const parameterPaths = [...Object.keys(choices), ...Object.keys(numbers)] as ReadonlyArray<ParameterPath>

/** What the table says of a parameter. */
export const rowOf = (path: ParameterPath): Parameter => rows[path]

/** The group that a path stands in, and its key there; only its key where it stands in none. */
export const partsOf = (path: string): readonly [group: string, key: string] | readonly [key: string] =>
  path.split(".") as unknown as readonly [string, string] | readonly [string]

/** The clauses that parameters bear on without being named, by the parameter's path; none where no clause speaks of it. */
export const governs: Readonly<Record<string, ReadonlyArray<ClauseId>>> = Object.fromEntries(
  paths.flatMap((path) => {
    const { bearsOn } = rows[path]
    return bearsOn === undefined ? [] : [[path, bearsOn]]
  })
)

/** The clauses that a parameter bears on, by its path in a scheme file, in the order of the protocol. */
export const governing = (path: string): ReadonlyArray<ClauseId> => {
  const [group] = path.split(".")
  return clauseIds.filter((id) => {
    const { says } = clauses[id]
    return says.includes(`\`${path}\``) || says.includes(`\`${group}\``) || governs[path]?.includes(id) === true
  })
}
