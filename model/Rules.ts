/** The rules that a step decides by: a scheme's parameters, and which clauses are left out, and how. */
import { type ClauseId, clauseIds, clauses, type LapseOf } from "../spec/Clauses.ts"
import type { Scheme } from "./Scheme.ts"

/** For each clause the lapse by which it is left out; undefined where it is in force. */
export type Lapses = { readonly [Id in ClauseId]: LapseOf<Id> | undefined }

export interface Rules {
  readonly scheme: Scheme
  readonly lapses: Lapses
  /** Every clause is in force: what steps ask so often that no other question must be asked after it. */
  readonly isStrict: boolean
}

/** One clause left out in one way. */
export interface Lapse {
  readonly clause: ClauseId
  /** The name of one of the clause's lapses. */
  readonly lapse: string
}

/** The protocol as specified: every clause in force. */
export const strict = (scheme: Scheme): Rules => ({
  scheme,
  lapses: Object.fromEntries(clauseIds.map((id) => [id, undefined])) as Lapses,
  isStrict: true
})

/** The same rules with some clauses left out. The lapses must be ones that the clauses have. */
export const without = (rules: Rules, ...lapses: ReadonlyArray<Lapse>): Rules => ({
  ...rules,
  lapses: { ...rules.lapses, ...Object.fromEntries(lapses.map(({ clause, lapse }) => [clause, lapse])) },
  isStrict: rules.isStrict && lapses.length === 0
})

/** Whether a clause is in force: every step asks it here. */
export const inForce = (rules: Rules, clause: ClauseId): boolean => rules.isStrict || rules.lapses[clause] === undefined

/** The way in which a clause is left out; undefined where it is in force. */
export const mutantOf = <Id extends ClauseId>(rules: Rules, clause: Id): LapseOf<Id> | undefined =>
  rules.isStrict ? undefined : rules.lapses[clause]

/** The lapses under these rules. */
export const lapsesOf = (rules: Rules): ReadonlyArray<Lapse> =>
  clauseIds.flatMap((clause) => {
    const lapse: string | undefined = rules.lapses[clause]
    return lapse === undefined ? [] : [{ clause, lapse }]
  })

/** Every lapse of every clause, in the order of the protocol. */
export const allLapses: ReadonlyArray<Lapse> = clauseIds.flatMap((clause) =>
  Object.keys(clauses[clause].lapses).map((lapse) => ({ clause, lapse }))
)
