/** Credentials: what a file of vectors gives of one, as the implementation holds it. */
import * as Redacted from "effect/Redacted"
import type { TokenSource } from "../../impl/credentials/Credentials.ts"
import type { Secret } from "./Generations.ts"

/** The credential of what is given. */
export const of = ({ alias = "", codes, prefix = "", seed = "" }: Secret): TokenSource.Credential => ({
  prefix,
  alias,
  secret:
    codes === undefined
      ? { _tag: "Seed", seed: Redacted.make(new Uint8Array(Buffer.from(seed, "hex"))) }
      : { _tag: "Drawn", codes: Redacted.make(codes) }
})
