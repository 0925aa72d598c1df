/**
 * Problems: every way in which a request fails before the provider has decided anything about it. What the provider
 * decides, refusals among it, is an answer and no problem. Like a refusal, a problem is a name in a table.
 */
import * as Schema from "effect/Schema"

interface Described {
  readonly status: number
  readonly says: string
}

/** Every problem by name: the status it is answered with (RFC 9110, RFC 6585), and what it means. */
export const problems = {
  REQUEST_MALFORMED: { status: 400, says: "the request is not one of HTTP/1.1" },
  HOST_MISSING: { status: 400, says: "the request names no host, or several" },
  TARGET_WRONG: { status: 400, says: "the path has a query, and no signature would cover that" },
  BODY_MALFORMED: { status: 400, says: "the body is not JSON in UTF-8" },
  BODY_INVALID: { status: 400, says: "the body is not what the endpoint takes" },

  SIGNATURE_MISSING: { status: 401, says: "the request is not signed" },
  SIGNATURE_MALFORMED: { status: 401, says: "the signature is not of the profile that is described" },
  SIGNATURE_WRONG: { status: 401, says: "the signature is not that of the key for what was sent" },
  SIGNATURE_EXPIRED: { status: 401, says: "the request was signed too long ago, or in the future" },
  SIGNATURE_REPLAYED: { status: 401, says: "the nonce was used before" },
  DIGEST_WRONG: { status: 401, says: "the body does not have the digest that is signed" },
  PASSWORD_WRONG: { status: 401, says: "the password is not that of the account" },

  FORBIDDEN: { status: 403, says: "the key is of a party that may not ask this" },
  PHONE_REVOKED: {
    status: 403,
    says: "the phone was revoked, and nothing that it signs is taken: its owner enrolls it as another"
  },
  NOT_SIGNED_IN: { status: 403, says: "the account's owner has not signed in on the phone" },
  KEY_WITHDRAWN: {
    status: 403,
    says: "the key is good no more: it was withdrawn, or another has taken its place and the time is over in which both were good"
  },
  KEY_SUPERSEDED: {
    status: 403,
    says: "another key has taken the place of this one: it alone can be given up for others"
  },
  KEY_REUSED: { status: 403, says: "the key was this party's before: draw another" },
  PASSWORD_EXHAUSTED: {
    status: 403,
    says: "too many wrong passwords were given for the account today, or from where this one comes"
  },
  NAME_TAKEN: { status: 403, says: "another merchant is registered under the name, or under one that looks like it" },
  SCHEME_DIFFERS: {
    status: 403,
    says: "the request is made for another form of codes than the provider's scheme has, which GET /v1/scheme says"
  },
  TERMINAL_UNKNOWN: {
    status: 403,
    says: "the merchant has not enlisted the terminal: enlist it at POST /v1/terminal, and ask for the same again, freshly signed"
  },
  TERMINALS_TOO_MANY: {
    status: 403,
    says: "the merchant has enlisted as many terminals as it may, 10,000: use the name of one that it has"
  },
  TELEPHONE_TAKEN: { status: 403, says: "the telephone number is another account's" },

  PATH_UNKNOWN: { status: 404, says: "there is nothing at this path" },
  ACCOUNT_UNKNOWN: { status: 404, says: "there is no such account" },
  MERCHANT_UNKNOWN: { status: 404, says: "there is no such merchant" },
  PHONE_UNKNOWN: { status: 404, says: "the account has no such phone" },
  GATEWAY_UNKNOWN: { status: 404, says: "the server has no gateway of its own for short messages" },
  NOTICE_UNKNOWN: { status: 404, says: "the order was never paid, so that there is no notice of it" },

  METHOD_WRONG: { status: 405, says: "the path is asked in another way" },
  ENCODING_WRONG: { status: 406, says: "the page is kept compressed by gzip alone, which the request does not take" },
  REQUEST_SLOW: { status: 408, says: "the request did not arrive in time" },
  BODY_TOO_LARGE: { status: 413, says: "the body is larger than any that is taken" },
  TYPE_WRONG: { status: 415, says: "the body is not declared as JSON, or is encoded" },
  EXPECTATION_UNKNOWN: { status: 417, says: "the request expects what is not done here" },
  HOST_UNKNOWN: { status: 421, says: "the request means another host: this server is not called so" },
  TOO_MANY_REQUESTS: { status: 429, says: "too many requests came from this party" },
  HEADERS_TOO_LARGE: { status: 431, says: "the headers are larger than any that are taken" },

  FAILED: { status: 500, says: "the provider has failed, and does not know at what" },
  UNAVAILABLE: {
    status: 503,
    says: "the provider's ledger cannot be reached, or not written: send the same request again"
  }
} as const satisfies Record<string, Described>

