/** Form: what the head and the body of a request have to look like, and what is said of one that does not. */
import { isUtf8 } from "node:buffer"
import type { IncomingMessage } from "node:http"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import { bodyBytes } from "./Api.ts"
import type * as Problem from "./Problem.ts"

const isJson = /^application\/json(?: *; *charset="?utf-8"?)?$/i

/** The host that a request names; undefined where it names none or several, of which others take another (RFC 9112 section 3.2). */
export const hostOf = ({ headers, rawHeaders }: IncomingMessage): string | undefined => {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === 4 && name.toLowerCase() === "host") count++
  }
  return count === 1 ? headers.host : undefined
}

/** What is wrong with the head of a request, if anything is: where it is, that is seen without reading the body. */
export const headProblem = (
  { headers, url }: IncomingMessage,
  path: string
): "TARGET_WRONG" | "TYPE_WRONG" | undefined => {
  // A query would be signed by nobody, and a path that is written in another way is another path to a signature.
  if (url !== path) return "TARGET_WRONG"
  const isPlain = isJson.test(headers["content-type"] ?? "") && headers["content-encoding"] === undefined
  return isPlain ? undefined : "TYPE_WRONG"
}

/** Reads the body of a request to its end, or to where it is too large; what comes after that is thrown away. */
export const readBody = (request: IncomingMessage, taken: (body: Result.Result<Buffer, "BODY_TOO_LARGE">) => void) => {
  const parts: Array<Buffer> = []
  let size = Number(request.headers["content-length"] ?? 0) > bodyBytes ? Number.POSITIVE_INFINITY : 0
  if (size > bodyBytes) {
    request.resume()
    return taken(Result.fail("BODY_TOO_LARGE"))
  }
  request.on("data", (part: Buffer) => {
    const wasTaken = size <= bodyBytes
    size += part.length
    if (size <= bodyBytes) parts.push(part)
    else if (wasTaken) taken(Result.fail("BODY_TOO_LARGE"))
  })
  request.on("end", () => {
    if (size <= bodyBytes) taken(Result.succeed(parts.length === 1 ? parts[0]! : Buffer.concat(parts)))
  })
}

/** What is wrong in a body: its problem, and where. */
export interface Wrong {
  readonly name: "BODY_MALFORMED" | "BODY_INVALID"
  readonly detail?: Problem.Detail
}

const malformed = Result.fail<Wrong>({ name: "BODY_MALFORMED" })

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

const kindOf = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  if (Array.isArray(value)) return "an array"
  return { string: "a string", number: "a number", boolean: "a boolean" }[typeof value as string] ?? "an object"
}

/** A name as it may be repeated: who has put a code in the place of a name must not read it in a log. */
const tame = (name: PropertyKey): string => (/^[A-Za-z_-]{1,32}$/.test(String(name)) ? String(name) : "?")

/** What is wrong in a body that is JSON, and not what is described. */
const invalid = (input: unknown, issue: SchemaIssue.Issue): Wrong => {
  const { message, path = [] } = issuesOf(issue).issues[0]!
  const keys = path.map((segment) => (typeof segment === "object" ? segment.key : segment))
  const place = keys.map((key) => (typeof key === "number" ? `[${key}]` : tame(key))).join(".")
  const found = keys.reduce<unknown>(
    (value, key) => (Object(value) === value ? Reflect.get(Object(value), key) : undefined),
    input
  )
  const expected =
    place === ""
      ? "an object"
      : message === "Missing key"
        ? "a value"
        : /excess property/.test(message)
          ? "no such field"
          : message.replace(/^Expected /, "").replace(/, got .*$/s, "")
  return {
    name: "BODY_INVALID",
    detail: {
      message: `${place === "" ? "the body" : place}: expected ${expected}, found ${kindOf(found)}`,
      path: place,
      expected,
      found: kindOf(found)
    }
  }
}

/** Reads bodies as a schema describes them. */
export const reading = (schema: Schema.ConstraintDecoder<unknown>) => {
  const decode = SchemaParser.decodeUnknownResult(schema, { onExcessProperty: "error" })
  return (body: Buffer): Result.Result<unknown, Wrong> => {
    // What is not UTF-8 would be read as something that nobody has written.
    if (!isUtf8(body)) return malformed
    let input: unknown
    try {
      input = JSON.parse(body.toString())
    } catch {
      return malformed
    }
    return Result.mapError(decode(input), (issue) => invalid(input, issue))
  }
}
