/**
 * Quint: specs loaded once and run in process, at random or one action at a time. Everything that reaches into the tool
 * does so here, by paths that only its exact version has.
 */
import { newIdGenerator } from "@informalsystems/quint/dist/src/idGenerator.js"
import { walkExpression } from "@informalsystems/quint/dist/src/ir/IRVisitor.js"
import type { QuintEx } from "@informalsystems/quint/dist/src/ir/quintIr.js"
import { parse, parseExpressionOrDeclaration } from "@informalsystems/quint/dist/src/parsing/quintParserFrontend.js"
import { analyzeModules } from "@informalsystems/quint/dist/src/quintAnalyzer.js"
import { type QuintError, quintErrorToString } from "@informalsystems/quint/dist/src/quintError.js"
import { newRng } from "@informalsystems/quint/dist/src/rng.js"
import { Evaluator } from "@informalsystems/quint/dist/src/runtime/impl/evaluator.js"
import type { RuntimeValue } from "@informalsystems/quint/dist/src/runtime/impl/runtimeValue.js"
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

/**
 * A value in a form whose parts can be named and compared: what is in a set or a map stands under its text, and what is in
 * a variant under its tag.
 */
export type Readable = number | string | boolean | ReadonlyArray<Readable> | { readonly [part: string]: Readable }

/** A value as it is read. */
export const readable = (value: Value): Readable => {
  if (Array.isArray(value)) return value.map(readable)
  if (!isObject(value)) return value as Readable
  const { map, of, set, tag } = value as Marked
  if (set !== undefined) return Object.fromEntries(set.map((item) => [text(item), "present"]))
  if (map !== undefined) return Object.fromEntries(map.map(([key, item]) => [text(key), readable(item)]))
  if (tag !== undefined) return { [tag]: of === undefined ? "present" : readable(of) }
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, readable(item)]))
}

/** Every variable of a spec, by name. */
export type State = { readonly [variable: string]: Readable }

// ---------------------------------------------------------------------------------------------------------------------
// Values of the tool
// ---------------------------------------------------------------------------------------------------------------------

/** What was read before. Values never change, and one state has most of its parts in common with the next. */
const known = new WeakMap<RuntimeValue, Readable>()

const read = (value: RuntimeValue): Readable => {
  const before = known.get(value)
  if (before !== undefined) return before
  const now = readNew(value)
  known.set(value, now)
  return now
}

const readNew = (value: RuntimeValue): Readable => {
  // Its classes are told apart by their names, for the tool keeps them to itself.
  switch (value.constructor.name) {
    case "RuntimeValueInt":
      return Number(value.toInt())
    case "RuntimeValueBool":
      return value.toBool()
    case "RuntimeValueStr":
      return value.toStr()
    case "RuntimeValueRecord":
      return Object.fromEntries(value.toOrderedMap().map(read).entries())
    case "RuntimeValueMap":
      return Object.fromEntries([...value.toMap()].map(([key, item]) => [text(read(key)), read(item)]))
    case "RuntimeValueVariant": {
      const [tag, of] = value.toVariant()
      return { [tag]: of.constructor.name === "RuntimeValueTupleOrList" ? "present" : read(of) }
    }
    case "RuntimeValueTupleOrList":
      return [...value.toList()].map(read)
    default:
      return Object.fromEntries([...value.toSet()].map((item) => [text(read(item)), "present"]))
  }
}

/** The variables of a state. A variable of an instance has the instance in its name. */
const stateOf = (evaluator: Evaluator): State =>
  Object.fromEntries(
    [...evaluator.ctx.varStorage.vars.values()].map(({ name, value }) => [
      name.slice(name.lastIndexOf(":") + 1),
      read(value.unwrap())
    ])
  )

/** A step of a random run: the action that was taken, what was picked for it, and the state that it led to. */
export interface Step {
  readonly action: string
  readonly picks: State
  readonly state: State
}

/** What was picked for the action that is about to be taken. A pick of an action that was not taken is undefined. */
const picked = (evaluator: Evaluator): Omit<Step, "state"> => {
  const { actionTaken, nondetPicks } = evaluator.ctx.varStorage
  const picks = [...nondetPicks].flatMap(([name, value]) => (value === undefined ? [] : [[name, read(value)] as const]))
  return { action: actionTaken ?? "", picks: Object.fromEntries(picks) }
}

