/**
 * A difference on either side is found, and its first step told: the comparison of spec and model can fail. PAYCODE_SEED
 * chooses the runs.
 */
import { describe, expect, it } from "vitest"
import type { Lapse } from "../../model/Rules.ts"
import { seed } from "../suites/Stage.ts"
import * as Agreement from "./Agreement.ts"
import * as Comparison from "./Comparison.ts"
import * as Quint from "./Quint.ts"

/** What a comparison complains of; nothing where there is no difference. */
const complaint = (compare: () => void): string => {
  try {
    compare()
    return "nothing"
  } catch (error) {
    if (error instanceof Agreement.Disagreement) return error.message
    throw error
  }
}

const protocol = Agreement.textOf("paycode")
const spec = Quint.load(Comparison.textWith(protocol), true)

/** The most runs of each world. The first difference ends them. */
const runs = 40

/** Clauses, and the very difference that leaving one out makes. */
const differences: ReadonlyArray<readonly [clause: Lapse["clause"], lapse: string, says: RegExp]> = [
  ["ENR-6", "one phase", /\.status: the spec has "live", the model has "ended"/],
  ["ENR-7", "kept", /\.status: the spec has "ended", the model has "live"/],
  ["ENR-10", "made ahead", /\.answer: the spec has "CODE_INVALID", the model has/],
  ["GEN-4", "counted", /(\.shown: the spec has 0, the model has 1|runOut\(\d\): the spec has no such step)/],
  ["REL-1", "offline", /the model has \{"Debited"/],
  ["REL-4", "not scoped", /\.answer: the spec has "NO_SUCH_ORDER"/],
  ["REL-5", "any notice", /the model has \{"Viewed"/],
  ["REL-7", "rescans", /scan\(.*\): the spec has no such step, the model has one/],
  ["VER-1", "code first", /\.(fresh|answer): the spec has/],
  ["VER-2", "not compared", /\.answer: the spec has "AMOUNT_CHANGED"/],
  ["VER-5", "any proof", /\.answer: the spec has ("CODE_INVALID"|.*"AMBIGUOUS_CODE")/],
  ["VER-6", "one step", /the spec has ("CODE_INVALID"|no such step), the model has/],
  ["VER-8", "not kept", /\.answer: the spec has "CODE_USED"/],
  ["VER-10", "only success", /\.burned: the spec has true, the model has false/],
  ["VER-12", "no limit", /\.answer: the spec has "OPEN", the model has/],
  ["VER-16", "refusals not recorded", /the model has (-1|"none")/],
  ["VER-19", "in memory", /crash: .*\.burned: the spec has true, the model has false/],
  ["VER-29", "by account", /\.throttled: the spec has false, the model has true/],
  ["VER-30", "no epoch", /restore: .*\.suspended: the spec has true, the model has false/],
  ["STP-3", "not shown", /(approve\(.*\): the spec has no such step|no such part)/]
]

describe(`in a model without a clause, seed ${seed}`, () => {
  it.each(differences)("%s: %s", (clause, lapse, says) => {
    const message = complaint(() => Comparison.followed(spec, runs, Agreement.tally(), { clause, lapse }))
    expect(message).toMatch(/^step \d+, \w+.*: .*the spec has .*, the model has /)
    expect(message).toMatch(says)
  })
})

const bothWays = [Comparison.replayed, Comparison.followed]

/** What the spec forbids and the model does not, no run of the spec shows. */
const oneWay = [Comparison.followed]

/** Places in the spec, how they are changed, and what is then found. */
const changes = [
  {
    what: "a window one step wider",
    place: "position >= stepAt(now) - WINDOW_PAST,",
    changed: "position >= stepAt(now) - WINDOW_PAST - 1,",
    ways: bothWays,
    says: /the model has "CODE_INVALID"/
  },
  {
    what: "codes that only a payment burns",
    place: "if (decision.attempt) attempted",
    changed: "if (pays) attempted",
    ways: bothWays,
    says: /\.(burned|attempted|status): /
  },
  {
    what: "codes that only the adversary attempts",
    place: "making.spoilt else isAdversary",
    changed: "making.spoilt else true",
    ways: bothWays,
    says: /\.spoilt: the spec has true, the model has false/
  },
  {
    what: "replies that always arrive",
    place: "system: if (heard) told else issued",
    changed: "system: if (heard or LOSES) told else issued",
    ways: bothWays,
    says: /\.held: the spec has \d, the model has -?\d/
  },
  {
    what: "a till that never reverses",
    place: "system.clock - orderOf(n).sentAt >= REVERSE_NOT_BEFORE,",
    changed: "false,",
    ways: oneWay,
    says: /sendReversal\(\d\): the spec has no such step, the model has one/
  },
  {
    what: "a claim that is weaker",
    place: "val amountAgreement: bool = ofDebits((n, byPassword) => byPassword and is(n).confirmed)",
    changed: "val amountAgreement: bool = ofDebits((n, _) => is(n).amount > 0)",
    ways: bothWays,
    says: /the spec has amount-agreement kept, the model has amount-agreement broken/
  }
]

describe(`in a spec with a change, seed ${seed}`, () => {
  it.each(changes)("$what", ({ changed, place, says, ways }) => {
    expect(protocol.split(place)).toHaveLength(2)
    const other = Quint.load(Comparison.textWith(protocol.replace(place, changed)), true)
    for (const compare of ways) {
      const message = complaint(() => compare(other, runs, Agreement.tally()))
      expect(message).toMatch(/^step \d+, \w+.*: .*the spec has .*, the model has /)
      expect(message).toMatch(says)
    }
  })
})
