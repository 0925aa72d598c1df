/** Audits: what the processor does for `paycode audit`, in a process of its own, its threads included. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Writes what the process took, in seconds, to its fourth stream as it ends. */
const meter = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs"
  import { isMainThread } from "node:worker_threads"
  if (isMainThread) process.on("exit", () => {
    const { system, user } = process.cpuUsage()
    writeSync(3, String((user + system) / 1e6))
  })
`)}`

/** The seconds of the processor that the audit of some schemes takes at `quick`; none given: of all of them. */
export const measureAudit = (schemes: ReadonlyArray<string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const main = fileURLToPath(new URL("../../main.ts", import.meta.url))
    const args = ["--import", meter, main, "audit", ...schemes, "--scope", "quick", "--json"]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "pipe"] })
    let told = ""
    child.stdio[3]!.on("data", (part) => {
      told += part
    })
    child.on("error", reject)
    child.on("close", (code) => {
      if (code === 0 && told !== "") resolve(Number(told))
      else reject(new Error(`audit ${schemes.join(" ")}: expected exit code 0, got ${code}`))
    })
  })
