/** StepUp: the owner's approval of an order that waits for it: by password, or by a short message. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { Answer } from "../../model/Order.ts"
import { Enrollment, StepUp as Model } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { Challenge } from "../credentials/Credentials.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Database } from "../ledger/Ledger.ts"
import * as Challenges from "./Challenges.ts"
import type * as Messages from "./Messages.ts"
import { type Giver, lookAt, mayAnswer, sharesOf, unlock, type WrongPassword } from "./Passwords.ts"
import { Refused } from "./Refused.ts"
import { changing } from "./Settlement.ts"
import { Setup } from "./Setup.ts"

/** An order that waits for the password of its payer: what the prompt names (STP-3). */
export interface Prompt extends Ledger.OrderNumber {
  readonly amount: number
}

/** An owner's answer to a prompt: for one order (STP-2), with the password of the account. */
export interface Approval extends Ledger.OrderNumber {
  readonly account: number
  readonly password: Redacted.Redacted<string>
  /** Who gives it; unless it is said, nobody's share is counted. */
  readonly giver?: Giver | undefined
}

/** What a short message came to: the answer, and the order that it was taken for, if any. */
export interface Received {
  readonly answer: Answer
  readonly order: Ledger.OrderNumber | undefined
}

/** How owners approve orders. */
export class StepUp extends Context.Service<
  StepUp,
  {
    /** The account that a phone is shown the prompts of, and answers them for; one that is not its owner's is refused (STP-8). */
    readonly askedOn: (phone: number) => Effect.Effect<number, Refused | Database.Unavailable>
    /** The orders of an account that wait for its owner's password. */
    readonly prompts: (account: number) => Effect.Effect<ReadonlyArray<Prompt>, Database.Unavailable>
    /** Debits an open order of an account whose owner gives the password for it (STP-1, STP-2). */
    readonly authenticate: (approval: Approval) => Effect.Effect<Answer, WrongPassword | Database.Unavailable>
    /** Whether a password is that of an account; an account that was never opened has none. */
    readonly owns: (
      account: number,
      password: Redacted.Redacted<string>,
      giver?: Giver
    ) => Effect.Effect<void, WrongPassword | Database.Unavailable>
    /**
     * Gives everybody their shares again of the wrong passwords of an account on this provider day, and answers how many more are looked
     * at on it: those that were given count as before.
     */
    readonly unlock: (account: number) => Effect.Effect<number, Database.Unavailable>
    /**
     * Takes a short message, and does what it says (see {@link Challenge}): debits the order whose challenge it answers;
     * or, where the scheme has the password sent, the oldest order of the account that is open, for the message names
     * none. Undefined where it says nothing, its sender is nobody's number, or the password is wrong: nobody is told.
     */
    readonly receive: (
      message: Messages.Inbound,
      giver?: Giver
    ) => Effect.Effect<Received | undefined, Database.Unavailable>
    /** Hands the challenges to the gateway that a crash kept from it, and answers how many. */
    readonly sendUnsent: Effect.Effect<number, Database.Unavailable>
  }
>()("paycode/impl/provider/StepUp") {
  /** Step-up under a setup. */
  static readonly layer: Layer.Layer<StepUp, never, Setup> = Layer.effect(
    StepUp,
    Effect.map(Setup, (setup) => make(setup))
  )
}

// ---------------------------------------------------------------------------------------------------------------------
// Over the network
// ---------------------------------------------------------------------------------------------------------------------

const askedOn = Effect.fnUntraced(function* ({ ledger, rules }: Setup["Service"], number: number) {
  const phone = yield* ledger.credentials.phone(number)
  if (!Enrollment.isPrompted(rules, phone)) return yield* new Refused({ reason: "NOT_OWNER" })
  return phone.account
})

const prompts = (
  { ledger }: Setup["Service"],
  account: number
): Effect.Effect<ReadonlyArray<Prompt>, Database.Unavailable> =>
  Effect.map(ledger.orders.openOrdersOf(account), (open) =>
    open.flatMap(({ amount, merchant, order }) => (amount === undefined ? [] : [{ merchant, order, amount }]))
  )

const authenticate = Effect.fnUntraced(function* (
  setup: Setup["Service"],
  { account, giver, merchant, order, password }: Approval
) {
  const { ledger, rules } = setup
  const wrong = yield* lookAt(setup, { account, password, giver })
  // No order waits for a password over the network.
  if (Model.methodOf(rules).by !== "network") return "NO_SUCH_ORDER" as const
  // Another account's order is none that this password is for.
  const given = yield* changing(setup, (record) =>
    Model.authenticate(rules, record?.payer === account ? record : undefined, { isForOrder: true, wrong })
  )
  return (yield* ledger.payments.change({ merchant, order }, given)).answer
})

