/**
 * TokenSource: where a phone's codes come from, without a network, and how a provider finds the codes of a credential
 * again. A code has a position in its source, a step or a place in a list; the model says which are asked for.
 */
import * as Redacted from "effect/Redacted"
import type { Scheme } from "../../model/Scheme.ts"
import type { TokenSource as Positions } from "../../model/steps/Steps.ts"
import * as Codec from "./Codec.ts"
import * as Mac from "./Mac.ts"
import * as Transaction from "./Transaction.ts"

/** How a scheme makes codes. */
export type Format = Scheme["code"]

/** The two codes of a position: the one that is scanned, and the one that is revealed as digits. */
export interface Drawn {
  readonly scanned: string
  readonly revealed: string
}

/** A seed, from which codes are made. */
export interface SeedSecret {
  readonly _tag: "Seed"
  readonly seed: Mac.Seed
  /**
   * The seed of the codes that carry the PIN, where the scheme has secure hardware make them. The provider has it; a phone
   * gives it to its hardware, and keeps none.
   */
  readonly second?: Mac.Seed
}

/** The codes themselves, drawn by the provider. */
export interface DrawnSecret {
  readonly _tag: "Drawn"
  readonly codes: Redacted.Redacted<ReadonlyArray<Drawn>>
}

/** What codes are made from. It prints as `<redacted>`. */
export type Secret = SeedSecret | DrawnSecret

/** What a phone makes codes from. */
export interface Credential<S extends Secret = Secret> {
  /** The prefix of its codes. Drawn codes have their own. */
  readonly prefix: string
  /** The alias that names it; empty where its codes have none, or make their own with a key. */
  readonly alias: string
  readonly secret: S
}

/** The SHA-256 of a PIN: what both sides make proofs with (RFC 6287 section 5.1). It prints as `<redacted>`. */
export type PinHash = Redacted.Redacted<Uint8Array>

/**
 * What a code is made over beside its position, where the scheme binds it to the till's transaction (GEN-8, VER-32).
 * `pin`: the hash of the PIN that enters the proof; undefined where none does.
 */
export interface Over {
  readonly transaction: Transaction.Transaction
  readonly pin?: PinHash | undefined
}

/**
 * The code of a credential for a position (GEN-2), as it is scanned or as it is revealed (GEN-6), and where the scheme
 * says so over a transaction. It keeps neither alias nor seed in a place that could be printed. A list that was drawn has
 * no code beyond its end.
 */
export type TokenSource = (position: number, revealed?: boolean, over?: Over) => string

/**
 * Positions of a credential whose code was presented, earliest first; whether it is the code that is revealed, and whether
 * it was made with the PIN.
 */
export interface Reading {
  readonly revealed: boolean
  readonly pinned: boolean
  readonly positions: ReadonlyArray<number>
}

/** The algorithm of a scheme whose proofs are made, not drawn. */
const algorithm = ({ mac }: Format): Mac.Algorithm => {
  if (mac === "none") throw new Error("code.mac: expected a function that makes the proof, found none")
  return mac
}

/** The key of the codes that are revealed: where the scheme does not mark them, that of the codes that are scanned. */
const keyOf = (format: Format, seed: Mac.Seed, revealed: boolean): Mac.MacKey => {
  const mac = algorithm(format)
  const own = revealed && format.marksRevealed ? Mac.derived(mac, seed, "revealed") : seed
  return Mac.key(mac, format.otpDigits, own)
}

/**
 * What the proof of a bound code is the tag of (GEN-8): eight fields, each after its length in four bytes, the most
 * significant first, as all numbers are:
 *
 * 1. `paycode bound code 1`, in ASCII;
 * 2. one byte: 0 for a code that is scanned, 1 for one that is revealed where the scheme marks those;
 * 3. the step, in eight bytes;
 * 4. the payee's registered name, in UTF-8;
 * 5. the amount in minor units, in eight bytes;
 * 6. the order number, in ASCII;
 * 7. the nonce as it is written, in ASCII;
 * 8. the SHA-256 of the PIN, or nothing.
 *
 * The tag is the HMAC of the scheme under the credential's seed; where secure hardware makes the proofs of codes that
 * carry the PIN, those are under the second seed, and the eighth field is empty. It is truncated as in RFC 4226. A code
 * over nothing is a tag of eight bytes, and no message here is as short.
 *
 * A hash of a PIN keeps nobody from it who has the seed and has seen one code: there are a million PINs of six digits, and
 * each can be tried at once. A seed in hardware, which a PIN unlocks, leaves nothing to try.
 */
