/** Site: the public interface of the modules, by TypeDoc, with the pages of the protocol in it. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as TypeDoc from "typedoc"
import { codes } from "../impl/ExitCodes.ts"
import * as Packing from "../library/packing/Packing.ts"
import { root } from "./Sources.ts"

/** Where the site is built, from the root. It is not kept in the repository. */
export const folder = "site"

/** What is documented: what the package exports, and nothing else. */
const modules = Packing.exported(Packing.manifestOf())

/** The headings that pages stand under, and the folders they are in. */
const shelves = {
  "The protocol": "docs/protocol",
  "The specification": "spec",
  Guides: "docs/guides",
  Decisions: "docs/decisions"
}

const options: TypeDoc.TypeDocOptions = {
  name: "paycode",
  readme: `${root}README.md`,
  basePath: root,
  tsconfig: `${root}tsconfig.json`,
  entryPoints: modules.map((path) => root + path),
  // What these say stands where they are used, or is for the search alone.
  intentionallyNotExported: [
    "impl/SchemeForm.ts:Parameters",
    "impl/ledger/SchemeRecord.ts:Differences",
    "impl/ledger/Tables.ts:IsAlone",
    "properties/audit/Exploration.ts:Explored",
    "properties/audit/Exploration.ts:Task",
    "properties/audit/Exploration.ts:Verdict",
    "properties/audit/Explorer.ts:Limits",
    "properties/certificate/Certificate.ts:Asked",
    "properties/certificate/Certificate.ts:Written",
    "properties/computed/Computed.ts:Hits",
    "properties/report/AuditFile.ts:AuditFile",
    "properties/report/Beside.ts:Beside",
    "properties/search/Tallies.ts:TallyMemory"
  ],
  projectDocuments: Object.values(shelves).map((path) => `${root}${path}/**/*.md`),
  out: root + folder,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  githubPages: false,
  hideGenerator: true,
  groupOrder: [...Object.keys(shelves), "*"],
  navigation: { includeGroups: true, includeFolders: false },
  headings: { readme: false, document: false },
  highlightLanguages: ["json", "mermaid", "python", "sh", "text", "typescript", "yaml"]
}

/** The site could not be built as it should be: what TypeDoc has to say against it. */
export class Unbuilt extends Data.TaggedError("Unbuilt")<{ readonly lines: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = codes.otherwise
}

/** Names a page by its heading instead of its path, and puts it on its shelf. */
const shelve = (_: unknown, page: TypeDoc.DocumentReflection): void => {
  const [shelf] = Object.entries(shelves).find(([, path]) => page.name.startsWith(path)) ?? ["Documents"]
  const text = page.content.map((part) => part.text).join("")
  page.name = /^# (.+)$/m.exec(text)?.[1] ?? page.name
  page.frontmatter.group = shelf
}

const header = /^\/\*\*([\s\S]*?)\*\//

/** The text of a comment as TypeDoc's parts: plain text, and `{@link …}`. */
const parts = (text: string): Array<TypeDoc.CommentDisplayPart> =>
  text.split(/(\{@link [^}]+\})/).map((part) => {
    const linked = /^\{@link (.+)\}$/.exec(part)?.[1]
    return linked === undefined ? { kind: "text", text: part } : { kind: "inline-tag", tag: "@link", text: linked }
  })

/**
 * Gives a module the name that it is imported by, and the comment that its file opens with: TypeDoc takes only those that carry a
 * tag of its own.
 */
const describe = (context: TypeDoc.Context, module: TypeDoc.DeclarationReflection): void => {
  if (module.kind !== TypeDoc.ReflectionKind.Module) return
  module.name = module.name.replace(/^library\/(\w)/, (_, initial: string) => `paycode/${initial.toLowerCase()}`)
  const file = context.getSymbolFromReflection(module)?.declarations?.[0]?.getSourceFile()
  const [text = "", see] = (header.exec(file?.text ?? "")?.[1] ?? "")
    .replace(/^ *\*? ?/gm, "")
    .trim()
    .split("@see ")
  const tags = see === undefined ? [] : [new TypeDoc.CommentTag("@see", parts(see.trim()))]
  module.comment = new TypeDoc.Comment(parts(text.trim()), tags)
}

class Complaints extends TypeDoc.Logger {
  readonly lines: Array<string> = []
  override log(message: string, level: TypeDoc.LogLevel): void {
    if (level >= TypeDoc.LogLevel.Warn) this.lines.push(message)
  }
}

/** Builds the site. Anything that TypeDoc warns of, such as a link that leads nowhere, is an error. */
export const build: Effect.Effect<void, Unbuilt> = Effect.gen(function* () {
  const complaints = new Complaints()
  yield* Effect.promise(async () => {
    const app = await TypeDoc.Application.bootstrap(options)
    app.logger = complaints
    app.converter.on(TypeDoc.Converter.EVENT_CREATE_DOCUMENT, shelve)
    app.converter.on(TypeDoc.Converter.EVENT_CREATE_DECLARATION, describe)
    const project = await app.convert()
    if (project === undefined) return
    app.validate(project)
    await app.generateOutputs(project)
  })
  if (complaints.lines.length > 0) return yield* new Unbuilt({ lines: complaints.lines })
})
