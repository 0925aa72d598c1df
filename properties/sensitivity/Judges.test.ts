/**
 * Every judge looks at what its claim says: shown a case with one field otherwise, it says something else for the fields that
 * `Judges.txt` has. A judge that no longer looks at one, draws its line elsewhere, or counts other cases is told here. After a change that is meant,
 * read what the change does to the file: `npx vitest run -u properties/sensitivity`.
 */
import { beforeAll, describe, expect, it } from "vitest"
import { wordless } from "../suites/Harness.ts"
import * as Judges from "./Judges.ts"

describe("a judge", () => {
  const all: Array<ReturnType<typeof Judges.noticed>> = []
  beforeAll(() => {
    for (const name of Judges.schemes) all.push(Judges.noticed(wordless[name], Judges.seed))
  })

  it("notices what the file says, and nothing else", async () => {
    await expect(Judges.text(all)).toMatchFileSnapshot("Judges.txt")
  })

  it("notices some field, but where the kind of the event or the scheme alone says all", () => {
    const names = [...all[0]!.keys()]
    const ofScheme = ["offline-generation", "offline-supply"]
    const blind = names.filter((name) => all.every((one) => one.get(name)!.fields.length === 0))
    expect(blind).toEqual([...ofScheme, "order-ends, must", "order-ends, may"])
  })
})
