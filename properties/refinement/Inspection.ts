/** Inspection: reads what the parties of a run remember: the ledger's rows, the tills' orders and the phones' codes. */
import * as Effect from "effect/Effect"
import type { State } from "../../model/system/System.ts"
import { type Cast, numberOf, ownMerchant, readCredentials } from "./Cast.ts"
import * as Message from "./Message.ts"
import type { PartyBooks } from "./Observation.ts"
import * as OrderNumbers from "./OrderNumbers.ts"

type AccountBooks = PartyBooks["accounts"][number]
type PhoneBooks = PartyBooks["phones"][number]
type OrderBooks = PartyBooks["orders"][number]

const accountBooks = ({ deployment }: Cast, number: number): Effect.Effect<AccountBooks> =>
  Effect.map(Message.needed(deployment.ledger.accounts.account(number)), ({ agreement, balance, reserved }) => ({
    agreement,
    balance,
    available: balance - reserved
  }))

const phoneBooks = (cast: Cast, phone: number): Effect.Effect<PhoneBooks> =>
  Effect.all({
    statuses: Effect.map(readCredentials(cast, phone), (credentials) => credentials.map(({ status }) => status)),
    left: cast.phones[phone]!.wallet.left
  })

const recordOf = (cast: Cast, state: State, order: number): Effect.Effect<OrderBooks["record"]> =>
  Effect.map(Message.needed(cast.deployment.ledger.orders.order(numberOf(cast, state, order))), (row) => {
    if (row === undefined) return undefined
    const { amount, at, day, free, reason, refunded, status } = row
    return { status, reason, amount, at, day, free, refunded }
  })

const viewOf = (cast: Cast, state: State, index: number): Effect.Effect<OrderBooks["view"]> => {
  const { merchant } = state.orders[index]!
  return merchant === ownMerchant(cast)
    ? Effect.undefined
    : Effect.map(cast.tills[merchant]!.order(numberOf(cast, state, index).order), (order) => order?.view)
}

/** What the parties remember of what there is in a state. */
export const books = (cast: Cast, state: State): Effect.Effect<PartyBooks> =>
  Effect.all({
    accounts: Effect.forEach(cast.accounts, (number) => accountBooks(cast, number)),
    phones: Effect.forEach(cast.phones, (_, phone) => phoneBooks(cast, phone)),
    merchants: Effect.forEach(state.merchants, (_, merchant) =>
      Effect.map(Message.needed(cast.deployment.ledger.orders.heldFor(OrderNumbers.merchantOf(merchant))), (held) => ({
        held
      }))
    ),
    orders: Effect.forEach(state.orders, (_, order) =>
      Effect.all({ record: recordOf(cast, state, order), view: viewOf(cast, state, order) })
    )
  })
