/** How long the computed claims take over the points of a sweep. */
import * as BuiltIn from "../../model/BuiltIn.ts"
import * as Rules from "../../model/Rules.ts"
import { boundIds } from "../../spec/Claims.ts"
import { computed } from "../computed/Catalogue.ts"

/** Seconds of the processor that all computed claims take at so many points, of the built-in schemes with wider windows. */
export const measureComputed = (points: number): number => {
  const schemes = BuiltIn.all()
  const began = process.cpuUsage()
  for (let point = 0; point < points; point++) {
    const scheme = schemes[point % schemes.length]!
    const wider = scheme.window === undefined ? scheme : { ...scheme, window: { past: 1 + (point % 120), future: 1 } }
    for (const id of boundIds) computed[id](Rules.strict(wider))
  }
  return process.cpuUsage(began).user / 1e6
}
