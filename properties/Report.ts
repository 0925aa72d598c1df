/** Report: an audit for people to read. */
import * as Result from "effect/Result"
import type { ClaimReport, Progress, Report, SchemeReport } from "./Audit.ts"
import * as Diagram from "./Diagram.ts"
import type { Bounds } from "./Exploration.ts"
import * as Narrative from "./Narrative.ts"
import { count, type Ink, progressLine, table, wrapped } from "./Terminal.ts"
import * as Trace from "./Trace.ts"

const width = 120

/** How many actions an attack takes. */
const steps = ({ counterexample }: ClaimReport): number => (counterexample?.states.length ?? 1) - 1

/** The evidence of a claim on one line. */
export const evidence = (claim: ClaimReport): string => {
  const { assurance, evidence: found, reason, verdict } = claim
  const { sampled, shortest, situations, states } = found
  if (verdict === "fails") {
    const length = `${steps(claim)} step${steps(claim) === 1 ? "" : "s"}`
    const what = shortest ? `shortest attack: ${length}` : `attack of ${length}, none of which can be left out`
    return assurance === "exhaustive" ? what : `${what}; found by chance`
  }
  const walked = sampled === null ? "" : `; sampled: ${count(sampled.situations)} cases in ${count(sampled.runs)} runs`
  const sofar = `${count(situations)} cases in ${count(states)} states`
  return verdict === "holds" ? `${sofar}${walked}` : `${reason}: ${sofar} so far`
}

/** A list in words: `1, 2 and 3`. */
const listed = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`

/** The bounds of a search in words. */
export const bounds = (found: Bounds): string => {
  const { accounts, amounts, codes, inFlight, merchants, midnights, offsets, orders, requests, skewed } = found
  const off = listed(offsets.filter((offset) => offset > 0).map((offset) => Narrative.span(offset)))
  const whose = { every: "the clock of every phone", one: "the clock behind one code, whichever it is," }
  const clocks = skewed === "none" ? "phone clocks right" : `${whose[skewed]} right or off by ${off} either way`
  const money = listed(amounts.map(Narrative.money))
  return `${accounts} accounts, ${merchants} merchants, ${codes} codes, ${orders} orders with ${requests} requests each, ${inFlight} at a time under way, amounts ${money}, ${clocks}, ${midnights} midnight`
}

const asAsserted = ({ asserted, verdict }: ClaimReport): boolean => asserted === verdict

/** The verdicts of claims as a table: a line for the head, and one for each claim. */
export const verdicts = (claims: ReadonlyArray<ClaimReport>, ink: Ink): ReadonlyArray<string> => {
  const rows = claims.map((claim) => [
    claim.id,
    claim.verdict,
    asAsserted(claim) ? "as asserted" : claim.verdict === "not-run" ? "undecided" : `ASSERTED ${claim.asserted}`,
    claim.assurance ?? "-",
    evidence(claim)
  ])
  return table([["claim", "verdict", "", "assurance", "evidence"], ...rows], (cell, row, column) => {
    if (row === 0) return ink.faint(cell)
    const claim = claims[row - 1]!
    if (column === 0) return ink.bold(cell)
    if (column === 1) return claim.verdict === "holds" ? ink.good(cell) : ink.bad(cell)
    if (column === 2) return asAsserted(claim) ? ink.faint(cell) : ink.bad(cell)
    return column === 3 ? ink.faint(cell) : cell
  }).map((line) => `  ${line}`)
}

/** An attack as numbered sentences, and as a Mermaid sequence diagram. */
export const attack = (trace: Trace.Trace): ReadonlyArray<string> => {
  const { opening, sentences } = Narrative.tell(trace)
  return [
    wrapped(opening, width, ""),
    "",
    ...sentences.map((sentence, index) => wrapped(`${`${index + 1}`.padStart(3)}. ${sentence}`, width, "     ")),
    "",
    wrapped(Narrative.conclusion(trace), width, ""),
    "",
    "```mermaid",
    Diagram.mermaid(Diagram.sequence(trace)),
    "```"
  ]
}

