/**
 * The phone's file: what is kept is found again, by nobody without the key, whole after every crash; and what is not a
 * wallet file of this key, as it was written, is refused and left as it is. PAYCODE_SEED chooses what is drawn.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createCipheriv, createDecipheriv, createHash, scryptSync } from "node:crypto"
import { once } from "node:events"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { inspect } from "node:util"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import { Transaction } from "../credentials/Credentials.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Wallet from "./Wallet.ts"
import * as WalletFile from "./WalletFile.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

// What a test may take: the least that a file can ask for.
const cheap: WalletFile.Cost = { n: 2 ** 14, r: 8, p: 1 }

let folder: string
let path: string
let keyPath: string
let key: WalletFile.SealingKey

const services = Layer.mergeAll(NodeFileSystem.layer, SecureRandom.layerWebCrypto)

/** Runs something, and closes what it opened. */
const run = <A, E>(
  effect: Effect.Effect<A, E, FileSystem.FileSystem | SecureRandom.SecureRandom | Scope.Scope>
): Promise<A> => Effect.runPromise(Effect.provide(Effect.scoped(effect), services))

const opened = (by = key): Promise<WalletFile.Contents> =>
  run(Effect.flatMap(WalletFile.open(path, by), ({ contents }) => contents))

const refusal = (by = key, at = path): Promise<WalletFile.Unopened> => run(Effect.flip(WalletFile.open(at, by)))

const created = (contents: WalletFile.Contents, by = key): Promise<void> =>
  run(Effect.asVoid(WalletFile.create(path, by, contents, cheap)))

/** Contents as they are before they are sealed: what can be compared. */
const plain = Schema.encodeSync(WalletFile.Contents)

