/**
 * Settlement: the life of an order under messages that are lost, late, doubled and crossed: queries, reversals before and
 * after the payment, passwords around the deadline, timers at several nodes, refunds, crashes. PAYCODE_SEED chooses the
 * runs, PAYCODE_RUNS multiplies them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Answer } from "../../model/Order.ts"
import type { Mutant } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Action, Node } from "../../model/system/System.ts"
import {
  anyScheme,
  anySeed,
  anyStepUp,
  assertHolds,
  fails,
  open,
  parameters,
  rogue,
  rulesOf,
  seed,
  tally
} from "./Harness.ts"
import { ahead, isAlive, lifeOf, midnight, nodeOf, nodes, starts } from "./Oracle.ts"
import { neverBroken } from "./Walks.ts"

// ---------------------------------------------------------------------------------------------------------------------
// The life of an honest till's order
// ---------------------------------------------------------------------------------------------------------------------

const doings = [
  "pay",
  "pay",
  "pay, unheard",
  "query",
  "reverse",
  "reversal",
  "reversal, unheard",
  "approve",
  "password",
  "close",
  "notice",
  "forged notice",
  "give up",
  "crash"
] as const

/** Moments to wait for, and how many seconds before or after them. */
const moments = ["now", "the deadline", "the horizon", "the first reversal", "the end of the code"] as const

interface Doing {
  readonly what: (typeof doings)[number]
  readonly node: Node
  readonly moment: (typeof moments)[number]
  readonly beyond: number
}

interface Life {
  readonly scheme: Scheme
  readonly start: number
  /** Above the limit of a payment, so that it waits for the password where the scheme has one. */
  readonly isLarge: boolean
  readonly doings: ReadonlyArray<Doing>
}

const beyonds = fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -70, max: 70 }))

const doing = (what: Doing["what"], moment: Doing["moment"]): fc.Arbitrary<Doing> =>
  fc.record({ what: fc.constant(what), node: nodes, moment: fc.constant(moment), beyond: beyonds })

/** What does not often come about by chance: a reversal that crosses its payment, or comes when it is too late. */
const scripts: ReadonlyArray<fc.Arbitrary<ReadonlyArray<Doing>>> = [
  fc.tuple(doing("reverse", "the first reversal"), doing("reversal", "now"), doing("pay", "the end of the code")),
  fc.tuple(
    doing("pay, unheard", "now"),
    doing("reverse", "the first reversal"),
    doing("reversal", "the horizon"),
    doing("query", "the horizon"),
    doing("reversal", "the horizon")
  ),
  fc.tuple(
    doing("pay", "now"),
    doing("approve", "now"),
    doing("password", "the deadline"),
    doing("close", "the deadline")
  ),
  fc.tuple(
    doing("pay", "now"),
    doing("reverse", "the first reversal"),
    doing("close", "the deadline"),
    fc.constantFrom("pay", "query", "reversal").chain((what) => doing(what, "now"))
  ),
  fc.tuple(doing("pay", "now"), doing("close", "the deadline"), doing("query", "now"))
]

const doingsOf: fc.Arbitrary<ReadonlyArray<Doing>> = fc
  .array(
    fc.oneof(
      {
        weight: 12,
        arbitrary: fc
          .record({
            what: fc.constantFrom(...doings),
            node: nodes,
            moment: fc.oneof({ weight: 3, arbitrary: fc.constant("now" as const) }, fc.constantFrom(...moments)),
            beyond: beyonds
          })
          .map((one): ReadonlyArray<Doing> => [one])
      },
      ...scripts
    ),
    { minLength: 1, maxLength: 12, size: "max" }
  )
  .map((parts) => parts.flat())

/** Schemes in which an amount above the limit fits the account's day. */
const roomy = anyScheme.filter(({ limit }) => limit.accountDay > limit.payment)

const lives: fc.Arbitrary<Life> = roomy.chain((scheme) =>
  fc.record({ scheme: fc.constant(scheme), start: starts(scheme), isLarge: fc.boolean(), doings: doingsOf })
)

/** An order as a clerk would keep it on a card. */
interface Card {
  status: "unknown" | "paid" | "open" | "closed" | "reversed" | "refused"
  /** When the card was written, by the clock of the node that wrote it. */
  at: number
  reason: Answer
  debited: boolean
  returned: boolean
}

