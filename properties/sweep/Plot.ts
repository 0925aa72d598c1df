/**
 * Plot: pictures of a sweep, as SVG. The same report gives the same bytes. Charts are laid out by ECharts, which needs
 * neither a browser nor a canvas for it.
 */
import * as echarts from "echarts"
import { shown } from "../computed/Computed.ts"
import { count } from "../report/Terminal.ts"
import * as Sweep from "./Sweep.ts"

/** A picture, and the name of its file without what all the files of a scheme begin with. */
export interface Plot {
  readonly name: string
  readonly svg: string
}

const colours = {
  ink: "#1f2933",
  faint: "#7b8794",
  grid: "#e4e7eb",
  safe: "#0b7a75",
  unsafe: "#d1495b",
  tight: "#9aa5b1",
  front: "#e09f3e",
  own: "#1d3557",
  region: "rgba(11, 122, 117, 0.08)"
}

const font = "DejaVu Sans, Verdana, sans-serif"

type Option = Parameters<ReturnType<typeof echarts.init>["setOption"]>[0]

/** The chart of an option as SVG. ECharts numbers what it draws through all charts of a process: here from one on. */
const draw = (width: number, height: number, option: Option): string => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height })
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: font, color: colours.ink },
    ...option
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  const names = new Map<string, string>()
  // What a browser would need to answer a pointer, nobody here asks.
  const renamed = svg.replace(/ ecmeta_\w+="[^"]*"/g, "").replace(/\bzr\d+-[\w-]+/g, (name) => {
    if (!names.has(name)) names.set(name, `n${names.size}`)
    return names.get(name)!
  })
  return `${renamed}\n`
}

const superscript = (exponent: number): string =>
  `${exponent}`.replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!))

/** A mark of an axis: a digit times a power of ten. */
interface Mark {
  readonly digit: number
  readonly exponent: number
}

const scientific = ({ digit, exponent }: Mark): string =>
  exponent === 0 ? `${digit}` : `${digit === 1 ? "" : `${digit}×`}10${superscript(exponent)}`

/** A number of a measure as axes have it. */
const plain =
  (unit: Sweep.Report["security"]["unit"]) =>
  (mark: Mark): string =>
    unit === "minor units" && mark.exponent >= 0 ? count(mark.digit * 10 ** mark.exponent) : scientific(mark)

/** A probability as a percentage. */
const percent = ({ digit, exponent }: Mark): string =>
  exponent < -6
    ? `${scientific({ digit, exponent: exponent + 2 })} %`
    : `${Number((digit * 10 ** (exponent + 2)).toPrecision(1))} %`

const logOf = ({ digit, exponent }: Mark): number => Math.log10(digit) + exponent

/** The most decades between which the marks are three to a decade, and the most marks that an axis has room for. */
const [fineAtMost, marksAtMost] = [2.5, 11]

/**
 * A logarithmic axis around some values, with marks at powers of ten and, where these are few, between them. What is nothing
 * at all has no place on it: it stands at the lower end, below everything else, and is labelled 0. `room`: how much of a decade is kept free at
 * either end.
 */
const logarithmic = (values: ReadonlyArray<number>, label: (mark: Mark) => string, room = 0) => {
  const logs = values.filter((value) => value > 0).map(Math.log10)
  const hasZero = logs.length < values.length
  const [least, most] = logs.length === 0 ? [-1, 0] : [Math.min(...logs), Math.max(...logs)]
  const digits = most - least <= fineAtMost ? [1, 2, 5] : [1]
  const [first, last] = [Math.floor(least) - 1, Math.ceil(most) + 1]
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((exponent) =>
    digits.map((digit) => ({ digit, exponent }))
  )
  const from = all.findLastIndex((mark) => logOf(mark) <= least - room + 1e-9)
  const to = all.findIndex((mark) => logOf(mark) >= most + room - 1e-9)
  const marks = all.slice(hasZero ? from - 1 : from, Math.max(to, from + 1) + 1)
  const [min, max] = [logOf(marks[0]!), logOf(marks.at(-1)!)]
  const every = Math.ceil(marks.length / marksAtMost)
  return {
    place: (value: number): number => (value > 0 ? Math.log10(value) : min),
    min,
    max,
    marks: marks.filter((_, index) => index % every === 0).map(logOf),
    label: (log: number): string => {
      const mark = marks.find((mark) => Math.abs(logOf(mark) - log) < 1e-6)
      return mark === undefined ? "" : hasZero && mark === marks[0] ? "0" : label(mark)
    }
  }
}

