/** Refusals: who says each no, the problems of a request that was not decided, and the errors of the modules. */
import type { Problem } from "../../impl/http/Http.ts"
import type { Reason } from "../../model/Refusal.ts"
import { action, assumed, out, type Rows, step } from "./Row.ts"

/** Every reason to refuse, and the step that gives it. */
export const reasons: Rows<Reason> = {
  NO_CREDENTIAL: step("Generation.show"),
  NOT_OWNER: step("Enrollment.issue", { says: "and `Enrollment.isPrompted`" }),
  NO_AGREEMENT: step("Enrollment.issue", { says: "and `Verification.decide`" }),
  AMOUNT_INVALID: step("Relay.admit"),
  AMOUNT_CHANGED: step("Verification.decide"),
  PAYER_CHANGED: step("Verification.decide"),
  CODE_CHANGED: step("Verification.decide"),
  CODE_INVALID: step("Verification.decide"),
  CODE_USED: step("Verification.decide"),
  AMBIGUOUS_CODE: step("Verification.decide"),
  OVER_PAYMENT_LIMIT: step("Verification.decide"),
  OVER_DAY_SUM: step("Verification.decide"),
  OVER_DAY_COUNT: step("Verification.decide"),
  PIN_REQUIRED: step("StepUp.instead"),
  OVER_ACCOUNT_DAY: step("Verification.decide"),
  BALANCE: step("Verification.decide"),
  DECLINED: step("Verification.decide", { says: "only where VER-15 is left out" }),
  THROTTLED: step("Verification.decide"),
  UNKNOWN: step("Settlement.query", {
    says: "and `Verification.decide`; of an order whose reversal may be too late, `Settlement.reverse`",
    differs:
      "the implementation is not told when a request was first sent: until its operator has reconciled a restored ledger, it answers so of every number that is not recorded and whose code is not accepted"
  }),
  NO_SUCH_ORDER: step("Settlement.query"),
  REVERSE_EXPIRED: step("Settlement.reverse"),
  REFUND_EXPIRED: step("Settlement.refund"),
  MERCHANT_FUNDS: step("Settlement.refund"),
  REFUND_EXCEEDS: step("Settlement.refund"),
  REFUND_CHANGED: step("Settlement.refund"),
  NO_SUCH_REFUND: step("Settlement.queryRefund"),
  NOT_PAID: step("Settlement.refund"),
  ANSWER_WRONG: step("StepUp.authenticate"),
  TOO_MANY_ANSWERS: step("StepUp.authenticate", {
    says: "before the order is looked at, the ledger asks `StepUp.takesAnswer`",
    differs: "nobody gives a wrong password in a run of the model, and it never answers so"
  }),
  NOT_OPEN: step("StepUp.authenticate")
}

/** Every problem of the interface: nothing was decided. */
export const problems: Rows<Problem.Name> = {
  REQUEST_MALFORMED: out("writing"),
  HOST_MISSING: out("writing"),
  TARGET_WRONG: out("writing"),
  BODY_MALFORMED: out("writing"),
  BODY_INVALID: out("writing"),
  SIGNATURE_MISSING: assumed("channel"),
  SIGNATURE_MALFORMED: assumed("channel"),
  SIGNATURE_WRONG: assumed("channel"),
  SIGNATURE_EXPIRED: assumed("channel"),
  SIGNATURE_REPLAYED: assumed("channel"),
  DIGEST_WRONG: assumed("channel"),
  PASSWORD_WRONG: assumed("payer", {
    says: "who has not been told it guesses: `guess-password` says how often with success"
  }),
  FORBIDDEN: assumed("channel"),
  PHONE_REVOKED: step("Enrollment.issue", {
    says: "and `Enrollment.isPrompted`: whatever the phone asks, its key is refused before that is looked at",
    differs:
      "the model plays that it asks for a credential and for prompts; nothing else that it signs could change anything there"
  }),
  KEY_WITHDRAWN: assumed("channel", { says: "a key is a party's for as long as it is good" }),
  KEY_SUPERSEDED: assumed("channel"),
  KEY_REUSED: assumed("channel"),
  NOT_SIGNED_IN: step("Enrollment.isPrompted", {
    differs:
      "in the model an answer is the owner's, on whichever phone, and is never refused for the phone it is given on"
  }),
  PASSWORD_EXHAUSTED: step("StepUp.takesAnswer", {
    differs:
      "half of a day's wrong answers are taken from anywhere, and the rest from the owner's phones, and about half of either from one party: who knows the number of an account, and asks from two addresses or more, can shut out for the day all who ask from anywhere, and no phone: no action of the model does, and no claim speaks of it"
  }),
  NAME_TAKEN: out("setup"),
  TERMINAL_UNKNOWN: out("flooding", {
    says: "nothing is decided or counted, and nothing written but the nonce of the request"
  }),
  TERMINALS_TOO_MANY: out("flooding"),
  TELEPHONE_TAKEN: out("setup"),
  SCHEME_DIFFERS: out("setup"),
  PATH_UNKNOWN: out("writing"),
  ACCOUNT_UNKNOWN: out("setup"),
  MERCHANT_UNKNOWN: out("setup"),
  PHONE_UNKNOWN: out("setup"),
  GATEWAY_UNKNOWN: out("reaching"),
  NOTICE_UNKNOWN: action("Notice", { says: "there is none of an order that was never paid" }),
  METHOD_WRONG: out("writing"),
  ENCODING_WRONG: out("writing"),
  REQUEST_SLOW: out("effort"),
  BODY_TOO_LARGE: out("writing"),
  TYPE_WRONG: out("writing"),
  EXPECTATION_UNKNOWN: out("writing"),
  HOST_UNKNOWN: out("reaching"),
  TOO_MANY_REQUESTS: out("flooding"),
  HEADERS_TOO_LARGE: out("writing"),
  FAILED: action("Crash", { says: "what became of the request is not known" }),
  UNAVAILABLE: action("Crash", { says: "what was being written stands whole or not at all" })
}

/** Every error that a module of the implementation declares, by its class; those that carry a problem are above. */
export const errors: Rows = {
  Refused: step("Generation.show", { says: "it carries one of the reasons above" }),
  Taken: out("setup"),
  KeysWithdrawn: assumed("channel"),
  WrongPassword: step("StepUp.takesAnswer", { says: "nothing was decided" }),
  Unavailable: action("Crash", { says: "what was being written stands whole or not at all" }),
  NoAnswer: action("Deliver", { says: "the answer is not heard: whether the request arrived is not known" }),
  Denied: action("Scan", {
    says: "the request has not arrived, and to send it again is of no use: the channel is not as it is assumed"
  }),
  Offline: action("Enroll", { says: "the reply is not heard, or the request did not arrive" }),
  Unasked: step("Generation.isShown", {
    says: "a phone shows no code to somebody who has not asked, or was not let in"
  }),
  Unfit: step("Binding.showsPlain", { says: "a phone makes no code of another kind than the scheme's" }),
  Spent: step("Generation.isLeft", { says: "a phone that has shown every code of a step has its owner wait" }),
  Locked: assumed("hardware"),
  Unopened: out("keeping"),
  Unsaved: out("keeping"),
  BadInput: out("person"),
  Failed: out("person"),
  Unusable: out("writing"),
  Unread: out("writing"),
  NoTransaction: out("writing")
}
