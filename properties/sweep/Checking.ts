/** Checking: puts single points of a sweep before the checker, and says where its verdicts are not as the scheme asserts. */
import * as Effect from "effect/Effect"
import { claimIds } from "../../spec/Claims.ts"
import * as Audit from "../audit/Audit.ts"
import type { Placed, Point } from "./Sweep.ts"

/** How points are searched. */
export const searched = { scope: "quick", runs: Audit.defaultRuns.quick, seed: 1 } as const

/** Audits points at `quick`, and gives each with the verdicts that differ. */
export const check = Effect.fn("Checking.check")(function* (
  version: string,
  points: ReadonlyArray<Placed>,
  report: (progress: Audit.Progress) => void
) {
  if (points.length === 0) return []
  const { schemes } = yield* Audit.audit(
    version,
    {
      schemes: points.map(({ scheme }) => scheme),
      claims: claimIds,
      ...searched,
      limits: Audit.Explorer.unlimited,
      compare: false,
      more: false
    },
    { progress: report }
  )
  return points.map(({ point }, index): Point => {
    const differs = schemes[index]!.claims.flatMap(({ asserted, id, verdict }) =>
      verdict === asserted ? [] : [{ claim: id, asserted, verdict }]
    )
    return { ...point, differs }
  })
})
