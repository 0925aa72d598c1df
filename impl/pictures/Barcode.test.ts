/**
 * Pictures of codes: what is drawn is read again, by a reader that knows nothing of how it was drawn. PAYCODE_SEED
 * chooses what is drawn.
 */
import { constants, crc32, deflateRawSync, deflateSync, inflateSync } from "node:zlib"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import jpeg from "jpeg-js"
import { describe, expect, it } from "vitest"
import * as Barcode from "./Barcode.ts"
import * as Picture from "./Picture.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

const read = (file: Uint8Array): Promise<string> => Effect.runPromise(Barcode.read(file))
const refusal = (file: Uint8Array): Promise<Picture.Unusable | Barcode.Unread> =>
  Effect.runPromise(Effect.flip(Barcode.read(file)))

const codes = fc.stringMatching(/^[0-9]{12,32}$/)
const kinds = fc.constantFrom(...Barcode.kinds)
/** Codes of the lengths of every built-in scheme, and of the longest that a scheme can have. */
const lengths = [18, 19, 20, 24, 32].map((length) => "28123456789012345678901234567890".slice(0, length))

/** A picture in shades of grey, from 0, black, to 255. */
interface Grey {
  readonly width: number
  readonly height: number
  readonly at: (x: number, y: number) => number
}

const painted = ({ at, height, width }: Grey): Picture.Bitmap => ({
  width,
  height,
  pixels: Uint8Array.from({ length: width * height }, (_, index) =>
    at(index % width, Math.floor(index / width)) < 128 ? 1 : 0
  )
})

const png = (picture: Grey): Uint8Array => Picture.png(painted(picture))

const photographed = ({ at, height, width }: Grey, quality: number): Uint8Array => {
  const data = Buffer.alloc(4 * width * height, 255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.fill(at(x, y), 4 * (y * width + x), 4 * (y * width + x) + 3)
  }
  return jpeg.encode({ data, width, height }, quality).data
}

/** Reads a PNG file of one bit for each pixel, the only kind that is written here. */
const developed = (file: Uint8Array): Grey => {
  const bytes = Buffer.from(file)
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  expect(bytes.subarray(24, 29)).toEqual(Buffer.from([1, 0, 0, 0, 0]))
  const rows = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)))
  const row = Math.ceil(width / 8) + 1
  return { width, height, at: (x, y) => ((rows[y * row + 1 + (x >> 3)]! >> (7 - (x & 7))) & 1) * 255 }
}

const drawn = (kind: Barcode.Kind, digits: string, size?: Barcode.Size): Grey =>
  developed(Barcode.png(kind, digits, size))

/** The rectangles of an SVG file's paths, at one pixel for each unit. */
const rasterised = (svg: string): Grey => {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number) as [number, number, number]
  const pixels = new Uint8Array(width * height).fill(255)
  for (const [, ...numbers] of svg.matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z/g)) {
    const [x, y, across, down] = numbers.map(Number) as [number, number, number, number]
    for (let row = y; row < y + down; row++) pixels.fill(0, row * width + x, row * width + x + across)
  }
  return { width, height, at: (x, y) => pixels[y * width + x]! }
}

