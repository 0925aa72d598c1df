/**
 * Connections: which of them stay open where there are as many as may be. Who has the most gives up their oldest for somebody who
 * has fewer: nobody keeps others out by holding all of them, also where nothing is asked on them.
 */
import type { Socket as Connection } from "node:net"

/** Whose a connection is; undefined where it is that of a trusted proxy, which has those of many, and gives up none. */
export type HolderOf = (connection: Connection) => string | undefined

/** Makes what is told of each connection as it is opened, and ends one where there are more than so many. */
export const make = (most: number, holderOf: HolderOf): ((connection: Connection) => void) => {
  /** The connections of each holder, the oldest first. */
  const held = new Map<string, Set<Connection>>()
  let count = 0

  const mostOf = (): Set<Connection> | undefined => {
    let found: Set<Connection> | undefined
    for (const connections of held.values()) if (connections.size > (found?.size ?? 0)) found = connections
    return found
  }

  /** The connection that is given up for another of a holder; undefined where nobody has more than they would. */
  const givenUp = (holder: string | undefined): Connection | undefined => {
    const largest = mostOf()
    const own = holder === undefined ? 0 : (held.get(holder)?.size ?? 0)
    return largest !== undefined && (holder === undefined || largest.size > own + 1)
      ? largest.values().next().value
      : undefined
  }

  const removals = new WeakMap<Connection, () => void>()
  const kept = (connection: Connection, holder: string | undefined): void => {
    count++
    const own = holder === undefined ? undefined : (held.get(holder) ?? new Set<Connection>())
    if (holder !== undefined) held.set(holder, own!.add(connection))
    removals.set(connection, () => {
      if (!removals.delete(connection)) return
      count--
      own?.delete(connection)
      if (holder !== undefined && own?.size === 0) held.delete(holder)
    })
    connection.once("close", () => removals.get(connection)?.())
  }

  return (connection) => {
    const holder = holderOf(connection)
    if (count >= most) {
      const other = givenUp(holder)
      if (other === undefined) return void connection.destroy()
      removals.get(other)?.()
      other.destroy()
    }
    kept(connection, holder)
  }
}
