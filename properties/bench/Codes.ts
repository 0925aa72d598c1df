/** Codes: how fast proofs are made, next to the libraries that people use for them. */

import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { HOTP, Secret, TOTP } from "otpauth"
import { generateSync } from "otplib/functional"
import { Codec, Mac, TokenSource } from "../../impl/credentials/Credentials.ts"
import type { Scheme } from "../../model/Scheme.ts"

/** One way of making codes, and how many a second it makes. */
export interface Rate {
  readonly name: string
  readonly perSecond: number
}

const rounds = 5
const perRound = 20_000
const firstStep = 50_000_000

/** Measures ways of making the code of a step, turn by turn, so that a busy moment of the machine slows all of them. */
const measure = (ways: Readonly<Record<string, (step: number) => unknown>>): ReadonlyArray<Rate> => {
  const names = Object.keys(ways)
  const took = new Map(names.map((name) => [name, Number.POSITIVE_INFINITY]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const way = ways[name]!
      const began = performance.now()
      for (let step = firstStep; step < firstStep + perRound; step++) way(step)
      took.set(name, Math.min(took.get(name)!, performance.now() - began))
    }
  }
  return names.map((name) => ({ name, perSecond: (perRound / took.get(name)!) * 1000 }))
}

/** The proofs and the whole codes of a scheme, and the same proofs by otplib and otpauth. All are checked to agree. */
export const measureCodes = ({ code }: Scheme): ReadonlyArray<Rate> => {
  const bytes = new TextEncoder().encode("12345678901234567890")
  const seed = Redacted.make(bytes)
  const digits = code.otpDigits
  if (code.mac === "none") throw new Error("code.mac: expected a function that makes the proof, found none")
  const key = Mac.key(code.mac, digits, seed)
  const [prefix] = code.prefixes
  const secret = { _tag: "Seed", seed } as const
  const source = TokenSource.make(code, { prefix, alias: "0".repeat(code.aliasDigits), secret })
  const algorithm = code.mac === "HMAC-SHA-1" ? "sha1" : "sha256"
  const hotp = new HOTP({ secret: new Secret({ buffer: bytes.slice().buffer }), algorithm, digits })
  const ways = {
    "paycode, proof": (step: number) => key.proof(step).toString().padStart(digits, "0"),
    "paycode, whole code": (step: number) => source(step),
    otplib: (step: number) =>
      generateSync({ strategy: "hotp", secret: bytes, counter: step, algorithm, digits: digits as 6 }),
    otpauth: (step: number) => hotp.generate({ counter: step })
  }
  const made = [ways["paycode, proof"](firstStep), ways.otplib(firstStep), ways.otpauth(firstStep)]
  if (new Set(made).size > 1) throw new Error(`the proofs of step ${firstStep} differ: ${made.join(", ")}`)
  return measure(ways)
}

/** What is read in a code of a scheme, over its whole window, next to what otpauth makes of a proof over as many steps. */
export const measureWindows = ({ clock, code, window }: Scheme): ReadonlyArray<Rate> => {
  const bytes = new TextEncoder().encode("12345678901234567890")
  if (code.mac === "none" || window === undefined) throw new Error("window: expected one, found none")
  const credential = {
    prefix: code.prefixes[0],
    alias: "0".repeat(code.aliasDigits),
    secret: { _tag: "Seed", seed: Redacted.make(bytes) }
  } as const
  const source = TokenSource.make(code, credential)
  const algorithm = code.mac === "HMAC-SHA-1" ? "sha1" : "sha256"
  const secret = new Secret({ buffer: bytes.slice().buffer })
  const totp = new TOTP({ secret, algorithm, digits: code.otpDigits, period: clock.step })
  // The code is that of the last step of the window: otpauth stops where it has found one.
  const codes = Array.from({ length: 100 }, (_, at) => source(firstStep + at + window.future))
  const around = (window.past + window.future) / 2
  const ways = {
    paycode: (step: number) => {
      const now = firstStep + ((step - firstStep) % codes.length)
      const parts = Result.getOrThrow(Codec.decode(code, codes[now - firstStep]!))
      return TokenSource.read(code, credential, {
        window: { from: now - window.past, to: now + window.future },
        presented: parts
      })
    },
    otpauth: (step: number) => {
      const middle = firstStep + ((step - firstStep) % codes.length) + window.future - around
      const token = codes[middle - firstStep - window.future + around]!.slice(-code.otpDigits)
      return totp.validate({ token, timestamp: middle * clock.step * 1000, window: around })
    }
  }
  const [found] = ways.paycode(firstStep)
  if (found?.positions.at(-1) !== firstStep + window.future || ways.otpauth(firstStep) !== around) {
    throw new Error("the code was not found in its window")
  }
  return measure(ways)
}
