/**
 * `paycode/search`: the search by itself, for a model of one's own. It visits every state that the model can reach, breadth
 * first, and answers for every property whether a case is broken, with a shortest run to it.
 */
import "./Supported.ts"

export * from "../properties/search/Search.ts"
