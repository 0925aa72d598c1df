/**
 * Barcode: a code as a picture, and its digits out of one. A phone shows a code as bars, which every till can scan, and
 * as a square, which a camera reads from further away; both say the same digits.
 *
 * Bars: Code 128, ISO/IEC 15417. Squares: QR code, ISO/IEC 18004.
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type Encoder from "bwip-js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as OptionalPackage from "../OptionalPackage.ts"
import * as Text from "../Text.ts"
import * as Picture from "./Picture.ts"

/** The two ways to draw a code. */
export const kinds = ["code128", "qr"] as const

/** A way to draw a code: as `code128`, bars; or as `qr`, a square. */
export type Kind = (typeof kinds)[number]

/** Modules that are left light on each side, by the standards. A module is the width of the narrowest bar. */
const quietZone = { code128: 10, qr: 4 } as const

/** Modules that bars are high, where a picture says nothing else. */
const barHeight = 40

const bitmap = (width: number, height: number, isDark: (x: number, y: number) => boolean): Picture.Bitmap => {
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels[y * width + x] = isDark(x, y) ? 1 : 0
  return { width, height, pixels }
}

/** Each pixel as so many, across and down. */
const stretched = ({ height, pixels, width }: Picture.Bitmap, across: number, down: number): Picture.Bitmap =>
  bitmap(width * across, height * down, (x, y) => {
    return pixels[Math.floor(y / down) * width + Math.floor(x / across)] === 1
  })

const checked = (digits: string): string => {
  // A code that is nearly right is nearly somebody's money: the digits are not repeated.
  if (!/^[0-9]{1,32}$/.test(digits)) throw new Error(`code: expected 1 to 32 digits, found ${digits.length} characters`)
  return digits
}

/** Most bytes of a transaction that a square shows: so many that a camera still reads it off a screen. */
const mostText = 500

const checkedText = (text: string): string => {
  if (!/^paycode:[!-~]+$/.test(text) || text.length > mostText) {
    throw new Error(`transaction: expected a text of at most ${mostText} visible characters of ASCII`)
  }
  return text
}

/** What draws codes, which is loaded for the first. */
const encoder = (): typeof Encoder => OptionalPackage.required("bwip-js")

/** The bars of a code from left to right: one module each, one row. */
const bars = (digits: string, quiet: number): Picture.Bitmap => {
  const [encoded] = encoder().raw("code128", checked(digits), {})
  if (encoded === undefined || !("sbs" in encoded)) throw new Error("code128: expected bars, found none")
  // Widths in turn of a bar and of the space after it.
  const row = encoded.sbs.flatMap((width, index) => Array<boolean>(width).fill(index % 2 === 0))
  return bitmap(row.length + 2 * quiet, 1, (x) => row[x - quiet] ?? false)
}

/**
 * The square of a code. At error correction M its smallest version holds 34 digits, so that it is 21 modules wide
 * whatever the scheme.
 */
const square = (digits: string): Picture.Bitmap => squareOf(checked(digits))

const squareOf = (text: string): Picture.Bitmap => {
  const [encoded] = encoder().raw("qrcode", text, "eclevel=M")
  if (encoded === undefined || !("pixs" in encoded)) throw new Error("qr: expected a square, found none")
  const { pixs, pixx, pixy } = encoded
  const quiet = quietZone.qr
  return bitmap(pixx + 2 * quiet, pixy + 2 * quiet, (x, y) => {
    const column = x - quiet
    const isInside = column >= 0 && column < pixx
    return isInside && pixs[(y - quiet) * pixx + column] === 1
  })
}

/** A code in modules, its quiet zone included. */
const modules = (kind: Kind, digits: string): Picture.Bitmap =>
  kind === "qr" ? square(digits) : stretched(bars(digits, quietZone.code128), 1, barHeight)

/** How large a picture is. */
export interface Size {
  /** Pixels of a module, a whole number; 4 for bars and 8 for a square where it is left out. */
  readonly pixels?: number
}

const pixelsOf = (kind: Kind, { pixels = kind === "qr" ? 8 : 4 }: Size): number => pixels

/** A code as a PNG file. */
export const png = (kind: Kind, digits: string, size: Size = {}): Uint8Array => {
  const pixels = pixelsOf(kind, size)
  return Picture.png(stretched(modules(kind, digits), pixels, pixels))
}

