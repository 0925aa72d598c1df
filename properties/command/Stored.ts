/** Stored: the evidence of before, as a command uses it: where it is, and what is told of it. */
import { randomInt } from "node:crypto"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import { codes } from "../../impl/ExitCodes.ts"
import * as Text from "../../impl/Text.ts"
import { Keeping } from "../audit/Audit.ts"
import * as Evidence from "../evidence/Evidence.ts"
import type { AuditFile } from "../report/Reports.ts"
import * as Given from "./Given.ts"

/** Something was found otherwise than before: a verdict of before, or one of now, is wrong. */
export class Otherwise extends Data.TaggedError("Otherwise")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.disagrees
}

/** What is asked for on the command line. */
export interface Asked {
  readonly store: Option.Option<string>
  readonly recheck: Option.Option<number>
}

/** The largest seed by which it is drawn what is made again. */
export const mostSeed = 2_147_483_647

/** What a report tells of the store. */
type Told = NonNullable<AuditFile.AuditFile["store"]>

const second = 1_000_000

const toldOf = ({ again, made, problem, seed, taken }: Evidence.Tally): Told => ({
  fingerprint: Evidence.fingerprint(),
  taken: { number: taken.number, seconds: taken.cost / second },
  again: { number: again.number, seconds: again.cost / second },
  made,
  seed,
  problem: problem ?? null
})

/** Evidence that is in use. */
export interface Used {
  /** Has something take what is kept, and keep what it makes. Fails with {@link Otherwise} where what is made again is not as it was. */
  readonly within: <A, E, R>(body: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Otherwise, R>
  /** What is to be told of it; undefined where nothing was to be kept. */
  readonly told: () => Told | undefined
}

const nothing = (problem: string): Evidence.Tally => ({
  taken: { number: 0, cost: 0 },
  again: { number: 0, cost: 0 },
  made: 0,
  seed: 0,
  problem
})

/** Fails where something was found otherwise than before. */
export const unlessOtherwise = Effect.catchDefect((defect) =>
  defect instanceof Keeping.Disagrees
    ? Effect.fail(new Otherwise({ lines: [Text.line(defect.message)] }))
    : Effect.die(defect)
)

/** Opens the evidence that is asked for, for as long as the scope. What cannot be used is told in the report, and nothing is taken. */
export const use = Effect.fn("Stored.use")(function* (version: string, { recheck, store }: Asked) {
  if (Option.isSome(store) && store.value === "") {
    return yield* Given.bad(`--store: expected a folder, or \`${Evidence.Place.none}\`, found nothing`)
  }
  const seed = Option.isSome(recheck)
    ? yield* Given.between("recheck", 0, mostSeed, recheck.value)
    : yield* Effect.sync(() => randomInt(mostSeed))
  const folder = Evidence.Place.asked(Option.getOrUndefined(store))
  const unused: Used = { within: (body) => body, told: () => undefined }
  if (folder === undefined) return unused
  const opened = Evidence.open(folder, version, seed)
  if (typeof opened === "string") return { ...unused, told: () => toldOf(nothing(opened)) }
  yield* Effect.addFinalizer(() => Effect.sync(opened.close))
  const used: Used = {
    within: (body) => unlessOtherwise(Effect.provideService(body, Keeping.Current, opened.keeper)),
    told: () => toldOf(opened.tally)
  }
  return used
})

/** The word by which nothing is kept and nothing taken. */
export const none = Evidence.Place.none

/** What is told on stderr of what was taken, where there is no report to say so. */
export const note = (told: Told | undefined): ReadonlyArray<string> =>
  told === undefined || told.taken.number === 0
    ? []
    : [
        `of searches, random runs and runs made shorter ${told.taken.number} were taken from what was kept, and ${told.made} made;` +
          ` ${told.again.number} that were kept were made again, and came to the same`
      ]

/** What is told on stderr of a store that was in the way, where there is no report to say so. */
export const complaint = (told: Told | undefined): ReadonlyArray<string> =>
  told?.problem == null ? [] : [`the store was not used as it should be: ${Text.line(told.problem)}`]
