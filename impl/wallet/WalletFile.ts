/**
 * WalletFile: where a phone keeps what it must find again when it starts. Whoever copies the file holds no money: all
 * of it that is secret is sealed, with a key that is made of a passphrase or lies in a file of its own.
 *
 * The file is JSON in a fixed form. Its header says how the key is made; its contents are encrypted with AES-256-GCM
 * (NIST SP 800-38D), which authenticates the header as well. A SHA-256 of all this tells a file that was damaged from
 * one that another key belongs to. Beside the file `FILE` lies `FILE.lock`, which is empty, and while it is written
 * `FILE.new`.
 */
import { createCipheriv, createDecipheriv, createHash, scrypt } from "node:crypto"
import { dirname } from "node:path"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { decode } from "../../model/Decode.ts"
import { Scheme } from "../../model/Scheme.ts"
import { Transaction } from "../credentials/Credentials.ts"
import { Sqlite } from "../ledger/Ledger.ts"
import * as Permissions from "../Permissions.ts"
import { Messages } from "../provider/Provider.ts"
import type { Store } from "./Holding.ts"
import * as SecureHardware from "./SecureHardware.ts"

const natural = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

/** So many bytes, in hexadecimal of small letters: one way to write each. */
const hex = (least: number, most = least) => {
  const expected = `${least === most ? least : `${least} to ${most}`} bytes in hexadecimal, of small letters`
  const pattern = new RegExp(`^([0-9a-f]{2}){${least},${most === Number.POSITIVE_INFINITY ? "" : most}}$`)
  return Schema.String.check(Schema.isPattern(pattern, { message: expected }))
}

const digits = Schema.String.check(Schema.isPattern(/^[0-9]*$/, { message: "digits" }))

const secretBytes = Schema.RedactedFromValue(Schema.Uint8ArrayFromHex)

const Secret = Schema.Union([
  Schema.TaggedStruct("Seed", { seed: secretBytes }),
  Schema.TaggedStruct("Drawn", {
    codes: Schema.RedactedFromValue(Schema.Array(Schema.Struct({ scanned: digits, revealed: digits })))
  })
])

const Saved = Schema.Struct({
  number: natural,
  prefix: digits,
  alias: digits,
  secret: Secret,
  shown: natural,
  clockDifference: Schema.Finite,
  screen: Schema.optional(
    Schema.Struct({
      position: natural,
      revealed: Schema.Boolean,
      shownAt: Schema.Finite,
      nonce: Schema.optional(Transaction.Nonce)
    })
  ),
  recent: Schema.optional(Schema.Array(natural))
})

/** What a phone keeps. It prints its secrets as `<redacted>`. */
export const Contents = Schema.Struct({
  /** Where its provider is. */
  provider: Schema.String.check(Schema.isPattern(/^https?:\/\/\S+$/, { message: "an address that begins with http" })),
  /** The scheme that it enrolled under, whole, so that it needs nobody to tell it. */
  scheme: Scheme,
  account: natural,
  phone: natural,
  /** What it signs its requests with. */
  signingKey: secretBytes,
  /** The key that was drawn to take the place of it, and is not known to be taken. */
  nextKey: Schema.optional(secretBytes),
  /** Its credential and what it has shown of it; undefined before it enrolls, and once it is told of a revocation. */
  credential: Schema.optional(Saved),
  /** The number that short messages of the account go to and come from. */
  telephone: Schema.optional(
    Schema.String.check(Schema.isPattern(Messages.telephone, { message: "a telephone number" }))
  ),
  /** What the secure hardware of the phone keeps: it is simulated, and here is the only place that it has. */
  hardware: Schema.optional(SecureHardware.Sealed)
})

/** What a phone keeps. */
export type Contents = typeof Contents.Type

/**
 * What scrypt (RFC 7914) needs to make a key of a passphrase: its `n` blocks of 128 · `r` bytes are held in memory at
 * once, and this is done `p` times.
 */
export interface Cost {
  readonly n: number
  readonly r: number
  readonly p: number
}

/** 128 MiB, and some tenths of a second: what is advised where somebody waits for it. */
export const usual: Cost = { n: 2 ** 17, r: 8, p: 1 }

/** Most memory that a file can ask for, in bytes, and most work, in blocks: twice and four times the usual. */
const [mostMemory, mostBlocks] = [2 ** 28, 2 ** 22]

