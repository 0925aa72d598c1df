/** Told: what became of certificates, in words and as plain data, with what is assumed all the same. */
import type { Scheme } from "../../model/Scheme.ts"
import { type CheckedClaimId, checkedIds, claims as statements } from "../../spec/Claims.ts"
import { Exploration } from "../audit/Audit.ts"
import { count, type Ink, widthOf, wrapped } from "../Terminal.ts"
import type { Checked, Extent, Fault } from "./Check.ts"

/** What a proof by certificate rests on, in sentences. */
export const assumed: ReadonlyArray<string> = [
  "Assumed are the model, the judges of the claims, and the normal form: that one state may stand for all that are joined to it, and that what is passed over adds nothing, by the reductions that each certificate names.",
  "That is compared elsewhere: with a search that leaves nothing out (properties/reduction/Quotient.test.ts), with random runs (Differential.test.ts there), and state by state (Alike.test.ts there, and in every audit). Decisions 3 and 34 say how.",
  "That each state is reached, and so that a claim has cases, is not proved: more states than are reached prove as much."
]

/** Whether nothing was found that is not as a certificate says. */
export const isProved = ({ found }: Checked): boolean => found === 0

const andOf = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

/** What a certificate says of its claims, a line for each way of saying it. */
const claimLines = ({ claims }: Checked["header"]): ReadonlyArray<string> => {
  const those = (is: (claim: (typeof claims)[number]) => boolean, unit: string): string =>
    claims
      .filter(is)
      .map(({ cases, id }) => (unit === "" ? id : `${id} (${count(cases)} ${unit})`))
      .join(", ")
  const leads = ({ id }: { readonly id: CheckedClaimId }): boolean => statements[id].kind === "leads-to"
  const lines = {
    "No transition breaks": those((one) => one.found === "kept" && !leads(one), "cases"),
    "By every way comes to an end": those((one) => one.found === "kept" && leads(one), "states in which it is pending"),
    "No transition is a case of": those(({ found }) => found === "never", ""),
    "Counted, and shown by a run that is no part of this": those(({ found }) => found === "met", "cases"),
    "Said to be broken by the search, and no part of this": those(({ found }) => found === "broken", "")
  }
  return Object.entries(lines).flatMap(([says, named]) => (named === "" ? [] : [`${says}: ${named}`]))
}

const faultLine = ({ action, kind, says, state }: Fault): string => {
  const place = state === null ? [] : [`state ${count(state)}`]
  const by = action === null ? [] : [JSON.stringify(action)]
  return `${kind}: ${[...place, ...by, says].join(": ")}`
}

/** A share of the states in words, and with what chance a single hole would have escaped. */
const shareLine = ({ looked, transitions }: Checked, { seed, share }: Extent): string =>
  `Looked at ${count(looked)} of them with ${count(transitions)} transitions, drawn by the seed ${seed}: a hole that one state alone leads to would have escaped with a chance of ${Number(((1 - share) * 100).toPrecision(4))} %, and one that more lead to with less. What is counted was not compared. The rest is what the certificate says`

const mutantWords = ({ mutants }: Checked["header"]): string =>
  mutants.length === 0 ? "" : `, without ${andOf(mutants.map(({ clause, mutant }) => `${clause} (${mutant})`))}`

/** What became of one certificate. */
const linesOf = (checked: Checked, extent: Extent, fingerprint: string): ReadonlyArray<string> => {
  const { faults, file, found, header } = checked
  const { hash, scene, scheme, size, states, under, words } = header
  const against = under.length === 0 ? "nobody" : andOf(under)
  const isPart = extent.share < 1
  const isOfClaims = header.claims.some((one) => one.found === "kept" || one.found === "never")
  const proved = isOfClaims ? "proved" : "its states are proved to be all, and nothing of a claim"
  const verdict = found > 0 ? "not proved" : isPart ? "nothing found against it" : proved
  const further = found > faults.length ? [`and ${count(found - faults.length)} more`] : []
  return [
    `${file}: ${verdict}`,
    ...[
      `${scheme.scheme} (${hash.slice(0, 12)})${mutantWords(header)}, ${scene} at ${size}, against ${against}: ${count(states)} states of ${words} words, ${count(header.transitions)} transitions`,
      ...(isPart ? [shareLine(checked, extent)] : []),
      ...(header.fingerprint === fingerprint
        ? []
        : [`Written by other code (${header.fingerprint.slice(0, 12)}; this is ${fingerprint.slice(0, 12)})`]),
      ...(found > 0 ? [...faults.map(faultLine), ...further] : claimLines(header)),
      ...(header.reductions.length === 0 ? [] : [`Reductions: ${header.reductions.join(", ")}`])
    ].map((line) => `  ${line}`)
  ]
}

