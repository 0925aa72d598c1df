/** Step-up methods: the ways in which a payer authenticates a payment over the limits, and what tells them apart. */

/** A way of authenticating. */
export interface StepUpMethod {
  /**
   * How the answer comes: over the phone's `network`; as a short `message`; in the `code` itself, before there is a
   * prompt; or from `nobody`, where payments over the limits are refused.
   */
  readonly by: "network" | "message" | "code" | "nobody"
  /** The answer is made over payee, amount and order, and is one for nothing else. */
  readonly names: boolean
  /**
   * What becomes of the password or PIN: it is `sent`; the answer is `computed` from it and from the phone's seed; it is
   * `kept`, and unlocks a key in hardware; or there is `none`.
   */
  readonly secret: "sent" | "computed" | "kept" | "none"
}

/** Every method by its name, the value of `stepUp.method`. */
export const stepUpMethods = {
  password: { by: "network", names: true, secret: "sent" },
  "sms-password": { by: "message", names: false, secret: "sent" },
  "sms-ocra": { by: "message", names: true, secret: "computed" },
  pin: { by: "code", names: true, secret: "computed" },
  "hardware-pin": { by: "code", names: true, secret: "kept" },
  none: { by: "nobody", names: false, secret: "none" }
} as const satisfies Readonly<Record<string, StepUpMethod>>

/** The name of a method. */
export type StepUpMethodName = keyof typeof stepUpMethods

/** The names of the methods. */
export const stepUpMethodNames = Object.keys(stepUpMethods) as ReadonlyArray<StepUpMethodName>

/** What a method is; the type tells no method from another. */
export const stepUpMethod = (name: StepUpMethodName): StepUpMethod => stepUpMethods[name]

/** What steps ask of a method, each question by itself: two methods may have the same answer to all that is asked. */
export interface StepUpTraits {
  /** Orders over the limits are held open for an answer. */
  readonly waits: boolean
  /** The answer is in the code. */
  readonly isInCode: boolean
  /** Prompts and answers are short messages. */
  readonly isByMessage: boolean
  /** The provider asks with a challenge, and the answer is computed from the PIN and the seed. */
  readonly isChallenged: boolean
  /** The payment password itself comes in a short message. */
  readonly isPasswordMessaged: boolean
  /** The proof of a code is made with the PIN. */
  readonly isPinInProof: boolean
  /** The answer is made for one order. */
  readonly names: boolean
}

/** The traits of a method. */
export const stepUpTraits = (name: StepUpMethodName): StepUpTraits => {
  const { by, names, secret } = stepUpMethod(name)
  return {
    waits: by === "network" || by === "message",
    isInCode: by === "code",
    isByMessage: by === "message",
    isChallenged: by === "message" && secret === "computed",
    isPasswordMessaged: by === "message" && secret === "sent",
    isPinInProof: by === "code" && secret === "computed",
    names
  }
}
