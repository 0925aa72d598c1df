/**
 * Guessing: how likely it is that digits which nobody has shown are accepted. A guess is made at an instant at which the
 * provider accepts all the positions of the window, none of them burned, of every credential that the account can have; it
 * succeeds when it is accepted, that is debited or held open for step-up.
 */
import { inForce, type Rules } from "../../model/Rules.ts"
import { phonesOf } from "../../model/Scheme.ts"
import { adversary } from "../../spec/Policy.ts"
import * as Attempts from "./Attempts.ts"
import * as Codes from "./Codes.ts"
import {
  atLeastOnce,
  type Computed,
  daysAYear,
  everyDay,
  type Form,
  fraction,
  type Hits,
  type Span,
  shown
} from "./Computed.ts"
import type { Bits } from "./Digits.ts"
import * as Rational from "./Rational.ts"

/** What is taken for granted of how many credentials there are. */
const renewed = (rules: Rules): string =>
  `every phone of an account is being renewed, and there are as many as the scheme states, ${shown(phonesOf(rules.scheme))}; nothing enforces that`

const unburned = "no position of the window is burned: a burned one can only make a guess fail"

const onePrefix = "all credentials of the account have the prefix that is known: another can only make a guess fail"

/** The form of the chance that a code is accepted of one credential, of which some positions are known to have its alias. */
const formOf = (codes: Codes.Codes, alias: Rational.Rational, proof: Rational.Rational, known = 0): string => {
  const { accepted, isAmbiguityRefused, isProved, positions, ways } = codes
  if (codes.alias === "none") {
    return isProved ? `${positions * ways} x ${fraction(proof)}` : "1"
  }
  const named = codes.alias === "changing" ? `${fraction(alias)} x ` : ""
  if (!isProved) return codes.alias === "changing" && known === 0 ? `1 - (1 - ${fraction(alias)})^${positions}` : "1"
  const single = `${named}${fraction(proof)}`
  const elsewhere = (some: number): string =>
    some === 1
      ? `(1 - ${single})^${positions - known}`
      : `(1 - ${named}(1 - (1 - ${fraction(proof)})^${some}))^${positions - known}`
  const among = (some: number): string =>
    known === 0 ? elsewhere(some) : `(1 - ${fraction(proof)})^${some * known} x ${elsewhere(some)}`
  if (ways === 1) return `1 - ${among(1)}`
  if (isAmbiguityRefused) return `${accepted} x (${among(ways - 1)} - ${among(ways)})`
  const refused = accepted === ways ? "" : ` - (${among(ways / 2)} - ${among(ways / 2 + 1)})`
  return `1 - ${among(ways)}${refused}`
}

/** The form of {@link Codes.acceptedBy}: one of some credentials, each by itself, and no other. */
const oneOf = (codes: Codes.Codes, { any, many }: Codes.Group, form: string): string => {
  if (many === 1) return form
  return codes.isAmbiguityRefused
    ? `${shown(many)} x (${form}) x (1 - ${shown(any)})^${shown(many - 1)}`
    : `1 - (1 - (${form}))^${shown(many)}`
}

/** A guess at one account: the likelihoods of its digits, and the chance that it is accepted. */
interface Aimed {
  readonly alias: Rational.Rational
  readonly proof: Rational.Rational
  readonly chance: number
  readonly formula: string
}

/** The best guess at a code of one account that is known, with a captured code of it or without. */
const aimed = (codes: Codes.Codes, isCaptured: boolean): Aimed => {
  const known = isCaptured ? codes.captured : 0
  const prefixes = codes.alias === "none" ? codes.prefixes : 1
  // An alias that no code can have is captured from none.
  const possible = Codes.guesses(codes, isCaptured).filter(({ alias }) => known === 0 || alias.over > 0n)
  const all = possible.map((guess) => {
    const group = (many: number, hit: Codes.Hit) => Codes.group(many, hit, prefixes)
    const groups = known === 0 ? [group(codes.named, guess)] : [group(1, guess.shown), group(codes.named - 1, guess)]
    return { ...guess, groups, chance: Codes.acceptedBy(codes, groups) }
  })
  const { alias, chance, groups, proof } = Codes.best(all, (guess) => guess.chance)
  const single = formOf(codes, alias, proof)
  const form = prefixes === 1 ? single : `${single} / ${prefixes}`
  const [first, others] = groups
  const formula =
    others === undefined || others.many < 1
      ? oneOf(codes, first!, known === 0 ? form : formOf(codes, alias, proof, known))
      : `(${formOf(codes, alias, proof, known)}) x (1 - ${shown(others.any)})^${others.many} + ${others.many} x ${shown(others.once)} x (1 - ${shown(others.any)})^${others.many - 1} x (1 - ${shown(first!.any)})`
  return { alias, proof, chance, formula }
}

/** What is known of an account at which guesses are aimed. */
const known = {
  own: "known: the account, its prefix and its alias, which any of its codes shows",
  changing:
    "known: the account, its prefix, and from a captured code the alias of one position, under which the proofs of other transactions are guessed",
  none: "known: the account, of whose codes a captured one says nothing"
} as const

