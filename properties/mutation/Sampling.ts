/**
 * Sampling: which mutants there are, and in which order they are tried. A mutant is known by what it changes and where in its
 * module, not by its line, and its turn comes from that and the seed alone: a change elsewhere leaves both as they are.
 */
import { createHash } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import typescript from "typescript"
import { root } from "../Modules.ts"
import type { Folder } from "./Mutation.ts"
import * as Operators from "./Operators.ts"
import type { Typed } from "./Typed.ts"

/** A mutant of a module: the change, and what names it. */
export interface Mutant {
  readonly id: string
  readonly folder: Folder
  readonly file: string
  readonly edit: Operators.Edit
  /** Its line, from 1, and what it replaces by what. */
  readonly line: number
  readonly before: string
  readonly after: string
}

interface Place {
  readonly folder: string
  /** Modules that are left out, and declarations. */
  readonly isLeft: (file: string) => boolean
  readonly left: ReadonlyArray<string>
}

/**
 * What is mutated. Of the model not what reads scheme files, nor what is said of refusals: no transition comes of it, and tests hold it.
 * Of the judges not what counts cases at an edge: it decides no verdict. Of the implementation not what tests stand on.
 */
const places: Readonly<Record<Folder, Place>> = {
  model: {
    folder: "model",
    isLeft: (file) => ["model/Scheme.ts", "model/Decode.ts", "model/BuiltIn.ts"].includes(file),
    left: ["refusals"]
  },
  claims: { folder: "properties/claims", isLeft: () => false, left: ["edges", "atEdge"] },
  impl: { folder: "impl", isLeft: (file) => file.startsWith("impl/testing/"), left: [] }
}

/** The modules of a folder that are mutated, by their paths from the root. */
export const filesOf = (folder: Folder): ReadonlyArray<string> => {
  const place = places[folder]
  return readdirSync(join(root, place.folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${place.folder}/${name}`)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !place.isLeft(file))
    .sort()
}

const nameOf = (node: typescript.Node): string | undefined => {
  const named = typescript.isVariableDeclaration(node) || typescript.isFunctionLike(node)
  const isNamed = named || typescript.isPropertyAssignment(node) || typescript.isClassDeclaration(node)
  return isNamed && node.name !== undefined && typescript.isIdentifier(node.name) ? node.name.text : undefined
}

/** The names of what a place of a module stands in, from outside. */
const around = (source: typescript.SourceFile, start: number, end: number): ReadonlyArray<string> => {
  const names: Array<string> = []
  const visit = (node: typescript.Node): void => {
    if (node.pos > start || node.end < end) return
    const name = nameOf(node)
    if (name !== undefined) names.push(name)
    typescript.forEachChild(node, visit)
  }
  visit(source)
  return names
}

const hash = (...parts: ReadonlyArray<unknown>): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim()

/** Every mutant of a module, typed or not. */
export const mutantsOf = (typed: Typed, folder: Folder, file: string): ReadonlyArray<Mutant> => {
  const source = typed.sourceOf(file)
  const { left } = places[folder]
  const times = new Map<string, number>()
  return Operators.edits(source, typed.alternatives).flatMap((edit) => {
    const names = around(source, edit.start, edit.end)
    if (names.some((name) => left.includes(name))) return []
    const before = source.text.slice(edit.start, edit.end)
    const what = JSON.stringify([file, names, edit.operator, oneLine(before), oneLine(edit.by)])
    const time = (times.get(what) ?? 0) + 1
    times.set(what, time)
    return [
      {
        id: hash(what, time),
        folder,
        file,
        edit,
        line: source.getLineAndCharacterOfPosition(edit.start).line + 1,
        before: oneLine(before),
        after: oneLine(edit.by)
      }
    ]
  })
}

/** What orders mutants by a seed. */
export const turnOf = (seed: number, id: string): string => hash(seed, id)

/** Every mutant of a folder, in the order in which a seed has them tried. */
export const drawn = (typed: Typed, folder: Folder, seed: number): ReadonlyArray<Mutant> =>
  filesOf(folder)
    .flatMap((file) => mutantsOf(typed, folder, file))
    .map((mutant) => ({ mutant, turn: turnOf(seed, mutant.id) }))
    .sort((a, b) => (a.turn < b.turn ? -1 : 1))
    .map(({ mutant }) => mutant)
