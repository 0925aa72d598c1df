/**
 * A difference on either side is found, and its first step told: the comparison of spec and model can fail. PAYCODE_SEED
 * chooses the runs.
 */
import { describe, expect, it } from "vitest"
import * as Mutants from "../mutants/Mutants.ts"
import { seed } from "../suites/Harness.ts"
import * as Agreement from "./Agreement.ts"
import * as Comparison from "./Comparison.ts"
import * as Quint from "./Quint.ts"

const protocol = Agreement.textOf("paycode")
const spec = Quint.load(Comparison.textWith(protocol), true)

/** The most runs in all worlds together. The first difference ends them. */
const runs = 560

type Schemes = ReadonlyArray<Agreement.Instance>

/** What a comparison complains of in the worlds of some schemes; nothing where there is no difference. */
const complaint = (of: Schemes, compare: (runs: number, where: Comparison.Where) => void): string => {
  const within = Comparison.instancesOf(of)
  try {
    compare(runs / within.length, { within })
    return "nothing"
  } catch (error) {
    if (error instanceof Agreement.Disagreement) return error.message
    throw error
  }
}

/** A scheme with a seed, and one with lists: where most differences show. */
const some: Schemes = ["alipay", "wechat"]

/** Schemes whose codes are made over the till's transaction, and whose answers are short messages. */
const bound: Schemes = ["hardened", "alipay-till-qr"]
const messages: Schemes = ["alipay-sms-password", "alipay-sms-ocra"]

/** The mutants that the comparison shows, and the very difference that each makes. */
const mutants = Mutants.all.flatMap(({ agreement, clause, mutant }) =>
  agreement === undefined ? [] : [{ of: Agreement.instances, ...agreement, clause, mutant }]
)

describe(`in a model without a clause, seed ${seed}`, () => {
  it.each(mutants)("$clause: $mutant", ({ clause, mutant, of, says }) => {
    const message = complaint(of, (runs, where) =>
      Comparison.followed(spec, runs, Agreement.tally(), { ...where, mutants: [{ clause, mutant }] })
    )
    expect(message).toMatch(/^step \d+, \w+.*: .*the spec has .*, the model has /)
    expect(message).toMatch(says)
  })
})

const bothWays = [Comparison.replayed, Comparison.followed]

/** What the spec forbids and the model does not, no run of the spec shows; what the model forbids, no run of the model. */
const oneWay = [Comparison.followed]
const otherWay = [Comparison.replayed]

interface Change {
  readonly what: string
  readonly place: string
  readonly changed: string
  readonly ways: typeof bothWays | typeof oneWay | typeof otherWay
  readonly says: RegExp
  /** The schemes in which it shows best; {@link some} unless they are given. */
  readonly of?: Schemes
}

/** Places in the spec, how they are changed, and what is then found. */
const changes: ReadonlyArray<Change> = [
  {
    what: "a window one step wider",
    place: "stepOf(position) >= stepAt(now) - WINDOW_PAST,",
    changed: "stepOf(position) >= stepAt(now) - WINDOW_PAST - 1,",
    ways: bothWays,
    says: /the model has "CODE_INVALID"/,
    of: ["alipay"]
  },
  {
    what: "codes of a step for one position",
    place: "firstOf(step) + ofStep(s, phone, step)",
    changed: "firstOf(step)",
    ways: oneWay,
    says: /(Learnt\.what: the spec has "credential", the model has "nothing"|Shown\.position: |the spec has no such step)/,
    of: ["hardened"]
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
    place: "val amountAgreement: bool = ofDebits((n, by) =>",
    changed: "val amountAgreement: bool = ofDebits((n, by) => is(n).amount > 0 or",
    ways: bothWays,
    says: /the spec has amount-agreement kept, the model has amount-agreement broken/
  },
  {
    what: "codes that are good for any amount",
    place: "making.terms.sum == request.amount,",
    changed: "making.terms.sum > 0,",
    ways: bothWays,
    says: /\.answer: the spec has "\w+", the model has "CODE_INVALID"/,
    of: bound
  },
  {
    what: "payments with the PIN that count like others",
    place: "free: pays and not(isStepUp),",
    changed: "free: pays,",
    ways: bothWays,
    says: /\.free: the spec has true, the model has false/,
    of: bound
  },
  {
    what: "answers that nobody can read",
    place: 'METHOD == "sms-password" or METHOD == "sms-ocra" and READ.contains(phone)',
    changed: 'METHOD == "sms-ocra" and READ.contains(phone)',
    ways: bothWays,
    says: /the model has \{"Learnt"/,
    of: ["alipay-sms-password"]
  },
  {
    what: "answers that are taken for another order",
    place: 'if (target == n or METHOD == "sms-password")',
    changed: "if (target == target)",
    ways: otherWay,
    says: /the model has "ANSWER_WRONG"/,
    of: ["alipay-sms-ocra"]
  },
  {
    what: "nobody who answers in the owner's place",
    place: "system.accounts.get(payerOf(orderOf(n))).exposed,",
    changed: "false,",
    ways: oneWay,
    says: /impersonate\(.*\): the spec has no such step, the model has one/,
    of: messages
  }
]

describe(`in a spec with a change, seed ${seed}`, () => {
  it.each(changes)("$what", ({ changed, of = some, place, says, ways }) => {
    expect(protocol.split(place)).toHaveLength(2)
    const other = Quint.load(Comparison.textWith(protocol.replace(place, changed), of), true)
    for (const compare of ways) {
      const message = complaint(of, (runs, where) => compare(other, runs, Agreement.tally(), where))
      expect(message).toMatch(/^step \d+, \w+.*: .*the spec has .*, the model has /)
      expect(message).toMatch(says)
    }
  })
})
