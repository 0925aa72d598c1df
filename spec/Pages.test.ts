/** The pages beside this file: they say what the ids say, word for word, and name nothing that does not exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { claimIds, claims } from "./Claims.ts"
import { type ClauseId, clauseIds, clauses, mutantsOf, type Phase, phases } from "./Clauses.ts"
import { parties, partyIds } from "./Parties.ts"
import { assumptions, capabilities, capabilityIds } from "./Threats.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** Every page in a folder, as paths from the root. */
const pagesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file))

const pages = pagesIn("spec")
/** The pages that speak of clauses and claims without being the spec. */
const others = [
  "README.md",
  "README.zh.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...pagesIn("docs/decisions"),
  ...pagesIn("docs/guides")
]

/** Text on one line, however it was broken. */
const flat = (text: string): string => text.replace(/\s+/g, " ").trim()

/** A page's prose: blocks of code mean themselves. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "")

/** What stands under each heading of a page, by the heading. */
const sections = (path: string): ReadonlyMap<string, string> =>
  new Map(
    read(path)
      .split(/^##+ /m)
      .slice(1)
      .map((section) => {
        const end = section.indexOf("\n")
        return [section.slice(0, end), section.slice(end + 1).trim()]
      })
  )

/** The quotation that a section opens with. */
const quoted = (section: string | undefined): string | undefined => {
  const lines = /^(?:> .*(?:\n|$))+/.exec(section ?? "")?.[0]
  return lines && flat(lines.replace(/^> /gm, ""))
}

const pageOf = (phase: Phase): string => `spec/${phase}.md`

/** What opens the part of a clause that says how the implementation keeps it, where it does not by the same switch. */
const elsewhere = "In the implementation."

describe("a clause stands on the page of its phase", () => {
  it.each(clauseIds)("%s, word for word", (id) => {
    const { phase, says } = clauses[id]
    expect(quoted(sections(pageOf(phase)).get(id))).toBe(says)
  })

  it.each(phases)("%s has its clauses, in order, and no other", (phase) => {
    const own = clauseIds.filter((id) => clauses[id].phase === phase)
    expect([...sections(pageOf(phase)).keys()]).toEqual(own)
  })

  it.each(clauseIds)("%s with its reason, what breaks without it, and what enforces it", (id) => {
    const section = sections(pageOf(clauses[id].phase)).get(id)!
    const marks = [...section.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, mark]) => mark)
    expect(marks.filter((mark) => mark !== elsewhere)).toEqual(["Reason.", "Without it.", "Enforced."])
    expect(marks.indexOf(elsewhere)).toBe(marks.includes(elsewhere) ? 3 : -1)
  })
})

/** The modules that a section names, each with a name defined in it. */
const modules = (section: string) =>
  [...flat(section).matchAll(/\]\(\.\.\/((?:model|impl)\/[\w/]+\.ts)\), `(\w+)`/g)].map(([, path, name]) => ({
    path: path!,
    name: name!
  }))

/** What a module defines under a name, up to its next definition; empty where it defines nothing so called. */
const definition = (text: string, name: string): string =>
  text.split(/^(?:export )?const /m).find((part) => part.startsWith(`${name} `)) ?? ""

it.each(clauseIds)("%s is enforced where its page says", (id) => {
  const [enforcing] = modules(sections(pageOf(clauses[id].phase)).get(id)!)
  const text = read(enforcing!.path)
  // A clause that can be left out is left out where it is enforced.
  if (mutantsOf(id).length > 0)
    expect(definition(text, enforcing!.name)).toMatch(new RegExp(`(?:inForce\\(\\w+, |mutantOf\\(\\w+, )"${id}"`))
  else {
    // There is no switch to find: the module has the name, and cites the clause.
    expect(text).toMatch(new RegExp(`\\bconst ${enforcing!.name}\\b`))
    expect(text).toMatch(new RegExp(`\\b${id}\\b`))
  }
})

it.each(clauseIds)("%s names only what exists as enforcing it", (id) => {
  const named = modules(sections(pageOf(clauses[id].phase)).get(id)!)
  expect(named.filter(({ name, path }) => !new RegExp(`\\bconst ${name}\\b`).test(read(path)))).toEqual([])
})

it.each(clauseIds)("%s says on its page what falls, or that there is nothing to leave out", (id) => {
  const section = flat(sections(pageOf(clauses[id].phase)).get(id)!)
  const without = /\*\*Without it\.\*\* (.*?) \*\*Enforced\.\*\*/.exec(section)![1]!
  const falls = claimIds.some((claim) => without.includes(`\`${claim}\``))
  if (mutantsOf(id).length === 0) expect(without).toContain("there is nothing to leave out")
  else expect(falls || without.includes("back each other up")).toBe(true)
})

describe("Threats.md", () => {
  const page = sections("spec/Threats.md")

  it.each(capabilityIds)("has the capability %s, and says whether the model plays it", (id) => {
    const { modelled, says } = capabilities[id]
    expect(quoted(page.get(id))).toBe(says)
    expect(/\*\*(.+?)\*\*/.exec(page.get(id)!)?.[1]).toMatch(modelled ? /^Modelled\.?$/ : /^Not modelled yet\.$/)
  })

  it.each(Object.entries(assumptions))("has the assumption %s", (id, says) => {
    expect(quoted(page.get(id))).toBe(says)
  })

  it("has no capability that no claim withstands", () => {
    const withstood = Object.values(claims).flatMap(({ under }): ReadonlyArray<string> => under)
    expect(capabilityIds.filter((id) => !withstood.includes(id))).toEqual([])
  })

  it("has no other capability or assumption", () => {
    const headings = ["Capabilities", ...capabilityIds, "Assumptions", ...Object.keys(assumptions), "Out of scope"]
    expect([...page.keys()]).toEqual(headings)
  })
})

