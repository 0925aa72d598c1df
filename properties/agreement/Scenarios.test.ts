/**
 * The formal spec by itself: its scenarios pass, and fail where the spec is changed; random runs keep the claims that a
 * scheme asserts, each under the capabilities that it is stated for, and come to what the claims are about. PAYCODE_SEED
 * chooses the runs, PAYCODE_RUNS multiplies them.
 */
import { describe, expect, it } from "vitest"
import { asserted, type Scheme } from "../../model/Scheme.ts"
import * as Scope from "../../model/Scope.ts"
import { type CheckedClaimId, claims } from "../../spec/Claims.ts"
import { type CapabilityId, capabilities } from "../../spec/Threats.ts"
import { parameters, seed } from "../suites/Stage.ts"
import * as Agreement from "./Agreement.ts"
import * as Comparison from "./Comparison.ts"
import * as Projection from "./Projection.ts"
import * as Quint from "./Quint.ts"
import * as Worlds from "./Worlds.ts"

const { schemes } = Comparison
const protocol = Agreement.textOf("paycode")
const files = Agreement.instances.map(Agreement.textOf).join("")

// ---------------------------------------------------------------------------------------------------------------------
// What the claims are checked in: for each scheme the capabilities of each claim
// ---------------------------------------------------------------------------------------------------------------------

interface Setting {
  readonly name: string
  readonly scheme: Scheme
  readonly can: ReadonlyArray<CapabilityId>
  /** The claims that are stated for these capabilities, and that the scheme asserts. */
  readonly ids: ReadonlyArray<CheckedClaimId>
}

const canOf = (id: CheckedClaimId): ReadonlyArray<CapabilityId> =>
  claims[id].under.filter((can) => capabilities[can].modelled)

const settings: ReadonlyArray<Setting> = schemes.flatMap((scheme) => {
  const kept = Agreement.invariants.filter((id) => asserted(scheme, id) === "holds")
  const groups = Map.groupBy(kept, (id) => canOf(id).join(" "))
  return [...groups.values()].map((ids, index) => ({
    name: `${scheme.scheme}Claims${index}`,
    scheme,
    can: canOf(ids[0]!),
    ids
  }))
})

const instance = ({ can, name, scheme }: Setting): string =>
  Projection.instance(name, { ...Worlds.everydayOf(scheme), can: Scope.having(can) })

// That it checks, the comparison with the model sees.
const spec = Quint.load(protocol + files + settings.map(instance).join(""), true)

// ---------------------------------------------------------------------------------------------------------------------
// Scenarios
// ---------------------------------------------------------------------------------------------------------------------

/** Every scenario, by its module. */
const scenarios: ReadonlyArray<readonly [module: string, names: ReadonlyArray<string>]> = files
  .split(/^module /m)
  .slice(1)
  .map((text) => [
    text.slice(0, text.indexOf(" ")),
    [...text.matchAll(/^ {2}run (\w+Test)/gm)].map(([, name]) => name!)
  ])

/** The scenarios that do not pass, of all schemes or of one. */
const failing = (of: Quint.Spec, scheme = ""): ReadonlyArray<string> =>
  scenarios
    .filter(([module]) => module.startsWith(scheme))
    .flatMap(([module, names]) => names.filter((name) => !passes(of, module, name)).map((name) => `${module} ${name}`))

/** A scenario that calls for a step that is not possible is an error to the tool. */
const passes = (of: Quint.Spec, module: string, name: string): boolean => {
  try {
    return of(module).begin().holds(name)
  } catch (error) {
    if (/QNT5\d\d/.test(String(error))) return false
    throw error
  }
}

