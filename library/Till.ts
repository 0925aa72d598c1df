/** `paycode/till`: an honest merchant's till, which asks until it knows. */
import "./Supported.ts"

export * from "../impl/till/Till.ts"
