/** Every claim with its predicate. A claim of the spec that has none does not compile. */
import type { ClaimId } from "../../spec/Claims.ts"
import type { Claim } from "./Claim.ts"
import { consent } from "./Enrollment.ts"
import { leakLifetime } from "./Exposure.ts"
import { offlineGeneration, opaqueCode } from "./Generation.ts"
import { idempotentPay, onlineMediation, orderConflict } from "./Relay.ts"
import {
  dailySum,
  freshness,
  honestPayment,
  payeeAgreement,
  payerAgreement,
  paymentLimit,
  singleUse
} from "./Verification.ts"

export const catalogue: { readonly [Id in ClaimId]: Claim & { readonly id: ClaimId } } = {
  consent,
  "offline-generation": offlineGeneration,
  "opaque-code": opaqueCode,
  "online-mediation": onlineMediation,
  "idempotent-pay": idempotentPay,
  "order-conflict": orderConflict,
  "single-use": singleUse,
  freshness,
  "payer-agreement": payerAgreement,
  "payee-agreement": payeeAgreement,
  "payment-limit": paymentLimit,
  "daily-sum": dailySum,
  "honest-payment": honestPayment,
  "leak-lifetime": leakLifetime
}
