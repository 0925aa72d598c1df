/**
 * Harness: the system under direction. A suite says who does what and when, in worlds as wide as it likes; the harness takes
 * only actions that can happen, and answers with what they came to.
 */
import fc from "fast-check"
import * as BuiltIn from "../../model/BuiltIn.ts"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Binding } from "../../model/steps/Steps.ts"
import * as System from "../../model/system/System.ts"
import {
  type Action,
  type CodeKey,
  type Event,
  type EventOf,
  type Node,
  nowhere,
  type Order,
  type Question,
  Scope,
  type State,
  type World
} from "../../model/system/System.ts"
import { type SchemeName, schemeNames } from "../../spec/Schemes.ts"
import type { CapabilityId } from "../../spec/Threats.ts"
import { Recording, Schemes } from "../arbitraries/Arbitraries.ts"
import { Narrative } from "../report/Reports.ts"
import * as Trace from "../trace/Trace.ts"
import * as Failure from "./Failure.ts"

/** The schemes of the spec with what they assert. */
export const asserting = BuiltIn.byName()

/** A scheme of the spec without its words, so that a counterexample can be read. */
const short = (name: SchemeName): Scheme => ({
  ...asserting[name],
  note: "varied",
  sources: {},
  claims: {}
})

/** The schemes of the spec without their words, by their names. */
export const wordless = Object.fromEntries(schemeNames.map((name) => [name, short(name)])) as {
  readonly [Name in SchemeName]: Scheme
}

export const { alipay, hardened, unionpay, wechat } = wordless
export const smsPassword = wordless["alipay-sms-password"]
export const smsOcra = wordless["alipay-sms-ocra"]
export const tillQr = wordless["alipay-till-qr"]

/** How `hardened` makes codes, without what is only said of codes over transactions. */
const { perStep: _, ...anyCode } = hardened.code

/** `hardened` with codes that name nothing but their payer, and step-up by password. */
export const unbound: Scheme = {
  ...hardened,
  code: { ...anyCode, boundTo: "payer" },
  stepUp: alipay.stepUp
}

/**
 * The schemes of the spec as most suites play them, with codes that name nothing but their payer. What a code is made
 * over, and the other ways of step-up, are played in `till-binding.test.ts` and `short-messages.test.ts`.
 */
export const built: ReadonlyArray<Scheme> = [alipay, wechat, unionpay, unbound]

/** What the suites play in: the schemes of the spec, variants of them, and any others. Seeds and lists alike. */
export const anyScheme: fc.Arbitrary<Scheme> = fc.oneof(
  fc.constantFrom(...built),
  fc.constantFrom(...built).chain(Schemes.schemes),
  Schemes.everyPlainScheme
)

/** Those that make a code for every step. */
export const anySeed: fc.Arbitrary<Scheme> = anyScheme.filter(({ token }) => token.source === "seed")

/** Those that issue lists of codes. */
export const anyList: fc.Arbitrary<Scheme> = anyScheme.filter(({ token }) => token.source === "list")

/** Those with step-up by password. */
export const anyStepUp: fc.Arbitrary<Scheme> = anyScheme.filter(({ stepUp }) => stepUp.method === "password")

/** Every kind of action. */
export const { actionTags } = Narrative

/** The seed of every suite: PAYCODE_SEED, or 1. */
export const seed = Number(process.env.PAYCODE_SEED ?? 1)

/** How fast-check is to run a property: `numRuns` times PAYCODE_RUNS, from the seed. */
export const parameters = (numRuns: number) => ({ seed, numRuns: numRuns * Number(process.env.PAYCODE_RUNS ?? 1) })

/** Checks a property; one that does not hold is told by the run that it fails in. */
export const assertHolds = Failure.assertWith(Object.values(asserting))

/** Rules for a scheme, with some clauses left out. */
export const rulesOf = (scheme: Scheme, mutants: ReadonlyArray<Rules.Mutant> = []): Rules.Rules =>
  Rules.without(Rules.strict(scheme), ...mutants)