/** The searches behind a scheme's verdicts, each with its bounds. */
const searches = (claims: ReadonlyArray<ClaimReport>): ReadonlyArray<string> => {
  const seen = new Map<string, { readonly claim: ClaimReport; readonly ids: Array<string> }>()
  for (const claim of claims) {
    const { bounds, depth, states, transitions } = claim.evidence
    const key = JSON.stringify([claim.under, bounds, depth, states, transitions])
    const known = seen.get(key)
    if (known === undefined) seen.set(key, { claim, ids: [claim.id] })
    else known.ids.push(claim.id)
  }
  return [...seen.values()].flatMap(({ claim, ids }) => {
    const { bounds: within, complete, depth, states, transitions } = claim.evidence
    const through = complete ? "every state visited" : "stopped early"
    return [
      wrapped(`  under ${listed(claim.under)}: ${listed(ids)}`, width, "    "),
      `    ${count(states)} distinct states, ${count(transitions)} transitions, depth ${depth}; ${through}`,
      wrapped(`    ${bounds(within)}`, width, "    ")
    ]
  })
}

const unmet = (claims: ReadonlyArray<ClaimReport>): ReadonlyArray<string> =>
  claims.flatMap(({ evidence, id }) =>
    Object.entries(evidence.edges).flatMap(([edge, cases]) =>
      cases === 0 && evidence.complete ? [`  no case within these bounds: ${id}, ${edge}`] : []
    )
  )

const notModelled = (claims: ReadonlyArray<ClaimReport>): ReadonlyArray<string> => {
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

const falls = (claims: ReadonlyArray<ClaimReport>): ReadonlyArray<string> =>
  claims.flatMap(({ fallsWith, id }) =>
    fallsWith === null
      ? []
      : [`  Beyond its adversary: with ${fallsWith.capability}, ${id} is broken, by a run of ${fallsWith.steps} steps.`]
  )

const assumed = (claims: ReadonlyArray<ClaimReport>): ReadonlyArray<string> =>
  [...new Set(claims.flatMap(({ assumptions }) => assumptions))].map((text) =>
    wrapped(`  Assumed: ${text}.`, width, "    ")
  )

const schemeLines = (report: SchemeReport, ink: Ink): ReadonlyArray<string> => {
  const { claims, hash, scheme, scope, title } = report
  const failing = claims.filter(({ counterexample }) => counterexample !== null)
  return [
    `${ink.bold(scheme)}: ${title}`,
    ink.faint(`scope ${scope}, scheme ${hash.slice(0, 12)}`),
    "",
    ...verdicts(claims, ink),
    "",
    "What was searched:",
    ...searches(claims),
    ...unmet(claims),
    ...notModelled(claims),
    ...falls(claims),
    ...assumed(claims),
    ...failing.flatMap((claim) => {
      const trace = Result.getOrThrowWith(Trace.read(claim.counterexample), () => new Error("a trace does not replay"))
      return [
        "",
        ink.bold(`The attack on ${claim.id}`),
        "",
        ...(claim.because === null ? [] : [wrapped(claim.because, width, ""), ""]),
        ...attack(trace)
      ]
    }),
    ""
  ]
}

const summary = ({ ok, schemes, seconds }: Report, ink: Ink): string => {
  const claims = schemes.flatMap((scheme) => scheme.claims)
  const of = (verdict: string): number => claims.filter((claim) => claim.verdict === verdict).length
  const undecided = of("not-run") === 0 ? "" : `, ${of("not-run")} not run`
  const tally = `Of ${claims.length} claim${claims.length === 1 ? "" : "s"}, ${of("holds")} hold and ${of("fails")} fail${undecided}`
  return `${tally}; ${ok ? ink.good("all as asserted") : ink.bad("not all as asserted")} (${seconds} s)`
}

/** The report as text. */
export const text = (report: Report, ink: Ink): string =>
  [...report.schemes.flatMap((scheme) => schemeLines(scheme, ink)), summary(report, ink)].join("\n")

/** Tells how far an audit is, on a line of a stream. */
export const progress = (stream: NodeJS.WriteStream, runs: number) => {
  const line = progressLine(stream)
  const states = new Map<string, number>()
  return {
    tell: ({ claims: [claim], count: done, doing, scheme }: Progress): void => {
      if (doing === "exploring") states.set(`${scheme} ${claim}`, done)
      const total = [...states.values()].reduce((sum, value) => sum + value, 0)
      line.say(
        doing === "exploring"
          ? `auditing ${scheme}: ${count(total)} states found`
          : `auditing ${scheme}: ${count(done)} of ${count(runs)} random runs`
      )
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
    `Replayed ${moments.length} steps: every state is as recorded, and the last step breaks ${trace.claim}.`
  ]
}
