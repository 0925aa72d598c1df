/** Narrative: a trace in plain sentences, one for each action. */
import * as Result from "effect/Result"
import * as Money from "../../model/Money.ts"
import type { Answer } from "../../model/Order.ts"
import { type Reason, refusals } from "../../model/Refusal.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { type Binding, TokenSource } from "../../model/steps/Steps.ts"
import {
  type Action,
  accountOf,
  adversary,
  type CodeKey,
  type Event,
  type EventOf,
  Facts,
  type Node,
  nowhere,
  type Of,
  type Racer,
  roguePhone,
  type State,
  type World
} from "../../model/system/System.ts"
import * as Time from "../../model/Time.ts"
import { claims } from "../../spec/Claims.ts"
import * as Trace from "../trace/Trace.ts"

// ---------------------------------------------------------------------------------------------------------------------
// Names
// ---------------------------------------------------------------------------------------------------------------------

/** An account's owner by number, as `A`. */
export const payerName = (account: number): string =>
  account < 26
    ? String.fromCharCode(65 + account)
    : `${payerName(Math.floor(account / 26) - 1)}${payerName(account % 26)}`

/** A phone by its number: that of its owner, told apart by a number where the owner has several. */
export const phoneName = (world: World, phone: number): string => {
  if (phone === roguePhone(world)) return "the adversary's phone"
  const account = accountOf(world, phone)
  const own = world.scope.phones.flatMap((owner, index) =>
    owner === account && index !== roguePhone(world) ? [index] : []
  )
  const name = payerName(account)
  return own.length === 1 ? `the phone of ${name}` : `phone ${own.indexOf(phone) + 1} of ${name}`
}

const tillName = (world: World, merchant: number): string =>
  merchant === adversary(world) ? "the adversary's till" : `the till of merchant ${merchant + 1}`

/** A time of day in the scheme's zone, as `23:59:29`. */
export const clockTime = (scheme: Scheme, instant: number): string => {
  const second = instant - Time.startOfDay(scheme, Time.dayAt(scheme, instant))
  const part = (value: number): string => Math.floor(value).toString().padStart(2, "0")
  return `${part(second / 3600)}:${part((second / 60) % 60)}:${part(second % 60)}`
}

/** A span of time in the largest unit that keeps it whole, as `90 seconds` or `2 days`. */
export const span = (seconds: number): string => {
  const [size, unit] =
    seconds % Time.secondsPerDay === 0
      ? [Time.secondsPerDay, "day"]
      : seconds % 3600 === 0
        ? [3600, "hour"]
        : [1, "second"]
  const amount = seconds / size
  return `${amount.toLocaleString("en-US")} ${unit}${amount === 1 ? "" : "s"}`
}

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** An amount; one that is none is shown as the number it is. */
export const money = (amount: number): string => (Money.isAmount(amount) ? Money.format(amount) : String(amount))

/** How a phone's clock is off, as a clause to add; empty where it is right. */
const skew = (offset: number): string =>
  offset === 0 ? "" : `, its clock ${span(Math.abs(offset))} ${offset > 0 ? "ahead" : "behind"}`

/** A code by its key: the how-manieth of its phone's list it is; or the time that its step begins, and which of the step it is. */
export const codeName = (world: World, key: CodeKey): string => {
  if (key.position === nowhere) return "made-up digits"
  const { scheme } = world.rules
  const whose = phoneName(world, key.phone)
  const old = world.scope.generations > 1 ? ` under credential ${key.generation + 1}` : ""
  const mark = key.revealed ? ", the revealed one" : ""
  if (!TokenSource.hasSteps(scheme)) return `code ${key.position + 1} of ${whose}${old}${mark}`
  const step = TokenSource.stepOf(scheme, key.position)
  const place = key.position - TokenSource.firstOf(scheme, step)
  const which = TokenSource.perStep(scheme) === 1 ? "the code" : `code ${place + 1}`
  return `${which} of ${whose}${old} for ${clockTime(scheme, Time.startOfStep(scheme, step))}${mark}`
}

const settledAnswers: Readonly<Partial<Record<Answer, string>>> = {
  PAID: "paid",
  OPEN: "open, waiting for step-up",
  REFUNDED: "refunded",
  CLOSED: "closed",
  REVERSED: "reversed"
}

/** What an answer says. */
const answerText = (answer: Answer): string => settledAnswers[answer] ?? `${answer}: ${refusals[answer as Reason].says}`

const nodeName = (world: World, node: Node): string =>
  world.can.nodes && node === 1 ? `, at a node whose clock is ${span(world.rules.scheme.clock.nodeSkew)} ahead` : ""

