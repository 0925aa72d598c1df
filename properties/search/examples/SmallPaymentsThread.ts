/** A thread that searches the small payments as one of several. */
import { parentPort, workerData } from "node:worker_threads"
import { searchTogether } from "../Search.ts"
import { forms, type PaymentsFound, type PaymentsOrder } from "./SmallPayments.ts"

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
