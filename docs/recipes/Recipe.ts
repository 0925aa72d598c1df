/**
 * Recipe: one of those in CONTRIBUTING.md as passages to insert, and the check that complains while a passage is missing.
 * What follows it can be followed by a machine, on a copy of the repository.
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import ts from "typescript"
import { root } from "../Sources.ts"

/**
 * What complains: the compiler, in a module; a test that has some words in its name; or whoever asks a command for some
 * words, and is refused.
 */
export type Check =
  | { readonly _tag: "Types"; readonly module: string }
  | { readonly _tag: "Test"; readonly file: string; readonly says: string }
  | { readonly _tag: "Command"; readonly given: ReadonlyArray<string>; readonly says: string }

/** A passage to insert. */
export interface Passage {
  /** The step of the recipe that asks for it, from 1. */
  readonly step: number
  /** The file that it stands in, by its path from the root. */
  readonly file: string
  /** The text that it follows or precedes, which the file has once; a passage without one is a whole new file. */
  readonly place?: { readonly after: string } | { readonly before: string }
  readonly text: string
  /** Whether it is the data of a scheme file: all of that is filled in at one place, whatever there is to be known. */
  readonly isData?: true
  /** What complains as long as it is missing. */
  readonly missed: Check
}

/** A recipe of CONTRIBUTING.md. */
export interface Recipe {
  /** Its heading. */
  readonly title: string
  /** The most places that it may take. */
  readonly atMost: number
  readonly passages: ReadonlyArray<Passage>
}

/** How many places a recipe takes: passages to edit, those of a scheme file's data as one. What is generated is none. */
export const placesOf = ({ passages }: Recipe): number =>
  passages.filter(({ isData }) => isData !== true).length + (passages.some(({ isData }) => isData === true) ? 1 : 0)

/** The compiler complains, in a module. */
export const types = (module: string): Check => ({ _tag: "Types", module })

/** A test of a file complains that has some words in its name. */
export const test = (file: string, says: string): Check => ({ _tag: "Test", file, says })

/** A command of `main.ts` that is given some words does not say others. */
export const command = (given: ReadonlyArray<string>, says: string): Check => ({ _tag: "Command", given, says })

// ---------------------------------------------------------------------------------------------------------------------
// What a recipe makes of the repository
// ---------------------------------------------------------------------------------------------------------------------

/** Texts by the paths of their files from the root. */
export type Texts = ReadonlyMap<string, string>

const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** A text with a passage in its place. */
const inserted = (text: string, { file, place, text: passage }: Passage): string => {
  if (place === undefined) return passage
  const anchor = "after" in place ? place.after : place.before
  const [head, tail, ...others] = text.split(anchor)
  if (tail === undefined || others.length > 0) throw new Error(`${file}: expected once, found otherwise: ${anchor}`)
  return "after" in place ? `${head}${anchor}${passage}${tail}` : `${head}${passage}${anchor}${tail}`
}

/** The files that some passages change, as they then are. */
export const texts = (passages: ReadonlyArray<Passage>): Texts => {
  const changed = new Map<string, string>()
  for (const passage of passages) {
    const { file, place } = passage
    changed.set(file, inserted(place === undefined ? "" : (changed.get(file) ?? read(file)), passage))
  }
  return changed
}

// ---------------------------------------------------------------------------------------------------------------------
// The compiler
// ---------------------------------------------------------------------------------------------------------------------

const config = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.json"), undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
    throw new Error(ts.flattenDiagnosticMessageText(messageText, " "))
  }
})!

/** The parsed files of the repository and of its packages as they are, which every program has in common. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** A host that has some texts in place of those on disk. */
const hostOf = (changed: Texts): ts.CompilerHost => {
  const host = ts.createCompilerHost(config.options)
  const own = new Map([...changed].map(([path, text]) => [join(root, path), text]))
  return {
    ...host,
    fileExists: (path) => own.has(path) || host.fileExists(path),
    readFile: (path) => own.get(path) ?? host.readFile(path),
    getSourceFile: (path, version) => {
      const text = own.get(path)
      if (text !== undefined) return ts.createSourceFile(path, text, version)
      if (!parsed.has(path)) parsed.set(path, host.getSourceFile(path, version))
      return parsed.get(path)
    }
  }
}

