/**
 * Slips: mistakes of a provider. Most are lapses of the model's clauses, which the implementation can be told to leave
 * out. What it has no way to leave out is made wrong around it: in what its ledger tells, or in what it is asked.
 */
import * as Effect from "effect/Effect"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Rules from "../../model/Rules.ts"
import type { Candidate, Facts } from "../../model/steps/Verification.ts"
import { type ClauseId, clauses, type LapseOf } from "../../spec/Clauses.ts"
import type { Slip } from "./Scenario.ts"

/** A lapse, and how a provider comes to make it. */
interface Lapsed extends Rules.Lapse {
  readonly slip: () => Slip
}

const lapsed = <Id extends ClauseId>(clause: Id, lapse: LapseOf<Id>, slip: () => Slip): Lapsed => ({
  clause,
  lapse,
  slip
})

/** What the implementation leaves out when its rules do. */
const left = <Id extends ClauseId>(clause: Id, ...lapses: ReadonlyArray<LapseOf<Id>>): ReadonlyArray<Lapsed> =>
  lapses.map((lapse) => lapsed(clause, lapse, () => ({ rules: (rules) => Rules.without(rules, { clause, lapse }) })))

/** A ledger that tells other facts than it has. */
const telling =
  (tell: (facts: Facts, query: Ledger.Query) => Facts) =>
  ({ payments }: Pick<Ledger.Ledger, "payments">): Pick<Ledger.Ledger, "payments"> => ({
    payments: {
      ...payments,
      settle: (query, deciding) =>
        payments.settle(query, { ...deciding, decide: (facts) => deciding.decide(tell(facts, query)) })
    }
  })

const candidates = (facts: Facts, change: (candidate: Candidate) => Candidate): Facts => ({
  ...facts,
  candidates: facts.candidates.map(change)
})

/** A ledger that knows only the codes burned since it was told to forget. */
const forgetful = () => {
  const burned = new Set<string>()
  const ledger = telling((facts, { code }) => {
    const isKept = burned.has(code)
    if (facts.candidates.length > 0) burned.add(code)
    return candidates(facts, (candidate) => ({
      ...candidate,
      last: isKept ? candidate.last : undefined,
      matches: candidate.matches.map((match) => ({ ...match, burned: match.burned && isKept }))
    }))
  })
  return { forget: () => burned.clear(), ledger }
}

const inMemory = (): Slip => {
  const { forget, ledger } = forgetful()
  return { ledger, restarted: forget }
}

const cleared = (): Slip => {
  const { forget, ledger } = forgetful()
  return {
    ledger,
    provider: ({ enrollment }) => ({
      enrollment: {
        ...enrollment,
        enroll: (phone) => Effect.andThen(Effect.sync(forget), enrollment.enroll(phone))
      }
    })
  }
}

/** Every code whose alias names an account is one of its first credential, for a position of its own. */
const anyProof = (): Slip => {
  let made = 2 ** 40
  return {
    ledger: ({ payments }) => ({
      payments: {
        ...payments,
        settle: (query, deciding) =>
          payments.settle(
            query.named === undefined || query.readings.length > 0
              ? query
              : { ...query, readings: [{ credential: 0, revealed: false, pinned: false, positions: [made++] }] },
            deciding
          )
      }
    })
  }
}

/** A ledger whose throttle looks at something else. */
const throttling = (throttles: Ledger.Deciding["throttles"]) => (): Slip => ({
  ledger: ({ payments }) => ({
    payments: { ...payments, settle: (query, deciding) => payments.settle(query, { ...deciding, throttles }) }
  })
})

