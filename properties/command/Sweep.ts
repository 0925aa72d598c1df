/** The command that shows what other parameters would come to. What it does is loaded when it runs. */
import * as Command from "effect/cli/Command"
import { loaded } from "../../impl/Loaded.ts"
import * as SweepFlags from "./SweepFlags.ts"

/** The `sweep` command of a version of paycode. */
export const sweep = (version: string) =>
  Command.make("sweep", SweepFlags.config, (given) =>
    loaded(
      () => import("./Sweeping.ts"),
      (Sweeping) => Sweeping.run(version, given)
    )
  ).pipe(
    Command.withDescription("Show what other parameters would come to, in security and for honest payers"),
    Command.withExamples([
      {
        command: "paycode sweep alipay --vary window.past=0..10 --vary code.otpDigits=4..8",
        description: "every window with every length of the proof"
      },
      {
        command: "paycode sweep mine.json --vary display=30,60 --check display=60",
        description: "two values, one of them put before the checker"
      }
    ])
  )