// ---------------------------------------------------------------------------------------------------------------------
// By short message
// ---------------------------------------------------------------------------------------------------------------------

/** Debits an order that a message was taken for, if the message is right. */
const approve = Effect.fnUntraced(function* (setup: Setup["Service"], order: Ledger.OrderNumber, given: Model.Given) {
  const { ledger, rules } = setup
  const approval = yield* changing(setup, (record) => Model.authenticate(rules, record, given))
  return { answer: (yield* ledger.payments.change(order, approval)).answer, order }
})

/**
 * Whether a response is one to a challenge: by the PIN of the account, and the seed that the phone held when the order
 * was opened or one that it was issued since. Where they stand is not looked at: an order is closed with its credential
 * (ENR-11).
 */
const responds = Effect.fnUntraced(function* (
  setup: Setup["Service"],
  { credential: first, nonce, ...number }: Ledger.Challenge,
  phone: number,
  presented: string
) {
  const { accounts, credentials: held } = setup.ledger
  const found = yield* Challenges.challenged(setup, number, nonce)
  const pin = yield* accounts.pinOf(phone)
  if (found === undefined || pin === undefined) return false
  const { credentials } = yield* held.phone(phone)
  return credentials.some(
    ({ number, secret }) =>
      number >= first && secret._tag === "Seed" && Challenge.isRight(found.transaction, secret.seed, pin, presented)
  )
})

/** Whose number a message is from, and who gives what it says. */
interface Sender {
  readonly account: number
  readonly giver: Giver | undefined
}

/** A message that answers a challenge. */
type ChallengeAnswer = Extract<Challenge.Said, { readonly _tag: "Answer" }>

const takeAnswer = Effect.fnUntraced(function* (
  setup: Setup["Service"],
  { account, giver }: Sender,
  { nonce, response }: ChallengeAnswer
) {
  const { ledger, rules } = setup
  const now = yield* setup.now
  const challenge = yield* ledger.orders.challengeWith(nonce)
  if (challenge === undefined) return undefined
  const order = { merchant: challenge.merchant, order: challenge.order }
  const row = yield* ledger.orders.order(order)
  // Another account's challenge is none that this number is asked.
  if (row?.payer !== account || row.phone === undefined) return undefined
  const today = Time.dayAt(rules.scheme, now)
  const shares = sharesOf(rules, giver)
  const wrong = yield* ledger.accounts.countPassword(account, today, mayAnswer(rules), shares)
  if (wrong === undefined) return { answer: "TOO_MANY_ANSWERS", order } as const
  const isForOrder = yield* responds(setup, challenge, row.phone, response)
  if (isForOrder) yield* ledger.accounts.forgivePassword(account, today, shares)
  return yield* approve(setup, order, { isForOrder, wrong })
})

/** A password names no order: it is taken for the one that has been open for longest. */
const takePassword = Effect.fnUntraced(function* (
  setup: Setup["Service"],
  { account, giver }: Sender,
  password: Redacted.Redacted<string>
) {
  const given = { account, password, giver }
  const wrong = yield* lookAt(setup, given).pipe(Effect.catchTag("WrongPassword", () => Effect.undefined))
  if (wrong === undefined) return undefined
  const [oldest] = yield* setup.ledger.orders.openOrdersOf(account)
  if (oldest === undefined) return { answer: "NOT_OPEN", order: undefined } as const
  const order = { merchant: oldest.merchant, order: oldest.order }
  return yield* approve(setup, order, { isForOrder: true, wrong })
})

const receive = Effect.fnUntraced(function* (
  setup: Setup["Service"],
  { from, text }: Messages.Inbound,
  giver: Giver | undefined
): Effect.fn.Return<Received | undefined, Database.Unavailable> {
  const { rules } = setup
  const said = Challenge.heard(text)
  const account = yield* setup.ledger.accounts.accountAt(from)
  if (said === undefined || account === undefined) return undefined
  const sender = { account, giver }
  if (said._tag === "Answer") return Model.isChallenged(rules) ? yield* takeAnswer(setup, sender, said) : undefined
  return Model.isPasswordMessaged(rules) ? yield* takePassword(setup, sender, said.password) : undefined
})

const make = (setup: Setup["Service"]): StepUp["Service"] => ({
  askedOn: (phone) => askedOn(setup, phone),
  prompts: (account) => prompts(setup, account),
  authenticate: (approval) => authenticate(setup, approval),
  owns: (account, password, giver) => Effect.asVoid(lookAt(setup, { account, password, giver })),
  unlock: (account) => unlock(setup, account),
  receive: (message, giver) => receive(setup, message, giver),
  sendUnsent: Challenges.sendUnsent(setup)
})
