/** Narrative: a trace in plain sentences, one for each action. */
import * as Result from "effect/Result"
import * as Money from "../model/Money.ts"
import { refusals } from "../model/Refusal.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as System from "../model/System.ts"
import * as Time from "../model/Time.ts"
import { claims } from "../spec/Claims.ts"
import * as Trace from "./Trace.ts"

/** A payer by its number, as `A`. */
export const payerName = (payer: number): string =>
  payer < 26 ? String.fromCharCode(65 + payer) : `${payerName(Math.floor(payer / 26) - 1)}${payerName(payer % 26)}`

/** A merchant by its number, as `merchant 1`; the adversary's own says so. */
export const merchantName = (world: System.World, merchant: number): string =>
  merchant === System.adversary(world) ? "the adversary's merchant" : `merchant ${merchant + 1}`

const tillName = (world: System.World, merchant: number): string =>
  merchant === System.adversary(world) ? "the adversary's till" : `the till of merchant ${merchant + 1}`

/** A time of day in the scheme's zone, as `23:59:29`. */
export const clockTime = (scheme: Scheme, instant: number): string => {
  const second = instant - Time.startOfDay(scheme, Time.dayAt(scheme, instant))
  const part = (value: number): string => Math.floor(value).toString().padStart(2, "0")
  return `${part(second / 3600)}:${part((second / 60) % 60)}:${part(second % 60)}`
}

