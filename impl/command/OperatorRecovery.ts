/**
 * OperatorRecovery: what the operator says of a ledger on the machine that has it, and no provider can know: that it came back from a
 * backup (`operator restore`), that its books are reconciled (`operator reconcile`), and that the clock is right (`operator clock`).
 */
import * as Context from "effect/Context"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Rules from "../../model/Rules.ts"
import * as Provider from "../provider/Provider.ts"
import type { BadInput } from "../SchemeFile.ts"
import * as SchemeFile from "../SchemeFile.ts"
import * as Clocks from "./Clocks.ts"
import { type Failed, orFailed } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import * as LedgerPlace from "./LedgerPlace.ts"
import * as Marking from "./Marking.ts"
import * as Say from "./Say.ts"

/** Where a ledger is that a provider has served, and the scheme that it is kept under. */
const served = { scheme: Flags.scheme, ...LedgerPlace.place }

/** What such a command is given at the least. */
interface Given {
  readonly ledger: string
  readonly postgres: boolean
  readonly scheme: string
}

/** A ledger that is open, and what can be said of it. */
interface Told {
  readonly opened: LedgerPlace.Opened
  readonly rules: Rules.Rules
  readonly recovery: Provider.Recovery["Service"]
}

/** Opens a ledger that is there, under its scheme, has something said of it, and prints what came of that. */
const ofLedger =
  <G extends Given>(
    tell: (told: Told, given: G) => Effect.Effect<ReadonlyArray<string>, BadInput | Failed, Scope.Scope>
  ) =>
  (given: G) =>
    Effect.gen(function* () {
      yield* LedgerPlace.isThere(given.ledger, given.postgres)
      const decoded = yield* SchemeFile.load(given.scheme)
      const opened = yield* LedgerPlace.opened(given.ledger, given.postgres)
      yield* LedgerPlace.keptUnder(opened, decoded, given.scheme)
      const rules = Rules.strict(decoded)
      const recovery = Context.get(yield* LedgerPlace.recovery(opened, rules), Provider.Recovery)
      yield* Say.lines(...(yield* tell({ opened, rules, recovery }, given)))
    }).pipe(Effect.scoped)

/** Says that a ledger came back from a backup. */
export const restore = Command.make(
  "restore",
  { ...served, mark: Marking.flag },
  ofLedger(({ recovery }, { ledger, mark, postgres }) =>
    Effect.gen(function* () {
      const kept = yield* Marking.read(Marking.fileOf(mark, ledger, postgres))
      const forgotten = yield* orFailed(recovery.restore(kept))
      return [Marking.restored("as it was told"), ...Marking.told(forgotten)]
    })
  )
).pipe(
  Command.withDescription(
    "Say that a ledger came back from a backup, on the machine that has it, before it is served again: no code from before is accepted, and orders that it has no record of are answered as unknown. A provider whose mark is ahead of its ledger does so by itself"
  )
)

/** Says that the books are reconciled. */
export const reconcile = Command.make(
  "reconcile",
  served,
  ofLedger(({ recovery }) =>
    Effect.as(orFailed(recovery.reconcile), [
      "the books are reconciled: an order number that the ledger has no record of was never used"
    ])
  )
).pipe(
  Command.withDescription(
    "Say that it is known again what a ledger had lost that came back from a backup, and that nothing more is put into it: order numbers that it has no record of are answered as never used"
  )
)

/** Says that the clock of this machine is right. */
export const clock = Command.make(
  "clock",
  served,
  ofLedger(({ opened, recovery, rules }) =>
    Effect.gen(function* () {
      const found = yield* Clocks.found(opened, rules.scheme.clock.nodeSkew)
      yield* orFailed(recovery.accept)
      return [`the clock is taken for right: ${found}`]
    })
  )
).pipe(
  Command.withDescription(
    "Say that the clock of this machine is right, where a provider serves nothing because it was set: one that runs goes on within a second or so. With PostgreSQL it has to agree with that of the database"
  )
)
