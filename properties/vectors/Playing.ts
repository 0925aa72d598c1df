/** Playing: the stories of the vectors, played to the implementation, as it is or with a slip in it. */
import { isDeepStrictEqual } from "node:util"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TokenSource from "../../impl/credentials/TokenSource.ts"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Trial from "../../impl/testing/Fixtures.ts"
import type * as ScenarioSchemas from "../../impl/vectors/ScenarioSchemas.ts"
import { decode, say } from "../../model/Decode.ts"
import * as Rules from "../../model/Rules.ts"
import { Scheme } from "../../model/Scheme.ts"
import * as Credentials from "./Credentials.ts"
import type { Secret } from "./Generations.ts"

type Group = (typeof ScenarioSchemas.ScenarioGroup)["Type"]

/** One thing that happens. */
export type Play = (typeof ScenarioSchemas.Step)["Type"]

/** A provider in a stated state. */
export type Setting = Omit<Group, "tests">

/** What happens, and what the accounts hold in the end. */
export type Story = Pick<Group["tests"][number], "plays" | "balances">

/** What is otherwise than it should be. It may remember what it has seen, and so is made anew for every story. */
export interface Slip {
  readonly rules?: (rules: Rules.Rules) => Rules.Rules
  readonly ledger?: (ledger: Ledger.Ledger["Service"]) => Ledger.Ledger["Service"]
  readonly provider?: (provider: Provider.Provider["Service"]) => Provider.Provider["Service"]
  /** What is drawn in place of what should be. */
  readonly draws?: (given: Secret) => Secret
  /** The provider was stopped, and starts again. */
  readonly restarted?: () => void
}

/** The scheme of a setting, with the sections that stand in it in place of its own. */
export const schemeOf = ({ change, scheme: name }: Pick<Setting, "change" | "scheme">): Scheme => {
  const own = Trial.builtIn.find(({ scheme }) => scheme === name)
  return Result.getOrThrowWith(
    decode(Scheme, { ...own, ...change }),
    (problems) => new Error(`${name}: ${problems.map(say).join("; ")}`)
  )
}

/** Randomness whose draws for a credential are those that it is given. */
const scripted = () => {
  const others = Trial.randomness("other draws")
  let prefixes: Array<number> = []
  let digits = ""
  let seed = new Uint8Array()
  let second = new Uint8Array()
  let nonce = new Uint8Array()
  const random: SecureRandom.SecureRandom["Service"] = {
    ...others,
    randomBytes: (size) =>
      Effect.suspend(() => {
        if (size === nonce.length) return Effect.succeed(nonce)
        if (size === seed.length) {
          const drawn = seed
          // The second seed is drawn after the first.
          seed = second.length === 0 ? seed : second
          return Effect.succeed(drawn)
        }
        return digits === "" || size <= 16
          ? others.randomBytes(size)
          : Effect.succeed(Uint8Array.from({ length: size }, (_, at) => Number(digits[at] ?? 0)))
      }),
    intBetween: (min, max, options) =>
      Effect.suspend(() => {
        const next = prefixes.shift()
        return next === undefined ? others.intBetween(min, max, options) : Effect.succeed(next)
      })
  }
  const script = ({ code }: Scheme, given: Secret): void => {
    const list = given.codes?.flatMap(({ revealed, scanned }) => (code.marksRevealed ? [scanned, revealed] : [scanned]))
    const { length } = code.prefixes[0]
    prefixes = (list ?? [given.prefix ?? ""]).map((text) => code.prefixes.indexOf(text.slice(0, length)))
    digits = list?.map((text) => text.slice(length)).join("") ?? given.alias ?? ""
    seed = new Uint8Array(Buffer.from(given.seed ?? "", "hex"))
    second = new Uint8Array(Buffer.from(given.second ?? "", "hex"))
  }
  /** What is drawn next for a challenge; nothing in particular where it is empty. */
  const challenge = (written: string): void => {
    nonce = new Uint8Array(Buffer.from(written, "base64url"))
  }
  return { random, script, challenge }
}

