/**
 * Translation: the actions of the model in the words of the Quint spec, and the steps of the spec as actions of the model.
 * Each way is one table, which does not compile where an action is missing.
 */
import { Binding, TokenSource } from "../../model/steps/Steps.ts"
import {
  type Action,
  adversary,
  type CodeKey,
  type Node,
  type Of,
  type State,
  type World
} from "../../model/system/System.ts"
import * as Difference from "../Difference.ts"
import { keyOf, termsOf } from "./Projection.ts"
import type * as Quint from "./Quint.ts"
import { text } from "./Quint.ts"

/** The actions of the model that the spec leaves out, and why. */
export const leftOut = {
  GiveUp: "a till gives an order up only where REL-6 is left out, and the spec has every clause in force",
  Race: "two requests are decided on the same facts only where VER-13, VER-20 or VER-23 is left out",
  Coincide: "no two codes of the spec have the same digits: it has no digits"
} as const satisfies Partial<Record<Action["_tag"], string>>

const parts = { pay: "deliver", reversal: "deliverReversal" } as const
const meddlings = {
  query: "meddleQuery",
  reversal: "meddleReversal",
  refund: "meddleRefund",
  "refund query": "meddleRefundQuery"
} as const

/** The actions of the spec, by those of the model. */
export const actions = {
  Sign: ["sign"],
  Withdraw: ["withdraw"],
  Enroll: ["enroll"],
  Confirm: ["confirm"],
  Revoke: ["revoke"],
  Wipe: ["wipe"],
  Ask: ["ask"],
  Show: ["show", "showNothing"],
  Open: ["openApp"],
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
  PayOut: ["payOut"],
  Crash: ["crash"],
  Backup: ["takeBackup"],
  Restore: ["restore"],
  Advance: ["advance"]
} as const satisfies Readonly<Record<Exclude<Action["_tag"], keyof typeof leftOut>, ReadonlyArray<string>>>

/** The tag of an action that the spec has. */
type Tag = keyof typeof actions

/** The name of an action of the spec. */
type SpecAction = (typeof actions)[Tag][number]

// ---------------------------------------------------------------------------------------------------------------------
// From the model to the spec
// ---------------------------------------------------------------------------------------------------------------------

/** An action of the spec, and what it is taken with. */
type Call = readonly [SpecAction, ...ReadonlyArray<Quint.Value>]

const canShow = ({ rules }: World, state: State, phone: number): boolean => {
  const { credentials, held } = state.phones[phone]!
  const credential = credentials[held]
  return credential !== undefined && credential.shown < TokenSource.supply(rules)
}

/** What a code is made over. The model's actions do not say so where it is nothing, and the spec's do. */
const overOf = ({ terms = Binding.plain }: { readonly terms?: Binding.Terms }): Quint.Value => termsOf(terms)

