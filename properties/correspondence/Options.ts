/** Options: what a provider, a till, a phone and those who run them are told: fields, flags, and the environment. */
import { action, assumed, field, out, parameter, type Rows, step } from "./Row.ts"

/** What the provider, its server and its ledger are set up with. */
const provider: Rows = {
  "ServerOptions.rules": parameter("interface", { says: "the whole scheme, this parameter among the others" }),
  "ServerOptions.operatorKey": out("setup"),
  "ServerOptions.host": out("reaching"),
  "ServerOptions.port": out("reaching"),
  "ServerOptions.names": out("reaching"),
  "ServerOptions.proxies": out("reaching"),
  "ServerOptions.limits": out("flooding"),
  "ServerOptions.gateway": action("Approve", { says: "by what prompts come where they are short messages" }),
  "ServerOptions.timers": action("Close", { says: "and the others of the timers below" }),
  "ServerOptions.clock": assumed("channel", {
    says: "signatures, notices, and what is forgotten go by it, and no order does"
  }),
  "ServerOptions.deadline": action("Crash", { says: "what became of the request is not known" }),
  "ServerOptions.grace": action("Crash", { says: "what it has begun it finishes before; else it is one" }),
  "SocketLimits.connections": out("flooding"),
  "SocketLimits.arrival": out("effort"),
  "SocketLimits.whole": out("effort"),
  "Timers.closing": action("Close"),
  "Timers.notices": action("Notice"),
  "Timers.challenges": action("Approve", { says: "the prompt may come late" }),
  "Timers.tidying": step("Verification.isThrottled", { says: "wrong codes from before yesterday are forgotten" }),
  "Limits.key": out("flooding"),
  "Limits.address": out("flooding"),
  "Limit.perSecond": out("flooding"),
  "Limit.burst": out("flooding"),
  "NoticeOptions.clock": action("Notice", { says: "it comes at any time, or never" }),
  "NoticeOptions.metrics": out("watching"),
  "NoticeOptions.patience": action("Notice", { says: "after it, it is taken for not heard" }),
  "ProviderOptions.passwordCost": out("effort"),
  "ProviderOptions.accounts": field("state.accounts", { says: "the place among them" }),
  "Opening.numbers": field("state.accounts", { says: "the place among them" }),
  "Opening.balance": field("order.debits", { says: "the scope's opening balance, of which they are taken" }),
  "Opening.password": parameter("stepUp.secretDigits"),
  "Opening.telephone": out("reaching"),
  "Opening.pin": parameter("stepUp.secretDigits"),
  "TurnLimits.atOnce": out("effort"),
  "TurnLimits.share": out("flooding"),
  "TurnLimits.waiting": out("flooding"),
  "TurnLimits.line": out("flooding"),
  "TurnLimits.patience": out("effort"),
  "SqliteOptions.file": out("keeping"),
  "SqliteOptions.most": out("effort"),
  "PostgresOptions.url": out("reaching"),
  "PostgresOptions.connections": out("effort"),
  "PostgresOptions.patience": out("effort")
}

/** What the parts of a server hand to each other: nothing of it is set by anybody but {@link provider}. */
const within: Rows = {
  "EdgeOptions.routes": out("writing"),
  "EdgeOptions.keyring": assumed("channel"),
  "EdgeOptions.once": assumed("channel"),
  "EdgeOptions.isRevoked": step("Enrollment.issue", { says: "nothing that the phone signs is taken any more" }),
  "EdgeOptions.clock": assumed("channel"),
  "EdgeOptions.stopwatch": out("watching"),
  "EdgeOptions.throttles": out("flooding"),
  "EdgeOptions.origin": out("reaching"),
  "EdgeOptions.metrics": out("watching"),
  "EdgeOptions.sink": out("watching"),
  "EdgeOptions.life": out("watching"),
  "EdgeOptions.isStopping": action("Crash", { says: "a server that stops closes its connections" }),
  "EdgeOptions.deadline": action("Crash", { says: "what became of the request is not known" }),
  "EdgeOptions.run": out("effort"),
  "OriginOptions.host": out("reaching"),
  "OriginOptions.listensOn": out("reaching"),
  "OriginOptions.names": out("reaching"),
  "OriginOptions.proxies": out("reaching"),
  "HandlerOptions.rules": parameter("interface", { says: "the whole scheme, this parameter among the others" }),
  "HandlerOptions.metrics": out("watching"),
  "HandlerOptions.clock": action("Advance", {
    says: "when a short message reached the gateway, which nothing looks at"
  }),
  "HandlerOptions.gateway": action("Approve", { says: "by what prompts come where they are short messages" })
}