export const message = (position: number, isMarked: boolean, { pin, transaction }: Over): Uint8Array =>
  Transaction.joined([
    Transaction.label("bound code 1"),
    Uint8Array.of(isMarked ? 1 : 0),
    Transaction.word(position),
    ...Transaction.fieldsOf(transaction),
    pin === undefined ? new Uint8Array() : Redacted.value(pin)
  ])

/** What the proof of a bound code is the tag of, for whoever makes the tag elsewhere: see {@link message}. */
export const messageOf = ({ marksRevealed }: Format, position: number, revealed: boolean, over: Over): Uint8Array =>
  message(position, revealed && marksRevealed, over)

const boundKey = (format: Format, seed: Mac.Seed, revealed: boolean, over: Over): Mac.MacKey =>
  Mac.keyOver(algorithm(format), format.otpDigits, seed, (step) => messageOf(format, step, revealed, over))

/** The aliases of a credential: one for every step, where they are made with a key, and otherwise always the same. */
export const aliases = (format: Format, { alias, secret }: Credential): ((position: number) => string) =>
  format.alias === "keyed" && secret._tag === "Seed"
    ? Mac.aliases(algorithm(format), format.aliasDigits, secret.seed)
    : () => alias

const laidOut = (format: Format, prefix: string, alias: string, proof: number): string =>
  Codec.encode(format, { prefix, alias, proof: proof.toString().padStart(format.otpDigits, "0") })

/** The code of a credential for a position whose tag was made elsewhere: by hardware that holds the second seed. */
export const withTag = (format: Format, credential: Credential, position: number, tag: Uint8Array): string =>
  laidOut(format, credential.prefix, aliases(format, credential)(position), Mac.shortened(tag, format.otpDigits))

/** What makes the codes of a credential that are not drawn: its prefix, its aliases, and the keys of its proofs. */
export interface Maker {
  readonly prefix: string
  readonly alias: (position: number) => string
  /** The key of the codes that are scanned, or of those that are revealed. */
  readonly key: (revealed: boolean) => Mac.MacKey
}

/** A way in which a code can have been made. */
interface Way {
  readonly revealed: boolean
  readonly pinned: boolean
  readonly key: Mac.MacKey
}

/** The positions of a window that have an alias, as windows: the whole where it is always the same, and seldom two. */
const withAlias = (
  alias: Maker["alias"],
  { from, to }: Positions.Window,
  presented: string
): ReadonlyArray<Positions.Window> => {
  const found: Array<Positions.Window> = []
  for (let first = from; first <= to; first++) {
    if (alias(first) !== presented) continue
    let last = first
    while (last < to && alias(last + 1) === presented) last++
    found.push({ from: first, to: last })
    first = last
  }
  return found
}

/**
 * Which of its codes are read in a code, each as it is made in one of some ways. Proofs are made for the positions whose alias
 * it has, and no others: an alias is no secret of whoever presents it.
 */
const readAs = (
  ways: ReadonlyArray<Way>,
  { alias, prefix }: Pick<Maker, "alias" | "prefix">,
  window: Positions.Window,
  presented: Codec.Parts
): ReadonlyArray<Reading> => {
  if (prefix !== presented.prefix) return []
  const named = withAlias(alias, window, presented.alias)
  return ways.flatMap(({ key, pinned, revealed }) => {
    const positions = named.flatMap((span) => Mac.matching(key, span, Number(presented.proof)))
    return positions.length === 0 ? [] : [{ revealed, pinned, positions }]
  })
}

/** Codes that are scanned, and where the scheme marks them those that are revealed. */
const sidesOf = ({ marksRevealed }: Format): ReadonlyArray<boolean> => (marksRevealed ? [false, true] : [false])

