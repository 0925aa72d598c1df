/**
 * Collision: how likely it is that an honest payer's fresh code is refused for a coincidence of digits. The code verifies
 * under another live credential, of another account or of the payer's own, or under its own in another way, revealed or with the PIN, `AMBIGUOUS_CODE` (VER-22); or
 * another position of the window gives the same digits and is burned, `CODE_USED` (VER-9).
 */
import { inForce } from "../../model/Rules.ts"
import { phonesOf } from "../../model/Scheme.ts"
import * as Codes from "./Codes.ts"
import { atLeastOnce, either, type Form, fraction, shown } from "./Computed.ts"
import * as Digits from "./Digits.ts"
import * as Rational from "./Rational.ts"

/** The chances of the coincidences of one code. */
interface Coincidences {
  /** A live code of another credential is the same, of another account or of the payer's own. */
  readonly another: number
  /** The code is one of its own credential in another way. */
  readonly otherwise: number
  /** Another position of its window has the same code, and is burned. */
  readonly used: number
  /** One of the last two. */
  readonly own: number
}

/** What codes there are, of how many accounts, and whether a used one is burned. */
interface Meeting {
  readonly codes: Codes.Codes
  readonly accounts: number
  readonly burns: boolean
}

/**
 * How many credentials beside its own a code can be of: all there are; but where an alias is one account's, or one credential's,
 * alone, only those that it names.
 */
const othersOf = ({ alias, credentials, named }: Codes.Codes, accounts: number): number =>
  (alias === "own" ? named : accounts * credentials) - 1

/**
 * The chances, for a code of an alias and a proof. In the code's own position the alias is the same, and only the proofs
 * of the other ways can coincide; in every other position the alias must coincide as well.
 */
const coincidences = (
  { accounts, burns, codes }: Meeting,
  alias: Rational.Rational,
  proof: Rational.Rational
): Coincidences => {
  const { positions, prefixes, ways } = codes
  const { any } = Codes.hit({ ...codes, isProved: true }, alias, proof)
  const another = atLeastOnce(Rational.toNumber(any) / prefixes, othersOf(codes, accounts))
  // No two codes of a list that was drawn are alike.
  if (codes.alias === "none") return { another, otherwise: 0, used: 0, own: 0 }
  const here = Rational.power(Rational.not(proof), ways - 1)
  const elsewhere = (some: number): Rational.Rational => Codes.missed(positions - 1, some, alias, proof)
  const chance = (missed: Rational.Rational): number => Rational.toNumber(Rational.not(missed))
  return {
    another,
    otherwise: chance(Rational.times(here, elsewhere(ways - 1))),
    used: burns ? chance(elsewhere(1)) : 0,
    own: chance(Rational.times(here, elsewhere(burns ? ways : ways - 1)))
  }
}

/** The form, for the likeliest digits. */
const formOf = (codes: Codes.Codes, accounts: number, burns: boolean): string => {
  const { alias, positions, prefixes, ways } = codes
  const proof = fraction(codes.proofs[0].each)
  const others = shown(othersOf(codes, accounts))
  if (alias === "none") return `1 - (1 - ${positions * ways} x ${proof} / ${prefixes})^${others}`
  const each = alias === "changing" ? `${fraction(codes.aliases[0].each)} x ${proof}` : proof
  const here = ways === 1 ? "" : `(1 - ${proof})^${ways - 1} x `
  const own = `${here}(1 - ${each})^${(positions - 1) * (burns ? ways : ways - 1)}`
  const foreign = `(1 - (1 - (1 - ${each})^${positions * ways}) / ${prefixes})^${others}`
  return `1 - ${own}${othersOf(codes, accounts) === 0 ? "" : ` x ${foreign}`}, on average over the digits of the code`
}

/** The chance that a fresh code of an honest payer is refused (`collision`). */
export const collision: Form = (rules, bits) => {
  const codes = Codes.of(rules, bits)
  const { accounts } = rules.scheme.scale
  // Without VER-9 the first position that is not burned stands for the code.
  const burns = inForce(rules, "VER-9")
  let value = 0
  const parts = { another: 0, otherwise: 0, used: 0 }
  for (const { first: alias, second: proof, strings } of Digits.pairs(codes.aliases, codes.proofs)) {
    const weight = Rational.toNumber(Rational.times(Rational.of(strings), Rational.times(alias.each, proof.each)))
    const { another, otherwise, own, used } = coincidences({ codes, accounts, burns }, alias.each, proof.each)
    value += weight * either(own, another)
    parts.another += weight * another
    parts.otherwise += weight * otherwise
    parts.used += weight * used
  }
  return {
    value,
    unit: "probability",
    aDay: undefined,
    hits: undefined,
    formula: formOf(codes, accounts, burns),
    parts: {
      "another's live code, AMBIGUOUS_CODE": parts.another,
      "its own, revealed or with the PIN, AMBIGUOUS_CODE": parts.otherwise,
      "a used code of its own window, CODE_USED": parts.used,
      "fresh codes to one that is refused": 1 / value
    },
    assumptions: [
      `every phone of every account is being renewed, and there are as many of an account as the scheme states, ${shown(phonesOf(rules.scheme))}; nothing enforces that`,
      "none of the other credentials' codes is burned",
      ...(codes.alias === "none"
        ? ["the provider draws a list until no two of its codes are alike"]
        : ["at the worst every other position of the payer's own window is burned"]),
      ...(codes.alias === "own"
        ? [
            codes.named === 1
              ? "an alias is one credential's alone, so that no other can have the code"
              : "an alias is one account's alone, so that only its own credentials can have the code"
          ]
        : [])
    ]
  }
}
