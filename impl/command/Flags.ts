/** Flags: what the commands of the provider, the phone and the till are told in the same way. */
import * as Flag from "effect/cli/Flag"

/** Where the provider is, for whoever asks it. */
export const server = Flag.String("server").pipe(
  Flag.withDescription("address of the provider"),
  Flag.withDefault("http://127.0.0.1:8480")
)

/** The scheme that a provider follows, and its phones and tills with it. */
export const scheme = Flag.String("scheme").pipe(
  Flag.withDescription("the provider's scheme: the name of a built-in one, or a file"),
  Flag.withDefault("alipay")
)

/** A text that may be left out. */
export const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** A number that may be left out. */
export const optionalNumber = (name: string, description: string) =>
  Flag.Int(name).pipe(Flag.withDescription(description), Flag.optional)

/** What is done only where it is said. */
export const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

/** Where the payment password is. */
export const passwordFile = (what: string) => optional("password-file", `${what}; or PAYCODE_PASSWORD`)

/** Where the PIN is. */
export const pinFile = (what: string) => optional("pin-file", `${what}; or PAYCODE_PIN`)

/** What is to be paid, for whoever says it first. */
export const amount = Flag.Int("amount").pipe(Flag.withDescription("what is to be paid, in minor units"))

/** What the payer knows of the purchase, which what waits for them must name. */
export const purchase = (merchant: string, amount: string) => ({
  merchant: optional("merchant", merchant),
  amount: optionalNumber("amount", amount)
})
