/**
 * The system: payers with phones, merchants with tills, a provider of one or more nodes, a network and an adversary,
 * composed of the pure steps. `init` gives the states that a run can start in, `actions` what can happen next, and `next`
 * what then has happened, with the events that claims watch.
 *
 * Each party is a module that says what it can do, and what then has happened: the payer, the till, the prompts of open
 * orders, the adversary, and faults.
 *
 * @see spec/README.md
 */
import * as Time from "../Time.ts"
import type { Action, Of } from "./Action.ts"
import * as Adversary from "./Adversary.ts"
import * as Codes from "./Codes.ts"
import { enabled } from "./Enabled.ts"
import * as Faults from "./Faults.ts"
import * as Instants from "./Instants.ts"
import * as Payer from "./Payer.ts"
import * as Payouts from "./Payouts.ts"
import * as Prompts from "./Prompts.ts"
import { type Account, type Credential, type Phone, roguePhone, type State, type World } from "./State.ts"
import { quietly, type Step } from "./Step.ts"
import * as Till from "./Till.ts"

export * from "./Action.ts"
export * as Choices from "./Choices.ts"
export * as Enabled from "./Enabled.ts"
export * as Facts from "./Facts.ts"
export * as Instants from "./Instants.ts"
export * as Scope from "./Scope.ts"
export * from "./State.ts"

export type { Step }
export { enabled }

const first = (issuedAt: number): Credential => ({
  status: "live",
  issuedAt,
  shown: 0,
  suspended: false,
  saved: "none",
  over: false
})

const account = (isMember: boolean): Account => ({
  agreement: isMember ? "live" : "none",
  authenticated: false,
  throttled: false,
  exposed: false,
  leaked: 0,
  saved: "none"
})

/** The states that a run can start in: some owners have signed and enrolled their phones, and the others have not. */
export const init = (world: World): ReadonlyArray<State> => {
  const { scope } = world
  const rogue = roguePhone(world)
  const phone = (owner: number, index: number, now: number): Phone =>
    owner < scope.members && index !== rogue
      ? { ...Codes.blank, held: 0, credentials: [first(now)] }
      : { ...Codes.blank, held: -1, credentials: [] }
  return scope.starts.map((now) => ({
    now,
    accounts: Array.from({ length: scope.accounts }, (_, index) => account(index < scope.members)),
    phones: scope.phones.map((owner, index) => phone(owner, index, now)),
    merchants: Array.from({ length: scope.merchants }, () => ({ throttled: false, flooded: false, paidOut: 0 })),
    codes: [],
    orders: [],
    used: { codes: 0, orders: 0 },
    backupAt: Time.never,
    restoredAt: Time.never,
    coincide: false
  }))
}

/** Everything that can happen next. Time passes to the next moment at which it makes a difference. */
export const actions = (world: World, state: State): ReadonlyArray<Action> => {
  const out = enabled(world, state)
  for (const seconds of Instants.waits(world, state, Instants.everything)) out.push({ _tag: "Advance", seconds })
  return out
}

/** Whether too many wrong codes were counted against anybody today. */
const wereSent = ({ accounts, merchants }: State): boolean =>
  accounts.some(({ throttled }) => throttled) || merchants.some(({ flooded, throttled }) => throttled || flooded)

/** Time passes. A new day forgets the wrong codes of the last. */
const advance = ({ rules: { scheme } }: World, state: State, { seconds }: Of<"Advance">): Step => {
  const now = state.now + seconds
  const isLaterDay = Time.dayAt(scheme, now) > Time.dayAt(scheme, state.now)
  if (!isLaterDay || !wereSent(state)) return quietly({ ...state, now })
  return quietly({
    ...state,
    now,
    accounts: state.accounts.map((account) => ({ ...account, throttled: false })),
    merchants: state.merchants.map(({ paidOut }) => ({ throttled: false, flooded: false, paidOut }))
  })
}

/** What a fault leads to. */
const fault = (world: World, state: State, action: Of<"Race" | "Crash" | "Backup" | "Restore" | "Coincide">): Step => {
  switch (action._tag) {
    case "Race":
      return Faults.race(world, state, action)
    case "Crash":
      return Faults.crash(world, state)
    case "Backup":
      return Faults.backup(state)
    case "Restore":
      return Faults.restore(world, state)
    case "Coincide":
      return Faults.coincide(world, state)
  }
}

/** What an action leads to. The action must be one that can happen: one that is {@link enabled}, or time passing. */
export const next = (world: World, state: State, action: Action): Step => {
  switch (action._tag) {
    case "Sign":
      return Payer.sign(world, state, action)
    case "Withdraw":
      return Payer.withdraw(world, state, action)
    case "Enroll":
      return Payer.enroll(world, state, action)
    case "Confirm":
      return Payer.confirm(world, state, action)
    case "Revoke":
      return Payer.revoke(world, state, action)
    case "Ask":
      return Payer.ask(world, state, action)
    case "Wipe":
      return Payer.wipe(world, state, action)
    case "Show":
      return Payer.show(world, state, action)
    case "Open":
      return Payer.open(world, state, action)
    case "RunOut":
      return Payer.runOut(world, state, action)
    case "Approve":
      return Prompts.approve(world, state, action)
    case "Authenticate":
      return Prompts.authenticate(world, state, action)
    case "Impersonate":
      return Prompts.impersonate(world, state, action)
    case "Scan":
      return Till.scan(world, state, action)
    case "Deliver":
      return Till.deliver(world, state, action)
    case "Query":
      return Till.query(world, state, action)
    case "Reverse":
      return Till.reverse(world, state, action)
    case "GiveUp":
      return Till.giveUp(world, state, action)
    case "Notice":
      return Till.notice(world, state, action)
    case "Capture":
      return Adversary.capture(world, state, action)
    case "RunOff":
      return Adversary.runOff(world, state, action)
    case "Guess":
      return Adversary.guess(world, state, action)
    case "Present":
      return Till.present(world, state, action)
    case "Pay":
      return Adversary.pay(world, state, action)
    case "Meddle":
      return Adversary.meddle(world, state, action)
    case "Flood":
      return Adversary.flood(world, state, action)
    case "Close":
      return Prompts.close(world, state, action)
    case "PayOut":
      return Payouts.payOut(world, state, action)
    case "Race":
    case "Crash":
    case "Backup":
    case "Restore":
    case "Coincide":
      return fault(world, state, action)
    case "Advance":
      return advance(world, state, action)
  }
}
