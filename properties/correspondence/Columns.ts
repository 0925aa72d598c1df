/** Columns: what the ledger writes down, and which part of the model's state that is. */
import { action, assumed, field, out, parameter, type Rows, step } from "./Row.ts"

const account: Rows = {
  "account.number": field("state.accounts", { says: "the place among them" }),
  "account.agreement": field("account.agreement"),
  "account.balance": field("order.debits", {
    says: "the scope's opening balance, less what was debited, and with what `order.returned` says came back"
  }),
  "account.reserved": field("order.status", { says: "the amounts of the account's open orders, added up (SET-6)" }),
  "account.password": parameter("stepUp.secretDigits", {
    says: "what scrypt makes of it",
    differs:
      "a password may have any 1 to 128 characters: nobody holds it to `stepUp.secretDigits`, which `guess-password` counts with"
  }),
  "account.alias": field("order.phone", {
    says: "the alias that was given last: whom digits name, the model knows by the phone"
  }),
  "account.last_day": step("Verification.dayOf", { says: "the greatest `order.day` of the account" }),
  "account.telephone": out("reaching"),
  "account.pin": parameter("stepUp.secretDigits", {
    says: "its hash",
    differs: "a PIN may have 4 to 12 digits, whatever `stepUp.secretDigits` says"
  }),
  "alias.alias": field("order.phone", { says: "whom digits name, the model knows by the phone" }),
  "alias.account": field("order.phone", { says: "the account of the phone: an alias is one account's for ever" })
}

const phone: Rows = {
  "phone.number": field("state.phones", { says: "the place among them" }),
  "phone.account": field("state.phones", { says: "whose each is the scope says" }),
  "phone.authenticated": step("Enrollment.issue"),
  "phone.revoked": field("credential.status", {
    says: "in the model a phone was revoked where a credential of it was"
  }),
  "credential.number": field("phone.credentials", { says: "the place among them" }),
  "credential.phone": field("phone.credentials"),
  "credential.status": field("credential.status"),
  "credential.prefix": parameter("code.prefixes", { says: "the one that was drawn" }),
  "credential.alias": field("order.phone", { says: "whom digits name, the model knows by the phone" }),
  "credential.secret": step("Enrollment.seedOf", { says: "a seed, or a list of codes" }),
  "credential.issued_at": field("credential.issuedAt"),
  "drawn.code": field("code.position", { says: "the digits of a place in a list" }),
  "drawn.credential": field("code.generation", { says: "and `code.phone`" }),
  "burned.credential": field("code.burned", { says: "of the codes with this phone and generation" }),
  "burned.revealed": field("code.revealed", { says: "of a code that is burned" }),
  "burned.position": field("code.position", { says: "of a code that is burned" })
}

const orders: Rows = {
  "orders.merchant": field("order.merchant"),
  "orders.number": field("state.orders", { says: "the place among them" }),
  "orders.status": field("order.status"),
  "orders.reason": field("order.reason"),
  "orders.amount": field("order.amount", { says: "none where `order.taken` is false" }),
  "orders.payer": field("order.phone", {
    says: "the account of the phone",
    differs:
      "digits that were refused, and whose alias was made with a key, keep whom they named; in the model they have named nobody"
  }),
  "orders.code": field("order.position", {
    says: "the digits; with the phone, the generation and whether it is revealed"
  }),
  "orders.at": field("order.at"),
  "orders.refunded": field("order.refunded"),
  "orders.phone": field("order.phone"),
  "orders.free": field("order.free"),
  "orders.day": field("order.day"),
  "orders.debited": field("order.debits", { says: "whether it is more than none" }),
  "refund.merchant": field("order.merchant"),
  "refund.number": field("state.orders", { says: "the place among them" }),
  "refund.refund": field("order.firstRefund", { says: "the number, the first or the second of its merchant" }),
  "refund.amount": field("order.firstRefund", {
    says: "what was made first under the number, or in `order.secondRefund`"
  }),
  "payout.merchant": field("state.merchants", { says: "the place among them" }),
  "payout.payout": action("PayOut", { says: "each is one" }),
  "payout.amount": field("merchant.paidOut", { says: "a part of it" }),
  "payout.at": out("keeping"),
  "movement.id": field("state.orders", { says: "the order in which money moved is that of the run's actions" }),
  "movement.kind": field("order.returned", { says: "whether money left, or came back by a reversal or a refund" }),
  "movement.account": field("order.phone", { says: "the account of the phone" }),
  "movement.merchant": field("order.merchant"),
  "movement.number": field("state.orders", { says: "the place among them" }),
  "movement.amount": field("order.amount", { says: "of a debit; of what came back, a part of `order.returned`" }),
  "challenge.merchant": field("order.merchant"),
  "challenge.number": field("state.orders", { says: "the place among them" }),
  "challenge.nonce": step("StepUp.namesOrder", { says: "by it an answer is for one order" }),
  "challenge.credential": step("StepUp.answerTells", {
    says: "the phone answers with the seed of this credential, or of a later one"
  }),
  "challenge.sent": action("Approve", { says: "the prompt may come at any time, or never" })
}

