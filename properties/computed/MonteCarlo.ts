/**
 * MonteCarlo: experiments made often enough. How often something happened has to lie within an interval around what the
 * form says; and the trials are so many that a form which is a tenth too large or too small would almost surely lie outside.
 */
import { Worker } from "node:worker_threads"
import { experiments, type Name } from "./Experiments.ts"

/** The chance that at least one of the right forms is found wrong, in all experiments together. */
const falseAlarm = 1e-3

/** The chance that one form is not found wrong that is. */
const overlooked = 1e-3

/** By what factor a form may be off, at the most, without being found wrong. */
export const factor = 1.1

/** The upper quantile of the normal distribution: what is exceeded with a probability (Abramowitz and Stegun, 26.2.23). */
const exceeded = (probability: number): number => {
  const t = Math.sqrt(-2 * Math.log(probability))
  const over = 2.515517 + t * (0.802853 + t * 0.010328)
  const under = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - over / under
}

const count = Object.keys(experiments).length

/** How many standard errors a form may be off: the false alarms are shared out evenly (Šidák), on both sides. */
export const width = exceeded((1 - (1 - falseAlarm) ** (1 / count)) / 2)

const deviation = (p: number): number => Math.sqrt(p * (1 - p))

/** How many trials it takes to tell a probability from another that is a factor off. */
export const trialsFor = (p: number): number => {
  const power = exceeded(overlooked)
  const towards = (wrong: number): number => ((width * deviation(wrong) + power * deviation(p)) / (wrong - p)) ** 2
  return Math.ceil(Math.max(towards(p * factor), towards(p / factor)))
}

/** What came of an experiment. */
export interface TrialOutcome {
  readonly trials: number
  readonly happened: number
}

/** Whether an outcome is one that a probability would have. */
export const agrees = ({ happened, trials }: TrialOutcome, p: number): boolean =>
  Math.abs(happened / trials - p) <= (width * deviation(p)) / Math.sqrt(trials)

/** What a thread is told. */
export interface TrialOrder {
  readonly name: Name
  readonly seed: number
  readonly stream: number
  readonly trials: number
}

/** How many threads there are; more would change nothing, for each draws from a stream of its own. */
const threads = 2

const inThread = (order: TrialOrder): Promise<number> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./MonteCarloThread.ts", import.meta.url), { workerData: order })
    worker.once("message", resolve)
    worker.once("error", reject)
  })

/** Makes an experiment as often as its form asks for, in all threads. The seed is all that it depends on. */
export const run = async (name: Name, seed: number): Promise<TrialOutcome> => {
  const each = Math.ceil(trialsFor(experiments[name].expected) / threads)
  const found = await Promise.all(
    Array.from({ length: threads }, (_, stream) => inThread({ name, seed, stream, trials: each }))
  )
  return { trials: each * threads, happened: found.reduce((sum, one) => sum + one, 0) }
}
