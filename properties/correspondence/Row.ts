/** Row: what one thing of the implementation stands for in the model, or the sentence that says why it stands for nothing. */
import type * as Steps from "../../model/steps/Steps.ts"
import type { Account, Action, Code, Credential, Merchant, Order, Phone, State } from "../../model/system/System.ts"
import type { ParameterPath } from "../../spec/Parameters.ts"
import type { AssumptionId } from "../../spec/Threats.ts"

/** The names of the fields of a type. */
export type Name<A> = keyof A & string

/** The names of the functions of a module. */
export type Functions<M> = { [F in Name<M>]: M[F] extends (...given: never) => unknown ? F : never }[Name<M>]

/** A function of `model/steps`, by its module and its name. */
export type StepName = { [M in Name<typeof Steps>]: `${M}.${Functions<(typeof Steps)[M]>}` }[Name<typeof Steps>]

/** The tables of the state. What is in none of them stands in the state itself. */
export interface Tables {
  readonly state: State
  readonly account: Account
  readonly credential: Credential
  readonly phone: Phone
  readonly merchant: Merchant
  readonly code: Code
  readonly order: Order
}

/** A field of the state of the system, by its table and its name. */
export type FieldName = { [T in Name<Tables>]: `${T}.${Name<Tables[T]>}` }[Name<Tables>]

/**
 * Sentences of `spec/Threats.md`, under "Out of scope", each as it stands there without its marks. A row that rests on one
 * stands for nothing that the model has.
 */
export const sentences = {
  setup:
    "Opening accounts, taking in merchants, handing out keys. A run begins when this is done. Whoever has the operator's key is the provider.",
  writing:
    "How messages are written. The model has codes and requests as terms. In the implementation they are digits, pictures, JSON and HTTP, each of a form and a length; what has another is not read, and decides nothing.",
  keeping:
    "How each party keeps what it has. The model's parties remember. In the implementation they have files and databases, which are sealed, locked, flushed and brought up to date. Who has read a phone's is under `corrupt-device`; who has read the provider's has its seeds.",
  reaching:
    "Where the parties are. Addresses, ports and telephone numbers are given. What is sent to one reaches the party whose it is, or nobody.",
  flooding:
    "Requests so many that others are not served. A request that is turned away unread is lost, as any can be under `network`. That an owner is kept from withdrawing or revoking by it breaks no claim.",
  effort:
    "How much a party does at once, and how long that takes. Batches, retries, connections, memory and the cost of a guess are bounded; a bound delays what is due, and decides nothing.",
  watching: "Logs and counters. They are written for whoever runs the provider, and no decision reads them.",
  person:
    "How a person is asked. What an owner or a cashier types, reads on a screen or gives in a file is, in the model, what they do."
} as const

/** The name of a sentence. */
export type SentenceId = keyof typeof sentences

/** What a thing stands for: one of these. */
export type Target =
  | { readonly _tag: "Step"; readonly name: StepName }
  | { readonly _tag: "Field"; readonly name: FieldName }
  | { readonly _tag: "Action"; readonly name: Action["_tag"] }
  | { readonly _tag: "Parameter"; readonly name: ParameterPath }
  | { readonly _tag: "Assumption"; readonly name: AssumptionId }
  | { readonly _tag: "OutOfScope"; readonly name: SentenceId }

/** What a thing stands for, and what is to be said of that. */
export interface Row {
  readonly target: Target
  /** How it stands for that, where its name does not say it. */
  readonly says?: string
  /** What the implementation does here that the model does not have, or the other way round. */
  readonly differs?: string
}

/** What a row says besides its target. */
export type More = Omit<Row, "target">

/** Stands for a function of the steps. */
export const step = (name: StepName, more: More = {}): Row => ({ target: { _tag: "Step", name }, ...more })

/** Stands for a field of the state. */
export const field = (name: FieldName, more: More = {}): Row => ({ target: { _tag: "Field", name }, ...more })

/** Stands for an action. */
export const action = (name: Action["_tag"], more: More = {}): Row => ({ target: { _tag: "Action", name }, ...more })

/** Stands for a parameter of the scheme. */
export const parameter = (name: ParameterPath, more: More = {}): Row => ({
  target: { _tag: "Parameter", name },
  ...more
})

/** Is taken for granted. */
export const assumed = (name: AssumptionId, more: More = {}): Row => ({ target: { _tag: "Assumption", name }, ...more })

/** Is out of scope. */
export const out = (name: SentenceId, more: More = {}): Row => ({ target: { _tag: "OutOfScope", name }, ...more })

/** Rows by what they are about. */
export type Rows<Key extends string = string> = { readonly [K in Key]: Row }
