/**
 * The benchmark: how fast the checker searches, and how fast codes are made, each next to its peers in the same run.
 * Times on a shared machine mean little; the ratios are what to compare.
 */
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { decode } from "../../model/Decode.ts"
import { Scheme } from "../../model/Scheme.ts"
import * as Agreement from "../agreement/Agreement.ts"
import * as Exploration from "../Exploration.ts"
import * as Explorer from "../Explorer.ts"
import { count } from "../Terminal.ts"
import { measureCodes } from "./Codes.ts"

const alipay = Result.getOrThrow(
  decode(Scheme, JSON.parse(readFileSync(new URL("../../spec/schemes/alipay.json", import.meta.url), "utf8")))
)

const say = (line: string): void => console.log(line)

/** Seconds that some work takes. */
const seconds = (work: () => void): number => {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}

const [task] = Exploration.plan(alipay, "standard", ["honest-payment"])

/** One search on one thread, after a warm-up. */
const alone = () => {
  let explored = Exploration.explore({ ...task!, size: "quick" }, () => true)
  const took = seconds(() => {
    explored = Exploration.explore(task!, () => true)
  })
  return { ...explored, took }
}

/** The same search in all threads together, their start included. */
const together = async () => {
  const began = performance.now()
  const [explored] = await Effect.runPromise(Explorer.together([task!], undefined, () => {}))
  return { ...explored!, took: (performance.now() - began) / 1000 }
}

const found = alone()
const shared = await together()
if (shared.states !== found.states || shared.transitions !== found.transitions) {
  throw new Error(`threads differ: ${shared.states} states and ${shared.transitions} transitions together`)
}
say("checker, honest-payment of alipay at standard")
say(
  `  ${count(found.states)} distinct states, ${count(found.transitions)} transitions, the same in all threads together`
)
say(`  one thread: ${count(Math.round(found.transitions / found.took))} transitions/s (aim: 1,000,000)`)
say(`  ${Explorer.threads} threads: ${(found.took / shared.took).toFixed(2)} times as fast (aim: 1.6)`)
say(
  `  a packed state takes ${found.key} bytes, and ${(found.bytes / found.states - found.key).toFixed(1)} bytes beside it (aim: 16)`
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