const told = ({ reason, status }: Card): Answer => {
  const words = {
    unknown: "NO_SUCH_ORDER",
    paid: "PAID",
    open: "OPEN",
    closed: "CLOSED",
    reversed: "REVERSED"
  } as const
  return status === "refused" ? reason : words[status]
}

/** Plays a life beside the card: where the two part. */
const live = (
  { doings, isLarge, scheme, start }: Life,
  mutants: ReadonlyArray<Mutant>,
  met: (what: string) => void = () => undefined
): ReadonlyArray<string> => {
  const { clock, limit, reverse, stepUp } = scheme
  const amount = isLarge ? limit.payment + 1 : limit.payment
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [amount] })
  harness.show(0, 0)
  const order = harness.scan(0, amount)
  const life = lifeOf(scheme, start, start)
  const card: Card = { status: "unknown", at: 0, reason: "PAID", debited: false, returned: false }
  const write = (change: Partial<Card>): void => void Object.assign(card, change)
  const parted: Array<string> = []
  const compare = (what: string, found: string, expected: string): void => {
    met(`${what}: ${expected}`)
    if (found !== expected) parted.push(`${what}: ${found}, not ${expected}`)
  }

  const pay = (node: Node, heard: boolean): void => {
    const at = harness.state().now + ahead(scheme, node)
    const isIn = isAlive(life, at)
    const found = harness.deliver(order, { node, heard })
    if (card.status === "unknown") {
      if (!isIn) write({ status: "refused", reason: "CODE_INVALID", at })
      else if (!isLarge) write({ status: "paid", debited: true, at })
      else if (stepUp.method === "none") write({ status: "refused", reason: "OVER_PAYMENT_LIMIT", at })
      else write({ status: "open", at })
    }
    compare("pay", found, told(card))
  }

  const reversal = (node: Node, heard: boolean): void => {
    const at = harness.state().now + ahead(scheme, node)
    const found = harness.deliverReversal(order, { node, heard })
    if (card.status === "unknown") {
      if (reverse.unknownOrder === "tombstone") {
        write({ status: "reversed", at })
        compare("reversal of an unknown order", found, "REVERSED")
      } else compare("reversal of an unknown order", found, "NO_SUCH_ORDER")
    } else if (card.status === "paid" && at - card.at > reverse.within) {
      // Another node may still be in time: this one answers for nothing.
      compare("reversal", found, at - card.at > reverse.within + clock.nodeSkew ? "REVERSE_EXPIRED" : "UNKNOWN")
    } else {
      if (card.status === "paid") {
        write({ status: "reversed", returned: true })
        met("reversal of a paid order")
      } else if (card.status === "open") write({ status: "reversed" })
      compare("reversal", found, told(card))
    }
  }

  const perform = ({ what, ...drawn }: Doing): void => {
    const node = nodeOf(scheme, drawn.node)
    const at = harness.state().now + ahead(scheme, node)
    const can = (action: Action): boolean => harness.isPossible(action)
    const message = (what: "pay" | "reversal", heard: boolean): Action => ({
      _tag: "Deliver",
      order,
      what,
      node,
      heard
    })
    switch (what) {
      case "pay":
      case "pay, unheard":
        if (can(message("pay", what === "pay"))) pay(node, what === "pay")
        return
      case "query":
        if (can({ _tag: "Query", order, node })) compare("query", harness.query(order, node), told(card))
        return
      case "reverse":
        if (can({ _tag: "Reverse", order })) harness.act({ _tag: "Reverse", order })
        return
      case "reversal":
      case "reversal, unheard":
        if (can(message("reversal", what === "reversal"))) reversal(node, what === "reversal")
        return
      case "approve":
        if (can({ _tag: "Approve", order })) harness.act({ _tag: "Approve", order })
        return
      case "password": {
        if (!can({ _tag: "Authenticate", order, to: order, node })) return
        const expected = card.status === "open" ? "PAID" : "NOT_OPEN"
        compare("password", harness.authenticate(order, { node }), expected)
        if (card.status === "open") write({ status: "paid", debited: true })
        return
      }
      case "close": {
        const isOver = card.status === "open" && at - card.at >= stepUp.openFor!
        const isPossible = can({ _tag: "Close", order, node })
        if (card.status === "open") compare("close", String(isPossible), String(isOver))
        if (!isPossible) return
        harness.act({ _tag: "Close", order, node })
        write({ status: "closed" })
        return
      }
      case "notice":
      case "forged notice": {
        const notice = { _tag: "Notice", order, forged: what === "forged notice" } as const
        if (can(notice)) harness.act(notice)
        return
      }
      case "give up":
        if (can({ _tag: "GiveUp", order })) harness.act({ _tag: "GiveUp", order })
        return
      case "crash":
        harness.act({ _tag: "Crash" })
    }
  }

  let settled = "nothing"
  for (const doing of doings) {
    if (parted.length > 0) break
    const until = {
      now: harness.state().now,
      "the deadline": card.at + (stepUp.openFor ?? 0),
      "the horizon": card.at + reverse.within,
      "the first reversal": start + reverse.notBefore,
      "the end of the code": life.until
    }[doing.moment]
    harness.wait(Math.min(until + doing.beyond, start + 3 * reverse.within) - harness.state().now)
    perform(doing)
    const { debits, returned, view } = harness.order(order)
    const kept = debits * amount - returned
    if (kept !== (card.debited && !card.returned ? amount : 0)) parted.push(`${kept} is kept`)
    const isSettled = view === "paid" || view === "failed" || view === "reversed"
    if (isSettled && settled === "nothing") met(`settled as ${view}`)
    if (settled !== "nothing" && view !== settled) parted.push(`settled as ${settled}, then as ${view}`)
    if (isSettled) settled = view
    if (isSettled && (view === "paid") !== kept > 0) parted.push(`settled as ${view}, and ${kept} is kept`)
  }
  return parted
}

