/** The command of a payer: `wallet` enrols a phone, shows its codes without a network, renews its credential, and pays with the password. */
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Rules from "../../model/Rules.ts"
import * as Positions from "../../model/TokenSource.ts"
import * as Barcode from "../Barcode.ts"
import * as Client from "../http/Client.ts"
import { Online } from "../Online.ts"
import { Refused } from "../Refused.ts"
import * as SchemeFile from "../SchemeFile.ts"
import { BadInput } from "../SchemeFile.ts"
import * as Wallet from "../Wallet.ts"
import * as WalletFile from "../WalletFile.ts"
import { failed, orFailed } from "./Failed.ts"
import * as OwnFile from "./OwnFile.ts"
import { network, passwordSource, scheme, url } from "./Serve.ts"

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
const opened = Effect.fnUntraced(function* (path: string, keyPath: Option.Option<string>) {
  const kept = yield* usable(WalletFile.open(path, yield* sealing(keyPath)))
  const contents = yield* kept.contents
  const rules = Rules.strict(contents.scheme)
  const wallet = yield* Wallet.make(rules, contents, yield* kept.store)
  return { contents, rules, wallet }
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
    file,
    keyFile,
    passwordFile
  },
  Effect.fn("wallet enrol")(
    function* ({ account, agree, file, keyFile, passwordFile, scheme, server }) {
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
        credential: undefined
      }
      const kept = yield* usable(WalletFile.create(file, key, contents))
      const wallet = yield* Wallet.make(Rules.strict(decoded), contents, yield* kept.store)
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
    svg: Flag.String("svg").pipe(Flag.withDescription("SVG file to write the code to"), Flag.optional),
    png: Flag.String("png").pipe(Flag.withDescription("PNG file to write the code to"), Flag.optional),
    file,
    keyFile
  },
  Effect.fn("wallet show")(
    function* ({ barcode, digits, file, keyFile, once, png, svg }) {
      const fs = yield* FileSystem.FileSystem
      const { rules, wallet } = yield* opened(file, keyFile)
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
        const screen = yield* orFailed(wallet.show({ revealed: digits }))
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
    keyFile
  },
  Effect.fn("wallet renew")(
    function* ({ file, keyFile, needed }) {
      const { contents, wallet } = yield* opened(file, keyFile)
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

/** A payer's phone. */
export const phone = Command.make("wallet").pipe(
  Command.withDescription("Be a payer's phone: enrol it, show its codes offline, renew its credential"),
  Command.withSubcommands([enrol, show, renew, status, approve])
)
