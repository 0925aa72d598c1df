/** The implementation passes the vectors of phones and of providers, and every mutant that they name fails them. */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { Challenge, Codec, Mac, Pin, TokenSource, Transaction } from "../../impl/credentials/Credentials.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Vectors from "../../impl/vectors/Vectors.ts"
import { answers } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import * as Time from "../../model/Time.ts"
import * as Mutants from "../mutants/Mutants.ts"
import * as Credentials from "./Credentials.ts"
import { nameOf, noted } from "./NotedMutants.ts"
import * as Restores from "./Restores.ts"
import * as Scenario from "./Scenario.ts"

const schemeOf = (name: string) => Fixtures.builtIn.find(({ scheme }) => scheme === name)!

describe("a phone shows the known codes", () => {
  const cases = Vectors.generation.groups.flatMap(({ change = {}, credential, scheme, tests }) =>
    tests.map((test) => ({ ...test, scheme, change, credential }))
  )

  it.each(cases)("generation $id: $scheme, $code", (test) => {
    const { change, clockDifference = 0, code, credential, phoneClock, position, revealed, scheme } = test
    const own = Scenario.schemeOf({ scheme, change })
    expect(TokenSource.make(own.code, Credentials.of(credential))(position, revealed)).toBe(code)
    if (phoneClock !== undefined) expect(Time.stepAt(own, phoneClock + clockDifference)).toBe(position)
  })
})

describe("codes over a till's transaction", () => {
  const cases = Vectors.bound.groups.flatMap(({ credential, pin, scheme, tests }) =>
    tests.map((test) => ({ ...test, scheme, credential, pin: Redacted.make(pin) }))
  )

  it.each(cases)("bound $id: $scheme, $text", (test) => {
    const { amount, code, credential, message, nonce, order, payee, pin, pinned, position, revealed, scheme } = test
    const { code: format, stepUp } = schemeOf(scheme)
    const transaction = { payee, amount, order, nonce }
    expect(Transaction.write("till", transaction)).toBe(test.text)
    expect(Transaction.read("till", test.text)).toEqual(Result.succeed(transaction))
    const held = Credentials.of(credential)
    const second = credential.second === undefined ? undefined : Vectors.seed(credential.second)
    const over = { transaction, pin: stepUp.method === "pin" ? Pin.hash(pin) : undefined }
    const made = { transaction, pin: pinned ? over.pin : undefined }
    const said = TokenSource.messageOf(format, position, revealed, made)
    expect(Buffer.from(said).toString("hex")).toBe(message)
    if (pinned && second !== undefined && format.mac !== "none") {
      expect(TokenSource.withTag(format, held, position, Mac.tagOf(format.mac, second, said))).toBe(code)
    } else {
      expect(TokenSource.make(format, held)(position, revealed, made)).toBe(code)
    }
    // The provider finds it, and by which proof it has, whether it was made with the PIN.
    const { secret } = held
    const kept = second === undefined || secret._tag !== "Seed" ? held : { ...held, secret: { ...secret, second } }
    const parts = Result.getOrThrow(Codec.decode(format, code))
    const isMarked = revealed && format.marksRevealed
    expect(
      TokenSource.read(format, kept, { window: { from: position - 3, to: position + 1 }, presented: parts, over })
    ).toEqual([{ revealed: isMarked, pinned, positions: [position] }])
  })
})

describe("challenges in short messages", () => {
  const cases = Vectors.challenge.groups.flatMap(({ pin, seed, tests }) =>
    tests.map((test) => ({ ...test, seed: Vectors.seed(seed), pin: Pin.hash(Redacted.make(pin)) }))
  )

  it.each(cases)(
    "challenge $id: $text",
    ({ amount, answer, nonce, order, payee, pin, question, response, seed, text }) => {
      const transaction = { payee, amount, order, nonce }
      expect(Challenge.suite.text).toBe(Vectors.challenge.suite)
      expect(Challenge.write(transaction)).toBe(text)
      expect(Challenge.read(text)).toEqual(Result.succeed(transaction))
      expect(Challenge.question(transaction)).toBe(question)
      expect(Challenge.response(transaction, seed, pin)).toBe(response)
      expect(Challenge.answer(transaction, seed, pin)).toBe(answer)
      expect(Challenge.heard(answer)).toEqual({ _tag: "Answer", nonce, response })
    }
  )
})

const scenarios = [Vectors.verification, Vectors.attack].flatMap(({ groups, vectors }) =>
  groups.flatMap(({ tests, ...setting }) => tests.map((test) => ({ vectors, setting, ...test })))
)

describe("a provider", () => {
  it.each(scenarios)("$vectors $id, $setting.scheme: $comment", ({ notes, setting, ...scenario }) => {
    expect(Scenario.ran(setting, scenario)).toEqual(Scenario.expected(scenario))
    expect(notes.filter((note) => Scenario.passes(setting, scenario, noted[note]!.commit()))).toEqual([])
  })

  it("has every mutant that there is fail somewhere", () => {
    expect(new Set(scenarios.flatMap(({ notes }) => notes))).toEqual(new Set(Object.keys(noted)))
  })

  it("gives every answer somewhere", () => {
    const given = new Set<string>(scenarios.flatMap(({ plays }) => plays.map(({ expect }) => expect)))
    // A phone that holds nothing is refused by itself; no provider that follows the protocol declines; and who gave too
    // many wrong answers is turned away before the order is looked at.
    expect(answers.filter((answer) => !given.has(answer))).toEqual(["NO_CREDENTIAL", "DECLINED", "TOO_MANY_ANSWERS"])
  })
})

describe("a provider that was restored", () => {
  it("is told from every mutant that only a restore shows", () => {
    const mutants = Mutants.all.filter(({ vectors }) => vectors === "restore").map(nameOf)
    const notes = Vectors.restore.groups.flatMap(({ orders, windows }) => [...windows, ...orders])
    const named = new Set(notes.flatMap((test) => test.notes))
    expect(mutants.filter((name) => !named.has(name))).toEqual([])
  })

  const groups = Vectors.restore.groups.map((group) => ({ ...group, own: schemeOf(group.scheme) }))
  const windows = groups.flatMap(({ own, restoredAt, scheme, windows }) =>
    windows.map((window) => ({ ...window, name: scheme, own, restoredAt }))
  )
  const orders = groups.flatMap(({ orders, own, scheme }) =>
    orders.map((requested) => ({ ...requested, name: scheme, own }))
  )

  it.each(windows)("restore $id, $name: $comment", ({ own, positions, restoredAt, ...window }) => {
    expect(Restores.accepted({ ...window, scheme: own }, restoredAt)).toEqual(positions)
  })

  it.each(orders)("restore $id, $name: $comment", ({ expect: answer, own, ...requested }) => {
    expect(Restores.decided(Rules.strict(own), requested)).toBe(answer)
  })
})
