/** HeatMap: two maps over both parameters of a sweep: security, and usability. */

import { Sweep } from "../sweep/Sweeps.ts"
import { count } from "../Terminal.ts"
import * as Chart from "./Chart.ts"
import { type Logarithmic, logarithmic, percent, plain } from "./LogarithmicAxis.ts"

const { axisStyle, colours, cross } = Chart

/** From better to worse. */
const scale = ["#f1faee", "#a8dadc", "#457b9d", "#1d3557"]

/** The most values of a parameter that a map has room for; of more it shows every second, third and so on. */
const cellsAtMost = 120

/** The most values of a parameter at which cells have room for their number. */
const numberedAtMost = 12

type Parameter = Sweep.Report["vary"][number]

/** A point of the sweep in its cell. */
interface Cell {
  readonly point: Sweep.Point
  readonly column: number
  readonly line: number
}

/** The cells of both maps: those of so many columns, each a value of `across`, and lines, each one of `up`. */
interface Grid {
  readonly report: Sweep.Report
  readonly across: Parameter
  readonly up: Parameter
  readonly columns: ReadonlyArray<number>
  readonly lines: ReadonlyArray<number>
  readonly inside: ReadonlyArray<Cell>
  /** Whether every cell has room for its number. */
  readonly isNumbered: boolean
  readonly cellWidth: number
  readonly cellHeight: number
}

const thinned = (values: ReadonlyArray<number>): number => Math.ceil(values.length / cellsAtMost)

const some = (values: ReadonlyArray<number>): ReadonlyArray<number> =>
  values.filter((_, index) => index % thinned(values) === 0)

/** Where the maps lie in the picture, and how large each is. */
const left = [80, 560]
const [width, height] = [360, 400]

const gridOf = (report: Sweep.Report): Grid => {
  const [across, up] = report.vary as [Parameter, Parameter]
  const columns = some(across.values)
  const lines = some(up.values)
  const placeIn = (values: ReadonlyArray<number>) => new Map(values.map((value, index) => [value, index]))
  const [columnOf, lineOf] = [placeIn(columns), placeIn(lines)]
  const inside = report.points.flatMap((point) => {
    const column = columnOf.get(point.values[across.path]!)
    const line = lineOf.get(point.values[up.path]!)
    return column === undefined || line === undefined ? [] : [{ point, column, line }]
  })
  const isNumbered = columns.length <= numberedAtMost && lines.length <= 2 * numberedAtMost
  const [cellWidth, cellHeight] = [width / columns.length, height / lines.length]
  return { report, across, up, columns, lines, inside, isNumbered, cellWidth, cellHeight }
}

/** One of the two maps: what it shows of a point, and how that is written. */
interface Panel {
  readonly title: string
  readonly of: (point: Sweep.Point) => number | undefined
  readonly axis: Logarithmic
  readonly text: (value: number) => string
  readonly cells: ReadonlyArray<{ readonly column: number; readonly line: number; readonly value: number }>
}

const panelOf = (
  { inside }: Grid,
  shown: Pick<Panel, "title" | "of" | "text">,
  axisOf: (values: ReadonlyArray<number>) => Logarithmic
): Panel => {
  const cells = inside.flatMap(({ column, line, point }) => {
    const value = shown.of(point)
    return value === undefined ? [] : [{ column, line, value }]
  })
  return { ...shown, cells, axis: axisOf(cells.map(({ value }) => value)) }
}

const panelsOf = (grid: Grid): ReadonlyArray<Panel> => {
  const { report } = grid
  const { unit } = report.security
  const measure = Sweep.measureOf(report)
  return [
    panelOf(
      grid,
      {
        title: Chart.securityName(report),
        of: (point) => Sweep.measured(measure, point),
        text: (value) => (unit === "minor units" ? count(Math.round(value)) : value.toExponential(1))
      },
      (values) => logarithmic(values, plain(unit))
    ),
    panelOf(
      grid,
      {
        title: "honest payments that are refused, per cent",
        of: (point) => point.refused?.payment,
        text: (value) => (value === 0 ? "0" : `${Number((100 * value).toPrecision(2))}`)
      },
      (values) => logarithmic(values, percent)
    )
  ]
}

/** What can be read on the cell of a value: white where that is dark. */
const inkOf = ({ max, min, place }: Logarithmic, value: number): string =>
  (place(value) - min) / (max - min) > 0.5 ? "#ffffff" : colours.ink

