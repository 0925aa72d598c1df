/** Relay: what merchants and the provider know each other by: registered names, keys, and notices of what was paid. */
import { timingSafeEqual } from "node:crypto"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Database } from "../ledger/Ledger.ts"
import { Setup } from "./Setup.ts"
import { Taken } from "./Taken.ts"

/** All keys under a name were withdrawn, and nobody has given it others since. */
export class KeysWithdrawn extends Data.TaggedError("KeysWithdrawn")<{ readonly name: string }> {
  override get message(): string {
    return `${this.name}: expected a key that is good, found only those that were withdrawn`
  }
}

/** The key that notices to a merchant are signed with. It prints as `<redacted>`. */
export type NoticeKey = Ledger.Key

/** The names of the keys that the provider gives out: who signs with them, and in what. */
export const keyNames = {
  /** Signs what a merchant asks for. */
  merchant: (merchant: string): string => `merchant/${merchant}`,
  /** Signs the notices to a merchant. */
  notices: (merchant: string): string => `notices/${merchant}`,
  /** Signs what a phone asks for. */
  phone: (phone: number): string => `phone/${phone}`
} as const

/** What the provider tells a till: that its order was paid. */
export interface Notice extends Ledger.OrderNumber {
  readonly amount: number
  /** In hexadecimal: by it the till knows that the notice is the provider's (REL-5). */
  readonly tag: string
  /** The same by the notice key before, as long as that is good: for a till that has not been given the new one. */
  readonly before?: string
}

/** The tag of a notice: the HMAC of what it says. */
export const tagOf = (key: NoticeKey, { amount, merchant, order }: Omit<Notice, "tag" | "before">): string =>
  Buffer.from(
    hmac(sha256, Redacted.value(key), new TextEncoder().encode(JSON.stringify([merchant, order, amount])))
  ).toString("hex")

/** Whether two texts are the same, in a time that does not tell where they differ. */
export const isSame = (a: string, b: string): boolean => {
  const digest = (text: string): Uint8Array => sha256(new TextEncoder().encode(text))
  return timingSafeEqual(digest(a), digest(b))
}

/** How merchants, and phones, are known to the provider, and the provider to them. */
export class Relay extends Context.Service<
  Relay,
  {
    /** The key under a name, which is drawn when it is first asked for. */
    readonly key: (name: string) => Effect.Effect<Ledger.Key, KeysWithdrawn | Database.Unavailable>
    /**
     * Takes in a merchant, and answers the key by which its tills know the provider's notices. Its registered name is the
     * one given, or the one that it has; a merchant that never had one is registered as what it is called by.
     */
    readonly enlist: (
      merchant: string,
      name?: string
    ) => Effect.Effect<NoticeKey, KeysWithdrawn | Taken | Database.Unavailable>
    /** The registered name of a merchant: what phones display (VER-32). */
    readonly nameOf: (merchant: string) => Effect.Effect<string, Database.Unavailable>
    /**
     * A merchant enlists one of its terminals, once or again: others are not asked to pay from (VER-29). False where it has
     * {@link mostTerminals} others.
     */
    readonly enlistTerminal: (merchant: string, terminal: string) => Effect.Effect<boolean, Database.Unavailable>
    /** Whether a merchant has enlisted a terminal. */
    readonly hasTerminal: (merchant: string, terminal: string) => Effect.Effect<boolean, Database.Unavailable>
    /** The notice that an order was paid; undefined where it never was. */
    readonly notice: (
      order: Ledger.OrderNumber
    ) => Effect.Effect<Notice | undefined, KeysWithdrawn | Database.Unavailable>
  }
>()("paycode/impl/provider/Relay") {
  /** Relaying under a setup. */
  static readonly layer: Layer.Layer<Relay, never, Setup> = Layer.effect(
    Relay,
    Effect.map(Setup, (setup) => make(setup))
  )
}

/**
 * How many terminals a merchant may enlist: ten times those of a chain of a thousand tills, as tills are replaced and none is
 * struck off. Each may have wrong codes counted and orders waited for by its name, and so costs the ledger something.
 */
export const mostTerminals = 10_000

/** Length of a key, in bytes: that of the output of HMAC-SHA-256. */
const keyBytes = 32

const key = Effect.fnUntraced(function* ({ ledger: { keys }, random }: Setup["Service"], name: string) {
  const kept = (yield* keys.keyOf(name)) ?? (yield* keys.keep(name, Redacted.make(yield* random.randomBytes(keyBytes))))
  return kept ?? (yield* new KeysWithdrawn({ name }))
})

const enlist = Effect.fnUntraced(function* (setup: Setup["Service"], merchant: string, name?: string) {
  const { merchants } = setup.ledger
  const chosen = name ?? (yield* merchants.nameOf(merchant)) ?? merchant
  if (!(yield* merchants.entitle(merchant, chosen))) return yield* new Taken({ what: "name", found: chosen })
  return yield* key(setup, keyNames.notices(merchant))
})

/** The registered name of a merchant, or what it is called by. */
export const nameOf = (
  { ledger: { merchants } }: Setup["Service"],
  merchant: string
): Effect.Effect<string, Database.Unavailable> => Effect.map(merchants.nameOf(merchant), (name) => name ?? merchant)

const notice = Effect.fnUntraced(function* (setup: Setup["Service"], { merchant, order }: Ledger.OrderNumber) {
  const row = yield* setup.ledger.orders.order({ merchant, order })
  if (row?.amount === undefined || !row.debited) return undefined
  const said = { merchant, order, amount: row.amount }
  const tag = tagOf(yield* key(setup, keyNames.notices(merchant)), said)
  const now = yield* setup.now
  const [, last] = yield* setup.ledger.keys.keysOf(keyNames.notices(merchant))
  const isGood = last?.until !== undefined && last.until > now
  return isGood ? { ...said, tag, before: tagOf(last.key, said) } : { ...said, tag }
})

const make = (setup: Setup["Service"]): Relay["Service"] => ({
  key: (name) => key(setup, name),
  enlist: (merchant, name) => enlist(setup, merchant, name),
  nameOf: (merchant) => nameOf(setup, merchant),
  enlistTerminal: (merchant, terminal) => setup.ledger.merchants.enlistTerminal(merchant, terminal, mostTerminals),
  hasTerminal: (merchant, terminal) => setup.ledger.merchants.hasTerminal(merchant, terminal),
  notice: (order) => notice(setup, order)
})
