/**
 * The mutation tests: what operators change and what they leave alone, that counting modules count, and that a seeded share of
 * the mutants that verdicts have killed is still killed by them.
 */
import * as Result from "effect/Result"
import typescript from "typescript"
import { afterAll, describe, expect, it } from "vitest"
import * as Copy from "./Copy.ts"
import * as Equivalents from "./Equivalents.ts"
import * as Mutation from "./Mutation.ts"
import * as Operators from "./Operators.ts"
import * as Reach from "./Reach.ts"
import * as Sampling from "./Sampling.ts"
import * as Typed from "./Typed.ts"
import * as Verdicts from "./Verdicts.ts"

const parsed = (text: string): typescript.SourceFile =>
  typescript.createSourceFile("a.ts", text, typescript.ScriptTarget.Latest, true)

/** What becomes of a text, by each operator. */
const mutated = (text: string): ReadonlyArray<string> =>
  Operators.edits(parsed(text), () => []).map((edit) => Operators.apply(text, edit))

describe("an operator", () => {
  it.each([
    ["moves a limit", "a < b", ["a <= b"]],
    ["negates a comparison", "a === b", ["a !== b"]],
    ["takes the other connective, or one side", "a && b", ["a || b", "a", "b"]],
    ["leaves out a default, or what it is for", "a ?? b", ["a", "b"]],
    ["takes one branch, or the other condition", "c ? a : b", ["!(c) ? a : b", "(a)", "(b)"]],
    ["leaves out a statement", "if (c) f()", ["if (!(c)) f()", "{}", "if (c) {}"]],
    ["counts one more or less", "3", ["4", "2"]],
    ["asks another method", "a.some(f)", ["a.every(f)"]],
    ["leaves out an element", "[a, b]", ["[b]", "[a]"]],
    ["leaves out a field", "({ ...a, b })", ["({ b })", "({ ...a })"]]
  ])("%s", (_what, text, wanted) => {
    expect(mutated(`x = ${text}`.replace("x = if", "if")).map((one) => one.replace(/^x = /, ""))).toEqual(
      text.startsWith("if") ? wanted : ["{}", ...wanted]
    )
  })

  it.each([
    ["types", "type A = 1 | 2; const a: Array<1> | undefined = b"],
    ["imports", 'import { a } from "./a.ts"'],
    ["comments", "// a && b < 1\n/** a === b */"],
    ["what goes wrong in words", "throw new Error(a && b)"],
    ["words that are put to a thing", "const a = b.annotate({ title: a && b })"],
    ["texts", 'const a = "x"']
  ])("leaves alone %s", (_what, text) => {
    expect(mutated(text)).toEqual([])
  })
})

describe("the compiler", () => {
  const file = "properties/claims/StepUp.ts"
  const typed = Typed.open([file])
  const { text } = typed.sourceOf(file)

  it("knows which other words may stand for one, and takes no program that is none", () => {
    const edits = Operators.edits(typed.sourceOf(file), typed.alternatives)
    const words = edits.filter(({ operator }) => operator === "other of its kind")
    expect(words.map(({ by }) => by)).toContain('"broken"')
    const kept = words.find(({ by }) => by === '"broken"')!
    expect(typed.accepts(file, Operators.apply(text, kept))).toBe(true)
    expect(typed.accepts(file, text.replace('"elsewhere"', '"nowhere"'))).toBe(false)
    expect(typed.accepts(file, text)).toBe(true)
  })

  it("knows a mutant again after a change elsewhere, and tells two that are alike apart", () => {
    const ids = Sampling.mutantsOf(typed, "claims", file).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const moved = typescript.createSourceFile(file, `const first = 1\n\n${text}`, typescript.ScriptTarget.Latest, true)
    const plain = { ...typed, alternatives: () => [] }
    const lines = (of: Typed.Typed) => new Map(Sampling.mutantsOf(of, "claims", file).map(({ id, line }) => [id, line]))
    const after = lines({ ...plain, sourceOf: () => moved })
    for (const [id, line] of lines(plain)) expect([id, after.get(id)]).toEqual([id, line + 2])
  })
})

