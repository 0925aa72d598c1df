/**
 * VerdictProcess: a process that runs parts of the audit on the sources as they stand in its folder, and tells what they come to,
 * a line of JSON for each answer. It is told on stdin what to do, and what the unmutated sources come to.
 */
import { readFileSync } from "node:fs"
import { asserted } from "../../model/Scheme.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import { checkedIds } from "../../spec/Claims.ts"
import type { Exploration } from "../audit/Audit.ts"
import { Walk } from "../audit/Audit.ts"
import * as Judging from "./Judging.ts"

/** What a part came to, and took; and in a copy that counts, the points that it came to. */
export interface Measured {
  readonly name: string
  readonly seconds: number
  readonly found: Judging.Found
  readonly reached: ReadonlyArray<string>
}

/** What the unmutated sources come to, part by part. */
export interface Baseline {
  readonly parts: ReadonlyArray<Measured>
}

/** What the process is to do. */
export type VerdictOrder =
  | { readonly _tag: "Measure" }
  | {
      readonly _tag: "Judge"
      /** A file with the baseline; null where only the named parts are to be run, and nothing is known of the others. */
      readonly baseline: string | null
      /** The parts that may come out otherwise, in the order to try them; of others the baseline is known. */
      readonly names: ReadonlyArray<string>
      /** Whether it is to be told too that nothing at all is otherwise. */
      readonly compares: boolean
    }

/** What the process answers last. `equal`: every count of every search and every random run is as before. */
export type VerdictAnswer =
  | { readonly _tag: "Measured"; readonly baseline: Baseline }
  | { readonly _tag: "Killed"; readonly by: string; readonly how: string }
  | { readonly _tag: "Alive"; readonly equal: boolean }

interface Listening {
  reached?: (file: string, point: number) => void
  reaches?: ReadonlyArray<Uint8Array>
}

const listening = globalThis as Listening

const measure = (): VerdictAnswer => {
  const parts = Judging.parts().map((part): Measured => {
    const met: Array<string> = []
    for (const counts of listening.reaches ?? []) counts.fill(0)
    listening.reached = (file, point) => met.push(`${file} ${point}`)
    const began = performance.now()
    const found = Judging.find(part)
    return { name: part.name, seconds: (performance.now() - began) / 1000, found, reached: met }
  })
  return { _tag: "Measured", baseline: { parts } }
}

type JudgeOrder = Extract<VerdictOrder, { readonly _tag: "Judge" }>

/** The parts to run, in their order: those that are named, and those that the baseline does not know. */
const queueOf = (
  all: ReadonlyArray<Judging.Part>,
  { baseline, names }: JudgeOrder,
  known: ReadonlyMap<string, Measured>
): ReadonlyArray<Judging.Part> => {
  const rank = new Map(names.map((name, at) => [name, at]))
  return all
    .filter(({ name }) => rank.has(name) || (baseline !== null && !known.has(name)))
    .toSorted((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0))
}

/** What became of the searches of all schemes so far. */
interface Docket {
  readonly all: ReadonlyArray<Judging.Part>
  readonly explored: Map<string, Exploration.Explored>
}

const searchesOf = ({ all, explored }: Docket) =>
  all.flatMap(({ name, work }) => (work._tag === "Search" ? [{ task: work.task, explored: explored.get(name) }] : []))

/** Whether random runs may yet say otherwise of a claim than searches: of one that should fail, and was not broken. */
const isOpen = ({ scheme }: Judging.Part, id: CheckedClaimId): boolean =>
  asserted(scheme, id) === "fails" && Walk.canWalk(id)

/** What the random runs of a scheme say otherwise, where no search did. */
const walked = (docket: Docket, part: Judging.Part): string | undefined => {
  const { scheme } = part
  const searches = searchesOf(docket)
  const ids = checkedIds.filter((id) => searches.some(({ task }) => task.scheme === scheme && task.claims.includes(id)))
  const isUnbroken = (id: CheckedClaimId): boolean =>
    asserted(scheme, id) === "holds" || Judging.difference(scheme, id, searches) !== undefined
  const { counterexamples } = Judging.walk(scheme, ids.filter(isUnbroken))
  for (const id of ids.filter(isUnbroken)) {
    const isBroken = counterexamples[id] !== undefined
    if (isBroken === (asserted(scheme, id) === "holds")) {
      return `${scheme.scheme}: ${id} ${isBroken ? "fails" : "holds"}, asserted ${asserted(scheme, id)}`
    }
  }
  return undefined
}

