/** Draws: what a provider draws for a credential: the digits of its alias, its prefix, and its seeds or its list of codes. */
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scheme } from "../../model/Scheme.ts"
import { stepUpMethod } from "../../spec/StepUpMethods.ts"
import * as Mac from "./Mac.ts"
import type * as TokenSource from "./TokenSource.ts"

/** What can be drawn. */
export interface Draws {
  /** So many digits, each as likely as any other. */
  readonly digits: (count: number) => Effect.Effect<string>
  /** One of the scheme's prefixes. */
  readonly prefix: Effect.Effect<string>
  /** What the codes of a credential are made from: a seed, or two where hardware has one; or a list of codes, no two alike. */
  readonly secret: Effect.Effect<TokenSource.Secret>
}

/** A number of bytes from which so many digits can be drawn without a bias, most of the time. */
const bytesFor = (digits: number): number => Math.ceil(digits * 1.1) + 8

/** The draws of a scheme from a source of randomness. */
export const make = (
  random: SecureRandom.SecureRandom["Service"],
  { code: format, stepUp, token }: Pick<Scheme, "code" | "stepUp" | "token">
): Draws => {
  const digits = (count: number): Effect.Effect<string> =>
    Effect.flatMap(random.randomBytes(bytesFor(count)), (bytes) => {
      // Of 256 values the last six would make some digits likelier.
      const drawn = Array.from(
        bytes.filter((byte) => byte < 250),
        (byte) => byte % 10
      ).join("")
      return drawn.length < count ? digits(count) : Effect.succeed(drawn.slice(0, count))
    })

  const prefix: Effect.Effect<string> = Effect.map(
    format.prefixes.length === 1 ? Effect.succeed(0) : random.intBetween(0, format.prefixes.length, { halfOpen: true }),
    (index) => format.prefixes[index]!
  )

  const list: Effect.Effect<ReadonlyArray<TokenSource.Drawn>> = Effect.gen(function* () {
    const size = (token.batch ?? 0) * (format.marksRevealed ? 2 : 1)
    const drawn = yield* digits(size * format.otpDigits)
    const codes: Array<string> = []
    for (let at = 0; at < size; at++) {
      codes.push((yield* prefix) + drawn.slice(at * format.otpDigits, (at + 1) * format.otpDigits))
    }
    if (new Set(codes).size < size) return yield* list
    return format.marksRevealed
      ? codes.flatMap((scanned, at) => (at % 2 === 0 ? [{ scanned, revealed: codes[at + 1]! }] : []))
      : codes.map((scanned) => ({ scanned, revealed: scanned }))
  })

  const drawn: Effect.Effect<TokenSource.DrawnSecret> = Effect.map(list, (codes) => ({
    _tag: "Drawn",
    codes: Redacted.make(codes)
  }))

  const seedOf = (mac: Mac.Algorithm) => Effect.map(random.randomBytes(Mac.seedBytes(mac)), Redacted.make)
  // What the PIN unlocks in secure hardware is another seed.
  const isKept = stepUpMethod(stepUp.method).secret === "kept"
  const seeded = (mac: Mac.Algorithm): Effect.Effect<TokenSource.SeedSecret> =>
    Effect.gen(function* () {
      const seed = yield* seedOf(mac)
      return isKept ? { _tag: "Seed", seed, second: yield* seedOf(mac) } : { _tag: "Seed", seed }
    })

  return { digits, prefix, secret: format.mac === "none" ? drawn : seeded(format.mac) }
}
