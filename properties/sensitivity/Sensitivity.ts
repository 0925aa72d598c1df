/**
 * Sensitivity: whether a search would notice that a parameter has another value. A parameter is moved to a value beside its own
 * while the bounds of the search stay those of the scheme as it is, and what the search finds is compared. Bounds made anew
 * would move along with a limit, and everything would look just as before.
 */
import * as Result from "effect/Result"
import { decode } from "../../model/Decode.ts"
import { type Answer, answers } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import { parameterOf, Scheme, withParameter } from "../../model/Scheme.ts"
import type { Event, World } from "../../model/system/System.ts"
import * as System from "../../model/system/System.ts"
import { checkedIds } from "../../spec/Claims.ts"
import { type ParameterPath, rowOf } from "../../spec/Parameters.ts"
import { Effort, Exploration } from "../audit/Audit.ts"
import { listening } from "../Listening.ts"
import type * as Quotient from "../reduction/Quotient.ts"
import * as Search from "../search/Search.ts"

export * as Judges from "./Judges.ts"

/** One parameter of a scheme with another value. */
export interface Move {
  readonly path: ParameterPath
  readonly from: unknown
  /** The other value; undefined where the scheme does without. */
  readonly to: unknown
  readonly scheme: Scheme
}

/** Values on one side of a number, the nearest first. */
const beside = (value: number, direction: 1 | -1): ReadonlyArray<number> =>
  [1, 2, 3, 5, 10, 20, 50, 100, 1000, 10_000].map((by) => value + direction * by)

/** The first of some values with which a scheme is one, and what it is then; none where no value is. */
const first = (scheme: Scheme, path: ParameterPath, values: ReadonlyArray<unknown>): ReadonlyArray<Move> => {
  for (const to of values) {
    const moved = decode(Scheme, withParameter(scheme, path, to))
    if (Result.isSuccess(moved)) return [{ path, from: parameterOf(scheme, path), to, scheme: moved.success }]
  }
  return []
}

/** The value of a row that its text stands for: those of a flag are true and false. */
const meant = (text: string): unknown => (text === "true" ? true : text === "false" ? false : text)

/**
 * A parameter of a scheme moved both ways: a number to the nearest greater and the nearest smaller value that makes a scheme
 * while all else stays, a word or a flag to every other one. Nothing where no other value does.
 */
export const moves = (scheme: Scheme, path: ParameterPath): ReadonlyArray<Move> => {
  const row = rowOf(path)
  const value = parameterOf(scheme, path)
  if (row.kind === "prefixes" || value === undefined) return []
  if (row.kind === "number") {
    const from = value as number
    return [first(scheme, path, beside(from, -1)), first(scheme, path, beside(from, 1))].flat()
  }
  return row.values
    .map(meant)
    .filter((other) => other !== value)
    .flatMap((other) => first(scheme, path, [other]))
}

/** The searches of a scheme at quick, strict, for every claim that searches decide. */
export const tasksOf = (scheme: Scheme): ReadonlyArray<Exploration.Task> =>
  Exploration.plan(scheme, "quick", checkedIds)

/** What a search finds, as far as it is compared: each claim, and how often each answer is given. */
export interface Found {
  readonly claims: ReadonlyArray<string>
  readonly answers: Readonly<Partial<Record<Answer, number>>>
}

/** Counts the transitions in which an answer is given. */
const counting = (answer: Answer): Search.OfEvents<Quotient.View, Event> => ({
  name: `answer ${answer}`,
  kind: "sometimes",
  on: (event) => event._tag === "Answered" && event.answer === answer,
  judge: () => "kept"
})

/** What a search of a task finds in a world, by claims that are judged by the values of another. */
export const findIn = (task: Exploration.Task, world: World, memory: Search.Memory, judged: World = world): Found => {
  const { quotient } = Exploration.subjectOf(task, world)
  const properties = Exploration.propertiesOf(judged, task.claims, quotient.actions, quotient.isWatched)
  const all = [...properties, ...answers.map(counting)]
  const outcome = Search.search(quotient, all, { states: task.states, report: () => true }, memory)
  const found = new Map(outcome.findings.map((finding) => [finding.name, finding]))
  return {
    claims: task.claims.map((id) => {
      const run = found.get(id)?.counterexample
      const ended = run === undefined ? outcome.ended : "fails"
      return `${id} ${found.get(id)?.witness === undefined ? "without a case" : "met"} ${ended} ${JSON.stringify(run?.actions)}`
    }),
    answers: Object.fromEntries(answers.map((answer) => [answer, found.get(`answer ${answer}`)?.situations ?? 0]))
  }
}

/** The parameters that a search of a task reads: another value of any other one would change nothing in it. */
export const readBy = (task: Exploration.Task, memory: Search.Memory): ReadonlySet<string> => {
  const met = new Set<string>()
  const world = Exploration.worldOf(task)
  const scheme = listening(world.rules.scheme, (path) => met.add(path))
  // What the step-up method comes to is worked out beforehand.
  const stepUp = new Proxy(world.rules.stepUp, {
    get: (traits, key) => {
      met.add("stepUp.method")
      return traits[key as keyof typeof traits]
    }
  })
  findIn(task, { ...world, rules: { ...world.rules, scheme, stepUp } }, memory)
  return met
}

/** The world of a task in which a parameter has been moved, and nothing else. */
export const movedWorld = (task: Exploration.Task, { scheme }: Move): World => {
  const world = Exploration.worldOf(task)
  return System.worldOf({ ...world, rules: Rules.without(Rules.strict(scheme), ...task.mutants) })
}

