/** Exploration: how long a run is told to be. */
import { expect, it } from "vitest"
import type { Action } from "../../model/system/System.ts"
import * as Exploration from "./Exploration.ts"

const time: Action = { _tag: "Advance", seconds: 1 }
const confirm: Action = { _tag: "Confirm", phone: 0 }

it.each<readonly [number, ReadonlyArray<Action>]>([
  [0, []],
  [1, [time]],
  [1, [time, time, time]],
  [2, [confirm, confirm]],
  [5, [time, time, confirm, time, confirm, time, time]]
])("a run has %d actions, time between two others being one: %j", (many, actions) => {
  expect(Exploration.actionsIn({ actions })).toBe(many)
})