const turned = ({ at, height, width }: Grey): Grey => ({
  width: height,
  height: width,
  at: (x, y) => at(y, height - 1 - x)
})
/** As a camera sees it that is held at an angle, in degrees, on a light ground. */
const tilted = ({ at, height, width }: Grey, angle: number): Grey => {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const [across, down] = [
    Math.abs(width * cos) + Math.abs(height * sin),
    Math.abs(width * sin) + Math.abs(height * cos)
  ]
  const size = { width: Math.ceil(across) + 40, height: Math.ceil(down) + 40 }
  const under = (x: number, y: number): number => {
    const column = Math.floor(x * cos + y * sin + width / 2)
    const row = Math.floor(y * cos - x * sin + height / 2)
    return column >= 0 && row >= 0 && column < width && row < height ? at(column, row) : 255
  }
  return {
    ...size,
    at: (x, y) => {
      let sum = 0
      for (let part = 0; part < 16; part++) {
        sum += under(x + ((part & 3) + 0.5) / 4 - size.width / 2, y + ((part >> 2) + 0.5) / 4 - size.height / 2)
      }
      return sum / 16
    }
  }
}
/** As a camera sees it at another distance: each pixel is the mean of what falls on it. */
const scaled = ({ at, height, width }: Grey, factor: number): Grey => ({
  width: Math.floor(width * factor),
  height: Math.floor(height * factor),
  at: (x, y) => {
    let sum = 0
    for (let part = 0; part < 16; part++) {
      const column = Math.floor((x + ((part & 3) + 0.5) / 4) / factor)
      const row = Math.floor((y + ((part >> 2) + 0.5) / 4) / factor)
      sum += at(Math.min(column, width - 1), Math.min(row, height - 1))
    }
    return sum / 16
  }
})
const beside = (a: Grey, b: Grey): Grey => ({
  width: a.width + b.width,
  height: Math.max(a.height, b.height),
  at: (x, y) => {
    const [picture, column] = x < a.width ? [a, x] : [b, x - a.width]
    return y < picture.height ? picture.at(column, y) : 255
  }
})
const noisy = ({ at, ...size }: Grey, amount: number, salt: number): Grey => ({
  ...size,
  // Weaker contrast, and a shade that differs from one pixel to the next: a hash of where it is.
  at: (x, y) => {
    const hash = Math.imul((x * 73_856_093) ^ (y * 19_349_663) ^ salt, 0x9e37_79b1) >>> 24
    return Math.max(0, Math.min(255, 40 + at(x, y) * 0.65 + ((hash - 128) / 128) * amount))
  }
})

describe.each(Barcode.kinds)("a code as %s", (kind) => {
  it(`is read again from a PNG file, seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(codes, fc.integer({ min: 2, max: 6 }), async (digits, pixels) => {
        expect(await read(Barcode.png(kind, digits, { pixels }))).toBe(digits)
      }),
      { seed, numRuns: 100 }
    )
  })

  it("is a bitmap of the size that it says", () => {
    const [code] = lengths as [string]
    const { height, width } = drawn(kind, code, { pixels: 3 })
    expect([width, height]).toEqual(kind === "qr" ? [87, 87] : [462, 120])
    const usual = drawn(kind, code)
    expect(usual.width).toBe(kind === "qr" ? 29 * 8 : 154 * 4)
  })

  it(`is read again from a JPEG file, with noise and weak contrast, turned and scaled, seed ${seed}`, async () => {
    const quarters = fc.nat({ max: 3 })
    const factors = fc.double({ min: 0.5, max: 2, noNaN: true })
    await fc.assert(
      fc.asyncProperty(codes, quarters, factors, fc.nat(), async (digits, turns, factor, salt) => {
        let picture = scaled(drawn(kind, digits, { pixels: 4 }), factor)
        for (let turn = 0; turn < turns; turn++) picture = turned(picture)
        expect(await read(photographed(noisy(picture, 35, salt), 75))).toBe(digits)
      }),
      { seed, numRuns: 20 }
    )
  })

  it(`is read again from a PNG file that is turned, seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(codes, async (digits) => {
        const upright = drawn(kind, digits)
        const quarter = turned(upright)
        const half = turned(quarter)
        for (const picture of [quarter, half, turned(half)]) expect(await read(png(picture))).toBe(digits)
      }),
      { seed, numRuns: 10 }
    )
  })

  it(`is read again from its SVG file, seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(codes, async (digits) => {
        const svg = Barcode.svg(kind, digits)
        expect(await read(png(rasterised(svg)))).toBe(digits)
        expect(svg).toContain('fill="#fff"')
        expect(svg).not.toContain(digits)
      }),
      { seed, numRuns: 20 }
    )
  })

  it("repeats no digit of a code that it cannot draw", () => {
    for (const wrong of ["", "2812345678901234x6", "٢٨١٢", "9".repeat(33)]) {
      const drawing = () => Barcode.svg(kind, wrong)
      expect(drawing).toThrow(`code: expected 1 to 32 digits, found ${wrong.length} characters`)
    }
  })
})

describe("a card", () => {
  const words = { title: "Alipay & <friends>", note: "to be scanned until 12:00:30" }

  it(`says one code twice, as bars and as a square, seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(codes, fc.boolean(), async (code, revealed) => {
        const picture = rasterised(Barcode.card({ code, revealed }, words))
        expect(await read(png(picture))).toBe(code)
        // The bars are in the upper part, the square is in the lower.
        const upper = { ...picture, height: 160 }
        const lower = { ...picture, height: picture.height - 160, at: (x: number, y: number) => picture.at(x, y + 160) }
        expect(await read(png(upper))).toBe(code)
        expect(await read(png(lower))).toBe(code)
      }),
      { seed, numRuns: 20 }
    )
  })

  it("writes the digits of a code that is revealed, with a caution, and of no other (GEN-6)", () => {
    const code = "281234567890123456"
    const revealed = Barcode.card({ code, revealed: true }, words)
    expect(revealed).toContain(">2812 3456 7890 1234 56<")
    expect(revealed).toContain(">Read these digits to nobody but the cashier in front of you.<")
    const scanned = Barcode.card({ code, revealed: false }, words)
    expect(scanned).not.toMatch(/2812|nobody/)
    for (const card of [revealed, scanned]) {
      expect(card).toContain(">Alipay &amp; &lt;friends&gt;<")
      expect(card).toContain(`>${words.note}<`)
    }
  })

  it("groups digits by fours, and ends with what is left", () => {
    expect(["1234", "12345", "12345678"].map(Barcode.grouped)).toEqual(["1234", "1234 5", "1234 5678"])
  })
})