const notReserved = (): Slip => ({
  ledger: ({ accounts, payments }) => ({
    payments: {
      ...payments,
      settle: (query, deciding) => {
        const reserved =
          query.named === undefined
            ? Effect.succeed(0)
            : Effect.map(accounts.account(query.named), (account) => account.reserved)
        return Effect.flatMap(reserved, (more) => {
          const tell = (facts: Facts) =>
            candidates(facts, (candidate) => ({
              ...candidate,
              standing: { ...candidate.standing, available: candidate.standing.available + more }
            }))
          return telling(tell)({ payments }).payments.settle(query, deciding)
        })
      }
    }
  })
})

/** Gives the allowance of a reversed payment to the day of the reversal. */
const toToday = (): Slip => {
  let returned = 0
  return {
    ledger: ({ payments }) => ({
      payments: {
        ...telling((facts) =>
          candidates(facts, (candidate) => {
            const { all, free } = candidate.standing
            return {
              ...candidate,
              standing: { ...candidate.standing, all: all - returned, free: { ...free, sum: free.sum - returned } }
            }
          })
        )({ payments }).payments,
        change: (order, now, decide, refund) =>
          Effect.tap(payments.change(order, now, decide, refund), ({ returns, status }) =>
            Effect.sync(() => {
              if (status === "reversed") returned += returns
            })
          )
      }
    })
  }
}

/** An owner who has given the password once is not asked again. */
const flagKept = (): Slip => {
  let authenticated = false
  return {
    rules: (rules) => Rules.without(rules, { clause: "STP-1", lapse: "flag kept" }),
    ledger: ({ payments }) => ({
      payments: {
        ...telling((facts) =>
          candidates(facts, (candidate) => ({ ...candidate, standing: { ...candidate.standing, authenticated } }))
        )({ payments }).payments,
        authenticate: (order, now, decide) =>
          Effect.tap(payments.authenticate(order, now, decide), () =>
            Effect.sync(() => {
              authenticated = true
            })
          )
      }
    })
  }
}

/** A password pays whatever waits first. */
const anyOrder = (): Slip => ({
  provider: ({ stepUp }) => ({
    stepUp: {
      ...stepUp,
      authenticate: (approval) =>
        Effect.flatMap(stepUp.prompts(approval.account), ([first]) =>
          stepUp.authenticate({ ...approval, ...(first && { merchant: first.merchant, order: first.order }) })
        )
    }
  })
})

/** The name is not compared: whoever sends a code is taken for the merchant that it was made for. */
const anyName = (): Slip => ({
  ledger: ({ merchants }) => ({ merchants: { ...merchants, nameOf: () => Effect.succeed("Corner Shop") } })
})

/** Codes are made over nothing, and nothing is compared. */
const unbound = (): Slip => ({
  rules: (rules) => Rules.without(rules, { clause: "VER-32", lapse: "left out" })
})

/** A code that was made over something else is burned, with every step that it could have been made for. */
const burnedToo = (): Slip => {
  const spoilt = new Set<string>()
  return {
    ledger: telling((facts, { code }) => {
      if (facts.candidates.length === 0 && facts.payer !== undefined) spoilt.add(code)
      return candidates(facts, (candidate) => ({
        ...candidate,
        matches: candidate.matches.map((match) => ({ ...match, burned: match.burned || spoilt.has(code) }))
      }))
    })
  }
}

/** A response is taken for whatever order its message names. */
const anyChallenge = (): Slip => ({
  rules: (rules) => Rules.without(rules, { clause: "STP-2", lapse: "any order" }),
  ...anyOrder()
})

const survive = (): Slip => ({
  ledger: ({ credentials }) => ({
    credentials: { ...credentials, restate: (phone, decide) => credentials.restate(phone, decide, false) }
  })
})

/** Merchants share their order numbers. */
const notScoped = (): Slip => {
  const whose = <A extends Ledger.OrderNumber>(asked: A): A => ({ ...asked, merchant: "whoever" })
  return {
    provider: ({ settlement, stepUp, verification }) => ({
      verification: { pay: (request) => verification.pay(whose(request)) },
      settlement: {
        ...settlement,
        query: (order) => settlement.query(whose(order)),
        reverse: (order) => settlement.reverse(whose(order)),
        refund: (refund) => settlement.refund(whose(refund)),
        close: (order) => settlement.close(whose(order))
      },
      stepUp: { ...stepUp, authenticate: (approval) => stepUp.authenticate(whose(approval)) }
    })
  }
}

