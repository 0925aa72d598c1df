/** Coincidences: steps of one window whose proofs are the same digits. They were found by search, and are checked. */
import type { Reason } from "../../model/Refusal.ts"
import { caughtBy, type Mistake, notesOf, numbering } from "./Mistakes.ts"
import { proofOf, rfcSeed } from "./Proofs.ts"

const scheme = { step: 30, past: 3, future: 1, mac: "HMAC-SHA-1", digits: 6, seed: rfcSeed(20) } as const

const pairs = [
  [103424, 103427],
  [863070, 863072],
  [910737, 910738]
] as const

/** A pay request of 1 minor unit, and what it is answered. */
interface Presented {
  readonly at: number
  readonly made: number
  readonly expect: "PAID" | Reason
}

/** The first second of a step, and the last. */
const first = (step: number): number => step * scheme.step
const last = (step: number): number => first(step + 1) - 1

/** Who takes the first free step of the window that a code matches, and burns it alone. */
const firstFree: Mistake<ReadonlyArray<Presented>> = {
  clause: "VER-9",
  mistake:
    "Of several positions that a code matches, the first that is not burned is taken, and it alone is burned: the same digits are paid once for each.",
  passes: (plays) => {
    const burned = new Set<number>()
    return plays.every(({ at, expect, made }) => {
      const now = Math.floor(at / scheme.step)
      const window = Array.from({ length: scheme.past + 1 + scheme.future }, (_, index) => now - scheme.past + index)
      const matching = window.filter((step) => proofOf(scheme, step) === proofOf(scheme, made))
      const free = matching.find((step) => !burned.has(step))
      if (free !== undefined) burned.add(free)
      return expect === (matching.length === 0 ? "CODE_INVALID" : free === undefined ? "CODE_USED" : "PAID")
    })
  }
}

const mistakes = { "first-free-step-wins": firstFree }

/** What is presented to a provider for two steps whose codes are the same. */
const scenarios = (earlier: number, later: number): ReadonlyArray<readonly [string, ReadonlyArray<Presented>]> => [
  [
    "paid where only the earlier step is in the window; replayed when both are",
    [
      { at: last(earlier - 1), made: earlier, expect: "PAID" },
      { at: first(later - 1), made: earlier, expect: "CODE_USED" },
      { at: first(later), made: earlier, expect: "CODE_USED" },
      { at: last(earlier + scheme.past), made: earlier, expect: "CODE_USED" },
      { at: last(later + scheme.past), made: earlier, expect: "CODE_USED" },
      { at: first(later + scheme.past + 1), made: earlier, expect: "CODE_INVALID" }
    ]
  ],
  [
    "paid when both steps are in the window; replayed then, and when only the later one is",
    [
      { at: first(later), made: later, expect: "PAID" },
      { at: first(later) + 1, made: later, expect: "CODE_USED" },
      { at: last(earlier + scheme.past), made: later, expect: "CODE_USED" },
      { at: first(earlier + scheme.past + 1), made: later, expect: "CODE_USED" },
      { at: last(later + scheme.past), made: later, expect: "CODE_USED" }
    ]
  ],
  [
    "the payer's own next code has the same digits: it is refused, and the code of another step is paid",
    [
      { at: first(earlier), made: earlier, expect: "PAID" },
      { at: first(later) + 5, made: later, expect: "CODE_USED" },
      { at: first(later + 1), made: later + 1, expect: "PAID" }
    ]
  ]
]

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  return {
    header: [
      "Two steps of one window whose proofs are the same digits, and what a provider answers that is shown them.",
      "Each test is played to a provider that has never seen the credential used. A play presents the code of the step `made` at the second `at` of the provider, under an order number of its own, for the amount of 1 minor unit.",
      "The steps were found by search, with the seed of RFC 4226, Appendix D; two other implementations of HMAC confirm them."
    ],
    notes: notesOf(mistakes),
    scheme,
    groups: pairs.map(([earlier, later]) => {
      const proof = proofOf(scheme, earlier)
      if (proofOf(scheme, later) !== proof)
        throw new Error(`step ${later}: expected the proof of ${earlier}, found another`)
      const tests = scenarios(earlier, later).map(([comment, plays]) => ({
        id: next(),
        comment,
        plays,
        notes: caughtBy(mistakes, plays)
      }))
      return { steps: [earlier, later], proof, tests }
    })
  }
}
