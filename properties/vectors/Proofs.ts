/** Proofs: HOTP of RFC 4226, and TOTP of RFC 6238. Published numbers stand here as they were published. */
import { createHmac } from "node:crypto"
import * as Redacted from "effect/Redacted"
import type { Mac } from "../../impl/credentials/Credentials.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import { caughtBy, type Mistake, notesOf, numbering } from "./Mistakes.ts"

interface Group {
  readonly source: string
  readonly origin: "published" | "computed"
  readonly mac: Mac.Algorithm
  readonly digits: number
  readonly seed: string
  readonly secondsPerStep?: number
}

interface Case {
  readonly group: Group
  readonly time?: number
  readonly step: number
  readonly proof: string
}

/** The seed of both RFCs: the digits 1 to 9 and 0 in ASCII, over and over, to as many bytes as are asked for. */
export const rfcSeed = (bytes: number): string =>
  Buffer.from("1234567890".repeat(Math.ceil(bytes / 10)).slice(0, bytes)).toString("hex")

const bytesOf = (seed: string): Uint8Array => Buffer.from(seed, "hex")

/** A proof by the platform's own HMAC. */
export const proofOf = ({ digits, mac, seed }: Omit<Group, "origin" | "source">, step: number): string =>
  Fixtures.proof(mac, digits, Redacted.make(bytesOf(seed)), step)
    .toString()
    .padStart(digits, "0")

const published: ReadonlyArray<Group & { readonly proofs: ReadonlyArray<readonly [number, string]> }> = [
  {
    source: "RFC 4226, Appendix D",
    origin: "published",
    mac: "HMAC-SHA-1",
    digits: 6,
    seed: rfcSeed(20),
    proofs: [
      [0, "755224"],
      [1, "287082"],
      [2, "359152"],
      [3, "969429"],
      [4, "338314"],
      [5, "254676"],
      [6, "287922"],
      [7, "162583"],
      [8, "399871"],
      [9, "520489"]
    ]
  },
  {
    source: "RFC 6238, Appendix B",
    origin: "published",
    mac: "HMAC-SHA-1",
    digits: 8,
    seed: rfcSeed(20),
    secondsPerStep: 30,
    proofs: [
      [59, "94287082"],
      [1111111109, "07081804"],
      [1111111111, "14050471"],
      [1234567890, "89005924"],
      [2000000000, "69279037"],
      [20000000000, "65353130"]
    ]
  },
  {
    source: "RFC 6238, Appendix B, with the seed of 32 bytes that its reference code takes for this column",
    origin: "published",
    mac: "HMAC-SHA-256",
    digits: 8,
    seed: rfcSeed(32),
    secondsPerStep: 30,
    proofs: [
      [59, "46119246"],
      [1111111109, "68084774"],
      [1111111111, "67062674"],
      [1234567890, "91819424"],
      [2000000000, "90698825"],
      [20000000000, "77737706"]
    ]
  }
]

const ours = "computed, and confirmed by two other implementations of HMAC"

const computed: ReadonlyArray<Group & { readonly steps: ReadonlyArray<number> }> = [
  {
    source: ours,
    origin: "computed",
    mac: "HMAC-SHA-1",
    digits: 4,
    seed: rfcSeed(20),
    steps: [0, 1, 4, 2 ** 32 + 1, 32]
  },
  {
    source: ours,
    origin: "computed",
    mac: "HMAC-SHA-1",
    digits: 9,
    seed: rfcSeed(20),
    steps: [0, 1, 5, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 18]
  },
  {
    source: ours,
    origin: "computed",
    mac: "HMAC-SHA-256",
    digits: 6,
    seed: rfcSeed(32),
    steps: [1, 37037036, 2 ** 32, Number.MAX_SAFE_INTEGER, 26]
  },
  {
    source: `${ours}: a seed longer than a block, which HMAC hashes first`,
    origin: "computed",
    mac: "HMAC-SHA-256",
    digits: 9,
    seed: Buffer.from(Array.from({ length: 80 }, (_, index) => index + 1)).toString("hex"),
    steps: [1, 2, 3, 17]
  }
]

const messageOf = (step: number): Buffer => {
  const message = Buffer.alloc(8)
  message.writeBigInt64BE(BigInt(step))
  return message
}

