/**
 * Deciding: what becomes of digits that are presented to a provider with a few accounts, by the code that a provider
 * runs: the codec, the reading of codes, and the model's decision. What is counted or drawn here, the forms compute.
 */
import * as Result from "effect/Result"
import { Codec, type TokenSource } from "../../impl/credentials/Credentials.ts"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type TokenSource as Positions, Verification } from "../../model/steps/Steps.ts"

/** A credential that is accepted: what the provider reads in a code for it, and which positions are burned. */
export interface Holder {
  /** Whose it is; unless given, nobody else's. */
  readonly payer?: number
  readonly read: (window: Positions.Window, presented: Codec.Parts) => ReadonlyArray<TokenSource.Reading>
  readonly isBurned: (position: number) => boolean
}

/** An account that can pay whatever it is asked for. */
const standing: Verification.Standing = {
  agreement: "live",
  free: { sum: 0, count: 0 },
  all: 0,
  available: 1,
  authenticated: false
}

/** The provider's answer to a code, presented for the least amount under a fresh order number. */
export const answer = (
  rules: Rules.Rules,
  holders: ReadonlyArray<Holder>,
  window: Positions.Window,
  code: string
): Answer => {
  const decoded = Codec.decode(rules.scheme.code, code)
  const candidates = Result.isFailure(decoded)
    ? []
    : holders.flatMap(({ isBurned, payer, read }, index) =>
        read(window, decoded.success).map(
          ({ pinned, positions, revealed }): Verification.Candidate => ({
            payer: payer ?? index,
            matches: positions.map((position) => ({ position, burned: !revealed && isBurned(position) })),
            revealed,
            last: undefined,
            day: 0,
            standing,
            pinned
          })
        )
      )
  const facts = {
    record: undefined,
    predates: false,
    wrongCodes: { fromTerminal: 0, fromMerchant: 0, underAlias: 0 },
    payer: undefined,
    candidates
  } as const
  return Verification.decide(rules, { ...facts, madeOver: "same" }, { amount: 1, code }, 0).answer
}

/** Whether an answer accepts the code: it is debited, or held open for step-up. */
export const isAccepted = (answer: Answer): boolean => answer === "PAID" || answer === "OPEN"

/** Numbers in which the forms of a scheme are as small as they have to be. They need not be ones that a scheme file could have. */
export interface Reduced {
  readonly prefixes?: number
  readonly aliasDigits?: number
  readonly otpDigits: number
  /** Steps of the window, of a seed; places of a list. */
  readonly positions: number
  readonly accounts?: number
  /** Credentials of one account that are accepted at once. */
  readonly credentials?: number
  readonly marksRevealed?: boolean
  /** What its codes are made over, and the step-up that goes with it, stay as the scheme has them. */
  readonly keepsBinding?: boolean
}

/** A scheme in smaller numbers. */
export const reduced = (
  scheme: Scheme,
  { accounts = 1, aliasDigits = 0, otpDigits, positions, ...other }: Reduced
): Scheme => {
  const { credentials = 1, keepsBinding = false, marksRevealed = false, prefixes = 1 } = other
  const [first, ...more] = Array.from({ length: prefixes }, (_, number) => `${number + 1}`)
  const isList = scheme.token.source === "list"
  // Positions are steps here, so that there can be any number of them.
  const { perStep: _, ...anyCode } = scheme.code
  return {
    ...scheme,
    code: {
      ...anyCode,
      prefixes: [first!, ...more],
      digits: 1 + aliasDigits + otpDigits,
      aliasDigits,
      otpDigits,
      boundTo: keepsBinding ? scheme.code.boundTo : "payer",
      marksRevealed
    },
    stepUp: keepsBinding
      ? scheme.stepUp
      : { method: "password", openFor: 60, deliveryAtMost: 1, answerWithin: 1, attempts: 10, secretDigits: 6 },
    token: isList ? { ...scheme.token, batch: positions } : scheme.token,
    // One step ahead, so that codes of steps to come are among those that are accepted.
    ...(isList ? {} : { window: { past: Math.max(0, positions - 2), future: Math.min(1, positions - 1) } }),
    scale: { accounts, phones: isRenewed(credentials) ? credentials / 2 : credentials }
  }
}

/** Whether so many credentials are those of phones that are being renewed: two of each. */
const isRenewed = (credentials: number): boolean => credentials % 2 === 0

/** The rules of a scheme in smaller numbers. Without ENR-6 a renewal leaves a phone one credential: so there are odd numbers of them. */
export const reducedRules = (scheme: Scheme, numbers: Reduced): Rules.Rules => {
  const rules = Rules.strict(reduced(scheme, numbers))
  return isRenewed(numbers.credentials ?? 1) ? rules : Rules.without(rules, { clause: "ENR-6", mutant: "one phase" })
}
