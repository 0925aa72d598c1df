/** Report: an audit for people to read. */
import * as Result from "effect/Result"
import * as Text from "../../impl/Text.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Scope } from "../../model/system/System.ts"
import { claimIds, claims } from "../../spec/Claims.ts"
import { type ClauseId, clauses } from "../../spec/Clauses.ts"
import {
  type AuditRequest,
  Comparison,
  hash,
  type Matrix,
  type Progress,
  type Report,
  type SchemeReport,
  Verdict
} from "../audit/Audit.ts"
import { hitsOf, shown } from "../computed/Catalogue.ts"
import type { Remedies } from "../sweep/Sweeps.ts"
import { count, type Ink, ink, progressLine, table, took, widthOf, wrapped } from "../Terminal.ts"
import * as Trace from "../trace/Trace.ts"
import type { AuditFile, SchemeEntry, Sources } from "./AuditFile.ts"
import type { Beside } from "./Beside.ts"
import * as Changes from "./Changes.ts"
import * as Diagram from "./Diagram.ts"
import * as Mending from "./Mending.ts"
import * as Narrative from "./Narrative.ts"

/** How wide what is printed is. */
const width = widthOf(process.stdout)

/** How many actions a saved run takes. */
const steps = (trace: Trace.Saved | null): number => (trace?.states.length ?? 1) - 1

const stepsOf = (trace: Trace.Saved | null): string => `${steps(trace)} step${steps(trace) === 1 ? "" : "s"}`

/** A ratio in three digits, or in as many as it takes to tell it from 1. */
const ratio = (value: number): string => {
  const rounded = [3, 4, 5, 6, 7].map((digits) => Number(value.toPrecision(digits)))
  return `${rounded.find((told) => told !== 1) ?? (value < 1 ? "just below 1" : 1)}`
}

/** A computed number against what is asserted of it: `5.0012e-6 of at most 6e-6, margin 1.2`. */
const measured = ({ bound, margin, value }: Verdict.Measured, what: string): string => {
  const times = margin === null ? "" : `, margin ${ratio(margin)}`
  return `${what}${shown(value)}${bound === null ? "" : ` of at most ${shown(bound)}${times}`}`
}

/** A computed claim's numbers on one line. */
const numbers = ({ evidence: { aDay, aYear, unit, ...found } }: Verdict.BoundReport): string => {
  const further = (span: Verdict.Measured | null, what: string): string =>
    span === null || span.bound === null ? "" : `; ${measured(span, what)}`
  const whole = `${measured(found, "")}${unit === "probability" ? "" : `, in ${unit}`}`
  return `${whole}${further(aDay, "a day ")}${further(aYear, "an account's year ")}`
}

/** How a computed claim came about: its form, the numbers on the way, and what they take for granted. */
const computation = ({ evidence: { formula, hits, parts }, id }: Verdict.BoundReport): ReadonlyArray<string> => [
  wrapped(`  ${id} = ${formula}`, width, "    "),
  ...(hits === null ? [] : [wrapped(`    ${hitsOf(hits)}`, width, "    ")]),
  wrapped(
    `    ${Object.entries(parts)
      .map(([name, value]) => `${name}: ${shown(value)}`)
      .join("; ")}`,
    width,
    "    "
  )
]

const computations = (claims: ReadonlyArray<Verdict.ClaimReport>): ReadonlyArray<string> => {
  const lines = claims.filter(Verdict.isComputed).flatMap(computation)
  return lines.length === 0 ? [] : ["What was computed:", ...lines]
}

/** What is known to make a claim hold. */
type RemediesOf = (claim: Verdict.ClaimReport) => ReadonlyArray<Remedies.Remedy>

/** What would make claims hold that fail, each with the command that shows it. */
const remedies = (claims: ReadonlyArray<Verdict.ClaimReport>, remediesOf: RemediesOf): ReadonlyArray<string> => {
  const lines = claims.flatMap((claim) =>
    remediesOf(claim).flatMap((remedy) => [
      wrapped(`  ${Mending.sentence(claim.id, remedy)}`, width, "    "),
      `    ${remedy.command}`
    ])
  )
  const caution = Mending.caution(claims.flatMap(remediesOf)).map((said) => wrapped(`  ${said}`, width, "  "))
  return lines.length === 0 ? [] : ["What would make it hold:", ...lines, ...caution]
}

