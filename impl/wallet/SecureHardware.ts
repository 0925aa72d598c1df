/**
 * SecureHardware: what holds the second seed of a credential, and makes tags with it for whoever knows the PIN. The PIN
 * unlocks a key that never leaves, and nothing that leaves is computed from it (STP-6): who has read all else of a phone
 * has nothing to try PINs against, but the hardware, which counts.
 */
import { createCipheriv, createDecipheriv, type ScryptOptions, scryptSync } from "node:crypto"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { Mac } from "../credentials/Credentials.ts"

/** The hardware made no tag: it has no key for the credential, the PIN is another, or too many were. */
export class Locked extends Data.TaggedError("Locked")<{
  readonly reason: "no key" | "wrong PIN" | "blocked"
  /** How many wrong PINs it still bears. */
  readonly left: number
}> {
  override get message(): string {
    const because = {
      "no key": "a key of this credential, found none: renew the credential",
      "wrong PIN": `the PIN, found another; ${this.left} more are looked at`,
      blocked: "the PIN sooner: it has destroyed its key; renew the credential"
    }
    return `secure hardware: expected ${because[this.reason]}`
  }
}

/** Secure hardware of a phone. Where it cannot keep what it must, it fails with `E`. */
export interface SecureHardware<E = never> {
  /** Takes in the key of a credential, by its number, under a PIN that it asks its holder for; any other it destroys. */
  readonly keep: (credential: number, key: Mac.Seed) => Effect.Effect<void, E>
  /**
   * The tag of a message under the key of a credential. A wrong PIN is counted before it is told; after as many one after
   * the other as the scheme lets (STP-7) the key is destroyed.
   */
  readonly tag: (
    credential: number,
    pin: Redacted.Redacted<string>,
    message: Uint8Array
  ) => Effect.Effect<Uint8Array, Locked | E>
}

const bytes = Schema.RedactedFromValue(Schema.Uint8ArrayFromHex)

/** What simulated hardware keeps: the key of a credential, sealed under the PIN, and how many wrong PINs it has seen. */
export const Sealed = Schema.Struct({
  credential: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  wrong: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  salt: bytes,
  nonce: bytes,
  /** The key under AES-256-GCM; undefined once it is destroyed. */
  sealed: Schema.optional(bytes)
})
export type Sealed = typeof Sealed.Type

/** Where simulated hardware keeps it. */
export interface Store<E> {
  readonly sealed: Sealed | undefined
  readonly save: (sealed: Sealed) => Effect.Effect<void, E>
}

/** A store for hardware that never starts again. */
export const forgetful: Store<never> = { sealed: undefined, save: () => Effect.void }

/** What simulated hardware is set up with. */
export interface HardwareOptions<E> {
  readonly algorithm: Mac.Algorithm
  /** How many wrong PINs it looks at, one after the other: `stepUp.attempts`. */
  readonly attempts: number
  /** Asks its holder for the PIN that a key is to be sealed under. */
  readonly choosePin: Effect.Effect<Redacted.Redacted<string>, E>
  readonly store: Store<E>
  /** What a PIN costs to try, as scrypt's N; unless given, 2^15. */
  readonly cost?: number
}

const [saltBytes, nonceBytes, tagBytes, keyBytes] = [16, 12, 16, 32] as const

const derived = (pin: Redacted.Redacted<string>, salt: Uint8Array, cost: number): Uint8Array => {
  const options: ScryptOptions = { N: cost, r: 8, p: 1, maxmem: 2 ** 20 + 2048 * cost }
  return scryptSync(Redacted.value(pin), salt, keyBytes, options)
}

/**
 * Hardware in software, to be tried: it seals the key under the PIN, and counts. It is no hardware: who copies what it
 * keeps can go back to the count of before, and try every PIN. Real hardware gives nobody anything to copy.
 */
export const simulated = Effect.fnUntraced(function* <E = never>({
  algorithm,
  attempts,
  choosePin,
  cost = 2 ** 15,
  store
}: HardwareOptions<E>): Effect.fn.Return<SecureHardware<E>, never, SecureRandom.SecureRandom> {
  const random = yield* SecureRandom.SecureRandom
  const holds = yield* Ref.make(store.sealed)
  // A PIN is counted before the next is looked at.
  const oneAtATime = Semaphore.withPermit(yield* Semaphore.make(1))
  const become = Effect.fnUntraced(function* (sealed: Sealed) {
    yield* store.save(sealed)
    yield* Ref.set(holds, sealed)
  }, Effect.uninterruptible)

  const keep = Effect.fnUntraced(function* (credential: number, key: Mac.Seed) {
    const pin = yield* choosePin
    const salt = yield* random.randomBytes(saltBytes)
    const nonce = yield* random.randomBytes(nonceBytes)
    const cipher = createCipheriv("aes-256-gcm", derived(pin, salt, cost), nonce)
    const sealed = Buffer.concat([cipher.update(Redacted.value(key)), cipher.final(), cipher.getAuthTag()])
    yield* become({
      credential,
      wrong: 0,
      salt: Redacted.make(salt),
      nonce: Redacted.make(nonce),
      sealed: Redacted.make(new Uint8Array(sealed))
    })
  }, oneAtATime)

  const opened = ({ nonce, salt, sealed }: Sealed, pin: Redacted.Redacted<string>): Mac.Seed | undefined => {
    const all = Redacted.value(sealed!)
    const key = derived(pin, Redacted.value(salt), cost)
    const decipher = createDecipheriv("aes-256-gcm", key, Redacted.value(nonce), { authTagLength: tagBytes })
    decipher.setAuthTag(all.subarray(all.length - tagBytes))
    try {
      const text = Buffer.concat([decipher.update(all.subarray(0, all.length - tagBytes)), decipher.final()])
      return Redacted.make(new Uint8Array(text))
    } catch {
      return undefined
    }
  }

  const tag = Effect.fnUntraced(function* (
    credential: number,
    pin: Redacted.Redacted<string>,
    message: Uint8Array
  ): Effect.fn.Return<Uint8Array, Locked | E> {
    const held = yield* Ref.get(holds)
    if (held === undefined || held.credential !== credential) return yield* new Locked({ reason: "no key", left: 0 })
    if (held.sealed === undefined) return yield* new Locked({ reason: "blocked", left: 0 })
    // The count is on the disk before anybody learns whether the PIN was right.
    const counted = { ...held, wrong: held.wrong + 1 }
    yield* become(counted)
    const key = opened(held, pin)
    if (key === undefined) {
      const left = Math.max(0, attempts - counted.wrong)
      if (left === 0) yield* become({ ...counted, sealed: undefined })
      return yield* new Locked({ reason: left === 0 ? "blocked" : "wrong PIN", left })
    }
    yield* become({ ...held, wrong: 0 })
    return Mac.tagOf(algorithm, key, message)
  }, oneAtATime)

  const hardware: SecureHardware<E> = { keep, tag }
  return hardware
})
