/**
 * The forms against a count: where proofs and aliases are made of few bits, every value that they can have is tried, each
 * as likely as any other, and what the provider's own code makes of it is counted. The forms give the same fractions.
 */

import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "vitest"
import { Codec, Mac, TokenSource } from "../../impl/credentials/Credentials.ts"
import type { Answer } from "../../model/Order.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { alipay, hardened, tillQr, unionpay, wechat } from "../suites/Harness.ts"
import * as Attempts from "./Attempts.ts"
import { computed } from "./Catalogue.ts"
import { answer, type Holder, isAccepted, type Reduced, reduced, reducedRules } from "./Deciding.ts"
import * as Digits from "./Digits.ts"
import * as Rational from "./Rational.ts"

/** Calls back with every list of so many numbers, each below its bound. */
const every = (bounds: ReadonlyArray<number>, visit: (numbers: ReadonlyArray<number>) => void): number => {
  const numbers = bounds.map(() => 0)
  let count = 0
  const step = (at: number): void => {
    if (at === bounds.length) {
      count++
      visit(numbers)
      return
    }
    for (let value = 0; value < bounds[at]!; value++) {
      numbers[at] = value
      step(at + 1)
    }
  }
  step(0)
  return count
}

/** A small world of codes that are made: how many bits their parts have. */
interface Small extends Required<Omit<Reduced, "prefixes">> {
  readonly scheme: Scheme
  readonly bits: Digits.Bits
}

const digitsOf = (value: number, digits: number): string => (value % 10 ** digits).toString().padStart(digits, "0")

/** In how many ways the codes of a position are made: scanned and revealed, and each of them with the PIN too. */
const waysOf = ({ keepsBinding, marksRevealed }: Small): number => (marksRevealed ? 2 : 1) * (keepsBinding ? 2 : 1)

/**
 * What a credential is made of, by the values of its positions: an alias where it changes, and a proof for each way. Codes
 * that carry the PIN are made with other keys, and otherwise as those without it.
 */
const makerOf = (small: Small, own: string) => {
  const { aliasDigits, marksRevealed, otpDigits, scheme } = small
  const isKeyed = scheme.code.alias === "keyed"
  const ways = waysOf(small)
  const width = ways + (isKeyed ? 1 : 0)
  const make = (values: ReadonlyArray<number>, offset: number, pinned: boolean): TokenSource.Maker => {
    const at = (position: number, part: number): number => values[offset + position * width + part]!
    const first = pinned ? (marksRevealed ? 2 : 1) : 0
    return {
      prefix: "1",
      alias: (position) => (isKeyed ? digitsOf(at(position, ways), aliasDigits) : own),
      key: (revealed) => ({ proof: (position) => at(position, first + (revealed ? 1 : 0)) % 10 ** otpDigits })
    }
  }
  return { make, width }
}

