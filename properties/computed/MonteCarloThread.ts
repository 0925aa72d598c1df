/** A thread that makes trials: see {@link file://./MonteCarlo.ts}. */
import { parentPort, workerData } from "node:worker_threads"
import * as Dice from "./Dice.ts"
import { experiments, names } from "./Experiments.ts"
import type { TrialOrder } from "./MonteCarlo.ts"

const { name, seed, stream, trials } = workerData as TrialOrder

parentPort?.postMessage(experiments[name].run(Dice.make(seed, stream * names.length + names.indexOf(name)), trials))
