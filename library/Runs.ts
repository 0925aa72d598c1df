/**
 * `paycode/runs`: schemes, worlds and runs of the model drawn at random, as arbitraries of fast-check, for properties of
 * one's own; and runs as data, with what can be told of them.
 */
import "./Supported.ts"

export * from "../properties/arbitraries/Arbitraries.ts"
export { Narrative } from "../properties/report/Reports.ts"
export * as Trace from "../properties/trace/Trace.ts"
