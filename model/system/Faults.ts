/** Faults: what goes wrong without anybody's doing, or that of two requests at once; and what then has happened. */
import { inForce, mutantOf } from "../Rules.ts"
import { Restore, TokenSource } from "../steps/Steps.ts"
import * as Time from "../Time.ts"
import type { Action, Of, Racer } from "./Action.ts"
import * as Adversary from "./Adversary.ts"
import type { Turn } from "./Choices.ts"
import { indexOf, isSame, nowhere, type Order, type State, type World } from "./State.ts"
import { quietly, type Step } from "./Step.ts"
import * as Till from "./Till.ts"

// ---------------------------------------------------------------------------------------------------------------------
// What can go wrong
// ---------------------------------------------------------------------------------------------------------------------

/** Adds what can go wrong by itself. */
export const faults = ({ out, state, world }: Turn): void => {
  const { can, scope } = world
  if (can.crash) out.push({ _tag: "Crash" })
  if (can.restore) {
    if (state.backupAt === Time.never) out.push({ _tag: "Backup" })
    else if (state.restoredAt === Time.never) out.push({ _tag: "Restore" })
  }
  if (scope.plays.coincidence && mayCoincide(world, state)) out.push({ _tag: "Coincide" })
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

const isRacer = (action: Action): action is Racer =>
  action._tag === "Pay" || (action._tag === "Deliver" && action.what === "pay" && action.heard)

/** Adds the pairs of requests, of those so far, that are decided on the same facts, where no clause keeps them apart. */
export const races = ({ out, state, world }: Turn): void => {
  const { can, rules, scope } = world
  const isLoose =
    !inForce(rules, "VER-20") ||
    mutantOf(rules, "VER-13") === "before the lock" ||
    mutantOf(rules, "VER-23") === "before the lock"
  if (!isLoose || !can.nodes) return
  const racers = out.filter(isRacer)
  const orders = (one: Racer): number => (one._tag === "Pay" && one.order < 0 ? 1 : 0)
  const codes = (one: Racer): number =>
    one._tag === "Pay" && one.request.key.position !== nowhere && indexOf(state.codes, one.request.key) < 0 ? 1 : 0
  const areOne = (first: Racer, second: Racer): boolean =>
    first._tag === "Pay" && second._tag === "Pay" && isSame(first.request.key, second.request.key)
  const areFew = (first: Racer, second: Racer): boolean =>
    state.used.orders + orders(first) + orders(second) <= scope.orders &&
    state.used.codes + codes(first) + (areOne(first, second) ? 0 : codes(second)) <= scope.codes
  for (const [index, first] of racers.entries()) {
    for (const second of racers.slice(index)) if (areFew(first, second)) out.push({ _tag: "Race", first, second })
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What then has happened
// ---------------------------------------------------------------------------------------------------------------------

/** Two requests on the same facts, or on what is the same in them; each writes as if it were alone. */
export const race = (world: World, state: State, { first, second }: Of<"Race">): Step => {
  const { rules } = world
  const one = racer(world, state, first, state)
  const stale: State = inForce(rules, "VER-20")
    ? // Only the day's payments are read too early: those without the first request's.
      {
        ...one.state,
        orders: one.state.orders.map((order, index) =>
          index in state.orders ? state.orders[index]! : { ...order, day: -1 }
        )
      }
    : state
  const two = racer(world, one.state, second, stale)
  return { state: two.state, events: [...one.events, ...two.events] }
}

const racer = (world: World, state: State, action: Racer, facts: State): Step =>
  action._tag === "Pay" ? Adversary.pay(world, state, action, facts) : Till.deliverPay(world, state, action, facts)

/** What of an order is no longer known once its record is lost. */
const lost = { status: "none", reason: "NONE", taken: false, at: Time.never, day: -1, free: false, debits: 0 } as const

/** Every node fails and starts again: what was not durable is lost. */
export const crash = ({ rules }: World, state: State): Step => {
  let after = state
  if (!inForce(rules, "VER-19") && state.codes.some(({ burned }) => burned)) {
    after = { ...after, codes: after.codes.map((code) => (code.burned ? { ...code, burned: false } : code)) }
  }
  if (!inForce(rules, "VER-21") && state.orders.some((order) => order.volatile)) {
    const undone = (order: Order): Order => (order.volatile ? { ...order, volatile: false, ...lost } : order)
    after = { ...after, orders: after.orders.map(undone) }
  }
  return { state: after, events: [{ _tag: "Crashed" }] }
}

/** The provider's books are copied. */
export const backup = (state: State): Step =>
  quietly({
    ...state,
    backupAt: state.now,
    accounts: state.accounts.map((account) => ({ ...account, saved: account.agreement })),
    phones: state.phones.map((phone) => ({
      ...phone,
      credentials: phone.credentials.map((credential) => ({ ...credential, saved: credential.status }))
    })),
    codes: state.codes.map((code) => ({ ...code, saved: code.burned })),
    orders: state.orders.map((order) => ({ ...order, saved: order.status }))
  })

/** The provider's books as the backup has them. What others know and hold stays, and so does the truth. */
export const restore = ({ rules }: World, state: State): Step =>
  quietly({
    ...state,
    restoredAt: state.now,
    accounts: state.accounts.map((account) => ({ ...account, agreement: account.saved })),
    phones: state.phones.map((phone) => ({
      ...phone,
      credentials: phone.credentials.map((credential) => ({
        ...credential,
        status: credential.saved === "none" ? "ended" : credential.saved,
        suspended: Restore.suspends(rules),
        over: credential.status === "ended" || credential.status === "revoked"
      }))
    })),
    codes: state.codes.map((code) => ({ ...code, burned: code.saved })),
    orders: state.orders.map((order): Order => {
      const status = Restore.known(rules, order.saved)
      return status === "none" ? { ...order, ...lost } : { ...order, status }
    })
  })

/** The two newest codes turn out to have the same digits. They stay the newest: no code is made after them. */
export const coincide = ({ scope }: World, state: State): Step =>
  quietly({ ...state, coincide: true, used: { ...state.used, codes: scope.codes } })
