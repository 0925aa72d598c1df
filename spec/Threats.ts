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
  network: capability(true, "lose, duplicate, delay and reorder the messages between till and provider"),
  capture: capability(
    true,
    "see a code while a phone shows it, and present it at any till, before or after the payer does"
  ),
  relay: capability(false, "show a party a code or QR copied from elsewhere, in real time"),
  merchant: capability(
    true,
    "be a merchant: choose amounts and order numbers, resend, and change the fields of its own requests"
  ),
  "wrong-guess": capability(true, "submit digits it has not seen, and be wrong"),
  "lucky-guess": capability(true, "submit digits it has not seen, and be right"),
  "hold-phone": capability(false, "hold the unlocked phone for a while: set its clock, run off codes, give it back"),
  "corrupt-device": capability(false, "read a phone's seed, and clone it"),
  crash: capability(false, "stop the provider at any point and restart it with everything durable"),
  nodes: capability(false, "have several provider nodes decide at once, their clocks up to `clock.nodeSkew` apart")
} as const satisfies Record<string, Capability>

/** The name of a capability. */
export type CapabilityId = keyof typeof capabilities

/** Every capability name, in the order of `Threats.md`. */
export const capabilityIds = Object.keys(capabilities) as ReadonlyArray<CapabilityId>

/** What claims take for granted, by name: nothing here is checked. */
export const assumptions = {
  prf: "HMAC is a PRF: without the seed nobody computes a proof that was not shown",
  channel:
    "the channel between till and provider keeps secrecy and integrity, and tells merchants apart (TLS, signed requests)",
  atomic: "the provider decides one request at a time: facts, decision and writes are one transaction",
  digits: "no guess is right, and no two proofs coincide: both are a matter of probability, not of this verdict"
} as const

/** The name of an assumption. */
export type AssumptionId = keyof typeof assumptions
