/** The command of a payer: `wallet` enrols a phone, shows its codes without a network, renews its credential, and pays with the password. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Prompt from "effect/cli/Prompt"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Rules from "../../model/Rules.ts"
import * as Binding from "../../model/steps/Binding.ts"
import * as StepUp from "../../model/steps/StepUp.ts"
import * as Positions from "../../model/steps/TokenSource.ts"
import * as Challenge from "../credentials/Challenge.ts"
import * as Transaction from "../credentials/Transaction.ts"
import * as Client from "../http/Client.ts"
import * as Barcode from "../pictures/Barcode.ts"
import type * as Provider from "../provider/Provider.ts"
import { Refused } from "../provider/Refused.ts"
import * as SchemeFile from "../SchemeFile.ts"
import { BadInput, rejected } from "../SchemeFile.ts"
import { Online } from "../wallet/Online.ts"
import * as SecureHardware from "../wallet/SecureHardware.ts"
import * as Wallet from "../wallet/Wallet.ts"
import * as WalletFile from "../wallet/WalletFile.ts"
import { failed, orFailed } from "./Failed.ts"
import * as OwnFile from "./OwnFile.ts"
import { network, passwordSource, pinSource, scheme, url } from "./Serve.ts"

const file = Flag.String("file").pipe(Flag.withDescription("the file of the wallet"), Flag.withDefault("wallet.json"))

const keyFile = Flag.String("key-file").pipe(
  Flag.withDescription(
    "file with the key that seals the wallet, which `enrol` makes where there is none; without it, the passphrase is PAYCODE_PASSPHRASE, or asked for"
  ),
  Flag.optional
)

const passwordFile = Flag.String("password-file").pipe(
  Flag.withDescription("file with the account's payment password; or PAYCODE_PASSWORD"),
  Flag.optional
)

/** What cannot be used is bad input: nothing was done with it. */
const usable = <A, R>(
  opening: Effect.Effect<A, WalletFile.Unopened | WalletFile.Unsaved, R>
): Effect.Effect<A, BadInput, R> => Effect.mapError(opening, ({ message }) => new BadInput({ lines: [message] }))

const sealing = Effect.fnUntraced(function* (path: Option.Option<string>) {
  if (Option.isSome(path)) return WalletFile.keyFile(path.value)
  const passphrase = yield* OwnFile.text({
    what: "the passphrase of the wallet",
    file: Option.none(),
    otherwise: "a key in the file of --key-file",
    variable: "PAYCODE_PASSPHRASE"
  })
  return WalletFile.passphrase(passphrase)
})

/** The wallet in a file, which no other command uses meanwhile. */
const opened = Effect.fnUntraced(function* (
  path: string,
  keyPath: Option.Option<string>,
  pinPath: Option.Option<string> = Option.none()
) {
  const kept = yield* usable(WalletFile.open(path, yield* sealing(keyPath)))
  return yield* walletOf(kept, pinPath)
})

/** The wallet of a file, with the hardware that its scheme needs. */
const walletOf = Effect.fnUntraced(function* (kept: WalletFile.WalletFile, pinPath: Option.Option<string>) {
  const contents = yield* kept.contents
  const rules = Rules.strict(contents.scheme)
  const { code, stepUp } = contents.scheme
  type Unkept = WalletFile.Unsaved | BadInput
  const hardware =
    stepUp.method === "hardware-pin" && code.mac !== "none"
      ? yield* SecureHardware.simulated<Unkept>({
          algorithm: code.mac,
          attempts: stepUp.attempts ?? 1,
          choosePin: Effect.provideContext(
            OwnFile.pin(pinSource(pinPath)),
            yield* Effect.context<Prompt.Environment>()
          ),
          store: {
            sealed: contents.hardware,
            save: (sealed) => kept.update((now) => ({ ...now, hardware: sealed }))
          }
        })
      : undefined
  const wallet = yield* Wallet.make<Unkept>(rules, contents, yield* kept.store, hardware)
  return { contents, rules, wallet }
})

const pinFile = Flag.String("pin-file").pipe(
  Flag.withDescription("file with the PIN, where one is needed; or PAYCODE_PIN"),
  Flag.optional
)

/** What the payer confirms, as it was typed: whom they pay, and how much. */
interface Confirming {
  readonly merchant: Option.Option<string>
  readonly amount: Option.Option<number>
}

