/** Table: a sweep as text for a terminal, as CSV and as JSON. */
import * as Text from "../../impl/Text.ts"
import { boundIds } from "../../spec/Claims.ts"
import { shown } from "../computed/Catalogue.ts"
import { count, type Ink, table, wrapped } from "../Terminal.ts"
import * as Measure from "./Measure.ts"
import * as Sweep from "./Sweep.ts"
import type { SweepFile } from "./SweepFile.ts"

/** The most points that are printed one by one. */
const rowsAtMost = 60

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

const notes = (point: Sweep.Point): string =>
  [
    ...(point.own ? ["own"] : []),
    ...(point.front ? ["front"] : []),
    ...(point.status === "payable" ? [] : [point.status]),
    ...(point.status === "contradictory" ? point.because : []),
    ...(point.differs?.map(({ claim, verdict }) => `${claim} ${verdict}`) ?? []),
    ...(point.differs?.length === 0 ? ["all as asserted"] : [])
  ].join(", ")

const row = (report: Sweep.Report, point: Sweep.Point): ReadonlyArray<string> => [
  point.own ? "*" : point.front ? "+" : " ",
  ...report.vary.map(({ path }) => count(point.values[path]!)),
  number(Sweep.measured(Sweep.measureOf(report), point), report.security.unit),
  point.refused === null ? "" : probability(point.refused.payment),
  point.computed === null ? "" : broken(point).length === 0 ? "hold" : `broken: ${broken(point).join(", ")}`,
  notes(point)
]

const summary = (report: Sweep.Report): ReadonlyArray<string> => {
  const { points } = report
  const of = (status: Sweep.PointStatus): number => points.filter((point) => point.status === status).length
  const part = (number: number, what: string): ReadonlyArray<string> =>
    number === 0 ? [] : [`${count(number)} ${what}`]
  const parts = [
    `${count(points.filter(({ safe }) => safe).length)} with every bound that is asserted to hold`,
    ...part(of("no honest payment"), "without honest payment"),
    ...part(of("contradictory"), "contradictory")
  ]
  return [
    `Of ${count(points.length)} points ${parts.join(", ")}; ${count(points.filter(({ front }) => front).length)} on the front.`
  ]
}

/**
 * A sweep for people to read: every point, or of many the scheme's own, the front and those that were checked. Its sentences have lines of
 * at most `width` columns; its rows are as long as they are.
 */
export const text = (report: Sweep.Report, ink: Ink, width: number): string => {
  const { follow, points, population, scheme, security, vary } = report
  const isWhole = points.length <= rowsAtMost
  const kept = isWhole ? points : points.filter(({ differs, front, own }) => own || front || differs !== null)
  const rows = kept.slice(0, 5 * rowsAtMost)
  const head = ["", ...vary.map(({ path }) => path), security.measure, "refused", "bounds", ""]
  const bound = security.atMost === null ? "" : `, at most ${shown(security.atMost)}`
  const lines = table([head, ...rows.map((point) => row(report, point))], (cell, r) => {
    if (r === 0) return ink.faint(cell)
    const point = rows[r - 1]!
    if (point.own) return ink.bold(cell)
    return point.status !== "payable" ? ink.faint(cell) : point.safe ? cell : ink.bad(cell)
  })
  return [
    wrapped(
      `${ink.bold(scheme)}: ${security.measure}${bound}, against honest payments that are refused; payers: ${Text.line(population)}`,
      width,
      "  "
    ),
    ...follow.map(({ formula, path }) => wrapped(`  ${path} follows: ${formula}`, width, "    ")),
    "",
    ...lines.map((line) => `  ${line}`.trimEnd()),
    "",
    ...(rows.length < points.length
      ? [`The other ${count(points.length - rows.length)} points are in the files.`]
      : []),
    wrapped("* the scheme's own point, + the front: nothing is better in one and no worse in the other.", width, "  "),
    ...summary(report).map((line) => wrapped(line, width, "  "))
  ].join("\n")
}

const cell = (value: string | number | boolean | null | undefined): string =>
  typeof value === "string" ? Text.field(value) : value === null || value === undefined ? "" : `${value}`

/** Every point as a line of CSV (RFC 4180), under a line of names. Numbers are written in full. */
export const csv = (report: Sweep.Report): string => {
  const { follow, points, vary } = report
  const lines = [
    [
      ...vary.map(({ path }) => path),
      ...follow.map(({ path }) => path),
      "status",
      ...Measure.measures.map(({ name }) => name),
      "refused.code",
      "refused.stepUp",
      "refused.payment",
      "broken",
      "safe",
      "front",
      "own",
      "because",
      "differs"
    ],
    ...points.map((point) => [
      ...vary.map(({ path }) => point.values[path]),
      ...follow.map(({ path }) => point.follows[path]),
      point.status,
      ...Measure.measures.map((measure) => Sweep.measured(measure, point)),
      point.refused?.code,
      point.refused?.stepUp,
      point.refused?.payment,
      broken(point).join(" "),
      point.safe,
      point.front,
      point.own,
      point.because.join("; "),
      point.differs?.map(({ claim, verdict }) => `${claim} ${verdict}`).join("; ")
    ])
  ]
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("")
}

/** A sweep as JSON with a line for each field, and one for each point. */
export const json = (report: SweepFile): string => {
  const { points, ...head } = report
  const fields = Object.entries(head).map(([name, value]) => `  "${name}": ${Text.json(value)}`)
  const lines = points.map((point) => `    ${Text.json(point)}`)
  return `{\n${[...fields, `  "points": [\n${lines.join(",\n")}\n  ]`].join(",\n")}\n}\n`
}
