/**
 * Limit overflow: payments at the limit and one beyond; sums and counts that use up a day and go one beyond; requests
 * that are under way at once, at several nodes, over midnight; reversals, open orders, and amounts that are none.
 * PAYCODE_SEED chooses the runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Money from "../../model/Money.ts"
import type { Answer } from "../../model/Order.ts"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { CodeKey, Node, Scope } from "../../model/system/System.ts"
import {
  alipay,
  anyScheme,
  assertHolds,
  built,
  fails,
  fresh,
  open,
  parameters,
  rogue,
  rulesOf,
  seed,
  tally
} from "./Harness.ts"
import { ahead, day, dayOf, isAlive, lifeOf, midnight, nodeOf, nodes, starts } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

// ---------------------------------------------------------------------------------------------------------------------
// A ledger on paper
// ---------------------------------------------------------------------------------------------------------------------

interface Entry {
  readonly amount: bigint
  readonly day: number
  readonly at: number
  readonly free: boolean
  status: "paid" | "open" | "reversed"
}

/** What an account may pay, kept on paper: every payment with its day, added up anew for each question. */
const ledgerOf = ({ clock, limit, reverse, stepUp }: Scheme, opening: Scope.Opening) => {
  const entries = new Map<number, Entry>()
  const sum = (those: (entry: Entry) => boolean): bigint =>
    [...entries.values()].filter(those).reduce((sum, { amount }) => sum + amount, 0n)
  const stands = ({ status }: Entry): boolean => status !== "reversed"
  const latest = (): number => Math.max(Number.NEGATIVE_INFINITY, ...[...entries.values()].map(({ day }) => day))
  const freeOn = (day: number) => {
    const those = (entry: Entry): boolean => entry.free && stands(entry) && entry.day === day
    return {
      sum: BigInt(opening.freeSum) + sum(those),
      count: opening.freeCount + [...entries.values()].filter(those).length
    }
  }
  const allOn = (day: number): bigint => BigInt(opening.all) + sum((entry) => stands(entry) && entry.day === day)

  const answerTo = (amount: bigint, day: number): Answer => {
    if (allOn(day) + amount > BigInt(limit.accountDay)) return "OVER_ACCOUNT_DAY"
    if (sum(stands) + amount > BigInt(opening.balance)) return "BALANCE"
    const free = freeOn(day)
    const over: Answer | undefined =
      amount > BigInt(limit.payment)
        ? "OVER_PAYMENT_LIMIT"
        : limit.daySum !== undefined && free.sum + amount > BigInt(limit.daySum)
          ? "OVER_DAY_SUM"
          : limit.dayCount !== undefined && free.count + 1 > limit.dayCount
            ? "OVER_DAY_COUNT"
            : undefined
    if (over === undefined) return "PAID"
    return stepUp.method === "none" ? over : "OPEN"
  }

  return {
    /** A request that is decided on a day, but on none before the last. */
    decide: (order: number, requested: number, on: number, at: number): Answer => {
      const day = Math.max(on, latest())
      const amount = BigInt(requested)
      const answer = answerTo(amount, day)
      if (answer === "PAID" || answer === "OPEN") {
        entries.set(order, { amount, day, at, free: answer === "PAID", status: answer === "PAID" ? "paid" : "open" })
      }
      return answer
    },
    confirm: (order: number): void => {
      entries.get(order)!.status = "paid"
    },
    reverse: (order: number, at: number): Answer => {
      const entry = entries.get(order)!
      const age = at - entry.at
      // Another node may still be in time: this one answers for nothing.
      if (entry.status === "paid" && age > reverse.within) {
        return age > reverse.within + clock.nodeSkew ? "REVERSE_EXPIRED" : "UNKNOWN"
      }
      entry.status = "reversed"
      return "REVERSED"
    },
    statusOf: (order: number) => entries.get(order)?.status,
    freeOn,
    allOn,
    left: (): bigint => BigInt(opening.balance) - sum(stands),
    days: (): ReadonlyArray<number> => [...new Set([...entries.values()].map(({ day }) => day))]
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// A shopping spree
// ---------------------------------------------------------------------------------------------------------------------

/** What becomes of a purchase that was accepted, before the next. */
const fates = ["kept", "reversed", "confirmed", "reversed later"] as const

interface Purchase {
  readonly wait: number
  readonly phone: number
  readonly amount: number
  readonly node: Node
  readonly resends: number
  /** Left under way until all have been sent. */
  readonly isLate: boolean
  readonly fate: (typeof fates)[number]
}

interface Spree {
  readonly scheme: Scheme
  readonly start: number
  readonly opening: Scope.Opening
  readonly purchases: ReadonlyArray<Purchase>
  /** In what order those that are late arrive. */
  readonly order: ReadonlyArray<number>
}

const amountsOf = ({ limit: { accountDay, daySum = accountDay, payment } }: Scheme): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(payment) },
    fc.constantFrom(payment + 1, 1, daySum, daySum + 1, accountDay, accountDay + 1, Money.largest),
    fc.integer({ min: 1, max: payment }),
    fc.integer({ min: 1, max: Math.max(1, daySum % payment) })
  )

