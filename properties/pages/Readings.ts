/** Readings: in which world of the model a scene of the pages is played, and how the model's states and actions are told in its words. */
import * as BuiltIn from "../../model/BuiltIn.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as System from "../../model/system/System.ts"
import { type Compared, compare, type Reading, type Seen } from "./Comparison.ts"
import * as Renewal from "./Renewal.ts"
import * as StepUpOrder from "./StepUpOrder.ts"

/** What both scenes leave out. */
const nothing: System.Scope.Plays = {
  agreements: false,
  revocation: false,
  reveals: false,
  stepUp: false,
  queries: false,
  settlement: false,
  tills: true,
  expiry: false,
  opens: false,
  ages: false,
  payouts: false,
  runsOut: false,
  coincidence: false
}

/** One payer with one phone, and one honest merchant. */
const few = {
  name: "pages",
  accounts: 1,
  phones: [0],
  members: 1,
  merchants: 1,
  codes: 1,
  orders: 1,
  inFlight: 1,
  generations: 1,
  refunds: [],
  offsets: [0],
  plays: nothing
} satisfies Partial<System.Scope.Scope>

/** A world of the model with every clause in force, in which messages are lost, late and repeated, and nodes are apart. */
const worldOf = (
  scheme: Scheme,
  scope: Partial<System.Scope.Scope>,
  { amount, balance, start }: Pick<StepUpOrder.Parameters, "amount" | "balance" | "start">
): System.World => ({
  rules: Rules.strict(scheme),
  can: System.Scope.having(["network", "nodes"]),
  scope: {
    ...few,
    ...scope,
    amounts: [amount],
    starts: [start],
    opening: { balance, freeSum: 0, freeCount: 0, all: 0 }
  }
})

/** What happens in the model and has no word in a scene: it is told as it is, and no scene has it. */
const unnamed = (action: System.Action) => ({ does: action._tag }) as never

// ---------------------------------------------------------------------------------------------------------------------
// The order that waits for its payer
// ---------------------------------------------------------------------------------------------------------------------

const stepUpScheme = (of: StepUpOrder.Parameters): Scheme => {
  const scheme = BuiltIn.named("alipay")
  return {
    ...scheme,
    clock: { ...scheme.clock, step: of.step, nodeSkew: of.skew },
    window: { past: of.past, future: of.future },
    display: of.display,
    limit: { ...scheme.limit, payment: of.amount - 1 },
    stepUp: { ...scheme.stepUp, openFor: of.openFor },
    reverse: {
      unknownOrder: of.keepsFirst ? "tombstone" : "notExist",
      notBefore: of.notBefore,
      within: of.within
    }
  }
}

const stepUpAction = (action: System.Action): StepUpOrder.Action => {
  switch (action._tag) {
    case "Show":
      return { does: "show", offset: action.offset }
    case "Scan":
      return { does: "scan" }
    case "Approve":
      return { does: "answers" }
    case "Withdraw":
      return { does: "withdraw" }
    case "Revoke":
      return { does: "revoke" }
    case "Wipe":
      return { does: "told" }
    case "Ask":
      return { does: "prompts" }
    case "Enroll":
      return { does: "ask", heard: action.heard }
    case "Confirm":
      return { does: "confirm" }
    case "Notice":
      return { does: "notice" }
    case "Reverse":
      return { does: "reverse" }
    case "Authenticate":
      return { does: "password", node: action.node }
    case "Close":
      return { does: "deadline", node: action.node }
    case "Query":
      return { does: "query", node: action.node, heard: true }
    case "Deliver":
      return { does: action.what === "pay" ? "request" : "reversal", node: action.node, heard: action.heard }
    default:
      return unnamed(action)
  }
}

/** Where an order stands, as a scene has it. */
const placeOf = (order: System.Order | undefined): string =>
  order === undefined ? "none" : order.status === "refused" ? order.reason : order.status

const stepUpSeen = (world: System.World, state: System.State): Seen => {
  const [order] = state.orders
  const phone = state.phones[0]!
  return {
    order: placeOf(order),
    "the till's view": order?.view ?? "none",
    burned: state.codes[0]?.burned ?? false,
    available: System.Facts.availableOf(world, state, 0),
    agreement: state.accounts[0]!.agreement === "live",
    credentials: phone.credentials.map(({ status }) => status).join(", "),
    "the phone holds": phone.held,
    "the code shown": state.codes.map(({ generation, position }) => `${position} of ${generation}`).join(),
    "the owner has answered": order !== undefined && order.confirmed !== "no"
  }
}

