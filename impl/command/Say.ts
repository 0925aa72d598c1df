/** Say: what a command prints, in lines. A name, a path or what a server says is a part of its line, and no more. */
import * as Console from "effect/Console"
import type * as Effect from "effect/Effect"
import * as Text from "../Text.ts"

/** Prints lines. */
export const lines = (...said: ReadonlyArray<string>): Effect.Effect<void> =>
  Console.log(said.map(Text.line).join("\n"))
