/**
 * Commits: how the implementation commits mutants. Most of them its rules do, which can leave a clause out. What its rules
 * do not reach is made wrong around it: in what its ledger tells, or in what its provider is asked.
 */
import * as Effect from "effect/Effect"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import type * as Provider from "../../impl/provider/Provider.ts"
import * as Rules from "../../model/Rules.ts"
import type { Verification } from "../../model/steps/Steps.ts"
import * as Mutants from "../mutants/Mutants.ts"
import { candidates, paying, telling } from "./Wrapping.ts"

/** The part of a credential that mutants draw otherwise. */
export interface Drawn {
  readonly seed?: string
  readonly codes?: unknown
}

/** What is otherwise than it should be. It may remember what it has seen, and so is made anew for every run. */
export interface Commit {
  readonly rules?: (rules: Rules.Rules) => Rules.Rules
  /** What is put in the place of services of the ledger. */
  readonly ledger?: (ledger: Ledger.Ledger) => Partial<Ledger.Ledger>
  /** What is put in the place of services of the provider. */
  readonly provider?: (provider: Provider.Provider) => Partial<Provider.Provider>
  /** What is drawn in place of what should be. */
  readonly draws?: <Given extends Drawn>(given: Given) => Given
  /** The provider was stopped, and starts again. */
  readonly restarted?: () => void
}

// ---------------------------------------------------------------------------------------------------------------------
// Wrappers
// ---------------------------------------------------------------------------------------------------------------------

/** All credentials have the secret of the first that was drawn. */
const sharedSecret = (): Commit => {
  let first: Drawn | undefined
  return {
    draws: (given) => {
      if (given.seed === undefined && given.codes === undefined) return given
      first ??= given
      return given.seed === undefined || first.seed === undefined ? given : { ...given, seed: first.seed }
    }
  }
}

/** A ledger that knows only the codes burned since it was told to forget. */
const forgetful = () => {
  const burned = new Set<string>()
  const known = (facts: Verification.Facts, { code }: Ledger.Query): Verification.Facts => {
    const isKept = burned.has(code)
    if (facts.candidates.length > 0) burned.add(code)
    return candidates(facts, (candidate) => ({
      ...candidate,
      last: isKept ? candidate.last : undefined,
      matches: candidate.matches.map((match) => ({ ...match, burned: match.burned && isKept }))
    }))
  }
  return {
    forget: () => burned.clear(),
    ledger: (ledger: Ledger.Ledger) => paying(ledger, (payments) => ({ settle: telling(payments, known) }))
  }
}

/** Burned codes are kept in memory. */
const forgetsAtRestart = (): Commit => {
  const { forget, ledger } = forgetful()
  return { ledger, restarted: forget }
}

/** Merchants share their order numbers. */
const sharesOrderNumbers = (): Commit => {
  const whose = <A extends Ledger.OrderNumber>(requested: A): A => ({ ...requested, merchant: "whoever" })
  return {
    provider: ({ settlement, stepUp, verification }) => ({
      verification: { pay: (request) => verification.pay(whose(request)) },
      settlement: {
        ...settlement,
        query: (order) => settlement.query(whose(order)),
        standing: (order) => settlement.standing(whose(order)),
        reverse: (order) => settlement.reverse(whose(order)),
        refund: (refund) => settlement.refund(whose(refund)),
        queryRefund: (refund) => settlement.queryRefund(whose(refund)),
        close: (order) => settlement.close(whose(order))
      },
      stepUp: { ...stepUp, authenticate: (approval) => stepUp.authenticate(whose(approval)) }
    })
  }
}

/** A ledger that counts wrong codes against somebody else. */
const counting = (isThrottled: (wrongCodes: Verification.WrongCodes) => boolean): Commit => {
  const known = (facts: Verification.Facts): Verification.Facts => ({
    ...facts,
    wrongCodes: {
      fromTerminal: isThrottled(facts.wrongCodes) ? Number.POSITIVE_INFINITY : 0,
      fromMerchant: 0,
      underAlias: 0
    }
  })
  return { ledger: (ledger) => paying(ledger, (payments) => ({ settle: telling(payments, known) })) }
}

