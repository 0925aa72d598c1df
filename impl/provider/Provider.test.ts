/** The provider as a whole: whatever is asked of it in whatever order, over restarts, and what is never told. PAYCODE_SEED chooses what is drawn. */
import { inspect } from "node:util"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import { make, seed } from "../testing/ProviderHarness.ts"
import * as Wallet from "../wallet/Wallet.ts"
import * as Provider from "./Provider.ts"
import { Refused } from "./Refused.ts"

/** What is asked of a provider, with small numbers for everything. */
type Question =
  | { readonly what: "pay"; readonly order: number; readonly nth: number; readonly amount: number }
  | { readonly what: "refund"; readonly order: number; readonly number: number; readonly amount: number }
  | { readonly what: "query" | "reverse" | "close" | "approve"; readonly order: number }
  | { readonly what: "renew" | "revoke" | "withdraw" | "sign" }
  | { readonly what: "wait"; readonly seconds: number }

/** Questions in whatever order. Every kind of answer is to come up among them. */
const questionsOf = (scheme: Scheme): fc.Arbitrary<ReadonlyArray<Question>> => {
  const { payment } = scheme.limit
  const order = fc.nat({ max: 3 })
  const amount = fc.constantFrom(1, payment, payment + 1)
  const seconds = fc.constantFrom(1, scheme.clock.step, scheme.stepUp.openFor ?? 1, scheme.reverse.within)
  const pays = fc.record({ what: fc.constant("pay" as const), order, nth: fc.nat({ max: 4 }), amount })
  const asks = fc.record({ what: fc.constantFrom("query", "reverse", "close", "approve"), order })
  const refunds = fc.record({ what: fc.constant("refund" as const), order, number: fc.nat({ max: 1 }), amount })
  const others = fc.record({ what: fc.constantFrom("renew", "revoke", "withdraw", "sign") })
  const waits = fc.record({ what: fc.constant("wait" as const), seconds })
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: pays },
      { weight: 6, arbitrary: asks },
      { weight: 3, arbitrary: refunds },
      { weight: 1, arbitrary: others },
      { weight: 2, arbitrary: waits }
    ),
    { minLength: 10, maxLength: 30, size: "max" }
  )
}

/** A provider, and the credential that its member's phone holds. */
type Played = ReturnType<typeof make> & { held: TokenSource.Credential }

/** The answer to a question about an order; undefined where it is about none. */
const answerTo = (played: Played, question: Question): Answer | undefined => {
  const { account, approve, ask, close, fresh, pay, phone, query, refund, reverse, fixture } = played
  switch (question.what) {
    case "pay":
      return pay(String(question.order), fresh(played.held, question.nth), question.amount)
    case "refund":
      return refund(String(question.order), String(question.number), question.amount)
    case "query":
      return query(String(question.order))
    case "reverse":
      return reverse(String(question.order))
    case "close":
      return close(String(question.order))
    case "approve":
      return Result.getOrThrow(approve(String(question.order)))
    case "renew": {
      const renewed = ask((provider) => Effect.result(provider.enrollment.enroll(phone)))
      if (Result.isSuccess(renewed)) played.held = renewed.success
      return undefined
    }
    case "revoke":
      ask((provider) => provider.enrollment.revoke(phone))
      return undefined
    case "withdraw":
      ask((provider) => provider.enrollment.withdraw(account))
      return undefined
    case "sign":
      ask((provider) => provider.enrollment.sign(account))
      return undefined
    case "wait":
      fixture.now += question.seconds
      return undefined
  }
}

/** What an account brings in, in payments at the limit. */
const brought = (scheme: Scheme): number => 4 * scheme.limit.payment

/** The answers to some questions, and after each the books; `restarts`: the provider is restarted before each. */
const play = (scheme: Scheme, questions: ReadonlyArray<Question>, restarts: boolean) => {
  const harness = make(Rules.strict(scheme), {}, brought(scheme))
  const { account, books, issued, read, fixture } = harness
  const played: Played = { ...harness, held: issued }
  return questions.map((question) => {
    if (restarts) fixture.restart()
    const answer = answerTo(played, question)
    const orders = [0, 1, 2, 3].flatMap((number) => {
      const row = read((ledger) => ledger.orders.order({ merchant: "shop", order: String(number) }))
      return row === undefined ? [] : [row]
    })
    return { answer, books: books(), orders, movements: read((ledger) => ledger.payments.movements(account)) }
  })
}

/** Expects that the books of an account add up, which has brought in so much. */
const expectSums = ({ books, movements, orders }: ReturnType<typeof play>[number], brought: number): void => {
  const moved = movements.reduce((sum, { amount, kind }) => sum + (kind === "payment" ? -amount : amount), 0)
  expect(books.balance).toBe(brought + moved)
  const open = orders.filter(({ status }) => status === "open").reduce((sum, row) => sum + (row.amount ?? 0), 0)
  expect(books.reserved).toBe(open)
  expect(books.balance - books.reserved).toBeGreaterThanOrEqual(0)
  for (const { amount = 0, order: number, status } of orders) {
    const of = movements.filter((movement) => movement.order === number)
    const sumOf = (kind: Ledger.Kind) =>
      of.filter((movement) => movement.kind === kind).reduce((sum, movement) => sum + movement.amount, 0)
    expect(of.filter(({ kind }) => kind === "payment").length).toBeLessThanOrEqual(1)
    expect(sumOf("refund") + sumOf("reversal")).toBeLessThanOrEqual(sumOf("payment"))
    if (status === "paid") expect(sumOf("payment")).toBe(amount)
    if (status === "reversed") expect(sumOf("refund") + sumOf("reversal")).toBe(sumOf("payment"))
    if (status === "refused" || status === "closed") expect(of).toEqual([])
  }
}

