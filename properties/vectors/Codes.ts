/** Codes: their digits, written and read. The mask is a table here, by another route than that of the implementation. */
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import { caughtBy, type Mistake, notesOf, numbering } from "./Mistakes.ts"

/** How codes are laid out. */
export interface Format {
  readonly prefixes: readonly [string, ...Array<string>]
  readonly digits: number
  readonly aliasDigits: number
  readonly otpDigits: number
  readonly alias: "masked-index" | "token" | "keyed" | "none"
}

interface Parts {
  readonly prefix: string
  readonly alias: string
  readonly proof: string
}

interface Test extends Parts {
  readonly format: Format
  readonly code: string
}

interface Malformed {
  readonly format: Format
  readonly code: string
  readonly problem: "length" | "digits" | "prefix"
}

const sevens = "0741852963"

/** The digits of a code: each digit of an index is looked up among the multiples of 7, and counted on from there. */
export const written = ({ alias: kind }: Format, { alias, prefix, proof }: Parts): string => {
  const shown = [...alias].map((digit, at) => {
    const turned = "01234567890123456789".slice(Number(sevens[Number(digit)]))
    return kind === "masked-index" ? turned[Number(proof[at % proof.length])] : digit
  })
  return prefix + shown.join("") + proof
}

const formatOf = ({
  code: { alias, aliasDigits, digits, otpDigits, prefixes }
}: (typeof Fixtures.builtIn)[number]): Format => ({
  prefixes,
  digits,
  aliasDigits,
  otpDigits,
  alias
})

const masked = (prefixes: Format["prefixes"], aliasDigits: number, otpDigits: number): Format => ({
  prefixes,
  digits: prefixes[0].length + aliasDigits + otpDigits,
  aliasDigits,
  otpDigits,
  alias: "masked-index"
})

interface Group {
  readonly format: Format
  /** Prefix, alias and proof. */
  readonly parts: ReadonlyArray<readonly [string, string, string]>
  readonly malformed: ReadonlyArray<readonly [string, Malformed["problem"]]>
}

const groups: ReadonlyArray<Group> = [
  {
    format: formatOf(Fixtures.alipay),
    parts: [
      ["28", "0000000000", "000000"],
      ["28", "1234567890", "755224"],
      ["28", "0000000001", "000001"],
      ["28", "9999999999", "999999"],
      ["28", "0123456789", "746629"],
      ["28", "5000000000", "099999"]
    ],
    malformed: [
      ["", "length"],
      ["28000000000000000", "length"],
      ["2800000000000000000", "length"],
      ["28000000 0000000000", "length"],
      [" 28000000000000000", "digits"],
      ["28000000000000000\n", "digits"],
      ["28000+000000000000", "digits"],
      ["28000-000000000000", "digits"],
      ["2800.0000000000000", "digits"],
      ["2800000000000000e5", "digits"],
      ["0x0000000000000000", "digits"],
      ["２８００００００００００００００００", "digits"],
      ["٢٨٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠", "digits"],
      ["280000000\u000000000000", "digits"],
      ["130000000000000000", "prefix"],
      ["820000000000000000", "prefix"],
      ["290000000000000000", "prefix"]
    ]
  },
  {
    format: formatOf(Fixtures.unionpay),
    parts: [
      ["62", "00000000000", "000000"],
      ["62", "10293847561", "162583"],
      ["62", "00000000042", "000420"],
      ["62", "99999999999", "999999"]
    ],
    malformed: [
      ["620000000000000000", "length"],
      ["６200000000000000000", "digits"],
      ["2800000000000000000", "prefix"]
    ]
  },
  {
    format: masked(["28"], 15, 9),
    parts: [
      ["28", "314159265358979", "271828182"],
      ["28", "000000000000000", "000000009"],
      ["28", "123456789012345", "094287082"]
    ],
    malformed: [
      ["283495715073271112", "length"],
      ["2834957150732711127182818O", "digits"],
      ["27349571507327111271828182", "prefix"]
    ]
  },
  {
    format: masked(["7"], 7, 4),
    parts: [
      ["7", "0918273", "5224"],
      ["7", "6543210", "0000"]
    ],
    malformed: [
      ["755909135224755909135224", "length"],
      ["l55909135224", "digits"],
      ["155909135224", "prefix"]
    ]
  },
  {
    format: { prefixes: ["1300"], digits: 14, aliasDigits: 6, otpDigits: 4, alias: "token" },
    parts: [
      ["1300", "048151", "1623"],
      ["1300", "604800", "0071"]
    ],
    malformed: [
      ["1300048151", "length"],
      ["13OO0481511623", "digits"],
      ["00130481511623", "prefix"]
    ]
  },
  {
    format: formatOf(Fixtures.wechat),
    parts: [
      ["10", "", "0000000000000000"],
      ["13", "", "4512870936251847"],
      ["15", "", "9007199254740993"],
      ["14", "", "0000000000000042"]
    ],
    malformed: [
      ["13451287093625184", "length"],
      ["13451287093625184x", "digits"],
      ["164512870936251847", "prefix"],
      ["284512870936251847", "prefix"]
    ]
  },
  {
    format: formatOf(Fixtures.hardened),
    parts: [
      ["26", "01928374650", "94287082"],
      ["26", "77777777777", "00000001"],
      ["26", "98765432109", "40286715"]
    ],
    malformed: [
      ["26019283746509428708", "length"],
      ["26019283746509428708O", "digits"],
      ["280192837465094287082", "prefix"]
    ]
  },
  {
    format: masked(["25", "26", "27", "28", "29", "30"], 10, 6),
    parts: [["30", "1234567890", "755224"]],
    malformed: [
      ["240000000000000000", "prefix"],
      ["310000000000000000", "prefix"]
    ]
  }
]

