/**
 * Driver: the implementation, made to do what the actions of the model say. Phones show codes of real digits, by clocks
 * of their own that were never right; tills scan what is on the screens; the network delivers when it is told to.
 *
 * How each action is played is in one table. Who plays it is in `PhoneDriver.ts`, `OwnerDriver.ts`, `TillDriver.ts`,
 * `AdversaryDriver.ts` and `ProviderDriver.ts`.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Action, Node, Of, State, World } from "../../model/system/System.ts"
import type { Obstacle } from "../correspondence/Correspondence.ts"
import * as AdversaryDriver from "./AdversaryDriver.ts"
import * as Cast from "./Cast.ts"
import * as Inspection from "./Inspection.ts"
import type { Message, ProviderAction } from "./Message.ts"
import { coincidence, nothing, type Observation, type PartyBooks } from "./Observation.ts"
import * as OwnerDriver from "./OwnerDriver.ts"
import * as PhoneDriver from "./PhoneDriver.ts"
import * as ProviderDriver from "./ProviderDriver.ts"
import * as TillDriver from "./TillDriver.ts"

/** The implementation, set up in the first state of a run. One that does not answer is a defect, but for messages. */
export interface Driver {
  /** Why the driver cannot do what an action says in a state; undefined where it can. */
  readonly obstacle: (state: State, action: Action) => Effect.Effect<Obstacle | undefined>
  /** Does what an action says, in the state that the model was in before it. */
  readonly act: (state: State, action: Action) => Effect.Effect<Observation>
  /**
   * Makes the message of an action ready, in the state that the model is in. No till and no phone hears the answer.
   * Undefined where its digits stand for two terms.
   */
  readonly message: (state: State, action: ProviderAction) => Effect.Effect<Message | undefined>
  /** What the parties remember of what there is in a state. */
  readonly books: (state: State) => Effect.Effect<PartyBooks>
  /** Ends a node, in the middle of whatever it does, and starts it again. */
  readonly restart: (node: Node) => Effect.Effect<void>
}

// ---------------------------------------------------------------------------------------------------------------------
// How actions are played
// ---------------------------------------------------------------------------------------------------------------------

/** Something about an action, in the state that the model is in. */
type For<A extends Action, B> = (cast: Cast.Cast, action: A, state: State) => Effect.Effect<B>

/** How an action is played. */
interface Play<A extends Action> {
  readonly act: For<A, Observation>
  /** Without it the action can always be played. */
  readonly obstacle?: For<A, Obstacle | undefined>
}

/** How an action is played that is a message to the provider. */
interface Sending<A extends Action> extends Play<A> {
  readonly message: For<A, Message | undefined>
}

/** Every action, and how it is played. Those that are a message to the provider can be made ready as well. */
type Plays = {
  readonly [Tag in Action["_tag"]]: Tag extends ProviderAction["_tag"] ? Sending<Of<Tag>> : Play<Of<Tag>>
}

/** An action that is no more than a message, which whoever sends it is answered. */
const sends = <A extends Action>(message: For<A, Message | undefined>): Sending<A> => ({
  message,
  act: (cast, action, state) =>
    Effect.flatMap(message(cast, action, state), (ready) =>
      ready === undefined ? Effect.succeed(coincidence) : Effect.orDie(ready)
    )
})

/** What needs no effects, as one. */
const pure =
  <A extends Action, B>(of: (cast: Cast.Cast, action: A, state: State) => B): For<A, B> =>
  (cast, action, state) =>
    Effect.sync(() => of(cast, action, state))

/** An action that the model can play, and a provider cannot be put to. */
const unplayed: Play<Action> = {
  act: (_, { _tag }) => {
    throw new Error(`action: expected one that a provider can be put to, found ${_tag}`)
  }
}

