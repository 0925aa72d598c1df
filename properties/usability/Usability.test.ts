/**
 * Usability: what is summed up is what the model does with every payment there can be, and with random ones; and honest
 * payers within the bounds that a scheme states are never refused. PAYCODE_SEED chooses the runs.
 */
import { readFileSync } from "node:fs"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as BuiltIn from "../../model/BuiltIn.ts"
import { decode } from "../../model/Decode.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { alipay, anyScheme, hardened, parameters, rulesOf, seed, tally, unionpay, wechat } from "../suites/Harness.ts"
import * as Distribution from "./Distribution.ts"
import { Population } from "./Population.ts"
import * as Simulation from "./Simulation.ts"
import { refusals } from "./Usability.ts"

const spec = new URL("../../spec/", import.meta.url)
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, spec), "utf8"))
const typical = Result.getOrThrow(decode(Population, read("populations/typical.json")))

/** The schemes of the spec, the variants of step-up among them. */
const built = BuiltIn.all()
const ocra = BuiltIn.named("alipay-sms-ocra")

const certainly = (second: number): Distribution.Stated => ({ kind: "uniform", from: second, to: second })

const table = (...seconds: ReadonlyArray<number>): Distribution.Stated => ({
  kind: "table",
  weights: Object.fromEntries(seconds.map((second, index) => [second, index + 1]))
})

/** Payers who do everything at once, on phones and networks without a fault. */
const perfect: Population = {
  ...typical,
  clock: certainly(0),
  scan: certainly(0),
  outdated: 0,
  delivery: certainly(0),
  nodeAhead: certainly(0),
  listAge: certainly(0),
  prompt: certainly(0),
  answering: certainly(0),
  reply: certainly(0),
  messagePrompt: certainly(0),
  messageAnswering: certainly(0),
  messageReply: certainly(0)
}

/** A few seconds with weights, around the edges of what a scheme tolerates. */
const few = (around: ReadonlyArray<number>, least: number): fc.Arbitrary<Distribution.Stated> =>
  fc
    .array(
      fc.tuple(fc.constantFrom(...around), fc.integer({ min: -3, max: 3 })).map(([at, by]) => Math.max(least, at + by)),
      { minLength: 1, maxLength: 2 }
    )
    .map((seconds) => table(...new Set(seconds)))

/** A population of a few payers each, around the edges of a scheme. */
const crowd = (scheme: Scheme): fc.Arbitrary<Population> => {
  const { clock, display, relay, token } = scheme
  // As old as a population's list can be; one that lives for longer never expires.
  const lives = Math.min(token.validity ?? 0, 604_800)
  return fc.record({
    population: fc.constant("crowd"),
    title: fc.constant("a crowd"),
    note: fc.constant("drawn"),
    clock: few([0, clock.drift, -clock.drift, 2 * clock.step, -4 * clock.step], -3600),
    scan: few([0, display, 2 * display, 300], 0),
    outdated: fc.constantFrom(0, 0.25, 1),
    delivery: few([0, relay.deliveryAtMost, clock.step], 0),
    nodeAhead: few([0, clock.nodeSkew], 0),
    listAge: few([0, lives - display, lives - relay.deliveryAtMost], 0),
    overLimits: fc.constant(0.1),
    prompt: certain,
    answering: few([0, Math.min(3600, scheme.stepUp.openFor ?? 0)], 0),
    reply: certain,
    messagePrompt: certain,
    messageAnswering: few([0, Math.min(3600, scheme.stepUp.openFor ?? 0)], 0),
    messageReply: few([0, 5], 0),
    sources: fc.constant({})
  })
}
const certain = fc.constant(certainly(1))

// Every second of a step is played: steps of minutes would say no more.
const inCrowd = anyScheme
  .filter(({ clock, window }) => window === undefined || clock.step <= 30)
  .chain((scheme) => fc.record({ scheme: fc.constant(scheme), population: crowd(scheme) }))

const entries = (stated: Distribution.Stated): ReadonlyArray<readonly [number, number]> => {
  const { from, masses } = Distribution.of(stated)
  return [...masses].flatMap(
    (mass, index): ReadonlyArray<readonly [number, number]> => (mass > 0 ? [[from + index, mass]] : [])
  )
}

/** The share of all payments that a population can make that the model refuses: every one is played. */
const everyCode = (rules: Rules.Rules, population: Population): number => {
  const { clock } = rules.scheme
  const isList = rules.scheme.window === undefined
  // The place within a step means nothing to a list, nor a list's age to a seed.
  const places = isList ? [0] : Array.from({ length: clock.step }, (_, place) => place)
  const ages = isList ? entries(population.listAge) : ([[0, 1]] as const)
  let refused = 0
  for (const refreshes of [true, false]) {
    const share = (refreshes ? 1 - population.outdated : population.outdated) / places.length
    if (share === 0) continue
    for (const [ahead, p] of entries(population.clock))
      for (const [scan, q] of entries(population.scan))
        for (const [delivery, r] of entries(population.delivery))
          for (const [nodeAhead, s] of entries(population.nodeAhead))
            for (const [listAge, t] of ages)
              for (const place of places) {
                const honest = { place, clock: ahead, scan, refreshes, delivery, nodeAhead, listAge }
                if (Simulation.pay(rules, honest) !== "PAID") refused += share * p * q * r * s * t
              }
  }
  return refused
}

const everyStepUp = (rules: Rules.Rules, population: Population): number => {
  const { answering, messageAnswering, messagePrompt, messageReply, prompt, reply } = population
  const isMessage = rules.scheme.stepUp.method.startsWith("sms-")
  let refused = 0
  for (const [a, p] of entries(isMessage ? messagePrompt : prompt))
    for (const [b, q] of entries(isMessage ? messageAnswering : answering))
      for (const [c, r] of entries(isMessage ? messageReply : reply))
        if (Simulation.stepUp(rules, a + b + c) !== "PAID") refused += p * q * r
  return refused
}

