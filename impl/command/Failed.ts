/** Failed: a command that was asked well, and came to nothing; and one that was asked for what cannot be done. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import { codes } from "../ExitCodes.ts"
import { BadInput } from "../SchemeFile.ts"

/** What was asked for did not happen, or is not known to have. */
export class Failed extends Data.TaggedError("Failed")<{
  readonly lines: ReadonlyArray<string>
  /** 1: it did not happen; 3: it is not known. */
  readonly code: typeof codes.otherwise | typeof codes.unfinished
}> {
  override readonly [Runtime.errorExitCode] = this.code
  override get message(): string {
    return this.lines.join("\n")
  }
}

/** What was not done, and why. */
export const failed = (...lines: ReadonlyArray<string>): Failed => new Failed({ lines, code: codes.otherwise })

/** Says what went wrong in its own words, and no more. */
export const orFailed = <A, E extends Error, R>(requested: Effect.Effect<A, E, R>): Effect.Effect<A, Failed, R> =>
  Effect.mapError(requested, (error) => (error instanceof Failed ? error : failed(error.message)))

/** Input that cannot be used, in a line. Nothing was done with it. */
export const unusable = (line: string): BadInput => new BadInput({ lines: [line] })
