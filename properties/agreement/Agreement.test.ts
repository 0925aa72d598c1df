/**
 * The formal spec and the model agree, both ways, step by step and in every variable; a difference on either side is
 * found; and the spec passes under its own tool. PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Result from "effect/Result"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { decode } from "../../model/Decode.ts"
import { reasons } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import { asserted, Scheme } from "../../model/Scheme.ts"
import * as Scope from "../../model/Scope.ts"
import type * as System from "../../model/System.ts"
import { type ClauseId, clauseIds, clauses } from "../../spec/Clauses.ts"
import { type CapabilityId, capabilities, capabilityIds } from "../../spec/Threats.ts"
import * as Runs from "../arbitraries/Runs.ts"
import { alipay, parameters, rulesOf, seed } from "../suites/Stage.ts"
import * as Agreement from "./Agreement.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"
import * as Scenario from "./Scenario.ts"

const steps = 20

const worldOf = (
  scheme: typeof alipay,
  can: ReadonlyArray<CapabilityId>,
  scope: Partial<Scope.Scope> = {}
): System.World => ({
  rules: rulesOf(scheme),
  can: Scope.having(can),
  scope: {
    ...Scope.of("standard", scheme),
    codes: 6,
    orders: 6,
    requests: 3,
    inFlight: 3,
    amounts: [50_000, 50_001, 20_000],
    ...scope
  }
})

/** The worlds that are compared, and how many runs of each. */
const worlds = {
  everything: {
    runs: parameters(200).numRuns,
    world: worldOf(
      alipay,
      capabilityIds.filter((id) => capabilities[id].modelled)
    )
  },
  // One payer, with little left for the day and less in the account, and orders that stand for their code.
  binding: {
    runs: parameters(60).numRuns,
    world: worldOf(
      { ...alipay, code: { ...alipay.code, alias: "token" }, order: { bindsCode: true } },
      ["network", "capture", "merchant"],
      { accounts: 1, amounts: [50_000, 20_000], opening: { balance: 30_000, spentToday: 60_000 } }
    )
  },
  // No merchant of the adversary's, and a network that delivers once.
  watched: { runs: parameters(20).numRuns, world: worldOf(alipay, ["capture"]) }
} as const

const names = Object.keys(worlds) as ReadonlyArray<keyof typeof worlds>

const load = (protocol: string, more = ""): ((name: string) => Quint.Module) =>
  Quint.load(protocol + more + names.map((name) => Projection.instance(name, worlds[name].world)).join(""))

const spec = load(Agreement.protocol(), Agreement.instances())

/** Random runs of the model, of so many actions each. */
const modelled = (world: System.World, runs: number): ReadonlyArray<Agreement.Actions> =>
  fc
    .sample(fc.noBias(fc.array(Runs.intents, { minLength: 6 * steps, maxLength: 6 * steps })), { seed, numRuns: runs })
    .map((intents, index) => {
      const { starts } = world.scope
      let left = steps
      const begun = { ...world, scope: { ...world.scope, starts: [starts[index % starts.length]!] } }
      return Runs.make({ world: begun, intents }, () => --left > 0)
    })

/** Runs of a spec, replayed by the model. */
const replayed = (of: (name: string) => Quint.Module): Agreement.Tally => {
  const tally = Agreement.tally()
  for (const name of names) {
    const { runs, world } = worlds[name]
    of(name).simulate({ runs, steps, seed }, (trace) => Agreement.replay(world, trace, tally))
  }
  return tally
}

/** Runs of the model, with some clauses left out, followed by a spec: by turns one of each world. */
const followed = (of: (name: string) => Quint.Module, ...leftOut: ReadonlyArray<ClauseId>): Agreement.Tally => {
  const tally = Agreement.tally()
  const turns = names.flatMap((name) => {
    const { runs, world } = worlds[name]
    const weak = { ...world, rules: Rules.without(world.rules, ...leftOut) }
    return modelled(weak, runs).map((run, index) => ({ name, run, turn: index / runs }))
  })
  for (const { name, run } of turns.sort((a, b) => a.turn - b.turn)) Agreement.follow(of(name), run, tally)
  return tally
}

/** Every action of the spec, and every answer that a provider of the protocol gives to a request. */
const everything: ReadonlyArray<string> = [
  ...["sign", "withdraw", "enroll", "showNothing", "show", "capture", "scan"],
  ...["submit", "resubmit", "guessWrong", "guessRight", "deliver", "advance"],
  "PAID",
  ...reasons.filter((reason) => !["NO_CREDENTIAL", "AMOUNT_INVALID", "DECLINED"].includes(reason))
]

const unmet = ({ met }: Agreement.Tally, expected: ReadonlyArray<string>): ReadonlyArray<string> =>
  expected.filter((name) => !met.has(name))

const total = steps * names.reduce((sum, name) => sum + worlds[name].runs, 0)

