/** `npm run instances`: writes the constants in the files of the spec in Quint. What is as it should be is left alone. */
import { writeFileSync } from "node:fs"
import * as Agreement from "./Agreement.ts"
import * as Instances from "./Instances.ts"

for (const { file, text } of Instances.stale()) {
  writeFileSync(Agreement.fileOf(file), text)
  console.log(`spec/quint/${file}.qnt`)
}
