/**
 * Ocra: responses to a challenge, by the OATH challenge-response algorithm of RFC 6287. A response is a one-time password
 * as in RFC 4226, over more than a counter: the challenge, and as the suite says a counter, a PIN, what a session is
 * about, and the time. Both sides name one suite, and the suite itself is hashed with the rest: no response of one suite
 * is a response of another.
 */
import { timingSafeEqual } from "node:crypto"
import { hmac } from "@noble/hashes/hmac.js"
import { sha1 } from "@noble/hashes/legacy.js"
import { sha256, sha512 } from "@noble/hashes/sha2.js"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Problem } from "../../model/Decode.ts"
import * as Mac from "./Mac.ts"

/** The hash functions that a suite can name. */
export const hashes = { SHA1: sha1, SHA256: sha256, SHA512: sha512 } as const

/** The hash functions that a suite can name (RFC 6287 section 6.2). */
export type Hash = keyof typeof hashes

/** Of what characters a challenge is: letters and digits, decimal digits, or hexadecimal digits (section 6.3). */
export type Format = "A" | "N" | "H"

/** What a suite says (section 6). */
export interface Suite {
  /** The suite as both sides write it. It is part of what is hashed. */
  readonly text: string
  readonly hash: Hash
  /** How many digits a response has: 4 to 10. With 0 the tag is not truncated, and a response is all of it. */
  readonly digits: number
  /** Whether a counter enters. */
  readonly counter: boolean
  /** The characters of a challenge, and how many there are at most: 4 to 64. */
  readonly question: { readonly format: Format; readonly length: number }
  /** The hash by which a PIN enters; undefined where none does. */
  readonly pin: Hash | undefined
  /** How many bytes of session information enter, 1 to 512; undefined where none do. */
  readonly session: number | undefined
  /** The length of a time step, in seconds; undefined where the time does not enter. */
  readonly step: number | undefined
}

/** What a response is made of beside the key: whatever the suite names, and nothing else. */
export interface Inputs {
  /**
   * The challenge. Where both sides have challenged each other there are two, each of which may have the full length: for
   * the server's response the client's comes first, for the client's the server's (section 7.2).
   */
  readonly question: string | readonly [string, string]
  /** A whole number of at least 0. */
  readonly counter?: number
  /** The PIN, or where it is not at hand what the suite's hash makes of it. */
  readonly pin?: Redacted.Redacted<string> | Redacted.Redacted<Uint8Array>
  /** What the session is about: at most as many bytes as the suite says. */
  readonly session?: Uint8Array
  /** In seconds since the epoch. */
  readonly time?: number
}

const wrong = (path: string, expected: string, found: string): Result.Result<never, Problem> =>
  Result.fail({ path, expected, found })

const shape =
  /^OCRA-1:HOTP-(SHA1|SHA256|SHA512)-(0|[1-9]\d?):(C-)?Q(?:([ANH])(\d\d))?(-P(SHA1|SHA256|SHA512)?)?(-S(\d{3})?)?(-T(?:([1-9]\d?)([SMH]))?)?$/

/** The units of a time step: how many seconds each has, and how many of it a step has at most (section 6.3). */
const units = { S: { seconds: 1, most: 59 }, M: { seconds: 60, most: 59 }, H: { seconds: 3600, most: 48 } } as const

const between = (least: number, value: number, most: number): boolean => value >= least && value <= most

/**
 * Reads a suite, `OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1` for example, and fails with what is wrong with it. A time step of no
 * hours, for which section 6.3 has a notation, is none.
 */
export const parse = (text: string): Result.Result<Suite, Problem> => {
  const found = shape.exec(text)
  if (found === null) {
    return wrong("suite", "OCRA-1:HOTP-hash-digits:[C-]Qformat[-Phash][-Snnn][-Tstep]", JSON.stringify(text))
  }
  // What is left out of a part is what section 6.3 says.
  const [, hash, digits, counter, format = "N", length = "08", p, pin = "SHA1", s, session = "064", t, ...step] = found
  const [steps = "1", unit = "M"] = step
  if (digits !== "0" && !between(4, Number(digits), 10)) return wrong("suite.digits", "0, or from 4 to 10", digits!)
  if (!between(4, Number(length), 64)) return wrong("suite.question", "a length from 4 to 64", length!)
  if (!between(1, Number(session), 512)) return wrong("suite.session", "a length from 1 to 512", session)
  const { most, seconds } = units[unit as keyof typeof units]
  if (!between(1, Number(steps), most)) {
    return wrong("suite.step", `from 1${unit} to ${most}${unit}`, `${steps}${unit}`)
  }
  return Result.succeed({
    text,
    hash: hash as Hash,
    digits: Number(digits),
    counter: counter !== undefined,
    question: { format: format as Format, length: Number(length) },
    pin: p === undefined ? undefined : (pin as Hash),
    session: s === undefined ? undefined : Number(session),
    step: t === undefined ? undefined : Number(steps) * seconds
  })
}

/** Length of a challenge as it is hashed, in bytes (section 5.1). */
const questionBytes = 128

