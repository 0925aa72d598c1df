/**
 * Judges: what each judge of a claim notices. Cases of random runs are shown to it with one field of the event or of a state
 * otherwise, and it is written down for which fields it says something else. A judge that no longer looks at something says so here,
 * whether any provider is that faulty or not.
 */
import { createHash } from "node:crypto"
import fc from "fast-check"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type Action, Enabled, type Event, isSame, type State, type World } from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import type { SchemeName } from "../../spec/Schemes.ts"
import { capabilities, capabilityIds } from "../../spec/Threats.ts"
import { Runs } from "../arbitraries/Arbitraries.ts"
import { type Claim, catalogue } from "../claims/Catalogue.ts"
import * as Mutants from "../mutants/Mutants.ts"

/** What a judge is shown: an event between two states; of a claim about what must happen at last, a state and what can happen in it. */
interface Case {
  readonly world: World
  readonly before: State
  readonly after: State
  readonly event: Event | Action
}

/** A judge, by the claim and the part of it, with what it says of a case. */
interface Judged {
  readonly claim: CheckedClaimId
  readonly name: string
  readonly isAbout: (tag: string) => boolean
  readonly judge: (shown: Case) => string
}

/** What a judge notices. */
export interface Noticed {
  /** Cases that it was shown as they came, by what it said of them. */
  readonly cases: Readonly<Record<string, number>>
  /** The fields by which it says something else, in some case: of the event, and of what the event is about before and after it. */
  readonly fields: ReadonlyArray<string>
  /** What it said of every case and of every change of it, as one fingerprint. */
  readonly fingerprint: string
}

const judgesOf = (id: CheckedClaimId): ReadonlyArray<Judged> => {
  const claim: Claim.Claim = catalogue[id]
  if (claim.kind === "leads-to") {
    return (["isPending", "must", "may"] as const).map((name) => ({
      claim: id,
      name: `${id}, ${name}`,
      isAbout: () => true,
      judge: ({ before, event, world }) => String(claim[name](world, before, event as Action))
    }))
  }
  const isAbout = (tag: string): boolean => claim.on.some((kind) => kind === tag)
  const parts = Object.entries(claim.parts)
  const judges = parts.length === 0 ? [["", { judge: claim.judge }] as const] : parts
  return judges.map(([part, { judge }]) => ({
    claim: id,
    name: part === "" ? id : `${id}: ${part}`,
    isAbout,
    judge: ({ after, before, event, world }) => judge(world, before, event as Event, after)
  }))
}