/** Every value of every part of every position of some accounts, and what the provider would then do. */
const worlds = (small: Small, burned: ReadonlyArray<number>) => {
  const { accounts, bits, credentials, keepsBinding, positions } = small
  const rules = reducedRules(small.scheme, small)
  const format = rules.scheme.code
  const isKeyed = format.alias === "keyed"
  // An index is its account's, a token its credential's.
  const own = (credential: number): string =>
    digitsOf(format.alias === "token" ? credential : Math.floor(credential / credentials), small.aliasDigits)
  const { width } = makerOf(small, "")
  const parts = [...Array.from({ length: waysOf(small) }, () => bits.proof), ...(isKeyed ? [bits.alias] : [])]
  const bounds = Array.from({ length: accounts * credentials * positions }, () => parts.map((part) => 2 ** part)).flat()
  const window = { from: 0, to: positions - 1 }
  const visit = (count: (ask: (code: string) => Answer, shown: string, alias: string) => void): number =>
    every(bounds, (values) => {
      const makers = Array.from({ length: accounts * credentials }, (_, credential) =>
        (keepsBinding ? [false, true] : [false]).map((pinned) => ({
          pinned,
          maker: makerOf(small, own(credential)).make(values, credential * positions * width, pinned)
        }))
      )
      const holders = makers.map(
        (ways, credential): Holder => ({
          payer: Math.floor(credential / credentials),
          read: (window, presented) =>
            ways.flatMap(({ maker, pinned }) =>
              TokenSource.readMade(format, maker, window, presented).map((reading) => ({ ...reading, pinned }))
            ),
          isBurned: (position) => credential === 0 && burned.includes(position)
        })
      )
      const first = makers[0]?.[0]?.maker
      const last = positions - 1
      const proof = digitsOf(first!.key(false).proof(last), small.otpDigits)
      const shown = Codec.encode(format, { prefix: "1", alias: first!.alias(last), proof })
      count((code) => answer(rules, holders, window, code), shown, first!.alias(last))
    })
  const guess = (alias: number, proof: number): string =>
    Codec.encode(format, {
      prefix: "1",
      alias: digitsOf(alias, small.aliasDigits),
      proof: digitsOf(proof, small.otpDigits)
    })
  // The likeliest string and the least likely one that can be: each other is as likely as one of them.
  const values = (some: number, digits: number): ReadonlyArray<number> => [0, Math.min(2 ** some, 10 ** digits) - 1]
  const proofs = values(bits.proof, small.otpDigits)
  const aliases = isKeyed ? values(bits.alias, small.aliasDigits) : [0]
  const guesses = proofs.flatMap((proof) => aliases.map((alias) => guess(alias, proof)))
  return {
    visit,
    guesses,
    code: (alias: string, proof: string) => Codec.encode(format, { prefix: "1", alias, proof }),
    proofs: proofs.map((proof) => digitsOf(proof, small.otpDigits)),
    aliases: aliases.map((alias) => digitsOf(alias, small.aliasDigits))
  }
}

/** The greatest of the shares of worlds in which a guess is accepted. */
const bestGuess = (small: Small): number => {
  const { guesses, visit } = worlds(small, [])
  const hits = guesses.map(() => 0)
  const all = visit((ask) => {
    guesses.forEach((guess, index) => {
      if (isAccepted(ask(guess))) hits[index]!++
    })
  })
  return Math.max(...hits) / all
}

/**
 * The greatest of the shares of worlds in which a guess at a proof is accepted under the alias of the last position of an account's
 * first credential, which a captured code has shown, in the worlds in which that alias is the one that it is.
 */
const bestCaptured = (small: Small): number => {
  const { aliases, code, proofs, visit } = worlds(small, [])
  const worldsOf = aliases.map(() => 0)
  const hits = aliases.map(() => proofs.map(() => 0))
  visit((ask, _, alias) => {
    const seen = aliases.indexOf(alias)
    if (seen < 0) return
    worldsOf[seen]!++
    proofs.forEach((proof, index) => {
      if (isAccepted(ask(code(alias, proof)))) hits[seen]![index]!++
    })
  })
  return Math.max(...hits.flatMap((some, seen) => some.map((hit) => hit / worldsOf[seen]!)))
}

/** The share of worlds in which the last position's code is refused, while all the others are burned. */
const refusals = (small: Small): number => {
  const { visit } = worlds(
    small,
    Array.from({ length: small.positions - 1 }, (_, position) => position)
  )
  let refused = 0
  const all = visit((ask, shown) => {
    if (!isAccepted(ask(shown))) refused++
  })
  return refused / all
}

const small = (
  scheme: Scheme,
  [proof, alias, positions, accounts]: readonly [proof: number, alias: number, positions: number, accounts: number],
  { credentials = 1, marks = false, keepsBinding = false } = {}
): Small => ({
  scheme,
  bits: { proof, alias },
  aliasDigits: 1,
  otpDigits: 1,
  positions,
  accounts,
  credentials,
  marksRevealed: marks,
  keepsBinding
})

