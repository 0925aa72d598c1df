/** Hash: what tells whether two plain values are the same, in 64 characters. */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"

const ordered = (value: unknown): unknown =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, part]) => [key, ordered(part)])
      )

/** The hash of a plain value: SHA-256 of its JSON with the keys in alphabetical order, in hexadecimal. */
export const of = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(JSON.stringify(ordered(value)))))
