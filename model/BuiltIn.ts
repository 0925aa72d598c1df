/** Built-in schemes: those of `spec/schemes`, decoded. */
import * as Result from "effect/Result"
import { files, type SchemeName, schemeNames } from "../spec/Schemes.ts"
import { decode } from "./Decode.ts"
import { Scheme } from "./Scheme.ts"

/** A built-in scheme. Throws where its file is none, which the tests of schemes would have told. */
export const named = (name: SchemeName): Scheme => Result.getOrThrow(decode(Scheme, files[name]))

/** Every built-in scheme by its name. */
export const byName = (): { readonly [Name in SchemeName]: Scheme } =>
  Object.fromEntries(schemeNames.map((name) => [name, named(name)])) as { readonly [Name in SchemeName]: Scheme }

/** Every built-in scheme. */
export const all = (): ReadonlyArray<Scheme> => schemeNames.map(named)
