/** Deeds: what somebody can do next, in a state: all that can happen, but for the passing of time. */
import * as Result from "effect/Result"
import type { Rules } from "../Rules.ts"
import * as Binding from "../steps/Binding.ts"
import * as Generation from "../steps/Generation.ts"
import * as Relay from "../steps/Relay.ts"
import * as Settlement from "../steps/Settlement.ts"
import * as StepUp from "../steps/StepUp.ts"
import * as TokenSource from "../steps/TokenSource.ts"
import * as Time from "../Time.ts"
import type { Action, Node, Of, Racer } from "./Action.ts"
import * as Books from "./Books.ts"
import {
  accountOf,
  adversary,
  indexOf,
  isCorrupt,
  isSame,
  type Key,
  nowhere,
  type Order,
  roguePhone,
  type State,
  type World
} from "./State.ts"

const nodesOf = ({ can, rules }: World): ReadonlyArray<Node> =>
  can.nodes && rules.scheme.clock.nodeSkew > 0 ? bothNodes : oneNode
const bothNodes: ReadonlyArray<Node> = [0, 1]
const oneNode: ReadonlyArray<Node> = [0]

/** Whether an answer, or a reply, may be lost on its way. */
const loses = ({ can }: World): boolean => can.network || can.crash

/** The code on a phone's screen; undefined where there is none, or it was shown for long enough. */
export const screenOf = ({ rules }: World, { now, phones }: State, phone: number): Key | undefined => {
  const { held, revealed, screen, since } = phones[phone]!
  if (screen === nowhere || !Generation.isDisplayed(rules, now - since)) return undefined
  return { phone, generation: held, position: screen, revealed }
}

// ---------------------------------------------------------------------------------------------------------------------
// The owner and the phone
// ---------------------------------------------------------------------------------------------------------------------

const ownerDeeds = ({ scope }: World, state: State, out: Array<Action>): void => {
  if (!scope.plays.agreements) return
  for (let account = 0; account < state.accounts.length; account++) {
    const { agreement } = state.accounts[account]!
    if (agreement === "none") out.push({ _tag: "Sign", account })
    if (agreement === "live") out.push({ _tag: "Withdraw", account })
  }
}

/** Whether a phone would get another credential than one it has: only so many are played. */
const mayEnroll = (world: World, state: State, phone: number): boolean => {
  const { rules, scope } = world
  const { credentials } = state.phones[phone]!
  const isPending = Books.standing(world, state, phone).at(-1) === "pending" && rules.lapses["ENR-9"] === undefined
  return isPending || credentials.length < scope.generations
}

const phoneDeeds = (
  world: World,
  state: State,
  phone: number,
  thrift: Thrift | undefined,
  out: Array<Action>
): void => {
  const { rules, scope } = world
  const { credentials, held } = state.phones[phone]!
  const credential = credentials[held]
  const isRogue = phone === roguePhone(world)
  if (mayEnroll(world, state, phone)) {
    out.push({ _tag: "Enroll", phone, heard: true })
    if (loses(world)) out.push({ _tag: "Enroll", phone, heard: false })
  }
  if (credential?.status === "pending") out.push({ _tag: "Confirm", phone })
  if (scope.plays.revocation && !isRogue) {
    const live = credentials.some(({ status }) => status === "pending" || status === "live")
    if (live) out.push({ _tag: "Revoke", phone })
    // A phone that is told of its revocation keeps nothing (ENR-12).
    if (credential?.status === "revoked") out.push({ _tag: "Wipe", phone })
  }
  if (isRogue) return
  const supply = TokenSource.supply(rules)
  if (credential === undefined || credential.shown >= supply) {
    out.push({ _tag: "Show", phone, till: 0, offset: 0, revealed: false })
    return
  }
  if (scope.plays.runsOut && supply < Number.POSITIVE_INFINITY) out.push({ _tag: "RunOut", phone })
  if (state.used.codes < scope.codes) showings(world, state, phone, thrift, out)
}

/** A code that is made over nothing, as an action has it: by saying nothing. */
const overNothing: { readonly terms?: Binding.Terms } = {}

