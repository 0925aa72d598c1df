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

const decoder = new TextDecoder()

/** What a picture file begins with. */
const begins: Readonly<Record<Picture, (head: Uint8Array) => boolean>> = {
  png: (head) => decoder.decode(head.subarray(1, 4)) === "PNG" && head[0] === 0x89,
  svg: (head) => /^\s*<(\?xml|svg)/.test(decoder.decode(head))
}

/** The pictures that are written to files. */
export type Picture = "png" | "svg"

/** Fails where a picture cannot be written to a file, or would take the place of what is no such picture. */
export const canBeWritten = (flag: Picture, path: string, isSecret: boolean) =>
  OwnFile.canBeReplaced(path, {
    expected: `a file for a picture (--${flag}), or one with such a picture`,
    isKind: begins[flag],
    isSecret
  })

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
