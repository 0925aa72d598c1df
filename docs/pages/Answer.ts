/**
 * The page that answers the question: could a phone without a network pay above the limit, with the password in a short
 * message or otherwise? What each way of step-up gains and breaks beside the first scheme, as the audit has it.
 */
import * as Result from "effect/Result"
import { decode } from "../../model/Decode.ts"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import type { Verdict } from "../../properties/audit/Audit.ts"
import * as Markdown from "../../properties/Markdown.ts"
import { Narrative } from "../../properties/report/Reports.ts"
import { count } from "../../properties/Terminal.ts"
import * as Trace from "../../properties/trace/Trace.ts"
import * as Usability from "../../properties/usability/Usability.ts"
import { Population } from "../../properties/usability/Usability.ts"
import { type ClaimId, claimIds } from "../../spec/Claims.ts"
import { type LevelId, levels } from "../../spec/Levels.ts"
import typical from "../../spec/populations/typical.json" with { type: "json" }
import * as Page from "../Page.ts"

const path = "Answer.md"
const pen = Page.pen(path)

const schemeLink = ({ scheme }: Page.Audited): string => pen.link(scheme.scheme, Page.schemePlace(scheme.scheme))

const verdictOf = (audited: Page.Audited, id: ClaimId) => Page.reportOf(audited, id)?.verdict

/** A verdict that leads to the run that shows it. */
const linked = (audited: Page.Audited, claim: Verdict.ClaimReport): string =>
  Page.runOf(claim) === null ? claim.verdict : pen.link(claim.verdict, Page.runPlace(audited.scheme.scheme, claim))

/** The claims that are one way in a scheme and another in the first. */
const changed = (base: Page.Audited, variant: Page.Audited, to: "holds" | "fails"): ReadonlyArray<ClaimId> =>
  claimIds.filter(
    (id) => verdictOf(variant, id) === to && verdictOf(base, id) !== to && verdictOf(base, id) !== undefined
  )

/** The schemes that let a phone without a network pay above the limit, or try to: by their way of step-up. */
const isOffline = ({ scheme }: Page.Audited): boolean => {
  const rules = Rules.strict(scheme)
  return StepUp.isByMessage(rules) || StepUp.isInCode(rules)
}

/**
 * The level that payments above the limit reach, and why. What the customer has counts where nobody else's code pays; what
 * the customer knows where nobody learns it; and both where the one does not give away the other.
 */
const levelOf = (audited: Page.Audited): { readonly level: LevelId; readonly because: string } => {
  const has = (id: ClaimId): boolean => verdictOf(audited, id) === "holds"
  const says = pen.claims
  if (!has("secret-kept")) {
    return {
      level: "C",
      because: `whoever reads it knows the password (${says(["secret-kept"])}): what is left is one factor`
    }
  }
  if (!has("pin-kept")) {
    return {
      level: "C",
      because: `there are two factors, but a phone that is read gives away the PIN (${says(["pin-kept"])}), and factors must be independent. Where that is not asked for, B`
    }
  }
  return { level: "B", because: `the phone and the secret are two factors, and neither gives away the other` }
}

const ways: { readonly [Method in Scheme["stepUp"]["method"]]: string } = {
  password: "the password on the phone, online",
  "sms-password": "the password in a short message",
  "sms-ocra": "challenge and response in short messages",
  pin: "the till's transaction read off its QR code, and the PIN in the code",
  "hardware-pin": "the till's transaction read off its QR code, and a PIN that unlocks a key in hardware",
  none: "none"
}

const overview = (all: ReadonlyArray<Page.Audited>): string =>
  Markdown.table(
    ["scheme", "step-up", "pays above the limit offline", "level", "the most on a day"],
    all.map((audited) => {
      const { level } = levelOf(audited)
      const offline = Page.reportOf(audited, "offline-step-up")
      const { accountDay } = levels[level]
      return [
        schemeLink(audited),
        ways[audited.scheme.stepUp.method],
        offline === undefined ? "not asked" : linked(audited, offline),
        level,
        accountDay === undefined ? "the contract's" : Narrative.money(accountDay)
      ]
    })
  )

