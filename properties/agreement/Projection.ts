/**
 * Projection: the model in the words of the Quint spec. A world becomes an instance of the spec, a run of the model gives
 * every variable of the spec, and actions are translated both ways.
 */
import type { Outcome } from "../../model/Order.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/System.ts"
import * as Time from "../../model/Time.ts"
import type { ClaimId } from "../../spec/Claims.ts"
import { catalogue } from "../claims/Catalogue.ts"
import * as Quint from "./Quint.ts"

const payerOf = (index: number): string => String.fromCharCode("A".charCodeAt(0) + index)
const indexOfPayer = (name: Quint.Value): number => String(name).charCodeAt(0) - "A".charCodeAt(0)
const merchantOf = (index: number): string => `M${index + 1}`
const indexOfMerchant = (name: Quint.Value): number => Number(String(name).slice(1)) - 1
const idOf = ({ order, request }: RequestId): Quint.Value => ({ order: order + 1, place: request + 1 })

/** A request by its place in the model's state. */
export interface RequestId {
  readonly order: number
  readonly request: number
}

// ---------------------------------------------------------------------------------------------------------------------
// Worlds
// ---------------------------------------------------------------------------------------------------------------------

/** A scheme as the constants of the spec that are its parameters. */
export const parameters = ({ clock, code, display, leak, limit, order, relay, window }: Scheme): Quint.State => ({
  STEP: clock.step,
  DRIFT: clock.drift,
  UTC_OFFSET: clock.utcOffset,
  WINDOW_PAST: window.past,
  WINDOW_FUTURE: window.future,
  DISPLAY: display,
  DELIVERY: relay.deliveryAtMost,
  BINDS_CODE: order.bindsCode,
  MASKED_ALIAS: code.alias === "masked-index",
  PAYMENT_LIMIT: limit.payment,
  DAY_SUM: limit.daySum,
  LEAK_SECONDS: leak.seconds
})

/** Waits that lead from one side of every bound of a scheme to the other. */
const waits = ({ clock: { step }, display, relay, window: { past } }: Scheme): ReadonlyArray<number> => [
  1,
  relay.deliveryAtMost,
  step - 1,
  step,
  display,
  step * (past + 1),
  Time.secondsPerDay
]

const scopeOf = (world: System.World): Quint.State => {
  const { can, rules, scope } = world
  const own = System.adversary(world)
  const merchants = Array.from({ length: scope.merchants }, (_, merchant) => merchant)
  return {
    PAYERS: { set: Array.from({ length: scope.accounts }, (_, payer) => payerOf(payer)) },
    MEMBERS: { set: [payerOf(0)] },
    MERCHANTS: { set: merchants.map(merchantOf) },
    CORRUPT: { set: merchants.filter((merchant) => merchant === own).map(merchantOf) },
    CAN: { set: Object.entries(can).flatMap(([capability, has]) => (has ? [capability] : [])) },
    BALANCE: scope.opening.balance,
    SPENT: scope.opening.spentToday,
    STARTS: { set: scope.starts },
    AMOUNTS: { set: scope.amounts },
    OFFSETS: { set: scope.offsets },
    WAITS: { set: [...new Set(waits(rules.scheme))] },
    CODES: scope.codes,
    ORDERS: scope.orders,
    REQUESTS: scope.requests,
    IN_FLIGHT: scope.inFlight
  }
}

/** The text of a module that is the spec's instance for a world. */
export const instance = (name: string, world: System.World): string => {
  const constants = Object.entries({ ...parameters(world.rules.scheme), ...scopeOf(world) })
  const given = constants.map(([constant, value]) => `    ${constant} = ${Quint.text(value)}`)
  return `module ${name} {\n  import paycode(\n${given.join(",\n")}\n  ).*\n}\n`
}

// ---------------------------------------------------------------------------------------------------------------------
// Runs
// ---------------------------------------------------------------------------------------------------------------------

/** A run of the model: the state that it is in, and what was seen on the way that no state keeps. */
export interface Run {
  readonly world: System.World
  readonly state: System.State
  readonly answers: ReadonlyMap<string, ReadonlyArray<Outcome>>
  readonly debits: ReadonlyArray<RequestId & { readonly at: number; readonly agreed: boolean; readonly first: boolean }>
  readonly attempts: ReadonlyArray<RequestId>
  readonly honoured: ReadonlyArray<RequestId>
  readonly wronged: ReadonlyArray<RequestId>
  /** The claims that a step of the run broke. */
  readonly broken: ReadonlySet<ClaimId>
}

