/** The pictures of the guide to sweeps: what another window and another proof would come to in the first scheme. */
import * as Result from "effect/Result"
import { decode } from "../../model/Decode.ts"
import * as Plot from "../../properties/plots/Plot.ts"
import { Axis, Sweep } from "../../properties/sweep/Sweeps.ts"
import { Population } from "../../properties/usability/Usability.ts"
import typical from "../../spec/populations/typical.json" with { type: "json" }
import * as Page from "../Page.ts"

/** What the guide varies, as its command has it. */
export const vary = ["window.past=0..10", "code.otpDigits=4..8"] as const

/** The plots of that sweep. */
export const pages = ({ schemes: [{ scheme }] }: Page.Material): ReadonlyArray<Page.Document> => {
  const { report } = Sweep.sweep({
    version: "",
    scheme,
    population: Result.getOrThrow(decode(Population.Population, typical)),
    axes: vary.map((text) => Result.getOrThrow(Axis.read(scheme, text))),
    further: [],
    measure: undefined
  })
  return Plot.plots(report).map(({ name, svg }) => Page.picture(`sweep-${name}.svg`, svg))
}
