/** The pages, of claims that nobody has decided and of a run that nobody searched for: what they say is there at once. */
import { readFileSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as SchemeFile from "../impl/SchemeFile.ts"
import { answers } from "../model/Order.ts"
import { reasons } from "../model/Refusal.ts"
import * as Rules from "../model/Rules.ts"
import { exempt, type Scheme } from "../model/Scheme.ts"
import * as System from "../model/system/System.ts"
import { type Action, Scope, type World } from "../model/system/System.ts"
import type { Verdict } from "../properties/audit/Audit.ts"
import * as Audit from "../properties/audit/Audit.ts"
import * as Computing from "../properties/computed/Catalogue.ts"
import * as Correspondence from "../properties/correspondence/Correspondence.ts"
import * as Markdown from "../properties/Markdown.ts"
import type { Line } from "../properties/mutation/Mutation.ts"
import * as Scenes from "../properties/scenes/Scenes.ts"
import * as Trace from "../properties/trace/Trace.ts"
import { type ClaimId, claimIds, claims, isBound } from "../spec/Claims.ts"
import { clauseIds, clauses } from "../spec/Clauses.ts"
import { interfaces, published, questions, replies } from "../spec/ErrorCodes.ts"
import { parameterPaths } from "../spec/Parameters.ts"
import { capabilityIds } from "../spec/Threats.ts"
import * as Documents from "./Documents.ts"
import type * as Page from "./Page.ts"
import { Mutation, Protocol, TradeOffs } from "./pages/Pages.ts"
import { root } from "./Sources.ts"

const schemes = (await Effect.runPromise(
  Effect.provide(Effect.forEach(SchemeFile.builtIn, SchemeFile.load), NodeServices.layer)
)) as unknown as readonly [Scheme, ...ReadonlyArray<Scheme>]

/** Somebody shows a code, and the adversary sees it: which breaks `opaque-code` where the alias can be read. */
const seen = (scheme: Scheme): Trace.Saved => {
  const scope = Scenes.scopeOf("payment", "quick", scheme, ["capture"])
  const world: World = { rules: Rules.strict(scheme), scope, can: Scope.having(["capture"]) }
  let state = System.init(world).at(-1)!
  const start = state.now
  const actions: ReadonlyArray<Action> = (["Show", "Capture"] as const).map((tag) => {
    const action = System.enabled(world, state).find((possible) => possible._tag === tag)!
    state = System.next(world, state, action).state
    return action
  })
  return Trace.save({ world, start, actions, loop: undefined, claim: "opaque-code", shows: "attack" })
}

const undecided = (scheme: Scheme, id: ClaimId): Verdict.ClaimReport => {
  if (isBound(id)) return Audit.boundReport(scheme, id, Computing.boundOf(scheme, id)!)
  const isBroken = scheme.scheme === "alipay" && id === "opaque-code"
  return {
    id,
    kind: claims[id].kind,
    asserted: "holds",
    because: null,
    verdict: isBroken ? "fails" : "not-run",
    assurance: isBroken ? "exhaustive" : null,
    reason: "nobody has searched",
    under: [],
    notModelled: [],
    assumptions: [],
    evidence: {
      states: 0,
      transitions: 0,
      depth: 0,
      situations: 0,
      parts: {},
      edges: {},
      complete: false,
      searches: [0],
      shortest: isBroken ? true : null,
      sampled: null,
      covered: null
    },
    fallsWith: null,
    counterexample: isBroken ? seen(scheme) : null,
    witness: null,
    loop: null
  }
}

const audited = (scheme: Scheme): Page.Audited => ({
  scheme,
  hash: "0",
  claims: claimIds.filter((id) => exempt(scheme, id) === undefined).map((id) => undecided(scheme, id)),
  exempt: claimIds.flatMap((id) => {
    const reason = exempt(scheme, id)
    return reason === undefined ? [] : [{ id, reason }]
  }),
  searches: [
    {
      scene: "payment",
      under: ["capture"],
      scope: Scenes.scopeOf("payment", "quick", scheme, ["capture"]),
      states: 0,
      transitions: 0,
      depth: 0,
      key: 0,
      complete: false,
      covered: null,
      compared: null,
      reductions: []
    }
  ]
})

const mutated = (line: Partial<Line>): Line => ({
  version: 1,
  id: "",
  folder: "impl",
  file: "impl/till/Till.ts",
  line: 7,
  operator: "dropped conjunct",
  before: "",
  after: "",
  fate: "killed",
  by: null,
  how: null,
  sources: "",
  seed: 1,
  paycode: "0.1.0",
  date: "2026-11-29",
  ...line
})

const [first, ...others] = schemes
const material: Page.Material = {
  scope: "quick",
  schemes: [audited(first), ...others.map(audited)],
  matrix: {
    scope: "quick",
    states: 1000,
    statesToEnd: 2000,
    schemes: ["alipay", "wechat"],
    rows: [
      {
        clause: "VER-8",
        mutant: "not kept",
        falls: [
          { claim: "single-use", scheme: "alipay", scene: "payment", steps: 4, value: null },
          { claim: "single-use", scheme: "wechat", scene: "payment", steps: 5, value: null }
        ],
        attack: null,
        backedUp: null
      },
      { clause: "ENR-1", mutant: "unsigned", falls: [], attack: null, backedUp: null },
      {
        clause: "VER-11",
        mutant: "any",
        falls: [],
        attack: null,
        backedUp: {
          clause: "ENR-1",
          mutant: "unsigned",
          falls: [{ claim: "consent", scheme: "alipay", scene: "payment", steps: 3, value: null }],
          attack: null
        }
      }
    ]
  },
  comparisons: others.map(({ scheme }) => ({
    from: first.scheme,
    to: scheme,
    changes:
      scheme !== "hardened"
        ? []
        : [
            {
              id: "opaque-code",
              from: "fails",
              to: "holds",
              causes: [
                {
                  parameters: [{ path: "code.alias", from: "masked-index", to: "keyed" }],
                  clauses: [{ id: "GEN-7", mutant: "one key" }]
                }
              ],
              reason: null
            },
            { id: "consent", from: "holds", to: "fails", causes: [], reason: "nobody has looked" }
          ],
    undecided: scheme === "hardened" ? ["freshness"] : []
  })),
  mutation: [
    mutated({ id: "a", fate: "killed", by: "impl/a.test.ts", how: "a test" }),
    mutated({ id: "b", fate: "alive", before: "a && b", after: "a" }),
    mutated({ id: "c", fate: "ill-typed" }),
    mutated({ id: "d", fate: "equal", folder: "model", file: "model/Time.ts" }),
    mutated({ id: "e", folder: "claims", by: "alipay Notice", how: "the judge of consent notices otherwise" }),
    mutated({ id: "f", folder: "claims", by: "alipay sale", how: "alipay: agreement fails, asserted holds" })
  ],
  spec: "../../spec"
}
const pages = Documents.generated(material)
const page = (name: string): string => pages.find(({ path }) => path === `${Documents.folder}/${name}`)!.text

/** What stands under a heading of a page. */
const section = (text: string, heading: string): string =>
  text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? ""

const headings = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!)

