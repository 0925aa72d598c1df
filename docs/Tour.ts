/**
 * Tour: runs the tour of its guide as it stands there, and ends with 1 where a command does not end as it is written to.
 * Comments between its blocks say what somebody with two terminals would do in the first of them.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createWriteStream, mkdirSync, readFileSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = `${root}out/tour`

/** Where the tour stands, from the root. */
const guide = "docs/guides/tour.md"

/** A part of the tour: something to type, or something to do in the first terminal. */
interface Part {
  readonly terminal: "first" | "second" | "stop"
  readonly script: string
}

/** The parts of a tour in a text. */
export const parts = (text: string): ReadonlyArray<Part> => {
  const [, tour] = /<!-- tour:begin -->([\s\S]*)<!-- tour:end -->/.exec(text) ?? []
  if (tour === undefined) throw new Error(`${guide}: expected a tour, between its comments, found none`)
  const found: Array<Part> = []
  let terminal: Part["terminal"] = "second"
  for (const [, mark, script] of tour.matchAll(/<!-- tour: (first terminal|stop) -->|```sh\n([\s\S]*?)```/g)) {
    if (mark === "stop") found.push({ terminal: "stop", script: "" })
    if (mark !== undefined) terminal = mark === "stop" ? "second" : "first"
    if (script === undefined) continue
    found.push({ terminal, script })
    terminal = "second"
  }
  return found
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Whether somebody listens. */
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })

/** How long the commands of one block may take together, in milliseconds: some of them wait for others. */
const patience = 120_000

/** With what a command ends; with 1 where it does not, in time. */
const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    const timer = globalThis.setTimeout(() => {
      say(`\nA command did not end within ${patience / 1000} seconds.`)
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
      resolve(1)
    }, patience)
    child.once("exit", (code) => {
      clearTimeout(timer)
      resolve(code ?? 1)
    })
  })

/** What both terminals have typed before anything else. */
let setting = ""

const bash = (script: string, output: "inherit" | "ignore"): ChildProcess =>
  spawn("bash", ["-c", `set -eu -o pipefail\nshopt -s expand_aliases\n${script}`], {
    cwd: root,
    stdio: ["ignore", output, output === "ignore" ? "pipe" : output],
    // A group of its own, so that all of it can be ended.
    detached: true
  })

const port = 8480

const run = async (tour: ReadonlyArray<Part>): Promise<boolean> => {
  let server: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    if (server?.pid === undefined) return
    const gone = ended(server)
    process.kill(-server.pid, "SIGINT")
    await gone
    server = undefined
  }
  try {
    for (const { script, terminal } of tour) {
      if (terminal === "stop") {
        say("\n# the provider is stopped: the phone has no network")
        await stop()
        continue
      }
      if (setting === "") {
        setting = script
        continue
      }
      for (const line of script.trimEnd().split("\n")) say(`\n$ ${line}`.replace(/^\n\$ (?= )/, "\n> "))
      if (terminal === "first") {
        if (await listens(port)) throw new Error(`port ${port}: expected one that is free, found one in use`)
        server = bash(`${setting}\n${script}`, "ignore")
        server.stderr!.pipe(createWriteStream(`${folder}/serve.log`, { flags: "a" }))
        while (!(await listens(port))) {
          if (server.exitCode !== null) throw new Error(`the provider ended with ${server.exitCode}`)
          await setTimeout(50)
        }
        continue
      }
      const code = await ended(bash(`${setting}\n${script}`, "inherit"))
      if (code !== 0) {
        say(`\nThe tour ended: a command ended with ${code}, where another end was written.`)
        return false
      }
    }
    say("\nThe tour is over.")
    return true
  } finally {
    await stop()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  process.exitCode = (await run(parts(readFileSync(`${root}${guide}`, "utf8")))) ? 0 : 1
}
