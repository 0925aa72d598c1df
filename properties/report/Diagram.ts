/** Diagram: a run as a sequence diagram, in Mermaid's text form and as SVG. */
import * as Result from "effect/Result"
import * as Text from "../../impl/Text.ts"
import { TokenSource } from "../../model/steps/Steps.ts"
import {
  type Action,
  accountOf,
  type CodeKey,
  nowhere,
  type Of,
  type Order,
  adversary as ownMerchant,
  type Racer,
  roguePhone,
  type World
} from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import * as Trace from "../trace/Trace.ts"
import { clockTime, money, payerName, phoneName, span } from "./Narrative.ts"

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

/** A phone as a participant: `Phone A`, or `Phone A2` where its owner has several. */
const phone = (world: World, number: number): string => {
  if (number === roguePhone(world)) return "Phone (adversary)"
  const place = /^phone (\d+) of/.exec(phoneName(world, number))
  return `Phone ${payerName(accountOf(world, number))}${place === null ? "" : place[1]}`
}

const till = (world: World, merchant: number): string =>
  merchant === ownMerchant(world) ? `Till ${merchant + 1} (adversary)` : `Till ${merchant + 1}`

/** A code in few words: its phone's owner, and its step or place. */
const code = (world: World, { phone: of, position, revealed }: CodeKey): string => {
  if (position === nowhere) return "made-up digits"
  const { scheme } = world.rules
  const step = TokenSource.stepOf(scheme, position)
  const place = position - TokenSource.firstOf(scheme, step)
  const which = TokenSource.hasSteps(scheme)
    ? clockTime(scheme, Time.startOfStep(scheme, step)) + (TokenSource.perStep(scheme) === 1 ? "" : ` no. ${place + 1}`)
    : `no. ${position + 1}`
  return `code ${phone(world, of).replace("Phone ", "")} ${which}${revealed ? ", revealed" : ""}`
}

const arrow = (from: string, to: string, text: string, reply = false): Mark => ({
  _tag: "Arrow",
  from,
  to,
  text,
  reply
})
const note = (text: string, over?: string): Mark => ({ _tag: "Note", over, text })

/** What moments are made of, for the marks that draw them. */
type Drawn = Trace.Moment & { readonly world: World }

/** What leaves accounts, and comes back. */
const movements = ({ after, before, events, world }: Drawn): ReadonlyArray<Mark> => [
  ...events.flatMap((event) => {
    if (event._tag !== "Debited") return []
    const { amount, phone: of } = after.orders[event.order]!
    const over = event.by === "till" ? till(world, after.orders[event.order]!.merchant) : provider
    return [note(`debits ${payerName(accountOf(world, of))} ${money(amount)}`, over)]
  }),
  ...after.orders.flatMap((order, index) => {
    const back = order.returned - (before.orders[index]?.returned ?? 0)
    return back > 0 ? [note(`returns ${money(back)}`, provider)] : []
  })
]

/** The provider's answers to somebody. */
const replies = ({ events }: Drawn, to: string, heard = true): ReadonlyArray<Mark> =>
  events.flatMap((event) =>
    event._tag === "Answered" ? [arrow(provider, to, heard ? event.answer : `${event.answer}, lost`, true)] : []
  )

const orderAt = ({ after, before }: Drawn, order: number): { readonly number: number; readonly order: Order } => {
  const index = order < 0 ? after.orders.length - 1 : order
  return { number: index + 1, order: (after.orders[index] ?? before.orders[index])! }
}

const isAhead = (node: number): string => (node === 1 ? ", clock ahead" : "")

const payMarks = (drawn: Drawn, action: Of<"Pay">): ReadonlyArray<Mark> => {
  const { world } = drawn
  const { number } = orderAt(drawn, action.order)
  const from = till(world, ownMerchant(world))
  const { alias, amount, key } = action.request
  const under = alias === key.phone ? "" : ` as ${phone(world, alias).replace("Phone ", "")}`
  return [
    arrow(from, provider, `order ${number}: ${code(world, key)}${under}, ${money(amount)}${isAhead(action.node)}`),
    ...movements(drawn),
    ...replies(drawn, from)
  ]
}