const titleOf = ({ population, scheme }: Sweep.Report, text: string, subtext: string) => ({
  text: `${scheme}: ${text}`,
  subtext: `${subtext}; payers: ${population}`,
  left: 20,
  top: 12,
  textStyle: { fontSize: 17, fontFamily: font, color: colours.ink },
  subtextStyle: { fontSize: 12, fontFamily: font, color: colours.faint }
})

const spanOf = ({ path, unit, values }: Sweep.Report["vary"][number]): string => {
  const [first, last] = [values[0]!, values.at(-1)!]
  return `${path} ${first === last ? count(first) : `${count(first)} to ${count(last)}`} ${unit}`
}

const axisStyle = {
  nameTextStyle: { fontSize: 13, color: colours.ink },
  axisLabel: { fontSize: 12, color: colours.ink },
  axisLine: { show: true, onZero: false, lineStyle: { color: colours.faint } },
  splitLine: { lineStyle: { color: colours.grid } }
}

const cross = "path://M-5,-4L-4,-5L0,-1L4,-5L5,-4L1,0L5,4L4,5L0,1L-4,5L-5,4L-1,0Z"

const securityName = ({ security }: Sweep.Report): string =>
  `${security.measure}, ${security.unit === "probability" ? "probability" : "minor units"}`

/** How many places an axis has on which two points are told apart. */
const places = 2000

