/** ProviderScheme: whether the scheme that a phone or a till is set up for is the provider's, before anything is written or asked for. */
import * as Effect from "effect/Effect"
import type { Scheme } from "../../model/Scheme.ts"
import { Client } from "../http/Http.ts"
import * as SchemeForm from "../SchemeForm.ts"
import { orFailed, unusable } from "./Failed.ts"

/** Fails unless the provider at an address announces this scheme, with its name and every parameter. */
export const mustBe = Effect.fnUntraced(function* (url: string, scheme: Scheme, given: string) {
  const announced = yield* orFailed(Client.announced({ url }))
  if (announced.terms === SchemeForm.terms(scheme)) return
  const expected = `expected the scheme of the provider at ${url}, ${announced.scheme}`
  const has = SchemeForm.formOf(SchemeForm.parametersOf(scheme))
  const differences = SchemeForm.differences(announced.parameters as SchemeForm.Parameters, has)
  if (differences.length > 0) {
    return yield* unusable(`--scheme ${given}: ${expected}, found ${scheme.scheme} with ${SchemeForm.say(differences)}`)
  }
  const found = scheme.scheme === announced.scheme ? "another limit, window or other parameter" : scheme.scheme
  return yield* unusable(`--scheme ${given}: ${expected}, found ${found}: ask its operator for the file`)
})
