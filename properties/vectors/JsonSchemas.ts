/**
 * JsonSchemas: the JSON Schemas of the known answers, as the files that `spec/vectors/schemas` holds. What the kinds of
 * files have in common is in a file of definitions, to which the others refer.
 */
import { isDeepStrictEqual } from "node:util"
import * as Schema from "effect/Schema"
import { VectorSchemas } from "../../impl/vectors/Vectors.ts"
import { print } from "../Printing.ts"

const dialect = "https://json-schema.org/draft/2020-12/schema"

/** What every JSON Schema says of its version, for who keeps a copy of it. */
const versioned = `Version ${VectorSchemas.version} of the form of paycode's known answers`

const definitionsFile = "definitions.schema.json"

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** A part of a JSON Schema as it is written here: what is said of a field stands beside what it refers to. */
const written = (schema: unknown, refer: (reference: string) => string): unknown => {
  if (Array.isArray(schema)) return schema.map((part) => written(part, refer))
  if (!isObject(schema)) return schema
  const { allOf, ...own } = schema
  const said: Json = Array.isArray(allOf) ? Object.assign({}, ...allOf) : {}
  return Object.fromEntries(
    Object.entries({ ...own, ...said }).map(([key, part]) => [
      key,
      key === "$ref" && typeof part === "string" ? refer(part) : written(part, refer)
    ])
  )
}

const documents = Object.entries(VectorSchemas.schemas).map(
  ([name, schema]) =>
    [name as VectorSchemas.Name, Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })] as const
)

/** What the files have in common, by its name. Fails where two of one name differ. */
const definitions = (): Json => {
  const all: Record<string, unknown> = {}
  for (const [name, { definitions: own }] of documents) {
    for (const [key, definition] of Object.entries(own)) {
      if (key in all && !isDeepStrictEqual(all[key], definition)) {
        throw new Error(`${name}: expected the definition of ${key} that others have, found another`)
      }
      all[key] = definition
    }
  }
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Every JSON Schema, as its path from the vectors and the text that belongs there. */
export const all = (): ReadonlyArray<readonly [path: string, text: string]> => [
  [
    `schemas/${definitionsFile}`,
    print({
      $schema: dialect,
      $comment: versioned,
      title: "definitions",
      description: "What the schemas of several files have in common",
      $defs: written(definitions(), (reference) => reference)
    })
  ],
  ...documents.map(([name, { schema }]) => {
    const body = written(schema, (reference) => definitionsFile + reference) as Json
    return [VectorSchemas.pathOf(name), print({ $schema: dialect, $comment: versioned, ...body })] as const
  })
]
