/**
 * Packing: makes of a clone the package that others install. Node runs no TypeScript out of `node_modules`, so that the
 * package has JavaScript and declarations; and it depends on nothing that a clone needs for itself alone.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import typescript from "typescript"
import * as CompilerOptions from "../../properties/CompilerOptions.ts"
import { closure, root } from "../../properties/Modules.ts"
import * as Notices from "./Notices.ts"
import * as Pages from "./Pages.ts"

export * as Notices from "./Notices.ts"
export * as Pages from "./Pages.ts"

/** Where the package's modules are written, from the root. */
export const folder = "dist"

/** What the package is for: its command, and the modules that it exports, by the paths that they are exported as. */
export interface Manifest {
  readonly bin: { readonly paycode: string }
  readonly exports: Readonly<Record<string, string | { readonly clone: string; readonly default: string }>>
  readonly [field: string]: unknown
}

/** The manifest of the clone. */
export const manifestOf = (at: string = root): Manifest =>
  JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as Manifest

/** The modules that are exported, as paths of TypeScript from the root. */
export const exported = (manifest: Manifest): ReadonlyArray<string> =>
  Object.values(manifest.exports).flatMap((to) => (typeof to === "string" ? [] : [sourceOf(to.clone)]))

/** The modules that a user can come to: the command, and what is exported. */
export const entries = (manifest: Manifest): ReadonlyArray<string> => [
  sourceOf(manifest.bin.paycode),
  ...exported(manifest)
]

const sourceOf = (path: string): string =>
  path
    .replace(/^\.\//, "")
    .replace(new RegExp(`^${folder}/`), "")
    .replace(/\.js$/, ".ts")

/** What an installed package has no use for: how a clone is worked on, and what it has installed for that. */
const ofTheClone = ["scripts", "devDependencies", "optionalDependencies", "overrides", "allowScripts"]

/** The manifest that travels. */
export const packed = (manifest: Manifest): Readonly<Record<string, unknown>> => {
  const kept = Object.entries(manifest).filter(([field]) => !ofTheClone.includes(field))
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([as, to]) => {
      if (typeof to === "string") return [as, to]
      const { clone: _, ...others } = to
      return [as, others]
    })
  )
  return { ...Object.fromEntries(kept), exports }
}

// ---------------------------------------------------------------------------------------------------------------------
// Modules
// ---------------------------------------------------------------------------------------------------------------------

/** The options of the compiler: those that the clone is checked with, and those that the package needs besides. */
const optionsOf = (at: string): typescript.CompilerOptions =>
  CompilerOptions.of(at, { rewriteRelativeImportExtensions: true, rootDir: at, outDir: join(at, folder) })

/** Names of modules that are no imports, as those of threads, name JavaScript too: the compiler leaves them as they are. */
const namesOfModules: typescript.TransformerFactory<typescript.SourceFile> = (context) => (file) => {
  const visit = (node: typescript.Node): typescript.Node => {
    if (typescript.isNewExpression(node) && node.expression.getText(file) === "URL") {
      const [name, ...others] = node.arguments ?? []
      if (name !== undefined && typescript.isStringLiteral(name) && /^\.{1,2}\/.*\.ts$/.test(name.text)) {
        const renamed = context.factory.createStringLiteral(name.text.replace(/\.ts$/, ".js"))
        return context.factory.updateNewExpression(node, node.expression, node.typeArguments, [renamed, ...others])
      }
    }
    return typescript.visitEachChild(node, visit, context)
  }
  return typescript.visitNode(file, visit) as typescript.SourceFile
}

/** What went wrong while a package was made, in a line for each. */
export class Unpacked extends Error {}

/** The modules of TypeScript that some reach, themselves included, in full. */
const reachedFrom = (at: string, modules: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...closure(modules).keys()].filter((path) => path.endsWith(".ts")).map((path) => join(at, path))

