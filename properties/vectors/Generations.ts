/** Generations: the codes that a phone makes, by the platform's own HMAC and the table of {@link Codes.written}. */
import { createHash, createHmac } from "node:crypto"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Scheme } from "../../model/Scheme.ts"
import type { ClauseId } from "../../spec/Clauses.ts"
import * as Codes from "./Codes.ts"
import { caughtBy, type Mistake, notesOf, numbering } from "./Mistakes.ts"

/** What a phone holds: bytes in hexadecimal. */
export interface Secret {
  readonly prefix?: string
  readonly alias?: string
  readonly seed?: string
  /** The seed for secure hardware. */
  readonly second?: string
  readonly codes?: ReadonlyArray<{ readonly scanned: string; readonly revealed: string }>
}

interface Shown {
  readonly phoneClock?: number
  readonly clockDifference?: number
  /** Of a list: the place in it. */
  readonly place?: number
  readonly revealed?: boolean
}

interface Case extends Shown {
  readonly scheme: Scheme
  readonly credential: Secret
  readonly code: string
}

/** How a code is made: each part by itself, so that a mistake can be made in one of them. */
interface Parts {
  readonly corrected: (clock: number, difference: number) => number
  readonly step: (time: number, seconds: number) => number
  readonly place: (place: number) => number
  readonly hash: (mac: Scheme["code"]["mac"]) => string
  readonly purpose: (name: string) => string | undefined
  readonly marks: (marksRevealed: boolean) => boolean
  readonly layout: (kind: Codes.Format["alias"]) => Codes.Format["alias"]
  readonly aliasStep: (position: number) => number
  readonly aliasBits: (tag: Buffer) => bigint
  readonly text: (number: bigint, digits: number) => string
}

const right: Parts = {
  corrected: (clock, difference) => clock + difference,
  step: (time, seconds) => Math.floor(time / seconds),
  place: (place) => place,
  hash: (mac) => (mac === "HMAC-SHA-1" ? "sha1" : "sha256"),
  purpose: (name) => `paycode ${name}`,
  marks: (marksRevealed) => marksRevealed,
  layout: (kind) => kind,
  aliasStep: (position) => position,
  aliasBits: (tag) => tag.readBigUInt64BE(0) & (2n ** 53n - 1n),
  text: (number, digits) => number.toString().padStart(digits, "0")
}

const truncated = (tag: Buffer): bigint => BigInt(tag.readUInt32BE(tag.at(-1)! & 15) & 0x7fffffff)

/** The code of a secret for a position. */
export const codeOf = (
  { code: format }: Scheme,
  { alias = "", codes, prefix = "", seed = "" }: Secret,
  position: number,
  { parts = right, revealed = false }: { readonly revealed?: boolean | undefined; readonly parts?: Parts } = {}
): string => {
  const isMarked = revealed && parts.marks(format.marksRevealed)
  const drawn = codes?.[position]
  if (drawn !== undefined) return isMarked ? drawn.revealed : drawn.scanned
  const tag = (key: Uint8Array, message: Uint8Array): Buffer =>
    createHmac(parts.hash(format.mac), key).update(message).digest()
  const derived = (name: string): Uint8Array => {
    const own = Buffer.from(seed, "hex")
    const purpose = parts.purpose(name)
    return purpose === undefined ? own : tag(own, Buffer.from(purpose))
  }
  const counted = (at: number): Buffer => {
    const message = Buffer.alloc(8)
    message.writeBigInt64BE(BigInt(at))
    return message
  }
  const cut = (bits: bigint, digits: number): string => parts.text(bits % 10n ** BigInt(digits), digits)
  const proof = cut(
    truncated(tag(isMarked ? derived("revealed") : Buffer.from(seed, "hex"), counted(position))),
    format.otpDigits
  )
  const keyed = (): string =>
    cut(parts.aliasBits(tag(derived("alias"), counted(parts.aliasStep(position)))), format.aliasDigits)
  return Codes.written(
    { ...format, alias: parts.layout(format.alias) },
    { prefix, alias: format.alias === "keyed" ? keyed() : alias, proof }
  )
}

