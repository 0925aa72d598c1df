/** Scenario: the scenarios of the vectors, run with the implementation, as it is or with a mutant of it. */
import { isDeepStrictEqual } from "node:util"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { TokenSource } from "../../impl/credentials/Credentials.ts"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { ScenarioSchemas } from "../../impl/vectors/Vectors.ts"
import { decode, say } from "../../model/Decode.ts"
import * as Rules from "../../model/Rules.ts"
import { Scheme } from "../../model/Scheme.ts"
import type { Commits } from "../planted/Planted.ts"
import * as Credentials from "./Credentials.ts"
import type { Secret } from "./Generations.ts"
import * as ScriptedDraws from "./ScriptedDraws.ts"

type Group = (typeof ScenarioSchemas.ScenarioGroup)["Type"]

/** One thing that happens. */
export type Step = (typeof ScenarioSchemas.Step)["Type"]

/** A provider in a stated state. */
export type Setting = Omit<Group, "tests">

/** What happens, and what the accounts hold in the end. */
export type Scenario = Pick<Group["tests"][number], "plays" | "balances">

/** The scheme of a setting, with the sections that stand in it in place of its own. */
export const schemeOf = ({ change, scheme: name }: Pick<Setting, "change" | "scheme">): Scheme => {
  const own = Fixtures.builtIn.find(({ scheme }) => scheme === name)
  return Result.getOrThrowWith(
    decode(Scheme, { ...own, ...change }),
    (problems) => new Error(`${name}: ${problems.map(say).join("; ")}`)
  )
}

/** A provider that a scenario is run with. */
interface Provided {
  readonly scheme: Scheme
  readonly commit: Commits.Commit
  readonly fixture: Fixtures.ProviderFixture
  readonly draws: ScriptedDraws.ScriptedDraws
}

/** A provider, and the accounts and phones that the setting has. */
interface Populated extends Provided {
  readonly accounts: ReadonlyArray<number>
  readonly phones: ReadonlyArray<number>
}

const provided = (setting: Setting, commit: Commits.Commit): Provided => {
  const scheme = schemeOf(setting)
  const strict = Rules.strict(scheme)
  const draws = ScriptedDraws.make()
  const fixture = Fixtures.make(commit.rules?.(strict) ?? strict, setting.start, {
    random: draws.random,
    ...(commit.ledger && { ledger: Ledger.wrapped(Ledger.layerMemory, commit.ledger) })
  })
  return { scheme, commit, fixture, draws }
}

const ask = <A, E>({ commit, fixture }: Provided, question: (provider: Provider.Provider) => Effect.Effect<A, E>): A =>
  fixture.run(Provider.use((provider) => question({ ...provider, ...commit.provider?.(provider) })))

/** Has the provider draw what is given next, or what a mutant draws in its place. */
const draw = ({ draws, scheme, commit }: Provided, given: Secret): void =>
  draws.script(scheme.code, commit.draws?.(given) ?? given)

const openAccount = (provider: Provided, account: Setting["accounts"][number]): number => {
  const { alias, balance, password, pin, signed, telephone } = account
  draw(provider, { ...(alias !== undefined && { alias }) })
  const number = ask(provider, ({ enrollment }) =>
    enrollment.open({
      balance,
      password: Redacted.make(password),
      telephone,
      pin: pin === undefined ? undefined : Redacted.make(pin)
    })
  )
  if (signed) ask(provider, ({ enrollment }) => enrollment.sign(number))
  return number
}

const registerPhone = (provider: Provided, account: number, isAuthenticated: boolean): number => {
  const phone = ask(provider, ({ enrollment }) => enrollment.register(account))
  if (isAuthenticated) ask(provider, ({ enrollment }) => enrollment.signIn(phone))
  return phone
}

/** Issues a credential that is as given. Fails where the provider issues another, unless a mutant is why. */
const issue = (provider: Provided, phone: number, given: Setting["credentials"][number]): void => {
  draw(provider, given)
  const issued = ask(provider, ({ enrollment }) => enrollment.enroll(phone))
  if (given.confirmed) ask(provider, ({ enrollment }) => enrollment.confirm(phone, issued.number))
  const { code } = provider.scheme
  const [first, expected] = [issued, Credentials.of(given)].map((of) => TokenSource.make(code, of)(0))
  if (provider.commit.draws === undefined && first !== expected)
    throw new Error("credential: expected the given one, found another")
}

/** A provider in the state that a setting says. */
const populated = (setting: Setting, commit: Commits.Commit): Populated => {
  const provider = provided(setting, commit)
  for (const { merchant, name } of setting.merchants ?? []) ask(provider, ({ relay }) => relay.enlist(merchant, name))
  const accounts = setting.accounts.map((account) => openAccount(provider, account))
  const phones = setting.phones.map(({ account, authenticated }) =>
    registerPhone(provider, accounts[account]!, authenticated)
  )
  for (const given of setting.credentials) issue(provider, phones[given.phone]!, given)
  return { ...provider, accounts, phones }
}

type Doing = {
  readonly [Do in Step["do"]]: (provider: Populated, step: Extract<Step, { readonly do: Do }>) => string
}

const done = (_: unknown): string => "DONE"

