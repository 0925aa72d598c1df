/**
 * Notices: how merchants hear that an order was paid. A notice is posted to where its merchant has said, again and again
 * at growing distances until it is taken, or given up after a week. Tills that miss it lose nothing: they ask.
 */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
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

/** How many destinations are sent to at once, and how many notices to one of them. */
const mostAtOnce = 128
const mostToOne = 8

/** How many destinations it is remembered of that they took nothing. */
const mostRemembered = 1000

/** How much of a merchant's answer is read, in bytes. */
const answerBytes = 16_384

const firstDelay = 5
const longestDelay = 86_400

/** How long a destination is left alone at most that took nothing, and after how long a notice is given up, in seconds. */
const longestRest = 3600
export const lifetime = 7 * 86_400

/** How many notices are given up in one transaction. */
const mostGivenUp = 1000

/** How many seconds nobody else gets a notice for beyond those that its attempt may take. */
const leeway = 10

/**
 * After how many seconds a notice is sent again that was tried so often: twice as long each time, up to a day, less up to
 * a half by a chance from 0 to 1, so that those that failed together do not come back together.
 */
export const delay = (attempts: number, chance: number): number =>
  Math.ceil(Math.min(longestDelay, firstDelay * 2 ** Math.min(attempts, 32)) * (1 - chance / 2))

/** The destinations that took nothing of what they were sent last: how often in a row, and until when they are left alone. */
const resting = () => {
  const all = new Map<string, { readonly failures: number; readonly until: number }>()
  return {
    isAt: (url: string, now: number): boolean => (all.get(url)?.until ?? now) > now,
    took: (url: string): void => void all.delete(url),
    failed: (url: string, now: number, chance: number): void => {
      const failures = all.get(url)?.failures ?? 0
      all.delete(url)
      all.set(url, { failures: failures + 1, until: now + Math.min(longestRest, delay(failures, chance)) })
      if (all.size > mostRemembered) all.delete(all.keys().next().value!)
    }
  }
}

/** Whether a merchant takes a notice. A redirection is followed to nowhere: the merchant has said where. */
const taking =
  (client: HttpClient.HttpClient, patience: Duration.Duration) =>
  (url: string, notice: Provider.Notice): Effect.Effect<boolean> =>
    client.execute(HttpClientRequest.post(url).pipe(HttpClientRequest.setBody(HttpBody.jsonUnsafe(notice)))).pipe(
      // What else it says is of no interest, but an answer that nobody reads to its end holds its connection.
      Effect.tap(({ arrayBuffer }) => Effect.ignore(arrayBuffer)),
      Effect.map(({ status }) => status >= 200 && status < 300),
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(answerBytes)),
      Effect.timeout(patience),
      Effect.scoped,
      Effect.orElseSucceed(() => false)
    )

/** A destination, and the merchants whose notices are sent there. */
type Destination = readonly [url: string, merchants: ReadonlyArray<Ledger.Waiting>]

