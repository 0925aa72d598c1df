/** Signatures: the RFC's own vector, and a profile that takes nothing but what it names. */
import { spawnSync } from "node:child_process"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Vectors from "../vectors/Vectors.ts"
import * as Signature from "./Signature.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

describe("RFC 9421", () => {
  // Appendix B.2.5, with the message of B.2 and the key `test-shared-secret` of B.1.5.
  const key = Redacted.make(
    new Uint8Array(
      Buffer.from("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==", "base64")
    )
  )
  const message: Signature.Message = {
    method: "POST",
    authority: "Example.com",
    path: "/foo",
    query: "?param=Value&Pet=dog",
    headers: { date: " Tue, 20 Apr 2021 02:07:55 GMT ", "content-type": "application/json" }
  }
  const covered = ["date", "@authority", "content-type"]
  const parameters = ';created=1618884473;keyid="test-shared-secret"'

  it("the text that is signed", () => {
    expect(Result.getOrThrow(Signature.base(covered, parameters, message))).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@authority": example.com',
        '"content-type": application/json',
        '"@signature-params": ("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
      ].join("\n")
    )
  })

  it("the tag", () => {
    const text = Result.getOrThrow(Signature.base(covered, parameters, message))
    expect(Signature.tag(key, text).toString("base64")).toBe("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=")
  })

  it("the query and the target are components as well", () => {
    expect(Result.getOrThrow(Signature.base(["@query", "@request-target"], "", message))).toBe(
      '"@query": ?param=Value&Pet=dog\n"@request-target": /foo?param=Value&Pet=dog\n"@signature-params": ("@query" "@request-target")'
    )
  })

  it("a component that the message does not have is named", () => {
    expect(Signature.base(["@authority", "etag"], "", message)).toEqual(Result.fail("etag"))
    expect(Signature.base(["@status"], "", message)).toEqual(Result.fail("@status"))
  })

  it("the digest of a body, as in RFC 9530 appendix B.1 it is written", () => {
    expect(Signature.digest('{"hello": "world"}\n')).toBe("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:")
  })
})

describe("the known answers", () => {
  const cases = Vectors.signature.groups.flatMap(({ tests, ...group }) => tests.map((test) => ({ ...group, ...test })))

  it.each(cases)("signature $id: $base", ({ base, body, contentDigest, covered, key, parameters, ...test }) => {
    const { authority, headers, method, path } = test
    const message: Signature.Message = {
      method,
      path,
      ...(authority !== undefined && { authority }),
      headers: { ...headers, "content-digest": contentDigest }
    }
    expect(Result.getOrThrow(Signature.base(covered, parameters, message))).toBe(base)
    if (contentDigest !== undefined) expect(Signature.digest(body)).toBe(contentDigest)
    const tag = Signature.tag(Vectors.seed(key), base).toString("base64")
    expect(`${test.label}=:${tag}:`).toBe(test.signature)
    expect(`${test.label}=${base.split("\n").at(-1)!.replace('"@signature-params": ', "")}`).toBe(test.signatureInput)
  })

  const ours = cases.filter(({ label }) => label === Signature.label)

  it.each(ours)("signature $id is what the provider makes and takes", ({ body, key, method, path, ...test }) => {
    const headers = {
      "content-digest": test.contentDigest,
      "signature-input": test.signatureInput,
      signature: test.signature
    }
    const claim = Result.getOrThrow(Signature.read({ method, path, headers }))
    const { caller, created, nonce } = claim
    expect(Signature.headers({ method, path, body, key: Vectors.seed(key), caller, created, nonce })).toEqual(headers)
    const verified = (text: string) => Signature.verify(claim, Vectors.seed(key), Buffer.from(text), created)
    expect(verified(body)).toEqual(Result.succeed(claim))
    expect(verified(`${body} `)).toEqual(Result.fail("DIGEST_WRONG"))
  })

  const openssl = spawnSync("openssl", ["version"]).status === 0

  it.skipIf(!openssl).each(cases)(
    "signature $id, by OpenSSL",
    ({ base, body, contentDigest, key, label, signature }) => {
      const asked = (options: ReadonlyArray<string>, input: string): string =>
        spawnSync("openssl", ["dgst", "-sha256", ...options, "-binary"], { input }).stdout.toString("base64")
      expect(`${label}=:${asked(["-mac", "HMAC", "-macopt", `hexkey:${key}`], base)}:`).toBe(signature)
      if (contentDigest !== undefined) expect(`sha-256=:${asked([], body)}:`).toBe(contentDigest)
    }
  )
})

const key = Redacted.make(new Uint8Array(32).fill(7))
const body = Buffer.from('{"order":"o1"}')
const now = 1_700_000_000
const signing: Signature.Signing = {
  method: "POST",
  path: "/v1/query",
  body,
  key,
  caller: { _tag: "Merchant", merchant: "shop" },
  created: now,
  nonce: "0123456789abcdef"
}
const headers = Signature.headers(signing)

/** What becomes of a request with these headers. */
const outcome = (
  changes: Readonly<Record<string, string | undefined>> = {},
  { at = now, known = key, isKnown = true, path = signing.path, sent = body as Uint8Array } = {}
): string => {
  const claim = Signature.read({ method: "POST", path, headers: { ...headers, ...changes } })
  if (Result.isFailure(claim)) return claim.failure
  const verified = Signature.verify(claim.success, isKnown ? known : undefined, sent, at)
  return Result.isFailure(verified) ? verified.failure : verified.success.key
}

/** The same input with one thing changed. */
const input = (from: string | RegExp, to: string): { readonly "signature-input": string } => {
  const changed = headers["signature-input"].replace(from, to)
  expect(changed).not.toBe(headers["signature-input"])
  return { "signature-input": changed }
}

