/**
 * Secrets: what a command is told that nobody else may read: a file's, an environment variable's, or typed on a terminal.
 * What is secret is never an argument of a command: everybody on a machine can list those.
 */
import * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Pin } from "../credentials/Credentials.ts"
import { unusable } from "./Failed.ts"
import * as OwnFile from "./OwnFile.ts"

/** Where a secret text comes from: a file, an environment variable, or the terminal. */
export interface Source {
  readonly what: string
  readonly file: Option.Option<string>
  /** What else can be given instead, and by which flag. */
  readonly otherwise: string
  readonly variable: string
}

/** A secret text, in the first place where there is one. */
const text = Effect.fnUntraced(function* ({ file, otherwise, variable, what }: Source) {
  if (Option.isSome(file)) {
    const written = yield* OwnFile.read(file.value, `a file with ${what}`)
    return Redacted.make(written.replace(/\r?\n$/, ""))
  }
  const given = process.env[variable]
  if (given === "") return yield* unusable(`${what}: expected it in ${variable}, found nothing there`)
  if (given !== undefined) return Redacted.make(given)
  if (!process.stdin.isTTY) {
    return yield* unusable(`${what}: expected it in ${variable}, or ${otherwise}, found neither`)
  }
  return yield* Effect.mapError(Prompt.run(Prompt.Hidden({ message: what })), () =>
    unusable(`${what}: expected one, found none`)
  )
})

/** Most bytes that are read of standard input: what is longer is none of these. */
const mostTyped = 1000

/** What is typed on a terminal, without being shown, or the standard input where that is no terminal. */
export const typed = (what: string) =>
  Effect.suspend(() => {
    if (process.stdin.isTTY) {
      return Effect.mapError(Prompt.run(Prompt.Hidden({ message: what })), () =>
        unusable(`${what}: expected one, found none`)
      )
    }
    return Effect.promise(async () => {
      let text = ""
      for await (const part of process.stdin) {
        text += part
        if (text.length > mostTyped) break
      }
      return Redacted.make(text)
    })
  })

/** The payment password, from the file of `--password-file` or in its place. */
export const password = (file: Option.Option<string>) =>
  text({
    what: "the payment password",
    file,
    otherwise: "in the file of --password-file",
    variable: "PAYCODE_PASSWORD"
  })

/** The PIN, from the file of `--pin-file` or in its place. */
export const pin = Effect.fnUntraced(function* (file: Option.Option<string>) {
  const what = "the PIN"
  const given = yield* text({ what, file, otherwise: "in the file of --pin-file", variable: "PAYCODE_PIN" })
  if (Pin.shape.test(Redacted.value(given))) return given
  return yield* unusable(`${what}: expected 4 to 12 digits, found something else`)
})

/** The passphrase that seals a wallet. */
export const passphrase = text({
  what: "the passphrase of the wallet",
  file: Option.none(),
  otherwise: "a key in the file of --key-file",
  variable: "PAYCODE_PASSPHRASE"
})
