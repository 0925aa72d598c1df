/**
 * Check: whether a certificate says what is so, without a search. That its states are all that can be reached follows by induction:
 * the first states are among them, and whatever can happen in one of them leads to one of them. So each can be looked at by itself,
 * in any order. With a search it has the model, the judges and the normal form in common, and nothing of how states are found.
 */
import type { Action, Event } from "../../model/system/System.ts"
import type * as Certificate from "../certificate/Certificate.ts"
import type { View } from "../reduction/Quotient.ts"
import * as Opening from "./Opening.ts"
import * as Table from "./Table.ts"

/** What is not as a certificate says. */
export interface Fault {
  /**
   * `first`: a first state is not in it; `hole`: a state that follows is not; `breach`: a case breaks a claim, or is one of a claim
   * that has none; `way`: what is pending need not end by a way; `count`: so many it is not; `state`: what is no state.
   */
  readonly kind: "first" | "hole" | "breach" | "way" | "count" | "state"
  readonly claim: string | null
  /** The state that it was found in, from 1 in the order of the file; null where it is about no one state. */
  readonly state: number | null
  readonly action: Action | null
  readonly says: string
}

/** How much is looked at. */
export interface Extent {
  /** The share of the states, from 0 to 1, and the seed that they are drawn by. */
  readonly share: number
  readonly seed: number
}

/** What became of a certificate: its header without its blocks, what was looked at, and the first faults of all that were found. */
export interface Checked {
  readonly file: string
  readonly bytes: number
  readonly header: Omit<Certificate.Header, "blocks">
  readonly looked: number
  /** Whether all was looked at, and what is counted was compared. */
  readonly isWhole: boolean
  readonly transitions: number
  readonly found: number
  readonly faults: ReadonlyArray<Fault>
}

/** How many faults of each kind are told; further ones are counted. */
const toldAtMost = 2

/** A check at work: what it looks at just now, so that a fault can say where it is, and what it has found. */
interface Checking extends Opening.Opened {
  readonly table: Table.Table
  readonly byKind: Map<string, ReadonlyArray<Opening.Counted>>
  place: number | undefined
  action: Action | null
  readonly faults: Array<Fault>
  found: number
  transitions: number
}

const fault = (checking: Checking, kind: Fault["kind"], says: string, claim: string | null = null): void => {
  const { action, faults, place } = checking
  checking.found++
  if (faults.filter((one) => one.kind === kind).length < toldAtMost)
    faults.push({ kind, claim, state: place === undefined ? null : place + 1, action, says })
}

// ---------------------------------------------------------------------------------------------------------------------
// One state
// ---------------------------------------------------------------------------------------------------------------------

/** The place of the state that stands for a state; -1 where it is not there. */
const placeOf = ({ subject: { quotient }, table }: Checking, state: View): number => {
  quotient.layout.encode(quotient.normal(state), table.wanted, 0)
  return Table.find(table)
}

/** The properties that may be about events of a kind. */
const about = ({ byKind, counted }: Checking, kind: string): ReadonlyArray<Opening.Counted> => {
  const known = byKind.get(kind)
  if (known !== undefined) return known
  const those = counted.filter(({ property: { kinds } }) => kinds === undefined || kinds.includes(kind))
  byKind.set(kind, those)
  return those
}

/** Judges an event. */
const judge = (checking: Checking, before: View, event: Event, after: View): void => {
  for (const one of about(checking, checking.subject.quotient.kindOf(event))) {
    const { claim, property } = one
    if (property.kinds === undefined && !property.on(event)) continue
    const judgement = property.judge(before, event, after)
    if (judgement === "elsewhere") continue
    one.count++
    const isAlways = property.kind === "always"
    if (isAlways ? judgement === "broken" : claim.found === "never")
      fault(
        checking,
        "breach",
        `${JSON.stringify(event)} ${isAlways ? "breaks" : "is a case of"} ${claim.id}`,
        claim.id
      )
  }
}

/** Takes an action, and whatever follows at once; judges what happens where that is asked for. */
const take = (checking: Checking, from: View, action: Action, isJudged: boolean): View => {
  const { next, urgent } = checking.subject.quotient
  let before = from
  for (let now: Action | undefined = action; now !== undefined; now = urgent(before)) {
    const step = next(before, now)
    if (isJudged) {
      checking.transitions++
      for (let e = 0; e < step.events.length; e++) judge(checking, before, step.events[e]!, step.state)
    }
    before = step.state
  }
  return before
}

