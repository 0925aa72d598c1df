/** The page of the parameters: what each means, the values that make sense, and those that the schemes have. */
import * as Money from "../../model/Money.ts"
import { parameterOf, type Scheme } from "../../model/Scheme.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { count } from "../../properties/Terminal.ts"
import { claimIds, claims } from "../../spec/Claims.ts"
import { clauseIds, clauses } from "../../spec/Clauses.ts"
import { choices, numbers, type ParameterPath, parameterPaths } from "../../spec/Parameters.ts"
import * as Page from "../Page.ts"

const path = "Parameters.md"
const pen = Page.pen(path)

const isNumber = (parameter: ParameterPath): parameter is keyof typeof numbers => parameter in numbers

/** Whether a scheme has a parameter. */
export const has = (scheme: Scheme, parameter: ParameterPath): boolean => parameterOf(scheme, parameter) !== undefined

/** The value that a scheme gives to a parameter, with its unit; `none` where the scheme does without. */
export const value = (scheme: Scheme, parameter: ParameterPath): string => {
  const given = parameterOf(scheme, parameter)
  if (given === undefined) return "none"
  if (!isNumber(parameter))
    return (Array.isArray(given) ? given : [given]).map((each) => Markdown.code(`${each}`)).join(", ")
  const { unit } = numbers[parameter]
  const amount = `${count(Number(given))} ${Number(given) === 1 ? unit.replace(/s$/, "") : unit}`
  return unit === "minor units" ? `${amount} (${Money.format(Number(given))})` : amount
}

/** Where a scheme has the value of a parameter from. */
export const source = (scheme: Scheme, parameter: ParameterPath): string =>
  Markdown.sentence(scheme.sources[parameter] ?? (has(scheme, parameter) ? "not stated" : ""))

/** The meaning of a parameter in a few words. */
export const meaning = (parameter: ParameterPath): string =>
  isNumber(parameter) ? numbers[parameter].says : choices[parameter].says

/** The values that a parameter can have. */
export const range = (parameter: ParameterPath): string => {
  if (!isNumber(parameter)) {
    const { values } = choices[parameter]
    return values.length === 1 ? Markdown.sentence(values[0]) : values.map(Markdown.code).join(", ")
  }
  const { from, to, unit } = numbers[parameter]
  return `${count(from)} to ${count(to)} ${unit}`
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const parameter = ({ schemes }: Page.Material, of: ParameterPath): ReadonlyArray<string> => {
  const speaksOfIt = ({ says }: { readonly says: string }): boolean => says.includes(`\`${of}\``)
  const citing = clauseIds.filter((id) => speaksOfIt(clauses[id]))
  const promising = claimIds.filter((id) => speaksOfIt(claims[id]))
  const cited = [
    ...(citing.length === 0 ? [] : [`clauses that speak of it: ${pen.clauses(citing)}`]),
    ...(promising.length === 0 ? [] : [`claims that speak of it: ${pen.claims(promising)}`])
  ]
  return [
    `### ${of}`,
    pen.say(`${capitalised(meaning(of))}.`),
    Markdown.list([`values: ${range(of)}`, ...cited]),
    Markdown.table(
      ["scheme", "value", "source"],
      schemes.map(({ scheme }) => [
        pen.link(scheme.scheme, Page.schemePlace(scheme.scheme)),
        value(scheme, of),
        source(scheme, of)
      ])
    )
  ]
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => [
  Page.make(path, "Parameters", [
    "What schemes differ in. A scheme file gives every parameter a value at its path, and says where the value comes from.",
    "## Choices",
    ...parameterPaths.filter((of) => !isNumber(of)).flatMap((of) => parameter(material, of)),
    "## Numbers",
    ...parameterPaths.filter(isNumber).flatMap((of) => parameter(material, of))
  ])
]
