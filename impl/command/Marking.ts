/**
 * Marking: the mark that is kept outside of a ledger, in a file: how far the ledger has come. A provider that finds its ledger older
 * than its mark has been restored (VER-30).
 */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync
} from "node:fs"
import { dirname, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode, say } from "../../model/Decode.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import { Database } from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Failed, failed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"

/** Where the mark is. */
export const flag = Flags.optionalPath(
  "mark",
  "file in which is kept how far the ledger has come, apart from its backups: by it a ledger that came back from one is known; .mark after the ledger's name, or paycode.mark"
)

/** The file of the mark. */
export const fileOf = (mark: Option.Option<string>, ledger: string, isPostgres: boolean): string =>
  Option.getOrElse(mark, () => (isPostgres ? "paycode.mark" : `${ledger}.mark`))

/** Fails where a mark cannot be kept in a file, before there is a ledger: the ledger's own file, or none that can be written. */
export const canBeKept = Effect.fnUntraced(function* (path: string, ledger: string) {
  const bad = (found: string) => unusable(`--mark ${path}: expected a file for the mark, found ${found}`)
  if (resolve(path) === resolve(ledger)) return yield* bad("the ledger itself")
  const status = yield* Effect.sync(() => statSync(path, { throwIfNoEntry: false }))
  if (status !== undefined && !status.isFile()) return yield* bad(status.isDirectory() ? "a folder" : "no file")
  const folder = dirname(path)
  yield* Effect.try({
    try: () => accessSync(folder, constants.W_OK | constants.X_OK),
    catch: (error) =>
      bad(codeOf(error) === "ENOENT" ? `no folder ${folder}` : `a folder that cannot be written, ${folder}`)
  })
})

/** A mark as it is written. */
const Written = Schema.Struct({
  paycode: Schema.Literal("mark"),
  version: Schema.Literal(1),
  ledger: Schema.String,
  beat: Schema.Natural
})

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown"

/** The mark in a file; undefined where there is none. */
export const read = Effect.fnUntraced(function* (path: string) {
  const text = yield* Effect.try({
    try: () => readFileSync(path, "utf8"),
    catch: (error) =>
      codeOf(error) === "ENOENT" ? undefined : unusable(`${path}: expected a mark, found ${codeOf(error)}`)
  }).pipe(Effect.catch((error) => (error === undefined ? Effect.undefined : Effect.fail(error))))
  if (text === undefined) return undefined
  const parsed = yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => unusable(`${path}: expected a mark, found what is no JSON`)
  })
  const { beat, ledger } = yield* Effect.fromResult(
    Result.mapError(decode(Written, parsed), (problems) => unusable(`${path}: ${say(problems[0]!)}`))
  )
  return { ledger, beat } satisfies Ledger.Mark
})

/** Writes a mark in the place of the one before, which is there until the new one is on the disk. */
export const write = (path: string, { beat, ledger }: Ledger.Mark) =>
  Effect.try({
    try: () => {
      const next = `${path}.next`
      const file = openSync(next, "w", 0o600)
      try {
        writeSync(file, `${JSON.stringify({ paycode: "mark", version: 1, ledger, beat })}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(next, path)
    },
    catch: (error) => failed(`${path}: expected a file that can be written, found ${codeOf(error)}`)
  })

/** What is said of orders that a backup had open: nobody knows whether they were paid since. */
export const told = (forgotten: ReadonlyArray<Provider.Forgotten>): ReadonlyArray<string> =>
  forgotten.map(
    ({ amount, merchant, order }) =>
      `order ${order} of ${merchant}, ${amount}: it was open, and may have been paid since`
  )

/** What is said of a ledger that was restored. */
export const restored = (why: string): string =>
  `the ledger was restored (${why}): phones renew what they hold before they pay, and order numbers that it has no record of are UNKNOWN until \`paycode operator reconcile\``

/** Counts a beat, and keeps its mark. Says so where the ledger was restored. */
export const beat = Effect.fnUntraced(function* (path: string, tell: (line: string) => Effect.Effect<void>) {
  const { beat } = yield* Provider.Recovery
  const mark = yield* read(path)
  const beaten = yield* beat(mark)
  if (beaten._tag === "Other") {
    const found = beaten.found === "" ? "a new one, or a backup from before it was served" : beaten.found
    return yield* unusable(
      `${path}: expected the mark of the ledger, found that of ${mark?.ledger}; the ledger is ${found}. Run \`paycode operator restore\` where it came from a backup, and else take the mark away`
    )
  }
  if (beaten._tag === "Restored") {
    yield* tell(restored("it is older than its mark"))
    for (const line of told(beaten.forgotten)) yield* tell(line)
  }
  yield* write(path, beaten.mark)
})

/**
 * Counts a beat every second. A ledger that does not answer, or a mark that cannot be written, is tried again; the mark of another ledger
 * ends it. That the mark is not kept is told once, and that it is again: what is paid meanwhile is not missed in a ledger that comes back.
 */
export const marking = <E, R>(
  beating: Effect.Effect<void, E, R>,
  tell: (line: string) => Effect.Effect<void>
): Effect.Effect<never, Exclude<E, Failed | Database.Unavailable>, R> => {
  let isKept = true
  const tellOnce = (is: boolean, line: string) =>
    Effect.suspend(() => {
      const isNew = is !== isKept
      isKept = is
      return isNew ? tell(line) : Effect.void
    })
  const again = (error: E): Effect.Effect<void, Exclude<E, Failed | Database.Unavailable>> => {
    if (error instanceof Database.Unavailable) return Effect.void
    if (!(error instanceof Failed)) return Effect.fail(error as Exclude<E, Failed | Database.Unavailable>)
    return tellOnce(
      false,
      `the mark is not kept, by which a ledger that came back from a backup is known: ${error.message}`
    )
  }
  return Effect.sleep("1 second").pipe(
    Effect.andThen(
      Effect.catch(
        Effect.tap(beating, () => tellOnce(true, "the mark is kept again")),
        again
      )
    ),
    Effect.forever
  )
}
