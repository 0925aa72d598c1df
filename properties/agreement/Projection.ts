/**
 * Projection: the model in the words of the Quint spec. A world becomes an instance of the spec, a state of the model with
 * the events that led to it gives every variable of the spec. `Translation.ts` has the actions.
 */

import { parameterOf, type Scheme } from "../../model/Scheme.ts"
import type { Binding } from "../../model/steps/Steps.ts"
import * as System from "../../model/system/System.ts"
import {
  type Account,
  type Action,
  accountOf,
  adversary,
  type Code,
  type CodeKey,
  type Event,
  type EventOf,
  isCorrupt,
  nowhere,
  type Order,
  roguePhone,
  type State,
  type World
} from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { type Constant, paths, rowOf } from "../../spec/Parameters.ts"
import * as Quint from "./Quint.ts"

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

// ---------------------------------------------------------------------------------------------------------------------
// Worlds
// ---------------------------------------------------------------------------------------------------------------------

/** The value of the constant that a parameter is. */
const constantOf = (constant: Constant, value: unknown): Quint.Value => {
  if ("is" in constant) return value === constant.is
  if ("has" in constant) return value !== undefined
  return (value ?? constant.without) as boolean | number | string
}

/** A scheme as the constants of the spec that are its parameters. */
export const parameters = (scheme: Scheme): Readonly<Record<string, Quint.Value>> =>
  Object.fromEntries(
    paths.flatMap((path) => {
      const { quint } = rowOf(path)
      return quint === undefined ? [] : [[quint.name, constantOf(quint, parameterOf(scheme, path))]]
    })
  )

/** Waits that lead from one side of every bound of a scheme to the other. */
const waits = ({ clock, display, refund, relay, reverse, stepUp, token, window }: Scheme): ReadonlyArray<number> => [
  1,
  clock.nodeSkew,
  relay.deliveryAtMost,
  reverse.notBefore,
  clock.step - 1,
  clock.step,
  display,
  clock.step * ((window?.past ?? 0) + 1),
  stepUp.openFor ?? 1,
  token.validity ?? clock.step,
  Time.secondsPerDay,
  reverse.within + clock.nodeSkew + 1,
  (refund?.within ?? reverse.within) + clock.nodeSkew + 1
]

/** What takes part in a world, and how much a run can hold, as constants of the spec. */
export const scopeOf = (world: World): Readonly<Record<string, Quint.Value>> => {
  const { can, rules, scope } = world
  const phones = upTo(scope.phones.length)
  const merchants = upTo(scope.merchants)
  const set = (items: ReadonlyArray<number | string>): Quint.Value => ({ set: [...new Set(items)] })
  return {
    OWNER: { map: phones.map((phone) => [phone, accountOf(world, phone)] as const) },
    MEMBERS: set(upTo(scope.members)),
    MERCHANTS: set(merchants),
    CORRUPT: set(merchants.filter((merchant) => merchant === adversary(world))),
    ROGUE: set(phones.filter((phone) => phone === roguePhone(world))),
    READ: set(phones.filter((phone) => isCorrupt(world, phone))),
    CAN: set(Object.entries(can).flatMap(([capability, has]) => (has ? [capability] : []))),
    BALANCE: scope.opening.balance,
    OPENING_FREE_SUM: scope.opening.freeSum,
    OPENING_FREE_COUNT: scope.opening.freeCount,
    OPENING_ALL: scope.opening.all,
    STARTS: set(scope.starts),
    AMOUNTS: set(scope.amounts),
    FIRST_AMOUNT: scope.amounts[0]!,
    REFUNDS: set(scope.refunds),
    OFFSETS: set(scope.offsets),
    WAITS: set(waits(rules.scheme)),
    CODES: scope.codes,
    ORDERS: scope.orders,
    IN_FLIGHT: scope.inFlight,
    GENERATIONS: scope.generations
  }
}

/** A world as the constants of the spec. Everything must be played in it but coincidences. */
export const constants = (world: World): Readonly<Record<string, Quint.Value>> => ({
  ...parameters(world.rules.scheme),
  ...scopeOf(world)
})

/** The text of a module that is the spec's instance for a world. */
export const instance = (name: string, world: World, more = ""): string => {
  const given = Object.entries(constants(world)).map(([constant, value]) => `    ${constant} = ${Quint.text(value)}`)
  return `module ${name} {\n  import paycode(\n${given.join(",\n")}\n  ).*\n${more}}\n`
}

// ---------------------------------------------------------------------------------------------------------------------
// States
// ---------------------------------------------------------------------------------------------------------------------

/** A run of the model: the state that it is in, and the last step to it. */
export interface ProjectedRun {
  readonly world: World
  readonly before: State
  readonly state: State
  readonly events: ReadonlyArray<Event>
}

/** The run that has just begun in a state. */
export const begin = (world: World, state: State): ProjectedRun => ({ world, before: state, state, events: [] })

/** The run one action later. */
export const take = ({ state: before, world }: ProjectedRun, action: Action): ProjectedRun => ({
  world,
  before,
  ...System.next(world, before, action)
})

/** A code, as the spec names it. */
export const keyOf = ({ generation, phone, position, revealed }: CodeKey) => ({ phone, generation, position, revealed })

/** The same items by the numbers that they have. */
const numbered = <A>(items: ReadonlyArray<A>, value: (item: A, index: number) => Quint.Value): Quint.Value => ({
  map: items.map((item, index) => [index, value(item, index)] as const)
})

/** What a code is made over, as the spec has it. */
export const termsOf = ({ copied, payee, pin, sum }: Binding.Terms) => ({ payee, sum, copied, pin })