// Which quarters of a cell a character inks: top left, top right, bottom left, bottom right.
const inked: ReadonlyMap<string, string> = new Map([
  [" ", "0000"],
  ["▀", "1100"],
  ["▄", "0011"],
  ["▌", "1010"],
  ["▐", "0101"],
  ["█", "1111"]
])

/** A terminal's screen as a picture, each cell 8 by 16, and nothing but its ground around the text. */
const displayed = (text: string, ink: Barcode.Ink): Grey => {
  const lines = text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      if (ink !== "colours") return line
      const [before, after] = ["\u001b[38;5;16;48;5;231m", "\u001b[0m"]
      expect([line.startsWith(before), line.endsWith(after)]).toEqual([true, true])
      return line.slice(before.length, -after.length)
    })
  const columns = lines[0]!.length
  expect(lines.every((line) => line.length === columns)).toBe(true)
  // With colours the ground around is that of a dark terminal.
  const [ground, inks] = ink === "light" ? [0, 255] : ink === "dark" ? [255, 0] : [0, 0]
  const paper = ink === "colours" ? 255 : ground
  const margin = 32
  return {
    width: columns * 8 + 2 * margin,
    height: lines.length * 16 + 2 * margin,
    at: (x, y) => {
      const [left, top] = [x - margin, y - margin]
      const glyph = top < 0 || left < 0 ? undefined : lines[top >> 4]?.[left >> 3]
      if (glyph === undefined) return ground
      const quarter = ((top & 15) >= 8 ? 2 : 0) + ((left & 7) >= 4 ? 1 : 0)
      return inked.get(glyph)![quarter] === "1" ? inks : paper
    }
  }
}

const inks = ["colours", "light", "dark"] as const
const columnsOf = (text: string): number => displayed(text, "light").width / 8 - 8

