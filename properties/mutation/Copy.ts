/** Copy: the sources in a folder of their own, where one can be changed. The sources themselves never are. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "../Modules.ts"

export interface Copy {
  readonly folder: string
  /** Gives a file another text, given by its path from the root. */
  readonly change: (file: string, text: string) => void
  /** Gives it the text that it had. */
  readonly restore: (file: string) => void
  readonly remove: () => void
}

/** What is not copied: packages, which are linked, the history, and what was built. */
const left: ReadonlyArray<string> = ["node_modules", ".git", "site", "out"]

/** Makes a copy of the sources as they are now. */
export const make = (): Copy => {
  const folder = mkdtempSync(join(tmpdir(), "paycode-mutation-"))
  for (const name of readdirSync(root)) {
    if (!left.includes(name)) cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once("exit", remove)
  const kept = new Map<string, string>()
  const restore = (file: string): void => {
    const text = kept.get(file)
    if (text !== undefined) writeFileSync(join(folder, file), text)
    kept.delete(file)
  }
  return {
    folder,
    change: (file, text) => {
      if (!kept.has(file)) kept.set(file, readFileSync(join(folder, file), "utf8"))
      writeFileSync(join(folder, file), text)
    },
    restore,
    remove: () => {
      process.off("exit", remove)
      remove()
    }
  }
}