const codeValue = ({
  asked,
  attempted,
  burned,
  known,
  made,
  onTime,
  shownAt,
  spoilt,
  till,
  ...terms
}: Code): Quint.Value => ({
  made,
  terms: termsOf(terms),
  till,
  shownAt,
  onTime,
  asked,
  known,
  burned,
  attempted,
  spoilt
})

const orderValue = (order: Order): Quint.Value => ({
  merchant: order.merchant,
  code: keyOf(order),
  amount: order.amount,
  presented: order.presented,
  sentAt: order.sentAt,
  view: order.view,
  reversing: order.reversing,
  abandoned: order.abandoned,
  arrived: order.arrived,
  status: order.status,
  reason: order.reason,
  taken: order.taken,
  at: order.at,
  free: order.free,
  day: order.day,
  refunded: order.refunded,
  firstRefund: order.firstRefund,
  secondRefund: order.secondRefund,
  confirmed: order.confirmed,
  confirmedAt: order.confirmedAt,
  debits: order.debits,
  returned: order.returned,
  date: order.date,
  undone: order.undone,
  told: order.told
})

/** Every credential of every phone, with the phone's number and its own. */
const credentialsOf = ({ phones }: State) =>
  phones.flatMap(({ credentials }, phone) =>
    credentials.map((credential, generation) => ({ id: { phone, generation }, ...credential }))
  )

const backupOf = (state: State): Quint.Value => ({
  at: state.backupAt,
  agreements: state.backupAt < 0 ? { map: [] } : numbered(state.accounts, ({ saved }: Account) => saved),
  credentials: {
    map: credentialsOf(state).flatMap(({ id, saved }) => (saved === "none" ? [] : [[id, saved] as const]))
  },
  burned: { set: state.codes.filter(({ saved }) => saved).map(keyOf) },
  orders: { map: state.orders.flatMap(({ saved }, n) => (saved === "none" ? [] : [[n, saved] as const])) }
})

/** A state as the spec's `System`. */
const systemOf = (state: State): Quint.Value => ({
  clock: state.now,
  accounts: numbered(state.accounts, ({ agreement, exposed, leaked, throttled }) => ({
    agreement,
    exposed,
    leaked,
    throttled
  })),
  phones: numbered(state.phones, ({ held, revealed, screen, since, till }) => ({
    held,
    revealed,
    screen,
    since,
    till
  })),
  flooded: { set: state.merchants.flatMap(({ throttled }, merchant) => (throttled ? [merchant] : [])) },
  paidOut: numbered(state.merchants, ({ paidOut }) => paidOut),
  credentials: {
    map: credentialsOf(state).map(
      ({ id, issuedAt, shown, status, suspended }) => [id, { status, issuedAt, shown, suspended }] as const
    )
  },
  codes: { map: state.codes.map((code) => [keyOf(code), codeValue(code)] as const) },
  orders: numbered(state.orders, orderValue),
  backup: backupOf(state),
  restoredAt: state.restoredAt,
  over: { set: credentialsOf(state).flatMap(({ id, over }) => (over ? [id] : [])) }
})

const nothing = { phone: 0, generation: 0, position: nowhere, revealed: false } as const

const answeredValue = ({ _tag, request, ...answered }: EventOf<"Answered">): Quint.Value => ({
  ...answered,
  request:
    request === undefined
      ? { alias: -1, code: nothing, amount: 0 }
      : { alias: request.alias, code: keyOf(request.key), amount: request.amount }
})

const eventValue = (event: Event): Quint.Value => {
  const { _tag: tag } = event
  switch (tag) {
    case "Issued":
    case "Confirmed":
    case "Revoked":
    case "Empty":
      return { tag, of: event.phone }
    case "Declined":
      return { tag, of: { phone: event.phone, reason: event.reason } }
    case "Asked":
      return { tag, of: { phone: event.phone, shown: event.shown } }
    case "Shown":
      return { tag, of: keyOf(event.key) }
    case "Learnt":
      return { tag, of: { phone: event.phone, what: event.what } }
    case "Answered":
      return { tag, of: answeredValue(event) }
    case "Debited":
      return { tag, of: { order: event.order, by: event.by } }
    case "Viewed":
      return { tag, of: { order: event.order, view: event.view } }
    case "Crashed":
      return { tag }
    case "Messaged":
      throw new Error("the spec has a phone that sends messages: GEN-1 is left out")
  }
}

/** Systems that were read. Every state is one of a run twice: after its step, and before the next. */
const systems = new WeakMap<State, Quint.Readable>()

const system = (state: State): Quint.Readable => {
  const known = systems.get(state) ?? Quint.readable(systemOf(state))
  systems.set(state, known)
  return known
}

/** Every variable of the spec, in a run of the model; events first, for they tell more than what follows from them. */
export const variables = ({ before, events, state }: ProjectedRun): Quint.State => ({
  seen: Quint.readable(events.map(eventValue)),
  system: system(state),
  before: system(before)
})

/**
 * What the spec does not have of a state: parts of it that no step changes while every clause is in force, and no two codes
 * coincide. Answers those that did change.
 */
export const stray = ({ accounts, codes, coincide, merchants, orders, used }: State): ReadonlyArray<string> =>
  Object.entries({
    "account.authenticated": accounts.some(({ authenticated }) => authenticated),
    "merchant.flooded": merchants.some(({ flooded, throttled }) => flooded !== throttled),
    "order.volatile": orders.some(({ volatile }) => volatile),
    "order.returnedDay": orders.some(({ returnedDay }) => returnedDay >= 0),
    "used.codes": used.codes !== codes.length,
    "used.orders": used.orders !== orders.length,
    coincide
  }).flatMap(([part, changed]) => (changed ? [part] : []))