describe(`spec and model, seed ${seed}`, () => {
  it("the spec's alipay is the scheme's", () => {
    const run = spec("alipay").begin()
    const wrong = Object.entries(Projection.parameters(alipay)).filter(
      ([name, value]) => !run.holds(`${name} == ${Quint.text(value)}`)
    )
    expect(wrong).toEqual([])
  })

  it("the model replays every run of the spec, with the same answers and the same state after every step", () => {
    const tally = replayed(spec)
    expect(tally.steps).toBe(total)
    expect(unmet(tally, everything)).toEqual([])
  })

  it("the spec follows every run of the model, with the same answers, states and broken claims", () => {
    const tally = followed(spec)
    expect(tally.steps).toBe(total)
    expect(unmet(tally, [...everything, "opaque-code", "payee-agreement"])).toEqual([])
  })
})

/** What a comparison complains of; nothing where there is no difference. */
const complaint = (compare: () => unknown): string => {
  try {
    compare()
    return "nothing"
  } catch (error) {
    if (error instanceof Agreement.Disagreement) return error.message
    throw error
  }
}

/** Clauses about what the spec leaves out: messages, amounts that are none, and proofs that coincide. */
const leftOut: ReadonlyArray<ClauseId> = ["GEN-1", "REL-2", "VER-9"]

const forbidding = clauseIds.filter((id) => clauses[id].kind === "forbids" && !leftOut.includes(id))

/** For some clauses, the very difference that leaving them out makes. */
const differences: Readonly<Partial<Record<ClauseId, RegExp>>> = {
  "ENR-1": /enroll\("B"\): enrolled\."B": the spec has nothing, the model has "present"/,
  "VER-2": /answers\.\{ order: \d, place: \d \}\[\d\]: the spec has "AMOUNT_CHANGED", the model has/,
  "VER-10": /burned\.\{ payer: "A", step: \d+ \}: the spec has "present", the model has nothing/,
  "VER-12": /\[0\]: the spec has "OVER_PAYMENT_LIMIT", the model has "(PAID|OVER_DAY_SUM)"/
}

describe("a difference on either side is found, and its first step told", () => {
  it.each(forbidding)("in a model without %s", (clause) => {
    const message = complaint(() => followed(spec, clause))
    expect(message).toMatch(/^step \d+, \w+\(.*\): \S.*: the spec has .*, the model has /)
    expect(message).toMatch(differences[clause] ?? /./)
  })

  it.each([
    ["a window one step wider", "stepAt(clock) - WINDOW_PAST,", "stepAt(clock) - WINDOW_PAST - 1,", /CODE_INVALID/],
    ["failures that burn nothing", "if (decision.attempt) burned", "if (pays) burned", /: burned/]
  ])("in a spec with %s", (_what, line, changed, says) => {
    const text = Agreement.protocol()
    expect(text.split(line)).toHaveLength(2)
    const other = load(text.replace(line, changed))
    for (const compare of [replayed, followed]) {
      const message = complaint(() => compare(other))
      expect(message).toMatch(/^step \d+, \w+.*: the spec has .*, the model has /)
      expect(message).toMatch(says)
    }
  })
})

const folder = mkdtempSync(join(tmpdir(), "paycode-"))
afterAll(() => rmSync(folder, { recursive: true }))

const cli = fileURLToPath(new URL("../../node_modules/@informalsystems/quint/dist/src/cli.js", import.meta.url))

const quint = (...given: ReadonlyArray<string>): { readonly status: number | null; readonly said: string } => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [cli, ...given], { encoding: "utf8" })
  return { status, said: `${stdout}${stderr}` }
}

describe("under its own tool the spec", () => {
  const file = Agreement.fileOf("alipay")

  it("checks", () => {
    expect(quint("typecheck", file)).toEqual({ status: 0, said: "" })
  })

  it("passes its scenarios", () => {
    const { said, status } = quint("test", "--backend=typescript", file)
    expect([status, said]).toEqual([0, expect.stringMatching(/ 23 passing/)])
  })

  it("falls to a right guess", () => {
    expect(spec("alipayGuessed").begin().holds("rightGuessTest")).toBe(true)
  })

  const scheme = Result.getOrThrow(
    decode(Scheme, JSON.parse(readFileSync(new URL("../../spec/schemes/alipay.json", import.meta.url), "utf8")))
  )

  it("keeps in random runs what alipay asserts, and payments happen there", () => {
    const invariants = Agreement.invariants.filter((id) => asserted(scheme, id) === "holds").map(Agreement.invariantOf)
    const witnesses = ["somebodyPaid", "somebodyHonoured", "somebodyRefused"]
    const sample = ["--max-samples=100", "--max-steps=20", `--seed=${2 ** 40}`]
    const { said, status } = quint(
      "run",
      file,
      "--backend=typescript",
      ...sample,
      "--invariants",
      ...invariants,
      "--witnesses",
      ...witnesses
    )
    expect([status, said]).toEqual([0, expect.stringMatching(/No violation found/)])
    for (const witness of witnesses) expect(said).toMatch(new RegExp(`${witness} was witnessed in [1-9]`))
  })

  it("passes scenarios that were written down from runs of the model", () => {
    const { world } = worlds.everything
    const written = join(folder, "scenarios.qnt")
    writeFileSync(written, Agreement.protocol() + Scenario.module(world, modelled(world, 5)))
    const { said, status } = quint("test", "--backend=typescript", "--main=scenarios", written)
    expect([status, said]).toEqual([0, expect.stringMatching(/ 5 passing/)])
  })
})
