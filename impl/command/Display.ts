/** Display: where a command shows codes and transactions: the terminal, and picture files. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Barcode from "../pictures/Barcode.ts"
import { unusable } from "./Failed.ts"
import * as OwnFile from "./OwnFile.ts"

const columns = (): number => process.stdout.columns ?? 80

const mayColour = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR

/** What a screen shows of a code: its pictures, and its digits where it is revealed as those. */
export const code = (digits: string, isRevealed: boolean): string => {
  const ink = mayColour() ? "colours" : "light"
  const pictures = Barcode.kinds.flatMap((kind) => Barcode.terminal(kind, digits, { columns: columns(), ink }) ?? [])
  return [...pictures, ...(isRevealed ? [`${Barcode.grouped(digits)}\n`] : [])].join("\n")
}

/** What a screen shows of a transaction; nothing where it is too narrow. */
export const transaction = (text: string): string =>
  Barcode.transactionTerminal(text, { columns: columns(), ink: mayColour() ? "colours" : "light" }) ?? ""

/** Writes a picture of a code, which is money, to a file that its owner alone can read; one that others can is refused. */
export const writeCode = (path: string, picture: string | Uint8Array) => OwnFile.replace(path, picture)

/** Writes a picture that everybody may see to a file. Fails where the file cannot be written. */
export const write = Effect.fnUntraced(function* (path: string, picture: string | Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.mapError(
    typeof picture === "string" ? fs.writeFileString(path, picture) : fs.writeFile(path, picture),
    ({ reason }) => unusable(`${path}: expected a file that can be written, found ${reason._tag}`)
  )
})
