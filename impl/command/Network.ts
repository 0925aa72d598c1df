/** Network: what a command reaches others by, and what it draws by where it reaches nobody. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Layer from "effect/Layer"

/** What asks over HTTP. */
export const network = Layer.merge(NodeHttpClient.layerNodeHttp, SecureRandom.layerWebCrypto)

/** What a phone has that reaches nobody. */
export const offline = SecureRandom.layerWebCrypto
