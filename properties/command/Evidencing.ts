/** Evidencing: what the `evidence` commands do. */
import { randomInt } from "node:crypto"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import { codes } from "../../impl/ExitCodes.ts"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import * as Text from "../../impl/Text.ts"
import * as Evidence from "../evidence/Evidence.ts"
import * as Origin from "../Origin.ts"
import { count, fitted, ink, progressLine, table } from "../Terminal.ts"
import * as Given from "./Given.ts"
import * as Stored from "./Stored.ts"

/** Something that is kept is damaged. */
class Damaged extends Data.TaggedError("Damaged")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.otherwise
}

/** What every one of the commands is given. */
interface Asked {
  readonly store: Option.Option<string>
  readonly json: boolean
}

const unusable = (error: unknown) =>
  error instanceof Evidence.Unusable
    ? Effect.fail(new SchemeFile.BadInput({ lines: [Text.line(error.message)] }))
    : Effect.die(error)

/** Opens what is kept where it is asked for, for as long as the scope. */
const opened = Effect.fnUntraced(function* ({ store }: Asked, mode: "read" | "write") {
  const given = Option.getOrUndefined(store)
  const folder = given === "" ? undefined : Evidence.Place.asked(given)
  if (folder === undefined) {
    const where = given === "" || given === Evidence.Place.none ? "--store" : Evidence.Place.variable
    return yield* Given.bad(`${where}: expected a folder with evidence, found ${given === "" ? "nothing" : "none"}`)
  }
  return yield* Effect.acquireRelease(
    Effect.catchDefect(
      Effect.sync(() => Evidence.existing(folder, mode)),
      unusable
    ),
    ({ close }) => Effect.sync(close)
  )
})

/** Does something with the store, whatever becomes unusable of it meanwhile. */
const guarded = <A>(body: () => A) => Effect.catchDefect(Effect.sync(body), unusable)

/** A sum over what is kept. */
const seconds = (microseconds: number): number => Math.round(microseconds / 100_000) / 10

const say = (text: string) => Console.log(fitted(text, process.stdout))

/** Lists what is kept. */
export const list = Effect.fn("Evidencing.list")(function* (asked: Asked) {
  const store = yield* opened(asked, "read")
  const fingerprint = Evidence.fingerprint()
  const found = (yield* guarded(store.summaries)).map(({ answers, cost, searches, walks, ...others }) => ({
    ...others,
    isOfThisCode: others.fingerprint === fingerprint,
    searches,
    walks,
    others: answers - searches - walks,
    cpuSeconds: seconds(cost)
  }))
  if (asked.json) return yield* Console.log(Text.json({ version: 1, fingerprint, found }))
  if (found.length === 0) return yield* say(`${Origin.told(store.path)}: nothing is kept`)
  const { bold, faint } = ink(process.stdout)
  const head = ["code and Node", "paycode", "searches", "walks", "others", "CPU s", "bytes", "from", "to", ""]
  const rows = found.map(({ by, bytes, cpuSeconds, first, isOfThisCode, last, others, searches, walks, ...row }) => [
    ...[row.fingerprint.slice(0, 12), by, count(searches), count(walks), count(others), `${cpuSeconds}`, count(bytes)],
    ...[first.slice(0, 16), last.slice(0, 16), isOfThisCode ? "this code" : ""]
  ])
  const lines = table([head, ...rows], (cell, row) => (row === 0 ? faint(cell) : cell))
  yield* say([bold(Text.line(store.path)), ...lines.map((line) => line.trimEnd())].join("\n"))
}, Effect.scoped)

/** The share that is asked for, from 0 to 1. */
const shareOf = (given: string) => {
  const [, number] = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(given) ?? []
  const share = Number(number) / 100
  return share > 0 && share <= 1
    ? Effect.succeed(share)
    : Effect.fail(
        Given.bad(`--share: expected a percentage above 0% and up to 100%, as 5%, found ${given || "nothing"}`)
      )
}

/** Checks what is kept, and makes a share of it again. */
export const verify = Effect.fn("Evidencing.verify")(function* (
  asked: Asked & { readonly share: string; readonly seed: Option.Option<number> }
) {
  const share = yield* shareOf(asked.share)
  const seed = Option.isSome(asked.seed)
    ? yield* Given.between("seed", 0, Stored.mostSeed, asked.seed.value)
    : yield* Effect.sync(() => randomInt(Stored.mostSeed))
  const store = yield* opened(asked, "read")
  const line = progressLine(process.stderr)
  const verified = yield* Effect.catchDefect(
    Stored.unlessOtherwise(
      Evidence.Verifying.verify(store, { share, seed }, (done, of) => line.say(`made again: ${done} of ${of}`))
    ),
    unusable
  )
  line.done()
  const { again, cost, damaged, foreign, whole } = verified
  if (asked.json) {
    const told = { number: again.number, cpuSeconds: seconds(again.cost), ofCpuSeconds: seconds(cost), share, seed }
    yield* Console.log(Text.json({ version: 1, whole, foreign, damaged, again: told }))
  } else {
    const lines = [
      `${count(whole)} results of this code are whole, and cost ${seconds(cost)} CPU s when they were made.`,
      `${count(again.number)} of them, of ${seconds(again.cost)} CPU s, were made again and came to the same (--share ${asked.share} --seed ${seed}).`,
      ...(foreign === 0 ? [] : [`${count(foreign)} are of other code, which this code cannot make again.`]),
      ...(damaged === 0
        ? []
        : [`${count(damaged)} are damaged. An audit passes them over; \`paycode evidence prune --all\` removes all.`])
    ]
    yield* say(lines.join("\n"))
  }
  if (damaged > 0) return yield* new Damaged({ lines: [] })
}, Effect.scoped)

/** Removes what other code found, or all. */
export const prune = Effect.fn("Evidencing.prune")(function* (asked: Asked & { readonly all: boolean }) {
  const store = yield* opened(asked, "write")
  if (store.isReadOnly) {
    return yield* Given.bad(`${store.path}: expected a store that can be written, found a read-only one`)
  }
  const removed = yield* guarded(() => store.remove(asked.all ? undefined : Evidence.fingerprint()))
  if (asked.json) return yield* Console.log(Text.json({ version: 1, removed }))
  yield* say(`${count(removed)} results were removed${asked.all ? "" : ", found by other code"}.`)
}, Effect.scoped)
