/**
 * Socket: what the server listens on. No client holds it for long: a request has to arrive in time, its answer to be read in time, the
 * requests of one connection are answered one after the other, and each connection gets its turn.
 */
import * as Http from "node:http"
import type { Socket as Connection } from "node:net"
import * as Connections from "./Connections.ts"
import * as Problem from "./Problem.ts"

/** How much a socket takes. */
export interface SocketLimits {
  /** How many connections are open at once. Unless given, 1024. */
  readonly connections?: number | undefined
  /** How long a request may take to arrive, in milliseconds. Unless given, ten seconds, and five for its headers. */
  readonly arrival?: { readonly headers: number; readonly request: number } | undefined
  /**
   * From the head of a request to where its answer is read, in milliseconds; then the connection ends. Unless given, twenty seconds more
   * than the request may take to arrive: who sends slowly is told so.
   */
  readonly whole?: number | undefined
}

/** The largest head of a request, in bytes. */
const headBytes = 8192

/** How many requests wait on one connection, and how many it is good for. Whoever wants more opens another. */
const mostWaiting = 64
const mostRequests = 10_000

/** For how long nobody on a connection is heard after an answer to somebody who is not known, in milliseconds. */
const breath = 20

/** How much longer than a request may take to arrive its answer may take to be read, in milliseconds. */
const reading = 20_000

// ---------------------------------------------------------------------------------------------------------------------
// What never becomes a request
// ---------------------------------------------------------------------------------------------------------------------

/** Writes the answer to what never became a request. */
const refuse = (socket: Connection, name: Problem.Name) => {
  if (!socket.writable) return
  const { status } = Problem.problems[name]
  const text = Problem.text(name)
  socket.end(
    [
      `HTTP/1.1 ${status} ${Http.STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${text.length}`,
      "",
      text
    ].join("\r\n"),
    // Who goes on sending is not listened to.
    () => socket.destroySoon()
  )
}

const nameOf = (code: string | undefined): Problem.Name => {
  if (code === "HPE_HEADER_OVERFLOW") return "HEADERS_TOO_LARGE"
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return "BODY_TOO_LARGE"
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "REQUEST_SLOW" : "REQUEST_MALFORMED"
}

// ---------------------------------------------------------------------------------------------------------------------
// What is read
// ---------------------------------------------------------------------------------------------------------------------

/** Connections of which no further request is read: their bytes are thrown away. */
type Deaf = WeakSet<object>

/** How many bytes are made requests of before it is asked whether any more are to be: a hundred of the smallest. */
const mouthful = 2048

/**
 * Has a connection read in mouthfuls. What comes at once is made requests of at once else, thousands where they are small: each costs far
 * more than its bytes, and is kept until the connection ends.
 */
const inMouthfuls =
  (deaf: Deaf) =>
  (socket: Connection): void => {
    const [parse, ...others] = socket.listeners("data")
    if (parse === undefined || others.length > 0) throw new Error("expected a server that reads its connections itself")
    socket.removeAllListeners("data")
    socket.on("data", (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += mouthful) {
        if (deaf.has(socket) || socket.destroyed) return
        // Who does not read answers is not heard until they do.
        if (socket.isPaused()) return socket.unshift(bytes.subarray(at))
        parse(bytes.subarray(at, at + mouthful))
      }
    })
  }

// ---------------------------------------------------------------------------------------------------------------------
// Turns
// ---------------------------------------------------------------------------------------------------------------------

/** The turn of a request. */
export interface Turn {
  /** Whether it is known who asks: set by whoever answers, once a signature is believed. */
  isKnown: boolean
}

/** Answers a request: the response is ended, sooner or later. */
export type Answering = (request: Http.IncomingMessage, response: Http.ServerResponse, turn: Turn) => void

/** The requests of one connection. */
interface Line extends Turn {
  readonly waiting: Array<{ readonly request: Http.IncomingMessage; readonly response: Http.ServerResponse }>
  isBusy: boolean
  count: number
  /** No request after those that wait is answered. */
  isEnding: boolean
  /** The request that is answered now; undefined where none is. */
  current: Http.IncomingMessage | undefined
  /** What is said when all is answered; undefined where the last answer is the last word. */
  last: (() => void) | undefined
}

/** The requests of all connections. */
interface Turns {
  readonly answer: Answering
  /** Has a last word said once all is answered that came whole; answers whether anything is to be. */
  readonly endAfter: (socket: Connection, last: () => void) => boolean
}

/**
 * Answers the requests of a connection in their order, each after the one before it is on its way, and one of them in a
 * turn of the event loop: however many a client has sent ahead, the others have theirs in between. Who has not signed
 * waits a breath for the next, so that strangers on many connections leave the time to those who are known.
 */