const openings = ({ limit }: Scheme): fc.Arbitrary<Scope.Opening> => {
  const { accountDay, dayCount = 5, payment } = limit
  const daySum = limit.daySum ?? accountDay
  return fc
    .record({
      balance: fc.oneof(fc.constant(fresh.balance), fc.integer({ min: 0, max: 2 * accountDay })),
      freeSum: fc.oneof(fc.constant(0), fc.constant(daySum - payment), fc.integer({ min: 0, max: daySum })),
      freeCount: fc.constantFrom(0, dayCount - 1, dayCount),
      all: fc.oneof(fc.constant(0), fc.constant(accountDay - payment), fc.integer({ min: 0, max: accountDay }))
    })
    .chain((opening) => fc.constantFrom(fresh, opening))
}

const sprees: fc.Arbitrary<Spree> = anyScheme.chain((scheme) =>
  fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    opening: openings(scheme),
    purchases: fc.array(
      fc.record({
        wait: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 0, max: 2 * scheme.clock.step }) },
          fc.constantFrom(day - 1, day)
        ),
        phone: fc.constantFrom(0, 1),
        amount: amountsOf(scheme),
        node: nodes,
        resends: fc.nat({ max: 1 }),
        isLate: fc.boolean(),
        fate: fc.constantFrom(...fates)
      }),
      { minLength: 1, maxLength: 10 }
    ),
    order: fc.array(fc.nat({ max: 100 }), { minLength: 10, maxLength: 10 })
  })
)

/** Plays a spree beside the ledger: what was answered, what the ledger says, and what was met. */
const shop = (spree: Spree, mutants: ReadonlyArray<Mutant>, met: (what: string) => void = () => undefined) => {
  const { opening, order, purchases, scheme, start } = spree
  const harness = open({
    rules: rulesOf(scheme, mutants),
    start,
    amounts: purchases.map(({ amount }) => amount),
    opening
  })
  const ledger = ledgerOf(scheme, opening)
  const differences: Array<string> = []
  const compare = (what: string, found: string, expected: string): void => {
    met(`${what}: ${expected}`)
    if (found !== expected) differences.push(`${what}: ${found}, not ${expected}`)
  }
  const last = new Map<number, number>()
  const shownAt = new Map<string, number>()
  const expected = (number: number, key: CodeKey, amount: number, node: Node): Answer => {
    const at = harness.state().now + ahead(scheme, node)
    const life = lifeOf(scheme, shownAt.get(`${key.phone} ${key.position}`)!, start)
    if (!isAlive(life, at)) return "CODE_INVALID"
    const before = last.get(key.phone) ?? Number.NEGATIVE_INFINITY
    last.set(key.phone, Math.max(before, key.position))
    if (scheme.verification.monotone && key.position <= before) return "CODE_USED"
    return ledger.decide(number, amount, dayOf(scheme, at), at)
  }
  const meetFate = (number: number, fate: Purchase["fate"]): void => {
    const status = ledger.statusOf(number)
    if (status === undefined || status === "reversed") return
    if (fate === "reversed") {
      const answer = ledger.reverse(number, harness.state().now)
      compare(`a reversal of a ${status} order`, harness.meddle(number, "reversal"), answer)
    }
    if (fate === "confirmed" && status === "open" && harness.isPossible({ _tag: "Approve", order: number })) {
      harness.act({ _tag: "Approve", order: number })
      ledger.confirm(number)
      compare("a password", harness.authenticate(number), "PAID")
    }
  }
  const late: Array<{ readonly number: number; readonly key: CodeKey; readonly purchase: Purchase }> = []
  const own: Array<{ readonly number: number; readonly fate: Purchase["fate"] }> = []
  for (const purchase of purchases) {
    const { amount, fate, isLate, phone, resends } = purchase
    const node = nodeOf(scheme, purchase.node)
    harness.wait(purchase.wait)
    if (!harness.canShow(phone, rogue)) continue
    const key = harness.show(phone, rogue)
    shownAt.set(`${key.phone} ${key.position}`, harness.state().now)
    const number = harness.state().orders.length
    if (isLate) {
      late.push({ number: harness.present(0, key, amount), key, purchase })
      continue
    }
    const answer = expected(number, key, amount, node)
    for (let time = 0; time <= resends; time++) {
      compare("a payment", harness.pay(key, amount, { node, order: time === 0 ? -1 : number }), answer)
    }
    meetFate(number, fate)
    own.push({ number, fate })
  }
  for (let index = 0; late.length > 0; index++) {
    const [{ key, number, purchase }] = late.splice(order[index]! % late.length, 1) as [(typeof late)[number]]
    const node = nodeOf(scheme, purchase.node)
    compare("a late payment", harness.deliver(number, { node }), expected(number, key, purchase.amount, node))
  }
  for (const { fate, number } of own) if (fate === "reversed later") meetFate(number, "reversed")
  for (const on of ledger.days()) {
    const { accountDay, dayCount, daySum } = scheme.limit
    const { count, sum } = ledger.freeOn(on)
    if (sum === BigInt(daySum ?? -1)) met("a day's sum used up")
    if (count === dayCount) met("a day's count used up")
    if (ledger.allOn(on) === BigInt(accountDay)) met("a day's sum of all used up")
  }
  if (ledger.left() === 0n) met("the balance used up")
  if (ledger.days().length > 1) met("several days")
  return differences
}

