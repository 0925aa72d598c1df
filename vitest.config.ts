import "./OldNode.cjs"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** What takes real storage, sockets and processes, many trials or all pages, and the time that they take: `npm run deployed`. */
const deployed = [
  "docs/Documents.test.ts",
  "docs/examples/[A-Z]*.test.ts",
  "docs/recipes/*.test.ts",
  "impl/pictures/Barcode.test.ts",
  "impl/ledger/Ledger.test.ts",
  "impl/wallet/WalletFile.test.ts",
  "impl/command/*.test.ts",
  "impl/http/*.test.ts",
  "library/*.test.ts",
  "properties/command/Command.test.ts",
  "properties/command/Evidencing.test.ts",
  "properties/agreement/Tool.test.ts",
  "properties/computed/Trials.test.ts",
  "properties/refinement/Crash.test.ts",
  "properties/refinement/Mutations.test.ts",
  "properties/refinement/Refinement.test.ts",
  "properties/refinement/Rounds.test.ts",
  "properties/refinement/Served.test.ts"
]

/** The spec in Quint and the model, run against each other: `npm run agreement`. */
const agreement = ["properties/agreement/*.test.ts"]

/** Of a repository that has the package installed: `docs/examples/Packed.test.ts` runs it in one. */
const examples = ["docs/example-repository/**"]

/** What takes longest, the longest first: begun last it would keep one worker waiting for the other. */
const longest = [
  "properties/refinement/Served.test.ts",
  "properties/computed/Trials.test.ts",
  "properties/command/Command.test.ts",
  "docs/Documents.test.ts",
  "properties/refinement/Refinement.test.ts"
]

/** Files in the order in which workers begin them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort(files)
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((path) => moduleId.endsWith(path))
      return at < 0 ? longest.length : at
    }
    return sorted.toSorted((a, b) => place(a) - place(b))
  }
}

const settings = {
  // Two cores: the searches start threads of their own.
  maxWorkers: 2,
  // The model is loaded and compiled once for all files of a worker. A file that changes what others see puts it back.
  isolate: false,
  // Node loads the sources as it does for whoever runs a command. The searches take a third less than through another loader,
  // which reads every import of a module anew whenever it is used.
  experimental: { viteModuleRunner: false, nodeLoader: false },
  // What is found by the sources as they are: no test takes what was found before, and none keeps anything in a user's folder.
  env: { PAYCODE_STORE: "none" },
  // What the package exports is, in a clone, the sources.
  execArgv: ["--conditions=clone"],
  // No test measures time. These end one that would never end by itself, and not one on a machine that has much else to do.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 300_000 } }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...settings,
          name: "suites",
          include: ["{spec,model,impl,properties,docs}/**/*.test.ts"],
          exclude: [...deployed, ...agreement, ...examples]
        }
      },
      { test: { ...settings, name: "deployed", include: deployed } },
      { test: { ...settings, name: "agreement", include: agreement, exclude: deployed } }
    ]
  }
})
