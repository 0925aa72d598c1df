/** Planted: how a provider commits a mutant that its rules cannot commit, and the faults that only requests at once, or a crash, can tell. */
export * as Commits from "./Commits.ts"
export * as Faults from "./Faults.ts"
export * as Wrapping from "./Wrapping.ts"
