/** Enrollment: opens accounts, keeps their agreements, and issues credentials to their phones. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { Change, Enrollment as Model, Restore, Settlement } from "../../model/steps/Steps.ts"
import { Password, Pin, type TokenSource } from "../credentials/Credentials.ts"
import type * as Ledger from "../ledger/Ledger.ts"
import type { Database } from "../ledger/Ledger.ts"
import { orRefused, Refused } from "./Refused.ts"
import { keyNames } from "./Relay.ts"
import { changing } from "./Settlement.ts"
import { Setup } from "./Setup.ts"
import { Taken } from "./Taken.ts"

/** An account as its owner opens it. */
export interface Opening {
  /** In minor units. */
  readonly balance: number
  readonly password: Redacted.Redacted<string>
  /** The number that short messages of it go to and come from. */
  readonly telephone?: string | undefined
  /** The PIN that proofs are computed from. Where secure hardware has it, the provider has none. */
  readonly pin?: Redacted.Redacted<string> | undefined
}

/** What a phone takes away from its enrollment (ENR-3). */
export interface Issued extends TokenSource.Credential {
  /** The credential's number: what the phone calls it by when it confirms it. */
  readonly number: number
  /** The provider's clock, in milliseconds since the epoch. */
  readonly clock: number
}

/** How accounts, phones and credentials come to be, and end. */
export class Enrollment extends Context.Service<
  Enrollment,
  {
    /** Opens an account, and answers its number. Its owner has yet to sign. */
    readonly open: (opening: Opening) => Effect.Effect<number, Taken | Database.Unavailable>
    /** The owner of an account signs the password-free agreement. */
    readonly sign: (account: number) => Effect.Effect<void, Database.Unavailable>
    /** The owner of an account withdraws from the agreement. What is open is closed (ENR-11). */
    readonly withdraw: (account: number) => Effect.Effect<void, Database.Unavailable>
    /** Adds a phone to an account, and answers its number. Its holder has yet to authenticate. */
    readonly register: (account: number) => Effect.Effect<number, Database.Unavailable>
    /** The owner of its account authenticates on a phone (ENR-4). One that was revoked is refused: it is nobody's (ENR-13). */
    readonly signIn: (phone: number) => Effect.Effect<void, Refused | Database.Unavailable>
    /** Issues a credential to a phone, online: its first or another, pending until it is confirmed or first used. */
    readonly enroll: (phone: number) => Effect.Effect<Issued, Refused | Database.Unavailable>
    /** A phone confirms that it holds a credential, which takes the place of its last (ENR-6, ENR-7). */
    readonly confirm: (phone: number, credential: number) => Effect.Effect<void, Database.Unavailable>
    /** The owner has a phone revoked: its credentials, its open orders, and its identity (ENR-10, ENR-11, ENR-13). */
    readonly revoke: (phone: number) => Effect.Effect<void, Database.Unavailable>
    /** Where a credential of a phone stands; undefined where it is none of the phone's. */
    readonly standing: (
      phone: number,
      credential: number
    ) => Effect.Effect<Model.CredentialStatus | undefined, Database.Unavailable>
  }
>()("paycode/impl/provider/Enrollment") {
  /** Enrollment under a setup. */
  static readonly layer: Layer.Layer<Enrollment, never, Setup> = Layer.effect(
    Enrollment,
    Effect.map(Setup, (setup) => make(setup))
  )
}

/** So many draws miss the last of ten free aliases with a chance below 1 in 10^45. */
const mostDraws = 1000

/** Gives an account an alias that nobody else has, drawing until one is free; that none is left is a defect. */
const claimAlias = (
  setup: Setup["Service"],
  account: number,
  tried = 1
): Effect.Effect<string, Database.Unavailable> => {
  const { draws, ledger, rules } = setup
  // Drawn, not counted: who makes up an alias should seldom meet one that is somebody's.
  return Effect.flatMap(draws.digits(rules.scheme.code.aliasDigits), (alias) =>
    Effect.flatMap(ledger.accounts.claim(account, alias), (free) => {
      if (free) return Effect.succeed(alias)
      if (tried < mostDraws) return claimAlias(setup, account, tried + 1)
      return Effect.die(new Error(`alias: expected one that is free, found none in ${tried} draws`))
    })
  )
}

/** How many digits a number of an account has that is drawn: 10^15 is below 2^53. */
const accountDigits = 15

/** How many numbers are drawn for an account: that all of them are others' already has a chance below 1 in 10^24, among a billion. */
const drawnNumbers = 4

