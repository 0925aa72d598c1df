import type * as Rules from "../model/Rules.ts"
import type * as System from "../model/System.ts"
import type { ClaimId } from "../spec/Claims.ts"
export interface Sample {
  readonly runs: number
  readonly seed: number
  readonly steps: number
  readonly situations: Readonly<Partial<Record<ClaimId, number>>>
  readonly counterexamples: Partial<Record<ClaimId, { readonly claim: ClaimId; readonly start: number; readonly world: System.World; readonly actions: ReadonlyArray<System.Action> }>>
}
export const sample = (_rules: Rules.Rules, _claims: ReadonlyArray<ClaimId>, { runs, seed }: { readonly runs: number; readonly seed: number; readonly report?: (count: number) => void }): Sample => ({ runs, seed, steps: 0, situations: {}, counterexamples: {} })
