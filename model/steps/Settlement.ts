/**
 * Settlement: what becomes of an order after it was decided. Merchants query, reverse and refund it; the provider
 * closes one that nobody completes.
 *
 * @see spec/Settlement.md
 */
import { refundNumbers } from "../../spec/ErrorCodes.ts"
import { type Answer, answerOf, type OrderRecord } from "../Order.ts"
import { inForce, mutantOf, type Rules } from "../Rules.ts"
import * as Change from "./Change.ts"
import * as StepUp from "./StepUp.ts"

/** Whether an open order is past its deadline (SET-4). */
export const isOverdue = (rules: Rules, { at, status }: OrderRecord, now: number): boolean =>
  status === "open" && now - at >= StepUp.openFor(rules)

/** Where a recorded order stands, as merchants are told (SET-3). */
export const state = (rules: Rules, record: OrderRecord, now: number): Answer =>
  !inForce(rules, "SET-3") && isOverdue(rules, record, now) ? "CLOSED" : answerOf(record)

/** Whether an order that is not recorded may have been lost to a restore, which nobody may call undone then (VER-31). */
const mayBeLost = (rules: Rules, predates: boolean): boolean => predates && inForce(rules, "VER-31")

/** The answer to a query. `predates`: the order was asked for before a restore (VER-31). */
export const query = (rules: Rules, record: OrderRecord | undefined, predates: boolean, now: number): Answer => {
  if (record !== undefined) return state(rules, record, now)
  return mayBeLost(rules, predates) ? "UNKNOWN" : "NO_SUCH_ORDER"
}

/** How long the reversal of an unknown order is kept, in seconds: as long as any order is (SET-2). */
export const keepsTombstone = (rules: Rules): number =>
  inForce(rules, "SET-2") ? Number.POSITIVE_INFINITY : rules.scheme.clock.step

/** Whether a record still counts. */
export const isKept = (rules: Rules, { amount, at, status }: OrderRecord, now: number): boolean =>
  amount !== undefined || status !== "reversed" || now - at <= keepsTombstone(rules)

/** The ages, in seconds, up to which an order that is paid can be reversed and refunded; a scheme may not limit its refunds (SET-11). */
export const limits = ({ scheme }: Rules): ReadonlyArray<number> =>
  scheme.refund === undefined ? [scheme.reverse.within] : [scheme.reverse.within, scheme.refund.within]

/**
 * What is answered where an order was paid too long ago for what is asked; undefined where it was not. For as long as nodes may be apart after
 * the limit none calls it final: another could still do what this one has refused (SET-11).
 */
const late = (rules: Rules, age: number, limit: number, expired: Answer): Answer | undefined => {
  if (age <= limit) return undefined
  const isFinal = age > limit + rules.scheme.clock.nodeSkew || mutantOf(rules, "SET-11") === "at once"
  return isFinal ? expired : "UNKNOWN"
}

/** A reversal of what was accepted, of which some minor units go back. */
const reversal = (rules: Rules, { amount = 0, status }: OrderRecord, returns: number): Change.Change => ({
  answer: "REVERSED",
  status: "reversed",
  debits: 0,
  returns,
  reserves: -Change.reserved(rules, status, amount),
  allowance: Change.returned(rules)
})

/** What keeps an order number that nobody has used from being paid (SET-1). */
const tombstone: Change.Change = { ...Change.nothing("REVERSED"), status: "reversed" }

/**
 * Decides a reversal. What is open is released, what is paid goes back, and under an order number that is reversed
 * nothing is paid any more (SET-1, SET-8). `predates`: the order was asked for before a restore (VER-31).
 */
export const reverse = (
  rules: Rules,
  record: OrderRecord | undefined,
  predates: boolean,
  now: number
): Change.Change => {
  const { scheme } = rules
  if (record === undefined) {
    if (mayBeLost(rules, predates)) return Change.nothing("UNKNOWN")
    if (scheme.reverse.unknownOrder === "notExist") return Change.nothing("NO_SUCH_ORDER")
    return inForce(rules, "SET-1") ? tombstone : Change.nothing("REVERSED")
  }
  switch (record.status) {
    case "open":
      return reversal(rules, record, 0)
    case "paid": {
      const tooLate = late(rules, now - record.at, scheme.reverse.within, "REVERSE_EXPIRED")
      if (tooLate !== undefined) return Change.nothing(tooLate)
      return reversal(rules, record, (record.amount ?? 0) - (inForce(rules, "SET-8") ? record.refunded : 0))
    }
    default:
      return Change.nothing(answerOf(record))
  }
}

/** A refund that was made. */
export interface Made {
  /** In minor units; undefined where it was made by a program that did not record it. */
  readonly amount: number | undefined
  /** It is one of the order that is asked about. */
  readonly isOfOrder: boolean
}

