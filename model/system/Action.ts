/** What can happen in the system, and what is seen of it, as data. */

import type { Answer } from "../Order.ts"
import type { Reason } from "../Refusal.ts"
import type { Binding, Relay } from "../steps/Steps.ts"

import type { CodeKey } from "./State.ts"

/** A provider node by its clock: 0 for the slowest, 1 for one that is `clock.nodeSkew` ahead. */
export type Node = 0 | 1

/** A pay request as the provider reads it: whose alias the code names, the code behind it, and the amount. */
export interface Request {
  /** The phone whose credential the alias names. */
  readonly alias: number
  /** The code whose proof it carries; its position is -1 for digits that nobody was given. */
  readonly key: CodeKey
  readonly amount: number
}

/** What somebody does. */
export type Action =
  // -- the owner and the phone --
  | { readonly _tag: "Sign"; readonly account: number }
  | { readonly _tag: "Withdraw"; readonly account: number }
  /** A phone, online, asks for a credential, its first or another. `heard`: the reply reaches it. */
  | { readonly _tag: "Enroll"; readonly phone: number; readonly heard: boolean }
  /** A phone, online, confirms that it holds its new credential. */
  | { readonly _tag: "Confirm"; readonly phone: number }
  /** The owner has the credentials of a phone revoked. */
  | { readonly _tag: "Revoke"; readonly phone: number }
  /** A phone is told that it is revoked, and destroys what it holds. */
  | { readonly _tag: "Wipe"; readonly phone: number }
  /** A phone, online, asks for the prompts of its account. */
  | { readonly _tag: "Ask"; readonly phone: number }
  /** A payer shows a code at a merchant's till, while the phone's corrected clock is off by `offset` seconds. */
  | {
      readonly _tag: "Show"
      readonly phone: number
      readonly till: number
      readonly offset: number
      readonly revealed: boolean
      /** What it is made over, where the phone has read the till's transaction. */
      readonly terms?: Binding.Terms
    }
  /**
   * Somebody opens the app of a phone, and is shown a code or none (GEN-10): its owner, who does not want to pay and asks for
   * none; or another who has picked the phone up, asks for one, and was not let in.
   */
  | {
      readonly _tag: "Open"
      readonly phone: number
      readonly by: "owner" | "another"
      /** What it is made over, where the phone was given a transaction to read. */
      readonly terms?: Binding.Terms
    }
  /** A payer shows every code that is left, one after the other. */
  | { readonly _tag: "RunOut"; readonly phone: number }
  /** The owner answers the prompt for an order with the password. */
  | { readonly _tag: "Approve"; readonly order: number }
  /** The owner's answer reaches the provider, for the order that it was given for, or is taken for another. */
  | { readonly _tag: "Authenticate"; readonly order: number; readonly to: number; readonly node: Node }

  // -- the till and the network --
  /** The till that a payer stands at scans the phone, and sends a request under a new order number. */
  | { readonly _tag: "Scan"; readonly phone: number; readonly amount: number }
  /** What a till has sent for an order reaches the provider, for the first time or again. `heard`: so does the answer. */
  | {
      readonly _tag: "Deliver"
      readonly order: number
      readonly what: "pay" | "reversal"
      readonly node: Node
      readonly heard: boolean
    }
  | { readonly _tag: "Query"; readonly order: number; readonly node: Node }
  | { readonly _tag: "Reverse"; readonly order: number }
  /** A till takes an order that it knows nothing of for failed (without REL-6). */
  | { readonly _tag: "GiveUp"; readonly order: number }
  /** A notice that an order was paid reaches its till: the provider's, or a forged one. */
  | { readonly _tag: "Notice"; readonly order: number; readonly forged: boolean }

  // -- the adversary --
  | { readonly _tag: "Capture"; readonly phone: number }
  /** The adversary holds a phone, sets its clock, and makes it show a code. */
  | {
      readonly _tag: "RunOff"
      readonly phone: number
      readonly offset: number
      readonly revealed: boolean
      /** What it is made over, where the phone was given a transaction to read. */
      readonly terms?: Binding.Terms
    }
  /** The adversary hits on the proof of the present step. */
  | { readonly _tag: "Guess"; readonly phone: number }
  /** The adversary shows a code at an honest till, which scans it under a new order number. */
  | { readonly _tag: "Present"; readonly merchant: number; readonly key: CodeKey; readonly amount: number }
  /** The adversary's merchant asks for money, under a new order number (-1) or one that it has used. */
  | { readonly _tag: "Pay"; readonly order: number; readonly request: Request; readonly node: Node }
  /** The adversary's merchant queries, reverses or refunds an order number, its own or another's, or asks about a refund of it. */
  | {
      readonly _tag: "Meddle"
      readonly order: number
      readonly what: "query" | "reversal" | "refund" | "refund query"
      /** The number of the refund, from 1, and the amount that is asked for; 0 for what is about no refund, or asks for none. */
      readonly number: number
      readonly amount: number
      readonly node: Node
    }
  /** The adversary answers for the owner, in a short message under the owner's name. */
  | { readonly _tag: "Impersonate"; readonly order: number; readonly node: Node }
  /**
   * Wrong codes under a phone's alias, at a merchant's, as many as it is let: at the till where it sells, which is terminal 0;
   * at another terminal of the same merchant, 1, where nobody honest pays; or at as many others, 2, as it takes until the
   * merchant itself is let no more.
   */
  | { readonly _tag: "Flood"; readonly phone: number; readonly merchant: number; readonly terminal: 0 | 1 | 2 }

  // -- the provider and the world --
  /** The timer of an order fires at a node. */
  | { readonly _tag: "Close"; readonly order: number; readonly node: Node }
  /** Two requests are decided at once, at two nodes. */
  | { readonly _tag: "Race"; readonly first: Racer; readonly second: Racer }
  /** The provider pays out to a merchant what it holds for it. */
  | { readonly _tag: "PayOut"; readonly merchant: number }
  | { readonly _tag: "Crash" }
  | { readonly _tag: "Backup" }
  | { readonly _tag: "Restore" }
  /** The two newest codes turn out to have the same digits. */
  | { readonly _tag: "Coincide" }
  | { readonly _tag: "Advance"; readonly seconds: number }