/** Runs a part, and says what is otherwise than asserted. */
const judgePart = (docket: Docket, part: Judging.Part, known: Measured | undefined) => {
  const { name, scheme, work } = part
  if (work._tag === "Walk") return { how: walked(docket, part), same: true }
  if (work._tag === "Compute") {
    const [wrong] = Judging.wrongNumbers(scheme)
    return { how: wrong && `${scheme.scheme}: ${wrong} is not as asserted`, same: true }
  }
  const found = Judging.find(part)
  if (work._tag === "Notice") {
    const judge = known && Judging.noticed(found, known.found)
    return { how: judge && `the judge of ${judge} notices otherwise`, same: true }
  }
  if (work._tag === "Fall") {
    // What the table says is shown at a larger size only is not asked here.
    const isShown = known === undefined || ("falls" in known.found && known.found.falls === true)
    const isLost = isShown && !("falls" in found && found.falls === true)
    return { how: isLost ? `${name} does not fall` : undefined, same: true }
  }
  const same = known !== undefined && Judging.comparable(found) === Judging.comparable(known.found)
  if (work._tag !== "Search") return { how: undefined, same }
  docket.explored.set(name, found as Exploration.Explored)
  const searches = searchesOf(docket)
  const how = work.task.claims
    .filter((id) => !isOpen(part, id))
    .map((id) => Judging.difference(scheme, id, searches))
    .find((one) => one !== undefined)
  return { how, same }
}

/** Of claims that should fail and that nothing broke, random runs are asked in any case. */
const openWalks = ({ all, explored }: Docket): ReadonlyArray<Judging.Part> => {
  const searches = searchesOf({ all, explored })
  return all.filter(
    (part) =>
      part.work._tag === "Walk" &&
      checkedIds.some((id) => isOpen(part, id) && Judging.difference(part.scheme, id, searches) !== undefined)
  )
}

const judge = (order: JudgeOrder): VerdictAnswer => {
  const baseline = order.baseline === null ? undefined : (JSON.parse(readFileSync(order.baseline, "utf8")) as Baseline)
  const known = new Map(baseline?.parts.map((part) => [part.name, part]))
  const all = Judging.parts()
  const docket: Docket = { all, explored: new Map() }
  const queue = queueOf(all, order, known)
  for (const { name, work } of all) {
    const before = known.get(name)
    const isKnown = work._tag === "Search" && before !== undefined && !queue.some((part) => part.name === name)
    if (isKnown) docket.explored.set(name, before.found as Exploration.Explored)
  }
  let equal = true
  // What judges notice is of the judges, and costs little: it comes first. Of the model it says nothing but that runs are others.
  const isFirst = ({ work }: Judging.Part): boolean => work._tag === "Notice" && !order.compares
  const isMiddle = ({ work }: Pick<Judging.Part, "work">): boolean => work._tag === "Search" || work._tag === "Fall"
  const isLast = (part: Judging.Part): boolean => part.work._tag !== "Notice" && !isMiddle(part)
  const tried = [isFirst, isMiddle, isLast].flatMap((is) => queue.filter(is))
  const done = new Set<string>()
  for (const part of tried) {
    if (part.work._tag === "Trace" && !(order.compares && equal)) continue
    const { how, same } = judgePart(docket, part, known.get(part.name))
    if (how !== undefined) return { _tag: "Killed", by: part.name, how }
    equal &&= same
    done.add(part.name)
  }
  for (const part of baseline === undefined ? [] : openWalks(docket)) {
    const how = done.has(part.name) ? undefined : walked(docket, part)
    if (how !== undefined) return { _tag: "Killed", by: part.name, how }
  }
  return { _tag: "Alive", equal }
}

const order = JSON.parse(readFileSync(0, "utf8")) as VerdictOrder
const answer = order._tag === "Measure" ? measure() : judge(order)
console.log(JSON.stringify(answer))