const eventOf = <Tag extends Event["_tag"]>(events: ReadonlyArray<Event>, tag: Tag): EventOf<Tag> | undefined =>
  events.find((event): event is EventOf<Tag> => event._tag === tag)

// ---------------------------------------------------------------------------------------------------------------------
// Sentences
// ---------------------------------------------------------------------------------------------------------------------

/** What an action is about, for the sentences that tell it. */
interface Scene {
  readonly world: World
  readonly before: State
  readonly after: State
  readonly events: ReadonlyArray<Event>
}

/** The money that moved. */
const moved = ({ after, before, events, world }: Scene): string => {
  const said: Array<string> = []
  for (const event of events) {
    if (event._tag !== "Debited") continue
    const { amount, phone } = after.orders[event.order]!
    const how = { provider: "", password: " upon the answer", pin: " with the PIN", till: " by the till itself" }[
      event.by
    ]
    said.push(` ${payerName(accountOf(world, phone))} is debited ${money(amount)}${how}.`)
  }
  for (const [index, order] of after.orders.entries()) {
    const back = order.returned - (before.orders[index]?.returned ?? 0)
    if (back > 0) said.push(` ${money(back)} goes back to ${payerName(accountOf(world, order.phone))}.`)
  }
  return said.join("")
}

/** What a till now takes an order for. */
const viewed = ({ events }: Scene): string => {
  const event = eventOf(events, "Viewed")
  return event === undefined || event.view === "reversing" || event.view === "late"
    ? ""
    : ` The till takes order ${event.order + 1} for ${event.view}.`
}

/** What the adversary learns from what it sees. */
const learning = {
  account: "reads the account's index off it, which outlives the credential",
  credential: "reads an alias off it that is in every code of the credential",
  secret: "learns the password or PIN",
  nothing: "reads nothing off it that identifies anybody"
}

const learnt = ({ events, world }: Scene): string => {
  // An alias that is made with a key is in no other code but for those of its position.
  const linked = "finds in it the alias of a code that it has seen before"
  const says = world.rules.scheme.code.alias === "keyed" ? { ...learning, credential: linked } : learning
  const said = events.flatMap((event) => (event._tag === "Learnt" ? [says[event.what]] : []))
  return said.length === 0 ? "" : ` The adversary ${said.join(", and ")}.`
}

const answered = (scene: Scene): string => {
  const event = eventOf(scene.events, "Answered")
  if (event === undefined) return " The amount is refused at once."
  const known = event.question === "pay" && !event.fresh ? "from its record" : ""
  return ` It is answered${known === "" ? "" : ` ${known}`} ${answerText(event.answer)}.${moved(scene)}`
}

const showing = (scene: Scene, action: Of<"Show">): string => {
  const { events, world } = scene
  const phone = phoneName(world, action.phone)
  const shown = eventOf(events, "Shown")
  if (shown === undefined) {
    const declined = eventOf(events, "Declined")
    if (declined !== undefined) return `${capitalised(phone)} has no code to show: ${refusals[declined.reason].says}.`
    return eventOf(events, "Empty") === undefined
      ? `${capitalised(phone)} holds no credential, and asks the provider for a code.`
      : `${capitalised(phone)} has no code left to show, and no network to get others.`
  }
  const how = shown.key.revealed ? "is read out to" : "is shown at"
  const reads =
    action.terms === undefined ? "" : `${capitalised(phone)} reads ${transaction(world, action.till, action.terms)}. `
  return `${reads}${capitalised(codeName(world, shown.key))} ${how} ${tillName(world, action.till)}${skew(action.offset)}.${learnt(scene)}`
}

/** Somebody opens the app of a phone, and sees a code or none. */
const opened = ({ events, world }: Scene, { by, phone, terms }: Of<"Open">): string => {
  const app = `the app of ${phoneName(world, phone)}`
  const shown = eventOf(events, "Shown")
  const code = shown === undefined ? "no code" : codeName(world, shown.key)
  const isOwn = terms?.payee === adversary(world)
  const read =
    terms === undefined ? "" : `, has it read ${isOwn ? "its own transaction" : `one of merchant ${terms.payee + 1}`},`
  return by === "owner"
    ? `The owner opens ${app} and does not want to pay: it shows ${code}, which nobody has asked for.`
    : `Another picks the phone up, opens ${app}${read} and is shown ${code}, which its owner has not asked for.`
}

