/** Codes: how they come to be, on a phone or in the hands of the adversary, and what is learnt by seeing one. */
import { Binding, Generation, StepUp, TokenSource } from "../steps/Steps.ts"

import * as Time from "../Time.ts"
import type { Event, Of } from "./Action.ts"
import * as Facts from "./Facts.ts"
import {
  accountOf,
  adversary,
  type Code,
  type CodeKey,
  type Credential,
  indexOf,
  nowhere,
  replaced,
  type State,
  type World
} from "./State.ts"
import { quietly, type Step } from "./Step.ts"
import * as Writes from "./Writes.ts"

/** The screen of a phone that shows nothing. */
export const blank = { screen: nowhere, revealed: false, since: Time.never, till: nowhere } as const

/** The code on a phone's screen; undefined where there is none, or it was shown for long enough. */
export const screenOf = ({ rules }: World, { now, phones }: State, phone: number): CodeKey | undefined => {
  const { held, revealed, screen, since } = phones[phone]!
  if (screen === nowhere || !Generation.isDisplayed(rules, now - since)) return undefined
  return { phone, generation: held, position: screen, revealed }
}

/** Whether a code is on its phone's screen. */
export const isOnScreen = (world: World, state: State, { generation, phone, position, revealed }: CodeKey): boolean => {
  const shown = screenOf(world, state, phone)
  return shown?.position === position && shown.generation === generation && shown.revealed === revealed
}

/** Digits that are no code, under the alias of a phone: a wrong guess. */
export const madeUp = (alias: number): CodeKey => ({ phone: alias, generation: 0, position: nowhere, revealed: false })

/** A code that is made over nothing, as an action has it: by saying nothing. */
export const overNothing: Over = {}

/** What a code is made over, as an action has it. */
export interface Over {
  readonly terms?: Binding.Terms
}

// ---------------------------------------------------------------------------------------------------------------------
// How they come to be
// ---------------------------------------------------------------------------------------------------------------------

/** How a phone makes a code; it was asked for unless that is said. */
interface Making extends Pick<Of<"Show">, "offset" | "terms" | "till"> {
  readonly asked?: boolean
}

/** A code just made, by a phone whose clock is off by some seconds. */
export const make = (
  world: World,
  state: State,
  key: CodeKey,
  { asked = true, offset, terms = Binding.plain, till }: Making
): State => {
  const { drift } = world.rules.scheme.clock
  const index = indexOf(state.codes, key)
  const known = state.codes[index]
  const onTime = Math.abs(offset) <= drift
  if (known === undefined)
    return withNew(state, { ...codeOf(key, terms), made: true, till, shownAt: state.now, onTime, asked })
  // Digits that were guessed before are the code all the same, once the phone makes it. Where it makes another for the same
  // position (without GEN-9), that one takes the place of the one before, and nobody has tried it.
  const isGuessed = !known.made
  const attempted = known.attempted && isGuessed
  const shown = { till, shownAt: state.now, onTime, asked, made: true }
  const made = { ...terms, ...shown, attempted, known: known.known && isGuessed }
  return { ...state, codes: replaced(state.codes, index, { ...known, ...made }) }
}

/** A code that is known to nobody yet. Its fields stand in one order wherever codes are made, so that all are of one form. */
const codeOf = (
  { generation, phone, position, revealed }: CodeKey,
  { copied, payee, pin, sum }: Binding.Terms
): Code => ({
  phone,
  generation,
  position,
  revealed,
  payee,
  sum,
  pin,
  copied,
  made: false,
  known: false,
  burned: false,
  attempted: false,
  spoilt: false,
  saved: false,
  till: nowhere,
  shownAt: Time.never,
  onTime: false,
  asked: false
})

/** The state with one more code. */
const withNew = (state: State, code: Code): State => ({
  ...state,
  codes: [...state.codes, code],
  used: { codes: state.used.codes + 1, orders: state.used.orders }
})

/** What becomes of a phone's credential when it shows a code: a list has one less. */
export const taken = (world: World, state: State, phone: number): ReadonlyArray<Credential> => {
  const { credentials, held } = state.phones[phone]!
  const credential = credentials[held]!
  if (TokenSource.supply(world.rules) === Number.POSITIVE_INFINITY) return credentials
  return replaced(credentials, held, { ...credential, shown: credential.shown + 1 })
}

/** A code that the adversary has without its phone: hit upon, or made of what it has read. */
export const forge = (state: State, key: CodeKey, terms: Binding.Terms): State => {
  if (indexOf(state.codes, key) >= 0) return state
  return withNew(state, { ...codeOf(key, terms), known: true })
}

/** What the adversary makes a code over that it has itself paid with, as far as it can make one. */
export const ownTerms = (world: World, state: State, phone: number, sum: number): Binding.Terms => {
  const { rules } = world
  if (!Binding.isBound(rules)) return Binding.plain
  const own = adversary(world)
  const pin = StepUp.canPin(rules, Facts.robbed(world, state, phone)) ? "stolen" : "none"
  return { payee: own < 0 ? 0 : own, sum, pin, copied: own < 0 }
}

// ---------------------------------------------------------------------------------------------------------------------
// What is learnt of them
// ---------------------------------------------------------------------------------------------------------------------

/** Whether the adversary has seen another code of the same credential with the alias of a code. */
const isLinked = ({ rules }: World, { codes }: State, index: number): boolean => {
  const { generation, phone, position } = codes[index]!
  return codes.some(
    (code, other) =>
      other !== index &&
      code.known &&
      code.made &&
      code.phone === phone &&
      code.generation === generation &&
      Generation.haveOneAlias(rules, code.position, position)
  )
}

/** What the adversary reads off a code of a phone: what its alias tells, or that it has seen its alias before. */
const learnt = (world: World, state: State, index: number): Event => {
  const { rules } = world
  const { phone } = state.codes[index]!
  const what = Generation.identifies(rules)
  const isAgain = what === "nothing" && rules.scheme.code.alias === "keyed" && isLinked(world, state, index)
  return { _tag: "Learnt", phone, what: isAgain ? "credential" : what }
}

/** The adversary learns the password or PIN of a phone's owner, where what it sees and has tells it. */
export const expose = (world: World, state: State, phone: number, tells: boolean): Step => {
  if (!tells) return quietly(state)
  const account = accountOf(world, phone)
  const { exposed } = state.accounts[account]!
  return {
    state: exposed ? state : Writes.withAccount(state, account, { exposed: true }),
    events: [{ _tag: "Learnt", phone, what: "secret" }]
  }
}

/** What the adversary sees when it sees a code. */
export const see = (world: World, state: State, key: CodeKey): Step => {
  const index = indexOf(state.codes, key)
  const code = state.codes[index]!
  const owner = accountOf(world, key.phone)
  const { leaked } = state.accounts[owner]!
  const known = { ...state, codes: replaced(state.codes, index, { ...code, known: true }) }
  const seen = code.known ? known : Writes.withAccount(known, owner, { leaked: leaked + 1 })
  const tells = StepUp.codeTells(world.rules, code.pin !== "none", Facts.robbed(world, state, key.phone))
  const exposed = expose(world, seen, key.phone, tells)
  return { state: exposed.state, events: [learnt(world, state, index), ...exposed.events] }
}
