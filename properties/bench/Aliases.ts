/**
 * Aliases: what it costs a provider to know whose an alias is that was made with a key: to make the aliases of every account
 * for each position of the window, to hold them, and to look one up.
 */
import { createHash } from "node:crypto"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TokenSource } from "../../impl/credentials/Credentials.ts"
import type * as Ledger from "../../impl/ledger/Ledger.ts"
import { Aliases } from "../../impl/provider/Provider.ts"
import type { Scheme } from "../../model/Scheme.ts"

/** What a table of aliases costs. */
export interface AliasCost {
  /** Aliases of one account that are held at once, and that are new in each step. */
  readonly held: number
  readonly perStep: number
  /** To make the aliases of one account for the next step and enter them, in microseconds of the processor. */
  readonly step: number
  /** To look up one alias, in microseconds. */
  readonly lookUp: number
  /** Bytes for each account. */
  readonly bytes: number
}

type Live = Ledger.Named["credentials"][number]

/** Bytes that are in use, once nothing else is kept. */
const inUse = (): number => {
  setFlagsFromString("--expose-gc")
  runInNewContext("gc")()
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
}

const micros = (run: () => unknown): number => {
  const began = process.cpuUsage()
  run()
  const { system, user } = process.cpuUsage(began)
  return user + system
}

const credential = ({ code }: Scheme, number: number): Live => ({
  number,
  account: number,
  phone: number,
  issuedAt: 0,
  status: "live",
  suspended: false,
  prefix: code.prefixes[0],
  alias: "",
  secret: { _tag: "Seed", seed: Redacted.make(createHash("sha256").update(`${number}`).digest()) }
})

/** Measures the table of a scheme, for so many accounts of one phone each. */
export const measureAliases = (scheme: Scheme, accounts: number): AliasCost => {
  const { code, window } = scheme
  if (code.alias !== "keyed" || window === undefined) throw new Error("code.alias: expected keyed, found another")
  const { perStep = 1 } = code
  const held = (window.past + window.future + 1) * perStep
  const live = Array.from({ length: accounts }, (_, number) => credential(scheme, number))
  const aliases = Aliases.make(code, {
    liveFrom: (number) => Effect.succeed(live.slice(number)),
    stillLive: (numbers) => {
      const credentials = numbers.map((number) => live[number]!)
      return Effect.succeed({ account: credentials[0]?.account, credentials })
    }
  })
  const first = 50_000_000 * perStep
  const at = (step: number) => ({ from: first + step * perStep, to: first + step * perStep + held - 1 })
  const find = (step: number, alias: string) => Effect.runSync(aliases.named(at(step), alias))
  const before = inUse()
  find(0, "")
  const bytes = (inUse() - before) / accounts
  const steps = 4
  const took = micros(() => {
    for (let step = 1; step <= steps; step++) find(step, "")
  })
  const alias = TokenSource.aliases(code, live[accounts - 1]!)(at(steps).to)
  if (find(steps, alias).account !== accounts - 1) throw new Error("the alias was not found")
  const looks = 20_000
  const looked = micros(() => {
    for (let look = 0; look < looks; look++) find(steps, alias)
  })
  return { held, perStep, step: took / steps / accounts, lookUp: looked / looks, bytes }
}