/** The calls of the spec that the actions of the model are. */
const calls: { readonly [T in Tag]: (action: Of<T>, world: World, state: State) => Call } = {
  Sign: ({ account }) => ["sign", account],
  Withdraw: ({ account }) => ["withdraw", account],
  Enroll: ({ heard, phone }) => ["enroll", phone, heard],
  Confirm: ({ phone }) => ["confirm", phone],
  Revoke: ({ phone }) => ["revoke", phone],
  Wipe: ({ phone }) => ["wipe", phone],
  Ask: ({ phone }) => ["ask", phone],
  Show: (action, world, state) =>
    canShow(world, state, action.phone)
      ? ["show", action.phone, action.till, action.offset, action.revealed, overOf(action)]
      : ["showNothing", action.phone],
  Open: (action) => ["openApp", action.phone, action.by, overOf(action)],
  RunOut: ({ phone }) => ["runOut", phone],
  Approve: ({ order }) => ["approve", order],
  Authenticate: ({ node, order, to }) => ["authenticate", order, to, node],
  Scan: ({ amount, phone }) => ["scan", phone, amount],
  Deliver: ({ heard, node, order, what }) => [parts[what], order, node, heard],
  Query: ({ node, order }) => ["query", order, node],
  Reverse: ({ order }) => ["sendReversal", order],
  Notice: ({ forged, order }) => ["notify", order, forged],
  Capture: ({ phone }) => ["capture", phone],
  RunOff: (action) => ["runOff", action.phone, action.offset, action.revealed, overOf(action)],
  Guess: ({ phone }) => ["guess", phone],
  Present: ({ amount, key, merchant }) => ["present", merchant, keyOf(key), amount],
  Pay: ({ node, order, request: { alias, amount, key } }, world) => [
    "pay",
    adversary(world),
    order,
    alias,
    keyOf(key),
    amount,
    node
  ],
  Meddle: ({ amount, node, number, order, what }) => {
    if (what === "refund") return [meddlings[what], order, number, amount, node]
    return what === "refund query" ? [meddlings[what], order, number, node] : [meddlings[what], order, node]
  },
  Impersonate: ({ node, order }) => ["impersonate", order, node],
  Flood: ({ merchant, phone, terminal }) => ["flood", phone, merchant, terminal],
  Close: ({ node, order }) => ["close", order, node],
  PayOut: ({ merchant }) => ["payOut", merchant],
  Crash: () => ["crash"],
  Backup: () => ["takeBackup"],
  Restore: () => ["restore"],
  Advance: ({ seconds }) => ["advance", seconds]
}

const isLeftOut = (tag: Action["_tag"]): tag is keyof typeof leftOut => tag in leftOut

/** An action of the model as one of the spec, with what it is taken with. Throws for one that the spec leaves out. */
export const callOf = (world: World, state: State, action: Action): string => {
  const { _tag: tag } = action
  if (isLeftOut(tag)) throw new Error(`the spec leaves ${tag} out: ${leftOut[tag]}`)
  // The table has a call for each action by the tag of the same.
  const call = calls[tag] as unknown as (action: Action, world: World, state: State) => Call
  const [name, ...given] = call(action, world, state)
  return given.length === 0 ? name : `${name}(${given.map(text).join(", ")})`
}

// ---------------------------------------------------------------------------------------------------------------------
// From the spec to the model
// ---------------------------------------------------------------------------------------------------------------------

/** What was picked for a step under a name. */
const pick = <A>({ action, picks }: Quint.Step, name: string): A => {
  const picked = picks[name]
  if (picked === undefined) throw new Error(`${action} without its ${name}`)
  return picked as A
}

const number = (step: Quint.Step, name: string): number => pick<number>(step, name)
const is = (step: Quint.Step, name: string): boolean => pick<boolean>(step, name)
const phone = (step: Quint.Step): number => number(step, "phone")
const order = (step: Quint.Step): number => number(step, "n")
const node = (step: Quint.Step): Node => pick<Node>(step, "node")
const key = (step: Quint.Step): CodeKey => pick<CodeKey>(step, "code")

/** What a code is made over, as the model's actions say it. */
const over = (step: Quint.Step): { readonly terms?: Binding.Terms } => {
  const terms = pick<Binding.Terms>(step, "terms")
  return Difference.none(terms, Binding.plain) ? {} : { terms }
}

const deliver = (step: Quint.Step, what: Of<"Deliver">["what"]): Action => ({
  _tag: "Deliver",
  order: order(step),
  what,
  node: node(step),
  heard: is(step, "heard")
})

const meddle = (
  step: Quint.Step,
  what: Of<"Meddle">["what"],
  refund: Pick<Of<"Meddle">, "number" | "amount"> = { number: 0, amount: 0 }
): Action => ({ _tag: "Meddle", order: order(step), what, ...refund, node: node(step) })

/** Where a flood comes from: the till, another terminal, or as many as it takes. */
const terminals: ReadonlyArray<Of<"Flood">["terminal"]> = [0, 1, 2]