/** Every claim that stands otherwise in one of the schemes than in the first, in each. */
const changes = (base: Page.Audited, variants: ReadonlyArray<Page.Audited>): string =>
  Markdown.table(
    ["claim", ...[base, ...variants].map(schemeLink)],
    claimIds
      .filter((id) => variants.some((variant) => verdictOf(variant, id) !== verdictOf(base, id)))
      .map((id) => [
        pen.claims([id]),
        ...[base, ...variants].map((audited) => {
          const report = Page.reportOf(audited, id)
          return report === undefined
            ? Markdown.sentence(Page.exemption(audited, id) ?? "not asked")
            : linked(audited, report)
        })
      ])
  )

/** The attack on a claim that only a variant breaks, told. */
const attack = (audited: Page.Audited, id: ClaimId): ReadonlyArray<string> => {
  const report = Page.reportOf(audited, id)
  const saved = report?.counterexample
  if (report === undefined || saved === null || saved === undefined) return []
  const trace = Result.getOrThrow(Trace.read(saved))
  const { opening, sentences } = Narrative.tell(trace)
  return [
    `**How ${pen.link(id, Page.claimPlace(id))} falls.** ${report.because === null ? "" : pen.say(report.because)}`.trimEnd(),
    `${pen.say(opening)} ${pen.link("The run as a picture", Page.runPlace(audited.scheme.scheme, report))}.`,
    Markdown.steps(sentences.map(pen.say))
  ]
}

/** What a deadline must be, and what becomes of a slow message. */
const timing = ({ scheme }: Page.Audited): ReadonlyArray<string> => {
  const { answerWithin, deliveryAtMost, openFor } = scheme.stepUp
  if (openFor === undefined || deliveryAtMost === undefined || answerWithin === undefined) {
    return ["No message is sent: the answer is in the code, and no deadline runs."]
  }
  const parameter = pen.link("`stepUp.openFor`", Page.parameterPlace("stepUp.openFor"))
  const taken = 2 * deliveryAtMost + answerWithin
  return [
    `The order stays open for ${count(openFor)} seconds. Prompt and answer of up to ${count(deliveryAtMost)} seconds each, and ${count(answerWithin)} seconds for the payer, take ${count(taken)}. An answer that comes later finds the order closed: nothing is debited, what was reserved is free again, and the till has to tell the payer. From ${count(StepUp.leastOpenFor(Rules.strict(scheme)))} seconds of ${parameter} on an honest answer is always in time, and the queue waits for as long.`
  ]
}

const variant = (base: Page.Audited, audited: Page.Audited): ReadonlyArray<string> => {
  const { scheme } = audited
  const gains = changed(base, audited, "holds")
  const breaks = changed(base, audited, "fails")
  const { because, level } = levelOf(audited)
  const tells = (ids: ReadonlyArray<ClaimId>): string => (ids.length === 0 ? "nothing" : pen.claims(ids))
  return [
    `## ${scheme.scheme}`,
    `${Markdown.sentence(scheme.title)}: ${ways[scheme.stepUp.method]}. ${pen.say(scheme.note)}`,
    Markdown.list([
      `Gains, beside ${base.scheme.scheme}: ${tells(gains)}.`,
      `Breaks: ${tells(breaks)}.`,
      `Level ${level}: ${because}.`,
      ...timing(audited).map((text) => `Time: ${text}`)
    ]),
    ...breaks.flatMap((id) => attack(audited, id))
  ]
}

/** Deadlines that a scheme could set, in seconds: those of two operators, and longer ones. */
const deadlines = [45, 60, 180, 300, 600] as const