// ---------------------------------------------------------------------------------------------------------------------
// Refunds and reversals of the adversary's merchant
// ---------------------------------------------------------------------------------------------------------------------

const askings = ["refund", "refund", "reversal", "query", "pay"] as const

const returns = roomy.chain((scheme) => {
  const { payment } = scheme.limit
  const half = Math.ceil(payment / 2)
  return fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    state: fc.constantFrom("paid", "open", "unpaid"),
    requested: fc.array(
      fc.record({
        what: fc.constantFrom(...askings),
        number: fc.constantFrom(1, 2),
        amount: fc.constantFrom(payment, half, 1, payment + 1, Math.max(1, payment - half)),
        wait: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constant(scheme.reverse.within + 1)),
        node: nodes
      }),
      { minLength: 1, maxLength: 10 }
    )
  })
})

type Returns = typeof returns extends fc.Arbitrary<infer A> ? A : never

const giveBack = (
  { requested, scheme, start, state }: Returns,
  mutants: ReadonlyArray<Mutant>,
  met: (what: string) => void = () => undefined
): ReadonlyArray<string> => {
  const { clock, limit, reverse, stepUp } = scheme
  const amount = state === "open" ? limit.payment + 1 : limit.payment
  const refunds = requested.map((one) => one.amount)
  const opening = { balance: state === "unpaid" ? 0 : Number.MAX_SAFE_INTEGER, freeSum: 0, freeCount: 0, all: 0 }
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [amount], refunds, opening })
  const key = harness.show(0, rogue)
  const first = harness.pay(key, amount)
  const expected =
    state === "paid"
      ? "PAID"
      : state === "unpaid"
        ? "BALANCE"
        : stepUp.method === "none"
          ? "OVER_PAYMENT_LIMIT"
          : "OPEN"
  const parted: Array<string> = first === expected ? [] : [`first ${first}, not ${expected}`]
  // What the merchant has given back, by what it said it was.
  const given = new Map<string, number>()
  const sum = (): number => [...given.values()].reduce((a, b) => a + b, 0)
  let isReversed = false
  const standing = (): string => {
    if (isReversed) return "REVERSED"
    if (expected !== "PAID") return expected
    return sum() === amount ? "REFUNDED" : "PAID"
  }
  const compare = (what: string, found: string, wanted: string): void => {
    met(`${what}: ${wanted}`)
    if (found !== wanted) parted.push(`${what}: ${found}, not ${wanted}`)
  }
  for (const { number, wait, what, ...one } of requested) {
    harness.wait(wait)
    const node = nodeOf(scheme, one.node)
    if (what === "pay") compare("pay", harness.pay(key, amount, { order: 0, node }), standing())
    if (what === "query") compare("query", harness.meddle(0, "query", node), standing())
    if (what === "reversal") {
      const age = harness.state().now + ahead(scheme, node) - start
      const isPaid = expected === "PAID" && !isReversed
      const found = harness.meddle(0, "reversal", node)
      if (isPaid && age > reverse.within) {
        compare("reversal", found, age > reverse.within + clock.nodeSkew ? "REVERSE_EXPIRED" : "UNKNOWN")
      } else {
        if (isPaid && given.size > 0) met("a reversal of what was refunded in part")
        if (isPaid) given.set("reversal", amount - sum())
        if (isPaid || (expected === "OPEN" && !isReversed)) isReversed = true
        compare("reversal", found, standing())
      }
    }
    if (what === "refund") {
      const refund = { _tag: "Meddle", order: 0, what, number, amount: one.amount, node: 0 } as const
      if (!harness.isPossible(refund)) continue
      const found = harness.refund(0, number, one.amount)
      const made = given.get(String(number))
      const age = harness.state().now - start
      const { within = Number.POSITIVE_INFINITY } = scheme.refund ?? {}
      if (made !== undefined) compare("refund again", found, made === one.amount ? "REFUNDED" : "REFUND_CHANGED")
      else if (standing() !== "PAID" && standing() !== "REFUNDED") compare("refund", found, "NOT_PAID")
      else if (age > within) compare("refund", found, age > within + clock.nodeSkew ? "REFUND_EXPIRED" : "UNKNOWN")
      else if (one.amount > amount - sum()) compare("refund", found, "REFUND_EXCEEDS")
      else {
        given.set(String(number), one.amount)
        compare("refund", found, "REFUNDED")
      }
    }
    const { debits, returned } = harness.order(0)
    if (debits * amount < returned) parted.push(`${returned} returned of ${debits * amount}`)
    if (returned !== sum()) parted.push(`${returned} returned, not ${sum()}`)
  }
  return parted
}

