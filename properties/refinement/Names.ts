/**
 * Names: whom the aliases of a run name that are made with a key, by the steps that the nodes look at. Few digits are soon two
 * credentials' by chance; the model has an alias name the one that it is made for.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Codec, TokenSource } from "../../impl/credentials/Credentials.ts"
import { TokenSource as Positions } from "../../model/steps/Steps.ts"
import { accountOf, type CodeKey, type Node, nowhere } from "../../model/system/System.ts"
import { type Cast, clockOf, credentialsOf } from "./Cast.ts"

/** Whether aliases are made with a key. */
export const isByKey = ({ rules }: Pick<Cast, "rules">): boolean => rules.scheme.code.alias === "keyed"

/** A credential in a step: what an alias is made for. */
interface Place {
  readonly phone: number
  readonly generation: number
  readonly step: number
}

/** Every credential in every step that a node looks at, with the alias that it has then. Whether it is in use does not matter. */
const placesAt = Effect.fnUntraced(function* (cast: Cast, node: Node) {
  const now = clockOf(cast, node)
  const { from, to } = Positions.windowAt(cast.rules, { issuedAt: now, lostUntil: undefined }, now)
  const { aliases } = cast.memory
  const places: Array<Place & { readonly alias: string }> = []
  for (let phone = 0; phone < cast.phones.length; phone++) {
    for (const [generation, credential] of (yield* credentialsOf(cast, phone)).entries()) {
      const aliasAt = TokenSource.aliases(cast.rules.scheme.code, credential)
      for (let step = from; step <= to; step++) {
        const place = `${credential.number} ${step}`
        const alias = aliases.get(place) ?? aliasAt(step)
        aliases.set(place, alias)
        places.push({ phone, generation, step, alias })
      }
    }
  }
  return places
})

/** An alias that names nobody at any node; undefined where every one names somebody. */
export const nobodys = Effect.fnUntraced(function* (cast: Cast) {
  const taken = new Set<string>()
  for (const node of cast.site.nodes) for (const { alias } of yield* placesAt(cast, node)) taken.add(alias)
  const { aliasDigits } = cast.rules.scheme.code
  for (let free = 0; free < Math.min(10 ** aliasDigits, taken.size + 1); free++) {
    const alias = String(free).padStart(aliasDigits, "0")
    if (!taken.has(alias)) return alias
  }
  return undefined
})

/** Digits that are about to be sent: the alias of one phone before the proof of a code, or a proof that nobody was given. */
export interface Presented {
  readonly alias: number
  readonly key: CodeKey
  readonly node: Node
  /** The digits, where they are there already. */
  readonly code?: string
}

/** Whether digits name, by chance, somebody else than the model says, or somebody where it says nobody. */
export const strays = Effect.fnUntraced(function* (cast: Cast, { alias, code, key, node }: Presented) {
  if (!isByKey(cast)) return false
  const { code: format } = cast.rules.scheme
  const credentials = yield* credentialsOf(cast, alias)
  const generation = alias === key.phone ? key.generation : credentials.length - 1
  const own = key.position === nowhere ? undefined : credentials[generation]
  const read =
    code === undefined
      ? own && TokenSource.aliases(format, own)(key.position)
      : Result.getOrThrow(Codec.decode(format, code)).alias
  const isIts = (place: Place): boolean =>
    own !== undefined && place.phone === alias && place.generation === generation && place.step === key.position
  const places = yield* placesAt(cast, node)
  const isNamed = places.some(isIts)
  return places.some(
    (place) =>
      place.alias === read &&
      !isIts(place) &&
      (!isNamed || accountOf(cast.world, place.phone) !== accountOf(cast.world, alias))
  )
})
