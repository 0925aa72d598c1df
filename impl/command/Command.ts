/**
 * The commands that run the protocol: the provider, what its operator does, a payer's phone, and a shop's till. Each is in a module
 * that is loaded where it is asked for: the others need not wait for it.
 */

/** The commands by their names. */
export const commands = {
  serve: async () => (await import("./Serve.ts")).serve,
  operator: async () => (await import("./Operator.ts")).operator,
  wallet: async () => (await import("./Wallet.ts")).phone,
  till: async () => (await import("./Till.ts")).shop
}
