/** Scenario: runs of the model written down as `run` definitions of Quint, for people to read and for its tool to run. */
import * as System from "../../model/System.ts"
import type { Actions } from "./Agreement.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"

const scenario = ({ actions, start, world }: Actions, number: number): string => {
  let run = Projection.begin(world, System.init(world).find(({ now }) => now === start)!)
  const calls: Array<string> = []
  for (const action of actions) {
    calls.push(`    .then(${Projection.callOf(run.state, action)})`)
    run = Projection.take(run, action)
  }
  const reached = Object.entries(Projection.variables(run)).map(
    ([name, value]) => `      ${name} == ${Quint.text(value)},`
  )
  return [
    `  run scenario${number}Test = startAt(${start})`,
    ...calls,
    "    .expect(and {",
    ...reached,
    "    })",
    ""
  ].join("\n")
}

/** A module `scenarios` to stand after the spec: of each run its actions, and every variable at its end. */
export const module = (world: System.World, runs: ReadonlyArray<Actions>): string => {
  const scenarios = runs.map((run, index) => scenario(run, index + 1))
  return Projection.instance("scenarios", world).replace(/\}\n$/, `\n${scenarios.join("\n")}}\n`)
}