const marked = { marks: true }
const bound = { keepsBinding: true }
const both = { ...marked, ...bound }

const near = (value: number, expected: number): void => expect(Math.abs(value - expected)).toBeLessThan(1e-12)

const alone: ReadonlyArray<readonly [says: string, small: Small]> = [
  ["an index, uneven digits", small(alipay, [4, 0, 3, 1])],
  ["an index, few values", small(alipay, [2, 0, 5, 1])],
  ["an index, and codes that are revealed", small(alipay, [4, 0, 2, 1], marked)],
  ["a token, the places of a list", small(unionpay, [4, 0, 3, 1])],
  ["a keyed alias", small(hardened, [4, 2, 2, 1])],
  ["a keyed alias, uneven too, and codes that are revealed", small(hardened, [1, 4, 2, 1], marked)],
  ["an index, and codes that carry the PIN", small(tillQr, [4, 0, 2, 1], bound)],
  ["an index, few values, and codes that carry the PIN", small(tillQr, [2, 0, 4, 1], bound)],
  ["a keyed alias, and codes that carry the PIN", small(hardened, [2, 2, 2, 1], bound)]
]

const several: ReadonlyArray<readonly [says: string, small: Small]> = [
  ["two keyed aliases", small(hardened, [2, 1, 2, 2])],
  ["two keyed aliases, uneven digits", small(hardened, [4, 1, 1, 2])],
  ["two keyed aliases, and codes that are revealed", small(hardened, [1, 1, 2, 2], marked)],
  ["three keyed aliases", small(hardened, [1, 1, 2, 3])],
  ["two keyed aliases, and codes that carry the PIN", small(hardened, [1, 1, 2, 2], bound)]
]

/** Accounts whose phone is being renewed, and of two phones, and of two phones that are being renewed. */
const renewed: ReadonlyArray<readonly [says: string, small: Small]> = [
  ["an index, uneven digits, three phones", small(alipay, [4, 0, 1, 1], { credentials: 3 })],
  ["an index, a renewal", small(alipay, [2, 0, 2, 1], { credentials: 2 })],
  ["an index, two phones in a renewal", small(alipay, [1, 0, 2, 1], { credentials: 4 })],
  ["an index, a renewal, and codes that carry the PIN", small(tillQr, [1, 0, 2, 1], { ...bound, credentials: 2 })],
  ["an index, a renewal, and codes that are revealed", small(alipay, [2, 0, 1, 1], { ...marked, credentials: 2 })],
  ["a token, two phones in a renewal", small(unionpay, [2, 0, 1, 1], { credentials: 4 })],
  ["a keyed alias, a renewal", small(hardened, [2, 1, 2, 1], { credentials: 2 })],
  ["a keyed alias, three phones", small(hardened, [1, 1, 2, 1], { credentials: 3 })],
  ["a keyed alias, two phones in a renewal", small(hardened, [2, 1, 1, 1], { credentials: 4 })],
  ["a keyed alias, a renewal, codes with the PIN", small(hardened, [1, 1, 1, 1], { ...bound, credentials: 2 })]
]

const severalRenewed: ReadonlyArray<readonly [says: string, small: Small]> = [
  ["two keyed aliases, in a renewal", small(hardened, [2, 1, 1, 2], { credentials: 2 })],
  ["two keyed aliases, three phones, a step", small(hardened, [1, 1, 1, 2], { credentials: 3 })]
]

const fourWays: ReadonlyArray<readonly [says: string, small: Small]> = [
  ["an index, and codes that are revealed, or carry the PIN, or both", small(tillQr, [2, 0, 2, 1], both)],
  ["a keyed alias, and codes that are revealed, or carry the PIN, or both", small(hardened, [1, 2, 2, 1], both)]
]

