/**
 * The pages of the clauses say where each is enforced: in a step that the implementation runs, which its rules can leave out
 * there; or, where it keeps the clause otherwise or not at all, how and why.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { type ClauseId, clauseIds, clauses, mutantsOf } from "../../spec/Clauses.ts"
import * as Mutants from "./Mutants.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** What the page of a clause's phase says of it. */
const sectionOf = (id: ClauseId): string => {
  const page = readFileSync(`${root}/spec/${clauses[id].phase}.md`, "utf8")
  const from = page.indexOf(`\n## ${id}\n`)
  const to = page.indexOf("\n## ", from + 1)
  return page.slice(from, to < 0 ? undefined : to)
}

/** The file that the page names first as enforcing a clause. */
const enforcedIn = (id: ClauseId): string | undefined =>
  /\*\*Enforced\.\*\* \[`([^`]+)`\]/.exec(sectionOf(id).replace(/\s+/g, " "))?.[1]

const saysHow = (id: ClauseId): boolean => sectionOf(id).includes("**In the implementation.**")

/** Whether the implementation's own rules can leave a clause out, in some way: then what decides it is what runs. */
const runs = (id: ClauseId): boolean =>
  Mutants.all.some(
    ({ clause, implementation }) =>
      clause === id && (implementation === "rules" || ("wrapper" in implementation && implementation.rules === true))
  )

describe("a clause that can be left out", () => {
  it.each(clauseIds.filter((id) => mutantsOf(id).length > 0))(
    "%s is left out by the implementation's rules, or its page says how the implementation keeps it",
    (id) => expect(saysHow(id)).toBe(!runs(id))
  )
})

describe("every clause", () => {
  it.each(clauseIds)(
    "%s is enforced by a step or by the implementation, or its page says how that one keeps it",
    (id) => {
      const file = enforcedIn(id)
      expect(file).toBeDefined()
      if (!/^(?:model\/(?:steps\/|Time|Money|Decode|Scheme)|impl\/)/.test(file!)) expect(saysHow(id)).toBe(true)
    }
  )
})
