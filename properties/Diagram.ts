/** Diagram: a run as a sequence diagram, in Mermaid's text form and as SVG. */
import * as Result from "effect/Result"
import * as System from "../model/System.ts"
import { clockTime, money, payerName, span } from "./Narrative.ts"
import * as Trace from "./Trace.ts"

/** An arrow from one participant to another, or a note over one or over all. */
export type Mark =
  | {
      readonly _tag: "Arrow"
      readonly from: string
      readonly to: string
      readonly text: string
      readonly reply: boolean
    }
  | { readonly _tag: "Note"; readonly over: string | undefined; readonly text: string }

/** What a sequence diagram shows, from the left to the right and from the top to the bottom. */
export interface Sequence {
  readonly participants: ReadonlyArray<string>
  readonly marks: ReadonlyArray<Mark>
}

const provider = "Provider"
const adversary = "Adversary"
const phone = (payer: number): string => `Phone ${payerName(payer)}`
const till = (world: System.World, merchant: number): string =>
  merchant === System.adversary(world) ? `Till ${merchant + 1} (adversary)` : `Till ${merchant + 1}`

const arrow = (from: string, to: string, text: string, reply = false): Mark => ({
  _tag: "Arrow",
  from,
  to,
  text,
  reply
})
const note = (text: string, over?: string): Mark => ({ _tag: "Note", over, text })

const marksOf = (world: System.World, { action, after, before, events }: Trace.Moment): ReadonlyArray<Mark> => {
  const order = before.orders.length + 1
  const settled = events.find((event) => event._tag === "Debited" && event.by === "till")
  switch (action._tag) {
    case "Sign":
      return [arrow(phone(action.payer), provider, "signs the agreement")]
    case "Withdraw":
      return [arrow(phone(action.payer), provider, "ends the agreement")]
    case "Enroll": {
      const issued = events.some(({ _tag }) => _tag === "Issued")
      return [
        arrow(phone(action.payer), provider, "asks for a credential"),
        arrow(provider, phone(action.payer), issued ? "alias, seed, clock difference" : "refused", true)
      ]
    }
    case "Advance":
      return [note(`${span(action.seconds)} later: ${clockTime(world.rules.scheme, after.now)}`)]
    case "Show": {
      const shown = events.find((event) => event._tag === "Shown")
      if (shown !== undefined) {
        const off =
          action.offset === 0 ? "" : `, clock ${action.offset > 0 ? "+" : "-"}${span(Math.abs(action.offset))}`
        return [arrow(phone(action.payer), till(world, action.till), `code ${shown.code + 1}${off}`)]
      }
      return events.some(({ _tag }) => _tag === "Messaged")
        ? [arrow(phone(action.payer), provider, "asks for a code")]
        : [note("no code to show", phone(action.payer))]
    }
    case "Capture":
      return [arrow(phone(before.codes[action.code]!.payer), adversary, `code ${action.code + 1}, seen`)]
    case "Scan": {
      const at = till(world, before.codes[before.payers[action.payer]!.screen]!.till)
      return [note(`asks for ${money(action.amount)}, order ${order}${settled ? ", settles alone" : ""}`, at)]
    }
    case "Submit":
      return [
        arrow(
          adversary,
          till(world, action.merchant),
          `code ${action.code + 1}: ${money(action.amount)}, order ${order}`
        )
      ]
    case "Resubmit":
      return [
        arrow(
          adversary,
          till(world, before.orders[action.order]!.merchant),
          `code ${action.code + 1}: ${money(action.amount)}, order ${action.order + 1} again`
        )
      ]
    case "Guess":
      return [arrow(adversary, till(world, action.merchant), `made-up code: ${money(action.amount)}, order ${order}`)]
    case "Deliver": {
      const { merchant, requests } = before.orders[action.order]!
      const { amount, code, payer } = requests[action.request]!
      const answer = after.orders[action.order]!.requests[action.request]!.answer
      const carried = code < 0 ? "made-up code" : `code ${code + 1}`
      const debited = events.some(({ _tag }) => _tag === "Debited")
      return [
        arrow(till(world, merchant), provider, `order ${action.order + 1}: ${carried}, ${money(amount)}`),
        ...(debited ? [note(`debits payer ${payerName(payer)} ${money(amount)}`, provider)] : []),
        arrow(provider, till(world, merchant), answer, true)
      ]
    }
  }
}

const place = (participant: string): number =>
  ["Phone", "Adversary", "Till", "Provider"].findIndex((kind) => participant.startsWith(kind))

/** The sequence of a run, which must be one that replays. */
export const sequence = (run: Trace.Run): Sequence => {
  const marks = Result.getOrThrow(Trace.replay(run)).flatMap((moment) => marksOf(run.world, moment))
  const named = marks.flatMap((mark) => (mark._tag === "Arrow" ? [mark.from, mark.to] : (mark.over ?? [])))
  const participants = [...new Set(named)].sort((a, b) => place(a) - place(b) || a.localeCompare(b, "en"))
  return { participants, marks }
}

const alias = (participants: ReadonlyArray<string>, name: string): string => `P${participants.indexOf(name) + 1}`

