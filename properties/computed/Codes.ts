/**
 * Codes: what the provider takes for a code of one credential, as chances: the layout of `impl/credentials/Codec.ts`, with
 * distributions for digits. The window is the model's own, mutants included.
 */

import * as Result from "effect/Result"
import { inForce, type Rules } from "../../model/Rules.ts"
import { hasOwnAliases, phonesOf } from "../../model/Scheme.ts"
import { Enrollment, Generation, TokenSource as Positions, StepUp } from "../../model/steps/Steps.ts"

import * as Digits from "./Digits.ts"
import * as Rational from "./Rational.ts"

/** How the codes come about that the provider accepts of one credential at an instant. */
export interface Codes {
  /** How many prefixes there are. A credential has one of them in all its codes; where codes are drawn, each code has its own. */
  readonly prefixes: number
  /** `own`: the same alias in every code, nobody else's; `changing`: another in every position, and anybody's; or `none`. */
  readonly alias: "own" | "changing" | "none"
  /** The alias of a position; {@link Digits.known} where it does not change. */
  readonly aliases: Digits.Digits
  /** The proof of a position; of a drawn code all but its prefix. */
  readonly proofs: Digits.Digits
  /** How many positions of a credential are accepted: steps of the window, or places of a list. */
  readonly positions: number
  /** How many credentials of one account are accepted at once: of each phone all that a renewal leaves (ENR-6). */
  readonly credentials: number
  /** How many of those one alias can name: a token is one credential's, an index its account's. */
  readonly named: number
  /** Of how many positions a code that was captured shows the alias, where aliases change: what stands after it can be guessed alone. */
  readonly captured: number
  /** How many codes a position has: the one that is scanned, another that is revealed, and those again with the PIN. */
  readonly ways: number
  /** In how many of those ways a code can be accepted: one that is revealed without the PIN is refused where only a code can carry it (GEN-6, STP-1). */
  readonly accepted: number
  /** Proofs are looked at (VER-5). */
  readonly isProved: boolean
  /** A code that reads in two ways is refused (VER-22). */
  readonly isAmbiguityRefused: boolean
}

/** A phone whose owner may have it issued a credential. */
const owned = { agreement: "live", authenticated: true, revoked: false } as const

/** How many credentials of one phone are accepted while it is renewed for the second time. */
const inRenewal = (rules: Rules): number => {
  const issued = (held: ReadonlyArray<Enrollment.CredentialStatus>) =>
    Result.getOrThrow(Enrollment.issue(rules, { ...owned, held })).statuses
  const confirmed = (held: ReadonlyArray<Enrollment.CredentialStatus>) =>
    Enrollment.confirmed(rules, held, held.length - 1)
  const held = issued(confirmed(issued(confirmed(issued([])))))
  return held.filter((status) => Enrollment.isAccepted(rules, status)).length
}

/** Late enough for every window to lie after the epoch. */
const now = 10 * 365 * 86_400

/** The codes of a credential that was issued just now, and none of which is burned. */
export const of = (rules: Rules, bits: Digits.Bits = Digits.bits): Codes => {
  const { scheme } = rules
  const { code } = scheme
  const { from, to } = Positions.windowAt(rules, { issuedAt: now, lostUntil: undefined }, now)
  const isDrawn = code.alias === "none"
  const credentials = phonesOf(scheme) * inRenewal(rules)
  const ways = (code.marksRevealed ? 2 : 1) * (StepUp.isInCode(rules) ? 2 : 1)
  const lacksPin = code.marksRevealed && StepUp.isInCode(rules) && !Generation.isPlain(rules, true)
  return {
    prefixes: code.prefixes.length,
    alias: isDrawn ? "none" : hasOwnAliases(code) ? "own" : "changing",
    aliases: code.alias === "keyed" ? Digits.truncated(bits.alias, code.aliasDigits) : Digits.known,
    proofs: isDrawn ? Digits.even(10n ** BigInt(code.otpDigits)) : Digits.truncated(bits.proof, code.otpDigits),
    positions: to - from + 1,
    credentials,
    named: code.alias === "token" ? 1 : credentials,
    captured: code.alias === "keyed" ? 1 : 0,
    ways,
    accepted: lacksPin ? ways - 1 : ways,
    isProved: inForce(rules, "VER-5"),
    isAmbiguityRefused: inForce(rules, "VER-22")
  }
}

