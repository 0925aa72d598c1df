/**
 * Row: what is known of one mutant, which is a clause left out in one way: how the implementation commits it, which claims
 * fall then, and who shows it. How the model commits it is said nowhere here: by its rules, as it does every mutant.
 */
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { CheckedClaimId, ClaimId } from "../../spec/Claims.ts"
import type { ClauseOf, MutantOf, Phase } from "../../spec/Clauses.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import type { Directed } from "./GivenRuns.ts"

/**
 * The schemes that model and implementation are compared in: the built-in ones, that of the keyed alias whose codes are
 * made over nothing, and one in which every payment but the least needs the password.
 */
export type Compared = SchemeName | "keyed" | "always asking"

/** Who leaves the clause out. */
export type Side = "implementation" | "model"

/** By a wrapper around it, which `Commits.ts` has by that name; where it says so, its rules leave the clause out as well. */
export interface Wrapped {
  readonly wrapper: string
  readonly rules?: true
}

/** Only where a fault is in it, which `Faults.ts` has by that name. */
export interface Faulty {
  readonly fault: string
}

/** Not at all, and why. */
export interface Never {
  readonly never: string
}

/** Random runs show it. */
export interface RandomRuns {
  readonly scheme: Compared
  /** Who can leave the clause out alone, so that a difference is found. */
  readonly differs: readonly [Side, ...ReadonlyArray<Side>]
  /** Whether no difference is found where both leave it out. */
  readonly alike: boolean
}

/** A run that shows a mutant in some schemes by its last action, where one side alone leaves the clause out. */
export interface GivenRun {
  readonly side: Side
  readonly schemes: ReadonlyArray<Compared>
  readonly run: (scheme: Scheme) => Directed
}

/** Few random runs would show it: runs under direction do. */
export interface DirectedRuns {
  readonly given: ReadonlyArray<GivenRun>
}

/** No run shows it, and why. */
export interface Silent {
  readonly silent: string
}

/** How the comparison of the model with the spec in Quint shows it. */
export interface QuintDifference {
  /** The very difference that leaving the clause out makes. */
  readonly says: RegExp
  /** The schemes in whose worlds it is looked for; all, unless they are given. */
  readonly of?: ReadonlyArray<SchemeName>
}

/** The clause that backs this one up: without this one alone nothing falls, and nothing of this without that one alone. */
export interface Backing {
  readonly by: Mutant
  readonly scheme: SchemeName
  readonly claim: CheckedClaimId
}

export interface Facts {
  /**
   * Claims that a scheme holds and that fall then. The first of them falls nearest to the start; those that are computed
   * come last. `paycode audit --matrix` finds what falls in the other schemes.
   */
  readonly claims: { readonly [Scheme in SchemeName]?: readonly [ClaimId, ...ReadonlyArray<ClaimId>] }
  readonly backed?: Backing
  /** How the comparison of model and implementation shows it. */
  readonly refinement: RandomRuns | DirectedRuns | Silent
  readonly agreement?: QuintDifference
}

/** What is known of one mutant. */
export type MutantRow = Facts &
  (
    | {
        /** How the implementation commits it: by its rules, or by a wrapper around it. */
        readonly implementation: "rules" | Wrapped
        /** Whether scenarios of a provider catch it, or known answers of a restored one. */
        readonly vectors?: "provider" | "restore"
      }
    | {
        readonly implementation: Faulty | Never
        /** Whether known answers of a restored provider catch it. */
        readonly vectors?: "restore"
      }
  )

/** A row for every mutant of every clause of a phase: the record does not compile without one of them. */
export type RowsOf<Of extends Phase> = {
  readonly [Id in ClauseOf<Of> as [MutantOf<Id>] extends [never] ? never : Id]: {
    readonly [Name in MutantOf<Id>]: MutantRow
  }
}

/** Random runs of a scheme find a difference where the implementation leaves the clause out, and none where both do. */
export const random = (scheme: Compared): RandomRuns => ({ scheme, differs: ["implementation"], alike: true })

/** The same, and where the model leaves it out they find a difference as well. */
export const bothWays = (scheme: Compared): RandomRuns => ({ ...random(scheme), differs: ["implementation", "model"] })

/** Random runs of a scheme find a difference where one side leaves the clause out. What becomes of both is not compared. */
export const oneWay = (side: Side, scheme: Compared): RandomRuns => ({ scheme, differs: [side], alike: false })

/** Runs under direction find a difference. */
export const given = (...runs: ReadonlyArray<GivenRun>): DirectedRuns => ({ given: runs })

/** The same run shows it, whichever side leaves the clause out. */
export const givenEither = (run: Omit<GivenRun, "side">): DirectedRuns =>
  given({ ...run, side: "implementation" }, { ...run, side: "model" })

/** No run shows it. */
export const silent = (because: string): Silent => ({ silent: because })

/** Schemes whose codes are made over the till's transaction. */
export const bound: ReadonlyArray<SchemeName> = ["hardened", "alipay-till-qr"]

/** Why no run shows what needs two codes that are alike. */
export const coincidences = "digits of two codes hardly ever coincide; the provider's known answers and tests make them"

/** Why no run shows what is done with an alias that nobody has. */
export const everybodys =
  "every alias of the model is some phone's; the provider's known answers have one that is nobody's"

/** Why no run shows what needs two requests at once. */
export const races = "the ledger decides one request after the other; the provider's tests race fibers"

/** Why no run shows what needs a restored ledger. */
export const restores = "no run restores a ledger; `impl/provider/Restored.test.ts` does"

/** Why no run shows what is about secrecy. */
export const learns = "it is about what the adversary learns, which is in nobody's books"

/** Why no run shows what is about the payer's eyes. */
export const confirms = "the run says what the payer confirms"