it("a module that counts tells every part that it comes to, once", () => {
  const source = parsed("const f = (a) => (a ? b() : a || b()); const b = () => { return 0 }; f(true); f(true); f(0)")
  const { points, text } = Reach.instrument("a.ts", source)
  const met: Array<number> = []
  const listening = globalThis as { reached?: unknown; reaches?: unknown }
  const { reached, reaches } = listening
  try {
    listening.reached = (_file: string, point: number) => met.push(point)
    new Function(text)()
  } finally {
    Object.assign(listening, { reached, reaches })
  }
  expect(met.toSorted((x, y) => x - y)).toEqual(points.map((_, number) => number))
  expect(new Set(met).size).toBe(met.length)
  const at = source.text.indexOf("return")
  expect(source.text.slice(points[Reach.pointAt(points, at, at + 1)]!.start)).toMatch(/^\{ return/)
})

describe("what became of mutants", () => {
  const line = {
    id: "a",
    folder: "impl",
    file: "impl/a.ts",
    line: 1,
    operator: "boundary",
    before: "<",
    after: "<=",
    fate: "alive",
    by: null,
    how: null,
    sources: "",
    seed: 1,
    paycode: "0.1.0",
    date: "2026-01-01"
  } as const

  it("is read as it was written, the last that was said of each", () => {
    const killed = { ...line, fate: "killed", by: "b", how: "c" } as const
    const found = Mutation.read(Mutation.text(line) + Mutation.text({ ...line, id: "b" }) + Mutation.text(killed))
    expect(Result.getOrThrow(found)).toEqual([
      { version: 1, ...killed },
      { version: 1, ...line, id: "b" }
    ])
  })

  it("is refused with its line where it is not of the form, or was cut", () => {
    const cut = Mutation.read(Mutation.text(line) + Mutation.text(line).slice(0, 40))
    expect(Result.isFailure(cut) && cut.failure[0]!.path).toMatch(/^line 2/)
  })

  it("comes to a rate: a survivor is alive unless it is shown to be the same", () => {
    const lines = (["killed", "late", "alive", "unreached", "equal", "ill-typed"] as const).map((fate, at) => ({
      ...line,
      version: 1 as const,
      id: String(at),
      fate
    }))
    expect(Mutation.rates(lines, [{ id: "2" }])).toMatchObject([{ tried: 5, killed: 2, equivalent: 2 }])
    expect(Mutation.rates(lines, [])[0]!.alive.map(({ fate }) => fate)).toEqual(["alive", "unreached"])
  })

  it("names no mutant as the same that there is not", () => {
    const folders = Mutation.folders.filter((folder) => Equivalents.proven.some(({ file }) => isOf(folder, file)))
    const there = new Set(folders.flatMap((folder) => all(folder).map(({ id }) => id)))
    expect(Equivalents.proven.filter(({ id }) => !there.has(id))).toEqual([])
  })
})

const isOf = (folder: Mutation.Folder, file: string): boolean => Sampling.filesOf(folder).includes(file)

const all = (folder: Mutation.Folder): ReadonlyArray<Sampling.Mutant> =>
  Sampling.drawn(Typed.open(Sampling.filesOf(folder)), folder, 1)

/** The seed of the share, and how many mutants of each folder are in it: each takes a process. */
const seed = Number(process.env.PAYCODE_SEED ?? 1)
const share = 3

/** Mutants that one search has killed, in an order by the seed. */
const killed = (folder: Mutation.Folder): ReadonlyArray<Mutation.Line> =>
  Mutation.recorded()
    .filter(
      (line) => line.folder === folder && line.fate === "killed" && / fails, asserted holds$/.test(line.how ?? "")
    )
    .map((line) => ({ line, turn: Sampling.turnOf(seed, line.id) }))
    .sort((a, b) => (a.turn < b.turn ? -1 : 1))
    .map(({ line }) => line)

/** The folders of which there are so many on file: of the judges in any case. */
const folders = (["claims", "model"] as const).filter((folder) => folder === "claims" || killed(folder).length >= share)

describe(`of the mutants that a search alone has killed, a share drawn by seed ${seed}`, () => {
  const copy = Copy.make()
  afterAll(copy.remove)

  it.each(folders)("of %s is still killed by it", async (folder) => {
    const typed = Typed.open(Sampling.filesOf(folder))
    let tried = 0
    for (const { by, file, how, id } of killed(folder)) {
      // One whose place has changed since is none any more.
      const mutant = Sampling.filesOf(folder).includes(file)
        ? Sampling.mutantsOf(typed, folder, file).find((one) => one.id === id)
        : undefined
      if (mutant === undefined) continue
      const text = Operators.apply(typed.sourceOf(file).text, mutant.edit)
      expect({ id, ...(await Verdicts.askOne(copy, file, text, by!)) }).toEqual({ id, fate: "killed", by, how })
      if (++tried === share) return
    }
    expect(tried).toBe(share)
  })
})
