/**
 * Scopes: how much of the system a search covers. A scope bounds the run, never the adversary's cleverness: within it
 * everything that the model allows is explored.
 */
import { type CapabilityId, capabilityIds } from "../spec/Threats.ts"
import type { Scheme } from "./Scheme.ts"
import * as Time from "./Time.ts"

/** The scopes that have a name. */
export const names = ["quick", "standard", "deep"] as const
export type Name = (typeof names)[number]

export interface Scope {
  readonly name: string
  /** How many accounts there are, each with one phone, and what each brings into a run. */
  readonly accounts: number
  readonly opening: Opening
  /** How many merchants there are, each with one till. */
  readonly merchants: number
  /** How many different codes may be shown in a run. */
  readonly codes: number
  /** How many order numbers may be used in a run. */
  readonly orders: number
  /** How many requests the adversary's merchant may send under one order number. */
  readonly requests: number
  /** How many requests may be under way at once: sent, and not yet delivered for the first time. */
  readonly inFlight: number
  /** The amounts that tills ask for, in minor units. */
  readonly amounts: ReadonlyArray<number>
  /** What a phone's corrected clock can be off by when it makes a code, in seconds. */
  readonly offsets: ReadonlyArray<number>
  /** The provider times that runs start at, all on one provider day, the one nearest to its midnight first. */
  readonly starts: ReadonlyArray<number>
}

/** An account before the run, in minor units: its balance, and what it has spent already on the day of the start. */
export interface Opening {
  readonly balance: number
  readonly spentToday: number
}

/** The day that runs start on: far enough from the epoch for every instant of a run to be positive. */
const firstDay = 10

/** One step and a second before midnight, so that a code can be made on either side of it; and half a day away. */
const starts = (scheme: Scheme): ReadonlyArray<number> => {
  const midnight = Time.startOfDay(scheme, firstDay + 1)
  return [midnight - scheme.clock.step - 1, midnight - Time.secondsPerDay / 2]
}

/** The offsets that make a difference: none, the stated drift and a second more, and a day, either way. */
const offsets = (scheme: Scheme): ReadonlyArray<number> => {
  const { drift } = scheme.clock
  return [0, drift, -drift, drift + 1, -drift - 1, Time.secondsPerDay, -Time.secondsPerDay]
}

/** The scope of a name for a scheme. */
export const of = (name: Name, scheme: Scheme): Scope => {
  const { payment, daySum } = scheme.limit
  const size = {
    quick: { codes: 2, orders: 3, inFlight: 1 },
    standard: { codes: 3, orders: 3, inFlight: 2 },
    deep: { codes: 4, orders: 4, inFlight: 2 }
  }[name]
  return {
    name,
    accounts: 2,
    // One full payment fits into the day of the start, and two and a half into the balance: either bound is met.
    opening: { balance: Math.floor(2.5 * payment), spentToday: daySum - payment },
    merchants: 2,
    ...size,
    requests: 2,
    amounts: [payment, payment + 1],
    offsets: offsets(scheme),
    starts: starts(scheme)
  }
}

/** Which capabilities the adversary has. */
export type Capabilities = Readonly<Record<CapabilityId, boolean>>

/** The adversary with just these capabilities. */
export const having = (ids: ReadonlyArray<CapabilityId>): Capabilities =>
  Object.fromEntries(capabilityIds.map((id) => [id, ids.includes(id)])) as Capabilities