// ---------------------------------------------------------------------------------------------------------------------
// Two at once
// ---------------------------------------------------------------------------------------------------------------------

/** Two payments of one account, by its two phones, of which the day leaves room for one. */
const pairs = anyScheme
  .filter(({ limit }) => limit.daySum !== undefined || limit.dayCount !== undefined)
  .chain((scheme) =>
    fc.record({ scheme: fc.constant(scheme), start: starts(scheme), first: fc.boolean(), node: nodes })
  )

type Pair = typeof pairs extends fc.Arbitrary<infer A> ? A : never

const payBoth = ({ first, scheme, start, ...drawn }: Pair, mutants: ReadonlyArray<Mutant>) => {
  const { accountDay, dayCount, daySum, payment } = scheme.limit
  const freeSum = daySum === undefined ? 0 : daySum - payment
  const freeCount = dayCount === undefined ? 0 : dayCount - 1
  const harness = open({
    rules: rulesOf(scheme, mutants),
    start,
    opening: { balance: fresh.balance, freeSum, freeCount, all: Math.min(freeSum, accountDay - payment) }
  })
  const [a, b] = [harness.show(0, rogue), harness.show(1, rogue)]
  const node = nodeOf(scheme, drawn.node)
  const request = (key: CodeKey) =>
    ({ _tag: "Pay", order: -1, request: { alias: key.phone, key, amount: payment }, node }) as const
  const both = { _tag: "Race", first: request(a), second: request(b) } as const
  // Nothing but the clauses keeps two requests apart that arrive at once.
  if (harness.isPossible(both)) harness.act(both)
  else for (const key of first ? [a, b] : [b, a]) harness.pay(key, payment, { node })
  return harness.debits.length
}

// ---------------------------------------------------------------------------------------------------------------------
// Numbers that are no amounts
// ---------------------------------------------------------------------------------------------------------------------

/** Zero, negative, fractional, beyond what arithmetic keeps exact, and no numbers at all. */
const noAmounts = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    -1,
    0.5,
    1.5,
    2 ** 53,
    2 ** 53 + 2,
    1e300,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN
  ),
  fc.integer({ max: 0 }),
  fc.double({ noNaN: true }).filter((value) => !Number.isInteger(value)),
  fc.double({ min: 2 ** 53, noNaN: true })
)

/** A number that is no amount dressed up as a payment, then a payment: what counts is the payment. */
const dressedUp = (scheme: Scheme, amount: number, mutants: ReadonlyArray<Mutant>) => {
  const { accountDay, payment } = scheme.limit
  const harness = open({
    rules: rulesOf(scheme, mutants),
    start: midnight(scheme),
    amounts: [payment, amount],
    opening: { ...fresh, all: accountDay }
  })
  const answer = harness.pay(harness.show(0, rogue), amount)
  const second = harness.pay(harness.show(1, rogue), payment)
  return { answer, second, debits: harness.debits.map((debit) => debit.amount) }
}