const costs = (cost: Cost): string | undefined => {
  const { n, p, r } = cost
  const isPower = Number.isInteger(Math.log2(n)) && n >= 2 ** 14
  if (isPower && 128 * n * r <= mostMemory && n * r * p <= mostBlocks) return undefined
  return `n a power of two from 2^14, 128 n r at most ${mostMemory}, and n r p at most ${mostBlocks}`
}

const positive = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostBlocks }))

const nonceBytes = 12
const saltBytes = 16
const tagBytes = 16
const keyBytes = 32

const Derivation = Schema.Union([
  Schema.Struct({
    from: Schema.Literal("passphrase"),
    function: Schema.Literal("scrypt"),
    salt: hex(saltBytes),
    n: positive,
    r: positive,
    p: positive
  }).check(Schema.makeFilter(costs)),
  Schema.Struct({ from: Schema.Literal("key file") })
])

type Derivation = typeof Derivation.Type

const Header = {
  paycode: Schema.Literal("wallet"),
  /** A file of version 1 does not say which positions its phone has used: see {@link current}. */
  version: Schema.Literals([1, 2]),
  key: Derivation,
  cipher: Schema.Literal("AES-256-GCM"),
  nonce: hex(nonceBytes)
}

/** A wallet file as it lies there. */
const Sealed = Schema.Struct({
  ...Header,
  sealed: hex(tagBytes, Number.POSITIVE_INFINITY),
  digest: hex(32)
})

type Sealed = typeof Sealed.Type

/** The one form in which a value is written. */
const written = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/** What every version of a wallet file begins with. */
const beginning = written({ paycode: "wallet" }).replace(/\n}\n$/, ",\n")

/** Most bytes of a wallet file. */
const mostBytes = 1_000_000

/** What a wallet file is opened with: a passphrase, or the path of a file with a key. */
export type SealingKey =
  | { readonly _tag: "Passphrase"; readonly passphrase: Redacted.Redacted<string> }
  | { readonly _tag: "KeyFile"; readonly path: string }

/** The key of a passphrase. */
export const passphrase = (passphrase: Redacted.Redacted<string>): SealingKey => ({ _tag: "Passphrase", passphrase })

/** The key in a file: 32 bytes in hexadecimal, which only its owner can read. See {@link createKeyFile}. */
export const keyFile = (path: string): SealingKey => ({ _tag: "KeyFile", path })

/**
 * A wallet file that cannot be used, and was left as it was. Its reason: it is `missing`; or it `exists` where a new
 * one was to be made; others can read it (`too open`); it is no wallet file (`foreign`), one of another `version`, or
 * `damaged`; the `key` is another; another command uses it (`in use`); or the system lets nobody at it (`unreachable`).
 */
export class Unopened extends Schema.TaggedError<Unopened>()("Unopened", {
  reason: Schema.Literals([
    "missing",
    "exists",
    "too open",
    "foreign",
    "version",
    "damaged",
    "key",
    "in use",
    "unreachable"
  ]),
  path: Schema.String,
  expected: Schema.String,
  found: Schema.String
}) {
  override get message(): string {
    return `${this.path}: expected ${this.expected}, found ${this.found}`
  }
}

/**
 * A wallet file could not be written, or nobody knows whether it is on the disk. It holds what it held before or,
 * whole, what was to be written.
 */
export class Unsaved extends Schema.TaggedError<Unsaved>()("Unsaved", { path: Schema.String, found: Schema.String }) {
  override get message(): string {
    return `${this.path}: expected a place to write to, found ${this.found}`
  }
}

/** A wallet file that is in use by this process, and by no other. */
export interface WalletFile {
  readonly path: string
  readonly contents: Effect.Effect<Contents>
  /** Writes what becomes of the contents. When it is done, it is on the disk; until then the file is the old one. */
  readonly update: (change: (contents: Contents) => Contents) => Effect.Effect<void, Unsaved>
  /** Where the wallet of this file keeps its credential. It has what the file has now. */
  readonly store: Effect.Effect<Store<Unsaved>>
}

const refused =
  (path: string) =>
  (reason: Unopened["reason"], expected: string, found: string): Unopened =>
    new Unopened({ path, reason, expected, found })

/** What the system says of a failure: its own word for it, as ENOSPC. */
const said = ({ reason }: PlatformError.PlatformError): string => {
  const { cause } = reason
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : reason._tag
  return `a failure of the system (${code})`
}

