/** Counted: the modules of a folder, changed in a copy so that they count what a run of them comes to. */
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Copy } from "./Copy.ts"
import * as Reach from "./Reach.ts"
import type { Mutant } from "./Sampling.ts"
import type { Typed } from "./Typed.ts"

/** The points of each module. */
export type Points = ReadonlyMap<string, ReadonlyArray<Reach.Point>>

/** The points of some modules. */
export const pointsOf = (typed: Typed, files: ReadonlyArray<string>): Points =>
  new Map(files.map((file) => [file, Reach.instrument(file, typed.sourceOf(file)).points]))

/** Has the modules of a copy count. */
export const count = (typed: Typed, files: ReadonlyArray<string>, copy: Copy): void => {
  for (const file of files) copy.change(file, Reach.instrument(file, typed.sourceOf(file)).text)
}

/** Has them be as they were. */
export const stop = (files: ReadonlyArray<string>, copy: Copy): void => {
  for (const file of files) copy.restore(file)
}

/** The name of the point that a run comes to where it comes to a mutant. */
export const pointOf = (points: Points, { edit, file }: Mutant): string =>
  `${file} ${Reach.pointAt(points.get(file)!, edit.start, edit.end)}`

/** The file that counting modules write to, in a copy. */
const listOf = ({ folder }: Copy): string => join(folder, ".reached")

/** What tells counting modules of a copy to write. */
export const environment = (copy: Copy): Readonly<Record<string, string>> => ({ [Reach.variable]: listOf(copy) })

/** What was written since this was asked last, line by line. */
export const takeAll = (copy: Copy): ReadonlyArray<string> => {
  const file = listOf(copy)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, "utf8").split("\n")
  rmSync(file)
  return lines.filter((line) => line !== "")
}

/** The names of points that were written since this was asked last. */
export const take = (copy: Copy): ReadonlyArray<string> => [...new Set(takeAll(copy))]