/** Security against usability: every point, the safe region, the front and the scheme's own point. */
const tradeOff = (report: Sweep.Report): Plot => {
  const { points, security, vary } = report
  const measure = Sweep.measureOf(report)
  const found = points.flatMap((point) => {
    const y = Sweep.measured(measure, point)
    return y === undefined || point.refused === null ? [] : [{ point, x: point.refused.payment, y }]
  })
  const bounds = security.atMost === null ? [] : [security.atMost]
  const xAxis = logarithmic(
    found.map(({ x }) => x),
    percent
  )
  const yAxis = logarithmic([...found.map(({ y }) => y), ...bounds], plain(security.unit), 0.03)
  const at = ({ x, y }: (typeof found)[number]): [number, number] => [xAxis.place(x), yAxis.place(y)]
  const nameOf = ({ values }: Sweep.Point): string => vary.map(({ path }) => count(values[path]!)).join(", ")

  /** The places of some points, each once however many points are there. */
  const placesOf = (kept: (point: Sweep.Point) => boolean): ReadonlyArray<[number, number]> => {
    const seen = new Map<string, [number, number]>()
    for (const each of found) {
      if (!kept(each.point)) continue
      const [x, y] = at(each)
      const column = Math.round(((x - xAxis.min) / (xAxis.max - xAxis.min)) * places)
      const line = Math.round(((y - yAxis.min) / (yAxis.max - yAxis.min)) * places)
      if (!seen.has(`${column} ${line}`)) seen.set(`${column} ${line}`, [x, y])
    }
    return [...seen.values()]
  }

  const front = found.filter(({ point }) => point.front).sort((a, b) => a.x - b.x || a.y - b.y)
  const own = found.filter(({ point }) => point.own)
  const labelled = {
    show: true,
    position: vary.length === 1 ? ("top" as const) : ("right" as const),
    distance: 8,
    fontSize: 11,
    color: colours.ink,
    textBorderColor: "#ffffff",
    textBorderWidth: 3,
    formatter: ({ name }: { readonly name: string }) => name
  }
  const region =
    security.atMost === null
      ? {}
      : {
          markArea: {
            silent: true,
            itemStyle: { color: colours.region },
            data: [
              [
                { xAxis: xAxis.min, yAxis: yAxis.min },
                { xAxis: xAxis.max, yAxis: yAxis.place(security.atMost) }
              ]
            ]
          },
          markLine: {
            silent: true,
            symbol: "none",
            lineStyle: { color: colours.safe, type: "dashed" as const },
            label: {
              position: "insideEndTop" as const,
              color: colours.safe,
              fontSize: 12,
              textBorderColor: "#ffffff",
              textBorderWidth: 3,
              formatter: `below: within the scheme's bound, at most ${shown(security.atMost)}`
            },
            data: [{ yAxis: yAxis.place(security.atMost) }]
          }
        }
  const scatter = (name: string, data: ReadonlyArray<[number, number]>, style: object) => ({
    name,
    type: "scatter" as const,
    data: [...data],
    ...style
  })
  const option: Option = {
    title: titleOf(
      report,
      "security against usability",
      `${vary.map(spanOf).join(", ")}; labels: ${vary.map(({ path }) => path).join(", ")}`
    ),
    legend: { bottom: 10, left: "center", itemGap: 30, textStyle: { fontSize: 12, color: colours.ink } },
    grid: { left: 90, right: 40, top: 80, bottom: 105 },
    xAxis: {
      type: "value",
      name: "honest payments that are refused, per cent (fewer is better)",
      nameLocation: "middle",
      nameGap: 34,
      min: xAxis.min,
      max: xAxis.max,
      ...axisStyle,
      axisTick: { customValues: xAxis.marks },
      axisLabel: { ...axisStyle.axisLabel, customValues: xAxis.marks, formatter: xAxis.label }
    },
    yAxis: {
      type: "value",
      name: `${securityName(report)} (less is better)`,
      nameLocation: "middle",
      nameGap: 62,
      min: yAxis.min,
      max: yAxis.max,
      ...axisStyle,
      axisTick: { customValues: yAxis.marks },
      axisLabel: { ...axisStyle.axisLabel, customValues: yAxis.marks, formatter: yAxis.label }
    },
    series: [
      scatter(
        "safe: every bound holds",
        placesOf(({ safe }) => safe),
        {
          symbolSize: 9,
          itemStyle: { color: colours.safe },
          ...region
        }
      ),
      scatter(
        "a bound is broken",
        placesOf(({ safe, status }) => status === "payable" && !safe),
        {
          symbolSize: 9,
          itemStyle: { color: "#ffffff", borderColor: colours.unsafe, borderWidth: 1.5 }
        }
      ),
      scatter(
        "no honest payment",
        placesOf(({ status }) => status === "no honest payment"),
        {
          symbol: cross,
          symbolSize: 9,
          itemStyle: { color: colours.tight }
        }
      ),
      {
        name: "front",
        type: "line",
        symbol: "circle",
        symbolSize: 14,
        lineStyle: { color: colours.front, width: 1.5 },
        itemStyle: { color: "transparent", borderColor: colours.front, borderWidth: 2 },
        data: front.map((each) => ({ value: at(each), name: nameOf(each.point) })),
        label: labelled,
        labelLayout: { hideOverlap: true },
        z: 4
      },
      {
        name: `the scheme as it is: ${own.map(({ point }) => nameOf(point)).join()}`,
        type: "scatter",
        symbol: "diamond",
        symbolSize: 20,
        itemStyle: { color: colours.own, borderColor: "#ffffff", borderWidth: 1.5 },
        data: own.map(at),
        z: 5
      }
    ]
  }
  return { name: "trade-off", svg: draw(960, 640, option) }
}

/** From better to worse. */
const scale = ["#f1faee", "#a8dadc", "#457b9d", "#1d3557"]

/** The most values of a parameter that a map has room for; of more it shows every second, third and so on. */
const cellsAtMost = 120

/** The most values of a parameter at which cells have room for their number. */
const numberedAtMost = 12

/** What can be read on the cell of a value: white where that is dark. */
const inkOf = ({ max, min, place }: ReturnType<typeof logarithmic>, value: number): string =>
  (place(value) - min) / (max - min) > 0.5 ? "#ffffff" : colours.ink

