/**
 * Experiments: the computed claims tried out. In reduced numbers a provider draws seeds and lists, phones make their
 * codes, somebody guesses or shows one, and what the provider's own code answers is counted. Each trial has credentials
 * of its own.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Codec, Draws, Pin, TokenSource } from "../../impl/credentials/Credentials.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { Binding, TokenSource as Positions } from "../../model/steps/Steps.ts"
import * as Time from "../../model/Time.ts"
import { computed } from "./Catalogue.ts"
import { answer, type Holder, isAccepted, type Reduced, reduced, reducedRules } from "./Deciding.ts"
import * as Dice from "./Dice.ts"

/** Something that happens or does not, and how often the form says that it does. */
export interface Experiment {
  readonly says: string
  readonly expected: number
  /** Makes so many trials, and answers in how many it happened. */
  readonly run: (dice: Dice.Dice, trials: number) => number
}

const start = 1_700_000_000

/** What a provider takes the codes of a scheme to be made over, the PIN included where proofs are computed from it. */
const overOf = (rules: Rules.Rules): TokenSource.Over | undefined =>
  Binding.isBound(rules)
    ? {
        transaction: { payee: "A", amount: 1, order: "1", nonce: "AAECAwQFBgcICQoL" },
        pin: rules.scheme.stepUp.method === "pin" ? Pin.hash(Redacted.make("4711")) : undefined
      }
    : undefined

/** How often something happens. */
const count = (trials: number, happens: () => boolean): number => {
  let happened = 0
  for (let trial = 0; trial < trials; trial++) if (happens()) happened++
  return happened
}

/** What accounts are drawn under, and the window in which their codes are looked for. */
interface Setting {
  /** Credentials of each account that are accepted at once. */
  readonly each: number
  readonly rules: Rules.Rules
  readonly window: Positions.Window
  readonly over: TokenSource.Over | undefined
}

const settingOf = (scheme: Scheme, numbers: Reduced): Setting => {
  const rules = reducedRules(scheme, numbers)
  const window = Positions.windowAt(rules, { issuedAt: start, lostUntil: undefined }, start)
  return { each: numbers.credentials ?? 1, rules, window, over: overOf(rules) }
}

/** Credentials of every account, none with the alias of another: an index is its account's, a token its credential's. */
const credentialsOf = ({ each, rules }: Setting, draws: Draws.Draws): ReadonlyArray<TokenSource.Credential> => {
  const { code: format, scale } = rules.scheme
  const taken = new Set<string>()
  const alias = (): string => {
    if (format.alias === "none" || format.alias === "keyed") return ""
    for (;;) {
      const drawn = Effect.runSync(draws.digits(format.aliasDigits))
      if (taken.has(drawn)) continue
      taken.add(drawn)
      return drawn
    }
  }
  return Array.from({ length: scale.accounts }, () => {
    const own = alias()
    return Array.from({ length: each }, (_, nth) => ({
      prefix: format.mac === "none" ? "" : Effect.runSync(draws.prefix),
      alias: nth === 0 || format.alias !== "token" ? own : alias(),
      secret: Effect.runSync(draws.secret)
    }))
  }).flat()
}

/** A credential as the provider reads codes with it. A code is looked for only among those that its alias names. */
const holderOf = (
  { over, rules }: Setting,
  credential: TokenSource.Credential,
  isBurned: (position: number) => boolean
): Holder => {
  const { code: format } = rules.scheme
  const aliasOf = TokenSource.aliases(format, credential)
  const names = (window: Positions.Window, alias: string): boolean => {
    if (format.alias !== "keyed") return aliasOf(0) === alias
    for (let step = window.from; step <= window.to; step++) if (aliasOf(step) === alias) return true
    return false
  }
  return {
    read: (window, presented) =>
      names(window, presented.alias) ? TokenSource.read(format, credential, { window, presented, over }) : [],
    isBurned
  }
}

