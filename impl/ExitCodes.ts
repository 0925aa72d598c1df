/** ExitCodes: how commands end. The help of each says so from this table. */

/** The codes by what they mean; what each command means by them stands below. */
export const codes = {
  /** What was asked for was done, or is so. */
  done: 0,
  /** It was not, or is not so. */
  otherwise: 1,
  /** Bad input or usage. */
  unusable: 2,
  /** It is not known, or not finished. */
  unfinished: 3,
  /** An internal error. */
  internal: 4,
  /** What is known from before is not what is found now: one of the two is wrong. */
  disagrees: 5,
  /** Ctrl-C, or the signal TERM. */
  interrupted: 130
} as const

/** The name of a code. */
export type Name = keyof typeof codes

/** What the codes of a command mean, in a few words. */
export type Meaning = Readonly<Partial<Record<Name, string>>>

const always = {
  unusable: "bad input or usage",
  internal: "an internal error, or a result that could not be written"
} as const

/** A command that answers no question: it does what it is asked for. */
const doing = (done: string): Meaning => ({ done, ...always })

/** A command that asks a provider or a ledger, which may refuse, or not be there. */
const asking = (done: string): Meaning => ({
  done,
  otherwise: "that is not known to have happened; stderr says why",
  ...always
})

/** A command that others stand under: it does nothing by itself. */
const group: Meaning = {
  done: "the help was asked for",
  unusable: "one of its commands was expected",
  internal: always.internal
}

/** A command of a till: of an order more may be known later. */
const ofOrder = (done: string): Meaning => ({ done, unfinished: "that is not known yet: ask again", ...always })

/** A command that takes another key, which may be taken though nobody heard so. */
const rotating = (done: string): Meaning => ({
  done,
  otherwise: "it has not; stderr says why",
  unfinished: "that is not known: run the same again",
  ...always
})

/** What every command's codes mean, by its words after `paycode`. */
export const meanings: Readonly<Record<string, Meaning>> = {
  "": { done: "the help or the version was asked for", unusable: "a command was expected", internal: always.internal },
  audit: {
    done: "every claim is as asserted",
    otherwise: "a verdict differs",
    ...always,
    unfinished: "not finished: the budget was spent, or Ctrl-C came",
    disagrees: "what was kept is not what is found now: one of the two is wrong",
    interrupted: "a second Ctrl-C, or one with --matrix, or while --watch waits"
  },
  certificate: group,
  "certificate check": {
    done: "every certificate is proved, or nothing was found against it where a share was looked at",
    otherwise: "a state is missing, a claim is broken, or a count is another",
    unusable: "bad input or usage, or a certificate that was damaged or that another paycode wrote",
    internal: always.internal,
    interrupted: "Ctrl-C"
  },
  diff: { done: "no claim stands otherwise", otherwise: "a claim stands otherwise", ...always },
  explain: doing("the run was told, and replayed where that was asked for"),
  init: { ...doing("the file was written"), interrupted: "Ctrl-C: nothing was written" },
  sweep: {
    ...doing("the sweep was made and written"),
    disagrees: "with --check: what was kept is not what is found now",
    interrupted: "Ctrl-C"
  },
  evidence: group,
  "evidence list": doing("what is kept was listed"),
  "evidence verify": {
    done: "what is kept is whole, and what was made again came to the same",
    otherwise: "something that is kept is damaged: an audit passes it over",
    ...always,
    disagrees: "something was found otherwise now: one of the two is wrong",
    interrupted: "Ctrl-C"
  },
  "evidence prune": doing("it was removed"),
  docs: {
    done: "the documents are as the sources have them",
    otherwise: "with --check, one is not; or the site could not be built",
    ...always,
    interrupted: "Ctrl-C"
  },
  serve: {
    otherwise: "the ledger cannot be asked, or its mark not be written",
    unusable: "bad input or usage, or a ledger that another scheme has",
    internal: always.internal,
    interrupted: "Ctrl-C or TERM ended it"
  },
  operator: group,
  "operator account": asking("the account is open"),
  "operator unlock": asking("the account's owner can try again, if the day has attempts left, as is said"),
  "operator merchant": asking("the merchant is taken in, and its file written"),
  "operator payout": {
    ...asking("what is paid out was said, now or before"),
    otherwise: "it was refused, and nothing is paid out; stderr says why",
    unfinished: "no answer came, and it is not known: ask for the same number again"
  },
  "operator rotate": asking("the merchant has other keys, and the file of its till is written"),
  "operator withdraw": asking("the keys are withdrawn"),
  "operator key": asking("the operator has another key, and its file is written"),
  "operator scheme": asking("the ledger is kept under the scheme, or what it had is listed"),
  "operator restore": asking("the ledger is marked as restored"),
  "operator reconcile": asking("the ledger is marked as reconciled"),
  "operator clock": asking("the clock is taken for right"),
  wallet: group,
  "wallet enroll": asking("the phone is enrolled, and its file written"),
  "wallet show": { ...asking("a code was shown"), interrupted: "Ctrl-C ended it" },
  "wallet renew": asking("the phone has another credential"),
  "wallet status": asking("what the wallet holds was said"),
  "wallet approve": asking("the order is paid"),
  "wallet answer": asking("the order is paid"),
  "wallet rotate": rotating("the phone has another key"),
  "wallet revoke": asking("the phone is revoked"),
  till: group,
  "till offer": asking("the transaction was shown"),
  "till scan": { ...ofOrder("the order is paid"), otherwise: "it is not paid; stderr says why" },
  "till query": ofOrder("what became of the order is known, and was said"),
  "till reverse": {
    ...ofOrder("the order is reversed"),
    otherwise: "it is not: it is too young, or settled otherwise"
  },
  "till refund": {
    ...ofOrder("the refund was made, now or before, and was said"),
    otherwise: "it was refused; stderr says why",
    unfinished:
      "it is not known, or no such refund or order is: see that both numbers are right, and ask for the same again"
  },
  "till rotate": rotating("the merchant has other keys")
}

/** What a command's codes mean, a line for each under a heading; nothing for what is no command. */
export const lines = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const meaning = meanings[words.join(" ")]
  if (meaning === undefined) return []
  const names = (Object.keys(codes) as ReadonlyArray<Name>).filter((name) => meaning[name] !== undefined)
  return names.map((name) => `  ${`${codes[name]}`.padEnd(3)}  ${meaning[name]}`)
}
