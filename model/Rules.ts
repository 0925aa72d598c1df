/** The rules that a step decides by: a scheme's parameters, and which clauses are left out, and how. */
import { type ClauseId, clauseIds, clauses, type MutantOf } from "../spec/Clauses.ts"
import { type StepUpTraits, stepUpTraits } from "../spec/StepUpMethods.ts"
import type { Scheme } from "./Scheme.ts"

/** For each clause the mutant by which it is left out; undefined where it is in force. */
export type Mutants = { readonly [Id in ClauseId]: MutantOf<Id> | undefined }

export interface Rules {
  readonly scheme: Scheme
  /** What the scheme's step-up method comes to. */
  readonly stepUp: StepUpTraits
  readonly mutants: Mutants
  /** Lists of codes come to the end of their validity. Where a run leaves that out, they are valid for good. */
  readonly listsEnd: boolean
  /** Every clause is in force: what steps ask so often that no other question must be asked after it. */
  readonly isStrict: boolean
}

/** One clause left out in one way. */
export interface Mutant {
  readonly clause: ClauseId
  /** The name of one of the clause's mutants. */
  readonly mutant: string
}

/** The protocol as specified: every clause in force. */
export const strict = (scheme: Scheme): Rules => ({
  scheme,
  stepUp: stepUpTraits(scheme.stepUp.method),
  mutants: Object.fromEntries(clauseIds.map((id) => [id, undefined])) as Mutants,
  listsEnd: true,
  isStrict: true
})

/** The same rules with some clauses left out. The mutants must be ones that the clauses have. */
export const without = (rules: Rules, ...mutants: ReadonlyArray<Mutant>): Rules => ({
  ...rules,
  mutants: { ...rules.mutants, ...Object.fromEntries(mutants.map(({ clause, mutant }) => [clause, mutant])) },
  isStrict: rules.isStrict && mutants.length === 0
})

/** Whether a clause is in force. Steps ask it here, or {@link mutantOf} where it matters in which way it is left out. */
export const inForce = (rules: Rules, clause: ClauseId): boolean =>
  rules.isStrict || rules.mutants[clause] === undefined

/** The way in which a clause is left out; undefined where it is in force. */
export const mutantOf = <Id extends ClauseId>(rules: Rules, clause: Id): MutantOf<Id> | undefined =>
  rules.isStrict ? undefined : rules.mutants[clause]

/** The mutants under these rules. */
export const mutantsOf = (rules: Rules): ReadonlyArray<Mutant> =>
  clauseIds.flatMap((clause) => {
    const mutant: string | undefined = rules.mutants[clause]
    return mutant === undefined ? [] : [{ clause, mutant }]
  })

/** Every mutant of every clause, in the order of the protocol. */
export const allMutants: ReadonlyArray<Mutant> = clauseIds.flatMap((clause) =>
  Object.keys(clauses[clause].mutants).map((mutant) => ({ clause, mutant }))
)
