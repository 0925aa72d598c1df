/** The page of mutation tests: how many small changes of the sources a verdict or a test notices, and which none does. */

import * as Markdown from "../../properties/Markdown.ts"
import * as Mutation from "../../properties/mutation/Mutation.ts"
import { count } from "../../properties/Terminal.ts"
import * as Page from "../Page.ts"

const path = "Mutation.md"
const pen = Page.pen(path)

/** What is mutated, and what kills a mutant of it. */
const folders: Readonly<Record<Mutation.Folder, { readonly name: string; readonly says: string }>> = {
  model: {
    name: "The model",
    says: "`model/`, but for what reads scheme files and the words of refusals: no transition comes of these, and tests hold them. A mutant is killed by a verdict of `paycode audit --scope quick` on a built-in scheme that is not as asserted, by a claim that falls no more without a clause, or by an error in either."
  },
  claims: {
    name: "The judges",
    says: "`properties/claims/`, but for what counts cases at an edge: no verdict comes of it. A mutant is killed as one of the model is, or because the judge says something else of a case in which one field of the event or of a state is changed (`properties/sensitivity/Judges.txt` has what each judge notices). The latter is looked at first: of a mutant that it kills no verdict was asked for."
  },
  impl: {
    name: "The implementation",
    says: "`impl/`, but for what tests stand on. A mutant is killed by a test in `impl/`, `properties/refinement/` or `properties/vectors/`; those that kill many processes are left out."
  }
}

const percent = ({ equivalent, killed, tried }: Mutation.Rate): string =>
  tried === equivalent ? "none to kill" : `${((100 * killed) / (tried - equivalent)).toFixed(1)} %`

const row = (rate: Mutation.Rate): ReadonlyArray<string> => [
  pen.link(folders[rate.folder].name, `${path}#${Markdown.anchor(folders[rate.folder].name)}`),
  count(rate.tried),
  count(rate.killed),
  count(rate.noticed),
  count(rate.equivalent),
  count(rate.alive.length),
  percent(rate),
  rate.seeds.join(", "),
  rate.versions.join(", "),
  rate.from === rate.to ? rate.from : `${rate.from} to ${rate.to}`
]

const shown = (text: string): string => (text === "" ? "nothing" : Markdown.code(text))

const survivor = (material: Page.Material, line: Mutation.Line): ReadonlyArray<string> => [
  pen.link(Markdown.code(`${line.file}:${line.line}`), Page.filePlace(material, line.file)),
  Markdown.sentence(line.operator),
  shown(line.before),
  shown(line.after),
  line.fate === "unreached" ? "nothing comes to it" : "nothing is otherwise"
]

/** What is known to be the same, and why. */
const equal = (lines: ReadonlyArray<Mutation.Line>, folder: Mutation.Folder): ReadonlyArray<string> => {
  const own = lines.filter((line) => line.folder === folder && !Mutation.isKilled(line))
  const items = own.flatMap(({ after, before, fate, file, id, line }) => {
    const because = Mutation.Equivalents.proven.find((one) => one.id === id)?.because
    const seen = "every count of every search, and every state and event of the random runs, is as without it"
    const reason = because ?? (fate === "equal" ? seen : undefined)
    const change = `${Markdown.code(`${file}:${line}`)}, ${shown(before)} as ${shown(after)}`
    return reason === undefined ? [] : [`${change}: ${Markdown.sentence(reason)}`]
  })
  return items.length === 0 ? [] : ["Taken for the same:", Markdown.list(items)]
}

const section = (material: Page.Material, rate: Mutation.Rate): ReadonlyArray<string> => [
  `## ${folders[rate.folder].name}`,
  Markdown.sentence(folders[rate.folder].says),
  ...(rate.alive.length === 0
    ? ["No mutant that was tried is alive."]
    : [
        "Alive:",
        Markdown.table(
          ["where", "by", "instead of", "stands", "why it is alive"],
          rate.alive.map((line) => survivor(material, line))
        )
      ]),
  ...equal(material.mutation, rate.folder)
]

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => {
  const rates = Mutation.rates(material.mutation, Mutation.Equivalents.proven)
  return [
    Page.make(path, "Mutation tests", [
      "A mutant is the sources with one small thing otherwise: a limit moved by one, a condition negated, a conjunct or a statement left out. What notices none of that checks less than it seems to. Mutants are drawn by a seed from all that the operators know; one that is not well typed counts as none. A survivor counts as alive, unless it is shown to be the same program: by a proof, or in the model by equal counts of every search and equal random runs.",
      "The numbers are of the mutants that were tried and of the sources that these were tried on: `npm run mutation` tries more, and again what has changed since. A mutant that is late did not end in more than five times the time that it takes unmutated, and counts as killed.",
      rates.length === 0
        ? "None were tried."
        : Markdown.table(
            [
              "of",
              "tried",
              "killed",
              "of these by what the judge notices alone",
              "equivalent",
              "alive",
              "killed of those that differ",
              "seed",
              "version",
              "tried on"
            ],
            rates.map(row)
          ),
      ...rates.flatMap((rate) => section(material, rate))
    ])
  ]
}
