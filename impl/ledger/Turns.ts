/**
 * Turns: who may use what there is little of, as the connections of a database, and when. So many do at once, and so many
 * of them for one client; the others wait, each client in a line of its own, and are let in one client after the other. Who has
 * waited long enough, or finds too many waiting, is told at once that there is no answer.
 */
import * as Effect from "effect/Effect"
import { Client, type Kept, Unavailable } from "./Database.ts"

/** How much is done at once, and how long anybody waits. */
export interface TurnLimits {
  /** How many work at once, and how many of them for one client. What is done for nobody has no share. */
  readonly atOnce: number
  readonly share: number
  /** How many wait, and how many of them for one client. */
  readonly waiting: number
  readonly line: number
  /** How long one of them waits, in milliseconds. */
  readonly patience: number
}

/** Does something in its turn. */
export type Turns = <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Unavailable, R>

/** Somebody who waits. */
interface Waiter {
  readonly enter: () => void
}

interface Line {
  readonly name: string
  held: number
  readonly waiting: Array<Waiter>
}

/** The lines of all clients, and who is inside. */
const lines = ({ atOnce, line: longest, share, waiting: most }: TurnLimits) => {
  const all = new Map<string, Line>()
  /** Those in which somebody waits, the next one first. */
  const order: Array<Line> = []
  let [held, waiting] = [0, 0]

  const isFull = ({ held, name }: Line): boolean => name !== "" && held >= share

  const of = (name: string): Line => {
    const known = all.get(name) ?? { name, held: 0, waiting: [] }
    all.set(name, known)
    return known
  }

  /** Lets in whoever is next, for as long as there is room. */
  const admit = (): void => {
    while (held < atOnce) {
      const at = order.findIndex((line) => !isFull(line))
      if (at < 0) return
      const [line] = order.splice(at, 1) as [Line]
      const { enter } = line.waiting.shift()!
      if (line.waiting.length > 0) order.push(line)
      waiting--
      line.held++
      held++
      enter()
    }
  }

  return {
    /** Enters where there is room, and nobody of the client waits before. */
    enter: (name: string): Line | undefined => {
      const line = of(name)
      if (held >= atOnce || isFull(line) || line.waiting.length > 0) return undefined
      line.held++
      held++
      return line
    },
    /** Waits; undefined where too many do. */
    wait: (name: string, waiter: Waiter): Line | undefined => {
      const line = of(name)
      if (waiting >= most || line.waiting.length >= longest) return undefined
      if (line.waiting.push(waiter) === 1) order.push(line)
      waiting++
      return line
    },
    /** Waits no more. */
    leave: (line: Line, waiter: Waiter): void => {
      const at = line.waiting.indexOf(waiter)
      if (at < 0) return
      line.waiting.splice(at, 1)
      waiting--
      if (line.waiting.length === 0) order.splice(order.indexOf(line), 1)
      if (line.waiting.length === 0 && line.held === 0) all.delete(line.name)
    },
    /** Has worked, and makes room. */
    exit: (line: Line): void => {
      line.held--
      held--
      if (line.held === 0 && line.waiting.length === 0) all.delete(line.name)
      admit()
    }
  }
}

const full = Effect.fail(new Unavailable({ because: "more that wait for it than may" }))
const busy = Effect.fail(new Unavailable({ because: "one that is busy with others" }))

/** Makes a way to take turns. */
export const make = (limits: TurnLimits): Turns => {
  const { enter, exit, leave, wait } = lines(limits)

  /** Waits for its turn. Who waits is not interrupted: it is not for long. */
  const turn = (name: string): Kept<Line> =>
    Effect.callback<Line, Unavailable>((resume) => {
      const waiter: Waiter = {
        enter: () => {
          clearTimeout(timer)
          resume(Effect.succeed(line!))
        }
      }
      const line = wait(name, waiter)
      if (line === undefined) return resume(full)
      const timer = setTimeout(() => {
        leave(line, waiter)
        resume(busy)
      }, limits.patience)
    })

  return (work) =>
    Effect.flatMap(Client, (name) =>
      Effect.acquireUseRelease(
        Effect.suspend(() => {
          const line = enter(name)
          return line === undefined ? turn(name) : Effect.succeed(line)
        }),
        () => work,
        (line) => Effect.sync(() => exit(line))
      )
    )
}

/** Waits so many milliseconds for something at most. What takes longer is interrupted, and ends when it can: nobody waits for that. */
export const within =
  (millis: number) =>
  <A>(work: Kept<A>): Kept<A> =>
    Effect.flatMap(Effect.context<never>(), (context) =>
      Effect.callback<A, Unavailable>((resume) => {
        const fiber = Effect.runForkWith(context)(work)
        const timer = setTimeout(() => {
          resume(Effect.fail(new Unavailable({ because: `no answer in ${millis} milliseconds` })))
          fiber.interruptUnsafe()
        }, millis)
        fiber.addObserver((exit) => {
          clearTimeout(timer)
          resume(exit)
        })
        return Effect.sync(() => {
          clearTimeout(timer)
          fiber.interruptUnsafe()
        })
      })
    )
