/**
 * Digits: what stands on a screen or in a request for a code of the model: those that its credential gives, the alias of
 * one phone before the proof of another's, wrong ones; and whether some are by chance those of another code.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Codec, Mac, Pin, TokenSource, type Transaction } from "../../impl/credentials/Credentials.ts"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import { TokenSource as Positions, StepUp } from "../../model/steps/Steps.ts"
import {
  accountOf,
  type CodeKey,
  Facts,
  type Node,
  nowhere,
  type Request,
  type State
} from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { numbers } from "../../spec/Parameters.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import * as Bonds from "./Bonds.ts"
import { type Cast, clockOf, credentialsOf } from "./Cast.ts"
import * as Message from "./Message.ts"
import * as Names from "./Names.ts"

/** The alias that a request comes with, and the code whose proof it carries. */
export type Named = Pick<Request, "alias" | "key">

/** Wrong digits for a phone, as the model names them. */
export const wrongKey = (phone: number): CodeKey => ({ phone, generation: 0, position: nowhere, revealed: false })

/** Whether a request names one phone and carries another's proof. */
export const isForeign = ({ alias, key }: Named): boolean => alias !== key.phone

/** The digits of a code that was made over a transaction with the PIN entered. */
const pinnedDigits = (
  { rules }: Cast,
  credential: Ledger.Credential,
  { position, revealed }: CodeKey,
  transaction: Transaction.Transaction
): Effect.Effect<string> => {
  const { code: format } = rules.scheme
  if (StepUp.isPinInProof(rules)) {
    const codeOf = TokenSource.make(format, credential)
    return Effect.sync(() => codeOf(position, revealed, { transaction, pin: Pin.hash(Fixtures.pin) }))
  }
  const { secret } = credential
  if (secret._tag !== "Seed" || secret.second === undefined || format.mac === "none") {
    return Effect.die(new Error("credential: expected a second seed, found none"))
  }
  const said = TokenSource.messageOf(format, position, revealed, { transaction })
  return Effect.succeed(TokenSource.withTag(format, credential, position, Mac.tagOf(format.mac, secret.second, said)))
}

/** The digits of a code: what its credential gives for its position, and what it was made over. */
export const digitsOf = Effect.fnUntraced(function* (cast: Cast, key: CodeKey) {
  const { generation, phone, position, revealed } = key
  const credential = (yield* credentialsOf(cast, phone))[generation]!
  const bond = cast.bonds.made.get(Bonds.keyText(key))
  if (bond?.isPinned) return yield* pinnedDigits(cast, credential, key, cast.bonds.over(bond.transaction))
  const codeOf = TokenSource.make(cast.rules.scheme.code, credential)
  return bond === undefined
    ? codeOf(position, revealed)
    : codeOf(position, revealed, { transaction: cast.bonds.over(bond.transaction) })
})

/** The alias that names a phone, in a code for a position; undefined where it has none. */
const aliasOf = Effect.fnUntraced(function* (cast: Cast, phone: number, position: number) {
  const { code: format } = cast.rules.scheme
  if (format.alias === "none") return ""
  if (format.alias === "masked-index") {
    return yield* Message.needed(cast.deployment.ledger.accounts.aliasOf(cast.phones[phone]!.account))
  }
  const last = (yield* credentialsOf(cast, phone)).at(-1)
  return last && TokenSource.aliases(format, last)(position)
})

/** Digits with a proof that nobody was given. */
const withWrongProof = ({ rules }: Cast, alias: string): string => {
  const { code: format } = rules.scheme
  const [prefix] = format.prefixes
  return Codec.encode(format, { prefix, alias, proof: "7".padStart(format.otpDigits, "0") })
}

/** Wrong digits that are meant for a phone, as far as an alias can be read: one that is made with a key is nobody's then. */
export const wrongDigits = Effect.fnUntraced(function* (cast: Cast, phone: number) {
  const { wrong } = cast.memory
  const known = wrong.get(phone)
  if (known !== undefined) return known
  const alias = Names.isByKey(cast) ? yield* Names.nobodys(cast) : yield* aliasOf(cast, phone, 0)
  const code = withWrongProof(cast, alias!)
  // Whose an alias is that is made with a key changes with every step.
  if (!Names.isByKey(cast)) wrong.set(phone, code)
  return code
})

/**
 * Digits that show no alias at all, so that as many of them as it takes count against nobody but who sends them: as many
 * digits as no code of the scheme has.
 */
export const ofNobody = ({ rules: { scheme } }: Cast): string => {
  const { digits, prefixes } = scheme.code
  return prefixes[0].padEnd(digits < numbers["code.digits"].to ? digits + 1 : digits - 1, "0")
}