const cases = (number: number): string => `${count(number)} case${number === 1 ? "" : "s"}`

/** What of a verdict was found before, in a few words: `; taken from 2026-11-29`. */
const takenFrom = ({ evidence: { sampled, searches, taken } }: Verdict.CheckedReport): string => {
  if (taken === undefined) return ""
  const from = `taken from ${taken.oldest.slice(0, 10)}, by ${listed(taken.by)}`
  const isWhole = taken.searches === searches.length && (taken.runs || sampled === null)
  const part = taken.searches === 0 ? [] : [`${taken.searches} of ${several(searches.length, "search", "searches")}`]
  return isWhole ? `; ${from}` : `; ${listed([...part, ...(taken.runs ? ["random runs"] : [])])} ${from}`
}

/** The evidence of a claim on one line. */
export const evidence = (claim: Verdict.ClaimReport): string =>
  Verdict.isComputed(claim) ? numbers(claim) : `${searchedFor(claim)}${takenFrom(claim)}`

/** What searches and random runs found of a claim. */
const searchedFor = (claim: Verdict.CheckedReport): string => {
  const { assurance, counterexample, evidence: found, loop, reason, verdict, witness } = claim
  const { sampled, shortest, situations, states } = found
  if (verdict === "fails") {
    if (counterexample === null) return `no case in ${count(states)} states`
    const length = stepsOf(counterexample)
    const what = shortest
      ? `shortest attack: ${length}`
      : loop !== null
        ? `a way without end, of ${length}`
        : claim.kind === "leads-to"
          ? `a dead end after ${length}`
          : `attack of ${length}, none of which can be left out`
    return assurance === "exhaustive" ? what : `${what}; found by chance`
  }
  if (witness !== null) return `shown in ${stepsOf(witness)}`
  const walked = sampled === null ? "" : `; sampled: ${cases(sampled.situations)} in ${count(sampled.runs)} runs`
  const sofar = `${cases(situations)} in ${count(states)} states`
  return verdict === "holds" ? `${sofar}${walked}` : `${reason}: ${sofar} so far`
}

/** A list in words: `1, 2 and 3`. */
const listed = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`

const several = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`

/** A part of a whole, as a percentage. */
const share = (part: number): string => `${part < 0.1 ? (100 * part).toPrecision(1) : Math.round(100 * part)} %`

/** By how much phone clocks are off, and in which direction. */
const off = (offsets: ReadonlyArray<number>): string => {
  const spans = [...new Set(offsets.filter((offset) => offset !== 0).map(Math.abs))].map((seconds) => {
    const directions = [offsets.includes(seconds) ? "ahead" : "", offsets.includes(-seconds) ? "behind" : ""]
    return `${Narrative.span(seconds)} ${directions.filter((direction) => direction !== "").join(" or ")}`
  })
  return spans.length === 0 ? "phone clocks right" : `phone clocks right, or off by ${spans.join(", ")}`
}

const money = (amounts: ReadonlyArray<number>): string =>
  listed(amounts.map((amount) => (amount < 1 ? `${amount}` : Narrative.money(amount))))

/** What accounts bring into a run. */
const opening = ({ all, balance, freeCount, freeSum }: Scope.Opening): string =>
  `a balance of ${money([balance])} each and ${money([all])} paid on any day besides, ${money([freeSum])} of it without step-up in ${several(freeCount, "payment", "payments")}`

/** The bounds of a search in words. */
export const bounds = ({ scope }: Verdict.SearchReport): string => {
  const { accounts, amounts, codes, generations, inFlight, merchants, offsets, orders, phones, refunds, starts } = scope
  return [
    several(accounts, "account", "accounts"),
    opening(scope.opening),
    several(phones.length, "phone", "phones"),
    several(generations, "credential each", "credentials each"),
    several(merchants, "merchant", "merchants"),
    several(codes, "code", "codes"),
    several(orders, "order", "orders"),
    `${inFlight} at a time under way`,
    `amounts ${money(amounts)}`,
    ...(refunds.length === 0 ? [] : [`refunds of ${money(refunds)}`]),
    off(offsets),
    starts.length > 1 ? "from before a midnight and far from one" : "from one start"
  ].join(", ")
}

const asAsserted = ({ asserted, verdict }: Verdict.ClaimReport): boolean => asserted === verdict

