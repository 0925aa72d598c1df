/**
 * Two-phase commit, as Gray and Lamport specify it in "Consensus on Transaction Commit" (TwoPhase.tla): resource managers
 * prepare or abort by themselves, and a transaction manager commits once all have told it that they are prepared, or
 * aborts at any time before. Messages are never lost, and stay where they are once sent.
 *
 * An example of a subject: its state, its actions, what they come to, its shape, and what must hold.
 */
import { compile, type OfEvents, Shape, type Subject } from "../Search.ts"

/** A resource manager: where it stands, whether it has sent that it is prepared, and whether that was received. */
export interface Manager {
  readonly state: "working" | "prepared" | "committed" | "aborted"
  readonly sent: boolean
  readonly received: boolean
}

/** The state of all. What the transaction manager has decided is also the message that it sends. */
export interface Transaction {
  readonly managers: ReadonlyArray<Manager>
  readonly decided: "nothing" | "commit" | "abort"
}

/** `Receive`: the transaction manager hears that one is prepared. `Follow`: a resource manager hears what was decided. */
export type Action =
  | { readonly _tag: "Prepare" | "ChooseToAbort" | "Receive" | "Follow"; readonly manager: number }
  | { readonly _tag: "Commit" | "Abort" }

const actions = ({ decided, managers }: Transaction): ReadonlyArray<Action> => [
  ...(decided === "nothing" && managers.every(({ received }) => received) ? [{ _tag: "Commit" } as const] : []),
  ...(decided === "nothing" ? [{ _tag: "Abort" } as const] : []),
  ...managers.flatMap(
    ({ sent, state }, manager): ReadonlyArray<Action> => [
      ...(state === "working"
        ? [{ _tag: "Prepare", manager } as const, { _tag: "ChooseToAbort", manager } as const]
        : []),
      ...(decided === "nothing" && sent ? [{ _tag: "Receive", manager } as const] : []),
      ...(decided === "nothing" ? [] : [{ _tag: "Follow", manager } as const])
    ]
  )
]

const changed = (transaction: Transaction, manager: number, change: Partial<Manager>): Transaction => ({
  ...transaction,
  managers: transaction.managers.map((one, number) => (number === manager ? { ...one, ...change } : one))
})

const after = (transaction: Transaction, action: Action): Transaction => {
  switch (action._tag) {
    case "Commit":
      return { ...transaction, decided: "commit" }
    case "Abort":
      return { ...transaction, decided: "abort" }
    case "Prepare":
      return changed(transaction, action.manager, { state: "prepared", sent: true })
    case "ChooseToAbort":
      return changed(transaction, action.manager, { state: "aborted" })
    case "Receive":
      return changed(transaction, action.manager, { received: true })
    case "Follow":
      return changed(transaction, action.manager, {
        state: transaction.decided === "commit" ? "committed" : "aborted"
      })
  }
}

const shape = (managers: number): Shape.Shape<Transaction> =>
  Shape.struct<Transaction>({
    managers: Shape.each(
      "manager",
      Shape.struct<Manager>({
        state: Shape.literals(["working", "prepared", "committed", "aborted"]),
        sent: Shape.boolean,
        received: Shape.boolean
      }),
      managers
    ),
    decided: Shape.literals(["nothing", "commit", "abort"])
  })

/** The protocol among some resource managers. Where they are interchangeable, a state stands for all its renumberings. */
export const among = (managers: number, isSymmetric: boolean): Subject<Transaction, Action, Action> => ({
  init: [
    {
      managers: Array.from({ length: managers }, () => ({ state: "working", sent: false, received: false })),
      decided: "nothing"
    }
  ],
  actions,
  // What is seen of a step is the action.
  next: (transaction, action) => ({ state: after(transaction, action), events: [action] }),
  layout: compile(shape(managers), isSymmetric ? Shape.renumberings({ manager: managers }) : [])
})

const are = ({ managers }: Transaction, state: Manager["state"]): boolean =>
  managers.every((one) => one.state === state)
const isOne = ({ managers }: Transaction, state: Manager["state"]): boolean =>
  managers.some((one) => one.state === state)

/** No manager commits while another aborts; and all may commit, and all abort. */
export const properties: ReadonlyArray<OfEvents<Transaction, Action>> = [
  {
    name: "consistent",
    kind: "always",
    on: () => true,
    judge: (_before, _action, now) => (isOne(now, "committed") && isOne(now, "aborted") ? "broken" : "kept")
  },
  {
    name: "all commit",
    kind: "sometimes",
    on: ({ _tag }) => _tag === "Follow",
    judge: (_before, _action, now) => (are(now, "committed") ? "kept" : "elsewhere")
  },
  {
    name: "all abort",
    kind: "sometimes",
    on: () => true,
    judge: (_before, _action, now) => (are(now, "aborted") ? "kept" : "elsewhere")
  }
]
