/** A certificate that a search wrote is proved; one that says what is not so, though it is hashed as it should be, is not. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import type * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { checkedIds } from "../../spec/Claims.ts"
import { Exploration, Explorer } from "../audit/Audit.ts"
import * as Certificate from "../certificate/Certificate.ts"
import { alipay, hardened, smsOcra, wechat } from "../suites/Harness.ts"
import * as Checker from "./Checker.ts"

const folder = mkdtempSync(join(tmpdir(), "paycode-certificates-"))
afterAll(() => rmSync(folder, { recursive: true }))

const whole: Checker.Extent = { share: 1, seed: 1 }

/** The certificates of the searches of a scheme at quick that some scene plays, as an audit writes them. */
const written = async (scheme: Scheme, scene: string, mutants: ReadonlyArray<Rules.Mutant> = []) => {
  const certify = { folder, paycode: "0.0.0", fingerprint: "0" }
  const tasks = Exploration.plan(scheme, "quick", checkedIds, { certify, mutants }).filter(
    (task) => task.scene === scene
  )
  const found = await Effect.runPromise(Explorer.exploreAll(tasks, Explorer.unlimited, () => {}))
  return found.flatMap(({ certificate }) =>
    certificate === undefined ? [] : [Result.getOrThrow(Certificate.read(certificate.file))]
  )
}

const check = (certificate: Certificate.Certificate, extent = whole): Checker.Checked =>
  Checker.check("a.certificate", certificate, extent)

const kindsOf = ({ faults }: Checker.Checked): ReadonlyArray<string> => faults.map(({ kind }) => kind)

type Claim = Certificate.Header["claims"][number]

/** A certificate that says something else of a claim. */
const saying = (one: Certificate.Certificate, id: Claim["id"], other: Partial<Claim>): Certificate.Certificate => ({
  ...one,
  header: {
    ...one.header,
    claims: one.header.claims.map((claim) => (claim.id === id ? { ...claim, ...other } : claim))
  }
})

/** A certificate without one of its states. */
const without = ({ header, states, ...rest }: Certificate.Certificate, place: number): Certificate.Certificate => ({
  ...rest,
  header: { ...header, states: header.states - 1 },
  states: {
    ...states,
    count: states.count - 1,
    keys: states.keys.filter((_, at) => Math.floor(at / states.words) !== place),
    ranks: states.ranks.map((ranks) => ranks.filter((_, at) => at !== place))
  }
})

/** A certificate as it comes back from its bytes, hashed as it should be. */
const hashed = ({ header, states }: Certificate.Certificate): Certificate.Certificate =>
  Result.getOrThrow(Certificate.parse(Buffer.from(Certificate.bytesOf(header, states))))

const sale = (await written(wechat, "sale")).find(({ header }) => header.claims.length > 1)!
const [possible] = (await written(alipay, "order")).filter(({ header }) => header.claims[0]!.id === "offline-step-up")
const [conflict] = await written(alipay, "conflict")
const supplies = await written(alipay, "supply")
const [met] = (await written(hardened, "order")).filter(({ header }) => header.claims[0]!.id === "offline-step-up")