/** What is marked on the cells of a map: broken bounds, points without an honest payment, contradictions, and the scheme. */
const marks = ({ cellHeight, cellWidth, inside, isNumbered }: Grid, { axis, of }: Panel, panel: number) => {
  const where = (kept: (point: Sweep.Point) => boolean) => inside.filter(({ point }) => kept(point))
  const placesOf = (kept: (point: Sweep.Point) => boolean) =>
    where(kept).map(({ column, line }): [number, number] => [column, line])
  const side = Math.min(cellWidth, cellHeight)
  const mark = Math.max(3, Math.min(14, side * 0.35))
  const corner: [number, number] = isNumbered ? [0, Math.min(13, cellHeight * 0.32)] : [0, 0]
  return [
    {
      name: "breaks a bound that is asserted to hold",
      symbol: "circle",
      symbolSize: Math.min(mark, 8),
      symbolOffset: corner,
      itemStyle: { color: colours.unsafe, borderColor: "#ffffff", borderWidth: 0.5 },
      data: placesOf(({ safe, status }) => status === "payable" && !safe)
    },
    {
      name: "no honest payment",
      symbol: cross,
      symbolSize: Math.min(mark, 10),
      symbolOffset: corner,
      itemStyle: { color: colours.ink },
      data: where(({ status }) => status === "no honest payment").map(({ column, line, point }) => ({
        value: [column, line],
        itemStyle: { color: inkOf(axis, of(point) ?? 0) }
      }))
    },
    {
      name: "contradictory",
      symbol: "rect",
      symbolSize: [cellWidth - 1, cellHeight - 1],
      itemStyle: { color: "#d9dde2" },
      data: placesOf(({ status }) => status === "contradictory")
    },
    {
      name: "the scheme as it is",
      symbol: "rect",
      symbolSize: [Math.max(4, cellWidth - 2), Math.max(4, cellHeight - 2)],
      itemStyle: { color: "transparent", borderColor: colours.front, borderWidth: side > 12 ? 3 : 1.5 },
      data: placesOf(({ own }) => own),
      z: 6
    }
  ].map((series) => ({
    type: "scatter" as const,
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    z: 4,
    ...series
  }))
}

/** The cells of a map, each in the colour of its value. */
const cellsOf = ({ cellHeight, cellWidth, isNumbered }: Grid, { axis, cells, text }: Panel, panel: number) => ({
  type: "heatmap" as const,
  xAxisIndex: panel,
  yAxisIndex: panel,
  data: cells.map(({ column, line, value }) => ({
    value: [column, line, axis.place(value)],
    name: text(value),
    label: {
      show: isNumbered && cellWidth > 28,
      fontSize: cellWidth < 46 ? 9 : 11,
      color: inkOf(axis, value),
      formatter: ({ name }: { readonly name: string }) => name
    }
  })),
  itemStyle: { borderColor: "#ffffff", borderWidth: Math.min(cellWidth, cellHeight) > 8 ? 1 : 0 }
})

const titlesOf = ({ across, report, up }: Grid, panels: ReadonlyArray<Panel>) => {
  const thin = [across, up].flatMap(({ path, values }) =>
    thinned(values) > 1 ? [`, one value in ${count(thinned(values))} of ${path}`] : []
  )
  return [
    Chart.titleOf(report, `${across.path} and ${up.path}`, `darker is worse${thin.join("")}`),
    ...panels.map(({ title }, panel) => ({
      text: title,
      left: left[panel]! + width / 2,
      top: 62,
      textAlign: "center" as const,
      textStyle: { fontSize: 13, fontFamily: Chart.font, color: colours.ink }
    }))
  ]
}

const legend = {
  bottom: 10,
  left: "center",
  itemGap: 30,
  itemHeight: 11,
  itemWidth: 16,
  data: [
    { name: "the scheme as it is", icon: "rect" },
    { name: "breaks a bound that is asserted to hold" },
    { name: "no honest payment" },
    { name: "contradictory", icon: "rect" }
  ],
  textStyle: { fontSize: 12, color: colours.ink }
}

/** The axis of a map over the values of a parameter. */
const axisOf = (panel: number, { path, unit }: Parameter, values: ReadonlyArray<number>, nameGap: number) => ({
  type: "category" as const,
  gridIndex: panel,
  data: values.map(count),
  name: `${path}, ${unit}`,
  nameLocation: "middle" as const,
  nameGap,
  ...axisStyle
})

/** The scale of a map's colours. */
const scaleOf = ({ axis }: Panel, panel: number) => ({
  type: "continuous" as const,
  seriesIndex: panel,
  min: axis.min,
  max: axis.max,
  calculable: false,
  orient: "horizontal" as const,
  left: left[panel]! + 40,
  bottom: 48,
  itemWidth: 12,
  itemHeight: 180,
  text: [axis.label(axis.max), axis.label(axis.min)] as [string, string],
  textStyle: { fontSize: 12, color: colours.ink },
  inRange: { color: scale }
})

/** The maps of a sweep over two parameters, as SVG. */
export const draw = (report: Sweep.Report): string => {
  const grid = gridOf(report)
  const { across, columns, lines, up } = grid
  const panels = panelsOf(grid)
  const gapOfLines = 20 + 8 * Math.max(...lines.map((line) => count(line).length))
  return Chart.draw(960, 620, {
    title: titlesOf(grid, panels),
    legend,
    grid: panels.map((_, panel) => ({ left: left[panel]!, top: 90, width, height })),
    xAxis: panels.map((_, panel) => axisOf(panel, across, columns, 30)),
    yAxis: panels.map((_, panel) => axisOf(panel, up, lines, gapOfLines)),
    visualMap: panels.map(scaleOf),
    series: [
      ...panels.map((each, panel) => cellsOf(grid, each, panel)),
      ...panels.flatMap((each, panel) => marks(grid, each, panel))
    ]
  })
}
