/** Scheme files: the built-in ones are read, and whatever contradicts itself is refused with its path and the reason. */
import { readdirSync, readFileSync } from "node:fs"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { boundIds } from "../spec/Claims.ts"
import {
  choices,
  governing,
  governs,
  numbers,
  type ParameterPath,
  parameterPaths,
  paths,
  rowOf
} from "../spec/Parameters.ts"
import * as Policy from "../spec/Policy.ts"
import { files, type SchemeName, schemeNames } from "../spec/Schemes.ts"
import { decode, type Problem } from "./Decode.ts"
import { asserted, exempt, opensPerDay, phonesOf, Scheme, showsOn } from "./Scheme.ts"

const folder = new URL("../spec/schemes/", import.meta.url)
const read = (name: SchemeName): unknown => files[name]

/** Values by their paths in a scheme file; undefined for a field that is to be absent. */
type Change = Readonly<Record<string, unknown>>

/** An object with the value at a path replaced. */
const replaced = (object: unknown, [key, ...rest]: ReadonlyArray<string>, value: unknown): unknown => {
  const { [key!]: old, ...others } = object as Readonly<Record<string, unknown>>
  const part = rest.length === 0 ? value : replaced(old ?? {}, rest, value)
  return part === undefined ? others : { ...others, [key!]: part }
}

const changed = (name: SchemeName, change: Change): unknown =>
  Object.entries(change).reduce((file, [path, value]) => replaced(file, path.split("."), value), read(name))

/** Why a scheme is refused; nothing where it is not. */
const problems = (input: unknown): ReadonlyArray<Problem> =>
  Result.match(decode(Scheme, input), { onFailure: (found) => found, onSuccess: () => [] })

/** What stands at a path, if anything does. */
const at = (input: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (part, key) => (Object(part) === part ? (part as Readonly<Record<string, unknown>>)[key] : undefined),
      input
    )

describe("the built-in schemes", () => {
  it("are the files of the folder", () => {
    expect(
      readdirSync(folder)
        .map((file) => file.replace(".json", ""))
        .sort()
    ).toEqual([...schemeNames].sort())
  })

  it.each(schemeNames)("%s is read", (name) => expect(problems(read(name))).toEqual([]))

  it.each(schemeNames)("%s has a source for every parameter that it has, and for no other", (name) => {
    const file = read(name)
    const has = parameterPaths.filter((path) => at(file, path) !== undefined)
    expect(Object.keys(at(file, "sources") as object).sort()).toEqual([...has].sort())
  })

  it.each(schemeNames)("%s says of every claim that it has fail why", (name) => {
    const claims = Object.entries(
      at(read(name), "claims") as Readonly<Record<string, { asserted?: string; because?: string }>>
    )
    const isKept = ([id, { asserted }]: (typeof claims)[number]): boolean =>
      boundIds.some((bound) => bound === id) && asserted !== "fails"
    const asserted = claims.flatMap((claim) => (isKept(claim) ? [] : [claim[1]]))
    expect(asserted.filter(({ because }) => because === undefined || because === "")).toEqual([])
  })

  it.each(schemeNames)("%s bounds every claim that is computed", (name) => {
    const claims = at(read(name), "claims") as Readonly<Record<string, unknown>>
    expect(boundIds.filter((id) => claims[id] === undefined)).toEqual([])
  })

  it("have every parameter between them", () => {
    const files = schemeNames.map(read)
    expect(parameterPaths.filter((path) => files.every((file) => at(file, path) === undefined))).toEqual([])
  })
})

describe("when a phone shows a code", () => {
  const without = (name: SchemeName): unknown =>
    changed(name, { phone: undefined, "claims.asked-for": undefined, "claims.unasked-loss": undefined })

  it.each(schemeNames)("is on opening, where a file of before does not say it: %s", (name) => {
    const scheme = Result.getOrThrow(decode(Scheme, without(name)))
    expect([showsOn(scheme), opensPerDay(scheme)]).toEqual(["opening", 0])
    expect(exempt(scheme, "unasked-loss")).toBe("the scheme asserts no bound")
    const bounded = { claims: { ...scheme.claims, "unasked-loss": { atMost: 1000 } } }
    expect(exempt({ ...scheme, ...bounded } as Scheme, "unasked-loss")).toContain("phone.opensPerDay")
    expect(exempt({ ...scheme, ...bounded, phone: { showsOn: "unlock" } } as Scheme, "unasked-loss")).toBeUndefined()
    expect(asserted(scheme, "asked-for")).toBe("holds")
  })

  it("is said where it is said how often an app is opened", () => {
    const [problem, ...others] = problems(changed("alipay", { phone: { opensPerDay: 3 } }))
    expect(problem).toMatchObject({ path: "phone.showsOn", found: "nothing" })
    expect(others).toEqual([])
  })
})

