/**
 * Names: what merchants are registered under, and phones display. Two that look alike are one: the payer who confirms one of
 * them cannot tell which. Names are compared by a skeleton after Unicode Technical Standard #39, section 4, with the data of
 * Unicode 13.
 */
import unhomoglyph from "unhomoglyph"

// What is not seen on a screen, or changes how the rest is seen, is in no name.
const shape = /^(?=.{1,64}$)[^\s\p{C}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\s\p{C}])?$/u

/**
 * Characters that a screen shows as nothing, or that only say how others are shown: what Unicode has as such, and the blanks of Braille, of
 * music, of Khitan and of hieroglyphs, which it has as letters and symbols.
 */
const ignorable = /[\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\u{16fe4}\u{13441}\u{13442}]/gu

/** A name without what is ignored, each of what is left in the form of the one that stands for those that look so. */
const folded = (text: string): string => unhomoglyph(text.normalize("NFD").replace(ignorable, "")).normalize("NFD")

/** Rounds of folding after which nothing changes any more: two or three. What goes round is cut off. */
const mostRounds = 10

/**
 * What a name looks like: of two names that look alike it is the same text. Beyond the standard, wide and other forms of a
 * letter, spaces, and the difference between capitals and small letters are left out: spaces come in widths down to none, and
 * nobody remembers capitals.
 */
export const skeleton = (name: string): string => {
  // A form that is no other's is folded as it is first: what it stands for may look otherwise, as a small letter does.
  let [before, now] = ["", folded(name)]
  for (let round = 0; before !== now && round < mostRounds; round++) {
    before = now
    now = folded(now.normalize("NFKD").toLowerCase()).replace(/\s/gu, "")
  }
  return now
}

/** Whether a text can be the registered name of a merchant. */
export const isName = (text: string): boolean =>
  shape.test(text) && text === text.normalize("NFC") && skeleton(text) !== ""
