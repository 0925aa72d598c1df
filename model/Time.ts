/**
 * Time, in whole seconds of the provider's clock: the steps that proofs are made for, and the days that limits count.
 * Every other clock is the provider's plus an offset.
 */
import type { Scheme } from "./Scheme.ts"

/** Seconds in a day; a calendar day of the schemes' zones has no other length. */
export const secondsPerDay = 86_400

/** An instant that has not come: of what has not happened. */
export const never = -1

/** The step that an instant lies in: its number since the epoch (RFC 6238, section 4.2). */
export const stepAt = (scheme: Scheme, instant: number): number => Math.floor(instant / scheme.clock.step)

/** The first instant of a step. */
export const startOfStep = (scheme: Scheme, step: number): number => step * scheme.clock.step

/** The calendar day, in the scheme's zone, that an instant lies in: its number since the epoch. */
export const dayAt = (scheme: Scheme, instant: number): number =>
  Math.floor((instant + scheme.clock.utcOffset) / secondsPerDay)

/** The first instant of a day. */
export const startOfDay = (scheme: Scheme, day: number): number => day * secondsPerDay - scheme.clock.utcOffset