const unreachable =
  (path: string) =>
  (error: PlatformError.PlatformError): Unopened =>
    error.reason._tag === "NotFound"
      ? refused(path)("missing", "a file", "none")
      : refused(path)("unreachable", "a file that can be read", said(error))

/** Reads a small file of which the owner alone has any rights. */
const readOwn = Effect.fnUntraced(function* (path: string, most: number) {
  const fs = yield* FileSystem.FileSystem
  const { mode, size, type } = yield* fs.stat(path).pipe(Effect.mapError(unreachable(path)))
  if (type !== "File") return yield* refused(path)("foreign", "a file", `something else (${type})`)
  const found = Permissions.tooWide(path, mode)
  if (found !== undefined) return yield* refused(path)("too open", Permissions.expected, found)
  if (size > most) return yield* refused(path)("foreign", `at most ${most} bytes`, `${size}`)
  // A byte is a character: what is not ASCII is not taken for anything else.
  return Buffer.from(yield* fs.readFile(path).pipe(Effect.mapError(unreachable(path)))).toString("latin1")
})

const derived = (text: Redacted.Redacted<string>, salt: string, { n, p, r }: Cost): Effect.Effect<Uint8Array> =>
  Effect.callback((resume) => {
    // The same passphrase on another keyboard (RFC 8265 section 4.2.1).
    const normal = Redacted.value(text).normalize("NFC")
    const settings = { N: n, r, p, maxmem: 2 * mostMemory }
    scrypt(normal, Buffer.from(salt, "hex"), keyBytes, settings, (error, key) =>
      resume(error === null ? Effect.succeed(key) : Effect.die(error))
    )
  })

/** The bytes of a key, for a file that says how it is made. */
const bytesOf = Effect.fnUntraced(function* (path: string, key: SealingKey, derivation: Derivation) {
  const expected = derivation.from === "passphrase" ? "the passphrase that it was sealed with" : "a key file"
  if (key._tag === "Passphrase") {
    if (derivation.from !== "passphrase") return yield* refused(path)("key", expected, "a passphrase")
    return Redacted.make(yield* derived(key.passphrase, derivation.salt, derivation))
  }
  if (derivation.from !== "key file") return yield* refused(path)("key", expected, "a key file")
  const text = yield* readOwn(key.path, 1000)
  if (!/^[0-9a-fA-F]{64}\s*$/.test(text)) {
    return yield* refused(key.path)("key", `${keyBytes} bytes in hexadecimal`, "other characters, or another length")
  }
  return Redacted.make<Uint8Array>(Buffer.from(text.trim(), "hex"))
})

/** Reads the text of a wallet file: everything in it but what is sealed. */
const parse = (path: string, text: string): Result.Result<Sealed, Unopened> => {
  const fail = (reason: Unopened["reason"], expected: string, found: string) =>
    Result.fail(refused(path)(reason, expected, found))
  if (!text.startsWith(beginning)) {
    return fail("foreign", "a wallet file", text === "" ? "an empty file" : "a file of another kind")
  }
  const json = Result.try((): unknown => JSON.parse(text))
  if (Result.isFailure(json)) return fail("damaged", "a wallet file that is whole", "one that is not")
  const { version } = json.success as { readonly version?: unknown }
  if (version !== 1 && version !== 2) return fail("version", "version 1 or 2", `version ${JSON.stringify(version)}`)
  const decoded = decode(Sealed, json.success)
  if (Result.isFailure(decoded)) {
    const [{ expected, found, path: field } = { expected: "", found: "", path: "" }] = decoded.failure
    return fail("damaged", `${field}: ${expected}`, found)
  }
  const { digest, ...rest } = decoded.success
  if (digest !== digestOf(rest) || written(decoded.success) !== text) {
    return fail("damaged", "a wallet file as it was written", "one that was changed")
  }
  return Result.succeed(decoded.success)
}

const digestOf = (undigested: Omit<Sealed, "digest">): string =>
  createHash("sha256").update(written(undigested)).digest("hex")

/**
 * The contents of a file of some version as those of the present one. Of version 1, which remembers no positions, the code on
 * the screen is taken to be the only one that was made over a transaction lately.
 */
const current = (version: Sealed["version"], contents: Contents): Contents => {
  const { credential } = contents
  const screen = credential?.screen
  if (version === 2 || credential === undefined || screen?.nonce === undefined) return contents
  return { ...contents, credential: { ...credential, recent: [screen.position] } }
}