/** A refund that is asked for. */
export interface Refunding {
  /** In minor units. */
  readonly amount: number
  /** What was made under its number, among what {@link isWithin} says; undefined where nothing was. */
  readonly made: Made | undefined
  /** The order was asked for before a restore (VER-31). */
  readonly predates: boolean
  /** What is held for the merchant, in minor units, where refunds are taken from that: see {@link takesHeld} (SET-12). */
  readonly held: number
}

/** Whether refunds are taken from what the provider holds for the merchant, and none is made that this does not cover (SET-12). */
export const takesHeld = (rules: Rules): boolean =>
  rules.scheme.refund?.from === "merchant" && mutantOf(rules, "SET-12") !== "not looked at"

/** What is paid out to a merchant for whom so much is held: all of it, where it is not less than nothing. */
export const paysOut = (held: number): number => Math.max(0, held)

/**
 * Among what a refund number tells a refund from others: those of its order, or all of its merchant's, by what is documented of the
 * interface that merchants are answered in (SET-10).
 */
export const isWithin = (rules: Rules): "order" | "merchant" =>
  mutantOf(rules, "SET-10") === "by order" ? "order" : refundNumbers[rules.scheme.interface]

/** Whether a refund under a number that was used is another than the one that was made under it (SET-10). */
const isAnother = ({ amount, made }: Refunding): boolean =>
  made !== undefined && (!made.isOfOrder || (made.amount !== undefined && made.amount !== amount))

/** What a refund is answered that was made before (SET-7). */
const again = (rules: Rules, record: OrderRecord): Answer =>
  mutantOf(rules, "SET-7") === "as the order stands" ? answerOf(record) : "REFUNDED"

/** What is answered of a paid order that is too old to be refunded; undefined where it is not (SET-11). */
const tooLateToRefund = (rules: Rules, age: number): Answer | undefined => {
  const { refund } = rules.scheme
  return refund === undefined || mutantOf(rules, "SET-11") === "at any age"
    ? undefined
    : late(rules, age, refund.within, "REFUND_EXPIRED")
}

/** Decides a refund, by what the order's record and the refund's number say, by the order's age, and by what is held (SET-7, SET-8, SET-10 to SET-12). */
export const refund = (
  rules: Rules,
  record: OrderRecord | undefined,
  refunding: Refunding,
  now: number
): Change.Change => {
  const { amount, held, made, predates } = refunding
  if (record === undefined) return Change.nothing(mayBeLost(rules, predates) ? "UNKNOWN" : "NO_SUCH_ORDER")
  if (isAnother(refunding) && mutantOf(rules, "SET-10") !== "not compared") return Change.nothing("REFUND_CHANGED")
  if (made !== undefined && mutantOf(rules, "SET-7") !== "ignored") return Change.nothing(again(rules, record))
  if (record.status !== "paid") return Change.nothing("NOT_PAID")
  const tooLate = tooLateToRefund(rules, now - record.at)
  if (tooLate !== undefined) return Change.nothing(tooLate)
  const left = (record.amount ?? 0) - record.refunded
  if (amount > left) return Change.nothing("REFUND_EXCEEDS")
  if (amount > held && takesHeld(rules)) return Change.nothing("MERCHANT_FUNDS")
  return { answer: "REFUNDED", status: "paid", debits: 0, returns: amount, reserves: 0, allowance: "kept" }
}

/** The answer to a query about a refund of an order, by what was made under its number (SET-7). */
export const queryRefund = (
  rules: Rules,
  record: OrderRecord | undefined,
  { made, predates }: Pick<Refunding, "made" | "predates">
): Answer => {
  if (record === undefined) return mayBeLost(rules, predates) ? "UNKNOWN" : "NO_SUCH_ORDER"
  const isMade = mutantOf(rules, "SET-7") === "query by order" ? record.refunded > 0 : made?.isOfOrder === true
  return isMade ? "REFUNDED" : "NO_SUCH_REFUND"
}

/** What an order is that was open and is paid no more. */
const closed = (rules: Rules, { amount = 0, status }: Pick<OrderRecord, "amount" | "status">): Change.Change => ({
  answer: "CLOSED",
  status: "closed",
  debits: 0,
  returns: 0,
  reserves: -Change.reserved(rules, status, amount),
  allowance: "returned"
})

/** Decides what the end of an order's deadline does to it (SET-4). */
export const close = (rules: Rules, record: OrderRecord, now: number): Change.Change =>
  isOverdue(rules, record, now) && inForce(rules, "SET-4") && inForce(rules, "SET-3")
    ? closed(rules, record)
    : Change.nothing(answerOf(record))

/**
 * Decides what becomes of an order whose agreement has ended, or whose phone was revoked: an open one is closed (ENR-11).
 * Undefined where it stays as it is.
 */
export const end = (rules: Rules, order: Pick<OrderRecord, "amount" | "status">): Change.Change | undefined =>
  order.status === "open" && inForce(rules, "ENR-11") ? closed(rules, order) : undefined
