/** ScenarioFile: what a file of scenarios holds, with the mutants that each of them catches. */
import { numbering } from "./Mistakes.ts"
import { noted } from "./NotedMutants.ts"
import { passes, type Scenario, type Setting } from "./Scenario.ts"

/** A scenario, with what it is about. */
export interface Commented extends Scenario {
  readonly comment: string
}

/** Scenarios that begin with the same state of a provider. */
export interface ScenarioGroup {
  readonly setting: Setting
  readonly scenarios: ReadonlyArray<Commented>
}

/** The names of the mutants that fail a scenario. */
export const caught = (setting: Setting, scenario: Scenario): ReadonlyArray<string> =>
  Object.entries(noted).flatMap(([name, { commit }]) => (passes(setting, scenario, commit()) ? [] : [name]))

/** Says which mutants fail a scenario: the one that is numbered so in its file. */
export type Noting = (id: number, setting: Setting, scenario: Scenario) => ReadonlyArray<string>

/** The notes and the groups of a file of scenarios. */
export const contents = (scenarioGroups: ReadonlyArray<ScenarioGroup>, noting: Noting) => {
  const next = numbering()
  const groups = scenarioGroups.map(({ scenarios, setting }) => ({
    ...setting,
    tests: scenarios.map(({ comment, ...scenario }) => {
      const id = next()
      return { id, comment, ...scenario, notes: noting(id, setting, scenario) }
    })
  }))
  const named = new Set(groups.flatMap(({ tests }) => tests.flatMap(({ notes }) => notes)))
  const notes = Object.entries(noted).flatMap(([name, { clause, mistake }]) =>
    named.has(name) ? [[name, { clause, mistake }] as const] : []
  )
  return { notes: Object.fromEntries(notes), groups }
}
