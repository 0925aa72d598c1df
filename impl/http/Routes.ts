/** Routes: the endpoints of the interface by their paths, as requests are answered by them. */
import type * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaParser from "effect/SchemaParser"
import { Api, metricsType } from "./Api.ts"
import * as Form from "./Form.ts"
import type * as Signature from "./Signature.ts"

type GroupOf<A> = A extends HttpApi.HttpApi<string, infer Groups> ? Groups : never

type Group = GroupOf<typeof Api>

/** The groups whose requests are signed, and by whom. */
const signers = { merchant: "Merchant", phone: "Phone", operator: "Operator" } as const

type CallerOf<G> = G extends keyof typeof signers
  ? Extract<Signature.Caller, { readonly _tag: (typeof signers)[G] }>
  : undefined

/** What answers the endpoints of a group: with what is described, or with a problem that is. */
export type Handlers<G extends Group["identifier"]> = {
  readonly [E in HttpApiGroup.Endpoints<HttpApiGroup.WithIdentifier<Group, G>> as HttpApiEndpoint.Identifier<E>]: (
    payload: HttpApiEndpoint.Payload<E>["Type"],
    caller: CallerOf<G>
  ) => Effect.Effect<HttpApiEndpoint.Success<E>["Type"], HttpApiEndpoint.Errors<E>>
}

/** What answers all endpoints, by their groups. */
export type Table = { readonly [G in Group["identifier"]]: Handlers<G> }

/** An endpoint, as a request is answered by it. */
export interface Route {
  readonly path: string
  readonly method: string
  /** Who has to have signed; undefined where nobody has to. */
  readonly signer: Signature.Caller["_tag"] | undefined
  /** Whether requests are counted by where they come from: without a signature they may be guesses. */
  readonly isCounted: boolean
  /** Reads a body; undefined where there is none. */
  readonly read: ((body: Buffer) => Result.Result<unknown, Form.Wrong>) | undefined
  readonly handle: (payload: unknown, caller: Signature.Caller | undefined) => Effect.Effect<unknown, unknown>
  readonly status: number
  readonly type: string
  /** Writes an answer; undefined where there is nothing to write. */
  readonly write: ((answer: unknown) => string) | undefined
}

const writing = (schema: Schema.Top, isText: boolean): Route["write"] => {
  const encode = SchemaParser.encodeUnknownSync(schema as unknown as Schema.ConstraintEncoder<unknown>)
  return isText ? (answer) => String(encode(answer)) : (answer) => JSON.stringify(encode(answer))
}

/** The endpoints by their paths. Each path has one. */
export const make = (table: Table): ReadonlyMap<string, Route> => {
  const routes = new Map<string, Route>()
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, group, successes }) => {
      const [schema] = [...endpoint.payload.values()].flatMap(({ schemas }) => schemas)
      const [[status, [answer]]] = [...successes] as [[number, [Schema.Top]]]
      const isText = endpoint.identifier === "metrics"
      const handlers = table[group.identifier as keyof Table] as unknown as Readonly<Record<string, Route["handle"]>>
      routes.set(endpoint.path, {
        path: endpoint.path,
        method: endpoint.method,
        signer: signers[group.identifier as keyof typeof signers],
        isCounted: group.identifier === "owner" || group.identifier === "messages",
        read:
          endpoint.method === "POST" ? Form.reading(schema as unknown as Schema.ConstraintDecoder<unknown>) : undefined,
        handle: handlers[endpoint.identifier]!,
        status,
        type: isText ? metricsType : "application/json",
        write: status === 204 ? undefined : writing(answer, isText)
      })
    }
  })
  return routes
}
