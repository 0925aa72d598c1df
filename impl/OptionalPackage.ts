/**
 * OptionalPackage: packages that only some of what paycode does needs. An installed paycode does not bring them along: each
 * is loaded when it is needed, and where it is missing one sentence says which, what for, and how to install it.
 */
import { createRequire } from "node:module"
import * as Effect from "effect/Effect"
import { BadInput } from "./SchemeFile.ts"

/** What each package is needed for, and the version that paycode is tested with. */
export const optionalPackages = {
  "bwip-js": { version: "4.11.4", for: "draws codes" },
  "zxing-wasm": { version: "3.1.4", for: "reads codes in pictures" },
  echarts: { version: "6.1.0", for: "draws the plots of a sweep" },
  "@effect/sql-pg": { version: "4.0.5", for: "keeps a ledger in PostgreSQL" }
} as const

/** The name of an optional package. */
export type OptionalPackage = keyof typeof optionalPackages

/** A package that is needed, and is not installed. */
export const missing = (name: OptionalPackage): BadInput => {
  const { for: purpose, version } = optionalPackages[name]
  const expected = `${name}: expected this package, which ${purpose}, found it not installed`
  return new BadInput({ lines: [`${expected}; install it with: npm install ${name}@${version}`] })
}

const require = createRequire(import.meta.url)

/** Whether an error says that just this package is not there; one that is there and fails says something else. */
const isMissing = (error: unknown, name: OptionalPackage): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND") &&
  new RegExp(`'${name}(/[^']*)?'`).test(error.message)

/** Fails where a package is not installed: what is asked before anything is done that cannot be taken back. */
export const needed = (name: OptionalPackage): Effect.Effect<void, BadInput> =>
  Effect.suspend(() => {
    try {
      require.resolve(name)
      return Effect.void
    } catch (error) {
      return isMissing(error, name) ? Effect.fail(missing(name)) : Effect.die(error)
    }
  })

/** What `load` imports, of which a package is a part; fails where that is not installed. */
export const loaded = <A>(name: OptionalPackage, load: () => Promise<A>): Effect.Effect<A, BadInput> =>
  Effect.catchDefect(Effect.promise(load), (error) =>
    isMissing(error, name) ? Effect.fail(missing(name)) : Effect.die(error)
  )

/** A package, at once. Throws what {@link missing} says where it is not installed. */
export const required = <A>(name: OptionalPackage): A => {
  try {
    return require(name) as A
  } catch (error) {
    throw isMissing(error, name) ? missing(name) : error
  }
}
