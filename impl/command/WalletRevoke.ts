/** WalletRevoke: `wallet revoke` has a phone revoked that is lost, from anywhere: by the owner's password, without its wallet. */
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { Client } from "../http/Http.ts"
import { orFailed } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import * as Secrets from "./Secrets.ts"
import { passwordFile } from "./WalletAccess.ts"

/** Has a phone revoked. */
export const revoke = Command.make(
  "revoke",
  {
    server: Flags.server,
    account: Flag.Int("account").pipe(Flag.withDescription("number of the account")),
    phone: Flag.Int("phone").pipe(Flag.withDescription("number of the phone, as `enroll` printed it")),
    passwordFile
  },
  Effect.fn("wallet revoke")(function* ({ account, passwordFile, phone, server }) {
    const password = yield* Secrets.password(passwordFile)
    const owner = yield* Client.owner({ url: server })
    yield* orFailed(owner.revoke({ account, password }, phone))
    yield* Console.log(`phone ${phone} of account ${account} is revoked: nothing that it signs is taken any more`)
  }, Effect.provide(network))
).pipe(
  Command.withDescription("Have a phone revoked that is lost, online: the owner's password ends it, with what it holds")
)
