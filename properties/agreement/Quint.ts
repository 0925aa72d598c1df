/**
 * Quint: specs loaded once and run in process, by the tool's own simulator or one action at a time. Everything that
 * reaches into the tool does so here, by paths that only its exact version has.
 */
import { newIdGenerator } from "@informalsystems/quint/dist/src/idGenerator.js"
import { walkExpression } from "@informalsystems/quint/dist/src/ir/IRVisitor.js"
import type { QuintEx } from "@informalsystems/quint/dist/src/ir/quintIr.js"
import { toItf } from "@informalsystems/quint/dist/src/itf.js"
import { parse, parseExpressionOrDeclaration } from "@informalsystems/quint/dist/src/parsing/quintParserFrontend.js"
import { analyzeModules } from "@informalsystems/quint/dist/src/quintAnalyzer.js"
import { type QuintError, quintErrorToString } from "@informalsystems/quint/dist/src/quintError.js"
import { newRng } from "@informalsystems/quint/dist/src/rng.js"
import { Evaluator } from "@informalsystems/quint/dist/src/runtime/impl/evaluator.js"
import { newTraceRecorder } from "@informalsystems/quint/dist/src/runtime/trace.js"

// ---------------------------------------------------------------------------------------------------------------------
// Values
// ---------------------------------------------------------------------------------------------------------------------

/** A value of Quint. Sets, maps and variants are marked as what they are; any other object is a record. */
export type Value =
  | number
  | string
  | boolean
  | ReadonlyArray<Value>
  | { readonly set: ReadonlyArray<Value> }
  | { readonly map: ReadonlyArray<readonly [Value, Value]> }
  | { readonly tag: string; readonly of?: Value }
  | { readonly [field: string]: Value }

type Marked = { readonly set?: ReadonlyArray<Value>; readonly map?: ReadonlyArray<readonly [Value, Value]> } & {
  readonly tag?: string
  readonly of?: Value
}

const isObject = (value: Value): value is Exclude<Value, number | string | boolean | ReadonlyArray<Value>> =>
  typeof value === "object" && !Array.isArray(value)

/** A value as an expression of Quint. */
export const text = (value: Value): string => {
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`
  if (!isObject(value)) return JSON.stringify(value)
  const { map, of, set, tag } = value as Marked
  if (set !== undefined) return `Set(${set.map(text).join(", ")})`
  if (map !== undefined) return `Map(${map.map(([key, item]) => `${text(key)} -> ${text(item)}`).join(", ")})`
  if (tag !== undefined) return of === undefined ? tag : `${tag}(${text(of)})`
  const fields = Object.entries(value as Readonly<Record<string, Value>>).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{ ${fields.map(([field, item]) => `${field}: ${text(item)}`).join(", ")} }`
}

/** A value in a form whose parts can be named: what is in a set or a map stands under its text. */
export const readable = (value: Value): unknown => {
  if (Array.isArray(value)) return value.map(readable)
  if (!isObject(value)) return value
  const { map, set, tag } = value as Marked
  if (set !== undefined) return Object.fromEntries(set.map((item) => [text(item), "present"]))
  if (map !== undefined) return Object.fromEntries(map.map(([key, item]) => [text(key), readable(item)]))
  if (tag !== undefined) return text(value)
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, readable(item)]))
}

/** Every variable of a spec, by name. */
export type State = Readonly<Record<string, Value>>

// ---------------------------------------------------------------------------------------------------------------------
// ITF, the form in which the tool gives its traces
// ---------------------------------------------------------------------------------------------------------------------

type Itf = Readonly<Record<string, unknown>>

const decoded = (itf: unknown): Value => {
  if (Array.isArray(itf)) return itf.map(decoded)
  if (typeof itf !== "object" || itf === null) return itf as Value
  const { "#bigint": int, "#map": pairs, "#set": items, tag, value } = itf as Itf
  if (int !== undefined) return Number(int)
  if (items !== undefined) return { set: (items as ReadonlyArray<unknown>).map(decoded) }
  if (pairs !== undefined) {
    return { map: (pairs as ReadonlyArray<readonly [unknown, unknown]>).map(([k, v]) => [decoded(k), decoded(v)]) }
  }
  if (tag !== undefined) return isEmpty(value) ? { tag: String(tag) } : { tag: String(tag), of: decoded(value) }
  return Object.fromEntries(Object.entries(itf).map(([field, item]) => [field, decoded(item)]))
}

/** A variant without content has the empty tuple for it. */
const isEmpty = (itf: unknown): boolean => (itf as { readonly "#tup"?: ReadonlyArray<unknown> })["#tup"]?.length === 0

/** The variables of a state: what is not about the trace. A variable of an instance has the instance in its name. */
const stateOf = (itf: Itf): State =>
  Object.fromEntries(
    Object.entries(itf)
      .filter(([name]) => !name.startsWith("#") && !name.startsWith("mbt::"))
      .map(([name, value]) => [name.slice(name.lastIndexOf(":") + 1), decoded(value)])
  )