/**
 * How many guesses are accepted that are aimed at accounts which are known. A captured code's alias serves while its position
 * is in the window; in the rest of the day the guesses go on without it. All accounts together are never aimed at more often
 * than a provider looks at guesses.
 */
const aimedHits = (rules: Rules, codes: Codes.Codes, bits?: Bits): Hits => {
  const { leak, scale } = rules.scheme
  const all = Attempts.aDay(rules)
  const most = Attempts.underAlias(rules)
  const { chance } = aimed(codes, true)
  if (codes.alias !== "changing") {
    const account = codes.alias === "own" ? Math.min(all, most) : all
    const together = codes.alias === "own" ? Math.min(all, most * scale.accounts) : all
    return { account: everyDay(chance * account), scale: everyDay(chance * together) }
  }
  const captured = adversary.capturesADay.value * Math.min(Attempts.within(rules, leak.seconds), most)
  const account = chance * captured + aimed(Codes.of(rules, bits), false).chance * all
  return { account: everyDay(account), scale: everyDay(chance * Math.min(all, most * scale.accounts)) }
}

/** What is taken for granted of guesses that go on. */
const goingOn = (rules: Rules): ReadonlyArray<string> => [
  `guesses of a day: those that ${shown(adversary.nodes.value)} nodes look at of the adversary's own merchant, which asks from a fresh terminal for each and is limited by ${
    rules.scheme.throttle.perMerchantDay === undefined
      ? "how often it may ask alone"
      : "throttle.perMerchantDay, or by how often it may ask where that is less"
  }, and throttle.perTerminalDay at each of adversary.terminals terminals of honest merchants`,
  "however guesses are chosen, as many are accepted as the sum of their probabilities on average (linearity of expectation)",
  ...(rules.scheme.throttle.perAliasDay === undefined
    ? ["nothing counts guesses by the account that they are aimed at"]
    : [])
]

/** One guess at a code of an account that is known, whatever can be known beside (`guess-targeted`). */
export const targeted: Form = (rules, bits) => {
  const codes = Codes.of(rules, bits)
  const { alias, chance: value, formula, proof } = aimed(codes, true)
  const { aliasDigits, otpDigits } = rules.scheme.code
  const hits = aimedHits(rules, codes, bits)
  return {
    value,
    unit: "probability",
    aDay: undefined,
    hits,
    formula,
    parts: {
      "the likeliest proof": Rational.toNumber(proof),
      "an even proof": 10 ** -otpDigits,
      ...(codes.alias === "changing"
        ? {
            "the likeliest alias": Rational.toNumber(alias),
            "an even alias": 10 ** -aliasDigits,
            "without a captured code": aimed(codes, false).chance
          }
        : {}),
      "credentials of the account": codes.credentials,
      "of those, that a guess can be of": codes.named,
      "positions accepted of each": codes.positions,
      "codes of a position": codes.ways,
      "expected guesses to success": 1 / value
    },
    assumptions: [
      known[codes.alias],
      renewed(rules),
      unburned,
      ...(codes.prefixes > 1 && codes.alias !== "none" ? [onePrefix] : []),
      ...(codes.alias === "changing"
        ? [
            `codes captured of the account on a day: ${shown(adversary.capturesADay.value)}, each of which shows an alias for leak.seconds`
          ]
        : []),
      ...goingOn(rules)
    ]
  }
}

/** What anybody's guess at anybody comes to. */
const anybody = (rules: Rules, bits?: Bits): Pick<Computed, "value" | "formula" | "parts" | "assumptions"> => {
  const codes = Codes.of(rules, bits)
  const { code, scale } = rules.scheme
  const { accounts } = scale
  const { credentials, named, prefixes } = codes
  const chanceOf = (many: number) => (guess: Codes.Hit) => Codes.acceptedBy(codes, [Codes.group(many, guess, prefixes)])
  if (codes.alias === "own") {
    const guess = Codes.best(Codes.guesses(codes), chanceOf(named))
    const aliases = (accounts * credentials) / named
    const taken = Math.min(1, aliases / 10 ** code.aliasDigits)
    const chance = chanceOf(named)(guess)
    const single = formOf(codes, guess.alias, guess.proof)
    const form = prefixes === 1 ? single : `(${single}) / ${prefixes}`
    return {
      value: taken * chance,
      formula: `${shown(aliases)} / 10^${code.aliasDigits} x (${oneOf(codes, Codes.group(named, guess, prefixes), form)})`,
      parts: { "an alias is somebody's": taken, "prefix and proof are accepted": chance },
      assumptions: [
        "aliases are drawn: all of them are as likely to be somebody's, and of one guess none is known to be",
        "a guess whose alias is known to be somebody's is one of guess-targeted"
      ]
    }
  }
  const many = accounts * credentials
  const guess = Codes.best(Codes.guesses(codes), chanceOf(many))
  const own = Codes.group(many, guess, prefixes)
  return {
    value: chanceOf(many)(guess),
    formula: oneOf(codes, own, `(${formOf(codes, guess.alias, guess.proof)}) / ${prefixes}`),
    parts: { "a code of one credential": own.once, "live codes": many * codes.positions * codes.ways },
    assumptions: ["the codes of credentials are independent; what is two credentials' is refused (VER-22)"]
  }
}