describe.each(inks)("a terminal's text in %s ink", (ink) => {
  it.each(Barcode.kinds)(`is read again as %s, seed ${seed}`, async (kind) => {
    await fc.assert(
      fc.asyncProperty(codes, async (digits) => {
        expect(await read(png(displayed(Barcode.terminal(kind, digits, { ink })!, ink)))).toBe(digits)
      }),
      { seed, numRuns: 25, examples: lengths.map((digits): [string] => [digits]) }
    )
  })

  it("is read again where the columns leave the bars as little quiet zone as there can be", async () => {
    for (const [index, digits] of lengths.entries()) {
      const text = Barcode.terminal("code128", digits, { ink, columns: [72, 83, 78, 89, 111][index]! })!
      expect(await read(png(displayed(text, ink)))).toBe(digits)
    }
  })
})

describe("a terminal's text", () => {
  const columns = (digits: string, most: number): number | undefined => {
    const text = Barcode.terminal("code128", digits, { ink: "light", columns: most })
    return text === undefined ? undefined : columnsOf(text)
  }

  it("has the columns that are told of it, and never more than there are", () => {
    const [widest, narrowest] = [
      [77, 88, 83, 94, 116],
      [72, 83, 78, 89, 111]
    ] as const
    expect(lengths.map((digits) => columnsOf(Barcode.terminal("code128", digits, { ink: "light" })!))).toEqual(widest)
    expect(lengths.map((digits) => columns(digits, 80))).toEqual([77, undefined, 80, undefined, undefined])
    expect(lengths.map((digits, index) => columns(digits, narrowest[index]!))).toEqual(narrowest)
    for (const [index, digits] of lengths.entries()) expect(columns(digits, narrowest[index]! - 1)).toBeUndefined()
  })

  it("is a square of 29 columns and 15 rows for every scheme, or nothing where there are fewer columns", () => {
    for (const digits of lengths) {
      const lines = Barcode.terminal("qr", digits, { ink: "dark", columns: 29 })!.split("\n")
      expect([lines.length - 1, lines[0]!.length]).toEqual([15, 29])
      expect(Barcode.terminal("qr", digits, { columns: 28 })).toBeUndefined()
    }
  })
})

describe("a picture of something else", () => {
  const digits = "281234567890123456"
  const blank: Grey = { width: 200, height: 100, at: () => 255 }

  it("has no code where it is blank, or full of noise", async () => {
    expect(await refusal(png(blank))).toEqual(new Barcode.Unread({ reason: "no code", found: "none" }))
    const none = await refusal(photographed(noisy({ width: 300, height: 300, at: () => 128 }, 128, 7), 90))
    expect(none.message).toBe(
      "picture: expected one code of digits, as bars (Code 128) or as a square (QR), found none: " +
        "bars have to lie straight, upright or turned by a quarter"
    )
  })

  it("says as what its code was read, and how many others say no digits", async () => {
    const [digits] = lengths as [string]
    const scanned = (...pictures: readonly [Grey, ...ReadonlyArray<Grey>]) =>
      Effect.runPromise(Barcode.scan(png(pictures.reduce(beside))))
    const [bars, square] = Barcode.kinds.map((kind) => drawn(kind, digits)) as [Grey, Grey]
    const other = developed(Barcode.transactionPng("paycode:1:till:5:A:AAECAwQFBgcICQoL:Shop"))
    expect(await scanned(bars)).toEqual({ digits, kinds: ["code128"], others: 0 })
    expect(await scanned(square)).toEqual({ digits, kinds: ["qr"], others: 0 })
    expect(await scanned(square, bars, other)).toEqual({ digits, kinds: ["code128", "qr"], others: 1 })
  })

  it("has several codes where one of them is found in one way alone", async () => {
    const [first] = lengths as [string]
    // Noise that misleads all thresholds but the middle grey: the others see the first alone.
    const two = beside(
      drawn("qr", first, { pixels: 4 }),
      noisy(drawn("code128", first.replace("2", "3"), { pixels: 4 }), 60, 7)
    )
    const found = "2 that differ"
    expect(await refusal(photographed(two, 95))).toEqual(new Barcode.Unread({ reason: "several codes", found }))
  })

  it.each([
    ["a square", "qr", [0, 20, 45, 70, 90, 110, 135, 160, 180]],
    ["bars", "code128", [0, 10, 80, 90, 100, 170, 180]]
  ] as const)("is read as %s at the angles that are promised", async (_, kind, angles) => {
    for (const digits of lengths) {
      for (const angle of angles) {
        expect(await read(photographed(tilted(drawn(kind, digits, { pixels: 4 }), angle), 90)), `${angle}`).toBe(digits)
      }
    }
  })

  it("has several codes where they differ, and one where they say the same", async () => {
    const [bars, square] = Barcode.kinds
    expect(await read(png(beside(drawn(bars, digits), drawn(square, digits))))).toBe(digits)
    const two = beside(drawn(square, digits), drawn(square, "281234567890123457"))
    const found = "2 that differ"
    expect(await refusal(png(two))).toEqual(new Barcode.Unread({ reason: "several codes", found }))
  })

  it("says what a code of other characters is, and not what it says", async () => {
    const { default: Encoder } = await import("bwip-js")
    const encoded = async (text: string): Promise<Uint8Array> =>
      Encoder.toBuffer({ bcid: "qrcode", text, scale: 4, padding: 4, backgroundcolor: "FFFFFF" })
    const link = await refusal(await encoded("https://qr.example/collect/4711"))
    expect(link).toEqual(new Barcode.Unread({ reason: "not digits", found: "a link" }))
    const letters = await refusal(await encoded("28123456789O123456"))
    expect(letters).toEqual(new Barcode.Unread({ reason: "not digits", found: "one of other characters" }))
    expect(`${link.message}${letters.message}`).not.toMatch(/qr\.example|2812/)
  })
})

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A PNG file that says that it is so large, and has this as its data. */
const claimed = (width: number, height: number, data: Uint8Array, colours = 0): Buffer => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, colours], 8)
  const signature = Buffer.from("89504e470d0a1a0a", "hex")
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))])
}

