/**
 * `paycode/model`: the executable model. What a scheme is and how it is decoded, the rules that it comes to, the pure steps
 * of the protocol, and the system that they make: parties, a network and an adversary.
 */
import "./Supported.ts"

export * as BuiltIn from "../model/BuiltIn.ts"
export * as Decode from "../model/Decode.ts"
export * as Money from "../model/Money.ts"
export * as Order from "../model/Order.ts"
export * as Refusal from "../model/Refusal.ts"
export * as Rules from "../model/Rules.ts"
export * as Scheme from "../model/Scheme.ts"
export * as Steps from "../model/steps/Steps.ts"
export * as System from "../model/system/System.ts"
export * as Time from "../model/Time.ts"
