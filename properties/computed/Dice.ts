/** Dice: numbers drawn from a seed, the same on every machine: the small fast counter, a generator by Chris Doty-Humphrey. */
import * as SecureRandom from "effect/crypto/SecureRandom"

export interface Dice {
  /** A whole number below a bound of at most 2^32, each as likely as any other. */
  readonly below: (bound: number) => number
  readonly bytes: (length: number) => Uint8Array
}

/** Dice that fall alike for a seed and a stream, and otherwise differently. */
export const make = (seed: number, stream: number): Dice => {
  let [a, b, c, counter] = [seed | 0, stream | 0, 0x9e37_79b9 | 0, 1]
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let round = 0; round < 20; round++) next()
  const below = (bound: number): number => {
    // What is above the last whole multiple would make some numbers likelier.
    const top = 2 ** 32 - (2 ** 32 % bound)
    for (;;) {
      const drawn = next()
      if (drawn < top) return drawn % bound
    }
  }
  return { below, bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24) }
}

/** The same dice as what a provider draws with. */
export const random = (dice: Dice): SecureRandom.SecureRandom["Service"] => SecureRandom.make(dice.bytes)
