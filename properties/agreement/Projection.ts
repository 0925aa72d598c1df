/**
 * Projection: the model in the words of the Quint spec. A world becomes an instance of the spec, a state of the model with
 * the events that led to it gives every variable of the spec, and actions are translated both ways.
 */

import type { Scheme } from "../../model/Scheme.ts"
import * as Binding from "../../model/steps/Binding.ts"
import * as TokenSource from "../../model/steps/TokenSource.ts"
import type { Action, Event, EventOf, Node } from "../../model/system/Action.ts"
import {
  type Account,
  accountOf,
  adversary,
  type Code,
  isCorrupt,
  type Key,
  nowhere,
  type Order,
  roguePhone,
  type State,
  type World
} from "../../model/system/State.ts"
import * as System from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import * as Difference from "../Difference.ts"
import * as Quint from "./Quint.ts"

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

// ---------------------------------------------------------------------------------------------------------------------
// Worlds
// ---------------------------------------------------------------------------------------------------------------------

/** The number of what a scheme does not limit. */
const none = -1

/** A scheme as the constants of the spec that are its parameters. */
export const parameters = (scheme: Scheme) =>
  ({
    HAS_STEPS: TokenSource.hasSteps(scheme),
    STEP: scheme.clock.step,
    DRIFT: scheme.clock.drift,
    NODE_SKEW: scheme.clock.nodeSkew,
    UTC_OFFSET: scheme.clock.utcOffset,
    WINDOW_PAST: scheme.window?.past ?? 0,
    WINDOW_FUTURE: scheme.window?.future ?? 0,
    BATCH: scheme.token.batch ?? 0,
    VALIDITY: scheme.token.validity ?? 0,
    REFILL_AT: scheme.token.refillAt ?? 0,
    URGENT_AT: scheme.token.urgentAt ?? 0,
    DISPLAY: scheme.display,
    DELIVERY: scheme.relay.deliveryAtMost,
    BOUND_TO: scheme.code.boundTo,
    MARKS_REVEALED: scheme.code.marksRevealed,
    ALIAS: scheme.code.alias,
    BINDS_CODE: scheme.order.bindsCode,
    MONOTONE: scheme.verification.monotone,
    PAYMENT_LIMIT: scheme.limit.payment,
    DAY_SUM: scheme.limit.daySum ?? none,
    DAY_COUNT: scheme.limit.dayCount ?? none,
    ACCOUNT_DAY: scheme.limit.accountDay,
    METHOD: scheme.stepUp.method,
    OPEN_FOR: scheme.stepUp.openFor ?? 0,
    PROMPT_DELIVERY: scheme.stepUp.deliveryAtMost ?? 0,
    ANSWER_WITHIN: scheme.stepUp.answerWithin ?? 0,
    TOMBSTONES: scheme.reverse.unknownOrder === "tombstone",
    REVERSE_NOT_BEFORE: scheme.reverse.notBefore,
    REVERSE_WITHIN: scheme.reverse.within,
    THROTTLES_ALIAS: scheme.throttle.perAliasDay !== undefined,
    LEAK_SECONDS: scheme.leak.seconds
  }) satisfies Quint.State

/** Waits that lead from one side of every bound of a scheme to the other. */
const waits = ({ clock, display, relay, reverse, stepUp, token, window }: Scheme): ReadonlyArray<number> => [
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
  reverse.within + clock.nodeSkew + 1
]

