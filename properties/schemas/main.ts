/** Writes the JSON Schemas of scheme files and reports into `spec/schemas`. */
import { mkdirSync, writeFileSync } from "node:fs"
import * as Files from "./Files.ts"

mkdirSync(Files.folder, { recursive: true })
for (const [name, text] of Files.all()) {
  if (Files.held(name) === text) continue
  writeFileSync(new URL(name, Files.folder), text)
  console.log(`spec/schemas/${name} was written`)
}
