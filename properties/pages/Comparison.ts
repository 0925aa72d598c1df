/**
 * Comparison: a scene that was written from the words of the pages, and the model, played side by side. Both begin together; in
 * every pair of states that they come to, what the pages name must be the same, the same must be able to happen, and it must
 * be answered alike. Nothing is reduced: every second, every order of what happens and every node is by itself.
 */
import { hash } from "node:crypto"
import * as System from "../../model/system/System.ts"
import { Enabled, type World } from "../../model/system/System.ts"

/** What the pages name of a state, each under its name. */
export type Seen = Readonly<Record<string, string | number | boolean>>

/** What becomes of a state of a scene, and what was answered; an empty text where nothing was. */
export interface Outcome<State> {
  readonly state: State
  readonly answer: string
}

/** A scene that was written from the pages. Of its actions one is `{ does: "second" }`, which lets a second pass. */
export interface Scene<State, Action extends { readonly does: string }> {
  readonly first: State
  readonly enabled: (state: State) => ReadonlyArray<Action>
  readonly next: (state: State, action: Action) => Outcome<State>
  readonly seen: (state: State) => Seen
}

/** How the model's states and actions are told in the words of a scene. */
export interface Reading<Action> {
  readonly world: World
  readonly actionOf: (action: System.Action) => Action
  readonly seen: (world: World, state: System.State) => Seen
}

/** What was compared. */
export interface Compared {
  /** Pairs of states in each second, from the first on. */
  readonly pairs: ReadonlyArray<number>
  /** Different states of the scene, and of the model. */
  readonly ofScene: number
  readonly ofModel: number
  /** What could happen in the pairs, each tried in both. */
  readonly actions: number
  /** What is otherwise, in words, each with the actions that first led to it. */
  readonly differences: ReadonlyArray<string>
}

/** A pair of states that was come to, and how. */
interface Pair<State> {
  readonly model: System.State
  readonly scene: State
  readonly path: Path | undefined
}

interface Path {
  readonly before: Path | undefined
  readonly action: string
}

const told = (path: Path | undefined): string => {
  const actions: Array<string> = []
  for (let at = path; at !== undefined; at = at.before) actions.unshift(at.action)
  return actions.length === 0 ? "at first" : `after ${actions.join(" ")}`
}

/** What the model answers, in the words of a scene. */
const answerOf = (events: ReadonlyArray<System.Event>): string => {
  for (const event of events) {
    if (event._tag === "Answered") return event.answer
    if (event._tag === "Declined") return event.reason
    if (event._tag === "Empty") return "NO_CREDENTIAL"
    if (event._tag === "Asked") return event.shown ? "shown" : "not shown"
  }
  return ""
}

const keyOf = (state: unknown): string => hash("sha1", JSON.stringify(state), "base64")

/** What a party to a comparison can do in a state: by its label, what it comes to. */
type Moves<State> = ReadonlyMap<string, Outcome<State>>

/** What one side lets happen and the other does not, unless it comes to nothing, or to what something else comes to. */
const missing = <State>(moves: Moves<State>, others: ReadonlySet<string>, before: State): ReadonlyArray<string> => {
  const odd = [...moves].filter(([label]) => !others.has(label))
  if (odd.length === 0) return []
  const alike = new Set([`${JSON.stringify(before)} `])
  for (const [label, { answer, state }] of moves) {
    if (others.has(label)) alike.add(`${JSON.stringify(state)} `).add(`${JSON.stringify(state)} ${answer}`)
  }
  return odd.filter(([, { answer, state }]) => !alike.has(`${JSON.stringify(state)} ${answer}`)).map(([label]) => label)
}

/** Differences by what they are, each with the first way that led to it. */
type Differences = Map<string, string>

const note = (differences: Differences, what: string, path: Path | undefined): void => {
  if (!differences.has(what)) differences.set(what, `${what}, ${told(path)}`)
}

/** Notes what is otherwise in what the pages name; and answers whether anything is. */
const isOtherwise = (differences: Differences, model: Seen, scene: Seen, path: Path | undefined): boolean => {
  const names = new Set([...Object.keys(model), ...Object.keys(scene)])
  const other = [...names].filter((name) => model[name] !== scene[name])
  for (const name of other) {
    const last = path?.action ?? "the beginning"
    note(differences, `${name} upon ${last}: ${scene[name]} by the pages, ${model[name]} in the model`, path)
  }
  return other.length > 0
}

/** A comparison that is being made. */
interface Play<State, Action extends { readonly does: string }> {
  readonly scene: Scene<State, Action>
  readonly reading: Reading<Action>
  readonly differences: Differences
  readonly ofScene: Set<string>
  readonly ofModel: Set<string>
  actions: number
}