/** The run that has just begun in a state. */
export const begin = (world: System.World, state: System.State): Run => ({
  world,
  state,
  answers: new Map(),
  debits: [],
  attempts: [],
  honoured: [],
  wronged: [],
  broken: new Set()
})

type AboutRequest = Extract<System.Event, RequestId>

const keyOf = ({ order, request }: RequestId): string => `${order} ${request}`

const answered = (run: Run, event: Extract<AboutRequest, { _tag: "Answered" }>, after: System.State): Partial<Run> => {
  const given = run.answers.get(keyOf(event)) ?? []
  const { attempt, outcome } = event.decision
  const judgement = catalogue["honest-payment"].judge(run.world, run.state, event, after)
  return {
    answers: new Map(run.answers).set(keyOf(event), [...given, outcome]),
    attempts: attempt ? [...run.attempts, event] : run.attempts,
    honoured: judgement === "kept" ? [...run.honoured, event] : run.honoured,
    wronged: judgement === "broken" ? [...run.wronged, event] : run.wronged
  }
}

const debited = ({ debits, state }: Run, { order, request }: RequestId, after: System.State): Partial<Run> => {
  const { code, payer } = after.orders[order]!.requests[request]!
  const agreed = state.payers[payer]!.agreement === "live"
  const first = state.codes[code]?.attempted === false
  return { debits: [...debits, { order, request, at: state.now, agreed, first }] }
}

const isBroken = (run: Run, event: System.Event, after: System.State, id: ClaimId): boolean => {
  const { judge, on } = catalogue[id]
  return on.includes(event._tag) && judge(run.world, run.state, event, after) === "broken"
}

/** The run one action later. */
export const take = (before: Run, action: System.Action): Run => {
  const { events, state } = System.next(before.world, before.state, action)
  let run = before
  const broken = new Set(before.broken)
  for (const event of events) {
    if (event._tag === "Answered") run = { ...run, ...answered(run, event, state) }
    if (event._tag === "Debited") run = { ...run, ...debited(run, event, state) }
    for (const { id } of Object.values(catalogue)) if (isBroken(before, event, state, id)) broken.add(id)
  }
  return { ...run, state, broken }
}

const codeValue = ({ payer, step }: System.Code): Quint.Value => ({ payer: payerOf(payer), step })

const agreements = { none: { tag: "NotSigned" }, live: { tag: "Live" }, ended: { tag: "Ended" } } as const

const proofOf = ({ codes }: System.State, { code }: System.Request): Quint.Value =>
  code < 0 ? { tag: "MadeUp" } : { tag: "Genuine", of: codeValue(codes[code]!) }

const askedOf = (state: System.State, request: System.Request) => ({
  alias: payerOf(request.payer),
  proof: proofOf(state, request),
  amount: request.amount
})

const phones = ({ codes, payers }: System.State): Quint.State => {
  const made = codes.filter((code) => code.made)
  return {
    agreements: { map: payers.map(({ agreement }, payer) => [payerOf(payer), agreements[agreement]]) },
    enrolled: { set: payers.flatMap(({ enrolled }, payer) => (enrolled ? [payerOf(payer)] : [])) },
    screens: {
      map: payers.flatMap(({ screen }, payer) => (screen < 0 ? [] : [[payerOf(payer), codeValue(codes[screen]!)]]))
    },
    showings: {
      map: made.map((code) => [codeValue(code), { till: merchantOf(code.till), at: code.shownAt, onTime: code.onTime }])
    },
    known: { set: codes.filter((code) => code.captured).map(codeValue) },
    burned: { set: codes.filter((code) => code.burned).map(codeValue) }
  }
}

const orders = (state: System.State, sent: ReadonlyArray<RequestId>): Quint.State => ({
  requests: {
    map: sent.map((id) => {
      const { merchant, requests } = state.orders[id.order]!
      const request = requests[id.request]!
      return [idOf(id), { ...askedOf(state, request), merchant: merchantOf(merchant), sentAt: request.sentAt }]
    })
  },
  records: {
    map: state.orders.flatMap(({ decided, outcome, requests }, order) =>
      outcome === "NONE" ? [] : [[order + 1, { ...askedOf(state, requests[decided]!), outcome }]]
    )
  }
})

