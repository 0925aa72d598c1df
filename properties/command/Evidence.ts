/** The commands about the evidence that audits keep. What they do is loaded when they run. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { loaded } from "../../impl/Loaded.ts"

const store = Flag.String("store").pipe(
  Flag.withDescription("the folder that it is in; the cache folder of audits unless it or PAYCODE_STORE is given"),
  Flag.withMetavar("DIR"),
  Flag.optional
)

const json = Flag.Boolean("json").pipe(Flag.withDescription("print it as JSON"), Flag.withDefault(false))

const list = Command.make("list", { store, json }, (given) =>
  loaded(
    () => import("./Evidencing.ts"),
    (Evidencing) => Evidencing.list(given)
  )
).pipe(Command.withDescription("List what is kept, by the code that it was found by"))

const verify = Command.make(
  "verify",
  {
    store,
    json,
    share: Flag.String("share").pipe(
      Flag.withDescription(
        "how many of the searches and walks of this code are made again, as 5% or 100%; 5% unless given"
      ),
      Flag.withMetavar("PERCENT"),
      Flag.withDefault("5%")
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("the seed by which they are drawn; another each time unless given"),
      Flag.optional
    )
  },
  (given) =>
    loaded(
      () => import("./Evidencing.ts"),
      (Evidencing) => Evidencing.verify(given)
    )
).pipe(Command.withDescription("Check that what is kept is whole, and make a share of it again"))

const prune = Command.make(
  "prune",
  {
    store,
    json,
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("remove all of it, and not only what other code found"),
      Flag.withDefault(false)
    )
  },
  (given) =>
    loaded(
      () => import("./Evidencing.ts"),
      (Evidencing) => Evidencing.prune(given)
    )
).pipe(Command.withDescription("Remove what was found by other code than this, or all that is kept"))

/** The `evidence` command. */
export const evidence = Command.make("evidence").pipe(
  Command.withDescription("List, verify and prune what audits found and kept for the next"),
  Command.withSubcommands([list, verify, prune])
)