/** What a phone has read, and what the payer did on seeing it. */
const transaction = (world: World, at: number, { copied, payee, pin, sum }: Binding.Terms): string => {
  const isOwn = payee === adversary(world)
  const whose = isOwn ? "the adversary's" : `merchant ${payee + 1}'s`
  const what = !copied
    ? `the transaction of ${tillName(world, at)}`
    : isOwn
      ? `a transaction that the adversary shows it`
      : `a transaction of ${whose} that is not for the payer's own purchase`
  const entered = pin === "none" ? "" : " and enters the PIN"
  return `${what}, shows ${isOwn ? "the adversary's name" : `the name of merchant ${payee + 1}`} and ${money(sum)}, and the payer confirms${entered}`
}

const paying = (scene: Scene, action: Of<"Pay">): string => {
  const { world } = scene
  const { alias, amount, key } = action.request
  const order = action.order < 0 ? scene.after.orders.length : action.order + 1
  const under = alias === key.phone || key.position === nowhere ? "" : ` under the alias of ${phoneName(world, alias)}`
  const whose = key.position === nowhere ? ` for the alias of ${phoneName(world, alias)}` : ""
  const again = action.order < 0 ? `as order ${order}` : `again as order ${order}`
  return `The adversary's merchant sends ${codeName(world, key)}${under}${whose}, for ${money(amount)}, ${again}${nodeName(world, action.node)}.${answered(scene)}`
}

const delivery = (scene: Scene, action: Of<"Deliver">): string => {
  const { before, world } = scene
  const order = before.orders[action.order]!
  const what = action.what === "pay" ? "The request for order" : "The reversal of order"
  const again = action.what === "pay" && order.arrived ? " again" : ""
  const age = before.now - order.sentAt
  const late = action.what === "pay" && age > 0 ? `, ${span(age)} after it was sent` : ""
  const lost = action.heard ? "" : " The answer is lost."
  return `${what} ${action.order + 1} reaches the provider${again}${late}${nodeName(world, action.node)}.${answered(scene)}${lost}${viewed(scene)}`
}

const meddling = (scene: Scene, action: Of<"Meddle">): string => {
  const order = `order ${action.order + 1}`
  const what = {
    query: `asks for ${order}`,
    reversal: `reverses ${order}`,
    refund: `refunds ${money(action.amount)} of ${order}, as refund ${action.number}`,
    "refund query": `asks for refund ${action.number} of ${order}`
  }[action.what]
  return `The adversary's merchant ${what}${nodeName(scene.world, action.node)}.${answered(scene)}`
}

const enrollment = (scene: Scene, { heard, phone }: Of<"Enroll">): string => {
  const { before, events, world } = scene
  const name = capitalised(phoneName(world, phone))
  const isRenewal = before.phones[phone]!.credentials.length > 0
  const asks = isRenewal ? "asks for a new credential" : "asks for a credential"
  const declined = eventOf(events, "Declined")
  if (declined !== undefined) return `${name}, online, ${asks} and is refused: ${refusals[declined.reason].says}.`
  return `${name}, online, ${asks}. ${heard ? "It gets one." : "The provider issues one, and the reply is lost."}`
}

/** What an owner answers with. */
const answers: { readonly [Method in Scheme["stepUp"]["method"]]: string } = {
  password: "the password",
  "sms-password": "the password",
  "sms-ocra": "the response",
  pin: "the PIN",
  "hardware-pin": "the PIN",
  none: "the answer"
}

const approving = ({ before, world }: Scene, order: number): string => {
  const who = payerName(accountOf(world, before.orders[order]!.phone))
  switch (world.rules.scheme.stepUp.method) {
    case "sms-password":
      return `${who}, told by the till that order ${order + 1} waits, sends the password in a short message.`
    case "sms-ocra":
      return `${who} enters the PIN for the challenge of order ${order + 1}, and the phone sends its response in a short message.`
    default:
      return `${who} answers the prompt for order ${order + 1} with the password.`
  }
}

const racing = (scene: Scene, { first, second }: Of<"Race">): string => {
  const { before, events, world } = scene
  const requested = (racer: Racer, isSecond: boolean): string => {
    if (racer._tag === "Deliver") return `the request for order ${racer.order + 1}`
    const isAfterNew = isSecond && first._tag === "Pay" && first.order < 0
    const order = racer.order < 0 ? before.orders.length + (isAfterNew ? 2 : 1) : racer.order + 1
    return `${codeName(world, racer.request.key)} for ${money(racer.request.amount)}, as order ${order}`
  }
  const answers = events.flatMap((event) =>
    event._tag === "Answered" ? [` Order ${event.order + 1} is answered ${answerText(event.answer)}.`] : []
  )
  return `Two requests are decided at the same moment: ${requested(first, false)}; and ${requested(second, true)}.${answers.join("")}${moved(scene)}`
}

