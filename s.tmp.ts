import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Site from "./docs/Site.ts"

Effect.runPromise(Effect.provide(Site.build as never, NodeServices.layer)).then(
  () => console.log("ok"),
  (e) => {
    console.log(e.lines?.slice(0, 60).join("\n") ?? e)
  }
)
