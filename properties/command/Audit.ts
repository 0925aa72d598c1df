/** The command that decides the claims of schemes. What it does is loaded when it runs. */
import * as Command from "effect/cli/Command"
import { loaded } from "../../impl/Loaded.ts"
import * as AuditFlags from "./AuditFlags.ts"

/** The `audit` command of a version of paycode. */
export const audit = (version: string) =>
  Command.make("audit", AuditFlags.config, (requested) =>
    loaded(
      () => import("./Auditing.ts"),
      (Auditing) => Auditing.run(version, requested)
    )
  ).pipe(
    Command.withDescription(
      "Decide which security claims of a payment code scheme hold, and by what attack others fail. paycode.config.json in this folder can say what is the same in every audit"
    ),
    Command.withExamples([
      { command: "paycode audit alipay", description: "decide every claim of a built-in scheme" },
      { command: "paycode audit mine.json --scope quick --watch", description: "a first look at a file, at each save" },
      {
        command: "paycode audit mine.json --sarif --baseline audit.json",
        description: "for continuous integration: fail only on what is new"
      }
    ])
  )