/** How far the ledger has come, and its restores. */
const epoch: Rows = {
  "epoch.ledger": out("keeping"),
  "epoch.beat": action("Restore", { says: "it has happened where this is less than was counted" }),
  "epoch.beat_at": field("state.backupAt", { says: "in a backup, about when that was made" }),
  "epoch.restored_at": field("state.restoredAt"),
  "epoch.backup_at": field("state.backupAt"),
  "epoch.reconciled": field("order.sentAt", {
    says: "what was sent before a restore is not in question any more",
    differs: "in the model the books are never reconciled, and of each order it is known when it was sent"
  }),
  "credential.suspended": field("credential.suspended")
}

const counts: Rows = {
  "spent.account": field("order.phone", { says: "the account of the phone" }),
  "spent.day": field("order.day"),
  "spent.free_sum": field("order.free", { says: "the amounts of the day's free orders, added up" }),
  "spent.free_count": field("order.free", { says: "how many of the day's orders are" }),
  "spent.total": field("order.day", { says: "the amounts of the day's accepted orders, added up" }),
  "wrong.day": step("Verification.isThrottled", {
    says: "wrong codes and wrong answers count on a provider day, and are remembered for a week more"
  }),
  "wrong.subject": field("merchant.throttled", {
    says: "a terminal; of an alias `account.throttled`; of a password, `StepUp.takesAnswer`",
    differs:
      "it counts by the terminal that the request names, one of those that its merchant has enlisted, and by the merchant; in the model an honest merchant has two terminals, and the adversary as many as it takes"
  }),
  "wrong.count": step("Verification.isThrottled", {
    differs: "the model does not count: a flood of wrong codes is as many as it takes"
  })
}

const keys: Rows = {
  "signing_key.name": assumed("channel"),
  "signing_key.number": assumed("channel"),
  "signing_key.bytes": assumed("channel"),
  "signing_key.until": assumed("channel", { says: "a key that is good no more is nobody's" }),
  "nonce.name": assumed("channel"),
  "nonce.nonce": assumed("channel", { says: "a request that was seen is not taken twice" }),
  "nonce.until": assumed("channel")
}

const notices: Rows = {
  "terminal.merchant": out("flooding"),
  "terminal.name": out("flooding", { says: "an honest merchant has few, and asks from no other" }),
  "subscription.merchant": out("reaching"),
  "subscription.url": out("reaching"),
  "notice.merchant": field("order.merchant"),
  "notice.number": field("state.orders", { says: "the place among them" }),
  "notice.amount": field("order.amount"),
  "notice.due": action("Notice", { says: "it comes at any time, or never" }),
  "notice.attempts": action("Notice", { says: "it may come again" }),
  "notice.given": action("Notice", { says: "a notice that nobody takes for a week never comes" }),
  "notice.expired": action("Notice", { says: "it never comes" })
}

const others: Rows = {
  "merchant.merchant": field("state.merchants", { says: "the place among them" }),
  "merchant.name": field("code.payee", { says: "what a code is made over names the merchant" }),
  "merchant.skeleton": out("setup", { says: "no two merchants have names that look alike" }),
  "scheme.number": out("keeping"),
  "scheme.at": out("keeping"),
  "scheme.name": out("keeping"),
  "scheme.parameters": parameter("interface", { says: "the whole scheme, this parameter among the others" }),
  "migration.version": out("keeping"),
  "migration.says": out("keeping")
}

/** Every column of the ledger, by its table and its name. */
export const columns: Rows = { ...account, ...phone, ...orders, ...epoch, ...counts, ...keys, ...notices, ...others }
