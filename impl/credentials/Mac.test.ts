/** Proofs: the known answers, and three other implementations. */
import { createHmac } from "node:crypto"
import * as Redacted from "effect/Redacted"
import fc from "fast-check"
import * as OtpAuth from "otpauth"
import { generateSync } from "otplib"
import { describe, expect, it } from "vitest"
import * as Time from "../../model/Time.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Vectors from "../vectors/Vectors.ts"
import * as Mac from "./Mac.ts"

type Group = (typeof Vectors.proof.groups)[number]

const cases = Vectors.proof.groups.flatMap((group) => group.tests.map((test) => ({ group, ...test })))

const scheme = (secondsPerStep: number) => ({
  ...Fixtures.alipay,
  clock: { ...Fixtures.alipay.clock, step: secondsPerStep }
})

const proofOf = ({ digits, mac, seed }: Group, step: number): string =>
  Mac.key(mac, digits, Vectors.seed(seed)).proof(step).toString().padStart(digits, "0")

/** The tag of a message, by the platform's own HMAC. */
const tagOf = (mac: Mac.Algorithm, seed: Uint8Array, message: Uint8Array): Buffer =>
  createHmac(mac === "HMAC-SHA-1" ? "sha1" : "sha256", seed)
    .update(message)
    .digest()

const messageOf = (step: number): Buffer => {
  const message = Buffer.alloc(8)
  message.writeBigInt64BE(BigInt(step))
  return message
}

describe("known answers", () => {
  it.each(cases)("proof $id: $proof", ({ group, proof, step, time }) => {
    expect(proofOf(group, step)).toBe(proof)
    expect(Fixtures.proof(group.mac, group.digits, Vectors.seed(group.seed), step)).toBe(Number(proof))
    if (time !== undefined) expect(Time.stepAt(scheme(group.secondsPerStep!), time)).toBe(step)
  })
})

const algorithms = fc.constantFrom<Mac.Algorithm>("HMAC-SHA-1", "HMAC-SHA-256")
const seeds = fc.uint8Array({ minLength: 16, maxLength: 80 })
const steps = fc.oneof(fc.nat(), fc.maxSafeNat())
const runs = { seed: 1, numRuns: 300 }

describe("other implementations", () => {
  it("node:crypto makes the same proofs, of every length, before the epoch too", () => {
    const digits = fc.integer({ min: 4, max: 9 })
    fc.assert(
      fc.property(algorithms, digits, seeds, fc.oneof(steps, fc.integer()), (mac, digits, seed, step) => {
        const redacted = Redacted.make(seed)
        expect(Mac.key(mac, digits, redacted).proof(step)).toBe(Fixtures.proof(mac, digits, redacted, step))
      }),
      runs
    )
  })

  it("otpauth and otplib make the same proofs", () => {
    fc.assert(
      fc.property(algorithms, fc.integer({ min: 6, max: 8 }), seeds, fc.nat(), (mac, digits, seed, counter) => {
        const name = mac === "HMAC-SHA-1" ? "sha1" : "sha256"
        const text = Mac.key(mac, digits, Redacted.make(seed)).proof(counter).toString().padStart(digits, "0")
        const secret = new OtpAuth.Secret({ buffer: new Uint8Array(seed).buffer })
        expect(OtpAuth.HOTP.generate({ secret, algorithm: name, digits, counter })).toBe(text)
        const options = { strategy: "hotp", secret: seed, algorithm: name, counter } as const
        expect(generateSync({ ...options, digits: digits as 6 | 7 | 8 })).toBe(text)
      }),
      runs
    )
  })
})

describe("what a seed is used for beside", () => {
  const purposes = fc.constantFrom<Mac.Purpose>("alias", "revealed")
  const derivedOf = (mac: Mac.Algorithm, seed: Uint8Array, purpose: Mac.Purpose): Buffer =>
    tagOf(mac, seed, Buffer.from(`paycode ${purpose}`))

  it("is derived from it as by node:crypto, and is another for every purpose", () => {
    fc.assert(
      fc.property(algorithms, seeds, purposes, (mac, seed, purpose) => {
        const derived = Redacted.value(Mac.derived(mac, Redacted.make(seed), purpose))
        expect(Buffer.from(derived)).toEqual(derivedOf(mac, seed, purpose))
        expect(derived).toHaveLength(Mac.seedBytes(mac))
        const other = purpose === "alias" ? "revealed" : "alias"
        expect(derived).not.toEqual(Redacted.value(Mac.derived(mac, Redacted.make(seed), other)))
      }),
      runs
    )
  })

  it("aliases are the low 53 bits of a tag, as by node:crypto, in whatever order steps are asked for", () => {
    const digits = fc.integer({ min: 1, max: 15 })
    fc.assert(
      fc.property(algorithms, digits, seeds, fc.array(steps, { minLength: 1 }), (mac, digits, seed, steps) => {
        const alias = Mac.aliases(mac, digits, Redacted.make(seed))
        for (const step of [...steps, ...steps]) {
          const bits = tagOf(mac, derivedOf(mac, seed, "alias"), messageOf(step)).readBigUInt64BE(0) & (2n ** 53n - 1n)
          expect(alias(step)).toBe((bits % 10n ** BigInt(digits)).toString().padStart(digits, "0"))
        }
      }),
      runs
    )
  })
})

describe("a key", () => {
  it("makes the proofs of each step, in whatever order they are asked for", () => {
    const key = Mac.key("HMAC-SHA-1", 6, Vectors.seed(Vectors.proof.groups[0]!.seed))
    const other = Mac.key("HMAC-SHA-1", 6, Redacted.make(new Uint8Array(20)))
    const requested = fc.array(fc.record({ step: fc.nat({ max: 9 }), other: fc.boolean() }))
    fc.assert(
      fc.property(requested, (row) => {
        for (const ask of row) {
          if (ask.other) other.proof(ask.step)
          else expect(key.proof(ask.step)).toBe(Number(Vectors.proof.groups[0]!.tests[ask.step]!.proof))
        }
      }),
      runs
    )
  })
})

describe("the window (VER-5)", () => {
  /** A key of chosen proofs, which notes the steps that it was asked for. */
  const scripted = (proofs: ReadonlyArray<number>) => {
    const requested: Array<number> = []
    const proof = (step: number): number => {
      requested.push(step)
      return proofs[step]!
    }
    return { requested, key: { proof } }
  }

  it("is computed to its end, wherever the proof matches, and every match is found", () => {
    // Few values, so that proofs coincide; and values that differ in their highest byte alone.
    const proof = fc.constantFrom(0, 1, 2, 0x0100_0000, 999_999_999)
    fc.assert(
      fc.property(fc.array(proof, { minLength: 1, maxLength: 9 }), proof, (proofs, presented) => {
        const { requested, key } = scripted(proofs)
        const window = { from: 0, to: proofs.length - 1 }
        const every = proofs.map((_, step) => step)
        expect(Mac.matching(key, window, presented)).toEqual(every.filter((step) => proofs[step] === presented))
        expect(requested).toEqual(every)
      }),
      runs
    )
  })
})
