/** The commands that run the protocol: the provider, a payer's phone, and a shop's till. */

export { operator } from "./Operator.ts"
export { serve } from "./Serve.ts"
export { shop as till } from "./Till.ts"
export { phone as wallet } from "./Wallet.ts"
