/**
 * The benchmark: how fast the checker searches, and how fast codes are made, each next to its peers in the same run.
 * Times on a shared machine mean little; the ratios are what to compare.
 */
import * as Effect from "effect/Effect"
import * as BuiltIn from "../../model/BuiltIn.ts"
import type { CheckedClaimId } from "../../spec/Claims.ts"
import * as Agreement from "../agreement/Agreement.ts"
import { Exploration, Explorer } from "../audit/Audit.ts"
import * as Mutants from "../mutants/Mutants.ts"
import { count } from "../Terminal.ts"
import { measureAliases } from "./Aliases.ts"
import { measureAudit } from "./Audits.ts"
import { measureCodes, measureWindows } from "./Codes.ts"
import { measureComputed } from "./Computed.ts"
import * as Http from "./Http.ts"
import * as Ledgers from "./Ledgers.ts"
import { measurePayments } from "./Payments.ts"

const alipay = BuiltIn.named("alipay")
const hardened = BuiltIn.named("hardened")

const say = (line: string): void => console.log(line)

/** Seconds that some work takes. */
const seconds = (work: () => void): number => {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}

/** The search of alipay at `standard` that decides a claim. */
const taskOf = (claim: CheckedClaimId): Exploration.Task => Exploration.plan(alipay, "standard", [claim])[0]!

/** A search on one thread, after a warm-up. */
const alone = (task: Exploration.Task) => {
  let explored = Exploration.explore({ ...task, size: "quick" }, () => true)
  const took = seconds(() => {
    explored = Exploration.explore(task, () => true)
  })
  return { ...explored, took }
}

/** A search in all threads together, their start included. */
const together = async (task: Exploration.Task) => {
  const began = performance.now()
  const [explored] = await Effect.runPromise(Explorer.together([task], Explorer.unlimited, () => {}))
  return { ...explored!, took: (performance.now() - began) / 1000 }
}

const found = alone(taskOf("idempotent-pay"))
say("checker, idempotent-pay of alipay at standard, one thread")
say(`  ${count(found.states)} distinct states, ${count(found.transitions)} transitions`)
say(`  ${count(Math.round(found.transitions / found.took))} transitions/s (aim: 1,000,000)`)

const [large, shared] = [alone(taskOf("honest-payment")), await together(taskOf("honest-payment"))]
if (shared.states !== large.states || shared.transitions !== large.transitions) {
  throw new Error(`threads differ: ${shared.states} states and ${shared.transitions} transitions together`)
}
say("checker, honest-payment of alipay at standard")
say(
  `  ${count(large.states)} distinct states, ${count(large.transitions)} transitions, the same in all threads together`
)
say(`  ${Explorer.threads} threads: ${(large.took / shared.took).toFixed(2)} times as fast as one (aim: 1.6)`)
say(
  `  a packed state takes ${large.key} bytes, and ${(large.bytes / large.states - large.key).toFixed(1)} bytes beside it (aim: 16)`
)

say("checker, small payments of three codes")
for (const line of await measurePayments()) say(`  ${line}`)

say("audits at quick, seconds of the processor")
say(`  alipay: ${(await measureAudit(["alipay"])).toFixed(1)}`)
say(`  all ${BuiltIn.all().length}: ${(await measureAudit([])).toFixed(1)}`)

say("computed claims, a thousand points of a sweep, seconds of the processor")
say(`  ${measureComputed(1000).toFixed(1)} (aim: 5)`)

/** How long it takes to find the attack that is nearest to the start, for every mutant: in seconds, the fastest first. */
const attacks = Mutants.searched.map(({ claims: [claim], clause, mutant, scheme }) => {
  const tasks = Exploration.plan(BuiltIn.named(scheme), "quick", [claim], { mutants: [{ clause, mutant }] })
  const near = tasks.map((one) => ({ ...one, states: 15_000 }))
  return seconds(() => {
    const isBroken = (one: Exploration.Task): boolean =>
      Exploration.explore(one, () => true).findings[0]!.counterexample !== undefined
    if (![...near, ...tasks].some(isBroken)) throw new Error(`nothing falls without ${clause}, ${mutant}`)
  })
})
const sorted = attacks.toSorted((a, b) => a - b)
say(`mutants, the attack nearest to the start, ${sorted.length} of them`)
say(
  `  half of them in ${sorted[Math.floor(sorted.length / 2)]!.toFixed(2)} s (aim: 0.5), the slowest in ${sorted.at(-1)!.toFixed(2)} s (aim: 5)`
)

/** The simulator of Quint's TypeScript back end, in process, on the formal spec of the same scheme, after a warm-up. */
const quint = (): number => {
  const simulate = Agreement.simulator()
  simulate(400)
  let steps = 0
  const took = seconds(() => {
    steps = simulate(20_000)
  })
  return steps / took
}

const quintRate = quint()
say("Quint's simulator, TypeScript back end, one thread, spec/quint/alipay.qnt")
say(`  ${count(Math.round(quintRate))} steps/s`)
say(`  the checker takes ${(found.transitions / found.took / quintRate).toFixed(0)} times as many (aim: 100)`)

const rates = measureCodes(alipay)
const ours = rates[0]!.perSecond
say(`codes, ${alipay.code.mac}, ${alipay.code.otpDigits} digits of proof`)
for (const { name, perSecond } of rates) {
  const ratio = name.startsWith("paycode")
    ? ""
    : `, paycode's proofs are ${(ours / perSecond).toFixed(1)} times as fast (aim: 3)`
  say(`  ${count(Math.round(perSecond))} codes/s by ${name}${ratio}`)
}

const [window, theirs] = measureWindows(alipay)
say("a code found in its window of five steps, decoded, all of them compared in constant time")
say(
  `  ${count(Math.round(window!.perSecond))} codes/s; ${(window!.perSecond / theirs!.perSecond).toFixed(1)} times as fast as otpauth finds a proof (aim: 2)`
)

say("whose an alias is that is made with a key, hardened, by account")
const table = measureAliases(hardened, 10_000)
say(`  ${table.held} aliases are held, in ${count(Math.round(table.bytes))} bytes, what makes them included`)
say(`  ${table.perStep} new ones in each step take ${table.step.toFixed(1)} microseconds of a processor`)
say(`  one is looked up in ${table.lookUp.toFixed(1)} microseconds, among those of 10,000 accounts`)

say("payments through the ledger, beside a bare loop of the same statements with the same durability")
const [single, many] = await Effect.runPromise(Ledgers.measureSqlite(alipay))
const eight = await Effect.runPromise(Ledgers.measurePostgres(alipay, 8))
const share = ({ bare, ledger }: Ledgers.Rate): string => `${((100 * ledger) / bare).toFixed(0)} %`
say(
  `  SQLite, one after the other, a commit each: ${count(Math.round(single!.ledger))} a second, ${share(single!)} of the loop (aim: 70 %)`
)
say(
  `  SQLite, 32 clients, a commit for each group: ${count(Math.round(many!.ledger))} a second, ${share(many!)} of the loop of one client (aim: 200 %)`
)
say(
  `  PostgreSQL, 8 clients: ${count(Math.round(eight.ledger))} a second, ${share(eight)} of 8 bare clients (aim: 80 %)`
)

say("requests over HTTP, 32 clients at once")
for (const line of Http.said(await Http.measureHttp(5000, 3))) say(`  ${line}`)
