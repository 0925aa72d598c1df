/** The payer: what owners do with agreements and phones, and what a phone does for them; and what then has happened. */
import * as Result from "effect/Result"
import { inForce } from "../Rules.ts"
import { Binding, Enrollment, Generation, Relay, Settlement, StepUp, TokenSource } from "../steps/Steps.ts"

import * as Time from "../Time.ts"
import type { Event, Of } from "./Action.ts"
import { type Choices, canMake, loses, type Turn } from "./Choices.ts"
import * as Codes from "./Codes.ts"
import * as Facts from "./Facts.ts"
import {
  accountOf,
  adversary,
  type CodeKey,
  indexOf,
  nowhere,
  type Order,
  replaced,
  roguePhone,
  type State,
  type World
} from "./State.ts"
import { quietly, type Step } from "./Step.ts"
import * as Writes from "./Writes.ts"

// ---------------------------------------------------------------------------------------------------------------------
// What owners and phones can do
// ---------------------------------------------------------------------------------------------------------------------

/** Adds what owners can do with their agreements. */
export const agreements = ({ out, state, world }: Turn): void => {
  if (!world.scope.plays.agreements) return
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
  const isPending = Facts.standing(world, state, phone).at(-1) === "pending" && inForce(rules, "ENR-9")
  return isPending || credentials.length < scope.generations
}

/**
 * Whether it is played that a phone asks for prompts: where that is in question. What another is shown is in what its owner
 * answers.
 */
const mayAsk = (world: World, { phones }: State, phone: number): boolean => {
  const isRevoked = (): boolean => phones[phone]!.credentials.some(({ status }) => status === "revoked")
  const isInQuestion = phone === roguePhone(world) || (world.scope.plays.revocation && isRevoked())
  // Where it is in no question, schemes whose prompts go other ways are searched as one.
  return isInQuestion && StepUp.isOnline(world.rules)
}

/** Adds what can happen with a phone's credentials. */
const enrollments = ({ out, state, world }: Turn, phone: number): void => {
  const { credentials, held } = state.phones[phone]!
  const credential = credentials[held]
  if (mayEnroll(world, state, phone)) {
    out.push({ _tag: "Enroll", phone, heard: true })
    if (loses(world)) out.push({ _tag: "Enroll", phone, heard: false })
  }
  if (credential?.status === "pending") out.push({ _tag: "Confirm", phone })
  if (mayAsk(world, state, phone)) out.push({ _tag: "Ask", phone })
  if (world.scope.plays.revocation && phone !== roguePhone(world)) {
    const live = credentials.some(({ status }) => status === "pending" || status === "live")
    if (live) out.push({ _tag: "Revoke", phone })
    // A phone that is told of its revocation keeps nothing (ENR-12).
    if (credential?.status === "revoked") out.push({ _tag: "Wipe", phone })
  }
}

/** Adds what can happen with a phone, and what can be done with it. */
export const ofPhone = (turn: Turn, phone: number): void => {
  const { out, state, world } = turn
  const { rules, scope } = world
  enrollments(turn, phone)
  if (phone === roguePhone(world)) return
  const { credentials, held } = state.phones[phone]!
  const credential = credentials[held]
  const supply = TokenSource.supply(rules)
  if (credential === undefined || credential.shown >= supply) {
    out.push({ _tag: "Show", phone, till: 0, offset: 0, revealed: false })
    return
  }
  if (scope.plays.runsOut && supply < Number.POSITIVE_INFINITY) out.push({ _tag: "RunOut", phone })
  if (canMake(world, state)) showings(turn, phone)
}

/** Adds the ways in which a phone can show a code that it has not made: its clock may be wrong, and the code revealed. */
const showings = (turn: Turn, phone: number): void => {
  const { state, world } = turn
  const { rules, scope } = world
  const { held } = state.phones[phone]!
  const { scheme } = rules
  const reveals = scheme.code.marksRevealed && scope.plays.reveals
  for (let way = 0; way < (reveals ? 2 : 1); way++) {
    const revealed = way === 1
    for (const offset of scope.offsets) {
      const clock = state.now + offset
      if (TokenSource.hasSteps(scheme)) {
        const ofStep = Facts.ofStep(world, state, phone, clock)
        // Nothing happens where the phone has its owner wait (GEN-9), or shows the code of the step again.
        if (!Generation.isLeft(rules, ofStep)) continue
        const position = TokenSource.firstOf(scheme, Time.stepAt(scheme, clock))
        const again = { phone, generation: held, position, revealed }
        if (!Binding.isBound(rules) && state.codes[indexOf(state.codes, again)]?.made) continue
      }
      showing(turn, phone, offset, revealed)
    }
  }
}