describe("proves", () => {
  it("what holds, what comes to pass, and what is never possible, and leaves out what is broken", () => {
    expect(sale.header.claims.map(({ found, id }) => [id, found])).toEqual([
      ["sale-once", "kept"],
      ["agreement", "broken"],
      ["order-ends", "kept"]
    ])
    expect(Math.max(...sale.states.ranks[0]!)).toBeGreaterThan(1)
    expect(possible!.header.claims).toMatchObject([{ id: "offline-step-up", found: "never", cases: 0 }])
    expect(met!.header.claims).toMatchObject([{ id: "offline-step-up", found: "met" }])
    for (const one of [sale, possible!, met!, ...supplies]) {
      const checked = check(one)
      expect([checked.found, checked.looked, checked.transitions]).toEqual([
        0,
        one.header.states,
        one.header.transitions
      ])
    }
  })

  it("each file in a thread, and says which cannot be checked", async () => {
    const damaged = join(folder, "damaged")
    writeFileSync(damaged, "nothing")
    const files = [
      damaged,
      ...readdirSync(folder)
        .filter((file) => file.endsWith(Certificate.ending))
        .slice(0, 3)
        .map((file) => join(folder, file))
    ]
    const [first, ...others] = await Effect.runPromise(Checker.checkAll(files, whole, () => {}))
    expect(first).toMatchObject({
      _tag: "Refused",
      lines: [expect.stringMatching(/^\S+damaged: expected a certificate of form 1/)]
    })
    expect(others.map((one) => (one._tag === "Checked" ? one.checked.found : one))).toEqual(others.map(() => 0))
    rmSync(damaged)
  })

  it("of a search that was made for several schemes one for each, in its own world", async () => {
    const certify = { folder, paycode: "0.0.0", fingerprint: "0" }
    const tasks = [alipay, smsOcra].flatMap((scheme) =>
      Exploration.plan(scheme, "quick", ["one-credential"], { certify }).filter(({ scene }) => scene === "renewal")
    )
    const found = await Effect.runPromise(Explorer.exploreAll(tasks, Explorer.unlimited, () => {}))
    const read = found.map(({ certificate }) => Result.getOrThrow(Certificate.read(certificate!.file)))
    expect(read.map(({ header }) => header.scheme.scheme)).toEqual(["alipay", "alipay-sms-ocra"])
    expect(read.map((one) => check(one).found)).toEqual([0, 0])
  })

  it("the same file, whether one thread searched or all together", async () => {
    const own = mkdtempSync(join(tmpdir(), "paycode-together-"))
    const certify = { folder: own, paycode: "0.0.0", fingerprint: "0" }
    const tasks = Exploration.plan(wechat, "quick", ["sale-once", "agreement", "order-ends"], { certify })
    const found = await Effect.runPromise(Explorer.together(tasks, Explorer.unlimited, () => {}))
    const files = found.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate.file]))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(readFileSync(file)).toEqual(readFileSync(file.replace(own, folder)))
    rmSync(own, { recursive: true })
  })
})

