/** The commands that run the protocol: the provider, a payer's phone, and a shop's till. */
export { phone as wallet } from "./command/Phone.ts"
export { shop as till } from "./command/Scan.ts"
export { operator, serve } from "./command/Serve.ts"
