/** Schemes: arbitrary parameters that fit together, over all that a scheme file can say. */
import fc from "fast-check"
import { hasOwnAliases, numberOf, type Scheme, withParameter } from "../../model/Scheme.ts"
import { choices, type NumberPath, numbers, type ParameterPath, parameterPaths, rowOf } from "../../spec/Parameters.ts"
import { stepUpMethod, stepUpMethodNames } from "../../spec/StepUpMethods.ts"

/** Any value of a parameter, its least and its greatest often. */
const any = (path: keyof typeof numbers): fc.Arbitrary<number> => {
  const { from, to } = numbers[path]
  return fc.oneof(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: Math.min(to, from + 100) }))
}

const perhaps = (path: keyof typeof numbers): fc.Arbitrary<number | undefined> =>
  fc.option(any(path), { nil: undefined })

/** Any value of any parameter; undefined where schemes can lack it. */
const anyOf = (path: ParameterPath): fc.Arbitrary<unknown> => {
  const row = rowOf(path)
  switch (row.kind) {
    case "number":
      return row.optional === false ? any(path as NumberPath) : perhaps(path as NumberPath)
    case "word":
      return fc.constantFrom(...row.values)
    case "flag":
      return fc.boolean()
    case "prefixes":
      throw new Error(`${path}: expected a parameter that fits others by itself`)
  }
}

/** What is drawn, brought within bounds: what is too large becomes the largest, so that edges are met often. */
const within = (value: number, from: number, to: number): number => Math.max(from, Math.min(value, to))

type Source = Scheme["token"]["source"]

/** A field of an object, where there is a value for it. */
const field = <Key extends string, A>(key: Key, value: A | undefined): { readonly [K in Key]?: A } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: A })

/** Layouts of codes for a source. */
const codes = (source: Source): fc.Arbitrary<Scheme["code"]> =>
  fc
    .record({
      length: fc.integer({ min: 1, max: 4 }),
      first: fc.nat({ max: 9999 }),
      more: fc.array(fc.nat({ max: 9999 }), { maxLength: 5 }),
      alias:
        source === "seed"
          ? fc.constantFrom("masked-index", "token", "keyed")
          : fc.constantFrom("token", "masked-index", "none"),
      aliasDigits: any("code.aliasDigits"),
      otpDigits: any("code.otpDigits"),
      mac: fc.constantFrom("HMAC-SHA-1", "HMAC-SHA-256"),
      isBound: fc.boolean(),
      marksRevealed: fc.boolean()
    })
    .map(({ alias, first, isBound, length, mac, marksRevealed, more, ...drawn }) => {
      const isDrawn = alias === "none"
      const least = numbers["code.digits"].from - length
      const otpDigits = isDrawn
        ? within(drawn.otpDigits, Math.max(numbers["code.otpDigits"].from, least), Math.min(30, 32 - length))
        : within(drawn.otpDigits, numbers["code.otpDigits"].from, 9)
      const aliasDigits = isDrawn ? 0 : within(drawn.aliasDigits, Math.max(1, least - otpDigits), 15)
      const prefix = (number: number): string => (number % 10 ** length).toString().padStart(length, "0")
      return {
        prefixes: [prefix(first), ...new Set(more.map(prefix).filter((other) => other !== prefix(first)))] as const,
        digits: length + aliasDigits + otpDigits,
        aliasDigits,
        otpDigits,
        alias,
        mac: isDrawn ? "none" : mac,
        boundTo: source === "seed" && isBound ? "till" : "payer",
        marksRevealed
      } as const
    })

/** Steps, windows, displays and drifts: each drawn within the room that those before it leave. */
const times = (source: Source) =>
  fc
    .record({
      step: any("clock.step"),
      past: any("window.past"),
      future: any("window.future"),
      nodeSkew: any("clock.nodeSkew"),
      drift: any("clock.drift"),
      display: any("display"),
      deliveryAtMost: any("relay.deliveryAtMost"),
      quarters: fc.integer({ min: -48, max: 56 })
    })
    .map(({ deliveryAtMost, display, drift, future, nodeSkew, past, quarters, step }) => {
      const utcOffset = quarters * 900
      if (source === "list") {
        return { clock: { step, drift, nodeSkew, utcOffset }, display, relay: { deliveryAtMost } }
      }
      const window = { past: within(past, step === 1 ? 2 : 1, 120), future: within(future, 1, 120) }
      const behind = window.past * step
      const ahead = window.future * step
      const skew = within(nodeSkew, 0, Math.min(behind - 2, ahead - 1))
      const off = within(drift, 1, Math.min(ahead - skew, behind - skew - 1))
      const shown = within(display, 1, behind - skew - off)
      return {
        clock: { step, drift: off, nodeSkew: skew, utcOffset },
        window,
        display: shown,
        relay: { deliveryAtMost: within(deliveryAtMost, 0, behind - skew - off - shown) }
      }
    })

