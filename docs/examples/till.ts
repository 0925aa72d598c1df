/** A till that sells over a way of one's own: here one that loses the first answer, and then brings what the provider decided. */
import { Effect, Redacted } from "effect"
import { BuiltIn, Rules } from "paycode/model"
import * as Till from "paycode/till"

const rules = Rules.strict(BuiltIn.named("alipay"))
const key = Redacted.make(new Uint8Array(32))
let isLost = true

const way: Till.Way = {
  pay: ({ order }) => {
    if (!isLost) return Effect.succeed("PAID")
    isLost = false
    return Effect.fail(new Till.NoAnswer({ order }))
  },
  query: () => Effect.succeed("PAID"),
  reverse: () => Effect.succeed("REVERSED")
}

const program = Effect.gen(function* () {
  const till = yield* Till.make({ rules, merchant: "shop", terminal: "till", noticeKey: key, way })
  yield* till.scan({ order: "1", code: "280000000000000000", amount: 1250 })
  const first = yield* Effect.exit(till.pay("1"))
  return [first._tag, yield* till.pay("1"), (yield* till.order("1"))?.view]
})
console.log((await Effect.runPromise(program)).join(", "))
