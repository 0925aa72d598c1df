/** A property that fails is told by its run, in words, with what makes just that case again. */
import fc from "fast-check"
import { afterEach, describe, expect, it } from "vitest"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { alipay, assertHolds, open, parameters, rogue, rulesOf, seed } from "./Harness.ts"

const given = process.env.PAYCODE_PATH
afterEach(() => {
  if (given === undefined) delete process.env.PAYCODE_PATH
  else process.env.PAYCODE_PATH = given
})

/** How a test that checks a property fails; undefined where it does not. */
const failure = (check: () => void): string | undefined => {
  try {
    check()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Two payments, and the mistaken belief that a code pays twice where some seconds have passed. */
const belief = fc.property(fc.integer({ min: 0, max: 20 }), (seconds) => {
  const harness = open({ rules: rulesOf(alipay), start: 40 * 86_400 })
  const key = harness.show(0, rogue)
  harness.pay(key, 100_00 * 5)
  harness.wait(seconds)
  expect(harness.pay(key, 100_00 * 5), "again").toBe(seconds > 4 ? "PAID" : "CODE_USED")
})

describe("a property that does not hold", () => {
  const said = failure(() => assertHolds(belief, parameters(100)))!.split("\n")

  it("is told as a run, whose last step is shown with what it changed", () => {
    expect(said[0]).toMatch(/^The property fails in case \d+ of seed \d+, .*: again: expected 'CODE_USED' to be 'PAID'/)
    expect(said).toContain("In alipay:")
    expect(said).toContain("  3. 5 seconds pass: it is 08:00:05.")
    expect(said).toContainEqual(expect.stringMatching(/^ {2}4\. The adversary's merchant sends .* CODE_USED/))
    expect(said).toContain("The last step changed:")
    expect(said).toContainEqual(expect.stringMatching(/^ {2}orders\[1\]: nothing -> .*"reason":"CODE_USED"/))
    expect(said).toContain("Drawn: [5]")
  })

  it("names the command that makes it again, and the case that it begins with fails at once", () => {
    const command = said.at(-1)!
    expect(command).toMatch(/^ {2}PAYCODE_SEED=\d+ PAYCODE_PATH=\d+@[\d:]+ npx vitest run \S*Failure\.test\.ts -t '\^/)
    const [, path] = /PAYCODE_PATH=\d+(@[\d:]+)/.exec(command)!
    process.env.PAYCODE_PATH = `1${path}`
    const again = failure(() => assertHolds(belief, parameters(100)))
    expect(again).toMatch(/^The property fails in case 1 of seed \d+, shrunk 0 times: again/)
  })

  it("names the test as the runner does, with all that it stands under, and no other", () => {
    const told = failure(() => assertHolds(belief, parameters(100)))!
    const [, pattern] = /-t '(.*)'$/.exec(told)!
    const { currentTestName = "" } = expect.getState()
    expect(new RegExp(pattern!).test(currentTestName)).toBe(true)
    expect(new RegExp(pattern!).test(`another ${currentTestName}`)).toBe(false)
  })

  it("says little of what was drawn, and nothing of the scheme that its name does not say", () => {
    const drawn = fc.record({ scheme: fc.constant(alipay), intents: Runs.lists })
    const long = failure(() =>
      assertHolds(
        fc.property(drawn, () => false),
        parameters(1)
      )
    )!
    expect(long).toContain('"scheme":"alipay"')
    expect(long.length).toBeLessThan(3000)
  })
})

it(`a property that holds is silent, seed ${seed}`, () => {
  expect(failure(() => assertHolds(fc.property(fc.nat(), (n) => n >= 0)))).toBeUndefined()
})
