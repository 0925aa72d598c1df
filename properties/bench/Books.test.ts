/** Books: what a ledger has lost, doubled or made up is told; what a restore explains is told apart. */
import { describe, expect, it } from "vitest"
import * as Books from "./Books.ts"

const restores: ReadonlyArray<Books.Restore> = [{ backup: 1000, restored: 2000 }]

const paid: Books.Entry = {
  merchant: "shop",
  order: "1",
  account: 7,
  amount: 30,
  began: 100,
  answered: 200,
  view: "paid",
  refunds: []
}
const record: Books.Found = { status: "paid", amount: 30, account: 7, out: 30, back: 0 }

/** The same order, asked for and answered at other times. */
const at = (began: number, answered: number | undefined, entry = paid): Books.Entry => ({ ...entry, began, answered })

/** A refund of some amount. */
const refund = (amount: number, began: number, answered: number | undefined): Books.Refund => ({
  number: "r",
  amount,
  began,
  answered
})

const otherwise = (expected: RegExp) => ({ otherwise: expect.stringMatching(expected) })

describe("an order that a shop was told is paid", () => {
  it("is kept where the ledger has moved its amount once", () => {
    expect(Books.compare(paid, record, restores)).toBe("kept")
  })

  it.each([
    ["twice", { out: 60 }],
    ["another amount", { out: 29 }],
    ["from another account", { account: 8 }]
  ])("is otherwise where money has moved %s", (_what, found) => {
    expect(Books.compare(paid, { ...record, ...found }, restores)).toEqual(otherwise(/30 of account 7, once/))
  })

  it("is otherwise where it is gone, and was answered before the backup, or asked for after the restore", () => {
    for (const entry of [paid, at(100, 999), at(2000, 2100)]) {
      expect(Books.compare(entry, undefined, restores)).toEqual(otherwise(/it paid, found no record/))
      expect(Books.compare(entry, { ...record, out: 0 }, restores)).toEqual(otherwise(/it paid/))
    }
  })

  it("is lost where a restore can have taken it, to the very instant", () => {
    for (const entry of [at(100, 1000), at(1999, 3000), at(1200, 1300)]) {
      expect(Books.compare(entry, undefined, restores)).toBe("lost")
      expect(Books.compare(entry, undefined, [])).toEqual(otherwise(/it paid/))
    }
  })
})

describe("what was given back", () => {
  const given = (...refunds: ReadonlyArray<Books.Refund>): Books.Entry => ({ ...paid, refunds })

  it("is all that was answered, and no more than was asked for", () => {
    const entry = given(refund(10, 300, 400), refund(5, 500, undefined))
    for (const back of [10, 15]) expect(Books.compare(entry, { ...record, back }, restores)).toBe("kept")
    for (const back of [0, 9, 16, 20]) {
      expect(Books.compare(entry, { ...record, back }, restores)).toEqual(otherwise(/from 10 to 15 given back/))
    }
  })

  it("is never more than was paid", () => {
    const entry = given(refund(20, 300, 400), refund(20, 300, 400))
    expect(Books.compare(entry, { ...record, back: 40 }, restores)).toEqual(otherwise(/no more back than was paid/))
  })

  it("may be lost to a restore", () => {
    const entry = given(refund(10, 1100, 1200))
    expect(Books.compare(entry, { ...record, back: 0 }, restores)).toBe("lost")
    expect(Books.compare(entry, { ...record, back: 10 }, restores)).toBe("kept")
    expect(Books.compare(entry, { ...record, back: 0 }, [])).toEqual(otherwise(/from 10 to 10/))
  })
})

describe("an order that did not come about", () => {
  it.each(["failed", "reversed"] as const)("has moved no money: %s", (view) => {
    const entry = { ...paid, view }
    const none = { ...record, status: view, out: 0 }
    expect(Books.compare(entry, none, restores)).toBe("kept")
    expect(Books.compare(entry, { ...none, out: 30, back: 30 }, restores)).toBe("kept")
    expect(Books.compare(entry, record, restores)).toEqual(otherwise(new RegExp(`no money gone.*${view}`)))
  })

  it("has a record, but where a restore can have taken it", () => {
    const entry = { ...paid, view: "reversed" } as const
    expect(Books.compare(entry, undefined, restores)).toEqual(otherwise(/a record of what was answered/))
    expect(Books.compare({ ...entry, answered: 1500 }, undefined, restores)).toBe("kept")
  })
})

it("of an order that its shop is not sure of nothing is expected, but that its money moved once at most", () => {
  const entry = { ...paid, view: "unsure" } as const
  expect(Books.compare(entry, undefined, restores)).toBe("unsure")
  expect(Books.compare(entry, record, restores)).toBe("unsure")
  expect(Books.compare(entry, { ...record, out: 60 }, restores)).toEqual(otherwise(/once/))
})
