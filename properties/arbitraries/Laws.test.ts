/** The laws of the generators: what they draw is what they say, and not too little of it. */
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decode } from "../../model/Decode.ts"
import * as Money from "../../model/Money.ts"
import { type Answer, answers } from "../../model/Order.ts"
import { Scheme } from "../../model/Scheme.ts"
import type { Action } from "../../model/system/System.ts"
import { choices, numbers } from "../../spec/Parameters.ts"
import { capabilities, capabilityIds } from "../../spec/Threats.ts"
import {
  actionTags,
  anyScheme,
  built,
  hardened,
  parameters,
  rulesOf,
  seed,
  smsOcra,
  smsPassword,
  tillQr
} from "../suites/Harness.ts"
import * as Trace from "../trace/Trace.ts"
import * as Runs from "./Runs.ts"
import { everyScheme, schemes } from "./Schemes.ts"

/** With the ways of step-up and the codes that most suites leave out. */
const anyWay: fc.Arbitrary<Scheme> = fc.oneof(
  { weight: 1, arbitrary: anyScheme },
  { weight: 1, arbitrary: fc.constantFrom(hardened, smsOcra, smsPassword, tillQr) }
)

const everything = capabilityIds.filter((id) => capabilities[id].modelled)

/** Runs against the whole adversary. One that has read a phone can make every code of a window: the widest are too many. */
const plansOf = (scheme: Scheme, coincidence = false) =>
  Runs.plans({
    rules: rulesOf(scheme),
    can: scheme.scheme !== "varied" ? everything : everything.filter((id) => id !== "corrupt-device"),
    coincidence
  })

/** Runs without the clauses that keep two more kinds of action from happening: a race, and giving up. */
const looser = (scheme: Scheme) =>
  Runs.plans({
    rules: rulesOf(scheme, [
      { clause: "VER-20", mutant: "two at once" },
      { clause: "REL-6", mutant: "gives up" }
    ]),
    // A merchant of the adversary's can send anything, and so race anything with anything.
    can: ["network", "nodes"]
  })

const valueAt = (scheme: Scheme, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((value, key) => (value === undefined ? value : Reflect.get(Object(value), key)), scheme)

describe(`generators, seed ${seed}`, () => {
  it("a scheme is one that a file could hold", () => {
    fc.assert(
      fc.property(fc.oneof(everyScheme, fc.constantFrom(...built).chain(schemes)), (scheme) => {
        expect(decode(Scheme, JSON.parse(JSON.stringify(scheme)))).toEqual(Result.succeed(scheme))
      }),
      parameters(1000)
    )
  })

  it("every parameter takes many values, and every word and every lack occurs", () => {
    const drawn = fc.sample(everyScheme, { seed, numRuns: 3000 })
    const values = (path: string): ReadonlySet<unknown> => new Set(drawn.map((scheme) => valueAt(scheme, path)))
    const missing: Array<string> = []
    for (const [path, { from, optional, to }] of Object.entries(numbers)) {
      const found = values(path)
      if (optional && !found.has(undefined)) missing.push(`${path} lacking`)
      const numbersFound = [...found].filter((value) => typeof value === "number")
      // Where others leave less room, the greatest value cannot occur: a spread of values does.
      if (numbersFound.length < Math.min(20, (to - from) / 2)) missing.push(path)
      if (Math.min(...numbersFound) < from || Math.max(...numbersFound) > to) missing.push(`${path} out of bounds`)
    }
    for (const [path, { values: words }] of Object.entries(choices)) {
      if (path === "code.prefixes") continue
      const found = new Set([...values(path)].map(String))
      for (const word of words) if (!found.has(word)) missing.push(`${path} ${word}`)
    }
    expect(missing).toEqual([])
  })

  it("an amount is an amount", () => {
    fc.assert(
      fc.property(
        anyScheme.chain((scheme) => Runs.amounts(rulesOf(scheme))),
        (amount) => {
          expect(Money.isAmount(amount)).toBe(true)
        }
      ),
      parameters(1000)
    )
  })

  it("every action of a run can happen when it does, and so does every sublist of its intents", () => {
    fc.assert(
      fc.property(
        anyWay.chain((scheme) => fc.oneof(plansOf(scheme), looser(scheme))),
        fc.infiniteStream(fc.boolean()),
        ({ intents, world }, kept) => {
          for (const list of [intents, intents.filter(() => kept.next().value)]) {
            const run = Runs.make({ world, intents: list }, () => true)
            expect(Result.isSuccess(Trace.replay(run))).toBe(true)
          }
        }
      ),
      parameters(200)
    )
  })

  it("a run comes to the same states when it is replayed", () => {
    fc.assert(
      fc.property(anyWay.chain(plansOf), (plan) => {
        const states: Array<unknown> = []
        const run = Runs.make(plan, (_before, { state }) => {
          states.push(state)
          return true
        })
        const moments = Result.getOrThrow(Trace.replay(run))
        expect(moments.map(({ after }) => after)).toEqual(states)
      }),
      parameters(100)
    )
  })

  it("every kind of action and nearly every answer occurs", () => {
    const actions = new Set<Action["_tag"]>()
    const heard = new Set<Answer>()
    const plans = anyWay.chain((scheme) => fc.oneof(plansOf(scheme), plansOf(scheme, true), looser(scheme)))
    for (const plan of fc.sample(plans, { seed, numRuns: 1500 })) {
      Runs.make(plan, (_before, { events }, action) => {
        actions.add(action._tag)
        for (const event of events) if (event._tag === "Answered") heard.add(event.answer)
        return true
      })
    }
    expect([...actions].sort()).toEqual(actionTags.toSorted())
    // A phone is told the first two, and a till never sends the third. Nobody is declined without a ground (VER-15), or
    // guesses at a password (STP-7).
    const never: ReadonlyArray<Answer> = [
      "NO_CREDENTIAL",
      "NOT_OWNER",
      "AMOUNT_INVALID",
      "DECLINED",
      "TOO_MANY_ANSWERS"
    ]
    expect(answers.filter((answer) => !heard.has(answer))).toEqual(never)
  })

  it("tells a run that cannot happen", () => {
    const [plan] = fc.sample(plansOf(built[0]!), { seed, numRuns: 1 })
    const run = Runs.make(plan!, () => true)
    const replayed = Trace.replay({ ...run, actions: [{ _tag: "Restore" }, ...run.actions] })
    expect(replayed).toEqual(Result.fail(0))
  })
})
