/**
 * The words of the pages suffice to write the protocol again: two scenes that were written from them alone come to what the model
 * comes to, state by state and second by second, with two nodes apart and messages that are lost, late and repeated. With
 * PAYCODE_CAMPAIGN=1 further in time.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type Compared, said } from "./Comparison.ts"
import * as Readings from "./Readings.ts"
import type * as Renewal from "./Renewal.ts"
import type * as StepUpOrder from "./StepUpOrder.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

/** Every edge of a time comes within five seconds of the request. */
const order: StepUpOrder.Parameters = {
  start: 1000,
  step: 1,
  past: 1,
  future: 1,
  display: 1,
  skew: 1,
  openFor: 2,
  notBefore: 1,
  within: 2,
  keepsFirst: true,
  offsets: [0],
  ends: false,
  renews: false,
  amount: 2,
  balance: 2
}

const list: Renewal.Parameters = {
  start: 1000,
  source: { of: "list", batch: 2, validity: 1 },
  display: 1,
  skew: 1,
  credentials: 2,
  codes: 2,
  orders: 2,
  begun: true,
  agreements: false,
  amount: 1,
  balance: 1
}

const seed: Renewal.Parameters = { ...list, source: { of: "seed", step: 2, past: 1, future: 0 }, display: 0 }

const agrees = (compared: Compared, seconds: number): void => {
  expect(compared.differences).toEqual([])
  expect(compared.pairs).toHaveLength(seconds + 1)
}

const further = (suite: number, campaign: number): number => (isCampaign ? campaign : suite)

it.each(["StepUpOrder.ts", "Renewal.ts"])("%s has the pages and nothing else", (file) => {
  expect(readFileSync(new URL(file, import.meta.url), "utf8")).not.toMatch(/\b(?:import|require)\b\s*[({"*\w]|\bfrom "/)
})

describe("the words on an order that waits for its payer suffice", () => {
  it.each<readonly [string, StepUpOrder.Parameters, number]>([
    ["from the request to the end of its reversal", order, further(6, 9)],
    ["where a reversal that comes first is not kept", { ...order, keepsFirst: false }, further(5, 9)],
    ["where what it rests on ends", { ...order, ends: true }, further(3, 6)],
    ["where the phone takes another credential", { ...order, renews: true }, further(2, 4)],
    ["where the phone's clock is off", { ...order, offsets: [-2, -1, 0, 1, 2] }, further(3, 5)],
    ["where the balance does not cover it", { ...order, balance: 1 }, further(4, 9)]
  ])("%s", (name, of, seconds) => {
    const compared = Readings.compareStepUpOrder(of, seconds)
    console.log(`${name}: ${said(compared)}`)
    agrees(compared, seconds)
  })
})

describe("the words on a credential that is renewed suffice", () => {
  it.each<readonly [string, Renewal.Parameters, number]>([
    ["a list, to the end of its validity", { ...list, orders: 1 }, further(3, 6)],
    ["a list, with two codes", list, further(1, 4)],
    ["a seed, to the end of the window", { ...seed, orders: 1 }, further(3, 6)],
    ["a seed, with two codes", seed, further(2, 4)],
    ["a list, from the signature on", { ...list, begun: false, agreements: true, codes: 1, orders: 1 }, further(2, 4)]
  ])("%s", (name, of, seconds) => {
    const compared = Readings.compareRenewal(of, seconds)
    console.log(`${name}: ${said(compared)}`)
    agrees(compared, seconds)
  })
})

describe("a reader who takes an edge for another is told", () => {
  it.each<readonly [string, Partial<StepUpOrder.Parameters>]>([
    ["an order is overdue a second later", { openFor: order.openFor + 1 }],
    ["what was paid can be reversed for a second less", { within: order.within - 1 }],
    ["what was paid can be reversed for a second more", { within: order.within + 1 }],
    ["a till may reverse a second later", { notBefore: order.notBefore + 1 }],
    ["a code is on the screen for a second more", { display: order.display + 1 }],
    ["the window reaches back a step less", { past: order.past - 1 }],
    ["the window reaches ahead a step less", { future: order.future - 1 }],
    ["nodes are not apart", { skew: 0 }],
    ["a reversal that comes first leaves nothing", { keepsFirst: false }]
  ])("%s", (_, misread) => {
    const compared = Readings.compareStepUpOrder({ ...order, offsets: [0, 1] }, 6, {
      ...order,
      offsets: [0, 1],
      ...misread
    })
    expect(compared.differences).not.toEqual([])
  })

  it.each<readonly [string, Renewal.Parameters["source"]]>([
    ["a list ends a second earlier", { of: "list", batch: 2, validity: 0 }],
    ["a list ends a second later", { of: "list", batch: 2, validity: 2 }]
  ])("%s", (_, source) => {
    const compared = Readings.compareRenewal({ ...list, orders: 1 }, 4, { ...list, orders: 1, source })
    expect(compared.differences).not.toEqual([])
  })
})
