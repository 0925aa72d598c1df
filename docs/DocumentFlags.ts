/** DocumentFlags: what the `docs` command is told. */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"

/** The flags of the command. */
export const config = {
  audit: Flag.Boolean("audit").pipe(
    Flag.withDescription("decide every claim anew, instead of using the verdicts that are on file"),
    Flag.withDefault(false)
  ),
  check: Flag.Boolean("check").pipe(
    Flag.withDescription("write nothing, and end with 1 where a file is not as it would be written"),
    Flag.withDefault(false)
  ),
  site: Flag.Boolean("site").pipe(
    Flag.withDescription("build the site of the public interface, with these pages in it, into site/"),
    Flag.withDefault(true)
  )
}

/** The flags as they were given. */
export type Given = Command.Command.Config.Infer<typeof config>
