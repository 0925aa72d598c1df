/** Fixtures: the schemes that model and implementation are compared in, and how a difference between them is looked for. */
import fc from "fast-check"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as BuiltIn from "../../model/BuiltIn.ts"
import type * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type Action, Scope, type World } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import type { Runs } from "../arbitraries/Arbitraries.ts"
import type { Compared } from "../mutants/Mutants.ts"
import { parameters } from "../suites/Harness.ts"
import type * as Trace from "../trace/Trace.ts"
import type * as Cast from "./Cast.ts"
import type * as Crash from "./Crash.ts"
import * as Deployment from "./Deployment.ts"
import * as Refinement from "./Refinement.ts"
import * as Rounds from "./Rounds.ts"

export const { alipay, hardened, smsOcra, smsPassword, tillQr, unionpay, wechat } = Fixtures

/** The scheme of the alias that is made with a key; but its codes are made over nothing. */
export const { keyed } = Fixtures

/** The schemes of the spec. */
export const builtIn = [alipay, wechat, unionpay, hardened, smsPassword, smsOcra, tillQr] as const

/** Every scheme that mutants and faults are looked for in, by name. */
export const byName = {
  ...Object.fromEntries(BuiltIn.all().map((scheme) => [scheme.scheme, scheme])),
  keyed,
  "always asking": { ...wechat, limit: { ...wechat.limit, payment: 1 } }
} as { readonly [Name in Compared]: Scheme }

/**
 * Those in which it does not matter for anybody's answer what others ask at the same time: a password that names no order
 * is taken for whichever is the oldest when it arrives.
 */
export const concurrent = [alipay, wechat, unionpay, keyed, hardened, smsOcra, tillQr] as const

/** The difference that an ending is; undefined where it is none. */
export const asDifferent = (ending: Refinement.Ending): Refinement.Different | undefined =>
  ending._tag === "Different" ? ending : undefined

/** How the two are compared. */
export interface ComparisonOptions {
  /** The implementation's rules, where they are other ones than the model's. */
  readonly rulesOf?: (plan: Runs.Plan) => Rules.Rules
  /** Sees every ending. */
  readonly look?: (ending: Refinement.Ending) => void
  /** Where the implementation is; in this process, unless given. */
  readonly site?: Deployment.Site
}

/**
 * The first of some plans that is a counterexample: in its run the implementation is not as the model. Undefined where there
 * is none among so many.
 */
export const counterexample = async (
  plans: fc.Arbitrary<Runs.Plan>,
  numRuns: number,
  { look = () => {}, rulesOf = ({ world }) => world.rules, site = Deployment.local }: ComparisonOptions = {}
): Promise<Refinement.Different | undefined> => {
  let found: Refinement.Different | undefined
  const alike = fc.asyncProperty(plans, async (plan) => {
    const ending = await Refinement.compare(plan, { rules: rulesOf(plan), site })
    look(ending)
    found = asDifferent(ending)
    return found === undefined
  })
  // The run is shrunk as a run, which is quicker and goes further than to shrink what it was drawn from.
  const { errorInstance, failed } = await fc.check(alike, { ...parameters(numRuns), endOnFailure: true })
  if (failed && found === undefined) throw new Error("a run could not be compared", { cause: errorInstance })
  return found
}

/** Nothing where there is no difference, and otherwise the report of its shortest run, with the implementation that it is of. */
export const reportOf = async (
  found: Refinement.Different | undefined,
  { rules = found?.run.world.rules, site = Deployment.local }: Partial<Cast.DriverOptions> = {}
): Promise<string> =>
  found === undefined || rules === undefined ? "" : Refinement.report(await Refinement.minimal(found, { rules, site }))

/** How rounds are played. */
export interface RoundSearchOptions {
  /** Where, by a text that chooses the turns that requests take. */
  readonly siteOf: (turns: string) => Deployment.Site
  readonly kills?: Crash.Kills
  /** Sees every ending. */
  readonly look?: (ending: Rounds.RoundEnding, plan: Runs.Plan) => void
}

/** What the first of some runs with rounds that cannot be explained comes to; empty where there is none among so many. */
export const unexplained = async (
  rules: fc.Arbitrary<Rules.Rules>,
  numRuns: number,
  { kills, look = () => {}, siteOf }: RoundSearchOptions
): Promise<string> => {
  let found = ""
  const plans = rules.chain((drawn) => Rounds.plans(drawn, siteOf("")))
  const explained = fc.asyncProperty(plans, fc.nat(), async (plan, turns) => {
    const ending = await Rounds.compare(plan, { site: siteOf(String(turns)), ...(kills && { kills }) })
    look(ending, plan)
    found = Rounds.report(ending)
    return found === ""
  })
  const { errorInstance, failed } = await fc.check(explained, { ...parameters(numRuns), endOnFailure: true })
  if (failed && found === "") throw new Error("a run could not be played", { cause: errorInstance })
  return found
}

/** What a scenario happens in. */
export interface ScenarioSetting {
  /** What the account brings into it; by default enough, and nothing spent. */
  readonly opening?: Partial<Scope.Opening>
  readonly offsets?: ReadonlyArray<number>
  readonly amounts: ReadonlyArray<number>
  /** What the adversary can do besides. */
  readonly can?: ReadonlyArray<CapabilityId>
}

/** A run of given actions, from noon: of one account with one phone, an honest merchant 0, and the adversary's 1. */
export const scenario = (
  rules: Rules.Rules,
  { amounts, can = [], offsets = [0], opening }: ScenarioSetting,
  actions: ReadonlyArray<Action>
): Trace.Run => {
  const [plan] = fc.sample(Refinement.plans(rules), { seed: 1, numRuns: 1 })
  const start = Time.startOfDay(rules.scheme, 40) + Time.secondsPerDay / 2
  const world: World = {
    rules,
    can: Scope.having(["network", "merchant", "capture", ...can]),
    scope: {
      ...plan!.world.scope,
      opening: { balance: 10 * rules.scheme.limit.accountDay, freeSum: 0, freeCount: 0, all: 0, ...opening },
      accounts: 1,
      phones: [0],
      members: 1,
      merchants: 2,
      generations: 2,
      amounts,
      refunds: [1, 2],
      offsets,
      starts: [start]
    }
  }
  return { world, start, actions }
}
