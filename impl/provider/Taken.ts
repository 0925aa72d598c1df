/** Taken: a name or a number was asked for that is somebody else's. */
import * as Data from "effect/Data"

/** The name is another merchant's or looks like it, or the telephone number another account's. Nothing was changed. */
export class Taken extends Data.TaggedError("Taken")<{
  readonly what: "name" | "telephone"
  readonly found: string
}> {
  override get message(): string {
    const other = this.what === "name" ? " and looks like nobody else's" : ""
    return `${this.what}: expected one that is nobody else's${other}, found ${JSON.stringify(this.found)}`
  }
}
