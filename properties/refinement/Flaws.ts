/** Flaws: ways in which a provider can keep its ledger wrongly, so that only requests at once, or a crash, can tell. */
import * as Effect from "effect/Effect"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import type { Decision } from "../../model/steps/Verification.ts"
import * as Deployment from "./Deployment.ts"

type Payments = Ledger.Payments["Service"]

/** What is decided of a request on what the ledger holds now. Nothing is written. */
const looked = ({ settle }: Payments, query: Ledger.Query, deciding: Ledger.Deciding): Effect.Effect<Decision> =>
  Effect.suspend(() => {
    let decided: Decision | undefined
    const decide: Ledger.Deciding["decide"] = (facts) => {
      decided = deciding.decide(facts)
      return { ...decided, fresh: false, attempt: false, burns: [], candidate: undefined, recorded: false }
    }
    return Effect.map(Effect.orDie(settle(query, { ...deciding, decide })), () => decided!)
  })

/** Writes what was decided before, whatever the ledger holds by now. */
const written = ({ settle }: Payments, query: Ledger.Query, deciding: Ledger.Deciding, decision: Decision) =>
  settle(query, {
    ...deciding,
    // Nothing can be debited from a credential that is no longer one.
    decide: (facts) => ((decision.candidate ?? -1) < facts.candidates.length ? decision : deciding.decide(facts))
  })

/** A pay request is decided on what was read before others wrote: the last to write wins. */
export const lostUpdate: Deployment.Flaw = ({ payments }, { turns }) => ({
  payments: {
    ...payments,
    settle: Effect.fnUntraced(function* (query, deciding) {
      const decision = yield* looked(payments, query, deciding)
      yield* turns
      return yield* written(payments, query, deciding, decision)
    })
  }
})

/** A pay request is answered before what it comes to is written. */
export const answersFirst: Deployment.Flaw = ({ payments }, { later, turns }) => ({
  payments: {
    ...payments,
    settle: Effect.fnUntraced(function* (query, deciding) {
      const decision = yield* looked(payments, query, deciding)
      yield* later(Effect.andThen(turns, written(payments, query, deciding, decision)))
      return decision
    })
  }
})

/** The money is moved at once, and the code burned later. */
export const burnsLate: Deployment.Flaw = ({ payments }, { later, turns }) => ({
  payments: {
    ...payments,
    settle: Effect.fnUntraced(function* (query, deciding) {
      let decided: Decision | undefined
      const decide: Ledger.Deciding["decide"] = (facts) => {
        decided = deciding.decide(facts)
        return { ...decided, burns: [] }
      }
      const decision = yield* payments.settle(query, { ...deciding, decide })
      if (decided !== undefined && decided.burns.length > 0) {
        const burn: Decision = { ...decided, answer: "CODE_USED", recorded: false }
        yield* later(Effect.andThen(turns, written(payments, query, deciding, burn)))
      }
      return decision
    })
  }
})

/** What a reversal, a refund or a timer comes to is decided on what was read before others wrote. */
export const changesLate: Deployment.Flaw = ({ orders, payments }, { turns }) => ({
  payments: {
    ...payments,
    change: Effect.fnUntraced(function* (number, now, decide, refund) {
      const decided = decide(yield* orders.order(number))
      yield* turns
      return yield* payments.change(number, now, () => decided, refund)
    })
  }
})

/** What a password comes to is decided on what was read before others wrote. */
export const debitsLate: Deployment.Flaw = ({ orders, payments }, { turns }) => ({
  payments: {
    ...payments,
    authenticate: Effect.fnUntraced(function* (number, now, decide) {
      const decided = decide(yield* orders.order(number))
      yield* turns
      return yield* payments.authenticate(number, now, () => decided)
    })
  }
})

/**
 * A pay request is answered when what it comes to is on its way to the disk. Everybody who asks waits until it is there,
 * so that nobody can tell, unless the node ends on the way.
 */
export const answersBeforeDurable: Deployment.Flaw = (ledger, { later, turns }) => {
  const { payments } = ledger
  let onTheWay: ReadonlyArray<Effect.Effect<unknown, unknown>> = []
  const arrived: Effect.Effect<void> = Effect.suspend(() => {
    const writes = onTheWay
    onTheWay = []
    return Effect.orDie(Effect.forEach(writes, (write) => write, { discard: true }))
  })
  const gone = Effect.sync(() => {
    onTheWay = []
  })
  const waiting = Deployment.eachOf(ledger, (call) => Effect.andThen(arrived, call))
  return {
    ...waiting,
    payments: {
      ...waiting.payments,
      settle: Effect.fnUntraced(function* (query, deciding) {
        yield* arrived
        const decision = yield* looked(payments, query, deciding)
        onTheWay = [written(payments, query, deciding, decision)]
        yield* later(Effect.onInterrupt(Effect.andThen(turns, arrived), () => gone))
        return decision
      })
    }
  }
}
