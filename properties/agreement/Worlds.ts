/** Worlds: what spec and model are compared in. Each scheme has two, and the spec's own instances are the first of them. */

import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { Scope, type World } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { claims } from "../../spec/Claims.ts"
import { type CapabilityId, capabilities, capabilityIds } from "../../spec/Threats.ts"
import { everything, rulesOf } from "../suites/Harness.ts"

/** The day that runs start on: far enough from the epoch for clocks that are days off. */
const firstDay = 10

const worldOf = (
  name: string,
  scheme: Scheme,
  can: ReadonlyArray<CapabilityId>,
  scope: Pick<Scope.Scope, "phones" | "members" | "opening">
): World => {
  const { clock, limit } = scheme
  const midnight = Time.startOfDay(scheme, firstDay + 1)
  return {
    rules: rulesOf(scheme),
    can: Scope.having(can),
    scope: {
      ...scope,
      name,
      accounts: 2,
      merchants: 3,
      codes: 8,
      orders: 8,
      inFlight: 3,
      generations: 3,
      // Free, with step-up, small, and at last more than is left of the balance, and of the day.
      amounts: [limit.payment, limit.payment + 1, limit.payment / 5, 2 * limit.payment + 1, 3 * limit.payment + 1],
      refunds: [limit.payment / 5, limit.payment],
      offsets: [0, clock.drift, -clock.drift, clock.drift + 1, Time.secondsPerDay],
      starts: [midnight - clock.step - 1, midnight - Time.secondsPerDay / 2],
      // The spec has no digits.
      plays: everything
    }
  }
}

/** What the everyday adversary can do: the capabilities that consent must withstand, short of a phone that was read. */
const everyday = claims.consent.under.filter((id) => id !== "corrupt-device")

/**
 * A world with the everyday adversary, in which there is room for payments: two phones of one account, one of another that
 * has not signed yet. Where answers are short messages, it reads them.
 */
export const everydayOf = (scheme: Scheme): World =>
  worldOf("everyday", scheme, StepUp.isByMessage(rulesOf(scheme)) ? [...everyday, "sms"] : everyday, {
    phones: [0, 0, 1],
    members: 1,
    opening: { balance: 6 * scheme.limit.payment, freeSum: 0, freeCount: 0, all: 0 }
  })

/** A world with every capability that can be played, in which limits and balance are nearly used up. */
export const worstOf = (scheme: Scheme): World => {
  const { accountDay, dayCount, daySum, payment } = scheme.limit
  return worldOf(
    "worst",
    scheme,
    capabilityIds.filter((id) => capabilities[id].modelled),
    {
      phones: [0, 1, 0],
      members: 2,
      opening: {
        balance: 2 * payment,
        freeSum: daySum === undefined ? 0 : daySum - payment,
        freeCount: dayCount === undefined ? 0 : dayCount - 1,
        all: accountDay - 3 * payment
      }
    }
  )
}
