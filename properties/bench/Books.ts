/**
 * Books: what shops were told while providers were killed and their ledger came back from backups, and whether a ledger at the end agrees. Nothing
 * may be lost that was answered, but what a restore can have taken; nothing may be doubled; and nothing may be there that nobody asked for.
 */

/** A restore: what was answered before the backup began is in it, what was asked for after the restore is in the ledger. Instants in milliseconds. */
export interface Restore {
  readonly backup: number
  readonly restored: number
}

/** Something that a shop asked for: when it first did, and when it was answered for good; undefined where it was not. */
export interface Asked {
  readonly began: number
  readonly answered: number | undefined
}

/** Money that a shop gave back under a number of its own. */
export interface Refund extends Asked {
  readonly number: string
  readonly amount: number
}

/** An order in a shop's books. */
export interface Entry extends Asked {
  readonly merchant: string
  readonly order: string
  readonly account: number
  readonly amount: number
  /** What the till took it for in the end; `unsure` where it does not know. */
  readonly view: "paid" | "failed" | "reversed" | "unsure"
  readonly refunds: ReadonlyArray<Refund>
}

/** An order as a ledger has it. */
export interface Found {
  readonly status: string
  readonly amount: number
  readonly account: number
  /** What has moved out of an account for it, and back into it. */
  readonly out: number
  readonly back: number
}

/** What became of an order: as its shop has it; lost, as a restore can do; not known to the shop either; or otherwise, and why. */
export type Finding = "kept" | "lost" | "unsure" | { readonly otherwise: string }

/** Whether a restore can have taken away something that was asked for. */
const mayBeLost = (restores: ReadonlyArray<Restore>, { answered, began }: Asked): boolean =>
  restores.some(({ backup, restored }) => began < restored && (answered === undefined || answered >= backup))

const sum = (amounts: ReadonlyArray<number>): number => amounts.reduce((all, one) => all + one, 0)

/** Compares an order in a shop's books with the ledger; `found` is undefined where it has no record. */
export const compare = (entry: Entry, found: Found | undefined, restores: ReadonlyArray<Restore>): Finding => {
  const { account, amount, refunds, view } = entry
  const otherwise = (expected: string): Finding => ({
    otherwise: `expected ${expected}, found ${found === undefined ? "no record" : JSON.stringify(found)}`
  })
  const out = found?.out ?? 0
  const back = found?.back ?? 0
  if (out !== 0 && (out !== amount || found!.account !== account))
    return otherwise(`${amount} of account ${account}, once`)
  if (back > out) return otherwise("no more back than was paid")
  if (view === "unsure") return "unsure"
  if (view !== "paid") {
    // Where the record of what did not come about is gone, its money has not moved all the more.
    if (out !== back) return otherwise(`no money gone: the shop was told that it ${view}`)
    return found === undefined && !mayBeLost(restores, entry) ? otherwise("a record of what was answered") : "kept"
  }
  if (out === 0) return mayBeLost(restores, entry) ? "lost" : otherwise("it paid")
  const certain = refunds.filter((refund) => refund.answered !== undefined && !mayBeLost(restores, refund))
  const [least, most] = [sum(certain.map((refund) => refund.amount)), sum(refunds.map((refund) => refund.amount))]
  if (back < least || back > most) return otherwise(`from ${least} to ${most} given back`)
  return refunds.some((refund) => refund.answered !== undefined && mayBeLost(restores, refund)) && back < most
    ? "lost"
    : "kept"
}