/** A JPEG file that says that it is so large. */
const frame = (width: number, height: number): Buffer => {
  const file = Buffer.from(photographed({ width: 16, height: 16, at: () => 255 }, 50))
  const at = file.indexOf(Buffer.from([0xff, 0xc0]))
  file.writeUInt16BE(height, at + 5)
  file.writeUInt16BE(width, at + 7)
  return file
}

describe("a file that is no picture", () => {
  it.each([
    ["", "an empty file"],
    ["281234567890123456\n", "a text file"],
    ["GIF89a\u0001", "a GIF file"],
    ["BM\u0000\u0001", "a BMP file"],
    ["RIFF\u0001\u0002\u0003\u0004WEBPVP8 ", "a WebP file"],
    ["MM\u0000*\u0001", "a TIFF file"],
    ["\u0000\u0000\u0000\u0018ftypheic\u0000", "a HEIF file"],
    ["%PDF-1.7", "a PDF file"],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG or XML file"],
    ["\u0000\u0001\u0002", "a file of another kind"]
  ])("is told by what it is: %j", async (text, found) => {
    const refused = await refusal(Buffer.from(text, "latin1"))
    expect(refused).toEqual(new Picture.Unusable({ reason: "not a picture", expected: "a PNG or JPEG file", found }))
    expect(refused.message).toBe(`picture: expected a PNG or JPEG file, found ${found}`)
  })
})

