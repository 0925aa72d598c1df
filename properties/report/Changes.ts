/**
 * Changes: what is otherwise in one report of an audit than in another. A report of before can also be a baseline: what is known
 * from there fails nothing any more.
 */
import * as Audit from "../audit/Audit.ts"
import { Verdict } from "../audit/Audit.ts"
import { shown } from "../computed/Catalogue.ts"
import { type Ink, table } from "../Terminal.ts"
import type { AuditFile, SchemeEntry } from "./AuditFile.ts"

// ---------------------------------------------------------------------------------------------------------------------
// What is new beside a baseline
// ---------------------------------------------------------------------------------------------------------------------

const claimIn = (file: AuditFile, scheme: string, id: string): Verdict.ClaimReport | undefined =>
  file.schemes.find((entry) => entry.scheme === scheme)?.claims.find((claim) => claim.id === id)

const isAsAsserted = ({ asserted, verdict }: Verdict.ClaimReport): boolean => asserted === verdict

/** Whether a claim that is not as asserted, or not decided, was so with the same verdict in a report of before. */
export const isKnown = (baseline: AuditFile, scheme: string, claim: Verdict.ClaimReport): boolean => {
  const before = claimIn(baseline, scheme, claim.id)
  return before !== undefined && !isAsAsserted(before) && !isAsAsserted(claim) && before.verdict === claim.verdict
}

/** What an audit came to beside a baseline: what is known from there counts as if it were as asserted. */
export const outcome = (file: AuditFile, baseline: AuditFile): ReturnType<typeof Audit.outcome> =>
  Audit.outcome({
    ...file,
    schemes: file.schemes.map((entry) => ({
      ...entry,
      claims: entry.claims.filter((claim) => !isKnown(baseline, entry.scheme, claim))
    }))
  })

/** The claims of a report that are not as asserted and not known from a baseline, those that are, and those that are so no more. */
export interface Beside {
  readonly fresh: ReadonlyArray<string>
  readonly known: ReadonlyArray<string>
  readonly gone: ReadonlyArray<string>
}

/** A claim of a scheme, in a word. */
const named = (scheme: string, id: string): string => `${id} (${scheme})`

/** What is not as asserted in a report, held against a baseline. What the report was not asked for is not called gone. */
export const beside = (file: AuditFile, baseline: AuditFile): Beside => {
  const differing = file.schemes.flatMap(({ claims, scheme }) =>
    claims.filter((claim) => !isAsAsserted(claim)).map((claim) => ({ scheme, claim }))
  )
  const gone = baseline.schemes.flatMap(({ claims, scheme }) =>
    claims
      .filter((claim) => !isAsAsserted(claim))
      .filter(({ id }) => {
        const now = claimIn(file, scheme, id)
        return now !== undefined && isAsAsserted(now)
      })
      .map(({ id }) => named(scheme, id))
  )
  const of = (isOf: boolean): ReadonlyArray<string> =>
    differing
      .filter(({ claim, scheme }) => isKnown(baseline, scheme, claim) === isOf)
      .map(({ claim, scheme }) => named(scheme, claim.id))
  return { fresh: of(false), known: of(true), gone }
}

const listed = (names: ReadonlyArray<string>): string => (names.length === 0 ? "none" : names.join(", "))

/** What is new beside a baseline, in a sentence. */
export const sentence = (file: AuditFile, baseline: AuditFile): string => {
  const { fresh, gone, known } = beside(file, baseline)
  const mended = gone.length === 0 ? "" : `; no more: ${listed(gone)}`
  return `Beside the baseline, not as asserted or not decided: new: ${listed(fresh)}; known: ${listed(known)}${mended}.`
}

// ---------------------------------------------------------------------------------------------------------------------
// Two reports
// ---------------------------------------------------------------------------------------------------------------------

/** What a report says of a claim. */
export interface Told {
  /** `exempt` where the claim says nothing of the scheme, `absent` where the report does not name it. */
  readonly verdict: Verdict.Verdict | "exempt" | "absent"
  readonly asserted: "holds" | "fails" | null
  readonly assurance: Verdict.Assurance | null
  /** The number of a computed claim. */
  readonly value: number | null
  /** How many steps its attack or its case takes. */
  readonly steps: number | null
}

/** A claim of which two reports say something else. */
export interface ClaimChange {
  readonly scheme: string
  readonly id: string
  readonly was: Told
  readonly is: Told
}

/** What two reports were made of, where that is not the same. */
export interface Circumstance {
  readonly what: string
  readonly was: string
  readonly is: string
}

/** Everything that is otherwise in the second of two reports. */
export interface Changes {
  readonly version: 1
  readonly circumstances: ReadonlyArray<Circumstance>
  readonly claims: ReadonlyArray<ClaimChange>
}

