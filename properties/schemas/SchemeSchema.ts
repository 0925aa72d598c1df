/**
 * SchemeSchema: the JSON Schema of scheme files, for editors and for other tools. It is made of the table of parameters, and has no
 * rule that the reader of such files has not; those between several values are the reader's alone.
 */
import { type BoundId, boundIds, checkedIds, claims } from "../../spec/Claims.ts"
import { type Parameter, type ParameterPath, parameterPaths, partsOf, paths, rowOf } from "../../spec/Parameters.ts"
import { files } from "../../spec/Schemes.ts"

type Json = Readonly<Record<string, unknown>>

/** The values that the built-in schemes have at a path, each once. */
const examples = (path: string): ReadonlyArray<unknown> => {
  const [group, key] = partsOf(path)
  const values = Object.values(files).flatMap((file) => {
    const part = (file as Json)[group]
    const value = key === undefined ? part : (part as Json | undefined)?.[key]
    return value === undefined ? [] : [value]
  })
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`

const kindOf = (row: Parameter): Json => {
  switch (row.kind) {
    case "number":
      return { type: "integer", minimum: row.from, maximum: row.to }
    case "word":
      return { enum: row.values }
    case "flag":
      return { type: "boolean" }
    case "prefixes":
      return { type: "array", minItems: 1, items: { type: "string", pattern: "^[0-9]{1,4}$" } }
  }
}

const unitOf = (row: Parameter): string =>
  row.kind === "number" ? ` In ${row.unit}, from ${row.from} to ${row.to}.` : ""

const parameter = (path: ParameterPath): Json => {
  const row = rowOf(path)
  return { description: `${sentence(row.says)}${unitOf(row)}`, ...kindOf(row), examples: examples(path) }
}

const isOptional = (path: ParameterPath): boolean => {
  const row = rowOf(path)
  return row.optional === true
}

/** An object with these fields and no others. */
const closed = (properties: Json, required: ReadonlyArray<string>, more: Json = {}): Json => ({
  type: "object",
  ...more,
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false
})

/** The parameters, by group, and the groups that every scheme has. */
const groups = (): { readonly properties: Json; readonly required: ReadonlyArray<string> } => {
  const names = [...new Set(paths.map((path) => partsOf(path)[0]))]
  const of = (name: string): ReadonlyArray<ParameterPath> => paths.filter((path) => partsOf(path)[0] === name)
  const properties = names.map((name) => {
    const [only] = of(name)
    if (partsOf(only!).length === 1) return [name, parameter(only!)] as const
    const fields = Object.fromEntries(of(name).map((path) => [partsOf(path)[1]!, parameter(path)]))
    const required = of(name).filter((path) => !isOptional(path))
    return [
      name,
      closed(
        fields,
        required.map((path) => partsOf(path)[1]!)
      )
    ] as const
  })
  const isGroupOptional = (name: string): boolean =>
    of(name).every((path) => {
      const row = rowOf(path)
      return (row.optional ?? false) !== false
    })
  return { properties: Object.fromEntries(properties), required: names.filter((name) => !isGroupOptional(name)) }
}

const text: Json = { type: "string", minLength: 1 }
const because: Json = { description: "Why the claim fails.", ...text }
const asserted: Json = { enum: ["holds", "fails"] }
const failsWithReason: Json = {
  if: { properties: { asserted: { const: "fails" } }, required: ["asserted"] },
  // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema.
  then: { required: ["because"] }
}

/** Which numbers of a computed claim can be bounded, besides the first. */
const further: Readonly<Record<BoundId, ReadonlyArray<"atMostADay" | "atMostAYear">>> = {
  "guess-targeted": ["atMostAYear"],
  "guess-blind": ["atMostADay", "atMostAYear"],
  "guess-password": ["atMostAYear"],
  collision: [],
  "expected-loss": [],
  "unasked-loss": []
}

const probability: Json = { type: "number", minimum: 0, maximum: 1 }
const amount: Json = { type: "number", minimum: 0 }

const bounded = (id: BoundId): Json => {
  const more = Object.fromEntries(further[id].map((name) => [name, name === "atMostADay" ? probability : amount]))
  const atMost = id === "expected-loss" || id === "unasked-loss" ? amount : probability
  const description = sentence(claims[id].says.replace(/\.$/, ""))
  return closed({ atMost, ...more, asserted, because }, ["atMost"], { description, ...failsWithReason })
}

const checked = (id: (typeof checkedIds)[number]): Json =>
  closed({ asserted, because: { type: "string" } }, ["asserted"], {
    description: sentence(claims[id].says.replace(/\.$/, "")),
    if: failsWithReason.if,
    // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema.
    then: { required: ["because"], properties: { because } }
  })

/** The JSON Schema of scheme files. */
export const make = (): Json => {
  const { properties, required } = groups()
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $comment: "Version 1 of the form of paycode's scheme files",
    title: "A payment code scheme",
    description:
      "The parameters of one operator's payment code, where each comes from, and what the operator asserts of it.",
    ...closed(
      {
        $schema: {
          description: "The address of this schema, for editors. It is no part of the scheme.",
          type: "string"
        },
        scheme: {
          description: "The name of the scheme: small letters, digits and hyphens.",
          type: "string",
          pattern: "^[a-z][a-z0-9-]{0,39}$",
          examples: Object.keys(files)
        },
        title: { description: "What the scheme is, in a line.", ...text },
        note: { description: "What the scheme describes, and how official that is.", ...text },
        ...properties,
        sources: closed(Object.fromEntries(parameterPaths.map((path) => [path, { ...text }])), [], {
          description: 'Where each value comes from: a public document, or "Chosen:" and why. Every value has one.'
        }),
        claims: closed(
          Object.fromEntries([
            ...checkedIds.map((id) => [id, checked(id)] as const),
            ...boundIds.map((id) => [id, bounded(id)] as const)
          ]),
          [],
          {
            description:
              "What the scheme asserts of each claim. One that is not named is expected to hold; of a computed one nothing is asserted then."
          }
        )
      },
      ["scheme", "title", "note", ...required, "sources", "claims"]
    )
  }
}
