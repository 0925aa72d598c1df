/** Every claim with its predicate. A claim of the spec that a search decides and that has none does not compile. */
import type { CheckedClaimId } from "../../spec/Claims.ts"
import type { Claim } from "./Claim.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Exposure from "./Exposure.ts"
import * as Generation from "./Generation.ts"
import * as Relay from "./Relay.ts"
import * as StepUp from "./StepUp.ts"
import * as Verification from "./Verification.ts"

export const catalogue: { readonly [Id in CheckedClaimId]: Claim } = {
  consent: Enrollment.consent,
  "device-bound": Enrollment.deviceBound,
  "one-credential": Enrollment.oneCredential,
  "lost-reply": Enrollment.lostReply,
  revocation: Enrollment.revocation,
  "offline-generation": Generation.offlineGeneration,
  "offline-supply": Generation.offlineSupply,
  "opaque-code": Generation.opaqueCode,
  unlinkable: Generation.unlinkable,
  "revealed-code": Generation.revealedCode,
  "online-mediation": Relay.onlineMediation,
  "idempotent-pay": Relay.idempotentPay,
  "order-conflict": Relay.orderConflict,
  "own-orders": Relay.ownOrders,
  "reverse-tombstone": Relay.reverseTombstone,
  "no-late-debit": Relay.noLateDebit,
  "exact-refund": Relay.exactRefund,
  "sale-once": Relay.saleOnce,
  "no-false-paid": Relay.noFalsePaid,
  agreement: Relay.agreement,
  "order-ends": Relay.orderEnds,
  "single-use": Verification.singleUse,
  freshness: Verification.freshness,
  "payer-agreement": Verification.payerAgreement,
  "one-account-per-code": Verification.oneAccountPerCode,
  "payee-agreement": Verification.payeeAgreement,
  "amount-agreement": Verification.amountAgreement,
  "payment-limit": Verification.paymentLimit,
  "daily-sum": Verification.dailySum,
  "daily-count": Verification.dailyCount,
  "account-sum": Verification.accountSum,
  conservation: Verification.conservation,
  durable: Verification.durable,
  "restore-safety": Verification.restoreSafety,
  "honest-payment": Verification.honestPayment,
  "no-lockout": Verification.noLockout,
  "burn-denial": Verification.burnDenial,
  "leak-bound": Exposure.leakBound,
  "leak-lifetime": Exposure.leakLifetime,
  "stolen-phone": Exposure.stolenPhone,
  "step-up-required": StepUp.stepUpRequired,
  "step-up-agreement": StepUp.stepUpAgreement,
  "secret-kept": StepUp.secretKept,
  "pin-kept": StepUp.pinKept,
  "offline-step-up": StepUp.offlineStepUp,
  "timely-step-up": StepUp.timelyStepUp
}
