/**
 * The recipes of CONTRIBUTING.md are complete: followed to the letter on a copy of the repository they leave every check that
 * they name green, and without any one of their passages the check that they name for it complains.
 */
import { mkdtempSync, readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
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

/** The word by which a step says what complains. */
const wordOf = (check: Recipe.Check): string => {
  switch (check._tag) {
    case "Types":
      return "compile"
    case "Test":
      return basename(check.file)
    case "Command":
      return `paycode ${check.given[0]}`
  }
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
    expect(text).toContain(wordOf(missed))
  })
})

/** The table of CONTRIBUTING.md: how many places a recipe takes, by what it is for. */
const counted = new Map(
  [...contributing.matchAll(/^\| (an? .+?) \| (\d+) \| (\d+) \|$/gm)].map(([, what, places, most]) => [
    `To add ${what}`,
    { places: Number(places), atMost: Number(most) }
  ])
)

describe("the table of places", () => {
  it("has every recipe of CONTRIBUTING.md, and no other", () => {
    const titles = [...contributing.matchAll(/^## (To add .+)$/gm)].map(([, title]) => title)
    expect([...counted.keys()].sort()).toEqual(titles.sort())
  })

  it.each(recipes)("has as many as it takes: $title", (recipe) => {
    expect(counted.get(recipe.title)).toEqual({ places: Recipe.placesOf(recipe), atMost: recipe.atMost })
  })

  it.each([...counted])("%s takes no more than it may", (_title, { atMost, places }) => {
    expect(places).toBeLessThanOrEqual(atMost)
  })
})

/** The passages without some of them. */
const without = (...missing: ReadonlyArray<Recipe.Passage>): Recipe.Texts =>
  Recipe.texts(passages.filter((one) => !missing.includes(one)))

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

/** The recipes followed on a copy of the repository. */
const folder = mkdtempSync(join(tmpdir(), "paycode-"))
afterAll(() => rm(folder, { recursive: true }))
const whole = "followed"

/**
 * The passages that tests miss, each with the copy that it is left out of: one of each recipe is left out of a copy, for
 * recipes have no test in common.
 */
const tested = recipes.flatMap(({ passages }) =>
  passages
    .flatMap((passage) => {
      const row = rows.find((one) => one.passage === passage)!
      return passage.missed._tag === "Test" ? [{ ...row, check: passage.missed }] : []
    })
    .map((row, index) => ({ ...row, copy: `without${index}` }))
)
const copies = Map.groupBy(tested, ({ copy }) => copy)
Recipe.copy(
  folder,
  new Map([
    [whole, Recipe.texts(passages)],
    ...[...copies].map(([copy, left]) => [copy, without(...left.map(({ passage }) => passage))] as const)
  ])
)

describe("the tests that the recipes name", () => {
  it("are one recipe's each", () => {
    const titles = Map.groupBy(tested, ({ check }) => `${check.file}: ${check.says}`)
    expect([...titles].filter(([, of]) => new Set(of.map(({ title }) => title)).size > 1)).toEqual([])
  })

  const files = [...new Set(tested.flatMap(({ check, copy }) => [join(whole, check.file), join(copy, check.file)]))]
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

describe("the commands that the recipes name", () => {
  const asked = rows.flatMap(({ passage, ...row }) =>
    passage.missed._tag === "Command" ? [{ ...row, check: passage.missed }] : []
  )

  it.each(asked)("refuse as long as $title is not followed, and then answer", ({ check }) => {
    expect(Recipe.told(root, check.given)).not.toContain(check.says)
    expect(Recipe.told(join(folder, whole), check.given)).toContain(check.says)
  })
})