/** What a judge says; one that meets what cannot be may end in an error, and that is what it says then. */
const said = ({ judge }: Judged, shown: Case): string => {
  try {
    // What a judge remembers of an event is of that event alone.
    return judge({ ...shown, event: { ...shown.event } })
  } catch {
    return "error"
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Changes
// ---------------------------------------------------------------------------------------------------------------------

type Value = boolean | number | string | null | undefined | object

/** A field of a case: what it is called, where it is, and its value. */
interface Field {
  readonly name: string
  readonly path: ReadonlyArray<string | number>
  readonly value: Value
}

/** Distances at which a judge may draw a line: of amounts the limits, of times what is in seconds; and one unit. */
const distances = ({ clock, display, leak, limit, refund, relay, reverse, stepUp, token, window }: Scheme) => {
  const steps = window === undefined ? [] : [window.past * clock.step!, (window.past + 1) * clock.step!]
  const orders = [reverse.within, refund?.within, stepUp.openFor]
  const times = [display, leak.seconds, relay.deliveryAtMost, ...orders, token.validity, ...steps]
  const known = (all: ReadonlyArray<number | undefined>): ReadonlyArray<number> =>
    all.flatMap((one) => (one === undefined ? [] : [one, one + 1]))
  return {
    amounts: known([limit.payment, limit.daySum, limit.accountDay]),
    times: known([...times, Time.secondsPerDay])
  }
}

/** What a field may be instead: its neighbours, its opposite, what lies at such a distance, or what other cases have there. */
const otherwise = (scheme: Scheme, seen: (name: string) => ReadonlySet<Value>) => {
  const { amounts, times } = distances(scheme)
  return ({ name, value }: Field): ReadonlyArray<Value> => {
    if (typeof value === "boolean") return [!value]
    if (typeof value !== "number") return [...seen(name)].filter((other) => other !== value)
    const far = /(At|at|now|since)$/.test(name)
      ? times
      : /(amount|returned|refunded|balance)$/.test(name)
        ? amounts
        : []
    const few = [-1, 0].filter((other) => seen(name).has(other))
    return [value - 1, value + 1, ...few, ...far.flatMap((by) => [value - by, value + by])]
  }
}

/** Where the parts of a state lie that an event is about, by what they are called here. */
const placesOf = (
  { event, world }: Case,
  state: State
): ReadonlyArray<readonly [string, ReadonlyArray<string | number>]> => {
  const place = (name: string, index: number): ReadonlyArray<readonly [string, ReadonlyArray<string | number>]> =>
    index >= 0 ? [[name, [`${name}s`, index]]] : []
  // What an event about none is judged by is looked for in the first.
  const at = "order" in event && typeof event.order === "number" ? event.order : 0
  const order = state.orders[at]
  const key = order ?? ("key" in event ? event.key : undefined)
  const phone = key?.phone ?? ("phone" in event ? event.phone : -1)
  const code = key === undefined ? state.codes.length - 1 : state.codes.findIndex((one) => isSame(one, key))
  const other = state.orders.findIndex((_, index) => index !== at)
  return [
    ...place("order", order === undefined ? -1 : at),
    ...place("code", code),
    ...place("phone", state.phones[phone] === undefined ? -1 : phone),
    ...place("account", world.scope.phones[phone] ?? -1),
    ...(other < 0 ? [] : [["other order", ["orders", other]] as const]),
    ["state", []]
  ]
}

/** A value with another at a path. */
const changed = (value: unknown, [key, ...rest]: ReadonlyArray<string | number>, to: Value): unknown => {
  if (key === undefined) return to
  const inner = (value as Record<string | number, unknown>)[key]
  const replaced = changed(inner, rest, to)
  if (!Array.isArray(value)) return { ...(value as object), [key]: replaced }
  const copy = value.slice()
  copy[key as number] = replaced
  return copy
}

type Leaf = readonly [name: string, path: ReadonlyArray<string>, value: Value]

/** The fields of a value that are no lists, by their names, those of its parts included. */
const fieldsOf = (value: unknown): ReadonlyArray<Leaf> =>
  Object.entries(value as object).flatMap(([key, inner]): ReadonlyArray<Leaf> => {
    if (key === "_tag" || Array.isArray(inner)) return []
    if (typeof inner !== "object" || inner === null) return [[key, [key], inner as Value] as const]
    return fieldsOf(inner).map(([name, path, leaf]) => [`${key}.${name}`, [key, ...path], leaf] as const)
  })

const valueAt = (value: unknown, path: ReadonlyArray<string | number>): unknown =>
  path.reduce((at, key) => (at as Record<string | number, unknown>)[key], value)

/** Every field of a case that is changed. */
const fields = (shown: Case): ReadonlyArray<Field> => [
  ...fieldsOf(shown.event).map(([name, path, value]) => ({ name: `event.${name}`, path: ["event", ...path], value })),
  ...(["before", "after"] as const).flatMap((when) =>
    placesOf(shown, shown[when]).flatMap(([what, place]) =>
      fieldsOf(valueAt(shown[when], place)).map(([name, path, value]) => ({
        name: `${when}.${what}.${name}`,
        path: [when, ...place, ...path],
        value
      }))
    )
  )
]

// ---------------------------------------------------------------------------------------------------------------------
// Cases
// ---------------------------------------------------------------------------------------------------------------------

/** What tells actions of one tag from each other, where they are of several kinds. */
const kindOf = (action: Action): string =>
  [action._tag, "what" in action && action.what, "heard" in action && action.heard].join()

/** The schemes whose cases judges are shown: between them they have codes of a seed and of lists, bound and not. */
export const schemes = ["alipay", "hardened", "wechat"] as const satisfies ReadonlyArray<SchemeName>

/** The seed of their runs. It is a fixed one: what is noticed is written down. */
export const seed = 1

/** How many cases of one saying a judge is shown of a scheme. */
const shownAtMost = 6

/** In how many runs they are looked for: of a provider as it should be, and of each that leaves out a clause. */
const runs = { strict: 150, without: 4 } as const

/** Providers of which runs are drawn, and the judges that are shown what they do. */
interface Drawn {
  readonly rules: Rules.Rules
  readonly numRuns: number
  readonly judges: ReadonlyArray<Judged>
}

/** Without these any two requests can race, and what can happen in a state is as much as the square of what there is. */
const racing: ReadonlyArray<string> = ["VER-13, before the lock", "VER-23, before the lock", "VER-20, two at once"]

/**
 * One as it should be; and, as that breaks little, those without a clause, for the judges of events whose claims fall then in some
 * scheme.
 */
const drawnFor = (scheme: Scheme, judges: ReadonlyArray<Judged>): ReadonlyArray<Drawn> => {
  const strict = Rules.strict(scheme)
  return [
    { rules: strict, numRuns: runs.strict, judges },
    ...Mutants.all
      .filter(({ clause, mutant }) => !racing.includes(`${clause}, ${mutant}`))
      .map(({ claims, clause, mutant }) => ({
        rules: Rules.without(strict, { clause, mutant } as Rules.Mutant),
        numRuns: runs.without,
        judges: judges.filter(
          ({ claim, isAbout }) => !isAbout("") && Object.values(claims).some((ids) => ids.some((id) => id === claim))
        )
      }))
  ].filter(({ judges: asked }) => asked.length > 0)
}

/** Of how many cases of each kind of event it is taken what else a field may be. */
const seenOf = 24

/** Keeps so many cases: of different worlds where there are as many, for the cases of one run are much alike. */
const keep = (cases: Array<Case>, shown: Case, most: number): void => {
  if (cases.length < most) {
    cases.push(shown)
    return
  }
  if (cases.some(({ world }) => world === shown.world)) return
  const alike = cases.findLastIndex(({ world }, index) => cases.findIndex((one) => one.world === world) < index)
  if (alike >= 0) cases[alike] = shown
}

/** Cases of random runs under every capability: for each judge a few of all that it says, and some of every kind of event. */
interface Cases {
  readonly of: ReadonlyMap<Judged, ReadonlyArray<Case>>
  readonly any: ReadonlyArray<Case>
}

const casesOf = (scheme: Scheme, judges: ReadonlyArray<Judged>, seed: number): Cases => {
  const can = capabilityIds.filter((id) => capabilities[id].modelled)
  const found = new Map<Judged, Map<string, Array<Case>>>(judges.map((judge) => [judge, new Map()]))
  const any = new Map<string, Array<Case>>()
  const kept = (all: Map<string, Array<Case>>, kind: string): Array<Case> => {
    const cases = all.get(kind) ?? []
    all.set(kind, cases)
    return cases
  }
  const show = (asked: ReadonlyArray<Judged>, shown: Case, isOfStates: boolean): void => {
    keep(kept(any, shown.event._tag), shown, seenOf)
    for (const judge of asked) {
      if (judge.isAbout("") !== isOfStates || !judge.isAbout(shown.event._tag)) continue
      keep(kept(found.get(judge)!, said(judge, shown)), shown, shownAtMost)
    }
  }
  for (const { judges: asked, numRuns, rules } of drawnFor(scheme, judges)) {
    const drawn = Runs.plans({ rules, can, coincidence: true })
    for (const plan of fc.sample(drawn, { seed, numRuns })) {
      const { world } = plan
      Runs.make(plan, (before, { events, state: after }) => {
        for (const event of events) show(asked, { world, before, after, event }, false)
        if (!asked.some(({ isAbout }) => isAbout(""))) return true
        const kinds = new Map(Enabled.enabled(world, after).map((action) => [kindOf(action), action]))
        for (const action of kinds.values()) show(asked, { world, before: after, after, event: action }, true)
        return true
      })
    }
  }
  return {
    of: new Map([...found].map(([judge, alike]) => [judge, [...alike.values()].flat()])),
    any: [...any.values()].flat()
  }
}

/** What fields are in some cases, by their names. */
const valuesIn = (cases: ReadonlyArray<Case>): ReadonlyMap<string, ReadonlySet<Value>> => {
  const seen = new Map<string, Set<Value>>()
  for (const shown of cases) {
    for (const { name, value } of fields(shown)) seen.set(name, (seen.get(name) ?? new Set()).add(value))
  }
  return seen
}

/** What the judges of the claims notice, in the cases of a scheme's random runs. */
export const noticed = (scheme: Scheme, seed: number): ReadonlyMap<string, Noticed> => {
  const judges = checkedIds.flatMap(judgesOf)
  const all = casesOf(scheme, judges, seed)
  // What a judge says must change nothing of what another is shown.
  const anywhere = valuesIn(all.any)
  const notice = (judge: Judged): Noticed => {
    const own = valuesIn(all.of.get(judge)!)
    const others = otherwise(scheme, (name) => new Set([...(anywhere.get(name) ?? []), ...(own.get(name) ?? [])]))
    const hash = createHash("sha256")
    const cases: Record<string, number> = {}
    const noticedFields = new Set<string>()
    for (const shown of all.of.get(judge)!) {
      const was = said(judge, shown)
      cases[was] = (cases[was] ?? 0) + 1
      hash.update(was)
      for (const field of fields(shown)) {
        for (const other of others(field)) {
          const is = said(judge, changed(shown, field.path, other) as Case)
          if (is !== was) noticedFields.add(field.name)
          hash.update(is)
        }
      }
    }
    return { cases, fields: [...noticedFields].sort(), fingerprint: hash.digest("hex").slice(0, 12) }
  }
  return new Map(judges.map((judge) => [judge.name, notice(judge)]))
}

/** What judges notice of the cases of several schemes, as text: a paragraph for each. */
export const text = (all: ReadonlyArray<ReadonlyMap<string, Noticed>>): string => {
  const names = [...new Set(all.flatMap((one) => [...one.keys()]))]
  const paragraph = (name: string): string => {
    const found = all.flatMap((one) => one.get(name) ?? [])
    const sums = new Map<string, number>()
    for (const { cases } of found)
      for (const [what, count] of Object.entries(cases)) sums.set(what, (sums.get(what) ?? 0) + count)
    const cases = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${count} ${what}`)
    const noticed = [...new Set(found.flatMap(({ fields }) => fields))].sort()
    const prints = found.map(({ fingerprint }) => fingerprint)
    return `${name}\n  cases: ${cases.join(", ")}\n  notices: ${noticed.join(", ") || "nothing"}\n  ${prints.join(" ")}\n`
  }
  return names.map(paragraph).join("\n")
}
