/**
 * The recipes of CONTRIBUTING.md are complete: followed to the letter on a copy of the repository they leave every check that
 * they name green, and without any one of their passages the check that they name for it complains.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { root } from "../Sources.ts"
import * as Recipe from "./Recipe.ts"
import { passages, recipes } from "./Recipes.ts"

const contributing = readFileSync(join(root, "CONTRIBUTING.md"), "utf8")

/** The steps of a recipe as CONTRIBUTING.md has them, from the first. */
const stepsOf = (title: string): ReadonlyArray<string> => {
  const [, section = ""] = contributing.split(`## ${title}\n`)
  return section
    .split(/^## /m)[0]!
    .split(/^\d+\. /m)
    .slice(1)
    .map((step) => step.replace(/\s+/g, " "))
}

/** Every passage, with a name that tells it. */
const rows = recipes.flatMap(({ passages, title }) =>
  passages.map((passage, index) => ({ title, number: index + 1, passage, file: passage.file, step: passage.step }))
)

describe.each(recipes)("$title", ({ passages, title }) => {
  const steps = stepsOf(title)

  it("has every step that asks for something followed, in their order", () => {
    const followed = passages.map(({ step }) => step)
    expect(followed).toEqual(followed.toSorted((a, b) => a - b))
    const others = steps.flatMap((_, index) => (followed.includes(index + 1) ? [] : [index + 1]))
    // What depends on the case begins with its condition.
    expect(others.filter((step) => !/^(?:If|Run) /.test(steps[step - 1]!))).toEqual([])
  })

  it.each(passages)("step $step names $file, and what complains without it", ({ file, missed, step }) => {
    const text = steps[step - 1] ?? ""
    expect([basename(file), dirname(file)].some((name) => text.includes(name))).toBe(true)
    expect(text).toContain(missed._tag === "Types" ? "compile" : basename(missed.file))
  })
})

/** The passages without one of them. */
const without = (missing: Recipe.Passage): Recipe.Texts => Recipe.texts(passages.filter((one) => one !== missing))

describe("the compiler", () => {
  it.each(rows.filter(({ passage }) => passage.missed._tag === "Types"))(
    "complains without passage $number, $title: $file",
    ({ passage }) => {
      const { missed } = passage
      expect(missed._tag === "Types" && Recipe.complaints(without(passage), [missed.module])).not.toEqual([])
    }
  )

  it("says nothing once every recipe is followed", () => {
    expect(Recipe.complaints(Recipe.texts(passages))).toEqual([])
  })
})

describe("the tests that the recipes name", () => {
  const folder = mkdtempSync(join(tmpdir(), "paycode-"))
  afterAll(() => rmSync(folder, { recursive: true }))
  const tested = rows.flatMap((row, index) =>
    row.passage.missed._tag === "Test" ? [{ ...row, copy: `without${index}`, check: row.passage.missed }] : []
  )
  const whole = "followed"
  Recipe.copy(
    folder,
    new Map([[whole, Recipe.texts(passages)], ...tested.map(({ copy, passage }) => [copy, without(passage)] as const)])
  )
  const files = [
    ...new Set(tested.map(({ check }) => join(whole, check.file))),
    ...tested.map(({ check, copy }) => join(copy, check.file))
  ]
  const words = [...new Set(tested.map(({ check }) => check.says))]
  const found = Recipe.run(folder, files, words)
  const failed = (copy: string, file: string): ReadonlyArray<string> =>
    (found.get(join(folder, copy, file)) ?? []).flatMap(({ name, passed }) => (passed ? [] : [name]))

  it.each(tested)("complain without passage $number, $title: $file", ({ check, copy }) => {
    expect(failed(copy, check.file).join("\n")).toContain(check.says)
  })

  it.each(tested)("pass once every recipe is followed: $check.file, $check.says", ({ check }) => {
    const passed = found.get(join(folder, whole, check.file)) ?? []
    expect(passed.filter(({ name }) => name.includes(check.says)).length).toBeGreaterThan(0)
    expect(failed(whole, check.file)).toEqual([])
  })
})
