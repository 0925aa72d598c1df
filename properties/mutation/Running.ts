/** Running: one process at a time, ended with all that it started when it takes too long. */
import { spawn } from "node:child_process"

/** A process to run. */
export interface Order {
  readonly folder: string
  /** What follows `node` on its command line. */
  readonly words: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
  readonly input: string
  /** After how many milliseconds it is ended. */
  readonly within: number
}

/** What became of it. */
export interface Ended {
  /** Its exit code; undefined where it was ended from outside. */
  readonly code: number | undefined
  readonly isLate: boolean
  readonly output: string
  readonly errors: string
  readonly seconds: number
}

/** Runs Node on some words, and waits until it has ended. */
export const run = ({ environment, folder, input, within, words }: Order): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(process.execPath, [...words], {
      cwd: folder,
      env: { ...process.env, NODE_COMPILE_CACHE: `${folder}/.cache`, ...environment },
      detached: true
    })
    let [output, errors] = ["", ""]
    let isLate = false
    const end = (): void => {
      // Those that it started are of its group: one of them may go on without it.
      try {
        process.kill(-child.pid!, "SIGKILL")
      } catch {
        // They are gone.
      }
    }
    const timer = setTimeout(() => {
      isLate = true
      end()
    }, within)
    child.stdout.setEncoding("utf8").on("data", (part: string) => (output += part))
    child.stderr.setEncoding("utf8").on("data", (part: string) => (errors += part))
    child.on("error", reject)
    process.once("exit", end)
    child.on("close", (code) => {
      clearTimeout(timer)
      process.off("exit", end)
      end()
      const seconds = Math.round(performance.now() - began) / 1000
      resolve({ code: code ?? undefined, isLate, output, errors, seconds })
    })
    child.stdin.on("error", () => {})
    child.stdin.end(input)
  })
