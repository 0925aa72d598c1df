/** What codes are made over, and the numbers and nonces that requests for them come with. */

import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Action, CodeKey, State } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { GivenRuns } from "../mutants/Mutants.ts"
import * as Bonds from "./Bonds.ts"
import { alipay, scenario, tillQr } from "./Fixtures.ts"
import * as OrderNumbers from "./OrderNumbers.ts"

/** The honest merchant of a scenario, and the adversary's. */
const [honest, own] = [0, 1]
const amount = 7

/** A payer shows a code for a sale at the honest till, and the model takes it from there. */
const shown = (scheme: Scheme, copied = false) => {
  const action: Action = {
    _tag: "Show",
    phone: 0,
    till: honest,
    offset: 0,
    revealed: false,
    ...GivenRuns.madeOver(scheme, honest, amount, { copied })
  }
  const { world } = scenario(Rules.strict(scheme), { amounts: [amount], can: ["relay"] }, [action])
  const state: State = System.next(world, System.init(world)[0]!, action).state
  return { world, key: state.codes[0] as CodeKey, state }
}

const parts = (scheme: Scheme, copied = false) => {
  const { key, state, world } = shown(scheme, copied)
  return { key, state, numbers: OrderNumbers.none(), bonds: Bonds.none(world, Fixtures.randomness("bonds")) }
}

const run = Effect.runSync

describe("a sale for which a code was made", () => {
  it("comes under the transaction's order number and nonce, which are used from then on", () => {
    const { bonds, key, numbers, state } = parts(tillQr)
    const sale = { merchant: honest, key, amount, presented: false }
    const { transaction } = run(Bonds.bondOf(bonds, state, sale))!
    const fit = run(Bonds.fitOf(bonds, state, sale))
    expect(fit).toEqual({ isSame: true, under: transaction, nonce: transaction.nonce })
    expect(Bonds.obstacleOf(numbers, honest, 0, fit)).toBeUndefined()
    Bonds.assign({ bonds, numbers }, state, { key, merchant: honest, index: 0 }, fit)
    expect(OrderNumbers.transactionOf(numbers, honest, 0, amount)).toEqual(transaction)
    expect(OrderNumbers.nonceOf(numbers, 0)).toEqual({ nonce: transaction.nonce })
    // The same again is the same, and under another order there is no number for it.
    expect(Bonds.obstacleOf(numbers, honest, 0, fit)).toBeUndefined()
    expect(Bonds.obstacleOf(numbers, honest, 1, fit)).toBe("one transaction")
  })

  it("is another where the amount or the payee is another", () => {
    const { bonds, key, state } = parts(tillQr)
    const sale = { merchant: honest, key, amount, presented: false }
    run(Bonds.bondOf(bonds, state, sale))
    expect(run(Bonds.fitOf(bonds, state, { ...sale, amount: amount + 1 }))!.isSame).toBe(false)
    expect(run(Bonds.fitOf(bonds, state, { ...sale, merchant: own }))!.isSame).toBe(false)
  })

  it("is no sale at the till that has not drawn it up: the payer has read a copied transaction", () => {
    const { bonds, key, state } = parts(tillQr, true)
    const sale = { merchant: honest, key, amount, presented: false }
    const { transaction } = run(Bonds.bondOf(bonds, state, sale))!
    const fit = run(Bonds.fitOf(bonds, state, sale))!
    expect(fit.isSame).toBe(false)
    expect(fit.nonce).not.toBe(transaction.nonce)
    // Presented by the adversary, it is.
    expect(run(Bonds.fitOf(bonds, state, { ...sale, presented: true }))!.isSame).toBe(true)
  })
})

it("codes that are made over nothing have no transaction, and orders the numbers of their places", () => {
  const { bonds, key, numbers, state } = parts(alipay)
  const fit = run(Bonds.fitOf(bonds, state, { merchant: honest, key, amount, presented: false }))
  expect(fit).toBeUndefined()
  Bonds.assign({ bonds, numbers }, state, { key, merchant: honest, index: 3 }, fit)
  expect(OrderNumbers.numberOf(numbers, honest, 3)).toEqual({ merchant: "merchant-0", order: "order-3" })
  expect(OrderNumbers.nonceOf(numbers, 3)).toEqual({})
  expect(OrderNumbers.transactionOf(numbers, honest, 3, amount)).toBeUndefined()
})
