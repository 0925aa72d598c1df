/** Packages that may be missing: the sentence names the version that is tested with, and no other failure is taken for it. */
import { readFileSync } from "node:fs"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { describe, expect, it } from "vitest"
import manifest from "../package.json" with { type: "json" }
import * as OptionalPackage from "./OptionalPackage.ts"
import { BadInput } from "./SchemeFile.ts"

const names = Object.keys(OptionalPackage.optionalPackages) as ReadonlyArray<OptionalPackage.OptionalPackage>

it("each is one that an installation may go without, of the version that is installed here", () => {
  const versions = names.map((name) => [name, OptionalPackage.optionalPackages[name].version])
  expect(Object.fromEntries(versions)).toEqual(manifest.peerDependencies)
  expect(Object.keys(manifest.peerDependenciesMeta).sort()).toEqual([...names].sort())
  for (const name of names) {
    const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }
    expect(version).toBe(OptionalPackage.optionalPackages[name].version)
    expect(manifest.devDependencies[name]).toBe(version)
  }
})

/** What becomes of loading a package, where Node does not find another one, or the same. */
const without = async (name: OptionalPackage.OptionalPackage, absent: string): Promise<unknown> => {
  const error = Object.assign(new Error(`Cannot find package '${absent}' imported from /a.js`), {
    code: "ERR_MODULE_NOT_FOUND"
  })
  const exit = await Effect.runPromiseExit(OptionalPackage.loaded(name, () => Promise.reject(error)))
  return Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
}

describe.each(names)("%s", (name) => {
  it("is there", async () => {
    expect(await Effect.runPromise(OptionalPackage.loaded(name, () => import(name)))).toBeDefined()
  })

  it("is told where it is missing, itself or a part of it", async () => {
    const found = await without(name, name)
    expect(found).toBeInstanceOf(BadInput)
    expect((found as BadInput).lines).toHaveLength(1)
    expect((found as BadInput).message).toContain(`npm install ${name}@${manifest.peerDependencies[name]}`)
    expect(await without(name, `${name}/part`)).toBeInstanceOf(BadInput)
  })

  it("is not told where another is", async () => {
    expect(await without(name, `${name}-other`)).not.toBeInstanceOf(BadInput)
    expect(await without(name, "undici")).not.toBeInstanceOf(BadInput)
  })
})

it("is asked for at once, or before anything is done", async () => {
  expect(OptionalPackage.required<{ readonly raw: unknown }>("bwip-js").raw).toBeDefined()
  await Effect.runPromise(Effect.forEach(["bwip-js", "zxing-wasm"] as const, OptionalPackage.needed))
})
