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

/** Looks keys up by their names. A key that was found once stays what it is. */
export interface Keyring {
  /** The key of a name that was looked up before, or needs no looking up. */
  readonly known: (name: string) => Signature.SigningKey | undefined
  /** Looks a key up in the ledger. */
  readonly find: (name: string) => Effect.Effect<Signature.SigningKey | undefined, Database.Unavailable>
}

/** The keys of a ledger, and that of its operator. */
export const keyring = ({ keyOf }: Ledger.Ledger["keys"], operatorKey: Signature.SigningKey): Keyring => {
  const known = new Map<string, Signature.SigningKey>()
  return {
    known: (name) => (name === "operator" ? operatorKey : known.get(name)),
    find: (name) =>
      Effect.tap(keyOf(name), (found) =>
        Effect.sync(() => {
          if (found === undefined) return
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

/** Whether a claim is true, of a body and of a kind of party that may ask, and not made too often. */
export const judging =
  ({ clock, throttle }: { readonly clock: Clock.Clock; readonly throttle: Throttle }) =>
  (
    claim: Signature.Claim,
    key: Signature.SigningKey | undefined,
    body: Uint8Array
  ): Result.Result<Signature.Claim, Unheard> => {
    const now = clock.currentTimeMillisUnsafe() / 1000
    const verified = Signature.verify(claim, key, body, now)
    if (Result.isFailure(verified)) return Result.fail({ name: verified.failure })
    const wait = throttle(claim.key, now)
    return wait > 0
      ? Result.fail({ name: "TOO_MANY_REQUESTS", retryAfter: Math.ceil(wait) })
      : Result.succeed(verified.success)
  }

/** Until when a nonce is remembered, in seconds: its signature has expired then on the clock of every node. */
export const until = ({ created }: Signature.Claim): number => created + 2 * Signature.tolerance
