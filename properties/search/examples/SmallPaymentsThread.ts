/** A thread that searches the small payments as one of several. */
import { parentPort, workerData } from "node:worker_threads"
import { type Outcome, type Shared, searchTogether } from "../Search.ts"
import { type Form, forms } from "./SmallPayments.ts"

/** What the thread is told. */
export interface PaymentsOrder {
  readonly form: Form
  readonly codes: number
  readonly states: number
  readonly shared: Shared
  readonly thread: number
}

/** What the thread with number 0 tells. */
export interface PaymentsFound extends Pick<Outcome<unknown, unknown>, "states" | "transitions" | "depth" | "ended"> {
  readonly broken: ReadonlyArray<string>
}

const { codes, form, shared, states, thread }: PaymentsOrder = workerData
const part = { budget: { states, report: () => true }, shared, thread }
const outcome =
  form === "flat"
    ? searchTogether({ ...forms.flat(codes), ...part })
    : searchTogether({ ...forms.nested(codes), ...part })
if (outcome !== undefined) {
  const { depth, ended, findings } = outcome
  const broken = findings.filter(({ counterexample }) => counterexample !== undefined).map(({ name }) => name)
  const found: PaymentsFound = { states: outcome.states, transitions: outcome.transitions, depth, ended, broken }
  parentPort?.postMessage(found)
}