/** How often each of some situations was met: what an `always` needs to say anything. */
export const tally = () => {
  const met = new Map<string, number>()
  return {
    met: (what: string): void => {
      met.set(what, (met.get(what) ?? 0) + 1)
    },
    /** Those of some situations that were met less often than so many times. Where one case alone is made, none is. */
    rarerThan: (least: number, ...whats: ReadonlyArray<string>): ReadonlyArray<string> =>
      (process.env.PAYCODE_PATH === undefined ? whats : [])
        .filter((what) => (met.get(what) ?? 0) < least)
        .map((what) => `${what}: ${met.get(what) ?? 0}`)
  }
}

/** Whether a property is false in some run: that a suite can tell what it is to tell. A run that cannot be made is none. */
export const fails = <A>(drawn: fc.Arbitrary<A>, holds: (drawn: A) => boolean, numRuns = 500): boolean => {
  let thrown: unknown
  const property = fc.property(drawn, (value) => {
    try {
      return holds(value)
    } catch (error) {
      thrown = error
      return true
    }
  })
  const { failed } = fc.check(property, { ...parameters(numRuns), endOnFailure: true })
  if (thrown !== undefined) throw thrown
  return failed
}

/** The adversary's merchant; 0 and 1 are honest. */
export const rogue = 2

/** More than anybody spends. */
export const riches = Number.MAX_SAFE_INTEGER

/** An account that starts with enough, and has spent nothing. */
export const fresh: Scope.Opening = { balance: riches, freeSum: 0, freeCount: 0, all: 0 }

interface Setting {
  readonly rules: Rules.Rules
  /** Provider time at the start. */
  readonly start: number
  /** The payment limit alone, unless they are given. */
  readonly amounts?: ReadonlyArray<number>
  readonly refunds?: ReadonlyArray<number>
  readonly offsets?: ReadonlyArray<number>
  readonly opening?: Scope.Opening
  readonly can?: ReadonlyArray<CapabilityId>
}

/** Everything that can be played, but for digits that coincide. */
export const everything: Scope.Plays = {
  agreements: true,
  revocation: true,
  reveals: true,
  stepUp: true,
  queries: true,
  settlement: true,
  tills: true,
  expiry: true,
  opens: true,
  ages: false,
  payouts: true,
  runsOut: true,
  coincidence: false
}

const most = 10_000

/** How a phone shows a code. */
interface Showing {
  readonly offset?: number
  readonly revealed?: boolean
  /** The transaction that it has read, where codes are bound. */
  readonly terms?: Binding.Terms
}

/** Money that left an account. */
interface Debit {
  readonly order: number
  readonly account: number
  readonly amount: number
  readonly by: EventOf<"Debited">["by"]
  /** Provider time, of the slowest node. */
  readonly at: number
}

/** A run under way: where it stands, and what has happened in it. */
interface Course {
  readonly world: World
  readonly run: { readonly world: World; readonly start: number; readonly actions: Array<Action> }
  readonly debits: Array<Debit>
  state: State
}

const scopeOf = ({ offsets = [0], opening = fresh, refunds = [], rules, start, ...setting }: Setting): Scope.Scope => {
  const { amounts = [rules.scheme.limit.payment] } = setting
  return {
    name: "harness",
    accounts: 2,
    opening,
    phones: [0, 0, 1],
    members: 2,
    merchants: 3,
    codes: most,
    orders: most,
    inFlight: most,
    generations: 4,
    // A zero that is negative is another number than one that is not.
    amounts: amounts.filter((amount, index) => amounts.findIndex((other) => Object.is(other, amount)) === index),
    refunds: [...new Set(refunds)],
    offsets: [...new Set(offsets)],
    starts: [start],
    plays: everything
  }
}

/** Takes an action, which must be one that can happen. */
const act = (course: Course, action: Action): ReadonlyArray<Event> => {
  const { debits, run, state, world } = course
  if (!Trace.isPossible(world, state, action)) throw new Error(`cannot happen: ${JSON.stringify(action)}`)
  run.actions.push(action)
  const step = System.next(world, state, action)
  for (const event of step.events) {
    if (event._tag !== "Debited") continue
    const { amount, phone } = step.state.orders[event.order]!
    debits.push({ order: event.order, account: world.scope.phones[phone]!, amount, by: event.by, at: state.now })
  }
  course.state = step.state
  return step.events
}

/** What was answered to a question. */
const answered = (course: Course, question: Question, action: Action): Answer => {
  for (const event of act(course, action))
    if (event._tag === "Answered" && event.question === question) return event.answer
  throw new Error(`a ${question} that was not answered: ${JSON.stringify(action)}`)
}