/** What a phone shows. */
const shownBy = (
  { clockDifference = 0, credential, phoneClock, place = 0, revealed, scheme }: Omit<Case, "code">,
  changed: Partial<Parts> = {}
) => {
  const parts = { ...right, ...changed }
  const position =
    phoneClock === undefined
      ? parts.place(place)
      : parts.step(parts.corrected(phoneClock, clockDifference), scheme.clock.step)
  return { position, code: codeOf(scheme, credential, position, { revealed, parts }) }
}

const mistake = (clause: ClauseId, said: string, changed: Partial<Parts>): Mistake<Case> => ({
  clause,
  mistake: said,
  passes: (test) => shownBy(test, changed).code === test.code
})

const mistakes = {
  "clock-not-corrected": mistake("GEN-2", "The step is that of the phone's own clock.", {
    corrected: (clock) => clock
  }),
  "difference-taken-away": mistake(
    "GEN-2",
    "The clocks' difference is taken from the phone's clock, not added to it.",
    {
      corrected: (clock, difference) => clock - difference
    }
  ),
  "step-rounded": mistake("GEN-2", "The time is divided by the length of a step and rounded, not cut.", {
    step: (time, seconds) => Math.round(time / seconds)
  }),
  "list-from-1": mistake("GEN-2", "The places of a list are counted from 1: its first code is never shown.", {
    place: (place) => place + 1
  }),
  "sha-1-whatever-the-scheme-says": mistake("GEN-2", "HMAC-SHA-1 is used where the scheme says HMAC-SHA-256.", {
    hash: () => "sha1"
  }),
  "leading-zeros-lost": mistake("GEN-2", "Alias or proof is written as a number, and so is too short.", {
    text: (number) => number.toString()
  }),
  "revealed-like-scanned": mistake("GEN-6", "The code that is revealed is the one that is scanned.", {
    marks: () => false
  }),
  "revealed-where-unmarked": mistake(
    "GEN-6",
    "A code that is revealed is another than the one that is scanned, though the scheme does not mark it.",
    { marks: () => true }
  ),
  "one-key-for-all": mistake(
    "GEN-2",
    "Aliases and revealed codes are made with the seed itself, not with keys derived from it.",
    {
      purpose: () => undefined
    }
  ),
  "purpose-without-its-author": mistake(
    "GEN-2",
    "A key is derived by the name of its purpose without `paycode ` before it.",
    {
      purpose: (name) => name
    }
  ),
  "index-in-clear": mistake("GEN-2", "The index of an account stands in its codes as it is, without the mask.", {
    layout: (kind) => (kind === "masked-index" ? "token" : kind)
  }),
  "alias-of-the-first-step": mistake("GEN-2", "The alias is made once, and is the same for every step.", {
    aliasStep: () => 0
  }),
  "alias-like-a-proof": mistake("GEN-2", "The alias is cut from 31 bits of the tag, as a proof is, and not from 53.", {
    aliasBits: truncated
  }),
  "alias-of-64-bits": mistake("GEN-2", "The alias is cut from all 64 bits of the tag's first eight bytes.", {
    aliasBits: (tag) => tag.readBigUInt64BE(0)
  }),
  "alias-as-double": mistake(
    "GEN-2",
    "The 53 bits of an alias are the high ones, as a floating-point number keeps them.",
    {
      aliasBits: (tag) => tag.readBigUInt64BE(0) >> 11n
    }
  )
}

/** Bytes for a label, in hexadecimal. Nobody chose them. */
export const bytes = (label: string, length: number): string =>
  createHash("shake256", { outputLength: length }).update(`paycode vectors, ${label}`).digest("hex")

/** Digits for a label. */
export const digits = (label: string, length: number): string =>
  [...Buffer.from(bytes(label, length), "hex")].map((byte) => byte % 10).join("")

/** A list of drawn codes for a label, with every prefix in its turn. */
export const drawn = ({ code: { otpDigits, prefixes } }: Scheme, label: string, length: number) =>
  Array.from({ length }, (_, place) => {
    const code = (kind: string, turn: number) =>
      prefixes[turn % prefixes.length]! + digits(`${label}, ${kind} ${place}`, otpDigits)
    return { scanned: code("scanned", 2 * place), revealed: code("revealed", 2 * place + 1) }
  })

