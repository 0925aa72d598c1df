/** The command of whoever runs the provider: `operator` asks it to open accounts and to take in merchants. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Transaction } from "../credentials/Credentials.ts"
import { Client } from "../http/Http.ts"
import { SchemeRecord } from "../ledger/Ledger.ts"
import * as SchemeFile from "../SchemeFile.ts"
import * as SchemeForm from "../SchemeForm.ts"
import { orFailed } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import * as LedgerPlace from "./LedgerPlace.ts"
import { network } from "./Network.ts"
import { key, operatorKey } from "./OperatorKey.ts"
import { forTill, rotate, tillFile, withdraw } from "./OperatorKeys.ts"
import { payout } from "./OperatorPayout.ts"
import { clock, reconcile, restore } from "./OperatorRecovery.ts"
import * as OwnFile from "./OwnFile.ts"
import * as Say from "./Say.ts"
import * as Secrets from "./Secrets.ts"
import * as TillFile from "./TillFile.ts"

const account = Command.make(
  "account",
  {
    server: Flags.server,
    operatorKey,
    balance: Flags.money("balance", 0).pipe(Flag.withDescription("what is on it, in minor units"), Flag.withDefault(0)),
    passwordFile: Flags.passwordFile("file with the payment password"),
    telephone: Flags.telephone("number that its short messages go to and come from, as +8613800138000"),
    hasPin: Flags.toggle(
      "pin",
      "give it a PIN, where the scheme computes proofs from one; where hardware has it, none"
    ),
    pinFile: Flags.pinFile("with --pin: file with the PIN")
  },
  Effect.fn("operator account")(function* ({ balance, hasPin, operatorKey, passwordFile, pinFile, server, telephone }) {
    const key = yield* OwnFile.key(operatorKey)
    const password = yield* Secrets.password(passwordFile)
    const pin = hasPin ? yield* Secrets.pin(pinFile) : undefined
    const operator = yield* Client.operator({ url: server, key })
    const number = yield* orFailed(
      operator.open({ balance, password, pin, telephone: Option.getOrUndefined(telephone) })
    )
    yield* Say.lines(String(number))
  }, Effect.provide(network))
).pipe(Command.withDescription("Open an account, and print its number"))

const unlock = Command.make(
  "unlock",
  {
    account: Flags.number("account").pipe(Flag.withDescription("number of the account")),
    server: Flags.server,
    operatorKey
  },
  Effect.fn("operator unlock")(function* ({ account, operatorKey, server }) {
    const operator = yield* Client.operator({ url: server, key: yield* OwnFile.key(operatorKey) })
    const left = yield* orFailed(operator.unlock(account))
    const until = left === 0 ? "; `paycode operator withdraw phone/NUMBER` revokes a phone without one" : ""
    yield* Say.lines(
      `account ${account}: ${left} more wrong passwords are looked at today in all; from one address or one phone it may be fewer${until}`
    )
  }, Effect.provide(network))
).pipe(
  Command.withDescription(
    "Let an account's owner try again whom others' wrong passwords have shut out: as often as the account's wrong ones of the day allow"
  )
)

const merchant = Command.make(
  "merchant",
  {
    name: Argument.String("name").pipe(Argument.withDescription("what the merchant is called")),
    server: Flags.server,
    operatorKey,
    scheme: Flags.scheme,
    registered: Flags.optional(
      "name",
      "name that the merchant is registered under, which phones display; what it is called by"
    ),
    notify: Flags.url(
      "notify",
      "URL to which the merchant's notices are sent, or none; unless given, they go where they went"
    ),
    ...tillFile
  },
  Effect.fn("operator merchant")(function* ({ name, notify, operatorKey, registered, scheme, server, terminal, till }) {
    yield* TillFile.named("name", TillFile.merchant, name)
    if (Option.isSome(registered)) yield* TillFile.named("--name", Transaction.Name, registered.value)
    const { operator, rules } = yield* forTill({ operatorKey, scheme, server, terminal, till })
    const enlisted = yield* orFailed(
      operator.enlist(name, {
        form: SchemeForm.form(rules),
        ...(Option.isSome(registered) && { name: registered.value }),
        ...(Option.isSome(notify) && { notify: notify.value === Flags.nowhere ? null : notify.value })
      })
    )
    const merchant = yield* Client.merchant({ url: server, merchant: name, key: enlisted.key })
    yield* orFailed(merchant.enlist(terminal))
    yield* TillFile.create(till, { provider: server, scheme: rules, merchant: name, terminal, ...enlisted })
    yield* Say.lines(`${till}: the till ${terminal} of ${enlisted.name}`)
  }, Effect.provide(network))
).pipe(Command.withDescription("Take in a merchant, and write the file of its till"))

/** A scheme that a ledger was kept under, in a line. */
const recordedLine = ({ at, scheme }: SchemeRecord.Recorded, changes: ReadonlyArray<SchemeForm.Difference>): string => {
  const what = changes.length === 0 ? "" : `: ${SchemeForm.say(changes)}`
  return `${scheme} since ${new Date(at * 1000).toISOString()}${what}`
}

/** Every scheme that a ledger was kept under, each with what it has otherwise than the one before. */
const recordedLines = (history: ReadonlyArray<SchemeRecord.Recorded>): ReadonlyArray<string> =>
  history.map((each, at) => {
    const before = history[at - 1]
    return recordedLine(each, before === undefined ? [] : SchemeForm.differences(before.parameters, each.parameters))
  })

const scheme = Command.make(
  "scheme",
  {
    scheme: Flags.optional(
      "scheme",
      "the scheme that the ledger is kept under from now on: the name of a built-in one, or a file; without it, those so far are listed"
    ),
    ...LedgerPlace.place
  },
  Effect.fn("operator scheme")(function* ({ ledger, postgres, scheme }) {
    yield* LedgerPlace.isThere(ledger, postgres)
    const decoded = Option.isSome(scheme) ? yield* SchemeFile.load(scheme.value) : undefined
    const opened = yield* LedgerPlace.opened(ledger, postgres)
    if (Option.isSome(scheme) && decoded !== undefined) {
      const changed = SchemeRecord.change(opened.database, decoded, yield* LedgerPlace.secondsNow)
      const standing = yield* LedgerPlace.asked(changed)
      if (standing._tag !== "Same") return yield* LedgerPlace.otherwise(standing, opened, scheme.value)
    }
    const lines = recordedLines(yield* LedgerPlace.asked(SchemeRecord.history({ query: opened.database.read })))
    yield* Say.lines(...(lines.length === 0 ? ["no scheme was written down"] : lines))
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    "Change the scheme that a ledger is kept under, on the machine that has it, or list those that it had: what stored credentials and orders depend on stays. A provider that runs under the one before ends within a second or so"
  )
)

/** Asks the provider what only its operator may. */
export const operator = Command.make("operator").pipe(
  Command.withDescription(
    "Ask a provider what only its operator may: open accounts, take in merchants and pay out to them, rotate and withdraw keys, change the scheme of its ledger, bring it back from a backup"
  ),
  Command.withSubcommands([account, unlock, merchant, payout, rotate, withdraw, key, scheme, restore, reconcile, clock])
)