/** A change that makes a scheme contradict itself, the path that is named, and a part of the reason. */
type Row = readonly [check: string, name: SchemeName, change: Change, path: string, reason: string]

const list = { batch: 10, validity: 3600, refillAt: 4, urgentAt: 1 }

/** A change for every check of the file, in its order. */
const contradictions: ReadonlyArray<Row> = [
  ["one prefix twice", "wechat", { "code.prefixes": ["10", "11", "10"] }, "code.prefixes", "prefixes that differ"],
  ["prefixes of two lengths", "wechat", { "code.prefixes": ["10", "110"] }, "code.prefixes", "prefixes of one length"],
  [
    "parts that do not add up",
    "alipay",
    { "code.digits": 19 },
    "code.digits",
    "18, for 2 of prefix, 10 of alias and 6"
  ],
  ["an alias in a drawn code", "wechat", { "code.aliasDigits": 4, "code.otpDigits": 12 }, "code.aliasDigits", "0, for"],
  [
    "no digits for an alias",
    "alipay",
    { "code.aliasDigits": 0, "code.digits": 8 + 4, "code.otpDigits": 10 },
    "code.aliasDigits",
    "at least 1"
  ],
  ["a function for a drawn code", "wechat", { "code.mac": "HMAC-SHA-1" }, "code.mac", "none, for codes that are drawn"],
  ["no function for a proof", "alipay", { "code.mac": "none" }, "code.mac", "a function that makes the proof"],
  [
    "a drawn code from a seed",
    "wechat",
    { token: { source: "seed" }, window: { past: 3, future: 1 } },
    "code.alias",
    "a seed's proof says not whose"
  ],
  ["a proof of ten digits", "alipay", { "code.otpDigits": 10, "code.digits": 22 }, "code.otpDigits", "at most 9"],
  [
    "a list bound to tills",
    "wechat",
    { "code.boundTo": "till" },
    "code.boundTo",
    "payer: the codes of a list are drawn"
  ],
  [
    "several codes of a step over nothing",
    "alipay",
    { "code.perStep": 2 },
    "code.perStep",
    "1: a code over nothing is shown again"
  ],
  ["a keyed alias for a list", "unionpay", { "code.alias": "keyed" }, "code.alias", "a list has no steps"],
  ...(Object.entries(list).map(([field, value]) => [
    `token.${field} of a seed`,
    "alipay",
    { [`token.${field}`]: value },
    `token.${field}`,
    "nothing: a seed makes a code for every step"
  ]) as ReadonlyArray<Row>),
  ["a seed without a window", "alipay", { window: undefined }, "window", "a window, for the codes of a seed"],
  ["a list without a batch", "wechat", { "token.batch": undefined }, "token.batch", "how many codes a list has"],
  [
    "a list without a validity",
    "wechat",
    { "token.validity": undefined },
    "token.validity",
    "a list that never expires keeps every leaked code alive"
  ],
  ["a list that is not refilled", "wechat", { "token.refillAt": undefined }, "token.refillAt", "asks for more"],
  ["a list without urgency", "wechat", { "token.urgentAt": undefined }, "token.urgentAt", "asks at once"],
  ["a refill of a full list", "wechat", { "token.refillAt": 50 }, "token.refillAt", "less than token.batch, 50"],
  ["urgency before the refill", "wechat", { "token.urgentAt": 11 }, "token.urgentAt", "at most token.refillAt, 10"],
  [
    "a window of a list",
    "wechat",
    { window: { past: 3, future: 1 } },
    "window",
    "nothing: the codes of a list are for no step"
  ],
  [
    "steps in order of a list",
    "unionpay",
    { "verification.monotone": true },
    "verification.monotone",
    "false: the codes of a list"
  ],
  ["an empty window", "alipay", { window: { past: 0, future: 0 } }, "window", "a window that is not empty"],
  [
    "no room behind",
    "alipay",
    { display: 61 },
    "clock.drift",
    "at most 19 seconds, the drift that the window leaves room for (window.past"
  ],
  [
    "no room ahead",
    "alipay",
    { "window.past": 9, "clock.nodeSkew": 11 },
    "clock.drift",
    "at most 19 seconds, the drift that the window leaves room for (window.future"
  ],
  ["no room at all", "alipay", { "window.past": 2 }, "clock.drift", "at most 0 seconds"],
  [
    "a day smaller than a payment",
    "alipay",
    { "limit.daySum": 49_999 },
    "limit.daySum",
    "at least limit.payment, 50000"
  ],
  ["an account smaller than a day", "alipay", { "limit.accountDay": 99_999 }, "limit.accountDay", "at least 100000"],
  [
    "an account smaller than a payment",
    "wechat",
    { "limit.accountDay": 99_999 },
    "limit.accountDay",
    "at least 100000"
  ],
  ...([
    ["openFor", "a number of seconds"],
    ["deliveryAtMost", "a number of seconds"],
    ["answerWithin", "a number of seconds"],
    ["attempts", "how many wrong answers an account takes on a day"],
    ["secretDigits", "how many digits the secret has"]
  ].flatMap(([field, missing]) => [
    [`step-up without stepUp.${field}`, "alipay", { [`stepUp.${field}`]: undefined }, `stepUp.${field}`, missing],
    [
      `stepUp.${field} without step-up`,
      "alipay",
      { stepUp: { method: "none", [field!]: 10 } },
      `stepUp.${field}`,
      "nothing: there is no step-up"
    ]
  ]) as ReadonlyArray<Row>),
  [
    "a deadline shorter than the poll",
    "alipay",
    { "stepUp.openFor": 4 },
    "stepUp.openFor",
    "at least till.pollEvery, 5: else an order is closed before a till asks once"
  ],
  ["polling shorter than the poll", "alipay", { "till.pollFor": 4 }, "till.pollFor", "at least till.pollEvery, 5"],
  [
    "marks without step-up",
    "wechat",
    { stepUp: { method: "none" } },
    "code.marksRevealed",
    "false: without step-up a revealed code could never be paid"
  ],
  [
    "a reversal before it can be known",
    "alipay",
    { "reverse.notBefore": 7 },
    "reverse.notBefore",
    "at least relay.deliveryAtMost, 8: sooner nobody can know what became of the request"
  ],
  [
    "no time to reverse",
    "alipay",
    { "reverse.within": 60 },
    "reverse.within",
    "more than 60 seconds, after which a till begins to reverse"
  ],
  [
    "a deadline where the answer comes with the code",
    "alipay-till-qr",
    { "stepUp.openFor": 180 },
    "stepUp.openFor",
    "nothing: no order waits, the answer comes with the code"
  ],
  [
    "wrong answers where a wrong PIN is a wrong code",
    "alipay-till-qr",
    { "stepUp.attempts": 10 },
    "stepUp.attempts",
    "nothing: a code with a wrong PIN is a wrong code, as throttle counts them"
  ],
  [
    "a PIN in a code that schemeNames no payee",
    "alipay",
    { stepUp: { method: "pin" } },
    "stepUp.method",
    "password, sms-"
  ],
  [
    "more accounts than aliases",
    "alipay",
    { "code.aliasDigits": 8, "code.digits": 16 },
    "scale.accounts",
    "at most 100000000, as many as there are aliases of code.aliasDigits digits"
  ]
]

