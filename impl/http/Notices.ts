/**
 * Notices: how merchants hear that an order was paid. A notice is posted to where its merchant has said, again and again
 * at growing distances until it is taken. Tills that miss it lose nothing: they ask.
 */
import * as ByteSize from "effect/ByteSize"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as Random from "effect/Random"
import * as Ledger from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import type { Metrics } from "./Metrics.ts"

/** What the delivery of notices needs. */
export interface NoticeOptions {
  readonly clock: Clock.Clock
  readonly metrics: Metrics
  /** How long a merchant may take to answer. Unless given, five seconds. */
  readonly patience?: Duration.Duration
}

/** How many notices are sent in one pass, and how many at once. */
const mostAPass = 64
const mostAtOnce = 8

/** How much of a merchant's answer is read, in bytes. */
const answerBytes = 16_384

const firstDelay = 5
const longestDelay = 86_400

/**
 * After how many seconds a notice is sent again that was tried so often: twice as long each time, up to a day, less up to
 * a half by a chance from 0 to 1, so that those that failed together do not come back together.
 */
export const delay = (attempts: number, chance: number): number =>
  Math.ceil(Math.min(longestDelay, firstDelay * 2 ** Math.min(attempts, 32)) * (1 - chance / 2))

/** Sends the notices that are due, and answers how many were taken. */
export const deliver = Effect.fnUntraced(function* ({ clock, metrics, patience = Duration.seconds(5) }: NoticeOptions) {
  const merchants = yield* Ledger.Merchants
  const relay = yield* Provider.Relay
  const client = yield* HttpClient.HttpClient
  const seconds = (): number => Math.floor(clock.currentTimeMillisUnsafe() / 1000)

  /** Whether the merchant takes a notice. A redirection is followed to nowhere: the merchant has said where. */
  const isTaken = (url: string, notice: Provider.Notice): Effect.Effect<boolean> =>
    client.execute(HttpClientRequest.post(url).pipe(HttpClientRequest.setBody(HttpBody.jsonUnsafe(notice)))).pipe(
      // What else it says is of no interest, but an answer that nobody reads to its end holds its connection.
      Effect.tap(({ arrayBuffer }) => Effect.ignore(arrayBuffer)),
      Effect.map(({ status }) => status >= 200 && status < 300),
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(answerBytes)),
      Effect.timeout(patience),
      Effect.scoped,
      Effect.orElseSucceed(() => false)
    )

  const send = Effect.fnUntraced(function* ({ attempts, url, ...number }: Ledger.DueNotice) {
    // A merchant whose keys were withdrawn is told when it has others.
    const isOver = yield* relay.notice(number).pipe(
      Effect.flatMap((notice) => (notice === undefined ? Effect.succeed(true) : isTaken(url, notice))),
      Effect.catchTag("KeysWithdrawn", () => Effect.succeed(false))
    )
    if (isOver) {
      yield* merchants.noticed(number)
      metrics.sent("delivered")
      return true
    }
    yield* merchants.postpone(number, seconds() + delay(attempts, yield* Random.next))
    metrics.sent("postponed")
    return false
  })

  // Whoever stops in the middle of a pass has leased what is left: it is due again when every attempt would be over.
  const lease = Math.ceil((Duration.toSeconds(patience) * mostAPass) / mostAtOnce) + 10
  const due = yield* merchants.due(seconds(), lease, mostAPass)
  const taken = yield* Effect.forEach(due, send, { concurrency: mostAtOnce })
  return taken.filter((one) => one).length
})
