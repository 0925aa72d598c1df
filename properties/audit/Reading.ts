/**
 * Reading: what a computation reads of a world. What it never looked at may be otherwise, and it would come to the same. A value is
 * noted when it is first asked for; of a group, which names it has.
 */
import type { World } from "../../model/system/System.ts"

type Fields = Readonly<Record<string, unknown>>

const isGroup = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Puts what `value` has into `out`, and has `read` told of each path when it is first asked for. */
const listening = (path: string, value: Fields, read: (path: string) => void): Fields => {
  const out = {}
  for (const key of Object.keys(value)) {
    const at = `${path}.${key}`
    Object.defineProperty(out, key, {
      enumerable: true,
      configurable: true,
      get: () => {
        read(at)
        // To ask may end the computation, and so is done only when it does.
        const own = value[key]
        const given = isGroup(own) ? listening(at, own, read) : own
        // Asked for again and again, it is a value like any other.
        Object.defineProperty(out, key, { enumerable: true, value: given })
        return given
      }
    })
  }
  return out
}

/** What is read of a world: scopes are given. */
export type Readable = Pick<World, "can" | "rules">

/** The parts of a world that are read. Whether lists end, and every clause is in force, is given. */
const partsOf = ({ can, rules: { mutants, scheme, stepUp } }: Readable): Fields => ({
  scheme,
  stepUp,
  mutants,
  can
})

/** A world that is listened to. */
export interface Listened<Heard extends Readable = World> {
  readonly world: Heard
  /** The paths that were asked for until now, in alphabetical order. */
  readonly paths: () => ReadonlyArray<string>
}

/** Listens to what is read of a world. Of the groups themselves, which names they have counts as read. */
export const listen = <Heard extends Readable>(world: Heard): Listened<Heard> => {
  const paths = new Set<string>()
  const read = (path: string): void => void paths.add(path)
  const parts = partsOf(world)
  const heard = (name: string): never => {
    paths.add(name)
    return listening(name, parts[name] as Fields, read) as never
  }
  const { rules } = world
  return {
    world: {
      ...world,
      rules: { ...rules, scheme: heard("scheme"), stepUp: heard("stepUp"), mutants: heard("mutants") },
      can: heard("can")
    },
    paths: () => [...paths].sort()
  }
}

/** What a world has at some paths: values and, of groups, their names. What is not there is null. */
export const valuesAt = (world: Readable, paths: ReadonlyArray<string>): ReadonlyArray<unknown> =>
  paths.map((path) => {
    let found: unknown = partsOf(world)
    for (const name of path.split(".")) found = isGroup(found) && Object.hasOwn(found, name) ? found[name] : undefined
    if (!isGroup(found)) return found ?? null
    const own = found
    return Object.keys(own)
      .filter((name) => own[name] !== undefined)
      .sort()
  })
