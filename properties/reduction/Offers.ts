/** Offers: what a search goes on with from a view. What is left out does nothing that something else does not do as well. */
import { TokenSource } from "../../model/steps/Steps.ts"
import {
  type Action,
  adversary,
  Choices,
  Enabled,
  Instants,
  isCorrupt,
  isSame,
  nowhere
} from "../../model/system/System.ts"

import * as Time from "../../model/Time.ts"
import { type Horizons, isFar } from "./Horizons.ts"
import * as View from "./View.ts"

/**
 * Of the codes that can be made of what was read: the oldest, the newest, and the first of the newest step, which the phone
 * would make next. Any other is as good as one of these.
 */
const edges =
  (perStep: number): Choices.Choices["forged"] =>
  (from, to, isNew) => {
    let [oldest, newest] = [from, to]
    while (oldest < to && !isNew(oldest)) oldest++
    while (newest > oldest && !isNew(newest)) newest--
    let first = newest - (newest % perStep)
    while (first < newest && !isNew(first)) first++
    if (newest === oldest) return [oldest]
    return first === newest || first <= oldest ? [oldest, newest] : [oldest, first, newest]
  }

/** What there is to choose from: what is not as good as another, as far as the clauses in force see to that. */
export const choicesOf = ({ isMade, world: { rules } }: Horizons): Choices.Choices => {
  const all = Choices.everything
  return {
    aliases: isMade("aliases") ? (_world, _state, { phone }) => [phone] : all.aliases,
    forged: isMade("made of what was read") ? edges(TokenSource.perStep(rules.scheme)) : all.forged,
    isVisited: isMade("tills") ? (world, merchant) => merchant === adversary(world) : all.isVisited,
    showsUnpinned: isMade("phones that were read") ? (world, phone) => !isCorrupt(world, phone) : all.showsUnpinned
  }
}

/**
 * Where a code is watched, only that one comes from a phone whose clock is off: another of those moves nothing (VER-27).
 * And one code at a time is made far ahead.
 */
const isOffered = (horizons: Horizons) => {
  const { steps, world } = horizons
  const isAlone = horizons.isMade("clocks that are off")
  const isOneAhead = horizons.isMade("codes a day ahead")
  return (view: View.View, action: Action): boolean => {
    if ((action._tag !== "Show" && action._tag !== "RunOff") || action.offset === 0) return true
    if (isAlone) return view.focus === 0
    if (action.offset < Time.secondsPerDay || !isOneAhead) return true
    if (!isFar(horizons, view)) return false
    const latest = Time.stepAt(world.rules.scheme, view.now) + steps.ahead + 1
    return !view.codes.some((code) => TokenSource.stepOf(world.rules.scheme, code.position) > latest)
  }
}

/** What can happen next, as far as it is not as good as something else. */
export const actions = (horizons: Horizons) => {
  const { focuses, seconds, watchesCode, world } = horizons
  const choices = choicesOf(horizons)
  const offered = isOffered(horizons)
  const lookout = (view: View.View): Instants.Lookout => ({
    seconds: seconds && (view.focus === 0 || view.focus === View.here),
    skew: watchesCode && view.focus === 0,
    far: isFar(horizons, view)
  })
  return (view: View.View): ReadonlyArray<Action> => {
    if (view.focus === View.over && focuses > 0) return []
    const all = Enabled.enabled(world, view, choices)
    const out = world.scope.offsets.length > 1 ? all.filter((action) => offered(view, action)) : all
    for (const wait of Instants.waits(world, view, lookout(view))) out.push({ _tag: "Advance", seconds: wait })
    return out
  }
}

/** What can happen next where a normal form stands for a view. Where it has forgotten a stop, more time passes at once. */
export const likeNormal =
  (next: (view: View.View) => ReadonlyArray<Action>) =>
  (view: View.View, normal: View.View): ReadonlyArray<Action> => [
    ...next(view),
    ...next(normal).filter(({ _tag }) => _tag === "Advance")
  ]

/** What happens before anything else: the adversary loses no time, and never misses a code. */
export const urgent = ({ isMade }: Horizons) => {
  const seesAll = isMade("captures")
  return (view: View.View): Action | undefined => {
    if (!seesAll) return undefined
    for (let phone = 0; phone < view.phones.length; phone++) {
      const { held, revealed, screen, since } = view.phones[phone]!
      if (screen === nowhere || view.now !== since) continue
      const key = { phone, generation: held, position: screen, revealed }
      if (view.codes.some((code) => isSame(code, key) && !code.known)) return { _tag: "Capture", phone }
    }
    return undefined
  }
}
