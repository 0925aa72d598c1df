/**
 * Seen: codes as somebody sees them who stands at tills, made by wallets as they are: of one phone or of two, at one
 * instant or later, scanned or read out, with the PIN or without. A {@link Distinguisher} is to tell which.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Codec, Draws, Mac, Transaction } from "../../impl/credentials/Credentials.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Wallet from "../../impl/wallet/Wallet.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Binding, StepUp } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import type * as Distinguisher from "./Distinguisher.ts"

/** What two codes may have in common that are looked at together. */
export type Common = "phone" | "account" | "amount"

/** How the second code of a pair is shown; the first one is always scanned, and made without the PIN. */
interface Second {
  /** Steps after the first. */
  readonly later: number
  readonly revealed: boolean
  readonly pinned: boolean
}

/** A way of looking at two codes, and what those that are related have in common; the others differ in that alone. */
export interface Look {
  readonly name: string
  readonly common: Common
  readonly second: Second
  /** Whether phones of a scheme show codes so. */
  readonly isOf: (rules: Rules) => boolean
}

const plain: Second = { later: 0, revealed: false, pinned: false }
const always = (): boolean => true

/** Every way of looking. A code over nothing is one code until its step is over, and no two are scanned within a step. */
export const looks: ReadonlyArray<Look> = [
  { name: "two codes of a step", common: "phone", second: plain, isOf: Binding.isBound },
  { name: "codes of two steps", common: "phone", second: { ...plain, later: 1 }, isOf: always },
  {
    name: "a code that is scanned and one that is read out, of a step",
    common: "phone",
    second: { ...plain, revealed: true },
    isOf: ({ scheme }) => scheme.code.marksRevealed
  },
  {
    name: "a code without the PIN and one with it, of a step",
    common: "phone",
    second: { ...plain, pinned: true },
    isOf: StepUp.isInCode
  },
  { name: "codes of two credentials", common: "account", second: plain, isOf: always },
  { name: "codes over one amount", common: "amount", second: plain, isOf: Binding.isBound }
]

/** A place for wallets to stand: a scheme, a clock that is set by hand, and what is drawn. */
interface Stage {
  readonly rules: Rules
  readonly draws: Draws.Draws
  readonly random: ReturnType<typeof Fixtures.randomness>
  /** In seconds. */
  now: number
}

/** A phone that makes codes, one after the other; undefined where it has none to show. */
type Phone = (showing: Wallet.Showing) => string | undefined

const run = <A, E>(stage: Stage, effect: Effect.Effect<A, E>): A =>
  Effect.runSync(
    Effect.provideService(
      effect,
      Clock.Clock,
      Fixtures.clock(() => stage.now * 1000)
    )
  )

/** Hardware that takes every PIN. */
const hardwareOf = (mac: Scheme["code"]["mac"], seed: Mac.Seed): Wallet.SecureHardware.SecureHardware => ({
  keep: () => Effect.void,
  tag: (_credential, _pin, message) => Effect.sync(() => Mac.tagOf(mac as Mac.Algorithm, seed, message))
})

/** What belongs to an account for good, where the codes of a scheme say such a thing: a drawn index. */
const indexOf = ({ draws, rules: { scheme } }: Stage): string => Effect.runSync(draws.digits(scheme.code.aliasDigits))

/** A phone of an account, by the index of the account, with a credential that was just drawn. */
const phoneOf = (stage: Stage, index: string): Phone => {
  const { draws, rules } = stage
  const { alias, aliasDigits, mac } = rules.scheme.code
  const secret = Effect.runSync(draws.secret)
  const saved: Wallet.Saved = {
    number: 0,
    prefix: mac === "none" ? "" : Effect.runSync(draws.prefix),
    alias: alias === "masked-index" ? index : alias === "token" ? Effect.runSync(draws.digits(aliasDigits)) : "",
    secret,
    shown: 0,
    clockDifference: 0
  }
  const second = secret._tag === "Seed" ? secret.second : undefined
  const hardware = second && hardwareOf(mac, second)
  const store = { saved, save: () => Effect.void }
  const wallet = run(stage, Wallet.make(rules, { account: 0, phone: 0 }, store, hardware))
  return (showing) => {
    const shown = run(stage, Effect.result(wallet.show(showing)))
    return Result.isSuccess(shown) ? shown.success.code : undefined
  }
}

/** A transaction of some till, of an amount in minor units. */
const transactionOf = ({ draws, random }: Stage, amount: number): Transaction.Transaction => ({
  payee: `Shop ${Effect.runSync(draws.digits(4))}`,
  amount,
  order: Effect.runSync(draws.digits(8)),
  nonce: Transaction.nonceOf(Effect.runSync(random.randomBytes(Transaction.nonceBytes)))
})

/** What the payer enters; the hardware here takes it, whatever it is. */
const { pin } = Fixtures

/** What everybody can write down who has seen a code: its digits, and the index again where a mask can be undone. */
export const digitsOf = (format: Codec.Format, code: string): string => {
  if (format.alias !== "masked-index") return code
  const parts = Codec.decode(format, code)
  if (Result.isFailure(parts)) throw new Error(`code: expected ${parts.failure.expected}, found ${parts.failure.found}`)
  return code + parts.success.alias
}

/** One amount, and another that is as common. */
const [amount, another] = [1, 49_999] as const

/** One pair of codes; undefined where a phone has none to show. */
const pairOf = (stage: Stage, { common, second }: Look, isRelated: boolean): Distinguisher.Pair | undefined => {
  const { rules } = stage
  const { clock, code: format } = rules.scheme
  // Every pair begins with its step, so that the next ends when the phones say.
  stage.now += 10 * clock.step
  const [one, other] = [indexOf(stage), indexOf(stage)]
  const phone = phoneOf(stage, one)
  const its = phoneOf(stage, common === "account" && isRelated ? one : other)
  const over = (sum: number): Wallet.Showing => (Binding.isBound(rules) ? { over: transactionOf(stage, sum) } : {})
  const first = phone(over(amount))
  stage.now += second.later * clock.step
  const isSame = common === "phone" && isRelated
  const sum = common === "amount" && !isRelated ? another : amount
  const showing = { ...over(sum), revealed: second.revealed, ...(second.pinned && { pin }) }
  const then = (isSame ? phone : its)(showing)
  return first === undefined || then === undefined ? undefined : [digitsOf(format, first), digitsOf(format, then)]
}

/**
 * So many pairs of either kind, for a way of looking; undefined where phones of a scheme show no two codes so, because the
 * second is not made. `label` stands for what is drawn.
 */
export const sample = (
  rules: Rules,
  look: Look,
  { label, pairs }: { readonly label: string; readonly pairs: number }
): Distinguisher.Sample | undefined => {
  const { scheme } = rules
  const random = Fixtures.randomness(`${label} ${scheme.scheme} ${look.name}`)
  // Nobody shows more of a list here.
  const token = scheme.token.batch === undefined ? scheme.token : { ...scheme.token, batch: 2 }
  const draws = Draws.make(random, { ...scheme, token })
  const now = Time.startOfDay(scheme, 20_000)
  const stage: Stage = { rules, draws, random, now }
  const many = (isRelated: boolean) => Array.from({ length: pairs }, () => pairOf(stage, look, isRelated))
  const isPair = (pair: Distinguisher.Pair | undefined): pair is Distinguisher.Pair => pair !== undefined
  const [related, unrelated] = [many(true).filter(isPair), many(false).filter(isPair)]
  return related.length < pairs || unrelated.length < pairs ? undefined : { related, unrelated }
}
