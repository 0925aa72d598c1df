/** Load: signed requests as bytes, and what sends them over some connections and says how long each took. */
import { connect } from "node:net"
import { Signature } from "../../impl/http/Http.ts"

/** Who signs: a merchant, a phone or the operator, and with which key. */
export interface Signer {
  readonly caller: Signature.Caller
  readonly key: Signature.SigningKey
}

/** Where bodies go, and when they are signed, in seconds. */
export interface Addressed {
  readonly path: string
  readonly created: number
}

let nonces = 0

/** A request with a body, signed with a nonce of its own. */
export const signed = ({ created, path }: Addressed, body: string, { caller, key }: Signer): Buffer => {
  const nonce = `nonce-${process.pid}-${(nonces++).toString().padStart(16, "0")}`
  const headers = Signature.headers({ method: "POST", path, body, key, caller, created, nonce })
  const head = Object.entries({ host: "localhost", "content-type": "application/json", ...headers })
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

/** Where requests are sent, on how many connections, and which answers are good: the first that is not ends it. */
export interface Sending {
  readonly port: number
  readonly connections: number
  readonly isGood: (heard: string) => boolean
}

/** Sends requests on some connections, one after the other on each, and answers how many seconds each took. */
export const send = (
  { connections, isGood, port }: Sending,
  all: ReadonlyArray<Buffer>
): Promise<ReadonlyArray<number>> =>
  new Promise((resolve, reject) => {
    const took: Array<number> = []
    let next = 0
    for (let opened = 0; opened < connections; opened++) {
      let heard = ""
      let began = 0
      const socket = connect(port, "127.0.0.1", () => ask())
      const ask = (): void => {
        const request = all[next++]
        if (request === undefined) return void socket.end()
        began = performance.now()
        socket.write(request)
      }
      socket.on("error", reject)
      socket.on("data", (part) => {
        heard += part.toString("latin1")
        const head = heard.indexOf("\r\n\r\n")
        const length = Number(/content-length: ([0-9]+)/i.exec(heard)?.[1])
        if (head < 0 || heard.length < head + 4 + length) return
        if (!isGood(heard)) return reject(new Error(`expected an answer, found ${heard}`))
        heard = ""
        took.push((performance.now() - began) / 1000)
        if (took.length === all.length) resolve(took)
        ask()
      })
    }
  })

/** The value below which a share of some numbers are. */
export const percentile = (numbers: ReadonlyArray<number>, share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0