const columns = ["claim", "verdict", "", "assurance", "evidence"]

/** The row of a claim in the table of verdicts. */
const row = (claim: Verdict.ClaimReport): ReadonlyArray<string> => [
  claim.id,
  claim.verdict,
  asAsserted(claim) ? "as asserted" : claim.verdict === "not-run" ? "undecided" : `ASSERTED ${claim.asserted}`,
  claim.assurance ?? "-",
  evidence(claim)
]

/** Inks a cell of such a row. */
const inked = (claim: Verdict.ClaimReport, ink: Ink, cell: string, column: number): string => {
  if (column === 0) return ink.bold(cell)
  if (column === 1) return claim.verdict === "holds" ? ink.good(cell) : ink.bad(cell)
  if (column === 2) return asAsserted(claim) ? ink.faint(cell) : ink.bad(cell)
  return column === 3 ? ink.faint(cell) : cell
}

/** The verdicts of claims as a table: a line for the head, and one for each claim. */
export const verdicts = (claims: ReadonlyArray<Verdict.ClaimReport>, ink: Ink): ReadonlyArray<string> =>
  table([columns, ...claims.map(row)], (cell, at, column) =>
    at === 0 ? ink.faint(cell) : inked(claims[at - 1]!, ink, cell, column)
  ).map((line) => `  ${line}`)

/** How wide the columns of the table are when not all of its rows are known: the last is as wide as it needs. */
const widths = [Math.max(...claimIds.map((id) => id.length)), 7, 14, 10, 0]

const padded = (cells: ReadonlyArray<string>, mark: (cell: string, column: number) => string): string =>
  `  ${cells.map((cell, column) => mark(cell.padEnd(widths[column]!), column)).join("  ")}`

/** How an attack is told: how wide, and whether as a Mermaid diagram too, which a terminal does not draw. */
export interface Attacking {
  readonly width: number
  readonly isDrawn: boolean
}

const printed: Attacking = { width, isDrawn: process.stdout.isTTY !== true }

/** An attack as numbered sentences, and as a Mermaid sequence diagram. */
export const attack = (trace: Trace.Trace, { isDrawn, width }: Attacking = printed): ReadonlyArray<string> => {
  const { opening, sentences } = Narrative.tell(trace)
  return [
    wrapped(opening, width, ""),
    "",
    ...sentences.map((sentence, index) => wrapped(`${`${index + 1}`.padStart(3)}. ${sentence}`, width, "     ")),
    "",
    wrapped(Narrative.conclusion(trace), width, ""),
    ...(isDrawn ? ["", "```mermaid", Diagram.mermaid(Diagram.sequence(trace)), "```"] : [])
  ]
}

/** How many searches were not begun before all was stopped. */
const unbegun = ({ searches }: SchemeReport): ReadonlyArray<string> => {
  const number = searches.filter(({ states }) => states === 0).length
  return number === 0 ? [] : [`  ${several(number, "search was", "searches were")} not begun.`]
}

/** The searches behind a scheme's verdicts, each with its bounds. */
const searches = ({ claims, searches }: SchemeReport): ReadonlyArray<string> =>
  searches.flatMap((search, index) => {
    const { compared, complete, covered, depth, key, reductions, scene, states, taken, transitions, under } = search
    if (states === 0) return []
    const ids = claims
      .filter(Verdict.isChecked)
      .filter(({ evidence }) => evidence.searches.includes(index))
      .map(({ id }) => id)
    const through = complete ? "all that the reductions leave" : "stopped early"
    const met =
      covered === null || states === 0
        ? ""
        : `; ${covered.runs} random runs of it met ${share(covered.states / states)} of the states`
    const before =
      taken === undefined ? "" : `; made ${taken.made} by paycode ${taken.by}, and taken from what was kept`
    const alike =
      compared === null
        ? ""
        : `; of ${count(compared.joined)} joined states that were drawn each can break the same claims by its next action, time aside, as the one that stands for it` +
          (compared.excursions === 0
            ? ""
            : `; ${count(compared.excursions)} short random runs from its states, with every action possible, broke no claim that was still open`)
    return [
      wrapped(
        `  ${scene}, ${under.length === 0 ? "no adversary" : `against ${listed(under)}`}: ${listed(ids)}`,
        width,
        "    "
      ),
      wrapped(
        `    ${count(states)} distinct states of ${key} bytes, ${count(transitions)} transitions, depth ${depth}; ${through}${met}${alike}${before}`,
        width,
        "    "
      ),
      wrapped(`    ${bounds(search)}`, width, "    "),
      wrapped(`    reductions: ${reductions.join(", ")}`, width, "    ")
    ]
  })