/** Makes what gives a destination its turn. It answers how many notices were taken there. */
const turns = Effect.fnUntraced(function* (
  { clock, metrics, patience = Duration.seconds(5) }: NoticeOptions,
  rest: ReturnType<typeof resting>
) {
  const merchants = yield* Ledger.Merchants
  const relay = yield* Provider.Relay
  const stopwatch = yield* Clock.Clock
  const isTaken = taking(yield* HttpClient.HttpClient, patience)
  const seconds = (): number => Math.floor(clock.currentTimeMillisUnsafe() / 1000)
  // Whoever stops in the middle has leased what it sent: it is due again when every attempt would be over.
  const lease = Math.ceil(Duration.toSeconds(patience)) + leeway

  /** Whether one was taken; undefined where nothing was sent, for it is not known of what, or not under which key. */
  const send = Effect.fnUntraced(function* (url: string, { amount: _, attempts, ...number }: Ledger.DueNotice) {
    const notice = yield* Effect.catchTag(relay.notice(number), "KeysWithdrawn", () =>
      Effect.succeed("withdrawn" as const)
    )
    const taken = notice === undefined || notice === "withdrawn" ? undefined : yield* isTaken(url, notice)
    if (notice === undefined || taken === true) yield* merchants.noticed(number)
    // A merchant whose keys were withdrawn is told when it has others, if that is before the notice is given up.
    else yield* merchants.postpone(number, seconds() + delay(attempts, yield* Random.next))
    if (taken !== undefined) metrics.sent(taken ? "delivered" : "postponed")
    return taken
  })

  /** The next notices for a destination. A merchant that has no more of them leaves the line. */
  const next = Effect.fnUntraced(function* (line: Array<Ledger.Waiting>) {
    const found: Array<Ledger.DueNotice> = []
    for (let [first] = line; first !== undefined && found.length < mostToOne; [first] = line) {
      const now = seconds()
      const most = mostToOne - found.length
      const leased = yield* merchants.lease(first.merchant, now, now + lease, most)
      found.push(...leased)
      if (leased.length < most) line.shift()
    }
    return found
  })

  return Effect.fnUntraced(function* ([url, waiting]: Destination) {
    const line = [...waiting]
    const end = stopwatch.monotonicTimeNanosUnsafe() + BigInt(Math.round(Duration.toMillis(patience))) * 1_000_000n
    let count = 0
    do {
      const group = yield* next(line)
      if (group.length === 0) break
      const sent = yield* Effect.forEach(group, (one) => send(url, one), { concurrency: "unbounded" })
      count += sent.filter((taken) => taken === true).length
      if (sent.includes(true)) rest.took(url)
      else if (sent.includes(false)) {
        rest.failed(url, seconds(), yield* Random.next)
        break
      }
    } while (line.length > 0 && stopwatch.monotonicTimeNanosUnsafe() < end)
    return count
  })
})

/**
 * Makes a way to send notices. Whoever runs it begins the turns of the destinations for which notices are due, and is answered with them.
 * No destination waits for another. One that takes nothing is left alone, longer each time, with all of its notices; one that
 * is slow is slow for its own. Where more wait than have turns at once, who has the next is drawn by lot.
 */
export const make = Effect.fnUntraced(function* (options: NoticeOptions) {
  const merchants = yield* Ledger.Merchants
  const scope = yield* Effect.scope
  const rest = resting()
  const under = new Set<string>()
  const turn = yield* turns(options, rest)

  const begun = (destination: Destination) => {
    const [url] = destination
    under.add(url)
    return turn(destination).pipe(
      Effect.catchCause((cause) => Effect.as(Effect.logError("sending notices failed", cause), 0)),
      Effect.ensuring(Effect.sync(() => under.delete(url))),
      Effect.forkIn(scope)
    )
  }

  return Effect.gen(function* () {
    const now = Math.floor(options.clock.currentTimeMillisUnsafe() / 1000)
    const waiting = yield* Random.shuffle(yield* merchants.waiting(now))
    const destinations = [...Map.groupBy(waiting, ({ url }) => url)]
    const free = destinations.filter(([url]) => !under.has(url) && !rest.isAt(url, now))
    return yield* Effect.forEach(free.slice(0, mostAtOnce - under.size), begun)
  })
})

/** Gives up the notices that nobody took for a week. They are counted, and it is logged whose they were. */
export const expire = Effect.fnUntraced(function* ({ clock, metrics }: NoticeOptions) {
  const merchants = yield* Ledger.Merchants
  const now = Math.floor(clock.currentTimeMillisUnsafe() / 1000)
  let found: ReadonlyArray<Ledger.OrderNumber>
  do {
    found = yield* merchants.expire(now - lifetime, now, mostGivenUp)
    if (found.length > 0) metrics.sent("expired", found.length)
    for (const [merchant, theirs] of Map.groupBy(found, (number) => number.merchant)) {
      yield* Effect.logWarning(
        `gave up notices that nobody took in ${lifetime / 86_400} days, ${theirs.length} to merchant ${merchant}: the ledger has them as expired`
      )
    }
  } while (found.length === mostGivenUp)
})
