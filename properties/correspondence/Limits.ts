/**
 * Limits: the places in the sources at which the implementation waits, does something now and then, or holds a limit, as
 * `Places.ts` finds them: by module, and by the constant, or the function and what is called or set in it.
 */
import { action, assumed, out, parameter, type Rows, step } from "./Row.ts"

/** What runs by itself, or waits. */
const timers: Rows = {
  "http/Server.ts timers: closing": action("Close", {
    says: "every second; the model's timer fires at any time from the deadline on"
  }),
  "http/Server.ts timers: notices": action("Notice", { says: "every second" }),
  "http/Server.ts timers: challenges": action("Approve", {
    says: "every second: a challenge that a crash kept from the gateway comes late, as any prompt may"
  }),
  "http/Server.ts timers: tidying": step("Verification.isThrottled", {
    says: "every minute: wrong codes and answers from before yesterday, and nonces of expired signatures, are forgotten"
  }),
  "http/Server.ts every: Effect.sleep": action("Advance", { says: "between two rounds of a timer above" }),
  "http/Server.ts every: Effect.forever": action("Advance", { says: "between two rounds of a timer above" }),
  "till/Till.ts finish: Effect.sleep": parameter("till.pollEvery"),
  "till/Till.ts finish: Duration.seconds": parameter("till.pollEvery", {
    says: "it goes on for twice `till.pollFor`, or `reverse.notBefore` where that is longer",
    differs:
      "after twice its patience the implementation's till asks no more by itself, and its cashier has to; the model's till can ask as long as it does not know"
  }),
  "wallet/Showing.ts remembered": step("Generation.isLeft", {
    says: "a phone remembers the positions of so many steps: in the model, of all",
    differs:
      "a phone whose clock is set to and fro over more steps than these, with a payment in each, makes a code for a position that it has used"
  }),
  "command/WalletShow.ts countDown: Effect.sleep": step("Generation.isDisplayed", {
    says: "it counts the seconds of `display`, and shows the next code after them"
  }),
  "command/LedgerPlace.ts untilOther: Effect.sleep": out("setup", {
    says: "whether the ledger is kept under another scheme now: then the provider ends"
  }),
  "command/LedgerPlace.ts untilOther: Effect.forever": out("setup"),
  "Permissions.ts own": out("keeping"),
  "credentials/Names.ts mostRounds": out("effort"),
  "command/Secrets.ts mostTyped": out("person"),
  "SchemeForm.ts mostNamed": out("writing"),
  "JsonText.ts deepest": out("writing"),
  "SchemeFile.ts sizes": out("writing"),
  "ledger/Keys.ts daysKept": step("Verification.isThrottled", { says: "nobody counts on a day that is so long ago" }),
  "provider/Passwords.ts leastShared": step("StepUp.takesAnswer", {
    says: "below so many answers a day nobody has a share of their own"
  }),
  "provider/Enrollment.ts accountDigits": out("setup"),
  "provider/Enrollment.ts drawnNumbers": out("setup"),
  "ledger/Keys.ts mostAnswered": assumed("channel"),
  "ledger/Keys.ts withdrawn": assumed("channel"),
  "ledger/Keys.ts mostGood": assumed("channel"),
  "http/Api.ts mostOverlap": assumed("channel", { says: "for how long two keys of a party are good at most" }),
  "command/Rotating.ts keyBytes": assumed("channel"),
  "ledger/Epochs.ts ahead": out("keeping"),
  "provider/Recovery.ts nameBytes": out("keeping"),
  "command/Clocks.ts watching: Effect.sleep": parameter("clock.nodeSkew", {
    says: "how often the clock of a node is compared with that of the database: one that is further off serves nothing"
  }),
  "command/Clocks.ts watching: Effect.forever": parameter("clock.nodeSkew"),
  "command/Marking.ts marking: Effect.sleep": action("Restore", {
    says: "how old a mark is at most, by which it is known that there was one"
  }),
  "command/Marking.ts marking: Effect.forever": action("Restore"),
  "http/Client.ts answerBytes": out("effort"),
  "http/Client.ts ofTills": assumed("channel", {
    says: "by how much a till corrects its clock, so that its signature is believed"
  }),
  "http/Client.ts usualPatience: Duration.seconds": action("Deliver", { says: "after it, the answer is not heard" }),
  "http/Client.ts answered: Effect.timeout": action("Deliver", { says: "after it, the answer is not heard" }),
  "http/Log.ts mostUnread": out("effort"),
  "http/Log.ts onStream: setImmediate": out("watching"),
  "http/Notices.ts turns: Duration.seconds": action("Notice", { says: "after it, it is taken for not heard" }),
  "http/Notices.ts taking: Effect.timeout": action("Notice", { says: "after it, it is taken for not heard" }),
  "ledger/Turns.ts make: setTimeout": out("flooding"),
  "ledger/Turns.ts within: setTimeout": action("Crash", { says: "what became of the request is not known" }),
  "http/Server.ts edge: deadline": action("Crash", { says: "what became of the request is not known" }),
  "http/Edge.ts make: setTimeout": action("Crash", { says: "what became of the request is not known" }),
  "ledger/Sqlite.ts make: setImmediate": assumed("atomic"),
  "ledger/postgres/Postgres.ts make: Duration.millis": assumed("atomic"),
  "ledger/postgres/Postgres.ts make: Effect.retry": assumed("atomic", {
    says: "two that stand in each other's way are one after the other"
  }),
  "ledger/postgres/Postgres.ts make: Schedule.jittered": assumed("atomic"),
  "ledger/postgres/Postgres.ts make: Schedule.exponential": assumed("atomic")
}

