/**
 * Steps: the phases of the protocol, each pure and typed, under the names that they have in the spec. A step of the provider
 * takes what its books say and gives what changes in them, both as data. The model gathers and writes them over its state
 * (`model/system/Facts.ts`, `Writes.ts`), and the reference implementation over SQL in one transaction (`impl/ledger`).
 *
 * | step | decided on | gives |
 * |---|---|---|
 * | enrol | `Enrollment.Asking` | `Enrollment.Issuance`, or a reason |
 * | confirm, revoke | where the phone's credentials stand | where they stand then; open orders: `Settlement.end` |
 * | show | `Generation.Held` and the phone's clock | `Generation.Showing`, or a reason |
 * | pay | `Verification.Facts` | `Verification.Decision`, a `Change` |
 * | query | the order's record | an answer |
 * | reverse, refund, close, end | the order's record | a `Change` |
 * | authenticate | the order's record and `StepUp.Given` | a `Change` |
 * | hear, notify | what the till holds the order for | the same from then on |
 * | restore | when the backup was made and restored | what is suspended, lost and unknown (`Restore`) |
 */
export * as Binding from "./Binding.ts"
export * as Change from "./Change.ts"
export * as Enrollment from "./Enrollment.ts"
export * as Generation from "./Generation.ts"
export * as Relay from "./Relay.ts"
export * as Restore from "./Restore.ts"
export * as Settlement from "./Settlement.ts"
export * as StepUp from "./StepUp.ts"
export * as TokenSource from "./TokenSource.ts"
export * as Verification from "./Verification.ts"
