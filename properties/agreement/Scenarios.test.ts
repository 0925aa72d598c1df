/**
 * The formal spec by itself: its scenarios pass, and fail where the spec is changed; random runs keep the claims that a
 * scheme asserts, each under the capabilities that it is stated for, and come to what the claims are about. PAYCODE_SEED
 * chooses the runs, PAYCODE_RUNS multiplies them.
 */
import { describe, expect, it } from "vitest"
import { asserted, type Scheme } from "../../model/Scheme.ts"
import { Scope } from "../../model/system/System.ts"
import { type CheckedClaimId, claims } from "../../spec/Claims.ts"
import { type CapabilityId, capabilities } from "../../spec/Threats.ts"
import { parameters, seed } from "../suites/Harness.ts"
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
    name: `${Agreement.nameOf(scheme.scheme)}Claims${index}`,
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

/** The modules of a scheme. */
const modulesOf = (scheme: string): ReadonlyArray<string> => {
  const name = Agreement.nameOf(scheme)
  return [name, `${name}Worst`]
}

/** The scenarios that do not pass, of some schemes. */
const failing = (of: Quint.Spec, ...names: ReadonlyArray<string>): ReadonlyArray<string> =>
  scenarios
    .filter(([module]) => names.flatMap(modulesOf).includes(module))
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

/** Places in the spec, how they are changed, and a scenario of alipay, or of another scheme, that then fails. */
const changes: ReadonlyArray<
  readonly [what: string, place: string, changed: string, fails: string, of?: Agreement.Instance]
> = [
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
  ],
  [
    "a code is good for any merchant",
    "making.terms.payee == order.merchant,",
    "making.terms.payee >= 0,",
    "codeOfAnotherMerchantTest",
    "alipay-till-qr"
  ],
  ["the PIN is never asked for", 'if (IN_CODE) "PIN_REQUIRED"', 'if (false) ""', "pinIsAskedForTest", "alipay-till-qr"],
  ["codes tell no PIN", 'METHOD == "pin" and termsOf', "false and termsOf", "dictionaryTest", "alipay-till-qr"],
  [
    "an app is never locked",
    '(SHOWS_ON == "opening" or SHOWS_ON == "demand" and by == "another")',
    "(true)",
    "lockedAppTest",
    "hardened"
  ],
  [
    "a response is taken for any order",
    'if (target == n or METHOD == "sms-password")',
    "if (target == target)",
    "anotherOrderTest",
    "alipay-sms-ocra"
  ],
  [
    "nobody reads messages",
    'CAN.contains("sms") and (METHOD',
    "false and (METHOD",
    "impersonationTest",
    "alipay-sms-password"
  ]
]

describe("the spec's scenarios", () => {
  it("pass", () => {
    expect(scenarios.map(([module]) => module)).toEqual(schemes.flatMap(({ scheme }) => modulesOf(scheme)))
    expect(scenarios.flatMap(([, names]) => names).length).toBeGreaterThan(90)
    expect(failing(spec, ...Agreement.instances)).toEqual([])
  })

  const rows = changes.map(([what, place, changed, fails, of = "alipay"]) => ({ what, place, changed, fails, of }))
  it.each(rows)("fail where $what", ({ changed, fails, of, place }) => {
    expect(protocol).toContain(place)
    const other = Quint.load(protocol.replace(place, changed) + Agreement.textOf(of), true)
    expect(failing(other, of).map((name) => name.replace(/.* /, ""))).toContain(fails)
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Claims
// ---------------------------------------------------------------------------------------------------------------------

/** What schemes assert, and no scheme must come to unless it does. */
const offline = "offlineStepUp"

const witnesses = [...protocol.slice(protocol.indexOf("// Witnesses")).matchAll(/^ {2}val (\w+): bool/gm)].map(
  ([, name]) => name!
)

describe(`random runs of the spec, seed ${seed}`, () => {
  /** The witnesses that were not met yet, and the schemes in which money above the limit left without a network. */
  const missing = new Set(witnesses.filter((witness) => witness !== offline))
  const metOffline = new Set<string>()
  const look = (holds: Quint.Holds, scheme: string): void => {
    for (const witness of missing) if (holds(witness)) missing.delete(witness)
    if (!metOffline.has(scheme) && holds(offline)) metOffline.add(scheme)
  }

  it.each(schemes.map(({ scheme }) => scheme))("keep what %s asserts", (name) => {
    const sample = { runs: parameters(3).numRuns, steps: 20, seed }
    for (const { ids, name: module } of settings.filter(({ scheme }) => scheme.scheme === name)) {
      const kept = `broken.intersect(Set(${ids.map((id) => `"${Agreement.nameOf(id)}"`).join(", ")})) == Set()`
      let fell = ""
      spec(module).simulate(sample, () => {
        const taken: Array<string> = []
        return ({ action, picks }, holds) => {
          taken.push(`${action} ${Quint.text(picks)}`)
          if (fell === "" && !holds(kept)) fell = `${ids.join(", ")}: ${taken.join("; ")}`
          look(holds, name)
        }
      })
      expect(fell).toBe("")
    }
  })

  it("come to what the claims are about, and to offline-step-up in the schemes that assert it alone", () => {
    const without = schemes.filter((scheme) => asserted(scheme, "offline-step-up") === "holds")
    const isDone = () => missing.size === 0 && without.every(({ scheme }) => metOffline.has(scheme))
    for (let more = 1; !isDone() && more <= 40; more++) {
      for (const { scheme } of schemes) {
        const sample = { runs: 2, steps: 20, seed: seed + 1000 * more, by: ["any { step, stepUps }"] }
        spec(Agreement.nameOf(scheme)).simulate(sample, () => (_step, holds) => look(holds, scheme))
      }
    }
    expect(witnesses).toContain(offline)
    expect(witnesses.length).toBeGreaterThan(10)
    expect([...missing]).toEqual([])
    expect([...metOffline].sort()).toEqual(without.map(({ scheme }) => scheme).sort())
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
