/**
 * LeadsTo: whether what is pending ends. A state is good if something must happen, and all that must or may happen ends
 * what is pending or leads to good states; from any other some way goes round without end, or stops.
 */
import type { Finding, Run } from "./Outcome.ts"
import * as Runs from "./Runs.ts"
import * as Store from "./Store.ts"
import type { LeadsTo } from "./Subject.ts"
import { isNearer, none } from "./Tallies.ts"

/** What an action from a state comes to: what was pending is over, or the number of the state that it leads to. */
const after = <S, A, E>(
  { store, subject }: Runs.FoundRun<S, A, E>,
  { isPending }: LeadsTo<S, A>,
  state: S,
  action: A
): "over" | number => {
  const reached = Runs.take(subject, state, action).state
  if (!isPending(reached)) return "over"
  const id = Store.find(store, subject.normal(reached))
  if (id === undefined) throw new Runs.Inconsistent("a way leads to a state that was not found")
  return id
}

/** Whether a state is known to end what is pending, or not to; open while that is being found out. */
type Verdict = "open" | "good" | "bad"

/** A state on the path that is being followed. */
interface Step<S, A> {
  readonly id: number
  readonly state: S
  readonly ways: ReadonlyArray<A>
  at: number
  bad: boolean
}

/** Follows every way from a state, and of all that it meets gives the verdicts. */
const settle = <S, A, E>(
  found: Runs.FoundRun<S, A, E>,
  property: LeadsTo<S, A>,
  verdicts: Map<number, Verdict>,
  root: number
): void => {
  const path: Array<Step<S, A>> = []
  const enter = (id: number): void => {
    verdicts.set(id, "open")
    const state = Store.get(found.store, id)
    const { may, must } = property.ways(state)
    path.push({ id, state, ways: [...must, ...may], at: 0, bad: must.length === 0 })
  }
  enter(root)
  while (path.length > 0) {
    const top = path.at(-1)!
    if (top.at === top.ways.length) {
      path.pop()
      verdicts.set(top.id, top.bad ? "bad" : "good")
      const below = path.at(-1)
      if (below !== undefined && top.bad) below.bad = true
      continue
    }
    const to = after(found, property, top.state, top.ways[top.at++]!)
    if (to === "over") continue
    const verdict = verdicts.get(to)
    if (verdict === undefined) enter(to)
    else if (verdict !== "good") top.bad = true
  }
}

/** How many states something is pending in, and the nearest from which some way never ends it. */
const judged = <S, A, E>(found: Runs.FoundRun<S, A, E>, property: LeadsTo<S, A>, verdicts: Map<number, Verdict>) => {
  const { store } = found
  let situations = 0
  let worst = none
  for (let thread = 0; thread < store.threads; thread++) {
    const first = Store.firstOf(store, thread)
    for (let id = first, end = first + Store.sizeOf(store, thread); id < end; id++) {
      if (!property.isPending(Store.get(store, id))) continue
      situations++
      if (!verdicts.has(id)) settle(found, property, verdicts, id)
      if (verdicts.get(id) === "bad" && (worst === none || isNearer(store, id, worst))) worst = id
    }
  }
  return { situations, worst }
}

/** Finds a state from which some way never ends what is pending. Nothing can be said of a search that is not complete. */
export const finding = <S, A, E>(
  found: Runs.FoundRun<S, A, E>,
  property: LeadsTo<S, A>,
  isComplete: boolean
): Finding<S, A> => {
  const verdicts = new Map<number, Verdict>()
  const { situations, worst } = isComplete ? judged(found, property, verdicts) : { situations: 0, worst: none }
  return {
    name: property.name,
    situations,
    places: situations,
    counterexample: worst === none ? undefined : lasso(found, property, worst, (id) => verdicts.get(id) === "bad"),
    witness: undefined
  }
}

/** Whether two actions are of one kind, where actions say of what kind they are. */
const isAlike = <A>(a: A, b: A): boolean =>
  a === b || (Object(a) === a && Object(b) === b && Reflect.get(Object(a), "_tag") === Reflect.get(Object(b), "_tag"))

/**
 * A way from a state of the subject itself that stops before what is pending ends. Where a normal form stands for what may still
 * happen later than it does, the way through normal forms is not one of the subject's; then its own states are followed.
 */
const endless = <S, A, E>({ subject }: Runs.FoundRun<S, A, E>, property: LeadsTo<S, A>, from: S): ReadonlyArray<A> => {
  const words = new Uint32Array(subject.layout.words)
  const seen = new Set<string>()
  const way: Array<{
    readonly taken: ReadonlyArray<A>
    readonly state: S
    readonly ways: ReadonlyArray<A>
    at: number
  }> = []
  const enter = (state: S, taken: ReadonlyArray<A>): boolean => {
    const { may, must } = property.ways(state)
    way.push({ state, taken, ways: [...must, ...may], at: 0 })
    return must.length === 0
  }
  let isOver = enter(from, [])
  while (!isOver) {
    const top = way.at(-1)
    if (top === undefined) throw new Runs.Inconsistent("a way without end is lost")
    if (top.at === top.ways.length) {
      way.pop()
      continue
    }
    const { state, taken } = Runs.take(subject, top.state, top.ways[top.at++]!)
    subject.layout.encode(subject.normal(state), words, 0)
    const key = words.join()
    if (!property.isPending(state) || seen.has(key)) continue
    seen.add(key)
    isOver = enter(state, taken)
  }
  return way.flatMap(({ taken }) => taken)
}

/** A run to a state, and from there a way that repeats itself, or stops. */
const lasso = <S, A, E>(
  found: Runs.FoundRun<S, A, E>,
  property: LeadsTo<S, A>,
  start: number,
  isBad: (id: number) => boolean
): Run<S, A> => {
  const { store, subject } = found
  const { actions: stem, first, state: reached } = Runs.runTo(found, start)
  const actions = [...stem]
  const passed = new Map<number, number>()
  let state = reached
  for (let id = start; ; ) {
    const seen = passed.get(id)
    if (seen !== undefined) return { first, actions, loop: seen }
    passed.set(id, actions.length)
    const normal = Store.get(store, id)
    const { may, must } = property.ways(normal)
    const on = [...must, ...may]
      .map((action) => ({ action, to: after(found, property, normal, action) }))
      .find(({ to }) => to !== "over" && isBad(to))
    if (on === undefined) return { first, actions, loop: undefined }
    const next = on.to as number
    const here: S = state
    const moves = subject
      .likeNormal(here, normal)
      .map((action) => ({ action, move: Runs.take(subject, here, action) }))
      .filter(({ move }) => Store.is(store, next, subject.normal(move.state)))
    // Of the actions that lead there the one that is most like what leads there from the normal form.
    const { move } = moves.find(({ action }) => isAlike(action, on.action)) ?? moves[0] ?? {}
    if (move === undefined) return { first, actions: [...stem, ...endless(found, property, reached)], loop: undefined }
    actions.push(...move.taken)
    state = move.state
    id = next
  }
}