const deliverMarks = (drawn: Drawn, action: Of<"Deliver">): ReadonlyArray<Mark> => {
  const { world } = drawn
  const { number, order } = orderAt(drawn, action.order)
  const from = till(world, order.merchant)
  const what =
    action.what === "pay" ? `${code(world, drawn.before.orders[action.order]!)}, ${money(order.amount)}` : "reverse"
  return [
    arrow(from, provider, `order ${number}: ${what}${isAhead(action.node)}`),
    ...movements(drawn),
    ...replies(drawn, from, action.heard)
  ]
}

const raceMarks = (drawn: Drawn, { first, second }: Of<"Race">): ReadonlyArray<Mark> => {
  const { before, world } = drawn
  const isAfterNew = first._tag === "Pay" && first.order < 0
  const sent = (racer: Racer, isSecond: boolean): Mark => {
    if (racer._tag === "Deliver") {
      return arrow(till(world, before.orders[racer.order]!.merchant), provider, `order ${racer.order + 1}`)
    }
    const number = racer.order < 0 ? before.orders.length + (isSecond && isAfterNew ? 2 : 1) : racer.order + 1
    const { amount, key } = racer.request
    return arrow(till(world, ownMerchant(world)), provider, `order ${number}: ${code(world, key)}, ${money(amount)}`)
  }
  return [sent(first, false), sent(second, true), note("decides both at once", provider), ...movements(drawn)]
}

const showMarks = (drawn: Drawn, action: Of<"Show">): ReadonlyArray<Mark> => {
  const { events, world } = drawn
  const from = phone(world, action.phone)
  const shown = events.find((event) => event._tag === "Shown")
  if (shown?._tag === "Shown") {
    const off = action.offset === 0 ? "" : `, clock ${action.offset > 0 ? "+" : "-"}${span(Math.abs(action.offset))}`
    const { terms } = action
    const read =
      terms === undefined
        ? []
        : [
            arrow(
              terms.copied ? adversary : till(world, action.till),
              from,
              `${terms.payee === ownMerchant(world) ? "the adversary" : `merchant ${terms.payee + 1}`}, ${money(terms.sum)}${terms.pin === "none" ? "" : ": PIN"}`
            )
          ]
    return [...read, arrow(from, till(world, action.till), `${code(world, shown.key)}${off}`)]
  }
  return events.some(({ _tag }) => _tag === "Messaged")
    ? [arrow(from, provider, "asks for a code")]
    : [note("no code to show", from)]
}

const enrollMarks = ({ events, world }: Drawn, action: Of<"Enroll">): ReadonlyArray<Mark> => {
  const from = phone(world, action.phone)
  const issued = events.some(({ _tag }) => _tag === "Issued")
  const reply = issued ? (action.heard ? "a credential" : "a credential, lost") : "refused"
  return [arrow(from, provider, "asks for a credential"), arrow(provider, from, reply, true)]
}

const owner = (account: number): string => `Phone ${payerName(account)}`

/** The till of an order's merchant. */
const merchantOf = ({ before, world }: Drawn, order: number): string => till(world, before.orders[order]!.merchant)

