/** LedgerPlace: where the commands of whoever runs a provider find its ledger, and what they say where it cannot be used. */
import { existsSync, lstatSync } from "node:fs"
import { dirname } from "node:path"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Flag from "effect/cli/Flag"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Rules } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Database, Sqlite } from "../ledger/Ledger.ts"
import * as OptionalPackage from "../OptionalPackage.ts"
import * as Provider from "../provider/Provider.ts"
import type { BadInput } from "../SchemeFile.ts"
import * as SchemeForm from "../SchemeForm.ts"
import { type Failed, failed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"

/** The file of a ledger, where none is named. */
const usualFile = "paycode.db"

/** Where the ledger is. */
export const place = {
  ledger: Flags.path("ledger").pipe(
    Flag.withDescription("file of the SQLite database, which `paycode serve` makes where there is none"),
    Flag.withDefault(usualFile)
  ),
  postgres: Flags.toggle(
    "postgres",
    "keep the ledger in the PostgreSQL database of PAYCODE_POSTGRES, postgres://user:password@host/name"
  )
}

/** A database that is open, and what it is called: by the flag, and where it stands in a sentence. */
export interface Opened {
  readonly context: Context.Context<Database.Database>
  readonly database: Database.Database["Service"]
  readonly flag: string
  readonly name: string
}

/** What keeps a file from being a ledger. */
const unopened = (file: string, because: string): BadInput => {
  const found = because.startsWith("ENOENT")
    ? lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true
      ? "a link to nothing"
      : `no folder ${dirname(file)}`
    : because.startsWith("EISDIR")
      ? "a directory"
      : because
  return unusable(`--ledger ${file}: expected a file of a ledger, or a place to make one, found ${found}`)
}

/** The database of PAYCODE_POSTGRES, and where that is, without who asks it and by which password. */
const addressed = Effect.fnUntraced(function* () {
  const given = process.env.PAYCODE_POSTGRES
  if (given === undefined || given === "") {
    return yield* unusable("--postgres: expected the database's address in PAYCODE_POSTGRES, found nothing there")
  }
  const url = URL.parse(given)
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    return yield* unusable(
      "--postgres: expected an address as postgres://user:password@host/name in PAYCODE_POSTGRES, found something else"
    )
  }
  return {
    url: Redacted.make(given),
    at: `${url.searchParams.get("host") ?? (url.host || "this machine")}${url.pathname}`
  }
})

/** Fails where a ledger has no file, for whoever does something with one that is there. */
export const isThere = (file: string, isPostgres: boolean): Effect.Effect<void, BadInput> =>
  Effect.suspend(() =>
    isPostgres || existsSync(file)
      ? Effect.void
      : unusable(`--ledger ${file}: expected the file of a ledger, found none: \`paycode serve\` makes it`)
  )

/** Opens the ledger: in PostgreSQL where that is said, in a file otherwise. It is closed with the scope. */
export const opened = Effect.fnUntraced(function* (file: string, isPostgres: boolean) {
  if (!isPostgres) {
    const context = yield* Effect.mapError(Layer.build(Sqlite.layer({ file })), ({ because }) =>
      unopened(file, because)
    )
    const flag = `--ledger ${file}`
    return { context, database: Context.get(context, Database.Database), flag, name: file } satisfies Opened
  }
  if (file !== usualFile) {
    return yield* unusable(
      `--ledger ${file}: expected no file beside --postgres, found one: the ledger is in one place`
    )
  }
  const { at, url } = yield* addressed()
  const Postgres = yield* OptionalPackage.loaded("@effect/sql-pg", () => import("../ledger/postgres/Postgres.ts"))
  const context = yield* Effect.mapError(Layer.build(Postgres.layer({ url })), ({ message }) =>
    failed(`${message}; PAYCODE_POSTGRES names ${at}: see that it runs there, and is what a ledger needs`)
  )
  const flag = "--postgres"
  return { context, database: Context.get(context, Database.Database), flag, name: "PostgreSQL" } satisfies Opened
})

/** What is to be said of a scheme that a ledger is not kept under: with what can be done, and by which command. */
export const otherwise = (
  standing: Exclude<Ledger.SchemeRecord.Standing, { readonly _tag: "Same" }>,
  { flag, name }: Pick<Opened, "flag" | "name">,
  given: string
): BadInput => {
  const command = `run \`paycode operator scheme --scheme ${given} ${flag}\``
  switch (standing._tag) {
    case "Unrecorded":
      return unusable(
        `--scheme ${given}: expected the scheme that ${name} is kept under, found a ledger from before that was written ` +
          `down: ${command}, where ${given} is the one that it was served under`
      )
    case "OtherForm": {
      const { differences, recorded } = standing
      return unusable(
        `--scheme ${given}: expected ${recorded.scheme}, which ${name} is kept under, or one that differs in nothing that ` +
          `stored credentials and orders depend on, found ${SchemeForm.say(differences)}: serve it under its own scheme, or name another ledger`
      )
    }
    case "OtherTerms": {
      const { differences, recorded } = standing
      return unusable(
        `--scheme ${given}: expected ${recorded.scheme} as ${name} is kept under it, found ${SchemeForm.say(differences)}: ` +
          `${command} to change it`
      )
    }
    case "Unfit":
      return unusable(
        `--scheme ${given}: expected the scheme that ${name} was served under, found what it does not issue: ` +
          `${standing.found.join("; ")}`
      )
  }
}

/** Fails unless a ledger is kept under a scheme; one that holds nothing is from now on. Answers which record of it that is. */
export const keptUnder = Effect.fnUntraced(function* (opened: Opened, scheme: Scheme, given: string) {
  const standing = yield* asked(Ledger.SchemeRecord.standing(opened.database, scheme, yield* secondsNow))
  return standing._tag === "Same" ? standing.recorded : yield* otherwise(standing, opened, given)
})

/** Ends, with the reason, when a ledger is kept under a scheme no more. While it does not answer, nobody knows. */
export const untilOther = (opened: Opened, scheme: Scheme, given: string): Effect.Effect<never, BadInput> =>
  Effect.sleep("1 second").pipe(
    Effect.andThen(
      Effect.orElseSucceed(Ledger.SchemeRecord.recorded({ query: opened.database.read }), () => undefined)
    ),
    Effect.flatMap((recorded) => {
      const standing = recorded && Ledger.SchemeRecord.compare(recorded, scheme)
      return standing === undefined || standing._tag === "Same" ? Effect.void : otherwise(standing, opened, given)
    }),
    Effect.forever
  )

/** What is done with a ledger that came back from a backup. */
export const recovery = ({ context }: Opened, rules: Rules) =>
  Layer.build(
    Provider.layerRecovery(rules).pipe(
      Layer.provide(Layer.provide(Ledger.layer, Layer.succeedContext(context))),
      Layer.provide(SecureRandom.layerWebCrypto)
    )
  )

/** Fails with what a database says that does not answer. */
export const asked = <A>(question: Ledger.Kept<A>): Effect.Effect<A, Failed> =>
  Effect.mapError(question, ({ message }) => failed(message))

/** This machine's clock, in seconds. */
export const secondsNow = Effect.map(Clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))