/** What a second that passes is called in every scene. */
const second = { does: "second" }

const movesOf = <State, Action extends { readonly does: string }>(
  { reading: { actionOf, world } }: Play<State, Action>,
  state: System.State
): Moves<System.State> =>
  new Map(
    Enabled.enabled(world, state).map((action) => {
      const step = System.next(world, state, action)
      return [JSON.stringify(actionOf(action)), { state: step.state, answer: answerOf(step.events) }] as const
    })
  )

const movesBy = <State, Action extends { readonly does: string }>(
  { scene }: Play<State, Action>,
  state: State
): Moves<State> =>
  new Map(
    scene
      .enabled(state)
      .filter(({ does }) => does !== second.does)
      .map((action) => [JSON.stringify(action), scene.next(state, action)] as const)
  )

/** Adds a pair that was not come to before, if what the pages name is the same in both. */
const put = <State, Action extends { readonly does: string }>(
  { differences, ofModel, ofScene, reading, scene }: Play<State, Action>,
  all: Map<string, Pair<State>>,
  pair: Pair<State>
): void => {
  const [model, own] = [keyOf(pair.model), keyOf(pair.scene)]
  if (all.has(model + own)) return
  if (isOtherwise(differences, reading.seen(reading.world, pair.model), scene.seen(pair.scene), pair.path)) return
  ofModel.add(model)
  ofScene.add(own)
  all.set(model + own, pair)
}

/** The pairs that follow from one at once; notes what can happen in one of the two alone, and what is answered otherwise. */
const following = <State, Action extends { readonly does: string }>(
  play: Play<State, Action>,
  { model, path, scene }: Pair<State>
): ReadonlyArray<Pair<State>> => {
  const { differences } = play
  const [ofModel, ofScene] = [movesOf(play, model), movesBy(play, scene)]
  for (const label of missing(ofModel, new Set(ofScene.keys()), model))
    note(differences, `${label} happens in the model and not by the pages`, path)
  for (const label of missing(ofScene, new Set(ofModel.keys()), scene))
    note(differences, `${label} happens by the pages and not in the model`, path)
  const pairs: Array<Pair<State>> = []
  for (const [label, outcome] of ofModel) {
    const other = ofScene.get(label)
    if (other === undefined) continue
    play.actions++
    if (outcome.answer !== other.answer)
      note(differences, `${label}: ${other.answer} by the pages, ${outcome.answer} in the model`, path)
    else pairs.push({ model: outcome.state, scene: other.state, path: { before: path, action: label } })
  }
  return pairs
}

/** All pairs that follow from some within their second, these included. */
const within = <State, Action extends { readonly does: string }>(
  play: Play<State, Action>,
  begun: ReadonlyArray<Pair<State>>
): ReadonlyArray<Pair<State>> => {
  const all = new Map<string, Pair<State>>()
  for (const pair of begun) put(play, all, pair)
  // What is added while they are gone through is gone through as well.
  for (const pair of all.values()) {
    for (const next of following(play, pair)) {
      if (next.model !== pair.model || next.scene !== pair.scene) put(play, all, next)
    }
  }
  return [...all.values()]
}

/**
 * Plays a scene and the model side by side, for so many seconds after the start, or to the end of the first second in which
 * something is otherwise.
 */
export const compare = <State, Action extends { readonly does: string }>(
  scene: Scene<State, Action>,
  reading: Reading<Action>,
  seconds: number
): Compared => {
  const { world } = reading
  const play: Play<State, Action> = {
    scene,
    reading,
    differences: new Map(),
    ofScene: new Set(),
    ofModel: new Set(),
    actions: 0
  }
  const pairs: Array<number> = []
  let begun: ReadonlyArray<Pair<State>> = System.init(world).map((model) => ({
    model,
    scene: scene.first,
    path: undefined
  }))
  while (pairs.length <= seconds && play.differences.size === 0) {
    const all = within(play, begun)
    pairs.push(all.length)
    begun = all.map(({ model, path, scene: own }) => ({
      model: System.next(world, model, { _tag: "Advance", seconds: 1 }).state,
      scene: scene.next(own, second as Action).state,
      path: { before: path, action: JSON.stringify(second) }
    }))
  }
  const { actions, differences, ofModel, ofScene } = play
  return { pairs, ofScene: ofScene.size, ofModel: ofModel.size, actions, differences: [...differences.values()] }
}

/** What was compared, as a line. */
export const said = ({ actions, differences, ofModel, ofScene, pairs }: Compared): string => {
  const all = pairs.reduce((sum, second) => sum + second, 0)
  return (
    `${all} pairs of states in ${pairs.length} seconds, of ${ofScene} states by the pages and ${ofModel} of the model, ` +
    `with ${actions} actions: ${differences.length} differences`
  )
}