/** The accounts of one trial: what the provider answers, and what the first of them shows last. */
interface Drawn {
  readonly ask: (code: string) => boolean
  readonly prefix: string
  readonly alias: string
  /** The alias of the last position, where aliases change. */
  readonly captured: () => string
  readonly shown: () => string
  readonly dice: Dice.Dice
}

/** Draws the accounts of a trial; of the first some codes are burned. */
const draw = (
  setting: Setting,
  dice: Dice.Dice,
  draws: Draws.Draws,
  isBurned: (position: number) => boolean
): Drawn => {
  const { over, rules, window } = setting
  const credentials = credentialsOf(setting, draws)
  const holders = credentials.map((credential, index) =>
    holderOf(setting, credential, (position) => index === 0 && isBurned(position))
  )
  const [first] = credentials
  return {
    ask: (code) => isAccepted(answer(rules, holders, window, code)),
    prefix: first!.prefix,
    alias: first!.alias,
    captured: () => TokenSource.aliases(rules.scheme.code, first!)(window.to),
    // The code without the PIN, where there are both: what can coincide with one can with the other.
    shown: () =>
      TokenSource.make(rules.scheme.code, first!)(window.to, false, over && { transaction: over.transaction }),
    dice
  }
}

/** The chance of a guess at one account by somebody who has captured none of its codes. */
const withoutCapture = (rules: Rules.Rules): number => {
  const { parts, value } = computed["guess-targeted"](rules)
  return parts["without a captured code"] ?? value
}

const anyDigits = (dice: Dice.Dice, digits: number): string =>
  Array.from({ length: digits }, () => dice.below(10)).join("")

/** What happens to codes of accounts whose credentials are drawn anew. */
const drawn = (scheme: Scheme, numbers: Reduced) => {
  const setting = settingOf(scheme, numbers)
  const { rules, window } = setting
  const format = rules.scheme.code
  /** The string of digits that is among the likeliest: that of the least value. */
  const proof = "0".repeat(format.otpDigits)
  const experiment = (
    says: string,
    expected: number,
    happens: (made: Drawn) => boolean,
    isBurned: (position: number) => boolean = () => false
  ): Experiment => ({
    says,
    expected,
    run: (dice, trials) => {
      const draws = Draws.make(Dice.random(dice), rules.scheme)
      return count(trials, () => happens(draw(setting, dice, draws, isBurned)))
    }
  })
  return {
    captured: (says: string): Experiment =>
      experiment(says, computed["guess-targeted"](rules).value, ({ ask, captured, prefix }) =>
        ask(Codec.encode(format, { prefix, alias: captured(), proof }))
      ),
    targeted: (says: string): Experiment =>
      experiment(says, withoutCapture(rules), ({ alias, ask, dice, prefix }) => {
        const ownPrefix = format.mac === "none" ? format.prefixes[dice.below(format.prefixes.length)]! : prefix
        const aimed = format.alias === "keyed" ? anyDigits(dice, format.aliasDigits) : alias
        return ask(Codec.encode(format, { prefix: ownPrefix, alias: aimed, proof }))
      }),
    blind: (says: string): Experiment =>
      experiment(says, computed["guess-blind"](rules).value, ({ ask, dice }) => {
        const prefix = format.prefixes[dice.below(format.prefixes.length)]!
        return ask(Codec.encode(format, { prefix, alias: anyDigits(dice, format.aliasDigits), proof }))
      }),
    collision: (says: string): Experiment =>
      experiment(
        says,
        computed.collision(rules).value,
        ({ ask, shown }) => !ask(shown()),
        (position) => position !== window.to
      )
  }
}

/** A provider with its ledger, and accounts that have each a phone with a credential, which can have it renewed. */
const enrolled = (rules: Rules.Rules, dice: Dice.Dice) => {
  const trial = Fixtures.make(rules, start, { random: Dice.random(dice) })
  const phones = Array.from({ length: rules.scheme.scale.accounts }, () => {
    const { phone } = trial.run(Fixtures.member(1_000_000_000))
    trial.run(
      Provider.use((provider) =>
        Effect.flatMap(provider.enrollment.enroll(phone), ({ number }) => provider.enrollment.confirm(phone, number))
      )
    )
    return phone
  })
  /** Every phone asks for another credential; one whose last was hit, and so confirmed, anew. */
  const renew = (): void => {
    for (const phone of phones) trial.run(Provider.use((provider) => provider.enrollment.enroll(phone)))
  }
  return { trial, renew }
}

