/** Every weakening breaks the claims that it must, by an attack that replays; and every claim that holds is broken. */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { decode } from "../../model/Decode.ts"
import { asserted, Scheme } from "../../model/Scheme.ts"
import { type ClaimId, claimIds } from "../../spec/Claims.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import * as Exploration from "../Exploration.ts"
import * as Trace from "../Trace.ts"
import { weakenings } from "./Weakenings.ts"

const alipay = Result.getOrThrow(
  decode(Scheme, JSON.parse(readFileSync(new URL("../../spec/schemes/alipay.json", import.meta.url), "utf8")))
)

/** The shortest attack on a claim once a clause is left out. */
const attack = (scheme: Scheme, claim: ClaimId, clause: ClauseId): Trace.Trace | undefined => {
  const [task] = Exploration.plan(scheme, "standard", [claim], [clause])
  const [finding] = Exploration.explore(task!, () => true).findings
  const run = finding!.counterexample
  return run && Trace.minimal({ claim, world: Exploration.worldOf(task!), ...run })
}

const rows = Object.entries(weakenings) as ReadonlyArray<[ClauseId, ReadonlyArray<ClaimId>]>

describe("without a clause", () => {
  for (const [clause, claims] of rows) {
    it.each(claims.map((claim) => [clause, claim] as const))("%s, %s is broken", (without, claim) => {
      const found = attack(alipay, claim, without)
      expect(found).toBeDefined()
      // What was saved is read again, replayed, and breaks the claim in its last step.
      expect(Trace.read(JSON.parse(JSON.stringify(Trace.save(found!))))).toEqual(Result.succeed(found))
      // With the clause in force the same run breaks nothing, or cannot even happen.
      const { scheme } = found!.world.rules
      const strict = { ...found!, world: Exploration.worldOf(Exploration.plan(scheme, "standard", [claim])[0]!) }
      const broken = Result.map(Trace.replay(strict), (moments) => Trace.breach(strict, moments) !== undefined)
      expect(Result.getOrElse(broken, () => false)).toBe(false)
    })
  }

  it("VER-4, order-conflict is broken in a scheme that binds the code to the order", () => {
    const binding = { ...alipay, order: { bindsCode: true } }
    expect(attack(binding, "order-conflict", "VER-4")).toBeDefined()
  })
})

it("leaves no claim that holds unbroken", () => {
  const broken = new Set<ClaimId>(rows.flatMap(([, claims]) => claims))
  expect(claimIds.filter((id) => asserted(alipay, id) === "holds" && !broken.has(id))).toEqual([])
})