/** The number of the order that an action makes; -1 where its amount is refused at once. */
const ordered = (course: Course, action: Action): number => {
  const { length } = course.state.orders
  act(course, action)
  return course.state.orders.length > length ? length : -1
}

/** What happens at phones and tills. */
const shop = (course: Course) => ({
  /** The phone shows a code at a till, while its corrected clock is off by `offset`. */
  show: (phone: number, till: number, { offset = 0, revealed = false, ...over }: Showing = {}): CodeKey => {
    act(course, { _tag: "Show", phone, till, offset, revealed, ...over })
    const { held, screen } = course.state.phones[phone]!
    if (screen === nowhere) throw new Error("a phone that shows nothing")
    return { phone, generation: held, position: screen, revealed }
  },
  canShow: (phone: number, till: number, offset = 0): boolean =>
    Trace.isPossible(course.world, course.state, { _tag: "Show", phone, till, offset, revealed: false }),
  /** The till scans the phone. */
  scan: (phone: number, amount: number): number => ordered(course, { _tag: "Scan", phone, amount }),
  /** The adversary shows a code that it knows at an honest till. */
  present: (merchant: number, key: CodeKey, amount: number): number =>
    ordered(course, { _tag: "Present", merchant, key, amount })
})

/** What honest parties ask the provider. */
const honest = (course: Course) => ({
  /** What a till has sent reaches the provider. */
  deliver: (order: number, { heard = true, node = 0 as Node } = {}): Answer =>
    answered(course, "pay", { _tag: "Deliver", order, what: "pay", node, heard }),
  deliverReversal: (order: number, { heard = true, node = 0 as Node } = {}): Answer =>
    answered(course, "reversal", { _tag: "Deliver", order, what: "reversal", node, heard }),
  query: (order: number, node: Node = 0): Answer => answered(course, "query", { _tag: "Query", order, node }),
  /** The owner's answer to the prompt for an order reaches the provider. */
  authenticate: (order: number, { node = 0 as Node, to = order } = {}): Answer =>
    answered(course, "password", { _tag: "Authenticate", order, to, node })
})

/** What the adversary's merchant asks the provider. */
const rogues = (course: Course) => ({
  /** It asks for money; the answer, or that the amount was refused at once. */
  pay: (
    key: CodeKey,
    amount: number,
    { alias = key.phone, node = 0 as Node, order = -1 } = {}
  ): Answer | "refused at once" => {
    for (const event of act(course, { _tag: "Pay", order, request: { alias, key, amount }, node })) {
      if (event._tag === "Answered") return event.answer
    }
    return "refused at once"
  },
  /** It queries or reverses an order number. */
  meddle: (order: number, what: "query" | "reversal", node: Node = 0): Answer =>
    answered(course, what, { _tag: "Meddle", order, what, number: 0, amount: 0, node }),
  /** It refunds an order. */
  refund: (order: number, number: number, amount: number): Answer =>
    answered(course, "refund", { _tag: "Meddle", order, what: "refund", number, amount, node: 0 })
})

/**
 * The harness of one run. Account 0 has the phones 0 and 1, account 1 the phone 2; both have signed and enrolled.
 * Merchants are 0, 1, and the adversary's own, {@link rogue}. A property that fails tells the run.
 */
export const open = (setting: Setting) => {
  const { can = [], rules, start } = setting
  const world: World = {
    rules,
    can: Scope.having(["network", "capture", "merchant", "nodes", "crash", "restore", ...can]),
    scope: scopeOf(setting)
  }
  const course: Course = { world, run: { world, start, actions: [] }, debits: [], state: System.init(world)[0]! }
  Recording.begin(course.run)
  return {
    world,
    state: (): State => course.state,
    order: (index: number): Order => course.state.orders[index]!,
    debits: course.debits,
    act: (action: Action): ReadonlyArray<Event> => act(course, action),
    isPossible: (action: Action): boolean => Trace.isPossible(world, course.state, action),
    wait: (seconds: number): void => {
      if (seconds > 0) act(course, { _tag: "Advance", seconds })
    },
    ...shop(course),
    ...honest(course),
    ...rogues(course)
  }
}

export type Harness = ReturnType<typeof open>
