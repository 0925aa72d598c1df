/**
 * Reach: what of a module a run comes to. A copy of the module counts at points: where a function, a branch, or the right side of
 * `&&`, `||` and `??` begins. What is changed beyond a point that no run comes to, no run can tell.
 */
import typescript from "typescript"

const { SyntaxKind } = typescript

/** A part of a module that is run as a whole or not at all, as far as that is looked at. */
export interface Point {
  readonly start: number
  readonly end: number
}

/** A module that counts, and its points; the first is the whole module, which is run when it is loaded. */
export interface Counting {
  readonly text: string
  readonly points: ReadonlyArray<Point>
}

const shortcuts: ReadonlyArray<typescript.SyntaxKind> = [
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken
]

/** The parts of a node that are run only at times: blocks, statements and expressions. */
const partsOf = (node: typescript.Node): ReadonlyArray<typescript.Node | undefined> => {
  if (typescript.isFunctionLike(node) && "body" in node) return [node.body as typescript.Node | undefined]
  if (typescript.isIfStatement(node)) return [node.thenStatement, node.elseStatement]
  if (typescript.isIterationStatement(node, false)) return [node.statement]
  if (typescript.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse]
  if (typescript.isBinaryExpression(node) && shortcuts.includes(node.operatorToken.kind)) return [node.right]
  return []
}

/** What is put before and after a part so that it counts. */
const counting = (part: typescript.Node, hit: string): readonly [at: number, before: string, after: string] => {
  if (typescript.isBlock(part)) return [part.getStart() + 1, `${hit};`, ""]
  return typescript.isStatement(part) ? [part.getStart(), `{${hit};`, "}"] : [part.getStart(), `(${hit},`, ")"]
}

/** Gives a module that counts: each point calls `globalThis.reached` with the module's name and its number, the first time. */
export const instrument = (file: string, source: typescript.SourceFile): Counting => {
  const points: Array<Point> = [{ start: 0, end: source.end }]
  const put: Array<{ readonly at: number; readonly text: string; readonly order: number }> = []
  const visit = (node: typescript.Node): void => {
    if (typescript.isTypeNode(node)) return
    for (const part of partsOf(node)) {
      if (part === undefined) continue
      const number = points.push({ start: part.getStart(source), end: part.end }) - 1
      const [at, before, after] = counting(part, `(reach_[${number}]||hit_(${number}))`)
      // Of two that end in one place the inner one closes first; it opens last.
      put.push({ at, text: before, order: number })
      if (after !== "") put.push({ at: part.end, text: after, order: -number })
    }
    typescript.forEachChild(node, visit)
  }
  visit(source)
  put.sort((a, b) => a.at - b.at || a.order - b.order)
  let text = ""
  let from = 0
  for (const { at, text: added } of put) {
    text += source.text.slice(from, at) + added
    from = at
  }
  return { text: `${prologue(file, points.length)}${text}${source.text.slice(from)}`, points }
}

/** Where the counts of a process go: a line for each point that it comes to, unless somebody in the process listens. */
export const variable = "PAYCODE_REACHED"

/**
 * The beginning of a module that counts. It imports nothing, so that it does in threads, in test runners, and in processes that are
 * killed: what is met is written at once.
 */
const prologue = (file: string, points: number): string =>
  [
    `const reach_ = new Uint8Array(${points});`,
    `const hit_ = (number) => { reach_[number] = 1;`,
    `if (globalThis.reached) { globalThis.reached(${JSON.stringify(file)}, number); return }`,
    `const to = process.env.${variable};`,
    `if (to) process.getBuiltinModule("node:fs").appendFileSync(to, ${JSON.stringify(`${file} `)} + number + "\\n") };`,
    `(globalThis.reaches ??= []).push(reach_); hit_(0); `
  ].join(" ")

/** The number of the innermost point around a change. */
export const pointAt = (points: ReadonlyArray<Point>, start: number, end: number): number => {
  let found = 0
  for (const [number, point] of points.entries()) {
    const inner = points[found]!
    const isAround = point.start <= start && end <= point.end
    if (isAround && point.end - point.start <= inner.end - inner.start) found = number
  }
  return found
}