/** Digits that verify under nothing, and the code that they are of, if any. */
export interface Wrong {
  readonly code: string
  readonly key: CodeKey
}

/** The first position of the step that it is now. */
const firstNow = ({ rules: { scheme }, time }: Cast): number => Positions.firstOf(scheme, Time.stepAt(scheme, time.now))

/** What a phone makes codes from now: its last credential, -1 for none, and the first position of the step. */
export const shownNow = (cast: Cast, phone: number) =>
  Effect.map(credentialsOf(cast, phone), (credentials) => ({
    generation: credentials.length - 1,
    position: firstNow(cast)
  }))

/** What a flood under a phone's alias consists of: see `canBeNamed` in the model. */
export const floodDigits = Effect.fnUntraced(function* (cast: Cast, state: State, phone: number) {
  const { rules, world } = cast
  const key = wrongKey(phone)
  const old = state.codes.find((code) => code.phone === phone && code.known && Facts.isOver(world, state, code))
  if (rules.scheme.code.alias === "none" && old !== undefined) {
    const over: Wrong = { code: yield* digitsOf(cast, old), key: old }
    return over
  }
  const alias = Names.isByKey(cast) ? yield* aliasOf(cast, phone, firstNow(cast)) : undefined
  const made: Wrong = {
    code: alias === undefined ? yield* wrongDigits(cast, phone) : withWrongProof(cast, alias),
    key
  }
  return made
})

/** The digits of a request: the alias of one phone, before the proof of another's code. */
export const requested = Effect.fnUntraced(function* (cast: Cast, request: Named) {
  const { alias, key } = request
  if (key.position === nowhere) return yield* wrongDigits(cast, alias)
  const { code: format } = cast.rules.scheme
  const digits = yield* digitsOf(cast, key)
  if (!isForeign(request) || format.alias === "none") return digits
  const parts = Result.getOrThrow(Codec.decode(format, digits))
  return Codec.encode(format, { ...parts, alias: (yield* aliasOf(cast, alias, key.position))! })
})

/** Why the digits of a request cannot be made. */
export const obstacleOf = Effect.fnUntraced(function* (
  cast: Cast,
  request: Named
): Effect.fn.Return<Obstacle | undefined> {
  const { rules, world } = cast
  const { alias: kind } = rules.scheme.code
  const { alias, key } = request
  const isWrong = key.position === nowhere
  if (isWrong && (kind === "none" || kind === "keyed") && alias !== 0) return "no alias"
  if (isWrong && kind === "keyed") return (yield* Names.nobodys(cast)) === undefined ? "shared alias" : undefined
  if ((yield* aliasOf(cast, alias, 0)) === undefined) return "no digits"
  const isOneIndex =
    kind === "masked-index" && !isWrong && isForeign(request) && accountOf(world, alias) === accountOf(world, key.phone)
  if (isOneIndex) return "one index"
  const isBeyond = kind === "none" && key.position >= Positions.supply(rules)
  return isBeyond ? "beyond the list" : undefined
})

/** Digits that are about to be sent. */
export interface Sent {
  readonly code: string
  /** The code that they are for. */
  readonly key: CodeKey
  readonly node: Node
  /** They have another phone's alias, and are for no code. */
  readonly isForeign?: boolean
  /** What the request is for, where codes are made over it. */
  readonly transaction?: Transaction.Transaction | undefined
}

/**
 * Whether digits are, by chance, those of another code than the one that they are for, and could be accepted as it.
 * Before another phone's alias they are for none.
 */
export const coincides = Effect.fnUntraced(function* (
  cast: Cast,
  { code, isForeign = false, key, node, transaction }: Sent
) {
  const { rules } = cast
  const { code: format } = rules.scheme
  const over = transaction && {
    transaction: cast.bonds.over(transaction),
    pin: StepUp.isPinInProof(rules) ? Pin.hash(Fixtures.pin) : undefined
  }
  const isPinned = cast.bonds.made.get(Bonds.keyText(key))?.isPinned ?? false
  const parts = Result.getOrThrow(Codec.decode(format, code))
  for (let phone = 0; phone < cast.phones.length; phone++) {
    for (const [generation, credential] of (yield* credentialsOf(cast, phone)).entries()) {
      const issue = { issuedAt: credential.issuedAt, lostUntil: undefined }
      const window = Positions.windowAt(rules, issue, clockOf(cast, node))
      const isIts = !isForeign && phone === key.phone && generation === key.generation
      const isAnother = TokenSource.read(format, credential, { window, presented: parts, over }).some(
        ({ pinned, positions, revealed }) =>
          positions.some(
            (position) => !isIts || pinned !== isPinned || position !== key.position || revealed !== key.revealed
          )
      )
      if (isAnother) return true
    }
  }
  return false
})
