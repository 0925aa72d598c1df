/** Files: the JSON Schemas that `spec/schemas` holds, as the texts that are written there. */
import { readFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import { print } from "../Printing.ts"
import { AuditFile } from "../report/Reports.ts"
import { SweepFile } from "../sweep/Sweeps.ts"
import * as SchemeSchema from "./SchemeSchema.ts"

/** Where the files are. */
export const folder = new URL("../../spec/schemas/", import.meta.url)

/** The JSON Schema of the report of an audit. */
const audit = () => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(AuditFile.AuditFile, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $comment: `Version ${AuditFile.version} of the form of paycode's reports`,
    title: "The report of an audit",
    description: "What `paycode audit --json` prints, and `audit.json` keeps.",
    ...schema,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions })
  }
}

/** The JSON Schema of a sweep. */
const sweep = () => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(SweepFile.SweepFile, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $comment: `Version ${SweepFile.version} of the form of paycode's sweeps`,
    title: "A sweep",
    description: "What `paycode sweep --json` prints, and the JSON in the folder of its results.",
    ...schema,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions })
  }
}

/** Every file, as its name in the folder and the text that belongs there. */
export const all = (): ReadonlyArray<readonly [name: string, text: string]> => [
  ["scheme.schema.json", print(SchemeSchema.make())],
  ["audit.schema.json", print(audit())],
  ["sweep.schema.json", print(sweep())]
]

/** What a file holds now; undefined where there is none. */
export const held = (name: string): string | undefined => {
  try {
    return readFileSync(new URL(name, folder), "utf8")
  } catch {
    return undefined
  }
}