it("README.md has the parties, and what each holds and sends", () => {
  const rows = partyIds.map((id) => `| ${id} | ${parties[id].holds} | ${parties[id].sends} |`)
  expect(sections("spec/README.md").get("Parties")).toBe(
    ["| party | holds | sends |", "|---|---|---|", ...rows].join("\n")
  )
})

const schemeFiles = readdirSync(join(root, "spec/schemes")).map((file) => join("spec/schemes", file))

/** The names of a scheme file's parameters, those of their groups, and the words that are values of them. */
const parameters = (file: string): ReadonlyArray<string> => {
  const names = (value: unknown, path: string): ReadonlyArray<string> => {
    if (typeof value === "string") return [path, value]
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [path]
    const parts = Object.entries(value).flatMap(([key, part]) => names(part, path === "" ? key : `${path}.${key}`))
    return path === "" ? parts : [path, ...parts]
  }
  const { claims, note, scheme, sources, title, ...groups } = JSON.parse(read(file)) as Record<string, unknown>
  return [String(scheme), ...names(groups, "")]
}

/** What a page of the spec may put in backquotes, besides outcomes, files and the names that {@link modules} checks. */
const known = new Set<string>([
  ...schemeFiles.flatMap(parameters),
  ...claimIds,
  ...capabilityIds,
  ...Object.keys(assumptions),
  // The field of a scheme file that is no parameter.
  "sources"
])

const outcome = /^[A-Z]+(_[A-Z]+)*$/

/** The terms in backquotes that mean nothing. */
const strangers = (text: string): ReadonlyArray<string> => {
  const names = new Set(modules(text).map(({ name }) => name))
  return [...flat(prose(text)).matchAll(/`([^`]+)`/g)]
    .map(([, term]) => term!)
    .filter((term) => !known.has(term) && !names.has(term) && !outcome.test(term) && !existsSync(join(root, term)))
}

/** The clause ids that a page names and that do not exist. A range, as `VER-2 to VER-4`, names its ends. */
const unknownClauses = (text: string): ReadonlyArray<string> => {
  const prefixes = [...new Set(clauseIds.map((id) => id.split("-")[0]))].join("|")
  return [...text.matchAll(new RegExp(`\\b(?:${prefixes})-\\d+\\b`, "g"))]
    .map(([id]) => id)
    .filter((id) => !clauseIds.includes(id as ClauseId))
}

/** The links of a page that lead to no file of the repository. */
const deadLinks = (path: string, text: string): ReadonlyArray<string> =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^(?:https?:|#)/.test(target))
    .filter((target) => !existsSync(join(root, dirname(path), target.split("#")[0]!)))

describe.each(pages.map((path) => [relative("spec", path), path] as const))("%s", (_name, path) => {
  it("puts only what exists in backquotes", () => expect(strangers(read(path))).toEqual([]))
})

describe.each([...pages, ...others])("%s", (path) => {
  it("names no clause that does not exist", () => expect(unknownClauses(read(path))).toEqual([]))
  it("leads nowhere but to files", () => expect(deadLinks(path, read(path))).toEqual([]))
})

it("README.md says the same in Chinese: the same commands, links and headings", () => {
  const outline = (path: string) => {
    const text = read(path)
    return {
      commands: [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script]) => script),
      links: [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to).filter((to) => !/^README/.test(to!)),
      headings: [...text.matchAll(/^#+ /gm)].map(([mark]) => mark)
    }
  }
  expect(outline("README.zh.md")).toEqual(outline("README.md"))
  // Words of the report are explained in Chinese besides.
  const codes = (path: string) => [...read(path).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!)
  expect(codes("README.md").filter((code) => !codes("README.zh.md").includes(code))).toEqual([])
  expect(codes("README.md").some((code) => code.includes("init --from"))).toBe(true)
  expect(outline("README.md").commands).toEqual(
    expect.arrayContaining(["npm ci && npm run audit\n", "npm ci && npm test\n"])
  )
})

it("README.md fits two screens", () => {
  expect(read("README.md").split("\n").length).toBeLessThanOrEqual(100)
})

it("every scheme of the folder has a page's link to it", () => {
  const page = read("spec/README.md")
  expect(schemeFiles.filter((file) => !page.includes(`](${relative("spec", file)})`))).toEqual([])
})

it("tells a term, a clause and a link that do not exist", () => {
  expect(strangers("the `window.past`, the `window.passt`, and ENR-1")).toEqual(["window.passt"])
  expect(unknownClauses("VER-2 to VER-99, HMAC-SHA-1")).toEqual(["VER-99"])
  expect(deadLinks("spec/README.md", "[one](Relay.md), [another](Delay.md#x), [a third](https://example.org)")).toEqual(
    ["Delay.md#x"]
  )
})
