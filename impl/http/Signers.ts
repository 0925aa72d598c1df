/** Signers: whose signature a request has, and that it is good, not too often, and once. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Database } from "../ledger/Ledger.ts"
import type * as Problem from "./Problem.ts"
import * as Signature from "./Signature.ts"
import type { Throttle } from "./Throttle.ts"

/** More keys than this are not remembered: the one that was looked up first is looked up again. */
const mostKeys = 10_000

/** The keys of a party, the last first, those that are good no more among them. */
export type Keys = ReadonlyArray<Ledger.NumberedKey>

/**
 * Looks keys up by the names of parties. By what is remembered it is known who has signed, and by the ledger alone, within each
 * transaction, whether that key is still good.
 */
export interface Keyring {
  /** The keys of a name as they were when it was looked up last; none where it never was. */
  readonly known: (name: string) => Keys
  /** Looks keys up in the ledger. */
  readonly find: (name: string) => Effect.Effect<Keys, Database.Unavailable>
}

/** The keys of a ledger. One that has none of an operator's takes the one given. */
export const keyring = (
  { keep, keysOf }: Pick<Ledger.Ledger["keys"], "keep" | "keysOf">,
  operatorKey: Signature.SigningKey
): Keyring => {
  const known = new Map<string, Keys>()
  const operators = Effect.flatMap(keysOf("operator"), (found) =>
    found.length > 0 ? Effect.succeed(found) : Effect.andThen(keep("operator", operatorKey), keysOf("operator"))
  )
  return {
    known: (name) => known.get(name) ?? [],
    find: (name) =>
      Effect.tap(name === "operator" ? operators : keysOf(name), (found) =>
        Effect.sync(() => {
          if (found.length === 0) return
          if (known.size >= mostKeys) known.delete(known.keys().next().value!)
          known.set(name, found)
        })
      )
  }
}

/** A key as it is written in an answer. */
export const written = (key: Signature.SigningKey): string => Buffer.from(Redacted.value(key)).toString("base64url")

/** Why somebody is not heard, and after how many seconds it is of use to ask again. */
export interface Unheard {
  readonly name: Problem.Name
  readonly retryAfter?: number
}

/** A claim that is true, and by which key. */
export interface Heard {
  readonly claim: Signature.Claim
  readonly by: Database.SignedBy
}

/** Whether a claim is true, of a body and of a kind of party that may ask, and not made too often. */
export const judging =
  ({ clock, throttle }: { readonly clock: Clock.Clock; readonly throttle: Throttle }) =>
  (claim: Signature.Claim, keys: Keys, body: Uint8Array): Result.Result<Heard, Unheard> => {
    const now = clock.currentTimeMillisUnsafe() / 1000
    const own = keys.length < 2 ? keys[0] : keys.find(({ key }) => Signature.isTheirs(claim, key))
    const verified = Signature.verify(claim, own?.key, body, now)
    if (own === undefined || Result.isFailure(verified)) {
      return Result.fail({ name: Result.isFailure(verified) ? verified.failure : "SIGNATURE_WRONG" })
    }
    const wait = throttle(claim.key, now)
    return wait > 0
      ? Result.fail({ name: "TOO_MANY_REQUESTS", retryAfter: Math.ceil(wait) })
      : Result.succeed({ claim, by: { name: claim.key, number: own.number, at: Math.floor(now) } })
  }

/** Until when a nonce is remembered, in seconds: its signature has expired then on the clock of every node. */
export const until = ({ created }: Signature.Claim): number => created + 2 * Signature.tolerance
