/** Documents: every file that is generated, as it should be, and which ones are not as they should be. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Text from "../impl/Text.ts"
import type { Scheme } from "../model/Scheme.ts"
import * as Markdown from "../properties/Markdown.ts"
import { recorded } from "../properties/mutation/Mutation.ts"
import { Report } from "../properties/report/Reports.ts"
import { ink } from "../properties/Terminal.ts"
import type { ClaimId } from "../spec/Claims.ts"
import type * as Page from "./Page.ts"
import {
  Adversary,
  Answer,
  Claims,
  Clauses,
  Comparison,
  Correspondence,
  Interface,
  Matrix,
  Mutation,
  Orders,
  Parameters,
  Protocol,
  Refusals,
  Schemes,
  TradeOffs
} from "./pages/Pages.ts"
import { root } from "./Sources.ts"
import * as Verdicts from "./Verdicts.ts"

/** The folder of the pages, from the root of the repository. Everything in it is generated. */
export const folder = "docs/protocol"

/** What people meet first, in two languages, shows some of what an audit prints between two marks. */
const first: ReadonlyArray<ClaimId> = [
  "consent",
  "single-use",
  "revocation",
  "stolen-phone",
  "payee-agreement",
  "burn-denial",
  "guess-targeted"
]

/** The pages that show what an audit prints, and of which claims; of every one where none are named. */
const showing: Readonly<Record<string, ReadonlyArray<ClaimId> | undefined>> = {
  "README.md": first,
  "README.zh.md": first,
  "docs/guides/audit.md": undefined
}

const pages: ReadonlyArray<(material: Page.Material) => ReadonlyArray<Page.Document>> = [
  Protocol.page,
  Clauses.page,
  Parameters.page,
  Orders.page,
  Refusals.page,
  Claims.page,
  Matrix.page,
  Mutation.page,
  Adversary.page,
  Schemes.page,
  Answer.page,
  Comparison.page,
  Correspondence.page,
  Interface.page,
  TradeOffs.pages
]

/** What the pages are made from: schemes, the verdicts on just these, and what became of mutants. */
export const material = (
  schemes: readonly [Scheme, ...ReadonlyArray<Scheme>],
  verdicts: Verdicts.Verdicts
): Page.Material => {
  const audited = (scheme: Scheme): Page.Audited => {
    const { claims, exempt, hash, searches } = verdicts.schemes.find((found) => found.scheme === scheme.scheme)!
    return { scheme, hash, claims, exempt, searches }
  }
  const [first, ...others] = schemes
  return {
    scope: verdicts.scope,
    schemes: [audited(first), ...others.map(audited)],
    matrix: verdicts.matrix,
    comparisons: verdicts.comparisons,
    mutation: recorded(),
    spec: "../../spec"
  }
}

/** The generated pages, by their paths from the root. */
export const generated = (from: Page.Material): ReadonlyArray<Page.Document> =>
  pages.flatMap((page) => page(from)).map(({ path, text }) => ({ path: `${folder}/${path}`, text }))

const begin = "<!-- audit:begin -->"
const end = "<!-- audit:end -->"

/**
 * A text with what stands between the marks of the audit replaced by the verdicts on the first scheme, of some claims or of all;
 * as it is where there are no marks.
 */
export const withVerdicts = (
  text: string,
  { schemes: [{ claims, scheme }] }: Page.Material,
  some?: ReadonlyArray<ClaimId>
): string => {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) return text
  const shown = some === undefined ? claims : claims.filter(({ id }) => some.includes(id))
  const lines = [`${scheme.scheme}: ${Text.line(scheme.title)}`, "", ...Report.verdicts(shown, ink({}))]
  const block = Markdown.block("text", lines.map((line) => line.trimEnd()).join("\n"))
  return `${text.slice(0, from)}${begin}\n${block}\n${text.slice(to)}`
}

/** A file that is not as it should be, with the text that it should have; none where it should not be there. */
export interface Stale {
  readonly path: string
  readonly is: "missing" | "changed" | "superfluous"
  readonly text: string | undefined
}

const found = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return (yield* fs.exists(path)) ? yield* fs.readFileString(path) : undefined
})

const files = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  if (!(yield* fs.exists(path))) return []
  const entries = yield* fs.readDirectory(path, { recursive: true })
  return yield* Effect.filter(entries, (entry) =>
    Effect.map(fs.stat(`${path}/${entry}`), ({ type }) => type === "File")
  )
})

/** What is not as these verdicts have it, in a repository: its pages, its first page, and the file of the verdicts. */
export const stale = Effect.fn("Documents.stale")(function* (
  schemes: readonly [Scheme, ...ReadonlyArray<Scheme>],
  verdicts: Verdicts.Verdicts,
  repository: string = root
) {
  const from = material(schemes, verdicts)
  const shown = yield* Effect.forEach(Object.entries(showing), ([path, some]) =>
    Effect.map(found(`${repository}/${path}`), (text = "") => ({ path, text: withVerdicts(text, from, some) }))
  )
  const wanted: ReadonlyArray<Page.Document> = [
    { path: Verdicts.path, text: Verdicts.text(verdicts) },
    ...shown,
    ...generated(from)
  ]
  const out: Array<Stale> = []
  for (const { path, text } of wanted) {
    const has = yield* found(`${repository}/${path}`)
    if (has !== text) out.push({ path, is: has === undefined ? "missing" : "changed", text })
  }
  for (const entry of yield* files(`${repository}/${folder}`)) {
    const path = `${folder}/${entry}`
    if (!wanted.some((document) => document.path === path)) out.push({ path, is: "superfluous", text: undefined })
  }
  return out.sort((a, b) => (a.path < b.path ? -1 : 1))
})

/** Makes files as they should be. */
export const mend = Effect.fn("Documents.mend")(function* (all: ReadonlyArray<Stale>, repository: string = root) {
  const fs = yield* FileSystem.FileSystem
  for (const { path, text } of all) {
    const file = `${repository}/${path}`
    if (text === undefined) yield* fs.remove(file)
    else {
      yield* fs.makeDirectory(file.slice(0, file.lastIndexOf("/")), { recursive: true })
      yield* fs.writeFileString(file, text)
    }
  }
})
