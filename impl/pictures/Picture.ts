/**
 * Picture: bitmaps as PNG files, and what must be known of a PNG or JPEG file before a decoder is let at it: that it is
 * whole, and that it does not say in a few bytes what takes gigabytes to draw.
 *
 * PNG: ISO/IEC 15948. JPEG: ITU-T T.81.
 */
import { Readable } from "node:stream"
import { crc32, createInflate, deflateSync } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A picture in black and white. */
export interface Bitmap {
  readonly width: number
  readonly height: number
  /** 1 where it is dark and 0 where it is light, row by row from the top left. */
  readonly pixels: Uint8Array
}

/** Most bytes of a file that is looked at. */
export const mostBytes = 20_000_000

/** Most pixels of a picture that is decoded: what the cameras of telephones make. */
export const mostPixels = 50_000_000

/** Most bytes that the data of a PNG file may inflate to. */
export const mostInflated = 100_000_000

/** Most passes of a JPEG file over the picture. Each can cost a decoder the whole of it, and the file a few bytes. */
export const mostScans = 100

/** A file that is not decoded, and was not: it is no picture of a kind that is read, too large, or not whole. */
export class Unusable extends Schema.TaggedError<Unusable>()("Unusable", {
  reason: Schema.Literals(["not a picture", "too large", "damaged"]),
  expected: Schema.String,
  found: Schema.String
}) {
  override get message(): string {
    return `picture: expected ${this.expected}, found ${this.found}`
  }
}

const unusable =
  (reason: Unusable["reason"]) =>
  (expected: string, found: string): Result.Result<never, Unusable> =>
    Result.fail(new Unusable({ reason, expected, found }))

const foreign = unusable("not a picture")
const tooLarge = unusable("too large")
const damaged = unusable("damaged")

const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** What files of other kinds begin with, as Latin-1, and what they are called. */
const others: ReadonlyArray<readonly [beginning: RegExp, name: string]> = [
  [/^$/, "an empty file"],
  [/^GIF8/, "a GIF file"],
  [/^BM/, "a BMP file"],
  [/^RIFF.{4}WEBP/s, "a WebP file"],
  [/^(II\*\0|MM\0\*)/, "a TIFF file"],
  [/^.{4}ftyp(heic|heix|mif1|avif)/s, "a HEIF file"],
  [/^%PDF/, "a PDF file"],
  [/^\s*<(\?xml|svg|!doctype svg)/i, "an SVG or XML file"],
  [/^[\t\n\r\x20-\x7e]*$/, "a text file"]
]

const kindOf = (file: Uint8Array): "PNG" | "JPEG" | Result.Result<never, Unusable> => {
  const beginning = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 512))
  if (beginning.subarray(0, pngSignature.length).equals(pngSignature)) return "PNG"
  if (beginning[0] === 0xff && beginning[1] === 0xd8 && beginning[2] === 0xff) return "JPEG"
  const text = beginning.toString("latin1")
  const [, name] = others.find(([pattern]) => pattern.test(text)) ?? [undefined, "a file of another kind"]
  return foreign("a PNG or JPEG file", name)
}

const sized = (width: number, height: number): Result.Result<void, Unusable> => {
  if (width === 0 || height === 0) return damaged("at least one pixel", `${width} by ${height}`)
  if (width * height <= mostPixels) return Result.void
  return tooLarge(`at most ${mostPixels} pixels`, `${width} by ${height}`)
}

/** Samples of a pixel by the colour type of the header; 0 where there is no such type. */
const samples = [1, 0, 3, 1, 2, 0, 4]

interface Png {
  /** The compressed data, in the pieces in which the file has it. */
  readonly data: ReadonlyArray<Uint8Array>
  /** Most bytes that its pixels can take. */
  readonly mostInflated: number
}

