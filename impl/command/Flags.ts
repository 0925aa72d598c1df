/** Flags: what the commands of the provider, the phone and the till are told in the same way. */
import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Money from "../../model/Money.ts"
import { Api } from "../http/Http.ts"
import { Messages } from "../provider/Provider.ts"

/** A flag whose value must have a shape; what it is expected to be may depend on the value. */
const shaped = <A>(name: string, read: (value: string) => A | undefined, expected: (value: string) => string) =>
  Flag.String(name).pipe(
    Flag.mapEffect((value) => {
      const found = read(value)
      return found === undefined
        ? Effect.fail(new CliError.InvalidValue({ option: name, value, expected: expected(value), kind: "flag" }))
        : Effect.succeed(found)
    })
  )

/** A whole number in digits, within bounds; undefined where a text is none. `1e3` and `0x10` are none. */
const wholeIn = (from: number, to: number) => (value: string) => {
  const number = /^[0-9]{1,16}$/.test(value) ? Number(value) : Number.NaN
  return number >= from && number <= to ? number : undefined
}

/** A whole number in digits alone, within bounds. */
export const whole = (name: string, from: number, to: number) =>
  shaped(name, wholeIn(from, to), () => `a whole number from ${from} to ${to}, in digits alone`)

/** An amount of money in minor units, at least so many. What is typed with a point is shown as it should be. */
export const money = (name: string, from: number) =>
  shaped(name, wholeIn(from, Money.largest), (value) => {
    const [, major, minor] = /^(\d{1,13})\.(\d\d)$/.exec(value) ?? ["", "1", "50"]
    return `minor units in digits alone, at least ${from}: ${Number(`${major}${minor}`)} for ${major}.${minor}`
  })

/** A number that things are numbered by. */
export const number = (name: string) =>
  shaped(name, wholeIn(0, Number.MAX_SAFE_INTEGER), () => "a whole number from 0 on, in digits alone")

/** Where the provider is, for whoever asks it. */
export const server = shaped(
  "server",
  (value) => (/^https?:\/\/[^\s/]+\/?$/.test(value) && URL.canParse(value) ? value.replace(/\/$/, "") : undefined),
  () => "the address of a provider, without a path, as http://127.0.0.1:8480"
).pipe(Flag.withDescription("address of the provider"), Flag.withDefault("http://127.0.0.1:8480"))

/** The scheme that a provider follows, and its phones and tills with it. */
export const scheme = Flag.String("scheme").pipe(
  Flag.withDescription("the provider's scheme: the name of a built-in one, or a file"),
  Flag.withDefault("alipay")
)

/** A telephone number that may be left out. */
export const telephone = (description: string) =>
  shaped(
    "telephone",
    (value) => (Messages.telephone.test(value) ? value : undefined),
    () => "a number as +8613800138000"
  ).pipe(Flag.withDescription(description), Flag.optional)

/** What is given in the place of a URL that is to be none. */
export const nowhere = "none"

/** A URL, or that there is to be none; it may be left out. */
export const url = (name: string, description: string) =>
  shaped(
    name,
    (value) => (value === nowhere || (Api.url.test(value) && URL.canParse(value)) ? value : undefined),
    () => `an http or https URL, or ${nowhere}`
  ).pipe(Flag.withDescription(description), Flag.optional)

/** A text that may be left out. */
export const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** The path of a file: a variable of a shell that is not set is none. */
export const path = (name: string) =>
  shaped(
    name,
    (value) => (value === "" ? undefined : value),
    () => "the path of a file"
  )

/** The path of a file that may be left out. */
export const optionalPath = (name: string, description: string) =>
  path(name).pipe(Flag.withDescription(description), Flag.optional)

/** What is done only where it is said. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

/** Where the payment password is. */
export const passwordFile = (what: string) => optionalPath("password-file", `${what}; or PAYCODE_PASSWORD`)

/** Where the PIN is. */
export const pinFile = (what: string) => optionalPath("pin-file", `${what}; or PAYCODE_PIN`)

/** What is to be paid, for whoever says it first. */
export const amount = money("amount", 1).pipe(Flag.withDescription("what is to be paid, in minor units"))

/** What the payer knows of the purchase, which what waits for them must name. */
export const purchase = (merchant: string, amount: string) => ({
  merchant: optional("merchant", merchant),
  amount: money("amount", 1).pipe(Flag.withDescription(amount), Flag.optional)
})