/** How many guesses at anybody are accepted, and what that is for each account. */
const anybodysHits = (rules: Rules, value: number, bits?: Bits): Hits => {
  const codes = Codes.of(rules, bits)
  const { accounts } = rules.scheme.scale
  const all = Attempts.aDay(rules)
  // Which aliases are somebody's is soon known, from codes that are seen and from being throttled.
  const chance = codes.alias === "own" ? Math.max(value, aimed(codes, false).chance) : value
  const together = codes.alias === "own" ? Math.min(all, Attempts.underAlias(rules) * accounts) : all
  const scale = everyDay(chance * together)
  return { scale, account: { aDay: scale.aDay / accounts, aYear: scale.aYear / accounts } }
}

/** One guess at anybody, and those of a day (`guess-blind`). */
export const blind: Form = (rules, bits) => {
  const { assumptions, formula, parts, value } = anybody(rules, bits)
  const codes = Codes.of(rules, bits)
  const guesses = Attempts.aDay(rules)
  const hits = anybodysHits(rules, value, bits)
  return {
    value,
    unit: "probability",
    aDay: Math.min(1, hits.scale.aDay),
    hits,
    formula,
    parts: {
      ...parts,
      "guesses a day": guesses,
      "of which at honest tills": Attempts.atHonestTills(rules, 86_400),
      "a day at honest tills, in guesses that are independent": atLeastOnce(
        value,
        Attempts.atHonestTills(rules, 86_400)
      ),
      "expected guesses to success": 1 / value,
      "expected days to success": 1 / hits.scale.aDay
    },
    assumptions: [
      ...assumptions,
      renewed(rules),
      "none of the codes is burned: a burned one can only make a guess fail",
      ...(codes.alias === "own"
        ? [
            "the adversary knows aliases that are somebody's, and guesses at those: any code shows its alias; and where wrong codes are counted by alias, only an alias that is somebody's is ever throttled"
          ]
        : []),
      ...goingOn(rules)
    ]
  }
}

/** How many guesses at the secret of step-up a day has, for one who holds a phone, or all of the account's. */
const answersADay = (rules: Rules): number => {
  const { scheme } = rules
  const { attempts = 0, method } = scheme.stepUp
  // The phone makes a code from any PIN: a wrong one is a wrong code, under one alias.
  if (method === "pin") return Math.min(Attempts.aDay(rules), Attempts.underAlias(rules))
  if (!inForce(rules, "STP-7")) return Number.POSITIVE_INFINITY
  return method === "hardware-pin" ? phonesOf(scheme) * attempts : attempts
}

/** What counts the guesses. */
const counting = ({ scheme }: Rules): string => {
  if (scheme.stepUp.method === "pin") return "a code with a wrong PIN is counted as a wrong code (VER-29)"
  return scheme.stepUp.method === "hardware-pin"
    ? "the hardware of each of the account's phones counts wrong PINs one after the other, and is of no use after stepUp.attempts of them, on that day or another (STP-7); whoever gives a phone back and takes it again after its owner has used it has as many again, and is not counted"
    : "the account takes an answer only while fewer than stepUp.attempts were wrong on that provider day (STP-7), and on the next day as many again"
}

/** Guesses at a secret that are right, where every day has as many of them, or the first alone. */
const secretHits = (guesses: number, secrets: number, isOnce: boolean, accounts: number): Hits => {
  const right = (tried: number): number => Math.min(tried, secrets) / secrets
  const account: Span = { aDay: right(guesses), aYear: right(guesses * (isOnce ? 1 : daysAYear)) }
  return { account, scale: { aDay: account.aDay * accounts, aYear: account.aYear * accounts } }
}

/** Guessing at the secret of step-up on one provider day, and for a year (`guess-password`). */
export const password: Form = (rules) => {
  const { scale, stepUp } = rules.scheme
  const digits = stepUp.secretDigits ?? 0
  const answers = answersADay(rules)
  const secrets = 10 ** digits
  const isOnce = stepUp.method === "hardware-pin"
  const hits = secretHits(answers, secrets, isOnce, scale.accounts)
  return {
    // Every guess is another secret, so that the chances add up: a fraction of small whole numbers, as near as it can be.
    value: hits.account.aDay,
    unit: "probability",
    aDay: undefined,
    hits,
    formula: `min(${shown(answers)}, 10^${digits}) / 10^${digits}`,
    parts: {
      secrets,
      "guesses a day": answers,
      "guesses a year": isOnce ? answers : daysAYear * answers,
      "one guess": 1 / secrets
    },
    assumptions: [
      "every secret of so many digits is as likely as any other: one that its owner chose, a birthday or 123456, is guessed sooner",
      "no two guesses are alike, and a guess tells whether it was right, and nothing else",
      "at the scheme's scale, the guesses of every account are all made",
      counting(rules)
    ]
  }
}