/** What a file is, and what lies beside it but for its lock: what a refusal must leave. */
const traces = (at = path) => ({
  bytes: readFileSync(at, "latin1"),
  mode: statSync(at).mode,
  changed: statSync(at).mtimeMs,
  file: statSync(at).ino,
  beside: readdirSync(folder).filter((name) => !name.endsWith(".lock"))
})

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "paycode-wallet-"))
  path = join(folder, "wallet.json")
  keyPath = join(folder, "key")
  key = WalletFile.keyFile(keyPath)
  await run(WalletFile.createKeyFile(keyPath))
})
beforeEach(() => rmSync(path, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
const naturals = fc.nat({ max: 2 ** 40 })

const secrets = fc.oneof(
  bytes(32).map((seed) => ({ _tag: "Seed" as const, seed: Redacted.make(seed) })),
  fc
    .array(fc.record({ scanned: digits(18), revealed: digits(18) }), { minLength: 1, maxLength: 50 })
    .map((codes) => ({ _tag: "Drawn" as const, codes: Redacted.make(codes) }))
)

const saved: fc.Arbitrary<Wallet.Saved> = fc.record(
  {
    number: naturals,
    prefix: digits(2),
    alias: fc.oneof(digits(10), fc.constant("")),
    secret: secrets,
    shown: fc.nat({ max: 1000 }),
    clockDifference: fc.integer({ min: -1e12, max: 1e12 }),
    screen: fc.record(
      {
        position: naturals,
        revealed: fc.boolean(),
        shownAt: fc.integer(),
        nonce: bytes(Transaction.nonceBytes).map(Transaction.nonceOf)
      },
      { requiredKeys: ["position", "revealed", "shownAt"] }
    )
  },
  { requiredKeys: ["number", "prefix", "alias", "secret", "shown", "clockDifference"] }
)

const contents: fc.Arbitrary<WalletFile.Contents> = fc.record(
  {
    provider: fc.webUrl(),
    scheme: fc.constantFrom(...Fixtures.builtIn),
    account: naturals,
    phone: naturals,
    signingKey: bytes(32).map((bytes) => Redacted.make(bytes)),
    credential: saved,
    telephone: naturals.map((number) => Fixtures.telephone(number % 1000)),
    hardware: fc.record(
      {
        credential: naturals,
        wrong: fc.nat(),
        salt: bytes(16).map((bytes) => Redacted.make(bytes)),
        nonce: bytes(12).map((bytes) => Redacted.make(bytes)),
        sealed: bytes(48).map((bytes) => Redacted.make(bytes))
      },
      { requiredKeys: ["credential", "wrong", "salt", "nonce"] }
    )
  },
  { requiredKeys: ["provider", "scheme", "account", "phone", "signingKey"] }
)

/** A list of codes that count up. */
const list = (size: number): Wallet.Saved => {
  const numbered = (at: number, by: string) => `${by}${at.toString().padStart(16, "0")}`
  const codes = Array.from({ length: size }, (_, at) => ({ scanned: numbered(at, "10"), revealed: numbered(at, "11") }))
  const secret = { _tag: "Drawn", codes: Redacted.make(codes) } as const
  return { number: 7, prefix: "", alias: "", secret, shown: 0, clockDifference: 0 }
}

const example: WalletFile.Contents = {
  provider: "https://provider.example",
  scheme: Fixtures.wechat,
  account: 3,
  phone: 4,
  signingKey: Redacted.make(Uint8Array.from({ length: 32 }, (_, index) => 0x40 + index)),
  credential: list(10)
}

describe("a wallet file", () => {
  it(`is found again as it was written, first and last, seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(contents, contents, async (first, last) => {
        rmSync(path, { force: true })
        await created(first)
        expect(plain(await opened())).toEqual(plain(first))
        await run(Effect.flatMap(WalletFile.open(path, key), ({ update }) => update(() => last)))
        expect(plain(await opened())).toEqual(plain(last))
      }),
      { seed, numRuns: 30 }
    )
  })

  it("opens by its passphrase, however a keyboard composes its letters, and by no other", async () => {
    const by = (text: string) => WalletFile.passphrase(Redacted.make(text))
    await created(example, by("caf\u00e9 au lait"))
    expect(plain(await opened(by("cafe\u0301 au lait")))).toEqual(plain(example))
    const before = traces()
    const wrong = await refusal(by("cafe au lait"))
    expect(wrong.reason).toBe("key")
    expect(wrong.message).toBe(`${path}: expected the passphrase that it was sealed with, found another`)
    expect((await refusal(key)).message).toBe(
      `${path}: expected the passphrase that it was sealed with, found a key file`
    )
    expect(traces()).toEqual(before)
  })

  it("opens by its own key file alone", async () => {
    await created(example)
    const before = traces()
    const other = join(folder, "other key")
    await run(WalletFile.createKeyFile(other))
    const wrong = await refusal(WalletFile.keyFile(other))
    expect([wrong.reason, wrong.found]).toEqual(["key", "another"])
    const typed = await refusal(WalletFile.passphrase(Redacted.make("a passphrase")))
    expect([typed.reason, typed.expected, typed.found]).toEqual(["key", "a key file", "a passphrase"])
    rmSync(other)
    expect((await refusal(WalletFile.keyFile(other))).reason).toBe("missing")
    writeFileSync(other, "f".repeat(63), { mode: 0o600 })
    expect((await refusal(WalletFile.keyFile(other))).message).toBe(
      `${other}: expected 32 bytes in hexadecimal, found other characters, or another length`
    )
    chmodSync(other, 0o640)
    expect((await refusal(WalletFile.keyFile(other))).reason).toBe("too open")
    rmSync(other)
    expect(traces()).toEqual(before)
  })

  it("is what its description says: by hand, it opens as well", async () => {
    await created(example, WalletFile.passphrase(Redacted.make("by hand")))
    const text = readFileSync(path, "utf8")
    const { digest, sealed, ...header } = JSON.parse(text)
    expect(text).toBe(`${JSON.stringify({ ...header, sealed, digest }, null, 2)}\n`)
    expect(header).toMatchObject({
      paycode: "wallet",
      version: 2,
      key: { from: "passphrase", function: "scrypt", ...cheap },
      cipher: "AES-256-GCM"
    })
    const undigested = `${JSON.stringify({ ...header, sealed }, null, 2)}\n`
    expect(createHash("sha256").update(undigested).digest("hex")).toBe(digest)
    const { n: N, p, r, salt } = header.key
    const bytes = scryptSync("by hand", Buffer.from(salt, "hex"), 32, { N, r, p })
    const decipher = createDecipheriv("aes-256-gcm", bytes, Buffer.from(header.nonce, "hex"))
    decipher.setAAD(Buffer.from(`${JSON.stringify(header, null, 2)}\n`))
    decipher.setAuthTag(Buffer.from(sealed.slice(-32), "hex"))
    const opened = decipher.update(sealed.slice(0, -32), "hex", "utf8") + decipher.final("utf8")
    expect(JSON.parse(opened)).toEqual(JSON.parse(JSON.stringify(plain(example))))
  })

  it("of version 1 opens as one that remembers the code on its screen, and is written as one of version 2", async () => {
    const { credential } = example
    const screen = { position: 7, revealed: false, shownAt: 5, nonce: "AAECAwQFBgcICQoL" }
    const old = { ...example, credential: { ...credential!, screen } }
    await created(old)
    const bytes = Buffer.from(readFileSync(keyPath, "utf8").trim(), "hex")
    const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
    const { digest: _, sealed: __, ...file } = JSON.parse(readFileSync(path, "utf8"))
    const header = { ...file, version: 1 }
    const cipher = createCipheriv("aes-256-gcm", bytes, Buffer.from(header.nonce, "hex"))
    cipher.setAAD(Buffer.from(text(header)))
    const whole = Buffer.concat([
      cipher.update(JSON.stringify(plain(old)), "utf8"),
      cipher.final(),
      cipher.getAuthTag()
    ])
    const undigested = { ...header, sealed: whole.toString("hex") }
    write(text({ ...undigested, digest: createHash("sha256").update(text(undigested)).digest("hex") }))
    const remembered = { ...old, credential: { ...old.credential, recent: [7] } }
    expect(plain(await opened())).toEqual(plain(remembered))
    await run(Effect.flatMap(WalletFile.open(path, key), ({ update }) => update((same) => same)))
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: 2 })
    expect(plain(await opened())).toEqual(plain(remembered))
  })

  it("has a nonce of its own each time, and tells nothing of what is in it", async () => {
    await created(example)
    const texts = [readFileSync(path, "utf8")]
    for (let time = 0; time < 20; time++) {
      await run(Effect.flatMap(WalletFile.open(path, key), ({ update }) => update((same) => same)))
      texts.push(readFileSync(path, "utf8"))
    }
    const nonces = texts.map((text) => JSON.parse(text).nonce)
    expect(new Set(nonces).size).toBe(21)
    const signingKey = Buffer.from(Redacted.value(example.signingKey)).toString("hex")
    const told = [signingKey, "provider.example", "wechat", "1000000000", Buffer.from("1000000000").toString("hex")]
    for (const text of texts) for (const secret of told) expect(text).not.toContain(secret)
    const printed = inspect(await opened(), { depth: 9 })
    expect(printed).toContain("<redacted>")
    expect(printed).not.toMatch(/10000000000000000|404142|64, 65, 66/)
  })

  it("is made for its owner alone, whatever the process would let others do", async () => {
    for (const mask of [0o000, 0o022, 0o277]) {
      const before = process.umask(mask)
      try {
        rmSync(path, { force: true })
        await created(example)
        expect(statSync(path).mode & 0o777).toBe(0o600)
        await run(Effect.flatMap(WalletFile.open(path, key), ({ update }) => update((same) => same)))
        expect(statSync(path).mode & 0o777).toBe(0o600)
      } finally {
        process.umask(before)
      }
    }
    for (const file of [keyPath, `${path}.lock`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).sort()).toEqual(["key", "wallet.json", "wallet.json.lock"])
  })

  it("is not made where there is one, or for a passphrase that is empty", async () => {
    const none = WalletFile.passphrase(Redacted.make(""))
    expect(await run(Effect.flip(WalletFile.create(path, none, example)))).toMatchObject({ reason: "key" })
    await created(example)
    const before = traces()
    expect(await run(Effect.flip(WalletFile.create(path, key, example)))).toMatchObject({ reason: "exists" })
    expect(await run(Effect.flip(WalletFile.createKeyFile(keyPath)))).toMatchObject({ reason: "exists", path: keyPath })
    expect(traces()).toEqual(before)
  })

  it("stays behind its link when it is written", async () => {
    await created(example)
    const link = join(folder, "link")
    symlinkSync(path, link)
    await run(Effect.flatMap(WalletFile.open(link, key), ({ update }) => update((old) => ({ ...old, phone: 99 }))))
    rmSync(link)
    expect((await opened()).phone).toBe(99)
  })
})

/** A wallet file with something else in it, and the digest of that. */
const forged = (change: (file: Record<string, unknown>) => Record<string, unknown>): string => {
  const { digest: _, ...undigested } = change(JSON.parse(readFileSync(path, "utf8")))
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  return text({ ...undigested, digest: createHash("sha256").update(text(undigested)).digest("hex") })
}

const write = (text: string | Buffer): void => writeFileSync(path, text, { mode: 0o600 })

describe("a file that is refused is left as it was:", () => {
  it(`one of which others have any rights, seed ${seed}`, async () => {
    await created(example)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 0o77 }), async (others) => {
        chmodSync(path, 0o600 | others)
        const before = traces()
        const refused = await refusal()
        expect(refused.reason).toBe("too open")
        expect(refused.message).toBe(
          `${path}: expected permissions 0600, found 0${(0o600 | others).toString(8)}, ` +
            `which lets others at it: run chmod 600 ${path}`
        )
        expect(traces()).toEqual(before)
      }),
      { seed, numRuns: 63 }
    )
    chmodSync(path, 0o600)
    expect(plain(await opened())).toEqual(plain(example))
  })

  it(`one in which any bits were flipped, seed ${seed}`, async () => {
    await created(example)
    const whole = readFileSync(path)
    const flip = fc.nat({ max: whole.length * 8 - 1 })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(flip, { minLength: 1, maxLength: 3 }), async (bits) => {
        const flipped = Buffer.from(whole)
        for (const bit of bits) flipped[bit >> 3]! ^= 1 << (bit & 7)
        write(flipped)
        const before = traces()
        expect(["damaged", "foreign", "version"]).toContain((await refusal()).reason)
        expect(traces()).toEqual(before)
      }),
      // The first bits of the words that say what it is, and of its version.
      { seed, numRuns: 300, examples: [[[0]], [[24]], [[whole.indexOf('"version": 2') * 8 + 88]]] }
    )
  })

  it(`one that breaks off, or goes on, seed ${seed}`, async () => {
    await created(example)
    const whole = readFileSync(path)
    const lengths = fc.nat({ max: whole.length - 1 })
    await fc.assert(
      fc.asyncProperty(lengths, fc.string({ minLength: 1 }), async (length, more) => {
        for (const text of [whole.subarray(0, length), Buffer.concat([whole, Buffer.from(more)])]) {
          write(text)
          const before = traces()
          expect(["damaged", "foreign"]).toContain((await refusal()).reason)
          expect(traces()).toEqual(before)
        }
      }),
      { seed, numRuns: 100, examples: [[whole.length - 1, "\n"]] }
    )
  })

  it("one of another version, by its version", async () => {
    await created(example)
    write(forged((file) => ({ ...file, version: 3 })))
    const before = traces()
    expect((await refusal()).message).toBe(`${path}: expected version 1 or 2, found version 3`)
    expect(traces()).toEqual(before)
  })

  it("one of another kind, by what it is", async () => {
    const others = [
      ["", "an empty file"],
      ["281234567890123456\n", "a file of another kind"],
      ['{"paycode": "trace"}', "a file of another kind"],
      ["x".repeat(1_000_001), "1000001"]
    ] as const
    for (const [text, found] of others) {
      write(text)
      const before = traces()
      rmSync(`${path}.lock`, { force: true })
      const refused = await refusal()
      expect([refused.reason, refused.found]).toEqual(["foreign", found])
      expect(traces()).toEqual(before)
      expect(readdirSync(folder)).not.toContain("wallet.json.lock")
    }
    expect(await refusal(key, folder)).toMatchObject({ reason: "foreign", found: "something else (Directory)" })
    expect(await refusal(key, join(folder, "none"))).toMatchObject({ reason: "missing", found: "none" })
  })

  it("one that asks for more memory or work than a wallet needs, before it is given any", async () => {
    await created(example, WalletFile.passphrase(Redacted.make("a passphrase")))
    const before = readFileSync(path, "utf8")
    const asks = [
      { n: 2 ** 21, r: 8, p: 1 },
      { n: 2 ** 19, r: 8, p: 1 },
      { n: 2 ** 17, r: 8, p: 64 },
      { n: 2 ** 14, r: 1, p: 2 ** 20 },
      { n: 2 ** 10, r: 8, p: 1 },
      { n: 2 ** 17 + 1, r: 8, p: 1 },
      { n: -1, r: 8, p: 1 },
      { n: 2 ** 17, r: 0.5, p: 1 }
    ]
    for (const cost of asks) {
      write(before)
      write(forged((file) => ({ ...file, key: { ...(file.key as object), ...cost } })))
      const unchanged = traces()
      const refused = await refusal(WalletFile.passphrase(Redacted.make("a passphrase")))
      expect(refused).toMatchObject({ reason: "damaged" })
      expect(refused.expected).toMatch(/^key/)
      expect(traces()).toEqual(unchanged)
    }
  })

  it(`one that was made up by somebody without the key, seed ${seed}`, async () => {
    await created(example)
    const before = readFileSync(path, "utf8")
    const fields = fc.constantFrom("nonce" as const, "sealed" as const)
    await fc.assert(
      fc.asyncProperty(fields, fc.nat(), async (field, at) => {
        write(before)
        const changed = (text: string): string => {
          const place = at % text.length
          return `${text.slice(0, place)}${text[place] === "0" ? "1" : "0"}${text.slice(place + 1)}`
        }
        write(forged((file) => ({ ...file, [field]: changed(file[field] as string) })))
        const unchanged = traces()
        expect((await refusal()).reason).toBe("key")
        expect(traces()).toEqual(unchanged)
      }),
      { seed, numRuns: 50 }
    )
  })
})

/** What the disk can fail at while a file is written. */
const failures = ["open", "writeAll", "sync", "rename"] as const

/** A file system that fails at one of these, as a disk does that is full, while it is told to. */
const failing = (fails: { at: (typeof failures)[number] | undefined }): Layer.Layer<FileSystem.FileSystem> =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs) => {
      const full = PlatformError.systemError({
        _tag: "Unknown",
        module: "FileSystem",
        method: "write",
        cause: Object.assign(new Error("no space"), { code: "ENOSPC" })
      })
      const unless = <A, R>(
        what: (typeof failures)[number],
        effect: Effect.Effect<A, PlatformError.PlatformError, R>
      ): Effect.Effect<A, PlatformError.PlatformError, R> =>
        Effect.suspend(() => (fails.at === what ? Effect.fail(full) : effect))
      return {
        ...fs,
        open: (path, options) =>
          unless("open", fs.open(path, options)).pipe(
            Effect.map((file) => ({
              ...file,
              writeAll: (bytes) => unless("writeAll", file.writeAll(bytes)),
              sync: unless("sync", file.sync)
            }))
          ),
        rename: (from, to) => unless("rename", fs.rename(from, to))
      }
    })
  ).pipe(Layer.provide(NodeFileSystem.layer))

const phoneOf = Effect.fnUntraced(function* (file: WalletFile.WalletFile) {
  const { scheme, ...owner } = yield* file.contents
  return yield* Wallet.make(Rules.strict(scheme), owner, yield* file.store)
})

describe("a phone with a file", () => {
  it("goes on where it stopped", async () => {
    await created(example)
    const shown = (count: number) =>
      run(
        Effect.gen(function* () {
          const wallet = yield* phoneOf(yield* WalletFile.open(path, key))
          return yield* Effect.forEach(Array.from({ length: count }), () => wallet.show())
        })
      )
    const positions = [...(await shown(2)), ...(await shown(3)), ...(await shown(1))].map(({ position }) => position)
    expect(positions).toEqual([0, 1, 2, 3, 4, 5])
    expect((await opened()).credential).toMatchObject({ shown: 6, screen: { position: 5, revealed: false } })
  })

  it.each(failures)("shows no code where %s fails, leaves the file as it was, and goes on after it", async (at) => {
    await created(example)
    const before = readFileSync(path)
    const fails: { at: (typeof failures)[number] | undefined } = { at: undefined }
    const program = Effect.gen(function* () {
      const file = yield* WalletFile.open(path, key)
      const wallet = yield* phoneOf(file)
      fails.at = at
      const refused = yield* Effect.flip(wallet.show())
      expect(refused).toEqual(new WalletFile.Unsaved({ path, found: "a failure of the system (ENOSPC)" }))
      expect(refused.message).toBe(`${path}: expected a place to write to, found a failure of the system (ENOSPC)`)
      expect(yield* wallet.left).toBe(Fixtures.wechat.token.batch)
      expect((yield* file.contents).credential?.shown).toBe(0)
      expect(readFileSync(path)).toEqual(before)
      expect(readdirSync(folder)).not.toContain("wallet.json.new")
      fails.at = undefined
      return yield* wallet.show()
    })
    const layer = Layer.mergeAll(failing(fails), SecureRandom.layerWebCrypto)
    const { position } = await Effect.runPromise(Effect.provide(Effect.scoped(program), layer))
    expect(position).toBe(0)
    expect((await opened()).credential?.shown).toBe(1)
  })

  it("writes what two of its fibres do one after the other, and shows no code twice", async () => {
    await created(example)
    const positions = await run(
      Effect.gen(function* () {
        const file = yield* WalletFile.open(path, key)
        const wallet = yield* phoneOf(file)
        const shows = Array.from({ length: 10 }, () => wallet.show())
        const renames = Array.from({ length: 10 }, () => file.update((old) => ({ ...old, account: old.account + 1 })))
        const [screens] = yield* Effect.all(
          [Effect.all(shows, { concurrency: "unbounded" }), Effect.all(renames, { concurrency: "unbounded" })],
          { concurrency: "unbounded" }
        )
        return screens.map(({ position }) => position)
      })
    )
    expect(positions.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await opened()).toMatchObject({ account: example.account + 10, credential: { shown: 10 } })
  })
})

/**
 * Another process that opens the file, says so, shows code after code, and says each. It kills itself in the middle of
 * the step of writing that it is told, of all the steps that it takes.
 */
const program = `
  import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
  import * as SecureRandom from "effect/crypto/SecureRandom"
  import * as Effect from "effect/Effect"
  import * as FileSystem from "effect/FileSystem"
  import * as Layer from "effect/Layer"
  import { writeSync } from "node:fs"
  import * as Rules from "./model/Rules.ts"
  import * as Wallet from "./impl/wallet/Wallet.ts"
  import * as WalletFile from "./impl/wallet/WalletFile.ts"
  const [path, keyPath, codes, last] = process.argv.slice(1)
  const say = (line) => writeSync(1, line + "\\n")
  const use = Effect.gen(function* () {
    const file = yield* WalletFile.open(path, WalletFile.keyFile(keyPath))
    const { scheme, ...owner } = yield* file.contents
    const wallet = yield* Wallet.make(Rules.strict(scheme), owner, yield* file.store)
    say("open")
    for (let shown = 0; shown < Number(codes); shown++) say((yield* wallet.show()).code)
    setInterval(() => {}, 1000)
    yield* Effect.never
  })
  let steps = 0
  const step = (whole, half = Effect.void) => Effect.suspend(() => {
    if (++steps !== Number(last)) return whole
    return Effect.andThen(half, Effect.sync(() => process.kill(process.pid, "SIGKILL")))
  })
  const mortal = Layer.effect(FileSystem.FileSystem, Effect.map(FileSystem.FileSystem, (fs) => ({
    ...fs,
    remove: (...args) => step(fs.remove(...args)),
    chmod: (...args) => step(fs.chmod(...args)),
    rename: (...args) => step(fs.rename(...args)),
    open: (...args) => Effect.map(step(fs.open(...args)), (file) => ({
      writeAll: (bytes) => step(file.writeAll(bytes), file.writeAll(bytes.subarray(0, bytes.length / 2))),
      sync: step(file.sync)
    }))
  }))).pipe(Layer.provide(NodeFileSystem.layer))
  const layer = Layer.mergeAll(mortal, SecureRandom.layerWebCrypto)
  await Effect.runPromise(Effect.provide(Effect.scoped(use), layer))
`

const another = (codes: number, last = 0): ChildProcess =>
  spawn(process.execPath, ["--input-type=module", "-e", program, path, keyPath, `${codes}`, `${last}`], {
    cwd: new URL("../..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"]
  })

describe("another process", () => {
  it("is kept from the file while one uses it, and so is this one", async () => {
    await created(example)
    const child = another(0)
    const [line] = await once(createInterface(child.stdout!), "line")
    expect(line).toBe("open")
    const before = traces()
    const refused = await refusal()
    expect(refused.reason).toBe("in use")
    expect(refused.message).toBe(
      `${path}: expected a wallet file that nobody uses, found one that another command uses`
    )
    expect(traces()).toEqual(before)
    child.kill("SIGKILL")
    await once(child, "exit")
    // What is dead uses nothing.
    expect(plain(await opened())).toEqual(plain(example))
    const twice = Effect.andThen(WalletFile.open(path, key), Effect.flip(WalletFile.open(path, key)))
    expect((await run(twice)).reason).toBe("in use")
  })

  it("is told where the file cannot be locked", async () => {
    await created(example)
    rmSync(`${path}.lock`)
    mkdirSync(`${path}.lock`)
    expect(await refusal()).toMatchObject({ reason: "unreachable", expected: "a folder in which it can be locked" })
    rmSync(`${path}.lock`, { recursive: true })
  })

  it("leaves the old file or the new one at whichever step of writing it dies", async () => {
    // The first step is the lock's permissions; then one code is saved, in eight.
    const steps = 1 + 8
    const ends: Array<string> = []
    for (let last = 2; last <= steps; last++) {
      rmSync(path, { force: true })
      await created(example)
      const child = another(1, last)
      const shown: Array<string> = []
      const lines = createInterface(child.stdout!)
      lines.on("line", (line) => shown.push(line))
      await once(lines, "close")
      const { credential } = await opened()
      ends.push(`${credential!.shown} saved, ${shown.length - 1} shown`)
    }
    // The sixth of them puts the new file in place.
    const times = (count: number, end: string) => Array.from({ length: count }, () => end)
    expect(ends).toEqual([...times(6, "0 saved, 0 shown"), ...times(2, "1 saved, 0 shown")])
  })

  it(`leaves the old file or the new one when it is killed, and no code is shown twice, seed ${seed}`, async () => {
    const size = 1000
    const scheme = { ...Fixtures.wechat, token: { ...Fixtures.wechat.token, batch: size } }
    let all = 0
    const moments = fc.record({
      // What a machine shows within a time depends on what else it has to do: it is killed so long after so many codes.
      codes: fc.integer({ min: 0, max: 30 }),
      milliseconds: fc.integer({ min: 0, max: 15 })
    })
    await fc.assert(
      fc.asyncProperty(moments, async ({ codes, milliseconds }) => {
        rmSync(path, { force: true })
        await created({ ...example, scheme, credential: list(size) })
        const shown: Array<string> = []
        for (let life = 0; life < 2; life++) {
          const child = another(size)
          const enough = shown.length + codes
          const lines = createInterface(child.stdout!)
          await new Promise<void>((resolve) => {
            lines.on("line", (line) => {
              if (line !== "open") shown.push(line)
              if (shown.length >= enough) resolve()
            })
          })
          await new Promise((resolve) => setTimeout(resolve, milliseconds))
          child.kill("SIGKILL")
          await once(lines, "close")
          const { credential } = await opened()
          // Each life may have saved one code that it had no time to show.
          expect(credential!.shown).toBeGreaterThanOrEqual(shown.length)
          expect(credential!.shown).toBeLessThanOrEqual(shown.length + life + 1)
        }
        expect(new Set(shown).size).toBe(shown.length)
        all += shown.length
      }),
      { seed, numRuns: Number(process.env.PAYCODE_KILLS ?? 4) }
    )
    expect(all).toBeGreaterThan(0)
  })
})