describe(`limit overflow, seed ${seed}`, () => {
  it("whatever is bought, sent, confirmed and reversed, in whatever order it arrives, the answers are the ledger's", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(sprees, (spree) => {
        expect(shop(spree, [], met)).toEqual([])
      }),
      parameters(1800)
    )
    const answers = [
      "PAID",
      "OPEN",
      "OVER_PAYMENT_LIMIT",
      "OVER_DAY_SUM",
      "OVER_DAY_COUNT",
      "OVER_ACCOUNT_DAY",
      "BALANCE"
    ]
    const late = ["PAID", "OPEN", "CODE_INVALID", "CODE_USED", "OVER_ACCOUNT_DAY"]
    const others = ["a password: PAID", "a reversal of a paid order: REVERSED", "a reversal of a open order: REVERSED"]
    const edges = ["a day's sum used up", "a day's count used up", "a day's sum of all used up", "the balance used up"]
    const all = [
      ...answers.map((answer) => `a payment: ${answer}`),
      ...late.map((answer) => `a late payment: ${answer}`),
      ...others,
      ...edges,
      "a reversal of a paid order: REVERSE_EXPIRED",
      "several days"
    ]
    expect(rarerThan(3, ...all)).toEqual([])
  })

  it.each([
    ["VER-12", "one more"],
    ["VER-12", "no limit"],
    ["VER-13", "no limit"],
    ["VER-14", "overdraft"],
    ["VER-15", "one less"],
    ["VER-23", "no limit"],
    ["VER-24", "no limit"],
    ["VER-25", "each node"],
    ["VER-26", "the phone's"],
    ["STP-1", "flag kept"],
    ["SET-6", "not reserved"],
    ["SET-9", "to today"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(sprees, (spree) => shop(spree, [{ clause, mutant }]).length === 0, 1500)).toBe(true)
  })

  it("of two payments at once, of which the day leaves room for one, one is made without step-up", () => {
    assertHolds(
      fc.property(pairs, (pair) => {
        expect(payBoth(pair, [])).toBe(1)
      }),
      parameters(300)
    )
  })

  it.each([
    ["VER-13", "before the lock"],
    ["VER-20", "two at once"],
    ["VER-23", "before the lock"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(pairs, (pair) => payBoth(pair, [{ clause, mutant }]) === 1)).toBe(true)
  })

  it("a number that is no amount is refused before it changes anything", () => {
    assertHolds(
      fc.property(anyScheme, noAmounts, (scheme, amount) => {
        expect(Money.isAmount(amount)).toBe(false)
        const { answer, debits, second } = dressedUp(scheme, amount, [])
        expect([answer, second]).toEqual(["refused at once", "OVER_ACCOUNT_DAY"])
        expect(debits).toEqual([])
      }),
      parameters(400)
    )
  })

  it("without REL-2 a negative amount makes room for payments above the day's sum", () => {
    const { payment } = alipay.limit
    const mutated = dressedUp(alipay, -payment, [{ clause: "REL-2", mutant: "any number" }])
    expect(mutated).toEqual({ answer: "PAID", second: "PAID", debits: [-payment, payment] })
  })

  it("a known order that comes with a number that is no amount stays as it is", () => {
    assertHolds(
      fc.property(anyScheme, noAmounts, (scheme, amount) => {
        const { payment } = scheme.limit
        const harness = open({ rules: rulesOf(scheme), start: midnight(scheme), amounts: [payment, amount] })
        const key = harness.show(0, rogue)
        expect(harness.pay(key, payment)).toBe("PAID")
        const before = harness.state()
        expect(harness.pay(key, amount, { order: 0 })).toBe("refused at once")
        expect(harness.state()).toEqual(before)
      }),
      parameters(200)
    )
  })

  it("the largest amount there is neither overflows nor passes", () => {
    assertHolds(
      fc.property(anyScheme, (scheme) => {
        const amount = Money.largest
        const harness = open({ rules: rulesOf(scheme), start: midnight(scheme), amounts: [amount] })
        harness.show(0, 0)
        expect(harness.deliver(harness.scan(0, amount))).toBe("OVER_ACCOUNT_DAY")
      }),
      parameters(100)
    )
  })

  it("random runs break no limit and keep the books", () => {
    const limits = ["payment-limit", "daily-sum", "daily-count", "account-sum", "conservation"] as const
    neverBroken(fc.constantFrom(...built), limits)
  })
})
