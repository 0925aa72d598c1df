/**
 * Pin: the PIN of an account, where proofs are computed from it (STP-6). Both sides hash it as RFC 6287 does: SHA-256, with
 * no salt and no cost, for the phone has nothing but the digits that its owner enters. Whoever reads the hash reads the
 * PIN: it is kept where seeds are.
 */
import { sha256 } from "@noble/hashes/sha2.js"
import * as Redacted from "effect/Redacted"
import type { PinHash } from "./TokenSource.ts"

/** What a PIN is: 4 to 12 decimal digits. */
export const shape = /^[0-9]{4,12}$/

/** The hash of a PIN. */
export const hash = (pin: Redacted.Redacted<string>): PinHash =>
  Redacted.make(sha256(new TextEncoder().encode(Redacted.value(pin))))
