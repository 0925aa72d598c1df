/** The model by hand: a scheme of one's own, decoded, and what a provider admits by it. */
import { Decode, Rules, Scheme, Steps } from "paycode/model"
import { Schemes } from "paycode/spec"

const { limit, ...others } = Schemes.files.alipay
const decoded = Decode.decode(Scheme.Scheme, { ...others, scheme: "mine", limit: { ...limit, payment: 20_000 } })
if (decoded._tag === "Failure") throw new Error(decoded.failure.map(Decode.say).join("\n"))

const rules = Rules.strict(decoded.success)
for (const amount of [20_000, 0, 0.5]) console.log(amount, Steps.Relay.admit(rules, amount)._tag)
