/** Listening: a scheme that says which of its parameters are read. */
import type { Scheme } from "../model/Scheme.ts"

/** A scheme that calls `read` with the path of every parameter that is read of it. */
export const listening = (scheme: Scheme, read: (path: string) => void): Scheme =>
  new Proxy(scheme, {
    get: (all, group: keyof Scheme) => {
      const part: unknown = all[group]
      if (typeof part !== "object" || part === null) {
        read(group)
        return part
      }
      return new Proxy(part, {
        get: (fields, key: string) => {
          read(`${group}.${key}`)
          return (fields as Readonly<Record<string, unknown>>)[key]
        }
      })
    }
  })