// ---------------------------------------------------------------------------------------------------------------------
// Two prompts
// ---------------------------------------------------------------------------------------------------------------------

/** Two orders of one payer wait for the password, at two tills; it is given for the second. */
const twoPrompts = (scheme: Scheme, mutants: ReadonlyArray<Mutant>) => {
  const amount = scheme.limit.payment + 1
  const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme), amounts: [amount] })
  harness.show(0, 0)
  const first = harness.scan(0, amount)
  harness.deliver(first)
  harness.wait(scheme.token.source === "list" ? 0 : scheme.clock.step)
  harness.show(0, 1)
  const second = harness.scan(0, amount)
  harness.deliver(second)
  // The payer has left the first till, and confirms what is asked for at the second alone.
  const confirmsFirst = harness.isPossible({ _tag: "Approve", order: first })
  harness.act({ _tag: "Approve", order: second })
  const isTaken = harness.isPossible({ _tag: "Authenticate", order: second, to: first, node: 0 })
  const answer = harness.authenticate(second)
  return { confirmsFirst, isTaken, answer, debits: harness.debits.map(({ order }) => order) }
}

const wide = anyStepUp.filter(({ limit }) => limit.accountDay >= 2 * (limit.payment + 1))

// ---------------------------------------------------------------------------------------------------------------------
// A prompt that is answered in time
// ---------------------------------------------------------------------------------------------------------------------

/** Schemes whose deadline leaves room for a prompt, its answer, and the clock of another node. */
const patient = anyStepUp
  .filter(({ limit }) => limit.accountDay > limit.payment)
  .map((scheme): Scheme => {
    const { answerWithin, deliveryAtMost, openFor } = scheme.stepUp
    const least = 2 * deliveryAtMost! + answerWithin! + scheme.clock.nodeSkew + 1
    return { ...scheme, stepUp: { ...scheme.stepUp, openFor: Math.max(openFor!, least) } }
  })

const prompts = patient.chain((scheme) => {
  const upTo = (most: number) => fc.oneof(fc.constant(most), fc.integer({ min: 0, max: most }))
  return fc.record({
    scheme: fc.constant(scheme),
    start: starts(scheme),
    prompt: upTo(scheme.stepUp.deliveryAtMost!),
    thought: upTo(scheme.stepUp.answerWithin!),
    reply: upTo(scheme.stepUp.deliveryAtMost!),
    opened: nodes,
    heard: nodes
  })
})

type Prompt = typeof prompts extends fc.Arbitrary<infer A> ? A : never