/** Every variable of the spec, as the model has it. Where the model's state keeps it as well as its events, by both. */
export const variables = ({ answers, attempts, debits, honoured, state, wronged }: Run): Quint.State => {
  const requestOf = (id: RequestId): System.Request => state.orders[id.order]!.requests[id.request]!
  const sent = state.orders.flatMap(({ requests }, order) => requests.map((_, request) => ({ order, request })))
  return {
    answers: {
      map: sent.flatMap((id) => {
        const { answer } = requestOf(id)
        return answer === "NONE" ? [] : [[idOf(id), [...(answers.get(keyOf(id)) ?? []).slice(0, -1), answer]]]
      })
    },
    clock: state.now,
    ...phones(state),
    ...orders(state, sent),
    debits: debits
      .filter((debit) => requestOf(debit).debits === 1)
      .map((debit) => ({
        request: idOf(debit),
        at: debit.at,
        day: requestOf(debit).day,
        agreed: debit.agreed,
        first: debit.first
      })),
    attempts: { set: attempts.filter((id) => state.codes[requestOf(id).code]!.attempted).map(idOf) },
    honoured: { set: honoured.map(idOf) },
    wronged: { set: wronged.map(idOf) }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Actions
// ---------------------------------------------------------------------------------------------------------------------

const codeNumber = (state: System.State, value: Quint.Value): number => {
  const { payer, step } = value as { readonly payer: Quint.Value; readonly step: Quint.Value }
  return state.codes.findIndex((code) => code.payer === indexOfPayer(payer) && code.step === step)
}

/** The spec's step as an action of the model. */
export const actionOf = (state: System.State, { action, picks }: Quint.Step): System.Action => {
  const pick = (name: string): Quint.Value => {
    const value = picks[name]
    if (value === undefined) throw new Error(`the spec took ${action} without a ${name}`)
    return value
  }
  const payer = (name: string): number => indexOfPayer(pick(name))
  const amount = (): number => Number(pick("amount"))
  const till = (): number => indexOfMerchant(pick("till"))
  switch (action) {
    case "sign":
      return { _tag: "Sign", payer: payer("payer") }
    case "withdraw":
      return { _tag: "Withdraw", payer: payer("payer") }
    case "enroll":
      return { _tag: "Enroll", payer: payer("payer") }
    case "showNothing":
      return { _tag: "Show", payer: payer("payer"), till: 0, offset: 0 }
    case "show":
      return { _tag: "Show", payer: payer("payer"), till: till(), offset: Number(pick("offset")) }
    case "capture":
      return { _tag: "Capture", code: state.payers[payer("payer")]!.screen }
    case "scan":
      return { _tag: "Scan", payer: payer("payer"), amount: amount() }
    case "submit":
      return {
        _tag: "Submit",
        merchant: till(),
        code: codeNumber(state, pick("code")),
        payer: payer("alias"),
        amount: amount()
      }
    case "resubmit": {
      const code = codeNumber(state, pick("code"))
      const order = Number(pick("number")) - 1
      return { _tag: "Resubmit", order, code, payer: state.codes[code]?.payer ?? -1, amount: amount() }
    }
    case "guessWrong":
    case "guessRight":
      return {
        _tag: "Guess",
        merchant: till(),
        payer: payer("alias"),
        amount: amount(),
        lucky: action === "guessRight"
      }
    case "deliver": {
      const { order, place } = pick("id") as { readonly order: number; readonly place: number }
      return { _tag: "Deliver", order: order - 1, request: place - 1 }
    }
    case "advance":
      return { _tag: "Advance", seconds: Number(pick("seconds")) }
    default:
      throw new Error(`the spec has an action that the model has not: ${action}`)
  }
}

const call = (action: string, ...given: ReadonlyArray<Quint.Value>): string =>
  `${action}(${given.map(Quint.text).join(", ")})`

/** An action of the model as one of the spec, with what it is taken with. */
export const callOf = (state: System.State, action: System.Action): string => {
  const code = (number: number): Quint.Value => codeValue(state.codes[number]!)
  switch (action._tag) {
    case "Sign":
      return call("sign", payerOf(action.payer))
    case "Withdraw":
      return call("withdraw", payerOf(action.payer))
    case "Enroll":
      return call("enroll", payerOf(action.payer))
    case "Show":
      return state.payers[action.payer]!.enrolled
        ? call("show", payerOf(action.payer), merchantOf(action.till), action.offset)
        : call("showNothing", payerOf(action.payer))
    case "Capture":
      return call("capture", payerOf(state.codes[action.code]!.payer))
    case "Scan":
      return call("scan", payerOf(action.payer), action.amount)
    case "Submit":
      return call("submit", merchantOf(action.merchant), code(action.code), payerOf(action.payer), action.amount)
    case "Resubmit":
      return call("resubmit", action.order + 1, code(action.code), action.amount)
    case "Guess":
      return call(
        action.lucky ? "guessRight" : "guessWrong",
        merchantOf(action.merchant),
        payerOf(action.payer),
        action.amount
      )
    case "Deliver":
      return call("deliver", idOf(action))
    case "Advance":
      return call("advance", action.seconds)
  }
}
