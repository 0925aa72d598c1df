/** The log: payments do not wait for whoever reads it, and memory does not either. */
import { Writable } from "node:stream"
import { setImmediate as turn } from "node:timers/promises"
import { expect, it } from "vitest"
import * as Log from "./Log.ts"

it("is not kept without bound for somebody who does not read it, who is told how much was lost", async () => {
  const taken: Array<string> = []
  let read: () => void = () => undefined
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      taken.push(chunk.toString())
      read = done
    }
  })
  const sink = Log.onStream(stream, 10)
  const say = async (...lines: ReadonlyArray<string>) => {
    for (const line of lines) sink(line)
    await turn()
  }
  await say("first", "second")
  await say("third")
  await say("fourth", "fifth")
  expect(stream.writableLength).toBeLessThan(30)
  read()
  await say("sixth")
  expect(taken[0]).toBe("first\nsecond\n")
  expect(taken.join("")).not.toContain("fourth")
  expect(taken.at(-1)).toMatch(/"level":"WARN","message":"lines of the log were lost: 3"}\nsixth\n$/)
})

it("is lost where nobody can read it any more, and that is no failure", async () => {
  const sink = Log.onStream(new Writable({ write: (_, __, done) => done(new Error("EPIPE")) }))
  for (const line of ["first", "second"]) {
    sink(line)
    await turn()
  }
})
