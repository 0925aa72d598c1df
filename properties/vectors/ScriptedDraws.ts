/** ScriptedDraws: randomness whose draws for a credential and for a challenge are those that a scenario gives. */
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Secret } from "./Generations.ts"

/** Randomness, and what it draws next. */
export interface ScriptedDraws {
  readonly random: SecureRandom.SecureRandom["Service"]
  /** What is drawn next for a credential of a format. */
  readonly script: (format: Scheme["code"], given: Secret) => void
  /** What is drawn next for a challenge, as it is written; nothing in particular where it is empty. */
  readonly challenge: (written: string) => void
}

/** What is to be drawn. */
interface Script {
  prefixes: Array<number>
  digits: string
  seed: Uint8Array
  second: Uint8Array
  nonce: Uint8Array
}

const bytesOf = (script: Script, size: number): Uint8Array | undefined => {
  if (size === script.nonce.length) return script.nonce
  if (size === script.seed.length) {
    const drawn = script.seed
    // The second seed is drawn after the first.
    if (script.second.length > 0) script.seed = script.second
    return drawn
  }
  if (script.digits === "" || size <= 16) return undefined
  return Uint8Array.from({ length: size }, (_, at) => Number(script.digits[at] ?? 0))
}

/** The draws that make a provider of a format issue what is given. */
const scriptOf = (format: Scheme["code"], given: Secret): Omit<Script, "nonce"> => {
  const list = given.codes?.flatMap(({ revealed, scanned }) => (format.marksRevealed ? [scanned, revealed] : [scanned]))
  const { length } = format.prefixes[0]
  return {
    prefixes: (list ?? [given.prefix ?? ""]).map((text) => format.prefixes.indexOf(text.slice(0, length))),
    digits: list?.map((text) => text.slice(length)).join("") ?? given.alias ?? "",
    seed: new Uint8Array(Buffer.from(given.seed ?? "", "hex")),
    second: new Uint8Array(Buffer.from(given.second ?? "", "hex"))
  }
}

/** Randomness without a script as yet: what nothing is scripted for is drawn by a label, the same in every run. */
export const make = (): ScriptedDraws => {
  const others = Fixtures.randomness("other draws")
  const script: Script = {
    prefixes: [],
    digits: "",
    seed: new Uint8Array(),
    second: new Uint8Array(),
    nonce: new Uint8Array()
  }
  const random: SecureRandom.SecureRandom["Service"] = {
    ...others,
    randomBytes: (size) =>
      Effect.suspend(() => {
        const scripted = bytesOf(script, size)
        return scripted === undefined ? others.randomBytes(size) : Effect.succeed(scripted)
      }),
    intBetween: (min, max, options) =>
      Effect.suspend(() => {
        const next = script.prefixes.shift()
        return next === undefined ? others.intBetween(min, max, options) : Effect.succeed(next)
      })
  }
  return {
    random,
    script: (format, given) => {
      Object.assign(script, scriptOf(format, given))
    },
    challenge: (written) => {
      script.nonce = new Uint8Array(Buffer.from(written, "base64url"))
    }
  }
}
