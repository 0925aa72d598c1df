/** Verdicts: mutants of the model and of judges, told by what the audit decides. */
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "../Modules.ts"
import * as Copy from "./Copy.ts"
import * as Counted from "./Counted.ts"
import * as Judge from "./Judge.ts"
import type { Folder } from "./Mutation.ts"
import * as Running from "./Running.ts"
import * as Sampling from "./Sampling.ts"
import type { Typed } from "./Typed.ts"
import type { Baseline, VerdictAnswer, VerdictOrder } from "./VerdictProcess.ts"

const program = "properties/mutation/VerdictProcess.ts"

/** What the unmutated sources come to, and the points that are come to when they are loaded. */
interface Measurement {
  readonly baseline: Baseline
  readonly loaded: ReadonlyArray<string>
}

/** How long the whole audit at `quick` may take, in milliseconds, wherever it is made. */
const whole = 20 * 60_000

const answered = (output: string): VerdictAnswer | undefined => {
  const line = output.trim().split("\n").at(-1) ?? ""
  return line.startsWith("{") ? (JSON.parse(line) as VerdictAnswer) : undefined
}

const measure = async (typed: Typed, files: ReadonlyArray<string>, copy: Copy.Copy): Promise<Measurement> => {
  Counted.count(typed, files, copy)
  const order: VerdictOrder = { _tag: "Measure" }
  const ended = await Running.run({
    folder: copy.folder,
    words: [program],
    environment: Counted.environment(copy),
    input: JSON.stringify(order),
    within: whole
  })
  Counted.stop(files, copy)
  const answer = answered(ended.output)
  if (answer?._tag !== "Measured") throw new Error(`the audit was not measured: ${ended.errors.slice(0, 2000)}`)
  return { baseline: answer.baseline, loaded: Counted.take(copy) }
}

/** What was measured before of the same sources is kept, beside what else is built. */
const measured = async (typed: Typed, files: ReadonlyArray<string>, copy: Copy.Copy): Promise<Measurement> => {
  const name = createHash("sha256")
    .update(`${Judge.fingerprint([program])} ${files.join(" ")}`)
    .digest("hex")
  const file = join(root, "out/mutation", `${name.slice(0, 16)}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Measurement
  const found = await measure(typed, files, copy)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(found))
  return found
}

/** A mutant, and what is to be asked of it. */
interface Asked {
  readonly copy: Copy.Copy
  readonly file: string
  readonly text: string
  readonly order: Extract<VerdictOrder, { readonly _tag: "Judge" }>
  /** How long it may take, in milliseconds. */
  readonly within: number
}

/** What the audit decides of the sources with another text of one module. */
const ask = async ({ copy, file, order, text, within }: Asked): Promise<Judge.Told> => {
  copy.change(file, text)
  const ended = await Running.run({
    folder: copy.folder,
    words: [program],
    environment: {},
    input: JSON.stringify(order),
    within
  })
  copy.restore(file)
  const [first = null] = order.names
  if (ended.isLate) return { fate: "late", by: first, how: null }
  const answer = answered(ended.output)
  if (answer?._tag === "Killed") return { fate: "killed", by: answer.by, how: answer.how }
  if (answer?._tag === "Alive") {
    return { fate: answer.equal && order.compares ? "equal" : "alive", by: null, how: null }
  }
  // What is thrown is told by its name; which part threw it is not.
  const error = ended.errors.split("\n").find((line) => /^\s*[A-Z]\w*: /.test(line)) ?? `exit code ${ended.code}`
  return { fate: "killed", by: first, how: `ends in an error: ${error.trim().slice(0, 200)}` }
}

/** Asks one part of the audit of a mutant, by the part's name, and no other. */
export const askOne = (copy: Copy.Copy, file: string, text: string, name: string): Promise<Judge.Told> =>
  ask({
    copy,
    file,
    text,
    order: { _tag: "Judge", baseline: null, names: [name], compares: false },
    within: Judge.allowed(0)
  })

/** What judges mutants of a folder by verdicts. */
export const open = async (typed: Typed, folder: Folder): Promise<Judge.Judge> => {
  const files = Sampling.filesOf(folder)
  const copy = Copy.make()
  const { baseline, loaded } = await measured(typed, files, copy)
  const points = Counted.pointsOf(typed, files)
  const kept = join(copy.folder, ".baseline.json")
  writeFileSync(kept, JSON.stringify(baseline))
  const seconds = new Map(baseline.parts.map((part) => [part.name, part.seconds]))
  const isLoaded = new Set(loaded)
  const reached = baseline.parts.map(({ name, reached }) => ({ name, points: new Set(reached) }))

  /** The parts that come to a point, the one that told it before first, and then the cheap ones. */
  const order = (point: string, first: string | null): ReadonlyArray<string> =>
    reached
      .filter((part) => isLoaded.has(point) || part.points.has(point))
      .map(({ name }) => name)
      .toSorted((a, b) => Number(b === first) - Number(a === first) || seconds.get(a)! - seconds.get(b)!)

  return {
    judge: async (mutant, text, first) => {
      const names = order(Counted.pointOf(points, mutant), first)
      if (names.length === 0) return { fate: "unreached", by: null, how: null }
      const usual = names.reduce((sum, name) => sum + seconds.get(name)!, 0)
      return ask({
        copy,
        file: mutant.file,
        text,
        order: { _tag: "Judge", baseline: kept, names, compares: folder === "model" },
        within: Judge.allowed(usual)
      })
    },
    sources: () => Judge.fingerprint([program]),
    end: copy.remove
  }
}