/** Turns every digit of an alias, which may leave no digit. */
const turned = (alias: string, turn: (digit: number, at: number) => number): string =>
  [...alias].map((digit, at) => turn(Number(digit), at)).join("")

const writes = (mistake: string, write: (test: Test) => string): Mistake<Test> => ({
  clause: "GEN-2",
  mistake,
  passes: (test) => write(test) === test.code
})

/** A mistake in how the digit of an alias is read again that the proof has shifted. */
const unmasks = (mistake: string, unmask: (digit: number, shift: number) => number): Mistake<Test> => ({
  clause: "VER-5",
  mistake,
  passes: ({ alias, code, format, prefix, proof }) =>
    format.alias !== "masked-index" ||
    turned(code.slice(prefix.length, -proof.length), (digit, at) => unmask(digit, Number(proof[at % proof.length]))) ===
      alias
})

/** How a code is shown whose alias is masked only if its kind says so. */
const maskedAs = (kind: Format["alias"], { format, ...parts }: Test): string =>
  written({ ...format, alias: format.alias === kind ? "masked-index" : format.alias }, parts)

const unlessMasked = (test: Test, mask: (test: Test) => string): string =>
  test.format.alias === "masked-index" ? mask(test) : test.code

const mistakes = {
  "factor-left-out": writes("The alias is shifted by the proof, and not multiplied by 107 before.", (test) =>
    unlessMasked(
      test,
      ({ alias, prefix, proof }) =>
        prefix + turned(alias, (digit, at) => (digit + Number(proof[at % proof.length])) % 10) + proof
    )
  ),
  "proof-not-repeated": writes("Only as many digits of the alias are masked as the proof has.", (test) =>
    unlessMasked(
      test,
      ({ alias, prefix, proof }) =>
        prefix + turned(alias, (digit, at) => (107 * digit + Number(proof[at] ?? 0)) % 10) + proof
    )
  ),
  "unmasked-by-the-factor": unmasks(
    "The mask is undone with 107 in place of its inverse, 3.",
    (digit, shift) => (107 * (10 + digit - shift)) % 10
  ),
  "negative-remainder": unmasks(
    "A difference below 0 is reduced modulo 10 with a remainder that is negative too.",
    (digit, shift) => (3 * (digit - shift)) % 10
  ),
  "token-masked": writes("A token is masked as if it were an index.", (test) => maskedAs("token", test)),
  "leading-zeros-lost": writes(
    "Alias or proof is handled as a number, and loses the zeros that it begins with.",
    ({ alias, format, prefix, proof }) =>
      written(format, { prefix, alias: alias && String(BigInt(alias)), proof: String(BigInt(proof)) })
  ),
  "prefix-of-another": writes(
    "The first of a scheme's prefixes stands before every code, whatever the credential's is.",
    ({ format, ...parts }) => written(format, { ...parts, prefix: format.prefixes[0] })
  ),
  "first-prefix-only": {
    clause: "VER-5",
    mistake: "Only codes with the first of a scheme's prefixes are read.",
    passes: ({ code, format }: Test) => code.startsWith(format.prefixes[0])
  },
  "keyed-masked": writes("An alias that is made with a key is masked as if it were an index.", (test) =>
    maskedAs("keyed", test)
  ),
  "proof-as-double": writes(
    "Sixteen drawn digits are kept in a floating-point number, which has fifteen.",
    ({ format, ...parts }) =>
      written(format, { ...parts, proof: Number(parts.proof).toString().padStart(format.otpDigits, "0") })
  )
} satisfies Record<string, Mistake<Test>>

/** A mistake in what is refused: an implementation that takes a code for well-formed all the same. */
const accepts = (mistake: string, accept: (format: Format, code: string) => boolean): Mistake<Malformed> => ({
  clause: "VER-5",
  mistake,
  passes: ({ code, format }) => !accept(format, code)
})

const isDecimal = (code: string): boolean => /^[0-9]*$/.test(code)

const begins = ({ prefixes }: Format, code: string): boolean =>
  prefixes.some((prefix) => prefix.startsWith(code.slice(0, prefix.length)))

const lenient = {
  "length-unchecked": accepts(
    "A code that is too long or too short is read as far as it goes.",
    (format, code) => isDecimal(code) && begins(format, code)
  ),
  "prefix-unchecked": accepts(
    "A code of another issuer is read as one of ours.",
    ({ digits }, code) => isDecimal(code) && code.length === digits
  ),
  "other-characters": accepts(
    "Characters that are no decimal digits of ASCII are trimmed away, read as numbers, or taken for digits.",
    ({ digits }, code) => !isDecimal(code) && [code, code.replaceAll(" ", "")].some(({ length }) => length === digits)
  )
} satisfies Record<string, Mistake<Malformed>>

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  return {
    header: [
      "The digits of a code: prefix, alias, proof. Each test goes both ways; a malformed code is refused for the problem that it names.",
      "A code with several problems is refused for its length first, then for its digits, then for its prefix.",
      "Where the alias is `none` the whole code was drawn, and what follows the prefix is its proof.",
      "Computed from the description of the mask in the published analyses of old clients."
    ],
    notes: notesOf({ ...mistakes, ...lenient }),
    groups: groups.map(({ format, malformed, parts }) => ({
      format,
      tests: parts.map(([prefix, alias, proof]) => {
        const test = { prefix, alias, proof, code: written(format, { prefix, alias, proof }) }
        return { id: next(), ...test, notes: caughtBy(mistakes, { format, ...test }) }
      }),
      malformed: malformed.map(([code, problem]) => ({
        id: next(),
        code,
        problem,
        notes: caughtBy(lenient, { format, code, problem })
      }))
    }))
  }
}