describe("the profile", () => {
  it("what it signs it verifies", () => {
    expect(outcome()).toBe("merchant/shop")
  })

  it.each(["signature", "signature-input", "content-digest"])("without %s there is no signature", (name) => {
    expect(outcome({ [name]: undefined })).toBe("SIGNATURE_MISSING")
  })

  it("parameters may stand in any order", () => {
    const parameters = ';alg="hmac-sha256";keyid="merchant/shop";nonce="0123456789abcdef";created=1700000000'
    const text = Result.getOrThrow(
      Signature.base(Signature.covered, parameters, {
        method: "POST",
        path: "/v1/query",
        headers: { "content-digest": Signature.digest(body) }
      })
    )
    expect(
      outcome({
        "signature-input": `paycode=("@method" "@path" "content-digest")${parameters}`,
        signature: `paycode=:${Signature.tag(key, text).toString("base64")}:`
      })
    ).toBe("merchant/shop")
  })

  it.each([
    ["another label", input("paycode=", "sig1=")],
    ["a component less", input(' "content-digest"', "")],
    ["a component more", input('"content-digest"', '"content-digest" "date"')],
    ["components in another order", input('"@method" "@path"', '"@path" "@method"')],
    ["no instant", input(/;created=[0-9]+/, "")],
    ["an instant in quotes", input(/created=([0-9]+)/, 'created="$1"')],
    ["a negative instant", input("created=", "created=-")],
    ["no nonce", input(/;nonce="[^"]*"/, "")],
    ["a short nonce", input("0123456789abcdef", "0123456789abcde")],
    ["a long nonce", input("0123456789abcdef", "0".repeat(65))],
    ["a nonce with a space", input("0123456789abcdef", "0123456789 abcdef")],
    ["no algorithm", input(/;alg="[^"]*"/, "")],
    ["another algorithm", input("hmac-sha256", "ed25519")],
    ["a parameter twice", input("created=", "created=1;created=")],
    ["a parameter that is not known", input(";created", ";expires=1;created")],
    ["the key of a role that does not sign", input("merchant/shop", "notices/shop")],
    ["a merchant without a name", input("merchant/shop", "merchant/")],
    ["a phone that is no number", input("merchant/shop", "phone/01")],
    ["a second signature", input(/$/, ', sig2=("@method")')],
    ["a tag that is too short", { signature: "paycode=:AAAA:" }],
    ["a tag of another label", { signature: headers.signature.replace("paycode", "other") }],
    ["a second tag", { signature: `${headers.signature}, other=:AAAA:` }],
    ["another digest", { "content-digest": headers["content-digest"].replace("sha-256", "sha-512") }],
    ["two digests", { "content-digest": `${headers["content-digest"]}, ${headers["content-digest"]}` }]
  ])("%s is malformed", (_, changes) => {
    expect(outcome(changes)).toBe("SIGNATURE_MALFORMED")
  })

  it.each([
    ["another path", {}, { path: "/v1/reverse" }],
    ["another nonce", input("0123456789abcdef", "0123456789abcdeg"), {}],
    ["another instant", input(String(now), String(now + 1)), {}],
    ["another merchant", input("merchant/shop", "merchant/shoq"), {}],
    ["another digest", { "content-digest": Signature.digest("other") }, {}],
    ["another key", {}, { known: Redacted.make(new Uint8Array(32).fill(8)) }],
    ["no key", {}, { isKnown: false }]
  ])("%s is wrong", (_, changes, setting) => {
    expect(outcome(changes, setting)).toBe("SIGNATURE_WRONG")
  })

  it("nobody signs with the key of somebody who is not known", () => {
    const zero = Redacted.make(new Uint8Array(32))
    expect(outcome(Signature.headers({ ...signing, key: zero }), { isKnown: false })).toBe("SIGNATURE_WRONG")
  })

  it("another body does not have the digest", () => {
    expect(outcome({}, { sent: Buffer.from('{"order":"o2"}') })).toBe("DIGEST_WRONG")
  })

  it.each([
    [-60, "merchant/shop"],
    [60, "merchant/shop"],
    [-61, "SIGNATURE_EXPIRED"],
    [61, "SIGNATURE_EXPIRED"]
  ])("%i seconds after its instant: %s", (seconds, expected) => {
    expect(outcome({}, { at: now + seconds })).toBe(expected)
  })

  it("no change of any header leaves a signature that is good", () => {
    const names = ["signature", "signature-input", "content-digest"] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat({ max: 300 }),
        fc.constantFrom("replace", "insert", "delete"),
        fc.string({ minLength: 1, maxLength: 1, unit: "binary-ascii" }),
        (name, at, kind, character) => {
          const value = headers[name]
          const place = at % value.length
          const changed =
            value.slice(0, place) +
            (kind === "delete" ? "" : character) +
            value.slice(kind === "insert" ? place : place + 1)
          if (changed === value) return
          // The two bits that the last digit of a tag does not need are nobody's.
          if (name === "signature" && Buffer.from(changed, "base64").equals(Buffer.from(value, "base64"))) return
          expect(outcome({ [name]: changed })).not.toBe("merchant/shop")
        }
      ),
      { seed, numRuns: 3000 }
    )
  })

  it("callers and the names of their keys", () => {
    const callers: ReadonlyArray<Signature.Caller> = [
      { _tag: "Operator" },
      { _tag: "Merchant", merchant: "a.b-c_d" },
      { _tag: "Phone", phone: 0 },
      { _tag: "Phone", phone: 123 }
    ]
    for (const caller of callers) expect(Signature.callerOf(Signature.keyOf(caller))).toEqual(caller)
  })
})
