/**
 * Failure: how a property that does not hold is told. Not as the values that were drawn, whose greater part is a scheme, but
 * as the run that they come to: what happened, in sentences; what the last step changed; and the one command that makes
 * just this case again.
 */
import { relative } from "node:path"
import * as Result from "effect/Result"
import fc from "fast-check"
import { expect } from "vitest"
import type { Scheme } from "../../model/Scheme.ts"
import { Recording } from "../arbitraries/Arbitraries.ts"
import * as Differences from "../Difference.ts"
import { Narrative } from "../report/Reports.ts"
import * as Trace from "../trace/Trace.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Runs
// ---------------------------------------------------------------------------------------------------------------------

const short = (value: unknown, most: number): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > most ? `${text.slice(0, most - 3)}...` : text
}

/** What a step changed, a line for each part of the state: its path, what it was, and what it is. */
export const changes = (before: unknown, after: unknown): ReadonlyArray<string> =>
  Differences.all(before, after).map(
    ({ is, path, was }) => `${path}: ${was === undefined ? "nothing" : short(was, 70)} -> ${short(is, 400)}`
  )

const words = { note: "", title: "", sources: {}, claims: {} }

/** Parameters in which a scheme is not the built-in one that it is called after. */
const varied = (scheme: Scheme, builtIn: ReadonlyArray<Scheme>): string => {
  const origin = builtIn.find((one) => one.scheme === scheme.scheme)
  const { claims: _, note: __, sources: ___, title: ____, ...own } = scheme
  if (origin === undefined) return `a scheme that was drawn: ${short(own, 2000)}`
  const others = Differences.all({ ...origin, ...words }, { ...scheme, ...words })
  const said = others.map(({ is, path }) => `${path} = ${short(is, 70)}`)
  return said.length === 0 ? scheme.scheme : `${scheme.scheme} with ${said.join(", ")}`
}

/** A run as it is told by `paycode explain`, and what its last step changed. */
export const told = (run: Trace.Run, builtIn: ReadonlyArray<Scheme>): string => {
  const { opening, sentences } = Narrative.tell(run)
  const last = Result.getOrThrow(Trace.replay(run)).at(-1)
  return [
    `In ${varied(run.world.rules.scheme, builtIn)}:`,
    `  ${opening}`,
    ...sentences.map((sentence, index) => `  ${index + 1}. ${sentence}`),
    ...(last === undefined
      ? []
      : ["The last step changed:", ...changes(last.before, last.after).map((line) => `  ${line}`)])
  ].join("\n")
}

// ---------------------------------------------------------------------------------------------------------------------
// Once more
// ---------------------------------------------------------------------------------------------------------------------

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** How many properties each test has checked up to now: a test may check several. */
const checked = new Map<string, number>()

const place = (): { readonly file: string; readonly test: string } => {
  const { currentTestName = "", testPath = "" } = expect.getState()
  return { file: relative(process.cwd(), testPath), test: currentTestName }
}

/** The shell command that runs the present test again: with a variable or two that choose the case. */
export const command = (variables: Readonly<Record<string, string | number>>): string => {
  const { file, test } = place()
  const pattern = `^${test.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return `${set.join(" ")} npx vitest run ${file} -t ${quoted(pattern)}`
}

/** Where PAYCODE_PATH says so, the property of a test that is checked as its so-many-th is checked for one case alone. */
const pathOf = (number: number): { readonly path?: string; readonly numRuns?: number } => {
  const [, chosen, path] = /^(\d+)@([\d:]+)$/.exec(process.env.PAYCODE_PATH ?? "") ?? []
  return path !== undefined && Number(chosen) === number ? { path, numRuns: 1 } : {}
}

// ---------------------------------------------------------------------------------------------------------------------
// Properties
// ---------------------------------------------------------------------------------------------------------------------

/** Values that were drawn, with schemes and worlds by their names: the run tells what matters of them. */
const drawn = (values: unknown): string => {
  const text = JSON.stringify(values, (key, value: unknown) => {
    if (typeof value === "bigint") return String(value)
    const isNamed = (key === "scheme" || key === "rules" || key === "world") && Object(value) === value
    return isNamed ? (Reflect.get(Object(value), "scheme") ?? key) : value
  })
  return short(text === undefined ? undefined : JSON.parse(text), 400)
}

const because = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A case in which a property fails, as fast-check found and shrank it. */
interface Case {
  readonly seed: number
  readonly numRuns: number
  readonly numShrinks: number
  readonly counterexample: unknown
  readonly counterexamplePath: string | null
  readonly errorInstance: unknown
}

/** What fails of a property, as lines. */
const said = (details: Case, number: number, runs: ReadonlyArray<Trace.Run>, builtIn: ReadonlyArray<Scheme>): string =>
  [
    `The property fails in case ${details.numRuns} of seed ${details.seed}, shrunk ${details.numShrinks} times: ${
      because(details.errorInstance).split("\n\n")[0]
    }`,
    "",
    ...runs.map((run) => told(run, builtIn)),
    `Drawn: ${drawn(details.counterexample)}`,
    "",
    "This case alone:",
    `  ${command({ PAYCODE_SEED: details.seed, PAYCODE_PATH: `${number}@${details.counterexamplePath}` })}`
  ].join("\n")

/** A property that does not hold. Its message is all there is to see: where it was thrown says nothing. */
class PropertyFails extends Error {
  override readonly name = "PropertyFails"
}

/** The runs that a property comes to, for the values that it failed for. */
const rerun = (property: fc.IRawProperty<unknown>, counterexample: unknown): ReadonlyArray<Trace.Run> =>
  Recording.during(() => property.run(counterexample))

/** Checks a property. One that does not hold fails the test, told by its shortest run; `builtIn` are the schemes with a name. */
export const assertWith =
  (builtIn: ReadonlyArray<Scheme>) =>
  <Values>(property: fc.IProperty<Values>, parameters: fc.Parameters<Values> = {}): void => {
    const { test } = place()
    const number = (checked.get(test) ?? 0) + 1
    checked.set(test, number)
    const details = fc.check(property, { ...parameters, ...pathOf(number) }) as fc.RunDetails<Values>
    if (!details.failed) return
    if (details.counterexample === null) throw new PropertyFails(fc.defaultReportMessage(details) ?? "no case was made")
    const runs = rerun(property as fc.IRawProperty<unknown>, details.counterexample)
    throw new PropertyFails(said(details, number, runs, builtIn))
  }

/** Fails the present test with a run that breaks a claim. */
export const breach = (trace: Trace.Trace, builtIn: ReadonlyArray<Scheme>, seed: number): never => {
  throw new PropertyFails(
    [
      `${trace.claim} is broken. ${Narrative.conclusion(trace)}`,
      "",
      told(trace, builtIn),
      "",
      "This test alone:",
      `  ${command({ PAYCODE_SEED: seed })}`
    ].join("\n")
  )
}
