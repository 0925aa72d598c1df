/** Sweeps: what other parameters would give: the points, their measures, and the tables of them. */
export * as Axis from "./Axis.ts"
export * as Checking from "./Checking.ts"
export * as Measure from "./Measure.ts"
export * as Parameters from "./Parameters.ts"
export * as Remedies from "./Remedies.ts"
export * as Sweep from "./Sweep.ts"
export * as SweepFile from "./SweepFile.ts"
export * as Table from "./Table.ts"
