/**
 * The formal spec and the model agree, both ways, step by step, in every variable and every claim; a difference on either
 * side is found; and the spec passes its scenarios and keeps its claims under its own tool. PAYCODE_SEED chooses the runs,
 * PAYCODE_RUNS multiplies them.
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decode } from "../../model/Decode.ts"
import { reasons } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import { asserted, Scheme } from "../../model/Scheme.ts"
import type { World } from "../../model/State.ts"
import * as TokenSource from "../../model/TokenSource.ts"
import { claims } from "../../spec/Claims.ts"
import * as Runs from "../arbitraries/Runs.ts"
import { parameters, seed } from "../suites/Stage.ts"
import type * as Trace from "../Trace.ts"
import * as Agreement from "./Agreement.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"
import * as Worlds from "./Worlds.ts"

const schemes = Agreement.instances.map((name) =>
  Result.getOrThrow(
    decode(Scheme, JSON.parse(readFileSync(new URL(`../../spec/schemes/${name}.json`, import.meta.url), "utf8")))
  )
)

/** The instances of the spec, and the worlds that they are for. */
const instances: ReadonlyArray<{ readonly name: string; readonly scheme: Scheme; readonly world: World }> =
  schemes.flatMap((scheme) => [
    { name: scheme.scheme, scheme, world: Worlds.everydayOf(scheme) },
    { name: `${scheme.scheme}Worst`, scheme, world: Worlds.worstOf(scheme) }
  ])

const texts = [Agreement.textOf("paycode"), ...Agreement.instances.map(Agreement.textOf)]
const spec = Quint.load(texts.join(""))

const steps = 20
const { numRuns } = parameters(26)

/** Random runs of the model, of so many actions each. */
const modelled = (world: World, runs: number): ReadonlyArray<Trace.Run> =>
  fc
    .sample(fc.noBias(fc.array(Runs.intents, { minLength: steps, maxLength: steps })), { seed, numRuns: runs })
    .map((intents, index) => {
      const { starts } = world.scope
      const begun = { ...world, scope: { ...world.scope, starts: [starts[index % starts.length]!] } }
      return Runs.make({ world: begun, intents }, () => true)
    })

type Compare = (spec: Quint.Spec, tally: Agreement.Tally, runs: number, weaken?: (world: World) => World) => void

/** Runs of a spec, replayed by the model. */
const replayed: Compare = (of, tally, runs) => {
  for (const { name, world } of instances)
    of(name).simulate({ runs, steps, seed }, () => Agreement.replay(world, tally))
}

/** Runs of the model, followed by a spec: by turns one of each world. */
const followed: Compare = (of, tally, runs, weaken = (world) => world) => {
  const made = instances.map(({ name, world }) => ({ name, runs: modelled(weaken(world), runs) }))
  for (let turn = 0; turn < runs; turn++) {
    for (const { name, runs } of made) Agreement.follow(of(name), runs[turn]!, tally)
  }
}

/** Every action of the spec. */
const actions = Object.values(Projection.actions).flat()

/** The answers that only those get who ask with other rules or other numbers than these worlds have. */
const elsewhere = [
  // A phone is refused, not a merchant.
  ...["NO_CREDENTIAL", "NOT_OWNER"],
  // No amount is none, no two codes have the same digits, and no scheme is without step-up.
  ...["AMOUNT_INVALID", "AMBIGUOUS_CODE", "OVER_PAYMENT_LIMIT", "OVER_DAY_SUM", "OVER_DAY_COUNT"],
  "DECLINED"
]

const answers = ["PAID", "OPEN", "REFUNDED", "CLOSED", "REVERSED", ...reasons.filter((it) => !elsewhere.includes(it))]

const unmet = (met: ReadonlyMap<string, number>, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.filter((name) => !met.has(name))

const listed = (met: ReadonlyMap<string, number>, names: ReadonlyArray<string>): string =>
  names.map((name) => `${name} ${met.get(name) ?? 0}`).join(", ")

/** What was compared, told to whoever reads the report. */
const tell = (what: string, tally: Agreement.Tally, began: number): void => {
  const took = (performance.now() - began) / 1000
  console.log(
    `${what}, seed ${seed}: ${tally.runs} runs, ${tally.steps} steps, ${took.toFixed(1)} s\n` +
      `  actions: ${listed(tally.actions, actions)}\n  answers: ${listed(tally.answers, answers)}`
  )
}

describe(`spec and model, seed ${seed}`, () => {
  it("the spec's instances are the schemes', in the worlds that are compared", () => {
    const declared = [...texts[0]!.matchAll(/^ {2}const (\w+):/gm)].map(([, name]) => name)
    for (const { name, world } of instances) {
      const constants = Projection.constants(world)
      expect(Object.keys(constants).sort()).toEqual(declared.sort())
      const { holds } = spec(name).begin()
      const wrong = Object.entries(constants).filter(
        ([constant, value]) => !holds(`${constant} == ${Quint.text(value)}`)
      )
      expect({ name, wrong }).toEqual({ name, wrong: [] })
    }
  })

  it("a phone asks for a new list in both when as many codes are left", () => {
    for (const { name, scheme } of instances) {
      const { holds } = spec(name).begin()
      const parted = Array.from({ length: (scheme.token.batch ?? 0) + 1 }, (_, left) => left).filter(
        (left) => !holds(`refill(${left}) == "${TokenSource.refill(scheme, left)}"`)
      )
      expect({ name, parted }).toEqual({ name, parted: [] })
    }
  })

  it.each([
    ["the model replays every run of the spec", replayed],
    ["the spec follows every run of the model", followed]
  ])("%s, with the same answers, states and broken claims after every step", (what, compare) => {
    const tally = Agreement.tally()
    const began = performance.now()
    compare(spec, tally, numRuns)
    tell(what, tally, began)
    expect(tally.steps).toBe(steps * numRuns * instances.length)
    expect({ actions: unmet(tally.actions, actions) }).toEqual({ actions: [] })
    expect({ answers: unmet(tally.answers, answers) }).toEqual({ answers: [] })
    expect({ claims: unmet(tally.kept, Agreement.invariants) }).toEqual({ claims: [] })
  })
})