describe("finds", () => {
  it("the hole where any one state is left out", () => {
    fc.assert(
      fc.property(fc.nat(sale.header.states - 1), (place) => {
        const kinds = kindsOf(check(hashed(without(sale, place))))
        expect(kinds.some((kind) => kind === "hole" || kind === "first")).toBe(true)
      }),
      { numRuns: 20 }
    )
    const [first] = sale.header.states > 0 ? check(hashed(without(sale, 0))).faults : []
    expect(first!.says).toMatch(/is not in the certificate$/)
  })

  it("a case that breaks a claim, where a clause was left out", async () => {
    const mutants = [{ clause: "VER-16", mutant: "not recorded" }] as const
    const broken = (await written(wechat, "sale", mutants)).find(({ header }) => header.claims.length > 1)!
    expect(check(broken).found).toBe(0)
    const { faults } = check(hashed(saying(broken, "sale-once", { found: "kept" })))
    expect(faults[0]).toMatchObject({ kind: "breach", claim: "sale-once" })
    expect(faults[0]!.says).toMatch(/^\{"_tag":.* breaks sale-once$/)
    // With every clause in force states are packed in another way, so that it is refused.
    const strict = { ...broken, header: { ...broken.header, mutants: [] } }
    expect(() => check(hashed(strict))).toThrow(Checker.Refused)
  })

  it("a case of what is said to be never possible", () => {
    const { faults } = check(hashed(saying(met!, "offline-step-up", { found: "never", cases: 0 })))
    expect(faults[0]).toMatchObject({ kind: "breach", claim: "offline-step-up" })
    expect(faults[0]!.says).toMatch(/ is a case of offline-step-up$/)
  })

  it("a case, a case at an edge and a transition too many, and a state in which something is pending", () => {
    const claim = conflict!.header.claims[0]!
    const { cases, edges, id, parts } = claim
    const more = (counts: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count + 1]))
    for (const other of [{ cases: cases + 1 }, { cases: cases - 1 }, { parts: more(parts) }, { edges: more(edges) }]) {
      const changed = Object.values(other)[0]!
      const { faults, found } = check(hashed(saying(conflict!, id, other)))
      expect(found).toBe(typeof changed === "number" ? 1 : Object.keys(changed).length)
      expect(faults.length).toBeGreaterThan(0)
      for (const { claim, kind } of faults) expect([kind, claim]).toEqual(["count", id])
    }
    const { header } = sale
    const longer = { ...sale, header: { ...header, transitions: header.transitions + 1 } }
    expect(check(hashed(longer)).faults).toMatchObject([
      { kind: "count", says: expect.stringMatching(/^transitions: /) }
    ])
    const pending = header.claims.find(({ id }) => id === "order-ends")!.cases
    expect(kindsOf(check(hashed(saying(sale, "order-ends", { cases: pending + 1 }))))).toEqual(["count"])
  })

  it("a rank that does not fall, and what never comes to pass", async () => {
    const [ranks] = sale.states.ranks
    const place = ranks!.indexOf(Math.max(...ranks!))
    const lowered = Uint32Array.from(ranks!, (rank, at) => (at === place ? 1 : rank))
    const { faults } = check(hashed({ ...sale, states: { ...sale.states, ranks: [lowered] } }))
    expect(faults[0]).toMatchObject({ kind: "way", claim: "order-ends", state: place + 1 })
    const mutants = [{ clause: "SET-4", mutant: "no timer" }] as const
    const endless = (await written(wechat, "sale", mutants)).find(({ header }) => header.claims.length > 1)!
    const said = saying(endless, "order-ends", { found: "kept" })
    const ranked = {
      ...said,
      states: { ...said.states, ranks: [Uint32Array.from({ length: said.states.count }, () => 1)] }
    }
    expect(kindsOf(check(hashed(ranked)))).toContain("way")
    const strict = { ...ranked, header: { ...ranked.header, mutants: [] } }
    expect(kindsOf(check(hashed(strict)))).toContain("hole")
  })

  it("what is no state", () => {
    const { keys, words } = sale.states
    const other = Uint32Array.from(keys, (word, at) => (at >= keys.length - words ? 0xffff_ffff : word))
    expect(check(hashed({ ...sale, states: { ...sale.states, keys: other } })).found).toBeGreaterThan(0)
  })
})

describe("of a share", () => {
  it("looks at that many, the same ones by the same seed, and compares no counts", () => {
    const checked = check(saying(sale, "sale-once", { cases: 1 }), { share: 0.1, seed: 7 })
    expect(checked.found).toBe(0)
    expect(Math.abs(checked.looked / sale.header.states - 0.1)).toBeLessThan(0.03)
    expect(check(sale, { share: 0.1, seed: 7 })).toMatchObject({
      looked: checked.looked,
      transitions: checked.transitions
    })
    expect(check(sale, { share: 0.1, seed: 8 }).transitions).not.toBe(checked.transitions)
    const text = Checker.Told.text(
      [checked],
      { share: 0.1, seed: 7 },
      { bold: (given) => given, stream: process.stdout },
      "0"
    )
    expect(text).toMatch(/^a\.certificate: nothing found against it\n/)
    expect(text.replace(/\s+/g, " ")).toMatch(/would have escaped with a chance of 90 %/)
  })

  it("is as many by every seed, so that a hole escapes as seldom as is said", () => {
    const hole = without(sale, sale.header.states - 1)
    const at = new Set(check(hole).faults.flatMap(({ kind, state }) => (kind === "hole" ? [state!] : [])))
    const seeds = Array.from({ length: 200 }, (_, seed) => seed)
    const noticed = seeds.filter((seed) => check(hole, { share: 0.25, seed }).found > 0).length
    expect(noticed / seeds.length).toBeGreaterThan(1 - 0.75 ** at.size - 0.12)
  })
})

