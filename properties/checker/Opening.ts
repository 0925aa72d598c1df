/**
 * Opening: whether a certificate is of a search that this paycode makes, and what has to be found in it. Its states are read by the
 * layout of this one, so that those of another would be nonsense.
 */
import { Exploration } from "../audit/Audit.ts"
import * as Certificate from "../certificate/Certificate.ts"
import * as Hash from "../Hash.ts"
import { Reductions, type View } from "../reduction/Quotient.ts"

/** A certificate cannot be checked by this paycode: what is wrong with it, in lines. */
export class Refused extends Error {
  override readonly name = "Refused"
  readonly lines: ReadonlyArray<string>
  constructor(lines: ReadonlyArray<string>) {
    super(lines.join("\n"))
    this.lines = lines
  }
}

type Property = Exploration.Properties<View>[number]
type OfEvents = Exclude<Property, { readonly kind: "leads-to" }>
type LeadsTo = Extract<Property, { readonly kind: "leads-to" }>

/** A property of events, how many cases it should have, and how many were met. */
export interface Counted {
  readonly property: OfEvents
  readonly claim: Certificate.Certified
  readonly expected: number
  count: number
}

/** A claim that something comes to pass, the rank of each state, and in how many something was pending. */
export interface Ranked {
  readonly property: LeadsTo
  readonly expected: number
  readonly ranks: Uint32Array
  count: number
}

/** What a header expects of each property of a claim, by name; refused where this paycode has others. */
const expectedOf = ({ cases, edges, id, parts }: Certificate.Certified, properties: ReadonlyArray<Property>) => {
  const given = { [id]: cases, ...spelled(id, parts), ...spelled(id, edges) }
  const own = properties.map(({ name }) => name).filter((name) => name === id || name.startsWith(`${id} `))
  const isSame = own.length === Object.keys(given).length && own.every((name) => Object.hasOwn(given, name))
  if (!isSame) throw new Refused([foreign(`counts of ${own.join(", ")}`, Object.keys(given).join(", "))])
  return given
}

const spelled = (id: string, counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${id} ${name}`, count]))

const foreign = (expected: string, found: string): string =>
  `expected ${expected}, found ${found}; it was written by another paycode: check it with that one, or write it again with this one`

/** What a certificate is checked by: the model and the judges of its search, what they should count, and ranks. */
export interface Opened {
  readonly subject: ReturnType<typeof Exploration.subjectOf>
  readonly counted: ReadonlyArray<Counted>
  readonly ranked: ReadonlyArray<Ranked>
}

/** Refuses a certificate whose states are packed or joined in another way than those of this paycode. */
const refuseForeign = (
  { bits, lookback, reductions, words }: Certificate.Header,
  { quotient, world }: Opened["subject"]
) => {
  const { layout } = quotient
  if (layout.words !== words || layout.bits !== bits) {
    const own = `states of ${layout.words} words and ${layout.bits} bits`
    throw new Refused([foreign(own, `${words} words and ${bits} bits`)])
  }
  const made = Reductions.madeIn(world, lookback)
  if (made.join() !== reductions.join())
    throw new Refused([foreign(`the reductions ${made.join(", ")}`, reductions.join(", ") || "none")])
}

/**
 * Refuses claims that are none, or twice there, or that no search like this one decides: judged where nothing of theirs is looked at, they
 * would hold whatever happens.
 */
const refuseStray = ({ claims, lookback, scene, scheme, size, under }: Certificate.Header): void => {
  const ids = claims.map(({ id }) => id)
  if (ids.length === 0)
    throw new Refused(["expected claims that the search decides, found none: there is nothing to check"])
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined)
    throw new Refused([`expected each claim once, found ${twice} twice: it was changed by somebody`])
  const own = Hash.of([scene, lookback, under])
  for (const id of ids) {
    const searches = Exploration.plan(scheme, size, [id])
    if (searches.some((task) => Hash.of([task.scene, task.options, task.under]) === own)) continue
    throw new Refused([
      `expected claims that a search of the scene ${scene} decides, with what it looks back to and against its adversary; found ${id}, ` +
        "which no such search decides: write it again by an audit of this paycode"
    ])
  }
}

/** Makes ready to check a certificate. Throws {@link Refused} for one of another paycode. What is broken in it is left out. */
export const open = ({ header, states }: Certificate.Certificate): Opened => {
  refuseStray(header)
  const claims = header.claims.filter(({ found }) => found !== "broken")
  const subject = Exploration.subjectOf({
    ...{ ...header, options: header.lookback, claims: claims.map(({ id }) => id) },
    ...{ states: states.count, drawing: undefined }
  })
  refuseForeign(header, subject)
  const ranks = Certificate.ranked(claims).map(({ id }) => id)
  const counted: Array<Counted> = []
  const ranked: Array<Ranked> = []
  for (const claim of claims) {
    const expected = expectedOf(claim, subject.properties)
    for (const property of subject.properties) {
      const count = Object.hasOwn(expected, property.name) ? expected[property.name]! : undefined
      if (count === undefined) continue
      if (property.kind !== "leads-to") counted.push({ property, claim, expected: count, count: 0 })
      else ranked.push({ property, ranks: states.ranks[ranks.indexOf(claim.id)]!, expected: count, count: 0 })
    }
  }
  return { subject, counted, ranked }
}