/** Noon of a provider day, in Shanghai, which is where steps of any length begin. */
export const noon = 1_700_020_800

/** The clocks at which phones of seeds are looked at: about an edge of steps, slow, fast, and far from now. */
const clocks: ReadonlyArray<Shown> = [
  { phoneClock: noon, clockDifference: 0 },
  { phoneClock: noon + 29, clockDifference: 0 },
  { phoneClock: noon + 29, clockDifference: 1 },
  { phoneClock: noon + 30, clockDifference: -1 },
  { phoneClock: noon - 86_400, clockDifference: 86_415 },
  { phoneClock: noon + 3_600, clockDifference: -3_590, revealed: true },
  { phoneClock: noon + 46, clockDifference: 0, revealed: true },
  { phoneClock: 2 ** 32, clockDifference: 44 }
]

/** The first instant from noon on at which a phone shows a part that begins with 0. */
const zeroed = (scheme: Scheme, credential: Secret, revealed: boolean): Shown => {
  for (let phoneClock = noon; ; phoneClock += scheme.clock.step) {
    const shown = { phoneClock, clockDifference: 7, revealed }
    const test = { scheme, credential, ...shown }
    const { code } = shownBy(test)
    if (shownBy(test, { text: (number) => number.toString() }).code !== code) return shown
  }
}

interface Group {
  readonly scheme: Scheme
  readonly change?: typeof Fixtures.unbound
  readonly credential: Secret
  readonly shown: ReadonlyArray<Shown>
}

const alipay: Secret = { prefix: "28", alias: "0318204957", seed: bytes("alipay", 20) }
const hardened: Secret = { prefix: "26", seed: bytes("hardened", 32) }
const unionpay: Secret = { prefix: "62", alias: digits("unionpay", 11), seed: bytes("unionpay", 32) }
const places: ReadonlyArray<Shown> = [0, 1, 2, 9].flatMap((place) => [{ place }, { place, revealed: true }])

const groups: ReadonlyArray<Group> = [
  {
    scheme: Fixtures.alipay,
    credential: alipay,
    shown: [...clocks, zeroed(Fixtures.alipay, alipay, false), zeroed(Fixtures.alipay, alipay, true)]
  },
  {
    scheme: { ...Fixtures.keyed, scheme: Fixtures.hardened.scheme },
    change: Fixtures.unbound,
    credential: hardened,
    shown: [...clocks, zeroed(Fixtures.keyed, hardened, false), zeroed(Fixtures.keyed, hardened, true)]
  },
  { scheme: Fixtures.unionpay, credential: unionpay, shown: places },
  { scheme: Fixtures.wechat, credential: { codes: drawn(Fixtures.wechat, "wechat", 11) }, shown: places }
]

/** The contents of the file, but for what every file has. */
export const make = () => {
  const next = numbering()
  return {
    header: [
      "What a phone shows, made of the credential that it holds and of nothing else. The scheme is the file of that name in spec/schemes, with the sections of `change` in place of its own; codes that are made over more are in bound.json.",
      "Where the scheme has a window, the position is the step of the phone's clock with the clock difference added: floor((phoneClock + clockDifference) / clock.step). Otherwise it is the place in the list.",
      "A key for a purpose is the HMAC of `paycode alias` or `paycode revealed` in ASCII under the seed. A keyed alias is the low 53 bits of the first eight bytes of the tag of the position under the key for aliases, modulo a power of ten; a revealed code is made with the key for revealed codes, where the scheme marks them.",
      "A list that was drawn is given as far as it matters."
    ],
    notes: notesOf(mistakes),
    groups: groups.map(({ change, credential, scheme, shown }) => ({
      scheme: scheme.scheme,
      ...(change && { change }),
      credential,
      tests: shown.map((look) => {
        const { clockDifference, phoneClock, revealed = false } = look
        const { code, position } = shownBy({ scheme, credential, ...look })
        return {
          id: next(),
          phoneClock,
          clockDifference,
          position,
          revealed,
          code,
          notes: caughtBy(mistakes, { scheme, credential, ...look, code })
        }
      })
    }))
  }
}
