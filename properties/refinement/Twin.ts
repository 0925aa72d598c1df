/**
 * Twin: the implementation, made to do what the actions of the model say. Phones show codes of real digits, by clocks
 * of their own that were never right; tills scan what is on the screens; the network delivers when it is told to.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Codec from "../../impl/Codec.ts"
import * as Ledger from "../../impl/Ledger.ts"
import * as Provider from "../../impl/Provider.ts"
import * as Till from "../../impl/Till.ts"
import * as TokenSource from "../../impl/TokenSource.ts"
import * as Trial from "../../impl/Trial.ts"
import * as Wallet from "../../impl/Wallet.ts"
import * as Money from "../../model/Money.ts"
import type { Outcome } from "../../model/Order.ts"
import type { Reason } from "../../model/Refusal.ts"
import type { Rules } from "../../model/Rules.ts"
import type * as System from "../../model/System.ts"
import * as Time from "../../model/Time.ts"
import * as Verification from "../../model/Verification.ts"

/** What somebody saw an action come to. */
export type Answer =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Issued" }
  | { readonly _tag: "Declined"; readonly reason: Reason }
  | { readonly _tag: "Shown"; readonly step: number }
  /** A code was read off a screen: its number, or -1 where the screen is dark. */
  | { readonly _tag: "Seen"; readonly code: number }
  /** A request with a code is under way; -1 is a code that nobody made. */
  | { readonly _tag: "Sent"; readonly code: number }
  | { readonly _tag: "Answered"; readonly outcome: Outcome }
  /**
   * Digits that stand for two terms, of which the model knows one: two codes look alike, or a proof is right by chance.
   * The run proves nothing from here on.
   */
  | { readonly _tag: "Coincidence" }

/** What the provider remembers, in the words of the model: orders by their numbers there, debits earliest first. */
export interface Books {
  readonly accounts: ReadonlyArray<{
    readonly agreement: string
    readonly balance: number
    readonly enrolled: boolean
    readonly debits: ReadonlyArray<{ readonly order: number; readonly amount: number; readonly day: number }>
  }>
  /** Undefined where nothing is recorded. */
  readonly orders: ReadonlyArray<
    { readonly outcome: Outcome; readonly amount: number; readonly payer: number | undefined } | undefined
  >
}

export interface Twin {
  /** Whether there are digits for what an action says: an alias that was never given out has none. */
  readonly canAct: (action: System.Action) => boolean
  readonly act: (action: System.Action) => Answer
  readonly books: () => Books
}

const nothing: Answer = { _tag: "Nothing" }
const coincidence: Answer = { _tag: "Coincidence" }

/** A code of the model: whose it is, for which step, and its digits. */
interface Code {
  readonly payer: number
  readonly step: number
  readonly digits: string
}

/** A request as it was sent: the code that it carries, in the model's words, and the alias's owner. */
interface Sent {
  readonly request: Provider.Request
  readonly code: number
  readonly payer: number
}

/** Phones are wrong by odd amounts, each by its own. */
const millisAhead = (payer: number): number => (payer % 2 === 0 ? 1 : -1) * (payer + 1) * 123_456_789

