/**
 * Comparison: which claims stand otherwise in another scheme, and what makes the difference. That is found by
 * substitution: parameters of the second scheme are put back to what the first one gives them, and the claim is searched
 * again, until its first verdict is back. A clause is held to account by leaving it out.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Rules from "../../model/Rules.ts"
import { exempt, parameterOf, type Scheme } from "../../model/Scheme.ts"
import { type CheckedClaimId, type ClaimId, claimIds, isBound } from "../../spec/Claims.ts"
import { type ClauseId, clauseIds, mutantsOf } from "../../spec/Clauses.ts"
import { governing, type ParameterPath } from "../../spec/Parameters.ts"
import * as Computing from "../computed/Catalogue.ts"
import * as Exploration from "./Exploration.ts"
import * as Substitution from "./Substitution.ts"
import type { ClaimReport } from "./Verdict.ts"

/** How a claim stands in a scheme: its verdict, or that it says nothing of the scheme. */
export type ClaimStanding = Exploration.Verdict | "exempt"

/** A parameter with what each of two schemes gives it; null where the scheme does without. */
export interface Parameter {
  readonly path: ParameterPath
  readonly from: unknown
  readonly to: unknown
}

/** A clause that parameters bear on. */
export interface Governing {
  readonly id: ClauseId
  /**
   * A mutant of the clause by which the claim falls in the one scheme that holds it, as it does in the other; null where
   * none was seen to do that, as far as it was searched, or there is no such scheme.
   */
  readonly mutant: string | null
}

/** What makes a difference: put back together, the parameters bring the first scheme's verdict back. */
export interface Cause {
  readonly parameters: ReadonlyArray<Parameter>
  /** The clauses that the parameters bear on: those whose mutant shows it or, where none does, all. */
  readonly clauses: ReadonlyArray<Governing>
}

/** A claim that stands otherwise in the second scheme. */
export interface ClaimChange {
  readonly id: ClaimId
  readonly from: ClaimStanding
  readonly to: ClaimStanding
  /** Each makes the difference by itself; several where one is as small as the other. */
  readonly causes: ReadonlyArray<Cause>
  /** Why no cause was found; null where one was. */
  readonly reason: string | null
}

/** What changes from one scheme to another. */
export interface Comparison {
  readonly from: string
  readonly to: string
  /** The claims that both schemes were asked for and that stand otherwise, in the order of the report. */
  readonly changes: ReadonlyArray<ClaimChange>
  /** Claims that were not decided in one of the two or in both, so that nothing can be said. */
  readonly undecided: ReadonlyArray<ClaimId>
}

/** The scope in which causes are looked for. */
export const scope = "quick"

/** After how many states a search for a cause gives up. */
const statesAtMost = 1_000_000

/** A scheme, with clauses left out, and the claims that are to be decided there. */
interface Fixtures {
  readonly scheme: Scheme
  readonly mutants: ReadonlyArray<Rules.Mutant>
  readonly claims: ReadonlyArray<ClaimId>
}

/** How a claim stands in a trial, and whether every search for it came to an end. */
interface Tried {
  readonly standing: ClaimStanding
  readonly isThrough: boolean
}

/** What came of a trial, by claim. */
type Outcome = ReadonlyMap<ClaimId, Tried>

/** Runs searches: what they found, in their order. */
export type Explore = (tasks: ReadonlyArray<Exploration.Task>) => Effect.Effect<ReadonlyArray<Exploration.Explored>>

