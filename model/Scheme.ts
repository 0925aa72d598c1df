/**
 * Schemes: the parameters of one operator's payment code, where each comes from, and what the operator asserts of it.
 * A scheme file is JSON; {@link Scheme} decodes it and refuses one that contradicts itself.
 */
import * as Schema from "effect/Schema"
import { type ClaimId, claimIds } from "../spec/Claims.ts"

/** A whole-numbered parameter: what it is, its unit, and the values that make sense. */
export interface Parameter {
  readonly says: string
  readonly unit: string
  readonly from: number
  readonly to: number
}

const parameter = (says: string, unit: string, from: number, to: number): Parameter => ({ says, unit, from, to })

/** The numeric parameters of a scheme by their path in its file. */
export const numbers = {
  "code.digits": parameter("length of the whole code", "digits", 12, 32),
  "code.aliasDigits": parameter("length of the alias, which names the payer's credential", "digits", 6, 15),
  "code.otpDigits": parameter("length of the proof, a one-time password", "digits", 4, 9),
  "clock.step": parameter("time that one proof is made for", "seconds", 1, 300),
  "clock.drift": parameter("most that an honest phone's corrected clock is off", "seconds", 1, 3600),
  "clock.nodeSkew": parameter("most that the clocks of two provider nodes differ", "seconds", 0, 60),
  "clock.utcOffset": parameter("how far the zone of the provider day is ahead of UTC", "seconds", -43_200, 50_400),
  "window.past": parameter("steps that the window reaches back", "steps", 0, 120),
  "window.future": parameter("steps that the window reaches ahead", "steps", 0, 120),
  display: parameter("longest that a phone shows one code", "seconds", 1, 600),
  "relay.deliveryAtMost": parameter("longest that an honest request is under way", "seconds", 0, 120),
  "limit.payment": parameter("largest payment without a password", "minor units", 1, 100_000_000),
  "limit.daySum": parameter("largest sum of such payments on one provider day", "minor units", 1, 10_000_000_000),
  "leak.seconds": parameter("age at which a captured code is worthless", "seconds", 1, 300)
} as const satisfies Record<string, Parameter>

/** The other parameters of a scheme by their path in its file. */
export const choices = {
  "code.prefix": { says: "first digits of every code, by which tills route it", values: "1 to 4 digits" },
  "code.alias": {
    says: "how the alias names the credential: `masked-index`, an account's index under a mask without a key, or `token`, drawn anew with each credential",
    values: "masked-index, token"
  },
  "code.mac": { says: "function behind the one-time password", values: "HMAC-SHA-1, HMAC-SHA-256" },
  "order.bindsCode": { says: "whether an order number is bound to the code it first came with", values: "true, false" }
} as const

/** The path of a parameter in a scheme file. */
export type ParameterPath = keyof typeof numbers | keyof typeof choices

/** Every parameter's path. */
export const parameterPaths = [...Object.keys(choices), ...Object.keys(numbers)] as ReadonlyArray<ParameterPath>

const number = (path: keyof typeof numbers) => {
  const { from, says, to, unit } = numbers[path]
  const expected = `a whole number of ${unit} from ${from} to ${to} (${says})`
  const fits = (value: number): boolean => Number.isInteger(value) && value >= from && value <= to
  return Schema.Number.annotate({ expected }).check(
    Schema.makeFilter((value: number) => (fits(value) ? undefined : expected))
  )
}

const text = (expected: string) =>
  Schema.String.annotate({ expected }).check(
    Schema.makeFilter((value: string) => (value === "" ? expected : undefined))
  )

const Assertion = Schema.Union([
  Schema.Struct({ asserted: Schema.Literal("holds"), because: Schema.optionalKey(Schema.String) }),
  Schema.Struct({ asserted: Schema.Literal("fails"), because: text("the reason why the claim fails") })
])

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
  code: Schema.Struct({
    prefix: Schema.String.check(Schema.isPattern(/^\d{1,4}$/, { message: "1 to 4 digits" })),
    digits: number("code.digits"),
    aliasDigits: number("code.aliasDigits"),
    otpDigits: number("code.otpDigits"),
    alias: Schema.Literals(["masked-index", "token"]),
    mac: Schema.Literals(["HMAC-SHA-1", "HMAC-SHA-256"])
  }),
  clock: Schema.Struct({
    step: number("clock.step"),
    drift: number("clock.drift"),
    nodeSkew: number("clock.nodeSkew"),
    utcOffset: number("clock.utcOffset")
  }),
  window: Schema.Struct({ past: number("window.past"), future: number("window.future") }),
  display: number("display"),
  relay: Schema.Struct({ deliveryAtMost: number("relay.deliveryAtMost") }),
  order: Schema.Struct({ bindsCode: Schema.Boolean }),
  limit: Schema.Struct({ payment: number("limit.payment"), daySum: number("limit.daySum") }),
  leak: Schema.Struct({ seconds: number("leak.seconds") }),
  /** Where each parameter's value comes from: a public source, or the reasoning behind a choice. */
  sources: optionalOf(parameterPaths, text("where the value comes from")),
  /** What the scheme asserts of each claim; one that it does not mention is expected to hold. */
  claims: optionalOf(claimIds, Assertion)
})

type Contradiction = { readonly path: ReadonlyArray<string>; readonly issue: string }

/** What is wrong with a scheme whose every field is right by itself. */
const contradictions = (scheme: typeof Fields.Type): ReadonlyArray<Contradiction> => {
  const { clock, code, display, limit, relay, window } = scheme
  const found: Array<Contradiction> = []
  const digits = code.prefix.length + code.aliasDigits + code.otpDigits
  if (code.digits !== digits) {
    found.push({
      path: ["code", "digits"],
      issue: `${digits}, for ${code.prefix.length} of prefix, ${code.aliasDigits} of alias and ${code.otpDigits} of proof`
    })
  }
  if (window.past === 0 && window.future === 0) {
    found.push({ path: ["window"], issue: "a window that is not empty: a code must outlive the step it was made in" })
  } else {
    const ahead = window.future * clock.step - clock.nodeSkew
    const behind = window.past * clock.step - display - relay.deliveryAtMost - clock.nodeSkew
    if (clock.drift > Math.min(ahead, behind)) {
      const room =
        ahead < behind
          ? `window.future x clock.step - clock.nodeSkew = ${ahead}`
          : `window.past x clock.step - display - relay.deliveryAtMost - clock.nodeSkew = ${behind}`
      found.push({
        path: ["clock", "drift"],
        issue: `at most ${Math.max(0, Math.min(ahead, behind))} seconds, the drift that the window leaves room for (${room})`
      })
    }
  }
  if (limit.daySum < limit.payment) {
    found.push({
      path: ["limit", "daySum"],
      issue: `at least limit.payment, ${limit.payment}: else no such payment fits a day`
    })
  }
  return found
}

/** The schema of a scheme file. */
export const Scheme = Fields.check(
  Schema.makeFilter((scheme: typeof Fields.Type) => {
    const found = contradictions(scheme)
    return found.length === 0 ? undefined : found
  })
)

/** A scheme: see {@link numbers} and {@link choices} for what each parameter means. */
export type Scheme = typeof Scheme.Type

/** What a scheme asserts of a claim. */
export const asserted = (scheme: Scheme, claim: ClaimId): "holds" | "fails" => scheme.claims[claim]?.asserted ?? "holds"
