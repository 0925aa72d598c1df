/** The socket: what one connection may ask for at once, and that the others have their turn. */
import type { ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { connect } from "node:net"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Socket from "./Socket.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** A server that answers so, and what it did in which order. */
const serving = async (
  answer: Socket.Answering,
  isKnown = true,
  { holderOf, ...limits }: Socket.SocketLimits & { readonly holderOf?: () => string | undefined } = {}
) => {
  const server = Socket.make(
    (request, response, turn) => {
      turn.isKnown = isKnown
      answer(request, response, turn)
    },
    limits,
    holderOf
  )
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  const { port } = server.address() as AddressInfo
  let requests = 0
  server.on("request", () => {
    requests++
  })
  return {
    port,
    /** How many requests were read, whether they are answered or not. */
    requests: () => requests,
    stop: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** Sends bytes, and answers what comes back until so many answers have, or the line is cut. */
const exchange = (port: number, bytes: string, answers: number): Promise<ReadonlyArray<string>> =>
  new Promise((resolve, reject) => {
    let heard = ""
    const paths = () => [...heard.matchAll(/path: (\S*)/g)].map(([, path]) => path!)
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    socket.on("data", (chunk) => {
      heard += chunk.toString()
      if (paths().length < answers) return
      socket.destroy()
      resolve(paths())
    })
    socket.on("close", () => resolve(paths()))
    socket.on("error", reject)
  })

/** Sends bytes, and maybe nothing after them, and answers which paths were answered until the line is cut; `refused` for another answer. */
const saying = (port: number, bytes: string, isEnded = false): Promise<ReadonlyArray<string>> =>
  new Promise((resolve, reject) => {
    let heard = ""
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => {
      if (isEnded) socket.end(bytes)
      else socket.write(bytes)
    })
    socket.on("data", (chunk) => {
      heard += chunk.toString()
    })
    socket.on("end", () => {
      socket.destroy()
      const answers = heard.split("HTTP/1.1 ").slice(1)
      resolve(answers.map((answer) => /^200[\s\S]*?path: (\S*)/.exec(answer)?.[1] ?? "refused"))
    })
    socket.on("error", reject)
  })

/** Answers with the path that was asked for. */
const answering = ({ url = "" }: { readonly url?: string | undefined }, response: ServerResponse): void => {
  response.writeHead(200, { path: url, "content-length": 0 }).end()
}

const gets = (name: string, count: number): string =>
  Array.from({ length: count }, (_, at) => `GET /${name}${at} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join("")

const named = (name: string, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, at) => `/${name}${at}`)

describe("the requests of one connection", () => {
  it("are answered in their order, one begun after the other is sent, however long one takes", async () => {
    let open = 0
    let most = 0
    const { port, stop } = await serving(({ url = "" }, response) => {
      most = Math.max(most, ++open)
      setTimeout(
        () => {
          open--
          response.writeHead(200, { path: url, "content-length": 0 }).end()
        },
        url.endsWith("0") ? 20 : 0
      )
    })
    expect(await exchange(port, gets("a", 30), 30)).toEqual(named("a", 30))
    expect(most).toBe(1)
    stop()
  })

  it("are heard again when those that waited are answered", async () => {
    const { port, stop } = await serving(({ url = "" }, response) => {
      response.writeHead(200, { path: url, "content-length": 0 }).end()
    })
    const heard = await new Promise<string>((resolve) => {
      let text = ""
      const socket = connect(port, "127.0.0.1", () => socket.write(gets("a", 20)))
      socket.on("data", (chunk) => {
        text += chunk.toString()
        if (text.endsWith("path: /a19\r\ncontent-length: 0\r\n\r\n") || /\/a19/.test(chunk.toString())) {
          socket.write(gets("b", 1))
        }
        if (!text.includes("/b0")) return
        socket.destroy()
        resolve(text)
      })
    })
    expect(heard).toContain("path: /b0")
    stop()
  })

  it("are not kept without bound: those that wait are answered, and the line ends", async () => {
    const { port, stop } = await serving(({ url = "" }, response) => {
      setImmediate(() => response.writeHead(200, { path: url, "content-length": 0 }).end())
    })
    const answered = await exchange(port, gets("a", 1500), 1500)
    expect(answered).toEqual(named("a", answered.length))
    // One that is answered, and 64 that wait, of which the last ends the line.
    expect(answered.length).toBe(66)
    stop()
  })

  it("are not even read beyond that, but for a few that came with the last: nothing is kept of a hundred thousand", async () => {
    let first: { readonly end: () => unknown } | undefined
    const { port, requests, stop } = await serving(({ url = "" }, response) => {
      const end = () => response.writeHead(200, { path: url, "content-length": 0 }).end()
      if (first === undefined) first = { end }
      else end()
    })
    const socket = connect(port, "127.0.0.1")
    let heard = ""
    socket.on("data", (part) => {
      heard += part
    })
    const tiny = "GET / HTTP/1.1\r\n\r\n"
    await new Promise<void>((resolve) => socket.write(tiny.repeat(100_000), () => resolve()))
    await expect.poll(() => first !== undefined && socket.writableLength === 0).toBe(true)
    // Those that wait, and a few that came in the same mouthful.
    expect(requests()).toBeLessThanOrEqual(66 + Math.ceil(2048 / tiny.length))
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()))
    first!.end()
    await closed
    expect(heard.split("HTTP/1.1 200").length - 1).toBe(66)
    stop()
  })

  it("are read again where they stopped, once an answer that was too large for the line is read", async () => {
    const large = "x".repeat(1_000_000)
    const paths: Array<string> = []
    const { port, stop } = await serving(({ url = "" }, response) => {
      paths.push(url)
      response.writeHead(200, { path: url, "content-length": large.length }).end(large)
    })
    const socket = connect(port, "127.0.0.1")
    socket.pause()
    let bytes = 0
    // Long enough that they come in many mouthfuls.
    socket.write(gets("large", 40).replaceAll("Host:", `Padding: ${"x".repeat(1000)}\r\nHost:`))
    await expect.poll(() => paths.length).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    // What the line holds by itself is less than all of it.
    expect(paths.length).toBeLessThan(40)
    socket.on("data", (part) => {
      bytes += part.length
    })
    socket.resume()
    await expect.poll(() => bytes >= 40 * large.length, { timeout: 60_000 }).toBe(true)
    expect(paths).toEqual(named("large", 40))
    socket.destroy()
    stop()
  })

  it("are answered though the connection is half closed after more of them than wait", async () => {
    const { port, stop } = await serving((request, response) => answering(request, response))
    const heard = await saying(port, gets("many", 1500), true)
    expect(heard).toEqual(named("many", heard.length))
    expect(heard.length).toBeGreaterThan(64)
    stop()
  })

  it("are answered before a refusal of what follows them", async () => {
    const connecting = "CONNECT example:443 HTTP/1.1\r\nHost: example:443\r\n\r\n"
    for (const count of [1, 2, 5]) {
      for (const bytes of ["garbage\r\n\r\n", connecting]) {
        const { port, stop } = await serving((request, response) => setTimeout(answering, 20, request, response))
        expect(await saying(port, `${gets("slow", count)}${bytes}`)).toEqual([...named("slow", count), "refused"])
        stop()
      }
    }
  })

  it("that arrived in time are not called slow by who does not read the answers before them", async () => {
    // More than the line holds by itself.
    const large = "x".repeat(16_000_000)
    const arrival = { headers: 200, request: 200 }
    const paths: Array<string> = []
    const { port, stop } = await serving(
      ({ url = "" }, response) => {
        paths.push(url)
        response.writeHead(200, { path: url, "content-length": large.length }).end(large)
      },
      true,
      { arrival, whole: 20_000 }
    )
    const socket = connect(port, "127.0.0.1")
    socket.pause()
    let bytes = 0
    socket.write(gets("large", 6).replaceAll("Host:", `Padding: ${"x".repeat(700)}\r\nHost:`))
    await expect.poll(() => paths.length).toBeGreaterThan(0)
    // Longer than a request may take.
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(paths.length).toBeLessThan(6)
    socket.on("data", (part) => {
      bytes += part.length
    })
    socket.resume()
    await expect.poll(() => bytes >= 6 * large.length, { timeout: 60_000 }).toBe(true)
    expect(paths).toEqual(named("large", 6))
    socket.destroy()
    stop()
  })

  it("of somebody who is not known wait for those of everybody who is", async () => {
    const order: Array<string> = []
    const { port, stop } = await serving((request, response, turn) => {
      const { url = "" } = request
      order.push(url)
      turn.isKnown = url.startsWith("/known")
      response.writeHead(200, { path: url, "content-length": 0 }).end()
    }, false)
    const flood = exchange(port, gets("flood", 60), 60)
    expect(await exchange(port, gets("known", 60), 60)).toEqual(named("known", 60))
    // Turn by turn it would be as many.
    expect(order.filter((url) => url.startsWith("/flood")).length).toBeLessThan(30)
    expect(await flood).toEqual(named("flood", 60))
    stop()
  })

  it("wait for those of others that come later", async () => {
    const order: Array<string> = []
    const { port, stop } = await serving(({ url = "" }, response) => {
      order.push(url)
      response.writeHead(200, { path: url, "content-length": 0 }).end()
    })
    const flood = exchange(port, gets("flood", 60), 60)
    const others = Array.from({ length: 5 }, (_, at) => exchange(port, gets(`other${at}-`, 1), 1))
    await Promise.all([flood, ...others])
    const last = Math.max(...order.flatMap((url, at) => (url.startsWith("/other") ? [at] : [])))
    // Had the flood been answered as it arrived, all of it would have been before the last of the others.
    expect(order.slice(last).filter((url) => url.startsWith("/flood")).length).toBeGreaterThan(10)
    stop()
  })
})

describe(`the requests of one connection, seed ${seed}`, () => {
  /** A request with a body, how it is sent, and how it is answered. */
  interface Asked {
    readonly size: number
    /** As chunks of these sizes, over and over; with its length where there are none. */
    readonly chunks: ReadonlyArray<number>
    readonly isExpecting: boolean
    /** How long a head has to be, beyond what it needs. */
    readonly padding: number
    /** How much follows the body in the answer. */
    readonly more: number
    readonly isLate: boolean
    /** Whether the body is read at once, or once it has waited, and then as slowly as it can be. */
    readonly isReadLate: boolean
  }

  const sizes = fc.oneof(fc.nat(40), fc.nat(6000), fc.constantFrom(0, 2047, 2048, 2049, 4096, 100_000))
  const asked: fc.Arbitrary<Asked> = fc.record({
    size: sizes,
    chunks: fc.oneof(
      fc.constant([]),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.constant(1)), { maxLength: 4 })
    ),
    isExpecting: fc.boolean(),
    padding: fc.oneof(fc.constant(0), fc.nat(5000)),
    more: fc.constantFrom(0, 0, 200_000),
    isLate: fc.boolean(),
    isReadLate: fc.boolean()
  })

  /** No two places of it are alike. */
  const body = (size: number): string => {
    let text = ""
    for (let at = 0; text.length < size; at++) text += `${at}.`
    return text.slice(0, size)
  }

  const chunked = (text: string, sizes: ReadonlyArray<number>): string => {
    let written = ""
    for (let at = 0, nth = 0; at < text.length; nth++) {
      // A size of one that goes on for ever would be most of what is sent.
      const part = text.slice(at, at + Math.max(sizes[nth % sizes.length]!, Math.ceil(text.length / 500)))
      written += `${part.length.toString(16)}\r\n${part}\r\n`
      at += part.length
    }
    return `${written}0\r\n\r\n`
  }

  const written = ({ chunks, isExpecting, isLate, isReadLate, more, padding, size }: Asked, at: number): string => {
    const text = body(size)
    return [
      `POST /${at}/${more}/${isLate}/${isReadLate} HTTP/1.1`,
      "Host: localhost",
      ...(isExpecting ? ["Expect: 100-continue"] : []),
      `Padding: ${"x".repeat(padding)}`,
      chunks.length === 0 ? `Content-Length: ${size}` : "Transfer-Encoding: chunked",
      "",
      chunks.length === 0 ? text : chunked(text, chunks)
    ].join("\r\n")
  }

  /** The paths and the bodies of the answers that have arrived as a whole. */
  const answersIn = (heard: string): ReadonlyArray<string> => {
    const answers: Array<string> = []
    for (let from = 0; ; ) {
      const end = heard.indexOf("\r\n\r\n", from)
      if (end < 0) return answers
      const head = heard.slice(from, end)
      const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
      from = end + 4 + length
      if (from > heard.length) return answers
      if (head.startsWith("HTTP/1.1 100")) continue
      const path = /path: \/(\d+)/.exec(head)?.[1] ?? head
      answers.push(`${path} ${heard.slice(end + 4, from)}`)
    }
  }

  it("are answered in their order with the bodies that they came with, wherever what is sent is cut", async () => {
    const { port, stop } = await serving((request, response) => {
      const [, at, more, isLate, isReadLate] = request.url!.split("/")
      const read = () => {
        let text = ""
        request.on("data", (part) => {
          text += part
          if (isReadLate !== "true") return
          request.pause()
          setImmediate(() => request.resume())
        })
        request.on("end", () => {
          const sent = `${text}${"y".repeat(Number(more))}`
          const end = () => response.writeHead(200, { path: `/${at}`, "content-length": sent.length }).end(sent)
          if (isLate === "true") setTimeout(end, 1)
          else end()
        })
      }
      if (isReadLate === "true") setTimeout(read, 10)
      else read()
    })
    const pipelines = fc.array(asked, { minLength: 1, maxLength: 12 })
    const cuts = fc.array(fc.oneof(fc.nat(20), fc.nat(4096), fc.nat(70_000)), { minLength: 1, maxLength: 12 })
    const property = fc.asyncProperty(pipelines, cuts, fc.boolean(), async (pipeline, cuts, isReadLast) => {
      const bytes = pipeline.map(written).join("")
      const expected = pipeline.map(({ more, size }, at) => `${at} ${body(size)}${"y".repeat(more)}`)
      const socket = connect({ port, host: "127.0.0.1", noDelay: true })
      let heard = ""
      let isOver = false
      socket.setEncoding("latin1")
      socket.on("close", () => {
        isOver = true
      })
      const answered = new Promise<void>((resolve) => {
        socket.on("close", () => resolve())
        socket.on("data", (part) => {
          heard += part
          if (answersIn(heard).length === expected.length) resolve()
        })
      })
      if (isReadLast) socket.pause()
      for (let at = 0, nth = 0; at < bytes.length && !isOver; nth++) {
        // A few small pieces, and then what is left in larger ones.
        const size = Math.max(1, nth < 200 ? cuts[nth % cuts.length]! : 20_000)
        socket.write(bytes.slice(at, at + size), "latin1")
        at += size
        await new Promise((resolve) => setImmediate(resolve))
      }
      socket.resume()
      await answered
      socket.destroy()
      expect(answersIn(heard)).toEqual(expected)
    })
    // What is lost is told by the server once it has waited for it: too long to look for the shortest that is.
    await fc.assert(property, { seed, numRuns: 100, endOnFailure: true })
    stop()
  })

  it("are answered also where each of their bytes comes by itself", async () => {
    const { port, stop } = await serving(({ url = "" }, response) => {
      response.writeHead(200, { path: url, "content-length": 0 }).end()
    })
    const chunks = { size: 9, chunks: [4], isExpecting: true, padding: 0, more: 0, isLate: false, isReadLate: false }
    const bytes = [written(chunks, 0), written({ ...chunks, chunks: [] }, 1), written(chunks, 2)].join("")
    const socket = connect({ port, host: "127.0.0.1", noDelay: true })
    let heard = ""
    socket.setEncoding("latin1")
    socket.on("data", (part) => {
      heard += part
    })
    for (const byte of bytes) {
      socket.write(byte, "latin1")
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => answersIn(heard)).toEqual(["0 ", "1 ", "2 "])
    socket.destroy()
    stop()
  })
})

describe("a connection", () => {
  /** One that is open, what was heard there, and that it is over. */
  const opened = async (port: number, bytes: string) => {
    const socket = connect(port, "127.0.0.1")
    const heard = { text: "", isOver: false }
    socket.on("data", (chunk) => {
      heard.text += chunk.toString()
    })
    socket.on("error", () => undefined)
    const over = new Promise<void>((resolve) => socket.on("close", () => resolve())).then(() => {
      heard.isOver = true
    })
    await new Promise<void>((resolve) => socket.once("connect", () => socket.write(bytes, () => resolve())))
    return { heard, over, socket }
  }

  it("on which an answer is not read ends, and no answer after it is begun", async () => {
    let begun = 0
    const ended: Array<string> = []
    const large = Buffer.alloc(50_000_000)
    const { port, stop } = await serving(
      ({ url = "" }, response) => {
        begun++
        response.once("close", () => ended.push(url))
        response.writeHead(200, { "content-length": large.length }).end(large)
      },
      true,
      { whole: 50 }
    )
    const socket = connect(port, "127.0.0.1", () => socket.write(gets("a", 3)))
    socket.on("error", () => undefined)
    socket.pause()
    await expect.poll(() => ended).toEqual(["/a0"])
    expect(begun).toBe(1)
    socket.destroy()
    stop()
  })

  it("that is ended, or that asks for a tunnel, has none of its further requests read", async () => {
    const { port, requests, stop } = await serving(({ socket }) => {
      socket.destroy()
    })
    // All of it comes at once, in many mouthfuls.
    const padded = gets("a", 20).replaceAll("Host:", `Padding: ${"x".repeat(2000)}\r\nHost:`)
    await (await opened(port, padded)).over
    expect(requests()).toBe(1)
    const { heard, over } = await opened(port, `CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n${padded}`)
    await over
    expect(heard.text).toMatch(/^HTTP\/1\.1 405 /)
    expect(requests()).toBe(1)
    stop()
  })

  it("of whoever has the most is given up for somebody who has fewer, and for nobody else", async () => {
    const holders = ["many", "many", "many", "proxy", "few", "many", "few", "few", "proxy"]
    const { port, stop } = await serving(
      ({ url = "" }, response) => response.writeHead(200, { path: url, "content-length": 0 }).end(),
      true,
      {
        connections: 4,
        holderOf: () => {
          const holder = holders.shift()
          return holder === "proxy" ? undefined : holder
        }
      }
    )
    const open: Array<Awaited<ReturnType<typeof opened>>> = []
    const isOpen = async (expected: ReadonlyArray<boolean>) => {
      await expect.poll(() => open.map(({ heard }) => !heard.isOver)).toEqual(expected)
    }
    for (let at = 0; at < 4; at++) open.push(await opened(port, gets("a", 1)))
    await isOpen([true, true, true, true])
    // The oldest of three makes room for the first of another's; who has two gets no third, nor makes room for another's second.
    open.push(await opened(port, gets("a", 1)))
    await isOpen([false, true, true, true, true])
    open.push(await opened(port, gets("a", 1)))
    await isOpen([false, true, true, true, true, false])
    open.push(await opened(port, gets("a", 1)))
    await isOpen([false, true, true, true, true, false, false])
    // One that is closed makes room, and a proxy gets it from whoever has the most.
    open[2]!.socket.end()
    await isOpen([false, true, false, true, true, false, false])
    open.push(await opened(port, gets("a", 1)))
    await isOpen([false, true, false, true, true, false, false, true])
    open.push(await opened(port, gets("a", 1)))
    await isOpen([false, true, false, true, false, false, false, true, true])
    for (const { socket } of open) socket.destroy()
    stop()
  })
})
