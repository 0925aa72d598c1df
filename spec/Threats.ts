/**
 * What the adversary can do, as capabilities that a claim is decided under. `Threats.md` describes each and says what
 * is out of scope.
 */

/** Something that the adversary can do. */
export interface Capability {
  readonly says: string
  /** Whether the model can play it: a claim's `under` may name more than the model has, and the audit says so. */
  readonly modelled: boolean
}

const capability = (modelled: boolean, says: string): Capability => ({ modelled, says })

/** Every capability by name. */
export const capabilities = {
  network: capability(
    true,
    "lose, duplicate, delay and reorder the messages between till and provider, and between phone and provider"
  ),
  capture: capability(
    true,
    "see a code while a phone shows it, and present it at any till, before or after the payer does"
  ),
  relay: capability(
    true,
    "show a till, far away and at the same moment, the code that a payer shows to another; and a payer, in place of the till's transaction, that of another"
  ),
  merchant: capability(
    true,
    "be a merchant: choose amounts and order numbers, resend, change the fields of its own requests, reverse, refund, and send notices of its own"
  ),
  "wrong-guess": capability(true, "submit digits it has not seen, and be wrong, as often as it is let"),
  "lucky-guess": capability(true, "submit digits it has not seen, and be right"),
  "hold-phone": capability(true, "hold the unlocked phone for a while: set its clock, run off codes, give it back"),
  "corrupt-device": capability(true, "read what a phone makes its codes from, and clone it"),
  takeover: capability(true, "ask for a credential of another's account, for a phone of its own"),
  crash: capability(true, "stop the provider at any point and restart it with everything durable"),
  nodes: capability(true, "have several provider nodes decide at once, their clocks up to `clock.nodeSkew` apart"),
  restore: capability(true, "make the provider come back from an older backup, without what was written since"),
  sms: capability(true, "read, delay and drop short messages, and forge their sender")
} as const satisfies Record<string, Capability>

/** The name of a capability. */
export type CapabilityId = keyof typeof capabilities

/** Every capability name, in the order of `Threats.md`. */
export const capabilityIds = Object.keys(capabilities) as ReadonlyArray<CapabilityId>

/** What claims take for granted, by name: nothing here is checked. */
export const assumptions = {
  prf: "HMAC is a PRF: without the seed nobody computes a proof that was not shown",
  channel:
    "the channels between till, phone and provider keep secrecy and integrity, and tell merchants and owners apart (TLS, signed requests)",
  atomic: "the database keeps transactions apart, and what it has committed",
  digits: "no guess is right, and no two proofs coincide: both are a matter of probability, not of this verdict",
  payer: "the payer refuses a prompt whose payee or amount is not theirs, and tells nobody the password",
  hardware:
    "what secure hardware holds is not read, and makes nothing without the PIN, which it lets nobody try for long"
} as const

/** The name of an assumption. */
export type AssumptionId = keyof typeof assumptions