/** Whether a phone that has asked for its prompts is shown them. */
const wasShown = (events: ReadonlyArray<Event>): boolean =>
  events.some((event) => event._tag === "Asked" && event.shown)

/** The sentence of each kind of action. One that has none does not compile. */
const sentences: { readonly [Tag in Action["_tag"]]: (scene: Scene, action: Of<Tag>) => string } = {
  Sign: (_, action) => `${payerName(action.account)} signs the password-free agreement.`,
  Withdraw: (_, action) => `${payerName(action.account)} ends the password-free agreement.`,
  Enroll: (scene, action) => enrollment(scene, action),
  Confirm: ({ world }, action) =>
    `${capitalised(phoneName(world, action.phone))} confirms that it holds the new credential.`,
  Revoke: ({ world }, action) =>
    `${payerName(accountOf(world, action.phone))} has ${phoneName(world, action.phone)} revoked, and it is acknowledged.`,
  Wipe: ({ world }, action) =>
    `${capitalised(phoneName(world, action.phone))} is told that it is revoked, and destroys what it holds.`,
  Ask: ({ events, world }, action) =>
    `${capitalised(phoneName(world, action.phone))} asks what waits for the password, and is ${wasShown(events) ? "shown it" : "told nothing"}.`,
  Show: (scene, action) => showing(scene, action),
  Open: (scene, action) => opened(scene, action),
  RunOut: ({ world }, action) =>
    `${capitalised(phoneName(world, action.phone))}, offline, shows every code that it has left, one after the other.`,
  Approve: (scene, action) => `${approving(scene, action.order)}${learnt(scene)}`,
  Authenticate: (scene, action) => {
    const { world } = scene
    const other = action.to === action.order ? "" : `, for order ${action.to + 1}`
    return `${capitalised(answers[world.rules.scheme.stepUp.method])} for order ${action.order + 1} reaches the provider${other}${nodeName(world, action.node)}.${answered(scene)}`
  },
  Impersonate: (scene, action) => {
    const { before, world } = scene
    return `The adversary sends the provider ${answers[world.rules.scheme.stepUp.method]} for order ${action.order + 1} in a short message under the name of ${payerName(accountOf(world, before.orders[action.order]!.phone))}.${answered(scene)}`
  },
  Scan: (scene, action) => {
    const { after, before, world } = scene
    const till = capitalised(tillName(world, before.phones[action.phone]!.till))
    const sent = after.orders.length > before.orders.length
    const what = `${till} scans ${phoneName(world, action.phone)} and asks for ${money(action.amount)}, as order ${before.orders.length + 1}.`
    return sent ? `${what}${moved(scene)}${viewed(scene)}` : `${what} The amount is refused at once.`
  },
  Deliver: (scene, action) => delivery(scene, action),
  Query: (scene, action) => {
    const { world } = scene
    return `The till asks what became of order ${action.order + 1}${nodeName(world, action.node)}.${answered(scene)}${viewed(scene)}`
  },
  Reverse: (_, action) => `The till gives order ${action.order + 1} up and sends a reversal.`,
  GiveUp: (_, action) => `The till has no answer and takes order ${action.order + 1} for failed.`,
  Notice: (scene, action) =>
    `${action.forged ? "The adversary sends the till a notice of its own" : "The provider's notice reaches the till"}: order ${action.order + 1} was paid.${viewed(scene)}`,
  Capture: (scene, action) => {
    const { before, world } = scene
    const { held, revealed, screen } = before.phones[action.phone]!
    const key: CodeKey = { phone: action.phone, generation: held, position: screen, revealed }
    return `The adversary sees ${codeName(world, key)}.${learnt(scene)}`
  },
  RunOff: (scene, action) => {
    const { after, before, world } = scene
    const made = after.codes.find((code) => !before.codes.some((known) => known === code))
    const what = made === undefined ? "a code" : codeName(world, made)
    const { terms } = action
    const over =
      terms === undefined
        ? ""
        : ` over ${money(terms.sum)} for ${terms.payee === adversary(world) ? "itself" : `merchant ${terms.payee + 1}`}`
    return `The adversary holds ${phoneName(world, action.phone)} for a moment${skew(action.offset)}, runs off ${what}${over}, and gives it back.${learnt(scene)}`
  },
  Guess: ({ world }, action) => `The adversary hits on the proof of ${phoneName(world, action.phone)} for this moment.`,
  Present: (scene, action) => {
    const { before, world } = scene
    const where = tillName(world, action.merchant)
    return `The adversary shows ${codeName(world, action.key)} at ${where}, which asks for ${money(action.amount)}, as order ${before.orders.length + 1}.${moved(scene)}`
  },
  Pay: (scene, action) => paying(scene, action),
  Meddle: (scene, action) => meddling(scene, action),
  Flood: ({ world }, action) => {
    const merchant = `merchant ${action.merchant + 1}`
    const where = [
      tillName(world, action.merchant),
      `another terminal of ${merchant}`,
      `one after the other of the terminals of ${merchant}`
    ][action.terminal]
    return `The adversary presents wrong codes under the alias of ${phoneName(world, action.phone)} at ${where}, as many as it is let.`
  },
  Close: ({ world }, action) =>
    `The time of order ${action.order + 1} is over, and the provider closes it${nodeName(world, action.node)}.`,
  Race: (scene, action) => racing(scene, action),
  PayOut: ({ before, world }, { merchant }) =>
    `The provider pays out to ${merchant === adversary(world) ? "the adversary's merchant" : `merchant ${merchant + 1}`} what it holds for it, ${money(Facts.heldFor(before, merchant))}.`,
  Crash: () => "The provider crashes and is started again.",
  Backup: () => "The provider's books are backed up.",
  Restore: () => "The provider comes back from its backup: what was written since is lost.",
  Coincide: () => "By chance the last two codes have the same digits.",
  Advance: ({ after, before, world }, action) => {
    const { scheme } = world.rules
    const isNew = Time.dayAt(scheme, after.now) > Time.dayAt(scheme, before.now)
    return `${capitalised(span(action.seconds))} pass${action.seconds === 1 ? "es" : ""}: it is ${clockTime(scheme, after.now)}${isNew ? " of a new day" : ""}.`
  }
}

