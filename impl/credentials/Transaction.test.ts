/** The text of a transaction: as it is written, read, drawn, and made a code over. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Barcode from "../pictures/Barcode.ts"
import * as Names from "./Names.ts"
import * as TokenSource from "./TokenSource.ts"
import * as Transaction from "./Transaction.ts"

const printable = fc.string({
  unit: fc.integer({ min: 33, max: 126 }).map((at) => String.fromCharCode(at)),
  minLength: 1,
  maxLength: 64
})

const transactions: fc.Arbitrary<Transaction.Transaction> = fc.record({
  payee: fc.oneof(printable, fc.string({ unit: "grapheme", minLength: 1, maxLength: 16 }).filter(Names.isName)),
  amount: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  order: printable,
  nonce: fc
    .uint8Array({ minLength: Transaction.nonceBytes, maxLength: Transaction.nonceBytes })
    .map(Transaction.nonceOf)
})

const known: Transaction.Transaction = { payee: "街角 Shop", amount: 1250, order: "A:17", nonce: "AAECAwQFBgcICQoL" }

describe("the text of a transaction", () => {
  it("is read as it was written, for the purpose that it was written for", () => {
    fc.assert(
      fc.property(transactions, fc.constantFrom(...Transaction.purposes), (transaction, purpose) => {
        const text = Transaction.write(purpose, transaction)
        expect(Transaction.read(purpose, text)).toEqual(Result.succeed(transaction))
        const other = purpose === "sms" ? "till" : "sms"
        expect(Result.isFailure(Transaction.read(other, text))).toBe(true)
      })
    )
  })

  it.each([
    ["https://example.com", "", "a text that begins with paycode:", '"https://example.com"'],
    ["paycode:2:till:1:A:AAECAwQFBgcICQoL:Shop", "version", "1", '"2"'],
    ["paycode:1:sms:1:A:AAECAwQFBgcICQoL:Shop", "purpose", "till", '"sms"'],
    ["paycode:1:till:1:A:AAECAwQFBgcICQoL", "", "7 fields with a colon between them", "6"],
    ["paycode:1:till:01:A:AAECAwQFBgcICQoL:Shop", "amount", "a whole number from 1", '"01"'],
    [
      "paycode:1:till:9007199254740992:A:AAECAwQFBgcICQoL:Shop",
      "amount",
      "a whole number from 1 to 9007199254740991",
      "9007199254740992"
    ],
    ["paycode:1:till:1:%41:AAECAwQFBgcICQoL:Shop", "order", "a text that is percent-encoded", '"%41"'],
    ["paycode:1:till:1:A:AAECAwQFBgcICQo:Shop", "nonce", "12 bytes in base64url", '"AAECAwQFBgcICQo"'],
    ["paycode:1:till:1:A:AAECAwQFBgcICQoL:%E8", "payee", "a text that is percent-encoded", '"%E8"'],
    [
      "paycode:1:till:1:A:AAECAwQFBgcICQoL:%E2%80%AEpohS",
      "payee",
      expect.stringContaining("that can be seen"),
      expect.any(String)
    ]
  ])("%s is refused, with its place", (text, path, expected, found) => {
    expect(Transaction.read("till", text)).toEqual(Result.fail([{ path, expected, found }]))
  })

  it("is shown as a square, and read back from its picture", async () => {
    const text = Transaction.write("till", known)
    const read = await Effect.runPromise(Barcode.readTransaction(Barcode.transactionPng(text)))
    expect(Transaction.read("till", read)).toEqual(Result.succeed(known))
    const drawn = Barcode.transactionTerminal(text)
    expect(drawn?.split("\n").length).toBeGreaterThan(10)
  })

  it("comes to other bytes than any other transaction's, at any step, in any way", () => {
    const over = fc.record({ transaction: transactions, position: fc.nat(), revealed: fc.boolean() })
    fc.assert(
      fc.property(over, over, (a, b) => {
        const [one, other] = [a, b].map(({ position, revealed, transaction }) =>
          Buffer.from(TokenSource.message(position, revealed, { transaction })).toString("hex")
        )
        expect(one === other).toBe(JSON.stringify(a) === JSON.stringify(b))
      })
    )
    // A field that grows into the next is another message.
    const [one, other] = [
      { ...known, order: "1", nonce: "2345678901234567" },
      { ...known, order: "12", nonce: "3456789012345671" }
    ].map((transaction) => Buffer.from(TokenSource.message(0, false, { transaction })).toString("hex"))
    expect(one).not.toBe(other)
  })
})