const tagOf = ({ mac, seed }: Group, message: Uint8Array): Buffer =>
  createHmac(mac === "HMAC-SHA-1" ? "sha1" : "sha256", bytesOf(seed))
    .update(message)
    .digest()

const text = ({ digits }: Group, bits: number): string => (bits % 10 ** digits).toString().padStart(digits, "0")

/** The word of a tag at an offset, without its sign bit. */
const wordAt = (tag: Buffer, offset: number): number => tag.readUInt32BE(offset) & 0x7fffffff

const own = (tag: Buffer): number => tag.at(-1)! & 15

const mistake = (said: string, answer: (test: Case) => string | undefined): Mistake<Case> => ({
  clause: "GEN-2",
  mistake: said,
  passes: (test) => (answer(test) ?? test.proof) === test.proof
})

/** A mistake about time: a test without one does not show it. */
const stepOf = (step: (time: number) => number) => (test: Case) =>
  test.time === undefined ? undefined : proofOf(test.group, step(test.time))

const mistakes = {
  "little-endian-step": mistake(
    "The step enters the HMAC with its least significant byte first.",
    ({ group, step }) => {
      const tag = tagOf(group, messageOf(step).reverse())
      return text(group, wordAt(tag, own(tag)))
    }
  ),
  "step-in-32-bits": mistake(
    "The step is cut to 32 bits before it is hashed: every code repeats after a while.",
    ({ group, step }) => proofOf(group, step % 2 ** 32)
  ),
  "time-in-32-bits": mistake(
    "The time is kept in 32 signed bits, which end in 2038.",
    stepOf((time) => Math.floor(Math.max(0, time | 0) / 30))
  ),
  "step-rounded": mistake(
    "The time is divided by the length of a step and rounded, not cut: half of every step belongs to the next.",
    stepOf((time) => Math.round(time / 30))
  ),
  "sign-bit-kept": mistake(
    "The most significant bit of the truncated tag is kept. Languages then differ on the remainder.",
    ({ group, step }) => {
      const tag = tagOf(group, messageOf(step))
      return text(group, tag.readUInt32BE(own(tag)))
    }
  ),
  "fixed-offset": mistake(
    "The truncated tag is its first four bytes, not the four that the last byte points to.",
    ({ group, step }) => text(group, wordAt(tagOf(group, messageOf(step)), 0))
  ),
  "offset-as-for-sha-1": mistake(
    "The offset is read from byte 19, the last of an HMAC-SHA-1, whatever the length of the tag.",
    ({ group, step }) => {
      const tag = tagOf(group, messageOf(step))
      return text(group, wordAt(tag, tag[19]! & 15))
    }
  ),
  "first-digits": mistake("The proof is the first digits of the truncated tag, not its last.", ({ group, step }) => {
    const tag = tagOf(group, messageOf(step))
    return wordAt(tag, own(tag)).toString().slice(0, group.digits)
  }),
  "leading-zeros-lost": mistake(
    "The proof is written as a number, and so is too short when it begins with 0.",
    ({ group, step }) => Number(proofOf(group, step)).toString()
  ),
  "sha-1-whatever-the-scheme-says": mistake(
    "HMAC-SHA-1 is used where the scheme says HMAC-SHA-256.",
    ({ group, step }) => proofOf({ ...group, mac: "HMAC-SHA-1" }, step)
  )
}

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  const tested = (test: Case) => {
    const { group: _, ...said } = test
    return { id: next(), ...said, notes: caughtBy(mistakes, test) }
  }
  return {
    header: [
      "The proof of a credential for a step: the one-time password of RFC 4226, with the step for a counter.",
      "The seed is in hexadecimal. Where a test has a time, its step is floor(time / secondsPerStep), in seconds since the epoch (RFC 6238)."
    ],
    notes: notesOf(mistakes),
    groups: [
      ...published.map(({ proofs, ...group }) => {
        const { secondsPerStep: length } = group
        const tests = proofs.map(([at, proof]) =>
          tested(
            length === undefined
              ? { group, step: at, proof }
              : { group, time: at, step: Math.floor(at / length), proof }
          )
        )
        return { ...group, tests }
      }),
      ...computed.map(({ steps, ...group }) => ({
        ...group,
        tests: steps.map((step) => tested({ group, step, proof: proofOf(group, step) }))
      }))
    ]
  }
}
