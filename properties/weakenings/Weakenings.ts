/** Weakenings: the protocol with one clause left out, and the claims that then fail. */
import type { ClaimId } from "../../spec/Claims.ts"
import type { ClauseId } from "../../spec/Clauses.ts"

/**
 * What each promise rests on, as far as a search shows it. The clauses that are missing here break nothing by
 * themselves within alipay's claims: ENR-1 is backed up by VER-11, VER-4 needs a scheme that binds the code, VER-9 needs
 * proofs that coincide (`spec/vectors`), VER-14 and REL-2 keep the books right, which no claim speaks of yet.
 */
export const weakenings = {
  "ENR-2": ["payer-agreement"],
  "GEN-1": ["offline-generation"],
  "REL-1": ["online-mediation"],
  "VER-1": ["idempotent-pay", "order-conflict"],
  "VER-2": ["order-conflict"],
  "VER-3": ["order-conflict"],
  "VER-5": ["freshness", "payer-agreement", "leak-lifetime"],
  "VER-6": ["freshness", "leak-lifetime"],
  "VER-7": ["freshness"],
  "VER-8": ["single-use"],
  "VER-10": ["single-use"],
  "VER-11": ["consent"],
  "VER-12": ["payment-limit"],
  "VER-13": ["daily-sum"],
  "VER-15": ["honest-payment"],
  "VER-16": ["idempotent-pay"]
} as const satisfies Partial<Record<ClauseId, ReadonlyArray<ClaimId>>>
