/** ProviderHarness: a provider with a member whose phone can pay, to ask by order numbers, and to read its books. */
import * as Effect from "effect/Effect"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { TokenSource as Positions } from "../../model/steps/Steps.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import type { Database } from "../ledger/Ledger.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import * as Fixtures from "./Fixtures.ts"

/** When every provider of these tests begins, in seconds. */
export const start = 1_000_000

/** What is drawn is drawn from PAYCODE_SEED, or 1. */
export const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** More than anybody spends in a test. */
export const riches = 10_000_000_000

/** The rules of a scheme without one of their clauses. */
export const withoutClause = (scheme: Scheme, clause: Rules.Mutant["clause"], mutant: string): Rules.Rules =>
  Rules.without(Rules.strict(scheme), { clause, mutant })

/** Where a code is scanned: unless said otherwise, at the till of the shop. */
export interface ScanPlace {
  readonly merchant?: string
  readonly terminal?: string
}

/** A provider with one account that has signed, and a phone of it with a confirmed credential. */
export const make = (rules: Rules.Rules, options: Fixtures.ProviderFixtureOptions = {}, balance = riches) => {
  const fixture = Fixtures.make(rules, start, options)
  const ask = <A, E>(question: (provider: Provider.Provider) => Effect.Effect<A, E>): A =>
    fixture.run(Provider.use(question))
  const read = <A>(question: (ledger: Ledger.Ledger) => Effect.Effect<A, Database.Unavailable>): A =>
    fixture.run(Ledger.use(question))
  const enroll = (phone: number) => ask((provider) => provider.enrollment.enroll(phone))
  const { account, phone } = fixture.run(Fixtures.member(balance))
  const issued = enroll(phone)
  ask((provider) => provider.enrollment.confirm(phone, issued.number))
  return {
    fixture,
    account,
    phone,
    issued,
    ask,
    read,
    enroll,
    codeOf: TokenSource.make(rules.scheme.code, issued),
    /** The nth code of a credential that is issued now and can be accepted now. */
    fresh: (credential: TokenSource.Credential, nth = 0): string =>
      TokenSource.make(rules.scheme.code, credential)(windowOf(rules, fixture.now).from + nth),
    pay: (order: string, code: string, amount = 1, { merchant = "shop", terminal = "till" }: ScanPlace = {}): Answer =>
      ask((provider) => provider.verification.pay({ merchant, terminal, order, code, amount })),
    query: (order: string, merchant = "shop"): Answer =>
      ask((provider) => provider.settlement.query({ merchant, order })),
    reverse: (order: string, merchant = "shop"): Answer =>
      ask((provider) => provider.settlement.reverse({ merchant, order })),
    refund: (order: string, refund: string, amount: number, merchant = "shop"): Answer =>
      ask((provider) => provider.settlement.refund({ merchant, order, refund, amount })).answer,
    queryRefund: (order: string, refund: string, merchant = "shop"): Answer =>
      ask((provider) => provider.settlement.queryRefund({ merchant, order, refund })).answer,
    close: (order: string, merchant = "shop"): Answer =>
      ask((provider) => provider.settlement.close({ merchant, order })),
    approve: (order: string, password = Fixtures.password, of = account) =>
      ask((provider) =>
        Effect.result(provider.stepUp.authenticate({ account: of, merchant: "shop", order, password }))
      ),
    books: () => read((ledger) => ledger.accounts.account(account)),
    payments: () => read((ledger) => ledger.payments.movements(account)).filter(({ kind }) => kind === "payment")
  }
}

/** The positions of a credential, issued now, that can be accepted now. */
export const windowOf = (rules: Rules.Rules, now: number): Positions.Window =>
  Positions.windowAt(rules, { issuedAt: now, lostUntil: undefined }, now)

/** Another digit in the place of the last. */
export const damaged = (code: string): string => code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)