/** What was searched, in a few words. */
const searched = ({ searches }: SchemeReport): string => {
  const total = (of: (search: Verdict.SearchReport) => number): string =>
    count(searches.reduce((sum, search) => sum + of(search), 0))
  const states = total(({ states }) => states)
  const transitions = total(({ transitions }) => transitions)
  const made = searches.filter((search) => search.states > 0).length
  return `  ${several(made, "search", "searches")}: ${states} distinct states, ${transitions} transitions.`
}

const unmet = (claims: ReadonlyArray<Verdict.ClaimReport>): ReadonlyArray<string> =>
  claims
    .filter(Verdict.isChecked)
    .flatMap(({ evidence, id }) =>
      Object.entries(evidence.edges).flatMap(([edge, cases]) =>
        cases === 0 && evidence.complete ? [`  no case within these bounds: ${id}, ${edge}`] : []
      )
    )

const notModelled = (claims: ReadonlyArray<Verdict.ClaimReport>): ReadonlyArray<string> => {
  const missing = [...new Set(claims.flatMap((claim) => claim.notModelled))]
  return missing.length === 0
    ? []
    : [
        wrapped(
          `  Not modelled yet, and so not decided for the claims that name them: ${listed(missing)}.`,
          width,
          "  "
        )
      ]
}

const falls = (claims: ReadonlyArray<Verdict.ClaimReport>): ReadonlyArray<string> =>
  claims.flatMap(({ fallsWith, id }) =>
    fallsWith === null
      ? []
      : [
          `  Beyond its adversary: with ${fallsWith.capability}, ${id} is broken, by a run of ${several(fallsWith.steps, "action", "actions")}.`
        ]
  )

const assumed = (claims: ReadonlyArray<Verdict.ClaimReport>): ReadonlyArray<string> =>
  [...new Set(claims.flatMap(({ assumptions }) => assumptions))].map((text) =>
    wrapped(`  Assumed: ${text}.`, width, "    ")
  )

const exempted = ({ exempt }: SchemeReport): ReadonlyArray<string> =>
  exempt.map(({ id, reason }) => `  Says nothing of this scheme: ${id}, for ${reason}.`)

const shows = (title: string, claim: Verdict.ClaimReport, saved: Trace.Saved, ink: Ink): ReadonlyArray<string> => {
  const trace = Result.getOrThrowWith(Trace.read(saved), () => new Error("a trace does not replay"))
  const because =
    claim.because === null || claim.verdict === "holds" ? [] : [wrapped(Text.line(claim.because), width, ""), ""]
  return ["", ink.bold(`${title} ${claim.id}`), "", ...because, ...attack(trace)]
}

/** What stands above the rows of a scheme's table, the names of its columns included. */
const heading = (title: Pick<SchemeReport, "scheme" | "title" | "scope" | "hash">, ink: Ink): ReadonlyArray<string> => [
  `${ink.bold(title.scheme)}: ${Text.line(title.title)}`,
  ink.faint(`scope ${title.scope}, scheme ${title.hash.slice(0, 12)}`),
  "",
  padded(columns, ink.faint)
]

/** What follows the table of a scheme: all that there is to say, or only what was searched. */
const details = (report: SchemeReport, isWhole: boolean, ink: Ink, remediesOf: RemediesOf): ReadonlyArray<string> => {
  const { claims } = report
  const mended = remedies(isWhole ? claims : claims.filter((claim) => !asAsserted(claim)), remediesOf)
  const runs = claims.flatMap((claim) => {
    const { counterexample, witness } = claim
    if (counterexample !== null) return shows("The attack on", claim, counterexample, ink)
    return witness === null ? [] : shows("A case of", claim, witness, ink)
  })
  return [
    "",
    ...(isWhole
      ? [
          ...(report.searches.length === 0
            ? []
            : ["What was searched:", ...searches(report), ...unbegun(report), ...unmet(claims)]),
          ...computations(claims)
        ]
      : [
          ...(report.searches.length === 0 ? [] : [searched(report), ...unbegun(report)]),
          "  An audit of this scheme alone gives the bounds of each and the forms, and tells what is assumed and the attacks."
        ]),
    ...mended,
    ...notModelled(claims),
    ...exempted(report),
    ...(isWhole ? [...assumed(claims), ...runs] : []),
    ""
  ]
}

