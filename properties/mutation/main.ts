/**
 * The mutation tests: tries mutants of the model, of the judges or of the implementation, and writes down what becomes of each.
 * Usage: `npm run mutation -- --folder model|claims|impl [--seed N] [--count N] [--at FILE[:LINE]]`.
 */
import { parseArgs } from "node:util"
import * as Mutation from "./Mutation.ts"
import * as Trying from "./Trying.ts"

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "150" },
    at: { type: "string" }
  }
})

const numberOf = (flag: "seed" | "count"): number => {
  const value = Number(values[flag])
  if (Number.isSafeInteger(value) && value >= 0) return value
  console.error(`--${flag}: expected a whole number, found ${values[flag]}`)
  process.exit(2)
}

const chosen = Mutation.folders.filter((folder) => values.folder === undefined || folder === values.folder)
if (chosen.length === 0) {
  console.error(`--folder: expected ${Mutation.folders.join(", ")}, found ${values.folder}`)
  process.exit(2)
}

// What was found is written down; the copy of the sources and what runs in it end with this process.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130))

let survivors = 0
for (const folder of chosen) {
  await Trying.run({
    folder,
    seed: numberOf("seed"),
    count: numberOf("count"),
    at: values.at,
    tell: ({ after, before, fate, file, how, line, operator }, isKnown) => {
      const isAlive = fate === "alive" || fate === "unreached"
      if (isAlive) survivors++
      const change = isAlive ? `\n  ${before}\n  ${after}` : ""
      console.log(
        `${fate}${isKnown ? " (known)" : ""}: ${file}:${line} ${operator}${how === null ? "" : `: ${how}`}${change}`
      )
    }
  })
}
console.log(`${survivors} alive`)
