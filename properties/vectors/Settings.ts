/**
 * Settings: the providers that scenarios begin with: two accounts, each with a phone and a confirmed credential, and the
 * codes of those credentials.
 */
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import * as Codes from "./Codes.ts"
import * as Generations from "./Generations.ts"
import { type Setting, schemeOf } from "./Scenario.ts"

/** When everything was set up: noon of a day. */
export const start = Generations.noon

/** The payment password of every account. */
export const password = "314159"

/** The PIN of every account that has one. */
export const pin = "271828"

/** The telephone numbers of the two accounts. */
export const telephones = ["+8613800000001", "+8613800000002"] as const

/** Merchants under their registered names. */
const merchants = [
  { merchant: "shop", name: "Corner Shop" },
  { merchant: "other shop", name: "Other Shop" }
] as const

/** What an account holds that is never short of money, in minor units. */
export const riches = 10_000_000

/** The secret of a credential under a scheme, by a label. An index is its account's. */
export const secretOf = (scheme: Scheme, label: string): Generations.Secret => {
  const { code, token } = scheme
  if (code.mac === "none") return { codes: Generations.drawn(scheme, label, token.batch ?? 0) }
  return {
    prefix: code.prefixes[0],
    ...(code.alias !== "keyed" && { alias: Generations.digits(`${label}, alias`, code.aliasDigits) }),
    seed: Generations.bytes(label, code.mac === "HMAC-SHA-1" ? 20 : 32),
    ...(scheme.stepUp.method === "hardware-pin" && { second: Generations.bytes(`${label}, hardware`, 32) })
  }
}

/** What a setting can have otherwise. */
export interface Otherwise {
  readonly change?: Setting["change"]
  readonly balances?: readonly [number, number]
}

/** The scheme by which a setting names a scheme, and the sections that stand in it in place of its own. */
const changed = (own: Scheme, more: Setting["change"]) => {
  // What is no file of its own is one with other sections.
  const isKeyed = own.scheme === Fixtures.keyed.scheme
  const change = isKeyed ? { ...Fixtures.unbound, ...more } : more
  const name = isKeyed ? Fixtures.hardened.scheme : own.scheme
  return { change, scheme: schemeOf({ scheme: name, ...(change && { change }) }) }
}

/** The accounts of secrets under a scheme. */
const accountsOf = (
  { code, stepUp: { method } }: Scheme,
  secrets: ReadonlyArray<Generations.Secret>,
  balances: readonly [number, number]
): Setting["accounts"] => {
  const isByMessage = method === "sms-password" || method === "sms-ocra"
  const hasPin = method === "pin" || method === "sms-ocra"
  const isIndex = code.alias === "masked-index"
  return secrets.map(({ alias }, account) => ({
    balance: balances[account]!,
    password,
    signed: true,
    ...(isIndex && alias !== undefined && { alias }),
    ...(isByMessage && { telephone: telephones[account]! }),
    ...(hasPin && { pin })
  }))
}

/** A setting, and the codes of its credentials. */
export interface Fixture {
  readonly scheme: Scheme
  readonly setting: Setting
  readonly secrets: ReadonlyArray<Generations.Secret>
  /** The step that an instant lies in. */
  readonly stepAt: (at: number) => number
  /** The code of a credential, the first unless it is said, for a position. */
  readonly codeOf: (position: number, who?: number, revealed?: boolean) => string
  /**
   * A code that can be accepted at an instant: the nth, counted from 0. Of a seed there are as many as the window has
   * steps; of a list the instant does not matter.
   */
  readonly code: (nth: number, at?: number, who?: number, revealed?: boolean) => string
  /** A code that names a credential by its alias, the first unless it is said, and has another proof than any that can be accepted now. */
  readonly forged: (nth: number, who?: number) => string
}

/** A code as it is but for its proof, whose last digit is another. */
const forgedOf = ({ code: format }: Scheme, { alias: index }: Generations.Secret, genuine: string): string => {
  const { length } = format.prefixes[0]
  const last = (Number(genuine.at(-1)) + 5) % 10
  const proof = genuine.slice(length + format.aliasDigits, -1) + last
  const alias = format.alias === "masked-index" ? index! : genuine.slice(length, length + format.aliasDigits)
  return Codes.written(format, { prefix: genuine.slice(0, length), alias, proof })
}

/** A setting under a scheme, and the codes of its credentials. */
export const fixtureOf = (own: Scheme, { balances = [riches, riches], change: more }: Otherwise = {}): Fixture => {
  const { change, scheme } = changed(own, more)
  const { window } = scheme
  const secrets = ["first", "second"].map((label) => secretOf(scheme, `${scheme.scheme}, ${label}`))
  const setting: Setting = {
    scheme: scheme.scheme,
    ...(change && { change }),
    start,
    accounts: accountsOf(scheme, secrets, balances),
    phones: secrets.map((_, account) => ({ account, authenticated: true })),
    credentials: secrets.map((secret, phone) => ({ phone, confirmed: true, ...secret })),
    ...(scheme.code.boundTo === "till" && { merchants })
  }
  const stepAt = (at: number): number => Time.stepAt(scheme, at)
  const codeOf = (position: number, who = 0, revealed = false): string =>
    Generations.codeOf(scheme, secrets[who]!, position, { revealed })
  const code = (nth: number, at = start, who = 0, revealed = false): string =>
    codeOf(window === undefined ? nth : stepAt(at) - window.past + nth, who, revealed)
  const forged = (nth: number, who = 0): string => forgedOf(scheme, secrets[who]!, code(nth, start, who))
  return { scheme, setting, secrets, stepAt, codeOf, code, forged }
}

/** What a scheme has otherwise so that its list is short enough to be given whole. */
export const shortList = ({ scheme }: Scheme): Setting["change"] =>
  scheme === "wechat" ? { token: { source: "list", batch: 12, validity: 86_400, refillAt: 3, urgentAt: 1 } } : undefined

/** A setting under a scheme whose list, where it has one, is given whole. */
export const shortened = (own: Scheme, otherwise: Otherwise = {}): Fixture => {
  const change = { ...shortList(own), ...otherwise.change }
  return fixtureOf(own, { ...otherwise, ...(Object.keys(change).length > 0 && { change }) })
}