/** The chances that one code is a credential's: in any way, and in just one, in which alone it can be accepted. */
export interface Hit {
  readonly any: Rational.Rational
  readonly once: Rational.Rational
}

/**
 * The chance that none of so many positions has an alias and, scanned or in so many ways, a proof. Positions are
 * independent of each other, and so are the proofs of one: they are made with other keys.
 */
export const missed = (
  positions: number,
  ways: number,
  alias: Rational.Rational,
  proof: Rational.Rational
): Rational.Rational => {
  const proved = Rational.not(Rational.power(Rational.not(proof), ways))
  return Rational.power(Rational.not(Rational.times(alias, proved)), positions)
}

/**
 * The chances that a code with the right prefix, and an alias and a proof of these likelihoods, is a credential's; of which
 * some positions are known to have that alias.
 */
export const hit = (codes: Codes, alias: Rational.Rational, proof: Rational.Rational, known = 0): Hit => {
  const { accepted, isAmbiguityRefused, isProved, positions, ways } = codes
  if (codes.alias === "none") {
    // The codes of a list are drawn until no two are alike: each string is as likely as any other to be one of them.
    const any = isProved ? Rational.times(Rational.of(positions * ways), proof) : Rational.one
    return { any, once: any }
  }
  const missing = (some: number, proof: Rational.Rational): Rational.Rational =>
    Rational.times(missed(known, some, Rational.one, proof), missed(positions - known, some, alias, proof))
  if (!isProved) {
    const any = Rational.not(missing(1, Rational.one))
    return { any, once: any }
  }
  const neither = missing(ways, proof)
  const any = Rational.not(neither)
  if (ways === 1) return { any, once: any }
  if (!isAmbiguityRefused) {
    // The first way that is hit stands for the code; codes that are scanned come first.
    const earlier = ways / 2
    const isFirst = Rational.minus(missing(earlier, proof), missing(earlier + 1, proof))
    return { any, once: accepted === ways ? any : Rational.minus(any, isFirst) }
  }
  // One way is hit, whichever, and none of the others.
  const others = missing(ways - 1, proof)
  return { any, once: Rational.times(Rational.of(accepted), Rational.minus(others, neither)) }
}

/** Credentials that a code can be of, as many as there are of a kind: how likely it is each one's, and how likely accepted. */
export interface Group {
  readonly many: number
  readonly any: number
  readonly once: number
}

/** Credentials of a kind. Of several prefixes a code has the right one by chance, unless that is known. */
export const group = (many: number, { any, once }: Hit, prefixes: number): Group => ({
  many,
  any: Rational.toNumber(any) / prefixes,
  once: Rational.toNumber(once) / prefixes
})

/** The chance that a code is none of so many credentials'. */
const noneOf = (many: number, any: number): number => (many <= 0 ? 1 : Math.exp(many * Math.log1p(-any)))

/**
 * The chance that a code is accepted, which is of some credentials, each by itself: one of them must be hit, and no other
 * (VER-22). Without that the first that is hit stands for it.
 */
export const acceptedBy = ({ isAmbiguityRefused }: Codes, groups: ReadonlyArray<Group>): number => {
  const present = groups.filter(({ many }) => many > 0)
  let before = 1
  let sum = 0
  for (const [index, { any, many, once }] of present.entries()) {
    const others = present.reduce(
      (product, each, at) => product * noneOf(each.many - (at === index ? 1 : 0), each.any),
      1
    )
    const first = any === 0 ? many : -Math.expm1(many * Math.log1p(-any)) / any
    sum += isAmbiguityRefused ? many * once * others : before * once * first
    before *= noneOf(many, any)
  }
  return sum
}

/** The chances of a guess, for every kind of digits that can be guessed; at an alias that a captured code has shown, where that helps. */
export const guesses = (codes: Codes, isCaptured = false) =>
  Digits.pairs(codes.aliases, codes.proofs).map(({ first: alias, second: proof }) => ({
    alias: alias.each,
    proof: proof.each,
    shown: hit(codes, alias.each, proof.each, isCaptured ? codes.captured : 0),
    ...hit(codes, alias.each, proof.each)
  }))

/** Of several the one for which a number is the greatest. */
export const best = <A>(all: ReadonlyArray<A>, of: (one: A) => number): A => {
  const [first, ...others] = all
  return others.reduce((most, one) => (of(one) > of(most) ? one : most), first!)
}
