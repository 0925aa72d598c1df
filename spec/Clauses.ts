/**
 * The clauses of the protocol: each one sentence that an implementation can break. The pages beside this file, one for
 * each phase, give the same sentences with their reasons; a test holds the two together.
 *
 * A clause that forbids something is a switch: the model can leave it out, in one way or in several, each a *mutant* of
 * the clause, and the claims that then fall are what it protects. A clause that only defines or requires honest
 * behaviour has no mutant.
 */

/** The phases of the protocol that carry clauses, in the order in which a payment passes through them. */
export const phases = ["Enrollment", "Generation", "Relay", "Verification", "StepUp", "Settlement"] as const
export type Phase = (typeof phases)[number]

/** A clause: the phase that it belongs to, its sentence, and the ways in which it can be left out, by name. */
export interface Clause {
  readonly phase: Phase
  readonly says: string
  readonly mutants: Readonly<Record<string, string>>
}

const clause =
  <const Of extends Phase>(phase: Of) =>
  <const Mutants extends Readonly<Record<string, string>>>(says: string, mutants: Mutants) => ({ phase, says, mutants })

const enrollment = clause("Enrollment")
const generation = clause("Generation")
const relay = clause("Relay")
const verification = clause("Verification")
const stepUp = clause("StepUp")
const settlement = clause("Settlement")