/** Two maps over both parameters: security, and usability. */
const heat = (report: Sweep.Report): Plot => {
  const [across, up] = report.vary as [Sweep.Report["vary"][number], Sweep.Report["vary"][number]]
  const { points, security } = report
  const measure = Sweep.measureOf(report)
  const thinned = (values: ReadonlyArray<number>) => Math.ceil(values.length / cellsAtMost)
  const some = (values: ReadonlyArray<number>) => values.filter((_, index) => index % thinned(values) === 0)
  const columns = some(across.values)
  const lines = some(up.values)
  const thin = [across, up].flatMap(({ path, values }) =>
    thinned(values) > 1 ? [`, one value in ${count(thinned(values))} of ${path}`] : []
  )
  const isNumbered = columns.length <= numberedAtMost && lines.length <= 2 * numberedAtMost
  const placeIn = (values: ReadonlyArray<number>) => new Map(values.map((value, index) => [value, index]))
  const [columnOf, lineOf] = [placeIn(columns), placeIn(lines)]
  const inside = points.flatMap((point) => {
    const column = columnOf.get(point.values[across.path]!)
    const line = lineOf.get(point.values[up.path]!)
    return column === undefined || line === undefined ? [] : [{ point, column, line }]
  })
  const panels = [
    {
      title: securityName(report),
      of: (point: Sweep.Point) => Sweep.measured(measure, point),
      axis: (values: ReadonlyArray<number>) => logarithmic(values, plain(security.unit)),
      text: (value: number) => (security.unit === "probability" ? value.toExponential(1) : count(Math.round(value)))
    },
    {
      title: "honest payments that are refused, per cent",
      of: (point: Sweep.Point) => point.refused?.payment,
      axis: (values: ReadonlyArray<number>) => logarithmic(values, percent),
      text: (value: number) => (value === 0 ? "0" : `${Number((100 * value).toPrecision(2))}`)
    }
  ].map((panel) => {
    const cells = inside.flatMap(({ column, line, point }) => {
      const value = panel.of(point)
      return value === undefined ? [] : [{ column, line, value }]
    })
    return { ...panel, cells, axis: panel.axis(cells.map(({ value }) => value)) }
  })
  const inkOn = ({ axis, of }: (typeof panels)[number], point: Sweep.Point): string => inkOf(axis, of(point) ?? 0)
  const left = [80, 560]
  const [width, height] = [360, 400]
  const where = (kept: (point: Sweep.Point) => boolean) => inside.filter(({ point }) => kept(point))
  const placesOf = (kept: (point: Sweep.Point) => boolean) =>
    where(kept).map(({ column, line }): [number, number] => [column, line])
  const cellWidth = width / columns.length
  const cellHeight = height / lines.length
  const side = Math.min(cellWidth, cellHeight)
  const mark = Math.max(3, Math.min(14, side * 0.35))
  const corner: [number, number] = isNumbered ? [0, Math.min(13, cellHeight * 0.32)] : [0, 0]
  const marks = (panel: number) =>
    [
      {
        name: "a bound is broken",
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
          itemStyle: { color: inkOn(panels[panel]!, point) }
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
  const option: Option = {
    title: [
      titleOf(report, `${across.path} and ${up.path}`, `darker is worse${thin.join("")}`),
      ...panels.map(({ title }, panel) => ({
        text: title,
        left: left[panel]! + width / 2,
        top: 62,
        textAlign: "center" as const,
        textStyle: { fontSize: 13, fontFamily: font, color: colours.ink }
      }))
    ],
    legend: {
      bottom: 10,
      left: "center",
      itemGap: 30,
      itemHeight: 11,
      itemWidth: 16,
      data: [
        { name: "the scheme as it is", icon: "rect" },
        { name: "a bound is broken" },
        { name: "no honest payment" },
        { name: "contradictory", icon: "rect" }
      ],
      textStyle: { fontSize: 12, color: colours.ink }
    },
    grid: panels.map((_, panel) => ({ left: left[panel]!, top: 90, width, height })),
    xAxis: panels.map((_, panel) => ({
      type: "category" as const,
      gridIndex: panel,
      data: columns.map(count),
      name: `${across.path}, ${across.unit}`,
      nameLocation: "middle" as const,
      nameGap: 30,
      ...axisStyle
    })),
    yAxis: panels.map((_, panel) => ({
      type: "category" as const,
      gridIndex: panel,
      data: lines.map(count),
      name: `${up.path}, ${up.unit}`,
      nameLocation: "middle" as const,
      nameGap: 20 + 8 * Math.max(...lines.map((line) => count(line).length)),
      ...axisStyle
    })),
    visualMap: panels.map(({ axis }, panel) => ({
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
    })),
    series: [
      ...panels.map(({ axis, cells, text }, panel) => ({
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
        itemStyle: { borderColor: "#ffffff", borderWidth: side > 8 ? 1 : 0 }
      })),
      ...panels.flatMap((_, panel) => marks(panel))
    ]
  }
  return { name: "heat", svg: draw(960, 620, option) }
}

/** The pictures of a sweep: security against usability and, over two parameters, a map of both. */
export const plots = (report: Sweep.Report): ReadonlyArray<Plot> => [
  tradeOff(report),
  ...(report.vary.length === 2 ? [heat(report)] : [])
]