/** Adds who may have a phone show one code, and over what: its owner, and an adversary that holds it for a moment. */
const showing = (turn: Turn, phone: number, offset: number, revealed: boolean): void => {
  const { choices, out, state, world } = turn
  const { can, scope } = world
  const unpinned = choices.showsUnpinned(world, phone)
  for (let till = 0; till < scope.merchants; till++) {
    if (!choices.isVisited(world, till)) continue
    const shown = { phone, till, offset, revealed }
    for (const over of confirmed(world, state, shown)) {
      if (unpinned || (over.terms?.pin ?? "none") !== "none") out.push({ _tag: "Show", ...shown, ...over })
    }
  }
  if (!unpinned) return
  if (scope.plays.opens && offset === 0 && !revealed) openings(turn, phone)
  if (!can["hold-phone"]) return
  for (const over of heldOver(world, choices)) out.push({ _tag: "RunOff", phone, offset, revealed, ...over })
}

/** Adds who may open a phone's app: an owner who gives it nothing to read, and another who picks it up. */
const openings = ({ choices, out, world }: Turn, phone: number): void => {
  out.push({ _tag: "Open", phone, by: "owner" })
  if (!world.can["hold-phone"]) return
  for (const over of heldOver(world, choices)) out.push({ _tag: "Open", phone, by: "another", ...over })
}

/** A code that is to be shown. */
type Shown = Pick<Of<"Show">, "phone" | "till" | "revealed">

/**
 * Whether the payer enters the PIN: where the amount or the way it is shown asks for it. Where the day's payments do, an
 * offline phone cannot know, and the payer may.
 */