/** The dark modules of a bitmap as a path: each run of them is a rectangle. Distances in units of the drawing. */
const path = (
  { height, pixels, width }: Picture.Bitmap,
  at: { readonly x: number; readonly y: number },
  module: { readonly width: number; readonly height: number }
): string => {
  const runs: Array<string> = []
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = 0; x < width; x++) {
      if (pixels[y * width + x] === 0) continue
      if (x === 0 || pixels[y * width + x - 1] === 0) from = x
      if (x < width - 1 && pixels[y * width + x + 1] === 1) continue
      const across = (x + 1 - from) * module.width
      const left = at.x + from * module.width
      runs.push(`M${left} ${at.y + y * module.height}h${across}v${module.height}h-${across}z`)
    }
  }
  // Edges that are smoothed would blur the narrowest bars.
  return `<path shape-rendering="crispEdges" d="${runs.join("")}"/>`
}

const drawing = (width: number, height: number, label: string, parts: ReadonlyArray<string>): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    "</svg>\n"
  ].join("\n")

const origin = { x: 0, y: 0 }

/** A code as an SVG file, without the digits in words. */
export const svg = (kind: Kind, digits: string, size: Size = {}): string => {
  const pixels = pixelsOf(kind, size)
  const symbol = kind === "qr" ? square(digits) : bars(digits, quietZone.code128)
  const module = { width: pixels, height: kind === "qr" ? pixels : barHeight * pixels }
  return drawing(symbol.width * module.width, symbol.height * module.height, "payment code", [
    path(symbol, origin, module)
  ])
}

/** The digits of a code in groups of four, as they are read out. */
export const grouped = (digits: string): string => digits.replace(/\d{4}(?=\d)/g, "$& ")

/** What a card says beside the code. */
export interface Words {
  /** Whose code it is, over the bars: the name of a wallet. */
  readonly title: string
  /** What the payer should know, under the square: until when it can be scanned. */
  readonly note: string
}

/** Said where digits are written: what is asked for by telephone is asked for by thieves (GEN-6). */
const caution = "Read these digits to nobody but the cashier in front of you."

/**
 * What the payer holds out at a till, as an SVG file: the bars over the square, on white to the edges. The digits are
 * written between them, by fours, only where the code was made to be revealed (GEN-6): a code that is to be scanned is
 * not there to be typed.
 */
export const card = (made: { readonly code: string; readonly revealed: boolean }, { note, title }: Words): string => {
  const barcode = bars(made.code, quietZone.code128)
  const qr = square(made.code)
  const [bar, dot] = [{ width: 2, height: 88 }, 8]
  const qrWidth = qr.width * dot
  // No narrower than a short sentence, and an even number, so that both halves are whole.
  const width = Math.max(barcode.width * bar.width, 360) + 40
  const middle = width / 2
  const written = (y: number, size: number, text: string, font = "sans-serif"): string =>
    `<text x="${middle}" y="${y}" font-family="${font}" font-size="${size}" text-anchor="middle">${Text.xml(text)}</text>`
  const digits = made.revealed
    ? [written(186, 20, grouped(made.code), "ui-monospace, monospace"), written(206, 12, caution)]
    : []
  const top = made.revealed ? 220 : 168
  return drawing(width, top + qrWidth + 44, "payment code", [
    written(40, 20, title),
    path(barcode, { x: (width - barcode.width * bar.width) / 2, y: 64 }, bar),
    ...digits,
    path(qr, { x: (width - qrWidth) / 2, y: top }, { width: dot, height: dot }),
    written(top + qrWidth + 20, 14, note)
  ])
}

/**
 * What a terminal's text is drawn with. `colours` says black and white itself, whatever the terminal looks like.
 * Without colours one must know: `light` where the letters are light on a dark ground, `dark` where they are dark.
 */
export type Ink = "colours" | "light" | "dark"

/** How a terminal draws a code. */
export interface Screen {
  readonly ink?: Ink
  /** Columns that there are; no bound where it is left out. */
  readonly columns?: number
}

/** Modules of quiet zone that are left in any case: with fewer, no reader finds the bars on a dark ground. */
const leastQuiet = 5

/** Characters by which of their quarters are inked: 1 top left, 2 top right, 4 bottom left, 8 bottom right. */
const quarters = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"

