/** Where a request comes from, and which server it means: what nobody has a reason to believe is not believed. */
import type { IncomingMessage } from "node:http"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Origin from "./Origin.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** A request of an address, forwarded so. */
const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded }
  }) as unknown as IncomingMessage

describe("whom a request comes from", () => {
  const nobody = Origin.make({ host: "0.0.0.0" })
  const proxied = Origin.make({ host: "0.0.0.0", proxies: ["127.0.0.1", "10.0.0.0/8", "fd00::/8"] })

  it("unless a proxy is trusted, what is forwarded says nothing", () => {
    const property = fc.property(fc.ipV4(), fc.string(), (address, forwarded) => {
      expect(nobody.partyOf(from(address, forwarded))).toBe(address)
    })
    fc.assert(property, { seed })
  })

  it("what is forwarded by an address that is not trusted says nothing", () => {
    expect(proxied.partyOf(from("203.0.113.7", "198.51.100.1"))).toBe("203.0.113.7")
    expect(proxied.partyOf(from("11.0.0.1", "198.51.100.1"))).toBe("11.0.0.1")
  })

  it("behind trusted proxies it is the last address that is not theirs, whatever is said before it", () => {
    const address = fc.ipV4().filter((one) => !/^(10|127)\./.test(one))
    const property = fc.property(address, fc.string(), (client, said) => {
      expect(proxied.partyOf(from("127.0.0.1", client))).toBe(client)
      expect(proxied.partyOf(from("::ffff:10.1.2.3", `${said}, ${client}, 10.9.9.9,10.8.8.8`))).toBe(client)
    })
    fc.assert(property, { seed })
  })

  it("a proxy that is trusted is told from everybody else", () => {
    for (const [address, isTheirs] of [
      ["10.1.1.1", true],
      ["::ffff:127.0.0.1", true],
      ["11.0.0.1", false]
    ] as const) {
      expect(proxied.isProxied(from(address))).toBe(isTheirs)
      expect(nobody.isProxied(from(address))).toBe(false)
    }
  })

  it.each(["", "unknown", "198.51.100.1:80", "_hidden", "a, b"])(
    "%j is no address: it is counted under the proxy",
    (forwarded) => {
      expect(proxied.partyOf(from("10.0.0.9", forwarded))).toBe("10.0.0.9")
    }
  )

  it("a chain of proxies that trust each other is not followed for ever", () => {
    expect(proxied.partyOf(from("10.0.0.1", `198.51.100.1,${"10.0.0.2,".repeat(2000)}10.0.0.3`))).toBe("10.0.0.2")
  })

  it("all addresses of one holder of the sixth version are one party", () => {
    const host = fc.array(
      fc.nat({ max: 0xffff }).map((group) => group.toString(16)),
      { minLength: 4, maxLength: 4 }
    )
    const property = fc.property(host, host, (one, other) => {
      const network = "2001:db8:0:7"
      const [first, second] = [one, other].map((groups) => nobody.partyOf(from(`${network}:${groups.join(":")}`)))
      expect(first).toBe(second)
      expect(first).toBe("2001:db8:0:7::/64")
    })
    fc.assert(property, { seed })
    expect(nobody.partyOf(from("2001:db8::1"))).toBe("2001:db8:0:0::/64")
    expect(nobody.partyOf(from("2001:db8:0:1::"))).toBe("2001:db8:0:1::/64")
    expect(nobody.partyOf(from("::1"))).toBe("0:0:0:0::/64")
    expect(nobody.partyOf(from("fe80::1%eth0"))).toBe("fe80:0:0:0::/64")
    expect(nobody.partyOf(from("::ffff:198.51.100.1"))).toBe("198.51.100.1")
  })

  it.each(["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "0.0.0.0/0"])("%s is a range", (text) => {
    expect(Origin.isRange(text)).toBe(true)
  })

  it.each(["", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0", "::1/129", "1.2.3.4 ", "all"])("%j is none", (text) => {
    expect(Origin.isRange(text)).toBe(false)
  })
})

describe("which server is meant", () => {
  const hosts = ["localhost", "LOCALHOST:8480", "127.0.0.1", "127.0.0.1:8480", "[::1]:8480", "198.51.100.1"]

  it.each(["127.0.0.1", "localhost", "::1"])("on %s only this machine, by its address or as localhost", (host) => {
    const { isMeant } = Origin.make({ host })
    for (const asked of hosts) expect(isMeant(asked), asked).toBe(true)
    for (const asked of ["evil.example", "evil.example:8480", "localhost.evil.example", "", "127.0.0.1.evil.example"]) {
      expect(isMeant(asked), asked).toBe(false)
    }
  })

  it.each(["0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "127.1.2.3", "LOCALHOST"])(
    "so too where that is written %s",
    (host) => {
      expect(Origin.make({ host }).isMeant("evil.example")).toBe(false)
    }
  )

  it("and where it is a name that the system has for this machine alone", () => {
    let address: string | undefined
    const { isMeant } = Origin.make({ host: "ip6-localhost", listensOn: () => address })
    address = "::1"
    expect(isMeant("evil.example")).toBe(false)
    expect(isMeant("ip6-localhost:8480")).toBe(true)
    expect(Origin.make({ host: "shop.example", listensOn: () => "198.51.100.7" }).isMeant("evil.example")).toBe(true)
  })

  it("and the names that it is given, there or anywhere", () => {
    for (const host of ["127.0.0.1", "0.0.0.0"]) {
      const { isMeant } = Origin.make({ host, names: ["Pay.example"] })
      for (const asked of [...hosts, "pay.example", "PAY.EXAMPLE:443"]) expect(isMeant(asked), asked).toBe(true)
      expect(isMeant("evil.example")).toBe(false)
    }
  })

  it("where it is heard from outside and has no name, whatever it is called by", () => {
    expect(Origin.make({ host: "0.0.0.0" }).isMeant("pay.example")).toBe(true)
  })
})