it("a page stands for each scheme", () => {
  const names = SchemeFile.builtIn
  expect(schemes.map(({ scheme }) => scheme)).toEqual(names)
  for (const { scheme, title } of schemes) expect(page(`schemes/${scheme}.md`)).toContain(Markdown.sentence(title))
})

it("speak of every clause, claim, capability, answer, refusal and parameter", () => {
  const said = pages.flatMap(({ text }) => headings(text))
  const wanted = [...clauseIds, ...claimIds, ...capabilityIds, ...answers, ...reasons, ...parameterPaths]
  expect(wanted.filter((heading) => !said.includes(heading))).toEqual([])
})

it.each(clauseIds)("%s stands with every way of leaving it out", (id) => {
  const text = section(page("Clauses.md"), id)
  const ways = Object.keys(clauses[id].mutants)
  for (const way of ways) expect(text).toContain(`- *${way}*: `)
  expect(text.includes("there is nothing to leave out")).toBe(ways.length === 0)
})

describe("the page of answers", () => {
  const faces = interfaces.filter((face) => face !== "paycode")

  it.each(answers)("says how %s reads in each interface", (answer) => {
    const text = section(page("Refusals.md"), answer)
    for (const question of questions) {
      for (const face of faces) {
        for (const value of Object.values(replies[face][question][answer]?.fields ?? {})) {
          const row = text.split("\n").find((line) => line.startsWith(`| ${question} |`))
          expect(row).toContain(`\`${value}\``)
        }
      }
    }
  })

  it("gives every published value that there is", () => {
    for (const face of faces) {
      for (const values of Object.values(published[face].fields)) {
        for (const value of Object.keys(values))
          expect(section(page("Refusals.md"), face)).toContain(`| \`${value}\` |`)
      }
    }
  })
})