// ---------------------------------------------------------------------------------------------------------------------
// Specs
// ---------------------------------------------------------------------------------------------------------------------

/** Whether something is so, in the state that a run is in. */
export type Holds = (condition: string) => boolean

/** A run that is told what to do, in the words of the spec. */
export interface SpecRun {
  /** Takes an action; the state that it leads to, or undefined where the spec does not allow it. */
  readonly take: (action: string) => State | undefined
  readonly holds: Holds
}

/**
 * How many runs the simulator is to make, how many steps each, and from which seed. `by`: the action that every step of a
 * run is one of, for the runs by turns; `step` unless it is given.
 */
export interface Sample {
  readonly runs: number
  readonly steps: number
  readonly seed: number
  readonly by?: ReadonlyArray<string>
}

/** Sees every step of a random run as it is taken, the first state included. */
export type Watch = (step: Step, holds: Holds) => void

/** A module whose constants are all given: something that can run. */
export interface Module {
  /** Begins a run, before its first state. A module makes one such run at a time. */
  readonly begin: () => SpecRun
  /**
   * Random runs from `init`, the same for the same seed, each with a watch of its own. Gives the number of steps
   * taken.
   */
  readonly simulate: (sample: Sample, watch?: () => Watch) => number
}

/** The tool's generator counts up from its seed: spaced out, no two seeds give runs in common. */
const spaced = (seed: number): bigint => BigInt(seed) * 2n ** 40n

const complain = (source: string, errors: ReadonlyArray<QuintError>): void => {
  if (errors.length > 0) throw new Error(`${source}: ${errors.map(quintErrorToString).join("; ")}`)
}

type Table = Parameters<typeof analyzeModules>[0]

/** The expression of a module that a text is. */
type Expressions = (text: string) => QuintEx

/** Whether an action can be taken, or a condition holds. */
const isSo = (evaluator: Evaluator, text: string, expression: QuintEx): boolean => {
  const found = evaluator.evaluate(expression)
  if (found.isLeft()) complain(text, [found.value])
  const value = found.unwrap()
  return value.kind === "bool" && value.value
}

/** Runs of a module, one at a time. The evaluator is one for all, as it remembers the definitions that it compiled. */
const told = (table: Table, expression: Expressions): Module["begin"] => {
  const rng = newRng(0n)
  const evaluator = new Evaluator(table, newTraceRecorder(0, rng), rng)
  const holds: Holds = (condition) => isSo(evaluator, condition, expression(condition))
  const take = (action: string): State | undefined => {
    if (!holds(action)) return undefined
    evaluator.shift()
    return stateOf(evaluator)
  }
  return () => {
    evaluator.reset()
    return { holds, take }
  }
}

const simulated = (table: Table, expression: Expressions): Module["simulate"] => {
  const rng = newRng(0n)
  const evaluator = new Evaluator(table, newTraceRecorder(0, rng), rng, true)
  const holds: Holds = (condition) => isSo(evaluator, condition, expression(condition))
  return ({ by = ["step"], runs, seed, steps }, watch) => {
    let taken = 0
    for (let run = 0; run < runs; run++) {
      rng.setState(spaced(seed) + BigInt(run) * 2n ** 32n)
      evaluator.reset()
      const see = watch?.()
      const walk = by[run % by.length]!
      for (let step = 0; step <= steps && holds(step === 0 ? "init" : walk); step++) {
        const what = see === undefined ? undefined : picked(evaluator)
        evaluator.shift()
        if (step > 0) taken++
        if (what !== undefined) see?.({ ...what, state: stateOf(evaluator) }, holds)
      }
    }
    return taken
  }
}

const source = { normalizedPath: "spec", toSourceName: () => "spec" }

/** A spec: its modules by name. */
export type Spec = (name: string) => Module

/** Loads a spec from its text. Throws where it does not parse or, unless it is known to check, does not check. */
export const load = (spec: string, isChecked = false): Spec => {
  const ids = newIdGenerator()
  const { errors, modules, resolver, sourceMap, table } = parse(ids, "spec", source, spec)
  complain("the spec", errors)
  if (!isChecked) complain("the spec", analyzeModules(table, modules)[0])

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
