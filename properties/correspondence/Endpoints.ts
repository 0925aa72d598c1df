/** Endpoints: what each path of the provider's interface comes to in the model. */
import { action, assumed, out, type Rows, step } from "./Row.ts"

/** Every endpoint, by its method and its path. */
export const endpoints: Rows = {
  "POST /v1/pay": step("Verification.decide"),
  "POST /v1/terminal": out("flooding", {
    says: "a merchant asks from the terminals that it has enlisted, and from no other"
  }),
  "POST /v1/query": step("Settlement.query"),
  "POST /v1/reverse": step("Settlement.reverse"),
  "POST /v1/refund": step("Settlement.refund"),
  "POST /v1/refund/query": step("Settlement.queryRefund"),
  "POST /v1/notice": action("Notice", { says: "a till that has missed the notice asks for it" }),
  "POST /v1/keys/rotate": assumed("channel", { says: "whose a key is, the model takes for known" }),

  "POST /v1/credential": step("Enrollment.issue"),
  "POST /v1/credential/confirm": step("Enrollment.confirmed"),
  "POST /v1/credential/standing": action("Wipe", { says: "a phone is told that its credential was revoked" }),
  "POST /v1/prompts": action("Ask", {
    says: "and the phone reads the prompts, one of which the owner answers"
  }),
  "POST /v1/step-up": step("StepUp.authenticate"),
  "POST /v1/sign-in": step("Enrollment.issue", {
    says: "whether the owner has authenticated on the phone is given with a run: on all but the adversary's",
    differs:
      "a phone that is registered without a sign-in may be signed in later; in the model the owner has authenticated on a phone from the beginning, or never does"
  }),
  "POST /v1/phone/rotate": assumed("channel", { says: "whose a key is, the model takes for known" }),

  "POST /v1/devices": out("setup", { says: "it signs the owner in on the phone as well" }),
  "POST /v1/agreement/sign": action("Sign", {
    differs:
      "an owner who has withdrawn may sign again, and the credentials from before pay again; in the model an agreement that has ended stays so"
  }),
  "POST /v1/agreement/withdraw": action("Withdraw", {
    differs:
      "it asks for the password, of which others can use up what a day takes from anywhere, from two addresses or more; in the model the owner always can"
  }),
  "POST /v1/devices/revoke": action("Revoke", {
    differs:
      "it asks for the password, of which others can use up what a day takes from anywhere, from two addresses or more; in the model the owner always can"
  }),

  "POST /v1/accounts": out("setup"),
  "POST /v1/accounts/devices": out("setup", { says: "nobody is signed in on the phone: it is one for `takeover`" }),
  "POST /v1/merchants": out("setup", {
    differs:
      "asked again with another name it changes the registered name, and the one before can become another merchant's; in the model whom a code was made over stays who it is"
  }),
  "POST /v1/merchants/payout": action("PayOut", {
    says: "by a number of its own, under which it takes effect once; in the model each is another"
  }),
  "POST /v1/accounts/unlock": step("StepUp.takesAnswer", {
    says: "who gives a wrong one is no part of it: as many as before are taken"
  }),
  "POST /v1/merchants/rotate": out("setup", { says: "of a merchant's keys" }),
  "POST /v1/keys/withdraw": action("Revoke", { says: "of a phone; of a merchant it is part of nothing in the model" }),
  "POST /v1/orders/close": step("Settlement.close"),

  "POST /v1/messages/inbox": action("Approve", {
    says: "the challenge as its phone reads it, or anybody else, as under `sms`"
  }),
  "POST /v1/messages/send": step("StepUp.authenticate", {
    says: "of the owner, or of anybody who writes the owner's number as the sender, as under `sms`"
  }),

  "GET /v1/scheme": out("setup"),
  "GET /health": out("watching"),
  "GET /health/live": out("watching"),
  "GET /metrics": out("watching")
}