/** Opens what is sealed; undefined where the key is another, or the file was made up. */
const unsealed = (key: Redacted.Redacted<Uint8Array>, file: Sealed): string | undefined => {
  const { digest: _, sealed, ...header } = file
  const bytes = Buffer.from(sealed, "hex")
  const decipher = createDecipheriv("aes-256-gcm", Redacted.value(key), Buffer.from(file.nonce, "hex"))
  decipher.setAAD(Buffer.from(written(header)))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const text = decipher.update(bytes.subarray(0, -tagBytes))
  return Result.getOrUndefined(Result.try(() => Buffer.concat([text, decipher.final()]).toString("utf8")))
}

/** The text of a wallet file. No nonce is used twice: each time it is drawn. */
const sealed = Effect.fnUntraced(function* (
  key: Redacted.Redacted<Uint8Array>,
  derivation: Derivation,
  contents: Contents
) {
  const random = yield* SecureRandom.SecureRandom
  const nonce = yield* random.randomBytes(nonceBytes)
  const header = {
    paycode: "wallet",
    version: 2,
    key: derivation,
    cipher: "AES-256-GCM",
    nonce: Buffer.from(nonce).toString("hex")
  } as const
  const cipher = createCipheriv("aes-256-gcm", Redacted.value(key), nonce)
  cipher.setAAD(Buffer.from(written(header)))
  const plain = JSON.stringify(Schema.encodeSync(Contents)(contents))
  const bytes = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()])
  const undigested = { ...header, sealed: bytes.toString("hex") }
  return written({ ...undigested, digest: digestOf(undigested) })
})

/** Writes a file that was not there, for its owner alone, to the disk. */
const writeNew = Effect.fnUntraced(function* (path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.open(path, { flag: "wx", mode: 0o600 })
  // What the process denies to new files it denies to their owner too.
  yield* fs.chmod(path, 0o600)
  yield* file.writeAll(Buffer.from(text))
  yield* file.sync
}, Effect.scoped)

/** Writes a file beside another and puts it in its place: at every moment the one or the other is there, and whole. */
const replace = Effect.fnUntraced(function* (path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const next = `${path}.new`
  const write = Effect.gen(function* () {
    // What a command that died has left there.
    yield* fs.remove(next, { force: true })
    yield* writeNew(next, text)
  })
  const putInPlace = Effect.gen(function* () {
    yield* fs.rename(next, path)
    // The new name itself is on the disk once the folder is.
    yield* (yield* fs.open(dirname(path), { flag: "r" })).sync
  })
  yield* Effect.andThen(write, Effect.scoped(putInPlace)).pipe(
    Effect.tapError(() => Effect.ignore(fs.remove(next, { force: true }))),
    Effect.mapError((error) => new Unsaved({ path, found: said(error) }))
  )
})

/** What SQLite says of a database that is locked: SQLITE_BUSY. */
const busy = 5

/**
 * Keeps every other process from using a wallet file, until the scope closes. It is the system's own lock on a database
 * that stays empty: the system takes it away from a process that has died, so that none is ever left behind.
 */
const lock = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const file = `${path}.lock`
  const take = Effect.try({
    try: () => {
      const database = new (Sqlite.sqlite().DatabaseSync)(file, { timeout: 0 })
      try {
        // Without a journal in memory it would leave one beside it.
        database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
        return database
      } catch (error) {
        database.close()
        throw error
      }
    },
    catch: (error) => {
      const isBusy = error instanceof Error && "errcode" in error && error.errcode === busy
      return isBusy
        ? refused(path)("in use", "a wallet file that nobody uses", "one that another command uses")
        : refused(path)("unreachable", "a folder in which it can be locked", `${(error as Error).message}`)
    }
  })
  // That it is closed here is also what keeps it from being collected, and its lock with it.
  yield* Effect.acquireRelease(take, (database) => Effect.sync(() => database.close()))
  // Who can read it could lock it.
  yield* fs.chmod(file, 0o600).pipe(Effect.mapError(unreachable(file)))
})