const pinsFor = (world: World, state: State, shown: Shown, sum: number): ReadonlyArray<Binding.Pin> => {
  const { rules } = world
  if (!StepUp.isInCode(rules)) return withoutPin
  const { dayCount = Number.POSITIVE_INFINITY, daySum = Number.POSITIVE_INFINITY, payment } = rules.scheme.limit
  if (sum > payment || shown.revealed) return withPin
  const today = Time.dayAt(rules.scheme, state.now)
  const { free } = Facts.standingOf(world, state, accountOf(world, shown.phone), today)
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
const confirmed = (world: World, state: State, shown: Shown): ReadonlyArray<Codes.Over> => {
  const { can, rules, scope } = world
  const all: Array<Codes.Over> = Binding.showsPlain(rules) ? [Codes.overNothing] : []
  if (!Binding.isBound(rules)) return all
  const own = adversary(world)
  for (const sum of scope.amounts) {
    // A till shows no amount that it would not ask for.
    if (Result.isFailure(Relay.admit(rules, sum))) continue
    for (const pin of pinsFor(world, state, shown, sum)) {
      const terms = { payee: shown.till, sum, pin, copied: false }
      all.push({ terms })
      if (!can.relay || shown.till === own) continue
      all.push({ terms: { ...terms, copied: true } })
      if (own >= 0 && Binding.isConfirmed(rules, false)) all.push({ terms: { ...terms, payee: own, copied: true } })
    }
  }
  return all
}

/** What the adversary has a phone make a code over that it holds for a moment: it knows no PIN. */
const heldOver = (world: World, choices: Choices): ReadonlyArray<Codes.Over> => {
  const { rules, scope } = world
  const all: Array<Codes.Over> = Binding.showsPlain(rules) ? [Codes.overNothing] : []
  if (!Binding.isBound(rules)) return all
  const own = adversary(world)
  for (let payee = 0; payee < scope.merchants; payee++) {
    if (!choices.isVisited(world, payee)) continue
    for (const sum of scope.amounts) all.push({ terms: { payee, sum, pin: "none", copied: payee !== own } })
  }
  return all
}

// ---------------------------------------------------------------------------------------------------------------------
// What then has happened
// ---------------------------------------------------------------------------------------------------------------------

export const sign = (_world: World, state: State, { account }: Of<"Sign">): Step =>
  quietly(Writes.withAccount(state, account, { agreement: "live" }))

export const withdraw = (world: World, state: State, { account }: Of<"Withdraw">): Step => {
  const ended = Writes.withAccount(state, account, { agreement: "ended" })
  return quietly(closeOpen(world, ended, ({ phone }) => accountOf(world, phone) === account))
}

/** Puts the orders where they stand that rest on what has ended (ENR-11). */
const closeOpen = (world: World, state: State, rests: (order: Order) => boolean): State => {
  let after = state
  for (const [index, order] of state.orders.entries()) {
    if (order.status === "none" || !rests(order)) continue
    const change = Settlement.end(world.rules, { status: order.status, amount: order.amount })
    if (change !== undefined) after = Writes.change(world, after, { order: index, now: state.now }, change)
  }
  return after
}

/** A phone, online, asks for a credential, its first or another. */
export const enroll = (world: World, state: State, { heard, phone }: Of<"Enroll">): Step => {
  const { rules } = world
  const isRogue = phone === roguePhone(world)
  const { agreement } = state.accounts[accountOf(world, phone)]!
  const held = Facts.standing(world, state, phone)
  const asking = { agreement, authenticated: !isRogue, revoked: held.includes("revoked"), held }
  const issued = Enrollment.issue(rules, asking)
  if (Result.isFailure(issued)) return { state, events: [{ _tag: "Declined", phone, reason: issued.failure }] }
  const { clears, statuses } = issued.success
  let after = Writes.withStatuses(state, phone, statuses)
  if (clears) {
    const codes = after.codes.map((code) => (code.phone === phone && code.burned ? { ...code, burned: false } : code))
    after = { ...after, codes }
  }
  if (heard) after = Writes.withPhone(after, phone, { ...Codes.blank, held: statuses.length - 1 })
  return { state: after, events: [{ _tag: "Issued", phone }] }
}

/** A phone, online, confirms that it holds its new credential. */
export const confirm = ({ rules }: World, state: State, { phone }: Of<"Confirm">): Step => {
  const { credentials, held } = state.phones[phone]!
  const statuses = credentials.map(({ status }) => status)
  return {
    state: Writes.withStatuses(state, phone, Enrollment.confirmed(rules, statuses, held)),
    events: [{ _tag: "Confirmed", phone }]
  }
}

/** The owner has the credentials of a phone revoked. */
export const revoke = (world: World, state: State, { phone }: Of<"Revoke">): Step => {
  const statuses = state.phones[phone]!.credentials.map(({ status }) => status)
  const revoked = Writes.withStatuses(state, phone, Enrollment.revoke(statuses))
  return { state: closeOpen(world, revoked, (order) => order.phone === phone), events: [{ _tag: "Revoked", phone }] }
}

/** A phone asks what waits for the password of its account's owner: it is shown that, or not (STP-8, ENR-13). */
export const ask = (world: World, state: State, { phone }: Of<"Ask">): Step => {
  const { credentials } = state.phones[phone]!
  const revoked = credentials.some(({ status }) => status === "revoked")
  const shown = Enrollment.isPrompted(world.rules, { authenticated: phone !== roguePhone(world), revoked })
  return { state, events: [{ _tag: "Asked", phone, shown }] }
}

/** A phone that is told of its revocation destroys what it holds. */
export const wipe = (_world: World, state: State, { phone }: Of<"Wipe">): Step =>
  quietly(Writes.withPhone(state, phone, { ...Codes.blank, held: -1 }))

/** A payer shows a code at a till; at the adversary's, the adversary sees it. */
export const show = (world: World, state: State, action: Of<"Show">): Step => {
  const { offset, phone, revealed, till } = action
  const { credentials, held } = state.phones[phone]!
  const clock = state.now + offset
  const showing = Generation.show(world.rules, credentials[held], clock, Facts.ofStep(world, state, phone, clock))
  if (Result.isFailure(showing)) {
    const event: Event = held < 0 ? { _tag: "Declined", phone, reason: showing.failure } : { _tag: "Empty", phone }
    return { state, events: [event] }
  }
  if (showing.success._tag === "Asked") return { state, events: [{ _tag: "Messaged", phone }] }
  if (showing.success._tag === "Waits") return quietly(state)
  const key: CodeKey = { phone, generation: held, position: showing.success.position, revealed }
  const shown = Writes.withPhone(Codes.make(world, state, key, action), phone, {
    credentials: Codes.taken(world, state, phone),
    screen: key.position,
    revealed,
    since: state.now,
    till
  })
  const event: Event = { _tag: "Shown", key }
  if (till !== adversary(world)) return { state: shown, events: [event] }
  const seen = Codes.see(world, shown, key)
  return { state: seen.state, events: [event, ...seen.events] }
}

/** Somebody opens a phone's app, into which nobody has let them. What it shows is asked for by no owner, and at no till. */
export const open = (world: World, state: State, { by, phone, terms }: Of<"Open">): Step => {
  const { rules } = world
  const isReadable = terms !== undefined || Binding.showsPlain(rules)
  if (!isReadable || !Generation.isShown(rules, { asked: by === "another", unlocked: false })) return quietly(state)
  const { credentials, held } = state.phones[phone]!
  const showing = Generation.show(rules, credentials[held], state.now, Facts.ofStep(world, state, phone, state.now))
  if (Result.isFailure(showing) || showing.success._tag !== "Made") return quietly(state)
  const key: CodeKey = { phone, generation: held, position: showing.success.position, revealed: false }
  const making = { offset: 0, till: nowhere, asked: false, ...(terms && { terms }) }
  const shown = Writes.withPhone(Codes.make(world, state, key, making), phone, {
    ...Codes.blank,
    credentials: Codes.taken(world, state, phone),
    screen: key.position,
    since: state.now
  })
  return { state: shown, events: [{ _tag: "Shown", key }] }
}

/** A payer shows every code that is left, one after the other. */
export const runOut = ({ rules }: World, state: State, { phone }: Of<"RunOut">): Step => {
  const { credentials, held } = state.phones[phone]!
  const credential = { ...credentials[held]!, shown: TokenSource.supply(rules) }
  return quietly(
    Writes.withPhone(state, phone, { ...Codes.blank, credentials: replaced(credentials, held, credential) })
  )
}