/** The marks of each kind of action. One that has none does not compile. */
const marks: { readonly [Tag in Action["_tag"]]: (drawn: Drawn, action: Of<Tag>) => ReadonlyArray<Mark> } = {
  Sign: (_, action) => [arrow(owner(action.account), provider, "signs the agreement")],
  Withdraw: (_, action) => [arrow(owner(action.account), provider, "ends the agreement")],
  Enroll: (drawn, action) => enrollMarks(drawn, action),
  Confirm: ({ world }, action) => [arrow(phone(world, action.phone), provider, "confirms the credential")],
  Revoke: ({ world }, action) => [
    note(`${payerName(accountOf(world, action.phone))} revokes ${phone(world, action.phone)}`, provider)
  ],
  Wipe: ({ world }, action) => [arrow(provider, phone(world, action.phone), "revoked, destroys what it holds")],
  Ask: ({ events, world }, action) => {
    const isShown = events.some((event) => event._tag === "Asked" && event.shown)
    const from = phone(world, action.phone)
    return [
      arrow(from, provider, "what waits for the password?"),
      arrow(provider, from, isShown ? "the prompts" : "refused", true)
    ]
  },
  Show: (drawn, action) => showMarks(drawn, action),
  Open: ({ events, world }, action) => {
    const shown = events.find((event) => event._tag === "Shown")
    const what = shown?._tag === "Shown" ? code(world, shown.key) : "no code"
    return [
      note(
        `${action.by === "owner" ? "opened" : "opened by another"}: ${what}, not asked for`,
        phone(world, action.phone)
      )
    ]
  },
  RunOut: ({ world }, action) => [note("shows every code that is left", phone(world, action.phone))],
  Approve: ({ before, world }, action) => {
    const of = phone(world, before.orders[action.order]!.phone)
    const { method } = world.rules.scheme.stepUp
    if (method === "sms-password") return [arrow(of, provider, "SMS: password")]
    const isSms = method === "sms-ocra"
    return [
      arrow(provider, of, `${isSms ? "SMS: challenge" : "prompt"} for order ${action.order + 1}`),
      arrow(of, provider, isSms ? "SMS: response" : "password", true)
    ]
  },
  Impersonate: (drawn, action) => {
    const { before, world } = drawn
    return [
      arrow(
        adversary,
        provider,
        `SMS as ${phone(world, before.orders[action.order]!.phone).replace("Phone ", "")}: ${world.rules.scheme.stepUp.method === "sms-ocra" ? "response" : "password"}`
      ),
      ...movements(drawn),
      ...replies(drawn, adversary)
    ]
  },
  Authenticate: (drawn, action) => {
    const { before, world } = drawn
    return [
      note(`answer arrives for order ${action.to + 1}`, provider),
      ...movements(drawn),
      ...replies(drawn, phone(world, before.orders[action.to]!.phone))
    ]
  },
  Scan: (drawn, action) => {
    const { after, before, world } = drawn
    const at = till(world, before.phones[action.phone]!.till)
    return [note(`asks for ${money(action.amount)}, order ${after.orders.length}`, at), ...movements(drawn)]
  },
  Deliver: (drawn, action) => deliverMarks(drawn, action),
  Query: (drawn, action) => {
    const from = merchantOf(drawn, action.order)
    return [arrow(from, provider, `order ${action.order + 1}: what became of it?`), ...replies(drawn, from)]
  },
  Reverse: (drawn, action) => [note(`gives order ${action.order + 1} up`, merchantOf(drawn, action.order))],
  GiveUp: (drawn, action) => [note(`takes order ${action.order + 1} for failed`, merchantOf(drawn, action.order))],
  Notice: (drawn, action) => [
    arrow(
      action.forged ? adversary : provider,
      merchantOf(drawn, action.order),
      `notice: order ${action.order + 1} paid`
    )
  ],
  Capture: ({ before, world }, action) => {
    const { held, revealed, screen } = before.phones[action.phone]!
    const key = { phone: action.phone, generation: held, position: screen, revealed }
    return [arrow(phone(world, action.phone), adversary, `${code(world, key)}, seen`)]
  },
  RunOff: ({ after, before, world }, action) => {
    const made = after.codes.find((one) => !before.codes.includes(one))
    return [
      arrow(phone(world, action.phone), adversary, `${made === undefined ? "a code" : code(world, made)}, run off`)
    ]
  },
  Guess: () => [note("hits on a proof", adversary)],
  Present: (drawn, action) => {
    const { after, world } = drawn
    const text = `${code(world, action.key)}: ${money(action.amount)}, order ${after.orders.length}`
    return [arrow(adversary, till(world, action.merchant), text), ...movements(drawn)]
  },
  Pay: (drawn, action) => payMarks(drawn, action),
  Meddle: (drawn, action) => {
    const { world } = drawn
    const from = till(world, ownMerchant(world))
    const what = {
      query: "query",
      reversal: "reverse",
      refund: `refund ${money(action.amount)}`,
      "refund query": `query of refund ${action.number}`
    }[action.what]
    return [arrow(from, provider, `order ${action.order + 1}: ${what}`), ...movements(drawn), ...replies(drawn, from)]
  },
  Flood: ({ world }, action) => [
    arrow(
      adversary,
      till(world, action.merchant),
      `wrong codes as ${phone(world, action.phone).replace("Phone ", "")}${["", ", at another terminal", ", at all terminals"][action.terminal]}`
    )
  ],
  Close: (_, action) => [note(`closes order ${action.order + 1}`, provider)],
  Race: (drawn, action) => raceMarks(drawn, action),
  PayOut: ({ world }, action) => [
    note(`pays out to ${till(world, action.merchant).replace("Till", "merchant")}`, provider)
  ],
  Crash: () => [note("crashes and restarts", provider)],
  Backup: () => [note("is backed up", provider)],
  Restore: () => [note("is restored from the backup", provider)],
  Coincide: () => [note("the last two codes have the same digits")],
  Advance: ({ after, world }, action) => [
    note(`${span(action.seconds)} later: ${clockTime(world.rules.scheme, after.now)}`)
  ]
}

