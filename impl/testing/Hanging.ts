/** Hanging: a way to a server that can be made to hang. Connections stay, and nothing passes. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** A way to a server. */
export interface Hanging {
  /** The address of the server, by this way. */
  readonly url: string
  /** From now on nothing passes; or everything again. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** Ends the way, with all of its connections. */
  readonly close: () => void
}

/** Makes a way to a server, which lets everything pass. */
export const make = async (to: string): Promise<Hanging> => {
  const target = new URL(to)
  const pairs = new Set<Socket>()
  let isFrozen = false
  const proxy = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [from, onto] of [
      [near, far],
      [far, near]
    ] as const) {
      pairs.add(from)
      from.on("error", () => onto.destroy())
      from.on("close", () => onto.destroy())
      from.pipe(onto)
      if (isFrozen) from.pause()
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", () => resolve()))
  const url = new URL(to)
  url.port = String((proxy.address() as AddressInfo).port)
  return {
    url: url.href,
    freeze: () => {
      isFrozen = true
      for (const socket of pairs) socket.pause()
    },
    thaw: () => {
      isFrozen = false
      for (const socket of pairs) socket.resume()
    },
    close: () => {
      proxy.close()
      for (const socket of pairs) socket.destroy()
    }
  }
}