describe("of nearly all of the states, or of hardly any", () => {
  it("is not proved, and is never nothing", () => {
    const nearly = check(saying(sale, "sale-once", { cases: 1 }), { share: 0.999999999, seed: 1 })
    expect([nearly.looked, nearly.isWhole]).toEqual([sale.header.states, false])
    expect(Checker.Told.wholes([nearly])).toEqual([])
    const made = { paycode: "0.0.0", fingerprint: "0" }
    const told = Checker.Told.data(made, [nearly], { share: 0.999999999, seed: 1 }, [])
    expect([told.ok, told.certificates[0]!.proved]).toEqual([true, false])
    expect(Checker.Told.data(made, [check(sale)], whole, [{ file: "b", lines: ["bad"] }]).ok).toBe(false)
    expect(check(sale, { share: 1e-9, seed: 5 }).looked).toBe(1)
  })
})

describe("refuses claims", () => {
  const saysOf = (header: Partial<Certificate.Header>) => () =>
    check({ ...sale, header: { ...sale.header, ...header } })
  const { claims, lookback } = sale.header

  it("that no search decides which looks back like that, or has that adversary or scene", () => {
    const none = /which no such search decides/
    expect(saysOf({ lookback: { ...lookback, counts: !lookback.counts } })).toThrow(none)
    expect(saysOf({ lookback: { ...lookback, watched: "code" } })).toThrow(none)
    expect(saysOf({ under: [] })).toThrow(none)
    expect(saysOf({ scene: "till" })).toThrow(none)
    expect(saysOf({ claims: claims.map((claim) => ({ ...claim, id: "single-use" as const })).slice(0, 1) })).toThrow(
      none
    )
  })

  it("that are none, or there twice", () => {
    expect(saysOf({ claims: [] })).toThrow(/found none: there is nothing to check/)
    expect(saysOf({ claims: [...claims, claims[0]!] })).toThrow(/expected each claim once, found sale-once twice/)
  })
})

describe("refuses a certificate of another paycode", () => {
  it.each<[string, Partial<Certificate.Header>, RegExp]>([
    [
      "with states of other bits",
      { bits: 1 },
      /^expected states of \d+ words and \d+ bits, found \d+ words and 1 bits; it was /
    ],
    [
      "with other reductions",
      { reductions: ["numbers"] },
      /^expected the reductions time of day, .*, found numbers; it was /
    ]
  ])("%s", (_, other, line) => {
    expect(() => check({ ...sale, header: { ...sale.header, ...other } })).toThrow(line)
  })

  it("with other counts", () => {
    expect(() => check(saying(sale, "sale-once", { edges: { further: 1 } }))).toThrow(
      /^expected counts of sale-once.*, found .*sale-once further; it was /
    )
  })
})

describe("tells", () => {
  const told = (all: ReadonlyArray<Checker.Checked>): string =>
    Checker.Told.text(all, whole, { bold: (text) => text, stream: process.stdout }, "1").replace(/\s+/g, " ")

  it("what is proved, what is not, by which code it was written, and what is assumed", () => {
    const text = told([check(sale), check(met!)])
    expect(text).toMatch(/ No transition breaks: sale-once \([\d,]+ cases\)/)
    expect(text).toMatch(/By every way comes to an end: order-ends \([\d,]+ states in which it is pending\)/)
    expect(text).toContain("Said to be broken by the search, and no part of this: agreement")
    expect(text).toMatch(/Counted, and shown by a run that is no part of this: offline-step-up \([\d,]+ cases\)/)
    expect(text).toContain("Written by other code (0; this is 1)")
    expect(text).toMatch(/Proved in every search of wechat \(\w+\) at quick that decides it: sale-once, order-ends/)
    for (const sentence of Checker.Told.assumed) expect(text).toContain(sentence)
    expect(told([check(without(sale, 9))])).toMatch(/^a\.certificate: not proved .* state [\d,]+: \{"_tag"/)
  })

  it("of a claim that it is proved where every search that decides it has a certificate, and in no mutant", () => {
    expect(Checker.Told.wholes([check(sale)])).toMatchObject([
      { scheme: "wechat", claims: ["sale-once", "order-ends"] }
    ])
    expect(Checker.Told.wholes(supplies.map((one) => check(one)))).toMatchObject([{ claims: ["offline-supply"] }])
    const { header } = sale
    const mutants = [{ clause: "VER-16", mutant: "not recorded" }] as const
    expect(Checker.Told.wholes([{ ...check(sale), header: { ...header, mutants } }])).toEqual([])
  })
})