/**
 * Whether the payer enters the PIN: where the amount or the way it is shown asks for it. Where the day's payments do, an
 * offline phone cannot know, and the payer may.
 */
const pinsFor = (
  world: World,
  state: State,
  phone: number,
  sum: number,
  revealed: boolean
): ReadonlyArray<Binding.Pin> => {
  const { rules } = world
  if (!StepUp.isInCode(rules)) return withoutPin
  const { dayCount = Number.POSITIVE_INFINITY, daySum = Number.POSITIVE_INFINITY, payment } = rules.scheme.limit
  if (sum > payment || revealed) return withPin
  const { free } = Books.standingOf(world, state, accountOf(world, phone), Time.dayAt(rules.scheme, state.now))
  return free.sum + sum > daySum || free.count >= dayCount ? eitherWay : withoutPin
}
const withoutPin: ReadonlyArray<Binding.Pin> = ["none"]
const withPin: ReadonlyArray<Binding.Pin> = ["owner"]
const eitherWay: ReadonlyArray<Binding.Pin> = ["none", "owner"]

/**
 * What a payer at a till confirms, and the phone makes a code over: the till's transaction. In its place the adversary can
 * show another of the same payee and amount: that of its own purchase, or one that it made up. A payer who is shown
 * nothing confirms what is another's as well (GEN-8).
 */
const confirmed = (
  world: World,
  state: State,
  phone: number,
  till: number,
  revealed: boolean
): ReadonlyArray<{ readonly terms?: Binding.Terms }> => {
  const { can, rules, scope } = world
  const all: Array<{ readonly terms?: Binding.Terms }> = Binding.showsPlain(rules) ? [overNothing] : []
  if (!Binding.isBound(rules)) return all
  const own = adversary(world)
  for (const sum of scope.amounts) {
    // A till shows no amount that it would not ask for.
    if (Result.isFailure(Relay.admit(rules, sum))) continue
    for (const pin of pinsFor(world, state, phone, sum, revealed)) {
      const terms = { payee: till, sum, pin, copied: false }
      all.push({ terms })
      if (!can.relay || till === own) continue
      all.push({ terms: { ...terms, copied: true } })
      if (rules.lapses["GEN-8"] !== undefined && own >= 0) all.push({ terms: { ...terms, payee: own, copied: true } })
    }
  }
  return all
}

/** What the adversary has a phone make a code over that it holds for a moment: it knows no PIN. */
const runOffs = (world: World, thrift: Thrift | undefined): ReadonlyArray<{ readonly terms?: Binding.Terms }> => {
  const { rules, scope } = world
  const all: Array<{ readonly terms?: Binding.Terms }> = Binding.showsPlain(rules) ? [overNothing] : []
  if (!Binding.isBound(rules)) return all
  const own = adversary(world)
  for (let payee = 0; payee < scope.merchants; payee++) {
    if (thrift?.otherTills === true && payee !== own) continue
    for (const sum of scope.amounts) all.push({ terms: { payee, sum, pin: "none", copied: payee !== own } })
  }
  return all
}