/** Whether a transaction is the payer's, by what they have typed or answer now. */
const isConfirmed = Effect.fnUntraced(function* ({ amount, order, payee }: Transaction.Transaction, typed: Confirming) {
  const said = `${amount} to ${payee} for order ${order}`
  if (Option.isSome(typed.merchant) && Option.isSome(typed.amount)) {
    return typed.merchant.value === payee && typed.amount.value === amount
  }
  if (!process.stdin.isTTY) {
    return yield* new BadInput({
      lines: [`--merchant, --amount: expected what you are paying and to whom; the phone reads ${said}`]
    })
  }
  return yield* Effect.orElseSucceed(Prompt.run(Prompt.Confirm({ message: `Pay ${said}?` })), () => false)
})

/** A transaction, from its text or from a picture of it. */
const transactionIn = Effect.fnUntraced(function* (given: string) {
  const fs = yield* FileSystem.FileSystem
  const unread = (message: string): BadInput => new BadInput({ lines: [`--over: ${message}`] })
  const text = given.startsWith("paycode:")
    ? given
    : yield* fs.readFile(given).pipe(
        Effect.mapError(({ reason }) => unread(`expected a transaction, or a PNG or JPEG file, found ${reason._tag}`)),
        Effect.flatMap((bytes) =>
          Effect.mapError(Barcode.readTransaction(bytes), ({ message }) => unread(`${given}: ${message}`))
        )
      )
  return yield* Effect.fromResult(
    Result.mapError(Transaction.read("till", text), (problems) => rejected("--over", problems))
  )
})

/** The provider of a wallet, as its phone reaches it. */
const online = ({ phone, provider, signingKey }: WalletFile.Contents): Layer.Layer<Online> =>
  Layer.provide(Client.layerOnline({ url: provider, phone, key: signingKey }), network)

const offline = SecureRandom.layerWebCrypto

/** Takes away a wallet that was refused a credential, so that its holder can enrol again. */
const discarded = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.ignore(fs.remove(path))
})

const enrol = Command.make(
  "enrol",
  {
    server: url,
    account: Flag.Int("account").pipe(Flag.withDescription("number of the account")),
    scheme,
    agree: Flag.Boolean("agree").pipe(
      Flag.withDescription("sign the agreement by which codes pay without a password, up to the limits"),
      Flag.withDefault(false)
    ),
    telephone: Flag.String("telephone").pipe(
      Flag.withDescription("the account's telephone number, where the scheme has short messages"),
      Flag.optional
    ),
    file,
    keyFile,
    passwordFile,
    pinFile
  },
  Effect.fn("wallet enrol")(
    function* ({ account, agree, file, keyFile, passwordFile, pinFile, scheme, server, telephone }) {
      const fs = yield* FileSystem.FileSystem
      const decoded = yield* SchemeFile.load(scheme)
      if (yield* Effect.orDie(fs.exists(file))) {
        return yield* new BadInput({
          lines: [`${file}: expected no file yet, found one: renew it, or enrol into another`]
        })
      }
      const password = yield* OwnFile.text(passwordSource(passwordFile))
      if (Option.isSome(keyFile) && !(yield* Effect.orDie(fs.exists(keyFile.value)))) {
        yield* usable(WalletFile.createKeyFile(keyFile.value))
      }
      const key = yield* sealing(keyFile)
      const owner = yield* Client.owner({ url: server })
      if (agree) yield* orFailed(owner.sign({ account, password }))
      const { key: signingKey, phone } = yield* orFailed(owner.register({ account, password }))
      const contents: WalletFile.Contents = {
        provider: server,
        scheme: decoded,
        account,
        phone,
        signingKey,
        credential: undefined,
        telephone: Option.getOrUndefined(telephone)
      }
      const kept = yield* usable(WalletFile.create(file, key, contents))
      const { wallet } = yield* walletOf(kept, pinFile)
      yield* Effect.andThen(wallet.enroll, wallet.confirm).pipe(
        Effect.provide(online(contents)),
        Effect.tapError((error) => (error instanceof Refused ? discarded(file) : Effect.void)),
        Effect.mapError((error) => {
          const isUnsigned = error instanceof Refused && error.reason === "NO_AGREEMENT"
          return failed(isUnsigned ? `${error.message}; --agree signs it` : error.message)
        })
      )
      const left = yield* wallet.left
      const many = Number.isFinite(left) ? `${left} codes` : "a seed, and a code for every step"
      yield* Console.log(`${file}: phone ${phone} of account ${account}, with ${many}`)
    },
    Effect.scoped,
    Effect.provide(network)
  )
).pipe(Command.withDescription("Enrol a phone, online: the owner's password gets it a credential of its own"))