/** The actions of the model that the steps of the spec are. */
const steps: { readonly [Name in SpecAction]: (step: Quint.Step) => Action } = {
  sign: (step) => ({ _tag: "Sign", account: number(step, "account") }),
  withdraw: (step) => ({ _tag: "Withdraw", account: number(step, "account") }),
  enroll: (step) => ({ _tag: "Enroll", phone: phone(step), heard: is(step, "heard") }),
  confirm: (step) => ({ _tag: "Confirm", phone: phone(step) }),
  revoke: (step) => ({ _tag: "Revoke", phone: phone(step) }),
  wipe: (step) => ({ _tag: "Wipe", phone: phone(step) }),
  ask: (step) => ({ _tag: "Ask", phone: phone(step) }),
  showNothing: (step) => ({ _tag: "Show", phone: phone(step), till: 0, offset: 0, revealed: false }),
  show: (step) => ({
    _tag: "Show",
    phone: phone(step),
    till: number(step, "till"),
    offset: number(step, "offset"),
    revealed: is(step, "revealed"),
    ...over(step)
  }),
  openApp: (step) => ({
    _tag: "Open",
    phone: phone(step),
    by: pick<Of<"Open">["by"]>(step, "by"),
    ...over(step)
  }),
  runOut: (step) => ({ _tag: "RunOut", phone: phone(step) }),
  approve: (step) => ({ _tag: "Approve", order: order(step) }),
  authenticate: (step) => ({
    _tag: "Authenticate",
    order: order(step),
    to: number(step, "target"),
    node: node(step)
  }),
  scan: (step) => ({ _tag: "Scan", phone: phone(step), amount: number(step, "amount") }),
  deliver: (step) => deliver(step, "pay"),
  deliverReversal: (step) => deliver(step, "reversal"),
  query: (step) => ({ _tag: "Query", order: order(step), node: node(step) }),
  sendReversal: (step) => ({ _tag: "Reverse", order: order(step) }),
  notify: (step) => ({ _tag: "Notice", order: order(step), forged: is(step, "forged") }),
  capture: (step) => ({ _tag: "Capture", phone: phone(step) }),
  runOff: (step) => ({
    _tag: "RunOff",
    phone: phone(step),
    offset: number(step, "offset"),
    revealed: is(step, "revealed"),
    ...over(step)
  }),
  guess: (step) => ({ _tag: "Guess", phone: phone(step) }),
  present: (step) => ({
    _tag: "Present",
    merchant: number(step, "merchant"),
    key: key(step),
    amount: number(step, "amount")
  }),
  pay: (step) => ({
    _tag: "Pay",
    order: order(step),
    request: { alias: number(step, "alias"), key: key(step), amount: number(step, "amount") },
    node: node(step)
  }),
  meddleQuery: (step) => meddle(step, "query"),
  meddleReversal: (step) => meddle(step, "reversal"),
  meddleRefund: (step) => meddle(step, "refund", { number: number(step, "number"), amount: number(step, "amount") }),
  meddleRefundQuery: (step) => meddle(step, "refund query", { number: number(step, "number"), amount: 0 }),
  impersonate: (step) => ({ _tag: "Impersonate", order: order(step), node: node(step) }),
  flood: (step) => ({
    _tag: "Flood",
    phone: phone(step),
    merchant: number(step, "merchant"),
    terminal: terminals[number(step, "terminal")]!
  }),
  close: (step) => ({ _tag: "Close", order: order(step), node: node(step) }),
  payOut: (step) => ({ _tag: "PayOut", merchant: number(step, "merchant") }),
  crash: () => ({ _tag: "Crash" }),
  takeBackup: () => ({ _tag: "Backup" }),
  restore: () => ({ _tag: "Restore" }),
  advance: (step) => ({ _tag: "Advance", seconds: number(step, "seconds") })
}

/** The action of the model that a step of the spec takes. */
export const actionOf = (step: Quint.Step): Action => {
  if (!Object.hasOwn(steps, step.action)) {
    throw new Error(`the spec has an action that the model has not: ${step.action}`)
  }
  return steps[step.action as SpecAction](step)
}
