/**
 * Reductions: what a search joins, forgets or passes over. Each says in one sentence what it leaves out, of what kind it is,
 * why nothing is lost by it, and on which clauses that rests: where one of them is left out, the reduction is not made.
 *
 * Every clause that a quotient asks for is one of these, or {@link followed}: `Reductions.test.ts` records what is asked for.
 * That no more clauses are needed is not taken on trust. `Alike.test.ts` compares states with their normal forms, and
 * `Differential.test.ts` searches with random runs, without each clause in turn: a share of the clauses in every run of the
 * tests, and all in the campaign.
 */
import { inForce } from "../../model/Rules.ts"
import { Binding } from "../../model/steps/Steps.ts"
import { adversary, type World } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import type { Watched } from "./View.ts"

/** The kinds of reductions, and when one of each loses nothing. */
export const kinds = {
  symmetry: "what differs only in names, or in when it is, has the same futures",
  "dead data": "what nothing will read again may as well be anything",
  dominance: "whatever comes of what is left out comes of something that is kept as well",
  urgency: "whatever happens before it happens as well after it, and it takes nothing away"
} as const
export type Kind = keyof typeof kinds

/** What a search looks back at: what of the past of a world its claims speak of. */
export interface Lookback {
  readonly watched: Watched
  /** Ages count to the second. */
  readonly seconds: boolean
  /** The codes that the adversary has seen are counted. */
  readonly counts: boolean
  /** What the adversary reads off a code that it sees counts, whatever it has of it already. */
  readonly learns: boolean
}

/** A reduction. */
export interface Reduction {
  readonly kind: Kind
  /** What is left out, in one sentence. */
  readonly says: string
  /** Why nothing is lost, in one sentence. */
  readonly because: string
  /** The clauses without any of which it is not made. */
  readonly rests: ReadonlyArray<ClauseId>
  /** In which searches it is made where they are in force; in all, where nothing is said. */
  readonly where?: (world: World, lookback: Lookback) => boolean
}

/** After a restore much can happen again that is over else. */
const withoutRestore = ({ can }: World): boolean => !can.restore

const windows = ["ENR-2", "ENR-5", "VER-5", "VER-17", "VER-18", "VER-26", "VER-27"] as const
const records = [
  "REL-1",
  "REL-4",
  "VER-1",
  "VER-2",
  "VER-3",
  "VER-4",
  "VER-16",
  "VER-21",
  "SET-1",
  "SET-3",
  "SET-5",
  "SET-7",
  "SET-8"
] as const

