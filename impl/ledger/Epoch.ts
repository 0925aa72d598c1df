/** Epoch: what a ledger knows of how far it has come, and of its restores. `Epochs.ts` writes it. */
import * as Effect from "effect/Effect"
import * as Time from "../../model/Time.ts"
import { type Kept, one, type Reader } from "./Database.ts"
import type { Row } from "./Records.ts"

/** How far a ledger has come: which it is, and how many beats it has counted. */
export interface Mark {
  readonly ledger: string
  readonly beat: number
}

/** What a ledger knows of its restores. Instants in seconds, {@link Time.never} where there was none. */
export interface Epoch extends Mark {
  /** When it last counted a beat. */
  readonly beatAt: number
  /** When it was last restored, and about when the backup was made. */
  readonly restoredAt: number
  readonly backupAt: number
  /** What was lost is known again: its order numbers are answered like others (VER-31). */
  readonly isReconciled: boolean
}

interface EpochRow {
  readonly ledger: string
  readonly beat: number
  readonly beat_at: number
  readonly restored_at: number
  readonly backup_at: number
  readonly reconciled: number
}

/** What a ledger knows of its restores. */
export const find = (reader: Reader): Kept<Epoch> =>
  Effect.map(
    one<EpochRow>(reader, "SELECT ledger, beat, beat_at, restored_at, backup_at, reconciled FROM epoch"),
    (row) => ({
      ledger: row!.ledger,
      beat: row!.beat,
      beatAt: row!.beat_at,
      restoredAt: row!.restored_at,
      backupAt: row!.backup_at,
      isReconciled: row!.reconciled === 1
    })
  )

/** Whether an order that is not recorded may be one that was lost (VER-31). */
export const mayBeLost = ({ isReconciled, restoredAt }: Epoch, row: Row | undefined): boolean =>
  row === undefined && restoredAt !== Time.never && !isReconciled
