/** TradeOff: the picture of security against usability: every point, the safe region, the front and the scheme's own point. */
import { shown } from "../computed/Catalogue.ts"
import { Sweep } from "../sweep/Sweeps.ts"
import { count } from "../Terminal.ts"
import * as Chart from "./Chart.ts"
import { type Logarithmic, logarithmic, percent, plain } from "./LogarithmicAxis.ts"

const { axisStyle, colours, cross } = Chart

/** A point of the sweep that has a place in the picture: the share of payments refused, and the measure of security. */
interface Placed {
  readonly point: Sweep.Point
  readonly x: number
  readonly y: number
}

/** What the picture is drawn from: the points that have a place in it, and its axes. */
interface Canvas {
  readonly report: Sweep.Report
  readonly found: ReadonlyArray<Placed>
  readonly xAxis: Logarithmic
  readonly yAxis: Logarithmic
}

const canvasOf = (report: Sweep.Report): Canvas => {
  const { points, security } = report
  const measure = Sweep.measureOf(report)
  const found = points.flatMap((point) => {
    const y = Sweep.measured(measure, point)
    return y === undefined || point.refused === null ? [] : [{ point, x: point.refused.payment, y }]
  })
  const bounds = security.atMost === null ? [] : [security.atMost]
  return {
    report,
    found,
    xAxis: logarithmic(
      found.map(({ x }) => x),
      percent
    ),
    yAxis: logarithmic([...found.map(({ y }) => y), ...bounds], plain(security.unit), 0.03)
  }
}

const at = ({ xAxis, yAxis }: Canvas, { x, y }: Placed): [number, number] => [xAxis.place(x), yAxis.place(y)]

/** How many places an axis has on which two points are told apart. */
const places = 2000

/** The places of some points, each once however many points are there. */
const placesOf = (canvas: Canvas, kept: (point: Sweep.Point) => boolean): Array<[number, number]> => {
  const { found, xAxis, yAxis } = canvas
  const seen = new Map<string, [number, number]>()
  for (const each of found) {
    if (!kept(each.point)) continue
    const [x, y] = at(canvas, each)
    const column = Math.round(((x - xAxis.min) / (xAxis.max - xAxis.min)) * places)
    const line = Math.round(((y - yAxis.min) / (yAxis.max - yAxis.min)) * places)
    if (!seen.has(`${column} ${line}`)) seen.set(`${column} ${line}`, [x, y])
  }
  return [...seen.values()]
}

/** The region in which the measure is within the scheme's bound, and the line that ends it. */
const regionOf = ({ report: { security }, xAxis, yAxis }: Canvas) =>
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

/** The points, by whether their bounds hold and an honest payment is possible. */
const points = (canvas: Canvas) => {
  const scatter = (name: string, kept: (point: Sweep.Point) => boolean, style: object) => ({
    name,
    type: "scatter" as const,
    data: placesOf(canvas, kept),
    ...style
  })
  return [
    scatter("keeps the bounds that are asserted to hold", ({ safe }) => safe, {
      symbolSize: 9,
      itemStyle: { color: colours.safe },
      ...regionOf(canvas)
    }),
    scatter("breaks one of them", ({ safe, status }) => status === "payable" && !safe, {
      symbolSize: 9,
      itemStyle: { color: "#ffffff", borderColor: colours.unsafe, borderWidth: 1.5 }
    }),
    scatter("no honest payment", ({ status }) => status === "no honest payment", {
      symbol: cross,
      symbolSize: 9,
      itemStyle: { color: colours.tight }
    })
  ]
}

/** What nothing else beats, joined by a line, and the scheme as it is. */
const marked = (canvas: Canvas) => {
  const { found, report } = canvas
  const nameOf = ({ values }: Sweep.Point): string => report.vary.map(({ path }) => count(values[path]!)).join(", ")
  const front = found.filter(({ point }) => point.front).sort((a, b) => a.x - b.x || a.y - b.y)
  const own = found.filter(({ point }) => point.own)
  return [
    {
      name: "front",
      type: "line" as const,
      symbol: "circle",
      symbolSize: 14,
      lineStyle: { color: colours.front, width: 1.5 },
      itemStyle: { color: "transparent", borderColor: colours.front, borderWidth: 2 },
      data: front.map((each) => ({ value: at(canvas, each), name: nameOf(each.point) })),
      label: {
        show: true,
        position: report.vary.length === 1 ? ("top" as const) : ("right" as const),
        distance: 8,
        fontSize: 11,
        color: colours.ink,
        textBorderColor: "#ffffff",
        textBorderWidth: 3,
        formatter: ({ name }: { readonly name: string }) => name
      },
      labelLayout: { hideOverlap: true },
      z: 4
    },
    {
      name: `the scheme as it is: ${own.map(({ point }) => nameOf(point)).join()}`,
      type: "scatter" as const,
      symbol: "diamond",
      symbolSize: 20,
      itemStyle: { color: colours.own, borderColor: "#ffffff", borderWidth: 1.5 },
      data: own.map((each) => at(canvas, each)),
      z: 5
    }
  ]
}

/** An axis of the picture, with its name in the middle. */
const axisOf = ({ label, marks, max, min }: Logarithmic, name: string, nameGap: number) => ({
  type: "value" as const,
  name,
  nameLocation: "middle" as const,
  nameGap,
  min,
  max,
  ...axisStyle,
  axisTick: { customValues: marks },
  axisLabel: { ...axisStyle.axisLabel, customValues: marks, formatter: label }
})

/** The picture of a sweep's points by security and usability, as SVG. */
export const draw = (report: Sweep.Report): string => {
  const { vary } = report
  const canvas = canvasOf(report)
  return Chart.draw(960, 640, {
    title: Chart.titleOf(
      report,
      "security against usability",
      `${vary.map(Chart.spanOf).join(", ")}; labels: ${vary.map(({ path }) => path).join(", ")}`
    ),
    legend: { bottom: 10, left: "center", itemGap: 30, textStyle: { fontSize: 12, color: colours.ink } },
    grid: { left: 90, right: 40, top: 80, bottom: 105 },
    xAxis: axisOf(canvas.xAxis, "honest payments that are refused, per cent (fewer is better)", 34),
    yAxis: axisOf(canvas.yAxis, `${Chart.securityName(report)} (less is better)`, 62),
    series: [...points(canvas), ...marked(canvas)]
  })
}
