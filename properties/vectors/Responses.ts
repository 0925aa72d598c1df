/** Responses: OCRA, as RFC 6287 has it, and the mistakes that its readers make. */
import { createHash, createHmac } from "node:crypto"
import { caughtBy, notesOf, numbering } from "./Mistakes.ts"
import { rfcSeed } from "./Proofs.ts"

interface Group {
  readonly source: string
  readonly origin: "published" | "computed"
  readonly suite: string
  readonly key: string
  readonly pin?: string
}

interface Requested {
  readonly question: ReadonlyArray<string>
  readonly counter?: number
  readonly session?: string
  readonly time?: number
}

interface Case extends Group, Requested {
  readonly response: string
}

/** How a response is made: each part by itself, so that a mistake can be made in one of them. */
interface Parts {
  readonly suite: (text: string) => string
  readonly separator: string
  readonly counter: (counter: number) => string
  readonly question: (format: string, text: string) => string
  readonly pin: (hash: string, pin: string) => string
  readonly session: (bytes: number, session: string) => string
  readonly time: (time: number, seconds: number) => string
  readonly order: ReadonlyArray<"counter" | "question" | "pin" | "session" | "time">
  readonly hash: (name: string) => string
}

const sixteen = (value: number): string => BigInt(value).toString(16).padStart(16, "0")

const encoded = (format: string, text: string): string =>
  format === "A" ? Buffer.from(text).toString("hex") : format === "N" ? BigInt(text).toString(16) : text.toLowerCase()

const right: Parts = {
  suite: (text) => text,
  separator: "00",
  counter: sixteen,
  question: (format, text) => encoded(format, text).padEnd(256, "0"),
  pin: (hash, pin) => createHash(hash).update(pin).digest("hex"),
  session: (bytes, session) => session.padStart(2 * bytes, "0"),
  time: (time, seconds) => sixteen(Math.floor(time / seconds)),
  order: ["counter", "question", "pin", "session", "time"],
  hash: (name) => name
}

const seconds = { S: 1, M: 60, H: 3600 } as const

/** A response by the platform's own functions, over digits in hexadecimal: another route than the implementation's. */
const responseOf = (
  { counter, key, pin, question, session, suite, time }: Omit<Case, "response">,
  changed: Partial<Parts> = {}
): string => {
  const parts = { ...right, ...changed }
  const [, crypto, input] = suite.split(":") as [string, string, string]
  const [, hash, digits] = crypto.split("-") as [string, string, string]
  const named = new Map(input.split("-").map((field) => [field[0], field.slice(1)]))
  const step = named.get("T") ?? "1S"
  const fields = {
    counter: counter === undefined ? "" : parts.counter(counter),
    question: parts.question(named.get("Q")![0]!, question.join("")),
    pin: pin === undefined ? "" : parts.pin(named.get("P")!, pin),
    session: session === undefined ? "" : parts.session(Number(named.get("S")), session),
    time:
      time === undefined ? "" : parts.time(time, Number.parseInt(step, 10) * seconds[step.at(-1) as "S" | "M" | "H"])
  }
  const data =
    Buffer.from(parts.suite(suite)).toString("hex") + parts.separator + parts.order.map((name) => fields[name]).join("")
  // What is left of half a byte is a byte all the same.
  const message = Buffer.from(data.length % 2 === 0 ? data : `${data}0`, "hex")
  const tag = createHmac(parts.hash(hash), Buffer.from(key, "hex")).update(message).digest()
  if (digits === "0") return tag.toString("hex")
  return ((tag.readUInt32BE(tag.at(-1)! & 15) & 0x7fffffff) % 10 ** Number(digits))
    .toString()
    .padStart(Number(digits), "0")
}

interface Departure {
  readonly section: string
  readonly mistake: string
  readonly passes: (test: Case) => boolean
}

const departs = (section: string, mistake: string, changed: Partial<Parts>): Departure => ({
  section: `RFC 6287, section ${section}`,
  mistake,
  passes: (test) => responseOf(test, changed) === test.response
})