/**
 * Days of guesses at a provider with its ledger: at every terminal of an honest merchant wrong codes until it is throttled, each
 * under any alias and in a window of its own. Half the aliases are somebody's, and every phone is being renewed.
 */
const days = (says: string): Experiment => {
  const aliases = 10
  const scheme = reduced(Fixtures.alipay, {
    aliasDigits: 1,
    otpDigits: 2,
    positions: 10,
    accounts: aliases / 2,
    credentials: 2
  })
  const terminals = 2
  const wrongCodes = 2
  const rules = Rules.strict({ ...scheme, throttle: { perTerminalDay: wrongCodes }, adversary: { terminals } })
  return {
    says,
    expected: computed["guess-blind"](rules).parts["a day at honest tills, in guesses that are independent"]!,
    run: (dice, trials) => {
      let { renew, trial } = enrolled(rules, dice)
      let order = 0
      const guess = (terminal: number): string => {
        trial.now += (scheme.window!.past + scheme.window!.future + 1) * scheme.clock.step
        const code = Codec.encode(scheme.code, { prefix: "1", alias: `${dice.below(aliases)}`, proof: "00" })
        const request = { merchant: "honest", terminal: `${terminal}`, order: `${order++}`, code, amount: 1 }
        return trial.run(Provider.use((provider) => provider.verification.pay(request)))
      }
      let today = Time.dayAt(scheme, start)
      return count(trials, () => {
        today++
        // Every hit leaves a credential that has ended, and the provider goes through all of them.
        if (today % 100 === 0) ({ renew, trial } = enrolled(rules, dice))
        trial.now = Time.startOfDay(scheme, today)
        renew()
        for (let terminal = 0; terminal < terminals; terminal++) {
          for (let made = 0; made <= wrongCodes; made++) {
            const found = guess(terminal)
            // Once is enough.
            if (found === "PAID") return true
            if (found === "THROTTLED") break
          }
        }
        return false
      })
    }
  }
}

/** Days of guesses at the password of an account, at a provider with its ledger, until it takes no more. */
const passwords = (says: string): Experiment => {
  const secrets = 10
  const stepUp = { ...Fixtures.alipay.stepUp, attempts: 2, secretDigits: 1 }
  const rules = Rules.strict({ ...Fixtures.alipay, stepUp })
  return {
    says,
    expected: computed["guess-password"](rules).value,
    run: (dice, trials) => {
      const trial = Fixtures.make(rules, start, { random: Dice.random(dice) })
      // An account for every secret there is: which of them is guessed at is drawn.
      const accounts = Array.from({ length: secrets }, (_, secret) =>
        trial.run(
          Provider.use((provider) => provider.enrollment.open({ balance: 0, password: Redacted.make(`${secret}`) }))
        )
      )
      return count(trials, () => {
        trial.now += Time.secondsPerDay
        const account = accounts[dice.below(secrets)]!
        const first = dice.below(secrets)
        for (let made = 0; made < secrets; made++) {
          const password = Redacted.make(`${(first + made) % secrets}`)
          const found = trial.run(Provider.use((provider) => Effect.result(provider.stepUp.owns(account, password))))
          if (Result.isSuccess(found)) return true
          if (found.failure._tag === "WrongPassword" && found.failure.exhausted) return false
        }
        return false
      })
    }
  }
}

