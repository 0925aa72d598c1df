/**
 * Mac: the proofs of a credential, one-time passwords over HMAC. RFC 4226 makes them of a counter; the counter here is
 * the position of the code: the step, as in RFC 6238, or its place in a list.
 */
import { timingSafeEqual } from "node:crypto"
import { hmac } from "@noble/hashes/hmac.js"
import { sha1 } from "@noble/hashes/legacy.js"
import { sha256 } from "@noble/hashes/sha2.js"
import * as Redacted from "effect/Redacted"
import type { Scheme } from "../../model/Scheme.ts"
import type { TokenSource } from "../../model/steps/Steps.ts"

/** The functions that a scheme can name. */
export type Algorithm = Exclude<Scheme["code"]["mac"], "none">

/** What a credential's proofs are made from. It prints as `<redacted>`. */
export type Seed = Redacted.Redacted<Uint8Array>

/** A seed in the form that makes proofs. The seed cannot be read back from it, nor printed. */
export interface MacKey {
  /** The proof for a step: a whole number of at most the key's digits. */
  readonly proof: (step: number) => number
}

/** What a seed is used for beside the proofs of codes that are scanned. */
export type Purpose = "alias" | "revealed"

const hashes = { "HMAC-SHA-1": sha1, "HMAC-SHA-256": sha256 } as const

/** Length of a seed, in bytes: that of the hash's output (RFC 4226 section 4, RFC 6238 section 5.1). */
export const seedBytes = (algorithm: Algorithm): number => hashes[algorithm].outputLen

/** The tags of a seed for steps. Each overwrites the last. */
const tags = (algorithm: Algorithm, seed: Seed): ((step: number) => Uint8Array) => {
  // Hashing the padded seed is half the work of an HMAC. It is done here, once, and restored for each tag.
  const keyed = hmac.create(hashes[algorithm], Redacted.value(seed))
  const scratch = keyed.clone()
  const tag = new Uint8Array(keyed.outputLen)
  const message = new Uint8Array(8)
  const counter = new DataView(message.buffer)
  return (step) => {
    counter.setInt32(0, Math.floor(step / 0x1_0000_0000))
    counter.setInt32(4, step)
    keyed._cloneInto(scratch).update(message).digestInto(tag)
    return tag
  }
}

/** Makes a key of a seed, for proofs of 4 to 9 digits. */
export const key = (algorithm: Algorithm, digits: number, seed: Seed): MacKey => {
  const tag = tags(algorithm, seed)
  return { proof: (step) => shortened(tag(step), digits) }
}

/** Makes a key of a seed for proofs over more than a step: over a message for each. */
export const keyOver = (
  algorithm: Algorithm,
  digits: number,
  seed: Seed,
  message: (step: number) => Uint8Array
): MacKey => ({ proof: (step) => shortened(tagOf(algorithm, seed, message(step)), digits) })

/** The HMAC of a message. */
export const tagOf = (algorithm: Algorithm, seed: Seed, message: Uint8Array): Uint8Array =>
  hmac(hashes[algorithm], Redacted.value(seed), message)

/** The proof that a tag comes to, as a number of so many digits. */
export const shortened = (tag: Uint8Array, digits: number): number => truncated(tag) % 10 ** digits

/** A seed for another purpose, from which nothing of the first can be told: the HMAC of the purpose's name. */
export const derived = (algorithm: Algorithm, seed: Seed, purpose: Purpose): Seed =>
  Redacted.make(hmac(hashes[algorithm], Redacted.value(seed), new TextEncoder().encode(`paycode ${purpose}`)))

/**
 * Aliases that are made with a key, another for every step, of 1 to 15 digits: the low 53 bits of the tag's first eight
 * bytes, modulo a power of ten. A proof's 31 bits would not fill an alias.
 */
export const aliases = (algorithm: Algorithm, digits: number, seed: Seed): ((step: number) => string) => {
  const tag = tags(algorithm, derived(algorithm, seed, "alias"))
  const modulus = 10 ** digits
  return (step) => {
    const bytes = tag(step)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const drawn = (view.getUint32(0) & 0x1f_ffff) * 0x1_0000_0000 + view.getUint32(4)
    return (drawn % modulus).toString().padStart(digits, "0")
  }
}

/** Dynamic truncation: the 31 bits of the tag that its last four bits point to (RFC 4226 section 5.3). */
export const truncated = (tag: Uint8Array): number => {
  const at = tag[tag.length - 1]! & 0x0f
  return ((tag[at]! & 0x7f) << 24) | (tag[at + 1]! << 16) | (tag[at + 2]! << 8) | tag[at + 3]!
}

/**
 * Every step of a window whose proof is the presented one, earliest first (VER-5). All steps are computed and compared
 * without a branch on the digits, so that the time taken tells nothing about which of them matched.
 */
export const matching = (key: MacKey, { from, to }: TokenSource.Window, presented: number): ReadonlyArray<number> => {
  const wanted = Uint32Array.of(presented)
  const proof = new Uint32Array(1)
  const steps: Array<number> = []
  for (let step = from; step <= to; step++) {
    proof[0] = key.proof(step)
    if (timingSafeEqual(proof, wanted)) steps.push(step)
  }
  return steps
}
