/** Arbitraries: schemes, worlds and runs drawn at random. */
export * as Recording from "./Recording.ts"
export * as Runs from "./Runs.ts"
export * as Schemes from "./Schemes.ts"
