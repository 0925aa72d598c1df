/** CommandLine: the commands, as processes in a folder of their own, and a provider among them that serves until it is ended. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../main.ts", import.meta.url))

/** What a command came to. */
export interface Came {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A provider that serves, in a process of its own. */
export interface Serving {
  readonly url: string
  /** What it has printed so far, and what it has logged. */
  readonly said: () => string
  readonly log: () => string
  /** Ends it with a signal, and waits for that. Answers with what it ended. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** A folder, and the commands that are run in it. */
export interface CommandLine {
  readonly folder: string
  /** Runs a command, given as it is typed: words with spaces between them. */
  readonly run: (given: string, others?: Readonly<Record<string, string>>) => Came
  /** Starts `serve` on a free port, and waits until it listens. */
  readonly serve: (given?: string, others?: Readonly<Record<string, string>>) => Promise<Serving>
  /** Ends what still runs, and takes the folder away. */
  readonly close: () => Promise<void>
}

/** The payment password, and the passphrase of every wallet. */
export const secret = "correct-horse-battery"

const words = (given: string): ReadonlyArray<string> => given.split(" ").filter((word) => word !== "")

/** Any port, where none is said. */
const port = (given: string): ReadonlyArray<string> => (given.includes("--port") ? [] : ["--port", "0"])

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode)
    else child.once("exit", (code) => resolve(code))
  })

/** What a process prints, as it comes. */
const printed = (child: ChildProcess, heard: (all: string) => void): void => {
  let said = ""
  child.stdout!.on("data", (part) => {
    said += part
    heard(said)
  })
}

/** Where a provider says that it listens; undefined where it ends without having said so. */
const addressIn = (said: string): string | undefined => / at (http:\/\/[\d.]+:\d+),/.exec(said)?.[1]

/** Opens a folder to run commands in. */
export const open = (): CommandLine => {
  const folder = mkdtempSync(join(tmpdir(), "paycode-commands-"))
  const running = new Set<ChildProcess>()
  const settings = (others: Readonly<Record<string, string>> = {}) => ({
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", PAYCODE_PASSWORD: secret, PAYCODE_PASSPHRASE: secret, ...others }
  })
  return {
    folder,
    run: (given, others) =>
      spawnSync(process.execPath, [main, ...words(given)], { ...settings(others), encoding: "utf8", timeout: 600_000 }),
    serve: async (given = "", others) => {
      const child = spawn(process.execPath, [main, "serve", ...port(given), ...words(given)], settings(others))
      running.add(child)
      let log = ""
      child.stderr.on("data", (part) => {
        log += part
      })
      let said = ""
      const url = await new Promise<string | undefined>((resolve) => {
        child.once("exit", () => resolve(undefined))
        printed(child, (all) => {
          said = all
          if (addressIn(all) !== undefined) resolve(addressIn(all))
        })
      })
      if (url === undefined) throw new Error(`serve: expected a provider that listens, found ${log}`)
      return {
        url,
        said: () => said,
        log: () => log,
        end: async (signal = "SIGTERM") => {
          child.kill(signal)
          const code = await ended(child)
          running.delete(child)
          return code
        }
      }
    },
    close: async () => {
      for (const child of running) {
        child.kill("SIGKILL")
        await ended(child)
      }
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
