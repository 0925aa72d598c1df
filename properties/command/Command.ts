/**
 * The commands that check: `audit` decides a scheme's claims, `explain` re-reads a saved counterexample, `sweep` shows what
 * other parameters would come to.
 */
export { audit } from "./Audit.ts"
export { explain } from "./Explain.ts"
export { sweep } from "./Sweep.ts"