describe("what one guess comes to is the form's fraction", () => {
  it.each([...alone, ...fourWays, ...renewed])("at one known account: %s", (_, small) => {
    const { parts, value } = computed["guess-targeted"](reducedRules(small.scheme, small), small.bits)
    near(parts["without a captured code"] ?? value, bestGuess(small))
  })

  it.each([...alone, ...fourWays, ...renewed].filter(([, { scheme }]) => scheme.code.alias === "keyed"))(
    "at one known account, with a captured code: %s",
    (_, small) => {
      near(computed["guess-targeted"](reducedRules(small.scheme, small), small.bits).value, bestCaptured(small))
    }
  )

  it.each([...several, ...severalRenewed])("at anybody: %s", (_, small) => {
    near(computed["guess-blind"](reducedRules(small.scheme, small), small.bits).value, bestGuess(small))
  })

  it("and at an alias that may be nobody's, with a prefix that may be another's", () => {
    const scheme = reduced(alipay, { prefixes: 2, aliasDigits: 1, otpDigits: 1, positions: 1, accounts: 2 })
    const rules = reducedRules(alipay, { prefixes: 2, aliasDigits: 1, otpDigits: 1, positions: 1, accounts: 2 })
    const guess = Codec.encode(scheme.code, { prefix: "1", alias: "7", proof: "3" })
    let hits = 0
    let all = 0
    // Two accounts, whose aliases differ, each with a prefix and a proof of four bits.
    every([10, 10, 2, 2, 16, 16], ([a, b, x, y, p, q]) => {
      if (a === b) return
      all++
      const holder = (alias: number, prefix: number, proof: number): Holder => {
        const maker = { prefix: `${prefix + 1}`, alias: () => `${alias}`, key: () => ({ proof: () => proof % 10 }) }
        return {
          read: (window, presented) => TokenSource.readMade(scheme.code, maker, window, presented),
          isBurned: () => false
        }
      }
      if (isAccepted(answer(rules, [holder(a!, x!, p!), holder(b!, y!, q!)], { from: 0, to: 0 }, guess))) hits++
    })
    near(computed["guess-blind"](rules, { proof: 4, alias: 0 }).value, hits / all)
  })
})

describe("how often a fresh code is refused is the form's fraction", () => {
  it.each([...alone, ...several, ...fourWays, ...renewed, ...severalRenewed])("%s", (_, small) => {
    near(computed.collision(reducedRules(small.scheme, small), small.bits).value, refusals(small))
  })
})

describe("codes that the provider draws", () => {
  /** Every ordered choice of so many different codes. */
  const lists = (codes: ReadonlyArray<string>, size: number): ReadonlyArray<ReadonlyArray<string>> =>
    size === 0
      ? [[]]
      : lists(codes, size - 1).flatMap((list) =>
          codes.filter((code) => !list.includes(code)).map((code) => [...list, code])
        )

  it.each([
    { prefixes: 1, positions: 2, marksRevealed: false, accounts: 2 },
    { prefixes: 2, positions: 1, marksRevealed: true, accounts: 1 },
    { prefixes: 2, positions: 1, marksRevealed: false, accounts: 3 },
    { prefixes: 1, positions: 2, marksRevealed: false, accounts: 1, credentials: 2 },
    { prefixes: 2, positions: 1, marksRevealed: false, accounts: 1, credentials: 3 },
    { prefixes: 1, positions: 1, marksRevealed: false, accounts: 1, credentials: 4 },
    { prefixes: 1, positions: 1, marksRevealed: false, accounts: 2, credentials: 2 }
  ])("every list of every account: %j", ({ credentials = 1, ...numbers }) => {
    const rules = reducedRules(wechat, { ...numbers, credentials, otpDigits: 1 })
    const { scheme } = rules
    const codes = scheme.code.prefixes.flatMap((prefix) =>
      Array.from({ length: 10 }, (_, digit) => `${prefix}${digit}`)
    )
    const all = lists(codes, numbers.positions * (numbers.marksRevealed ? 2 : 1))
    const holders = all.map((list): Holder => {
      const drawn = numbers.marksRevealed
        ? [{ scanned: list[0]!, revealed: list[1]! }]
        : list.map((code) => ({ scanned: code, revealed: code }))
      const credential = { prefix: "", alias: "", secret: { _tag: "Drawn", codes: Redacted.make(drawn) } } as const
      return {
        read: (window, presented) => TokenSource.read(scheme.code, credential, { window, presented }),
        isBurned: () => false
      }
    })
    const window = { from: 0, to: numbers.positions - 1 }
    let hits = 0
    let refused = 0
    const count = every(
      Array.from({ length: numbers.accounts * credentials }, () => all.length),
      (chosen) => {
        const own = chosen.map((index) => holders[index]!)
        if (isAccepted(answer(rules, own, window, "17"))) hits++
        if (!isAccepted(answer(rules, own, window, all[chosen[0]!]![0]!))) refused++
      }
    )
    near(computed[numbers.accounts === 1 ? "guess-targeted" : "guess-blind"](rules).value, hits / count)
    near(computed.collision(rules).value, refused / count)
  })
})

