/** Wrapping: what is put around the services of the implementation, so that they do otherwise than they should. */
import type * as Effect from "effect/Effect"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import type { Verification } from "../../model/steps/Steps.ts"

/** What a ledger is asked about payments. */
export type PaymentCalls = Ledger.Payments["Service"]

/** What is put in the place of a ledger's service for payments. */
export const paying = (
  { payments }: Ledger.Ledger,
  change: (payments: PaymentCalls) => Partial<PaymentCalls>
): Pick<Ledger.Ledger, "payments"> => ({ payments: { ...payments, ...change(payments) } })

/** Settles pay requests on other facts than the ledger has. */
export const telling =
  (
    { settle }: PaymentCalls,
    tell: (facts: Verification.Facts, query: Ledger.Query) => Verification.Facts
  ): PaymentCalls["settle"] =>
  (query, deciding) =>
    settle(query, { ...deciding, decide: (facts) => deciding.decide(tell(facts, query)) })

/** Facts with other candidates. */
export const candidates = (
  facts: Verification.Facts,
  change: (candidate: Verification.Candidate) => Verification.Candidate
): Verification.Facts => ({
  ...facts,
  candidates: facts.candidates.map(change)
})

/** What is put around a call. */
export type Around = <A, E>(call: Effect.Effect<A, E>) => Effect.Effect<A, E>

/** A service with something around each of its calls. */
export const each = <Service extends object>(service: Service, around: Around): Service =>
  Object.fromEntries(
    Object.entries(service).map(([name, member]) => [
      name,
      typeof member === "function" ? (...given: ReadonlyArray<unknown>) => around(member(...given)) : around(member)
    ])
  ) as Service

/** Services by their names, with something around each of their calls. */
export const eachOf = <Services extends object>(services: Services, around: Around): Services =>
  Object.fromEntries(Object.entries(services).map(([name, service]) => [name, each(service, around)])) as Services