/** An action by its tag. */
export type Of<Tag extends Action["_tag"]> = Extract<Action, { readonly _tag: Tag }>

/** Requests that can race each other. */
export type Racer = Of<"Pay"> | Of<"Deliver">

/** What is asked of the provider about an order. */
export type Question = "pay" | "query" | "reversal" | "refund" | "refund query" | "password"

/** What is seen of an action: what claims are about. */
export type Event =
  | { readonly _tag: "Issued"; readonly phone: number }
  | { readonly _tag: "Declined"; readonly phone: number; readonly reason: Reason }
  /** The provider has seen the new credential of a phone confirmed. */
  | { readonly _tag: "Confirmed"; readonly phone: number }
  | { readonly _tag: "Revoked"; readonly phone: number }
  /** A phone has asked for the prompts of its account, and is shown them or not. */
  | { readonly _tag: "Asked"; readonly phone: number; readonly shown: boolean }
  | { readonly _tag: "Shown"; readonly key: CodeKey }
  /** A phone that holds a credential has no code to show. */
  | { readonly _tag: "Empty"; readonly phone: number }
  /** A phone and the provider exchange messages so that a code can be shown. */
  | { readonly _tag: "Messaged"; readonly phone: number }
  /** The adversary reads off a code what identifies the payer, and for how long; or learns the password. */
  | { readonly _tag: "Learnt"; readonly phone: number; readonly what: "account" | "credential" | "nothing" | "secret" }
  | {
      readonly _tag: "Answered"
      readonly order: number
      readonly question: Question
      readonly answer: Answer
      /** The number of the refund that is asked for, from 1, and its amount; 0 for other questions. */
      readonly number: number
      readonly amount: number
      /** It is the order's own merchant that asks, or its payer. */
      readonly own: boolean
      readonly node: Node
      /** The pay request; undefined for other questions. */
      readonly request: Request | undefined
      /** The answer was decided now, not read from a record. */
      readonly fresh: boolean
      /** The request was an attempt with its code. */
      readonly attempt: boolean
      /** A request with the same digits was an attempt before. */
      readonly used: boolean
    }
  /**
   * Money leaves an account for an order: by the provider without step-up; upon an answer to the prompt, the `password`;
   * upon a code that was made with the `pin`; or because a till settles alone.
   */
  | { readonly _tag: "Debited"; readonly order: number; readonly by: "provider" | "password" | "pin" | "till" }
  /** A till takes an order for settled, or takes back that it did. */
  | { readonly _tag: "Viewed"; readonly order: number; readonly view: Relay.View }
  | { readonly _tag: "Crashed" }

/** An event by its tag. */
export type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>
