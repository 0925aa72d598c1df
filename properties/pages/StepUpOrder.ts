/**
 * One order that step-up by password decides, with one code, an honest till and two provider nodes, written from the words of
 * `spec/*.md` and of `docs/protocol/Orders.md` alone. It imports nothing: whoever has the pages can write it again.
 * `Comparison.test.ts` compares it with the model, state by state.
 */

/** What the scheme says, in seconds unless it says otherwise. */
export type Parameters = {
  /** When the scene begins, on the clock of the first node. */
  readonly start: number
  /** Length of a step. */
  readonly step: number
  /** Steps that the window reaches back. */
  readonly past: number
  /** Steps that the window reaches ahead. */
  readonly future: number
  /** For how long a code is shown. */
  readonly display: number
  /** How far the second node's clock is ahead of the first. */
  readonly skew: number
  /** From when on an open order is overdue. */
  readonly openFor: number
  /** When a till may reverse at the earliest, after its request. */
  readonly notBefore: number
  /** Until when a node reverses what was paid, after the order was written down. */
  readonly within: number
  /** Whether a reversal that comes first is kept. */
  readonly keepsFirst: boolean
  /** How far the phone's corrected clock may be off when it makes its code. */
  readonly offsets: ReadonlyArray<number>
  /** Whether the owner withdraws from the agreement, and revokes the phone: the bound of the scene. */
  readonly ends: boolean
  /** Whether the phone takes a second credential: the bound of the scene. */
  readonly renews: boolean
  /** Minor units of the order, above the limit. */
  readonly amount: number
  /** Minor units in the account at first. */
  readonly balance: number
}

/** Where the order stands in the provider's books. */
export type Place = "none" | "open" | "paid" | "closed" | "reversed" | "CODE_INVALID" | "NO_AGREEMENT" | "BALANCE"

/** What a merchant holds its order for. */
export type View = "none" | "asked" | "open" | "reversing" | "late" | "paid" | "failed" | "reversed"

/** Where a credential stands. */
export type Status = "pending" | "live" | "ended" | "revoked"

/** A provider node: the first has the time of the scene, the second is ahead of it. */
export type Node = 0 | 1

/** Everything that the scene remembers. */
export type State = {
  /** Seconds on the clock of the first node. */
  readonly now: number
  /** The code that was shown: the number of its credential, its step, and when. */
  readonly code: { readonly of: number; readonly step: number; readonly shown: number } | undefined
  /** Whether the code is still on the screen, if it is young enough. */
  readonly screen: boolean
  /** Whether the payer is at the till, and would confirm its prompt. */
  readonly stands: boolean
  /** When the till sent its request, if it did. */
  readonly asked: number | undefined
  /** Whether the till has sent a reversal. */
  readonly reversal: boolean
  /** Whether the owner has answered the prompt. */
  readonly answer: boolean
  readonly place: Place
  /** When the order was written down, on the clock of the node that did. A later answer leaves it as it is. */
  readonly since: number
  /** Whether it was ever open, so that a prompt was sent for it. */
  readonly prompted: boolean
  /** Whether it was ever paid, so that a notice of it was sent. */
  readonly paid: boolean
  readonly burned: boolean
  readonly balance: number
  readonly agreement: boolean
  readonly revoked: boolean
  /** The phone's credentials by their number, and which of them it holds; -1 for none. */
  readonly credentials: ReadonlyArray<Status>
  readonly holds: number
  readonly view: View
}

/** What can happen. */
export type Action =
  | {
      readonly does:
        | "second"
        | "scan"
        | "confirm"
        | "answers"
        | "withdraw"
        | "revoke"
        | "told"
        | "prompts"
        | "notice"
        | "reverse"
    }
  | { readonly does: "show"; readonly offset: number }
  | { readonly does: "ask"; readonly heard: boolean }
  | { readonly does: "password" | "deadline"; readonly node: Node }
  | { readonly does: "request" | "query" | "reversal"; readonly node: Node; readonly heard: boolean }

/** What becomes of a state, and what was answered. */
export type Outcome = { readonly state: State; readonly answer: string }

/** The first state: the owner has signed, and the phone holds a credential. */
export const initial = (of: Parameters): State => ({
  now: of.start,
  code: undefined,
  screen: false,
  stands: false,
  asked: undefined,
  reversal: false,
  answer: false,
  place: "none",
  since: 0,
  prompted: false,
  paid: false,
  burned: false,
  balance: of.balance,
  agreement: true,
  revoked: false,
  credentials: ["live"],
  holds: 0,
  view: "none"
})