describe("a day of guesses", () => {
  // One account, of ten aliases, and two guesses, each at any alias and in a window of its own.
  const scheme = reduced(alipay, { aliasDigits: 1, otpDigits: 1, positions: 1 })
  const { perAliasDay: _, ...throttle } = { ...scheme.throttle, perTerminalDay: 1 }
  const numbers = { ...scheme, throttle, adversary: { terminals: 2 } }
  const rules = Rules.without(Rules.strict(numbers), { clause: "ENR-6", mutant: "one phase" })
  const form = computed["guess-blind"](rules, { proof: 4, alias: 0 })
  const holder = (alias: number, proof: number): Holder => ({
    read: (window, presented) =>
      TokenSource.readMade(
        scheme.code,
        { prefix: "1", alias: () => `${alias}`, key: () => ({ proof: () => proof % 10 }) },
        window,
        presented
      ),
    isBurned: () => false
  })
  const asks = (holders: ReadonlyArray<Holder>, alias: number, proof: number): boolean =>
    isAccepted(
      answer(
        rules,
        holders,
        { from: 0, to: 0 },
        Codec.encode(scheme.code, { prefix: "1", alias: `${alias}`, proof: `${proof}` })
      )
    )

  it("has as many at honest tills as all of them take, and succeeds as the form says", () => {
    let hits = 0
    const all = every([10, 10, 16, 16], ([one, two, a, b]) => {
      if (asks([holder(3, a!)], one!, 0) || asks([holder(3, b!)], two!, 0)) hits++
    })
    expect(form.parts["of which at honest tills"]).toBe(2)
    near(form.parts["a day at honest tills, in guesses that are independent"]!, hits / all)
  })

  it("has as many accepted on average as the sum of their chances, however they are chosen", () => {
    // Both at one alias in one window: if one fails the other is a little likelier, and both are never right.
    let together = 0
    let apart = 0
    const all = every([10, 16, 16], ([alias, a, b]) => {
      together += [0, 1].filter((proof) => asks([holder(3, a!)], alias!, proof)).length
      apart += [a!, b!].filter((proof) => asks([holder(3, proof)], alias!, 0)).length
    })
    near(together / all, 2 * form.value)
    near(apart / all, 2 * form.value)
  })

  it("and a year as many as its days, at aliases that are known to be somebody's", () => {
    const targeted = computed["guess-targeted"](rules, { proof: 4, alias: 0 })
    const guesses = form.parts["guesses a day"]!
    expect(form.hits!.scale.aDay).toBe(guesses * targeted.value)
    expect(form.hits!.scale.aYear).toBe(365 * guesses * targeted.value)
    // Two of them are those at honest tills, and all others those that one merchant is let.
    expect(guesses).toBe(rules.scheme.throttle.perMerchantDay! + 2)
    expect(guesses).toBeLessThan(Attempts.requests(86_400))
  })
})

