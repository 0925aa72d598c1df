/**
 * One phone that renews its credential and is revoked, and codes of both credentials at an honest till and two provider nodes,
 * written from the words of `spec/*.md` alone. It imports nothing: whoever has the pages can write it again. `Comparison.test.ts`
 * compares it with the model, state by state.
 */

/** What the scheme says, in seconds unless it says otherwise. */
export type Parameters = {
  /** When the scene begins, on the clock of the first node. */
  readonly start: number
  readonly source:
    | { readonly of: "seed"; readonly step: number; readonly past: number; readonly future: number }
    | { readonly of: "list"; readonly batch: number; readonly validity: number }
  /** For how long a code is shown. */
  readonly display: number
  /** How far the second node's clock is ahead of the first. */
  readonly skew: number
  /** How many credentials are ever issued, the first included: the bound of the scene. */
  readonly credentials: number
  /** How many codes are made, and how many orders there are: bounds of the scene. */
  readonly codes: number
  readonly orders: number
  /** Whether the owner has signed and the phone holds a credential when the scene begins. */
  readonly begun: boolean
  /** Whether the owner signs, where that is not so, and withdraws. */
  readonly agreements: boolean
  /** Minor units of each order, within every limit. */
  readonly amount: number
  /** Minor units in the account at first. */
  readonly balance: number
}

/** A provider node: the first has the time of the scene, the second is ahead of it. */
export type Node = 0 | 1

/** What a phone makes codes from, by its number in the order of issue. */
export type Credential = {
  readonly status: "pending" | "live" | "ended" | "revoked"
  /** When it was issued, on the clock of the node that did. */
  readonly issued: number
  /** Positions whose codes pay no more. */
  readonly burned: ReadonlyArray<number>
}

/** A code, as the number of its credential and its position there. */
export type Code = { readonly credential: number; readonly position: number }

/** An order of the till's. */
export type Order = {
  readonly code: Code
  readonly place: "none" | "PAID" | "CODE_INVALID" | "CODE_USED" | "NO_AGREEMENT" | "BALANCE"
}

/** Everything that the scene remembers. */
export type State = {
  readonly now: number
  readonly agreement: "none" | "live" | "ended"
  readonly credentials: ReadonlyArray<Credential>
  /** What the phone holds, and the place of the next code of a list. */
  readonly holds: { readonly credential: number; readonly next: number } | undefined
  readonly revoked: boolean
  /** The codes that were made: a phone makes that of a step once. */
  readonly made: ReadonlyArray<Code>
  /** The code on the phone's screen. */
  readonly screen: { readonly code: Code; readonly shown: number } | undefined
  readonly orders: ReadonlyArray<Order>
  readonly balance: number
}

/** What can happen. */
export type Action =
  | { readonly does: "second" | "show" | "scan" | "sign" | "withdraw" | "revoke" | "told" | "prompts" | "confirm" }
  | { readonly does: "ask"; readonly heard: boolean }
  | { readonly does: "request"; readonly node: Node; readonly order: number }

/** What becomes of a state, and what was answered. */
export type Outcome = { readonly state: State; readonly answer: string }

/** The first state. */
export const initial = (of: Parameters): State => ({
  now: of.start,
  agreement: of.begun ? "live" : "none",
  credentials: of.begun ? [{ status: "live", issued: of.start, burned: [] }] : [],
  holds: of.begun ? { credential: 0, next: 0 } : undefined,
  revoked: false,
  made: [],
  screen: undefined,
  orders: [],
  balance: of.balance
})

const clock = (of: Parameters, state: State, node: Node): number => state.now + node * of.skew

const pendingOf = (state: State): number => state.credentials.findIndex((one) => one.status === "pending")

const put = (state: State, number: number, credential: Credential): State => ({
  ...state,
  credentials: state.credentials.map((one, at) => (at === number ? credential : one))
})

// ENR-7: once the new one is confirmed or used, it is live and the old one has ended.
const confirmed = (state: State, number: number): State => ({
  ...state,
  credentials: state.credentials.map((one, at) => {
    if (at === number) return { ...one, status: "live" }
    return one.status === "live" ? { ...one, status: "ended" } : one
  })
})

// VER-6 and VER-7.
const inWindow = (of: Parameters, state: State, node: Node, code: Code): boolean => {
  const at = clock(of, state, node)
  if (of.source.of === "list") return at - (state.credentials[code.credential]?.issued ?? 0) <= of.source.validity
  const step = Math.floor(at / of.source.step)
  return step - of.source.past <= code.position && code.position <= step + of.source.future
}