describe("a scheme that contradicts itself is refused", () => {
  it.each(contradictions)("%s, in %s", (_check, name, change, path, reason) => {
    const found = problems(changed(name, change))
    expect(found.map((problem) => problem.path)).toContain(path)
    expect(found.filter((problem) => problem.path === path).map(({ expected }) => expected)).toEqual([
      expect.stringContaining(reason)
    ])
  })

  const floored = paths.flatMap((path) => {
    const row = rowOf(path)
    return row.kind === "number" && row.atLeast !== undefined ? [[path, row.atLeast] as const] : []
  })

  it.each(floored)("%s below its floor", (path, { path: floor, otherwise }) => {
    const name = schemeNames.find((name) => at(read(name), path) !== undefined && at(read(name), floor) !== undefined)!
    const least = at(read(name), floor) as number
    const found = problems(changed(name, { [path]: least - 1 })).filter((problem) => problem.path === path)
    const reason = otherwise === undefined ? "" : `: ${otherwise}`
    expect(found.map(({ expected }) => expected)).toEqual([`at least ${floor}, ${least}${reason}`])
  })

  it("by every check that there is", () => {
    const text = readFileSync(new URL("Scheme.ts", import.meta.url), "utf8")
    const checks = text.slice(text.indexOf("type Check ="), text.indexOf("/** What is wrong with a scheme whose"))
    // The first words of every reason, up to the first value in it.
    const reasons = [...checks.matchAll(/["`]([^"`$\n]{6,})[^"`]*["`]\s*(?:\)|:|,?\n\s*\))/g)].map(
      ([, reason]) => reason!
    )
    const met = contradictions.flatMap(([, name, change]) =>
      problems(changed(name, change)).map(({ expected }) => expected)
    )
    expect(reasons.length).toBeGreaterThan(25)
    expect(reasons.filter((reason) => !met.some((expected) => expected.includes(reason.trim())))).toEqual([])
  })

  it("with every contradiction that it has", () => {
    const found = problems(changed("alipay", { "code.digits": 19, "stepUp.openFor": 4, "reverse.notBefore": 7 }))
    expect(found.map(({ path }) => path)).toEqual(["code.digits", "stepUp.openFor", "reverse.notBefore"])
  })
})

describe("what is asserted of a claim that is computed is a bound", () => {
  const probability = "a probability, from 0 to 1"
  const refused: ReadonlyArray<readonly [path: string, value: unknown, expected: string, found: string]> = [
    ["guess-targeted.atMost", -0.1, probability, "-0.1"],
    ["guess-targeted.atMost", 1.1, probability, "1.1"],
    ["guess-targeted.atMost", Number.NaN, probability, "null"],
    ["guess-blind.atMost", "6e-7", probability, '"6e-7"'],
    ["guess-blind.atMostADay", 2, probability, "2"],
    ["collision.atMost", undefined, "a value", "nothing"],
    ["guess-password.atMostADay", 0.1, "no such field", "0.1"],
    ["expected-loss.atMost", -1, "an amount of minor units, at least 0", "-1"],
    ["expected-loss.atMost", Number.POSITIVE_INFINITY, "an amount of minor units, at least 0", "null"],
    ["guess-targeted.atMostADay", 0.1, "no such field", "0.1"],
    ["guess-targeted.atMostAYear", -1, "a number of guesses that are accepted, at least 0", "-1"],
    ["collision.atMostAYear", 1, "no such field", "1"],
    ["guess-targeted.asserted", "never", '"holds" | "fails"', '"never"'],
    ["guess-targeted.because", "", "the reason why the number is beyond its bounds", '""'],
    ["single-use.atMost", 0.1, "no such field", "0.1"]
  ]

  it.each(refused)("%s: %j is refused", (place, value, expected, found) => {
    const file = read("alipay") as Readonly<Record<string, unknown>>
    const [claim, field] = place.split(".") as [string, string]
    const claims = at(file, "claims") as Readonly<Record<string, object>>
    const before = claims[claim] ?? { asserted: "holds" }
    const kept = value === undefined ? {} : { ...before, [field]: value }
    const path = `claims.${place}`
    expect(problems({ ...file, claims: { ...claims, [claim]: kept } })).toContainEqual({ path, expected, found })
  })

  it("that it is not kept is refused without a reason", () => {
    const beyond = { atMost: 1e-9, asserted: "fails" }
    const expected = "the reason why the number is beyond its bounds"
    expect(problems(changed("alipay", { "claims.collision": beyond }))).toEqual([
      { path: "claims.collision.because", expected, found: "nothing" }
    ])
    const scheme = (because: object) =>
      Result.getOrThrow(decode(Scheme, changed("alipay", { "claims.collision": { ...beyond, ...because } })))
    expect(asserted(scheme({ because: "few digits" }), "collision")).toBe("fails")
    expect(asserted(Result.getOrThrow(decode(Scheme, read("alipay"))), "collision")).toBe("holds")
  })

  it("a file from before accounts had phones in it is read, and has one", () => {
    const before = changed("alipay", { "scale.phones": undefined })
    expect(phonesOf(Result.getOrThrow(decode(Scheme, before)))).toBe(1)
    expect(phonesOf(Result.getOrThrow(decode(Scheme, read("alipay"))))).toBe(2)
  })

  it("a year may have more than one", () => {
    expect(problems(changed("alipay", { "claims.guess-targeted.atMostAYear": 12.5 }))).toEqual([])
  })

  it.each(schemeNames)("is in %s what the policy allows, whatever it comes to", (name) => {
    const scheme = Result.getOrThrow(decode(Scheme, read(name)))
    for (const [id, { aYear, number }] of Object.entries(Policy.allowances(scheme))) {
      const { atMost, atMostAYear, atMostADay } = at(read(name), `claims.${id}`) as Readonly<Record<string, number>>
      expect({ atMost, atMostAYear, atMostADay }, id).toEqual({
        atMost: number.atMost,
        atMostAYear: aYear?.atMost,
        atMostADay: undefined
      })
    }
  })

  it.each([0, 1, 6e-7])("%d is read", (atMost) => {
    expect(problems(changed("alipay", { "claims.guess-blind": { atMost, atMostADay: atMost } }))).toEqual([])
  })

  it("none need be asserted: then the claim says nothing of the scheme", () => {
    const scheme = Result.getOrThrow(decode(Scheme, changed("alipay", { "claims.guess-blind": undefined })))
    expect(exempt(scheme, "guess-blind")).toBe("the scheme asserts no bound")
    expect(exempt(scheme, "guess-targeted")).toBeUndefined()
  })
})

/** Changes at the edge of a check: as close to a contradiction as can be. */
const consistent: ReadonlyArray<readonly [name: SchemeName, change: Change]> = [
  ["alipay", { "stepUp.openFor": 5 }],
  ["alipay", { "reverse.notBefore": 8 }],
  ["alipay", { "reverse.within": 61 }],
  ["alipay", { "limit.daySum": 50_000, "limit.accountDay": 50_000 }],
  ["alipay", { "till.pollFor": 5 }],
  ["alipay", { stepUp: { method: "none" } }],
  ["alipay", { "limit.daySum": undefined }],
  ["alipay", { "code.aliasDigits": 9, "code.digits": 17 }],
  ["wechat", { "token.refillAt": 49, "token.urgentAt": 49 }],
  ["alipay", { "clock.drift": 1, "window.future": 1, "clock.nodeSkew": 21, "window.past": 4 }]
]

it.each(consistent)("%s is read with %j", (name, change) => {
  expect(problems(changed(name, change))).toEqual([])
})

describe("a parameter out of its bounds is refused with its path", () => {
  const paths = Object.keys(numbers) as ReadonlyArray<keyof typeof numbers>
  /** A scheme that has the parameter. */
  const owner = (path: ParameterPath): SchemeName => schemeNames.find((name) => at(read(name), path) !== undefined)!

  it.each(paths)("%s", (path) => {
    const { from, to } = numbers[path]
    for (const value of [from - 1, to + 1, from + 0.5, `${from}`, null]) {
      expect(problems(changed(owner(path), { [path]: value })).map((problem) => problem.path)).toContain(path)
    }
  })

  it.each(Object.keys(choices) as ReadonlyArray<keyof typeof choices>)("%s", (path) => {
    const found = problems(changed(owner(path), { [path]: "another" }))
    expect(found.map((problem) => problem.path)).toContain(path)
  })

  it("a field that is none", () => {
    expect(problems(changed("alipay", { "window.passt": 3 }))).toEqual([
      { path: "window.passt", expected: "no such field", found: "3" }
    ])
  })
})

describe("the clauses that parameters bear on", () => {
  it("are known for every parameter, and for nothing else", () => {
    const isKnown = (path: string): boolean => path in governs || governing(path).length > 0
    expect(parameterPaths.filter((path) => !isKnown(path))).toEqual([])
    expect(Object.keys(governs).filter((path) => !parameterPaths.some((known) => known === path))).toEqual([])
  })

  it("are those whose sentence schemeNames the parameter or its group, and those of the table", () => {
    expect(governing("order.bindsCode")).toEqual(["VER-4"])
    expect(governing("verification.monotone")).toEqual(["VER-28"])
    expect(governing("throttle.perAliasDay")).toEqual(["VER-29"])
    expect(governing("stepUp.openFor")).toEqual(["STP-5", "SET-4"])
    expect(governing("code.alias")).toEqual(["GEN-7"])
    expect(governing("code.colour")).toEqual([])
  })
})