// Black and white of the cube of colours, which themes leave alone.
const [blackOnWhite, asBefore] = ["\u001b[38;5;16;48;5;231m", "\u001b[0m"]

/** Rows of text that bars are high. */
const barRows = 6

/**
 * A code as lines of text for a terminal, its quiet zone included. A cell of a terminal is twice as high as wide, and
 * holds two modules: beside each other for bars, one over the other for a square. Where bars do not fit the columns
 * their quiet zone is narrowed; undefined where the code does not fit them even so. A square needs 29 columns; bars
 * need 77 for 18 digits, 88 for 19, 83 for 20, 94 for 24 and 116 for 32, and five fewer where the quiet zone is at its
 * narrowest.
 */
export const terminal = (kind: Kind, digits: string, screen: Screen = {}): string | undefined => {
  const { columns = Number.POSITIVE_INFINITY } = screen
  const fitting = (): Picture.Bitmap => {
    if (kind === "qr") return stretched(square(digits), 2, 1)
    const { width } = bars(digits, 0)
    const quiet = Math.min(quietZone.code128, Math.max(leastQuiet, Math.floor((2 * columns - width) / 2)))
    return stretched(bars(digits, quiet), 1, 2 * barRows)
  }
  return drawnIn(fitting(), screen)
}

/** A bitmap as lines of text, two by two of its pixels in each character; undefined where it does not fit the columns. */
const drawnIn = ({ height, pixels, width }: Picture.Bitmap, screen: Screen): string | undefined => {
  const { columns = Number.POSITIVE_INFINITY, ink = "colours" } = screen
  if (Math.ceil(width / 2) > columns) return undefined
  const isInked = (x: number, y: number): boolean => {
    const isDark = x < width && y < height && pixels[y * width + x] === 1
    return isDark === (ink !== "light")
  }
  const cell = (x: number, y: number): string =>
    quarters[
      (isInked(x, y) ? 1 : 0) +
        (isInked(x + 1, y) ? 2 : 0) +
        (isInked(x, y + 1) ? 4 : 0) +
        (isInked(x + 1, y + 1) ? 8 : 0)
    ]!
  const lines = Array.from({ length: Math.ceil(height / 2) }, (_, row) => {
    const line = Array.from({ length: Math.ceil(width / 2) }, (_, column) => cell(2 * column, 2 * row)).join("")
    return ink === "colours" ? `${blackOnWhite}${line}${asBefore}` : line
  })
  return `${lines.join("\n")}\n`
}

/** The text of a transaction as a PNG file: the square that a till shows. */
export const transactionPng = (text: string, size: Size = {}): Uint8Array => {
  const pixels = pixelsOf("qr", size)
  return Picture.png(stretched(squareOf(checkedText(text)), pixels, pixels))
}

/** The text of a transaction as lines of text for a terminal, as {@link terminal} draws a square; undefined where it does not fit. */
export const transactionTerminal = (text: string, screen: Screen = {}): string | undefined =>
  drawnIn(stretched(squareOf(checkedText(text)), 2, 1), screen)

/** A picture that no code could be read from. It repeats nothing of what the picture says. */
export class Unread extends Schema.TaggedError<Unread>()("Unread", {
  reason: Schema.Literals(["no code", "several codes", "not digits"]),
  found: Schema.String
}) {
  override get message(): string {
    return `picture: expected one code of digits, as bars (Code 128) or as a square (QR), found ${this.found}${
      this.reason === "no code" ? ": bars have to lie straight, upright or turned by a quarter" : ""
    }`
  }
}

const wasm = (): Uint8Array =>
  // It would be fetched from the network, were it not given.
  readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"))

/**
 * How grey becomes black or white: by what is around, for light that is uneven; by all of the picture; and by the middle
 * grey, which finds codes in noise that misleads the others. All are tried: of two codes one alone may be found in one way.
 */
const binarizers = ["LocalAverage", "GlobalHistogram", "FixedThreshold"] as const

/** The reader, loaded when it is first needed. */
const reader = Effect.runSync(
  Effect.cached(
    Effect.promise(async () => {
      const zxing = await import("zxing-wasm/reader")
      // A view of memory that is shared with other files would be taken for the whole of it.
      const overrides = { wasmBinary: new Uint8Array(wasm()).buffer }
      return {
        read: async (file: Uint8Array) => {
          // The same overrides are the same module, unless it was purged.
          zxing.prepareZXingModule({ overrides })
          const found: Array<Awaited<ReturnType<typeof zxing.readBarcodes>>[number]> = []
          for (const binarizer of binarizers) {
            const formats = ["Code128", "QRCode"] as const
            found.push(...(await zxing.readBarcodes(file, { formats: [...formats], textMode: "Plain", binarizer })))
          }
          return found
        },
        purge: () => zxing.purgeZXingModule()
      }
    })
  )
)

