/** Attacks: what an adversary, a bad network or a bad clock does, from the beginning to the end. */
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import { clocks, days } from "./ClockAttacks.ts"
import { codes } from "./CodeAttacks.ts"
import { coincidence, twins } from "./CoincidenceAttacks.ts"
import { losses } from "./LeakAttacks.ts"
import { renewal } from "./RenewalAttacks.ts"
import { contents, type Noting } from "./ScenarioFile.ts"
import { shortened } from "./Settings.ts"

/** The contents of the file, but for what every file has. */
export const make = (noting: Noting) => ({
  header: [
    "Attacks, faults and bad clocks as whole sequences. The form is that of verification.json, whose header says how to read it.",
    "In every sequence honest payments are made as well: a provider that refuses everything fails."
  ],
  ...contents(
    [
      ...Fixtures.schemes.map((scheme) => ({
        setting: shortened(scheme).setting,
        scenarios: [
          ...codes(scheme),
          ...renewal(scheme),
          ...losses(scheme),
          ...(scheme.window === undefined ? [] : clocks(scheme))
        ]
      })),
      days(Fixtures.alipay),
      days(Fixtures.keyed),
      twins(),
      coincidence()
    ],
    noting
  )
})
