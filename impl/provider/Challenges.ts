/** Challenges: the short messages that ask an owner to approve an order, where the scheme has them (STP-2). */
import * as Effect from "effect/Effect"
import { Challenge, Transaction } from "../credentials/Credentials.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Database } from "../ledger/Ledger.ts"
import * as Relay from "./Relay.ts"
import type { Setup } from "./Setup.ts"

/** The nonce of the next challenge. */
export const nonce = ({ random }: Setup["Service"]): Effect.Effect<string> =>
  Effect.map(random.randomBytes(Transaction.nonceBytes), Transaction.nonceOf)

/** What the challenge of an order is over: undefined where nothing was accepted under its number. */
export const challenged = Effect.fnUntraced(function* (
  setup: Setup["Service"],
  { merchant, order }: Ledger.OrderNumber,
  nonce: string
) {
  const row = yield* setup.ledger.orders.order({ merchant, order })
  if (row?.amount === undefined || row.payer === undefined) return undefined
  const payee = yield* Relay.nameOf(setup, merchant)
  return { row, payer: row.payer, transaction: { payee, amount: row.amount, order, nonce } }
})

/** Sends the challenge of an order that is open, unless it was sent. A crash in between sends it twice. */
export const send = Effect.fnUntraced(function* (setup: Setup["Service"], number: Ledger.OrderNumber) {
  const { ledger, messages } = setup
  const challenge = yield* ledger.orders.challengeOf(number)
  if (challenge === undefined || challenge.isSent) return
  const found = yield* challenged(setup, number, challenge.nonce)
  if (found?.row.status !== "open") return
  const to = yield* ledger.accounts.telephoneOf(found.payer)
  if (to !== undefined) yield* messages.send({ to, text: Challenge.write(found.transaction) })
  yield* ledger.orders.sent(number)
})

/** How many challenges are sent in one go. */
const mostUnsent = 1000

/** Hands the challenges to the gateway that a crash kept from it, and answers how many. */
export const sendUnsent = (setup: Setup["Service"]): Effect.Effect<number, Database.Unavailable> =>
  Effect.flatMap(setup.ledger.orders.unsent(mostUnsent), (unsent) =>
    Effect.as(
      Effect.forEach(unsent, (number) => send(setup, number), { discard: true }),
      unsent.length
    )
  )
