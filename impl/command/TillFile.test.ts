/** What a till has sent is there again after it was switched off, whenever that was. */
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Relay } from "../../model/steps/Steps.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import type * as Till from "../till/Till.ts"
import * as TillFile from "./TillFile.ts"

let folder: string
let files = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "paycode-till-"))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const settings: TillFile.Settings = {
  provider: "http://127.0.0.1:8480",
  scheme: Fixtures.alipay,
  merchant: "shop",
  terminal: "till-1",
  key: Redacted.make(new Uint8Array(32).fill(1)),
  noticeKey: Redacted.make(new Uint8Array(32).fill(2))
}

describe("the file of a till", () => {
  it("is read as it was written, by its owner alone", async () => {
    const path = join(folder, `${files++}.json`)
    await Effect.runPromise(TillFile.create(path, settings))
    const read = await Effect.runPromise(TillFile.open(path))
    expect(read).toEqual(settings)
    expect([Redacted.value(read.key)[0], Redacted.value(read.noticeKey)[0]]).toEqual([1, 2])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const refused = await Effect.runPromise(Effect.flip(TillFile.create(path, settings)))
    expect(refused.message).toMatch(/found one that is there$/)
  })
})

describe("the file of a till that is replaced", () => {
  it("is its owner's alone, whatever lies where it is written first", async () => {
    const path = join(folder, `${files++}.json`)
    await Effect.runPromise(TillFile.create(path, settings))
    writeFileSync(`${path}.new`, "left", { mode: 0o666 })
    chmodSync(`${path}.new`, 0o666)
    await Effect.runPromise(TillFile.replace(path, { ...settings, terminal: "till-2" }))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect((await Effect.runPromise(TillFile.open(path))).terminal).toBe("till-2")
  })
})

describe("a name that is typed", () => {
  const named = (typed: string) => Effect.runPromise(Effect.flip(TillFile.named("--order", TillFile.label, typed)))

  it("is none where it is too long or has a space, and is told: but not where its digits may be a code", async () => {
    const group = fc.stringMatching(/^[0-9]{1,5}$/)
    const groups = fc.array(group, { minLength: 12, maxLength: 16 }).map((all) => all.join(" "))
    const codes = fc.oneof(fc.stringMatching(/^[0-9]{65,90}$/), groups)
    const property = fc.asyncProperty(codes, async (code) => {
      const { message } = await named(code)
      expect(message).toBe("--order: expected 1 to 64 visible characters of ASCII, found (digits)")
    })
    await fc.assert(property, { seed: 1 })
    expect((await named("a 1")).message).toMatch(/found "a 1"$/)
    expect((await named("1 2")).message).toMatch(/found "1 2"$/)
  })
})

describe("the orders of a till", () => {
  const orders = fc.record({
    order: fc.stringMatching(/^[!-~]{1,8}$/),
    code: fc.stringMatching(/^[0-9]{18}$/),
    amount: fc.integer({ min: 1, max: 1_000_000 }),
    view: fc.constantFrom(...Relay.views),
    sentAt: fc.nat()
  })

  const held = ({
    amount,
    code,
    order,
    sentAt,
    view
  }: typeof orders extends fc.Arbitrary<infer A> ? A : never): Till.Order => ({
    request: { merchant: "shop", terminal: "till-1", order, code, amount },
    view,
    sentAt
  })

  it("are there as they were held last, wherever a line was cut short", async () => {
    const lines = fc.array(fc.tuple(orders, fc.nat({ max: 200 }), fc.boolean()), { minLength: 1, maxLength: 8 })
    let cuts = 0
    await fc.assert(
      fc.asyncProperty(lines, async (lines) => {
        const path = join(folder, `${files++}.json`)
        const expected = new Map<string, Till.Order>()
        for (const [order, left, isCut] of lines) {
          const before = expected.size === 0 && !isThere(path) ? 0 : statSync(`${path}.orders`).size
          await Effect.runPromise(TillFile.note(path, held(order)))
          // As much of the line as was written before the power went: never all of it.
          const written = statSync(`${path}.orders`).size - before
          if (isCut && left < written - 2) {
            truncateSync(`${path}.orders`, before + left)
            cuts++
          } else expected.set(order.order, held(order))
        }
        const found = await Effect.runPromise(TillFile.orders(path, settings))
        expect(found).toEqual([...expected.values()])
      }),
      { seed: 1, numRuns: 200 }
    )
    expect(cuts).toBeGreaterThan(100)
  })

  it("are refused where a line is whole and says something else", async () => {
    const path = join(folder, `${files++}.json`)
    const [order] = fc.sample(orders, { seed: 1, numRuns: 1 })
    await Effect.runPromise(TillFile.note(path, held(order!)))
    appendFileSync(`${path}.orders`, '{"order":"1"}\n')
    const text = readFileSync(`${path}.orders`, "utf8")
    const refused = await Effect.runPromise(Effect.flip(TillFile.orders(path, settings)))
    expect(refused.message).toMatch(/line \d+: code: expected/)
    expect(readFileSync(`${path}.orders`, "utf8")).toBe(text)
  })
})

const isThere = (path: string): boolean => statSync(`${path}.orders`, { throwIfNoEntry: false }) !== undefined
