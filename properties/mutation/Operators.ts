/**
 * Operators: the small changes by which a mutant differs from the sources. None touches a type, an import, a comment, or a
 * text that is only shown: a string is changed only where its type says that it is one of a few.
 */
import typescript from "typescript"

const { SyntaxKind } = typescript

/** One change of the text of a module. */
export interface Edit {
  /** By which operator. */
  readonly operator: string
  /** Which characters are replaced, and by what. */
  readonly start: number
  readonly end: number
  readonly by: string
}

/** The other strings that may stand in place of one, as far as its type says; none where it is any string. */
export type Alternatives = (literal: typescript.StringLiteral) => ReadonlyArray<string>

/** What an operator gives for a node: the node that it replaces, and by what. */
type Change = readonly [operator: string, node: typescript.Node, by: string]

const boundaries: Readonly<Partial<Record<typescript.SyntaxKind, string>>> = {
  [SyntaxKind.LessThanToken]: "<=",
  [SyntaxKind.LessThanEqualsToken]: "<",
  [SyntaxKind.GreaterThanToken]: ">=",
  [SyntaxKind.GreaterThanEqualsToken]: ">"
}

const opposites: Readonly<Partial<Record<typescript.SyntaxKind, string>>> = {
  [SyntaxKind.EqualsEqualsEqualsToken]: "!==",
  [SyntaxKind.ExclamationEqualsEqualsToken]: "==="
}

const sums: Readonly<Partial<Record<typescript.SyntaxKind, string>>> = {
  [SyntaxKind.PlusToken]: "-",
  [SyntaxKind.MinusToken]: "+",
  [SyntaxKind.AsteriskToken]: "/",
  [SyntaxKind.SlashToken]: "*",
  [SyntaxKind.PercentToken]: "*",
  [SyntaxKind.PlusEqualsToken]: "-=",
  [SyntaxKind.MinusEqualsToken]: "+="
}

/** Methods that say otherwise, and those whose call may be left out of a chain. */
const otherMethods: ReadonlyMap<string, string> = new Map([
  ["some", "every"],
  ["every", "some"],
  ["min", "max"],
  ["max", "min"]
])
const passedOver: ReadonlyArray<string> = ["filter", "toSorted", "sort", "toReversed", "slice", "trim"]

const text = (node: typescript.Node): string => node.getText()

const logical = (node: typescript.BinaryExpression): ReadonlyArray<Change> => {
  const { left, operatorToken, right } = node
  if (operatorToken.kind === SyntaxKind.QuestionQuestionToken) {
    return [
      ["without the default", node, text(left)],
      ["the default alone", node, text(right)]
    ]
  }
  const isAnd = operatorToken.kind === SyntaxKind.AmpersandAmpersandToken
  if (!isAnd && operatorToken.kind !== SyntaxKind.BarBarToken) return []
  const part = isAnd ? "conjunct" : "disjunct"
  return [
    ["other connective", operatorToken, isAnd ? "||" : "&&"],
    [`dropped ${part}`, node, text(left)],
    [`dropped ${part}`, node, text(right)]
  ]
}

const binary = (node: typescript.BinaryExpression): ReadonlyArray<Change> => {
  const token = node.operatorToken
  const [boundary, opposite, sum] = [boundaries[token.kind], opposites[token.kind], sums[token.kind]]
  return [
    ...(boundary === undefined ? [] : [["boundary", token, boundary] as const]),
    ...(opposite === undefined ? [] : [["negated comparison", token, opposite] as const]),
    ...(sum === undefined ? [] : [["other arithmetic", token, sum] as const]),
    ...logical(node)
  ]
}

/** A comparison is negated by its own operator, and what is negated already by losing that. */
const isNegatedElsewhere = (condition: typescript.Expression): boolean =>
  (typescript.isBinaryExpression(condition) && opposites[condition.operatorToken.kind] !== undefined) ||
  typescript.isPrefixUnaryExpression(condition)

const condition = (node: typescript.Expression): ReadonlyArray<Change> =>
  isNegatedElsewhere(node) ? [] : [["negated condition", node, `!(${text(node)})`]]

const prefix = (node: typescript.PrefixUnaryExpression): ReadonlyArray<Change> => {
  if (node.operator === SyntaxKind.ExclamationToken) return [["lost negation", node, `(${text(node.operand)})`]]
  return node.operator === SyntaxKind.MinusToken ? [["lost sign", node, `(${text(node.operand)})`]] : []
}

/** Whether a statement can be left out for what it does, and not for what it declares. */
const isRemovable = (node: typescript.Statement): boolean =>
  typescript.isExpressionStatement(node) ||
  (typescript.isIfStatement(node) && node.elseStatement === undefined) ||
  typescript.isContinueStatement(node) ||
  typescript.isBreakStatement(node) ||
  (typescript.isReturnStatement(node) && node.expression === undefined)

