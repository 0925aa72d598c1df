/** Money: whole numbers of minor units (fen), so that sums are exact. */

/** The largest amount that arithmetic on numbers keeps exact, 2^53 - 1. */
export const largest = Number.MAX_SAFE_INTEGER

/** Whether a number can be the amount of a payment: whole, at least 1, at most {@link largest}. */
export const isAmount = (amount: number): boolean => Number.isSafeInteger(amount) && amount >= 1

/** An amount in the way people write it: `50000` is `"500.00"`, `100000` is `"1,000.00"`. */
export const format = (amount: number): string => {
  const units = Math.floor(amount / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",")
  return `${units}.${(amount % 100).toString().padStart(2, "0")}`
}
