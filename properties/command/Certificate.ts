/** The commands about certificates of searches. What they do is loaded when they run. */
import * as Command from "effect/cli/Command"
import { loaded } from "../../impl/Loaded.ts"
import * as CertificateFlags from "./CertificateFlags.ts"

const check = (version: string) =>
  Command.make("check", CertificateFlags.config, (given) =>
    loaded(
      () => import("./CertificateChecking.ts"),
      (Checking) => Checking.run(version, given)
    )
  ).pipe(
    Command.withDescription(
      "Prove without a search what certificates say: that whatever can happen in one of their states leads to one of them, that none of it breaks a claim, and that as many cases were met. Assumed are the model, the judges of the claims, and the reductions of the search: what is printed says by which comparisons those are checked"
    ),
    Command.withExamples([
      { command: "paycode audit alipay --certify certificates", description: "have an audit write them" },
      { command: "paycode certificate check certificates/*.certificate", description: "prove all of them" },
      {
        command: "paycode certificate check certificates/*.certificate --share 1% --seed 7",
        description: "a look at a few states of each"
      }
    ])
  )

/** The `certificate` command of a version of paycode. */
export const certificate = (version: string) =>
  Command.make("certificate").pipe(
    Command.withDescription("Check the certificates of searches that an audit wrote"),
    Command.withSubcommands([check(version)])
  )
