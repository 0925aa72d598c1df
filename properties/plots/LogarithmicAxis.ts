/** Axis marks: logarithmic axes, and numbers as they stand on them. */

import type { Sweep } from "../sweep/Sweeps.ts"
import { count } from "../Terminal.ts"

const superscript = (exponent: number): string =>
  `${exponent}`.replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!))

/** A mark of an axis: a digit times a power of ten. */
export interface Mark {
  readonly digit: number
  readonly exponent: number
}

const scientific = ({ digit, exponent }: Mark): string =>
  exponent === 0 ? `${digit}` : `${digit === 1 ? "" : `${digit}×`}10${superscript(exponent)}`

/** A number of a measure as axes have it. */
export const plain =
  (unit: Sweep.Report["security"]["unit"]) =>
  (mark: Mark): string =>
    unit === "minor units" && mark.exponent >= 0 ? count(mark.digit * 10 ** mark.exponent) : scientific(mark)

/** A probability as a percentage. */
export const percent = ({ digit, exponent }: Mark): string =>
  exponent < -6
    ? `${scientific({ digit, exponent: exponent + 2 })} %`
    : `${Number((digit * 10 ** (exponent + 2)).toPrecision(1))} %`

const logOf = ({ digit, exponent }: Mark): number => Math.log10(digit) + exponent

/** The most decades between which the marks are three to a decade, and the most marks that an axis has room for. */
const [fineAtMost, marksAtMost] = [2.5, 11]

/** A logarithmic axis: from `min` to `max`, both as powers of ten. */
export interface Logarithmic {
  /** Where a value stands, as a power of ten. */
  readonly place: (value: number) => number
  readonly min: number
  readonly max: number
  /** Where its marks are. */
  readonly marks: Array<number>
  /** What is written at a mark; nothing elsewhere. */
  readonly label: (log: number) => string
}

/**
 * A logarithmic axis around some values, with marks at powers of ten and, where these are few, between them. What is nothing
 * at all has no place on it: it stands at the lower end, below everything else, and is labelled 0. `room`: how much of a decade is kept free at
 * either end.
 */
export const logarithmic = (values: ReadonlyArray<number>, label: (mark: Mark) => string, room = 0): Logarithmic => {
  const logs = values.filter((value) => value > 0).map(Math.log10)
  const hasZero = logs.length < values.length
  const [least, most] = logs.length === 0 ? [-1, 0] : [Math.min(...logs), Math.max(...logs)]
  const digits = most - least <= fineAtMost ? [1, 2, 5] : [1]
  const [first, last] = [Math.floor(least) - 1, Math.ceil(most) + 1]
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((exponent) =>
    digits.map((digit) => ({ digit, exponent }))
  )
  const from = all.findLastIndex((mark) => logOf(mark) <= least - room + 1e-9)
  const to = all.findIndex((mark) => logOf(mark) >= most + room - 1e-9)
  const marks = all.slice(hasZero ? from - 1 : from, Math.max(to, from + 1) + 1)
  const [min, max] = [logOf(marks[0]!), logOf(marks.at(-1)!)]
  const every = Math.ceil(marks.length / marksAtMost)
  return {
    place: (value: number): number => (value > 0 ? Math.log10(value) : min),
    min,
    max,
    marks: marks.filter((_, index) => index % every === 0).map(logOf),
    label: (log: number): string => {
      const mark = marks.find((mark) => Math.abs(logOf(mark) - log) < 1e-6)
      return mark === undefined ? "" : hasZero && mark === marks[0] ? "0" : label(mark)
    }
  }
}