const tokens = (source: Source): fc.Arbitrary<Scheme["token"]> =>
  source === "seed"
    ? fc.constant({ source })
    : fc
        .record({
          batch: any("token.batch"),
          validity: any("token.validity"),
          refillAt: any("token.refillAt"),
          urgentAt: any("token.urgentAt")
        })
        .map(({ batch, refillAt, urgentAt, validity }) => {
          const refill = within(refillAt, 1, batch - 1)
          return { source, batch, validity, refillAt: refill, urgentAt: within(urgentAt, 0, refill) }
        })

const limits: fc.Arbitrary<Scheme["limit"]> = fc
  .record({
    payment: any("limit.payment"),
    payments: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    change: fc.nat({ max: 99 }),
    dayCount: fc.oneof(perhaps("limit.dayCount"), fc.integer({ min: 1, max: 4 })),
    days: fc.integer({ min: 1, max: 4 }),
    more: fc.nat({ max: 99 })
  })
  .map(({ change, dayCount, days, more, payment, payments }) => {
    const daySum = payments === undefined ? undefined : payment * payments + change
    const accountDay = (daySum ?? payment) * days + more
    return { payment, ...field("daySum", daySum), ...field("dayCount", dayCount), accountDay }
  })

type Method = Scheme["stepUp"]["method"]

/** Ways of step-up in which no order waits. */
const waitless = stepUpMethodNames.filter((name) => ["nobody", "code"].includes(stepUpMethod(name).by))

/** The ways of step-up that codes allow. */
const methodsOf = ({ boundTo, marksRevealed }: Scheme["code"]): ReadonlyArray<Method> => [
  "password",
  "sms-password",
  "sms-ocra",
  ...(boundTo === "till" ? (["pin", "hardware-pin"] as const) : []),
  ...(marksRevealed ? [] : (["none", "none"] as const))
]

/** What follows an order: step-up, polls and reversals. `isDelivered` is how long a request may be under way. */
const orders = (method: Method, isDelivered: number) =>
  fc
    .record({
      openFor: any("stepUp.openFor"),
      deliveryAtMost: any("stepUp.deliveryAtMost"),
      answerWithin: any("stepUp.answerWithin"),
      attempts: any("stepUp.attempts"),
      secretDigits: any("stepUp.secretDigits"),
      pollEvery: any("till.pollEvery"),
      pollFor: any("till.pollFor"),
      unknownOrder: fc.constantFrom("tombstone", "notExist"),
      notBefore: any("reverse.notBefore"),
      within: any("reverse.within")
    })
    .map((drawn) => {
      const { answerWithin, attempts, deliveryAtMost, pollEvery, secretDigits, unknownOrder } = drawn
      const pollFor = Math.max(pollEvery, drawn.pollFor)
      const notBefore = Math.max(isDelivered, drawn.notBefore)
      const openFor = Math.max(pollEvery, drawn.openFor)
      return {
        stepUp: {
          method,
          ...(waitless.includes(method) ? {} : { openFor, deliveryAtMost, answerWithin }),
          ...(method === "none" || method === "pin" ? {} : { attempts }),
          ...(method === "none" ? {} : { secretDigits })
        },
        till: { pollEvery, pollFor },
        reverse: { unknownOrder, notBefore, within: Math.max(notBefore + 1, pollFor + 1, drawn.within) }
      } as const
    })

/** The parameters that are drawn above, each to fit others. */
const fitted: ReadonlySet<string> = new Set<ParameterPath>([
  ...(["interface", "code.prefixes", "code.digits", "code.aliasDigits", "code.otpDigits", "code.alias"] as const),
  ...(["code.mac", "code.boundTo", "code.marksRevealed", "token.source", "token.batch", "token.validity"] as const),
  ...(["token.refillAt", "token.urgentAt", "clock.step", "clock.drift", "clock.nodeSkew", "clock.utcOffset"] as const),
  ...(["window.past", "window.future", "display", "relay.deliveryAtMost", "order.bindsCode"] as const),
  ...(["verification.monotone", "limit.payment", "limit.daySum", "limit.dayCount", "limit.accountDay"] as const),
  ...(["stepUp.method", "stepUp.openFor", "stepUp.deliveryAtMost", "stepUp.answerWithin", "stepUp.attempts"] as const),
  ...(["stepUp.secretDigits", "till.pollEvery", "till.pollFor", "reverse.unknownOrder", "reverse.notBefore"] as const),
  "reverse.within"
])