const mistakes = {
  "suite-left-out": departs("5.1", "The suite is not hashed with the rest: responses of two suites are the same.", {
    suite: () => ""
  }),
  "separator-left-out": departs("5.1", "No zero byte stands between the suite and what follows.", { separator: "" }),
  "question-filled-in-front": departs("5.1", "The zeros that fill up the challenge stand before it.", {
    question: (format, text) => encoded(format, text).padStart(256, "0")
  }),
  "question-not-filled": departs("5.1", "The challenge is not filled up to 128 bytes.", { question: encoded }),
  "number-as-letters": departs(
    "5.1",
    "A challenge of decimal digits is hashed as the characters that it is written with.",
    {
      question: (format, text) => encoded(format === "N" ? "A" : format, text).padEnd(256, "0")
    }
  ),
  "half-byte-in-front": departs(
    "Appendix A",
    "A number of an odd count of hexadecimal digits is given a zero in front.",
    {
      question: (format, text) => {
        const digits = encoded(format, text)
        return `${digits.length % 2 === 0 ? "" : "0"}${digits}`.padEnd(256, "0")
      }
    }
  ),
  "counter-in-four-bytes": departs("5.1", "The counter has four bytes, not eight.", {
    counter: (counter) => sixteen(counter).slice(8)
  }),
  "counter-behind-the-question": departs("5.1", "The challenge stands before the counter.", {
    order: ["question", "counter", "pin", "session", "time"]
  }),
  "pin-in-clear": departs("5.1", "The PIN is hashed with the rest as it is, not as the hash that the suite names.", {
    pin: (_, pin) => Buffer.from(pin).toString("hex")
  }),
  "pin-by-sha-1": departs("6.3", "The PIN is hashed with SHA-1, whatever the suite says.", {
    pin: (_, pin) => right.pin("sha1", pin)
  }),
  "session-filled-behind": departs("Appendix A", "The zeros that fill up the session information stand behind it.", {
    session: (bytes, session) => session.padEnd(2 * bytes, "0")
  }),
  "seconds-for-steps": departs("6.3", "The time enters in seconds, not in steps.", { time: sixteen }),
  "step-of-a-minute": departs("6.3", "Every time step is a minute.", { time: (time) => right.time(time, 60) }),
  "sha-1-whatever-the-suite-says": departs("6.2", "HMAC-SHA-1 is used, whatever the suite says.", {
    hash: () => "sha1"
  }),
  "leading-zeros-lost": {
    section: "RFC 6287, section 5.2",
    mistake: "The response is written as a number, and so is too short when it begins with 0.",
    passes: ({ response }: Case) => !response.startsWith("0") || response.length > 10
  },
  "tag-truncated": {
    section: "RFC 6287, section 6.2",
    mistake: "A tag is truncated to six digits where the suite says that it is not.",
    passes: (test: Case) => test.response.length <= 10
  }
} satisfies Record<string, Departure>

/** What would be read by who looks for less than the whole. */
const loose = {
  "suite-read-loosely": {
    section: "RFC 6287, section 6",
    mistake: "A suite is searched for what is known of it, and the rest is passed over.",
    passes: (suite: string) => !/OCRA-1:HOTP-SHA(1|256|512)-\d+:.*Q[ANH]\d+/i.test(suite)
  },
  "suite-from-memory": {
    section: "RFC 6287, section 6",
    mistake: "What a suite leaves out is made up by defaults.",
    passes: (suite: string) => !/^(OCRA-1(:HOTP-SHA1-6)?(:[CQ]?)?)?$|^HOTP/.test(suite)
  }
} as const