/** Sets up the implementation under some rules, in the first state of a run. */
export const make = (rules: Rules, { scope, ...world }: System.World): Twin => {
  const { scheme } = rules
  const { code: format } = scheme
  const day = Time.dayAt(scheme, scope.starts[0]!)
  const trial = Trial.make(rules, scope.starts[0]!)
  const offsets = Array.from({ length: scope.accounts }, () => 0)
  /** The merchant at whose till each payer stands. */
  const standing = offsets.map(() => 0)
  const codes: Array<Code> = []
  const orders: Array<{ readonly merchant: number; readonly number: string; readonly requests: Array<Sent> }> = []

  const phones = offsets.map((_, payer) => {
    const { balance, spentToday } = scope.opening
    const opening = { balance, spent: { day, sum: spentToday } }
    const account = trial.run(Provider.Provider.use((provider) => provider.open(opening)))
    const clock = Trial.clock(() => (trial.now + offsets[payer]!) * 1000 + millisAhead(payer))
    return Effect.runSync(Effect.provideService(Wallet.make(rules, account), Clock.Clock, clock))
  })
  const sign = (payer: number) => trial.run(Provider.Provider.use((provider) => provider.sign(payer)))
  const account = (payer: number) => trial.run(Ledger.Ledger.use((ledger) => ledger.account(payer)))

  const enroll = (payer: number): Answer => {
    // The difference of the clocks is measured now: whatever the phone is off by is in it.
    offsets[payer] = 0
    const enrolled = trial.run(Effect.result(phones[payer]!.enroll))
    return Result.isSuccess(enrolled) ? { _tag: "Issued" } : { _tag: "Declined", reason: enrolled.failure.reason }
  }

  /** The number of a code; it is new where it is the first for its step. */
  const numberOf = (payer: number, step: number, digits: string): number => {
    const known = codes.findIndex((code) => code.payer === payer && code.step === step)
    return known >= 0 ? known : codes.push({ payer, step, digits }) - 1
  }

  const show = (payer: number, offset: number): Answer => {
    offsets[payer] = offset
    const shown = trial.run(Effect.result(phones[payer]!.show))
    if (Result.isFailure(shown)) return { _tag: "Declined", reason: shown.failure.reason }
    const { code, step } = shown.success
    const number = numberOf(payer, step, code)
    const isDouble = codes.some(({ digits }, other) => other !== number && digits === code)
    return isDouble ? coincidence : { _tag: "Shown", step }
  }

  const seen = (payer: number): number => {
    const screen = trial.run(phones[payer]!.screen)
    return codes.findIndex(({ digits }) => digits === screen?.code)
  }

  /** The proof of a code, put after the alias of a payer. */
  const withAlias = (number: number, payer: number): string => {
    const { digits, payer: owner } = codes[number]!
    if (owner === payer) return digits
    const { proof } = Result.getOrThrow(Codec.decode(format, digits))
    return Codec.encode(format, { alias: account(payer).alias!, proof })
  }

  /** A till scans, and its request is held back for the network. What a till does not send, the provider is asked. */
  const scan = (merchant: number, sent: Omit<Sent, "request">, code: string, amount: number): Answer => {
    const number = String(orders.filter((order) => order.merchant === merchant).length)
    const requests: Array<Sent> = []
    const till = Till.make({
      rules,
      merchant: String(merchant),
      pay: (request) => {
        requests.push({ ...sent, request })
        return Effect.fail(new Till.NoAnswer({ order: request.order }))
      },
      resend: Schedule.recurs(0)
    })
    Effect.runSync(Effect.result(till.sell({ order: number, code, amount })))
    if (requests.length === 0) return answered({ merchant: String(merchant), order: number, code, amount })
    orders.push({ merchant, number, requests })
    return { _tag: "Sent", code: sent.code }
  }

  const answered = (request: Provider.Request): Answer => ({
    _tag: "Answered",
    outcome: trial.run(Trial.outcomeOf(request))
  })

  /** Digits for a guess: right ones, or some that are wrong but for a coincidence. */
  const guess = ({ amount, lucky, merchant, payer }: System.Action & { readonly _tag: "Guess" }): Answer => {
    const { alias, credential } = account(payer)
    if (!lucky || credential === undefined) {
      const code = Codec.encode(format, { alias: alias!, proof: (orders.length * 7919) % 10 ** format.otpDigits })
      return scan(merchant, { code: -1, payer }, code, amount)
    }
    const step = Time.stepAt(scheme, trial.now)
    const digits = TokenSource.make(format, credential)(step)
    return scan(merchant, { code: numberOf(payer, step, digits), payer }, digits, amount)
  }

  /** Whether the digits of a request are, by chance, the proof of a step of the window that they were not made for. */
  const coincides = ({ code, payer, request }: Sent): boolean => {
    const seed = account(payer).credential?.seed
    if (seed === undefined) return false
    const { proof } = Result.getOrThrow(Codec.decode(format, request.code))
    const term = codes[code]
    const maker = term && account(term.payer).credential?.seed
    const own = maker !== undefined && Buffer.from(Redacted.value(maker)).equals(Redacted.value(seed))
    const { from, to } = Verification.windowAt(world.rules, trial.now)
    for (let step = from; step <= to; step++) {
      if (own && step === term?.step) continue
      if (Trial.proof(format.mac, format.otpDigits, seed, step) === proof) return true
    }
    return false
  }

  const act = (action: System.Action): Answer => {
    switch (action._tag) {
      case "Sign":
        sign(action.payer)
        return nothing
      case "Withdraw":
        trial.run(Provider.Provider.use((provider) => provider.withdraw(action.payer)))
        return nothing
      case "Enroll":
        return enroll(action.payer)
      case "Advance":
        trial.now += action.seconds
        return nothing
      case "Show":
        standing[action.payer] = action.till
        return show(action.payer, action.offset)
      case "Capture":
        return { _tag: "Seen", code: seen(codes[action.code]!.payer) }
      case "Scan": {
        const code = seen(action.payer)
        if (code < 0) return { _tag: "Seen", code }
        return scan(standing[action.payer]!, { code, payer: action.payer }, codes[code]!.digits, action.amount)
      }
      case "Submit": {
        const { amount, code, merchant, payer } = action
        return scan(merchant, { code, payer }, withAlias(code, payer), amount)
      }
      case "Resubmit": {
        const { amount, code, payer } = action
        const { merchant, number, requests } = orders[action.order]!
        const request = { merchant: String(merchant), order: number, code: withAlias(code, payer), amount }
        requests.push({ code, payer, request })
        return { _tag: "Sent", code }
      }
      case "Guess":
        return guess(action)
      case "Deliver": {
        const sent = orders[action.order]!.requests[action.request]!
        return coincides(sent) ? coincidence : answered(sent.request)
      }
    }
  }

  /** The model takes a resubmitted amount to be one (REL-2). An alias that was never given out is nobody's. */
  const canAct = (action: System.Action): boolean => {
    if (action._tag === "Resubmit") return Money.isAmount(action.amount)
    return (action._tag !== "Submit" && action._tag !== "Guess") || account(action.payer).alias !== undefined
  }

  const books = (): Books => ({
    accounts: phones.map((_, payer) => {
      const { agreement, balance, credential } = account(payer)
      const debits = trial.run(Ledger.Ledger.use((ledger) => ledger.debits(payer)))
      return {
        agreement,
        balance,
        enrolled: credential !== undefined,
        debits: debits.map(({ amount, day, merchant, order }) => ({
          order: orders.findIndex(({ merchant: at, number }) => String(at) === merchant && number === order),
          amount,
          day
        }))
      }
    }),
    orders: orders.map(({ merchant, number }) => {
      const record = trial.run(Ledger.Ledger.use((ledger) => ledger.order(String(merchant), number)))
      return record && { outcome: record.outcome, amount: record.amount, payer: record.payer }
    })
  })

  sign(0)
  enroll(0)
  return { canAct, act, books }
}
