/**
 * Populations: how honest payers, their phones and their networks behave, as distributions of whole seconds. A population
 * is a JSON file; {@link Population} decodes it.
 */
import * as Schema from "effect/Schema"
import * as Distribution from "./Distribution.ts"

const text = (expected: string) =>
  Schema.String.annotate({ expected }).check(
    Schema.makeFilter((value: string) => (value === "" ? expected : undefined))
  )

/** A distribution whose every second lies in a range: delays are not negative, and what is summed up is not too long. */
const within = (what: string, from: number, to: number) =>
  Distribution.Stated.check(
    Schema.makeFilter((stated: Distribution.Stated) => {
      const [least, most] = Distribution.ends(stated)
      return least >= from && most <= to ? undefined : `${what}, a distribution of seconds from ${from} to ${to}`
    })
  )

const share = (expected: string) =>
  Schema.Number.annotate({ expected }).check(
    Schema.makeFilter((value: number) => (value >= 0 && value <= 1 ? undefined : expected))
  )

const hour = 3600
const week = 604_800

const fields = {
  /** How far a phone's corrected clock is ahead of the provider's. */
  clock: within("how far phones' clocks are ahead", -hour, hour),
  /** From the moment at which a payer has a code shown to the scan. Past `display` a phone shows another code meanwhile. */
  scan: within("how long codes are shown before they are scanned", 0, hour),
  /** How many of the payers show the first code all the while: a picture of it, or a screen that has stopped. */
  outdated: share("the share of payers whose code is not refreshed, from 0 to 1"),
  /** From the scan to the provider's decision. */
  delivery: within("how long requests are under way", 0, hour),
  /** How far the deciding node's clock is ahead of the slowest node's. */
  nodeAhead: within("how far nodes' clocks are ahead of the slowest", 0, hour),
  /** How old a list of codes is when its payer wants to pay. */
  listAge: within("how old lists are", 0, week),
  /** How many of the payments are over the limits, and need step-up. */
  overLimits: share("the share of payments that are over the limits, from 0 to 1"),
  /** From the provider's decision to the prompt on the phone. */
  prompt: within("how long prompts are under way", 0, hour),
  /** From the prompt to the payer's answer. */
  answering: within("how long payers take to answer", 0, hour),
  /** From the payer's answer to the provider. */
  reply: within("how long answers are under way", 0, hour),
  /** The same three where prompts and answers are short messages. */
  messagePrompt: within("how long prompts by short message are under way", 0, hour),
  messageAnswering: within("how long payers take to answer a short message", 0, hour),
  messageReply: within("how long answers by short message are under way", 0, hour)
}

/** What a population says, by its field in the file. */
export const aspects = Object.keys(fields) as ReadonlyArray<keyof typeof fields>

/** The schema of a population file. */
export const Population = Schema.Struct({
  population: Schema.String.check(
    Schema.isPattern(/^[a-z][a-z0-9-]{0,39}$/, { message: "a name of small letters, digits and hyphens" })
  ),
  title: text("a title"),
  note: text("whom the population describes, and how well that is known"),
  ...fields,
  /** Where each field comes from: a public source, or the reasoning behind a choice. */
  sources: Schema.Struct(
    Object.fromEntries(aspects.map((aspect) => [aspect, Schema.optionalKey(text("where the numbers come from"))])) as {
      readonly [A in keyof typeof fields]: Schema.optionalKey<typeof Schema.String>
    }
  )
})

/** How honest payers behave. */
export type Population = typeof Population.Type
