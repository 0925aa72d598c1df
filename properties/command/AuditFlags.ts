/** AuditFlags: what can be given to the `audit` command. */
import * as Argument from "effect/cli/Argument"
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Formats } from "../report/Reports.ts"
import * as Scenes from "../scenes/Scenes.ts"

const formatFlag = (name: string, says: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(says), Flag.withDefault(false))

/** A flag for each form of the report that is printed only where it is asked for. */
const formatFlags: Readonly<Record<string, ReturnType<typeof formatFlag>>> = Object.fromEntries(
  Formats.namedReportFormats.flatMap(([name, { flag }]) => (flag === undefined ? [] : [[name, formatFlag(name, flag)]]))
)

/** The arguments and flags. */
export const config = {
  schemes: Argument.String("SCHEME").pipe(
    Argument.withDescription("a built-in scheme's name or a scheme file; every built-in scheme where none is given"),
    Argument.variadic()
  ),
  claims: Flag.String("claim").pipe(
    Flag.withDescription("a claim to decide, by its id; may be given again; every claim where none is given"),
    Flag.withMetavar("ID"),
    Flag.atLeast(0)
  ),
  scope: Flag.Literals("scope", Scenes.sizes).pipe(
    Flag.withDescription(
      "how much is searched: quick in seconds, standard in minutes, deep as long as it takes; standard unless given"
    ),
    Flag.optional
  ),
  runs: Flag.Int("runs").pipe(
    Flag.withDescription(
      "random runs beyond the scope, for each adversary; 0 for none; unless given 10 at `quick` and 1000 above"
    ),
    Flag.optional
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("seed of the random runs; 1 unless given"), Flag.optional),
  budget: Flag.String("budget").pipe(
    Flag.withDescription("stop after this long, as 60s or 10m, and report what was found"),
    Flag.withMetavar("TIME"),
    Flag.optional
  ),
  matrix: Flag.Boolean("matrix").pipe(
    Flag.withDescription("leave out every clause in turn, at quick, and print which claims fall"),
    Flag.withDefault(false)
  ),
  compare: Flag.Boolean("compare").pipe(
    Flag.withDescription("compare each further scheme with the first; so it is where two or more are named"),
    Flag.withDefault(false)
  ),
  more: Flag.Boolean("more").pipe(
    Flag.withDescription("look near the start of runs for a further capability that breaks what holds"),
    Flag.withDefault(false)
  ),
  watch: Flag.Boolean("watch").pipe(
    Flag.withDescription("audit again whenever a scheme file is saved, until Ctrl-C"),
    Flag.withDefault(false)
  ),
  formats: formatFlags,
  baseline: Flag.String("baseline").pipe(
    Flag.withDescription(
      "the JSON of an audit of before: what it has not as asserted fails no more with the same verdict"
    ),
    Flag.withMetavar("FILE"),
    Flag.optional
  ),
  store: Flag.String("store").pipe(
    Flag.withDescription(
      "the folder that evidence is kept in, and taken from; a cache folder unless it or PAYCODE_STORE is given; `none` keeps and takes nothing"
    ),
    Flag.withMetavar("DIR"),
    Flag.optional
  ),
  recheck: Flag.Int("recheck").pipe(
    Flag.withDescription("the seed by which it is drawn what of that is made again; another each time unless given"),
    Flag.optional
  ),
  out: Flag.String("out").pipe(
    Flag.withDescription(
      "write the report, in every form, and every attack as trace, text and picture, into this folder"
    ),
    Flag.withMetavar("DIR"),
    Flag.optional
  ),
  certify: Flag.String("certify").pipe(
    Flag.withDescription(
      "write a certificate of every search that was through, with all its states, into this folder: `paycode certificate check` proves it without a search"
    ),
    Flag.withMetavar("DIR"),
    Flag.optional
  )
}

/** What is given on the command line. */
export type Requested = Command.Command.Config.Infer<typeof config>