/** A span of time in the largest unit that keeps it whole, as `90 seconds` or `2 days`. */
export const span = (seconds: number): string => {
  const [size, unit] =
    seconds % Time.secondsPerDay === 0
      ? [Time.secondsPerDay, "day"]
      : seconds % 3600 === 0
        ? [3600, "hour"]
        : [1, "second"]
  const amount = seconds / size
  return `${amount.toLocaleString("en-US")} ${unit}${amount === 1 ? "" : "s"}`
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** An amount; one that is none is shown as the number it is. */
export const money = (amount: number): string => (Money.isAmount(amount) ? Money.format(amount) : String(amount))

/** How a phone's clock is off, as a clause to add; empty where it is right. */
const skew = (offset: number): string =>
  offset === 0 ? "" : `, from a phone whose clock is ${span(Math.abs(offset))} ${offset > 0 ? "ahead" : "behind"}`

const eventOf = <Tag extends System.Event["_tag"]>(
  { events }: Trace.Moment,
  tag: Tag
): Extract<System.Event, { readonly _tag: Tag }> | undefined =>
  events.find((event): event is Extract<System.Event, { readonly _tag: Tag }> => event._tag === tag)

const learnt = (event: Extract<System.Event, { readonly _tag: "Learnt" }>): string =>
  event.identifies === "account"
    ? "reads the account's index off it, which outlives the credential"
    : "reads an alias off it that lives no longer than the credential"

const showing = (world: System.World, moment: Trace.Moment, action: System.Action & { _tag: "Show" }): string => {
  const payer = payerName(action.payer)
  const { rules } = world
  const shown = eventOf(moment, "Shown")
  if (shown === undefined) {
    const declined = eventOf(moment, "Declined")
    return declined === undefined
      ? `The phone of payer ${payer} holds no credential, and asks the provider for a code.`
      : `Payer ${payer} opens the pay screen and gets no code: ${refusals[declined.reason].says}.`
  }
  const step = clockTime(rules.scheme, Time.startOfStep(rules.scheme, moment.after.codes[shown.code]!.step))
  const seen = eventOf(moment, "Learnt")
  const taken = seen === undefined ? "" : ` The adversary, whose till it is, ${learnt(seen)}.`
  return `Payer ${payer} shows code ${shown.code + 1} at ${tillName(world, action.till)}${skew(action.offset)}. It is made for the step that begins at ${step}.${taken}`
}

/** A new order: who asks whom, and whether the till settles it alone. */
const asking = (moment: Trace.Moment, what: string): string => {
  if (moment.after.orders.length === moment.before.orders.length) return `${what} The amount is refused at once.`
  const debited = eventOf(moment, "Debited")
  if (debited === undefined) return what
  const { amount, payer } = moment.after.orders[debited.order]!.requests[debited.request]!
  return `${what} The till settles it by itself: payer ${payerName(payer)} is debited ${money(amount)}.`
}

const delivery = (moment: Trace.Moment, action: System.Action & { _tag: "Deliver" }): string => {
  const answered = eventOf(moment, "Answered")!
  const order = moment.before.orders[action.order]!
  const request = order.requests[action.request]!
  const { fresh, outcome } = answered.decision
  const which = order.requests.length > 1 ? `Request ${action.request + 1} of order` : "The request of order"
  const age = moment.before.now - request.sentAt
  const again = request.answer === "NONE" ? "" : " again"
  const late = age === 0 ? "" : `, ${span(age)} after it was sent`
  const says = outcome === "PAID" ? "paid" : `refused, ${outcome}: ${refusals[outcome].says}`
  const debit = eventOf(moment, "Debited")
  const paid = debit === undefined ? "" : ` Payer ${payerName(request.payer)} is debited ${money(request.amount)}.`
  const from = fresh ? "" : "from the order's record: "
  return `${which} ${action.order + 1} reaches the provider${again}${late}. It is answered ${from}${says}.${paid}`
}

const sentence = (world: System.World, moment: Trace.Moment): string => {
  const { action, after, before } = moment
  const order = before.orders.length + 1
  switch (action._tag) {
    case "Sign":
      return `Payer ${payerName(action.payer)} signs the password-free agreement.`
    case "Withdraw":
      return `Payer ${payerName(action.payer)} ends the password-free agreement.`
    case "Enroll": {
      const declined = eventOf(moment, "Declined")
      const phone = `The phone of payer ${payerName(action.payer)}, online, asks for a credential`
      return declined === undefined
        ? `${phone} and gets it.`
        : `${phone} and is refused: ${refusals[declined.reason].says}.`
    }
    case "Advance": {
      const { scheme } = world.rules
      const day = Time.dayAt(scheme, after.now) > Time.dayAt(scheme, before.now) ? " of a new day" : ""
      return `${capitalised(span(action.seconds))} pass${action.seconds === 1 ? "es" : ""}: it is ${clockTime(scheme, after.now)}${day}.`
    }
    case "Show":
      return showing(world, moment, action)
    case "Capture":
      return `The adversary sees code ${action.code + 1} on the phone, and ${learnt(eventOf(moment, "Learnt")!)}.`
    case "Scan": {
      const { till } = before.codes[before.payers[action.payer]!.screen]!
      const what = `${capitalised(tillName(world, till))} scans the phone of payer ${payerName(action.payer)} and asks for ${money(action.amount)}, as order ${order}.`
      return asking(moment, what)
    }
    case "Submit": {
      const owner = before.codes[action.code]!.payer
      const alias = owner === action.payer ? "" : ` under the alias of payer ${payerName(action.payer)}`
      const own = action.merchant === System.adversary(world)
      const where = own ? "sends" : "presents"
      const to = own ? "from its own till" : `at ${tillName(world, action.merchant)}`
      const what = `The adversary ${where} code ${action.code + 1}${alias} ${to}, for ${money(action.amount)}, as order ${order}.`
      return asking(moment, what)
    }
    case "Resubmit":
      return `The adversary's merchant sends code ${action.code + 1} for ${money(action.amount)}, again as order ${action.order + 1}.`
    case "Guess": {
      const luck = action.lucky ? "guesses a proof, rightly," : "makes up a proof"
      return `The adversary ${luck} for the alias of payer ${payerName(action.payer)} and sends it for ${money(action.amount)}, as order ${order}.`
    }
    case "Deliver":
      return delivery(moment, action)
  }
}

/** Where and when a run starts, and who is who. */
const opening = ({ start, world }: Trace.Run): string => {
  const { rules, scope } = world
  const { balance, spentToday } = scope.opening
  return `It is ${clockTime(rules.scheme, start)}. Payer A has signed and enrolled, has a balance of ${money(balance)} and has spent ${money(spentToday)} today.`
}

/** A run as sentences: where it starts, and what happens. */
export interface Narrative {
  readonly opening: string
  readonly sentences: ReadonlyArray<string>
}

/** Tells a run, which must be one that replays. */
export const tell = (run: Trace.Run): Narrative => ({
  opening: opening(run),
  sentences: Result.getOrThrow(Trace.replay(run)).map((moment) => sentence(run.world, moment))
})

/** What the end of a trace comes to. */
export const conclusion = ({ claim }: Trace.Trace): string => `That breaks ${claim}: ${claims[claim].says}`