const index = drawn(Fixtures.alipay, { aliasDigits: 1, otpDigits: 2, positions: 20 })
const renewed = drawn(Fixtures.alipay, { aliasDigits: 1, otpDigits: 3, positions: 50, credentials: 4 })
const several = drawn(Fixtures.hardened, { aliasDigits: 1, otpDigits: 1, positions: 5, credentials: 4 })
const tokens = drawn(Fixtures.unionpay, { aliasDigits: 1, otpDigits: 2, positions: 20, accounts: 2, credentials: 4 })
const manyLists = drawn(Fixtures.wechat, {
  otpDigits: 2,
  positions: 4,
  credentials: 4,
  prefixes: 2,
  marksRevealed: true
})
const indices = drawn(Fixtures.alipay, { aliasDigits: 1, otpDigits: 2, positions: 30, accounts: 5 })
// Proofs of three digits: the more positions there are, the fewer trials it takes.
const longer = drawn(Fixtures.alipay, { aliasDigits: 1, otpDigits: 3, positions: 200 })
const token = drawn(Fixtures.unionpay, { aliasDigits: 1, otpDigits: 3, positions: 200 })
// Among so many positions a form that forgot that a code which reads in two ways is refused (VER-22) is a tenth off.
const bound = drawn(Fixtures.tillQr, { aliasDigits: 1, otpDigits: 2, positions: 20, keepsBinding: true })
const unlocked = drawn(Fixtures.hardened, { aliasDigits: 1, otpDigits: 1, positions: 10, keepsBinding: true })
const key = drawn(Fixtures.hardened, { aliasDigits: 1, otpDigits: 1, positions: 10, marksRevealed: true })
const keys = drawn(Fixtures.hardened, { aliasDigits: 1, otpDigits: 1, positions: 3, accounts: 3, marksRevealed: true })
const list = drawn(Fixtures.wechat, { otpDigits: 2, positions: 12, prefixes: 2, marksRevealed: true })
const lists = drawn(Fixtures.wechat, { otpDigits: 2, positions: 4, accounts: 5, prefixes: 2, marksRevealed: true })

/** The experiments by name. A thread is told a name. */
export const experiments = {
  "index targeted": index.targeted("a guess at an account whose index is known"),
  "longer index targeted": longer.targeted("the same with proofs of three digits"),
  "index blind": indices.blind("a guess at any index"),
  "index collision": index.collision("a fresh code after an index, when all the others of its window are used"),
  "longer index collision": longer.collision("the same with a proof of three digits"),
  "token targeted": token.targeted("a guess at a list whose token is known"),
  "bound targeted": bound.targeted(
    "a guess at an account whose codes are made over a transaction, with the PIN or not"
  ),
  "bound collision": bound.collision("a fresh code over a transaction, when all the others of its window are used"),
  "unlocked targeted": unlocked.targeted(
    "a guess at codes that the phone makes, or its hardware once the PIN unlocks it"
  ),
  "keyed targeted": key.targeted("a guess at an account whose aliases nobody knows"),
  "keyed blind": keys.blind("a guess at any keyed alias"),
  "keyed collision": keys.collision("a fresh code after a keyed alias, among other accounts"),
  "list targeted": list.targeted("a guess at the list of one account"),
  "list blind": lists.blind("a guess at anybody's list"),
  "list collision": lists.collision("a fresh code of a list, among other lists"),
  "index renewed targeted": renewed.targeted("a guess at an index of two phones that are being renewed"),
  "index renewed collision": renewed.collision("a fresh code, when its account has three more credentials"),
  "keyed captured": several.captured(
    "a guess under the alias of a captured code, of an account of two phones in a renewal"
  ),
  "keyed renewed collision": several.collision(
    "a fresh code after a keyed alias, when its account has three more credentials"
  ),
  "token renewed blind": tokens.blind("a guess at any token, when every account has four"),
  "list renewed targeted": manyLists.targeted(
    "a guess at the lists of an account of two phones that are being renewed"
  ),
  "a day": days("a day of guesses at a provider"),
  password: passwords("a day of guesses at a password")
} as const satisfies Record<string, Experiment>

/** The name of an experiment. */
export type Name = keyof typeof experiments

/** Every experiment's name. */
export const names = Object.keys(experiments) as ReadonlyArray<Name>
