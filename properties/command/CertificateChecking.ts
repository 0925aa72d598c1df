/** CertificateChecking: what the `certificate check` command does. */
import { randomInt } from "node:crypto"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import { codes } from "../../impl/ExitCodes.ts"
import * as SchemeFile from "../../impl/SchemeFile.ts"
import * as Text from "../../impl/Text.ts"
import { checkAll, type Outcome, type Progress, Told } from "../checker/Checker.ts"
import { Provenance } from "../report/Reports.ts"
import { count, fitted, ink, progressLine } from "../Terminal.ts"
import type { Requested } from "./CertificateFlags.ts"
import * as Given from "./Given.ts"

/** Something is not as a certificate says. */
class Otherwise extends Data.TaggedError("Otherwise")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.otherwise
}

const mostSeed = 2_147_483_647

/** The share that `--share` asks for, from 0 to 1. */
const shareOf = (text: string): Effect.Effect<number, SchemeFile.BadInput> => {
  const match = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text)
  const share = match === null ? 0 : Number(match[1]) / 100
  return share > 0 && share <= 1
    ? Effect.succeed(share)
    : Effect.fail(Given.bad(`--share: expected a percentage above zero and up to 100% such as 1%, found ${text}`))
}

/** Tells how far the work is, on stderr. */
const progress = () => {
  const line = progressLine(process.stderr)
  return {
    tell: ({ done, file, files, of, states }: Progress): void =>
      line.say(
        Text.line(
          `checking ${file}: ${count(states)} of ${count(of)} states; ${count(done)} of ${count(files)} certificates done`
        )
      ),
    done: line.done
  }
}

/** The lines about files that cannot be checked. */
const linesOf = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<string> =>
  outcomes.flatMap((outcome) => (outcome._tag === "Refused" ? outcome.lines : []))

/** Checks certificates, and prints what became of each. What cannot be checked is told on stderr; a fault outweighs it. */
export const run = Effect.fn("CertificateChecking.run")(function* (version: string, given: Requested) {
  const share = yield* shareOf(given.share)
  const seed = Option.isSome(given.seed)
    ? yield* Given.between("seed", 0, mostSeed, given.seed.value)
    : yield* Effect.sync(() => randomInt(mostSeed))
  const extent = { share, seed }
  const { done, tell } = progress()
  const outcomes = yield* checkAll([...new Set(given.files)], extent, tell)
  done()
  const checked = outcomes.flatMap((outcome) => (outcome._tag === "Checked" ? [outcome.checked] : []))
  const lines = linesOf(outcomes)
  const refused = outcomes.flatMap((one) => (one._tag === "Refused" ? [{ file: one.file, lines: one.lines }] : []))
  const fingerprint = Provenance.fingerprint()
  if (checked.length > 0) {
    const { bold } = ink(process.stdout)
    yield* Console.log(
      given.json
        ? Text.json(Told.data({ paycode: version, fingerprint }, checked, extent, refused))
        : fitted(Text.lines(Told.text(checked, extent, { bold, stream: process.stdout }, fingerprint)), process.stdout)
    )
  }
  if (!checked.every(Told.isProved)) return yield* new Otherwise({ lines })
  if (lines.length > 0) return yield* new SchemeFile.BadInput({ lines })
})
