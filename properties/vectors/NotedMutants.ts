/** Noted mutants: those that scenarios of a provider catch, by the names under which files of vectors note them. */
import type { Mutant } from "../../model/Rules.ts"
import { type ClauseId, clauses } from "../../spec/Clauses.ts"
import { Commits } from "../planted/Planted.ts"

/** A mutant as a file notes it, and how the implementation commits it. */
export interface NotedMutant {
  readonly clause: ClauseId
  readonly mistake: string
  readonly commit: () => Commits.Commit
}

/** The name of a note: the clause, and the way in which it is left out. */
export const nameOf = ({ clause, mutant }: Mutant): string =>
  `${clause.toLowerCase()}-${mutant.replaceAll(/[^a-z]+/g, "-")}`

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`

/** Every mutant that scenarios of a provider catch, by the name of its note. */
export const noted: Readonly<Record<string, NotedMutant>> = Object.fromEntries(
  Commits.all.flatMap(({ clause, commit, mutant, vectors }) => {
    if (vectors !== "provider") return []
    const ways: Readonly<Record<string, string>> = clauses[clause].mutants
    return [[nameOf({ clause, mutant }), { clause, mistake: sentence(ways[mutant]!), commit }]]
  })
)
