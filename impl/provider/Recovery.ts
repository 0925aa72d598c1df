/** Recovery: what a provider makes of a ledger that came back from a backup (VER-30, VER-31), and how it notices that it did. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Change, Restore, Settlement as Steps } from "../../model/steps/Steps.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Database } from "../ledger/Ledger.ts"
import { changing } from "./Settlement.ts"
import { Setup } from "./Setup.ts"

/** An order that a backup had open, and that is forgotten: whether it was paid since nobody knows. Amounts in minor units. */
export interface Forgotten extends Ledger.OrderNumber {
  readonly amount: number
}

/** What a beat came to. `Other`: the mark is of another ledger, which was not looked at any further. */
export type Beaten =
  | { readonly _tag: "Counted"; readonly mark: Ledger.Mark }
  | { readonly _tag: "Restored"; readonly mark: Ledger.Mark; readonly forgotten: ReadonlyArray<Forgotten> }
  | { readonly _tag: "Other"; readonly found: string }

/** How a provider comes back from a backup. */
export class Recovery extends Context.Service<
  Recovery,
  {
    /**
     * Counts that the provider is there, about once a second, and answers the mark to keep outside of the ledger. A ledger that is
     * older than the mark that was kept last is restored.
     */
    readonly beat: (mark: Ledger.Mark | undefined) => Effect.Effect<Beaten, Database.Unavailable>
    /**
     * Takes the ledger for restored: credentials from before wait to be renewed, the day's free limits are used up (VER-30), and order
     * numbers that are not recorded are answered as unknown (VER-31).
     */
    readonly restore: (mark: Ledger.Mark | undefined) => Effect.Effect<ReadonlyArray<Forgotten>, Database.Unavailable>
    /** The provider's clock is right, whatever the ledger was last written by. */
    readonly accept: Effect.Effect<void, Database.Unavailable>
    /** The books are reconciled: order numbers that are not recorded were never used. */
    readonly reconcile: Effect.Effect<void, Database.Unavailable>
  }
>()("paycode/impl/provider/Recovery") {
  /** Recovery under a setup. */
  static readonly layer: Layer.Layer<Recovery, never, Setup> = Layer.effect(
    Recovery,
    Effect.map(Setup, (setup) => make(setup))
  )
}

/** What becomes of an order that the backup has open: what it reserves is released, and its allowance returned. */
const released = (setup: Setup["Service"]): Effect.Effect<Ledger.Restoring> =>
  Effect.map(
    changing(setup, (record, now) => {
      const isForgotten = record?.status === "open" && Restore.known(setup.rules, record.status) === "none"
      return isForgotten ? Steps.reverse(setup.rules, record, false, now) : Change.nothing("NOT_OPEN")
    }),
    (open) => ({ now: open.now, open })
  )

const forgotten = (rows: ReadonlyArray<Ledger.Row>): ReadonlyArray<Forgotten> =>
  rows.map(({ amount = 0, merchant, order }) => ({ merchant, order, amount }))

/** The length of a ledger's name, in bytes: none has that of another. */
const nameBytes = 16

const beat = Effect.fnUntraced(function* (
  setup: Setup["Service"],
  mark: Ledger.Mark | undefined
): Effect.fn.Return<Beaten, Database.Unavailable> {
  const { ledger, random } = setup
  const name = Buffer.from(yield* random.randomBytes(nameBytes)).toString("hex")
  const beaten = yield* ledger.epochs.beat(mark, name, yield* released(setup))
  return beaten._tag === "Restored"
    ? { _tag: "Restored", mark: beaten.mark, forgotten: forgotten(beaten.open) }
    : beaten
})

const make = (setup: Setup["Service"]): Recovery["Service"] => ({
  beat: (mark) => beat(setup, mark),
  restore: (mark) =>
    Effect.flatMap(released(setup), (restoring) => Effect.map(setup.ledger.epochs.restore(mark, restoring), forgotten)),
  accept: Effect.flatMap(setup.now, setup.ledger.epochs.accept),
  reconcile: setup.ledger.epochs.reconcile
})
