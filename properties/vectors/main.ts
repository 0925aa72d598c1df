/** `npm run vectors`: writes the known answers and their schemas. What is as it should be is left alone. */
import { mkdirSync, writeFileSync } from "node:fs"
import * as Files from "./Files.ts"

mkdirSync(new URL("schemas/", Files.folder), { recursive: true })
for (const [path, text] of Files.all()) {
  if (Files.held(path) === text) continue
  writeFileSync(new URL(path, Files.folder), text)
  console.log(`spec/vectors/${path}`)
}
