/**
 * `paycode/audit`: what becomes of a scheme's claims. {@link decide} audits as the command does; {@link audit}, which it is
 * made of, is told everything, and tells what it finds while it works.
 */
import "./Supported.ts"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as SchemeFile from "../impl/SchemeFile.ts"
import type { Scheme } from "../model/Scheme.ts"
import manifest from "../package.json" with { type: "json" }
import { type AuditRequest, audit, defaultRuns, Explorer, type Report } from "../properties/audit/Audit.ts"
import { claimIds } from "../spec/Claims.ts"

export {
  type AuditRequest,
  audit,
  Comparison,
  defaultRuns,
  type Extent,
  Matrix,
  type Observer,
  outcome,
  type Progress,
  type Report,
  type SchemeReport,
  Verdict
} from "../properties/audit/Audit.ts"
export { Formats } from "../properties/report/Reports.ts"
export { type Size, sizes } from "../properties/scenes/Scenes.ts"
export type { Ink } from "../properties/Terminal.ts"

/** When an audit has to stop; {@link unlimited} lets it take its time. */
export interface Limits extends Explorer.Limits {
  /** In milliseconds of the epoch; undefined where it may take its time. */
  readonly until: number | undefined
  /** A word, as of {@link running}, that is not 0 once all is to stop; undefined where nobody asks for that. */
  readonly stop: SharedArrayBuffer | undefined
}

/** A word for {@link Limits}: {@link halt} has all stop that looks at it, and what is decided by then is reported. */
export const { halt, running, unlimited } = Explorer

/** The version of paycode. */
export const { version } = manifest

/** A scheme by the name of a built-in one, or by the path of its file. Rejects with a message of what is wrong with it. */
export const load = (nameOrPath: string): Promise<Scheme> =>
  Effect.runPromise(Effect.provide(SchemeFile.load(nameOrPath), NodeServices.layer))

/** What may be said of an audit besides its schemes. */
export type Asked = Partial<Omit<AuditRequest, "schemes">>

/**
 * Audits schemes, in as many threads as there are processors. What is not said is as of the command: every claim, at scope
 * `standard`, with the random runs of its scope from seed 1, and no bound on the time. Of several schemes each further one
 * is compared with the first only where that is asked for.
 */
export const decide = (schemes: ReadonlyArray<Scheme>, asked: Asked = {}): Promise<Report> => {
  const { scope = "standard" } = asked
  const usual = { claims: claimIds, seed: 1, limits: Explorer.unlimited, compare: false, more: false }
  return Effect.runPromise(audit(version, { ...usual, scope, runs: defaultRuns[scope], ...asked, schemes }))
}
