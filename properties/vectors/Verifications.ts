/** Verifications: every answer that a provider gives, and every reason to refuse, at the edges where they begin. */
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import { bound } from "./BoundScenarios.ts"
import { enrollment } from "./EnrollmentScenarios.ts"
import { limits, withoutStepUp } from "./LimitScenarios.ts"
import { messages, passwords } from "./MessageScenarios.ts"
import { requests, throttled, validity, window } from "./RequestScenarios.ts"
import { contents, type Noting } from "./ScenarioFile.ts"
import { settlements } from "./SettlementScenarios.ts"

/** The contents of the file, but for what every file has. */
export const make = (noting: Noting) => ({
  header: [
    "A provider in a stated state, and what it answers. The scheme is the file of that name in spec/schemes, with the sections of `change` in place of its own.",
    "State: accounts, phones and credentials are numbered from 0, in their order. At the second `start` agreements were signed and credentials issued; a confirmed credential was confirmed then.",
    "Every test begins with that state. Its plays happen in turn, each at the second `at` of the provider's clock, and `expect` is the answer. Where `times` is given, the request is sent so often, under the order number with -1, -2 and so on behind it, and is always answered alike.",
    "Where `balances` are given, the accounts hold as much in the end, in minor units; what open orders reserve is still there.",
    "Where `merchants` are given, they are registered under those names; any other is registered as what it is called by. `nonce`, `text` and the codes that are made over a transaction are those of bound.json, and the text of a `message` is that of challenge.json."
  ],
  ...contents(
    [
      ...Fixtures.schemes.flatMap((scheme) => [
        requests(scheme),
        limits(scheme),
        settlements(scheme),
        scheme.window === undefined ? validity(scheme) : window(scheme),
        enrollment(scheme),
        throttled(scheme)
      ]),
      withoutStepUp(Fixtures.alipay),
      bound(Fixtures.tillQr),
      bound(Fixtures.hardened),
      messages(Fixtures.smsOcra),
      passwords(Fixtures.smsPassword)
    ],
    noting
  )
})
