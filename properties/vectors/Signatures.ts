/**
 * Signatures: requests as they are signed, by RFC 9421 in the provider's profile, and the mistakes that signers make. Everything is
 * computed by the platform's own functions, over texts that are put together here.
 */
import { createHash, createHmac } from "node:crypto"
import { caughtBy, notesOf, numbering } from "./Mistakes.ts"

interface Group {
  readonly source: string
  readonly origin: "published" | "computed"
  readonly label: string
  readonly covered: ReadonlyArray<string>
  readonly key: string
}

interface Requested {
  readonly method: string
  readonly authority?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  readonly parameters: string
  /** As somebody has published it. */
  readonly signature?: string
}

interface Case extends Group, Requested {
  readonly signature: string
}

/** How a request is signed: each part by itself, so that a mistake can be made in one of them. */
interface Parts {
  readonly bytes: (body: string) => Buffer
  readonly hash: (bytes: Buffer) => Buffer
  readonly written: (digest: Buffer) => string
  readonly method: (method: string) => string
  readonly authority: (authority: string) => string
  readonly value: (value: string) => string
  readonly name: (name: string) => string
  readonly parameters: (parameters: string) => string
  readonly joined: (lines: ReadonlyArray<string>) => string
  readonly key: (key: string) => Buffer
  readonly tag: (tag: Buffer) => string
}

const right: Parts = {
  bytes: (body) => Buffer.from(body),
  hash: (bytes) => createHash("sha256").update(bytes).digest(),
  written: (digest) => digest.toString("base64"),
  method: (method) => method,
  authority: (authority) => authority.toLowerCase(),
  value: (value) => value.trim(),
  name: (name) => `"${name}"`,
  parameters: (parameters) => parameters,
  joined: (lines) => lines.join("\n"),
  key: (key) => Buffer.from(key, "hex"),
  tag: (tag) => tag.toString("base64")
}

/** A request with what signs it. */
const signed = ({ covered, key, label, ...request }: Omit<Case, "signature">, changed: Partial<Parts> = {}) => {
  const parts = { ...right, ...changed }
  const contentDigest = `sha-256=:${parts.written(parts.hash(parts.bytes(request.body)))}:`
  const componentOf = (name: string): string => {
    if (name === "@method") return parts.method(request.method)
    if (name === "@path") return request.path
    if (name === "@authority") return parts.authority(request.authority ?? "")
    return parts.value(name === "content-digest" ? contentDigest : (request.headers?.[name] ?? ""))
  }
  const list = `(${covered.map(parts.name).join(" ")})${parts.parameters(request.parameters)}`
  const lines = covered.map((name) => `${parts.name(name)}: ${componentOf(name)}`)
  const base = parts.joined([...lines, `${parts.name("@signature-params")}: ${list}`])
  const tag = createHmac("sha256", parts.key(key)).update(base).digest()
  return {
    ...(covered.includes("content-digest") && { contentDigest }),
    base,
    signatureInput: `${label}=${list}`,
    signature: `${label}=:${parts.tag(tag)}:`
  }
}

const mistake = (section: string, said: string, changed: Partial<Parts>) => ({
  section,
  mistake: said,
  passes: (test: Case) => signed(test, changed).signature === test.signature
})

/** The parameters in the order of their names. */
const sorted = (parameters: string): string => `;${parameters.slice(1).split(";").toSorted().join(";")}`