/** What the codes in a PNG or JPEG file say, each once, and as what they were found. */
const textsIn = Effect.fnUntraced(function* (
  file: Uint8Array
): Effect.fn.Return<ReadonlyMap<string, ReadonlySet<Kind>>, Picture.Unusable> {
  yield* Picture.inspect(file)
  yield* Effect.orDie(OptionalPackage.needed("zxing-wasm"))
  const { purge, read } = yield* reader
  const undecoded = new Picture.Unusable({
    reason: "damaged",
    expected: "a picture that can be decoded",
    found: "one that cannot"
  })
  const found = yield* Effect.tryPromise({
    try: () => read(file),
    catch: () => {
      // What has trapped may have left its memory in any state.
      purge()
      return undecoded
    }
  })
  if (found.some(({ isValid }) => !isValid)) return yield* undecoded
  const kindsOf = new Map<string, Set<Kind>>()
  for (const { format, text } of found) {
    kindsOf.set(text, (kindsOf.get(text) ?? new Set()).add(format === "QRCode" ? "qr" : "code128"))
  }
  return kindsOf
})

/**
 * The text of the transaction in a PNG or JPEG file: what a phone reads off a till. It fails as {@link read} does, which
 * it is otherwise; what the text says is for `Transaction` to read.
 */
export const readTransaction = Effect.fnUntraced(function* (
  file: Uint8Array
): Effect.fn.Return<string, Picture.Unusable | NoTransaction> {
  const texts = [...(yield* textsIn(file)).keys()].filter((text) => text.startsWith("paycode:"))
  if (texts.length === 1) return texts[0]!
  return yield* new NoTransaction({ found: texts.length === 0 ? "none" : `${texts.length} that differ` })
})

/** A picture that no transaction could be read from. */
export class NoTransaction extends Schema.TaggedError<NoTransaction>()("NoTransaction", { found: Schema.String }) {
  override get message(): string {
    return `picture: expected one transaction of a till, as a square (QR), found ${this.found}`
  }
}

/** A code that was read in a picture. */
export interface Scanned {
  readonly digits: string
  /** As what it was read, in the order of {@link kinds}. */
  readonly kinds: ReadonlyArray<Kind>
  /** How many codes that are no digits were read beside it. */
  readonly others: number
}

/**
 * The code in a PNG or JPEG file, as bars or as a square, scaled or photographed. A square is read however it is turned;
 * bars upright, turned by a quarter or a half, and tilted from there by about fifteen degrees, long ones by ten. Several codes
 * are one where they say the same, and codes that are no digits do not count where one is, but are told. A second code that
 * cannot be read is not seen. Fails with {@link Picture.Unusable} where the file cannot be decoded, and with {@link Unread}
 * where it can and has no code, or no single one.
 */
export const scan = Effect.fnUntraced(function* (
  file: Uint8Array
): Effect.fn.Return<Scanned, Picture.Unusable | Unread> {
  const texts = yield* textsIn(file)
  const codes = [...texts].filter(([text]) => /^[0-9]+$/.test(text))
  const [only] = codes
  if (codes.length === 1 && only !== undefined) {
    const [digits, found] = only
    return { digits, kinds: kinds.filter((kind) => found.has(kind)), others: texts.size - 1 }
  }
  if (codes.length > 1) {
    return yield* new Unread({ reason: "several codes", found: `${codes.length} that differ` })
  }
  const [other] = texts.keys()
  if (other === undefined) return yield* new Unread({ reason: "no code", found: "none" })
  const isLink = /^[a-z][a-z0-9+.-]*:\/\//i.test(other)
  return yield* new Unread({ reason: "not digits", found: isLink ? "a link" : "one of other characters" })
})

/** The digits of the code in a PNG or JPEG file, as {@link scan} reads it. */
export const read = (file: Uint8Array): Effect.Effect<string, Picture.Unusable | Unread> =>
  Effect.map(scan(file), ({ digits }) => digits)
