/**
 * Keeping: what is known from before. A search, or a walk, that read nothing that is otherwise now would come to the same, and
 * is not made again; but for a share, which is, and has to. Who keeps it, and where, is not said here.
 */
import * as Context from "effect/Context"
import * as Rules from "../../model/Rules.ts"
import type { World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import * as Hash from "../Hash.ts"
import * as Trace from "../trace/Trace.ts"
import * as Exploration from "./Exploration.ts"
import * as Reading from "./Reading.ts"
import type { Sample } from "./Walk.ts"

export { valuesAt } from "./Reading.ts"

/** What is answered: what a search finds, what random runs come across, which clauses a search consults, or which run is the shortest. */
export const kinds = ["search", "walk", "clauses", "run"] as const
export type Kind = (typeof kinds)[number]

/** What is asked: all that is given to a computation, but for the world that it reads. */
export interface Question {
  readonly kind: Kind
  /** SHA-256 of what is given, in hexadecimal. */
  readonly given: string
  readonly world: Reading.Readable
  /** What makes it again, as plain data. */
  readonly order: unknown
}

/** What a computation came to. */
export interface Answer {
  /** The paths that it read of the world: see {@link file://./Reading.ts}. */
  readonly paths: ReadonlyArray<string>
  /** What it took, in microseconds of a processor. */
  readonly cost: number
  /** Plain data. */
  readonly found: unknown
}

/** When something was found that is taken, and by which version of paycode. */
export interface Taken {
  /** A date and time of UTC as in ISO 8601. */
  readonly made: string
  readonly by: string
}

/** An answer from before. */
export interface Kept extends Taken {
  readonly cost: number
  readonly found: unknown
}

/** Who keeps answers. None of it ever fails: what cannot be taken is made, and what cannot be kept is not. */
export interface Keeper {
  readonly take: (question: Question) => Kept | undefined
  readonly keep: (question: Question, answer: Answer) => void
  /** Which of several answers are to be made again, by their numbers. */
  readonly drawn: (kept: ReadonlyArray<Pick<Kept, "cost"> & Pick<Question, "given">>) => ReadonlySet<number>
  /** Is told that an answer was made again, and came to the same. */
  readonly agreed: (kept: Kept) => void
}

/** The keeper of this computation; nobody unless one is provided. */
export const Current = Context.Reference<Keeper | undefined>("paycode/audit/Keeper", { defaultValue: () => undefined })

/** What was found before is not what is found now: one of the two is wrong. */
export class Disagrees extends Error {
  override readonly name = "Disagrees"
}

/** Given to every computation that reads a world: what it does not listen to. */
const ofRules = ({ isStrict, listsEnd }: Rules.Rules) => ({ isStrict, listsEnd })

const ofSearch = (kind: "search" | "clauses", task: Exploration.Task): Question => {
  const { claims, drawing, options, scene, size, states } = task
  const { can, rules, scope } = Exploration.worldOf(task)
  const given = { claims, drawing: drawing ?? null, options, scene, size, states, scope, ...ofRules(rules) }
  return { kind, given: Hash.of([kind, given]), world: { can, rules }, order: task }
}

/** The question that a search answers. */
export const ofTask = (task: Exploration.Task): Question => ofSearch("search", task)

/** The question which clauses a search consults. */
export const ofConsulted = (task: Exploration.Task): Question => ofSearch("clauses", task)

/** What is walked: see {@link file://./Explorer.ts}. */
interface Outing {
  readonly rules: Rules.Rules
  readonly claims: ReadonlyArray<string>
  readonly runs: number
  readonly seed: number
}

/** What nobody can do by themselves: whoever walks has the capabilities that each claim names. */
const nothing = {} as World["can"]

/** The question that a walk answers. */
export const ofOuting = (outing: Outing): Question => {
  const { claims, rules, runs, seed } = outing
  const given = { claims, runs, seed, ...ofRules(rules) }
  const order = { claims, runs, seed, scheme: rules.scheme, leftOut: Rules.mutantsOf(rules) }
  return { kind: "walk", given: Hash.of(["walk", given]), world: { can: nothing, rules }, order }
}

/** Whether a search is over because it is, and not because somebody stopped it. */
export const isWhole = ({ states }: Exploration.Task, { ended, states: found }: Exploration.Explored): boolean =>
  ended !== "budget" || found > states

/** What there is of a value in JSON: what is undefined is not there. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** A search's findings, as they are kept. */
export const saved = (explored: Exploration.Explored): unknown => plain({ ...explored, taken: undefined })

type Partial<Whole> = { readonly [Key in keyof Whole]?: Whole[Key] }

/** A search's findings, of those that were kept. */
export const restored = (found: unknown, { by, made }: Taken): Exploration.Explored => {
  const { compared, covered, findings, ...counts } = found as Exploration.Explored
  const run = (one: Partial<Exploration.FoundRun> | undefined): Exploration.FoundRun | undefined =>
    one && ({ ...one, loop: one.loop } as Exploration.FoundRun)
  return {
    ...counts,
    covered,
    compared,
    findings: findings.map(({ counterexample, covered, witness, ...finding }) => ({
      ...finding,
      covered,
      counterexample: run(counterexample),
      witness: run(witness)
    })),
    taken: { by, made }
  }
}

/** A walk's findings, as they are kept: of the worlds of its runs, what is not that of the walk. */
export const savedSample = ({ counterexamples, taken: _, ...sample }: Sample): unknown =>
  plain({
    ...sample,
    counterexamples: Object.entries(counterexamples).map(([, { world, ...trace }]) => {
      const { can, scope } = world
      return { ...trace, world: { can, scope } }
    })
  })

/** A walk's findings, of those that were kept. */
export const restoredSample = (found: unknown, rules: Rules.Rules, { by, made }: Taken): Sample => {
  const { counterexamples, ...sample } = found as Omit<Sample, "counterexamples"> & {
    readonly counterexamples: ReadonlyArray<Trace.Trace>
  }
  return {
    ...sample,
    counterexamples: Object.fromEntries(
      counterexamples.map((trace) => [
        trace.claim,
        { ...trace, loop: trace.loop, world: System.worldOf({ ...trace.world, rules }) }
      ])
    ),
    taken: { by, made }
  }
}

/** Throws {@link Disagrees} where what is found now is not what was found before. What memory it took is no part of it. */
export const agree = (name: string, kept: Kept, now: unknown): void => {
  const without = (found: unknown): unknown => (Array.isArray(found) ? found : { ...(found as object), bytes: 0 })
  const [before, after] = [Hash.of(without(kept.found)), Hash.of(without(now))]
  if (before === after) return
  throw new Disagrees(
    `${name}: expected what paycode ${kept.by} found on ${kept.made}, found something else now.` +
      " One of the two is wrong. `paycode evidence prune --all` forgets what was kept. Please report this as a fault of paycode."
  )
}

/** What is known from before of some questions, by their numbers: what of it is taken, and what is made again to see that it is so. */
export interface Before {
  readonly taken: ReadonlyMap<number, Kept>
  readonly again: ReadonlyMap<number, Kept>
}

/** Asks a keeper some questions. */
export const before = (keeper: Keeper | undefined, questions: ReadonlyArray<Question>): Before => {
  const kept = questions.flatMap((question, number) => {
    const found = keeper?.take(question)
    return found === undefined ? [] : [{ number, found, given: question.given, cost: found.cost }]
  })
  const drawn = keeper?.drawn(kept) ?? new Set()
  const those = (isDrawn: boolean) =>
    new Map(kept.flatMap(({ found, number }, at) => (drawn.has(at) === isDrawn ? [[number, found] as const] : [])))
  return { taken: those(false), again: those(true) }
}

/** Keeps an answer that was made, or holds it against the one that was known: throws {@link Disagrees} where it is not that. */
export const settle = (
  keeper: Keeper | undefined,
  question: Question | undefined,
  known: Kept | undefined,
  { name, ...answer }: Answer & { readonly name: string }
): void => {
  if (keeper === undefined || question === undefined) return
  if (known === undefined) keeper.keep(question, answer)
  else {
    agree(name, known, answer.found)
    keeper.agreed(known)
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Runs made shorter
// ---------------------------------------------------------------------------------------------------------------------

/** How many states are tried for a run shorter than the one that was found. */
const shorterAtMost = 20_000

/** The question which run is the shortest that shows what a run shows. */
export const ofRun = ({ world, ...run }: Trace.Trace): Question => {
  const { can, rules, scope } = world
  const given = { ...run, loop: run.loop ?? null, scope, states: shorterAtMost, ...ofRules(rules) }
  const order = { ...run, scope, can, scheme: rules.scheme, leftOut: Rules.mutantsOf(rules) }
  return { kind: "run", given: Hash.of(["run", given]), world: { can, rules }, order }
}

/** A run, and whether it is the shortest, as they are kept: without the world, which is that of the run that was asked about. */
type KeptRun = Pick<Trace.Trace, "start" | "actions" | "loop"> & Pick<Trace.Shortest, "isShortest">

/** Makes runs shorter, as {@link Trace.shortest} does; what is known from before is taken. */
export const shortened =
  (keeper: Keeper | undefined) =>
  (trace: Trace.Trace): Trace.Shortest => {
    if (keeper === undefined) return Trace.shortest(trace, shorterAtMost)
    const question = ofRun(trace)
    const { again, taken } = before(keeper, [question])
    const known = taken.get(0)
    if (known !== undefined) {
      const { isShortest, loop, ...run } = known.found as KeptRun
      return { trace: { ...trace, ...run, loop }, isShortest }
    }
    const { paths, world } = Reading.listen(trace.world)
    const began = process.threadCpuUsage()
    const { isShortest, trace: found } = Trace.shortest({ ...trace, world }, shorterAtMost)
    const { system, user } = process.threadCpuUsage(began)
    const { actions, loop, start } = found
    const answer = { paths: paths(), cost: system + user, found: plain({ start, actions, loop, isShortest }) }
    settle(keeper, question, again.get(0), { ...answer, name: `a run that shows something of ${trace.claim}` })
    return { trace: { ...found, world: trace.world }, isShortest }
  }