it("a claim that says nothing of a scheme is said to, with the reason", () => {
  const wechat = material.schemes.find(({ scheme }) => scheme.scheme === "wechat")!
  expect(wechat.exempt.map(({ id }) => id)).toContain("daily-sum")
  expect(section(page("Claims.md"), "daily-sum")).toContain("the scheme has no limit.daySum")
  expect(page("schemes/wechat.md")).toContain("the scheme has no limit.daySum")
})

it("a run is told on the page of its scheme, and a verdict leads to it", () => {
  expect(section(page("schemes/alipay.md"), "Attack on opaque-code")).toContain("1. ")
  expect(page("Claims.md")).toContain("(schemes/alipay.md#attack-on-opaque-code)")
  expect(pages.map(({ path }) => path)).toContain(`${Documents.folder}/schemes/alipay-opaque-code.svg`)
})

it.each(schemes.map((scheme) => [scheme.scheme, scheme] as const))(
  "an honest payment is paid in %s",
  (_name, scheme) => {
    const moments = Trace.replay(Protocol.honest(scheme))
    const events = moments._tag === "Success" ? moments.success.flatMap(({ events }) => events) : []
    expect(events).toContainEqual({ _tag: "Debited", order: 0, by: "provider" })
  }
)

it.each(schemes.map((scheme) => [scheme.scheme, scheme] as const))(
  "so is one above the limit, with step-up, in %s",
  (_name, scheme) => {
    const by = scheme.stepUp.openFor === undefined ? "pin" : "password"
    const moments = Trace.replay(Protocol.steppedUp(scheme))
    const events = moments._tag === "Success" ? moments.success.flatMap(({ events }) => events) : []
    expect(events).toContainEqual({ _tag: "Debited", order: 0, by })
    expect(events.at(-1)).toEqual({ _tag: "Viewed", order: 0, view: "paid" })
  }
)

/** The links between pages that lead to no page, or to no heading of one. */
const deadLinks = (path: string, text: string): ReadonlyArray<string> =>
  [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !target.startsWith("../../") && !target.startsWith("../../../"))
    .filter((target) => {
      const [file, fragment] = target.split("#")
      const at = file === "" ? path : new URL(file!, `file:///${path}`).pathname.slice(1)
      const found = pages.find((other) => other.path === at)
      if (found === undefined) return true
      return fragment !== undefined && !headings(found.text).map(Markdown.anchor).includes(fragment)
    })

it.each(pages.filter(({ path }) => path.endsWith(".md")).map(({ path, text }) => [path, text] as const))(
  "%s leads to pages and headings that there are",
  (path, text) => expect(deadLinks(path, text)).toEqual([])
)

describe("the page that holds schemes side by side", () => {
  const others = schemes.slice(1).map(({ scheme }) => scheme)
  const between = (other: string): string => section(page("Comparison.md"), `From ${first.scheme} to ${other}`)

  it("says what makes a difference, by which clause, and what it comes to", () => {
    const text = between("hardened")
    expect(text).toContain("[`code.alias`](Parameters.md#codealias) from `masked-index` to `keyed`")
    expect(text).toContain("[GEN-7](Clauses.md#gen-7): Where the alias is made with a key")
    expect(text).toContain(`(all phones make their aliases with one key) the claim fails in hardened too`)
    expect(text).toContain("*no longer possible*: The adversary sees the code of the phone of A")
  })

  it("says where no cause is named, and what was not decided", () => {
    expect(between("hardened")).toContain("no cause is named: nobody has looked")
    expect(between("hardened")).toContain("Not decided in both: [freshness]")
  })

  it("has every other scheme, those that differ in nothing too", () => {
    for (const other of others) {
      expect(between(other)).toContain(other === "hardened" ? "no cause is named" : "Nothing changes")
    }
  })
})

