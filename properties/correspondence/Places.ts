/**
 * Places: where the sources of the implementation wait, do something again and again, or hold a limit; the options that it
 * takes, the errors that it fails with, and the environment that it reads. Each is found by its form in the syntax.
 *
 * What is seen: what is named here of Effect, Schedule and Duration, and the timers of Node where they are called; numbers,
 * and records and lists of numbers, that are constants of a module; defaults of parameters that are spans of time, or
 * numbers other than 0 and 1; fields whose names say that they are a limit or an interval; fields of interfaces whose names
 * end as those of options do; classes of tagged errors; and names of environment variables.
 *
 * What is not seen: a number within an expression or a statement, the lengths in a pattern or a schema, the fields of files
 * that are schemas, a limit that a library has of itself, a comparison with a literal, and whatever is called by another
 * name.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import typescript from "typescript"

const root = fileURLToPath(new URL("../../impl", import.meta.url))

/** The modules that are no part of what runs: tests, what they stand on, and the schemas of the known answers. */
const isLeftOut = (file: string): boolean => file.endsWith(".test.ts") || /^(testing|vectors)\//.test(file)

/** The modules of the implementation, by their paths in its folder. */
export const sources = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((file) => !isLeftOut(file))
      .sort()
      .map((file) => [file, readFileSync(join(root, file), "utf8")])
  )

/** What waits, or does something again or at another time: named, as it may be handed on and called elsewhere. */
const waiting =
  /^(Effect\.(sleep|delay|repeat|retry|schedule|timeout|forever|cron)\w*|Schedule\.\w+|Duration\.(nanos|micros|millis|seconds|minutes|hours|days|weeks))$/

/** A timer of Node. */
const timing = /^set(Timeout|Interval|Immediate)$/

/** A field that is a limit, or says how often. */
const limiting = /timeout|interval|^max[A-Z]|^maxmem$|^times$/i

const span = /^\d+ (nano|micro|milli|second|minute|hour|day|week)s?$/

const { SyntaxKind } = typescript

/** Whether an expression is a number, or is made of nothing but numbers. */
const isNumeric = (node: typescript.Expression): boolean => {
  if (typescript.isNumericLiteral(node)) return true
  if (typescript.isPrefixUnaryExpression(node)) return isNumeric(node.operand)
  if (typescript.isParenthesizedExpression(node) || typescript.isAsExpression(node)) return isNumeric(node.expression)
  if (typescript.isSatisfiesExpression(node)) return isNumeric(node.expression)
  if (typescript.isBinaryExpression(node)) return isNumeric(node.left) && isNumeric(node.right)
  if (typescript.isArrayLiteralExpression(node)) return node.elements.length > 0 && node.elements.every(isNumeric)
  if (!typescript.isObjectLiteralExpression(node) || node.properties.length === 0) return false
  return node.properties.every((field) => typescript.isPropertyAssignment(field) && isNumeric(field.initializer))
}

/** Whether an expression is 0 or 1: where something begins, and no limit. */
const isSmall = (node: typescript.Expression): boolean => typescript.isNumericLiteral(node) && /^[01]$/.test(node.text)

const isSpan = (node: typescript.Expression): boolean => typescript.isStringLiteral(node) && span.test(node.text)

/** The name of what a place stands in: the constant, function or class of its module. */
const ownerOf = (statement: typescript.Statement): string => {
  if (typescript.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(", ")
  }
  const { name } = statement as typescript.Statement & { readonly name?: typescript.Node }
  return name?.getText() ?? SyntaxKind[statement.kind]
}

/** What a node waits or limits by itself, as it is called in a key; undefined where it does neither. */
const heldBy = (node: typescript.Node): string | undefined => {
  if (typescript.isPropertyAccessExpression(node)) return waiting.test(node.getText()) ? node.getText() : undefined
  if (typescript.isCallExpression(node)) {
    const called = node.expression.getText()
    return timing.test(called) ? called : undefined
  }
  if (typescript.isPropertyAssignment(node)) {
    const name = node.name.getText()
    return limiting.test(name) ? name : undefined
  }
  if (!typescript.isBindingElement(node) && !typescript.isParameter(node)) return undefined
  const { initializer, name } = node
  if (initializer === undefined || isSmall(initializer)) return undefined
  return isNumeric(initializer) || isSpan(initializer) ? name.getText() : undefined
}

/** The constants of a statement that are numbers. */
const numbersOf = (statement: typescript.Statement): ReadonlyArray<string> =>
  typescript.isVariableStatement(statement)
    ? statement.declarationList.declarations
        .filter(({ initializer }) => initializer !== undefined && isNumeric(initializer))
        .map(({ name }) => name.getText())
    : []

const parsed = (file: string, text: string): ReadonlyArray<typescript.Statement> =>
  typescript.createSourceFile(file, text, typescript.ScriptTarget.Latest, true)
    .statements as ReadonlyArray<typescript.Statement>

/** Every node of a tree. */
const nodesOf = (node: typescript.Node): ReadonlyArray<typescript.Node> => {
  const all: Array<typescript.Node> = []
  const visit = (each: typescript.Node): void => {
    all.push(each)
    typescript.forEachChild(each, visit)
  }
  visit(node)
  return all
}

/** Where a module waits or holds a limit, as `file name` or `file owner: what`. Places that read alike are one. */
export const places = (file: string, text: string): ReadonlyArray<string> => {
  const found = parsed(file, text).flatMap((statement) => [
    ...numbersOf(statement).map((name) => `${file} ${name}`),
    ...nodesOf(statement).flatMap((node) => {
      const what = heldBy(node)
      return what === undefined ? [] : [`${file} ${ownerOf(statement)}: ${what}`]
    })
  ])
  return [...new Set(found)]
}

/** Names of interfaces whose fields are chosen by whoever uses the module. */
const chosen = /(Options|Limits?|Timers|Settings|Owner|Store|Opening|Sale|Contents)$/

/** The options that a module takes, as `Interface.field`. */
export const options = (text: string): ReadonlyArray<string> =>
  parsed("options.ts", text).flatMap((statement) => {
    if (!typescript.isInterfaceDeclaration(statement) || !chosen.test(statement.name.text)) return []
    return statement.members.map((member) => `${statement.name.text}.${member.name!.getText()}`)
  })

/** The errors that a module declares, by the names of their classes. */
export const errors = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^export class (\w+) extends (?:Data|Schema)\.(?:TaggedError|Error)\b/gm)].map(([, name]) => name!)

/** The environment variables that a module reads. */
export const variables = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/process\.env\.(\w+)|variable: "(\w+)"/g)].map(([, read, named]) => (read ?? named)!)
