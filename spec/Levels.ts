/**
 * Levels: what the Chinese rules on barcode payments let an account pay on a day, by how a payment is verified (People's
 * Bank of China, Yinfa [2017] 296). A level is reached by factors: what only the customer knows, and what only the
 * customer has. They must be independent: that one is lost or leaks must not make the other leak (People's Bank of China,
 * Announcement [2015] 43, article 22).
 */

/** A level: what it asks for, and the most that it lets an account pay on a day. */
export interface Level {
  readonly says: string
  /** In minor units of renminbi; undefined where the contract says. */
  readonly accountDay: number | undefined
}

/** The levels of dynamic codes, by name. */
export const levels = {
  A: {
    says: "two factors or more, a digital certificate or an electronic signature among them: what the contract allows",
    accountDay: undefined
  },
  B: { says: "two factors or more, without those: at most 5,000 yuan a day", accountDay: 500_000 },
  C: {
    says: "fewer than two factors: at most 1,000 yuan a day, and the institution undertakes to make good every loss",
    accountDay: 100_000
  }
} as const satisfies Record<string, Level>

/** The name of a level. */
export type LevelId = keyof typeof levels