describe("a file that asks for too much", () => {
  const tooLarge = (expected: string, found: string) => new Picture.Unusable({ reason: "too large", expected, found })

  it("is refused by its length", async () => {
    expect(await refusal(new Uint8Array(20_000_001))).toEqual(tooLarge("at most 20000000 bytes", "20000001"))
  })

  it("is refused by its pixels before any are decoded", async () => {
    const data = deflateSync(Buffer.alloc(10))
    const pixels = "at most 50000000 pixels"
    expect(await refusal(claimed(1_000_000, 1_000_000, data))).toEqual(tooLarge(pixels, "1000000 by 1000000"))
    expect(await refusal(claimed(5001, 10_000, data))).toEqual(tooLarge(pixels, "5001 by 10000"))
    expect(await refusal(frame(65_535, 65_535))).toEqual(tooLarge(pixels, "65535 by 65535"))
  })

  it("is refused where a little data inflates to more than its pixels, or than any picture", async () => {
    const bomb = deflateSync(Buffer.alloc(5_000_000))
    expect(bomb.length).toBeLessThan(10_000)
    expect(await refusal(claimed(100, 100, bomb))).toEqual(
      new Picture.Unusable({
        reason: "damaged",
        expected: "at most 20200 bytes of pixels, by its header",
        found: "more"
      })
    )
    const huge = deflateSync(Buffer.alloc(120_000_000), { level: 1 })
    expect(await refusal(claimed(6000, 8000, huge, 2))).toEqual(tooLarge("at most 100000000 bytes of pixels", "more"))
  })

  it("is refused as soon as it has inflated to too much, however much is to come", async () => {
    // Ten million bytes that are all alike, in some thousands: the same piece again and again, without an end.
    const piece = deflateRawSync(Buffer.alloc(10_000_000), { finishFlush: constants.Z_SYNC_FLUSH })
    const endless = Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array.from({ length: 1900 }, () => piece)])
    const file = claimed(6000, 8000, endless, 2)
    expect(file.length).toBeLessThan(Picture.mostBytes)
    const before = process.cpuUsage()
    expect(await refusal(file)).toEqual(tooLarge("at most 100000000 bytes of pixels", "more"))
    // All of it are nineteen billion bytes. What others do meanwhile is not counted.
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000)
  })

  it("is refused where it goes over its pixels a hundred times and more", async () => {
    const file = frame(16, 16)
    const at = file.indexOf(Buffer.from([0xff, 0xda]))
    const scan = file.subarray(at, file.length - 2)
    const often = (times: number): Buffer =>
      Buffer.concat([file.subarray(0, at), ...Array.from({ length: times }, () => scan), Buffer.from([0xff, 0xd9])])
    expect(await refusal(often(101))).toEqual(tooLarge("at most 100 scans", "more"))
    expect((await refusal(often(1))).reason).toBe("no code")
  })
})

describe("a damaged file", () => {
  const digits = "281234567890123456"
  const files = fc.tuple(kinds, fc.constantFrom("PNG", "JPEG")).map(([kind, type]) => {
    const picture = drawn(kind, digits, { pixels: 2 })
    return type === "PNG" ? Barcode.png(kind, digits, { pixels: 2 }) : photographed(picture, 80)
  })
  const places = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

  it(`is refused where it breaks off, seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(files, places, async (file, place) => {
        const { _tag, reason } = await refusal(file.subarray(0, Math.floor(file.length * place)))
        expect(_tag).toBe("Unusable")
        expect(["damaged", "not a picture"]).toContain(reason)
      }),
      { seed, numRuns: 100 }
    )
  })

  it(`never says other digits where bits are flipped, seed ${seed}`, async () => {
    const flips = fc.array(fc.tuple(places, fc.nat({ max: 7 })), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(files, flips, async (file, flips) => {
        const flipped = Uint8Array.from(file)
        for (const [place, bit] of flips) flipped[Math.floor(file.length * place)]! ^= 1 << bit
        const result = await Effect.runPromise(Effect.result(Barcode.read(flipped)))
        if (result._tag === "Success") expect(result.success).toBe(digits)
        else expect(["Unusable", "Unread"]).toContain(result.failure._tag)
      }),
      { seed, numRuns: 100 }
    )
  })

  it(`is refused by a PNG file's checksums, whichever bit is flipped, seed ${seed}`, async () => {
    const file = Barcode.png("qr", digits)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: file.length * 8 - 1 }), async (bit) => {
        const flipped = Uint8Array.from(file)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        expect((await refusal(flipped))._tag).toBe("Unusable")
      }),
      { seed, numRuns: 100 }
    )
  })

  it("leaves the reader as it was", async () => {
    expect(await read(Barcode.png("qr", digits))).toBe(digits)
  })
})