// README, what is decided in which order: the steps 2, 5 to 8, 10 and 12.
const decided = (of: Parameters, state: State, node: Node, number: number): Outcome => {
  const order = state.orders[number] as Order
  if (order.place !== "none") return { state, answer: order.place }
  const recorded = (of: State, place: Exclude<Order["place"], "none">): Outcome => ({
    state: { ...of, orders: of.orders.map((one, at) => (at === number ? { ...one, place } : one)) },
    answer: place
  })
  const { code } = order
  const credential = state.credentials[code.credential] as Credential
  const accepted = credential.status === "live" || credential.status === "pending"
  if (!accepted || !inWindow(of, state, node, code)) return recorded(state, "CODE_INVALID")
  const used = credential.burned.includes(code.position)
  const burned = used ? credential.burned : [...credential.burned, code.position]
  const attempted = confirmed(put(state, code.credential, { ...credential, burned }), code.credential)
  if (used) return recorded(attempted, "CODE_USED")
  if (state.agreement !== "live") return recorded(attempted, "NO_AGREEMENT")
  if (state.balance < of.amount) return recorded(attempted, "BALANCE")
  return recorded({ ...attempted, balance: state.balance - of.amount }, "PAID")
}

const isSame = (a: Code, b: Code): boolean => a.credential === b.credential && a.position === b.position

/** The code that the phone would show next; undefined where it holds nothing, or nothing more. */
const nextCode = (of: Parameters, { holds, now }: State): Code | undefined => {
  if (holds === undefined) return undefined
  if (of.source.of === "seed") return { credential: holds.credential, position: Math.floor(now / of.source.step) }
  return holds.next < of.source.batch ? { credential: holds.credential, position: holds.next } : undefined
}

/** Everything that can happen in a state. */
export const enabled = (of: Parameters, state: State): ReadonlyArray<Action> => {
  const { agreement, credentials, holds, made, now, orders, revoked, screen } = state
  const found: Array<Action> = [{ does: "second" }]
  const code = nextCode(of, state)
  // A phone that has no code can be asked for one all the same (GEN-1).
  if (code === undefined) found.push({ does: "show" })
  else if (made.length < of.codes && !made.some((other) => isSame(other, code))) found.push({ does: "show" })
  // REL-7: no payer is scanned again before the last order is settled.
  const isFree = orders.length < of.orders && orders.every(({ place }) => place !== "none")
  if (screen !== undefined && now - screen.shown <= of.display && isFree) found.push({ does: "scan" })
  if (of.agreements && agreement === "none") found.push({ does: "sign" })
  if (of.agreements && agreement === "live") found.push({ does: "withdraw" })
  if (revoked) found.push({ does: "prompts" })
  if (credentials.some(({ status }) => status === "live" || status === "pending")) found.push({ does: "revoke" })
  if (holds !== undefined && credentials[holds.credential]?.status === "revoked") found.push({ does: "told" })
  if (pendingOf(state) >= 0 || credentials.length < of.credentials) {
    found.push({ does: "ask", heard: true }, { does: "ask", heard: false })
  }
  if (holds !== undefined && credentials[holds.credential]?.status === "pending") found.push({ does: "confirm" })
  for (const node of [0, 1] as const) for (const order of orders.keys()) found.push({ does: "request", node, order })
  return found
}

// GEN-2, GEN-3.
const shown = (of: Parameters, state: State): Outcome => {
  const code = nextCode(of, state)
  if (code === undefined || state.holds === undefined) return { state, answer: "NO_CREDENTIAL" }
  const holds = of.source.of === "list" ? { ...state.holds, next: state.holds.next + 1 } : state.holds
  return { state: { ...state, screen: { code, shown: state.now }, made: [...state.made, code], holds }, answer: "" }
}

// ENR-1, ENR-9, ENR-13.
const asked = (state: State, heard: boolean): Outcome => {
  if (state.revoked) return { state, answer: "NOT_OWNER" }
  if (state.agreement !== "live") return { state, answer: "NO_AGREEMENT" }
  const pending = pendingOf(state)
  const issued: Credential = { status: "pending", issued: state.now, burned: [] }
  const credentials = pending >= 0 ? state.credentials : [...state.credentials, issued]
  const after = { ...state, credentials }
  if (!heard) return { state: after, answer: "" }
  const credential = credentials.length - 1
  const holds = state.holds?.credential === credential ? state.holds : { credential, next: 0 }
  return { state: { ...after, holds, screen: undefined }, answer: "" }
}

/** What an action comes to. */
export const next = (of: Parameters, state: State, action: Action): Outcome => {
  const silent = (changed: State): Outcome => ({ state: changed, answer: "" })
  switch (action.does) {
    case "second":
      return silent({ ...state, now: state.now + 1 })
    case "show":
      return shown(of, state)
    case "scan": {
      const code = state.screen?.code as Code
      return silent({ ...state, orders: [...state.orders, { code, place: "none" }] })
    }
    case "sign":
      return silent({ ...state, agreement: "live" })
    case "withdraw":
      return silent({ ...state, agreement: "ended" })
    case "revoke": {
      const credentials = state.credentials.map((one) =>
        one.status === "ended" ? one : { ...one, status: "revoked" as const }
      )
      return silent({ ...state, credentials, revoked: true })
    }
    case "prompts":
      return { state, answer: "not shown" }
    case "told":
      return silent({ ...state, holds: undefined, screen: undefined })
    case "ask":
      return asked(state, action.heard)
    case "confirm":
      return silent(confirmed(state, state.holds?.credential ?? 0))
    case "request":
      return decided(of, state, action.node, action.order)
  }
}
