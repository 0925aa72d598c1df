/**
 * Fixtures: the schemes, and a provider of one of them with its ledger in memory, with a clock that is set by hand and
 * randomness that repeats itself.
 */
import { createHash, createHmac } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as BuiltIn from "../../model/BuiltIn.ts"
import type { Rules } from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { Mac } from "../credentials/Credentials.ts"
import type { Database } from "../ledger/Ledger.ts"
import * as Ledger from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Messages } from "../provider/Provider.ts"
import { Online } from "../wallet/Wallet.ts"

/** The scheme of the masked index: a seed. */
export const alipay = BuiltIn.named("alipay")

/** The scheme of the drawn codes: a list, several prefixes, and codes that are marked when they are revealed. */
export const wechat = BuiltIn.named("wechat")

/** The scheme of the token: a list whose proofs are made. */
export const unionpay = BuiltIn.named("unionpay")

/** The scheme of the till's transaction, and of the PIN that unlocks a key in hardware. */
export const hardened = BuiltIn.named("hardened")

/** The scheme of the password in a short message. */
export const smsPassword = BuiltIn.named("alipay-sms-password")

/** The scheme of challenge and response in short messages. */
export const smsOcra = BuiltIn.named("alipay-sms-ocra")

/** The scheme of the till's transaction, and of the PIN in the proof. */
export const tillQr = BuiltIn.named("alipay-till-qr")

/** Every scheme of `spec/schemes`. */
export const builtIn = [alipay, wechat, unionpay, hardened, smsPassword, smsOcra, tillQr] as const

/** How {@link hardened} makes codes, without what is only said of codes over transactions. */
const { perStep: _, ...anyCode } = hardened.code

/** What stands in {@link keyed} in place of the sections of {@link hardened}. */
export const unbound = { code: { ...anyCode, boundTo: "payer" }, stepUp: alipay.stepUp } as const

/**
 * A scheme of the alias that is made with a key, a seed, and codes that are marked when they are revealed; but those are
 * made over nothing, and the password is given over the network.
 */
export const keyed: Scheme = { ...hardened, ...unbound, scheme: "keyed" }

/** A scheme for every kind of alias, whose codes are made over nothing, and whose password goes over the network. */
export const schemes = [alipay, wechat, unionpay, keyed] as const

/** A proof by another route, the platform's own HMAC read as words of 32 bits: what {@link Mac} must agree with. */
export const proof = (algorithm: Mac.Algorithm, digits: number, seed: Mac.Seed, step: number): number => {
  const message = Buffer.alloc(8)
  message.writeBigInt64BE(BigInt(step))
  const hash = algorithm === "HMAC-SHA-1" ? "sha1" : "sha256"
  const tag = createHmac(hash, Redacted.value(seed)).update(message).digest()
  return (tag.readUInt32BE(tag.at(-1)! & 0x0f) & 0x7fffffff) % 10 ** digits
}

/** A clock that reads what it is told. Nobody may sleep by it. */
export const clock = (millis: () => number): Clock.Clock => {
  const nanos = (): bigint => BigInt(millis()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: () => Effect.die("a clock that is set by hand does not run")
  }
}

/** A clock that reads what it is told, by which whoever sleeps sleeps as long as by any other. */
export const runningClock = (millis: () => number): Clock.Clock => ({
  ...clock(millis),
  sleep: (duration) => Effect.promise(() => setTimeout(Duration.toMillis(duration)))
})

/** Randomness that is the same for the same label, and different in every draw. */
export const randomness = (label: string): SecureRandom.SecureRandom["Service"] => {
  let draws = 0
  return SecureRandom.make((size) =>
    createHash("shake256", { outputLength: size }).update(`${label} ${draws++}`).digest()
  )
}

/** Randomness whose draws of the length of these bytes are these bytes. */
export const drawing = (bytes: Uint8Array): SecureRandom.SecureRandom["Service"] => {
  const { randomBytes, ...others } = randomness("other draws")
  return { ...others, randomBytes: (size) => (size === bytes.length ? Effect.succeed(bytes) : randomBytes(size)) }
}

/** What nobody has to wait for. */
const passwordCost = 2

/** A provider with its ledger. */
export interface ProviderFixture {
  /** The provider's clock, in seconds. */
  now: number
  /** Makes something happen at that moment. It must come to an end by itself. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, Provider.Services | Online.Online | Ledger.Services>) => A
  /** Stops the provider, and starts another on the same ledger. */
  readonly restart: () => void
}

/** What the provider can be given in place of what it has. */
export interface ProviderFixtureOptions {
  /** Where its short messages go; unless given, nowhere. */
  readonly gateway?: Messages.Gateway
  readonly random?: SecureRandom.SecureRandom["Service"]
  readonly ledger?: Layer.Layer<Ledger.Services>
}

/** Sets up a provider under some rules. */
export const make = (rules: Rules, now: number, options: ProviderFixtureOptions = {}): ProviderFixture => {
  const time = clock(() => fixture.now * 1000)
  const build = <A>(layer: Layer.Layer<A>): Context.Context<A> =>
    Effect.runSync(Layer.build(layer).pipe(Effect.provideService(Clock.Clock, time), Effect.scoped))
  const random = Layer.succeed(SecureRandom.SecureRandom, options.random ?? randomness("trial"))
  const started = (): Context.Context<Provider.Services | Online.Online> =>
    build(
      Online.Online.layerLocal.pipe(
        Layer.provideMerge(Provider.layer(rules, { passwordCost })),
        Layer.provide(Layer.succeedContext(ledger)),
        Layer.provide(random),
        Layer.provide(options.gateway === undefined ? Layer.empty : Layer.succeed(Messages.Messages, options.gateway))
      )
    )
  const fixture: ProviderFixture = {
    now,
    run: (effect) => Effect.runSyncWith(Context.merge(ledger, provider))(effect),
    restart: () => {
      provider = started()
    }
  }
  const ledger = build(options.ledger ?? Ledger.layerMemory)
  let provider = started()
  return fixture
}

/** The payment password of every account. */
export const password = Redacted.make("314159")

/** The PIN of every account that has one. */
export const pin = Redacted.make("271828")

/** The telephone number of an account, by a number that the test gives it. */
export const telephone = (number: number): string => `+8613${(800_000_000 + number).toString()}`

/** Opens an account that has signed, with a phone on which its owner has authenticated. */
export const member = (
  balance: number,
  more: Pick<Provider.Opening, "pin" | "telephone"> = {}
): Effect.Effect<{ account: number; phone: number }, Provider.Taken | Database.Unavailable, Provider.Services> =>
  Provider.use((provider) =>
    Effect.gen(function* () {
      const account = yield* provider.enrollment.open({ balance, password, ...more })
      yield* provider.enrollment.sign(account)
      const phone = yield* provider.enrollment.register(account)
      // Nobody has revoked it yet.
      yield* Effect.catchTag(provider.enrollment.signIn(phone), "Refused", Effect.die)
      return { account, phone }
    })
  )