/** An honest step-up while the timers of all nodes are as eager as they may be. */
const answerInTime = (run: Prompt, mutants: ReadonlyArray<Mutant>) => {
  const { prompt, reply, scheme, start, thought } = run
  const amount = scheme.limit.payment + 1
  const harness = open({ rules: rulesOf(scheme, mutants), start, amounts: [amount] })
  const timers = (): void => {
    for (const node of [0, 1] as const) {
      const close = { _tag: "Close", order: 0, node } as const
      if (harness.isPossible(close)) harness.act(close)
    }
  }
  harness.show(0, 0)
  harness.scan(0, amount)
  harness.deliver(0, { node: nodeOf(scheme, run.opened) })
  harness.wait(prompt + thought)
  timers()
  if (!harness.isPossible({ _tag: "Approve", order: 0 })) return "closed before it was answered"
  harness.act({ _tag: "Approve", order: 0 })
  harness.wait(reply)
  timers()
  return harness.authenticate(0, { node: nodeOf(scheme, run.heard) })
}

describe(`settlement, seed ${seed}`, () => {
  it("an order is answered as its card says, its money is where the card has it, and what a till took for settled is so", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(lives, (life) => {
        expect(live(life, [], met)).toEqual([])
      }),
      parameters(2500)
    )
    const cases = [
      ...["PAID", "OPEN", "CODE_INVALID", "OVER_PAYMENT_LIMIT", "REVERSED", "CLOSED"].map((answer) => `pay: ${answer}`),
      ...["PAID", "OPEN", "NO_SUCH_ORDER", "CLOSED"].map((answer) => `query: ${answer}`),
      ...["REVERSED", "REVERSE_EXPIRED", "UNKNOWN", "CLOSED", "CODE_INVALID"].map((answer) => `reversal: ${answer}`),
      ...["REVERSED", "NO_SUCH_ORDER"].map((answer) => `reversal of an unknown order: ${answer}`),
      ...["PAID", "NOT_OPEN"].map((answer) => `password: ${answer}`),
      ...["true", "false"].map((isOver) => `close: ${isOver}`),
      ...["paid", "failed", "reversed"].map((view) => `settled as ${view}`),
      "reversal of a paid order"
    ]
    expect(rarerThan(5, ...cases)).toEqual([])
  })

  it.each([
    ["REL-5", "any notice"],
    ["REL-6", "gives up"],
    ["STP-5", "shorter"],
    ["SET-1", "no tombstone"],
    ["SET-2", "forgotten"],
    ["SET-3", "from the clock"],
    ["SET-4", "no timer"],
    ["SET-5", "late password"],
    ["VER-16", "not recorded"],
    ["VER-21", "answered first"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(lives, (life) => live(life, [{ clause, mutant }]).length === 0, 2000)).toBe(true)
  })

  it("refunds and a reversal give back what was paid, each once, and no more", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(returns, (run) => {
        expect(giveBack(run, [], met)).toEqual([])
      }),
      parameters(1500)
    )
    const cases = [
      ...["REFUNDED", "REFUND_EXCEEDS", "NOT_PAID"].map((answer) => `refund: ${answer}`),
      ...["REFUNDED", "REFUND_CHANGED"].map((answer) => `refund again: ${answer}`),
      ...["REVERSED", "REVERSE_EXPIRED", "BALANCE"].map((answer) => `reversal: ${answer}`),
      "a reversal of what was refunded in part"
    ]
    expect(rarerThan(5, ...cases)).toEqual([])
  })

  it.each([
    ["SET-7", "ignored"],
    ["SET-7", "as the order stands"],
    ["SET-8", "ignores refunds"],
    ["SET-10", "not compared"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    expect(fails(returns, (run) => giveBack(run, [{ clause, mutant }]).length === 0)).toBe(true)
  })

  it("another's order is found under no number", () => {
    const ask = (scheme: Scheme, what: "query" | "reversal", mutants: ReadonlyArray<Mutant>) => {
      const harness = open({ rules: rulesOf(scheme, mutants), start: midnight(scheme), refunds: [1] })
      harness.show(0, 0)
      const order = harness.scan(0, scheme.limit.payment)
      harness.deliver(order)
      const answers = [harness.meddle(order, what), harness.refund(order, 1, 1)]
      // To a stranger it is a number that nobody has used.
      const isKept = what === "reversal" && scheme.reverse.unknownOrder === "tombstone"
      const unknown = [isKept ? "REVERSED" : "NO_SUCH_ORDER", "NO_SUCH_ORDER"]
      const { returned, status } = harness.order(order)
      return answers.join() === unknown.join() && returned === 0 && status !== "reversed"
    }
    const drawn = fc.tuple(anyScheme, fc.constantFrom("query", "reversal"))
    assertHolds(
      fc.property(drawn, ([scheme, what]) => {
        expect(ask(scheme, what, [])).toBe(true)
      }),
      parameters(200)
    )
    const mutant = { clause: "REL-4", mutant: "not scoped" } as const
    expect(fails(drawn, ([scheme, what]) => ask(scheme, what, [mutant]))).toBe(true)
  })

  it("a password is for one order, and a payer confirms what is asked for where they stand", () => {
    assertHolds(
      fc.property(wide, (scheme) => {
        const debits = [1]
        expect(twoPrompts(scheme, [])).toEqual({ confirmsFirst: false, isTaken: false, answer: "PAID", debits })
      }),
      parameters(200)
    )
  })

  it.each([
    ["STP-2", "any order"],
    ["STP-3", "not shown"]
  ] as const)("which fails without %s, %s", (clause, mutant) => {
    const isOwn = (scheme: Scheme): boolean => {
      const { confirmsFirst, isTaken } = twoPrompts(scheme, [{ clause, mutant }])
      return !confirmsFirst && !isTaken
    }
    expect(fails(wide, isOwn)).toBe(true)
  })

  it("a prompt that arrives and is answered in time is paid, however eager the timers are", () => {
    const { met, rarerThan } = tally()
    assertHolds(
      fc.property(prompts, (run) => {
        expect(answerInTime(run, [])).toBe("PAID")
        const { answerWithin, deliveryAtMost } = run.scheme.stepUp
        const isSlow = run.prompt === deliveryAtMost && run.thought === answerWithin && run.reply === deliveryAtMost
        if (isSlow) met("as slow as may be")
      }),
      parameters(500)
    )
    expect(rarerThan(20, "as slow as may be")).toEqual([])
    const shorter = { clause: "STP-5", mutant: "shorter" } as const
    expect(fails(prompts, (run) => answerInTime(run, [shorter]) === "PAID")).toBe(true)
  })

  it("nodes whose clocks differ are of one mind about the horizon of a reversal", () => {
    const skewed = anyScheme.filter(({ clock }) => clock.nodeSkew > 0)
    assertHolds(
      fc.property(skewed, fc.boolean(), (scheme, isLate) => {
        const { clock, limit, reverse } = scheme
        const start = midnight(scheme)
        const harness = open({ rules: rulesOf(scheme), start })
        harness.show(0, 0)
        const order = harness.scan(0, limit.payment)
        harness.deliver(order, { heard: false })
        harness.wait(reverse.notBefore)
        harness.act({ _tag: "Reverse", order })
        harness.wait(reverse.within - reverse.notBefore + (isLate ? clock.nodeSkew + 1 : 0))
        const answers = [harness.deliverReversal(order, { node: 1 }), harness.deliverReversal(order)]
        expect(answers).toEqual(isLate ? ["REVERSE_EXPIRED", "REVERSE_EXPIRED"] : ["UNKNOWN", "REVERSED"])
        expect(harness.order(order).view).toBe(isLate ? "late" : "reversed")
      }),
      parameters(100)
    )
  })

  it("a tombstone outlives a code that was made far ahead", () => {
    const tombstones = anySeed.filter(({ reverse }) => reverse.unknownOrder === "tombstone")
    const meet = (scheme: Scheme, mutants: ReadonlyArray<Mutant>) => {
      const { clock, limit, reverse } = scheme
      const { future, past } = scheme.window!
      const start = midnight(scheme)
      const offset = reverse.notBefore + (2 * (past + future) + 3) * clock.step + clock.nodeSkew
      const harness = open({ rules: rulesOf(scheme, mutants), start, offsets: [offset] })
      harness.show(0, 0, { offset })
      const order = harness.scan(0, limit.payment)
      harness.wait(reverse.notBefore)
      harness.act({ _tag: "Reverse", order })
      const before = harness.deliverReversal(order)
      harness.wait(start + offset - harness.state().now)
      return [before, harness.deliver(order)]
    }
    assertHolds(
      fc.property(tombstones, (scheme) => {
        expect(meet(scheme, [])).toEqual(["REVERSED", "REVERSED"])
        expect(meet(scheme, [{ clause: "SET-2", mutant: "forgotten" }])).toEqual(["REVERSED", "PAID"])
      }),
      parameters(100)
    )
  })

  it("random runs keep what orders promise", () => {
    const claims = ["own-orders", "exact-refund", "sale-once", "no-false-paid", "step-up-required"] as const
    neverBroken(roomy, claims)
  })
})
