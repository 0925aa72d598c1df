/**
 * OperatorKey: the key of the operator. It lies in a file, and the ledger says whether it is good: at every provider of the ledger, and
 * at once. Who has the ledger can have another, also where the file is lost.
 */
import { existsSync } from "node:fs"
import * as Context from "effect/Context"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Ledger from "../ledger/Ledger.ts"
import { failed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import * as LedgerPlace from "./LedgerPlace.ts"
import * as OwnFile from "./OwnFile.ts"
import * as Rotating from "./Rotating.ts"
import * as Say from "./Say.ts"

/** The key of the operator, which the provider has too. */
export const operatorKey = Flags.path("operator-key").pipe(
  Flag.withDescription("file with the key that signs the operator's requests: 32 bytes in hexadecimal"),
  Flag.withDefault("operator.key")
)

/** The name of the operator's keys. */
const name = "operator"

/** The keys of a ledger that is open. */
const keysOf = ({ context }: LedgerPlace.Opened) =>
  Effect.map(Layer.build(Layer.provide(Ledger.layer, Layer.succeedContext(context))), (built) =>
    Context.get(built, Ledger.Keys)
  )

const isSame = (one: Ledger.Key, other: Ledger.Key): boolean =>
  Buffer.from(Redacted.value(one)).equals(Redacted.value(other))

const copy = "copy the file that has it, or run `paycode operator key`, which writes another"

/**
 * The key in a file that a provider serves with: one of the ledger's that is good. It is drawn where there is no file, and written into
 * a ledger that has none.
 */
export const serving = Effect.fnUntraced(function* (opened: LedgerPlace.Opened, path: string) {
  const keys = yield* keysOf(opened)
  const known = yield* LedgerPlace.asked(keys.keysOf(name))
  if (known.length > 0 && !existsSync(path)) {
    return yield* unusable(
      `${path}: expected the key of the operator that ${opened.name} has, found no such file: ${copy}`
    )
  }
  const key = yield* OwnFile.keyOrNew(path)
  if (known.length === 0) yield* LedgerPlace.asked(keys.keep(name, key))
  const own = known.find((each) => isSame(each.key, key))
  const now = yield* LedgerPlace.secondsNow
  const isGood = own !== undefined && (own.until === undefined || own.until > now)
  if (known.length === 0 || isGood) return key
  const found = own === undefined ? "another" : "one that is good no more"
  return yield* unusable(`${path}: expected the key of the operator that ${opened.name} has, found ${found}: ${copy}`)
})

/** Puts another key in the place of the operator's, on the machine that has the ledger. */
export const key = Command.make(
  "key",
  { overlap: Rotating.overlap, operatorKey, ...LedgerPlace.place },
  Effect.fn("operator key")(
    function* ({ ledger, operatorKey: path, overlap, postgres }) {
      yield* LedgerPlace.isThere(ledger, postgres)
      if (existsSync(path)) yield* OwnFile.key(path)
      const opened = yield* LedgerPlace.opened(ledger, postgres)
      if ((yield* LedgerPlace.asked(Ledger.SchemeRecord.recorded({ query: opened.database.read }))) === undefined) {
        return yield* unusable(
          `${opened.flag}: expected a ledger that was served, found one that was not: run \`paycode serve\``
        )
      }
      const keys = yield* keysOf(opened)
      // It is on the disk before it is the operator's: one that was drawn and perhaps not written down is taken again.
      const drawn = yield* OwnFile.keyOrNew(`${path}.next`)
      const now = yield* LedgerPlace.secondsNow
      const came = yield* LedgerPlace.asked(keys.rotate({ keys: [[name, drawn]], now, overlap }))
      if (came !== "Rotated") {
        return yield* failed(
          `${path}.next: expected a key that was never the operator's, found one that was: take it away`
        )
      }
      yield* OwnFile.rename(`${path}.next`, path)
      yield* Say.lines(`${path}: the operator has another key, and ${Rotating.beforeLine(overlap)}`)
    },
    Effect.scoped,
    Effect.provide(SecureRandom.layerWebCrypto)
  )
).pipe(
  Command.withDescription(
    "Put another key in the place of the operator's, on the machine that has the ledger, also where the file is lost: providers that run take it at once"
  )
)