/** The ways in which a phone can show a code that it has not made: its clock may be wrong, and the code revealed. */
const showings = (world: World, state: State, phone: number, thrift: Thrift | undefined, out: Array<Action>): void => {
  const { can, rules, scope } = world
  const { credentials, held } = state.phones[phone]!
  const { scheme } = rules
  const isRead = thrift?.readPhones === true && isCorrupt(world, phone)
  const reveals = scheme.code.marksRevealed && scope.plays.reveals
  for (let way = 0; way < (reveals ? 2 : 1); way++) {
    const revealed = way === 1
    for (const offset of scope.offsets) {
      const position = TokenSource.hasSteps(scheme) ? Time.stepAt(scheme, state.now + offset) : credentials[held]!.shown
      const made = state.codes[indexOf(state.codes, { phone, generation: held, position, revealed })]
      if (made?.made) continue
      for (let till = 0; till < scope.merchants; till++) {
        if (thrift?.otherTills === true && till !== adversary(world)) continue
        for (const over of confirmed(world, state, phone, till, revealed)) {
          if (isRead && (over.terms?.pin ?? "none") === "none") continue
          out.push({ _tag: "Show", phone, till, offset, revealed, ...over })
        }
      }
      if (!can["hold-phone"]) continue
      if (isRead) continue
      for (const over of runOffs(world, thrift)) out.push({ _tag: "RunOff", phone, offset, revealed, ...over })
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Tills, and the network between them and the provider
// ---------------------------------------------------------------------------------------------------------------------

/** Whether one more order number may be used. */
const canOrder = ({ scope }: World, state: State): boolean => state.used.orders < scope.orders

/** Whether one more request of an honest till may be under way. */
const canSend = ({ scope }: World, state: State): boolean => {
  let underWay = 0
  for (const { arrived, view } of state.orders) if (!arrived && view !== "adversary") underWay++
  return underWay < scope.inFlight
}

/** Whether a till has an order of the same phone that is not settled (REL-7). */
const isWaiting = (state: State, till: number, phone: number): boolean =>
  state.orders.some(
    ({ merchant, phone: of, view }) =>
      merchant === till && of === phone && view !== "adversary" && !Relay.isSettled(view)
  )

/** Whether a till asks for an amount when it scans a code: for that of its transaction, which the phone has read. */
const isAskedFor = ({ codes }: State, key: Key, amount: number): boolean => {
  const code = codes[indexOf(codes, key)]
  return code === undefined || code.payee < 0 || code.copied || code.sum === amount
}

const scans = (world: World, state: State, out: Array<Action>): void => {
  const { can, rules, scope } = world
  if (!scope.plays.tills || !canOrder(world, state) || !canSend(world, state)) return
  const own = adversary(world)
  for (let phone = 0; phone < state.phones.length; phone++) {
    const { till } = state.phones[phone]!
    const screen = screenOf(world, state, phone)
    if (screen === undefined || till === own) continue
    if (rules.lapses["REL-7"] === undefined && isWaiting(state, till, phone)) continue
    for (const amount of scope.amounts) {
      if (isAskedFor(state, screen, amount)) out.push({ _tag: "Scan", phone, amount })
    }
  }
  for (let merchant = 0; merchant < scope.merchants; merchant++) {
    if (merchant === own) continue
    for (const code of state.codes) {
      const isShown = can.relay && isOnScreen(world, state, code)
      if (!(can.capture && code.known) && !isShown) continue
      const { generation, phone, position, revealed } = code
      const key = { phone, generation, position, revealed }
      for (const amount of scope.amounts) out.push({ _tag: "Present", merchant, key, amount })
    }
    if (can["wrong-guess"]) {
      const key = { phone: 0, generation: 0, position: nowhere, revealed: false }
      out.push({ _tag: "Present", merchant, key, amount: scope.amounts[0]! })
    }
  }
}

const isOnScreen = (world: World, state: State, { generation, phone, position, revealed }: Key): boolean => {
  const shown = screenOf(world, state, phone)
  return shown?.position === position && shown.generation === generation && shown.revealed === revealed
}

const deliveries = (
  world: World,
  order: Order,
  index: number,
  what: "pay" | "reversal",
  isFirst: boolean,
  nodes: ReadonlyArray<Node>,
  out: Array<Action>
): void => {
  // Without the network each message arrives once, and is heard.
  if (!isFirst && !world.can.network) return
  const { queries, settlement } = world.scope.plays
  const isWaiting = what === "reversal" ? order.view === "reversing" : Relay.mayQuery(order.view as Relay.View)
  // Where nobody asks again, an answer that is lost is as good as a request that is.
  const matters = isWaiting && (queries || settlement)
  for (const node of nodes) {
    out.push({ _tag: "Deliver", order: index, what, node, heard: true })
    if (matters && loses(world)) out.push({ _tag: "Deliver", order: index, what, node, heard: false })
  }
}

const tillDeeds = (world: World, state: State, index: number, nodes: ReadonlyArray<Node>, out: Array<Action>): void => {
  const { can, rules, scope } = world
  const order = state.orders[index]!
  const { view } = order
  if (view === "adversary") return
  deliveries(world, order, index, "pay", !order.arrived, nodes, out)
  if (scope.plays.queries && Relay.mayQuery(view)) {
    for (const node of nodes) out.push({ _tag: "Query", order: index, node })
  }
  if (!scope.plays.settlement) return
  if (order.reversing) deliveries(world, order, index, "reversal", view === "reversing", nodes, out)
  if (Relay.mayReverse(rules, view, state.now - order.sentAt)) out.push({ _tag: "Reverse", order: index })
  if (view === "asked" && rules.lapses["REL-6"] !== undefined) out.push({ _tag: "GiveUp", order: index })
  if (!Relay.isSettled(view)) {
    if (order.debits > 0) out.push({ _tag: "Notice", order: index, forged: false })
    if (can.merchant) out.push({ _tag: "Notice", order: index, forged: true })
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Step-up, and the provider's timer
// ---------------------------------------------------------------------------------------------------------------------

const stepUps = (world: World, state: State, index: number, nodes: ReadonlyArray<Node>, out: Array<Action>): void => {
  const { can, rules } = world
  if (!StepUp.waits(rules)) return
  const order = state.orders[index]!
  if (!order.taken || order.status === "none" || order.status === "refused") return
  // The prompt may come late, as long as the order was ever open.
  const wasOpen = !order.free
  const isTheirs = state.phones[order.phone]!.till === order.merchant
  const confirms = isTheirs || rules.lapses["STP-3"] !== undefined
  if (order.confirmed === "no" && wasOpen && order.status !== "paid" && confirms) {
    out.push({ _tag: "Approve", order: index })
  }
  if (order.confirmed !== "no") {
    for (let to = 0; to < state.orders.length; to++) {
      const other = state.orders[to]!
      // An answer that names no order is taken for any. One that does comes for another only where messages are meddled with.
      const strays = !StepUp.namesOrder(rules) || (can.sms && StepUp.isByMessage(rules))
      const isTaken = strays && other.status === "open" && other.phone === order.phone
      // An order that was debited twice has shown all that can go wrong with it.
      if ((to !== index && !isTaken) || other.debits === 2) continue
      for (const node of nodes) out.push({ _tag: "Authenticate", order: index, to, node })
    }
  }
  if (order.status === "open") {
    if (StepUp.canImpersonate(rules, Books.robbed(world, state, order.phone))) {
      for (const node of nodes) out.push({ _tag: "Impersonate", order: index, node })
    }
    for (const node of nodes) {
      const now = Books.clockOf(world, state, node)
      const record = Books.recordOf(world, order, now)
      if (record !== undefined && Settlement.close(rules, record, now).status !== undefined) {
        out.push({ _tag: "Close", order: index, node })
      }
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The adversary
// ---------------------------------------------------------------------------------------------------------------------

/** The codes that the adversary has: what it has seen, and what it can make of what it has read. */
const loot = (world: World, state: State, thrift: Thrift | undefined): ReadonlyArray<Key> => {
  const keys: Array<Key> = []
  for (const { generation, known, phone, position, revealed } of state.codes) {
    if (known) keys.push({ phone, generation, position, revealed })
  }
  if (!world.can["corrupt-device"] || state.used.codes >= world.scope.codes) return keys
  for (let phone = 0; phone < state.phones.length; phone++) {
    if (isCorrupt(world, phone)) forgeable(world, state, phone, thrift, keys)
  }
  return keys
}

/** The codes that can be made of what a phone holds, and that nobody has made: those that may be accepted by some node. */
const forgeable = (world: World, state: State, phone: number, thrift: Thrift | undefined, keys: Array<Key>): void => {
  const { rules } = world
  const { credentials } = state.phones[phone]!
  for (let generation = 0; generation < credentials.length; generation++) {
    const { issuedAt, shown } = credentials[generation]!
    const isList = !TokenSource.hasSteps(rules.scheme)
    const { from, to } = TokenSource.windowAt(rules, { issuedAt, lostUntil: undefined }, state.now)
    const isNew = (position: number): boolean =>
      indexOf(state.codes, { phone, generation, position, revealed: false }) < 0
    const add = (position: number): void => {
      if (position >= from && position <= to && isNew(position))
        keys.push({ phone, generation, position, revealed: false })
    }
    if (isList) {
      // Any code of a list is as good as its next, and its last is one that the phone will not show soon.
      add(shown)
      if (to !== shown) add(to)
    } else if (thrift === undefined) for (let position = from; position <= to; position++) add(position)
    else {
      let [oldest, newest] = [from, to]
      while (oldest < to && !isNew(oldest)) oldest++
      while (newest > oldest && !isNew(newest)) newest--
      add(oldest)
      if (newest !== oldest) add(newest)
    }
  }
}

/** Whose alias the adversary puts before a proof. */
const aliases = (world: World, state: State, { phone }: Key, thrift: Thrift | undefined): ReadonlyArray<number> => {
  // Where the whole code was drawn there is no alias to exchange.
  if (world.rules.scheme.code.alias === "none" || thrift?.aliases === true) return [phone]
  return state.phones.map((_, other) => other)
}

/** The orders under which the adversary's merchant can ask for money: a new one, and those that it has used. */
const ownOrders = (world: World, state: State): ReadonlyArray<number> => {
  const own = adversary(world)
  const orders = state.orders.flatMap(({ merchant }, index) => (merchant === own ? [index] : []))
  return canOrder(world, state) ? [-1, ...orders] : orders
}

const payments = (
  world: World,
  state: State,
  nodes: ReadonlyArray<Node>,
  thrift: Thrift | undefined,
  out: Array<Action>
): void => {
  const { can, scope } = world
  if (adversary(world) < 0) return
  const keys = loot(world, state, thrift)
  const wrong: Key = { phone: 0, generation: 0, position: nowhere, revealed: false }
  for (const order of ownOrders(world, state)) {
    for (const key of keys) {
      for (const alias of aliases(world, state, key, thrift)) {
        for (const amount of scope.amounts) {
          for (const node of nodes) out.push({ _tag: "Pay", order, request: { alias, key, amount }, node })
        }
      }
    }
    if (!can["wrong-guess"]) continue
    for (let alias = 0; alias < state.phones.length; alias++) {
      out.push({ _tag: "Pay", order, request: { alias, key: wrong, amount: scope.amounts[0]! }, node: 0 })
    }
  }
}

/** Whether a refund is one of many under one number: where each is made (without SET-7), two show all that can go wrong. */
const isEndless = ({ lapses }: Rules, { refunded, refunds }: Order, number: number, amount: number): boolean =>
  lapses["SET-7"] !== undefined && (refunds & number) !== 0 && refunded !== amount

const meddling = (world: World, state: State, nodes: ReadonlyArray<Node>, out: Array<Action>): void => {
  const { rules, scope } = world
  const { queries, settlement } = scope.plays
  if ((!queries && !settlement) || adversary(world) < 0) return
  for (let order = 0; order < state.orders.length; order++) {
    for (const node of nodes) {
      if (queries) out.push({ _tag: "Meddle", order, what: "query", number: 0, amount: 0, node })
      if (!settlement) continue
      out.push({ _tag: "Meddle", order, what: "reversal", number: 0, amount: 0, node })
      for (let number = 1; number <= 2; number++) {
        for (const amount of scope.refunds) {
          if (isEndless(rules, state.orders[order]!, number, amount)) continue
          out.push({ _tag: "Meddle", order, what: "refund", number, amount, node })
        }
      }
    }
  }
}

const adversaryDeeds = (
  world: World,
  state: State,
  nodes: ReadonlyArray<Node>,
  thrift: Thrift | undefined,
  out: Array<Action>
): void => {
  const { can, scope } = world
  if (can.capture) {
    for (let phone = 0; phone < state.phones.length; phone++) {
      const key = screenOf(world, state, phone)
      if (key !== undefined && !state.codes[indexOf(state.codes, key)]?.known) out.push({ _tag: "Capture", phone })
    }
  }
  if (can["lucky-guess"] && state.used.codes < scope.codes) {
    for (let phone = 0; phone < state.phones.length; phone++) {
      if (state.phones[phone]!.credentials.length > 0) out.push({ _tag: "Guess", phone })
    }
  }
  if (can["wrong-guess"]) {
    for (let phone = 0; phone < state.phones.length; phone++) {
      for (let merchant = 0; merchant < scope.merchants; merchant++) out.push({ _tag: "Flood", phone, merchant })
    }
  }
  payments(world, state, nodes, thrift, out)
  meddling(world, state, nodes, out)
}

// ---------------------------------------------------------------------------------------------------------------------
// Faults
// ---------------------------------------------------------------------------------------------------------------------

const isRacer = (action: Action): action is Racer =>
  action._tag === "Pay" || (action._tag === "Deliver" && action.what === "pay" && action.heard)

/** Pairs of requests that are decided on the same facts, where some clause does not keep them apart. */
const races = ({ can, rules, scope }: World, state: State, deeds: ReadonlyArray<Action>): ReadonlyArray<Of<"Race">> => {
  const { lapses } = rules
  const isLoose =
    lapses["VER-20"] !== undefined || lapses["VER-13"] === "before the lock" || lapses["VER-23"] === "before the lock"
  if (!isLoose || !can.nodes) return []
  const racers = deeds.filter(isRacer)
  const orders = (one: Racer): number => (one._tag === "Pay" && one.order < 0 ? 1 : 0)
  const codes = (one: Racer): number =>
    one._tag === "Pay" && one.request.key.position !== nowhere && indexOf(state.codes, one.request.key) < 0 ? 1 : 0
  const areOne = (first: Racer, second: Racer): boolean =>
    first._tag === "Pay" && second._tag === "Pay" && isSame(first.request.key, second.request.key)
  const areFew = (first: Racer, second: Racer): boolean =>
    state.used.orders + orders(first) + orders(second) <= scope.orders &&
    state.used.codes + codes(first) + (areOne(first, second) ? 0 : codes(second)) <= scope.codes
  return racers.flatMap((first, index) =>
    racers
      .slice(index)
      .filter((second) => areFew(first, second))
      .map((second): Of<"Race"> => ({ _tag: "Race", first, second }))
  )
}

/** Whether the two newest codes can turn out to have the same digits: both can be accepted, and neither was attempted. */
const mayCoincide = ({ rules }: World, state: State): boolean => {
  const [a, b] = [state.codes.at(-1), state.codes.at(-2)]
  if (state.coincide || a === undefined || b === undefined || a.attempted || b.attempted) return false
  // A list is drawn so that no two of its codes are alike.
  if (!TokenSource.hasSteps(rules.scheme)) return a.phone !== b.phone
  const { from, to } = TokenSource.windowAt(rules, { issuedAt: state.now, lostUntil: undefined }, state.now)
  return [a, b].every(({ position }) => position >= from && position <= to)
}

const faults = (world: World, state: State, out: Array<Action>): void => {
  const { can, scope } = world
  if (can.crash) out.push({ _tag: "Crash" })
  if (can.restore) {
    if (state.backupAt === Time.never) out.push({ _tag: "Backup" })
    else if (state.restoredAt === Time.never) out.push({ _tag: "Restore" })
  }
  if (scope.plays.coincidence && mayCoincide(world, state)) out.push({ _tag: "Coincide" })
}

/** What a search may leave out, because something else that is possible does as much. */
export interface Thrift {
  /** Another's alias before a proof: it is no better than made-up digits. */
  readonly aliases: boolean
  /** What an adversary that has read a phone could have it show: it makes the same code when it needs it, but for a PIN. */
  readonly readPhones: boolean
  /** Codes for tills other than the adversary's, which nobody asks for money with. */
  readonly otherTills: boolean
}

/**
 * Everything that somebody can do next, but for the passing of time. With some thrift less is given: of the codes that can
 * be made of what was read only the oldest and the newest, and what else the thrift says.
 */
export const deeds = (world: World, state: State, thrift?: Thrift): Array<Action> => {
  const out: Array<Action> = []
  const nodes = nodesOf(world)
  ownerDeeds(world, state, out)
  for (let phone = 0; phone < state.phones.length; phone++) phoneDeeds(world, state, phone, thrift, out)
  scans(world, state, out)
  for (let order = 0; order < state.orders.length; order++) {
    tillDeeds(world, state, order, nodes, out)
    if (world.scope.plays.stepUp) stepUps(world, state, order, nodes, out)
  }
  adversaryDeeds(world, state, nodes, thrift, out)
  faults(world, state, out)
  for (const race of races(world, state, out)) out.push(race)
  return out
}