const clock = (of: Parameters, state: State, node: Node): number => state.now + node * of.skew

/** The answer to a query, and to a request that is known: where the order stands. */
const answerOf = (place: Place): string => (place === "none" ? "NO_SUCH_ORDER" : place.toUpperCase())

// REL-6: what a till makes of an answer; while it reverses it hears only the answer to that, and once it is settled nothing.
const heard = (view: View, answer: string): View => {
  if (view !== "asked" && view !== "open" && view !== "late") return view
  if (answer === "PAID") return "paid"
  if (answer === "OPEN") return view === "asked" ? "open" : view
  if (answer === "NO_SUCH_ORDER" || answer === "UNKNOWN") return view
  return "failed"
}

const heardOfReversal = (view: View, answer: string): View => {
  if (view !== "reversing") return view
  if (answer === "REVERSED") return "reversed"
  if (answer === "REVERSE_EXPIRED") return "late"
  if (answer === "UNKNOWN" || answer === "NO_SUCH_ORDER") return view
  return "failed"
}

// ENR-7: a credential that is confirmed or used is live, and the one before it has ended.
const confirmed = (credentials: ReadonlyArray<Status>, number: number): ReadonlyArray<Status> =>
  credentials.map((status, at) => (at === number ? "live" : status === "live" ? "ended" : status))

// README, what is decided in which order: steps 2 and 5 to 11. The amount is above the limit, so that nothing is paid at once.
const decided = (of: Parameters, state: State, node: Node): Outcome => {
  if (state.place !== "none") return { state, answer: answerOf(state.place) }
  const at = Math.floor(clock(of, state, node) / of.step)
  const { of: number = 0, step = 0 } = state.code ?? {}
  const fits = at - of.past <= step && step <= at + of.future
  const status = state.credentials[number]
  if ((status !== "live" && status !== "pending") || !fits)
    return { state: { ...state, place: "CODE_INVALID" }, answer: "CODE_INVALID" }
  const attempted = { ...state, burned: true, credentials: confirmed(state.credentials, number) }
  if (!state.agreement) return { state: { ...attempted, place: "NO_AGREEMENT" }, answer: "NO_AGREEMENT" }
  if (state.balance < of.amount) return { state: { ...attempted, place: "BALANCE" }, answer: "BALANCE" }
  return { state: { ...attempted, place: "open", prompted: true, since: clock(of, state, node) }, answer: "OPEN" }
}

// Orders, "a reversal".
const reversed = (of: Parameters, state: State, node: Node): Outcome => {
  const put = (balance: number): Outcome => ({ state: { ...state, place: "reversed", balance }, answer: "REVERSED" })
  if (state.place === "none") return of.keepsFirst ? put(state.balance) : { state, answer: "NO_SUCH_ORDER" }
  if (state.place === "open") return put(state.balance)
  if (state.place !== "paid") return { state, answer: answerOf(state.place) }
  const age = clock(of, state, node) - state.since
  if (age <= of.within) return put(state.balance + of.amount)
  return { state, answer: age <= of.within + of.skew ? "UNKNOWN" : "REVERSE_EXPIRED" }
}

const password = (of: Parameters, state: State): Outcome =>
  state.place === "open"
    ? { state: { ...state, place: "paid", paid: true, balance: state.balance - of.amount }, answer: "PAID" }
    : { state, answer: "NOT_OPEN" }

// ENR-11: what ends closes the order that is open.
const ended = (state: State): State => (state.place === "open" ? { ...state, place: "closed" } : state)

/** Everything that can happen in a state. */
export const enabled = (of: Parameters, state: State): ReadonlyArray<Action> => {
  const { agreement, answer, asked, code, now, place, prompted, screen, stands, view } = state
  const found: Array<Action> = [{ does: "second" }]
  // One code: that is the bound of the scene. A phone that holds nothing can be asked for one all the same (GEN-1).
  if (state.holds >= 0 && code === undefined) for (const offset of of.offsets) found.push({ does: "show", offset })
  if (state.holds < 0) found.push({ does: "show", offset: 0 })
  if (screen && code !== undefined && asked === undefined && now - code.shown <= of.display)
    found.push({ does: "scan" })
  const isUnsettled = view === "asked" || view === "open"
  if (isUnsettled && asked !== undefined && now - asked >= of.notBefore) found.push({ does: "reverse" })
  // A prompt that was sent may be answered late; what is paid asks for nothing more.
  if (prompted && place !== "paid" && stands && !answer) found.push({ does: "answers" })
  if (of.ends && agreement) found.push({ does: "withdraw" })
  found.push(...ofCredentials(of, state))
  if (state.paid && (isUnsettled || view === "late")) found.push({ does: "notice" })
  for (const node of [0, 1] as const) found.push(...at(of, state, node))
  return found
}

