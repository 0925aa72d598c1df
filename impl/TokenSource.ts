/** TokenSource: where a phone's codes come from, one for each step, without a network. */
import * as Codec from "./Codec.ts"
import * as Mac from "./Mac.ts"

/** What a phone makes codes from: the alias of its credential, and the seed. */
export interface Credential {
  readonly alias: string
  readonly seed: Mac.Seed
}

/** The code of a credential for a step (GEN-2). It keeps neither alias nor seed in a place that could be printed. */
export type TokenSource = (step: number) => string

/** Makes the source of a credential's codes. */
export const make = (format: Codec.Format, { alias, seed }: Credential): TokenSource => {
  const key = Mac.key(format.mac, format.otpDigits, seed)
  return (step) => Codec.encode(format, { alias, proof: key.proof(step) })
}