/** A line of the table of a scheme. */
const line = (claim: Verdict.ClaimReport, ink: Ink): string =>
  padded(row(claim), (cell, column) => inked(claim, ink, cell, column)).trimEnd()

/** The report of one scheme. */
const schemeLines = (report: SchemeEntry, isWhole: boolean, ink: Ink): ReadonlyArray<string> => [
  ...heading(report, ink),
  ...report.claims.map((claim) => line(claim, ink)),
  ...details(report, isWhole, ink, ({ id }) => report.claims.find((claim) => claim.id === id)?.remedies ?? [])
]

// ---------------------------------------------------------------------------------------------------------------------
// Two schemes side by side
// ---------------------------------------------------------------------------------------------------------------------

/** The value of a parameter. */
const value = (given: unknown): string =>
  given === null
    ? "none"
    : typeof given === "number"
      ? count(given)
      : Array.isArray(given)
        ? given.join(", ")
        : String(given)

/** Parameters with what becomes of them, as `code.alias: masked-index → keyed`. */
const parameters = ({ parameters }: Comparison.Cause): string =>
  parameters.map(({ from, path, to }) => `${path}: ${value(from)} → ${value(to)}`).join("; ")

/** How a clause is left out, in the words of the spec. */
export const mutantText = (id: ClauseId, mutant: string): string => {
  const mutants: Readonly<Record<string, string>> = clauses[id].mutants
  return mutants[mutant] ?? mutant
}

/** How a claim stands, in words. */
export const standing = (standing: Comparison.ClaimStanding): string =>
  standing === "exempt" ? "says nothing of it" : standing

/** The changed claims as a table. */
const changed = (
  changes: ReadonlyArray<Comparison.ClaimChange>,
  first: string,
  second: string,
  ink: Ink
): ReadonlyArray<string> => {
  const rows = changes.map(({ from, id, to }) => [id, standing(from), standing(to)])
  const mark = (cell: string): string => (cell.trim() === "holds" ? ink.good : ink.bad)(cell)
  return table([["claim", first, second], ...rows], (cell, row, column) => {
    if (row === 0) return ink.faint(cell)
    if (column === 0) return ink.bold(cell)
    return cell.startsWith("says") ? ink.faint(cell) : mark(cell)
  }).map((line) => `  ${line}`)
}

/** What a change comes to, and a run that shows it in a sentence or two; where there is no run, what is promised. */
export interface Consequence {
  readonly is: "newly possible" | "no longer possible" | "newly promised" | "no longer promised" | "promised by neither"
  readonly told: string
}

/** The claims of one scheme, with the runs that show what became of them. */
export type Claims = Pick<SchemeReport, "claims">

/** What can be done in the second of two schemes and not in the first, or the other way round. */
export const consequence = ({ from, id, to }: Comparison.ClaimChange, first: Claims, second: Claims): Consequence => {
  const runIn = ({ claims }: Claims): Trace.Saved | null => {
    const claim = claims.find((claim) => claim.id === id)
    return claim?.counterexample ?? claim?.witness ?? null
  }
  const [before, after] = [runIn(first), runIn(second)]
  const run = after ?? before
  if (run === null) {
    const is = to === "holds" ? "newly promised" : from === "holds" ? "no longer promised" : "promised by neither"
    return { is, told: claims[id].says }
  }
  const trace = Result.getOrThrowWith(Trace.read(run), () => new Error("a trace does not replay"))
  return { is: after === null ? "no longer possible" : "newly possible", told: Narrative.gist(trace) }
}

/** What clauses have to do with a change. */
export interface Note {
  readonly ids: ReadonlyArray<ClauseId>
  readonly says: string
}