const marksOf = (drawn: Drawn): ReadonlyArray<Mark> =>
  (marks[drawn.action._tag] as (drawn: Drawn, action: Action) => ReadonlyArray<Mark>)(drawn, drawn.action)

const place = (participant: string): number =>
  ["Phone", "Adversary", "Till", "Provider"].findIndex((kind) => participant.startsWith(kind))

/** The sequence of a run, which must be one that replays. */
export const sequence = (run: Trace.Run): Sequence => {
  const marks = Result.getOrThrow(Trace.replay(run)).flatMap((moment) => marksOf({ ...moment, world: run.world }))
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
  const plain = (text: string): string => Text.line(text).replace(/[;#]/g, ",")
  return [
    "sequenceDiagram",
    ...participants.map((name) => `  participant ${of(name)} as ${plain(name)}`),
    ...marks.map((mark) =>
      mark._tag === "Arrow"
        ? `  ${of(mark.from)}${mark.reply ? "-->>" : "->>"}${of(mark.to)}: ${plain(mark.text)}`
        : `  Note over ${mark.over === undefined ? all : of(mark.over)}: ${plain(mark.text)}`
    )
  ].join("\n")
}

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
      `<text x="${xs[i]}" y="${size.margin + 19}">${Text.xml(name)}</text>`
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
        `<text class="said" x="${(from + to) / 2}" y="${y - 6}">${Text.xml(mark.text)}</text>`
      )
    } else {
      const x = mark.over === undefined ? Math.max(middle, noteWidth(mark.text) / 2 + size.margin) : at(mark.over)
      const w = noteWidth(mark.text)
      parts.push(
        `<rect class="note" x="${x - w / 2}" y="${y - 18}" width="${w}" height="24" rx="2"/>`,
        `<text x="${x}" y="${y - 2}">${Text.xml(mark.text)}</text>`
      )
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Sequence diagram">
<style>
  svg { background: #ffffff }
  text { font: 13px sans-serif; text-anchor: middle; fill: #1f2328 }
  .said { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round }
  line { stroke: #1f2328 } .life { stroke-dasharray: 3 4; opacity: .45 } .reply { stroke-dasharray: 6 4 }
  .box { fill: #eef2f7; stroke: #1f2328 } .note { fill: #fff4ce; stroke: #1f2328; stroke-opacity: .3 }
  path { fill: #1f2328 }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 }
    text, path { fill: #e6edf3 } .said { stroke: #0d1117 } line { stroke: #e6edf3 }
    .box { fill: #21262d; stroke: #e6edf3 } .note { fill: #3d3413; stroke: #e6edf3 }
  }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${parts.join("\n")}
</svg>
`
}
