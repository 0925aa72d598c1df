/**
 * What the text of the formal spec speaks of: every clause and capability, every parameter's constant, and every claim and
 * refusal that is not left out.
 */
import { describe, expect, it } from "vitest"
import { reasons } from "../../model/Refusal.ts"
import { clauseIds } from "../../spec/Clauses.ts"
import { paths, rowOf } from "../../spec/Parameters.ts"
import { type CapabilityId, capabilities, capabilityIds } from "../../spec/Threats.ts"
import * as Agreement from "./Agreement.ts"

const protocol = Agreement.textOf("paycode")

describe("the spec in Quint", () => {
  it("cites every clause where it is stated, or where it is said to be left out", () => {
    const cited = [...protocol.matchAll(/\b([A-Z]{3})-(\d+)(?: to \1-(\d+))?/g)].flatMap(([, phase, first, last]) =>
      Array.from({ length: Number(last ?? first) - Number(first) + 1 }, (_, i) => `${phase}-${Number(first) + i}`)
    )
    expect(clauseIds.filter((id) => !cited.includes(id))).toEqual([])
    expect(cited.filter((id) => !(clauseIds as ReadonlyArray<string>).includes(id))).toEqual([])
  })

  it("states every claim that is not left out, and judges it after every step", () => {
    const judged = [...protocol.slice(protocol.indexOf("def broken")).matchAll(/\("(\w+)", (\w+)\)/g)]
    const invariants = Agreement.invariants.map(Agreement.nameOf)
    expect(judged.map(([, name]) => name).sort()).toEqual(invariants.toSorted())
    expect(judged.filter(([, name, value]) => name !== value)).toEqual([])
    expect(invariants.filter((name) => !protocol.includes(`  val ${name}: bool =`))).toEqual([])
  })

  it("answers with every refusal that is not left out, and with no other", () => {
    const answered = reasons.filter((reason) => protocol.includes(`"${reason}"`))
    expect(answered).toEqual(reasons.filter((reason) => !(reason in Agreement.unanswered)))
  })

  it("offers what every capability that is modelled makes possible", () => {
    // Whom the adversary runs, brings along and has read is told by who that is.
    const told = { merchant: "CORRUPT", takeover: "ROGUE", "corrupt-device": "READ" } as const
    const isAsked = (id: CapabilityId): boolean =>
      id in told
        ? protocol.includes(`${told[id as keyof typeof told]}.contains(`)
        : protocol.includes(`CAN.contains("${id}")`)
    expect(capabilityIds.filter((id) => capabilities[id].modelled && !isAsked(id))).toEqual([])
  })

  /** The constants that the spec declares, in its order. */
  const declared = [...protocol.matchAll(/^ {2}const (\w+):/gm)].map(([, name]) => name!)

  it("declares the constant of every parameter that has one", () => {
    const named = paths.flatMap((path) => rowOf(path).quint?.name ?? [])
    expect(named.filter((name) => !declared.includes(name))).toEqual([])
  })

  it("uses every constant that it declares", () => {
    const uses = (name: string): number => [...protocol.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length
    expect(declared.filter((name) => uses(name) < 2)).toEqual([])
  })
})
