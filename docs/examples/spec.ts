/** The specification as data: the claims that a scheme is held to, and the clauses, with the ways in which each is left out. */
import { Claims, Clauses, Threats } from "paycode/spec"

console.log(`${Claims.claimIds.length} claims, ${Threats.capabilityIds.length} capabilities of adversaries`)
for (const id of Clauses.clauseIds) console.log(`${id}: ${Object.keys(Clauses.clauses[id].mutants).join(", ")}`)