/** Those that are drawn by themselves. These come first, so that a seed draws what it always has. */
const free: ReadonlyArray<ParameterPath> = [
  ...new Set<ParameterPath>([
    ...(["leak.seconds", "scale.accounts", "adversary.terminals", "throttle.perTerminalDay"] as const),
    ...(["throttle.perAliasDay", "code.perStep", "scale.phones"] as const),
    ...parameterPaths.filter((path) => !fitted.has(path))
  ])
]

/** The most codes of a step that are drawn: with more there is only more of the same, for every step of a window. */
const mostPerStep = 5

/** A scheme with a parameter that was drawn by itself, not below its floor. */
const withFree = (scheme: Scheme, path: ParameterPath, drawn: unknown): Scheme => {
  const row = rowOf(path)
  if (path === "code.perStep") {
    const isOne = scheme.code.boundTo === "payer" || drawn === undefined
    return withParameter(scheme, path, isOne ? undefined : within(drawn as number, 1, mostPerStep))
  }
  const floor = row.kind === "number" && row.atLeast ? numberOf(scheme, row.atLeast.path as NumberPath) : undefined
  const isBelow = typeof drawn === "number" && floor !== undefined && drawn < floor
  return withParameter(scheme, path, isBelow ? floor : drawn)
}

/** A scheme with no more accounts than there are aliases of their own. */
const withAliases = (scheme: Scheme): Scheme =>
  hasOwnAliases(scheme.code)
    ? { ...scheme, scale: { accounts: Math.min(scheme.scale.accounts, 10 ** scheme.code.aliasDigits) } }
    : scheme

/** A scheme that says all of refunds, or nothing. */
const withRefunds = (scheme: Scheme): Scheme => {
  const { refund, ...others } = scheme
  return refund?.within === undefined ? others : scheme
}

/** What a scheme is called, and how its codes look. */
type Words = Pick<Scheme, "scheme" | "title" | "note" | "interface" | "code" | "sources" | "claims">

const schemesOf = (source: Source, words: fc.Arbitrary<Words>, methods: ReadonlyArray<Method>): fc.Arbitrary<Scheme> =>
  fc
    .record({
      words,
      times: times(source),
      token: tokens(source),
      limit: limits,
      bindsCode: fc.boolean(),
      monotone: fc.boolean(),
      way: fc.nat({ max: 59 }),
      ...Object.fromEntries(free.map((path) => [path, anyOf(path)]))
    })
    .chain(({ bindsCode, limit, monotone, times, token, way, words, ...drawn }) => {
      const allowed = methodsOf(words.code).filter((method) => methods.includes(method))
      const method = allowed[way % allowed.length]!
      return orders(method, times.relay.deliveryAtMost).map((order) => {
        const fitting = {
          ...words,
          ...times,
          ...order,
          token,
          limit,
          order: { bindsCode },
          verification: { monotone: source === "seed" && monotone }
        }
        const found: Readonly<Record<string, unknown>> = drawn
        return withRefunds(
          withAliases(free.reduce((scheme, path) => withFree(scheme, path, found[path]), fitting as Scheme))
        )
      })
    })

const everyMethod = choices["stepUp.method"].values

const varied = (
  code: (source: Source) => fc.Arbitrary<Scheme["code"]>,
  methods: ReadonlyArray<Method>
): fc.Arbitrary<Scheme> =>
  fc.constantFrom("seed", "list").chain((source) =>
    schemesOf(
      source,
      fc.record({
        scheme: fc.constant("varied"),
        title: fc.constant("varied"),
        note: fc.constant("varied"),
        interface: fc.constantFrom("alipay", "wechat", "paycode"),
        code: code(source),
        sources: fc.constant({}),
        claims: fc.constant({})
      }),
      methods
    )
  )

/** Any scheme that a file could hold, with codes made from either source. */
export const everyScheme: fc.Arbitrary<Scheme> = varied(codes, everyMethod)

/** Any whose codes name nothing but their payer, with step-up by password or none. */
export const everyPlainScheme: fc.Arbitrary<Scheme> = varied(
  (source) => codes(source).map((code): Scheme["code"] => ({ ...code, boundTo: "payer" })),
  ["password", "none"]
)

/** Variants of a scheme: its codes and their source, with any other numbers that fit together. */
export const schemes = ({ claims, code, note, scheme, sources, title, token, ...base }: Scheme): fc.Arbitrary<Scheme> =>
  schemesOf(
    token.source,
    fc.constant({ scheme, title, note, interface: base.interface, code, sources, claims }),
    base.stepUp.method === "password" ? ["password", "none"] : [base.stepUp.method]
  )
