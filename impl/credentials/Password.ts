/**
 * Password: how the password of an account is kept: as what scrypt (RFC 7914) makes of it, with a salt of its own. Who
 * reads the ledger does not read it there, and every guess costs what a check costs.
 */
import { type ScryptOptions, scrypt, scryptSync, timingSafeEqual } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** What scrypt makes of a password, with its cost and its salt. It prints as `<redacted>`. */
export type Verifier = Redacted.Redacted<string>

/** The cost of a check: a power of two, from 2 to 2^20. A thousand times a kibibyte of memory for each thousand. */
export type Cost = number

/** What a server can bear: 32 MiB and some fifty milliseconds. */
export const standardCost: Cost = 2 ** 15

/** Length of a salt, in bytes. */
export const saltBytes = 16

const keyBytes = 32
const blockSize = 8

const optionsOf = (cost: Cost): ScryptOptions => ({
  N: cost,
  r: blockSize,
  p: 1,
  maxmem: 2 ** 20 + 256 * blockSize * cost
})

/** A check that is over at once is made at once: no thread is worth it. */
const isQuick = (cost: Cost): boolean => cost <= 64

const derive = (password: string, salt: Uint8Array, cost: Cost): Effect.Effect<Buffer> => {
  // Two ways to write one letter are one password (RFC 8265 section 4.2).
  const text = password.normalize("NFC")
  if (isQuick(cost)) return Effect.sync(() => scryptSync(text, salt, keyBytes, optionsOf(cost)))
  return Effect.callback((resume) =>
    scrypt(text, salt, keyBytes, optionsOf(cost), (error, key) =>
      resume(error === null ? Effect.succeed(key) : Effect.die(error))
    )
  )
}

/** Makes the verifier of a password. */
export const verifier = (password: Redacted.Redacted<string>, salt: Uint8Array, cost: Cost): Effect.Effect<Verifier> =>
  Effect.map(derive(Redacted.value(password), salt, cost), (key) =>
    Redacted.make(`scrypt ${cost} ${Buffer.from(salt).toString("hex")} ${key.toString("hex")}`)
  )

/** Whether a password is the one that a verifier was made of, in a time that does not tell how nearly. */
export const isRight = (kept: Verifier, password: Redacted.Redacted<string>): Effect.Effect<boolean> => {
  const [, cost, salt, key] = Redacted.value(kept).split(" ") as [string, string, string, string]
  return Effect.map(derive(Redacted.value(password), Buffer.from(salt, "hex"), Number(cost)), (found) =>
    timingSafeEqual(found, Buffer.from(key, "hex"))
  )
}
