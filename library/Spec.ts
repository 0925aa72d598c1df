/**
 * `paycode/spec`: the specification as data. Claims, clauses with their mutants, parameters, capabilities of adversaries,
 * parties and messages, methods of step-up, error codes of interfaces, and the files of the built-in schemes.
 */
import "./Supported.ts"

export * as Claims from "../spec/Claims.ts"
export * as Clauses from "../spec/Clauses.ts"
export * as ErrorCodes from "../spec/ErrorCodes.ts"
export * as Levels from "../spec/Levels.ts"
export * as Parameters from "../spec/Parameters.ts"
export * as Parties from "../spec/Parties.ts"
export * as Policy from "../spec/Policy.ts"
export * as Schemes from "../spec/Schemes.ts"
export * as StepUpMethods from "../spec/StepUpMethods.ts"
export * as Threats from "../spec/Threats.ts"
export * as Throttles from "../spec/Throttles.ts"
