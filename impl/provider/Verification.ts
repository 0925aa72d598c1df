/**
 * Verification: decides pay requests. What it answers is the model's decision on the facts of the ledger; here is only
 * how digits become facts.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Answer } from "../../model/Order.ts"
import type { Rules } from "../../model/Rules.ts"
import { hasOwnAliases } from "../../model/Scheme.ts"
import {
  Binding,
  Verification as Model,
  TokenSource as Positions,
  Relay as RelayStep,
  Restore,
  StepUp
} from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { Codec, TokenSource } from "../credentials/Credentials.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Database } from "../ledger/Ledger.ts"
import * as Aliases from "./Aliases.ts"
import * as Challenges from "./Challenges.ts"
import * as Relay from "./Relay.ts"
import { Setup } from "./Setup.ts"

/** A merchant's request for money, under an order number of its own. The amount is in minor units. */
export interface Request extends Ledger.OrderNumber {
  /** The merchant's terminal that scanned the code. */
  readonly terminal: string
  readonly code: string
  readonly amount: number
  /** The nonce of the transaction that the till has shown, where the scheme binds codes to it (VER-32). */
  readonly nonce?: string | undefined
}

/** How orders come to be paid. */
export class Verification extends Context.Service<
  Verification,
  {
    /** Decides a pay request. Requests are answered alike however often they are sent. */
    readonly pay: (request: Request) => Effect.Effect<Answer, Database.Unavailable>
  }
>()("paycode/impl/provider/Verification") {
  /** Verification under a setup. */
  static readonly layer: Layer.Layer<Verification, never, Setup> = Layer.effect(
    Verification,
    Effect.map(Setup, (setup) => make(setup))
  )
}

// ---------------------------------------------------------------------------------------------------------------------
// What is read in a code
// ---------------------------------------------------------------------------------------------------------------------

/** What codes are read by: a setup, and a table of the aliases that are made with a key. */
interface Reader extends Readonly<Setup["Service"]> {
  readonly aliases: Aliases.Aliases
}

/** The positions of a credential's codes that can be accepted at an instant. */
const windowOf = (rules: Rules, issuedAt: number, now: number, lostUntil?: number): Positions.Window =>
  Positions.windowAt(rules, { issuedAt, lostUntil }, now)

/** The credentials that a code may be of, and their account. An index names every phone of its account. */
const namedBy = (
  { aliases, ledger, rules }: Reader,
  code: string,
  alias: string,
  now: number
): Effect.Effect<Ledger.Named, Database.Unavailable> => {
  switch (rules.scheme.code.alias) {
    case "masked-index":
    case "token":
      return ledger.credentials.named(alias)
    case "none":
      return ledger.credentials.drawnFor(code)
    case "keyed":
      return aliases.named(windowOf(rules, now, now), alias)
  }
}

/**
 * The transaction that the code of a request must have been made over (VER-32): the name is the one that the merchant is
 * registered under, whatever its till has displayed.
 */
const transactionOf = Effect.fnUntraced(function* (reader: Reader, { amount, merchant, nonce, order }: Request) {
  if (nonce === undefined) return undefined
  return { payee: yield* Relay.nameOf(reader, merchant), amount, order, nonce }
})

/** What is read in a code that is taken for one of a credential though it gives no such code: only without VER-5. */
const unread: TokenSource.Reading = { revealed: false, pinned: false, positions: [] }

/** What is read in a code at an instant. A malformed one says nothing, and is refused like a wrong one. */
const read = Effect.fnUntraced(function* (reader: Reader, request: Request, now: number) {
  const { ledger, rules } = reader
  const { code: format } = rules.scheme
  const decoded = Codec.decode(format, request.code)
  if (Result.isFailure(decoded)) return { named: undefined, alias: undefined, readings: [] }
  const alias = hasOwnAliases(format) ? decoded.success.alias : undefined
  const { account, credentials } = yield* namedBy(reader, request.code, decoded.success.alias, now)
  const isBound = Binding.isBound(rules)
  const transaction = isBound ? yield* transactionOf(reader, request) : undefined
  // A code that is made over a transaction verifies in a request that names none under no key.
  if (transaction === undefined && isBound) return { named: account, alias, readings: [] }
  const { backupAt, restoredAt } = yield* ledger.epochs.current
  const lostUntil = Restore.lostUntil(rules, backupAt, restoredAt)
  const readings: Array<Ledger.Reading> = []
  for (const credential of credentials) {
    const over = transaction && {
      transaction,
      pin: StepUp.isPinInProof(rules) ? yield* ledger.accounts.pinOf(credential.phone) : undefined
    }
    const window = windowOf(rules, credential.issuedAt, now, lostUntil)
    const found = TokenSource.read(format, credential, { window, presented: decoded.success, over })
    const taken = found.length === 0 && Model.verifies(rules, false) ? [unread] : found
    for (const reading of taken) readings.push({ ...reading, credential: credential.number, payer: credential.account })
  }
  return { named: account, alias, readings }
})

// ---------------------------------------------------------------------------------------------------------------------
// What is decided on it
// ---------------------------------------------------------------------------------------------------------------------

/** The model's decision on a pay request, as the ledger asks for it within its transaction. */
const deciding = (rules: Rules, request: Model.Requested, now: number): Ledger.Deciding => ({
  rules,
  decide: (facts) => Model.decide(rules, facts, request, now)
})

const pay = Effect.fnUntraced(function* (reader: Reader, request: Request) {
  const { ledger, rules } = reader
  const { amount, code, merchant, order, terminal } = request
  const admitted = RelayStep.admit(rules, amount)
  if (Result.isFailure(admitted)) return admitted.failure
  const now = yield* reader.now
  const today = Time.dayAt(rules.scheme, now)
  const challenge = StepUp.isChallenged(rules) ? yield* Challenges.nonce(reader) : undefined
  const found = yield* read(reader, request, now)
  const query = { merchant, terminal, order, code, amount, ...found, challenge, now, today }
  const { answer } = yield* ledger.payments.settle(query, deciding(rules, { amount, code }, now))
  if (answer === "OPEN" && challenge !== undefined) yield* Challenges.send(reader, { merchant, order })
  return answer
})

const make = (setup: Setup["Service"]): Verification["Service"] => {
  const { ledger, rules } = setup
  const reader = { ...setup, aliases: Aliases.make(rules.scheme.code, ledger.credentials) }
  return { pay: (request) => pay(reader, request) }
}