/** A sequence as Mermaid's `sequenceDiagram`. */
export const mermaid = ({ marks, participants }: Sequence): string => {
  const of = (name: string): string => alias(participants, name)
  const all = participants.length === 1 ? "P1" : `P1,P${participants.length}`
  // A semicolon or a number sign would end the text.
  const plain = (text: string): string => text.replace(/[;#]/g, ",")
  return [
    "sequenceDiagram",
    ...participants.map((name) => `  participant ${of(name)} as ${name}`),
    ...marks.map((mark) =>
      mark._tag === "Arrow"
        ? `  ${of(mark.from)}${mark.reply ? "-->>" : "->>"}${of(mark.to)}: ${plain(mark.text)}`
        : `  Note over ${mark.over === undefined ? all : of(mark.over)}: ${plain(mark.text)}`
    )
  ].join("\n")
}

const escaped = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;")

// Sizes in the units of the drawing. A character of the 13 px sans-serif is at most 7.5 wide.
const size = { character: 7.5, gap: 48, row: 34, head: 40, margin: 12 } as const

const noteWidth = (text: string): number => text.length * size.character + 16

/** The x of every participant's line: far enough apart for the names, the notes, and the texts between neighbours. */
const columns = ({ marks, participants }: Sequence): ReadonlyArray<number> => {
  const widths = participants.map((name) => name.length * size.character + 24)
  const notes = participants.map((name) =>
    Math.max(0, ...marks.map((mark) => (mark._tag === "Note" && mark.over === name ? noteWidth(mark.text) : 0)))
  )
  const xs: Array<number> = []
  for (let i = 0; i < participants.length; i++) {
    let x =
      i === 0
        ? size.margin + Math.max(widths[0]!, notes[0]!) / 2
        : xs[i - 1]! + Math.max((widths[i - 1]! + widths[i]!) / 2, notes[i - 1]! / 2, notes[i]! / 2) + 16
    for (const mark of marks) {
      if (mark._tag !== "Arrow") continue
      const [left, right] = [participants.indexOf(mark.from), participants.indexOf(mark.to)].sort((a, b) => a - b) as [
        number,
        number
      ]
      if (right === i && left < i) x = Math.max(x, xs[left]! + mark.text.length * size.character + size.gap)
    }
    xs.push(x)
  }
  return xs
}

/** A sequence as an SVG document, dark on light or light on dark as the reader's system is. */
export const svg = (shown: Sequence): string => {
  const { marks, participants } = shown
  const xs = columns(shown)
  const at = (name: string): number => xs[participants.indexOf(name)]!
  const widest = Math.max(0, ...marks.map((mark) => (mark._tag === "Note" ? noteWidth(mark.text) : 0)))
  const last = xs.at(-1) ?? 0
  const rightmost = Math.max(
    last + ((participants.at(-1)?.length ?? 0) * size.character + 24) / 2,
    ...marks.map((mark) => (mark._tag === "Note" && mark.over ? at(mark.over) + noteWidth(mark.text) / 2 : 0))
  )
  const width = Math.ceil(Math.max(rightmost, widest) + size.margin)
  const height = size.margin * 2 + size.head + marks.length * size.row + 8
  const middle = (xs[0]! + last) / 2
  const parts: Array<string> = []
  for (const [i, name] of participants.entries()) {
    const w = name.length * size.character + 16
    parts.push(
      `<line class="life" x1="${xs[i]}" y1="${size.margin + 28}" x2="${xs[i]}" y2="${height - size.margin}"/>`,
      `<rect class="box" x="${xs[i]! - w / 2}" y="${size.margin}" width="${w}" height="28" rx="4"/>`,
      `<text x="${xs[i]}" y="${size.margin + 19}">${escaped(name)}</text>`
    )
  }
  for (const [row, mark] of marks.entries()) {
    const y = size.margin + size.head + row * size.row + 24
    if (mark._tag === "Arrow") {
      const [from, to] = [at(mark.from), at(mark.to)]
      const tip = to > from ? to - 1 : to + 1
      parts.push(
        `<line class="${mark.reply ? "reply" : "arrow"}" x1="${from}" y1="${y}" x2="${tip}" y2="${y}" marker-end="url(#tip)"/>`,
        // Its outline in the colour of the paper keeps the lines that it crosses off it.
        `<text class="said" x="${(from + to) / 2}" y="${y - 6}">${escaped(mark.text)}</text>`
      )
    } else {
      const x = mark.over === undefined ? Math.max(middle, noteWidth(mark.text) / 2 + size.margin) : at(mark.over)
      const w = noteWidth(mark.text)
      parts.push(
        `<rect class="note" x="${x - w / 2}" y="${y - 18}" width="${w}" height="24" rx="2"/>`,
        `<text x="${x}" y="${y - 2}">${escaped(mark.text)}</text>`
      )
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Sequence diagram">
<style>
  svg { --ink: #1f2328; --paper: #ffffff; --box: #eef2f7; --note: #fff4ce; background: var(--paper) }
  @media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --paper: #0d1117; --box: #21262d; --note: #3d3413 } }
  text { font: 13px sans-serif; text-anchor: middle; fill: var(--ink) }
  .said { paint-order: stroke; stroke: var(--paper); stroke-width: 5px; stroke-linejoin: round }
  line { stroke: var(--ink) } .life { stroke-dasharray: 3 4; opacity: .45 } .reply { stroke-dasharray: 6 4 }
  .box { fill: var(--box); stroke: var(--ink) } .note { fill: var(--note); stroke: var(--ink); stroke-opacity: .3 }
  path { fill: var(--ink) }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${parts.join("\n")}
</svg>
`
}