/** Compares the order that waits for its payer; `by` is what the scene takes the parameters for. */
export const compareStepUpOrder = (of: StepUpOrder.Parameters, seconds: number, by = of): Compared => {
  const plays = { agreements: of.ends, revocation: of.ends, stepUp: true, queries: true, settlement: true }
  const scope = { offsets: of.offsets, generations: of.renews ? 2 : 1, plays: { ...nothing, ...plays } }
  const reading: Reading<StepUpOrder.Action> = {
    world: worldOf(stepUpScheme(of), scope, of),
    actionOf: stepUpAction,
    seen: stepUpSeen
  }
  const scene = {
    first: StepUpOrder.initial(by),
    enabled: (state: StepUpOrder.State) => StepUpOrder.enabled(by, state),
    next: (state: StepUpOrder.State, action: StepUpOrder.Action) => StepUpOrder.next(by, state, action),
    seen: (state: StepUpOrder.State): Seen => ({
      order: state.place,
      "the till's view": state.view,
      burned: state.burned,
      available: state.balance - (state.place === "open" ? by.amount : 0),
      agreement: state.agreement,
      credentials: state.credentials.join(", "),
      "the phone holds": state.holds,
      "the code shown": state.code === undefined ? "" : `${state.code.step} of ${state.code.of}`,
      "the owner has answered": state.answer
    })
  }
  return compare(scene, reading, seconds)
}

// ---------------------------------------------------------------------------------------------------------------------
// The credential that is renewed
// ---------------------------------------------------------------------------------------------------------------------

const renewalScheme = ({ amount, display, skew, source }: Renewal.Parameters): Scheme => {
  const scheme = BuiltIn.named(source.of === "seed" ? "alipay" : "wechat")
  const { clock, limit, token } = scheme
  const common = { ...scheme, display, limit: { ...limit, payment: amount } }
  return source.of === "seed"
    ? {
        ...common,
        clock: { ...clock, step: source.step, nodeSkew: skew },
        window: { past: source.past, future: source.future }
      }
    : {
        ...common,
        clock: { ...clock, nodeSkew: skew },
        token: { ...token, batch: source.batch, validity: source.validity }
      }
}

const renewalAction = (action: System.Action): Renewal.Action => {
  switch (action._tag) {
    case "Show":
      return { does: "show" }
    case "Scan":
      return { does: "scan" }
    case "Sign":
      return { does: "sign" }
    case "Withdraw":
      return { does: "withdraw" }
    case "Revoke":
      return { does: "revoke" }
    case "Wipe":
      return { does: "told" }
    case "Ask":
      return { does: "prompts" }
    case "Confirm":
      return { does: "confirm" }
    case "Enroll":
      return { does: "ask", heard: action.heard }
    case "Deliver":
      return { does: "request", node: action.node, order: action.order }
    default:
      return unnamed(action)
  }
}

/** A credential as it is told: where it stands, and what is burned of it, counted from the scene's first position. */
const credentialOf = (status: string, issued: number, burned: ReadonlyArray<number>): string =>
  `${status} since ${issued}, burned ${[...burned].sort((a, b) => a - b).join(" and ")}`

const renewalSeen = (world: System.World, state: System.State): Seen => {
  const phone = state.phones[0]!
  const burnedOf = (generation: number): ReadonlyArray<number> =>
    state.codes.filter((code) => code.burned && code.generation === generation).map(({ position }) => position)
  return {
    credentials: phone.credentials
      .map(({ issuedAt, status }, generation) => credentialOf(status, issuedAt, burnedOf(generation)))
      .join("; "),
    orders: state.orders.map(placeOf).join("; "),
    agreement: state.accounts[0]!.agreement,
    "the phone holds": phone.held,
    "the screen shows": phone.screen,
    available: System.Facts.availableOf(world, state, 0)
  }
}

/** Compares the credential that is renewed; `by` is what the scene takes the parameters for. */
export const compareRenewal = (of: Renewal.Parameters, seconds: number, by = of): Compared => {
  const scope = {
    members: of.begun ? 1 : 0,
    codes: of.codes,
    orders: of.orders,
    inFlight: of.orders,
    generations: of.credentials,
    plays: { ...nothing, agreements: of.agreements, revocation: true, expiry: true }
  }
  const reading: Reading<Renewal.Action> = {
    world: worldOf(renewalScheme(of), scope, of),
    actionOf: renewalAction,
    seen: renewalSeen
  }
  const scene = {
    first: Renewal.initial(by),
    enabled: (state: Renewal.State) => Renewal.enabled(by, state),
    next: (state: Renewal.State, action: Renewal.Action) => Renewal.next(by, state, action),
    seen: (state: Renewal.State): Seen => ({
      credentials: state.credentials
        .map(({ burned, issued, status }) => credentialOf(status, issued, burned))
        .join("; "),
      orders: state.orders.map(({ place }) => (place === "PAID" ? "paid" : place)).join("; "),
      agreement: state.agreement,
      "the phone holds": state.holds?.credential ?? -1,
      "the screen shows": state.screen?.code.position ?? -1,
      available: state.balance
    })
  }
  return compare(scene, reading, seconds)
}
