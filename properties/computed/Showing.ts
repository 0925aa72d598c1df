/**
 * Showing: what codes cost that nobody asked for. An app that shows one as soon as it is opened has it seen by whoever looks:
 * how often that is depends on how long such codes stand, and on nothing that an adversary has to do.
 */
import type { Rules } from "../../model/Rules.ts"
import { opensPerDay } from "../../model/Scheme.ts"
import { Binding, Generation } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import * as Policy from "../../spec/Policy.ts"
import { type Computed, daysAYear, type Form, shown } from "./Computed.ts"
import * as Loss from "./Loss.ts"

/** How often on a day an app is opened and shows a code that its owner has not asked for (GEN-10). */
const unaskedADay = (rules: Rules): number => {
  // A phone that makes its codes over transactions has none to show before it has read one.
  const isShown = Generation.isShown(rules, { asked: false, unlocked: false }) && Binding.showsPlain(rules)
  return isShown ? opensPerDay(rules.scheme) : 0
}

/** What codes that nobody asked for cost their owner in a year, in minor units (`unasked-loss`). */
export const aYear: Form = (rules): Computed => {
  const { display, leak } = rules.scheme
  const openings = unaskedADay(rules)
  // A span includes the second in which it ends (GEN-3).
  const seconds = Math.min(openings * (display + 1), Time.secondsPerDay)
  const looks = daysAYear * Policy.adversary.capturesADay.value
  const one = Loss.perCode(rules).value
  const value = looks * (seconds / Time.secondsPerDay) * one
  return {
    value,
    unit: "minor units",
    aDay: undefined,
    hits: undefined,
    formula: `${shown(looks)} x min(${shown(openings)} x (${shown(display)} + 1), ${shown(Time.secondsPerDay)}) / ${shown(Time.secondsPerDay)} x ${shown(one)}`,
    parts: {
      "codes shown on a day that nobody asked for": openings,
      "seconds of a day in which one of them stands on the screen": seconds,
      "hours of a year in which one of them stands on the screen": (daysAYear * seconds) / 3600,
      "seconds after its first showing in which one that was seen still pays, if it leaks as codes do": leak.seconds,
      "looks in a year": looks,
      "looks in a year that meet one": looks * (seconds / Time.secondsPerDay),
      "what one costs": one
    },
    assumptions: [
      "a look falls on any second of a day, whatever the phone's owner does: one who waits for an app to be opened sees a code with each look",
      "a code stands for as long as it may each time, and no two stand at once",
      "a code that was seen is presented while it is accepted, and its owner spends it in no payment"
    ]
  }
}