/** What a till is set up with, by itself or from its file, and what it sells. */
const till: Rows = {
  "TillOptions.rules": parameter("till.pollEvery", { says: "the whole scheme, this parameter among the others" }),
  "TillOptions.merchant": field("order.merchant"),
  "TillOptions.name": field("code.payee"),
  "TillOptions.terminal": field("merchant.throttled", { says: "under what wrong codes are counted" }),
  "TillOptions.noticeKey": step("Relay.notified", { says: "by it a notice is known for genuine" }),
  "TillOptions.way": action("Deliver"),
  "TillOptions.known": field("order.view", { says: "a till that is switched on again goes on where it was" }),
  "Sale.order": field("state.orders", { says: "the place among them" }),
  "Sale.code": field("order.position", { says: "with the phone and the generation" }),
  "Sale.amount": field("order.amount"),
  "Sale.nonce": field("code.copied", { says: "whether the code was made over this sale's transaction" }),
  "Settings.provider": out("reaching"),
  "Settings.scheme": parameter("till.pollEvery", { says: "the whole scheme, this parameter among the others" }),
  "Settings.merchant": field("order.merchant"),
  "Settings.name": field("code.payee"),
  "Settings.terminal": field("merchant.throttled", { says: "under what wrong codes are counted" }),
  "Settings.key": assumed("channel"),
  "Settings.next": assumed("channel", { says: "keys that are asked for, and perhaps taken" }),
  "Settings.noticeKey": step("Relay.notified", { says: "by it a notice is known for genuine" }),
  "ClientOptions.url": out("reaching"),
  "ClientOptions.patience": action("Deliver", { says: "after it, the answer is not heard" }),
  "PhoneOptions.phone": field("state.phones", { says: "the place among them" }),
  "PhoneOptions.key": assumed("channel"),
  "PhoneOptions.form": out("setup")
}

/** What a phone is set up with. */
const phone: Rows = {
  "Owner.account": field("state.accounts", { says: "the place among them" }),
  "Owner.phone": field("state.phones", { says: "the place among them" }),
  "Store.saved": field("phone.held", { says: "with what was shown of it, its screen and since when" }),
  "Store.save": field("phone.held", { says: "what is shown is kept before it is shown" }),
  "Store.sealed": assumed("hardware"),
  "HardwareOptions.algorithm": parameter("code.mac"),
  "HardwareOptions.attempts": parameter("stepUp.attempts", {
    differs:
      "the hardware counts wrong PINs one after the other, of one key and on any days, and then destroys the key; STP-7 counts those of an account on a day"
  }),
  "HardwareOptions.choosePin": out("person"),
  "HardwareOptions.store": assumed("hardware"),
  "HardwareOptions.cost": assumed("hardware")
}

/** Every option, by its interface and its name. */
export const options: Rows = { ...provider, ...within, ...till, ...phone }

const serving: Rows = {
  "serve --scheme": parameter("interface", { says: "the whole scheme, this parameter among the others" }),
  "serve --ledger": out("keeping"),
  "serve --postgres": out("keeping"),
  "serve --host": out("reaching"),
  "serve --port": out("reaching"),
  "serve --name": out("reaching"),
  "serve --trust-proxy": out("reaching"),
  "serve --messages": action("Approve", { says: "by what prompts come where they are short messages" }),
  "serve --mark": action("Restore", { says: "how the provider knows that its ledger came back from a backup" }),
  "serve --operator-key": out("setup")
}

