/**
 * Rotating: how a party takes another key. The new one is on its disk before it is asked for, so that an answer that is lost loses
 * nothing: the same is asked again, with the key of before, or with the new one where that is no longer taken.
 */
import * as Flag from "effect/cli/Flag"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { codes } from "../ExitCodes.ts"
import { Api, type Client } from "../http/Http.ts"
import type { Key } from "../ledger/Ledger.ts"
import { Online } from "../wallet/Wallet.ts"
import { Failed, failed } from "./Failed.ts"
import * as Flags from "./Flags.ts"

/** For how many seconds the key before is good beside the new one. */
export const overlap = Flags.whole("overlap", 0, Api.mostOverlap).pipe(
  Flag.withDescription("for how many seconds the key before is good beside the new one; 0 has it withdrawn at once"),
  Flag.withDefault(86_400)
)

const keyBytes = 32

/** A key that nobody has. */
export const drawn: Effect.Effect<Key, never, SecureRandom.SecureRandom> = Effect.flatMap(
  SecureRandom.SecureRandom,
  ({ randomBytes }) => Effect.map(randomBytes(keyBytes), (bytes) => Redacted.make(bytes))
)

/** Which of its keys a party signs with. */
export type Which = "before" | "next"

/** Why asking was of no use: the provider has said no, and `isOver` where it will not take that key, whoever asks. */
export interface Denial {
  readonly isOver: boolean
  readonly failed: Failed
}

/** Asks for another key, by the one before, and where that is not taken, by the new one: it may have been taken already. */
export const asked = <R>(
  by: (which: Which) => Effect.Effect<void, Client.Denied | Online.Offline, R>
): Effect.Effect<void, Denial, R> =>
  by("before").pipe(
    Effect.catch((error) => {
      const isOther =
        !(error instanceof Online.Offline) && (error.error === "SIGNATURE_WRONG" || error.error === "KEY_WITHDRAWN")
      return isOther
        ? Effect.mapError(by("next"), (after) => (after instanceof Online.Offline ? after : error))
        : Effect.fail(error)
    }),
    Effect.mapError((error): Denial => {
      if (error instanceof Online.Offline) {
        const lines = [error.message, "whether the new key is taken is not known: run the same again"]
        return { isOver: false, failed: new Failed({ lines, code: codes.unfinished }) }
      }
      const isOver = error.error === "KEY_REUSED" || error.error === "KEY_SUPERSEDED"
      return { isOver, failed: failed(`${error.error}: ${error.message}`) }
    })
  )

/** What is said of the key before. */
export const beforeLine = (overlap: number): string =>
  overlap === 0
    ? "the one before is withdrawn"
    : `the one before, unless it was withdrawn, is good for ${overlap} seconds more`
