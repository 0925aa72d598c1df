/** Two-phase commit has as many states as others have counted, and a mutant of it is caught. */
import { describe, expect, it } from "vitest"
import { search } from "../Search.ts"
import { type Action, among, properties, type Transaction } from "./TwoPhaseCommit.ts"

const counted = (managers: number, isSymmetric = false) => {
  const { ended, findings, states } = search(among(managers, isSymmetric), properties)
  return { ended, states, broken: findings.filter(({ counterexample }) => counterexample).map(({ name }) => name) }
}

/** How many states there are but for the order of managers, counted in the plainest way. */
const classes = (managers: number): number => {
  const { actions, init, next } = among(managers, false)
  const nameOf = (transaction: Transaction): string =>
    JSON.stringify([transaction.decided, ...transaction.managers.map((one) => JSON.stringify(one)).sort()])
  const seen = new Set(init.map(nameOf))
  const waiting = [...init]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    for (const action of actions(state)) {
      const after = next(state, action).state
      if (seen.has(nameOf(after))) continue
      seen.add(nameOf(after))
      waiting.push(after)
    }
  }
  return seen.size
}

describe("two-phase commit", () => {
  // The counts of stateright's example (examples/2pc.rs), which takes the same subset of TwoPhase.tla.
  it.each([
    [3, 288],
    [5, 8832]
  ])("of %i managers has the published count of states, and is consistent in all of them", (managers, states) => {
    expect(counted(managers)).toEqual({ ended: "exhausted", states, broken: [] })
  })

  // Stateright counts 665 for five: it sorts managers by their state alone, so that some states which are renumberings of
  // each other stay apart. Here of all renumberings one stands for the others.
  it.each([
    [3, 80],
    [5, 314]
  ])("of %i interchangeable managers has one state for each class", (managers, states) => {
    expect(counted(managers, true)).toEqual({ ended: "exhausted", states, broken: [] })
    expect(classes(managers)).toBe(states)
  })

  it("lets all commit, and all abort", () => {
    const { findings } = search(among(3, true), properties)
    const [, commit, abort] = findings.map(({ witness }) => witness?.actions.length)
    // Each prepares, is heard and follows, and one decides. To abort takes nobody but the managers.
    expect({ commit, abort }).toEqual({ commit: 3 * 3 + 1, abort: 3 })
  })

  it("is caught when the transaction manager does not wait for everybody", () => {
    const sound = among(3, true)
    const hasty = {
      ...sound,
      actions: (transaction: Transaction): ReadonlyArray<Action> => {
        const all = sound.actions(transaction)
        const isHeard = transaction.decided === "nothing" && transaction.managers.some(({ received }) => received)
        return isHeard && all.every(({ _tag }) => _tag !== "Commit") ? [{ _tag: "Commit" }, ...all] : all
      }
    }
    const { ended, findings } = search(hasty, properties)
    expect(ended).toBe("all-broken")
    const { actions, first } = findings[0]!.counterexample!
    // One prepares and is heard, the others are not waited for: one commits, another aborts by itself.
    expect(actions.map(({ _tag }) => _tag).sort()).toEqual(["ChooseToAbort", "Commit", "Follow", "Prepare", "Receive"])
    const last = actions.reduce<Transaction>((state, action) => hasty.next(state, action).state, first)
    expect(last.managers.map(({ state }) => state).sort()).toEqual(["aborted", "committed", "working"])
  })
})
