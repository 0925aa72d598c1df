/** Writes: a change that says another amount than its order comes to is no change of the model. */
import { expect, it } from "vitest"
import * as BuiltIn from "../BuiltIn.ts"
import * as Rules from "../Rules.ts"
import { Change } from "../steps/Steps.ts"

const rules = Rules.strict(BuiltIn.named("alipay"))
const opened = { before: "open", amount: 500, isRefund: false } as const
const paid = { ...opened, before: "paid" } as const
const none = { ...opened, before: "none" } as const
const change = (what: Partial<Change.Change>): Change.Change => ({ ...Change.nothing("PAID"), ...what })

it.each([
  ["a payment", none, { status: "paid", debits: 500, allowance: "used" }],
  ["an order that is held open", none, { status: "open", reserves: 500, allowance: "used" }],
  ["a refusal", none, { status: "refused" }],
  ["an approval", opened, { status: "paid", debits: 500, reserves: -500 }],
  ["a close", opened, { status: "closed", reserves: -500, allowance: "returned" }],
  ["a reversal", paid, { status: "reversed", returns: 500, allowance: "returned" }],
  ["a refund", { ...paid, isRefund: true }, { status: "paid", returns: 100 }],
  ["a reversal that comes first", { ...none, amount: 0 }, { status: "reversed" }],
  ["nothing", paid, {}]
] as const)("%s moves what its order comes to, and nothing else", (_name, was, what) => {
  const right = change(what)
  expect(Change.moves(rules, was, right)).toBe(true)
  expect(Change.moves(rules, was, { ...right, debits: right.debits + 1 })).toBe(false)
  expect(Change.moves(rules, was, { ...right, returns: 501 })).toBe(false)
  expect(Change.moves(rules, was, { ...right, reserves: right.reserves + 1 })).toBe(false)
  const other = right.allowance === "kept" ? "used" : right.allowance === "returned" ? "returned today" : "kept"
  expect(Change.moves(rules, was, { ...right, allowance: other })).toBe(false)
})
