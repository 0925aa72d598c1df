/** What a certificate keeps comes back as it was, and whatever becomes of its bytes is noticed. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Hash from "../Hash.ts"
import { alipay } from "../suites/Harness.ts"
import * as Blocks from "./Blocks.ts"
import * as Certificate from "./Certificate.ts"

const statement: Certificate.Statement = {
  paycode: "0.0.0",
  fingerprint: "0",
  scheme: alipay,
  hash: Hash.of(alipay),
  scene: "sale",
  size: "quick",
  under: ["network", "crash"],
  mutants: [],
  lookback: { watched: "nothing", seconds: false, counts: false, learns: false },
  reductions: ["numbers"],
  claims: [
    { id: "sale-once", found: "kept", cases: 3, parts: { once: 3 }, edges: {} },
    { id: "order-ends", found: "kept", cases: 2, parts: {}, edges: {} }
  ],
  bits: 40,
  transitions: 12
}

/** States of two words, each once, in any order; of some of them the rank is not 0. */
const packed = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(0xffff_ffff), fc.nat(3)), {
    maxLength: 60,
    selector: ([a, b]) => `${a} ${b}`
  })
  .map((rows) => ({
    packed: {
      words: 2,
      keys: Uint32Array.from([7, 7, ...rows.flatMap((row) => row.slice(0, 2))]),
      numbers: Uint32Array.from(rows.keys(), (number) => number + 1)
    },
    ranks: new Map(rows.flatMap(([, , rank], at) => (rank === 0 ? [] : [[at + 1, rank] as const])))
  }))

const inOrder = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => a[0]! - b[0]! || a[1]! - b[1]!

const rowsOf = ({ count, keys, ranks, words }: Certificate.States): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: count }, (_, at) => [...keys.subarray(at * words, (at + 1) * words), ranks[0]![at]!])

const bytes = Buffer.from(
  Certificate.bytesOf(statement, {
    count: 3,
    words: 2,
    keys: Uint32Array.from([0, 5, 0, 0xffff_ffff, 9, 1]),
    ranks: [Uint32Array.from([0, 300, 1])]
  })
)

const linesOf = (given: Buffer): ReadonlyArray<string> => {
  const parsed = Certificate.parse(given)
  return Result.isFailure(parsed) ? parsed.failure : []
}

/** The same certificate with another header, hashed as it should be. */
const reheaded = (change: (header: Record<string, unknown>) => void): Buffer => {
  const [first, , header] = bytes.toString("latin1").split("\n")
  const value = JSON.parse(Buffer.from(header!, "latin1").toString()) as Record<string, unknown>
  const end = first!.length + 1 + 65 + header!.length + 1
  change(value)
  const text = JSON.stringify(value)
  return Buffer.concat([Buffer.from(`${first}\n${Blocks.sha256(text)}\n${text}\n`), bytes.subarray(end)])
}

it("keeps states by their words, sorted, with their ranks", () => {
  fc.assert(
    fc.property(packed, ({ packed, ranks }) => {
      const rows = [...packed.numbers].map((number) => [
        packed.keys[number * 2]!,
        packed.keys[number * 2 + 1]!,
        ranks.get(number) ?? 0
      ])
      const states = Blocks.sorted(packed, [ranks])
      const read = Result.getOrThrow(Certificate.parse(Buffer.from(Certificate.bytesOf(statement, states))))
      expect(rowsOf(read.states)).toEqual(rows.toSorted(inOrder))
      expect(read.header).toMatchObject({ ...statement, states: rows.length, words: 2 })
    })
  )
})

it("keeps states of several blocks", () => {
  const count = Blocks.blockStates + 3
  const keys = Uint32Array.from({ length: count * 2 }, (_, at) => (at % 2 === 0 ? 1 : at))
  const states = { count, words: 2, keys, ranks: [new Uint32Array(count)] }
  const read = Result.getOrThrow(Certificate.parse(Buffer.from(Certificate.bytesOf(statement, states))))
  expect(read.header.blocks.map((block) => block.states)).toEqual([Blocks.blockStates, 3])
  expect(Buffer.compare(Buffer.from(read.states.keys.buffer), Buffer.from(keys.buffer))).toBe(0)
})

