/**
 * Policy: how large the numbers of a scheme may be. A bound comes from a rule that somebody published, or from a budget of
 * risk that was chosen, never from the value that it bounds: both were written down before the values were computed. The
 * files of the built-in schemes state these bounds, and say which of them a scheme does not keep, and why. Other files may
 * state their own.
 */
import type { BoundId } from "./Claims.ts"

/** A rule: what it allows, and who says so. */
export interface Rule {
  readonly says: string
  readonly source: string
}

/** The rules, and the budgets that were chosen, by name. */
export const rules = {
  "one guess": {
    says: "One guess at a secret that is good once is right with at most 1 in 1,000,000.",
    source:
      "NIST SP 800-63B sections 5.1.3.2 and 5.1.4.1: a secret that is drawn for one use has about 20 bits, as six digits have; FIPS 140-2 section 4.3.3 asks for 1 in 1,000,000 for each attempt"
  },
  "one account": {
    says: "Of all guesses at one account in a year at most 1 in 10,000 accounts meets one that is right: a hundred guesses, each of 1 in 1,000,000.",
    source:
      "NIST SP 800-63B section 5.2.2: at most 100 consecutive failed attempts on a single account. Chosen: that this is for a year, as counts that begin anew every day bound no number of consecutive failures"
  },
  anybody: {
    says: "Of those who guess at anybody at most one account in a million is hit in a year.",
    source:
      "Chosen: a hundredth of what one account may meet, as such guesses cost nothing for each account, and no owner notices them"
  },
  coincidence: {
    says: "An account that pays ten times on every day has a code refused for a coincidence of digits at most once in ten years: 1 in 36,500, which is 2.7e-5 in two digits, rounded down.",
    source:
      "Chosen: what nobody can avoid should be met by few. Ten payments a day are the most that WeChat Pay's merchant documentation has go without the password"
  },
  "one code": {
    says: "A code that somebody else has costs its owner at most 1,000 yuan, which are 100,000 fen.",
    source:
      "People's Bank of China, Yinfa [2017] 296: payments by barcode that fewer than two factors verify come to at most 1,000 yuan a day"
  },
  "unasked codes": {
    says: "Codes that nobody asked for cost their owner at most 10 yuan in a year, which are 1,000 fen.",
    source:
      "Chosen: a hundredth of what one code may cost, for such codes serve nobody, and no owner notices that they were seen"
  },
  "linked code": {
    says: "A code that is made over a transaction costs nothing in another.",
    source:
      "Delegated Regulation (EU) 2018/389, article 5: a code that is linked to amount and payee is good for no other amount or payee"
  }
} as const satisfies Readonly<Record<string, Rule>>

/** The name of a rule. */
export type RuleName = keyof typeof rules

/** What a rule allows: the most that a number is, and the rule. */
export interface Allowed {
  readonly atMost: number
  readonly rule: RuleName
}

/** What is allowed of a claim: of its number and, where guesses go on, of the guesses in a year that are accepted, by account. */
export interface Allowance {
  readonly number: Allowed
  readonly aYear?: Allowed
}

/** What a bound can depend on: whether a code is made over the till's transaction. */
export interface Bounded {
  readonly code: { readonly boundTo: string }
}

/** Secrets that are drawn evenly, in six digits. */
const secrets = 1_000_000

const oneGuess = 1 / secrets

/** NIST SP 800-63B, section 5.2.2. */
const attempts = 100

/** Guesses at one account in a year, together. */
const oneAccount = attempts / secrets

/** A hundredth of that. */
const anybody = attempts / 100 / secrets

/** Payments of an account that pays ten times on each day of ten years. */
const payments = 10 * 10 * 365

/** The most fen. */
const oneCode = 100_000

/** The most fen of a year, a hundredth of that. */
const unaskedCodes = oneCode / 100

/** A number in two digits, rounded down: files are written by people. */
const inTwoDigits = (value: number): number => {
  const exponent = Math.floor(Math.log10(value)) - 1
  return Number(`${Math.floor(value / 10 ** exponent)}e${exponent}`)
}

/** What the policy allows a scheme, by claim. Amounts are in fen. */
export const allowances = ({ code }: Bounded): { readonly [Id in BoundId]: Allowance } => ({
  "guess-targeted": {
    number: { atMost: oneGuess, rule: "one guess" },
    aYear: { atMost: oneAccount, rule: "one account" }
  },
  "guess-blind": {
    number: { atMost: oneGuess, rule: "one guess" },
    aYear: { atMost: anybody, rule: "anybody" }
  },
  "guess-password": {
    number: { atMost: oneAccount, rule: "one account" },
    aYear: { atMost: oneAccount, rule: "one account" }
  },
  collision: { number: { atMost: inTwoDigits(1 / payments), rule: "coincidence" } },
  "expected-loss": {
    number: code.boundTo === "till" ? { atMost: 0, rule: "linked code" } : { atMost: oneCode, rule: "one code" }
  },
  "unasked-loss": { number: { atMost: unaskedCodes, rule: "unasked codes" } }
})

/** A number of the adversary whose guesses are counted, and where it comes from. */
interface Chosen {
  readonly value: number
  readonly source: string
}

/**
 * Whose guesses are counted in a day and a year. Everything else that it can do it does: it names its terminals as it
 * likes, so that its own merchant guesses until the merchant itself has had `throttle.perMerchantDay` wrong codes on a day, or
 * where a scheme counts none by merchant for as often as it may ask. Each honest terminal may be of another merchant: what
 * honest merchants are let limits it no further.
 */
export const adversary = {
  /** Merchants of its own, each of which has a key to ask with. */
  merchants: { value: 1, source: "Threats, `merchant`: one of the merchants is the adversary's" },
  /** Nodes that it asks, each of which counts requests by itself. */
  nodes: { value: 2, source: "Threats, `nodes`: as many as decide at once in the scenes" },
  /** Codes of one account that it captures on every day. */
  capturesADay: {
    value: 1,
    source: "Chosen: one who stands behind the same payer in a queue, day after day"
  }
} as const satisfies Readonly<Record<string, Chosen>>