/** A wallet file that is locked. */
const held = Effect.fnUntraced(function* (
  path: string,
  key: Redacted.Redacted<Uint8Array>,
  derivation: Derivation,
  first: Contents
) {
  const context = yield* Effect.context<FileSystem.FileSystem | SecureRandom.SecureRandom>()
  const present = yield* Ref.make(first)
  const contents = Ref.get(present)
  const oneAtATime = Semaphore.withPermit(yield* Semaphore.make(1))
  const update = Effect.fnUntraced(
    function* (change: (contents: Contents) => Contents) {
      const changed = change(yield* contents)
      yield* replace(path, yield* sealed(key, derivation, changed))
      yield* Ref.set(present, changed)
    },
    Effect.provideContext(context),
    Effect.uninterruptible,
    oneAtATime
  )
  const store = Effect.map(
    contents,
    ({ credential }): Store<Unsaved> => ({
      saved: credential,
      save: (saved) => update((contents) => ({ ...contents, credential: saved }))
    })
  )
  const file: WalletFile = { path, contents, update, store }
  return file
})

/**
 * Opens a wallet file, and keeps other processes from it until the scope closes. Fails with {@link Unopened} where it
 * cannot be used, and then leaves it as it was.
 */
export const open = Effect.fnUntraced(function* (
  path: string,
  key: SealingKey
): Effect.fn.Return<WalletFile, Unopened, FileSystem.FileSystem | SecureRandom.SecureRandom | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  // Where the path is a link, it is the file itself that is replaced when it is written.
  const real = yield* fs.realPath(path).pipe(Effect.mapError(unreachable(path)))
  const read = Effect.flatMap(readOwn(real, mostBytes), (text) => Effect.fromResult(parse(real, text)))
  // Read once before, so that no lock is left beside a file that is no wallet.
  yield* read
  yield* lock(real)
  const file = yield* read
  const bytes = yield* bytesOf(real, key, file.key)
  const text = unsealed(bytes, file)
  if (text === undefined) {
    const expected = key._tag === "Passphrase" ? "the passphrase that it was sealed with" : "the key of its key file"
    return yield* refused(real)("key", expected, "another")
  }
  const decoded = decode(Contents, JSON.parse(text))
  if (Result.isFailure(decoded)) {
    // What was found there may be secret.
    const [problem = { path: "", expected: "contents" }] = decoded.failure
    return yield* refused(real)("damaged", `${problem.path}: ${problem.expected}`, "something else")
  }
  return yield* held(real, bytes, file.key, current(file.version, decoded.success))
})

/**
 * Makes a wallet file, where there is none, and keeps other processes from it until the scope closes. A passphrase is
 * made into a key at a cost, the usual one where it is left out.
 */
export const create = Effect.fnUntraced(function* (
  path: string,
  key: SealingKey,
  contents: Contents,
  cost: Cost = usual
): Effect.fn.Return<WalletFile, Unopened | Unsaved, FileSystem.FileSystem | SecureRandom.SecureRandom | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const random = yield* SecureRandom.SecureRandom
  const refuseOther = Effect.gen(function* () {
    const isThere = yield* fs.exists(path).pipe(Effect.mapError(unreachable(path)))
    if (isThere) return yield* refused(path)("exists", "no file yet", "one")
  })
  yield* refuseOther
  if (key._tag === "Passphrase" && Redacted.value(key.passphrase) === "") {
    return yield* refused(path)("key", "a passphrase", "an empty one")
  }
  yield* lock(path)
  yield* refuseOther
  const salt = Buffer.from(yield* random.randomBytes(saltBytes)).toString("hex")
  const { n, p, r } = cost
  const derivation: Derivation =
    key._tag === "Passphrase" ? { from: "passphrase", function: "scrypt", salt, n, r, p } : { from: "key file" }
  const bytes = yield* bytesOf(path, key, derivation)
  yield* replace(path, yield* sealed(bytes, derivation, contents))
  return yield* held(yield* fs.realPath(path).pipe(Effect.mapError(unreachable(path))), bytes, derivation, contents)
})

/** Makes a key file, where there is none: 32 bytes that are drawn, in hexadecimal, for its owner alone. */
export const createKeyFile = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<void, Unopened | Unsaved, FileSystem.FileSystem | SecureRandom.SecureRandom> {
  const random = yield* SecureRandom.SecureRandom
  const bytes = yield* random.randomBytes(keyBytes)
  yield* writeNew(path, `${Buffer.from(bytes).toString("hex")}\n`).pipe(
    Effect.mapError((error) =>
      error.reason._tag === "AlreadyExists"
        ? refused(path)("exists", "no file yet", "one")
        : new Unsaved({ path, found: said(error) })
    )
  )
})
