/**
 * Signature: by which the provider knows who sent a request, and that nobody has changed it. HTTP Message Signatures
 * (RFC 9421) in one narrow profile: `hmac-sha256` under the label `paycode` over the method, the path and the digest of
 * the body (RFC 9530), with the instant, a nonce and the name of the key. What the profile does not name it refuses.
 *
 * Here is only what can be computed. Whether a nonce was used before is the ledger's to say.
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/** A key that two parties share. It prints as `<redacted>`. */
export type SigningKey = Redacted.Redacted<Uint8Array>

/** The parts of a message that a signature can cover. Names of headers are in lower case. */
export interface Message {
  readonly method: string
  readonly authority?: string
  /** The absolute path of the target, without its query. */
  readonly path: string
  /** The query of the target, with its question mark. */
  readonly query?: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

const derived: Readonly<Record<string, (message: Message) => string | undefined>> = {
  "@method": ({ method }) => method,
  "@authority": ({ authority }) => authority?.toLowerCase(),
  "@path": ({ path }) => (path === "" ? "/" : path),
  "@query": ({ query }) => query ?? "?",
  "@request-target": ({ path, query = "" }) => path + query
}

/**
 * The text that is signed (RFC 9421 section 2.5): a line for each covered component, and one for the parameters as they
 * stand in `Signature-Input`. It fails with the name of a component that the message does not have.
 */
export const base = (
  covered: ReadonlyArray<string>,
  parameters: string,
  message: Message
): Result.Result<string, string> => {
  let text = ""
  for (const name of covered) {
    const value = name.startsWith("@") ? derived[name]?.(message) : message.headers[name]?.trim()
    if (value === undefined) return Result.fail(name)
    text += `"${name}": ${value}\n`
  }
  return Result.succeed(`${text}"@signature-params": ${list(covered)}${parameters}`)
}

const list = (covered: ReadonlyArray<string>): string => `(${covered.map((name) => `"${name}"`).join(" ")})`

// Bytes are made a key of the platform's once: to do so costs as much as a tag.
const prepared = new WeakMap<SigningKey, KeyObject>()

const prepare = (key: SigningKey): KeyObject => {
  const known = prepared.get(key) ?? createSecretKey(Redacted.value(key))
  prepared.set(key, known)
  return known
}

/** The tag of a text under a key (RFC 9421 section 3.3.3). */
export const tag = (key: SigningKey, text: string): Buffer =>
  createHmac("sha256", prepare(key)).update(text, "latin1").digest()

/** The value of `Content-Digest` for a body (RFC 9530 section 2). */
export const digest = (body: Uint8Array | string): string => `sha-256=:${hash("sha256", body, "base64")}:`

// ---------------------------------------------------------------------------------------------------------------------
// The profile
// ---------------------------------------------------------------------------------------------------------------------

/** What a signature covers, no more and no less, in this order. */
export const covered = ["@method", "@path", "content-digest"] as const

/** The label of the signature, and the only algorithm. */
export const label = "paycode"
export const algorithm = "hmac-sha256"

/** For how long a signature is good before and after its instant, in seconds. */
export const tolerance = 60

/** What a nonce is: 16 to 64 visible characters of ASCII, but for the quote and the backslash. */
export const nonce = /^[!#-[\]-~]{16,64}$/

/** Who signs: the operator, a merchant by its name, or a phone by its number. */
export type Caller =
  | { readonly _tag: "Operator" }
  | { readonly _tag: "Merchant"; readonly merchant: string }
  | { readonly _tag: "Phone"; readonly phone: number }

/** The name of a merchant: what stands in the name of its key, and in notices. */
export const merchantName = /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/u

/** The name of a caller's key. */
export const keyOf = (caller: Caller): string => {
  switch (caller._tag) {
    case "Operator":
      return "operator"
    case "Merchant":
      return `merchant/${caller.merchant}`
    case "Phone":
      return `phone/${caller.phone}`
  }
}

/** Whose key a name is; undefined where it is nobody's that may sign. */
export const callerOf = (key: string): Caller | undefined => {
  if (key === "operator") return { _tag: "Operator" }
  const at = key.indexOf("/")
  const [kind, name] = [key.slice(0, at), key.slice(at + 1)]
  if (kind === "merchant" && merchantName.test(name)) return { _tag: "Merchant", merchant: name }
  if (kind === "phone" && /^(0|[1-9][0-9]{0,14})$/.test(name)) return { _tag: "Phone", phone: Number(name) }
  return undefined
}

/** Why a signature is not believed. */
export type Fault =
  | "SIGNATURE_MISSING"
  | "SIGNATURE_MALFORMED"
  | "SIGNATURE_WRONG"
  | "SIGNATURE_EXPIRED"
  | "DIGEST_WRONG"

/** What a request says of its signature, before any of it is believed. */
export interface Claim {
  readonly caller: Caller
  /** When it was signed, on the signer's clock, in seconds since the epoch. */
  readonly created: number
  readonly nonce: string
  /** The name of the key. */
  readonly key: string
  readonly text: string
  readonly tag: Uint8Array
  readonly digest: string
}

/** What is signed, by whom and when. */
export interface Signing {
  readonly method: string
  readonly path: string
  readonly body: Uint8Array | string
  readonly key: SigningKey
  readonly caller: Caller
  /** The signer's clock, in seconds since the epoch. */
  readonly created: number
  /** A fresh one for every request. */
  readonly nonce: string
}

const parametersOf = ({ caller, created, nonce }: Pick<Signing, "caller" | "created" | "nonce">): string =>
  `;created=${created};nonce="${nonce}";keyid="${keyOf(caller)}";alg="${algorithm}"`

/** The headers that sign a request. */
export const headers = ({ body, key, method, path, ...signing }: Signing) => {
  const contentDigest = digest(body)
  const parameters = parametersOf(signing)
  const message = { method, path, headers: { "content-digest": contentDigest } }
  const text = Result.getOrThrow(base(covered, parameters, message))
  return {
    "content-digest": contentDigest,
    "signature-input": `${label}=${list(covered)}${parameters}`,
    signature: `${label}=:${tag(key, text).toString("base64")}:`
  }
}

const start = `${label}=${list(covered)}`
const signed = new RegExp(`^${label}=:([0-9A-Za-z+/]{43}=):$`)
const digested = /^sha-256=:[0-9A-Za-z+/]{43}=:$/
const parameter = /;([a-z]+)=(?:"([ !#-[\]-~]{0,160})"|(0|[1-9][0-9]{0,11}))/y
const named = ["alg", "created", "keyid", "nonce"]

/** The parameters, each once and none beside them; undefined where they are not that. */
const readParameters = (text: string): ReadonlyMap<string, string> | undefined => {
  const found = new Map<string, string>()
  parameter.lastIndex = 0
  while (parameter.lastIndex < text.length) {
    const match = parameter.exec(text)
    if (match === null) return undefined
    const [, name = "", quoted, bare] = match
    if (found.has(name) || (name === "created") !== (bare !== undefined)) return undefined
    found.set(name, bare ?? quoted ?? "")
  }
  return found.size === named.length && named.every((name) => found.has(name)) ? found : undefined
}

/** Reads what a request says of its signature. */
export const read = (message: Message): Result.Result<Claim, "SIGNATURE_MISSING" | "SIGNATURE_MALFORMED"> => {
  const { "content-digest": digest, signature, "signature-input": input } = message.headers
  if (signature === undefined || input === undefined || digest === undefined) return Result.fail("SIGNATURE_MISSING")
  const malformed = Result.fail("SIGNATURE_MALFORMED" as const)
  const tag = signed.exec(signature)?.[1]
  if (tag === undefined || !digested.test(digest) || !input.startsWith(start)) return malformed
  const parameters = readParameters(input.slice(start.length))
  const caller = callerOf(parameters?.get("keyid") ?? "")
  const once = parameters?.get("nonce") ?? ""
  if (parameters?.get("alg") !== algorithm || caller === undefined || !nonce.test(once)) return malformed
  const text = base(covered, input.slice(start.length), message)
  if (Result.isFailure(text)) return malformed
  return Result.succeed({
    caller,
    created: Number(parameters.get("created")),
    nonce: once,
    key: keyOf(caller),
    text: text.success,
    tag: Buffer.from(tag, "base64"),
    digest
  })
}

// Somebody's whose key is not known is computed all the same, with this one: the time taken does not tell who is known.
const nobodys: SigningKey = Redacted.make(new Uint8Array(32))

/** Whether a claim is that of a key. */
export const isTheirs = ({ tag: theirs, text }: Claim, key: SigningKey): boolean =>
  timingSafeEqual(tag(key, text), theirs)

/** Whether a claim is true: of a key, of a body and at an instant, in seconds. `key` is undefined where none is known. */
export const verify = (
  claim: Claim,
  key: SigningKey | undefined,
  body: Uint8Array,
  now: number
): Result.Result<Claim, Fault> => {
  if (!isTheirs(claim, key ?? nobodys) || key === undefined) return Result.fail("SIGNATURE_WRONG")
  if (Math.abs(now - claim.created) > tolerance) return Result.fail("SIGNATURE_EXPIRED")
  return digest(body) === claim.digest ? Result.succeed(claim) : Result.fail("DIGEST_WRONG")
}
