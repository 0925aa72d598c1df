/**
 * Instances: the constants that the files of the spec give to the protocol, one module for each world that spec and model
 * are compared in. They follow from the scheme files, and are written by `npm run instances`; the scenarios after them
 * are written by hand.
 */
import { readFileSync } from "node:fs"
import type { World } from "../../model/system/System.ts"
import * as Agreement from "./Agreement.ts"
import * as Comparison from "./Comparison.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"

const width = 120
const indent = "    "

/** Texts as lines of a list, as many to a line as there is room for. What has no room on a line is broken at a comma. */
const filled = (texts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of texts.flatMap((text) => (text.length < width - indent.length ? [text] : text.split(/(?<=,) /)))) {
    const longer = line === "" ? indent + word : `${line} ${word}`
    if (longer.length <= width) line = longer
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line]
}

/** The constants of a world as they stand in its file. */
const written = (world: World): string => {
  const items = (constants: Readonly<Record<string, Quint.Value>>, end: string): ReadonlyArray<string> =>
    Object.entries(constants).map(
      ([name, value], index, { length }) => `${name} = ${Quint.text(value)}${index === length - 1 ? end : ","}`
    )
  return [
    `${indent}// Written by \`npm run instances\`.`,
    ...filled(items(Projection.parameters(world.rules.scheme), ",")),
    ...filled(items(Projection.scopeOf(world), ""))
  ].join("\n")
}

/** The text of a file with the constants of its worlds. */
export const refreshed = (file: Agreement.Instance, text: string): string =>
  Comparison.instancesOf([file]).reduce((changed, { name, world }) => {
    const start = `module ${name} {\n  import paycode(\n`
    const from = changed.indexOf(start) + start.length
    const to = changed.indexOf('\n  ).* from "./paycode"', from)
    if (from < start.length || to < 0) throw new Error(`${file}.qnt: expected ${start.trim()}, found none`)
    return changed.slice(0, from) + written(world) + changed.slice(to)
  }, text)

/** The files whose constants are not those of their worlds, and what they must be. */
export const stale = (): ReadonlyArray<{ readonly file: Agreement.Instance; readonly text: string }> =>
  Agreement.instances.flatMap((file) => {
    const held = readFileSync(Agreement.fileOf(file), "utf8")
    const text = refreshed(file, held)
    return text === held ? [] : [{ file, text }]
  })