const inTurn = (answer: Answering, whole: number, deaf: Deaf): Turns => {
  const lines = new WeakMap<Connection, Line>()

  const begin = (line: Line, request: Http.IncomingMessage, response: Http.ServerResponse) => {
    line.isBusy = true
    line.current = request
    line.isKnown = false
    // Who does not read what they asked for has the connection no longer than that.
    const timer = setTimeout(() => request.socket.destroy(), whole)
    response.once("close", () => {
      clearTimeout(timer)
      if (!line.isKnown) setTimeout(next, breath, line, request.socket)
      // What arrived meanwhile lets whatever else has arrived go first.
      else if (line.waiting.length > 0 || line.last !== undefined) setImmediate(next, line, request.socket)
      else line.isBusy = false
    })
    if (line.isEnding && line.waiting.length === 0 && line.last === undefined) response.setHeader("connection", "close")
    answer(request, response, line)
  }

  const next = (line: Line, socket: Connection) => {
    line.isBusy = false
    line.current = undefined
    const waiting = line.waiting.shift()
    if (socket.destroyed) return
    // What has not come whole by the last word never does: that is its answer.
    if (waiting !== undefined && (line.last === undefined || waiting.request.complete)) {
      begin(line, waiting.request, waiting.response)
    } else line.last?.()
  }

  const endAfter = (socket: Connection, last: () => void): boolean => {
    const line = lines.get(socket)
    if (line === undefined || !line.isBusy || line.current?.complete === false) return false
    line.isEnding = true
    line.last = last
    return true
  }

  const newLine = (): Line => ({
    ...{ waiting: [], count: 0, current: undefined, last: undefined },
    ...{ isBusy: false, isKnown: false, isEnding: false }
  })

  const take: Answering = (request, response) => {
    const { socket } = request
    const line = lines.get(socket) ?? newLine()
    if (line.count++ === 0) lines.set(socket, line)
    // Not answered: the connection ends with the last that waits, and whoever still asks, asks anew.
    if (line.isEnding) return void deaf.add(socket)
    line.isEnding = line.count >= mostRequests || line.waiting.length >= mostWaiting
    if (!line.isBusy) return begin(line, request, response)
    line.waiting.push({ request, response })
  }
  return { answer: take, endAfter }
}

// ---------------------------------------------------------------------------------------------------------------------
// The server
// ---------------------------------------------------------------------------------------------------------------------

/** A server whose requests are answered so, and that answers in JSON whatever never becomes one. It does not listen yet. */
export const make = (
  answer: Answering,
  { arrival = { headers: 5000, request: 10_000 }, connections = 1024, whole = arrival.request + reading }: SocketLimits,
  holderOf: Connections.HolderOf = ({ remoteAddress }) => remoteAddress ?? ""
): Http.Server => {
  const server = Http.createServer({
    maxHeaderSize: headBytes,
    headersTimeout: Math.min(arrival.headers, arrival.request),
    requestTimeout: arrival.request,
    connectionsCheckingInterval: Math.min(1000, arrival.headers),
    keepAliveTimeout: 5000,
    noDelay: true,
    // The edge answers it, with a body.
    requireHostHeader: false,
    // No protocol is offered but this one: who asks for another is answered in it.
    shouldUpgradeCallback: () => false
  })
  server.on("connection", Connections.make(connections, holderOf))
  const deaf: Deaf = new WeakSet()
  server.on("connection", inMouthfuls(deaf))
  const turns = inTurn(answer, whole, deaf)
  server.on("request", turns.answer)
  /** Reads no more of a connection, and says why; after what is due there, whose answer it would be taken for. */
  const end = (socket: Connection, name: Problem.Name): void => {
    deaf.add(socket)
    const last = () => refuse(socket, name)
    if (!turns.endAfter(socket, last)) last()
  }
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET") return void socket.destroy()
    // What is read no further is cut anywhere, and no fault of a request. And what a connection sends is not read as long as it does not
    // read its answers: nobody is late by that.
    const isUnread = error.code === "ERR_HTTP_REQUEST_TIMEOUT" && (socket as Connection).isPaused()
    if (!deaf.has(socket) && !isUnread) end(socket as Connection, nameOf(error.code))
  })
  server.on("connect", (_, socket) => end(socket as Connection, "METHOD_WRONG"))
  server.on("checkExpectation", (_, response) => {
    const text = Problem.text("EXPECTATION_UNKNOWN")
    response.writeHead(417, {
      connection: "close",
      "content-type": "application/json",
      "content-length": text.length
    })
    response.end(text)
  })
  return server
}