const mistakes = {
  "body-written-anew": mistake(
    "RFC 9530, 2",
    "The body is read and written anew before it is hashed. What is hashed are the bytes that are sent.",
    { bytes: (body) => Buffer.from(body === "" ? "" : JSON.stringify(JSON.parse(body))) }
  ),
  "body-in-escapes": mistake(
    "RFC 9530, 2",
    "The body is hashed with escapes for what is not ASCII, and sent in UTF-8.",
    {
      bytes: (body) =>
        Buffer.from(
          body.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
        )
    }
  ),
  "digest-in-hexadecimal": mistake("RFC 9530, 2", "The digest is written in hexadecimal, not in Base64.", {
    written: (digest) => digest.toString("hex")
  }),
  "digest-for-urls": mistake("RFC 8941, 3.3.5", "The digest is written in the Base64 of URLs, without its padding.", {
    written: (digest) => digest.toString("base64url")
  }),
  "signature-for-urls": mistake(
    "RFC 8941, 3.3.5",
    "The signature is written in the Base64 of URLs, without its padding.",
    { tag: (tag) => tag.toString("base64url") }
  ),
  "method-in-lower-case": mistake("RFC 9421, 2.2.1", "The method is signed in lower case.", {
    method: (method) => method.toLowerCase()
  }),
  "authority-as-written": mistake(
    "RFC 9421, 2.2.3",
    "The authority is signed as it is written, and not in lower case.",
    { authority: (authority) => authority }
  ),
  "field-as-written": mistake("RFC 9421, 2.1", "The spaces around the value of a field are signed.", {
    value: (value) => value
  }),
  "names-without-quotes": mistake("RFC 9421, 2.5", "The names of what is covered are signed without their quotes.", {
    name: (name) => name
  }),
  "parameters-in-another-order": mistake(
    "RFC 9421, 2.3",
    "The parameters are signed in the order of their names, and not as they are sent.",
    { parameters: sorted }
  ),
  "line-end-at-the-end": mistake("RFC 9421, 2.5", "The last line of what is signed ends with a line feed.", {
    joined: (lines) => lines.map((line) => `${line}\n`).join("")
  }),
  "line-ends-of-http": mistake(
    "RFC 9421, 2.5",
    "Lines of what is signed end as those of HTTP, with a carriage return.",
    {
      joined: (lines) => lines.join("\r\n")
    }
  ),
  "key-as-it-is-written": mistake(
    "RFC 9421, 3.3.3",
    "The key is the text in which it was handed over, and not the bytes that this stands for.",
    { key: (key) => Buffer.from(key) }
  )
}

/** `test-shared-secret` of RFC 9421, Appendix B.1.5. */
const shared = Buffer.from(
  "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
  "base64"
).toString("hex")

const profile = {
  source: "Computed, and confirmed by OpenSSL: the provider's profile",
  origin: "computed",
  label: "paycode",
  covered: ["@method", "@path", "content-digest"]
} as const

const parametersOf = (created: number, nonce: string, keyid: string): string =>
  `;created=${created};nonce="${nonce}";keyid="${keyid}";alg="hmac-sha256"`

const groups: ReadonlyArray<Group & { readonly requests: ReadonlyArray<Requested> }> = [
  {
    source:
      "RFC 9421, Appendix B.2.5: its signature; the spaces and the capital of the request are ours, and are not signed",
    origin: "published",
    label: "sig-b25",
    covered: ["date", "@authority", "content-type"],
    key: shared,
    requests: [
      {
        method: "POST",
        authority: "Example.com",
        path: "/foo",
        headers: { date: " Tue, 20 Apr 2021 02:07:55 GMT ", "content-type": "application/json" },
        body: '{"hello": "world"}',
        parameters: ';created=1618884473;keyid="test-shared-secret"',
        signature: "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"
      }
    ]
  },
  {
    ...profile,
    key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    requests: [
      {
        method: "POST",
        path: "/v1/query",
        body: '{"order":"2024-05-17-000123"}',
        parameters: parametersOf(1_700_000_000, "0123456789abcdef", "merchant/shop")
      },
      {
        method: "POST",
        path: "/v1/pay",
        body: '{ "terminal": "till-1", "order": "o7", "code": "281234567890123456", "amount": 700 }\n',
        parameters: parametersOf(1_700_000_059, "!#$%&'()*+,-./0123456789:<=>?@[]^_`{|}~", "merchant/a.B-c_9")
      }
    ]
  },
  {
    ...profile,
    key: "ff".repeat(32),
    requests: [
      {
        method: "POST",
        path: "/v1/credential",
        body: "{}",
        parameters: parametersOf(4_102_444_800, "n".repeat(64), "phone/0")
      },
      {
        method: "POST",
        path: "/v1/merchants",
        body: '{"merchant":"shop","name":"小店 Zoë"}',
        parameters: parametersOf(0, "AAAAAAAAAAAAAAAA", "operator")
      }
    ]
  }
]

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  return {
    header: [
      "Requests as they are signed: HTTP Message Signatures (RFC 9421) with hmac-sha256, over the digest of the body (RFC 9530).",
      "The key is in hexadecimal. `base` is the text that is signed; `contentDigest`, `signatureInput` and `signature` are the values of the headers.",
      "A provider takes the label, the components, the parameters and their algorithm of the groups that are computed, and no others."
    ],
    notes: notesOf(mistakes),
    groups: groups.map(({ requests, ...group }) => ({
      ...group,
      tests: requests.map((request) => {
        const made = { ...signed({ ...group, ...request }), ...(request.signature && { signature: request.signature }) }
        return { id: next(), ...request, ...made, notes: caughtBy(mistakes, { ...group, ...request, ...made }) }
      })
    }))
  }
}