/** What can happen with the phone's credentials. */
const ofCredentials = (of: Parameters, { credentials, holds, revoked }: State): ReadonlyArray<Action> => {
  const found: Array<Action> = []
  // Whether a phone is shown prompts is in question once it is revoked.
  if (of.ends) found.push(revoked ? { does: "prompts" } : { does: "revoke" })
  if (credentials[holds] === "revoked") found.push({ does: "told" })
  if (credentials[holds] === "pending") found.push({ does: "confirm" })
  if (of.renews && (credentials.length < 2 || credentials[1] === "pending"))
    for (const heard of [true, false]) found.push({ does: "ask", heard })
  return found
}

/** What can reach a node. */
const at = (of: Parameters, state: State, node: Node): ReadonlyArray<Action> => {
  const { answer, asked, place, reversal, since, view } = state
  const found: Array<Action> = []
  if (answer) found.push({ does: "password", node })
  if (place === "open" && clock(of, state, node) - since >= of.openFor) found.push({ does: "deadline", node })
  for (const heard of [true, false]) {
    if (asked !== undefined) found.push({ does: "request", node, heard })
    if (view === "asked" || view === "open" || view === "late") found.push({ does: "query", node, heard })
    if (reversal) found.push({ does: "reversal", node, heard })
  }
  return found
}

// ENR-10: what has ended stays so.
const revokedOf = (status: Status): Status => (status === "ended" ? status : "revoked")

// GEN-1, GEN-2.
const shown = (of: Parameters, state: State, offset: number): Outcome => {
  if (state.holds < 0) return { state, answer: "NO_CREDENTIAL" }
  const step = Math.floor((state.now + offset) / of.step)
  const code = { of: state.holds, step, shown: state.now }
  return { state: { ...state, code, screen: true, stands: true }, answer: "" }
}

// ENR-1, ENR-9, ENR-13. A phone that is handed a credential shows nothing, and its owner answers no prompt from before.
const asked = (state: State, heard: boolean): Outcome => {
  if (state.revoked) return { state, answer: "NOT_OWNER" }
  if (!state.agreement) return { state, answer: "NO_AGREEMENT" }
  const credentials = state.credentials.length < 2 ? [...state.credentials, "pending" as const] : state.credentials
  const after = { ...state, credentials }
  return { state: heard ? { ...after, holds: 1, screen: false, stands: false } : after, answer: "" }
}

const told = (outcome: Outcome, view: View): Outcome => ({ state: { ...outcome.state, view }, answer: outcome.answer })

/** What an action comes to. */
export const next = (of: Parameters, state: State, action: Action): Outcome => {
  const silent = (changed: Partial<State>): Outcome => ({ state: { ...state, ...changed }, answer: "" })
  switch (action.does) {
    case "second":
      return silent({ now: state.now + 1 })
    case "prompts":
      return { state, answer: "not shown" }
    case "show":
      return shown(of, state, action.offset)
    case "ask":
      return asked(state, action.heard)
    case "confirm":
      return silent({ credentials: confirmed(state.credentials, state.holds) })
    case "scan":
      return silent({ asked: state.now, view: "asked" })
    case "reverse":
      return silent({ reversal: true, view: "reversing" })
    case "answers":
      return silent({ answer: true })
    case "withdraw":
      return silent({ ...ended(state), agreement: false })
    case "revoke":
      return silent({ ...ended(state), revoked: true, credentials: state.credentials.map(revokedOf) })
    case "told":
      return silent({ holds: -1, screen: false, stands: false })
    case "notice":
      return silent({ view: heard(state.view, "PAID") })
    case "password":
      return password(of, state)
    case "deadline":
      return silent({ place: "closed" })
    case "query": {
      const answer = answerOf(state.place)
      return told({ state, answer }, action.heard ? heard(state.view, answer) : state.view)
    }
    case "request": {
      const outcome = decided(of, state, action.node)
      return told(outcome, action.heard ? heard(state.view, outcome.answer) : state.view)
    }
    case "reversal": {
      const outcome = reversed(of, state, action.node)
      return told(outcome, action.heard ? heardOfReversal(state.view, outcome.answer) : state.view)
    }
  }
}
