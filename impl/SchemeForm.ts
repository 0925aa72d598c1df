/**
 * SchemeForm: what a provider, its ledger, its phones and its tills must have alike of a scheme. Its form are the parameters
 * that stored credentials and orders depend on: under others they would be read as something that nobody has issued.
 * What it says otherwise, its terms, can be changed while it is in use: limits, windows, how long things are waited for.
 */
import { createHash } from "node:crypto"
import type { Scheme } from "../model/Scheme.ts"
import { type ParameterPath, partsOf, paths } from "../spec/Parameters.ts"

/** What a parameter has as its value. */
export type Value = string | number | boolean | ReadonlyArray<string>

/** Parameters by their path in a scheme file. */
export type Parameters = Readonly<Record<string, Value>>

/**
 * Whether stored credentials or orders depend on a parameter: how codes are laid out and made, which lists were issued, at
 * which position and on which day something was, and what phones and accounts keep for step-up.
 */
export const isOfForm = (path: string): boolean =>
  path.startsWith("code.") ||
  ["token.source", "token.batch", "clock.step", "clock.utcOffset", "stepUp.method"].includes(path)

/** What a scheme means that does not name one of these. */
const unlessGiven: { readonly [P in ParameterPath]?: Value } = {
  "code.perStep": 1,
  "phone.showsOn": "opening",
  "phone.opensPerDay": 0,
  "scale.phones": 1
}

/** Parameters as an earlier program wrote them down, with what a scheme means that does not name one. */
export const completed = (parameters: Parameters): Parameters => ({ ...(unlessGiven as Parameters), ...parameters })

/** Every parameter that a scheme has, in the order of the table. */
export const parametersOf = (scheme: Scheme): Parameters => {
  const groups = scheme as unknown as Readonly<Record<string, unknown>>
  const valueAt = (path: ParameterPath): Value | undefined => {
    const [group, key] = partsOf(path)
    const found = key === undefined ? groups[group] : (groups[group] as Record<string, unknown> | undefined)?.[key]
    return (found as Value | undefined) ?? unlessGiven[path]
  }
  return Object.fromEntries(
    paths.flatMap((path) => {
      const value = valueAt(path)
      return value === undefined ? [] : [[path, value]]
    })
  )
}

/** Those of some parameters that stored credentials and orders depend on. */
export const formOf = (parameters: Parameters): Parameters =>
  Object.fromEntries(Object.entries(parameters).filter(([path]) => isOfForm(path)))

/** The SHA-256 of parameters, in hexadecimal: over the JSON text of `[path, value]` pairs in the order of their paths. */
export const hashOf = (parameters: Parameters): string => {
  const pairs = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash("sha256").update(JSON.stringify(pairs)).digest("hex")
}

/** The hash of what stored credentials and orders depend on in a scheme. */
export const form = (scheme: Scheme): string => hashOf(formOf(parametersOf(scheme)))

/** The hash of everything that a scheme decides by: its name and all its parameters, but not its words, sources and claims. */
export const terms = (scheme: Scheme): string => hashOf({ scheme: scheme.scheme, ...parametersOf(scheme) })

/** A parameter that two schemes have otherwise: the value that was expected, and the one that was found. */
export interface Difference {
  readonly path: string
  readonly expected: Value | undefined
  readonly found: Value | undefined
}

/** Everything that two have otherwise, in the order of the table. */
export const differences = (expected: Parameters, found: Parameters): ReadonlyArray<Difference> =>
  [...new Set([...paths, ...Object.keys(expected), ...Object.keys(found)])].flatMap((path) =>
    JSON.stringify(expected[path]) === JSON.stringify(found[path])
      ? []
      : [{ path, expected: expected[path], found: found[path] }]
  )

const shown = (value: Value | undefined): string =>
  value === undefined ? "none" : Array.isArray(value) ? value.join("|") : String(value)

/** More differences than these are counted, and not named. */
const mostNamed = 4

/** Differences in a line, the first of them named. */
export const say = (found: ReadonlyArray<Difference>): string => {
  const named = found.slice(0, mostNamed).map((each) => `${each.path} ${shown(each.found)} for ${shown(each.expected)}`)
  const more = found.length - named.length
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ")
}
