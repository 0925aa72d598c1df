/** Credentials: what a phone holds and a provider keeps, as bytes: seeds and lists, codes, proofs, PINs and passwords. */
export * as Challenge from "./Challenge.ts"
export * as Codec from "./Codec.ts"
export * as Draws from "./Draws.ts"
export * as Mac from "./Mac.ts"
export * as Password from "./Password.ts"
export * as Pin from "./Pin.ts"
export * as TokenSource from "./TokenSource.ts"
export * as Transaction from "./Transaction.ts"