/** The name of a problem. */
export type Name = keyof typeof problems

/** Every name, in the order of the table. */
export const names = Object.keys(problems) as ReadonlyArray<Name>

/** A status that some problem is answered with. */
export type HttpStatus = (typeof problems)[Name]["status"]
/** The problems that are answered with a status. */
export type With<S extends HttpStatus> = { [N in Name]: (typeof problems)[N]["status"] extends S ? N : never }[Name]

const withStatus = <S extends HttpStatus>(status: S): ReadonlyArray<With<S>> =>
  names.filter((name): name is With<S> => problems[name].status === status)

const said = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))

const fields = <S extends HttpStatus>(status: S) => ({
  error: Schema.Literals(withStatus(status)).annotate({
    description: withStatus(status)
      .map((name) => `\`${name}\`: ${problems[name].says}.`)
      .join(" ")
  }),
  message: Schema.String.annotate({ description: "What is wrong, for people to read." }),
  path: said("The place in the body that is wrong, as `amount` or `codes[0]`."),
  expected: said("What is expected there."),
  found: said("What kind of value is there. Values are never repeated: a wrong code is nearly somebody's money."),
  cannot: Schema.optionalKey(
    Schema.Array(Schema.Struct({ what: Schema.String, because: Schema.String })).annotate({
      description: "What cannot be done now, and why, where the server is asked how it is."
    })
  )
})

const annotations = <S extends HttpStatus>(status: S, identifier: string, description: string) => ({
  identifier,
  description,
  httpApiStatus: status
})

/** The request or its body is not well-formed. */
export class BadRequest extends Schema.Error<BadRequest>("paycode/impl/http/BadRequest")(
  fields(400),
  annotations(400, "BadRequest", "The request is malformed. Nothing was changed, and the nonce is not used up.")
) {}

/** It is not known who asks. */
export class Unauthorized extends Schema.Error<Unauthorized>("paycode/impl/http/Unauthorized")(
  fields(401),
  annotations(401, "Unauthorized", "It is not known who asks. Nothing was changed.")
) {}

/** It is known who asks, and they may not. */
export class Forbidden extends Schema.Error<Forbidden>("paycode/impl/http/Forbidden")(
  fields(403),
  annotations(403, "Forbidden", "It is known who asks, and they may not. Nothing was changed.")
) {}

/** There is no such thing. */
export class NotFound extends Schema.Error<NotFound>("paycode/impl/http/NotFound")(
  fields(404),
  annotations(404, "NotFound", "There is no such thing. Nothing was changed.")
) {}

/** The path is there, and the method is not one of its. */
export class MethodNotAllowed extends Schema.Error<MethodNotAllowed>("paycode/impl/http/MethodNotAllowed")(
  fields(405),
  annotations(405, "MethodNotAllowed", "The path is asked in another way: `Allow` says in which.")
) {}

/** The page is not to be had in an encoding that is taken. */
export class NotAcceptable extends Schema.Error<NotAcceptable>("paycode/impl/http/NotAcceptable")(
  fields(406),
  annotations(406, "NotAcceptable", "The page is not to be had in an encoding that the request takes.")
) {}

/** The request did not arrive in time. */
export class RequestTimeout extends Schema.Error<RequestTimeout>("paycode/impl/http/RequestTimeout")(
  fields(408),
  annotations(408, "RequestTimeout", "The request did not arrive in time. Nothing was changed.")
) {}

/** The body is too large. */
export class ContentTooLarge extends Schema.Error<ContentTooLarge>("paycode/impl/http/ContentTooLarge")(
  fields(413),
  annotations(413, "ContentTooLarge", "The body is too large, and was not read. Nothing was changed.")
) {}

