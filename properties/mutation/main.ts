/**
 * The mutation tests: tries mutants of the model, of the judges or of the implementation, and writes down what becomes of each.
 * Usage: `npm run mutation -- --folder model|claims|impl [--seed N] [--count N] [--at FILE[:LINE]]`.
 */
import { parseArgs } from "node:util"
import * as Result from "effect/Result"
import * as Mutation from "./Mutation.ts"
import * as Sampling from "./Sampling.ts"
import * as Trying from "./Trying.ts"

const usage = `npm run mutation -- [--folder model|claims|impl] [--seed N] [--count N] [--at FILE[:LINE]]

  --folder   what mutants are made of: the model, the judges or the implementation; all three unless given
  --seed     the seed by which mutants are drawn, from 0; 1 unless given
  --count    how many mutants of each are to be tried in all, those on file included, from 1; 150 unless given
  --at       only the mutants of a file, or of a line of it; nothing is written down then

What is found is written into ${Mutation.path}, and the command goes on from there. Ends with 0 whether mutants survive or not.`

const refuse = (text: string): never => {
  console.error(`${text}\n\n${usage}`)
  process.exit(2)
}

const parsed = Result.try(
  () =>
    parseArgs({
      options: {
        folder: { type: "string" },
        seed: { type: "string", default: "1" },
        count: { type: "string", default: "150" },
        at: { type: "string" },
        help: { type: "boolean", short: "h", default: false }
      }
    }).values
)
const values = Result.getOrElse(parsed, (error) => refuse((error as Error).message))

if (values.help) {
  console.log(usage)
  process.exit(0)
}

const numberOf = (flag: "seed" | "count", least: number): number => {
  const value = Number(values[flag])
  const isOne = Number.isSafeInteger(value) && value >= least && values[flag].trim() !== ""
  return isOne
    ? value
    : refuse(`--${flag}: expected a whole number from ${least} on, found ${JSON.stringify(values[flag])}`)
}
const [seed, count] = [numberOf("seed", 0), numberOf("count", 1)]

const chosen = Mutation.folders.filter((folder) => values.folder === undefined || folder === values.folder)
if (chosen.length === 0) refuse(`--folder: expected ${Mutation.folders.join(", ")}, found ${values.folder}`)

const { at } = values
const file = at?.replace(/:\d+$/, "")
const holding = chosen.filter((folder) => file === undefined || Sampling.filesOf(folder).includes(file))
if (holding.length === 0) {
  const where = chosen.length === 1 ? `of ${chosen[0]}` : "of the model, the judges or the implementation"
  refuse(`--at: expected a file ${where} that mutants are made of, from the root of the repository, found ${at}`)
}

// What was found is written down; the copy of the sources and what runs in it end with this process.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130))

let tried = 0
let survivors = 0
for (const folder of holding) {
  await Trying.run({
    folder,
    seed,
    count,
    at,
    tell: ({ after, before, fate, file, how, line, operator }, isKnown) => {
      const isAlive = fate === "alive" || fate === "unreached"
      if (fate !== "ill-typed") tried++
      if (isAlive) survivors++
      const change = isAlive ? `\n  ${before}\n  ${after}` : ""
      console.log(
        `${fate}${isKnown ? " (known)" : ""}: ${file}:${line} ${operator}${how === null ? "" : `: ${how}`}${change}`
      )
    }
  })
}
console.log(tried === 0 ? "No mutant was tried: there is none that is well typed." : `${survivors} of ${tried} alive`)
