/** Plot: pictures of a sweep, as SVG. */

import type { Sweep } from "../sweep/Sweeps.ts"
import * as HeatMap from "./HeatMap.ts"
import * as TradeOff from "./TradeOff.ts"

/** A picture, and the name of its file without what all the files of a scheme begin with. */
export interface Plot {
  readonly name: string
  readonly svg: string
}

/** The pictures of a sweep: security against usability and, over two parameters, a map of both. */
export const plots = (report: Sweep.Report): ReadonlyArray<Plot> => [
  { name: "trade-off", svg: TradeOff.draw(report) },
  ...(report.vary.length === 2 ? [{ name: "heat", svg: HeatMap.draw(report) }] : [])
]
