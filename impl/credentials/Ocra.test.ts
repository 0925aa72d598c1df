/** Responses: the known answers, what no suite is, and inputs that do not fit one. */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { say } from "../../model/Decode.ts"
import * as Vectors from "../vectors/Vectors.ts"
import * as Ocra from "./Ocra.ts"

const suite = (text: string): Ocra.Suite => Result.getOrThrow(Ocra.parse(text))

const key = Vectors.seed(Vectors.proof.groups[0]!.seed)

type Group = (typeof Vectors.response.groups)[number]

const inputsOf = ({ pin }: Group, { counter, question, session, time }: Group["tests"][number]): Ocra.Inputs => ({
  question: question.length === 2 ? [question[0]!, question[1]!] : question[0]!,
  ...(counter !== undefined && { counter }),
  ...(pin !== undefined && { pin: Redacted.make(pin) }),
  ...(session !== undefined && { session: new Uint8Array(Buffer.from(session, "hex")) }),
  ...(time !== undefined && { time })
})

describe("known answers", () => {
  const cases = Vectors.response.groups.flatMap((group) => group.tests.map((test) => ({ group, ...test, test })))

  it.each(cases)("response $id: $response", ({ group, response, test }) => {
    const requested = [suite(group.suite), Vectors.seed(group.key), inputsOf(group, test)] as const
    expect(Ocra.response(...requested)).toEqual(Result.succeed(response))
    expect(Ocra.isRight(...requested, response)).toEqual(Result.succeed(true))
    expect(Ocra.isRight(...requested, `${response}0`)).toEqual(Result.succeed(false))
    const last = response.at(-1) === "0" ? "1" : "0"
    expect(Ocra.isRight(...requested, response.slice(0, -1) + last)).toEqual(Result.succeed(false))
  })

  it.each(Vectors.response.malformed)("suite $id is none", ({ suite }) => {
    expect(Result.isFailure(Ocra.parse(suite))).toBe(true)
  })
})

describe("a suite", () => {
  const hash = fc.constantFrom<Ocra.Hash>("SHA1", "SHA256", "SHA512")
  const optional = <A>(values: fc.Arbitrary<A>) => fc.option(values, { nil: undefined })
  const steps = fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 59 }), fc.constantFrom("S", "M")),
    fc.tuple(fc.integer({ min: 1, max: 48 }), fc.constant("H"))
  )
  const said = fc.record({
    hash,
    digits: fc.constantFrom(0, 4, 5, 6, 7, 8, 9, 10),
    counter: fc.boolean(),
    question: fc.record({
      format: fc.constantFrom<Ocra.Format>("A", "N", "H"),
      length: fc.integer({ min: 4, max: 64 })
    }),
    pin: optional(hash),
    session: optional(fc.integer({ min: 1, max: 512 })),
    step: optional(steps)
  })

  it("is read as it is written", () => {
    fc.assert(
      fc.property(said, ({ step, ...rest }) => {
        const { counter, digits, hash, pin, question, session } = rest
        const fields = [
          ...(counter ? ["C"] : []),
          `Q${question.format}${String(question.length).padStart(2, "0")}`,
          ...(pin === undefined ? [] : [`P${pin}`]),
          ...(session === undefined ? [] : [`S${String(session).padStart(3, "0")}`]),
          ...(step === undefined ? [] : [`T${step.join("")}`])
        ]
        const text = `OCRA-1:HOTP-${hash}-${digits}:${fields.join("-")}`
        const seconds = step && step[0] * { S: 1, M: 60, H: 3600 }[step[1] as "S" | "M" | "H"]
        expect(Ocra.parse(text)).toEqual(Result.succeed({ ...rest, text, step: seconds }))
      }),
      { seed: 1, numRuns: 300 }
    )
  })

  it("means what section 6.3 says where a part is left out", () => {
    const short = Result.getOrThrow(Ocra.parse("OCRA-1:HOTP-SHA1-6:Q-P-S-T"))
    const { text: _, ...long } = Result.getOrThrow(Ocra.parse("OCRA-1:HOTP-SHA1-6:QN08-PSHA1-S064-T1M"))
    expect(short).toMatchObject(long)
  })

  it.each([
    [
      "OCRA-1:HOTP-SHA1-6",
      'suite: expected OCRA-1:HOTP-hash-digits:[C-]Qformat[-Phash][-Snnn][-Tstep], found "OCRA-1:HOTP-SHA1-6"'
    ],
    ["OCRA-1:HOTP-SHA1-3:QN08", "suite.digits: expected 0, or from 4 to 10, found 3"],
    ["OCRA-1:HOTP-SHA1-6:QN65", "suite.question: expected a length from 4 to 64, found 65"],
    ["OCRA-1:HOTP-SHA1-6:QN08-S000", "suite.session: expected a length from 1 to 512, found 000"],
    ["OCRA-1:HOTP-SHA1-6:QN08-T49H", "suite.step: expected from 1H to 48H, found 49H"]
  ])("is refused for what is wrong with it: %s", (text, problem) => {
    const parsed = Ocra.parse(text)
    expect(Result.isFailure(parsed) && say(parsed.failure)).toBe(problem)
  })
})

describe("inputs", () => {
  const all = "OCRA-1:HOTP-SHA256-6:C-QH08-PSHA1-S004-T1M"
  const right: Ocra.Inputs = {
    question: "00ff",
    counter: 1,
    pin: Redacted.make("1234"),
    session: new Uint8Array(4),
    time: 60
  }

  it.each<[string, string, Partial<Ocra.Inputs>, string]>([
    [all, "another alphabet", { question: "xyz" }, "question: expected 1 to 8 hexadecimal digits, found 3 characters"],
    [all, "too long", { question: "123456789" }, "question: expected 1 to 8 hexadecimal digits, found 9 characters"],
    [
      all,
      "the second too long",
      { question: ["1", "123456789"] },
      "question: expected 1 to 8 hexadecimal digits, found 9 characters"
    ],
    [all, "empty", { question: "" }, "question: expected 1 to 8 hexadecimal digits, found 0 characters"],
    [all, "a fraction", { counter: 0.5 }, "counter: expected a whole number of at least 0, found another"],
    [all, "before the epoch", { time: -1 }, "time: expected whole seconds since the epoch, found another"],
    [all, "too much", { session: new Uint8Array(5) }, "session: expected at most 4 bytes, found another"],
    ["OCRA-1:HOTP-SHA1-6:QH08", "not asked for", {}, "counter: expected nothing, for the suite has none, found some"]
  ])("of %s: %s", (text, _, changed, problem) => {
    const found = Ocra.response(suite(text), key, { ...right, ...changed })
    expect(Result.isFailure(found) && say(found.failure)).toBe(problem)
    expect(Ocra.isRight(suite(text), key, { ...right, ...changed }, "000000")).toEqual(found)
  })

  it.each(["counter", "pin", "session", "time"] as const)("lack the %s", (name) => {
    const { [name]: _, ...rest } = right
    const found = Ocra.response(suite(all), key, rest as Ocra.Inputs)
    expect(Result.isFailure(found) && [found.failure.path, found.failure.found]).toEqual([name, "nothing"])
  })
})