/** The most that a count is off its expectation: 4.5 standard deviations, less often than once in 100,000 counts. */
const margin = (probability: number, runs: number): number =>
  4.5 * Math.sqrt(runs * probability * (1 - probability)) + 1

const runs = 100_000

/** By how much a simulation is off what is summed up, in margins. */
const off = (rules: Rules.Rules, population: Population): number => {
  const exact = refusals(population)(rules.scheme)
  const counted = Simulation.play(rules, population, { runs, seed })
  return Math.max(
    ...(["code", "stepUp"] as const).map(
      (what) => Math.abs(counted[what] - runs * exact[what]) / margin(exact[what], runs)
    )
  )
}

/** Payers in trouble: enough of them at every edge for a window that is off by one to show. */
const troubled: Population = {
  ...typical,
  clock: { kind: "normal", mean: 0, deviation: 30, from: -200, to: 200 },
  scan: { kind: "uniform", from: 0, to: 150 },
  outdated: 0.5,
  listAge: {
    kind: "mixture",
    parts: [
      { weight: 1, of: { kind: "uniform", from: 42_900, to: 43_300 } },
      { weight: 1, of: { kind: "uniform", from: 86_100, to: 86_500 } }
    ]
  }
}

describe(`honest payers who are refused, seed ${seed}`, () => {
  it("are as many as the model refuses when it plays every payment there can be", () => {
    const { met, rarerThan } = tally()
    fc.assert(
      fc.property(inCrowd, ({ population, scheme }) => {
        const rules = Rules.strict(scheme)
        const { code, payment, stepUp } = refusals(population)(scheme)
        expect(code).toBeCloseTo(everyCode(rules, population), 12)
        expect(stepUp).toBeCloseTo(everyStepUp(rules, population), 12)
        expect(payment).toBeCloseTo(1 - (1 - code) * (1 - population.overLimits * stepUp), 12)
        const what = scheme.token.source
        met(code === 0 ? `${what}: none` : code < 1 - 1e-9 ? `${what}: some` : `${what}: all`)
      }),
      parameters(100)
    )
    expect(rarerThan(5, "seed: none", "seed: some", "seed: all", "list: none", "list: some", "list: all")).toEqual([])
  })

  it.each(built.map((scheme) => [scheme.scheme, scheme] as const))(
    "are as many as random payments of %s come to, with 99.999 % confidence",
    (_, scheme) => {
      for (const population of [typical, troubled]) {
        expect(off(Rules.strict(scheme), population)).toBeLessThan(1)
      }
    }
  )

  it.each([
    ["a step more behind", alipay, "VER-6", "one step"],
    ["a step more ahead", hardened, "VER-7", "one step"],
    ["a minute more", wechat, "VER-6", "one step"],
    ["no close", unionpay, "SET-4", "no timer"]
  ] as const)("are others where the model has %s", (_, scheme, clause, mutant) => {
    expect(off(rulesOf(scheme, [{ clause, mutant }]), troubled)).toBeGreaterThan(2)
  })

  it("are none, exactly, within the drift, the delays and the node skew that a scheme states", () => {
    fc.assert(
      fc.property(anyScheme, ({ ...scheme }) => {
        const { clock, display, relay, stepUp, token } = scheme
        const late = display + relay.deliveryAtMost + clock.nodeSkew
        const lives = token.validity === undefined || token.validity >= late
        const answered: Distribution.Stated = {
          kind: "uniform",
          from: 0,
          to: Math.min(3600, (stepUp.openFor ?? 1) - 1)
        }
        const population: Population = {
          ...perfect,
          clock: { kind: "normal", mean: 0, deviation: clock.drift, from: -clock.drift, to: clock.drift },
          scan: { kind: "uniform", from: 0, to: display },
          outdated: 0.5,
          delivery: { kind: "uniform", from: 0, to: relay.deliveryAtMost },
          nodeAhead: { kind: "uniform", from: 0, to: clock.nodeSkew },
          listAge: certainly(Math.max(0, (token.validity ?? 0) - late)),
          answering: answered,
          messageAnswering: answered
        }
        const { code, stepUp: unanswered } = refusals(population)(scheme)
        if (lives) expect(code).toBe(0)
        expect(unanswered).toBe(stepUp.method === "none" ? 1 : 0)
      }),
      parameters(300)
    )
  })

  it.each([
    ["a clock that is ahead", alipay, { clock: certainly(alipay.clock.drift + 13) }],
    ["a clock that is behind", alipay, { clock: certainly(-122) }],
    ["a code that is shown for too long", alipay, { scan: certainly(91), outdated: 1 }],
    ["a request that is under way for too long", alipay, { delivery: certainly(91) }],
    ["a node that is ahead", alipay, { nodeAhead: certainly(91) }],
    ["a list that has expired", wechat, { listAge: certainly(86_401) }],
    ["a list that has come to its end", unionpay, { scan: certainly(610) }],
    ["a password that is late", alipay, { answering: certainly(180) }],
    ["a message that is late", ocra, { messagePrompt: certainly(180) }]
  ])("are some with %s", (_, scheme, beyond) => {
    const { code, stepUp } = refusals({ ...perfect, ...beyond })(scheme)
    expect(code + stepUp).toBeGreaterThan(0)
  })

  it("are none where a phone refreshes what is shown for too long", () => {
    expect(refusals({ ...perfect, scan: certainly(91) })(alipay).code).toBe(0)
  })
})
