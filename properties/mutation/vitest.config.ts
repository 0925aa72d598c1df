/** How test files are run that judge mutants: one after the other, in the order that is asked for, until one fails. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import { counter, variable } from "./TestOrder.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const files = JSON.parse(process.env[variable] ?? "[]") as ReadonlyArray<string>

/** Runs files in the order in which they are named. */
class Sequencer extends BaseSequencer {
  override async sort(specifications: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const rank = ({ moduleId }: TestSpecification): number => files.findIndex((file) => moduleId === `${root}${file}`)
    return specifications.toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  root,
  test: {
    include: [...files],
    setupFiles: [`${root}${counter}`],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 60_000,
    sequence: { sequencer: Sequencer }
  }
})
