/** Chance: numbers that look drawn, and are the same for the same words. */
import * as Hash from "../Hash.ts"

/** A number from 0 to less than 1. */
export const of = (...words: ReadonlyArray<unknown>): number =>
  Number.parseInt(Hash.of(words).slice(0, 12), 16) / 16 ** 12