/** A scheme at a size, and which of its claims are proved in every search that decides them. */
export interface Whole {
  readonly scheme: string
  readonly hash: string
  readonly size: Exploration.Task["size"]
  readonly claims: ReadonlyArray<CheckedClaimId>
}

const keyOf = (scene: string, lookback: unknown, under: ReadonlyArray<string>): string =>
  JSON.stringify([scene, lookback, under])

/** Of which claims every search that decides them has a certificate that is proved. */
export const wholes = (all: ReadonlyArray<Checked>): ReadonlyArray<Whole> => {
  const proved = all.filter((one) => isProved(one) && one.isWhole && one.header.mutants.length === 0)
  const groups = Map.groupBy(proved, ({ header: { hash, size } }) => `${hash} ${size}`)
  return [...groups.values()].map((group) => {
    const { hash, scheme, size } = group[0]!.header
    const isCertified = (id: CheckedClaimId): boolean =>
      tasksOf(scheme, size, id).every((task) =>
        group.some(
          ({ header: { claims, lookback, scene, under } }) =>
            keyOf(scene, { ...task.options, ...lookback }, under) === keyOf(task.scene, task.options, task.under) &&
            claims.some((claim) => claim.id === id && (claim.found === "kept" || claim.found === "never"))
        )
      )
    const named = new Set<string>(group.flatMap(({ header }) => header.claims.map(({ id }) => id)))
    return { scheme: scheme.scheme, hash, size, claims: checkedIds.filter((id) => named.has(id) && isCertified(id)) }
  })
}

const tasksOf = (scheme: Scheme, size: Exploration.Task["size"], id: CheckedClaimId) =>
  Exploration.plan(scheme, size, [id])

/** A claim that is proved, or of one that something can happen, that it never does. */
const wholeWord = (id: CheckedClaimId): string => (statements[id].kind === "sometimes" ? `${id} (never possible)` : id)

/** What became of some certificates. */
export const text = (
  all: ReadonlyArray<Checked>,
  extent: Extent,
  { bold, stream }: Pick<Ink, "bold"> & { readonly stream: NodeJS.WriteStream },
  fingerprint: string
): string => {
  const width = widthOf(stream)
  const lines = all.flatMap((one) => {
    const [title, ...others] = linesOf(one, extent, fingerprint)
    return [bold(title!), ...others.map((line) => wrapped(line, width, "    ")), ""]
  })
  const whole = wholes(all).flatMap(({ claims, hash, scheme, size }) =>
    claims.length === 0
      ? []
      : [
          `Proved in every search of ${scheme} (${hash.slice(0, 12)}) at ${size} that decides it: ${claims.map(wholeWord).join(", ")}`,
          ""
        ]
  )
  return [...lines, ...[...whole, ...assumed].map((line) => wrapped(line, width, "  "))].join("\n")
}

/** A file that could not be checked, and why. */
export interface Refusal {
  readonly file: string
  readonly lines: ReadonlyArray<string>
}

/** The same as plain data. */
export const data = (
  made: Readonly<{ paycode: string; fingerprint: string }>,
  all: ReadonlyArray<Checked>,
  extent: Extent,
  refused: ReadonlyArray<Refusal>
) => ({
  ...made,
  ok: refused.length === 0 && all.every(isProved),
  ...extent,
  certificates: all.map(({ bytes, faults, file, found, header, isWhole, looked, transitions }) => ({
    file,
    bytes,
    proved: found === 0 && isWhole,
    looked,
    transitions,
    found,
    faults,
    header: { ...header, scheme: header.scheme.scheme }
  })),
  refused,
  wholes: wholes(all),
  assumed
})
