/** Table: a sweep as text for a terminal, as CSV and as JSON. */
import * as Text from "../../impl/Text.ts"
import { shown } from "../computed/Catalogue.ts"
import { count, type Ink, wrapped } from "../Terminal.ts"
import { broken, lines as laidOut } from "./Layout.ts"
import * as Measure from "./Measure.ts"
import * as Sweep from "./Sweep.ts"
import type { SweepFile } from "./SweepFile.ts"

/** The most points that are printed one by one. */
const rowsAtMost = 60

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

/** What is said where a point is within the bound that the heading names, and its claim is broken all the same. */
const otherwise = (report: Sweep.Report, points: ReadonlyArray<Sweep.Point>): ReadonlyArray<string> => {
  const { atMost } = report.security
  const measure = Sweep.measureOf(report)
  const isOtherwise = (point: Sweep.Point): boolean =>
    atMost !== null &&
    (Sweep.measured(measure, point) ?? Number.POSITIVE_INFINITY) <= atMost &&
    point.computed?.[measure.claim]?.holds === false
  if (!points.some(isOtherwise)) return []
  const others = Measure.measures.filter(({ claim, name }) => claim === measure.claim && name !== measure.name)
  const flags = others.map(({ name }) => `--security ${name}`).join(" or ")
  return [
    `Where ${measure.name} is at most ${shown(atMost!)} and ${measure.claim} broken, another bound of it is: ${flags}.`
  ]
}

/**
 * A sweep for people to read: every point, or of many the scheme's own, the front and those that were checked. Its sentences have lines of
 * at most `width` columns, its rows of at most `columns`: where it is shown on no terminal each is as long as it is.
 */
export const text = (report: Sweep.Report, ink: Ink, width: number, columns = Number.POSITIVE_INFINITY): string => {
  const { follow, points, population, scheme, security } = report
  const isWhole = points.length <= rowsAtMost
  const kept = isWhole ? points : points.filter(({ differs, front, own }) => own || front || differs !== null)
  const rows = kept.slice(0, 5 * rowsAtMost)
  const bound = security.atMost === null ? "" : `, at most ${shown(security.atMost)}`
  return [
    wrapped(
      `${ink.bold(scheme)}: ${security.measure}${bound}, against honest payments that are refused; payers: ${Text.line(population)}`,
      width,
      "  "
    ),
    ...follow.map(({ formula, path }) => wrapped(`  ${path} follows: ${formula}`, width, "    ")),
    "",
    ...laidOut({ report, points: rows, ink }, columns),
    "",
    ...(rows.length < points.length
      ? [`The other ${count(points.length - rows.length)} points are in the files.`]
      : []),
    wrapped("* the scheme's own point, + the front: nothing is better in one and no worse in the other.", width, "  "),
    ...[...otherwise(report, rows), ...summary(report)].map((line) => wrapped(line, width, "  "))
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
