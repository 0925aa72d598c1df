/** WalletShow: `wallet show` shows the codes of a phone, without a network. */
import { resolve } from "node:path"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Rules } from "../../model/Rules.ts"
import { Binding, Generation, TokenSource as Positions } from "../../model/steps/Steps.ts"
import { Transaction } from "../credentials/Credentials.ts"
import * as OptionalPackage from "../OptionalPackage.ts"
import * as Barcode from "../pictures/Barcode.ts"
import { rejected } from "../SchemeFile.ts"
import * as Wallet from "../wallet/Wallet.ts"
import * as Display from "./Display.ts"
import { failed, orFailed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { offline } from "./Network.ts"
import * as Say from "./Say.ts"
import * as Secrets from "./Secrets.ts"
import { file, keyFile, opened, pinFile } from "./WalletAccess.ts"
import { isConfirmed, type Purchase } from "./WalletConfirm.ts"

/** A transaction, from its text or from a picture of it. */
const transactionIn = Effect.fnUntraced(function* (given: string) {
  const fs = yield* FileSystem.FileSystem
  const unread = (message: string) => unusable(`--over: ${message}`)
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

/** The transaction that a code is made over, once the payer has confirmed it; undefined where the scheme has none. */
const confirmedOver = Effect.fnUntraced(function* (rules: Rules, over: Option.Option<string>, purchase: Purchase) {
  const isBound = Binding.isBound(rules)
  if (isBound !== Option.isSome(over)) {
    const expected = isBound ? "the till's transaction" : "nothing: codes are made over no transaction"
    return yield* unusable(`--over: expected ${expected}, found ${Option.isSome(over) ? "one" : "none"}`)
  }
  if (Option.isNone(over)) return undefined
  const transaction = yield* transactionIn(over.value)
  if (yield* isConfirmed(transaction, purchase)) return transaction
  const { amount, order, payee } = transaction
  return yield* failed(`order ${order}: not confirmed: it is ${amount} to ${payee}; no code was made`)
})

/** Which files a screen is written to. */
interface Files {
  readonly svg: Option.Option<string>
  readonly png: Option.Option<string>
  /** Which of the pictures; with none, an SVG is a card with both. */
  readonly barcode: Option.Option<Barcode.Kind>
}

/** Fails where a picture cannot be written, or two would be in one file: a code that is made then would be spent all the same. */
const writable = Effect.fnUntraced(function* ({ barcode, png, svg }: Files) {
  if (Option.isSome(barcode) && Option.isNone(png) && Option.isNone(svg)) {
    return yield* unusable("--as: expected --svg or --png beside it, found neither")
  }
  if (Option.isSome(png) && Option.isSome(svg) && resolve(png.value) === resolve(svg.value)) {
    return yield* unusable("--svg, --png: expected two files, found one")
  }
  if (Option.isSome(svg)) yield* Display.canBeWritten("svg", svg.value, true)
  if (Option.isSome(png)) yield* Display.canBeWritten("png", png.value, true)
})

/** Fails where something is said of a purchase that no code is made over. */
const boughtOver = (over: Option.Option<string>, purchase: Purchase, withPin: boolean) => {
  const without = [
    ...(Option.isSome(purchase.merchant) ? ["--merchant"] : []),
    ...(Option.isSome(purchase.amount) ? ["--amount"] : []),
    ...(withPin ? ["--with-pin"] : [])
  ]
  return Option.isSome(over) || without.length === 0
    ? Effect.void
    : unusable(`${without.join(", ")}: expected --over beside it, found none: the code would be for any purchase`)
}

const writeFiles = Effect.fnUntraced(function* (screen: Wallet.Screen, until: string, { barcode, png, svg }: Files) {
  if (Option.isSome(svg)) {
    const words = { title: "Payment code", note: `until ${until}` }
    const picture = Option.match(barcode, {
      onNone: () => Barcode.card(screen, words),
      onSome: (kind) => Barcode.svg(kind, screen.code)
    })
    yield* Display.writeCode(svg.value, picture)
  }
  if (Option.isSome(png)) {
    const kind = Option.getOrElse(barcode, () => "qr" as const)
    yield* Display.writeCode(png.value, Barcode.png(kind, screen.code))
  }
})

/** A second of the phone's corrected clock as this machine's clock tells it. `ahead`: the correction, in milliseconds. */
const timeOf = (seconds: number, ahead: number): string =>
  new Date(seconds * 1000 - ahead).toTimeString().slice(0, "00:00:00".length)

/** Clears the terminal. */
const clear = "\u001b[2J\u001b[H"

/** How a screen is counted down: by a clock, and whether codes are counted and another comes up after it. */
interface CountDown {
  /** How far the phone's corrected clock is ahead of this machine's, in milliseconds. */
  readonly ahead: number
  readonly isCounted: boolean
  readonly isFollowed: boolean
}

/** Counts down to the end of a screen. Where no other follows, the code goes with it. */
const countDown = Effect.fnUntraced(function* <E>(
  wallet: Wallet.Wallet<E>,
  { shownUntil }: Wallet.Screen,
  { ahead, isCounted, isFollowed }: CountDown
) {
  for (let left = 1; left > 0; yield* Effect.sleep("200 millis")) {
    left = shownUntil - Math.floor((Date.now() + ahead) / 1000)
    const codes = isCounted ? `, ${yield* wallet.left} codes left` : ""
    const what = isFollowed ? "another" : "gone"
    process.stdout.write(`\r\u001b[K${what} in ${Math.max(0, left)} s${codes}; Ctrl-C ends`)
  }
  if (!isFollowed) process.stdout.write(clear)
})

/** Shows a code on the terminal and in the files, and answers its screen, and until when it is shown. */
const shown = Effect.fnUntraced(function* <E extends Error>(
  wallet: Wallet.Wallet<E>,
  showing: Wallet.Showing,
  files: Files,
  isWatched: boolean
) {
  const screen = yield* orFailed(wallet.show(showing))
  const ahead = (yield* wallet.state)?.clockDifference ?? 0
  const until = timeOf(screen.shownUntil, ahead)
  yield* writeFiles(screen, until, files)
  if (isWatched) process.stdout.write(clear)
  process.stdout.write(Display.code(screen.code, screen.revealed))
  return { screen, ahead, until }
})

/** Shows a code. */
export const show = Command.make(
  "show",
  {
    digits: Flags.toggle(
      "digits",
      "reveal the code as digits, to be typed at a till; some schemes ask for the password then"
    ),
    once: Flags.toggle(
      "once",
      "show one code and end, as where nobody is at a terminal, instead of counting down to the next, or to its end where the scheme shows none that nobody asked for"
    ),
    barcode: Flag.Literals("as", Barcode.kinds).pipe(
      Flag.withDescription(
        "which picture to write with --svg and --png; with neither --as, --svg writes a card with both"
      ),
      Flag.optional
    ),
    over: Flags.optional(
      "over",
      "the till's transaction, as text or as a PNG or JPEG file of its square, where the scheme binds codes to it"
    ),
    ...Flags.purchase(
      "with --over: the name of whom you are paying, in place of a question",
      "with --over: what you are paying, in minor units, in place of a question"
    ),
    withPin: Flags.toggle("with-pin", "with --over: enter the PIN, though the amount does not ask for it"),
    pinFile,
    svg: Flags.optionalPath("svg", "SVG file to write the code to"),
    png: Flags.optionalPath("png", "PNG file to write the code to"),
    file,
    keyFile
  },
  Effect.fn("wallet show")(
    function* ({ amount, barcode, digits, file, keyFile, merchant, once, over, pinFile, png, svg, withPin }) {
      // A code that cannot be drawn would be spent all the same.
      yield* OptionalPackage.needed("bwip-js")
      yield* boughtOver(over, { merchant, amount }, withPin)
      yield* writable({ barcode, png, svg })
      const { rules, wallet } = yield* opened(file, keyFile, pinFile)
      const transaction = yield* confirmedOver(rules, over, { merchant, amount })
      const asksPin = transaction !== undefined && (withPin || Wallet.needsPin(rules, transaction, digits))
      const pin = asksPin ? yield* Secrets.pin(pinFile) : undefined
      // Who runs this asks for a code, and has unsealed the wallet for it. One that would follow is asked for by nobody (GEN-10).
      const isFollowed = Generation.isShown(rules, { asked: false, unlocked: false })
      const showing: Wallet.Showing = {
        revealed: digits,
        asking: { asked: true, unlocked: true },
        ...(transaction !== undefined && { over: transaction }),
        ...(pin !== undefined && { pin })
      }
      const isWatched = process.stdout.isTTY === true && !once
      const isCounted = Number.isFinite(Positions.supply(rules))
      do {
        const { ahead, screen, until } = yield* shown(wallet, showing, { barcode, png, svg }, isWatched)
        yield* isWatched
          ? countDown(wallet, screen, { ahead, isCounted, isFollowed })
          : Say.lines(`shown until ${until}`)
      } while (isWatched && isFollowed)
    },
    Effect.scoped,
    Effect.provide(offline)
  )
).pipe(
  Command.withDescription("Show a code, without a network: as bars and a square in the terminal, and in picture files")
)
