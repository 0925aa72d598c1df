/** OwnFile: files of keys and of other secrets, which their owner alone may read. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync
} from "node:fs"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Key } from "../ledger/Ledger.ts"
import * as Permissions from "../Permissions.ts"
import { BadInput } from "../SchemeFile.ts"

const keyBytes = 32

const bad = (line: string): BadInput => new BadInput({ lines: [line] })

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown"

/** What a path leads to that is no file; undefined where it is one. */
const otherThanFile = (status: Stats): string | undefined => {
  if (status.isFile()) return undefined
  if (status.isDirectory()) return "a folder"
  return status.isFIFO() ? "a pipe" : "a device"
}

/** A pipe that a shell has opened for a command, as `<(...)` does: somebody writes to it, and nobody else can read it. */
const isShells = (path: string): boolean => /^\/(dev\/(fd\/\d+|stdin)|proc\/self\/fd\/\d+)$/.test(path)

/** Reads a file that nobody but its owner may read. */
export const read = (path: string, expected: string): Effect.Effect<string, BadInput> =>
  Effect.suspend(() => {
    try {
      const status = statSync(path)
      // Whoever reads a pipe waits for a writer, and whoever reads a device for ever.
      const other = otherThanFile(status)
      if (other === "a pipe" && isShells(path)) return Effect.succeed(readFileSync(path, "utf8"))
      if (other !== undefined) return Effect.fail(bad(`${path}: expected ${expected}, found ${other}`))
      const wide = Permissions.tooWide(path, status.mode)
      if (wide !== undefined) return Effect.fail(bad(`${path}: expected ${Permissions.expected}, found ${wide}`))
      return Effect.succeed(readFileSync(path, "utf8"))
    } catch (error) {
      const found = codeOf(error) === "ENOENT" ? "no such file" : `a file that cannot be read (${codeOf(error)})`
      return Effect.fail(bad(`${path}: expected ${expected}, found ${found}`))
    }
  })

/** Writes a text to the end of a file of one's own, to the disk. `flag`: "wx" for a new file only, "a" for any. */
export const write = (path: string, text: string, flag: "wx" | "a"): Effect.Effect<void, BadInput> =>
  Effect.suspend(() => {
    try {
      const file = openSync(path, flag, Permissions.own)
      try {
        const wide = Permissions.tooWide(path, fstatSync(file).mode)
        if (wide !== undefined) return Effect.fail(bad(`${path}: expected ${Permissions.expected}, found ${wide}`))
        writeSync(file, text)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      return Effect.void
    } catch (error) {
      const found = codeOf(error) === "EEXIST" ? "one that is there" : codeOf(error)
      return Effect.fail(bad(`${path}: expected a file that can be written, found ${found}`))
    }
  })

/** Puts a text in the place of what a file of one's own has, which has that until the new text is on the disk. */
export const put = (path: string, text: string): Effect.Effect<void, BadInput> =>
  Effect.suspend(() => {
    try {
      const next = `${path}.new`
      // What is there, left by a command that died or put there by others, has the mode that it has.
      rmSync(next, { force: true })
      const file = openSync(next, "wx", Permissions.own)
      try {
        writeSync(file, text)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(next, path)
      return Effect.void
    } catch (error) {
      return Effect.fail(bad(`${path}: expected a file that can be written, found ${codeOf(error)}`))
    }
  })

/**
 * Puts something that others must not read in the place of what a file has; the file is made where there is none. One that
 * others can read is left as it is.
 */
export const replace = (path: string, contents: string | Uint8Array): Effect.Effect<void, BadInput> =>
  Effect.suspend(() => {
    try {
      const file = openSync(path, constants.O_WRONLY | constants.O_CREAT, Permissions.own)
      try {
        const status = fstatSync(file)
        // What is no file, as a terminal or a pipe, keeps nothing.
        const wide = status.isFile() ? Permissions.tooWide(path, status.mode) : undefined
        if (wide !== undefined) return Effect.fail(bad(`${path}: expected ${Permissions.expected}, found ${wide}`))
        if (status.isFile()) ftruncateSync(file)
        writeFileSync(file, contents)
      } finally {
        closeSync(file)
      }
      return Effect.void
    } catch (error) {
      return Effect.fail(bad(`${path}: expected a file that can be written, found ${codeOf(error)}`))
    }
  })

/** What is to be in the place of what a file has. */
export interface Replacing {
  readonly expected: string
  /** Whether a file is of that kind, by its first bytes. */
  readonly isKind: (head: Uint8Array) => boolean
  /** Others must not read it. */
  readonly isSecret: boolean
}

/**
 * Fails where {@link replace} would, for whoever has something to lose by then. What is there has to be of some kind, as its first bytes
 * tell, or be empty: what a command writes is put in the place of nothing else.
 */
export const canBeReplaced = (path: string, { expected, isKind, isSecret }: Replacing): Effect.Effect<void, BadInput> =>
  Effect.suspend(() => {
    try {
      const before = statSync(path, { throwIfNoEntry: false })
      if (before?.isDirectory() === true) return Effect.fail(bad(`${path}: expected ${expected}, found a folder`))
      // Whoever writes to a pipe waits for a reader, and what is no file keeps nothing.
      if (before !== undefined && !before.isFile()) return Effect.void
      const file = openSync(path, constants.O_RDWR | constants.O_CREAT, Permissions.own)
      try {
        const wide = isSecret ? Permissions.tooWide(path, fstatSync(file).mode) : undefined
        if (wide !== undefined) return Effect.fail(bad(`${path}: expected ${Permissions.expected}, found ${wide}`))
        const head = new Uint8Array(256)
        const size = readSync(file, head, 0, head.length, 0)
        if (size > 0 && !isKind(head.subarray(0, size))) {
          return Effect.fail(bad(`${path}: expected ${expected}, found another file: name another path`))
        }
      } finally {
        closeSync(file)
        if (before === undefined) rmSync(path, { force: true })
      }
      return Effect.void
    } catch (error) {
      return Effect.fail(bad(`${path}: expected a file that can be written, found ${codeOf(error)}`))
    }
  })

/** Fails where a new file cannot be made; none is left. For whoever asks another for what is to be in it, before they do. */
export const canBeMade = (path: string): Effect.Effect<void, BadInput> =>
  Effect.andThen(
    write(path, "", "wx"),
    Effect.sync(() => rmSync(path, { force: true }))
  )

/** Puts a file in the place of another. */
export const rename = (from: string, to: string): Effect.Effect<void, BadInput> =>
  Effect.try({
    try: () => renameSync(from, to),
    catch: (error) => bad(`${to}: expected a file that can be written, found ${codeOf(error)}`)
  })

/** The key in a file: 32 bytes in hexadecimal. */
export const key = Effect.fnUntraced(function* (path: string) {
  const text = (yield* read(path, "a file with a key")).trim()
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    return yield* bad(`${path}: expected ${keyBytes} bytes in hexadecimal, found something else`)
  }
  return Redacted.make(new Uint8Array(Buffer.from(text, "hex"))) satisfies Key
})

/** The key in a file, which is drawn and written where there is none. */
export const keyOrNew = Effect.fnUntraced(function* (path: string) {
  const isThere = yield* Effect.sync(() => statSync(path, { throwIfNoEntry: false }) !== undefined)
  if (!isThere) {
    const random = yield* SecureRandom.SecureRandom
    yield* write(path, `${Buffer.from(yield* random.randomBytes(keyBytes)).toString("hex")}\n`, "wx")
  }
  return yield* key(path)
})