const refuse = (at: string, found: ReadonlyArray<typescript.Diagnostic>): void => {
  if (found.length === 0) return
  const host = { getCurrentDirectory: () => at, getCanonicalFileName: (name: string) => name, getNewLine: () => "\n" }
  throw new Unpacked(typescript.formatDiagnostics(found, host))
}

/** What compiles the modules, and reads each file once. */
const hostOf = (options: typescript.CompilerOptions): typescript.CompilerHost => {
  const host = typescript.createCompilerHost(options)
  const files = new Map<string, typescript.SourceFile | undefined>()
  return {
    ...host,
    getSourceFile: (name, how) => {
      if (!files.has(name)) files.set(name, host.getSourceFile(name, how))
      return files.get(name)
    }
  }
}

/** Writes the modules of the package as JavaScript: those that its entries reach, and no others. */
const emit = (at: string, manifest: Manifest, host: typescript.CompilerHost): void => {
  // What it says is checked where it is declared, and by the clone.
  const program = typescript.createProgram(
    reachedFrom(at, entries(manifest)),
    { ...optionsOf(at), noCheck: true },
    host
  )
  const { diagnostics } = program.emit(undefined, undefined, undefined, false, { before: [namesOfModules] })
  refuse(at, [...program.getOptionsDiagnostics(), ...program.getSyntacticDiagnostics(), ...diagnostics])
}

/** Writes the declarations of what is exported, whose types are checked for it. */
const declare = (at: string, manifest: Manifest, host: typescript.CompilerHost): void => {
  const options = { ...optionsOf(at), declaration: true, emitDeclarationOnly: true }
  const program = typescript.createProgram(reachedFrom(at, exported(manifest)), options, host)
  const { diagnostics } = program.emit()
  refuse(at, [...typescript.getPreEmitDiagnostics(program), ...diagnostics])
}

/** What modules read while they run, beside those that they import. */
const data = ["package.json", "spec"]

/** What of it is for a clone alone. */
const spared = /\.(ts|md|qnt)$/

const copyData = (at: string): void => {
  for (const path of data) {
    cpSync(join(at, path), join(at, folder, path), { recursive: true, filter: (from) => !spared.test(from) })
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// A package
// ---------------------------------------------------------------------------------------------------------------------

/** The files that are others in the package, and that npm takes from the root of a clone. */
const replaced = ["package.json", ...Pages.readmes]

/** Where a file of the clone is while the package's is in its place. */
const kept = (at: string, name: string): string => join(at, "out", name)

/** Puts the clone's files back, where a packing took their place. */
export const restore = (at: string = root): void => {
  for (const name of replaced) if (existsSync(kept(at, name))) renameSync(kept(at, name), join(at, name))
}

/**
 * Makes the package: its modules, its data, its pages and its notices in {@link folder}; and then, as npm lets no file stand for
 * another, the manifest and the READMEs that travel in the place of the clone's. {@link restore} puts those back; so does the next
 * packing, where one was ended before it could.
 */
export const make = (at: string = root): void => {
  restore(at)
  const manifest = manifestOf(at)
  rmSync(join(at, folder), { recursive: true, force: true })
  const host = hostOf(optionsOf(at))
  emit(at, manifest, host)
  declare(at, manifest, host)
  const travels = `${JSON.stringify(packed(manifest), null, 2)}\n`
  copyData(at)
  const pages = Pages.copy(at, folder)
  writeFileSync(join(at, folder, "package.json"), travels)
  writeFileSync(join(at, folder, "THIRD-PARTY-NOTICES.txt"), Notices.write(at, manifest))
  mkdirSync(join(at, "out"), { recursive: true })
  for (const [name, text] of [["package.json", travels] as const, ...pages]) {
    cpSync(join(at, name), kept(at, name))
    writeFileSync(join(at, name), text)
  }
}

if (import.meta.main) {
  if (process.argv[2] === "restore") restore()
  else {
    try {
      make()
    } catch (error) {
      if (!(error instanceof Unpacked)) throw error
      console.error(error.message)
      process.exitCode = 1
    }
  }
}