describe.each(Fixtures.schemes)(`whatever is asked of a provider of $scheme, seed ${seed}`, (scheme) => {
  const questions = questionsOf(scheme)

  it("a restart between any two questions changes no answer and no book (VER-19, VER-21)", () => {
    fc.assert(
      fc.property(questions, (requested) => {
        expect(play(scheme, requested, true)).toEqual(play(scheme, requested, false))
      }),
      { seed, numRuns: 30 }
    )
  })

  it("the books add up after every answer, and every answer of an order's life is given", () => {
    const given = new Set<Answer | undefined>()
    fc.assert(
      fc.property(questions, (requested) => {
        for (const after of play(scheme, requested, false)) {
          given.add(after.answer)
          expectSums(after, brought(scheme))
        }
      }),
      { seed, numRuns: 60 }
    )
    const life = ["PAID", "OPEN", "REFUNDED", "CLOSED", "REVERSED", "NOT_OPEN", "NOT_PAID", "REFUND_EXCEEDS"] as const
    const conflicts = ["AMOUNT_CHANGED", "CODE_USED", "CODE_INVALID", "NO_AGREEMENT", "NO_SUCH_ORDER"] as const
    expect([...life, ...conflicts].filter((answer) => !given.has(answer))).toEqual([])
  })
})

/** The ways in which a value is printed, without their spaces. */
const printed = (value: unknown): ReadonlyArray<string> =>
  [inspect(value, { depth: 12, showHidden: true, getters: true }), JSON.stringify(value) ?? "", String(value)].map(
    (text) => text.replace(/\s/g, "")
  )

/** How bytes look when they are printed. */
const spellings = (bytes: Uint8Array): ReadonlyArray<string> => [
  Buffer.from(bytes).toString("hex"),
  Buffer.from(bytes).toString("base64"),
  [...bytes].join(","),
  [...bytes].map((byte, at) => `"${at}":${byte}`).join(",")
]

describe.each(Fixtures.schemes)("what is never told in $scheme", (scheme) => {
  const rules = Rules.strict(scheme)
  const { account, approve, ask, fresh, issued, pay, phone, read, fixture } = make(rules)
  const wallet = Effect.runSync(Wallet.make(rules, { account, phone }))
  fixture.run(Effect.andThen(wallet.enroll, wallet.confirm))
  const noticeKey = ask((provider) => provider.relay.enlist("shop"))
  pay("open", fresh(issued), scheme.limit.payment + 1)

  const credentials = read((ledger) => ledger.credentials.phone(phone)).credentials
  const secrets = [
    ...credentials.flatMap(({ secret }) =>
      secret._tag === "Seed"
        ? spellings(Redacted.value(secret.seed))
        : Redacted.value(secret.codes).flatMap(({ revealed, scanned }) => [scanned, revealed])
    ),
    ...spellings(Redacted.value(noticeKey)),
    Redacted.value(Fixtures.password)
  ]
  const found = (value: unknown): ReadonlyArray<string> =>
    printed(value).filter((text) => secrets.some((secret) => text.includes(secret)))

  const values: ReadonlyArray<readonly [string, () => unknown]> = [
    ["what the phone is issued", () => issued],
    ["the phone", () => wallet],
    ["the source of its codes", () => TokenSource.make(scheme.code, issued)],
    ["the account", () => read((ledger) => ledger.accounts.account(account))],
    ["the phone as the provider keeps it", () => read((ledger) => ledger.credentials.phone(phone))],
    ["every live credential", () => read((ledger) => ledger.credentials.liveFrom(0))],
    ["the key of notices", () => noticeKey],
    ["the provider and its ledger", () => [ask((provider) => Effect.succeed(provider)), read(Effect.succeed)]],
    ["a refusal", () => new Refused({ reason: "CODE_INVALID" })],
    ["a wrong password", () => approve("open", Redacted.make("271828"))],
    [
      "an enrollment that is refused",
      () =>
        ask((provider) =>
          Effect.exit(Effect.flatMap(provider.enrollment.register(account), provider.enrollment.enroll))
        )
    ],
    ["an approval", () => ({ account, merchant: "shop", order: "open", password: Fixtures.password })],
    ["a defect", () => fixture.run(Effect.exit(Provider.use((provider) => provider.enrollment.enroll(99))))]
  ]

  it.each(values)("%s prints no secret", (_, value) => {
    expect(found(value())).toEqual([])
  })

  it("a secret would be found if it were there", () => {
    const [credential] = credentials
    const { secret } = credential!
    const bare = secret._tag === "Seed" ? Redacted.value(secret.seed) : Redacted.value(secret.codes)
    expect(found({ bare }).length).toBeGreaterThan(0)
    expect(found(Exit.die(new Error(Redacted.value(Fixtures.password)))).length).toBeGreaterThan(0)
    expect(found(Buffer.from(Redacted.value(noticeKey)).toString("hex"))).toHaveLength(3)
  })
})

it("a refusal says what it means", () => {
  expect(new Refused({ reason: "CODE_USED" }).message).toBe("CODE_USED: the code, or a later one, was attempted before")
})