const scopeOf = (world: World): Readonly<Record<string, Quint.Value>> => {
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
export interface Run {
  readonly world: World
  readonly before: State
  readonly state: State
  readonly events: ReadonlyArray<Event>
}

/** The run that has just begun in a state. */
export const begin = (world: World, state: State): Run => ({ world, before: state, state, events: [] })

/** The run one action later. */
export const take = ({ state: before, world }: Run, action: Action): Run => ({
  world,
  before,
  ...System.next(world, before, action)
})

const keyOf = ({ generation, phone, position, revealed }: Key) => ({ phone, generation, position, revealed })

/** The same items by the numbers that they have. */
const numbered = <A>(items: ReadonlyArray<A>, value: (item: A, index: number) => Quint.Value): Quint.Value => ({
  map: items.map((item, index) => [index, value(item, index)] as const)
})

const termsOf = ({ copied, payee, pin, sum }: Binding.Terms) => ({ payee, sum, copied, pin })

const codeValue = ({ attempted, burned, known, made, onTime, shownAt, spoilt, till, ...terms }: Code): Quint.Value => ({
  made,
  terms: termsOf(terms),
  till,
  shownAt,
  onTime,
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
  refunds: order.refunds,
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
export const variables = ({ before, events, state }: Run): Quint.State => ({
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
    "merchant.throttled": merchants.some(({ throttled }) => throttled),
    "code.watched": codes.some(({ watched }) => watched),
    "order.watched": orders.some(({ watched }) => watched),
    "order.volatile": orders.some(({ volatile }) => volatile),
    "order.returnedDay": orders.some(({ returnedDay }) => returnedDay >= 0),
    "used.codes": used.codes !== codes.length,
    "used.orders": used.orders !== orders.length,
    coincide
  }).flatMap(([part, changed]) => (changed ? [part] : []))

// ---------------------------------------------------------------------------------------------------------------------
// Actions
// ---------------------------------------------------------------------------------------------------------------------

/** The actions of the model that the spec leaves out, and why. */
export const leftOut = {
  GiveUp: "a till gives an order up only where REL-6 is left out, and the spec has every clause in force",
  Race: "two requests are decided on the same facts only where VER-13, VER-20 or VER-23 is left out",
  Coincide: "no two codes of the spec have the same digits: it has no digits"
} as const satisfies Partial<Record<Action["_tag"], string>>

const parts = { pay: "deliver", reversal: "deliverReversal" } as const
const meddlings = { query: "meddleQuery", reversal: "meddleReversal", refund: "meddleRefund" } as const

/** The actions of the spec, by those of the model. */
export const actions = {
  Sign: ["sign"],
  Withdraw: ["withdraw"],
  Enroll: ["enroll"],
  Confirm: ["confirm"],
  Revoke: ["revoke"],
  Wipe: ["wipe"],
  Show: ["show", "showNothing"],
  RunOut: ["runOut"],
  Approve: ["approve"],
  Authenticate: ["authenticate"],
  Scan: ["scan"],
  Deliver: Object.values(parts),
  Query: ["query"],
  Reverse: ["sendReversal"],
  Notice: ["notify"],
  Capture: ["capture"],
  RunOff: ["runOff"],
  Guess: ["guess"],
  Present: ["present"],
  Pay: ["pay"],
  Meddle: Object.values(meddlings),
  Impersonate: ["impersonate"],
  Flood: ["flood"],
  Close: ["close"],
  Crash: ["crash"],
  Backup: ["takeBackup"],
  Restore: ["restore"],
  Advance: ["advance"]
} as const satisfies Readonly<Record<Exclude<Action["_tag"], keyof typeof leftOut>, ReadonlyArray<string>>>

const call = (action: string, ...given: ReadonlyArray<Quint.Value>): string =>
  given.length === 0 ? action : `${action}(${given.map(Quint.text).join(", ")})`

const canShow = ({ rules }: World, state: State, phone: number): boolean => {
  const { credentials, held } = state.phones[phone]!
  const credential = credentials[held]
  return credential !== undefined && credential.shown < TokenSource.supply(rules)
}

/** What a code is made over. The model's actions do not say so where it is nothing, and the spec's do. */
const overOf = ({ terms = Binding.plain }: { readonly terms?: Binding.Terms }): Quint.Value => termsOf(terms)

/** An action of the model as one of the spec, with what it is taken with. Throws for one that the spec leaves out. */
export const callOf = (world: World, state: State, action: Action): string => {
  const { _tag: tag } = action
  switch (tag) {
    case "Sign":
    case "Withdraw":
      return call(actions[tag][0], action.account)
    case "Enroll":
      return call("enroll", action.phone, action.heard)
    case "Confirm":
    case "Revoke":
    case "Wipe":
    case "RunOut":
    case "Capture":
    case "Guess":
      return call(actions[tag][0], action.phone)
    case "Show":
      return canShow(world, state, action.phone)
        ? call("show", action.phone, action.till, action.offset, action.revealed, overOf(action))
        : call("showNothing", action.phone)
    case "RunOff":
      return call("runOff", action.phone, action.offset, action.revealed, overOf(action))
    case "Approve":
    case "Reverse":
      return call(actions[tag][0], action.order)
    case "Authenticate":
      return call("authenticate", action.order, action.to, action.node)
    case "Query":
    case "Close":
    case "Impersonate":
      return call(actions[tag][0], action.order, action.node)
    case "Scan":
      return call("scan", action.phone, action.amount)
    case "Deliver":
      return call(parts[action.what], action.order, action.node, action.heard)
    case "Notice":
      return call("notify", action.order, action.forged)
    case "Present":
      return call("present", action.merchant, keyOf(action.key), action.amount)
    case "Pay": {
      const { alias, amount, key } = action.request
      return call("pay", adversary(world), action.order, alias, keyOf(key), amount, action.node)
    }
    case "Meddle":
      return action.what === "refund"
        ? call("meddleRefund", action.order, action.number, action.amount, action.node)
        : call(meddlings[action.what], action.order, action.node)
    case "Flood":
      return call("flood", action.phone, action.merchant)
    case "Crash":
    case "Backup":
    case "Restore":
      return call(actions[tag][0])
    case "Advance":
      return call("advance", action.seconds)
    default:
      throw new Error(`the spec leaves ${tag} out: ${leftOut[tag]}`)
  }
}

/** The action of the model that a step of the spec takes. */
export const actionOf = ({ action, picks }: Quint.Step): Action => {
  const pick = <A>(name: string): A => {
    const picked = picks[name]
    if (picked === undefined) throw new Error(`${action} without its ${name}`)
    return picked as A
  }
  const number = (name: string): number => pick<number>(name)
  const is = (name: string): boolean => pick<boolean>(name)
  const phone = (): number => number("phone")
  const order = (): number => number("n")
  const node = (): Node => pick<Node>("node")
  const over = (): { readonly terms?: Binding.Terms } => {
    const terms = pick<Binding.Terms>("terms")
    return Difference.none(terms, Binding.plain) ? {} : { terms }
  }
  const meddle = (what: "query" | "reversal" | "refund", refund = { number: 0, amount: 0 }): Action => ({
    _tag: "Meddle",
    order: order(),
    what,
    ...refund,
    node: node()
  })
  switch (action) {
    case "sign":
      return { _tag: "Sign", account: number("account") }
    case "withdraw":
      return { _tag: "Withdraw", account: number("account") }
    case "enroll":
      return { _tag: "Enroll", phone: phone(), heard: is("heard") }
    case "confirm":
      return { _tag: "Confirm", phone: phone() }
    case "revoke":
      return { _tag: "Revoke", phone: phone() }
    case "wipe":
      return { _tag: "Wipe", phone: phone() }
    case "showNothing":
      return { _tag: "Show", phone: phone(), till: 0, offset: 0, revealed: false }
    case "show":
      return {
        _tag: "Show",
        phone: phone(),
        till: number("till"),
        offset: number("offset"),
        revealed: is("revealed"),
        ...over()
      }
    case "runOut":
      return { _tag: "RunOut", phone: phone() }
    case "approve":
      return { _tag: "Approve", order: order() }
    case "authenticate":
      return { _tag: "Authenticate", order: order(), to: number("target"), node: node() }
    case "scan":
      return { _tag: "Scan", phone: phone(), amount: number("amount") }
    case "deliver":
      return { _tag: "Deliver", order: order(), what: "pay", node: node(), heard: is("heard") }
    case "deliverReversal":
      return { _tag: "Deliver", order: order(), what: "reversal", node: node(), heard: is("heard") }
    case "query":
      return { _tag: "Query", order: order(), node: node() }
    case "sendReversal":
      return { _tag: "Reverse", order: order() }
    case "notify":
      return { _tag: "Notice", order: order(), forged: is("forged") }
    case "capture":
      return { _tag: "Capture", phone: phone() }
    case "runOff":
      return { _tag: "RunOff", phone: phone(), offset: number("offset"), revealed: is("revealed"), ...over() }
    case "guess":
      return { _tag: "Guess", phone: phone() }
    case "present":
      return { _tag: "Present", merchant: number("merchant"), key: pick<Key>("code"), amount: number("amount") }
    case "pay":
      return {
        _tag: "Pay",
        order: order(),
        request: { alias: number("alias"), key: pick<Key>("code"), amount: number("amount") },
        node: node()
      }
    case "meddleQuery":
      return meddle("query")
    case "meddleReversal":
      return meddle("reversal")
    case "meddleRefund":
      return meddle("refund", { number: number("number"), amount: number("amount") })
    case "impersonate":
      return { _tag: "Impersonate", order: order(), node: node() }
    case "flood":
      return { _tag: "Flood", phone: phone(), merchant: number("merchant") }
    case "close":
      return { _tag: "Close", order: order(), node: node() }
    case "crash":
      return { _tag: "Crash" }
    case "takeBackup":
      return { _tag: "Backup" }
    case "restore":
      return { _tag: "Restore" }
    case "advance":
      return { _tag: "Advance", seconds: number("seconds") }
    default:
      throw new Error(`the spec has an action that the model has not: ${action}`)
  }
}
