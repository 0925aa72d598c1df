/**
 * Guessing: how likely it is that digits which nobody has shown are accepted. A guess is made at an instant at which the
 * provider accepts all the positions of the window, none of them burned; it succeeds when it is accepted, that is debited
 * or held open for step-up.
 */
import { inForce, mutantOf, type Rules } from "../../model/Rules.ts"
import * as Codes from "./Codes.ts"
import { atLeastOnce, type Computed, type Form, fraction, shown } from "./Computed.ts"
import type { Bits } from "./Digits.ts"
import * as Rational from "./Rational.ts"

const alone = "the account has one live credential; each further one adds as much again"
const unburned = "no position of the window is burned: a burned one can only make a guess fail"

/** The form of {@link Codes.hit}'s chance to be accepted. */
const formOf = (codes: Codes.Codes, alias: Rational.Rational, proof: Rational.Rational): string => {
  const { accepted, isAmbiguityRefused, isProved, positions, ways } = codes
  if (codes.alias === "none") {
    return isProved ? `${positions * ways} x ${fraction(proof)}` : "1"
  }
  const named = codes.alias === "changing" ? `${fraction(alias)} x ` : ""
  if (!isProved) return codes.alias === "changing" ? `1 - (1 - ${fraction(alias)})^${positions}` : "1"
  const single = `${named}${fraction(proof)}`
  if (ways === 1) return `1 - (1 - ${single})^${positions}`
  const among = (some: number): string =>
    some === 1 ? `(1 - ${single})^${positions}` : `(1 - ${named}(1 - (1 - ${fraction(proof)})^${some}))^${positions}`
  if (isAmbiguityRefused) return `${accepted} x (${among(ways - 1)} - ${among(ways)})`
  const refused = accepted === ways ? "" : ` - (${among(ways / 2)} - ${among(ways / 2 + 1)})`
  return `1 - ${among(ways)}${refused}`
}

/** The best guess at a code of one account. */
const bestAt = (codes: Codes.Codes) => {
  const guess = Codes.best(Codes.guesses(codes), ({ once }) => Rational.toNumber(once))
  return { ...guess, chance: Rational.toNumber(guess.once) }
}

/** One guess at a code of an account that is known, whatever can be known beside (`guess-targeted`). */
export const targeted: Form = (rules, bits) => {
  const codes = Codes.of(rules, bits)
  const { alias, chance, proof } = bestAt(codes)
  const { aliasDigits, otpDigits } = rules.scheme.code
  const isDrawn = codes.alias === "none"
  const value = isDrawn ? chance / codes.prefixes : chance
  const form = formOf(codes, alias, proof)
  const known = {
    own: "known: the account, its prefix and its alias, which any of its codes shows",
    changing: "known: the account and its prefix; no alias, for every step has another",
    none: "known: the account, of whose codes nothing can be known beforehand"
  } as const
  return {
    value,
    unit: "probability",
    aDay: undefined,
    formula: isDrawn ? `${form} / ${codes.prefixes}` : form,
    parts: {
      "the likeliest proof": Rational.toNumber(proof),
      "an even proof": 10 ** -otpDigits,
      ...(codes.alias === "changing"
        ? { "the likeliest alias": Rational.toNumber(alias), "an even alias": 10 ** -aliasDigits }
        : {}),
      "positions accepted": codes.positions,
      "codes of a position": codes.ways,
      "expected guesses to success": 1 / value
    },
    assumptions: [known[codes.alias], alone, unburned]
  }
}

/** What anybody's guess at anybody comes to. */
const anybody = (rules: Rules, bits?: Bits): Pick<Computed, "value" | "formula" | "parts" | "assumptions"> => {
  const codes = Codes.of(rules, bits)
  const { code, scale } = rules.scheme
  const { accounts } = scale
  const { prefixes } = codes
  if (codes.alias === "own") {
    const { alias, chance, proof } = bestAt(codes)
    const taken = accounts / 10 ** code.aliasDigits
    return {
      value: (taken / prefixes) * chance,
      formula: `${shown(accounts)} / 10^${code.aliasDigits} / ${prefixes} x (${formOf(codes, alias, proof)})`,
      parts: {
        "an alias is somebody's": taken,
        "the prefix is its": 1 / prefixes,
        "and the proof is accepted": chance
      },
      assumptions: [
        "aliases are drawn: all of them are as likely to be somebody's, and none is known to be",
        "a guess whose alias is known to be somebody's is one of guess-targeted"
      ]
    }
  }
  // One of all the accounts must be hit, and no other (VER-22).
  const chanceOf = ({ any, once }: Codes.Hit): number => {
    const one = Rational.toNumber(once) / prefixes
    if (!codes.isAmbiguityRefused) return atLeastOnce(one, accounts)
    return accounts * one * (1 - atLeastOnce(Rational.toNumber(any) / prefixes, accounts - 1))
  }
  const guess = Codes.best(Codes.guesses(codes), chanceOf)
  const single = Rational.toNumber(guess.once) / prefixes
  const any = Rational.toNumber(guess.any) / prefixes
  const formed = `(${formOf(codes, guess.alias, guess.proof)}) / ${prefixes}`
  return {
    value: chanceOf(guess),
    formula: codes.isAmbiguityRefused
      ? `${shown(accounts)} x ${formed} x (1 - ${shown(any)})^${shown(accounts - 1)}`
      : `1 - (1 - ${formed})^${shown(accounts)}`,
    parts: { "a code of one account": single, "live codes": accounts * codes.positions * codes.ways },
    assumptions: ["the codes of the accounts are independent; what is two accounts' is refused (VER-22)"]
  }
}