const alphabets = { A: /^[A-Za-z0-9]+$/, N: /^[0-9]+$/, H: /^[0-9A-Fa-f]+$/ } as const

const alphabetNames = { A: "letters or digits", N: "decimal digits", H: "hexadecimal digits" } as const

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Eight bytes, the most significant first. */
const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/**
 * The challenge as it is hashed: letters by their codes, a number by its hexadecimal digits. They stand at the beginning,
 * and zeros fill up what is left: of an odd number of digits the last has its byte's upper half (section 5.1, and the
 * reference implementation in Appendix A).
 */
const questionOf = (
  { question: { format, length } }: Suite,
  given: Inputs["question"]
): Result.Result<Uint8Array, Problem> => {
  const parts = typeof given === "string" ? [given] : given
  for (const part of parts) {
    if (!alphabets[format].test(part) || part.length > length) {
      // A challenge may be of a payment, and is not repeated.
      return wrong("question", `1 to ${length} ${alphabetNames[format]}`, `${part.length} characters`)
    }
  }
  const text = parts.join("")
  const digits = format === "A" ? Buffer.from(text).toString("hex") : format === "N" ? BigInt(text).toString(16) : text
  return Result.succeed(new Uint8Array(Buffer.from(digits.padEnd(2 * questionBytes, "0"), "hex")))
}

const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && value! >= 0

/** An input as it is hashed. */
interface Encoded<A> {
  /** The suite names it. */
  readonly isNamed: boolean
  readonly value: A | undefined
  readonly expected: string
  /** Its bytes; undefined where the value is not one that is expected. */
  readonly encode: (value: A) => Uint8Array | undefined
}

/** An input that the suite names must be there, and one that it does not name must not: it would not be protected. */
const input = <A>(
  path: keyof Inputs,
  { encode, expected, isNamed, value }: Encoded<A>
): Result.Result<Uint8Array, Problem> => {
  if (!isNamed) {
    return value === undefined
      ? Result.succeed(new Uint8Array())
      : wrong(path, "nothing, for the suite has none", "some")
  }
  const bytes = value === undefined ? undefined : encode(value)
  return bytes === undefined
    ? wrong(path, expected, value === undefined ? "nothing" : "another")
    : Result.succeed(bytes)
}

/**
 * What the tag is of: suite, a zero byte, and then counter, challenge, PIN, session and time, as far as the suite names
 * them, in this order (section 5.1).
 */
export const dataInput = (suite: Suite, inputs: Inputs): Result.Result<Uint8Array, Problem> => {
  const { pin, session = 0, step = 1 } = suite
  const parts = [
    Result.succeed(utf8(suite.text)),
    Result.succeed(Uint8Array.of(0)),
    input("counter", {
      isNamed: suite.counter,
      value: inputs.counter,
      expected: "a whole number of at least 0",
      encode: (counter) => (isCount(counter) ? word(counter) : undefined)
    }),
    questionOf(suite, inputs.question),
    input("pin", {
      isNamed: pin !== undefined,
      value: inputs.pin,
      expected: "a PIN",
      encode: (given) => {
        const known: string | Uint8Array = Redacted.value<string | Uint8Array>(given)
        if (typeof known === "string") return hashes[pin!](utf8(known))
        return known.length === hashes[pin!].outputLen ? known : undefined
      }
    }),
    input("session", {
      isNamed: session > 0,
      value: inputs.session,
      expected: `at most ${session} bytes`,
      encode: (given) => {
        if (given.length > session) return undefined
        // What is shorter stands at the end.
        const filled = new Uint8Array(session)
        filled.set(given, session - given.length)
        return filled
      }
    }),
    input("time", {
      isNamed: suite.step !== undefined,
      value: inputs.time,
      expected: "whole seconds since the epoch",
      encode: (time) => (isCount(time) ? word(Math.floor(time / step)) : undefined)
    })
  ]
  return Result.map(Result.all(parts), (all) => Buffer.concat(all))
}

/**
 * The response of a key: as many digits as the suite says, leading zeros included, or with no truncation the whole tag in
 * hexadecimal (sections 5.2 and 7). It fails with the input that does not fit the suite.
 */
export const response = (
  suite: Suite,
  key: Redacted.Redacted<Uint8Array>,
  inputs: Inputs
): Result.Result<string, Problem> =>
  Result.map(dataInput(suite, inputs), (data) => {
    const tag = hmac(hashes[suite.hash], Redacted.value(key), data)
    if (suite.digits === 0) return Buffer.from(tag).toString("hex")
    return (Mac.truncated(tag) % 10 ** suite.digits).toString().padStart(suite.digits, "0")
  })

/** Whether a response is the right one, in a time that does not tell how nearly. It fails as {@link response} does. */
export const isRight = (
  suite: Suite,
  key: Redacted.Redacted<Uint8Array>,
  inputs: Inputs,
  presented: string
): Result.Result<boolean, Problem> =>
  Result.map(response(suite, key, inputs), (right) => {
    const [a, b] = [utf8(right), utf8(presented)]
    // The length of a response is no secret: the suite tells it.
    return a.length === b.length && timingSafeEqual(a, b)
  })