/** Why a question came to nothing: the reason of a refusal, or the name of the error. */
const whyNot = (error: { readonly _tag: string } | Provider.Refused.Refused): string =>
  "reason" in error ? error.reason : error._tag

/** What a phone is answered: a word, or why it is not. */
const refusedOr = <A, E extends { readonly _tag: string }>(
  provider: Provided,
  word: string,
  question: (provider: Provider.Provider) => Effect.Effect<A, E>
): string =>
  Result.match(
    ask(provider, (asked) => Effect.result(question(asked))),
    { onFailure: whyNot, onSuccess: () => word }
  )

const onOrder =
  (kind: "query" | "reverse" | "close") =>
  (provider: Populated, { merchant, order }: { readonly merchant: string; readonly order: string }): string =>
    ask(provider, ({ settlement }) => settlement[kind]({ merchant, order }))

/** What the provider answers to each kind of step. */
const doing: Doing = {
  pay: (provider, { amount, challenge = "", code, merchant, nonce, order, terminal, times }) => {
    provider.draws.challenge(challenge)
    const orders = times === undefined ? [order] : Array.from({ length: times }, (_, nth) => `${order}-${nth + 1}`)
    const answers = orders.map((each) =>
      ask(provider, ({ verification }) => verification.pay({ merchant, terminal, order: each, code, amount, nonce }))
    )
    return [...new Set(answers)].join(", ")
  },
  query: onOrder("query"),
  reverse: onOrder("reverse"),
  close: onOrder("close"),
  refund: (provider, step) =>
    ask(provider, ({ settlement }) => Effect.map(settlement.refund(step), ({ answer }) => answer)),
  "refund query": (provider, step) =>
    ask(provider, ({ settlement }) => Effect.map(settlement.queryRefund(step), ({ answer }) => answer)),
  "pay out": (provider, step) =>
    ask(provider, ({ settlement }) => Effect.map(settlement.payOut(step), ({ paid }) => String(paid))),
  authenticate: (provider, { account, merchant, order, password }) => {
    const approval = { account: provider.accounts[account]!, merchant, order, password: Redacted.make(password) }
    const answered = ask(provider, ({ stepUp }) => Effect.result(stepUp.authenticate(approval)))
    return Result.isSuccess(answered) ? answered.success : "WRONG_PASSWORD"
  },
  message: (provider, { at, from, text }) =>
    ask(provider, ({ stepUp }) => stepUp.receive({ from, text, at }))?.answer ?? "NOTHING",
  enroll: (provider, { credential, draws = {}, phone }) => {
    draw(provider, draws)
    const issued = ask(provider, ({ enrollment }) => Effect.result(enrollment.enroll(provider.phones[phone]!)))
    if (Result.isFailure(issued)) return whyNot(issued.failure)
    const { number } = issued.success
    return number === credential ? "ISSUED" : `ISSUED ${number}`
  },
  confirm: (provider, { credential, phone }) =>
    done(ask(provider, ({ enrollment }) => enrollment.confirm(provider.phones[phone]!, credential))),
  revoke: (provider, { phone }) => done(ask(provider, ({ enrollment }) => enrollment.revoke(provider.phones[phone]!))),
  ask: (provider, { phone }) => refusedOr(provider, "SHOWN", ({ stepUp }) => stepUp.askedOn(provider.phones[phone]!)),
  "sign in": (provider, { phone }) =>
    refusedOr(provider, "DONE", ({ enrollment }) => enrollment.signIn(provider.phones[phone]!)),
  sign: (provider, { account }) =>
    done(ask(provider, ({ enrollment }) => enrollment.sign(provider.accounts[account]!))),
  withdraw: (provider, { account }) =>
    done(ask(provider, ({ enrollment }) => enrollment.withdraw(provider.accounts[account]!))),
  restart: ({ commit, fixture }) => {
    fixture.restart()
    commit.restarted?.()
    return "DONE"
  }
}

/** Runs a scenario, and answers what each step was answered, and what the accounts hold in the end. */
const outcome = (setting: Setting, { plays }: Scenario, commit: Commits.Commit) => {
  const provider = populated(setting, commit)
  const { accounts, fixture } = provider
  const answers = plays.map((step) => {
    fixture.now = step.at
    // Each kind of step finds the function of its own kind.
    const answer = doing[step.do] as (provider: Populated, step: Step) => string
    return answer(provider, step)
  })
  const balances = accounts.map(
    (account) => fixture.run(Ledger.use((ledger) => ledger.accounts.account(account))).balance
  )
  return { answers, balances }
}

/** What should have come of a scenario. */
export const expected = ({ balances, plays }: Scenario) => ({ answers: plays.map(({ expect }) => expect), balances })

/** What comes of a scenario; `undefined` for balances that it does not state, and a line where the provider broke. */
export const ran = (setting: Setting, scenario: Scenario, commit: Commits.Commit = {}) => {
  const exit = Effect.runSyncExit(Effect.sync(() => outcome(setting, scenario, commit)))
  if (Exit.isFailure(exit)) return String(exit.cause)
  const { answers, balances } = exit.value
  return { answers, balances: scenario.balances && balances }
}

/** Whether a scenario comes to what it should, with a mutant of the implementation. */
export const passes = (setting: Setting, scenario: Scenario, commit: Commits.Commit): boolean =>
  isDeepStrictEqual(ran(setting, scenario, commit), expected(scenario))