/** Whether every way from a state in which something is pending ends that, or leads to a state of a lower rank. */
const descend = (checking: Checking, { property, ranks }: Opening.Ranked, place: number, state: View): void => {
  const { may, must } = property.ways(state)
  if (must.length === 0) fault(checking, "way", "something is pending, and nothing must happen", property.name)
  for (const action of [...must, ...may]) {
    checking.action = action
    const after = take(checking, state, action, false)
    if (!property.isPending(after)) continue
    const to = placeOf(checking, after)
    if (to >= 0 && ranks[to]! < ranks[place]!) continue
    fault(checking, "way", `its rank is ${ranks[place]}, and that of what follows is no lower`, property.name)
  }
}

/** Looks at one state: what can happen in it, and what it leads to. */
const look = (checking: Checking, place: number): void => {
  const { keys, words } = checking.table.states
  const { actions, layout } = checking.subject.quotient
  const state = layout.decode(keys, place * words)
  for (const action of actions(state)) {
    checking.action = action
    const after = take(checking, state, action, true)
    if (after !== state && placeOf(checking, after) < 0)
      fault(checking, "hole", "the state that follows is not in the certificate")
  }
  checking.action = null
  for (const ranked of checking.ranked) {
    if (!ranked.property.isPending(state)) continue
    ranked.count++
    descend(checking, ranked, place, state)
  }
}

/** Looks at the state at a place, whatever is packed there. */
const lookAt = (checking: Checking, place: number): void => {
  checking.place = place
  try {
    look(checking, place)
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    fault(checking, "state", `expected a state of the model, found one that it cannot go on from (${found})`)
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// One certificate
// ---------------------------------------------------------------------------------------------------------------------

/** Whether a state is one of a share that is drawn: as good as by chance, and the same again by the same seed. */
const isDrawn = ({ seed, share }: Extent, place: number): boolean => {
  let mixed = Math.imul(place ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x27d4eb2f)
  return (mixed ^ (mixed >>> 16)) >>> 0 < share * 2 ** 32
}

/** Says which counts are others than the header has. */
const recount = (checking: Checking, transitions: number): void => {
  const compare = (name: string, claim: string | null, expected: number, found: number): void => {
    if (expected !== found) fault(checking, "count", `${name}: expected ${expected}, found ${found}`, claim)
  }
  compare("transitions", null, transitions, checking.transitions)
  for (const { claim, count, expected, property } of checking.counted)
    compare(`cases of ${property.name}`, claim.id, expected, count)
  for (const { count, expected, property } of checking.ranked)
    compare(`states in which ${property.name} is pending`, property.name, expected, count)
}

/** Checks a certificate that was read from a file, and tells now and then how many of its states it has passed. */
export const check = (
  file: string,
  certificate: Certificate.Certificate,
  extent: Extent,
  report: (states: number) => void = () => {}
): Checked => {
  const { blocks: _, ...header } = certificate.header
  const checking: Checking = {
    ...Opening.open(certificate),
    table: Table.make(certificate.states),
    byKind: new Map(),
    place: undefined,
    action: null,
    faults: [],
    found: 0,
    transitions: 0
  }
  for (const first of checking.subject.quotient.init) {
    if (placeOf(checking, first) < 0) fault(checking, "first", "a first state is not in the certificate")
  }
  let looked = 0
  for (let place = 0; place < header.states; place++) {
    if (place % 1024 === 0) report(place)
    if (extent.share < 1 && !isDrawn(extent, place)) continue
    looked++
    lookAt(checking, place)
  }
  // Of a share that comes to nothing one is looked at.
  if (looked === 0 && header.states > 0) {
    looked++
    lookAt(checking, Math.abs(extent.seed) % header.states)
  }
  checking.place = undefined
  checking.action = null
  if (extent.share >= 1) recount(checking, header.transitions)
  const { faults, found, transitions } = checking
  const isWhole = extent.share >= 1
  return { file, bytes: certificate.bytes, header, looked, isWhole, transitions, found, faults }
}
