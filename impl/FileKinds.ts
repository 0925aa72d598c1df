/**
 * FileKinds: which of the files that paycode reads and writes one is, by what stands in it: one that is taken for another is told so in a
 * sentence, and not by every field that it has not.
 */

/** What a file can be. */
export type Kind = "trace" | "audit" | "sweep" | "vectors" | "population" | "scheme"

interface Row {
  /** The fields by which it is known. The first kind that has all of them is what a file is. */
  readonly fields: ReadonlyArray<string>
  /** What it is, and what is done with one. */
  readonly told: (path: string) => string
}

const rows: Readonly<Record<Kind, Row>> = {
  trace: { fields: ["#meta"], told: (path) => `a trace; \`paycode explain ${path}\` tells one that an audit saved` },
  audit: { fields: ["paycode", "schemes"], told: () => "the JSON of an audit; `paycode diff` compares two of them" },
  sweep: { fields: ["paycode", "points"], told: () => "the JSON of a sweep, which nothing reads" },
  vectors: { fields: ["vectors", "groups"], told: () => "known answers, which implementations are run against" },
  population: { fields: ["population"], told: () => "a population; `paycode sweep --population` takes one" },
  scheme: { fields: ["scheme"], told: (path) => `a scheme; \`paycode audit ${path}\` decides its claims` }
}

/** What is found in the place of a file of some kind, where that is one of another kind; undefined where it may be the one. */
export const instead = (path: string, input: unknown, expected: Kind): string | undefined => {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined
  const kinds = Object.keys(rows) as ReadonlyArray<Kind>
  const kind = kinds.find((one) => rows[one].fields.every((field) => field in input))
  return kind === undefined || kind === expected ? undefined : rows[kind].told(path)
}
