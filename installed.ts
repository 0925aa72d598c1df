#!/usr/bin/env node
/** The `paycode` command of an installed package: that of a clone, `main.ts`, without `docs`, which writes a clone's documents. */
import "./OldNode.cjs"
import { start } from "./Start.ts"

await start({})
