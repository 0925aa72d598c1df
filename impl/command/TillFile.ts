/**
 * TillFile: what a till is set up with, in a file of its own, and beside it, in `FILE.orders`, what it has sent: a line for
 * each order, which is there before the request is. A till that was switched off in the middle goes on where it was.
 */
import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decode } from "../../model/Decode.ts"
import { Scheme } from "../../model/Scheme.ts"
import { Relay } from "../../model/steps/Steps.ts"
import { Transaction } from "../credentials/Credentials.ts"
import { Api, Signature } from "../http/Http.ts"
import type { Key } from "../ledger/Ledger.ts"
import { BadInput, rejected } from "../SchemeFile.ts"
import * as Text from "../Text.ts"
import type * as Till from "../till/Till.ts"
import * as OwnFile from "./OwnFile.ts"

/** What a merchant can be called. */
export const merchant = Schema.String.check(
  Schema.isPattern(Signature.merchantName, { message: "1 to 64 letters, digits, dots, dashes and underscores" })
)

/** What a terminal or an order can be called. */
export const label = Schema.String.check(
  Schema.isPattern(Api.label, { message: "1 to 64 visible characters of ASCII" })
)

const hexadecimal = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/, { message: "32 bytes in hexadecimal" }))

const Written = Schema.Struct({
  paycode: Schema.Literal("till"),
  version: Schema.Literal(1),
  provider: Schema.String.check(Schema.isPattern(/^https?:\/\/\S+$/, { message: "an address that begins with http" })),
  merchant,
  name: Schema.optionalKey(Transaction.Name),
  terminal: label,
  key: hexadecimal,
  noticeKey: hexadecimal,
  /** Keys that were drawn, and are not known to be taken. */
  next: Schema.optionalKey(Schema.Struct({ key: hexadecimal, noticeKey: hexadecimal })),
  scheme: Scheme
})

const Line = Schema.Struct({
  order: Schema.String,
  code: Schema.String,
  amount: Schema.Int,
  nonce: Schema.optionalKey(Transaction.Nonce),
  view: Schema.Literals(Relay.views),
  sentAt: Schema.Int
})

const Offered = Schema.Struct({ order: label, amount: Schema.Int, nonce: Transaction.Nonce })

/** What a till is set up with. */
export interface Settings {
  readonly provider: string
  readonly scheme: Scheme
  readonly merchant: string
  /** The name that the merchant is registered under. */
  readonly name?: string | undefined
  readonly terminal: string
  /** What it signs its requests with. */
  readonly key: Key
  /** What notices to it are signed with. */
  readonly noticeKey: Key
  /** The keys that were drawn to take the place of these, and are not known to be taken. */
  readonly next?: NextKeys | undefined
}

/** New keys of a merchant. */
export interface NextKeys {
  readonly key: Key
  readonly noticeKey: Key
}

const keyOf = (text: string): Key => Redacted.make(new Uint8Array(Buffer.from(text, "hex")))
const textOf = (key: Key): string => Buffer.from(Redacted.value(key)).toString("hex")

/** Fails where there is a file already, whose key would be lost, and where none can be written: then the new key would be. */
export const absent = (path: string): Effect.Effect<void, BadInput> =>
  Effect.suspend(() =>
    existsSync(path)
      ? Effect.fail(new BadInput({ lines: [`${path}: expected no file yet, found one`] }))
      : OwnFile.canBeMade(path)
  )

/** A name as it was typed, where it can be one. */
export const named = (
  flag: string,
  schema: Schema.ConstraintDecoder<string>,
  typed: string
): Effect.Effect<string, BadInput> =>
  Effect.fromResult(
    Result.mapError(decode(schema, typed), (problems) =>
      rejected(
        flag,
        Text.withoutCode(typed) === typed ? problems : problems.map((problem) => ({ ...problem, found: "(digits)" }))
      )
    )
  )