/** The body is not declared as JSON. */
export class UnsupportedMediaType extends Schema.Error<UnsupportedMediaType>("paycode/impl/http/UnsupportedMediaType")(
  fields(415),
  annotations(415, "UnsupportedMediaType", "The body is not declared as JSON. Nothing was changed.")
) {}

/** The request expects something of the server that it does not do. */
export class ExpectationFailed extends Schema.Error<ExpectationFailed>("paycode/impl/http/ExpectationFailed")(
  fields(417),
  annotations(417, "ExpectationFailed", "The request expects what is not done here. Nothing was changed.")
) {}

/** The request means another host. */
export class MisdirectedRequest extends Schema.Error<MisdirectedRequest>("paycode/impl/http/MisdirectedRequest")(
  fields(421),
  annotations(421, "MisdirectedRequest", "The request means another host. Nothing was changed.")
) {}

/** Too many requests came from this party. */
export class TooManyRequests extends Schema.Error<TooManyRequests>("paycode/impl/http/TooManyRequests")(
  fields(429),
  annotations(429, "TooManyRequests", "Ask again after as many seconds as `Retry-After` says. Nothing was changed.")
) {}

/** The headers are too large. */
export class HeadersTooLarge extends Schema.Error<HeadersTooLarge>("paycode/impl/http/HeadersTooLarge")(
  fields(431),
  annotations(431, "HeadersTooLarge", "The headers are too large. Nothing was changed.")
) {}

/** The provider has failed. */
export class InternalServerError extends Schema.Error<InternalServerError>("paycode/impl/http/InternalServerError")(
  fields(500),
  annotations(
    500,
    "InternalServerError",
    "The provider has failed. What became of the request is not known: ask, or send it again."
  )
) {}

/** The ledger cannot be reached. */
export class ServiceUnavailable extends Schema.Error<ServiceUnavailable>("paycode/impl/http/ServiceUnavailable")(
  fields(503),
  annotations(
    503,
    "ServiceUnavailable",
    "The ledger cannot be reached, or not written. What was being written may stand or not: send the same request again."
  )
) {}

export const classes = {
  400: BadRequest,
  401: Unauthorized,
  403: Forbidden,
  404: NotFound,
  405: MethodNotAllowed,
  406: NotAcceptable,
  408: RequestTimeout,
  413: ContentTooLarge,
  415: UnsupportedMediaType,
  417: ExpectationFailed,
  421: MisdirectedRequest,
  429: TooManyRequests,
  431: HeadersTooLarge,
  500: InternalServerError,
  503: ServiceUnavailable
} as const satisfies Record<HttpStatus, unknown>

/** A problem, as it is answered: the name, and what is said of it. */
export type Problem = InstanceType<(typeof classes)[HttpStatus]>

/** Where the body of a request is wrong. */
export interface Detail {
  readonly message?: string
  readonly path?: string
  readonly expected?: string
  readonly found?: string
  /** What the server cannot do now, and why. */
  readonly cannot?: ReadonlyArray<{ readonly what: string; readonly because: string }>
}

/** Whether a value is a problem. */
export const isProblem = (value: unknown): value is Problem =>
  Object.values(classes).some((kind) => value instanceof kind)

/** The body that answers a problem, which needs no schema to be made. */
export const body = (name: Name, detail: Detail = {}): { readonly error: Name; readonly message: string } & Detail => ({
  error: name,
  message: problems[name].says,
  ...detail
})

const texts = new Map<Name, string>()

/** The body that answers a problem of which nothing more is said, as a text. */
export const text = (name: Name): string => {
  const known = texts.get(name)
  if (known !== undefined) return known
  const made = JSON.stringify(body(name))
  texts.set(name, made)
  return made
}

/** A problem to fail with. */
export const problem = <N extends Name>(
  name: N,
  detail?: Detail
): InstanceType<(typeof classes)[(typeof problems)[N]["status"]]> => {
  // The name is one of those of its status: the table has both.
  const Kind = classes[problems[name].status] as unknown as new (
    fields: unknown
  ) => InstanceType<(typeof classes)[(typeof problems)[N]["status"]]>
  return new Kind(body(name, detail))
}
