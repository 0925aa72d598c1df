/**
 * The commands that check: `audit` decides a scheme's claims, `certificate` proves what its searches left, `diff` compares two audits, `evidence` tells what audits keep, `explain` re-reads a saved counterexample, `init` makes a scheme file, `sweep` shows what
 * other parameters would come to. Each is in a module that is loaded where it is asked for: the others need not wait for it.
 */

/** The commands by their names; some tell the version of paycode that they are of. */
export const commands = {
  audit: async (version: string) => (await import("./Audit.ts")).audit(version),
  certificate: async (version: string) => (await import("./Certificate.ts")).certificate(version),
  evidence: async () => (await import("./Evidence.ts")).evidence,
  diff: async () => (await import("./Diff.ts")).diff,
  explain: async () => (await import("./Explain.ts")).explain,
  init: async () => (await import("./Init.ts")).init,
  sweep: async (version: string) => (await import("./Sweep.ts")).sweep(version)
}