/** The name is not compared: whoever sends a code is taken for the merchant that it was made for. */
const anyName = (): Commit => ({
  ledger: ({ merchants }) => ({ merchants: { ...merchants, nameOf: () => Effect.succeed("Corner Shop") } })
})

/** A code that was made over something else is burned, with every step that it could have been made for. */
const burnsForeignCodes = (): Commit => {
  const spoilt = new Set<string>()
  const known = (facts: Verification.Facts, { code }: Ledger.Query): Verification.Facts => {
    if (facts.candidates.length === 0 && facts.payer !== undefined) spoilt.add(code)
    return candidates(facts, (candidate) => ({
      ...candidate,
      matches: candidate.matches.map((match) => ({ ...match, burned: match.burned || spoilt.has(code) }))
    }))
  }
  return { ledger: (ledger) => paying(ledger, (payments) => ({ settle: telling(payments, known) })) }
}

/** An owner who has given the password once is not asked again. */
const asksOnce = (): Commit => {
  let authenticated = false
  const known = (facts: Verification.Facts): Verification.Facts =>
    candidates(facts, (candidate) => ({ ...candidate, standing: { ...candidate.standing, authenticated } }))
  return {
    ledger: (ledger) =>
      paying(ledger, (payments) => ({
        settle: telling(payments, known),
        change: (order, changing) =>
          Effect.tap(payments.change(order, changing), ({ debits }) =>
            Effect.sync(() => {
              authenticated ||= debits > 0
            })
          )
      }))
  }
}

/** A password pays whatever waits first. */
const whateverWaits = (): Commit => ({
  provider: ({ stepUp }) => ({
    stepUp: {
      ...stepUp,
      authenticate: (approval) =>
        Effect.flatMap(stepUp.prompts(approval.account), ([first]) =>
          stepUp.authenticate({ ...approval, ...(first && { merchant: first.merchant, order: first.order }) })
        )
    }
  })
})

/** Every wrapper that the table of mutants names: it does not compile without one of them, or with another. */
const wrappers: { readonly [Name in Mutants.WrapperName]: () => Commit } = {
  sharedSecret,
  sharesOrderNumbers,
  forgetsAtRestart,
  throttlesByAccount: () => counting(({ underAlias }) => underAlias >= 3),
  throttlesByMerchant: () => counting(({ fromTerminal }) => fromTerminal >= 1),
  anyName,
  burnsForeignCodes,
  asksOnce,
  whateverWaits
}

// ---------------------------------------------------------------------------------------------------------------------
// By mutant
// ---------------------------------------------------------------------------------------------------------------------

/** A mutant that the implementation commits, and how it comes to. */
export type Committed = Mutants.KnownMutant & { readonly commit: () => Commit }

const isWrapper = (name: string): name is Mutants.WrapperName => name in wrappers

const commitOf = ({ clause, implementation, mutant }: Mutants.KnownMutant): (() => Commit) | undefined => {
  const leftOut: Commit = { rules: (rules) => Rules.without(rules, { clause, mutant }) }
  if (implementation === "rules") return () => leftOut
  if (!("wrapper" in implementation) || !isWrapper(implementation.wrapper)) return undefined
  const made = wrappers[implementation.wrapper]
  return implementation.rules ? () => ({ ...leftOut, ...made() }) : made
}

/** Every mutant that the implementation can commit by its rules or by a wrapper, in the order of the protocol. */
export const all: ReadonlyArray<Committed> = Mutants.all.flatMap((mutant) => {
  const commit = commitOf(mutant)
  return commit === undefined ? [] : [{ ...mutant, commit }]
})