it("say what falls without each clause, by itself or with the one that backs it up", () => {
  const rows = page("Matrix.md")
    .split("\n")
    .filter((line) => /^\| \[/.test(line))
  expect(rows).toEqual([
    "| [VER-8](Clauses.md#ver-8) | not kept | [single-use](Claims.md#single-use) (alipay 4, wechat 5) |",
    "| [ENR-1](Clauses.md#enr-1) | unsigned | nothing by itself |",
    "| [VER-11](Clauses.md#ver-11) | any | nothing by itself; with [ENR-1](Clauses.md#enr-1) left out too, [consent](Claims.md#consent) (alipay 3) |"
  ])
})

it("the guide to sweeps shows the plots of the command that it gives", () => {
  const guide = readFileSync(`${root}docs/guides/sweep.md`, "utf8")
  const pictures = TradeOffs.pages(material).map(({ path }) => path)
  expect(pictures).toEqual(["sweep-trade-off.svg", "sweep-heat.svg"])
  for (const path of pictures) expect(guide).toContain(`](../protocol/${path})`)
  expect(guide).toContain(`sweep alipay ${TradeOffs.vary.map((axis) => `--vary ${axis}`).join(" ")}\n`)
})

describe("the page of the correspondence", () => {
  const text = page("Correspondence.md")
  const named = (key: string): boolean => text.includes(Markdown.code(key))

  it.each(Object.entries(Correspondence.tables))(
    "has a line for each of the %s, with what it stands for",
    (_, rows) => {
      expect(Object.keys(rows).filter((key) => !named(key))).toEqual([])
      const targets = Object.values(rows as Correspondence.Rows).map(({ target }) => target)
      expect(targets.filter(({ _tag, name }) => _tag !== "OutOfScope" && !named(name))).toEqual([])
    }
  )

  it("tells every difference, and what tests each action", () => {
    for (const { key } of Correspondence.differences)
      expect(section(text, "Known differences")).toContain(`- \`${key}\``)
    for (const [tag, how] of Object.entries(Correspondence.actions)) {
      const row = section(text, "Actions")
        .split("\n")
        .find((line) => line.startsWith(`| \`${tag}\` |`))
      const tested = how._tag === "Played" ? how.by : how.instead.map(({ file }) => file)
      for (const name of tested) expect(row).toContain(Markdown.code(name))
    }
  })
})

describe("the page of mutation tests", () => {
  const text = page("Mutation.md")

  it("counts what was tried of each folder, and not what is no program", () => {
    expect(text).toContain("| 2 | 1 | 0 | 0 | 1 | 50.0 % | 1 | 0.1.0 | 2026-11-29 |")
    expect(text).toContain("| 1 | 0 | 0 | 1 | 0 | none to kill | 1 | 0.1.0 | 2026-11-29 |")
  })

  it("leaves out a folder of which none was tried", () => {
    const none = material.mutation.filter(({ folder }) => folder !== "claims")
    const [page] = Mutation.page({ ...material, mutation: none })
    expect(page!.text).not.toContain("The judges](")
    expect(text).toContain("The judges](")
  })

  it("counts by themselves those that a judge noticed", () => {
    expect(text).toContain("| 2 | 2 | 1 | 0 | 0 | 100.0 % | 1 | 0.1.0 | 2026-11-29 |")
  })

  it("names every survivor with what stands in place of what", () => {
    expect(text).toContain("`impl/till/Till.ts:7`](../../impl/till/Till.ts) | dropped conjunct | `a && b` | `a` |")
  })
})