/** How many honest payers come too late with their answer, by the deadline: computed for a population. */
const lateness = (spec: string, all: ReadonlyArray<Page.Audited>): ReadonlyArray<string> => {
  const waiting = all.filter(({ scheme }) => StepUp.waits(Rules.strict(scheme)))
  const population = Result.getOrThrow(decode(Population.Population, typical))
  const refused = Usability.refusals(population)
  const late = (scheme: Scheme, openFor: number): string => {
    const { stepUp } = refused({ ...scheme, stepUp: { ...scheme.stepUp, openFor } })
    return `${(100 * stepUp).toPrecision(2)} %`
  }
  return [
    "## When the message is slow",
    `The chance that an honest payer's answer finds the order closed, computed by the distributions of ${pen.link("typical payers", `${spec}/populations/typical.json`)}, whose shapes are chosen: state your own before you believe a figure. Two operators close an open order after 45 and after 180 seconds.`,
    Markdown.table(
      ["scheme", ...deadlines.map((seconds) => `${seconds} s`)],
      waiting.map((audited) => [schemeLink(audited), ...deadlines.map((seconds) => late(audited.scheme, seconds))])
    ),
    "A merchant that waits for so long keeps a queue waiting. One that does not reverses the order: then a late answer is refused as well, and nothing is debited."
  ]
}

/** The verdict on the question, as far as the audit has one for every scheme. */
const answer = (variants: ReadonlyArray<Page.Audited>): string => {
  const safe = variants.filter(
    (audited) =>
      verdictOf(audited, "offline-step-up") === "holds" &&
      (["step-up-required", "step-up-agreement", "secret-kept", "pin-kept"] as const).every(
        (id) => verdictOf(audited, id) === "holds"
      )
  )
  const naive = variants.find(({ scheme }) => scheme.stepUp.method === "sms-password")
  const no =
    naive === undefined
      ? ""
      : `Not by sending the password: ${schemeLink(naive)} pays above the limit, and so does whoever has read one message. `
  return safe.length === 0
    ? `${no}Of the schemes here none lets an offline phone pay above the limit and keeps every claim of step-up.`
    : `${no}It can, in ${Page.listed(safe.map(schemeLink))}, which keeps every claim of step-up: ${safe.map(({ scheme }) => ways[scheme.stepUp.method]).join("; ")}.`
}

export const page = (material: Page.Material): ReadonlyArray<Page.Document> => {
  const [base] = material.schemes
  const variants = material.schemes.filter(isOffline)
  if (variants.length === 0) return []
  return [
    Page.make(path, "Above the limit, without a network", [
      "*Could the phone send the payment password in a short message, and so pay above the limit while it has no network?*",
      answer(variants),
      `Decided at scope ${material.scope}, by the same claims for every scheme; a verdict leads to the run that shows it. ${schemeLink(base)} is what there is today: above the limit the order waits for the password, which goes over the phone's network, and an offline phone lets it be closed.`,
      overview([base, ...variants]),
      `The levels are those of ${Markdown.sentence("People's Bank of China, Yinfa [2017] 296")}. ${Object.entries(
        levels
      )
        .map(([name, { says }]) => `${name}: ${says}.`)
        .join(
          " "
        )} That factors be independent is asked for by Announcement [2015] 43, article 22. The reading of both is ours.`,
      "## What changes",
      changes(base, variants),
      ...variants.flatMap((audited) => variant(base, audited)),
      ...lateness(material.spec, [base, ...variants]),
      "## What no way of binding cures",
      `A code over the till's transaction is for one payee and one amount, as the payer has seen them. In a shop with several purchases of one amount open at once an adversary can show the payer's phone the transaction of its own purchase there: the payer pays that one, and the payer's own till is not paid. Nobody else gets the money, and ${pen.claims(["payee-agreement", "amount-agreement"])} stand, for they speak of payee and amount. A till that shows what was bought would show it.`
    ])
  ]
}
