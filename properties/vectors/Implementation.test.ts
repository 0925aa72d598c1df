/** The implementation passes the vectors of phones and of providers, and every slip that they name fails them. */
import { describe, expect, it } from "vitest"
import * as TokenSource from "../../impl/TokenSource.ts"
import * as Trial from "../../impl/Trial.ts"
import * as Vectors from "../../impl/Vectors.ts"
import { answers } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import * as Time from "../../model/Time.ts"
import * as Credentials from "./Credentials.ts"
import * as Playing from "./Playing.ts"
import * as Restores from "./Restores.ts"
import { slips } from "./Slips.ts"

const schemeOf = (name: string) => Trial.schemes.find(({ scheme }) => scheme === name)!

describe("a phone shows the known codes", () => {
  const cases = Vectors.generation.groups.flatMap(({ credential, scheme, tests }) =>
    tests.map((test) => ({ ...test, scheme, credential }))
  )

  it.each(cases)("generation $id: $scheme, $code", (test) => {
    const { clockDifference = 0, code, credential, phoneClock, position, revealed, scheme } = test
    const own = schemeOf(scheme)
    expect(TokenSource.make(own.code, Credentials.of(credential))(position, revealed)).toBe(code)
    if (phoneClock !== undefined) expect(Time.stepAt(own, phoneClock + clockDifference)).toBe(position)
  })
})

const stories = [Vectors.verification, Vectors.attack].flatMap(({ groups, vectors }) =>
  groups.flatMap(({ tests, ...setting }) => tests.map((test) => ({ vectors, setting, ...test })))
)

describe("a provider", () => {
  it.each(stories)("$vectors $id, $setting.scheme: $comment", ({ notes, setting, ...story }) => {
    expect(Playing.played(setting, story)).toEqual(Playing.expected(story))
    expect(notes.filter((note) => Playing.passes(setting, story, slips[note]!.slip()))).toEqual([])
  })

  it("makes every slip that there is somewhere", () => {
    expect(new Set(stories.flatMap(({ notes }) => notes))).toEqual(new Set(Object.keys(slips)))
  })

  it("gives every answer somewhere", () => {
    const given = new Set<string>(stories.flatMap(({ plays }) => plays.map(({ expect }) => expect)))
    // A phone that holds nothing is refused by itself; no provider that follows the protocol declines; and who gave too
    // many wrong answers is turned away before the order is looked at.
    expect(answers.filter((answer) => !given.has(answer))).toEqual(["NO_CREDENTIAL", "DECLINED", "TOO_MANY_ANSWERS"])
  })
})

describe("a provider that was restored", () => {
  const groups = Vectors.restore.groups.map((group) => ({ ...group, own: schemeOf(group.scheme) }))
  const windows = groups.flatMap(({ own, restoredAt, scheme, windows }) =>
    windows.map((window) => ({ ...window, name: scheme, own, restoredAt }))
  )
  const orders = groups.flatMap(({ orders, own, scheme }) => orders.map((asked) => ({ ...asked, name: scheme, own })))

  it.each(windows)("restore $id, $name: $comment", ({ own, positions, restoredAt, ...window }) => {
    expect(Restores.accepted({ ...window, scheme: own }, restoredAt)).toEqual(positions)
  })

  it.each(orders)("restore $id, $name: $comment", ({ expect: answer, own, ...asked }) => {
    expect(Restores.decided(Rules.strict(own), asked)).toBe(answer)
  })
})