/** Every kind of action: each has its sentence. */
export const actionTags = Object.keys(sentences) as ReadonlyArray<Action["_tag"]>

const sentence = (scene: Scene, action: Action): string =>
  (sentences[action._tag] as (scene: Scene, action: Action) => string)(scene, action)

/** What an account has at the start, in words. */
const opening = ({ start, world }: Trace.Run): string => {
  const { rules, scope } = world
  const { all, balance, freeCount, freeSum } = scope.opening
  const { dayCount, daySum } = rules.scheme.limit
  const owners = Array.from({ length: scope.members }, (_, account) => payerName(account))
  const who = owners.length === 0 ? "Nobody" : owners.join(" and ")
  const has = owners.length > 1 ? "have" : "has"
  const free = [
    ...(daySum === undefined ? [] : [money(freeSum)]),
    ...(dayCount === undefined ? [] : [`${freeCount} payment${freeCount === 1 ? "" : "s"}`])
  ]
  const spent = free.length === 0 ? "" : `, ${free.join(" in ")} of them without step-up`
  return `It is ${clockTime(rules.scheme, start)}. ${who} ${has} signed and enrolled. An account has a balance of ${money(balance)} and has paid ${money(all)} on any day besides${spent}.`
}

/** A run as sentences: where it starts, and what happens. */
export interface Narrative {
  readonly opening: string
  readonly sentences: ReadonlyArray<string>
}

/** Tells a run, which must be one that replays. */
export const tell = (run: Trace.Run): Narrative => ({
  opening: opening(run),
  sentences: Result.getOrThrow(Trace.replay(run)).map(({ action, ...scene }) =>
    sentence({ ...scene, world: run.world }, action)
  )
})

/** What honest parties do in every payment, and on the way to it. */
const everyday: ReadonlyArray<Action["_tag"]> = ["Sign", "Enroll", "Confirm", "Show", "Scan"]

/** A run in one or two sentences: how it ends, and what was done last before that and is not done in every payment. */
export const gist = (run: Trace.Run): string => {
  const { sentences } = tell(run)
  const last = run.actions.length - 1
  const before = run.actions.findLastIndex(({ _tag }, index) => index < last && !everyday.includes(_tag))
  return sentences.filter((_, index) => index === before || index === last).join(" ")
}

/** What the end of a trace comes to. */
export const conclusion = ({ actions, claim, loop, shows }: Trace.Trace): string => {
  const { kind, says } = claims[claim]
  if (shows === "witness") return `That is a case of ${claim}: ${says}`
  if (kind !== "leads-to") return `That breaks ${claim}: ${says}`
  const end =
    loop === undefined
      ? "There it stays: nothing more must happen."
      : `From step ${loop + 1} to step ${actions.length} it goes round without end.`
  return `${end} That breaks ${claim}: ${says}`
}