/** What a screen shows of a code, for a terminal of so many columns. */
const drawn = (code: string, columns: number, isTerminal: boolean, digits: boolean): string => {
  const ink = isTerminal && !process.env.NO_COLOR ? "colours" : "light"
  const pictures = Barcode.kinds.flatMap((kind) => Barcode.terminal(kind, code, { columns, ink }) ?? [])
  return [...pictures, ...(digits ? [`${Barcode.grouped(code)}\n`] : [])].join("\n")
}

const show = Command.make(
  "show",
  {
    digits: Flag.Boolean("digits").pipe(
      Flag.withDescription("reveal the code as digits, to be typed at a till; some schemes ask for the password then"),
      Flag.withDefault(false)
    ),
    once: Flag.Boolean("once").pipe(
      Flag.withDescription(
        "show one code and end, as where nobody is at a terminal, instead of counting down to the next"
      ),
      Flag.withDefault(false)
    ),
    barcode: Flag.Literals("as", Barcode.kinds).pipe(
      Flag.withDescription(
        "which picture to write with --svg and --png; with neither --as, --svg writes a card with both"
      ),
      Flag.optional
    ),
    over: Flag.String("over").pipe(
      Flag.withDescription(
        "the till's transaction, as text or as a PNG or JPEG file of its square, where the scheme binds codes to it"
      ),
      Flag.optional
    ),
    merchant: Flag.String("merchant").pipe(
      Flag.withDescription("with --over: the name of whom you are paying, in place of a question"),
      Flag.optional
    ),
    amount: Flag.Int("amount").pipe(
      Flag.withDescription("with --over: what you are paying, in minor units, in place of a question"),
      Flag.optional
    ),
    withPin: Flag.Boolean("with-pin").pipe(
      Flag.withDescription("with --over: enter the PIN, though the amount does not ask for it"),
      Flag.withDefault(false)
    ),
    pinFile,
    svg: Flag.String("svg").pipe(Flag.withDescription("SVG file to write the code to"), Flag.optional),
    png: Flag.String("png").pipe(Flag.withDescription("PNG file to write the code to"), Flag.optional),
    file,
    keyFile
  },
  Effect.fn("wallet show")(
    function* ({ amount, barcode, digits, file, keyFile, merchant, once, over, pinFile, png, svg, withPin }) {
      const fs = yield* FileSystem.FileSystem
      const { rules, wallet } = yield* opened(file, keyFile, pinFile)
      if (Binding.isBound(rules) !== Option.isSome(over)) {
        const expected = Binding.isBound(rules)
          ? "the till's transaction"
          : "nothing: codes are made over no transaction"
        return yield* new BadInput({
          lines: [`--over: expected ${expected}, found ${over._tag === "Some" ? "one" : "none"}`]
        })
      }
      const transaction = Option.isSome(over) ? yield* transactionIn(over.value) : undefined
      if (transaction !== undefined && !(yield* isConfirmed(transaction, { merchant, amount }))) {
        const { order, payee } = transaction
        return yield* failed(`order ${order}: not confirmed: it is ${transaction.amount} to ${payee}; no code was made`)
      }
      const asksPin = transaction !== undefined && (withPin || Wallet.needsPin(rules, transaction, digits))
      const pin = asksPin ? yield* OwnFile.pin(pinSource(pinFile)) : undefined
      const showing: Wallet.Showing = {
        revealed: digits,
        ...(transaction !== undefined && { over: transaction }),
        ...(pin !== undefined && { pin })
      }
      const { stdout } = process
      const picture = (path: string, bytes: string | Uint8Array) =>
        Effect.mapError(
          typeof bytes === "string" ? fs.writeFileString(path, bytes) : fs.writeFile(path, bytes),
          ({ reason }) =>
            new BadInput({ lines: [`${path}: expected a file that can be written, found ${reason._tag}`] })
        )
      const isWatched = stdout.isTTY === true && !once
      const time = (seconds: number, ahead: number): string =>
        new Date(seconds * 1000 - ahead).toTimeString().slice(0, "00:00:00".length)
      do {
        const screen = yield* orFailed(wallet.show(showing))
        const ahead = (yield* wallet.state)?.clockDifference ?? 0
        const until = time(screen.shownUntil, ahead)
        if (Option.isSome(svg)) {
          const words = { title: "Payment code", note: `until ${until}` }
          yield* picture(
            svg.value,
            Option.match(barcode, {
              onNone: () => Barcode.card(screen, words),
              onSome: (kind) => Barcode.svg(kind, screen.code)
            })
          )
        }
        if (Option.isSome(png)) {
          yield* picture(
            png.value,
            Barcode.png(
              Option.getOrElse(barcode, () => "qr" as const),
              screen.code
            )
          )
        }
        if (isWatched) stdout.write("\u001b[2J\u001b[H")
        stdout.write(drawn(screen.code, stdout.columns ?? 80, stdout.isTTY === true, digits))
        if (!isWatched) {
          yield* Console.log(`shown until ${until}`)
          return
        }
        const supply = Positions.supply(rules)
        for (let left = 1; left > 0; yield* Effect.sleep("200 millis")) {
          left = screen.shownUntil - Math.floor((Date.now() + ahead) / 1000)
          const codes = Number.isFinite(supply) ? `, ${yield* wallet.left} codes left` : ""
          stdout.write(`\r\u001b[Kanother in ${Math.max(0, left)} s${codes}; Ctrl-C ends`)
        }
      } while (isWatched)
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(
  Command.withDescription("Show a code, without a network: as bars and a square in the terminal, and in picture files")
)

const renew = Command.make(
  "renew",
  {
    needed: Flag.Boolean("if-needed").pipe(
      Flag.withDescription("only where few codes are left of a list"),
      Flag.withDefault(false)
    ),
    file,
    keyFile,
    pinFile
  },
  Effect.fn("wallet renew")(
    function* ({ file, keyFile, needed, pinFile }) {
      const { contents, wallet } = yield* opened(file, keyFile, pinFile)
      const renewal = needed ? wallet.refill : Effect.as(Effect.andThen(wallet.enroll, wallet.confirm), true)
      const isRenewed = yield* orFailed(Effect.provide(renewal, online(contents)))
      const left = yield* wallet.left
      const many = Number.isFinite(left) ? `: ${left} codes` : ""
      yield* Console.log(isRenewed ? `renewed${many}` : `not needed${many}`)
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(Command.withDescription("Get another credential, online; the one before ends when this one is confirmed"))

const status = Command.make(
  "status",
  {
    ask: Flag.Boolean("online").pipe(
      Flag.withDescription("ask the provider whether the credential was revoked, and destroy it where it was"),
      Flag.withDefault(false)
    ),
    file,
    keyFile
  },
  Effect.fn("wallet status")(
    function* ({ ask, file, keyFile }) {
      const { contents, wallet } = yield* opened(file, keyFile)
      const isWiped = ask && (yield* orFailed(Effect.provide(wallet.checkIn, online(contents))))
      const state = yield* wallet.state
      const left = yield* wallet.left
      const lines = [
        `phone ${contents.phone} of account ${contents.account} at ${contents.provider}, by ${contents.scheme.scheme}`,
        ...(isWiped ? ["its credential was revoked, and is destroyed"] : []),
        state === undefined
          ? "it holds no credential: renew"
          : `credential ${state.number}, ${Number.isFinite(left) ? `${left} codes left` : "a seed"}; the provider's clock is ${
              state.clockDifference / 1000
            } s ahead of this one`
      ]
      yield* Console.log(lines.join("\n"))
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(Command.withDescription("Say what the wallet holds"))

const approve = Command.make(
  "approve",
  {
    order: Argument.String("order").pipe(
      Argument.withDescription("the order to pay; without one, those that wait are listed"),
      Argument.optional
    ),
    merchant: Flag.String("merchant").pipe(
      Flag.withDescription("the merchant that you are paying: the prompt must name it"),
      Flag.optional
    ),
    amount: Flag.Int("amount").pipe(
      Flag.withDescription("what you are paying, in minor units: the prompt must name it"),
      Flag.optional
    ),
    file,
    keyFile,
    passwordFile
  },
  Effect.fn("wallet approve")(
    function* ({ amount, file, keyFile, merchant, order, passwordFile }) {
      const { contents, wallet } = yield* opened(file, keyFile)
      const reached = online(contents)
      const prompts = yield* orFailed(
        Effect.provide(
          Online.use((provider) => provider.prompts(contents.account)),
          reached
        )
      )
      if (Option.isNone(order)) {
        const lines = prompts.map((prompt) => `${prompt.order}: ${prompt.amount} to ${prompt.merchant}`)
        return yield* Console.log(lines.length === 0 ? "no order waits for the password" : lines.join("\n"))
      }
      const prompt = prompts.find((waiting) => waiting.order === order.value)
      if (prompt === undefined) return yield* failed(`order ${order.value}: expected one that waits, found none`)
      if (Option.isNone(merchant) || Option.isNone(amount)) {
        return yield* new BadInput({
          lines: [
            `--merchant, --amount: expected what you are paying and to whom; the prompt says ${prompt.amount} to ${prompt.merchant}`
          ]
        })
      }
      const isTheirs = prompt.merchant === merchant.value && prompt.amount === amount.value
      if (!isTheirs) {
        return yield* failed(
          `order ${prompt.order}: expected ${amount.value} to ${merchant.value}, found ${prompt.amount} to ${prompt.merchant}; no password was sent`
        )
      }
      const password = yield* OwnFile.text(passwordSource(passwordFile))
      const answer = yield* orFailed(Effect.provide(wallet.approve(prompt, isTheirs, password), reached))
      if (answer !== "PAID") return yield* failed(`order ${prompt.order}: ${answer ?? "not confirmed"}`)
      yield* Console.log(`order ${prompt.order}: ${prompt.amount} paid to ${prompt.merchant}`)
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(Command.withDescription("Give the password, online, for an order over the limits"))

const answer = Command.make(
  "answer",
  {
    order: Argument.String("order").pipe(
      Argument.withDescription("the order to answer for; without one, the challenges that have come are listed"),
      Argument.optional
    ),
    merchant: Flag.String("merchant").pipe(
      Flag.withDescription("the name of whom you are paying: the challenge must name it"),
      Flag.optional
    ),
    amount: Flag.Int("amount").pipe(
      Flag.withDescription("what you are paying, in minor units: the challenge must name it"),
      Flag.optional
    ),
    file,
    keyFile,
    passwordFile,
    pinFile
  },
  Effect.fn("wallet answer")(
    function* ({ amount, file, keyFile, merchant, order, passwordFile, pinFile }) {
      const { contents, rules, wallet } = yield* opened(file, keyFile, pinFile)
      const number = contents.telephone
      if (!StepUp.isByMessage(rules) || number === undefined) {
        const found = number === undefined ? "no telephone number" : contents.scheme.scheme
        return yield* new BadInput({
          lines: [`${file}: expected a scheme of short messages, and a telephone number, found ${found}`]
        })
      }
      const phones = yield* Client.network({ url: contents.provider })
      const end = Effect.fnUntraced(function* (received: Provider.Received | undefined) {
        const about = received?.order === undefined ? "" : `order ${received.order.order}: `
        if (received?.answer !== "PAID") {
          return yield* failed(`${about}${received?.answer ?? "the provider took the message for nothing"}`)
        }
        yield* Console.log(`${about}paid`)
      })
      if (contents.scheme.stepUp.method === "sms-password") {
        const password = yield* OwnFile.text(passwordSource(passwordFile))
        return yield* end(yield* orFailed(phones.send(number, Challenge.password(password))))
      }
      const inbox = yield* orFailed(phones.inbox(number))
      const challenges = inbox.flatMap(({ text }) => {
        const read = Challenge.read(text)
        return Result.isSuccess(read) ? [{ text, asked: read.success }] : []
      })
      if (Option.isNone(order)) {
        const lines = challenges.map(({ asked }) => `${asked.order}: ${asked.amount} to ${asked.payee}`)
        return yield* Console.log(lines.length === 0 ? "no challenge has come" : lines.join("\n"))
      }
      const challenge = challenges.findLast(({ asked }) => asked.order === order.value)
      if (challenge === undefined) return yield* failed(`order ${order.value}: expected a challenge, found none`)
      const isTheirs = yield* isConfirmed(challenge.asked, { merchant, amount })
      const pin = isTheirs ? yield* OwnFile.pin(pinSource(pinFile)) : Redacted.make("")
      const given = yield* orFailed(wallet.answer(challenge.text, () => isTheirs, pin))
      if (given === undefined) {
        const { asked } = challenge
        return yield* failed(
          `order ${asked.order}: not confirmed: it is ${asked.amount} to ${asked.payee}; nothing was sent`
        )
      }
      yield* end(yield* orFailed(phones.send(number, given)))
    },
    Effect.scoped,
    Effect.provide(network)
  )
).pipe(
  Command.withDescription(
    "Answer the challenge in a short message, or send the password in one: with a provider that runs a telephone network"
  )
)

/** A payer's phone. */
export const phone = Command.make("wallet").pipe(
  Command.withDescription("Be a payer's phone: enrol it, show its codes offline, renew its credential"),
  Command.withSubcommands([enrol, show, renew, status, approve, answer])
)