const written = ({ key, name, next, noticeKey, ...rest }: Settings): string => {
  const encoded: typeof Written.Encoded = {
    paycode: "till",
    version: 1,
    ...rest,
    ...(name !== undefined && { name }),
    key: textOf(key),
    noticeKey: textOf(noticeKey),
    ...(next !== undefined && { next: { key: textOf(next.key), noticeKey: textOf(next.noticeKey) } })
  }
  return `${JSON.stringify(encoded, null, 2)}\n`
}

/** Writes the file of a till. */
export const create = (path: string, settings: Settings): Effect.Effect<void, BadInput> =>
  OwnFile.write(path, written(settings), "wx")

/** Writes the file of a till in the place of the one before. */
export const replace = (path: string, settings: Settings): Effect.Effect<void, BadInput> =>
  OwnFile.put(path, written(settings))

const parsed = (path: string, text: string): Effect.Effect<unknown, BadInput> =>
  Effect.try({
    try: () => JSON.parse(text) as unknown,
    catch: () => new BadInput({ lines: [`${path}: expected JSON, found text that is none`] })
  })

/** Reads the file of a till. */
export const open = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Settings, BadInput> {
  const input = yield* parsed(
    path,
    yield* OwnFile.read(path, "the file of a till: `paycode operator merchant` writes it")
  )
  const { key, merchant, name, next, noticeKey, provider, scheme, terminal } = yield* Effect.fromResult(
    Result.mapError(decode(Written, input), (problems) => rejected(path, problems))
  )
  const settings: Settings = {
    provider,
    scheme,
    merchant,
    name,
    terminal,
    key: keyOf(key),
    noticeKey: keyOf(noticeKey)
  }
  return next === undefined
    ? settings
    : { ...settings, next: { key: keyOf(next.key), noticeKey: keyOf(next.noticeKey) } }
})

const journalOf = (path: string): string => `${path}.orders`

/** Every order that the till has sent, as it held it last. A line that was cut short was never sent: it is on the disk before. */
export const orders = Effect.fnUntraced(function* (path: string, { merchant, terminal }: Settings) {
  const journal = journalOf(path)
  if (!existsSync(journal)) return []
  const lines = (yield* OwnFile.read(journal, "the orders of a till")).split("\n")
  const known = new Map<string, Till.Order>()
  for (const [index, line] of lines.entries()) {
    const json = Result.try((): unknown => JSON.parse(line))
    if (Result.isFailure(json)) continue
    const { amount, code, nonce, order, sentAt, view } = yield* Effect.fromResult(
      Result.mapError(decode(Line, json.success), (problems) => rejected(`${journal}: line ${index + 1}`, problems))
    )
    known.set(order, { request: { merchant, terminal, order, code, amount, nonce }, view, sentAt })
  }
  return [...known.values()]
})

/** Writes down what the till holds an order for. */
export const note = (path: string, { request: { amount, code, nonce, order }, sentAt, view }: Till.Order) =>
  // A line that was cut short is ended first.
  OwnFile.write(journalOf(path), `\n${JSON.stringify({ order, code, amount, nonce, view, sentAt })}\n`, "a")

const offersOf = (path: string): string => `${path}.offers`

/** Writes down a transaction that the till shows: the code that is made over it comes in with its nonce. */
export const offer = (path: string, { amount, nonce, order }: Transaction.Transaction) =>
  OwnFile.write(offersOf(path), `\n${JSON.stringify({ order, amount, nonce })}\n`, "a")

/** The transaction that the till has shown last for an order; undefined where it has shown none. */
export const offered = Effect.fnUntraced(function* (path: string, number: string) {
  const journal = offersOf(path)
  if (!existsSync(journal)) return undefined
  const lines = (yield* OwnFile.read(journal, "the transactions of a till")).split("\n")
  const known = lines.flatMap((line) => {
    const json = Result.try((): unknown => JSON.parse(line))
    const found = Result.isSuccess(json) ? decode(Offered, json.success) : json
    return Result.isSuccess(found) ? [found.success] : []
  })
  return known.findLast(({ order }) => order === number)
})