const malformed = [
  "",
  "OCRA-1",
  "OCRA-1:HOTP-SHA1-6",
  "OCRA-1:HOTP-SHA1-6:C",
  "HOTP-SHA1-6:QN08",
  "OCRA-2:OCRA-1:HOTP-SHA1-6:QN08",
  "ocra-1:hotp-sha1-6:qn08",
  "OCRA-1:HOTP-SHA1-3:QN08",
  "OCRA-1:HOTP-SHA1-11:QN08",
  "OCRA-1:HOTP-SHA1-6:QN03",
  "OCRA-1:HOTP-SHA1-6:QN65",
  "OCRA-1:HOTP-SHA1-6:QN08-C",
  "OCRA-1:HOTP-SHA1-6:QN08-PMD5",
  "OCRA-1:HOTP-SHA1-6:QN08-S64",
  "OCRA-1:HOTP-SHA1-6:QN08-S000",
  "OCRA-1:HOTP-SHA1-6:QN08-T60S",
  "OCRA-1:HOTP-SHA1-6:QN08-T49H",
  "OCRA-1:HOTP-SHA1-6:QN08-T0M",
  "OCRA-1:HOTP-SHA1-6:QN08-T1M-PSHA1",
  "OCRA-1:HOTP-SHA1-6:QN08 ",
  "OCRA-1:HOTP-SHA1-6:QN08\n"
]

/** Eight times the same digit. */
const repeated = (digit: number): string => String(digit).repeat(8)

const rfc = (part: string) => ({ source: `RFC 6287, Appendix C.${part}`, origin: "published" }) as const

/** Of all groups of the RFC: its time is the 25th of March 2008, 12:06:00 in UTC, which is step 132d0b6 of a minute. */
const published: ReadonlyArray<
  Group & { readonly requested: (nth: number) => Requested; readonly responses: ReadonlyArray<string> }
> = [
  {
    ...rfc("1"),
    suite: "OCRA-1:HOTP-SHA1-6:QN08",
    key: rfcSeed(20),
    requested: (nth) => ({ question: [repeated(nth)] }),
    responses: ["237653", "243178", "653583", "740991", "608993", "388898", "816933", "224598", "750600", "294470"]
  },
  {
    ...rfc("1"),
    suite: "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1",
    key: rfcSeed(32),
    pin: "1234",
    requested: (nth) => ({ question: ["12345678"], counter: nth }),
    responses: [
      "65347737",
      "86775851",
      "78192410",
      "71565254",
      "10104329",
      "65983500",
      "70069104",
      "91771096",
      "75011558",
      "08522129"
    ]
  },
  {
    ...rfc("1"),
    suite: "OCRA-1:HOTP-SHA256-8:QN08-PSHA1",
    key: rfcSeed(32),
    pin: "1234",
    requested: (nth) => ({ question: [repeated(nth)] }),
    responses: ["83238735", "01501458", "17957585", "86776967", "86807031"]
  },
  {
    ...rfc("1"),
    suite: "OCRA-1:HOTP-SHA512-8:C-QN08",
    key: rfcSeed(64),
    requested: (nth) => ({ question: [repeated(nth)], counter: nth }),
    responses: [
      "07016083",
      "63947962",
      "70123924",
      "25341727",
      "33203315",
      "34205738",
      "44343969",
      "51946085",
      "20403879",
      "31409299"
    ]
  },
  {
    ...rfc("1"),
    suite: "OCRA-1:HOTP-SHA512-8:QN08-T1M",
    key: rfcSeed(64),
    requested: (nth) => ({ question: [repeated(nth)], time: 1206446760 }),
    responses: ["95209754", "55907591", "22048402", "24218844", "36209546"]
  },
  {
    ...rfc("2"),
    suite: "OCRA-1:HOTP-SHA256-8:QA08",
    key: rfcSeed(32),
    requested: (nth) => ({ question: [`CLI2222${nth}`, `SRV1111${nth}`] }),
    responses: ["28247970", "01984843", "65387857", "03351211", "83412541"]
  },
  {
    ...rfc("2"),
    suite: "OCRA-1:HOTP-SHA256-8:QA08",
    key: rfcSeed(32),
    requested: (nth) => ({ question: [`SRV1111${nth}`, `CLI2222${nth}`] }),
    responses: ["15510767", "90175646", "33777207", "95285278", "28934924"]
  },
  {
    ...rfc("2"),
    suite: "OCRA-1:HOTP-SHA512-8:QA08",
    key: rfcSeed(64),
    requested: (nth) => ({ question: [`CLI2222${nth}`, `SRV1111${nth}`] }),
    responses: ["79496648", "76831980", "12250499", "90856481", "12761449"]
  },
  {
    ...rfc("2"),
    suite: "OCRA-1:HOTP-SHA512-8:QA08-PSHA1",
    key: rfcSeed(64),
    pin: "1234",
    requested: (nth) => ({ question: [`SRV1111${nth}`, `CLI2222${nth}`] }),
    responses: ["18806276", "70020315", "01600026", "18951020", "32528969"]
  },
  {
    ...rfc("3"),
    suite: "OCRA-1:HOTP-SHA256-8:QA08",
    key: rfcSeed(32),
    requested: (nth) => ({ question: [`SIG1${nth}000`] }),
    responses: ["53095496", "04110475", "31331128", "76028668", "46554205"]
  },
  {
    ...rfc("3"),
    suite: "OCRA-1:HOTP-SHA512-8:QA10-T1M",
    key: rfcSeed(64),
    requested: (nth) => ({ question: [`SIG1${nth}00000`], time: 1206446760 }),
    responses: ["77537423", "31970405", "10235557", "95213541", "65360607"]
  }
]

