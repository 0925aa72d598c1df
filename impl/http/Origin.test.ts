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

describe("the name of a host", () => {
  /** So many letters, digits and marks, of which some stand at neither end. */
  const label = fc.stringMatching(/^[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?$/)
  const few = fc.array(label, { maxLength: 1 })
  const port = fc.nat({ max: 0xffff })
  const check = <A extends ReadonlyArray<unknown>>(property: fc.IProperty<A>): void => fc.assert(property, { seed })

  it("is labels with points between them, perhaps one at the end, and perhaps a port", () => {
    const property = fc.property(few, label, few, port, (before, one, after, port) => {
      const name = [...before, one, ...after].join(".")
      for (const host of [name, `${name}.`, `${name}:${port}`, `${name}.:${port}`]) {
        expect(Origin.isHost(host), host).toBe(true)
      }
    })
    check(property)
    for (const host of [
      "a:0",
      "a:65535",
      "a:00080",
      "1.2.3.4",
      "my_shop",
      "[::1]",
      "[::1]:65535",
      "[::ffff:1.2.3.4]"
    ]) {
      expect(Origin.isHost(host), host).toBe(true)
    }
  })

  it("has no label that is empty, begins or ends with a dash, or has another character, wherever it stands", () => {
    const character = fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter((one) => !/[\w.:-]/.test(one))
    const broken = fc.oneof(
      fc.constantFrom("", "-"),
      label.map((one) => `-${one.slice(1)}`),
      label.map((one) => `${one.slice(1)}-`),
      fc.tuple(label, character).map(([one, other]) => `${one}${other}`),
      fc.tuple(label, character).map(([one, other]) => `${other}${one}`)
    )
    const property = fc.property(few, broken, few, port, (before, one, after, port) => {
      const name = [...before, one, ...after].join(".")
      // An empty one at the end is the root of all names.
      fc.pre(one !== "" || before.length === 0 || after.length > 0)
      for (const host of [name, `${name}.`, `${name}:${port}`]) expect(Origin.isHost(host), host).toBe(false)
    })
    check(property)
  })

  it("has labels of 63 characters at most, and is not too long as a whole", () => {
    const property = fc.property(few, fc.integer({ min: 1, max: 200 }), few, (before, length, after) => {
      const host = [...before, "a".repeat(length), ...after].join(".")
      expect(Origin.isHost(host), host).toBe(length <= 63)
    })
    check(property)
    for (const [length, isLabel] of [
      [63, true],
      [64, false]
    ] as const) {
      const label = "a".repeat(length)
      for (const host of [label, `${label}.`, `${label}.b`, `b.${label}`, `b.${label}:80`]) {
        expect(Origin.isHost(host), host).toBe(isLabel)
      }
    }
    const longest = `${"a.".repeat(126)}a`
    expect([longest.length, Origin.isHost(longest), Origin.isHost(`${longest}.`)]).toEqual([253, true, true])
    for (const host of [`${longest}aa`, `${longest}a.`, `${longest}.a`, `${longest}.a:80`]) {
      expect(Origin.isHost(host), host).toBe(false)
    }
  })

  it("has a port below 65536, in digits alone", () => {
    const property = fc.property(fc.constantFrom("pay.example", "1.2.3.4", "[::1]"), fc.nat(2 ** 20), (name, port) => {
      expect(Origin.isHost(`${name}:${port}`)).toBe(port < 65536)
    })
    check(property)
    for (const port of ["65536", "99999", "000080", "", "-1", "8e3", "80:80", " 80"]) {
      expect(Origin.isHost(`pay.example:${port}`), port).toBe(false)
    }
  })

  it.each([
    "",
    ".",
    "..",
    "...",
    ".pay.example",
    "pay..example",
    "pay.example..",
    "-",
    "pay.-",
    ":80",
    "::1",
    "[::1",
    "[::1].",
    "[1.2.3.4]",
    "[pay.example]",
    "[]",
    "https://pay.example",
    "pay.example/",
    "pay.example\n"
  ])("%j is none", (text) => {
    expect(Origin.isHost(text)).toBe(false)
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

  it("with the point at its end or without it, however it is told its name and however it is asked", () => {
    const name = fc.stringMatching(/^[a-z]{1,9}(\.[a-z]{1,9}){0,2}$/).filter((one) => one !== "localhost")
    const ends = fc.constantFrom("", ".")
    const ports = fc.constantFrom("", ":443", ":65535")
    const property = fc.property(name, ends, ports, ends, ports, (name, end, port, askedEnd, askedPort) => {
      const asked = `${name}${askedEnd}${askedPort}`
      for (const host of ["127.0.0.1", "0.0.0.0"]) {
        const { isMeant } = Origin.make({ host, names: [`${name}${end}${port}`] })
        expect(isMeant(asked), asked).toBe(true)
        // One point is the root of all names; two are no name of this one, nor is what stands around it.
        for (const other of [`${name}..`, `.${name}`, `a${name}`, `${name}.a`, `a.${name}.`]) {
          expect(isMeant(other), other).toBe(false)
        }
      }
      expect(Origin.make({ host: `${name}${end}`, listensOn: () => "127.0.0.1" }).isMeant(asked), asked).toBe(true)
    })
    fc.assert(property, { seed })
    const { isMeant } = Origin.make({ host: "127.0.0.1" })
    for (const asked of ["localhost.", "LOCALHOST.:8480"]) expect(isMeant(asked), asked).toBe(true)
  })

  it("where it is heard from outside and has no name, whatever it is called by", () => {
    expect(Origin.make({ host: "0.0.0.0" }).isMeant("pay.example")).toBe(true)
  })
})
