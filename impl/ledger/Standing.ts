/**
 * Standing: a database that does nothing for a key which is good no more. Every transaction for a request that was signed looks at the
 * key within itself, and nobody withdraws a key while one of its transactions is under way: a withdrawal that is answered holds at every
 * node at once, for what is under way as well.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Database, Signed } from "./Database.ts"
import { stands } from "./Keys.ts"

/**
 * That a key is good no more: it was rotated, and the time is over, or it was withdrawn. It is a defect to everybody but to whoever
 * believes signatures: nothing that is asked under a key has a part in it.
 */
export class Withdrawn extends Error {
  readonly key: string

  constructor(key: string) {
    super(`key: expected one that is good, found one of ${key} that is so no more`)
    this.key = key
  }
}

/** A database that looks at keys. */
export const standing = (database: Database["Service"]): Database["Service"] => ({
  ...database,
  transaction: (body) =>
    Effect.flatMap(Signed, (by) =>
      by === undefined
        ? database.transaction(body)
        : Effect.flatMap(
            // It ends well, for one that fails costs the others their common commit.
            database.transaction((connection) =>
              Effect.flatMap(stands(connection, by), (isGood) =>
                isGood ? Effect.asSome(body(connection)) : Effect.succeedNone
              )
            ),
            Option.match({ onNone: () => Effect.die(new Withdrawn(by.name)), onSome: Effect.succeed })
          )
    )
})
