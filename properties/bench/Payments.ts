/**
 * Payments: how fast the small example of payments is searched, in both of its forms, on one thread and on all, and by TLC
 * where that is installed. All of them have to find the same states.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { type Form, forms, type PaymentsFound, type PaymentsOrder } from "../search/examples/SmallPayments.ts"
import { share } from "../search/Search.ts"
import { count } from "../Terminal.ts"

const codes = 3
const expected = { states: 2_478_564, transitions: 34_044_583 }
const budget = 4_000_000
const threads = availableParallelism()
const examples = new URL("../search/examples/", import.meta.url)

/** What a search took: seconds by the clock, and of the processor. */
interface Took {
  readonly wall: number
  readonly cpu: number
}

/** Searches a form in some threads, their start included; fails where it finds other states than there are. */
const search = async (form: Form, among: number): Promise<Took> => {
  const { properties, subject } = forms[form](codes)
  const { words } = subject.layout
  const [began, before] = [performance.now(), process.cpuUsage()]
  const shared = share({ threads: among, words, properties: properties.length, states: budget })
  const workers = Array.from({ length: among }, (_, thread) => {
    const workerData: PaymentsOrder = { form, codes, states: budget, shared, thread }
    return new Worker(new URL("SmallPaymentsThread.ts", examples), { workerData })
  })
  const found = await new Promise<PaymentsFound>((resolve, reject) => {
    workers[0]!.on("message", resolve)
    for (const worker of workers) worker.on("error", reject)
  })
  const wall = (performance.now() - began) / 1000
  const { system, user } = process.cpuUsage(before)
  await Promise.all(workers.map((worker) => worker.terminate()))
  if (found.states !== expected.states || found.transitions !== expected.transitions || found.broken.length > 0) {
    throw new Error(
      `payments, ${form}, ${among} threads: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`
    )
  }
  return { wall, cpu: (user + system) / 1e6 }
}

const said = (name: string, { cpu, wall }: Took): string =>
  `${name}: ${wall.toFixed(1)} s, ${count(Math.round(expected.states / wall))} states/s, ${cpu.toFixed(1)} s of the processor`

/** How TLC is started where it is installed, or why it is not. */
const tlc = (): { readonly command: ReadonlyArray<string> } | { readonly missing: string } => {
  const jar = process.env.PAYCODE_TLA2TOOLS
  const runs = (command: string, ...args: ReadonlyArray<string>): boolean =>
    spawnSync(command, args).error === undefined
  if (jar !== undefined) {
    if (!existsSync(jar)) return { missing: `PAYCODE_TLA2TOOLS names no file: ${jar}` }
    if (!runs("java", "-version")) return { missing: "PAYCODE_TLA2TOOLS is set, and there is no java" }
    return { command: ["java", "-XX:+UseParallelGC", "-cp", jar, "tlc2.TLC"] }
  }
  const name = ["tlc", "tlc2"].find((one) => runs(one, "-help"))
  if (name !== undefined) return { command: [name] }
  return { missing: "PAYCODE_TLA2TOOLS names no tla2tools.jar, and there is no command tlc or tlc2" }
}

/** The seconds that TLC takes, its start included. */
const searchByTlc = ([command, ...first]: ReadonlyArray<string>): number => {
  const folder = mkdtempSync(join(tmpdir(), "paycode-tlc-"))
  try {
    const began = performance.now()
    const told = execFileSync(
      command!,
      [...first, "-workers", `${threads}`, "-metadir", folder, "-config", "SmallPayments.cfg", "SmallPayments.tla"],
      { cwd: fileURLToPath(examples), encoding: "utf8", maxBuffer: 2 ** 26 }
    )
    const wall = (performance.now() - began) / 1000
    const states = [...told.matchAll(/([\d,]+) distinct states found/g)].at(-1)?.[1]?.replaceAll(",", "")
    if (Number(states) !== expected.states) throw new Error(`TLC: expected ${expected.states} states, got ${states}`)
    return wall
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Searches the small payments in every way there is, and says what each took. */
export const measurePayments = async (): Promise<ReadonlyArray<string>> => {
  const lines = [`${count(expected.states)} distinct states, ${count(expected.transitions)} transitions, in every way`]
  const took = new Map<Form, Took>()
  for (const form of ["flat", "nested"] as const) {
    const alone = await search(form, 1)
    const together = await search(form, threads)
    took.set(form, together)
    lines.push(said(`${form}, one thread`, alone), said(`${form}, ${threads} threads`, together))
    const aim = form === "nested" ? " (aim: 1.6)" : ""
    lines.push(`${form}: ${threads} threads are ${(alone.wall / together.wall).toFixed(2)} times as fast as one${aim}`)
  }
  const installed = tlc()
  if ("missing" in installed) return [...lines, `TLC: skipped, ${installed.missing}`]
  const wall = searchByTlc(installed.command)
  const ratios = [...took].map(([form, one]) => `${form} is ${(wall / one.wall).toFixed(2)} times as fast`)
  return [...lines, `TLC, ${threads} workers: ${wall.toFixed(1)} s; ${ratios.join(", ")}`]
}