/** Every reduction by its name. */
export const reductions = {
  "time of day": {
    kind: "symmetry",
    says: "Far from midnight, and after it, a run is the same at any time of day.",
    because:
      "Steps compare instants with each other and with one midnight, and a run meets no more than that one. What is about a day starts near it; from far off a run is past it after one long wait.",
    rests: []
  },
  numbers: {
    kind: "symmetry",
    says: "Accounts, phones, merchants, codes and orders that differ only in their number are one.",
    because: "A number is read only to find what has it; who is the adversary, or was read by it, keeps its own.",
    rests: []
  },
  ages: {
    kind: "dead data",
    says: "An age is told up to the longest time that anything waits for.",
    because: "Whatever asks for an age compares it with a time of the scheme.",
    rests: []
  },
  past: {
    kind: "dead data",
    says: "Instants, tills and answers are kept for the one code or order that a claim watches.",
    because: "Only claims read them, of the one that an event is about, and every choice of it is searched.",
    rests: [],
    where: (_world, { watched }) => watched !== "nothing"
  },
  records: {
    kind: "dead data",
    says: "Of an order that is decided and recorded its code and what was told of it are forgotten, and all of it once it is settled.",
    because: "A known order number is answered from its record, which moves only by settlement, at its own merchant.",
    rests: records
  },
  tombstones: {
    kind: "dead data",
    says: "An order number that was reversed before anything was paid under it is forgotten.",
    because: "Whatever comes under it is answered from the reversal, which is kept for good.",
    rests: ["SET-2"]
  },
  windows: {
    kind: "dead data",
    says: "Codes that are too old on the clock of every node are told from each other by their order alone.",
    because: "What comes of a request with one does not hang on how old it is.",
    rests: windows
  },
  "old codes": {
    kind: "dominance",
    says: "A code that is too old on the clock of every node is forgotten.",
    because: "It pays nothing, and changes no record and no answer that a younger one would not have changed.",
    rests: [...windows, "REL-1", "VER-1", "VER-2", "VER-3", "VER-4", "VER-16", "VER-19"]
  },
  dates: {
    kind: "dead data",
    says: "The day on which an order was accepted is kept once, as it is recorded.",
    because:
      "What is recorded is the truth: it is the provider's day, it never goes back, and a reversal is taken off it.",
    rests: ["VER-25", "VER-26", "SET-9"]
  },
  prompts: {
    kind: "dead data",
    says: "The owner's answer to the prompt of an order that is settled is forgotten, and so is the age of one that is reversed or closed.",
    because: "An answer pays no order but its own, and none that is over.",
    rests: ["STP-1", "STP-2", "STP-3", "SET-5"]
  },
  sums: {
    kind: "dead data",
    says: "What has come back of an order is one of the few sums that its amount and refunds come to.",
    because: "No more comes back than was paid, and each refund once.",
    rests: ["VER-1", "VER-16", "SET-5", "SET-7", "SET-8"],
    where: withoutRestore
  },
  "end of a code": {
    kind: "dead data",
    says: "A run in which nothing more can come of the watched code has ended.",
    because: "The code stays burned, no request with it is under way, and no order that it opened waits.",
    rests: [...records, "ENR-8", "VER-8", "VER-9", "VER-10", "VER-18", "VER-19"],
    where: (world, { watched }) => withoutRestore(world) && watched === "code"
  },
  stops: {
    kind: "dominance",
    says: "Time stops only where something changes; unless ages count to the second, a boundary is one stop and a deadline none.",
    because:
      "Between two stops the same can happen to the same effect, and what a deadline forbids could be done before it.",
    rests: []
  },
  screens: {
    kind: "dominance",
    says: "A code is scanned in the second in which it comes up, unless it is watched and ages count to the second.",
    because:
      "Who scans it later could have scanned it then, and have the request, which alone moves money, arrive as late.",
    rests: ["REL-1"],
    where: withoutRestore
  },
  "made of what was read": {
    kind: "dominance",
    says: "Of the codes that can be made of what was read only the oldest and the newest are made.",
    because: "Any between is accepted for as long as one of them, and no clause tells it from them.",
    rests: windows
  },
  aliases: {
    kind: "dominance",
    says: "The adversary puts no alias before a proof but the proof's own.",
    because: "Another's alias makes digits of nobody, which are refused and change no record.",
    rests: [...windows, "VER-1", "VER-3", "VER-4", "VER-22"]
  },
  tills: {
    kind: "dominance",
    says: "Where no honest till scans, codes are made over transactions of the adversary's merchant alone.",
    because: "A code that was made over another's transaction is refused there, and is not burned.",
    rests: [...windows, "GEN-8", "VER-32"],
    where: (world) => !world.scope.plays.tills && Binding.isBound(world.rules) && adversary(world) >= 0
  },
  "phones that were read": {
    kind: "dominance",
    says: "Where no honest till scans, a phone that the adversary has read shows nothing but what takes the PIN.",
    because:
      "The adversary makes the same codes when it needs them, and seeing one gives it nothing that it has not, where what it reads off a code is no matter.",
    rests: [...windows, "STP-6"],
    where: ({ scope }, { learns }) => !scope.plays.tills && !learns
  },
  "clocks that are off": {
    kind: "dominance",
    says: "Where a code is watched, only that one comes from a phone whose clock is off.",
    because: "Another of those, outside the window, moves nothing.",
    rests: ["VER-27"],
    where: ({ scope }, { watched }) => watched === "code" && scope.offsets.length > 1
  },
  "codes a day ahead": {
    kind: "dominance",
    says: "Of codes that are made a day ahead there is one at a time, made far from midnight.",
    because:
      "Until its day comes it can only be refused, a run meets one such day, and one code of it is as good as another.",
    rests: [],
    where: ({ scope }) => scope.offsets.some((offset) => offset >= Time.secondsPerDay)
  },
  captures: {
    kind: "urgency",
    says: "The adversary sees each code as it comes up.",
    because:
      "It takes no time, leaves every other action possible, and knowing a code adds to what it can do. It also adds to the losses that `leak-bound` allows: a code that nobody has seen costs nothing there.",
    rests: [],
    where: ({ can }) => can.capture
  }
} as const satisfies Readonly<Record<string, Reduction>>

/** Clauses that no reduction rests on, and that one follows: it keeps as much as is needed with the clause, or without it. */
export const followed: Readonly<Partial<Record<ClauseId, string>>> = {
  "GEN-4": "a phone's count of codes is kept where they come to an end",
  "SET-10": "an order that was refunded is kept where its refund numbers are those of its merchant",
  "REL-7": "an order that its till waits for is kept where the till may ask for another beside it",
  "STP-5": "ages are told for as long as orders stay open",
  "VER-6": "the window reaches back as far as the rules say",
  "VER-7": "the window reaches ahead as far as the rules say",
  "VER-30":
    "of the backup is kept when it was taken, and of a list whether it is older, where a restored provider asks for it"
}

/** The name of a reduction. */
export type Name = keyof typeof reductions

const all: Readonly<Record<Name, Reduction>> = reductions

/** The name of every reduction. */
export const names = Object.keys(reductions) as ReadonlyArray<Name>

/** Whether a search of a world that looks back so far is made with a reduction: it is one of those, and all clauses are in force. */
export const isMade = (world: World, lookback: Lookback, name: Name): boolean => {
  const { rests, where } = all[name]
  return rests.every((clause) => inForce(world.rules, clause)) && (where === undefined || where(world, lookback))
}

/** The reductions that a search is made with. */
export const madeIn = (world: World, lookback: Lookback): ReadonlyArray<Name> =>
  names.filter((name) => isMade(world, lookback, name))
