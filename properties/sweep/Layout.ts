/**
 * Layout: the points of a sweep as lines of a terminal. On one that is too narrow for a row of words, what is said of many points is a
 * letter that is explained below; where even that is too wide, each point is a few short lines.
 */
import { stripVTControlCharacters } from "node:util"
import { boundIds } from "../../spec/Claims.ts"
import { count, type Ink, table, wrapped } from "../Terminal.ts"
import * as Sweep from "./Sweep.ts"

/** A probability in few characters: as a percentage where it is one in a thousand or more. */
const probability = (value: number): string => {
  if (value === 0) return "0"
  return value < 1e-3 ? value.toExponential(2) : `${(100 * value).toPrecision(3)} %`
}

const number = (value: number | undefined, unit: Sweep.Report["security"]["unit"]): string =>
  value === undefined ? "" : unit === "minor units" ? count(Math.round(value)) : value.toExponential(2)

/** Which bounds a point breaks. */
export const broken = ({ computed }: Sweep.Point): ReadonlyArray<string> =>
  computed === null ? [] : boundIds.filter((id) => computed[id]?.holds === false)

/** What the checker says of a point, and why a point cannot be. */
const told = (point: Sweep.Point): ReadonlyArray<string> => [
  ...(point.status === "contradictory" ? point.because : []),
  ...(point.differs?.map(({ claim, verdict }) => `${claim} ${verdict}`) ?? []),
  ...(point.differs?.length === 0 ? ["all as asserted"] : [])
]

const notes = (point: Sweep.Point): string =>
  [
    ...(point.own ? ["own"] : []),
    ...(point.front ? ["front"] : []),
    ...(point.status === "payable" ? [] : [point.status]),
    ...told(point)
  ].join(", ")

/** The values of a point, what it is measured by, and how many are refused. */
const measured = (report: Sweep.Report, point: Sweep.Point): ReadonlyArray<string> => [
  ...report.vary.map(({ path }) => count(point.values[path]!)),
  number(Sweep.measured(Sweep.measureOf(report), point), report.security.unit),
  point.refused === null ? "" : probability(point.refused.payment)
]

const boundsOf = (point: Sweep.Point): string =>
  point.computed === null ? "" : broken(point).length === 0 ? "hold" : `broken: ${broken(point).join(", ")}`

/** Inks what belongs to a point. */
const inked = (point: Sweep.Point, ink: Ink, text: string): string => {
  if (point.own) return ink.bold(text)
  return point.status !== "payable" ? ink.faint(text) : point.safe ? text : ink.bad(text)
}

/** What the first column says of a point where words have no room. */
const marks = (point: Sweep.Point): string =>
  [
    point.own ? "*" : "",
    point.front ? "+" : "",
    point.status === "payable" ? "" : point.status === "contradictory" ? "-" : "x"
  ].join("")

/** What marks mean, of those that some points have. */
const explained = (points: ReadonlyArray<Sweep.Point>): string => {
  const meanings = [
    ["x", "no honest payment"],
    ["-", "contradictory"]
  ] as const
  const used = meanings.filter(([mark]) => points.some((point) => marks(point).includes(mark)))
  return used.map(([mark, says]) => `${mark} ${says}`).join(", ")
}

/** The words of a heading under each other, the last of every column in the last row. */
const stacked = (head: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const parts = head.map((name) => name.match(/[^.-]*[.-]?/g)!.filter((part) => part !== ""))
  const rows = Math.max(...parts.map(({ length }) => length))
  return Array.from({ length: rows }, (_, row) => parts.map((words) => words[words.length - rows + row] ?? ""))
}

/** A letter for each of what the bounds of some points come to. */
const lettersOf = (points: ReadonlyArray<Sweep.Point>): ReadonlyMap<string, string> => {
  const found = [...new Set(points.map(boundsOf).filter((says) => says.startsWith("broken")))]
  // After z comes aa: no more are told apart than points are printed.
  const letter = (at: number): string =>
    (at < 26 ? "" : letter(Math.floor(at / 26) - 1)) + String.fromCharCode(97 + (at % 26))
  return new Map(found.map((says, at) => [says, letter(at)]))
}

/** What is laid out. */
interface Laid {
  readonly report: Sweep.Report
  readonly points: ReadonlyArray<Sweep.Point>
  readonly ink: Ink
}

const headOf = ({ security, vary }: Sweep.Report): ReadonlyArray<string> => [
  ...vary.map(({ path }) => path),
  security.measure,
  "refused",
  "bounds"
]

/** A row of words for each point. */
const wide = ({ ink, points, report }: Laid): ReadonlyArray<string> => {
  const rows = points.map((point) => [
    point.own ? "*" : point.front ? "+" : " ",
    ...measured(report, point),
    boundsOf(point),
    notes(point)
  ])
  return table([["", ...headOf(report), ""], ...rows], (cell, r) =>
    r === 0 ? ink.faint(cell) : inked(points[r - 1]!, ink, cell)
  ).map((line) => `  ${line}`.trimEnd())
}

const isWithin = (columns: number, lines: ReadonlyArray<string>): boolean =>
  lines.every((line) => stripVTControlCharacters(line).trimEnd().length <= columns)

/** A row of numbers and letters for each point, and what the checker said of it under it. */
const narrow = ({ ink, points, report }: Laid, columns: number): ReadonlyArray<string> => {
  const letters = lettersOf(points)
  const bounds = (point: Sweep.Point): string => letters.get(boundsOf(point)) ?? boundsOf(point)
  const heads = stacked(["", ...headOf(report)])
  const rows = points.map((point) => [marks(point), ...measured(report, point), bounds(point)])
  const lines = table([...heads, ...rows], (cell, r) =>
    r < heads.length ? ink.faint(cell) : inked(points[r - heads.length]!, ink, cell)
  ).map((line) => `  ${line}`.trimEnd())
  const under = (point: Sweep.Point): ReadonlyArray<string> =>
    told(point).flatMap((line) => wrapped(`      ${line}`, columns, "        ").split("\n"))
  const body = isWithin(columns, lines)
    ? lines.flatMap((line, r) => (r < heads.length ? [line] : [line, ...under(points[r - heads.length]!)]))
    : points.flatMap((point, at) => listed({ report, points, ink }, point, rows[at]!, columns))
  const meant = [...letters].map(([says, letter]) => `${letter} ${says}`)
  return [
    ...body,
    "",
    ...[...meant, explained(points)].filter(Boolean).flatMap((line) => wrapped(line, columns, "  ").split("\n"))
  ]
}

/** A point by itself, each of its values with its name. */
const listed = (
  { ink, report }: Laid,
  point: Sweep.Point,
  [mark = "", ...values]: ReadonlyArray<string>,
  columns: number
): ReadonlyArray<string> => {
  const named = headOf(report).flatMap((name, at) => (values[at] === "" ? [] : [`${name} ${values[at]}`]))
  return wrapped(`  ${mark.padEnd(2)} ${[...named, ...told(point)].join(", ")}`, columns, "     ")
    .split("\n")
    .map((line) => inked(point, ink, line))
}

/** Points as lines of at most so many columns. */
export const lines = (laid: Laid, columns: number): ReadonlyArray<string> => {
  const rows = wide(laid)
  return isWithin(columns, rows) ? rows : narrow(laid, columns)
}