const plays: Plays = {
  // -- the owner and the phone --
  Sign: sends(pure(OwnerDriver.sign)),
  Withdraw: sends(pure(OwnerDriver.withdraw)),
  Enroll: {
    message: pure(PhoneDriver.enrollment),
    act: (cast, action) =>
      action.heard ? PhoneDriver.enroll(cast, action) : Effect.orDie(PhoneDriver.enrollment(cast, action))
  },
  Confirm: sends(pure(PhoneDriver.confirmation)),
  Revoke: sends(pure(OwnerDriver.revoke)),
  Wipe: { act: PhoneDriver.checkIn },
  Ask: sends(pure(PhoneDriver.question)),
  Show: { act: PhoneDriver.show },
  Open: { act: PhoneDriver.open },
  RunOut: { act: PhoneDriver.runOut },
  Approve: { ...sends(pure(OwnerDriver.approve)), obstacle: OwnerDriver.obstacleOfApproval },
  Authenticate: { ...sends(pure(OwnerDriver.authenticate)), obstacle: pure(OwnerDriver.obstacleOfAuthentication) },

  // -- the till and the network --
  Scan: { act: TillDriver.scan, obstacle: TillDriver.obstacleOfScan },
  Deliver: {
    message: TillDriver.delivery,
    act: TillDriver.deliver,
    obstacle: TillDriver.obstacleOfDelivery
  },
  Query: { message: pure(TillDriver.question), act: TillDriver.query },
  Reverse: { act: TillDriver.reverse },
  // A till of the implementation gives an order up, if at all, as soon as nothing comes for it (REL-6).
  GiveUp: unplayed,
  Notice: { act: TillDriver.notice },

  // -- the adversary --
  Capture: { act: PhoneDriver.capture },
  RunOff: { act: PhoneDriver.runOff },
  // What the adversary hits upon is known to it alone.
  Guess: { act: () => Effect.succeed(nothing) },
  Present: { act: TillDriver.present, obstacle: TillDriver.obstacleOfPresent },
  Pay: { ...sends(AdversaryDriver.pay), obstacle: AdversaryDriver.obstacleOfPay },
  Meddle: { ...sends(pure(AdversaryDriver.meddle)), obstacle: pure(AdversaryDriver.obstacleOfMeddling) },
  Impersonate: {
    ...sends(pure(AdversaryDriver.impersonate)),
    obstacle: pure(AdversaryDriver.obstacleOfImpersonation)
  },
  Flood: { act: AdversaryDriver.flood, obstacle: AdversaryDriver.obstacleOfFlood },

  // -- the provider and the world --
  Close: sends(pure(ProviderDriver.close)),
  // The ledger decides one request after the other (VER-20).
  Race: unplayed,
  PayOut: { act: ProviderDriver.payOut },
  Crash: { act: ProviderDriver.crash },
  // The ledger is durable, and there is one of it.
  Backup: unplayed,
  Restore: unplayed,
  // Digits are real here, and coincide or not by themselves.
  Coincide: unplayed,
  Advance: { act: ProviderDriver.advance }
}

/** How an action is played: the table has it by the tag of the same. */
const playOf = <A extends Action>({ _tag }: A): Play<A> => plays[_tag] as unknown as Play<A>

/** How an action is played that is a message. */
const sendingOf = <A extends ProviderAction>({ _tag }: A): Sending<A> => plays[_tag] as unknown as Sending<A>

/** Sets up the implementation in the first state of a run. */
export const make = (world: World, options: Cast.DriverOptions): Effect.Effect<Driver, never, Scope.Scope> =>
  Effect.map(Cast.make(world, options), (cast) => ({
    obstacle: (state, action) => playOf(action).obstacle?.(cast, action, state) ?? Effect.undefined,
    act: (state, action) => Effect.suspend(() => playOf(action).act(cast, action, state)),
    message: (state, action) => sendingOf(action).message(cast, action, state),
    books: (state) => Inspection.books(cast, state),
    restart: cast.deployment.restart
  }))