it("says what it cannot write, and leaves nothing half written", () => {
  const states = { words: 1, keys: Uint32Array.from([3]), numbers: Uint32Array.from([0]) }
  const place = mkdtempSync(join(tmpdir(), "paycode-certificate-"))
  const { claims, ...others } = statement
  const alone = { ...others, claims: claims.slice(0, 1) }
  const unwritten = Certificate.write(join(place, "none"), alone, states, [])
  expect(unwritten).toMatchObject({ bytes: 0, states: 0, problem: expect.stringMatching(/^ENOENT/) })
  const written = Certificate.write(place, alone, states, [])
  expect(written).toMatchObject({ states: 1, problem: undefined })
  expect(readdirSync(place).map((file) => join(place, file))).toEqual([written.file])
  expect(Result.getOrThrow(Certificate.read(written.file))).toMatchObject({
    bytes: written.bytes,
    header: { states: 1 }
  })
  rmSync(place, { recursive: true })
})

describe("refuses, with what was expected, what was found, and what to do,", () => {
  it("a file of which any bit is another", () => {
    expect(linesOf(bytes)).toEqual([])
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        expect(linesOf(flipped)).not.toEqual([])
      }),
      { numRuns: 600, seed: 1 }
    )
  })

  it("a file of which all bits of its first and last bytes are others", () => {
    const ends = [...Array(100).keys()].flatMap((at) => [at, bytes.length - 1 - at])
    for (const at of ends) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(bytes)
        flipped[at]! ^= 1 << bit
        expect(linesOf(flipped)).not.toEqual([])
      }
    }
  })

  it("a file that is shorter, or longer", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(linesOf(bytes.subarray(0, length))).not.toEqual([])
      })
    )
    expect(linesOf(Buffer.concat([bytes, Buffer.from("x")]))).toEqual([
      expect.stringMatching(/^expected \d+ bytes of states after the header, found \d+; copy it again, or have /)
    ])
  })

  it("another kind of file, and another form", () => {
    expect(linesOf(Buffer.from("{}\n"))).toEqual([
      "expected a certificate of form 1, found another kind of file; `paycode audit --certify` writes certificates"
    ])
    const [first] = bytes.toString("latin1").split("\n")
    const newer = Buffer.concat([Buffer.from("paycode certificate 2"), bytes.subarray(first!.length)])
    expect(linesOf(newer)).toEqual([
      "expected a certificate of form 1, found form 2; check it with the paycode that wrote it, or write it again with this one"
    ])
  })

  it.each<[string, (header: Record<string, unknown>) => void, RegExp]>([
    ["of another scheme", (header) => (header.hash = "0"), /^expected the scheme with the hash 0, found one with /],
    ["of more states", (header) => (header.states = 4), /^expected 4 states, found 3; /],
    ["of other words", (header) => (header.words = 3), /^expected 3 states of 3 words in block 1, found other bytes; /],
    ["without its scene", (header) => delete header.scene, /^scene: expected a value, found nothing; /],
    [
      "that is kept where it can only be met",
      (header) => (header.claims = [{ ...statement.claims[0], id: "offline-step-up" }]),
      /^claims\[0\]: expected kept or broken; met or never where /
    ],
    [
      "of a larger block",
      (header) => (header.blocks = [{ states: 1e9, bytes: 1, sha256: "" }]),
      /^blocks\[0\]: expected at most /
    ]
  ])("a header %s, though it is hashed", (_, change, line) => {
    expect(linesOf(reheaded(change))).toEqual([expect.stringMatching(line)])
  })

  it("states that are not sorted, or there twice", () => {
    const states = { count: 2, words: 1, ranks: [new Uint32Array(2)] }
    for (const keys of [
      [2, 1],
      [1, 1]
    ]) {
      const twice = Certificate.bytesOf(statement, { ...states, keys: Uint32Array.from(keys) })
      expect(linesOf(Buffer.from(twice))).toEqual([
        expect.stringMatching(/^expected each state once, sorted by its words, found state 1 out of its place; /)
      ])
    }
  })

  it("a file that is not there", () => {
    const read = Certificate.read("/nowhere/a.certificate")
    expect(Result.isFailure(read) && read.failure).toEqual([
      expect.stringMatching(
        /^\/nowhere\/a\.certificate: expected a certificate, found a file that cannot be read \(ENOENT.*\); name /
      )
    ])
  })
})
