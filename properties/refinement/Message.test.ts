/** What comes back of a message: an answer, a refusal, nothing, or a defect. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { expect, it } from "vitest"
import { Refused } from "../../impl/provider/Provider.ts"
import { Gone } from "./Deployment.ts"
import * as Message from "./Message.ts"

const refused = new Refused.Refused({ reason: "NOT_OWNER" })

it("an answer and a refusal have come back", async () => {
  expect(Result.getOrThrow(await Effect.runPromise(Message.answerOf(Effect.succeed(7))))).toBe(7)
  const answer = await Effect.runPromise(Message.answerOf(Effect.fail(refused)))
  expect(Result.isFailure(answer) && answer.failure).toBe(refused)
})

it("nothing has come back of what failed otherwise, or of a node that has ended", async () => {
  for (const call of [Effect.fail("no network"), Effect.die(new Gone({ node: 0 }))]) {
    const exit = await Effect.runPromise(Effect.result(Message.told(call)))
    expect(Result.isFailure(exit) && exit.failure._tag).toBe("Unanswered")
  }
})

it("anything else that ends a call is a defect, and so is a refusal of what refuses nothing", async () => {
  const broken = await Effect.runPromiseExit(Message.told(Effect.die(new Error("broken"))))
  const refusal = await Effect.runPromiseExit(Message.told(Effect.fail(refused)))
  const lost = await Effect.runPromiseExit(Message.needed(Effect.fail("no network")))
  for (const exit of [broken, refusal, lost]) expect(Exit.hasDies(exit)).toBe(true)
})