const statesOf = (states: ReadonlyArray<QuintEx>): ReadonlyArray<Itf> =>
  toItf([], [...states], true).unwrap().states as ReadonlyArray<Itf>

/** A step of a trace: the action that was taken, what was picked for it, and the state that it led to. */
export interface Step {
  readonly action: string
  readonly picks: State
  readonly state: State
}

const stepOf = (itf: Itf): Step => {
  const picks = Object.entries(itf["mbt::nondetPicks"] as Readonly<Record<string, { tag: string; value: unknown }>>)
  return {
    action: String(itf["mbt::actionTaken"]),
    picks: Object.fromEntries(
      picks.flatMap(([name, { tag, value }]) => (tag === "Some" ? [[name, decoded(value)]] : []))
    ),
    state: stateOf(itf)
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Specs
// ---------------------------------------------------------------------------------------------------------------------

/** A run that is told what to do, in the words of the spec. */
export interface Run {
  /** Takes an action; the state that it leads to, or undefined where the spec does not allow it. */
  readonly take: (action: string) => State | undefined
  /** Whether something is so, in the state that the run is in. */
  readonly holds: (condition: string) => boolean
}

/** How many runs the simulator is to make, how many steps each, and from which seed. */
export interface Sample {
  readonly runs: number
  readonly steps: number
  readonly seed: number
}

/** A module whose constants are all given: something that can run. */
export interface Module {
  /** Begins a run, before its first state. A module makes one such run at a time. */
  readonly begin: () => Run
  /** Random runs from `init` by `step`, the same for the same seed. Gives the number of steps taken. */
  readonly simulate: (sample: Sample, onTrace?: (trace: ReadonlyArray<Step>) => void) => number
}

/** The tool's generator counts up from its seed: spaced out, no two seeds give runs in common. */
const spaced = (seed: number): bigint => BigInt(seed) * 2n ** 40n

const complain = (source: string, errors: ReadonlyArray<QuintError>): void => {
  if (errors.length > 0) throw new Error(`${source}: ${errors.map(quintErrorToString).join("; ")}`)
}

type Table = Parameters<typeof analyzeModules>[0]

/** The expression of a module that a text is. */
type Expressions = (text: string) => QuintEx

/** Runs of a module, one at a time. The evaluator is one for all, as it remembers the definitions that it compiled. */
const told = (table: Table, expression: Expressions): Module["begin"] => {
  const rng = newRng(0n)
  const evaluator = new Evaluator(table, newTraceRecorder(0, rng), rng)
  const holds = (condition: string): boolean => {
    const found = evaluator.evaluate(expression(condition))
    if (found.isLeft()) complain(condition, [found.value])
    const value = found.unwrap()
    return value.kind === "bool" && value.value
  }
  const take = (action: string): State | undefined => {
    if (!holds(action)) return undefined
    evaluator.shift()
    const state = evaluator.ctx.varStorage.asRecord().toQuintEx({ nextId: () => 0n })
    return stateOf(statesOf([state])[0]!)
  }
  return () => {
    evaluator.reset()
    return { holds, take }
  }
}

const simulated =
  (table: Table, expression: Expressions): Module["simulate"] =>
  ({ runs, seed, steps }, onTrace) => {
    const rng = newRng(spaced(seed))
    const recorder = newTraceRecorder(0, rng, onTrace === undefined ? 1 : runs)
    const evaluator = new Evaluator(table, recorder, rng, true)
    const [init, step, always] = [expression("init"), expression("step"), expression("true")]
    const outcome = evaluator.simulate(init, step, always, [], runs, steps, 1, (_index, _status, _names, states) =>
      onTrace?.(statesOf(states).map(stepOf))
    )
    complain("the simulator", outcome.errors)
    return Math.round(outcome.samples * (outcome.traceStatistics.averageTraceLength - 1))
  }

const source = { normalizedPath: "spec", toSourceName: () => "spec" }

/** Loads a spec from its text, and gives its modules by name. Throws where it does not parse or check. */
export const load = (spec: string): ((name: string) => Module) => {
  const ids = newIdGenerator()
  const { errors, modules, resolver, sourceMap, table } = parse(ids, "spec", source, spec)
  complain("the spec", errors)
  complain("the spec", analyzeModules(table, modules)[0])

  const expressions = (name: string): Expressions => {
    const parsed = new Map<string, QuintEx>()
    return (text) => {
      const known = parsed.get(text)
      if (known !== undefined) return known
      const result = parseExpressionOrDeclaration(text, "expression", ids, sourceMap)
      if (result.kind !== "expr") throw new Error(`${text}: not an expression`)
      resolver.switchToModule(name)
      walkExpression(resolver, result.expr)
      complain(text, resolver.errors)
      parsed.set(text, result.expr)
      return result.expr
    }
  }

  const loaded = new Map<string, Module>()
  return (name) => {
    const expression = expressions(name)
    const module = loaded.get(name) ?? { begin: told(table, expression), simulate: simulated(table, expression) }
    loaded.set(name, module)
    return module
  }
}
