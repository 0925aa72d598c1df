/** Watching: an audit that is made again whenever one of its scheme files is saved, until Ctrl-C. */
import { type FSWatcher, statSync, watch } from "node:fs"
import { basename, dirname } from "node:path"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import { codes } from "../../impl/ExitCodes.ts"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import * as Text from "../../impl/Text.ts"
import * as Given from "./Given.ts"

/** Ctrl-C ended the audit, and the watch with it. */
export class Ended extends Data.TaggedError("Ended")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.unfinished
}

/** What a file is by when it was written and how long it is; empty while there is none, as while it is replaced. */
const stateOf = (path: string): string => {
  try {
    const { ino, mtimeMs, size } = statSync(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch {
    return ""
  }
}

/** Waits until a file is another than it was; fails where its folder cannot be watched. Editors that put a new file in the place of the old are seen too, for its folder is watched. */
const changed = (
  paths: ReadonlyArray<string>,
  before: ReadonlyArray<string>
): Effect.Effect<void, SchemeFile.BadInput> =>
  Effect.callback<void, SchemeFile.BadInput>((resume) => {
    const isOther = (): boolean =>
      paths.some((path, at) => {
        const now = stateOf(path)
        return now !== "" && now !== before[at]
      })
    const watchers: Array<FSWatcher> = []
    const end = (): void => {
      for (const watcher of watchers) watcher.close()
    }
    const look = (): void => {
      if (!isOther()) return
      end()
      resume(Effect.void)
    }
    try {
      for (const path of paths) {
        watchers.push(
          watch(dirname(path), (_, name) => (name === null || name === basename(path) ? look() : undefined))
        )
      }
      look()
    } catch (error) {
      end()
      const found = error instanceof Error ? error.message : String(error)
      resume(Effect.fail(Given.bad(`--watch: expected a folder that can be watched, found ${found}`)))
    }
    return Effect.sync(end)
  })

/** What ends an audit without ending the watch: a verdict that differs, a file that cannot be read, a search that was stopped. */
const linesOf = (error: unknown): ReadonlyArray<string> | undefined =>
  typeof error === "object" && error !== null && Runtime.errorExitCode in error && "lines" in error
    ? (error.lines as ReadonlyArray<string>)
    : undefined

/** Makes an audit again and again: at once, and whenever one of the schemes' files was saved. Built-in schemes have none. */
export const run = Effect.fn("Watching.run")(function* <E, R>(
  schemes: ReadonlyArray<string>,
  audit: () => Effect.Effect<void, E, R>
) {
  const paths = schemes.filter((name) => !(SchemeFile.builtIn as ReadonlyArray<string>).includes(name))
  if (paths.length === 0) return yield* Given.bad("--watch: expected a scheme file, found none to watch")
  for (;;) {
    const before = paths.map(stateOf)
    const ended = yield* Effect.result(audit())
    if (Result.isFailure(ended)) {
      const lines = linesOf(ended.failure)
      if (lines === undefined || ended.failure instanceof Ended) return yield* Effect.fail(ended.failure)
      if (lines.length > 0) yield* Console.error(lines.map(Text.line).join("\n"))
    }
    yield* Console.error(Text.line(`Waiting for ${paths.join(", ")} to be saved; Ctrl-C ends it.`))
    yield* changed(paths, before)
  }
})
