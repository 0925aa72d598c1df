/** A phone that enrolls at a provider in the same program, and then shows a code without asking it anything. */
import { Effect, Layer, Redacted } from "effect"
import * as SecureRandom from "effect/crypto/SecureRandom"
import { BuiltIn, Rules } from "paycode/model"
import { Ledger, layer, use } from "paycode/provider"
import * as Wallet from "paycode/wallet"

const rules = Rules.strict(BuiltIn.named("alipay"))

const program = Effect.gen(function* () {
  const owner = yield* use(({ enrollment }) =>
    Effect.gen(function* () {
      const account = yield* enrollment.open({ balance: 500_000, password: Redacted.make("314159") })
      yield* enrollment.sign(account)
      const phone = yield* enrollment.register(account)
      yield* enrollment.signIn(phone)
      return { account, phone }
    })
  )
  const wallet = yield* Wallet.make(rules, owner)
  yield* Effect.andThen(wallet.enroll, wallet.confirm)
  return yield* wallet.show()
})

const provider = layer(rules).pipe(Layer.provide([Ledger.layerMemory, SecureRandom.layerWebCrypto]))
const online = Layer.provideMerge(Wallet.Online.Online.layerLocal, provider)
const { code } = await Effect.runPromise(Effect.provide(program, online))
console.log(`a code of ${code.length} digits`)
