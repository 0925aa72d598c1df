/** Phone driver: plays what phones do, in the hands of their owners or of the adversary. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Refused } from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type * as Wallet from "../../impl/wallet/Wallet.ts"
import type { Of, State } from "../../model/system/System.ts"
import * as Bonds from "./Bonds.ts"
import type { Cast } from "./Cast.ts"
import * as Digits from "./Digits.ts"
import * as Message from "./Message.ts"
import { dark, declined, issued, nothing, type Observation } from "./Observation.ts"

/** The message with which a phone asks for a credential, where the reply is lost. */
export const enrollment = ({ credentials, deployment, phones }: Cast, { phone }: Of<"Enroll">): Message.Message =>
  Effect.suspend(() => {
    credentials.delete(phone)
    return Effect.map(Message.answerOf(deployment.provider(0).enrollment.enroll(phones[phone]!.phone)), (answer) =>
      Result.isSuccess(answer) ? issued : declined(answer.failure)
    )
  })

/** A phone asks for a credential, and hears the reply. */
export const enroll = Effect.fnUntraced(function* (
  { credentials, deployment, phones }: Cast,
  { phone }: Of<"Enroll">
): Effect.fn.Return<Observation> {
  const { clock, wallet } = phones[phone]!
  // The difference of the clocks is measured now: whatever the phone is off by is in it.
  const before = clock.offset
  clock.offset = 0
  credentials.delete(phone)
  const requested = Effect.suspend(() => Message.online(wallet.enroll)(deployment.provider(0)))
  const enrolled = yield* Effect.orDie(Message.answerOf(requested))
  if (Result.isSuccess(enrolled)) return issued
  clock.offset = before
  return declined(enrolled.failure)
})

/** The message with which a phone confirms that it holds its new credential. */
export const confirmation = ({ deployment, phones }: Cast, { phone }: Of<"Confirm">): Message.Message =>
  Message.to(deployment, 0, Message.online(phones[phone]!.wallet.confirm))

/** A phone is told that it is revoked. */
export const checkIn = ({ deployment, phones }: Cast, { phone }: Of<"Wipe">): Effect.Effect<Observation> => {
  const requested = Effect.suspend(() => Message.online(phones[phone]!.wallet.checkIn)(deployment.provider(0)))
  return Effect.map(Message.needed(requested), (isWiped) => (isWiped ? nothing : dark))
}

/** A phone asks for the prompts of its account. */
export const question = ({ deployment, phones }: Cast, { phone }: Of<"Ask">): Message.Message =>
  Effect.suspend(() =>
    Effect.map(
      Message.answerOf(deployment.provider(0).stepUp.askedOn(phones[phone]!.phone)),
      (answer): Observation => ({ _tag: "Asked", shown: Result.isSuccess(answer) })
    )
  )

/** What is seen of a code that a phone has made. */
const seen = Effect.fnUntraced(function* (
  cast: Cast,
  state: State,
  phone: number,
  { code, position, revealed }: Wallet.Made
): Effect.fn.Return<Observation> {
  const { held } = state.phones[phone]!
  const isRight = (yield* Digits.digitsOf(cast, { phone, generation: held, position, revealed })) === code
  return { _tag: "Made", position, revealed, digits: isRight ? "right" : "wrong" }
})

/** How a phone makes a code: on its screen, or without it. */
type Making = (showing: Wallet.Showing) => Effect.Effect<Wallet.Made, Wallet.Unmade>

/** Has a phone make a code, over what an action says; what is seen, as a failure where none is made. */
const making = Effect.fnUntraced(function* (
  cast: Cast,
  state: State,
  { phone, revealed, terms }: Pick<Of<"Show">, "phone" | "revealed" | "terms">,
  make: Making
) {
  const bond = terms && (yield* Bonds.draw(cast.bonds, terms))
  const showing =
    bond === undefined ? {} : { over: cast.bonds.over(bond.transaction), ...(bond.isPinned && { pin: Fixtures.pin }) }
  const run = yield* Effect.result(make({ revealed, ...showing }))
  if (Result.isFailure(run)) {
    return Result.fail(run.failure instanceof Refused.Refused ? declined(run.failure) : dark)
  }
  const { held } = state.phones[phone]!
  if (bond !== undefined) {
    const key = { phone, generation: held, position: run.success.position, revealed }
    cast.bonds.made.set(Bonds.keyText(key), bond)
  }
  return Result.succeed(yield* seen(cast, state, phone, run.success))
})

/** A code comes up on a phone's screen, or none does. */
const onScreen = Effect.fnUntraced(function* (
  cast: Cast,
  action: Pick<Of<"Show">, "offset" | "phone" | "revealed" | "terms">,
  state: State,
  asking?: Wallet.Showing["asking"]
): Effect.fn.Return<Observation> {
  const { clock, wallet } = cast.phones[action.phone]!
  const before = clock.offset
  clock.offset = action.offset
  const how = asking && { asking }
  const shown = yield* making(cast, state, action, (showing) => wallet.show({ ...showing, ...how }))
  if (Result.isSuccess(shown)) return shown.success
  // What is on the screen was shown by the clock as it was then.
  clock.offset = before
  return shown.failure
})

/** A payer shows a code. */
export const show = (cast: Cast, action: Of<"Show">, state: State): Effect.Effect<Observation> =>
  onScreen(cast, action, state)

/** Somebody opens a phone's app: its owner, who asks for no code; or another, who does and was not let in. */
export const open = (cast: Cast, { by, ...action }: Of<"Open">, state: State): Effect.Effect<Observation> =>
  onScreen(cast, { ...action, offset: 0, revealed: false }, state, { asked: by === "another", unlocked: false })

/** The adversary makes a phone show a code by a clock that it has set. */
export const runOff = Effect.fnUntraced(function* (
  cast: Cast,
  action: Of<"RunOff">,
  state: State
): Effect.fn.Return<Observation> {
  const { clock, wallet } = cast.phones[action.phone]!
  const before = clock.offset
  clock.offset = action.offset
  const run = yield* making(cast, state, action, wallet.make)
  clock.offset = before
  return Result.merge(run)
})

/** A payer shows every code that is left. */
export const runOut = Effect.fnUntraced(function* (
  { phones }: Cast,
  { phone }: Of<"RunOut">
): Effect.fn.Return<Observation> {
  const { left, show } = phones[phone]!.wallet
  while ((yield* left) > 0) yield* Effect.orDie(show())
  return nothing
})

/** The adversary reads a code off the screen. */
export const capture = Effect.fnUntraced(function* (
  cast: Cast,
  { phone }: Of<"Capture">,
  state: State
): Effect.fn.Return<Observation> {
  const screen = yield* cast.phones[phone]!.wallet.screen
  return screen === undefined ? dark : yield* seen(cast, state, phone, screen)
})