const call = (node: typescript.CallExpression): ReadonlyArray<Change> => {
  if (!typescript.isPropertyAccessExpression(node.expression)) return []
  const { expression, name } = node.expression
  const other = otherMethods.get(name.text)
  return [
    ...(other === undefined ? [] : [["other method", name, other] as const]),
    ...(passedOver.includes(name.text) ? [["call left out", node, text(expression)] as const] : [])
  ]
}

/** The items of a list without one of them. */
const without = (open: string, items: ReadonlyArray<typescript.Node>, index: number, close: string): string => {
  const rest = items.filter((_, at) => at !== index).map(text)
  return `${open}${rest.join(", ")}${close}`
}

const record = (node: typescript.ObjectLiteralExpression): ReadonlyArray<Change> =>
  node.properties.map((_, index) => ["dropped field", node, without("{ ", node.properties, index, " }")] as const)

const list = (node: typescript.ArrayLiteralExpression): ReadonlyArray<Change> =>
  node.elements.map((_, index) => ["dropped element", node, without("[", node.elements, index, "]")] as const)

const literal = (node: typescript.Node, alternatives: Alternatives): ReadonlyArray<Change> => {
  if (typescript.isNumericLiteral(node)) {
    const value = text(node).replaceAll("_", "")
    const numbers = /^\d+$/.test(value) ? [Number(value) + 1, Number(value) - 1] : []
    return numbers.map((number) => ["number off by one", node, number < 0 ? `(${number})` : String(number)])
  }
  if (node.kind === SyntaxKind.TrueKeyword) return [["other truth value", node, "false"]]
  if (node.kind === SyntaxKind.FalseKeyword) return [["other truth value", node, "true"]]
  return typescript.isStringLiteral(node)
    ? alternatives(node).map((other) => ["other of its kind", node, JSON.stringify(other)] as const)
    : []
}

const expression = (node: typescript.Node, alternatives: Alternatives): ReadonlyArray<Change> => {
  if (typescript.isBinaryExpression(node)) return binary(node)
  if (typescript.isPrefixUnaryExpression(node)) return prefix(node)
  if (typescript.isCallExpression(node)) return call(node)
  if (typescript.isObjectLiteralExpression(node)) return record(node)
  if (typescript.isArrayLiteralExpression(node)) return list(node)
  if (!typescript.isConditionalExpression(node)) return literal(node, alternatives)
  return [
    ...condition(node.condition),
    ["one branch alone", node, `(${text(node.whenTrue)})`],
    ["one branch alone", node, `(${text(node.whenFalse)})`]
  ]
}

const changes = (node: typescript.Node, alternatives: Alternatives): ReadonlyArray<Change> => {
  if (typescript.isStatement(node)) {
    const removed = isRemovable(node) ? [["removed statement", node, "{}"] as const] : []
    const isAsking = typescript.isIfStatement(node) || typescript.isWhileStatement(node)
    return isAsking ? [...condition(node.expression), ...removed] : removed
  }
  return expression(node, alternatives)
}

/** Calls by which words are put to a thing. */
const wordings: ReadonlyArray<string> = ["annotate", "annotateKey", "withDescription", "named"]

/** Whether a node is what a call puts into words. */
const isWorded = (node: typescript.Node): boolean => {
  const { parent } = node
  if (!typescript.isCallExpression(parent) || parent.expression === node) return false
  const { expression } = parent
  const name = typescript.isPropertyAccessExpression(expression) ? expression.name : expression
  return typescript.isIdentifier(name) && wordings.includes(name.text)
}

/** What is not looked into: types, imports, exports of other modules, words, and what goes wrong with words. */
const isApart = (node: typescript.Node): boolean =>
  (node.parent !== undefined && isWorded(node)) ||
  typescript.isTypeNode(node) ||
  typescript.isInterfaceDeclaration(node) ||
  typescript.isTypeAliasDeclaration(node) ||
  typescript.isImportDeclaration(node) ||
  typescript.isExportDeclaration(node) ||
  typescript.isThrowStatement(node)

/** Every change of a module that an operator knows, in the order of the text. The source has its parents set. */
export const edits = (source: typescript.SourceFile, alternatives: Alternatives): ReadonlyArray<Edit> => {
  const found: Array<Edit> = []
  const visit = (node: typescript.Node): void => {
    if (isApart(node)) return
    for (const [operator, target, by] of changes(node, alternatives)) {
      found.push({ operator, start: target.getStart(source), end: target.end, by })
    }
    typescript.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** A text with a change made. */
export const apply = (from: string, { by, end, start }: Edit): string => from.slice(0, start) + by + from.slice(end)
