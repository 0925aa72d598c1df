/** The implementation passes what is not tested beside its modules: codes as phones show them. */
import { describe, expect, it } from "vitest"
import * as TokenSource from "../../impl/TokenSource.ts"
import * as Trial from "../../impl/Trial.ts"
import * as Vectors from "../../impl/Vectors.ts"
import * as Time from "../../model/Time.ts"
import * as Credentials from "./Credentials.ts"

const schemeOf = (name: string) => Trial.schemes.find(({ scheme }) => scheme === name)!

describe("a phone shows the known codes", () => {
  const cases = Vectors.generation.groups.flatMap(({ credential, scheme, tests }) =>
    tests.map((test) => ({ ...test, scheme, credential }))
  )

  it.each(cases)(
    "generation $id: $scheme, $code",
    ({ clockDifference, code, credential, phoneClock, position, revealed, scheme }) => {
      const own = schemeOf(scheme)
      expect(TokenSource.make(own.code, Credentials.of(credential))(position, revealed)).toBe(code)
      if (phoneClock !== undefined) expect(Time.stepAt(own, phoneClock + clockDifference!)).toBe(position)
    }
  )
})
