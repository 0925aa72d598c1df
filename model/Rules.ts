/** The rules that a step decides by: a scheme's parameters, and which clauses are in force. */
import { type ClauseId, clauseIds } from "../spec/Clauses.ts"
import type { Scheme } from "./Scheme.ts"

export interface Rules {
  readonly scheme: Scheme
  readonly inForce: Readonly<Record<ClauseId, boolean>>
}

/** The protocol as specified: every clause in force. */
export const strict = (scheme: Scheme): Rules => ({
  scheme,
  inForce: Object.fromEntries(clauseIds.map((id) => [id, true])) as Record<ClauseId, boolean>
})

/** The same rules with some clauses left out. */
export const without = (rules: Rules, ...leftOut: ReadonlyArray<ClauseId>): Rules => ({
  ...rules,
  inForce: { ...rules.inForce, ...Object.fromEntries(leftOut.map((id) => [id, false])) }
})

/** The clauses that are left out. */
export const leftOut = (rules: Rules): ReadonlyArray<ClauseId> => clauseIds.filter((id) => !rules.inForce[id])
