/** Weakenings: clauses left out, and the claims that must then fall. */
import type { Lapse } from "../../model/Rules.ts"

/** Clauses that back each other up: without the first alone nothing falls, and without both something does. */
export const pairs: ReadonlyArray<{ readonly lapse: Lapse; readonly with: Lapse }> = []
