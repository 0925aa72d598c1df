/**
 * Small payments: a wallet shows a few codes as time passes, merchants scan them for amounts, and a provider charges what
 * it is told of, each code once, not after its time, and no more than a limit in all. What was sent stays where it is, and
 * may be delivered at any time. `SmallPayments.tla` is the same for TLC.
 *
 * The same system in two forms: `nested`, as one would write it down, of objects in bags; and `flat`, of lists of flags.
 */
import { compile, type OfEvents, type Outcome, Shape, type Shared, type Subject } from "../Search.ts"

const lastTime = 3
const lifetime = 2
const limit = 3
const merchants = [0, 1]
const amounts = [1, 2]

/** An event: a code, by its number, was charged. */
export type Charged = number

const nothing: ReadonlyArray<Charged> = []

// ---------------------------------------------------------------------------------------------------------------------
// Nested
// ---------------------------------------------------------------------------------------------------------------------

interface Code {
  readonly number: number
  readonly made: number
}

interface Charge {
  readonly number: number
  readonly merchant: number
  readonly amount: number
}

/** What a merchant sends: a charge, and when its code was made. */
interface Request extends Charge {
  readonly made: number
}

export interface Payments {
  readonly time: number
  readonly codes: ReadonlyArray<Code>
  readonly requests: ReadonlyArray<Request>
  readonly used: ReadonlyArray<boolean>
  readonly spent: number
  readonly charges: ReadonlyArray<Charge>
}

export type Action =
  | { readonly _tag: "Show" | "Tick" }
  | { readonly _tag: "Scan" | "Deliver"; readonly request: Request }

const isCharge = (a: Charge, b: Charge): boolean =>
  a.number === b.number && a.merchant === b.merchant && a.amount === b.amount

const actionsOf = ({ codes, requests, spent, time, used }: Payments): ReadonlyArray<Action> => {
  const found: Array<Action> = []
  if (codes.length < used.length) found.push({ _tag: "Show" })
  if (time < lastTime) found.push({ _tag: "Tick" })
  for (const code of codes) {
    for (const merchant of merchants) {
      for (const amount of amounts) found.push({ _tag: "Scan", request: { ...code, merchant, amount } })
    }
  }
  for (const request of requests) {
    const { amount, made, number } = request
    if (!used[number] && time - made <= lifetime && spent + amount <= limit) found.push({ _tag: "Deliver", request })
  }
  return found
}

const after = (payments: Payments, action: Action): Payments => {
  const { charges, codes, requests, spent, time, used } = payments
  switch (action._tag) {
    case "Show":
      return { ...payments, codes: [...codes, { number: codes.length, made: time }] }
    case "Tick":
      return { ...payments, time: time + 1 }
    case "Scan":
      return requests.some((request) => isCharge(request, action.request))
        ? payments
        : { ...payments, requests: [...requests, action.request] }
    case "Deliver": {
      const { amount, merchant, number } = action.request
      return {
        ...payments,
        used: used.with(number, true),
        spent: spent + amount,
        charges: [...charges, { number, merchant, amount }]
      }
    }
  }
}

const nestedShape = (codes: number): Shape.Shape<Payments> => {
  const number = Shape.int(0, codes - 1)
  const made = Shape.int(0, lastTime)
  const charge = { number, merchant: Shape.values(merchants), amount: Shape.values(amounts) }
  return Shape.struct<Payments>({
    time: Shape.int(0, lastTime),
    codes: Shape.bag(Shape.struct<Code>({ number, made }), codes),
    requests: Shape.bag(Shape.struct<Request>({ ...charge, made }), codes * merchants.length * amounts.length),
    used: Shape.list(Shape.boolean, codes),
    spent: Shape.int(0, limit),
    charges: Shape.bag(Shape.struct<Charge>(charge), codes)
  })
}

/** Payments with some codes, of objects in bags. */
export const nested = (codes: number): Subject<Payments, Action, Charged> => ({
  init: [{ time: 0, codes: [], requests: [], used: Array<boolean>(codes).fill(false), spent: 0, charges: [] }],
  actions: actionsOf,
  next: (payments, action) => ({
    state: after(payments, action),
    events: action._tag === "Deliver" ? [action.request.number] : nothing
  }),
  layout: compile(nestedShape(codes))
})

/** No code is charged twice, and no more is spent than may be. */
export const nestedProperties: ReadonlyArray<OfEvents<Payments, Charged>> = [
  {
    name: "once",
    kind: "always",
    on: () => true,
    judge: (_before, code, { charges }) =>
      charges.filter(({ number }) => number === code).length === 1 ? "kept" : "broken"
  },
  {
    name: "limited",
    kind: "always",
    on: () => true,
    judge: (_before, _code, { spent }) => (spent <= limit ? "kept" : "broken")
  }
]

