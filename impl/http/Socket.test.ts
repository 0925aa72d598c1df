/** The socket: what one connection may ask for at once, and that the others have their turn. */
import type { AddressInfo } from "node:net"
import { connect } from "node:net"
import { describe, expect, it } from "vitest"
import * as Socket from "./Socket.ts"

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
