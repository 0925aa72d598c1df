/** Subjects: what a transaction holds while it works, and what wrong attempts are counted under, as texts. */
import type { OrderNumber, Query } from "./Records.ts"

// A merchant chooses its order numbers freely: no two pairs may come to the same subject.
/** An order. */
export const order = ({ merchant, order }: OrderNumber): string => JSON.stringify(["order", merchant, order])

/** A refund number of a merchant, where it is unique among all that the merchant refunds. */
export const refund = (merchant: string, refund: string): string => JSON.stringify(["refund", merchant, refund])

/** What is held for a merchant. */
export const held = (merchant: string): string => JSON.stringify(["held", merchant])

/** A terminal of a merchant. Wrong codes from it are counted under the same (VER-29). */
export const terminal = ({ merchant, terminal }: Pick<Query, "merchant" | "terminal">): string =>
  JSON.stringify(["terminal", merchant, terminal])

/** What wrong codes from all terminals of a merchant are counted under. */
export const merchant = (merchant: string): string => JSON.stringify(["merchant", merchant])

/** An account, with its phones, its credentials and its open orders. */
export const account = (account: number): string => JSON.stringify(["account", account])

/** What wrong codes under the alias of an account are counted under. */
export const alias = (account: number): string => JSON.stringify(["alias", account])

/** What wrong codes under an alias are counted under, as its digits, whether anybody has it or nobody. */
export const digits = (alias: string): string => JSON.stringify(["digits", alias])

/** What wrong passwords of an account are counted under. */
export const password = (account: number): string => JSON.stringify(["password", account])

/** The keys of a party, by its name. */
export const keys = (name: string): string => JSON.stringify(["keys", name])

/** What wrong passwords of an account are counted under that come from one of those who may give some. */
export const passwordFrom = (account: number, whom: string): string => JSON.stringify(["password", account, whom])

/** What the last begin with, whomever they are from. */
export const passwordFromAny = (account: number): string => `["password",${account},`

/** The next numbers of accounts, phones and credentials. */
export const numbers = JSON.stringify(["numbers"])

/** The registered names of merchants. */
export const names = "names of merchants"

/** The terminals that a merchant has enlisted. */
export const terminals = (merchant: string): string => JSON.stringify(["terminals", merchant])

/** The notices of a merchant that are due. */
export const notices = (merchant: string): string => JSON.stringify(["notices", merchant])

/** The scheme that the ledger is kept under. */
export const scheme = "scheme"

/** How far the ledger has come, and whether it was restored. */
export const epoch = "epoch"
