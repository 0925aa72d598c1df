/** Draft: a scheme file that is made from a built-in one, with what differs. */
import * as Result from "effect/Result"
import { near } from "../../impl/Nearest.ts"
import * as SchemeHints from "../../impl/SchemeHints.ts"
import * as BuiltIn from "../../model/BuiltIn.ts"
import { decode, type Problem } from "../../model/Decode.ts"
import { parameterOf, Scheme, withParameter } from "../../model/Scheme.ts"
import { type Parameter, type ParameterPath, parameterPaths, rowOf } from "../../spec/Parameters.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { Parameters } from "../sweep/Sweeps.ts"

/** A parameter with the value that it is to have; without one where that is undefined. */
export interface Edit {
  readonly path: ParameterPath
  readonly value: unknown
}

/** What was read, or what is wrong with it. */
export type Read<A> = Result.Result<A, string>

const parameter = (found: string): Read<ParameterPath> => {
  const path = parameterPaths.find((known) => known === found)
  if (path !== undefined) return Result.succeed(path)
  const meant = near(found, parameterPaths)
  const hint = meant === undefined ? "docs/protocol/Parameters.md of a clone lists them" : `the nearest is ${meant}`
  return Result.fail(`expected a parameter of a scheme file, found ${found === "" ? "nothing" : found}; ${hint}`)
}

/** What may be written for a parameter, in words. */
export const expected = (row: Parameter): string => {
  if (row.kind !== "number")
    return row.kind === "prefixes" ? "prefixes of 1 to 4 digits, as 25,26" : row.values.join(", ")
  return `a whole number of ${row.unit} from ${row.from} to ${row.to}${row.optional === false ? "" : ", or none"}`
}

const valueIn = (row: Parameter, text: string): unknown => {
  switch (row.kind) {
    case "number":
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
    case "word":
      return row.values.find((value) => value === text)
    case "flag":
      return text === "true" ? true : text === "false" ? false : undefined
    case "prefixes":
      return /^\d{1,4}(,\d{1,4})*$/.test(text) ? text.split(",") : undefined
  }
}

/** Reads what is to differ, as `display=90`, or `limit.daySum=none` for what the scheme is to do without. */
export const edit = (text: string): Read<Edit> => {
  const [name = "", ...rest] = text.split("=")
  const written = rest.join("=")
  return Result.flatMap(parameter(name.trim()), (path): Read<Edit> => {
    const row = rowOf(path)
    if (written.trim() === "none" && row.kind === "number" && row.optional !== false) {
      return Result.succeed({ path, value: undefined })
    }
    const value = valueIn(row, written.trim())
    return value === undefined
      ? Result.fail(`${path}: expected ${expected(row)}, found ${written.trim() === "" ? "nothing" : written.trim()}`)
      : Result.succeed({ path, value })
  })
}

/** Reads where a value comes from, as `display=Chosen: people need longer`. */
export const source = (text: string): Read<readonly [path: ParameterPath, source: string]> => {
  const [name = "", ...rest] = text.split("=")
  const said = rest.join("=").trim()
  return Result.flatMap(parameter(name.trim()), (path) =>
    said === ""
      ? Result.fail(`${path}: expected where the value comes from, found nothing`)
      : Result.succeed([path, said] as const)
  )
}

/** What a file is to be made of. */
export interface Wanted {
  readonly from: SchemeName
  readonly name: string
  readonly title: string | undefined
  readonly edits: ReadonlyArray<Edit>
  readonly sources: ReadonlyMap<ParameterPath, string>
}

/** A scheme with edits, and with what follows from them; and where what follows comes from. */
const edited = ({ edits, from }: Wanted) => {
  const base = BuiltIn.named(from)
  let scheme = edits.reduce((sofar, { path, value }) => withParameter(sofar, path, value), base)
  const followed = new Map<ParameterPath, string>()
  for (const { formula, path } of Parameters.following(base, []).filter(
    ({ path }) => !edits.some((one) => one.path === path)
  )) {
    const value = Parameters.followers.find((follower) => follower.path === path)!.of(scheme)
    if (value === parameterOf(scheme, path)) continue
    scheme = withParameter(scheme, path, value)
    followed.set(path, `Computed: ${formula}`)
  }
  return { base, scheme, followed }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** What differs in a scheme from the one that it was made from. */
export interface Difference {
  readonly path: ParameterPath
  readonly was: unknown
  readonly is: unknown
}

/** A file, and what differs in it. */
export interface Draft {
  readonly scheme: Scheme
  readonly differences: ReadonlyArray<Difference>
}

/** Makes the scheme, or tells what is wrong with it, a value without a source included. */
export const make = (wanted: Wanted): Result.Result<Draft, ReadonlyArray<Problem>> => {
  const { from, name, sources, title } = wanted
  const { base, followed, scheme } = edited(wanted)
  const differences = parameterPaths.flatMap((path) => {
    const [was, is] = [parameterOf(base, path), parameterOf(scheme, path)]
    return isSame(was, is) ? [] : [{ path, was, is }]
  })
  const given = (path: ParameterPath): string | undefined => {
    if (parameterOf(scheme, path) === undefined) return undefined
    const isNew = differences.some((one) => one.path === path)
    return sources.get(path) ?? followed.get(path) ?? (isNew ? undefined : base.sources[path])
  }
  const said = parameterPaths.flatMap((path) => {
    const source = given(path)
    return source === undefined ? [] : [[path, source] as const]
  })
  const candidate = {
    ...scheme,
    scheme: name,
    title: title ?? `A scheme made from ${from}`,
    note: `Made from ${from}, with other values of ${differences.map(({ path }) => path).join(", ") || "nothing"}. ${base.note}`,
    sources: Object.fromEntries(said)
  }
  return Result.flatMap(decode(Scheme, candidate), (scheme) => {
    const unsourced = SchemeHints.unsourced(scheme)
    return unsourced.length > 0 ? Result.fail(unsourced) : Result.succeed({ scheme, differences })
  })
}

/** A draft as the text of its file. `schema` is the address of the JSON Schema, where there is one near. */
export const text = ({ scheme }: Draft, schema: string | undefined): string =>
  `${JSON.stringify(schema === undefined ? scheme : { $schema: schema, ...scheme }, null, 2)}\n`