/** What the compiler says of some modules with some texts in place of those on disk; of all, unless some are named. */
export const complaints = (changed: Texts, modules?: ReadonlyArray<string>): ReadonlyArray<string> => {
  const added = [...changed.keys()].filter((path) => path.endsWith(".ts")).map((path) => join(root, path))
  const rootNames = modules?.map((path) => join(root, path)) ?? [...new Set([...config.fileNames, ...added])]
  const program = ts.createProgram({ rootNames, options: config.options, host: hostOf(changed) })
  const found =
    modules === undefined
      ? ts.getPreEmitDiagnostics(program)
      : rootNames.flatMap((path) => program.getSemanticDiagnostics(program.getSourceFile(path)))
  return found.map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`)
}

// ---------------------------------------------------------------------------------------------------------------------
// Tests
// ---------------------------------------------------------------------------------------------------------------------

/** What became of a test. */
export interface Tested {
  readonly name: string
  readonly passed: boolean
}

/** What of the repository a copy has: what tests read, without what is generated and large. */
const copied = [
  "spec",
  "model",
  "impl",
  "properties",
  "library",
  "docs",
  "main.ts",
  "installed.ts",
  "Start.ts",
  "Program.ts",
  "OldNode.cjs",
  "NodeVersion.cjs",
  "package.json",
  "README.md",
  "README.zh.md",
  "CONTRIBUTING.md"
]
const isSpared = (path: string): boolean =>
  !path.startsWith(join(root, "docs/protocol")) && path !== join(root, "docs/verdicts.json")

/** Copies of the repository in a folder, each with some texts in place of its own. */
export const copy = (folder: string, copies: ReadonlyMap<string, Texts>): void => {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  for (const [name, changed] of copies) {
    for (const part of copied) cpSync(join(root, part), join(folder, name, part), { recursive: true, filter: isSpared })
    for (const [path, text] of changed) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true })
      writeFileSync(join(folder, name, path), text)
    }
  }
}

interface Results {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly message: string
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>
  }>
}

/**
 * Runs those tests of some files in a folder whose names have one of some words in them, all in one process. What became of
 * them, by the file; a file that cannot be loaded counts as a test that failed.
 */
export const run = (
  folder: string,
  files: ReadonlyArray<string>,
  words: ReadonlyArray<string>
): ReadonlyMap<string, ReadonlyArray<Tested>> => {
  const pattern = words.map((said) => said.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")
  const results = join(folder, "results.json")
  const given = ["run", "--root", folder, "--reporter=json", `--outputFile=${results}`, "--maxWorkers=1"]
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")))
  const vitest = join(root, "node_modules/vitest/vitest.mjs")
  const { stderr } = spawnSync(process.execPath, [vitest, ...given, "-t", pattern, ...files], {
    cwd: folder,
    env,
    encoding: "utf8"
  })
  const { testResults } = JSON.parse(readOr(results, stderr)) as Results
  return new Map(
    testResults.map(({ assertionResults, message, name }) => {
      const tested = assertionResults
        .filter(({ status }) => status === "passed" || status === "failed")
        .map(({ fullName, status }) => ({ name: fullName, passed: status === "passed" }))
      return [name, message === "" || tested.length > 0 ? tested : [{ name: message, passed: false }]]
    })
  )
}

/** What a command of `main.ts` in a copy prints, its complaints included. */
export const told = (folder: string, given: ReadonlyArray<string>): string => {
  const { stderr, stdout } = spawnSync(process.execPath, [join(folder, "main.ts"), ...given], { encoding: "utf8" })
  return stdout + stderr
}

const readOr = (path: string, otherwise: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    throw new Error(otherwise)
  }
}