const operating: Rows = {
  "operator --server": out("reaching"),
  "operator --payout": action("PayOut", { says: "each is one" }),
  "operator --operator-key": out("setup"),
  "operator --balance": field("order.debits", { says: "the scope's opening balance, of which they are taken" }),
  "operator --password-file": out("person"),
  "operator --telephone": out("reaching"),
  "operator --pin": parameter("stepUp.method", { says: "whether proofs are made from one" }),
  "operator --pin-file": out("person"),
  "operator --scheme": parameter("till.pollEvery", { says: "the whole scheme, for the till's file" }),
  "operator --ledger": out("keeping"),
  "operator --postgres": out("keeping"),
  "operator --mark": action("Restore", { says: "what the ledger has come as far as from then on" }),
  "operator --name": field("code.payee"),
  "operator --notify": out("reaching"),
  "operator --till": out("keeping"),
  "operator --terminal": field("merchant.throttled", { says: "under what wrong codes are counted" }),
  "operator --overlap": assumed("channel", { says: "for how long the key before is good" }),
  "operator <name>": field("order.merchant"),
  "operator --account": field("state.accounts", { says: "the place among them" }),
  "operator <merchant>": field("order.merchant"),
  "operator <key>": action("Revoke", { says: "of a phone; of a merchant it is part of nothing in the model" })
}

const selling: Rows = {
  "till --amount": field("order.amount"),
  "till --order": field("state.orders", { says: "the place among them; one that was sent is sent again" }),
  "till --png": out("writing"),
  "till --refund": field("order.firstRefund", { says: "the number, the first or the second of its merchant" }),
  "till --till": out("keeping"),
  "till --overlap": assumed("channel", { says: "for how long the keys before are good" }),
  "till --once": action("Deliver", { says: "once, and the cashier asks again" }),
  "till <code>": action("Scan"),
  "till <order>": field("state.orders", { says: "the place among them" })
}

const paying: Rows = {
  "wallet --server": out("reaching"),
  "wallet --account": field("state.accounts", { says: "the place among them" }),
  "wallet --scheme": parameter("clock.step", { says: "the whole scheme, this parameter among the others" }),
  "wallet --agree": action("Sign"),
  "wallet --phone": action("Revoke", {
    says: "which phone its owner has revoked, by the number that the provider gave it"
  }),
  "wallet --telephone": out("reaching"),
  "wallet --overlap": assumed("channel", { says: "for how long the key before is good" }),
  "wallet --file": out("keeping"),
  "wallet --key-file": out("keeping"),
  "wallet --password-file": out("person"),
  "wallet --pin-file": out("person"),
  "wallet --digits": field("phone.revealed"),
  "wallet --once": out("person"),
  "wallet --as": out("writing"),
  "wallet --svg": out("writing"),
  "wallet --png": out("writing"),
  "wallet --over": action("Show", { says: "its terms: what the phone has read off the till" }),
  "wallet --merchant": step("StepUp.isConfirmed", { says: "what the payer knows of the purchase" }),
  "wallet --amount": step("StepUp.isConfirmed", { says: "what the payer knows of the purchase" }),
  "wallet --with-pin": field("code.pin"),
  "wallet --if-needed": step("TokenSource.refill", {
    differs: "the phone looks when it is told to, and not by itself whenever it is online (GEN-5)"
  }),
  "wallet --online": action("Wipe", {
    differs: "the phone asks when it is told to, and not by itself whenever it is online (ENR-12)"
  }),
  "wallet <order>": field("state.orders", { says: "the place among them" })
}

/** Every flag and argument of the commands, by the command and the name: of one name in its parts, it is one. */
export const flags: Rows = { ...serving, ...operating, ...selling, ...paying }

/** Every environment variable. */
export const variables: Rows = {
  PAYCODE_POSTGRES: out("reaching"),
  PAYCODE_PASSWORD: out("person"),
  PAYCODE_PIN: out("person"),
  PAYCODE_PASSPHRASE: out("keeping"),
  NO_COLOR: out("person")
}
