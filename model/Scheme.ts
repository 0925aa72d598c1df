/**
 * Schemes: the parameters of one operator's payment code, where each comes from, and what the operator asserts of it.
 * A scheme file is JSON; {@link Scheme} decodes it and refuses one that contradicts itself.
 */
import * as Schema from "effect/Schema"
import { type BoundId, type ClaimId, checkedIds } from "../spec/Claims.ts"
import {
  type Floor,
  type NumberPath,
  numbers,
  type Parameter,
  type ParameterPath,
  parameterPaths,
  type parameters,
  partsOf,
  paths,
  rowOf
} from "../spec/Parameters.ts"
import { stepUpMethod } from "../spec/StepUpMethods.ts"
import type { AssumptionId } from "../spec/Threats.ts"

/** The rows of the table of parameters. */
export type Rows = typeof parameters

/** A whole number within the bounds of its parameter. */
export const whole = (path: NumberPath) => {
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

const amount = "an amount of minor units, at least 0"
const probability = "a probability, from 0 to 1"

const between = (expected: string, to: number) => {
  const fits = (value: number): boolean => value >= 0 && value <= to
  return Schema.Number.annotate({ expected, message: expected }).check(
    Schema.makeFilter((value: number) => (fits(value) ? undefined : expected))
  )
}

const Probability = between(probability, 1)

const guesses = "a number of guesses that are accepted, at least 0"

/** Whether the bounds are asserted to be kept: unless a scheme says otherwise they are. */
const kept = {
  asserted: Schema.optionalKey(Schema.Literals(["holds", "fails"])),
  because: Schema.optionalKey(text("the reason why the number is beyond its bounds"))
}

const unexplained = { path: ["because"], issue: "the reason why the number is beyond its bounds" }

/** What a scheme asserts of a claim that is computed: the most that its numbers are; or that they are more, and why. */
const bound = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.optionalKey(
    Schema.Struct({ ...fields, ...kept }).check(
      Schema.makeFilter((given: { readonly asserted?: string; readonly because?: string }) =>
        given.asserted === "fails" && given.because === undefined ? unexplained : undefined
      )
    )
  )

/** The most that guesses accepted in a year are, by account. */
const atMostAYear = Schema.optionalKey(between(guesses, Number.MAX_SAFE_INTEGER))

const bounds = {
  "guess-targeted": bound({ atMost: Probability, atMostAYear }),
  "guess-blind": bound({ atMost: Probability, atMostADay: Schema.optionalKey(Probability), atMostAYear }),
  "guess-password": bound({ atMost: Probability, atMostAYear }),
  collision: bound({ atMost: Probability }),
  "expected-loss": bound({ atMost: between(amount, Number.MAX_SAFE_INTEGER) }),
  "unasked-loss": bound({ atMost: between(amount, Number.MAX_SAFE_INTEGER) })
} as const satisfies Record<BoundId, unknown>

const optionalOf = <Key extends string, S extends Schema.Constraint>(keys: ReadonlyArray<Key>, schema: S) =>
  Schema.Struct(
    Object.fromEntries(keys.map((key) => [key, Schema.optionalKey(schema)])) as {
      readonly [K in Key]: Schema.optionalKey<S>
    }
  )

const prefix = Schema.String.check(Schema.isPattern(/^\d{1,4}$/, { message: "1 to 4 digits" }))

/** The schema of a parameter's value. */
export type ValueSchema<Row> = Row extends { readonly kind: "number" }
  ? ReturnType<typeof whole>
  : Row extends { readonly kind: "word"; readonly values: infer Values extends ReadonlyArray<string> }
    ? Schema.Literals<Values>
    : Row extends { readonly kind: "flag" }
      ? Schema.Boolean
      : Schema.NonEmptyArray<Schema.String>

/** The schema of one parameter, by its row. */
export type FieldSchema<Row> = Row extends { readonly optional: true }
  ? Schema.optionalKey<ValueSchema<Row>>
  : ValueSchema<Row>

/** The groups of a scheme file, and its parameters that stand in none. */
type GroupName = ParameterPath extends infer P ? (P extends `${infer Group}.${string}` ? Group : P) : never
/** The path of a group of parameters. */
export type GroupPath<Group extends string> = Extract<ParameterPath, `${Group}.${string}`>
export type GroupSchema<Group extends string> = Schema.Struct<{
  readonly [P in GroupPath<Group> as P extends `${string}.${infer Key}` ? Key : never]: FieldSchema<Rows[P]>
}>

/** The schemas of every parameter, by group. */
type ParameterFields = {
  readonly [Group in GroupName]: Group extends ParameterPath
    ? FieldSchema<Rows[Group]>
    : [Extract<Rows[GroupPath<Group>], { readonly optional: "with its group" }>] extends [never]
      ? GroupSchema<Group>
      : Schema.optionalKey<GroupSchema<Group>>
}

const valueSchema = (path: ParameterPath, row: Parameter): Schema.Top => {
  switch (row.kind) {
    case "number":
      return whole(path as NumberPath)
    case "word":
      return Schema.Literals(row.values)
    case "flag":
      return Schema.Boolean
    case "prefixes":
      return Schema.NonEmptyArray(prefix)
  }
}

/** The schemas of all parameters as fields of a scheme file, made of the table. */
const parameterFields = (): ParameterFields => {
  const groups: Record<string, Record<string, Schema.Top>> = {}
  const fields: Record<string, Schema.Top> = {}
  const without = new Set<string>()
  for (const path of paths) {
    const row = rowOf(path)
    const value = valueSchema(path, row)
    const field = row.optional === true ? Schema.optionalKey(value) : value
    const [group, key] = partsOf(path)
    if (key === undefined) fields[group] = field
    else {
      const own = { ...groups[group], [key]: field }
      groups[group] = own
      const struct = Schema.Struct(own)
      if (row.optional === "with its group") without.add(group)
      fields[group] = without.has(group) ? Schema.optionalKey(struct) : struct
    }
  }
  return fields as unknown as ParameterFields
}

const Fields = Schema.Struct({
  scheme: Schema.String.check(
    Schema.isPattern(/^[a-z][a-z0-9-]{0,39}$/, { message: "a name of small letters, digits and hyphens" })
  ),
  title: text("a title"),
  note: text("what the scheme describes, and how official that is"),
  ...parameterFields(),
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
    code.perStep !== undefined &&
      code.perStep > 1 &&
      code.boundTo === "payer" &&
      wrong("code.perStep", "1: a code over nothing is shown again until its step is over"),
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

/** The numbers that have a floor. */
const floored: ReadonlyArray<{ readonly path: NumberPath; readonly floor: Floor }> = parameterPaths.flatMap((path) => {
  const row = rowOf(path)
  return row.kind === "number" && row.atLeast !== undefined ? [{ path: path as NumberPath, floor: row.atLeast }] : []
})

/** No number of some groups is below another that is its floor. */
const floors = (scheme: typeof Fields.Type, isOf: (group: string) => boolean): ReturnType<Check> =>
  floored
    .filter(({ path }) => isOf(partsOf(path)[0]))
    .map(({ floor, path }) => {
      const value = numberOf(scheme, path)
      const least = numberOf(scheme, floor.path as NumberPath)
      if (value === undefined || least === undefined || value >= least) return undefined
      const otherwise = floor.otherwise === undefined ? "" : `: ${floor.otherwise}`
      return wrong(path, `at least ${floor.path}, ${least}${otherwise}`)
    })

const limits: Check = (scheme) => {
  const { accountDay, daySum, payment } = scheme.limit
  const least = Math.max(payment, daySum ?? 0)
  return [
    ...floors(scheme, (group) => group === "limit"),
    accountDay < least && wrong("limit.accountDay", `at least ${least}, what may be paid without step-up`)
  ]
}

const orders: Check = (scheme) => {
  const { code, reverse, stepUp, till } = scheme
  const { by, secret } = stepUpMethod(stepUp.method)
  const inCode = by === "code"
  const none = by === "nobody" ? "nothing: there is no step-up" : undefined
  const atOnce = inCode ? "nothing: no order waits, the answer comes with the code" : undefined
  const uncounted =
    inCode && secret === "computed"
      ? "nothing: a code with a wrong PIN is a wrong code, as throttle counts them"
      : undefined
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
    ...floors(scheme, (group) => group === "stepUp" || group === "till"),
    code.marksRevealed &&
      by === "nobody" &&
      wrong("code.marksRevealed", "false: without step-up a revealed code could never be paid with"),
    ...floors(scheme, (group) => group === "reverse"),
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

/** The floors of groups that no check above looks at. */
const others: Check = (scheme) => floors(scheme, (group) => !["limit", "stepUp", "till", "reverse"].includes(group))

/** What is wrong with a scheme whose every field is right by itself, as some checks find it. */
const found = (scheme: typeof Fields.Type, checks: ReadonlyArray<Check>): ReadonlyArray<Contradiction> =>
  checks.flatMap((check) => check(scheme).filter((found): found is Contradiction => typeof found === "object"))

/** Why the window leaves honest payers no room: their drift, display, delivery and nodes are too much for it. */
export const noRoom = (scheme: typeof Fields.Type): ReadonlyArray<Contradiction> => found(scheme, [window])

/** What else is wrong with a scheme whose every field is right by itself. */
export const disagreements = (scheme: typeof Fields.Type): ReadonlyArray<Contradiction> =>
  found(scheme, [layout, source, limits, orders, scale, others])

/** The schema of a scheme file. */
export const Scheme = Fields.check(
  Schema.makeFilter((scheme: typeof Fields.Type) => {
    const contradictions = found(scheme, [layout, source, window, limits, orders, scale, others])
    return contradictions.length === 0 ? undefined : contradictions
  })
)

/** A scheme: see {@link numbers} and the choices of the table of parameters for what each parameter means. */
export type Scheme = typeof Scheme.Type

type Groups = Readonly<Record<string, unknown>>

/** What a scheme gives to a parameter; undefined where it does without. */
export const parameterOf = (scheme: Scheme, path: ParameterPath): unknown => {
  const [group, key] = partsOf(path)
  const part = (scheme as unknown as Groups)[group]
  return key === undefined ? part : (part as Groups | undefined)?.[key]
}

/** What a scheme gives to a numeric parameter; undefined where it does without. */
export const numberOf = (scheme: Scheme, path: NumberPath): number | undefined =>
  parameterOf(scheme, path) as number | undefined

/**
 * A scheme with another value of a parameter; without the parameter where that is undefined, and without a group that is
 * empty then. Nothing is checked.
 */
export const withParameter = (scheme: Scheme, path: ParameterPath, value: unknown): Scheme => {
  const [group, key] = partsOf(path)
  const own = scheme as unknown as Groups
  if (key === undefined) return withField(own, group, value) as unknown as Scheme
  const part = withField((own[group] ?? {}) as Groups, key, value)
  return withField(own, group, Object.keys(part).length === 0 ? undefined : part) as unknown as Scheme
}

const withField = (fields: Groups, key: string, value: unknown): Groups => {
  if (value !== undefined) return { ...fields, [key]: value }
  const { [key]: _, ...others } = fields
  return others
}

/** What a scheme asserts of a claim: of one that is computed, whether its bounds are kept. */
export const asserted = (scheme: Scheme, claim: ClaimId): "holds" | "fails" => scheme.claims[claim]?.asserted ?? "holds"

/** The scheme's reason for what it asserts of a claim; undefined where it gives none. */
export const because = (scheme: Scheme, claim: ClaimId): string | undefined => scheme.claims[claim]?.because

/** How many phones one account has at most: 1 where a scheme does not say. */
export const phonesOf = ({ scale }: Scheme): number => scale.phones ?? 1

/** When a phone shows a code: as soon as its app is opened, where a scheme does not say. */
export const showsOn = ({ phone }: Scheme): "opening" | "demand" | "unlock" => phone?.showsOn ?? "opening"

/** How often an owner opens the app on a day without paying: none is counted where a scheme does not say. */
export const opensPerDay = ({ phone }: Scheme): number => phone?.opensPerDay ?? 0

/** What codes that nobody asked for cost is known where none is shown, and where it is said how often they are. */
const uncounted = (scheme: Scheme): string | undefined =>
  showsOn(scheme) === "opening" && scheme.phone?.opensPerDay === undefined
    ? "the scheme does not say how often an app is opened, phone.opensPerDay"
    : undefined

const unbounded = ({ claims }: Scheme, claim: BoundId): string | undefined =>
  claims[claim] === undefined ? "the scheme asserts no bound" : undefined

/** Whether a scheme has what an assumption is about. */
export const restsOn = ({ stepUp }: Scheme, assumption: AssumptionId): boolean =>
  assumption !== "hardware" || stepUpMethod(stepUp.method).secret === "kept"

/** Why a claim says nothing of a scheme; undefined where it does. */
export const exempt = (scheme: Scheme, claim: ClaimId): string | undefined => {
  const { code, limit, stepUp } = scheme
  const isUnanswered = stepUpMethod(stepUp.method).by === "nobody"
  switch (claim) {
    case "daily-sum":
      return limit.daySum === undefined ? "the scheme has no limit.daySum" : undefined
    case "daily-count":
      return limit.dayCount === undefined ? "the scheme has no limit.dayCount" : undefined
    case "hidden-aliases":
      return hasOwnAliases(code) ? undefined : "no alias can be read: digits name somebody by a key, or by their whole"
    case "revealed-code":
      return code.marksRevealed ? undefined : "a code that is revealed is the one that is scanned"
    case "guess-password":
      return isUnanswered ? "the scheme has no step-up" : unbounded(scheme, claim)
    case "guess-targeted":
    case "guess-blind":
    case "collision":
    case "expected-loss":
      return unbounded(scheme, claim)
    case "unasked-loss":
      return unbounded(scheme, claim) ?? uncounted(scheme)
    case "order-ends":
      return stepUp.openFor === undefined ? "no order waits for step-up" : undefined
    case "timely-step-up":
    case "step-up-agreement":
      return isUnanswered ? "the scheme has no step-up" : undefined
    default:
      return undefined
  }
}
