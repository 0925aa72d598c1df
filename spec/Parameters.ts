/**
 * Parameters: which clauses a scheme's parameters bear on. Where the sentence of a clause names a parameter, or the group
 * that it stands in, that says it; what no sentence names stands here.
 */
import { type ClauseId, clauseIds, clauses } from "./Clauses.ts"

/** The clauses that parameters bear on without being named, by the parameter's path; none where no clause speaks of it. */
export const governs = {
  // Only the words in which merchants are answered.
  interface: [],
  // Only the way from a till to its provider.
  "code.prefixes": [],
  "code.digits": ["VER-5", "VER-22"],
  "code.aliasDigits": ["VER-22"],
  "code.otpDigits": ["VER-5", "VER-9"],
  "code.alias": ["GEN-7"],
  "code.mac": ["VER-5"],
  "token.source": ["GEN-2", "GEN-4"],
  "token.batch": ["GEN-2", "GEN-4"],
  "clock.step": ["GEN-2", "VER-6", "VER-7"],
  "clock.drift": ["GEN-2", "VER-6", "VER-7"],
  "clock.nodeSkew": ["VER-6", "VER-7", "VER-18"],
  "clock.utcOffset": ["VER-25", "VER-26"],
  "relay.deliveryAtMost": ["REL-3", "VER-6"],
  "stepUp.deliveryAtMost": ["STP-5"],
  "stepUp.answerWithin": ["STP-5"],
  "stepUp.secretDigits": ["STP-7"],
  "till.pollEvery": ["REL-6"],
  "till.pollFor": ["REL-6"],
  "reverse.notBefore": ["REL-6"],
  "reverse.within": ["REL-6", "SET-2"],
  "leak.seconds": ["VER-6"],
  "scale.accounts": ["VER-22"],
  "adversary.terminals": ["VER-29"]
} as const satisfies Readonly<Record<string, ReadonlyArray<ClauseId>>>

const unnamed: Readonly<Record<string, ReadonlyArray<ClauseId>>> = governs

/** The clauses that a parameter bears on, by its path in a scheme file, in the order of the protocol. */
export const governing = (path: string): ReadonlyArray<ClauseId> => {
  const [group] = path.split(".")
  return clauseIds.filter((id) => {
    const { says } = clauses[id]
    return says.includes(`\`${path}\``) || says.includes(`\`${group}\``) || unnamed[path]?.includes(id) === true
  })
}