/** What can be the number of a new account. */
const numbersFor = ({ accounts, draws }: Setup["Service"]): Effect.Effect<ReadonlyArray<number> | undefined> =>
  accounts === "counted"
    ? Effect.undefined
    : Effect.forEach(Array.from({ length: drawnNumbers }), () => Effect.map(draws.digits(accountDigits), Number))

const open = Effect.fnUntraced(function* (setup: Setup["Service"], { balance, password, pin, telephone }: Opening) {
  const { accounts } = setup.ledger
  if (telephone !== undefined && (yield* accounts.accountAt(telephone)) !== undefined) {
    return yield* new Taken({ what: "telephone", found: telephone })
  }
  const salt = yield* setup.random.randomBytes(Password.saltBytes)
  const account = yield* accounts.open({
    numbers: yield* numbersFor(setup),
    balance,
    password: yield* Password.verifier(password, salt, setup.passwordCost),
    telephone,
    pin: pin && Pin.hash(pin)
  })
  if (setup.rules.scheme.code.alias === "masked-index") yield* claimAlias(setup, account)
  return account
})

/** An index belongs to its account; a token is new with each credential; the others name no credential by themselves. */
const aliasFor = Effect.fnUntraced(function* (setup: Setup["Service"], account: number) {
  const { alias } = setup.rules.scheme.code
  if (alias === "masked-index") {
    return (yield* setup.ledger.accounts.aliasOf(account)) ?? (yield* claimAlias(setup, account))
  }
  return alias === "token" ? yield* claimAlias(setup, account) : ""
})

const enroll = Effect.fnUntraced(function* (setup: Setup["Service"], phone: number) {
  const { draws, ledger, millis, now, rules } = setup
  const { account } = yield* ledger.credentials.phone(phone)
  const draft: Ledger.Draft = {
    prefix: rules.scheme.code.mac === "none" ? "" : yield* draws.prefix,
    alias: yield* aliasFor(setup, account),
    secret: yield* draws.secret,
    issuedAt: yield* now
  }
  const issued = yield* ledger.credentials.issue(phone, draft, {
    issue: (asking) => Model.issue(rules, asking),
    standing: (status, suspended) => Restore.statusOf(rules, status, suspended)
  })
  const { alias, number, prefix, secret } = yield* orRefused(issued)
  // By what the phone sets its own clock right (ENR-3).
  return { number, prefix, alias, secret, clock: yield* millis }
})

const generationOf = ({ credentials }: Ledger.Phone, credential: number): number =>
  credentials.findIndex(({ number }) => number === credential)

const confirm = Effect.fnUntraced(function* (
  { ledger: { credentials }, rules }: Setup["Service"],
  phone: number,
  credential: number
) {
  const generation = generationOf(yield* credentials.phone(phone), credential)
  // Credentials are only ever added, so that a place among them stays what it is.
  const decide = (held: ReadonlyArray<Model.CredentialStatus>) => ({
    statuses: Model.confirmed(rules, held, generation),
    revoked: false
  })
  yield* credentials.restate(phone, decide, undefined)
})

const standing = Effect.fnUntraced(function* (
  { ledger: { credentials } }: Setup["Service"],
  phone: number,
  credential: number
) {
  const held = yield* credentials.phone(phone)
  return held.credentials[generationOf(held, credential)]?.status
})

const make = (setup: Setup["Service"]): Enrollment["Service"] => {
  const { accounts, credentials, keys } = setup.ledger
  // What is open closes with what it rests on (ENR-11).
  const ending = changing(
    setup,
    (record) => (record && Settlement.end(setup.rules, record)) ?? Change.nothing("NOT_OPEN")
  )
  return {
    open: (opening) => open(setup, opening),
    sign: (account) => accounts.agree(account, "live", undefined),
    withdraw: (account) => Effect.flatMap(ending, (open) => accounts.agree(account, "ended", open)),
    register: credentials.register,
    signIn: (phone) =>
      Effect.flatMap(credentials.authenticated(phone), (isOwners) =>
        isOwners ? Effect.void : new Refused({ reason: "NOT_OWNER" })
      ),
    enroll: (phone) => enroll(setup, phone),
    confirm: (phone, credential) => confirm(setup, phone, credential),
    revoke: (phone) =>
      // Its keys are withdrawn first: nothing that it has under way goes on beside it, and what was withdrawn can be again.
      Effect.andThen(
        keys.withdraw(keyNames.phone(phone)),
        Effect.flatMap(ending, (open) =>
          credentials.restate(phone, (held) => ({ statuses: Model.revoke(held), revoked: true }), open)
        )
      ),
    standing: (phone, credential) => standing(setup, phone, credential)
  }
}
