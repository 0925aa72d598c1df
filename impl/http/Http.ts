/** Http: the provider's interface over HTTP, its edge, and those who speak it. */
export * as Api from "./Api.ts"
export * as Client from "./Client.ts"
export * as Log from "./Log.ts"
export * as Problem from "./Problem.ts"
export * as Server from "./Server.ts"
export * as Signature from "./Signature.ts"
export type { Limit } from "./Throttle.ts"
