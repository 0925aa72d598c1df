/**
 * TokenSource: where a phone's codes come from, without a network, and how a provider finds the codes of a credential
 * again. A code has a position in its source, a step or a place in a list; the model says which are asked for.
 */
import * as Redacted from "effect/Redacted"
import type { Scheme } from "../model/Scheme.ts"
import type { Window } from "../model/TokenSource.ts"
import * as Codec from "./Codec.ts"
import * as Mac from "./Mac.ts"

/** How a scheme makes codes. */
export type Format = Scheme["code"]

/** The two codes of a position: the one that is scanned, and the one that is revealed as digits. */
export interface Drawn {
  readonly scanned: string
  readonly revealed: string
}

/** What codes are made from: a seed, or the codes themselves, drawn by the provider. It prints as `<redacted>`. */
export type Secret =
  | { readonly _tag: "Seed"; readonly seed: Mac.Seed }
  | { readonly _tag: "Drawn"; readonly codes: Redacted.Redacted<ReadonlyArray<Drawn>> }

/** What a phone makes codes from. */
export interface Credential {
  /** The prefix of its codes. Drawn codes have their own. */
  readonly prefix: string
  /** The alias that names it; empty where its codes have none, or make their own with a key. */
  readonly alias: string
  readonly secret: Secret
}

/**
 * The code of a credential for a position (GEN-2), as it is scanned or as it is revealed (GEN-6). It keeps neither
 * alias nor seed in a place that could be printed. A list that was drawn has no code beyond its end.
 */
export type TokenSource = (position: number, revealed?: boolean) => string

/** Positions of a credential whose code was presented, earliest first, and whether it is the code that is revealed. */
export interface Reading {
  readonly revealed: boolean
  readonly positions: ReadonlyArray<number>
}

/** The algorithm of a scheme whose proofs are made, not drawn. */
const algorithm = ({ mac }: Format): Mac.Algorithm => {
  if (mac === "none") throw new Error("code.mac: expected a function that makes the proof, found none")
  return mac
}

/** The key of the codes that are revealed: where the scheme does not mark them, that of the codes that are scanned. */
const keyOf = (format: Format, seed: Mac.Seed, revealed: boolean): Mac.Key => {
  const mac = algorithm(format)
  const own = revealed && format.marksRevealed ? Mac.derived(mac, seed, "revealed") : seed
  return Mac.key(mac, format.otpDigits, own)
}

/** The aliases of a credential: one for every step, where they are made with a key, and otherwise always the same. */
export const aliases = (format: Format, { alias, secret }: Credential): ((position: number) => string) =>
  format.alias === "keyed" && secret._tag === "Seed"
    ? Mac.aliases(algorithm(format), format.aliasDigits, secret.seed)
    : () => alias

/** Makes the source of a credential's codes. */
export const make = (format: Format, credential: Credential): TokenSource => {
  const { prefix, secret } = credential
  if (secret._tag === "Drawn") {
    const { codes } = secret
    return (position, revealed = false) => {
      const drawn = Redacted.value(codes)[position]
      if (drawn === undefined) throw new Error(`position: expected one of the list, found ${position}`)
      return revealed && format.marksRevealed ? drawn.revealed : drawn.scanned
    }
  }
  const alias = aliases(format, credential)
  const scanned = keyOf(format, secret.seed, false)
  const revealed = format.marksRevealed ? keyOf(format, secret.seed, true) : scanned
  return (position, isRevealed = false) => {
    const proof = (isRevealed ? revealed : scanned).proof(position).toString().padStart(format.otpDigits, "0")
    return Codec.encode(format, { prefix, alias: alias(position), proof })
  }
}

/** What makes the codes of a credential that are not drawn: its prefix, its aliases, and the keys of its proofs. */
export interface Maker {
  readonly prefix: string
  readonly alias: (position: number) => string
  /** The key of the codes that are scanned, or of those that are revealed. */
  readonly key: (revealed: boolean) => Mac.Key
}

/** {@link read}, of codes that are made. */
export const readMade = (
  format: Format,
  { alias, key, prefix }: Maker,
  window: Window,
  presented: Codec.Parts
): ReadonlyArray<Reading> => {
  if (prefix !== presented.prefix) return []
  const ways = format.marksRevealed ? [false, true] : [false]
  return ways.flatMap((revealed) => {
    const matching = Mac.matching(key(revealed), window, Number(presented.proof))
    const positions = matching.filter((position) => alias(position) === presented.alias)
    return positions.length === 0 ? [] : [{ revealed, positions }]
  })
}

/**
 * The positions of a window whose code was presented, of a credential that the code's alias names (VER-5). A code of
 * which the same digits are scanned and revealed has two readings.
 */
export const read = (
  format: Format,
  credential: Credential,
  window: Window,
  presented: Codec.Parts
): ReadonlyArray<Reading> => {
  const { prefix, secret } = credential
  if (secret._tag === "Drawn") {
    const ways = format.marksRevealed ? [false, true] : [false]
    const code = Codec.encode(format, presented)
    const codeOf = make(format, credential)
    return ways.flatMap((revealed) => {
      const positions = Redacted.value(secret.codes).flatMap((_, position) =>
        position >= window.from && position <= window.to && codeOf(position, revealed) === code ? [position] : []
      )
      return positions.length === 0 ? [] : [{ revealed, positions }]
    })
  }
  const key = (revealed: boolean): Mac.Key => keyOf(format, secret.seed, revealed)
  return readMade(format, { prefix, alias: aliases(format, credential), key }, window, presented)
}