/** All credentials have the secret of the first that was drawn. */
const shared = (): Slip => {
  let first: { readonly seed?: string; readonly codes?: unknown } | undefined
  return {
    draws: (given) => {
      if (given.seed === undefined && given.codes === undefined) return given
      first ??= given
      return given.seed === undefined || first.seed === undefined ? given : { ...given, seed: first.seed }
    }
  }
}

const all: ReadonlyArray<Lapsed> = [
  ...left("ENR-1", "unsigned"),
  lapsed("ENR-2", "shared", shared),
  ...left("ENR-4", "anybody"),
  ...left("ENR-6", "one phase"),
  ...left("ENR-7", "kept"),
  lapsed("ENR-8", "cleared", cleared),
  ...left("ENR-9", "another"),
  ...left("ENR-10", "made ahead"),
  lapsed("ENR-11", "survive", survive),
  ...left("GEN-6", "ignored"),
  ...left("REL-2", "any number"),
  lapsed("REL-4", "not scoped", notScoped),
  ...left("VER-1", "code first"),
  ...left("VER-2", "not compared"),
  ...left("VER-3", "not compared"),
  ...left("VER-4", "not compared"),
  lapsed("VER-5", "any proof", anyProof),
  ...left("VER-6", "one step"),
  ...left("VER-7", "one step", "endless"),
  ...left("VER-8", "not kept"),
  ...left("VER-9", "first free"),
  ...left("VER-10", "only success"),
  ...left("VER-11", "at enrolment only"),
  ...left("VER-12", "one more", "no limit"),
  ...left("VER-13", "no limit"),
  ...left("VER-14", "overdraft"),
  ...left("VER-15", "one less", "everything"),
  ...left("VER-16", "refusals not recorded", "not recorded"),
  lapsed("VER-19", "in memory", inMemory),
  ...left("VER-22", "first match"),
  ...left("VER-23", "no limit"),
  ...left("VER-24", "no limit"),
  ...left("VER-26", "the phone's"),
  ...left("VER-28", "used set only"),
  lapsed(
    "VER-29",
    "by account",
    throttling((_, underAlias) => underAlias >= 3)
  ),
  lapsed(
    "VER-29",
    "by merchant",
    throttling((fromTerminal) => fromTerminal >= 1)
  ),
  lapsed("STP-1", "flag kept", flagKept),
  lapsed("VER-32", "left out", unbound),
  lapsed("VER-32", "without the name", anyName),
  lapsed("VER-33", "burned", burnedToo),
  lapsed("STP-2", "any order", anyChallenge),
  ...left("STP-5", "shorter"),
  ...left("SET-1", "no tombstone"),
  ...left("SET-2", "forgotten"),
  ...left("SET-3", "from the clock"),
  ...left("SET-4", "no timer"),
  ...left("SET-5", "late password"),
  lapsed("SET-6", "not reserved", notReserved),
  ...left("SET-7", "ignored"),
  ...left("SET-8", "ignores refunds"),
  lapsed("SET-9", "to today", toToday)
]

const nameOf = ({ clause, lapse }: Rules.Lapse): string =>
  `${clause.toLowerCase()}-${lapse.replaceAll(/[^a-z]+/g, "-")}`

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`

/** Every slip by the name of its note: the clause, and the name that the lapse of the clause has. */
export const slips = Object.fromEntries(
  all.map((one) => {
    const { clause, lapse, slip } = one
    const lapses: Readonly<Record<string, string>> = clauses[clause].lapses
    return [nameOf(one), { clause, mistake: sentence(lapses[lapse]!), slip }]
  })
)
