/**
 * The commands that check: `audit` decides a scheme's claims, `diff` compares two audits, `explain` re-reads a saved counterexample, `init` makes a scheme file, `sweep` shows what
 * other parameters would come to.
 */
export { audit } from "./Audit.ts"
export { diff } from "./Diff.ts"
export { explain } from "./Explain.ts"
export { init } from "./Init.ts"
export { sweep } from "./Sweep.ts"
