/**
 * Everything that there is in the implementation has a row, every row is of something that there is, and what a row names is
 * there too.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Completions from "effect/cli/Completions"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import typescript from "typescript"
import { describe, expect, it } from "vitest"
import * as Commands from "../../impl/command/Command.ts"
import { Api, Problem } from "../../impl/http/Http.ts"
import { Database, Sqlite } from "../../impl/ledger/Ledger.ts"
import * as BuiltIn from "../../model/BuiltIn.ts"
import { reasons } from "../../model/Refusal.ts"
import * as Rules from "../../model/Rules.ts"
import * as Steps from "../../model/steps/Steps.ts"
import type { Action, State } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { Scope } from "../../model/system/System.ts"
import { paths } from "../../spec/Parameters.ts"
import { assumptions } from "../../spec/Threats.ts"
import * as Scenes from "../scenes/Scenes.ts"
import { actionTags } from "../suites/Harness.ts"
import * as Correspondence from "./Correspondence.ts"
import { type Played, type Row, sentences, tables } from "./Correspondence.ts"
import * as Places from "./Places.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")

// ---------------------------------------------------------------------------------------------------------------------
// What there is in the implementation
// ---------------------------------------------------------------------------------------------------------------------

const endpoints = (): ReadonlyArray<string> => {
  const found: Array<string> = []
  HttpApi.reflect(Api.Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint: { method, path } }) => found.push(`${method} ${path}`)
  })
  return found
}

/** The columns of a ledger that was made just now, as its database has them. */
const columns = (): ReadonlyArray<string> => {
  const statement =
    "SELECT t.name || '.' || c.name AS name FROM sqlite_master t, pragma_table_info(t.name) c " +
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
  const found = Database.Database.use(({ read }) => read<{ readonly name: string }>(statement))
  return Effect.runSync(Effect.provide(found, Sqlite.layerMemory)).map(({ name }) => name)
}

const flagsOf = (
  command: string,
  { arguments: given, flags, subcommands }: Completions.CommandDescriptor
): ReadonlyArray<string> => [
  ...flags.map(({ name }) => `${command} --${name}`),
  ...given.map(({ name }) => `${command} <${name}>`),
  ...subcommands.flatMap((part) => flagsOf(command, part))
]

const { operator, serve, till, wallet } = Commands.commands
const described = [
  Completions.fromCommand(await serve()),
  Completions.fromCommand(await operator()),
  Completions.fromCommand(await till()),
  Completions.fromCommand(await wallet())
]

const flags = (): ReadonlyArray<string> => described.flatMap((descriptor) => flagsOf(descriptor.name, descriptor))

const sources = Places.sources()
const inSources = (look: (text: string, file: string) => ReadonlyArray<string>): ReadonlyArray<string> =>
  [...sources].flatMap(([file, text]) => look(text, file))

/** The classes that carry a problem are those of its table, whose rows go by its name. */
const errors = (): ReadonlyArray<string> =>
  inSources(Places.errors).filter((name) => !Object.values(Problem.classes).some((kind) => kind.name === name))

const found: { readonly [Table in Correspondence.TableName]: () => ReadonlyArray<string> } = {
  endpoints,
  columns,
  reasons: () => reasons,
  problems: () => Problem.names,
  errors,
  limits: () => inSources((text, file) => Places.places(file, text)),
  options: () => inSources(Places.options),
  flags,
  variables: () => inSources(Places.variables)
}

/** What has no row, and the rows of nothing: each as a line that says which. */
const unmatched = (there: ReadonlyArray<string>, rows: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(there.filter((key) => !rows.includes(key)).map((key) => `${key}: expected a row, found none`)),
  ...rows.filter((key) => !there.includes(key)).map((key) => `${key}: expected something of this name, found none`)
]