/** How many guesses a day has, and why no more. */
const guessesADay = (rules: Rules): number => {
  if (mutantOf(rules, "VER-29") === "none") return Number.POSITIVE_INFINITY
  const { adversary, code, throttle } = rules.scheme
  const atTerminals = adversary.terminals * throttle.perTerminalDay
  const isNamed = code.alias === "masked-index" || code.alias === "token"
  return isNamed && throttle.perAliasDay !== undefined
    ? Math.min(atTerminals, throttle.perAliasDay * 10 ** code.aliasDigits)
    : atTerminals
}

/** One guess at anybody, and those of a day (`guess-blind`). */
export const blind: Form = (rules, bits) => {
  const { assumptions, formula, parts, value } = anybody(rules, bits)
  const guesses = guessesADay(rules)
  const aDay = guesses === Number.POSITIVE_INFINITY ? 1 : Math.min(1, guesses * value)
  return {
    value,
    unit: "probability",
    aDay,
    formula: `${formula}; a day at most ${shown(guesses)} times that`,
    parts: {
      ...parts,
      "guesses a day": guesses,
      "a day, in guesses that are independent": guesses === Number.POSITIVE_INFINITY ? 1 : atLeastOnce(value, guesses),
      "expected guesses to success": 1 / value,
      "expected days to success": 1 / (guesses * value)
    },
    assumptions: [
      ...assumptions,
      "every account has one live credential, none of whose codes is burned",
      "however the guesses of a day are chosen, one of them succeeds with at most the sum of their probabilities (union bound)",
      ...(rules.scheme.throttle.perAliasDay === undefined
        ? []
        : [
            "a day begins without knowledge: throttle.perAliasDay counts only under aliases that are somebody's, so that being throttled tells which are, for guesses on later days"
          ])
    ]
  }
}

/** How many guesses at the secret of step-up a day has, for one who holds the phone. */
const answersADay = (rules: Rules): number => {
  const { scheme } = rules
  if (scheme.stepUp.method !== "pin") {
    return inForce(rules, "STP-7") ? (scheme.stepUp.attempts ?? 0) : Number.POSITIVE_INFINITY
  }
  // The phone makes a code from any PIN: a wrong one is a wrong code, under one alias.
  const { adversary, throttle } = scheme
  const atTerminals = adversary.terminals * throttle.perTerminalDay
  return mutantOf(rules, "VER-29") === "none"
    ? Number.POSITIVE_INFINITY
    : Math.min(atTerminals, throttle.perAliasDay ?? atTerminals)
}

/** What counts the guesses. */
const counting = ({ scheme }: Rules): string => {
  if (scheme.stepUp.method === "pin") return "a code with a wrong PIN is counted as a wrong code (VER-29)"
  return scheme.stepUp.method === "hardware-pin"
    ? "the hardware takes a PIN only while fewer than stepUp.attempts were wrong on that day (STP-7)"
    : "the account takes an answer only while fewer than stepUp.attempts were wrong on that provider day (STP-7)"
}

/** Guessing at the secret of step-up on one provider day (`guess-password`). */
export const password: Form = (rules) => {
  const digits = rules.scheme.stepUp.secretDigits ?? 0
  const answers = answersADay(rules)
  const secrets = 10 ** digits
  // Every guess is another secret, so that the chances add up: a fraction of small whole numbers, as near as it can be.
  const value = Math.min(answers, secrets) / secrets
  return {
    value,
    unit: "probability",
    aDay: undefined,
    formula: `min(${shown(answers)}, 10^${digits}) / 10^${digits}`,
    parts: {
      secrets,
      "guesses a day": answers,
      "one guess": 1 / secrets,
      "expected days to success": (secrets / Math.min(answers, secrets) + 1) / 2
    },
    assumptions: [
      "every secret of so many digits is as likely as any other: one that its owner chose, a birthday or 123456, is guessed sooner",
      "no two guesses are alike, and a guess tells whether it was right, and nothing else",
      counting(rules)
    ]
  }
}