/** How much the provider's server takes, and how often. */
const server: Rows = {
  "http/Api.ts bodyBytes": out("writing"),
  "http/Socket.ts headBytes": out("writing"),
  "http/Socket.ts make: maxHeaderSize": out("writing"),
  "http/Socket.ts make: arrival": out("effort"),
  "http/Socket.ts reading": out("effort"),
  "http/Socket.ts make: headersTimeout": out("effort"),
  "http/Socket.ts make: requestTimeout": out("effort"),
  "http/Socket.ts make: connectionsCheckingInterval": out("effort"),
  "http/Socket.ts make: keepAliveTimeout": out("effort"),
  "http/Socket.ts make: connections": out("flooding"),
  "http/Socket.ts mostWaiting": out("flooding"),
  "http/Socket.ts mouthful": out("flooding"),
  "http/Socket.ts mostRequests": out("flooding"),
  "http/Socket.ts breath": out("flooding"),
  "http/Socket.ts inTurn: setTimeout": out("flooding"),
  "http/Socket.ts inTurn: setImmediate": out("flooding"),
  "http/Origin.ts mostProxies": out("reaching"),
  "http/Pages.ts mostPlain": out("writing"),
  "http/Server.ts listening: grace": action("Crash", { says: "what it has begun it finishes before; else it is one" }),
  "http/Server.ts listening: Effect.timeoutOption": action("Crash", {
    says: "what it has begun it finishes before; else it is one"
  }),
  "http/Throttle.ts mostParties": out("flooding"),
  "http/Signers.ts mostKeys": out("effort"),
  "http/Signature.ts tolerance": assumed("channel", { says: "a signature is good for so long" }),
  "http/Client.ts nonceBytes": assumed("channel"),
  "http/Handlers.ts looking": out("flooding"),
  "http/Handlers.ts mostCounted": out("watching"),
  "http/Metrics.ts boundaries": out("watching"),
  "http/Notices.ts mostAtOnce": out("effort"),
  "http/Notices.ts mostToOne": out("effort"),
  "http/Notices.ts mostRemembered": out("effort"),
  "http/Notices.ts mostGivenUp": out("effort"),
  "http/Notices.ts leeway": out("effort"),
  "http/Notices.ts longestRest": action("Notice", { says: "it comes at any time, or never" }),
  "http/Notices.ts lifetime": action("Notice", { says: "after it, it never comes" }),
  "http/Notices.ts answerBytes": out("writing"),
  "http/Notices.ts firstDelay": action("Notice", { says: "it comes at any time, or never" }),
  "http/Notices.ts longestDelay": action("Notice", { says: "it comes at any time, or never" })
}