/** What is said of the clauses that a cause of a change bears on. */
export const notes = (
  { from, to }: Comparison.ClaimChange,
  { clauses: bearing }: Comparison.Cause,
  holder: string
): ReadonlyArray<Note> => {
  const shown = bearing.flatMap(({ id, mutant }): ReadonlyArray<Note> => {
    if (mutant === null) return []
    const without = `Without it (${mutantText(id, mutant)}) the claim fails in ${holder} too.`
    return [{ ids: [id], says: `${clauses[id].says} ${without}` }]
  })
  if (shown.length > 0) return shown
  // Where one of the schemes is said nothing of, there is no verdict that a clause could bring back.
  const isTried = from !== "exempt" && to !== "exempt"
  const [only, ...others] = bearing.map(({ id }) => id)
  if (only === undefined) return [{ ids: [], says: "No clause speaks of it." }]
  if (others.length > 0) {
    return [
      {
        ids: [only, ...others],
        says: `They bear on it${isTried ? ", and none was seen to show it when it is left out" : ""}.`
      }
    ]
  }
  return [
    {
      ids: [only],
      says: `${clauses[only].says}${isTried ? " It was not seen to show the difference when it is left out." : ""}`
    }
  ]
}

const changeLines = (
  change: Comparison.ClaimChange,
  first: SchemeReport,
  second: SchemeReport,
  { bold }: Ink
): ReadonlyArray<string> => {
  const { causes, from, id, reason } = change
  const holder = from === "holds" ? first.scheme : second.scheme
  const { is, told } = consequence(change, first, second)
  const lines = [
    ...causes.flatMap((cause, index) => [
      `${index === 0 ? "by" : "or by"} ${parameters(cause)}`,
      ...notes(change, cause, holder).map(({ ids, says }) => (ids.length === 0 ? says : `${listed(ids)}: ${says}`))
    ]),
    ...(reason === null ? [] : [`no cause is named: ${reason}`]),
    `${is}: ${told}`
  ]
  return [`  ${bold(id)}`, ...lines.map((line) => wrapped(`    ${line}`, width, "      "))]
}

/** Two schemes side by side: what stands otherwise in the second. */
const comparisonLines = (
  { changes, undecided }: Comparison.Comparison,
  first: SchemeReport,
  second: SchemeReport,
  ink: Ink
): ReadonlyArray<string> => [
  ink.bold(`${first.scheme} → ${second.scheme}`),
  changes.length === 0
    ? "Nothing changes: every claim that was decided in both stands as it did."
    : `${several(changes.length, "claim stands", "claims stand")} otherwise. What makes the difference was looked for at scope ${Comparison.scope}.`,
  ...(undecided.length === 0 ? [] : [wrapped(`Not decided in both: ${listed(undecided)}.`, width, "")]),
  ...(changes.length === 0 ? [] : ["", ...changed(changes, first.scheme, second.scheme, ink)]),
  ...changes.flatMap((change) => ["", ...changeLines(change, first, second, ink)]),
  ""
]

/** What an audit came to, in a line. */
const summary = ({ extent, ok, schemes, seconds }: Report, ink: Ink): string => {
  const claims = schemes.flatMap((scheme) => scheme.claims)
  const of = (verdict: string): number => claims.filter((claim) => claim.verdict === verdict).length
  const undecided = of("not-run") === 0 ? "" : `, ${of("not-run")} not run`
  if (claims.length === 0)
    return `No claim that was asked for says anything of ${listed(schemes.map(({ scheme }) => scheme))} (${took(seconds)})`
  const tally = `Of ${claims.length} claim${claims.length === 1 ? "" : "s"}, ${several(of("holds"), "holds", "hold")} and ${several(of("fails"), "fails", "fail")}${undecided}`
  const others = schemes.flatMap(({ claims, scheme }) =>
    claims
      .filter((claim) => !asAsserted(claim) && claim.verdict !== "not-run")
      .map(({ id }) => (schemes.length === 1 ? id : `${id} (${scheme})`))
  )
  const isDecided = of("not-run") === 0
  const said = ok
    ? ink.good("all as asserted")
    : others.length > 0
      ? ink.bad(`not as asserted: ${listed(others)}`)
      : ink.bad("what was decided is as asserted")
  const stopped = Object.entries(extent).flatMap(([what, how]) =>
    how === "stopped" ? [what === "runs" ? "random runs" : what] : []
  )
  const when = `${isDecided ? "" : ", not all decided"}${stopped.length === 0 ? "" : `; stopped: ${listed(stopped)}`}`
  return `${tally}; ${said}${when} (${took(seconds)})`
}

