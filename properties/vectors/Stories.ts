/** Stories: the words in which the sequences of the vectors are told. */
import * as Trial from "../../impl/testing/Fixtures.ts"
import type { Answer } from "../../model/Order.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import * as Codes from "./Codes.ts"
import * as Generations from "./Generations.ts"
import { numbering } from "./Mistakes.ts"
import { type Play, passes, type Setting, type Story, schemeOf } from "./Playing.ts"
import { slips } from "./Slips.ts"

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

/** A story with what it is about. */
export interface Told extends Story {
  readonly comment: string
}

/** Stories of one provider. */
export interface Book {
  readonly setting: Setting
  readonly stories: ReadonlyArray<Told>
}

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

/** What a setting can have otherwise than two accounts, each with a phone and a credential that is confirmed. */
export interface Otherwise {
  readonly change?: Setting["change"]
  readonly balances?: readonly [number, number]
}

/** A setting, and the words for what happens in it. */
export const stage = (own: Scheme, { balances = [riches, riches], change: more }: Otherwise = {}) => {
  // What is no file of its own is one with other sections.
  const isKeyed = own.scheme === Trial.keyed.scheme
  const change = isKeyed ? { ...Trial.unbound, ...more } : more
  const name = isKeyed ? Trial.hardened.scheme : own.scheme
  const scheme = schemeOf({ scheme: name, ...(change && { change }) })
  const secrets = ["first", "second"].map((label) => secretOf(scheme, `${scheme.scheme}, ${label}`))
  const { method } = scheme.stepUp
  const isByMessage = method === "sms-password" || method === "sms-ocra"
  const hasPin = method === "pin" || method === "sms-ocra"
  const isIndex = scheme.code.alias === "masked-index"
  const setting: Setting = {
    scheme: scheme.scheme,
    ...(change && { change }),
    start,
    accounts: secrets.map(({ alias }, account) => ({
      balance: balances[account]!,
      password,
      signed: true,
      ...(isIndex && alias !== undefined && { alias }),
      ...(isByMessage && { telephone: telephones[account]! }),
      ...(hasPin && { pin })
    })),
    phones: secrets.map((_, account) => ({ account, authenticated: true })),
    credentials: secrets.map((secret, phone) => ({ phone, confirmed: true, ...secret })),
    ...(scheme.code.boundTo === "till" && { merchants })
  }
  const { code: format, window } = scheme

  /** The step that an instant lies in. */
  const stepAt = (at: number): number => Time.stepAt(scheme, at)

  /** The code of a credential for a position. */
  const codeOf = (position: number, who = 0, revealed = false): string =>
    Generations.codeOf(scheme, secrets[who]!, position, revealed)

  /**
   * A code that can be accepted at an instant: the nth, counted from 0. Of a seed there are as many as the window has
   * steps; of a list the instant does not matter.
   */
  const code = (nth: number, at = start, who = 0, revealed = false): string =>
    codeOf(window === undefined ? nth : stepAt(at) - window.past + nth, who, revealed)

  /** A code that names a credential by its alias, and has another proof than any that can be accepted now. */
  const forged = (nth: number): string => {
    const genuine = code(nth)
    const { length } = format.prefixes[0]
    const last = (Number(genuine.at(-1)) + 5) % 10
    const proof = genuine.slice(length + format.aliasDigits, -1) + last
    const alias =
      format.alias === "masked-index" ? secrets[0]!.alias! : genuine.slice(length, length + format.aliasDigits)
    return Codes.written(format, { prefix: genuine.slice(0, length), alias, proof })
  }

  return { scheme, setting, secrets, stepAt, codeOf, code, forged }
}

/** A pay request at the terminal of a shop. */
export const pay = (
  at: number,
  order: string,
  code: string,
  amount: number,
  expect: Answer,
  {
    merchant = "shop",
    terminal = "till",
    ...more
  }: {
    readonly merchant?: string
    readonly terminal?: string
    readonly times?: number
    readonly nonce?: string
    readonly challenge?: string
  } = {}
): Play => ({ at, do: "pay", merchant, order, terminal, code, amount, ...more, expect })

/** A short message to the provider. */
export const message = (at: number, from: string, text: string, expect: Answer | "NOTHING"): Play => ({
  at,
  do: "message",
  from,
  text,
  expect
})

/** A query of an order. */
export const query = (at: number, order: string, expect: Answer, merchant = "shop"): Play => ({
  at,
  do: "query",
  merchant,
  order,
  expect
})

/** A reversal of an order. */
export const reverse = (at: number, order: string, expect: Answer, merchant = "shop"): Play => ({
  at,
  do: "reverse",
  merchant,
  order,
  expect
})

/** The timer of an order. */
export const close = (at: number, order: string, expect: Answer): Play => ({
  at,
  do: "close",
  merchant: "shop",
  order,
  expect
})

/** A refund of a shop's order. */
export const refund = (at: number, order: string, number: string, amount: number, expect: Answer): Play => ({
  at,
  do: "refund",
  merchant: "shop",
  order,
  refund: number,
  amount,
  expect
})

/** The owner of an account gives a password for a shop's order. */
export const authenticate = (
  at: number,
  order: string,
  expect: Answer | "WRONG_PASSWORD",
  account = 0,
  given = password
): Play => ({ at, do: "authenticate", account, merchant: "shop", order, password: given, expect })

/** The names of the slips that fail a story. */
export const caught = (setting: Setting, story: Story): ReadonlyArray<string> =>
  Object.entries(slips).flatMap(([name, { slip }]) => (passes(setting, story, slip()) ? [] : [name]))

/** Says which slips fail a story: the one that is numbered so in its file. */
export type Noting = (id: number, setting: Setting, story: Story) => ReadonlyArray<string>

/** The notes and the groups of a file of stories. */
export const told = (books: ReadonlyArray<Book>, noting: Noting) => {
  const next = numbering()
  const groups = books.map(({ setting, stories }) => ({
    ...setting,
    tests: stories.map(({ comment, ...story }) => {
      const id = next()
      return { id, comment, ...story, notes: noting(id, setting, story) }
    })
  }))
  const named = new Set(groups.flatMap(({ tests }) => tests.flatMap(({ notes }) => notes)))
  const notes = Object.entries(slips).flatMap(([name, { clause, mistake }]) =>
    named.has(name) ? [[name, { clause, mistake }] as const] : []
  )
  return { notes: Object.fromEntries(notes), groups }
}
