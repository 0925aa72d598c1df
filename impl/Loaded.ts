/** Loaded: what a command does, in a module that is loaded when the command runs: the others need not wait for it. */
import * as Effect from "effect/Effect"

/** Loads a module, and runs what it has. */
export const loaded = <Module, A, E, R>(
  load: () => Promise<Module>,
  run: (module: Module) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => Effect.flatMap(Effect.promise(load), run)
