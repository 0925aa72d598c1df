/**
 * Whatever a provider was doing when it ended, nothing that it answered is lost, and nothing is charged twice.
 * PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Answer as Told } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { State } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { Faults } from "../planted/Planted.ts"
import { seed } from "../suites/Harness.ts"
import * as Crash from "./Crash.ts"
import * as Deployment from "./Deployment.ts"
import * as Expectation from "./Expectation.ts"
import { alipay, byName, concurrent, scenario, unexplained } from "./Fixtures.ts"
import * as History from "./History.ts"
import type * as Message from "./Message.ts"
import type * as Rounds from "./Rounds.ts"

describe("a history that was cut by a crash", () => {
  const amount = 7
  const { world } = scenario(Rules.strict(alipay), { amounts: [amount] }, [])
  const following = (state: State, ...actions: ReadonlyArray<Parameters<typeof System.next>[2]>): State =>
    actions.reduce((now, action) => System.next(world, now, action).state, state)

  /** A till has scanned a code, and is about to ask. */
  const scanned = following(
    System.init(world)[0]!,
    { _tag: "Show", phone: 0, till: 0, offset: 0, revealed: false },
    { _tag: "Scan", phone: 0, amount }
  )
  const request: Message.ProviderAction = { _tag: "Deliver", order: 0, what: "pay", node: 0, heard: false }
  const question: Message.ProviderAction = { _tag: "Query", order: 0, node: 0 }
  const reversal: Message.ProviderAction = { _tag: "Deliver", order: 0, what: "reversal", node: 0, heard: false }
  const paid = following(scanned, request)
  const reversed = following(scanned, request, reversal)

  /** Messages one after the other, each with what it was answered; undefined where nothing came back. */
  const history = (
    end: State,
    ...messages: ReadonlyArray<readonly [Message.ProviderAction, Told | undefined]>
  ): History.Verdict => {
    const operations = messages.map(
      ([input, answer], at): History.Operation => ({
        input,
        invoked: 2 * at,
        end:
          answer === undefined
            ? { _tag: "Lost", over: 2 * at + 1 }
            : { _tag: "Answered", at: 2 * at + 1, output: { _tag: "Answered", answer } }
      })
    )
    return History.judge({ world, starts: [scanned], operations, books: Expectation.booksOf(world, end) })
  }

  it("is explained whether the request that was lost took effect or not", () => {
    expect(history(paid, [request, undefined])).toMatchObject({ _tag: "Explained", order: [0] })
    expect(history(scanned, [request, undefined])).toMatchObject({ _tag: "Explained", order: [] })
    expect(history(paid, [request, undefined], [question, "PAID"])).toMatchObject({ order: [0, 1] })
    expect(history(scanned, [request, undefined], [question, "NO_SUCH_ORDER"])).toMatchObject({ order: [1] })
  })

  it("is explained where the same is asked again under the same number", () => {
    expect(history(paid, [request, undefined], [request, "PAID"])._tag).toBe("Explained")
    expect(history(paid, [request, undefined], [question, "NO_SUCH_ORDER"], [request, "PAID"])._tag).toBe("Explained")
    expect(history(reversed, [request, undefined], [reversal, undefined], [reversal, "REVERSED"])._tag).toBe(
      "Explained"
    )
  })

  it("has no explanation where what was answered is lost", () => {
    expect(history(scanned, [request, "PAID"])).toMatchObject({ problem: { path: "books.accounts[0].balance" } })
    expect(history(scanned, [request, "PAID"], [question, "NO_SUCH_ORDER"])._tag).toBe("Unexplained")
    expect(history(paid, [request, "PAID"], [reversal, "REVERSED"])._tag).toBe("Unexplained")
  })

  it("has no explanation where what was lost takes effect when its node has ended", () => {
    expect(history(paid, [request, undefined], [question, "NO_SUCH_ORDER"])._tag).toBe("Unexplained")
    expect(history(paid, [request, undefined], [question, "PAID"], [question, "NO_SUCH_ORDER"])._tag).toBe(
      "Unexplained"
    )
  })

  it("has no explanation where one order is debited twice", () => {
    const [order, ...others] = paid.orders
    const twice = { ...paid, orders: [{ ...order!, debits: 2 }, ...others] }
    expect(history(twice, [request, undefined], [request, "PAID"])).toMatchObject({
      _tag: "Unexplained",
      problem: { path: "books.accounts[0].balance" }
    })
  })
})

/** Counts rounds, and messages that were never answered. */
const census = () => {
  const total = { rounds: 0, lost: 0, effective: 0 }
  const look = (ending: Rounds.RoundEnding): void => {
    if (ending._tag !== "Explained") return
    for (const { operations, order } of ending.rounds) {
      total.rounds++
      const isLost = ({ end }: History.Operation): boolean => end._tag === "Lost"
      total.lost += operations.filter(isLost).length
      total.effective += order.filter((at) => isLost(operations[at]!)).length
    }
  }
  return { total, look }
}

describe(`nodes that end in the middle of what they do, seed ${seed}`, () => {
  const kills = Crash.inProcess(2)
  const { look, total } = census()

  it.each(concurrent)("lose nothing that they have answered in $scheme", async (scheme) => {
    const siteOf = (turns: string) => Deployment.inProcess({ turns, patient: true })
    expect(await unexplained(fc.constant(Rules.strict(scheme)), 15, { siteOf, kills, look })).toBe("")
  })

  it.each(concurrent)("lose nothing in $scheme where the other node goes on", async (scheme) => {
    const siteOf = (turns: string) => Deployment.inProcess({ turns, nodes: Deployment.twoNodes.nodes, patient: true })
    expect(await unexplained(fc.constant(Rules.strict(scheme)), 10, { siteOf, kills, look })).toBe("")
  })

  it("leave many messages unanswered, some of which have taken effect all the same", () => {
    expect(total.lost / total.rounds).toBeGreaterThan(1)
    expect(total.effective).toBeGreaterThan(0)
  })

  const rows = Faults.ledgers("kills")
  it.each(rows)("are found out in $scheme where $says", async ({ fault, scheme }) => {
    const rules = fc.constant(Rules.strict(byName[scheme]))
    const siteOf = (turns: string) => Deployment.inProcess({ turns, fault, patient: true })
    expect(await unexplained(rules, 400, { siteOf, kills })).not.toBe("")
    // As long as no node ends nobody can tell.
    expect(await unexplained(rules, 10, { siteOf })).toBe("")
  })
})
