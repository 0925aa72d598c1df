/** Credentials: what a file of vectors gives of one, as the implementation holds it. */
import * as Redacted from "effect/Redacted"
import type * as TokenSource from "../../impl/TokenSource.ts"
import * as Vectors from "../../impl/Vectors.ts"

/** What a file says of a credential: bytes in hexadecimal. */
export type Given = Pick<
  (typeof Vectors.generation.groups)[number]["credential"],
  "alias" | "codes" | "prefix" | "seed"
>

/** The credential of what is given. */
export const of = ({ alias = "", codes, prefix = "", seed = "" }: Given): TokenSource.Credential => ({
  prefix,
  alias,
  secret:
    codes === undefined ? { _tag: "Seed", seed: Vectors.seed(seed) } : { _tag: "Drawn", codes: Redacted.make(codes) }
})
