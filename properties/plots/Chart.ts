/**
 * Chart: what the pictures of a sweep have in common: how they are drawn, as SVG, and what they look like. The same
 * report gives the same bytes. Charts are laid out by ECharts, which needs neither a browser nor a canvas for it.
 */
import * as echarts from "echarts"
import * as Text from "../../impl/Text.ts"
import type { Sweep } from "../sweep/Sweeps.ts"
import { count } from "../Terminal.ts"

/** The colours of pictures. */
export const colours = {
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

/** The letters of pictures. */
export const font = "DejaVu Sans, Verdana, sans-serif"

/** What ECharts is given. */
export type ChartOption = Parameters<ReturnType<typeof echarts.init>["setOption"]>[0]

/** The chart of an option as SVG. ECharts numbers what it draws through all charts of a process: here from one on. */
export const draw = (width: number, height: number, option: ChartOption): string => {
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
  return `${Text.lines(renamed)}\n`
}

/** The title of a picture: the scheme and what is shown of it, and under it whom and what it is about. */
export const titleOf = ({ population, scheme }: Sweep.Report, text: string, subtext: string) => ({
  text: `${scheme}: ${text}`,
  subtext: `${subtext}; payers: ${population}`,
  left: 20,
  top: 12,
  textStyle: { fontSize: 17, fontFamily: font, color: colours.ink },
  subtextStyle: { fontSize: 12, fontFamily: font, color: colours.faint }
})

/** The values of a parameter in words: from the first to the last. */
export const spanOf = ({ path, unit, values }: Sweep.Report["vary"][number]): string => {
  const [first, last] = [values[0]!, values.at(-1)!]
  return `${path} ${first === last ? count(first) : `${count(first)} to ${count(last)}`} ${unit}`
}

/** What every axis looks like. */
export const axisStyle = {
  nameTextStyle: { fontSize: 13, color: colours.ink },
  axisLabel: { fontSize: 12, color: colours.ink },
  axisLine: { show: true, onZero: false, lineStyle: { color: colours.faint } },
  splitLine: { lineStyle: { color: colours.grid } }
}

/** A cross, as a symbol. */
export const cross = "path://M-5,-4L-4,-5L0,-1L4,-5L5,-4L1,0L5,4L4,5L0,1L-4,5L-5,4L-1,0Z"

/** What the measure of security is called on an axis. */
export const securityName = ({ security }: Sweep.Report): string => `${security.measure}, ${security.unit}`
