/** The page of the correspondence: what everything in the implementation stands for, and what plays each action of the model. */
import type { Played, Row, Rows, TableName, Target } from "../../properties/correspondence/Correspondence.ts"
import * as Table from "../../properties/correspondence/Correspondence.ts"
import * as Markdown from "../../properties/Markdown.ts"
import * as Page from "../Page.ts"

const path = "Correspondence.md"
const pen = Page.pen(path)

/** What a thing stands for, as a link to where that is. */
const standsFor = (material: Page.Material, target: Target): string => {
  const linked = (place: string): string => pen.link(Markdown.code(target.name), place)
  switch (target._tag) {
    case "Step":
      return `step ${linked(Page.filePlace(material, `model/steps/${target.name.split(".")[0]}.ts`))}`
    case "Field":
      return `field ${linked(Page.filePlace(material, "model/system/State.ts"))}`
    case "Action":
      return `action ${linked(Page.filePlace(material, "model/system/Action.ts"))}`
    case "Parameter":
      return `parameter ${linked(Page.parameterPlace(target.name))}`
    case "Assumption":
      return `assumed: ${linked(Page.assumptionPlace(target.name))}`
    case "OutOfScope": {
      const [title] = Table.sentences[target.name].split(".")
      return `out of scope: ${pen.link(Markdown.sentence(title!), `${Page.specPlace(material, "Threats")}#out-of-scope`)}`
    }
  }
}

/** Rows that say the same are one, with all that they are about. */
const merged = (rows: Rows): ReadonlyArray<readonly [keys: ReadonlyArray<string>, row: Row]> => {
  const found = new Map<string, { readonly keys: Array<string>; readonly row: Row }>()
  for (const [key, row] of Object.entries(rows)) {
    const { says, target } = row
    const same = JSON.stringify([target, says])
    const before = found.get(same)
    if (before === undefined) found.set(same, { keys: [key], row })
    else before.keys.push(key)
  }
  return [...found.values()].map(({ keys, row }) => [keys, row])
}

/** What the tables are about: their headings, and what is in them. */
const headings: { readonly [T in TableName]: readonly [heading: string, says: string, thing: string] } = {
  endpoints: ["Endpoints", "What the provider is asked over HTTP.", "endpoint"],
  columns: ["Columns", "What the ledger writes down.", "column"],
  reasons: ["Reasons to refuse", "Who says each no: the step that gives it.", "reason"],
  problems: ["Problems", "Why a request was not decided.", "problem"],
  errors: ["Errors", "What the modules of the implementation fail with.", "error"],
  limits: [
    "Timers and limits",
    "Where the sources wait, do something now and then, or hold a limit: a module, and what stands there.",
    "place"
  ],
  options: ["Options", "What a provider, a till and a phone are set up with.", "option"],
  flags: ["Flags", "What the commands are told.", "flag or argument"],
  variables: ["Environment", "What the commands read of the environment.", "variable"]
}

const section = (material: Page.Material, table: TableName): ReadonlyArray<string> => {
  const [heading, says, thing] = headings[table]
  const rows = merged(Table.tables[table])
  return [
    `## ${heading}`,
    says,
    Markdown.table(
      [thing, "stands for", "how"],
      rows.map(([keys, row]) => [
        keys.map(Markdown.code).join(", "),
        standsFor(material, row.target),
        pen.say(row.says ?? "")
      ])
    )
  ]
}

/** What plays an action, or why nothing does, and what is tested in place of it. */
const played = (material: Page.Material, how: Played): string => {
  if (how._tag === "Played") {
    const names = how.by.map((name) => {
      const [module] = name.split(".")
      return pen.link(Markdown.code(name), Page.filePlace(material, `properties/refinement/${module}.ts`))
    })
    return [...names, pen.say(how.says ?? "")].filter((part) => part !== "").join(", ")
  }
  const tests = how.instead.map(
    ({ file, name }) => `${pen.link(Markdown.code(file), Page.filePlace(material, file))}, “${Markdown.sentence(name)}”`
  )
  return `not played: ${pen.say(how.because)}. In its place: ${tests.join("; ")}`
}

const difference = ({ key, says, table }: Table.Difference): string =>
  `${Markdown.code(key)}, under ${pen.link(headings[table][0], `${path}#${Markdown.anchor(headings[table][0])}`)}: ${pen.say(says)}`

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "Correspondence", [
    `What everything in the implementation stands for: a step, a field or an action of the model, a parameter of the scheme, or a sentence of ${pen.link("Threats", Page.specPlace(material, "Threats"))} that takes it for granted or puts it out of scope. Things that stand for the same in the same way share a line. A test reads what there is, and misses what has no line here; of timers and limits it sees those that stand in the sources by themselves, and not numbers within an expression, a pattern or a library.`,
    "## Known differences",
    "What the implementation does otherwise than the model, or the model otherwise than the implementation.",
    Markdown.list(Table.differences.map(difference)),
    "## What runs cannot compare",
    "An action that meets one of these is passed over in the runs that are compared: what would follow is not.",
    Markdown.list(Object.values(Table.obstacles)),
    ...(Object.keys(Table.tables) as ReadonlyArray<TableName>).flatMap((table) => section(material, table)),
    "## Actions",
    "What plays each action of the model against the implementation.",
    Markdown.table(
      ["action", "played by"],
      Object.entries(Table.actions).map(([tag, how]) => [Markdown.code(tag), played(material, how)])
    )
  ])
]