/** Decides the claims of trials: by searches, those that they can decide, and the others by their forms. */
const decide = Effect.fnUntraced(function* (trials: ReadonlyArray<Fixtures>, explore: Explore) {
  const planned = trials.map(({ claims, mutants, scheme }) =>
    Exploration.plan(
      scheme,
      scope,
      claims.filter((id): id is CheckedClaimId => !isBound(id)),
      { mutants, states: statesAtMost }
    )
  )
  const tasks = planned.flat()
  const explored = tasks.length === 0 ? [] : yield* explore(tasks)
  const found = new Map(tasks.map((task, index) => [task, explored[index]!]))
  return trials.map(({ claims, mutants, scheme }, index): Outcome => {
    const rules = Rules.without(Rules.strict(scheme), ...mutants)
    const tried = (id: ClaimId): Tried => {
      if (exempt(scheme, id) !== undefined) return { standing: "exempt", isThrough: true }
      if (isBound(id)) return { standing: Computing.holds(rules, id) === false ? "fails" : "holds", isThrough: true }
      const own = planned[index]!.flatMap((task) =>
        task.claims.includes(id) ? [{ task, explored: found.get(task)! }] : []
      )
      return {
        standing: Exploration.conclude(id, own).verdict,
        isThrough: own.every(({ explored }) => explored.ended !== "budget")
      }
    }
    return new Map(claims.map((id) => [id, tried(id)]))
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Parameters
// ---------------------------------------------------------------------------------------------------------------------

type Paths = ReadonlyArray<ParameterPath>

/** A claim that stands otherwise, and what is known of the reason so far. */
interface Question {
  readonly id: ClaimId
  readonly from: ClaimStanding
  readonly to: ClaimStanding
  /** Whether the difference shows in the scope in which its cause is looked for. */
  isSeen: boolean
  /** Whether every search that could have told was through. */
  isThrough: boolean
  /** Sets of parameters that bring the first verdict back. */
  causes: ReadonlyArray<Paths>
}

/** The claims that a scheme can bring back: one that said nothing of the first says nothing of it, or is not back. */
const worthTrying = (scheme: Scheme, questions: ReadonlyArray<Question>): ReadonlyArray<ClaimId> =>
  questions.flatMap(({ from, id }) => ((from === "exempt") === (exempt(scheme, id) !== undefined) ? [id] : []))

/** A trial of a scheme for claims, with every clause in force. */
const trialOf = (scheme: Scheme, questions: ReadonlyArray<Question>): Fixtures => ({
  scheme,
  mutants: [],
  claims: worthTrying(scheme, questions)
})

/** How a trial decided a claim; undefined where it was not worth trying. That a search was cut short is noted. */
const standingIn = (question: Question, outcome: Outcome): ClaimStanding | undefined => {
  const tried = outcome.get(question.id)
  if (tried?.standing === "not-run" && !tried.isThrough) question.isThrough = false
  return tried?.standing
}

/** Whether a trial brought a claim's first verdict back. */
const isBack = (question: Question, outcome: Outcome): boolean => standingIn(question, outcome) === question.from

const keyOf = (paths: Paths): string => paths.join(" ")

const except = (all: Paths, some: Paths): Paths => all.filter((path) => !some.includes(path))

/** The second scheme, with some parameters put back. */
const putBack = (first: Scheme, second: Scheme, paths: Paths): Scheme =>
  Result.getOrThrow(Substitution.put(second, first, paths))

/** Looks whether the difference shows at all, and for single parameters, or groups of them, that bring a verdict back. */
const trySingly = Effect.fnUntraced(function* (
  first: Scheme,
  second: Scheme,
  questions: ReadonlyArray<Question>,
  explore: Explore
) {
  const all = Substitution.differing(first, second)
  const searched = questions.filter(({ from, to }) => from !== "exempt" && to !== "exempt")
  const [before, after] = yield* decide(
    [trialOf(putBack(first, second, all), questions), trialOf(second, searched)],
    explore
  )
  for (const question of questions) {
    const end = standingIn(question, after!) ?? question.to
    question.isSeen = isBack(question, before!) && end === question.to
  }
  const seen = questions.filter(({ isSeen }) => isSeen)
  const groups = [
    ...new Map(
      all.map((path) => Substitution.together(second, first, [path])).map((group) => [keyOf(group), group])
    ).values()
  ]
  // The smallest first: a larger group is of no interest once one as small brings the verdict back.
  for (const size of new Set(groups.map(({ length }) => length).toSorted((a, b) => a - b))) {
    const open = seen.filter(({ causes }) => causes.length === 0)
    const some = groups.filter(({ length }) => length === size)
    const outcomes = yield* decide(
      some.map((group) => trialOf(putBack(first, second, group), open)),
      explore
    )
    for (const question of open) question.causes = some.filter((_, index) => isBack(question, outcomes[index]!))
  }
})

/** A set of parameters that is being narrowed down, and which of them are to be spared next. */
interface Narrowing {
  readonly question: Question
  kept: Paths
  next: ReadonlyArray<Paths>
  /** Sets that do not bring the verdict back. */
  readonly failed: Set<string>
  /** Whether any was spared since all were tried one by one. */
  isNarrower: boolean
}

const halves = (paths: Paths): ReadonlyArray<Paths> =>
  paths.length < 2 ? [] : [paths.slice(0, Math.ceil(paths.length / 2)), paths.slice(Math.ceil(paths.length / 2))]

/** The next smaller set to try: undefined once none of the parameters can be spared. */
const nextOf = (first: Scheme, second: Scheme, narrowing: Narrowing): Paths | undefined => {
  const all = Substitution.differing(first, second)
  for (;;) {
    const [chunk, ...later] = narrowing.next
    if (chunk === undefined) {
      if (!narrowing.isNarrower) return undefined
      narrowing.isNarrower = false
      narrowing.next = narrowing.kept.map((path) => [path])
      continue
    }
    narrowing.next = later
    const spared = chunk.filter((path) => narrowing.kept.includes(path))
    if (spared.length === 0) continue
    // Where these are as the second scheme has them, others may have to be so too.
    const fewer = except(all, Substitution.together(first, second, [...except(all, narrowing.kept), ...spared]))
    narrowing.next = [...halves(spared), ...later]
    if (fewer.length > 0 && !narrowing.failed.has(keyOf(fewer))) return fewer
  }
}

/**
 * Narrows all parameters down to a set of which none can be spared, with those that it cannot be without. It is looked
 * for where no single one brings the verdict back; where it has two, or two groups, there is no smaller one.
 */
const narrow = Effect.fnUntraced(function* (
  first: Scheme,
  second: Scheme,
  questions: ReadonlyArray<Question>,
  explore: Explore
) {
  const all = Substitution.differing(first, second)
  const narrowings = questions.map(
    (question): Narrowing => ({ question, kept: all, next: halves(all), failed: new Set(), isNarrower: true })
  )
  for (;;) {
    const trials = narrowings.flatMap((narrowing) => {
      const paths = narrowing.question.isThrough ? nextOf(first, second, narrowing) : undefined
      return paths === undefined ? [] : [{ narrowing, paths }]
    })
    if (trials.length === 0) break
    const outcomes = yield* decide(
      trials.map(({ narrowing, paths }) => trialOf(putBack(first, second, paths), [narrowing.question])),
      explore
    )
    for (const [index, { narrowing, paths }] of trials.entries()) {
      if (isBack(narrowing.question, outcomes[index]!)) {
        narrowing.kept = paths
        narrowing.isNarrower = true
      } else narrowing.failed.add(keyOf(paths))
    }
  }
  for (const { kept, question } of narrowings) if (question.isThrough) question.causes = [kept]
})

// ---------------------------------------------------------------------------------------------------------------------
// Clauses
// ---------------------------------------------------------------------------------------------------------------------

/** Every mutant of the clauses that parameters bear on. */
const mutantsOfAll = (paths: Paths): ReadonlyArray<Rules.Mutant> =>
  [...new Set(paths.flatMap(governing))].flatMap((clause) => mutantsOf(clause).map((mutant) => ({ clause, mutant })))

/** The scheme that holds a claim, where the other one fails it. */
const holderOf = (first: Scheme, second: Scheme, { from, to }: Question): Scheme | undefined =>
  from === "holds" && to === "fails" ? first : from === "fails" && to === "holds" ? second : undefined

/** Leaves out the clauses that causes bear on, where their claims hold: those by which a claim falls, by claim. */
const mutated = Effect.fnUntraced(function* (
  first: Scheme,
  second: Scheme,
  questions: ReadonlyArray<Question>,
  explore: Explore
) {
  const wanted = questions.flatMap((question) => {
    const scheme = holderOf(first, second, question)
    const mutants = mutantsOfAll(question.causes.flat())
    return scheme === undefined ? [] : mutants.map((mutant) => ({ scheme, mutant, id: question.id }))
  })
  const trials = new Map<string, Fixtures & { readonly mutant: Rules.Mutant }>()
  for (const { id, mutant, scheme } of wanted) {
    const key = `${scheme === first} ${mutant.clause} ${mutant.mutant}`
    trials.set(key, { scheme, mutant, mutants: [mutant], claims: [...(trials.get(key)?.claims ?? []), id] })
  }
  const all = [...trials.values()]
  const outcomes = yield* decide(all, explore)
  return (id: ClaimId): ReadonlyArray<Rules.Mutant> =>
    all.flatMap(({ mutant }, index) => (outcomes[index]!.get(id)?.standing === "fails" ? [mutant] : []))
})

const governingOf = (paths: Paths, fallen: ReadonlyArray<Rules.Mutant>): ReadonlyArray<Governing> => {
  const ids = clauseIds.filter((id) => paths.some((path) => governing(path).includes(id)))
  const all = ids.map((id) => ({ id, mutant: fallen.find(({ clause }) => clause === id)?.mutant ?? null }))
  const shown = all.filter(({ mutant }) => mutant !== null)
  return shown.length > 0 ? shown : all
}

// ---------------------------------------------------------------------------------------------------------------------
// The comparison
// ---------------------------------------------------------------------------------------------------------------------

const reasonOf = ({ causes, isSeen, isThrough }: Question): string | null => {
  if (causes.length > 0) return null
  if (!isThrough) return "a search for it was stopped before it had visited every state"
  return isSeen ? "no parameters bring the first verdict back" : `the difference does not show at scope ${scope}`
}

/** A scheme, and what an audit has found of it. */
export interface Audited {
  readonly scheme: Scheme
  readonly report: {
    readonly claims: ReadonlyArray<Pick<ClaimReport, "id" | "verdict">>
    readonly exempt: ReadonlyArray<{ readonly id: ClaimId }>
  }
}

/** How an audit has a claim; undefined where it was not asked for. */
const standingOf = ({ report }: Audited, id: ClaimId): ClaimStanding | undefined =>
  report.exempt.some((claim) => claim.id === id) ? "exempt" : report.claims.find((claim) => claim.id === id)?.verdict

/**
 * Compares a scheme with another, claim by claim. A claim that has no verdict in one of them, or in both, is undecided. Of what was
 * not found by searches that were stopped, or gave up, no more is said than that it was not seen.
 */
export const compare = Effect.fn("Comparison.compare")(function* (first: Audited, second: Audited, explore: Explore) {
  const standings = claimIds.flatMap((id) => {
    const [from, to] = [standingOf(first, id), standingOf(second, id)]
    // A claim that is computed differs also where its number does: that is to be told here.
    if (from === undefined || to === undefined) return []
    return from === to && from !== "not-run" ? [] : [{ id, from, to }]
  })
  const isDecided = ({ from, to }: { readonly from: ClaimStanding; readonly to: ClaimStanding }): boolean =>
    from !== "not-run" && to !== "not-run"
  const questions = standings
    .filter(isDecided)
    .map((standing): Question => ({ ...standing, isSeen: false, isThrough: true, causes: [] }))
  if (questions.length > 0) yield* trySingly(first.scheme, second.scheme, questions, explore)
  const open = questions.filter(({ causes, isSeen }) => isSeen && causes.length === 0)
  if (open.length > 0) yield* narrow(first.scheme, second.scheme, open, explore)
  const fallen = yield* mutated(first.scheme, second.scheme, questions, explore)
  const comparison: Comparison = {
    from: first.scheme.scheme,
    to: second.scheme.scheme,
    changes: questions.map((question): ClaimChange => {
      const { from, id, to } = question
      const causes = question.causes.map(
        (paths): Cause => ({
          parameters: paths.map((path) => ({
            path,
            from: parameterOf(first.scheme, path) ?? null,
            to: parameterOf(second.scheme, path) ?? null
          })),
          clauses: governingOf(paths, fallen(id))
        })
      )
      return { id, from, to, causes, reason: reasonOf(question) }
    }),
    undecided: standings.filter((standing) => !isDecided(standing)).map(({ id }) => id)
  }
  return comparison
})
