/** Mending: what would make a claim hold that fails, in sentences. None of them says more than was computed. */
import type { Remedies } from "../sweep/Sweeps.ts"
import { Parameters } from "../sweep/Sweeps.ts"

type Remedy = Remedies.Remedy

const listed = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`

const changes = (moves: ReadonlyArray<{ readonly path: string; readonly from: number; readonly to: number }>): string =>
  listed(moves.map(({ from, path, to }) => `${path} from ${from} to ${to}`))

/** With which values it was seen not to hold. */
const short = (moves: Remedy["moves"]): string => {
  const tried = moves.flatMap(({ not, path }) => (not === null ? [] : [`${path} ${not}`]))
  return tried.length === 0 ? "" : `; with ${tried.join(" or ")} it does not`
}

const formulaOf = (path: string): string =>
  Parameters.followers.find((follower) => follower.path === path)?.formula ?? "that of its formula"

/** A remedy of a claim as a sentence. */
export const sentence = (id: string, { basis, follows, moves }: Remedy): string => {
  if (basis === "formula") {
    return `To make ${id} hold, change ${changes(moves)}, which is ${formulaOf(moves[0]!.path)}: that was not searched.`
  }
  const along = follows.length === 0 ? "" : `, and with it ${changes(follows)}`
  return `To make ${id} hold, change ${changes(moves)}${along}${short(moves)}.`
}

/** What is to be known of remedies that were computed; nothing where there are none. */
export const caution = (remedies: ReadonlyArray<Remedy>): ReadonlyArray<string> => {
  const first = remedies.find(({ basis }) => basis === "computed")
  if (first === undefined) return []
  const at = first.moves.map(({ path, to }) => `${path}=${to}`).join(",")
  return [
    `What is computed and within its bounds stays so. What searches decide was not searched there: \`--check ${at}\` with the first command does that, in minutes.`
  ]
}