describe("the secret of step-up", () => {
  const record = { status: "open", reason: undefined, amount: 1, payer: 0, code: "", at: 0, refunded: 0 } as const

  it.each([1, 3, 9, 10, 20])("within %d answers, whatever the secret is", (attempts) => {
    const stepUp = { ...alipay.stepUp, attempts, secretDigits: 1 }
    const rules = Rules.strict({ ...alipay, stepUp })
    let found = 0
    for (let secret = 0; secret < 10; secret++) {
      for (let guess = 0, wrong = 0; guess < 10; guess++) {
        const given = { isForOrder: true, wrong }
        if (!StepUp.takesAnswer(rules, wrong)) break
        if (guess !== secret) wrong++
        else if (StepUp.authenticate(rules, record, given).answer === "PAID") found++
      }
    }
    const { hits, value } = computed["guess-password"](rules)
    near(value, found / 10)
    near(hits!.account.aYear, 1)
  })
})

describe("digits", () => {
  it.each([
    [10, 2],
    [12, 1],
    [16, 4],
    [20, 5],
    [3, 1]
  ])("what %d bits leave of %d digits is counted", (bits, digits) => {
    const found = new Map<number, number>()
    for (let value = 0; value < 2 ** bits; value++) {
      const string = value % 10 ** digits
      found.set(string, (found.get(string) ?? 0) + 1)
    }
    const counted = Digits.truncated(bits, digits).map(({ each, strings }) => [
      Number((each.over * 2n ** BigInt(bits)) / each.under),
      Number(strings)
    ])
    const classes = new Map<number, number>()
    for (let string = 0; string < 10 ** digits; string++) {
      const count = found.get(string) ?? 0
      classes.set(count, (classes.get(count) ?? 0) + 1)
    }
    expect(counted).toEqual([...classes].sort(([a], [b]) => b - a))
  })

  it("a proof's 31 bits are each one bit of the tag, so that every value is as likely as any other", () => {
    const tag = (bytes: ReadonlyArray<number>): Uint8Array => {
      const whole = new Uint8Array(20)
      whole.set(bytes, 3)
      // The last four bits point to the bytes.
      whole[19] = 3
      return whole
    }
    const zero = [0, 0, 0, 0]
    const single = Array.from({ length: 32 }, (_, bit) =>
      zero.map((_, at) => (at === bit >> 3 ? 0x80 >> (bit & 7) : 0))
    )
    const outcomes = single.map((bytes) => Mac.truncated(tag(bytes)))
    expect(Mac.truncated(tag(zero))).toBe(0)
    // The first bit is dropped, and each of the others is a bit of the value of its own.
    expect(outcomes).toEqual([0, ...Array.from({ length: 31 }, (_, bit) => 2 ** (30 - bit))])
    every([16, 16, 16, 16], ([a, b, c, d]) => {
      const bytes = [a! * 17, b! * 17, c! * 17, d! * 17]
      const sum = single.reduce(
        (all, one, bit) => all + (one.some((byte, at) => (byte & bytes[at]!) !== 0) ? outcomes[bit]! : 0),
        0
      )
      expect(Mac.truncated(tag(bytes))).toBe(sum)
    })
  })

  it.each([...Array.from({ length: 9 }, (_, digits) => [31, digits + 1]), [53, 10], [53, 15]])(
    "of %d bits and %d digits add up to 1",
    (bits, digits) => {
      const sum = Digits.truncated(bits!, digits!).reduce(
        (all, { each, strings }) => Rational.plus(all, Rational.times(Rational.of(strings), each)),
        Rational.zero
      )
      expect(sum.over).toBe(sum.under)
    }
  )

  it("the likeliest proof of six digits is not one in a million", () => {
    const [{ each, strings }] = Digits.truncated(31, 6)
    expect([each.over, each.under, strings]).toEqual([2148n, 2n ** 31n, 483_648n])
  })
})
