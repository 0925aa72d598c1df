/** Steps: the phases of the protocol, each pure and typed, under the names that they have in the spec. */
export * as Binding from "./Binding.ts"
export * as Enrollment from "./Enrollment.ts"
export * as Generation from "./Generation.ts"
export * as Relay from "./Relay.ts"
export * as Settlement from "./Settlement.ts"
export * as StepUp from "./StepUp.ts"
export * as TokenSource from "./TokenSource.ts"
export * as Verification from "./Verification.ts"
