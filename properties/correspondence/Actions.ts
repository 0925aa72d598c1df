/** Actions: what plays each action of the model against the implementation, or why nothing does, and what tests instead. */
import type { Action } from "../../model/system/System.ts"

/** A test, by its file and its name there. */
export interface Test {
  readonly file: string
  readonly name: string
}

/** How an action of the model is put to the implementation. */
export type Played =
  | {
      readonly _tag: "Played"
      /** The functions of `properties/refinement` that play it, by their module; none where nothing has to be done. */
      readonly by: ReadonlyArray<string>
      readonly says?: string
    }
  | {
      readonly _tag: "Unplayed"
      readonly because: string
      /** What is tested of the implementation in its place. */
      readonly instead: ReadonlyArray<Test>
    }

const by = (...names: ReadonlyArray<string>): Played => ({ _tag: "Played", by: names })

const not = (because: string, ...instead: ReadonlyArray<Test>): Played => ({ _tag: "Unplayed", because, instead })

const test = (file: string, name: string): Test => ({ file, name })

const unrestored =
  "no run restores the ledger of the implementation: when a request was first sent the model knows, and a ledger is told by nobody"

const restored = [
  test(
    "impl/provider/Restored.test.ts",
    "accepts nothing from before, and answers what it cannot know as unknown (VER-30, VER-31)"
  ),
  test("properties/vectors/Implementation.test.ts", "restore $id, $name: $comment"),
  test("properties/vectors/Implementation.test.ts", "is told from every mutant that only a restore shows")
]

/** Every action, by its tag. */
export const actions: { readonly [Tag in Action["_tag"]]: Played } = {
  Sign: by("OwnerDriver.sign"),
  Withdraw: by("OwnerDriver.withdraw"),
  Enroll: by("PhoneDriver.enroll", "PhoneDriver.enrollment"),
  Confirm: by("PhoneDriver.confirmation"),
  Revoke: by("OwnerDriver.revoke"),
  Wipe: by("PhoneDriver.checkIn"),
  Ask: by("PhoneDriver.question"),
  Show: by("PhoneDriver.show"),
  Open: by("PhoneDriver.open"),
  RunOut: by("PhoneDriver.runOut"),
  Approve: by("OwnerDriver.approve"),
  Authenticate: by("OwnerDriver.authenticate"),

  Scan: by("TillDriver.scan"),
  Deliver: by("TillDriver.deliver", "TillDriver.delivery"),
  Query: by("TillDriver.query", "TillDriver.question"),
  Reverse: by("TillDriver.reverse"),
  GiveUp: not(
    "a till of the implementation gives an order up, if at all, as soon as nothing comes for it (REL-6)",
    test(
      "impl/wallet/Wallet.test.ts",
      "settles nothing where no answer ever comes, and reverses what it cannot know (REL-6)"
    )
  ),
  Notice: by("TillDriver.notice"),

  Capture: by("PhoneDriver.capture"),
  RunOff: by("PhoneDriver.runOff"),
  Guess: { _tag: "Played", by: [], says: "what the adversary hits upon is known to it alone, until it presents it" },
  Present: by("TillDriver.present"),
  Pay: by("AdversaryDriver.pay"),
  Meddle: by("AdversaryDriver.meddle"),
  Impersonate: by("AdversaryDriver.impersonate"),
  Flood: by("AdversaryDriver.flood"),

  Close: by("ProviderDriver.close"),
  Race: not(
    "the ledger decides one request after the other (VER-20), and no driver can have two decided on the same facts",
    test("properties/refinement/Rounds.test.ts", "are explained in $scheme"),
    test("properties/refinement/Rounds.test.ts", "where the provider of $scheme.scheme has the fault $name"),
    test(
      "properties/refinement/Served.test.ts",
      "many clients at once are answered as the model could have answered them one after the other"
    ),
    test("impl/ledger/Ledger.test.ts", "the same code, under as many orders, in $scheme: one payment (VER-8)")
  ),
  PayOut: by("ProviderDriver.payOut"),
  Crash: by("ProviderDriver.crash"),
  Backup: not(unrestored, ...restored),
  Restore: not(unrestored, ...restored),
  Coincide: not(
    "digits are real in the implementation, and coincide or not by themselves",
    test("impl/provider/Verification.test.ts", "are refused, and burn nothing"),
    test("properties/vectors/Implementation.test.ts", "$vectors $id, $setting.scheme: $comment")
  ),
  Advance: by("ProviderDriver.advance")
}
