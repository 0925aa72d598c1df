/** The command that writes the documents: the protocol's pages from the sources and the verdicts, and the site. */
import * as Command from "effect/cli/Command"
import { loaded } from "../impl/Loaded.ts"
import * as DocumentFlags from "./DocumentFlags.ts"

/** The `docs` command of a version of paycode. What it does is loaded when it runs. */
export const docs = (version: string) =>
  Command.make("docs", DocumentFlags.config, (given) =>
    loaded(
      () => import("./Writing.ts"),
      ({ write }) => write(version, given)
    )
  ).pipe(
    Command.withDescription("Write the protocol's documents from the sources and the last verdicts, and build the site")
  )
