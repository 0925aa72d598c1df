/** Two names that look alike have one skeleton, and what cannot be seen is no name. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Names from "./Names.ts"

const seed = Number(process.env.PAYCODE_SEED ?? 1)

describe("names that look alike", () => {
  it.each([
    ["another script's letters", ["Corner Shop", "Соrnеr Ѕhор", "Ϲοrner Shoр"]],
    ["digits for letters", ["Oil Co", "0il C0", "Oiⅼ Co"]],
    ["capitals", ["Corner Shop", "CORNER SHOP", "corner shop"]],
    ["wide forms", ["Corner", "Ｃｏｒｎｅｒ", "𝐂𝐨𝐫𝐧𝐞𝐫"]],
    [
      "spaces of any width, or none",
      ["Corner Shop", "Corner\u00a0Shop", "Corner\u2003Shop", "Corner\u3000 Shop", "CornerShop"]
    ],
    ["what is ignored", ["Shop", "Sh\u00adop", "Sho\u034fp", "Sh\ufe0fop", "Shop\u3164", "\u115fShop"]],
    ["blanks that are letters or symbols", ["Shop", "Sh\u2800op", "Sh\u{1d159}op", "Sh\u{16fe4}op", "Sh\u{13441}op"]],
    ["letters in parts", ["modern", "rnodern"]],
    ["composed and decomposed marks", ["Café", "Cafe\u0301"]]
  ])("have one skeleton: %s", (_, names) => {
    expect(new Set(names.map(Names.skeleton)).size).toBe(1)
  })

  it.each([
    ["Corner Shop", "Center Shop"],
    ["Café", "Cafe"],
    ["茶店", "荼店"],
    ["Магазин", "Магазины"],
    ["مقهى", "مطعم"],
    ["Shop 1", "Shop 2"]
  ])("and names that differ have two: %s, %s", (first, second) => {
    expect(Names.skeleton(first)).not.toBe(Names.skeleton(second))
  })
})

describe("a name", () => {
  it.each(["\u3164", "\u3164\u115f\u1160", "\u034f", " ", "", "\ufe0f", "\u2800"])(
    "is not what nobody sees: %j",
    (text) => {
      expect(Names.isName(text)).toBe(false)
    }
  )

  it.each(["Corner Shop", "茶店", "☕️ Bar", "مقهى", "a", "Ünï Cödé", "x".repeat(64)])("is %j", (text) => {
    expect(Names.isName(text)).toBe(true)
  })

  it(`has the skeleton of its skeleton, seed ${seed}`, () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 16 }), (text) => {
        expect(Names.skeleton(Names.skeleton(text))).toBe(Names.skeleton(text))
      }),
      { seed, numRuns: 2000 }
    )
  })
})