/** {@link read}, of codes that are made over nothing. */
export const readMade = (
  format: Format,
  maker: Maker,
  window: Positions.Window,
  presented: Codec.Parts
): ReadonlyArray<Reading> => {
  const ways = sidesOf(format).map((revealed) => ({ revealed, pinned: false, key: maker.key(revealed) }))
  return readAs(ways, maker, window, presented)
}

/** The ways in which the codes of a seed are made over a transaction: without the PIN and with it. */
const waysOver = (format: Format, { second, seed }: SeedSecret, revealed: boolean, over: Over): ReadonlyArray<Way> => {
  const { pin, transaction } = over
  return [
    { revealed, pinned: false, key: boundKey(format, seed, revealed, { transaction }) },
    ...(pin === undefined ? [] : [{ revealed, pinned: true, key: boundKey(format, seed, revealed, over) }]),
    ...(second === undefined
      ? []
      : [{ revealed, pinned: true, key: boundKey(format, second, revealed, { transaction }) }])
  ]
}

/** A presented code, and where it is looked for. */
export interface Sought {
  /** The positions that can be accepted. */
  readonly window: Positions.Window
  readonly presented: Codec.Parts
  /** What the code must have been made over (VER-32), and the PIN that it may have been made with. */
  readonly over?: Over | undefined
}

/** A kind of secret: how codes are made of it, and how they are found again. */
interface Kind<S extends Secret> {
  readonly make: (format: Format, credential: Credential<S>) => TokenSource
  readonly read: (format: Format, credential: Credential<S>, sought: Sought) => ReadonlyArray<Reading>
}

const seeded: Kind<SeedSecret> = {
  make: (format, credential) => {
    const { prefix, secret } = credential
    const alias = aliases(format, credential)
    const scanned = keyOf(format, secret.seed, false)
    const revealed = format.marksRevealed ? keyOf(format, secret.seed, true) : scanned
    return (position, isRevealed = false, over) => {
      const own = isRevealed ? revealed : scanned
      const key = over === undefined ? own : boundKey(format, secret.seed, isRevealed, over)
      return laidOut(format, prefix, alias(position), key.proof(position))
    }
  },
  read: (format, credential, { over, presented, window }) => {
    const { prefix, secret } = credential
    const alias = aliases(format, credential)
    if (over === undefined) {
      const key = (revealed: boolean): Mac.MacKey => keyOf(format, secret.seed, revealed)
      return readMade(format, { prefix, alias, key }, window, presented)
    }
    const ways = sidesOf(format).flatMap((revealed) => waysOver(format, secret, revealed, over))
    return readAs(ways, { prefix, alias }, window, presented)
  }
}

const drawn: Kind<DrawnSecret> = {
  make:
    (format, { secret: { codes } }) =>
    (position, revealed = false) => {
      const code = Redacted.value(codes)[position]
      if (code === undefined) throw new Error(`position: expected one of the list, found ${position}`)
      return revealed && format.marksRevealed ? code.revealed : code.scanned
    },
  read: (format, credential, { presented, window }) => {
    const code = Codec.encode(format, presented)
    const codeOf = drawn.make(format, credential)
    return sidesOf(format).flatMap((revealed) => {
      const positions = Redacted.value(credential.secret.codes).flatMap((_, position) =>
        position >= window.from && position <= window.to && codeOf(position, revealed) === code ? [position] : []
      )
      return positions.length === 0 ? [] : [{ revealed, pinned: false, positions }]
    })
  }
}

const kinds = { Seed: seeded, Drawn: drawn }

/** The kind of a credential's secret, which takes that credential. */
const kindOf = ({ secret }: Credential): Kind<Secret> => kinds[secret._tag] as Kind<Secret>

/** Makes the source of a credential's codes. */
export const make = (format: Format, credential: Credential): TokenSource => kindOf(credential).make(format, credential)

/**
 * The positions of a window whose code was presented, of a credential that the code's alias names (VER-5). A code of
 * which the same digits are made in two ways has two readings. Of a code that is made over a transaction the proof tells
 * whether it was made with the PIN.
 */
export const read = (format: Format, credential: Credential, sought: Sought): ReadonlyArray<Reading> =>
  kindOf(credential).read(format, credential, sought)
