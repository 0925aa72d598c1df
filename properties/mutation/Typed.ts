/** Typed: the sources as the compiler knows them. It says which strings may stand in a place, and which mutants are programs. */
import { dirname, join } from "node:path"
import typescript from "typescript"
import * as CompilerOptions from "../CompilerOptions.ts"
import { root } from "../Modules.ts"

/** The compiler, with the sources, of which one at a time may have another text. */
export interface Typed {
  readonly sourceOf: (file: string) => typescript.SourceFile
  /** The other strings that the type of a string asks for there. */
  readonly alternatives: (literal: typescript.StringLiteral) => ReadonlyArray<string>
  /** Whether a module, and what imports it, are well typed when it has another text. Names that are not used are no fault of it. */
  readonly accepts: (file: string, text: string) => boolean
}

/** Declarations are compared, and names that are not used are no fault. */
const options = (): typescript.CompilerOptions =>
  CompilerOptions.of(root, {
    declaration: true,
    emitDeclarationOnly: true,
    noUnusedLocals: false,
    noUnusedParameters: false
  })

/** Opens the compiler on some modules, given by their paths from the root. */
export const open = (files: ReadonlyArray<string>): Typed => {
  const settings = options()
  let changed: { readonly path: string; readonly text: string; readonly number: number } | undefined
  let number = 0
  const textOf = (path: string): string | undefined =>
    changed?.path === path ? changed.text : typescript.sys.readFile(path)
  const host: typescript.LanguageServiceHost = {
    getCompilationSettings: () => settings,
    getScriptFileNames: () => files.map((file) => join(root, file)),
    getScriptVersion: (path) => (changed?.path === path ? String(changed.number) : "0"),
    getScriptSnapshot: (path) => {
      const text = textOf(path)
      return text === undefined ? undefined : typescript.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: typescript.getDefaultLibFilePath,
    fileExists: typescript.sys.fileExists,
    readFile: typescript.sys.readFile,
    readDirectory: typescript.sys.readDirectory,
    directoryExists: typescript.sys.directoryExists,
    getDirectories: typescript.sys.getDirectories
  }
  const service = typescript.createLanguageService(host)
  const program = (): typescript.Program => service.getProgram()!
  const declared = (path: string): string =>
    service
      .getEmitOutput(path, true, true)
      .outputFiles.map(({ text }) => text)
      .join("\n")
  const isSound = (path: string): boolean =>
    service.getSyntacticDiagnostics(path).length === 0 && service.getSemanticDiagnostics(path).length === 0
  const importers = (path: string): ReadonlyArray<string> =>
    program()
      .getSourceFiles()
      .filter(({ fileName, text }) => {
        if (fileName.includes("/node_modules/") || fileName === path) return false
        return [...text.matchAll(/"(\.{1,2}\/[^"\n]+\.ts)"/g)].some(([, to]) => join(dirname(fileName), to!) === path)
      })
      .map(({ fileName }) => fileName)
  return {
    sourceOf: (file) => program().getSourceFile(join(root, file))!,
    alternatives: (literal) => alternativesOf(program().getTypeChecker(), literal),
    accepts: (file, text) => {
      const path = join(root, file)
      const before = declared(path)
      changed = { path, text, number: ++number }
      try {
        return isSound(path) && (declared(path) === before || importers(path).every(isSound))
      } finally {
        changed = undefined
      }
    }
  }
}

const alternativesOf = (checker: typescript.TypeChecker, literal: typescript.StringLiteral): ReadonlyArray<string> => {
  if (typescript.isPropertyAssignment(literal.parent) && literal.parent.name === literal) return []
  const wanted = checker.getContextualType(literal)
  if (wanted === undefined || !wanted.isUnion()) return []
  if (wanted.types.some(({ flags }) => (flags & typescript.TypeFlags.String) !== 0)) return []
  const strings = wanted.types.flatMap((type) => (type.isStringLiteral() ? [type.value] : []))
  const at = strings.indexOf(literal.text)
  // One other, that after it in the order of the type: where there are many, they are much alike.
  const [next] = at < 0 ? [] : strings.slice(at + 1).concat(strings.slice(0, at))
  return next === undefined ? [] : [next]
}
