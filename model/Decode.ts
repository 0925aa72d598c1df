/**
 * Decoding, at the edge: whatever comes from outside becomes a typed value here or a list of problems, each with its
 * path, what was expected there and what was found.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

/** One thing wrong with an input. */
export interface Problem {
  /** The place in the input, as `window.past` or `orders[0].amount`; empty for the whole. */
  readonly path: string
  readonly expected: string
  readonly found: string
}

const place = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (sofar, key) =>
      typeof key === "number" ? `${sofar}[${key}]` : sofar === "" ? String(key) : `${sofar}.${String(key)}`,
    ""
  )

const lookUp = (input: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>((value, key) => (Object(value) === value ? Reflect.get(Object(value), key) : undefined), input)

/** How a value is shown in an error: as JSON, cut short. */
const shown = (value: unknown): string => {
  if (value === undefined) return "nothing"
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** The words of the schema library, in the grammar of ours. */
const expectation = (message: string): string =>
  message === "Missing key"
    ? "a value"
    : message === "Expected no excess property"
      ? "no such field"
      : message.replace(/^Expected /, "")

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const pathOf = (
  path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
): ReadonlyArray<PropertyKey> => (path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment))

/** Decodes an input by a schema: every problem is reported, and a field that the schema does not know is one. */
export const decode = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  input: unknown
): Result.Result<S["Type"], ReadonlyArray<Problem>> =>
  Result.mapError(
    Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })(input),
    ({ issue }) =>
      format(issue).issues.map(({ message, path }): Problem => {
        const keys = pathOf(path)
        return { path: place(keys), expected: expectation(message), found: shown(lookUp(input, keys)) }
      })
  )

/** A problem as a line: `window.past: expected a whole number from 0 to 120, found -2`. */
export const say = ({ expected, found, path }: Problem): string =>
  `${path === "" ? "" : `${path}: `}expected ${expected}, found ${found}`
