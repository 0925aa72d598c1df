/**
 * Mutants: every clause that forbids something, left out in each of its ways. One table says of each how the
 * implementation commits it, which claims fall then, and who shows it.
 */
import { allMutants, type Mutant } from "../../model/Rules.ts"
import { type CheckedClaimId, type ClaimId, isBound } from "../../spec/Claims.ts"
import type { Phase } from "../../spec/Clauses.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { enrollment } from "./Enrollment.ts"
import { generation } from "./Generation.ts"
import { relay } from "./Relay.ts"
import type { Faulty, MutantRow, RowsOf, Wrapped } from "./Row.ts"
import { settlement } from "./Settlement.ts"
import { stepUp } from "./StepUp.ts"
import { verification } from "./Verification.ts"

export * as GivenRuns from "./GivenRuns.ts"

export type { Compared, Side } from "./Row.ts"

/** The table: by the clause, and by the way in which it is left out. */
export const rows = {
  ...enrollment,
  ...generation,
  ...relay,
  ...verification,
  ...stepUp,
  ...settlement
} as const satisfies RowsOf<Phase>

/** The type of the table, row by row. */
export type Rows = typeof rows
export type Implementation = {
  [Id in keyof Rows]: Rows[Id][keyof Rows[Id]] extends { readonly implementation: infer How } ? How : never
}[keyof Rows]

/** The wrappers of the implementation that rows name. */
export type WrapperName = Extract<Implementation, Wrapped>["wrapper"]

/** The faults of the implementation that rows name. */
export type FaultName = Extract<Implementation, Faulty>["fault"]

/** A clause left out in one way, and what is known of it. */
export type KnownMutant = Mutant & MutantRow

/** Every mutant, in the order of the protocol. */
export const all: ReadonlyArray<KnownMutant> = allMutants.map(({ clause, mutant }) => {
  const table: { readonly [Id in string]?: { readonly [Name in string]?: MutantRow } } = rows
  return { clause, mutant, ...table[clause]![mutant]! }
})

/** The claims of a scheme that fall without a clause. */
export interface Fallen extends Mutant {
  readonly scheme: SchemeName
  readonly claims: ReadonlyArray<ClaimId>
}

/** What falls without a clause, scheme by scheme. */
export const fallen: ReadonlyArray<Fallen> = all.flatMap(({ claims, clause, mutant }) =>
  Object.entries(claims).map(([scheme, ids]): Fallen => ({ clause, mutant, scheme: scheme as SchemeName, claims: ids }))
)

/** What a search shows to fall: the same, with the claims that searches decide. */
export const searched = fallen.flatMap(({ claims, ...mutant }) => {
  const [first, ...others] = claims.filter((id): id is CheckedClaimId => !isBound(id))
  return first === undefined ? [] : [{ ...mutant, claims: [first, ...others] as const }]
})

/** Two clauses, of which the second backs the first up. */
export interface Pair {
  readonly mutant: Mutant
  readonly with: Mutant
  readonly scheme: SchemeName
  readonly claim: CheckedClaimId
}

/** Clauses that back each other up: without the first alone nothing falls, and nothing of this without the second alone. */
export const pairs: ReadonlyArray<Pair> = all.flatMap(({ backed, clause, mutant }) =>
  backed === undefined
    ? []
    : [{ mutant: { clause, mutant }, with: backed.by, scheme: backed.scheme, claim: backed.claim }]
)
