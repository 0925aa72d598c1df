/**
 * Metrics: what a server counts, in the text format of Prometheus. Labels are routes, statuses and answers: there are as
 * many as the interface has, whatever is asked.
 */
import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"

/** What can happen to a notice when it is sent. */
export type Delivery = "delivered" | "postponed" | "expired"

/** The counters of a server. */
export interface Metrics {
  /** A request was answered, after so many seconds. */
  readonly answered: (route: string, status: number, seconds: number, answer: string | undefined) => void
  /** Notices, or one, were sent or given up. */
  readonly sent: (delivery: Delivery, count?: number) => void
  /** Reads everything that is counted, with what is found now beside it. */
  readonly text: (found: { readonly openOrders: number; readonly noticesDue: number }) => string
}

/** From a half of a millisecond to ten seconds. */
const boundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

type Attributes = Readonly<Record<string, string>>

/** Makes counters that are nobody else's, all at nothing. */
export const make = (): Metrics => {
  const context = Context.make(Metric.MetricRegistry, new Map())

  /** A metric for every value of its labels, made when it is first needed. */
  const family = <Input, State>(make: (attributes: Attributes) => Metric.Metric<Input, State>) => {
    const metrics = new Map<string, Metric.Metric<Input, State>>()
    return (key: string, attributes: () => Attributes, input: Input): void => {
      const metric = metrics.get(key) ?? make(attributes())
      metrics.set(key, metric)
      metric.updateUnsafe(input, context)
    }
  }

  const counter = (name: string, description: string) =>
    family((attributes) => Metric.counter(name, { description, attributes, incremental: true }))
  const gauge = (name: string, description: string) =>
    family((attributes) => Metric.gauge(name, { description, attributes }))

  const requests = counter("paycode_http_requests_total", "Requests by route and status.")
  const answers = counter("paycode_answers_total", "Answers and problems by route.")
  const notices = counter("paycode_notices_total", "Notices that were sent or given up, by what became of them.")
  const seconds = family((attributes) =>
    Metric.histogram("paycode_http_request_seconds", {
      description: "Seconds from the headers of a request to its answer, by route.",
      attributes,
      boundaries
    })
  )
  const open = gauge("paycode_open_orders", "Orders that wait for a password.")
  const due = gauge("paycode_notices_due", "Notices that nobody has taken yet.")
  const resident = gauge("process_resident_memory_bytes", "Resident memory size in bytes.")
  const heap = gauge("nodejs_heap_size_used_bytes", "Used heap size in bytes.")
  const started = gauge("process_start_time_seconds", "Start time of the process since the epoch in seconds.")

  const none = (): Attributes => ({})

  return {
    answered: (route, status, elapsed, answer) => {
      requests(`${route} ${status}`, () => ({ route, status: String(status) }), 1)
      seconds(route, () => ({ route }), elapsed)
      if (answer !== undefined) answers(`${route} ${answer}`, () => ({ route, answer }), 1)
    },
    sent: (outcome, count = 1) => notices(outcome, () => ({ outcome }), count),
    text: ({ noticesDue, openOrders }) => {
      const { heapUsed, rss } = process.memoryUsage()
      open("", none, openOrders)
      due("", none, noticesDue)
      resident("", none, rss)
      heap("", none, heapUsed)
      started("", none, Math.round(performance.timeOrigin / 1000))
      return PrometheusMetrics.formatUnsafe(context)
    }
  }
}