/** Plays a story, and answers what each play was answered, and what the accounts hold in the end. */
const outcome = (setting: Setting, { plays }: Story, slip: Slip) => {
  const scheme = schemeOf(setting)
  const strict = Rules.strict(scheme)
  const { challenge, random, script } = scripted()
  const wrapped = (wrap: NonNullable<Slip["ledger"]>) =>
    Layer.effect(Ledger.Ledger, Effect.map(Ledger.Ledger, wrap)).pipe(Layer.provide(Ledger.Ledger.layerMemory))
  const trial = Trial.make(slip.rules?.(strict) ?? strict, setting.start, {
    random,
    ...(slip.ledger && { ledger: wrapped(slip.ledger) })
  })
  const ask = <A, E>(question: (provider: Provider.Provider["Service"]) => Effect.Effect<A, E>): A =>
    trial.run(Provider.Provider.use((provider) => question(slip.provider?.(provider) ?? provider)))
  const draw = (given: Secret): void => script(scheme, slip.draws?.(given) ?? given)

  for (const { merchant, name } of setting.merchants ?? []) ask((provider) => provider.enlist(merchant, name))
  const accounts = setting.accounts.map(({ alias, balance, password, pin, signed, telephone }) => {
    draw({ ...(alias !== undefined && { alias }) })
    const account = ask((provider) =>
      provider.open({
        balance,
        password: Redacted.make(password),
        telephone,
        pin: pin === undefined ? undefined : Redacted.make(pin)
      })
    )
    if (signed) ask((provider) => provider.sign(account))
    return account
  })
  const phones = setting.phones.map(({ account, authenticated }) => {
    const phone = ask((provider) => provider.register(accounts[account]!))
    if (authenticated) ask((provider) => provider.signIn(phone))
    return phone
  })
  for (const given of setting.credentials) {
    draw(given)
    const issued = ask((provider) => provider.enroll(phones[given.phone]!))
    if (given.confirmed) ask((provider) => provider.confirm(phones[given.phone]!, issued.number))
    const [first, expected] = [issued, Credentials.of(given)].map((of) => TokenSource.make(scheme.code, of)(0))
    if (slip.draws === undefined && first !== expected)
      throw new Error("credential: expected the given one, found another")
  }

  const answerTo = (play: Play): string => {
    switch (play.do) {
      case "pay": {
        const { amount, code, merchant, nonce, order, terminal, times } = play
        challenge(play.challenge ?? "")
        const orders = times === undefined ? [order] : Array.from({ length: times }, (_, nth) => `${order}-${nth + 1}`)
        const answers = orders.map((each) =>
          ask((provider) => provider.pay({ merchant, terminal, order: each, code, amount, nonce }))
        )
        return [...new Set(answers)].join(", ")
      }
      case "query":
      case "reverse":
      case "close":
        return ask((provider) => provider[play.do]({ merchant: play.merchant, order: play.order }))
      case "refund":
        return ask((provider) => provider.refund(play))
      case "authenticate": {
        const { merchant, order } = play
        const account = accounts[play.account]!
        const answered = ask((provider) =>
          Effect.result(provider.authenticate({ account, merchant, order, password: Redacted.make(play.password) }))
        )
        return Result.isSuccess(answered) ? answered.success : "WRONG_PASSWORD"
      }
      case "message": {
        const { at, from, text } = play
        return ask((provider) => provider.receive({ from, text, at }))?.answer ?? "NOTHING"
      }
      case "enroll": {
        draw(play.draws ?? {})
        const issued = ask((provider) => Effect.result(provider.enroll(phones[play.phone]!)))
        if (Result.isSuccess(issued)) {
          const { number } = issued.success
          return number === play.credential ? "ISSUED" : `ISSUED ${number}`
        }
        return "reason" in issued.failure ? issued.failure.reason : issued.failure._tag
      }
      case "confirm":
        ask((provider) => provider.confirm(phones[play.phone]!, play.credential))
        return "DONE"
      case "revoke":
        ask((provider) => provider.revoke(phones[play.phone]!))
        return "DONE"
      case "sign in":
        ask((provider) => provider.signIn(phones[play.phone]!))
        return "DONE"
      case "sign":
        ask((provider) => provider.sign(accounts[play.account]!))
        return "DONE"
      case "withdraw":
        ask((provider) => provider.withdraw(accounts[play.account]!))
        return "DONE"
      case "restart":
        trial.restart()
        slip.restarted?.()
        return "DONE"
    }
  }
  const answers = plays.map((play) => {
    trial.now = play.at
    return answerTo(play)
  })
  const balances = accounts.map((account) => trial.run(Ledger.Ledger.use((ledger) => ledger.account(account))).balance)
  return { answers, balances }
}

/** What should have come of a story. */
export const expected = ({ balances, plays }: Story) => ({ answers: plays.map(({ expect }) => expect), balances })

/** What comes of a story; `undefined` for balances that it does not state, and a line where the provider broke. */
export const played = (setting: Setting, story: Story, slip: Slip = {}) => {
  const exit = Effect.runSyncExit(Effect.sync(() => outcome(setting, story, slip)))
  if (Exit.isFailure(exit)) return String(exit.cause)
  const { answers, balances } = exit.value
  return { answers, balances: story.balances && balances }
}

/** Whether a story comes to what it should, with a slip in the implementation. */
export const passes = (setting: Setting, story: Story, slip: Slip): boolean =>
  isDeepStrictEqual(played(setting, story, slip), expected(story))
