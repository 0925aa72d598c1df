/**
 * Origin: where a request comes from, and which server it means. Both are said by whoever sends it, so that neither is
 * believed without a reason: the address before a proxy only from a proxy that is trusted, and the host only where a
 * browser that was led astray could not have asked for it.
 */
import type { IncomingMessage } from "node:http"
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net"

/** What a server is told of what is before it. */
export interface OriginOptions {
  /** What it is told to listen on. */
  readonly host: string
  /** The address that it listens on, once it does: names, also those of this machine alone, are of the system's making. */
  readonly listensOn?: (() => string | undefined) | undefined
  /** What it is called from outside, where a proxy passes that on. */
  readonly names?: ReadonlyArray<string> | undefined
  /** The addresses of proxies whose `X-Forwarded-For` is believed, as `10.0.0.1` or `10.0.0.0/8`. Unless given, nobody's. */
  readonly proxies?: ReadonlyArray<string> | undefined
}

/** Where requests come from, and which server they mean. */
export interface Origin {
  /** Whom a request without a key is counted under: an address, or 64 bits of it where there are more. */
  readonly partyOf: (request: IncomingMessage) => string
  /** Whose a connection is; undefined where it is a trusted proxy's, which has those of many. */
  readonly holderOf: (connection: { readonly remoteAddress?: string | undefined }) => string | undefined
  /** Whether a request comes by a proxy that is trusted, which puts those of many on one connection. */
  readonly isProxied: (request: IncomingMessage) => boolean
  /** Whether a host, as a request names it, is this server. */
  readonly isMeant: (host: string) => boolean
}

// ---------------------------------------------------------------------------------------------------------------------
// Addresses
// ---------------------------------------------------------------------------------------------------------------------

/** An address, or a range of them, as its parts; undefined where it is neither. */
const rangeOf = (text: string): { readonly address: string; readonly bits: number } | undefined => {
  const [, address = "", bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  const found = bits === undefined ? most : Number(bits)
  return found >= 0 && found <= most ? { address, bits: found } : undefined
}

/** Whether a text is the address of a proxy, or a range of addresses. */
export const isRange = (text: string): boolean => rangeOf(text) !== undefined

/** An address of the fourth version may be written as one of the sixth. */
const plain = (address: string): string =>
  /^::ffff:/i.test(address) && isIPv4(address.slice(7)) ? address.slice(7) : address

/**
 * Whom an address belongs to. Of the sixth version one customer has 2^64 at the least: all of them are one party, as the
 * first four groups say.
 */
const customerOf = (address: string): string => {
  if (!isIPv6(address)) return address
  const [left = "", right] = address.split("%")[0]!.split("::")
  const groups = left === "" ? [] : left.split(":")
  const missing = right === undefined ? 0 : 8 - groups.length - (right === "" ? 0 : right.split(":").length)
  const whole = [...groups, ...Array.from({ length: missing }, () => "0"), ...(right ?? "").split(":")]
  return `${whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`
}

/** So many proxies one behind the other are looked through. */
const mostProxies = 16

const trusting = (proxies: ReadonlyArray<string>): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const { address, bits } of proxies.flatMap((text) => rangeOf(text) ?? [])) {
    list.addSubnet(address, bits, isIPv4(address) ? "ipv4" : "ipv6")
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? "ipv4" : "ipv6")
}

/** Where a request comes from: the last address that no trusted proxy has, as those before it say. */
const addressOf = (remote: string, forwarded: string, isTrusted: (address: string) => boolean): string => {
  const chain = forwarded.split(",").slice(-mostProxies)
  let address = remote
  while (isTrusted(address)) {
    const before = plain(chain.pop()?.trim() ?? "")
    // What is no address is nobody: the proxy that has written it is asked for it.
    if (isIP(before) === 0) return address
    address = before
  }
  return address
}

// ---------------------------------------------------------------------------------------------------------------------
// Hosts
// ---------------------------------------------------------------------------------------------------------------------

/** A host without its port, and without the point at its end that the root of all names may have. */
const withoutPort = (host: string): string =>
  host
    .replace(/:[0-9]{1,5}$/, "")
    .replace(/\.$/, "")
    .toLowerCase()

/** Whether a text names a host as a request does, perhaps with a port: no URL, and no address of the sixth version without its brackets. */
export const isHost = (text: string): boolean => {
  const [, bracketed, name = "", port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z._-]{1,254}))(?::([0-9]{1,5}))?$/.exec(text) ?? []
  const isNamed = bracketed === undefined ? labels.test(name) : isIPv6(bracketed)
  return isNamed && Number(port ?? 0) < 2 ** 16
}

/** Labels with points between them, as names of hosts are made of; the underscore is not of the standard, and in use. */
const labels =
  /^(?=.{1,253}\.?$)(?:[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?\.)*[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?\.?$/

const isAddress = (name: string): boolean => isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

/** Whether a server that listens at an address, in any way of writing it, is heard by this machine alone. */
const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && loopback.check(address, isIPv4(address) ? "ipv4" : "ipv6")

/** What a request is asked of: made once for a server. */
export const make = ({ host, listensOn, names = [], proxies = [] }: OriginOptions): Origin => {
  const isTrusted = trusting(proxies)
  const isProxy = ({ remoteAddress = "" }: { readonly remoteAddress?: string | undefined }): boolean =>
    proxies.length > 0 && isTrusted(plain(remoteAddress))
  let isLocal: boolean | undefined = isLoopback(host) || host.toLowerCase() === "localhost" ? true : undefined
  const isChecked = (): boolean => {
    if (names.length > 0 || isLocal !== undefined) return names.length > 0 || isLocal === true
    const address = listensOn?.()
    if (address === undefined) return false
    isLocal = isLoopback(address)
    return isLocal
  }
  const known = new Set(["localhost", withoutPort(host), ...names.map(withoutPort)])
  return {
    partyOf: ({ headers, socket }) => {
      const remote = plain(socket.remoteAddress ?? "unknown")
      const forwarded = headers["x-forwarded-for"]
      if (proxies.length === 0 || forwarded === undefined) return customerOf(remote)
      return customerOf(addressOf(remote, String(forwarded), isTrusted))
    },
    holderOf: (connection) =>
      isProxy(connection) ? undefined : customerOf(plain(connection.remoteAddress ?? "unknown")),
    isProxied: ({ socket }) => isProxy(socket),
    // A page that has its own name resolved to this machine asks under that name. Nobody's name is an address.
    isMeant: (asked) => {
      if (!isChecked()) return true
      const name = withoutPort(asked)
      return known.has(name) || isAddress(name)
    }
  }
}