/** Every clause by id. Parameters of the scheme stand in backquotes. */
export const clauses = {
  "ENR-1": enrollment("The provider issues a credential only to an account whose password-free agreement is live.", {
    unsigned: "credentials are issued to accounts without an agreement"
  }),
  "ENR-2": enrollment("No two accounts have credentials that share a seed.", {
    shared: "the credentials of all accounts share one seed"
  }),
  "ENR-3": enrollment(
    "Enrollment happens online, and leaves the phone with what it makes codes from, and with the difference between the provider's clock and its own.",
    {}
  ),
  "ENR-4": enrollment("A credential is issued only to a phone on which the account's owner has authenticated.", {
    anybody: "whoever asks for a credential of an account is issued one"
  }),
  "ENR-5": enrollment("No two phones of one account have credentials that share a seed.", {
    shared: "all phones of an account share one seed"
  }),
  "ENR-6": enrollment("A renewal leaves the old credential as it is until the new one is confirmed or first used.", {
    "one phase": "the old credential ends when the new one is issued"
  }),
  "ENR-7": enrollment("Once the new credential is confirmed or used, nothing made under the old one is accepted.", {
    kept: "the old credential is accepted beside the new one"
  }),
  "ENR-8": enrollment("A renewal leaves every burned code of the phone burned.", {
    cleared: "the burned codes of a phone are forgotten when its credential is renewed"
  }),
  "ENR-9": enrollment("A renewal that is asked for again is answered with the same pending credential.", {
    another: "every request for a renewal draws another credential in place of the pending one"
  }),
  "ENR-10": enrollment("No code of a revoked credential is accepted, those made ahead included.", {
    "made ahead": "revocation is told to the phone, and codes that were made before are accepted"
  }),
  "ENR-11": enrollment("Ending an agreement or revoking a credential closes the open orders that rest on it.", {
    survive: "open orders stay open when the agreement ends or the credential is revoked"
  }),
  "ENR-12": enrollment("A phone whose credential was revoked destroys what it holds as soon as it is told.", {}),
  "ENR-13": enrollment(
    "Revoking a phone ends its identity: nothing that it signs is taken any more, it is issued no credential and shown no prompt, and its owner can enroll it only as another phone.",
    {
      "signed in": "a phone that was revoked stays signed in, and is issued another credential",
      "still asked": "a phone that was revoked is shown the prompts of its account"
    }
  ),
  "GEN-1": generation("Showing a code sends and receives no message.", {
    asks: "a phone without a credential asks the provider for a code"
  }),
  "GEN-2": generation(
    "A code is made from the phone's credential alone: for the step that its corrected clock is in, or as the next of its list.",
    {}
  ),
  "GEN-3": generation("A phone shows a code at one till, for at most `display` seconds.", {}),
  "GEN-4": generation("A credential made from a seed makes codes without a count.", {
    counted: "a credential stops making codes after a number of them"
  }),
  "GEN-5": generation(
    "A phone that is online asks for a new list when fewer than `token.refillAt` codes are left of the old one, and at once when `token.urgentAt` are.",
    {}
  ),
  "GEN-6": generation(
    "Where `code.marksRevealed` says so, a code that is revealed as digits is another code than the one that is scanned, and is accepted only with step-up.",
    { ignored: "revealed codes are accepted like others" }
  ),
  "GEN-7": generation("Where the alias is made with a key, every phone has a key of its own.", {
    "one key": "all phones make their aliases with one key"
  }),
  "GEN-8": generation(
    "Where `code.boundTo` is `till`, a phone makes a code over the payee, the amount, the order number and the nonce that it has read off the till, once the payer has seen payee and amount on the phone and confirmed them.",
    { "not shown": "the phone shows neither payee nor amount, and the payer confirms whatever it has read" }
  ),
  "GEN-9": generation(
    "A phone makes at most `code.perStep` codes over transactions for a step, each at a position of its own, which alias and proof are made for; when they are used up, it has its owner wait for the next step.",
    {
      "not counted": "a phone makes every code of a step for the same position",
      "by step": "the alias is made for the step, and all codes of the step have it"
    }
  ),
  "GEN-10": generation(
    "A phone shows a code no sooner than `phone.showsOn` says: when its app is opened, when somebody asks for a code, or when its owner has asked for one and has unlocked the app for it.",
    { "at once": "a phone shows a code as soon as its app is opened, whoever opens it" }
  ),
  "REL-1": relay("A till settles nothing by itself: money moves only when the provider decides a request.", {
    offline: "a till takes a sale as paid on the sight of a code"
  }),
  "REL-2": relay("An amount is a whole number of minor units, at least 1 and at most 9,007,199,254,740,991.", {
    "any number": "amounts may be fractions, zero, negative or larger than exact arithmetic allows"
  }),
  "REL-3": relay("A till that has no answer sends the same request again, under the same order number.", {}),
  "REL-4": relay("An order number belongs to the merchant that sends it: nobody else's order is found under it.", {
    "not scoped": "an order is found by its number alone, whoever asks"
  }),
  "REL-5": relay(
    "A till believes a notice only if it is the provider's, for its order and the amount that it asked for.",
    { "any notice": "a till believes any notice, whoever sends it" }
  ),
  "REL-6": relay(
    "A till without a definite answer asks again, reverses while it may, and takes the order for settled only by a definite answer.",
    { "gives up": "a till that has no answer takes the order for failed" }
  ),
  "REL-7": relay("A till does not scan a payer again before the order of the last scan is settled.", {
    rescans: "a till scans again while the last order is not settled"
  }),
  "VER-1": verification(
    "The order number is looked up before the code, and a known number is answered from its record.",
    { "code first": "every request is decided anew, whatever its order number" }
  ),
  "VER-2": verification("A known order number that comes with another amount is refused and changes nothing.", {
    "not compared": "the amount is not compared with that of the record"
  }),
  "VER-3": verification("A known order number that comes with another payer is refused and changes nothing.", {
    "not compared": "the payer is not compared with that of the record",
    "nobody is anybody": "digits under an alias that nobody has are taken for the payer's"
  }),
  "VER-4": verification(
    "Where `order.bindsCode` says so, a known order number that comes with another code is refused and changes nothing.",
    { "not compared": "the code is not compared with that of the record" }
  ),
  "VER-5": verification(
    "A code is refused unless it is the one its credential gives for a step of the window, or one of its list.",
    { "any proof": "any proof after a known alias is accepted" }
  ),
  "VER-6": verification(
    "The window reaches back at most `window.past` steps from the step of the deciding clock, and a list is accepted for `token.validity` seconds.",
    { "one step": "the window reaches one step further back; a list is accepted a minute longer" }
  ),
  "VER-7": verification("The window reaches ahead at most `window.future` steps from the step of the deciding clock.", {
    "one step": "the window reaches one step further ahead",
    endless: "the window reaches a day further ahead"
  }),
  "VER-8": verification("A burned code is refused.", {
    "not kept": "burned codes are accepted"
  }),
  "VER-9": verification(
    "When a code matches several positions of the window, every one of them counts: one that is burned refuses it, and an attempt burns them all.",
    { "first free": "the first matching position that is not burned stands for the code" }
  ),
  "VER-10": verification("An attempt burns the code, whatever its outcome.", {
    "only success": "only a code that is accepted is burned"
  }),
  "VER-11": verification("No payment is made for an account whose agreement is not live when the provider decides.", {
    "at enrollment only": "the agreement is not looked at when a payment is decided"
  }),
  "VER-12": verification("No payment above `limit.payment` is made without step-up.", {
    "one more": "the limit of a payment is one minor unit higher",
    "no limit": "payments of any amount are made without step-up"
  }),
  "VER-13": verification(
    "The payments without step-up of one account on one provider day never add up to more than `limit.daySum`.",
    {
      "before the lock": "the day's sum is read before the transaction that adds to it",
      "no limit": "the day's sum is not looked at"
    }
  ),
  "VER-14": verification("No payment is above what the balance of the account and its reservations leave.", {
    overdraft: "the balance is not looked at"
  }),
  "VER-15": verification(
    "The provider refuses a request on no ground but these clauses: what none of them refuses is accepted.",
    {
      "one less": "the limit of a payment is one minor unit lower, and what is above is refused",
      everything: "every request is refused"
    }
  ),
  "VER-16": verification(
    "The answer to a request under an unknown order number is recorded under its merchant and order number before it is sent.",
    {
      "refusals not recorded": "only what was accepted is recorded",
      "not recorded": "nothing is recorded"
    }
  ),
  "VER-17": verification("The clock that decides is the provider's: no time that a phone or a till states enters.", {
    "trusts the phone": "the window is put around the step that the phone says it is"
  }),
  "VER-18": verification("A burned code stays burned until its window is past on the clock of every provider node.", {
    "at the edge": "a node forgets a burned code when its own clock has passed the window"
  }),
  "VER-19": verification("What is burned is durable.", {
    "in memory": "burned codes are kept in memory, and a crash forgets them"
  }),
  "VER-20": verification("The facts, the decision and the writes of a request are one transaction.", {
    "two at once": "two requests that arrive at once are decided on the same facts"
  }),
  "VER-21": verification("What is answered is durable before it is answered.", {
    "answered first": "the answer is sent before the write is durable, and a crash undoes the write"
  }),
  "VER-22": verification("A code that verifies under two credentials is refused, and burns nothing.", {
    "first match": "the first credential that matches pays"
  }),
  "VER-23": verification(
    "The payments without step-up of one account on one provider day are at most `limit.dayCount`.",
    {
      "before the lock": "the day's count is read before the transaction that adds to it",
      "no limit": "the day's payments are not counted"
    }
  ),
  "VER-24": verification(
    "All payments of one account on one provider day, those with step-up and open ones included, never add up to more than `limit.accountDay`.",
    { "no limit": "payments with step-up are made whatever the day's sum of all" }
  ),
  "VER-25": verification(
    "A payment counts on the day of the transaction that accepts it, which never goes back for an account.",
    { "each node": "a payment counts on the day of the node that decides it" }
  ),
  "VER-26": verification("The day is the provider's, not one that a phone or a code states.", {
    "the phone's": "a payment counts on the day for which its code was made"
  }),
  "VER-27": verification("Only an attempt moves the last position of a credential.", {
    "any code": "a code outside the window moves the last position as well"
  }),
  "VER-28": verification(
    "Where `verification.monotone` says so, a position at or before the last one attempted is refused.",
    {
      "used set only": "an earlier position that was not attempted is accepted"
    }
  ),
  "VER-29": verification(
    "Wrong codes from a terminal, from all terminals of a merchant, or under an alias, are counted against those whom `throttle` names and nobody else, and a throttled request is no definite answer.",
    {
      "by account": "wrong codes are counted against the account that their alias names, wherever they come from",
      "by merchant":
        "as many wrong codes as one terminal is let are counted against its whole merchant, at whichever of its terminals",
      none: "wrong codes are counted against nobody",
      "somebody's alone": "wrong codes are counted under aliases that somebody has, and under no others"
    }
  ),
  "VER-30": verification(
    "A restored provider accepts no code that could have been accepted before the restore, and no credential until its phone has renewed it online.",
    {
      "no epoch": "a restored provider goes on as its backup has it",
      "from the snapshot": "codes are refused only up to the step of the backup, not of the restore"
    }
  ),
  "VER-31": verification(
    "A restored provider answers an order number whose request is older than the restore, and which its backup does not know or has open, neither paid nor refused.",
    {
      refused:
        "order numbers that the backup does not know are answered as if they had never been used, and open ones stay open"
    }
  ),
  "VER-32": verification(
    "Where `code.boundTo` is `till`, a code is refused unless it was made over the registered name of the merchant that sends it and the amount, the order number and the nonce of its request.",
    {
      "left out": "codes are made over nothing, and nothing is compared",
      "plain codes": "a code that was made over nothing is accepted as well, and phones show such codes",
      "without the name": "the payee's name is not part of what is compared",
      "without the order": "the order number and the nonce are not part of what is compared"
    }
  ),
  "VER-33": verification("A code that is refused because it was made over something else is not burned.", {
    burned: "a code that was made over something else is burned like one that was tried"
  }),
  "STP-1": stepUp(
    "A request that only step-up allows is held open, or refused: nothing is debited before the account's owner has authenticated.",
    { "flag kept": "an owner who has authenticated once is not asked again for later orders" }
  ),
  "STP-2": stepUp(
    "Unless `stepUp.method` is `sms-password`, an authentication is for one order: its payee, its amount and its number.",
    { "any order": "an authentication is taken for whatever order of the account is open" }
  ),
  "STP-3": stepUp("The prompt names the payee and the amount, and the payer refuses one that is not theirs.", {
    "not shown": "the prompt names neither payee nor amount, and the payer confirms it"
  }),
  "STP-4": stepUp(
    "Unless `stepUp.method` is `sms-password`, the password goes only to the provider, over a channel that keeps it secret.",
    { "in clear": "the password is sent where others read it" }
  ),
  "STP-5": stepUp(
    "An order stays open for at least as long as the prompt, the answer and the payer may take: `stepUp.openFor`.",
    { shorter: "an order is closed before an honest answer must have arrived" }
  ),
  "STP-6": stepUp(
    "Unless `stepUp.method` is `sms-ocra` or `pin`, nothing that leaves the phone is computed from the password or PIN.",
    { "in the code": "the proof of a code is made with the PIN" }
  ),
  "STP-7": stepUp(
    "An account takes at most `stepUp.attempts` wrong answers on one provider day, for all its orders: then it takes no answer, not even the right one.",
    { "not counted": "wrong answers are not counted" }
  ),
  "STP-8": stepUp(
    "Over the network an account's prompts are shown, and answers to them taken, only on a phone on which its owner has authenticated.",
    {
      "any phone":
        "whoever holds a phone of an account is shown its prompts, whether its owner has authenticated on it or not"
    }
  ),
  "SET-1": settlement(
    "Where `reverse.unknownOrder` says so, a reversal of an unknown order number is recorded, and a payment under it is refused.",
    { "no tombstone": "a reversal of an unknown order number is answered done and not recorded" }
  ),
  "SET-2": settlement("A recorded reversal is kept as long as any order.", {
    forgotten: "the reversal of an unknown order is forgotten after a step"
  }),
  "SET-3": settlement("An order is closed by a write: no node answers closed or reversed from its clock alone.", {
    "from the clock": "an order past its deadline is answered closed, and is not written"
  }),
  "SET-4": settlement("An order that is open `stepUp.openFor` seconds after it was opened is closed.", {
    "no timer": "an open order waits for ever"
  }),
  "SET-5": settlement("No order is debited once it is closed or reversed, a late password included.", {
    "late password": "a password that arrives after the close is accepted"
  }),
  "SET-6": settlement("An open order reserves its amount until it is paid, closed or reversed.", {
    "not reserved": "open orders reserve nothing"
  }),
  "SET-7": settlement(
    "A refund number takes effect once: the refund that is sent again is answered as it was, and a question about it by what was made under it.",
    {
      ignored: "a refund that is sent again is made again",
      "as the order stands": "a refund that is sent again is answered with where its order stands",
      "query by order": "a refund is said to be made where another of its order was"
    }
  ),
  "SET-8": settlement("The refunds of an order, and its reversal, never add up to more than its amount.", {
    "ignores refunds": "a reversal returns the whole amount, whatever was refunded before"
  }),
  "SET-9": settlement(
    "A reversal returns its allowance to the day on which the payment was counted, and to no other.",
    {
      "to today": "a reversal returns its allowance to the day on which it is made"
    }
  ),
  "SET-10": settlement(
    "A refund number that was used for another amount is refused, and so is one that was used for another order where the merchant's `interface` has it name one refund of all its orders.",
    {
      "not compared": "a refund under a number that was used is answered as made, whatever it asks for",
      "by order": "a number that was used for another order is taken for a new one"
    }
  ),
  "SET-11": settlement(
    "A paid order is reversed up to the age of `reverse.within` and refunded up to that of `refund.within`, where the scheme has one; that it is too old is final, and answered only when it is so on the clock of every node.",
    {
      "at any age": "a refund is made however old the order is",
      "at once": "a node answers that it is too late as soon as it is so on its own clock"
    }
  ),
  "SET-12": settlement(
    "Where `refund.from` names the merchant, no refund is made of more than the provider holds for it: what its orders were paid, less what was given back of them and what was paid out to it.",
    { "not looked at": "a refund is made whatever is held for its merchant" }
  )
} as const satisfies Record<string, Clause>

/** The id of a clause. */
export type ClauseId = keyof typeof clauses

/** The id of a clause of a phase. */
export type ClauseOf<Of extends Phase> = {
  [Id in ClauseId]: (typeof clauses)[Id]["phase"] extends Of ? Id : never
}[ClauseId]

/** The name of a mutant of a clause. */
export type MutantOf<Id extends ClauseId> = keyof (typeof clauses)[Id]["mutants"] & string

/** Every clause id, in the order of the protocol. */
export const clauseIds = Object.keys(clauses) as ReadonlyArray<ClauseId>

/** Every way in which a clause can be left out, by name; none for one that only defines. */
export const mutantsOf = (id: ClauseId): ReadonlyArray<string> => Object.keys(clauses[id].mutants)

/** The present name of a mutant, by one that it had in forms that are still read. */
export const presentName = (mutant: string): string => (mutant === "at enrolment only" ? "at enrollment only" : mutant)
