/** Files: everything that `spec/vectors` holds, as the texts that are written there. */
import { readdirSync, readFileSync } from "node:fs"
import { VectorSchemas } from "../../impl/vectors/Vectors.ts"
import { print } from "../Printing.ts"
import * as Attacks from "./Attacks.ts"
import * as Bounds from "./Bounds.ts"
import * as Challenges from "./Challenges.ts"
import * as Codes from "./Codes.ts"
import * as Coincidences from "./Coincidences.ts"
import * as Generations from "./Generations.ts"
import * as JsonSchemas from "./JsonSchemas.ts"
import * as Proofs from "./Proofs.ts"
import * as Responses from "./Responses.ts"
import * as Restores from "./Restores.ts"
import * as ScenarioFile from "./ScenarioFile.ts"
import * as Signatures from "./Signatures.ts"
import * as Verifications from "./Verifications.ts"

/** How many objects below have a number. */
const numbered = (value: unknown): number => {
  if (typeof value !== "object" || value === null) return 0
  const below = Object.values(value).reduce<number>((sum, part) => sum + numbered(part), 0)
  return below + ("id" in value ? 1 : 0)
}

const makers = {
  proof: Proofs.make,
  code: Codes.make,
  generation: Generations.make,
  bound: Bounds.make,
  challenge: Challenges.make,
  response: Responses.make,
  coincidence: Coincidences.make,
  verification: Verifications.make,
  attack: Attacks.make,
  restore: Restores.make,
  signature: Signatures.make
} as const

const names = Object.keys(makers) as ReadonlyArray<keyof typeof makers & VectorSchemas.Name>

const vectors = (name: keyof typeof makers, noting: ScenarioFile.Noting): string => {
  const made = makers[name](noting)
  return print({ vectors: name, schema: VectorSchemas.pathOf(name), count: numbered(made), ...made })
}

/** Where the files are. */
export const folder = new URL("../../spec/vectors/", import.meta.url)

/** Notes the mutants that fail a scenario by running it with each, which takes a minute. */
const making: ScenarioFile.Noting = (_, setting, scenario) => ScenarioFile.caught(setting, scenario)

/** Notes what a file of scenarios notes already. */
const keeping = (name: VectorSchemas.Name): ScenarioFile.Noting => {
  const { groups = [] } = JSON.parse(held(`${name}.json`) ?? "{}") as {
    readonly groups?: ReadonlyArray<{
      readonly tests?: ReadonlyArray<{ readonly id: number; readonly notes: ReadonlyArray<string> }>
    }>
  }
  const notes = new Map(groups.flatMap(({ tests = [] }) => tests.map((test) => [test.id, test.notes] as const)))
  return (id) => notes.get(id) ?? []
}

/**
 * Every file, as a path in the folder and the text that belongs there. `isQuick`: which mutants fail a scenario
 * is taken from the file, and not tried.
 */
export const all = (isQuick = false): ReadonlyArray<readonly [path: string, text: string]> => [
  ...names.map((name) => [`${name}.json`, vectors(name, isQuick ? keeping(name) : making)] as const),
  ...JsonSchemas.all()
]

/** What a file holds now; undefined where there is none. */
export const held = (path: string): string | undefined => {
  try {
    return readFileSync(new URL(path, folder), "utf8")
  } catch {
    return undefined
  }
}

/** What is in the folder now, as paths. */
export const listed = (): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".json"))