/** Places in the spec, how they are changed, and a scenario that then fails. */
const changes: ReadonlyArray<readonly [what: string, place: string, changed: string, fails: string]> = [
  ["burned codes are accepted", 'if (isUsed(s, request.code)) "CODE_USED"', 'if (false) ""', "replayIsRefusedTest"],
  ["nothing is reserved", 'if (order.status == "open") order.amount', "if (false) order.amount", "overspendTest"],
  ["no tombstone is written", "(if (TOMBSTONES) {", "(if (false) {", "reversalOvertakesPaymentTest"],
  [
    "a renewal ends the old credential",
    "credentials: ended.credentials.put(id, fresh)",
    "credentials: revoked(ended, phone).credentials.put(id, fresh)",
    "renewalWhoseReplyWasLostTest"
  ],
  ["a restore suspends nothing", "suspended: true,", "suspended: false,", "suspendedCredentialTest"],
  ["a late password pays", 'if (orderOf(n).status == "open") {', "if (orderOf(n).debits == 0) {", "latePasswordTest"],
  [
    "a code outlives its window",
    "stepAt(now) - WINDOW_PAST,",
    "stepAt(now) - WINDOW_PAST - 1,",
    "lateCodeIsRefusedTest"
  ]
]

describe("the spec's scenarios", () => {
  it("pass", () => {
    expect(scenarios.map(([module]) => module)).toEqual(schemes.flatMap(({ scheme }) => [scheme, `${scheme}Worst`]))
    expect(scenarios.flatMap(([, names]) => names).length).toBeGreaterThan(60)
    expect(failing(spec)).toEqual([])
  })

  it.each(changes)("fail where %s", (_what, place, changed, fails) => {
    const other = Quint.load(protocol.replace(place, changed) + Agreement.textOf("alipay"), true)
    expect(failing(other, "alipay").map((name) => name.replace(/.* /, ""))).toContain(fails)
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Claims
// ---------------------------------------------------------------------------------------------------------------------

const witnesses = [...protocol.slice(protocol.indexOf("// Witnesses")).matchAll(/^ {2}val (\w+): bool/gm)].map(
  ([, name]) => name!
)

describe(`random runs of the spec, seed ${seed}`, () => {
  /** The witnesses that were not met yet. */
  const missing = new Set(witnesses)
  const look = (holds: Quint.Holds): void => {
    for (const witness of missing) if (holds(witness)) missing.delete(witness)
  }

  it.each(schemes.map(({ scheme }) => scheme))("keep what %s asserts", (name) => {
    const sample = { runs: parameters(5).numRuns, steps: 20, seed }
    for (const { ids, name: module } of settings.filter(({ scheme }) => scheme.scheme === name)) {
      const kept = `broken.intersect(Set(${ids.map((id) => `"${Agreement.nameOf(id)}"`).join(", ")})) == Set()`
      let fell = ""
      spec(module).simulate(sample, () => {
        const taken: Array<string> = []
        return ({ action, picks }, holds) => {
          taken.push(`${action} ${Quint.text(picks)}`)
          if (fell === "" && !holds(kept)) fell = `${ids.join(", ")}: ${taken.join("; ")}`
          look(holds)
        }
      })
      expect(fell).toBe("")
    }
  })

  it("come to what the claims are about, and never to offline-step-up", () => {
    for (let more = 1; missing.size > 1 && more <= 40; more++) {
      spec("alipay").simulate({ runs: 5, steps: 20, seed: seed + 1000 * more }, () => (_step, holds) => look(holds))
    }
    expect(witnesses.length).toBeGreaterThan(10)
    expect([...missing]).toEqual(["offlineStepUp"])
  })

  it("break a claim that is not what is so", () => {
    const place = "val paymentLimit: bool ="
    const stricter = protocol.replace(place, "val paymentLimit: bool = seen.length() < 2 and")
    const [setting] = settings.filter(({ ids }) => ids.includes("payment-limit"))
    let fell = false
    Quint.load(
      stricter + instance(setting!),
      true
    )(setting!.name).simulate({ runs: 20, steps: 20, seed }, () => (_step, holds) => {
      fell ||= !holds("paymentLimit")
    })
    expect(fell).toBe(true)
  })
})