describe("everything that there is has a row, and every row is of something", () => {
  it.each(Object.keys(tables) as ReadonlyArray<Correspondence.TableName>)("in %s", (table) => {
    const there = found[table]()
    expect(there.length).toBeGreaterThan(0)
    expect(unmatched(there, Object.keys(tables[table]))).toEqual([])
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// What rows lead to
// ---------------------------------------------------------------------------------------------------------------------

/** A state with a code and an order in it: a sale that was shown, scanned and sent. */
const stateOfSale = (): State => {
  const scheme = BuiltIn.all()[0]!
  const scope = Scenes.scopeOf("sale", "quick", scheme, [])
  const world = { rules: Rules.strict(scheme), scope, can: Scope.having([]) }
  const course: ReadonlyArray<Action["_tag"]> = ["Show", "Scan", "Deliver"]
  return course.reduce((state, tag) => {
    const action = System.enabled(world, state).find(({ _tag }) => _tag === tag)!
    return System.next(world, state, action).state
  }, System.init(world).at(-1)!)
}

const { accounts, codes, merchants, orders, phones } = stateOfSale()

const state = {
  state: stateOfSale(),
  account: accounts[0]!,
  credential: phones[0]!.credentials[0]!,
  phone: phones[0]!,
  merchant: merchants[0]!,
  code: codes[0]!,
  order: orders[0]!
}

const has = (table: Readonly<Record<string, unknown>>, name: string): boolean => Object.hasOwn(table, name)

const steps = Steps as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>

const isStep = (name: string): boolean => {
  const [module, step] = name.split(".") as [string, string]
  return typeof steps[module]?.[step] === "function"
}

const isField = (name: string): boolean => {
  const [table, field] = name.split(".") as [string, string]
  return has(state, table) && has(state[table as keyof typeof state] as never, field)
}

const flat = (text: string): string => text.replaceAll("**", "").replace(/\s+/g, " ").trim()

const threats = read("spec/Threats.md")

/** The sentences under "Out of scope", each without its marks. */
const outOfScope = threats
  .slice(threats.indexOf("## Out of scope"))
  .split(/\n\n|\n(?=- )/)
  .filter((part) => part.startsWith("- "))
  .map((part) => flat(part.slice(2)))

/** Whether what a row leads to is there. */
const isThere = ({ target }: Row): boolean => {
  switch (target._tag) {
    case "Step":
      return isStep(target.name)
    case "Field":
      return isField(target.name)
    case "Action":
      return actionTags.includes(target.name)
    case "Parameter":
      return paths.includes(target.name)
    case "Assumption":
      return has(assumptions, target.name)
    case "OutOfScope":
      return outOfScope.includes(sentences[target.name])
  }
}

const rows = Object.entries(tables).flatMap(([table, all]) =>
  Object.entries(all as Correspondence.Rows).map(([key, row]) => ({ table, key, row }))
)

describe("a row leads to something", () => {
  it("that there is", () => {
    const lost = rows.filter(({ row }) => !isThere(row))
    expect(lost.map(({ key, row, table }) => `${table} ${key}: ${row.target._tag} ${row.target.name}`)).toEqual([])
  })

  it("and what it says of it names nothing else", () => {
    const named = ({ differs = "", says = "" }: Row): ReadonlyArray<string> =>
      [...`${says} ${differs}`.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
    const claimed = read("spec/Claims.ts")
    const isKnown = (name: string): boolean =>
      isStep(name) ||
      isField(name) ||
      paths.includes(name as never) ||
      has(tables.columns, name) ||
      claimed.includes(`"${name}"`) ||
      threats.includes(`### ${name}\n`)
    expect(
      rows.flatMap(({ key, row }) =>
        named(row)
          .filter((name) => !isKnown(name))
          .map((name) => `${key}: ${name}`)
      )
    ).toEqual([])
  })

  it.each(Object.entries(sentences))("and the sentence %s is one that a row needs", (id, says) => {
    expect(outOfScope).toContain(says)
    expect(rows.filter(({ row: { target } }) => target._tag === "OutOfScope" && target.name === id)).not.toEqual([])
  })
})

it("a refusal leads to a step whose module gives it", () => {
  const isGiven = (reason: string, { target }: Row): boolean =>
    target._tag === "Step" && read(`model/steps/${target.name.split(".")[0]}.ts`).includes(`"${reason}"`)
  expect(Object.entries(tables.reasons).filter(([reason, row]) => !isGiven(reason, row))).toEqual([])
})

// ---------------------------------------------------------------------------------------------------------------------
// What plays actions
// ---------------------------------------------------------------------------------------------------------------------

/** How the driver has each action played: the text of its entry, by the action. */
const plays = (): ReadonlyMap<string, string> => {
  const text = read("properties/refinement/Driver.ts")
  const source = typescript.createSourceFile("Driver.ts", text, typescript.ScriptTarget.Latest, true)
  const table = source.statements
    .filter(typescript.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(({ name }) => name.getText() === "plays")!.initializer as typescript.ObjectLiteralExpression
  return new Map(
    table.properties
      .filter(typescript.isPropertyAssignment)
      .map(({ initializer, name }) => [name.getText(), initializer.getText()])
  )
}

/** The functions that an entry has an action played by; what says when it cannot be played is none. */
const playedBy = (entry: string): ReadonlyArray<string> =>
  [...new Set([...entry.matchAll(/\b\w+Driver\.\w+/g)].map(([name]) => name!))].filter(
    (name) => !/\.obstacle/.test(name)
  )

const isTold = (played: Played, entry: string): boolean =>
  played._tag === "Unplayed"
    ? entry === "unplayed"
    : entry !== "unplayed" && playedBy(entry).toSorted().join() === played.by.toSorted().join()

describe("an action of the model", () => {
  const entries = plays()

  it.each(Object.entries(Correspondence.actions))("%s is played as its row says", (tag, played) => {
    expect(isTold(played, entries.get(tag) ?? "no entry") ? "" : entries.get(tag)).toBe("")
  })

  it("has a row, and every row is of one", () => {
    expect(unmatched(actionTags, Object.keys(Correspondence.actions))).toEqual([])
  })

  const unplayed = Object.entries(Correspondence.actions).flatMap(([tag, played]) =>
    played._tag === "Unplayed" ? [[tag, played.instead] as const] : []
  )

  it.each(unplayed)("%s, which is not played, is tested by what its row names", (_, instead) => {
    expect(instead).not.toEqual([])
    const lost = instead.filter(({ file, name }) => !existsSync(join(root, file)) || !read(file).includes(`"${name}"`))
    expect(lost).toEqual([])
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// What the search of the sources sees
// ---------------------------------------------------------------------------------------------------------------------

describe("in the sources it is seen", () => {
  it.each([
    ["a wait", 'const f = () => Effect.sleep("1 second")', ["a.ts f: Effect.sleep"]],
    ["a wait that is handed on", "const f = pipe(g, Effect.forever)", ["a.ts f: Effect.forever"]],
    ["a timer of Node", "function f() { setTimeout(g, 5) }", ["a.ts f: setTimeout"]],
    [
      "a schedule",
      "const f = Effect.retry(g, Schedule.spaced(h))",
      ["a.ts f: Effect.retry", "a.ts f: Schedule.spaced"]
    ],
    ["a constant", "const most = 2 ** 10", ["a.ts most"]],
    ["a record of numbers", "export const cost = { n: 1, r: [8, -2] } as const", ["a.ts cost"]],
    ["a default", 'const f = ({ every = "5 millis", most = 64 }) => g', ["a.ts f: every", "a.ts f: most"]],
    ["a field", "const f = () => make({ keepAliveTimeout: g })", ["a.ts f: keepAliveTimeout"]]
  ])("%s", (_, text, seen) => {
    expect(Places.places("a.ts", text)).toEqual(seen)
  })

  it("and no number that limits nothing by its form", () => {
    expect(Places.places("a.ts", "const f = (a = 0) => a + 17; const names = ['a']; const none = {}")).toEqual([])
  })

  it("an option, an error and a variable", () => {
    expect(Places.options("export interface TillOptions { readonly rules: Rules; name?: string }")).toEqual([
      "TillOptions.rules",
      "TillOptions.name"
    ])
    expect(Places.errors('export class Lost extends Data.TaggedError("Lost")<{}> {}')).toEqual(["Lost"])
    expect(Places.variables('process.env.HOME; text({ variable: "PAYCODE_X" })')).toEqual(["HOME", "PAYCODE_X"])
  })
})