// ---------------------------------------------------------------------------------------------------------------------
// Flat
// ---------------------------------------------------------------------------------------------------------------------

/** How many charges there may be of one code. Charge `c` is one of code `c / ways`; the rest says who asks for how much. */
const ways = merchants.length * amounts.length

export interface FlatPayments {
  readonly time: number
  /** When each code was made. */
  readonly made: ReadonlyArray<number>
  /** By charge, whether it was asked for, and made. */
  readonly requested: ReadonlyArray<boolean>
  readonly charged: ReadonlyArray<boolean>
  readonly used: ReadonlyArray<boolean>
  readonly spent: number
}

export type FlatAction =
  | { readonly _tag: "Show" | "Tick" }
  | { readonly _tag: "Scan" | "Deliver"; readonly charge: number }

const codeOf = (charge: number): number => Math.floor(charge / ways)
const amountOf = (charge: number): number => amounts[charge % amounts.length]!

const flatActionsOf = ({ made, requested, spent, time, used }: FlatPayments): ReadonlyArray<FlatAction> => {
  const found: Array<FlatAction> = []
  if (made.length < used.length) found.push({ _tag: "Show" })
  if (time < lastTime) found.push({ _tag: "Tick" })
  for (let charge = 0; charge < made.length * ways; charge++) {
    found.push({ _tag: "Scan", charge })
    const code = codeOf(charge)
    const isDue = requested[charge]! && !used[code]! && time - made[code]! <= lifetime
    if (isDue && spent + amountOf(charge) <= limit) found.push({ _tag: "Deliver", charge })
  }
  return found
}

const flatAfter = (payments: FlatPayments, action: FlatAction): FlatPayments => {
  const { charged, made, requested, spent, time, used } = payments
  switch (action._tag) {
    case "Show":
      return { ...payments, made: [...made, time] }
    case "Tick":
      return { ...payments, time: time + 1 }
    case "Scan":
      return requested[action.charge] ? payments : { ...payments, requested: requested.with(action.charge, true) }
    case "Deliver":
      return {
        ...payments,
        used: used.with(codeOf(action.charge), true),
        spent: spent + amountOf(action.charge),
        charged: charged.with(action.charge, true)
      }
  }
}

/** Payments with some codes, of lists of flags. */
export const flat = (codes: number): Subject<FlatPayments, FlatAction, Charged> => {
  const flags = (count: number): Shape.Shape<ReadonlyArray<boolean>> => Shape.list(Shape.boolean, count)
  const none = (count: number): ReadonlyArray<boolean> => Array<boolean>(count).fill(false)
  const charges = codes * ways
  return {
    init: [{ time: 0, made: [], requested: none(charges), charged: none(charges), used: none(codes), spent: 0 }],
    actions: flatActionsOf,
    next: (payments, action) => ({
      state: flatAfter(payments, action),
      events: action._tag === "Deliver" ? [codeOf(action.charge)] : nothing
    }),
    layout: compile(
      Shape.struct<FlatPayments>({
        time: Shape.int(0, lastTime),
        made: Shape.list(Shape.int(0, lastTime), codes),
        requested: flags(charges),
        charged: flags(charges),
        used: flags(codes),
        spent: Shape.int(0, limit)
      })
    )
  }
}

/** The same of the flat form. */
export const flatProperties: ReadonlyArray<OfEvents<FlatPayments, Charged>> = [
  {
    name: "once",
    kind: "always",
    on: () => true,
    judge: (_before, code, { charged }) =>
      charged.slice(code * ways, (code + 1) * ways).filter(Boolean).length === 1 ? "kept" : "broken"
  },
  {
    name: "limited",
    kind: "always",
    on: () => true,
    judge: (_before, _code, { spent }) => (spent <= limit ? "kept" : "broken")
  }
]

/** Both forms, by name. */
export const forms = {
  flat: (codes: number) => ({ subject: flat(codes), properties: flatProperties }),
  nested: (codes: number) => ({ subject: nested(codes), properties: nestedProperties })
}

export type Form = keyof typeof forms

/** What a thread is told that searches the payments as one of several. */
export interface PaymentsOrder {
  readonly form: Form
  readonly codes: number
  readonly states: number
  readonly shared: Shared
  readonly thread: number
}

/** What the thread with number 0 tells. */
export interface PaymentsFound extends Pick<Outcome<unknown, unknown>, "states" | "transitions" | "depth" | "ended"> {
  readonly broken: ReadonlyArray<string>
}
