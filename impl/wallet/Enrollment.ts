/** Enrollment: how a phone gets its credential, gets another in its place, and hears that it was revoked: all of it online. */
import * as Effect from "effect/Effect"
import { TokenSource as Positions } from "../../model/steps/Steps.ts"
import type * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Provider.ts"
import * as Holding from "./Holding.ts"
import { type Offline, Online } from "./Online.ts"

/** Holds what was issued when the phone's clock read `millis`. */
const accept = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>,
  { clock: theirs, ...issued }: Provider.Issued,
  millis: number
): Effect.fn.Return<void, E> {
  const before = yield* Holding.saved(holder)
  const { hardware } = holder
  const { secret } = issued
  if (secret._tag === "Seed" && secret.second !== undefined && hardware !== undefined) {
    yield* hardware.keep(issued.number, secret.second)
  }
  yield* Holding.take(holder, {
    ...issued,
    // The second seed is the hardware's alone.
    secret: secret._tag === "Seed" ? { _tag: "Seed", seed: secret.seed } : secret,
    // The pending credential that it holds already may come again (ENR-9): what is shown of its list is gone.
    shown: before?.number === issued.number ? before.shown : 0,
    recent: before?.number === issued.number ? before.recent : undefined,
    clockDifference: theirs - millis
  })
})

/** Gets a credential. It takes the place of the one that the phone holds. */
export const enroll = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>
): Effect.fn.Return<void, Refused.Refused | Offline | E, Online> {
  const issued = yield* Online.use((provider) => provider.enroll(holder.owner.phone))
  const millis = yield* holder.clock.currentTimeMillis
  yield* Holding.inTurn(holder, accept(holder, issued, millis))
})

/** Tells the provider that the phone holds its credential, which ends the one before (ENR-6). */
export const confirm = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>
): Effect.fn.Return<void, Refused.Refused | Offline, Online> {
  const provider = yield* Online
  const saved = yield* Holding.saved(holder)
  if (saved === undefined) return yield* new Refused.Refused({ reason: "NO_CREDENTIAL" })
  yield* provider.confirm(holder.owner.phone, saved.number)
})

/** Asks where the credential stands, and destroys it where that is revoked (ENR-12). Answers whether it did. */
export const checkIn = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>
): Effect.fn.Return<boolean, Offline | E, Online> {
  const saved = yield* Holding.saved(holder)
  if (saved === undefined) return false
  const status = yield* Online.use((provider) => provider.standing(holder.owner.phone, saved.number))
  if (status !== "revoked") return false
  yield* Holding.destroy(holder, saved.number)
  return true
})

/** How many codes a phone can still show; infinity for a seed, and 0 where it holds no credential. */
export const left = <E>(holder: Holding.Holder<E>): Effect.Effect<number> =>
  Effect.map(Holding.saved(holder), (saved) => (saved === undefined ? 0 : Positions.supply(holder.rules) - saved.shown))

/** Gets and confirms another list where few codes are left of the last (GEN-5). Answers whether it did. */
export const refill = Effect.fnUntraced(function* <E>(
  holder: Holding.Holder<E>
): Effect.fn.Return<boolean, Refused.Refused | Offline | E, Online> {
  if (Positions.refill(holder.rules.scheme, yield* left(holder)) === "no") return false
  yield* enroll(holder)
  yield* confirm(holder)
  return true
})