/** Where a report comes from, and how to make it, or one verdict of it, again. */
const origin = ({ paycode, provenance }: AuditFile, ink: Ink): ReadonlyArray<string> => {
  if (provenance === null) return []
  const { command, date, fingerprint, node } = provenance
  const made = `paycode ${paycode} (code ${fingerprint.slice(0, 12)}), Node ${node}, ${date}`
  return [ink.faint(made), ink.faint(`Again: ${command}; of one claim with --claim ID`)]
}

/** Seconds of a processor. */
const spent = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(1) : count(Math.round(seconds))} CPU s`

/** What was taken from the evidence of before, and how much of that was made again. */
const kept = ({ store }: AuditFile): ReadonlyArray<string> => {
  if (store === null) return []
  const { again, made, problem, seed, taken } = store
  const lines =
    taken.number === 0 && again.number === 0
      ? []
      : [
          `Of searches, random runs and runs made shorter ${count(taken.number)} were taken from what was kept, and ${count(made)} made. ` +
            `Those that were taken cost ${spent(taken.seconds)} when they were made. ` +
            `Of those that were kept ${count(again.number)} ${again.number === 1 ? "was" : "were"} made again, ${again.number === 1 ? "and cost" : "which cost"} ${spent(again.seconds)} the first time, ` +
            `and came to the same (drawn by --recheck ${seed}). --store none takes nothing.`
        ]
  return [
    ...lines,
    ...(problem === null ? [] : [`The store was not used as it should be: ${Text.line(problem)}.`])
  ].map((line) => wrapped(line, width, "  "))
}

/** What an audit came to, in a sentence without colours. */
export const sum = (report: Report): string => summary(report, ink({}))

/** What stands below the tables: what else breaks claims, the comparisons, and in the last line the sum. */
const ending = (report: AuditFile, ink: Ink, beside: Beside): ReadonlyArray<string> => {
  const beyond = report.schemes.flatMap(({ claims, scheme }) => {
    const lines = falls(claims)
    return lines.length === 0 ? [] : [ink.bold(scheme), ...lines, ""]
  })
  return [
    ...beyond,
    ...report.comparisons.flatMap((comparison, index) =>
      comparisonLines(comparison, report.schemes[0]!, report.schemes[index + 1]!, ink)
    ),
    ...kept(report),
    ...origin(report, ink),
    ...(beside.baseline === undefined ? [] : [wrapped(Changes.sentence(report, beside.baseline), width, "  ")]),
    summary(report, ink)
  ]
}

/** The report as text. */
export const text = (report: AuditFile, ink: Ink, beside: Beside): string =>
  [
    ...report.schemes.flatMap((scheme) => schemeLines(scheme, report.schemes.length === 1, ink)),
    ...ending(report, ink, beside)
  ].join("\n")

/** How an audit is told while it works. */
export interface Telling extends Pick<Sources, "remediesOf"> {
  readonly ink: Ink
  readonly say: (line: string) => void
}

/** Tells an audit as text while it works: the tables of the schemes one after the other, each line when its claim is decided. */
export const teller = (
  { schemes, scope }: Pick<AuditRequest, "schemes" | "scope">,
  { ink, remediesOf, say }: Telling
) => {
  const lines = new Map(schemes.map((scheme) => [scheme.scheme, [] as Array<string>]))
  const reports = new Map<string, SchemeReport>()
  let at = 0
  let isBegun = false
  const tell = (): void => {
    for (let scheme = schemes[at]; scheme !== undefined; scheme = schemes[at]) {
      const waiting = lines.get(scheme.scheme)!
      if (!isBegun && (waiting.length > 0 || reports.has(scheme.scheme))) {
        isBegun = true
        const { title } = scheme
        for (const told of heading({ scheme: scheme.scheme, title, scope, hash: hash(scheme) }, ink)) say(told)
      }
      for (const told of waiting.splice(0)) say(told)
      const report = reports.get(scheme.scheme)
      if (report === undefined) return
      for (const told of details(report, schemes.length === 1, ink, (claim) => remediesOf(scheme.scheme, claim)))
        say(told)
      at++
      isBegun = false
    }
  }
  return {
    decided: (scheme: Scheme, claim: Verdict.ClaimReport): void => {
      lines.get(scheme.scheme)!.push(line(claim, ink))
      tell()
    },
    finished: (report: SchemeReport): void => {
      reports.set(report.scheme, report)
      tell()
    },
    /** What is still to be said at the end. */
    end: (report: AuditFile, beside: Beside): string => ending(report, ink, beside).join("\n")
  }
}

/** The claims that fall, each with the schemes that it falls in and the number of actions: `single-use (alipay 4)`. */
const fallen = (falls: ReadonlyArray<Matrix.Fall>): string => {
  const schemes = new Map<string, Array<string>>()
  for (const { claim, scheme, steps, value } of falls) {
    const where =
      steps !== null ? `${scheme} ${steps}` : value !== null ? `${scheme}, by ${shown(value)}` : `${scheme}, never`
    schemes.set(claim, [...(schemes.get(claim) ?? []), where])
  }
  return [...schemes].map(([claim, where]) => `${claim} (${where.join(", ")})`).join(", ")
}

const matrixRow = ({ backedUp, falls }: Matrix.Row): string => {
  const alone = falls.length === 0 ? "nothing by itself" : fallen(falls)
  if (backedUp === null) return alone
  const { clause, mutant } = backedUp
  return `${alone}; with ${clause} (${mutant}) left out too, ${fallen(backedUp.falls) || "nothing either"}`
}

/** What falls without each clause, as text. */
export const matrix = (
  { rows, schemes, scope, states, statesToEnd }: Matrix.Matrix,
  { bold, faint }: Ink,
  columns = width
): string =>
  [
    wrapped(
      `Each clause is left out, in each of its ways, and the claims that ${listed(schemes)} ${schemes.length === 1 ? "asserts" : "assert"} to hold are searched again, at ${scope}, up to ${count(states)} states in each search, ${count(statesToEnd)} in one for what never comes to pass. The numbers say in how many actions the attack found first does it, time that passes between two others being one; a claim that is not named was not seen to fall.`,
      columns,
      ""
    ),
    "",
    ...rows.flatMap((row) => [
      `${bold(row.clause)}  ${faint(row.mutant)}`,
      wrapped(`    ${matrixRow(row)}`, columns, "    ")
    ])
  ].join("\n")

const doing: Readonly<Record<Progress["doing"], string>> = {
  deciding: "auditing",
  extending: "looking for what else breaks the claims of",
  comparing: "comparing"
}

/** How long the rest of some work will take, by how long a share of it took: `about 2 min left`. */
const left = (seconds: number, share: number): string => {
  if (share < 0.02 || seconds < 2) return ""
  const rest = (seconds * (1 - share)) / share
  return rest < 1 ? "" : rest < 90 ? `, about ${Math.ceil(rest)} s left` : `, about ${Math.ceil(rest / 60)} min left`
}

/** Tells how far an audit is, on a line of a stream. */
export const progress = (stream: NodeJS.WriteStream) => {
  const line = progressLine(stream)
  let began = Date.now()
  let last: Progress["doing"] = "deciding"
  return {
    tell: (told: Progress): void => {
      if (told.doing !== last) began = Date.now()
      last = told.doing
      const { done, number, of, scheme, schemes, share } = told
      const through = last === "comparing" ? `${count(done)} searches` : `${count(done)} of ${count(of)} searches`
      const rest = left((Date.now() - began) / 1000, share)
      line.say(`${doing[last]} ${scheme}, scheme ${number} of ${schemes}: ${through} done${rest}`)
    },
    done: line.done
  }
}

/** Tells how far a matrix is, on a line of a stream. */
export const matrixProgress = (stream: NodeJS.WriteStream) => {
  const line = progressLine(stream)
  // One search may be that of several tasks, and they are not begun in their order.
  const begun = new Set<number>()
  return {
    tell: (number: number, of: number): void => {
      begun.add(number)
      line.say(`leaving out clauses: ${count(begun.size)} searches begun, at most ${count(of)} to make`)
    },
    done: line.done
  }
}

/** A trace run again: what every step showed, and the state it led to. */
export const replayed = (trace: Trace.Trace): ReadonlyArray<string> => {
  const moments = Result.getOrThrow(Trace.replay(trace))
  return [
    ...moments.flatMap(({ action, after, events }, index) => [
      `step ${index + 1}: ${JSON.stringify(action)}`,
      ...events.map((event) => `    ${JSON.stringify(event)}`),
      `    state ${JSON.stringify(after)}`
    ]),
    "",
    `Replayed ${moments.length} steps: every state is as recorded. ${Narrative.conclusion(trace)}`
  ]
}
