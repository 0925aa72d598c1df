/**
 * Log: what a server says of itself, one JSON object a line. It has fields for what may be told and none for a body, so
 * that no code, password, seed or key comes near it.
 */
import type { Writable } from "node:stream"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Text from "../Text.ts"

/** Where the lines go. */
export type Sink = (line: string) => void

/** How much of the log waits for whoever reads it, in bytes: what comes then is lost. */
const mostUnread = 8 * 1024 * 1024

/**
 * Lines on a stream, all those of a turn of the event loop in one write: a write for each is a call for each. Where nobody reads them
 * they are lost, and payments go on: at once where the stream is closed, and otherwise beyond so many bytes. How many were is the first
 * line after them.
 */
export const onStream = (stream: Writable, most = mostUnread): Sink => {
  let waiting: Array<string> = []
  let lost = 0
  stream.on("error", () => undefined)
  const flush = (): void => {
    const said = waiting
    waiting = []
    if (stream.writableLength > most) {
      lost += said.length
      return
    }
    if (lost > 0) {
      said.unshift(
        Text.json({ at: new Date().toISOString(), level: "WARN", message: `lines of the log were lost: ${lost}` })
      )
    }
    lost = 0
    stream.write(`${said.join("\n")}\n`)
  }
  return (line) => {
    if (waiting.length === 0) setImmediate(flush)
    waiting.push(line)
  }
}

const standardError = (): Sink => onStream(process.stderr)

/** The sink of a server; the standard error, unless another is provided. */
export const Lines = Context.Reference<Sink>("paycode/impl/http/Log/Lines", { defaultValue: standardError })

/** What is known of a request while it is answered. */
export interface Entry {
  /** The number of the request, in its answer as `Request-Id`. */
  readonly id: string
  /** The name of the key that has signed it. */
  key?: string
  /** What the provider has decided, or the name of the problem. */
  answer?: string
  /** For how many seconds it is of no use to ask again. */
  retryAfter?: number
}

/** A request that was answered. */
export interface Answered extends Entry {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly millis: number
}

/** The line of a request that was answered. Fields that are undefined are left out. */
export const answered = (at: number, { answer, id, key, method, millis, route, status }: Answered): string =>
  Text.json({
    at: new Date(at).toISOString(),
    level: "INFO",
    message: "request",
    id,
    method,
    route,
    key,
    status,
    answer,
    millis: Math.round(millis * 1000) / 1000
  })

/** Everything else that is logged, as lines. */
export const layer = (sink: Sink): Layer.Layer<never> =>
  Logger.layer([
    Logger.make(({ cause, date, logLevel, message }) => {
      sink(
        Text.json({
          at: date.toISOString(),
          level: logLevel.toUpperCase(),
          message: Array.isArray(message) ? message.map(String).join(" ") : String(message),
          ...(cause.reasons.length > 0 && { cause: Cause.pretty(cause) })
        })
      )
    })
  ])