/** What the provider and its ledger hold themselves to. */
const provider: Rows = {
  "provider/Passwords.ts wrongPasswords": parameter("stepUp.attempts", {
    says: "in its place where a scheme has no step-up",
    differs:
      "where a scheme has no `stepUp.attempts` no clause speaks of wrong passwords: the implementation takes ten a day"
  }),
  "provider/Settlement.ts mostOverdue": out("effort", { says: "the others are closed in the next round" }),
  "provider/Challenges.ts mostUnsent": out("effort"),
  "provider/Enrollment.ts mostDraws": assumed("digits", { says: "that a free alias is not found in so many draws" }),
  "provider/Messages.ts mostKept": action("Approve", { says: "a prompt that the local network forgets never comes" }),
  "provider/Relay.ts keyBytes": assumed("prf"),
  "ledger/Balances.ts noDay": step("Verification.dayOf", { says: "the last day of an account that has none" }),
  "ledger/Balances.ts unspent": step("Verification.decide", { says: "what an account has spent on a new day" }),
  "ledger/Sqlite.ts patience": assumed("atomic"),
  "ledger/Sqlite.ts openedAt: timeout": assumed("atomic"),
  "ledger/Sqlite.ts make: most": out("effort"),
  "ledger/Sqlite.ts queue": out("flooding"),
  "ledger/postgres/Postgres.ts queue": out("flooding"),
  "ledger/postgres/Postgres.ts connecting: Duration.seconds": out("effort"),
  "ledger/postgres/Postgres.ts migrating: Duration.minutes": out("effort"),
  "ledger/postgres/Postgres.ts closing: times": out("keeping"),
  "ledger/postgres/Postgres.ts closing: Duration.millis": out("keeping"),
  "ledger/postgres/Postgres.ts isAlone: Effect.repeat": out("keeping", {
    says: "a connection that was closed is told of for a moment"
  }),
  "ledger/postgres/Postgres.ts isAlone: times": out("keeping"),
  "ledger/postgres/Postgres.ts isAlone: Schedule.spaced": out("keeping"),
  "ledger/postgres/Postgres.ts make: connections": out("effort"),
  "ledger/postgres/Postgres.ts make: maxConnections": out("effort"),
  "ledger/postgres/Postgres.ts make: connectTimeout": out("effort"),
  "ledger/postgres/Postgres.ts make: statement_timeout": out("effort"),
  "ledger/postgres/Postgres.ts make: times": assumed("atomic")
}

/** What secrets are made of, and what a guess at them costs. */
const secrets: Rows = {
  "credentials/Password.ts standardCost": out("effort"),
  "credentials/Password.ts saltBytes": out("keeping"),
  "credentials/Password.ts keyBytes": out("keeping"),
  "credentials/Password.ts blockSize": out("effort"),
  "credentials/Password.ts optionsOf: maxmem": out("effort"),
  "wallet/SecureHardware.ts Sealed: maximum": out("keeping"),
  "wallet/SecureHardware.ts [saltBytes, nonceBytes, tagBytes, keyBytes]": assumed("hardware"),
  "wallet/SecureHardware.ts derived: maxmem": assumed("hardware"),
  "wallet/SecureHardware.ts simulated: cost": assumed("hardware", {
    says: "the hardware is simulated, and does not keep what real hardware does"
  }),
  "wallet/WalletFile.ts natural: maximum": out("keeping"),
  "wallet/WalletFile.ts usual": out("keeping"),
  "wallet/WalletFile.ts [mostMemory, mostBlocks]": out("keeping"),
  "wallet/WalletFile.ts positive: maximum": out("keeping"),
  "wallet/WalletFile.ts nonceBytes": out("keeping"),
  "wallet/WalletFile.ts saltBytes": out("keeping"),
  "wallet/WalletFile.ts tagBytes": out("keeping"),
  "wallet/WalletFile.ts keyBytes": out("keeping"),
  "wallet/WalletFile.ts mostBytes": out("keeping"),
  "wallet/WalletFile.ts derived: maxmem": out("keeping"),
  "wallet/WalletFile.ts busy": out("keeping"),
  "wallet/WalletFile.ts lock: timeout": out("keeping"),
  "command/OwnFile.ts keyBytes": out("keeping")
}

/** How codes and transactions are written. */
const writing: Rows = {
  "credentials/Codec.ts factor": step("Generation.identifies", { says: "the mask of an index, which has no key" }),
  "credentials/Codec.ts inverse": step("Generation.identifies", { says: "the mask of an index, which has no key" }),
  "credentials/Transaction.ts nonceBytes": assumed("digits", { says: "that no two nonces are drawn alike" }),
  "credentials/Ocra.ts units": out("writing"),
  "credentials/Ocra.ts questionBytes": out("writing"),
  "ExitCodes.ts codes": out("writing"),
  "pictures/Barcode.ts quietZone": out("writing"),
  "pictures/Barcode.ts barHeight": out("writing"),
  "pictures/Barcode.ts mostText": out("writing"),
  "pictures/Barcode.ts origin": out("writing"),
  "pictures/Barcode.ts leastQuiet": out("writing"),
  "pictures/Barcode.ts barRows": out("writing"),
  "pictures/Picture.ts mostBytes": out("writing"),
  "pictures/Picture.ts mostPixels": out("writing"),
  "pictures/Picture.ts mostInflated": out("writing"),
  "pictures/Picture.ts mostScans": out("writing"),
  "pictures/Picture.ts samples": out("writing")
}

/** Every place, by its module and what stands there. */
export const limits: Rows = { ...timers, ...server, ...provider, ...secrets, ...writing }