/** The chunks of a PNG file, each with its checksum right, up to the one that ends it. */
const readPng = (file: Uint8Array): Result.Result<Png, Unusable> => {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const data: Array<Uint8Array> = []
  let most = 0
  for (let at = pngSignature.length; ; ) {
    if (at + 12 > file.length) return damaged("a PNG file that is whole", "one that breaks off")
    const length = view.getUint32(at)
    const end = at + 12 + length
    if (end > file.length) return damaged("a PNG file that is whole", "one that breaks off")
    const type = Buffer.from(file.subarray(at + 4, at + 8)).toString("latin1")
    if (crc32(file.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      return damaged("a PNG file whose checksums are right", "one that is wrong")
    }
    const isFirst = at === pngSignature.length
    if (isFirst !== (type === "IHDR") || (isFirst && length !== 13)) {
      return damaged("a PNG file with one header", "another order of its parts")
    }
    if (isFirst) {
      const width = view.getUint32(at + 8)
      const height = view.getUint32(at + 12)
      const size = sized(width, height)
      if (Result.isFailure(size)) return Result.fail(size.failure)
      const bits = view.getUint8(at + 16) * (samples[view.getUint8(at + 17)] ?? 0)
      // Interlaced rows are shorter, and more: each begins with a byte for its filter, and together they stay below
      // twice.
      most = 2 * height * (Math.ceil((width * bits) / 8) + 1)
    }
    if (type === "IDAT") data.push(file.subarray(at + 8, end - 4))
    if (type === "IEND") return Result.succeed({ data, mostInflated: most })
    at = end
  }
}

/** Inflates the data of a PNG file, keeps nothing, and fails as soon as there is more than its pixels can take. */
const inflated = Effect.fnUntraced(function* ({ data, mostInflated: most }: Png): Effect.fn.Return<void, Unusable> {
  const inflating = Effect.tryPromise({
    try: async () => {
      let size = 0
      for await (const piece of Readable.from(data).pipe(createInflate())) {
        size += piece.length
        if (size > Math.min(most, mostInflated)) break
      }
      return size
    },
    catch: () => new Unusable({ reason: "damaged", expected: "data that can be inflated", found: "data that cannot" })
  })
  const size = yield* inflating
  if (size > mostInflated) yield* Effect.fromResult(tooLarge(`at most ${mostInflated} bytes of pixels`, "more"))
  if (size > most) yield* Effect.fromResult(damaged(`at most ${most} bytes of pixels, by its header`, "more"))
})

const chunk = (type: string, data: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length)
  bytes.write(type, 4, "latin1")
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** A bitmap as a PNG file: one bit for each pixel, dark as black and light as white. */
export const png = ({ height, pixels, width }: Bitmap): Uint8Array => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.writeUInt8(1, 8)
  const row = Math.ceil(width / 8) + 1
  const rows = new Uint8Array(row * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] === 0) rows[y * row + 1 + (x >> 3)]! |= 0x80 >> (x & 7)
    }
  }
  return Buffer.concat([
    pngSignature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array())
  ])
}

/** Markers that say how large the picture is: all that begin a frame (table B.1), which C4, C8 and CC do not. */
const beginsFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/** Markers that stand alone: restarts, and one for temporary use. */
const standsAlone = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01

/** Where the next marker after a scan's data is; in that data FF is followed by 00, or by a restart. */
const afterScan = (file: Uint8Array, from: number): number => {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1]
    if (next !== undefined && next !== 0 && next !== 0xff && !standsAlone(next)) return at
  }
  return file.length
}

/** The segments of a JPEG file, up to the marker that ends it. */
const readJpeg = (file: Uint8Array): Result.Result<void, Unusable> => {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  let frames = 0
  let scans = 0
  for (let at = 2; ; ) {
    // A marker may have more than one FF before it.
    while (file[at] === 0xff && file[at + 1] === 0xff) at++
    if (at + 2 > file.length) return damaged("a JPEG file that is whole", "one that breaks off")
    const marker = file[at + 1]!
    if (file[at] !== 0xff) return damaged("a marker after each part of a JPEG file", "other bytes")
    if (marker === 0xd9) {
      return frames === 1 && scans > 0 ? Result.void : damaged("a picture before the end of a JPEG file", "none")
    }
    if (standsAlone(marker)) {
      at += 2
      continue
    }
    const length = at + 4 <= file.length ? view.getUint16(at + 2) : 0
    const end = at + 2 + length
    if (length < 2 || end > file.length) return damaged("a JPEG file that is whole", "one that breaks off")
    if (beginsFrame(marker)) {
      if (++frames > 1 || length < 8) return damaged("a JPEG file with one frame", "another")
      const size = sized(view.getUint16(at + 7), view.getUint16(at + 5))
      if (Result.isFailure(size)) return size
    }
    if (marker === 0xda && ++scans > mostScans) return tooLarge(`at most ${mostScans} scans`, "more")
    at = marker === 0xda ? afterScan(file, end) : end
  }
}

/**
 * Looks a file over before it is decoded: it must be a PNG or JPEG file, whole, and of bounded size as a file, in
 * pixels, and in what a decoder has to do. Fails with {@link Unusable}.
 */
export const inspect = Effect.fnUntraced(function* (file: Uint8Array): Effect.fn.Return<void, Unusable> {
  if (file.length > mostBytes) {
    yield* Effect.fromResult(tooLarge(`at most ${mostBytes} bytes`, `${file.length}`))
  }
  const kind = kindOf(file)
  if (kind === "JPEG") return yield* Effect.fromResult(readJpeg(file))
  if (kind === "PNG") return yield* inflated(yield* Effect.fromResult(readPng(file)))
  yield* Effect.fromResult(kind)
})
