/** Beside: what stands beside a report when it is given out: the files of its schemes, and what was known before. */
import type { Place } from "../../impl/JsonText.ts"
import type { AuditFile } from "./AuditFile.ts"

/** What a form of a report may use that is not in the report. */
export interface Beside {
  /** Where the file of a scheme speaks of a claim, or would; undefined for a built-in scheme. */
  readonly placeOf: (scheme: string, claim: string) => Place | undefined
  /** A report of before: what is known from there is told as such. */
  readonly baseline: AuditFile | undefined
}

/** Nothing. */
export const nothing: Beside = { placeOf: () => undefined, baseline: undefined }