/** How two findings of one search differ, in a few words; undefined where they do not. */
export const difference = (before: Found, after: Found): string | undefined => {
  const claim = before.claims.find((text, index) => text !== after.claims[index])
  if (claim !== undefined) return claim.split(" ")[0]
  const answer = answers.find((name) => before.answers[name] !== after.answers[name])
  return answer === undefined ? undefined : `answer ${answer}`
}

/** How a move changes what a search found; undefined where it does not, or where the bounds make no search of the moved world. */
const differenceIn = (
  task: Exploration.Task,
  move: Move,
  { memory, was }: { readonly memory: Search.Memory; readonly was: Found }
): string | undefined => {
  const moved = movedWorld(task, move)
  try {
    // A provider that is wrong by the scheme; and a value that only claims name.
    return (
      difference(was, findIn(task, moved, memory, Exploration.worldOf(task))) ??
      difference(was, findIn(task, moved, memory))
    )
  } catch (error) {
    if (error instanceof Search.Inconsistent) return undefined
    throw error
  }
}

/** Says of a move where a search of a scheme would notice it, the cheapest searches first; nothing where none would. */
export const noticing = (scheme: Scheme, memory: Search.Memory): ((move: Move) => string | undefined) => {
  const tasks = tasksOf(scheme).toSorted((a, b) => Effort.of(a) - Effort.of(b))
  const before = new Map<Exploration.Task, Found>()
  const reads = new Map<Exploration.Task, ReadonlySet<string>>()
  const once = <A>(known: Map<Exploration.Task, A>, task: Exploration.Task, make: () => A): A => {
    const one = known.get(task) ?? make()
    known.set(task, one)
    return one
  }
  return (move) => {
    for (const task of tasks) {
      if (!once(reads, task, () => readBy(task, memory)).has(move.path)) continue
      const was = once(before, task, () => findIn(task, Exploration.worldOf(task), memory))
      const found = differenceIn(task, move, { was, memory })
      if (found !== undefined) return `${task.scene}: ${found}`
    }
    return undefined
  }
}

/** What no search notices of a parameter, and why. */
export interface Unnoticed {
  readonly path: ParameterPath
  /** Of which moves; of all, where nothing is said. */
  readonly where?: (move: Move) => boolean
  readonly because: string
}

const isLess = ({ from, to }: Move): boolean => Number(to) < Number(from)
const isOfLists = ({ scheme }: Move): boolean => scheme.window === undefined

const computed = "only computed claims read it, and no step of the provider"

/** Parameters that no search notices, and what else looks at them. */
export const unnoticed: ReadonlyArray<Unnoticed> = [
  {
    path: "interface",
    because: "it has the words in which merchants are answered: the vectors and the tests over HTTP have them"
  },
  { path: "code.mac", because: "the model knows no bytes: the vectors do" },
  {
    path: "token.batch",
    because:
      "scenes play fewer codes than a list has, and its end as an event of its own: the wallet's tests count them"
  },
  {
    path: "token.validity",
    where: isLess,
    because: "the phone ends a list a second sooner too, and no claim says how long one must last"
  },
  { path: "token.refillAt", because: "it says when a phone asks for a list, and decides no payment" },
  { path: "token.urgentAt", because: "it says when a phone asks for a list, and decides no payment" },
  {
    path: "clock.step",
    where: (move) => isOfLists(move) && !isLess(move),
    because: "codes of a list have no steps: it says for how long one is shown, and `display` bounds that as well"
  },
  {
    path: "clock.drift",
    where: (move) => isOfLists(move) && isLess(move),
    because: "codes of a list are made by no clock"
  },
  {
    path: "phone.showsOn",
    where: ({ from, scheme, to }) => scheme.code.boundTo === "till" && from !== "unlock" && to !== "unlock",
    because:
      "an app that has read no transaction has no code to show when it is opened: what is left is whoever has it read one, and asks"
  },
  { path: "phone.opensPerDay", because: computed },
  {
    path: "reverse.notBefore",
    where: (move) => !isLess(move) && move.scheme.stepUp.openFor === undefined,
    because: "a till that waits a second longer breaks nothing where no order is open meanwhile"
  },
  {
    path: "stepUp.deliveryAtMost",
    where: (move) => isLess(move) && move.scheme.scheme === "unionpay",
    because: "not explained: every other scheme with step-up that was tried notices a second less"
  },
  {
    path: "stepUp.attempts",
    because:
      "no scene guesses at a password: `WrongAnswers.test.ts` compares the implementation with the step, and `guess-password` is computed"
  },
  { path: "stepUp.secretDigits", because: computed },
  { path: "till.pollEvery", because: "a till of a scene may ask at any time: it says when an honest one does" },
  {
    path: "reverse.within",
    because:
      "no claim names the horizon, and searches stop where it is: `Refinement.test.ts` compares both edges with the implementation"
  },
  {
    path: "throttle.perTerminalDay",
    because:
      "a flood is one action, of as many codes as it takes: the provider's tests count them, and `guess-blind` is computed"
  },
  {
    path: "throttle.perMerchantDay",
    because:
      "a flood is one action, of as many codes as it takes: the provider's tests count them, and `guess-blind` is computed"
  },
  {
    path: "throttle.perAliasDay",
    because:
      "a flood is one action, of as many codes as it takes: the provider's tests count them, and `guess-targeted` is computed"
  },
  { path: "scale.accounts", because: computed },
  { path: "scale.phones", because: computed },
  { path: "adversary.terminals", because: computed }
]

/** Why no search notices a move; undefined where one should. */
export const excuse = (move: Move): string | undefined =>
  unnoticed.find(({ path, where }) => path === move.path && (where === undefined || where(move)))?.because
