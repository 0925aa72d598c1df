/** Reports: what an audit found and what happened in a run, in words and pictures, for people and machines. */
export * as Diagram from "./Diagram.ts"
export * as Formats from "./Formats.ts"
export * as Narrative from "./Narrative.ts"
export * as Report from "./Report.ts"
export * as ReportSchemas from "./ReportSchemas.ts"
