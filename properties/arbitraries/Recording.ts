/** Recording: the runs that are made while something is done, so that a property that fails for one can tell it. */
import type * as Trace from "../trace/Trace.ts"

/** The runs that are being recorded; undefined while none are. */
let recorded: Array<Trace.Run> | undefined

/** A run begins. Its actions may still be added to. */
export const begin = (run: Trace.Run): void => {
  recorded?.push(run)
}

/** Does something, and answers the runs that it made. */
export const during = (act: () => unknown): ReadonlyArray<Trace.Run> => {
  const runs: Array<Trace.Run> = []
  recorded = runs
  try {
    act()
  } finally {
    recorded = undefined
  }
  return runs
}