const ours = (suite: string) =>
  ({ source: "computed with the platform's own HMAC", origin: "computed", suite, key: rfcSeed(32) }) as const

/** What the RFC has no numbers for. */
const computed: ReadonlyArray<Group & { readonly tests: ReadonlyArray<Requested> }> = [
  {
    ...ours("OCRA-1:HOTP-SHA256-6:QH40"),
    tests: [{ question: ["00112233445566778899aabbccddeeff00112233"] }, { question: ["ABCDEF1"] }]
  },
  {
    ...ours("OCRA-1:HOTP-SHA256-10:C-QN64-PSHA256-S064-T20S"),
    pin: "271828",
    tests: [
      { question: ["9".repeat(64)], counter: 2 ** 32 + 1, session: "70617965653d73686f70", time: 1206446779 },
      { question: ["1"], counter: Number.MAX_SAFE_INTEGER, session: "aa".repeat(64), time: 1206446780 }
    ]
  },
  {
    ...ours("OCRA-1:HOTP-SHA512-4:QA64-PSHA512-S512-T48H"),
    pin: "271828",
    tests: [{ question: ["Z".repeat(64), "a".repeat(64)], session: "00ff", time: 1206446760 }]
  },
  {
    ...ours("OCRA-1:HOTP-SHA1-0:QN08"),
    tests: [{ question: ["12345678"] }]
  }
]

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  const tested = (group: Group, requested: Requested, response: string) => ({
    id: next(),
    ...requested,
    response,
    notes: caughtBy(mistakes, { ...group, ...requested, response })
  })
  return {
    header: [
      "Responses to challenges by the algorithm of RFC 6287. Keys and session information are in hexadecimal, times in seconds since the epoch.",
      "A question is a challenge as its owner writes it; where there are two they are hashed one after the other, as one.",
      "A malformed suite is refused before anything is hashed."
    ],
    notes: notesOf<{ readonly section: string; readonly mistake: string; readonly passes: unknown }>({
      ...mistakes,
      ...loose
    }),
    malformed: malformed.map((suite) => ({ id: next(), suite, notes: caughtBy(loose, suite) })),
    groups: [
      ...published.map(({ requested, responses, ...group }) => ({
        ...group,
        tests: responses.map((response, nth) => tested(group, requested(nth), response))
      })),
      ...computed.map(({ tests, ...group }) => ({
        ...group,
        tests: tests.map((requested) => tested(group, requested, responseOf({ ...group, ...requested })))
      }))
    ]
  }
}