const absent: Told = { verdict: "absent", asserted: null, assurance: null, value: null, steps: null }

const toldOf = (entry: SchemeEntry | undefined, id: string): Told => {
  const claim = entry?.claims.find((claim) => claim.id === id)
  if (claim === undefined) {
    const isExempt = entry?.exempt.some((exempt) => exempt.id === id) === true
    return isExempt ? { ...absent, verdict: "exempt" } : absent
  }
  const run = claim.counterexample ?? claim.witness
  return {
    verdict: claim.verdict,
    asserted: claim.asserted,
    assurance: claim.assurance,
    value: Verdict.isComputed(claim) ? claim.evidence.value : null,
    steps: run === null ? null : run.states.length - 1
  }
}

const isSame = (one: Told, other: Told): boolean =>
  (Object.keys(one) as ReadonlyArray<keyof Told>).every((key) => one[key] === other[key])

/** The names of a list and of another, each once, in the order of the first. */
const either = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set([...one, ...other])
]

const idsOf = (entry: SchemeEntry | undefined): ReadonlyArray<string> =>
  entry === undefined ? [] : [...entry.claims, ...entry.exempt].map(({ id }) => id)

const entryOf = ({ schemes }: AuditFile, scheme: string): SchemeEntry | undefined =>
  schemes.find((entry) => entry.scheme === scheme)

const circumstancesOf = (file: AuditFile): ReadonlyMap<string, string> => {
  const { provenance, schemes } = file
  const own =
    provenance === null ? {} : { runs: provenance.runs, seed: provenance.seed, budget: provenance.budget ?? "none" }
  return new Map([
    ["paycode", file.paycode],
    ["code", provenance === null ? "not told" : provenance.fingerprint.slice(0, 12)],
    ...Object.entries(own).map(([name, value]) => [name, `${value}`] as const),
    ...schemes.flatMap(({ hash, scheme, scope }) => [
      [`the scheme ${scheme}`, hash.slice(0, 12)] as const,
      [`the scope of ${scheme}`, scope] as const
    ])
  ])
}

/** What is otherwise in the second of two reports. */
export const between = (before: AuditFile, after: AuditFile): Changes => {
  const [old, fresh] = [circumstancesOf(before), circumstancesOf(after)]
  const schemes = either(
    before.schemes.map(({ scheme }) => scheme),
    after.schemes.map(({ scheme }) => scheme)
  )
  return {
    version: 1,
    circumstances: either([...old.keys()], [...fresh.keys()]).flatMap((what) => {
      const [was, is] = [old.get(what) ?? "none", fresh.get(what) ?? "none"]
      return was === is ? [] : [{ what, was, is }]
    }),
    claims: schemes.flatMap((scheme) => {
      const [one, other] = [entryOf(before, scheme), entryOf(after, scheme)]
      return either(idsOf(one), idsOf(other)).flatMap((id) => {
        const [was, is] = [toldOf(one, id), toldOf(other, id)]
        return isSame(was, is) ? [] : [{ scheme, id, was, is }]
      })
    })
  }
}

const words: Readonly<Record<Told["verdict"], string>> = {
  holds: "holds",
  fails: "fails",
  "not-run": "not decided",
  exempt: "says nothing of it",
  absent: "not in the report"
}

/** What a report says of a claim, in a few words. */
const said = ({ assurance, asserted, steps, value, verdict }: Told): string => {
  const against = asserted === null || verdict === asserted ? "" : `, asserted ${asserted}`
  const by = value !== null ? `, ${shown(value)}` : steps === null ? "" : `, ${steps} step${steps === 1 ? "" : "s"}`
  return `${words[verdict]}${assurance === "sampled" ? ", sampled" : ""}${against}${by}`
}

/** What is otherwise, as text: what the reports were made of, and the claims. */
export const text = ({ circumstances, claims }: Changes, ink: Ink): string => {
  const made = circumstances.map(({ is, was, what }) => `  ${what}: ${was} → ${is}`)
  const rows = claims.map(({ id, is, scheme, was }) => [scheme, id, said(was), said(is)])
  const lines = table([["scheme", "claim", "was", "is"], ...rows], (cell, row, column) =>
    row === 0 ? ink.faint(cell) : column === 1 ? ink.bold(cell) : cell
  )
  return [
    ...(made.length === 0 ? [] : ["They were not made of the same:", ...made, ""]),
    ...(rows.length === 0 ? [] : [...lines.map((line) => `  ${line}`), ""]),
    rows.length === 0
      ? "No claim stands otherwise."
      : `${rows.length === 1 ? "1 claim stands" : `${rows.length} claims stand`} otherwise.`
  ].join("\n")
}
