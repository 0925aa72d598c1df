/** The command of a shop: `till` scans codes, asks what became of orders, and reverses them. */
import { randomBytes } from "node:crypto"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Rules from "../../model/Rules.ts"
import { Binding, Relay } from "../../model/steps/Steps.ts"
import { Transaction } from "../credentials/Credentials.ts"
import { codes } from "../ExitCodes.ts"
import { Client } from "../http/Http.ts"
import * as OptionalPackage from "../OptionalPackage.ts"
import * as Barcode from "../pictures/Barcode.ts"
import * as Text from "../Text.ts"
import * as Till from "../till/Till.ts"
import * as Display from "./Display.ts"
import { Failed, failed, orFailed, unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import { network } from "./Network.ts"
import * as Say from "./Say.ts"
import * as Secrets from "./Secrets.ts"
import * as TillAgain from "./TillAgain.ts"
import * as TillFile from "./TillFile.ts"
import { refundOf } from "./TillRefund.ts"
import { rotateOf } from "./TillRotate.ts"

const till = Flags.path("till").pipe(Flag.withDescription("the file of the till"), Flag.withDefault(TillAgain.usual))

/** Says on the standard error what is no result. */
const tell = (line: string) => Effect.sync(() => process.stderr.write(`${line}\n`))

/** A way that says why no answer came, once for each reason: a till asks again for minutes. */
const outspoken = (way: Till.Way): Till.Way => {
  const said = new Set<string>()
  const heard = <A>(asked: Effect.Effect<A, Till.Unanswered>): Effect.Effect<A, Till.Unanswered> =>
    Effect.tapErrorTag(asked, "NoAnswer", ({ message }) => {
      if (said.has(message)) return Effect.void
      said.add(message)
      return tell(Text.line(message))
    })
  return {
    pay: (request) => heard(way.pay(request)),
    query: (order) => heard(way.query(order)),
    reverse: (order) => heard(way.reverse(order))
  }
}

/** A till as its file says, which knows the orders that were sent from there. */
const opened = Effect.fnUntraced(function* (path: string) {
  const settings = yield* TillFile.open(path)
  const known = yield* TillFile.orders(path, settings)
  const { key, merchant, name, noticeKey, provider, scheme, terminal } = settings
  const way = outspoken(Client.way(yield* Client.merchant({ url: provider, merchant, key })))
  const rules = Rules.strict(scheme)
  return { rules, known, settings, till: yield* Till.make({ rules, merchant, name, terminal, noticeKey, way, known }) }
})

/** What a code can be given as. A code is money: what was given in its place is never repeated. */
const scannable = "a PNG or JPEG file, or - and the digits on standard input"

const asWhat: Readonly<Record<Barcode.Kind, string>> = { code128: "bars", qr: "a square" }

/** As what a code was read in a picture, and whether there is more in it. */
const readAs = ({ kinds, others }: Barcode.Scanned): string => {
  const beside = others === 0 ? "" : `; ${others} more in the picture ${others === 1 ? "says" : "say"} no digits`
  return `read as ${kinds.map((kind) => asWhat[kind]).join(" and as ")}${beside}`
}

/** The digits that a scanner or a cashier types on standard input. */
const typed = Effect.fnUntraced(function* () {
  const line = yield* Secrets.typed("the code")
  const digits = Redacted.value(line).replaceAll(/\s/g, "")
  return /^[0-9]+$/.test(digits) ? digits : yield* unusable(`code: expected digits, found something else`)
})

/** The code in what was scanned: digits on standard input, or a picture of them. */
const codeIn = Effect.fnUntraced(function* (scanned: string) {
  if (scanned === "-") return yield* typed()
  if (/^[0-9\s]+$/.test(scanned)) {
    return yield* unusable(
      `code: expected ${scannable}, found an argument of digits, which everybody on this machine reads`
    )
  }
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* Effect.mapError(fs.readFile(scanned), ({ reason }) =>
    unusable(`code: expected ${scannable}, found ${reason._tag === "NotFound" ? "no such file" : reason._tag}`)
  )
  const found = yield* Effect.mapError(Barcode.scan(bytes), ({ message }) => unusable(`code: ${message}`))
  yield* tell(`code: ${readAs(found)}`)
  return found.digits
})

const said: Readonly<Record<Relay.View, string>> = {
  asked: "not known: the provider did not answer",
  open: "not settled: the payer has to give the password on the phone",
  reversing: "not known: the reversal was not answered",
  late: "not settled, and too old to be reversed",
  paid: "paid",
  failed: "not paid",
  reversed: "reversed: nothing is owed"
}

const again = (path: string, order: string): string =>
  `run \`${TillAgain.command(path, "query", order)}\` until it is settled; do not scan for it again`

/** What to do for an order that is not settled. One that the provider does not know may never have reached it: to ask would not end. */
const onward = (path: string, { answer, request: { order }, view }: Till.Order): ReadonlyArray<string> =>
  answer === "NO_SUCH_ORDER" && Relay.mayQuery(view)
    ? [
        again(path, order),
        `where that does not end, have it come to nothing: \`${TillAgain.command(path, "reverse", order)}\``
      ]
    : [again(path, order)]

/** Says what an order is held for, and ends with 0 where that is what was wanted, 1 where not, 3 where it is open. */
const end = Effect.fnUntraced(function* (path: string, order: Till.Order, wanted: ReadonlyArray<Relay.View>) {
  yield* TillFile.note(path, order)
  const { request, view } = order
  const because = order.answer === undefined ? "" : ` (${order.answer})`
  const line = `order ${request.order}, ${request.amount}: ${said[view]}${because}`
  if (wanted.includes(view)) return yield* Say.lines(line)
  if (Relay.isSettled(view)) return yield* failed(line)
  return yield* new Failed({ lines: [line, ...onward(path, order)], code: codes.unfinished })
})

/** What is denied now may have been asked before, and answered to nobody: the order is not known. */
const denied =
  (path: string, order: string) =>
  (error: Till.Unanswered): Failed => {
    // Why no answer came was said when it did not come. What is denied is denied again until somebody has mended why.
    const lines =
      error._tag === "NoAnswer" ? [again(path, order)] : [error.message, `mend that, then ${again(path, order)}`]
    return new Failed({ lines, code: codes.unfinished })
  }

/** A terminal from which nothing is taken: what to do, which only whoever has the operator's key can. */
const otherTerminal = ({ merchant, provider }: TillFile.Settings): string =>
  `have the operator write a till's file for a terminal that ${merchant} has: \`paycode operator merchant ${merchant} --server ${provider} --terminal TERMINAL --till FILE\`; then scan under another order number`

/** What is denied of a sale. One of which nothing was ever taken is over: nobody asks about it, and its file says so. */
const deniedSale = Effect.fnUntraced(function* (
  { path, settings, till }: { readonly path: string; readonly settings: TillFile.Settings; readonly till: Till.Till },
  order: string,
  error: Till.Unanswered
) {
  const held = (yield* till.order(order))!
  if (error._tag === "NoAnswer" || held.view !== "failed") return yield* denied(path, order)(error)
  yield* TillFile.note(path, held)
  const line = `order ${order}, ${held.request.amount}: ${said.failed}: the provider takes nothing from the terminal ${settings.terminal}`
  return yield* failed(error.message, line, otherTerminal(settings))
})

/** An order number as it was typed, or a new one. */
const numbered = (order: Option.Option<string>) =>
  Option.match(order, {
    onNone: () => Effect.sync(() => `${Date.now()}-${randomBytes(4).toString("hex")}`),
    onSome: (typed) => TillFile.named("--order", TillFile.label, typed)
  })

const offer = Command.make(
  "offer",
  {
    amount: Flags.amount,
    order: Flags.optional("order", "the merchant's order number; drawn unless given"),
    png: Flags.optionalPath("png", "PNG file to write the square to"),
    till
  },
  Effect.fn("till offer")(function* ({ amount, order, png, till: path }) {
    if (Option.isSome(png) || process.stdout.isTTY) yield* OptionalPackage.needed("bwip-js")
    if (Option.isSome(png)) yield* Display.canBeWritten("png", png.value, false)
    const { rules, till } = yield* opened(path)
    if (!Binding.isBound(rules)) {
      return yield* unusable(
        `${path}: expected a scheme whose codes are made over the till's transaction, found ${rules.scheme.scheme}`
      )
    }
    const transaction = yield* orFailed(till.offer({ order: yield* numbered(order), amount }))
    // It is on the disk before anybody can make a code over it.
    yield* TillFile.offer(path, transaction)
    const text = Transaction.write("till", transaction)
    if (Option.isSome(png)) yield* Display.write(png.value, Barcode.transactionPng(text))
    if (process.stdout.isTTY) process.stdout.write(Display.transaction(text))
    yield* Say.lines(text)
    yield* tell(`order ${transaction.order}: scan the payer's code for it`)
  }, Effect.provide(network))
).pipe(Command.withDescription("Show the transaction of a sale, for the payer's phone to read before it makes a code"))

const scan = Command.make(
  "scan",
  {
    code: Argument.String("code").pipe(
      Argument.withDescription(
        "a PNG or JPEG file that shows the code, or - to read its digits from standard input: an argument is read by everybody on the machine"
      )
    ),
    amount: Flags.amount,
    order: Flags.optional(
      "order",
      "the merchant's order number; drawn unless given. One that was sent before is sent again"
    ),
    once: Flags.toggle("once", "ask once, instead of until it is known"),
    till
  },
  Effect.fn("till scan")(function* ({ amount, code: scanned, once, order, till: path }) {
    const { known, rules, settings, till } = yield* opened(path)
    const number = yield* numbered(order)
    const offered = Binding.isBound(rules) ? yield* TillFile.offered(path, number) : undefined
    if (Binding.isBound(rules) && offered?.amount !== amount) {
      return yield* unusable(
        `--order, --amount: expected an order that \`paycode till offer\` has shown, and its amount, found ${offered?.amount ?? "none"}`
      )
    }
    const code = yield* codeIn(scanned)
    const before = known.find(({ request }) => request.order === number)
    if (before !== undefined && (before.request.code !== code || before.request.amount !== amount)) {
      const expected = `the amount and the code that it was sent with, ${before.request.amount}`
      return yield* unusable(`--order ${number}: expected ${expected}, found others`)
    }
    // What is asked for is on the disk before it is asked: asking again then asks for the same (REL-3).
    if (before === undefined) {
      yield* TillFile.note(path, yield* orFailed(till.scan({ order: number, code, amount, nonce: offered?.nonce })))
    }
    yield* tell(`order ${number}: asked`)
    // Of an order that is settled nothing is sent any more: what the shop was told of it stays so.
    const isAsked = once && !Relay.isSettled((yield* till.order(number))!.view)
    yield* Effect.catch(
      isAsked ? Effect.catchTag(till.pay(number), "NoAnswer", () => Effect.void) : till.finish(number),
      (error) => deniedSale({ path, settings, till }, number, error)
    )
    yield* end(path, (yield* till.order(number))!, ["paid"])
  }, Effect.provide(network))
).pipe(Command.withDescription("Charge a code, and go on until it is known what became of it"))

const number = Argument.String("order").pipe(Argument.withDescription("the order's number"))

/** An order of this till; any other it knows nothing of. */
const ordered = Effect.fnUntraced(function* (path: string, order: string) {
  const { rules, till } = yield* opened(path)
  const held = yield* till.order(order)
  if (held !== undefined) return { rules, till, held }
  return yield* unusable(`order: expected one that was sent from ${path}, found ${Text.withoutCode(order)}`)
})

const query = Command.make(
  "query",
  { order: number, till },
  Effect.fn("till query")(function* ({ order, till: path }) {
    const { till } = yield* ordered(path, order)
    yield* Effect.mapError(till.query(order), denied(path, order))
    yield* end(path, (yield* till.order(order))!, ["paid", "reversed", "failed"])
  }, Effect.provide(network))
).pipe(Command.withDescription("Ask what became of an order"))

const reverse = Command.make(
  "reverse",
  { order: number, till },
  Effect.fn("till reverse")(function* ({ order, till: path }) {
    const { held, rules, till } = yield* ordered(path, order)
    if (held.view !== "reversing" && !(yield* till.reverse(order))) {
      if (Relay.isSettled(held.view)) {
        return yield* failed(`order ${order}: expected one that is not settled, found one that is: ${said[held.view]}`)
      }
      const age = Math.floor(Date.now() / 1000) - held.sentAt
      const { notBefore } = rules.scheme.reverse
      return yield* failed(`order ${order}: expected one of at least ${notBefore} seconds, found one of ${age}`)
    }
    // That it is to be reversed is on the disk before it is asked: from now on only the reversal's answer counts.
    yield* TillFile.note(path, (yield* till.order(order))!)
    yield* Effect.mapError(till.finish(order), denied(path, order))
    yield* end(path, (yield* till.order(order))!, ["reversed"])
  }, Effect.provide(network))
).pipe(Command.withDescription("Have an order come to nothing: what is open is released, and what is paid goes back"))

/** A till of a merchant. */
export const shop = Command.make("till").pipe(
  Command.withDescription(
    "Be a shop's till: charge codes, ask what became of orders, reverse and refund them, take other keys"
  ),
  Command.withSubcommands([offer, scan, query, reverse, refundOf(till), rotateOf(till)])
)
