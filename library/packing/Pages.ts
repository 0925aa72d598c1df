/**
 * Pages: those that travel with the package, which are the guides with their examples, and the specification. They are as in the clone,
 * but for their links: a link to what does not travel is its words alone.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"

/** The pages at the root, which npm wants there: what they link to is below the folder of the package. */
export const readmes = ["README.md", "README.zh.md"]

/** What else travels for them: a picture, and the examples of the guides, but no test of them. */
const besides = (at: string): ReadonlyArray<string> => [
  "docs/protocol/honest-payment.svg",
  ...readdirSync(join(at, "docs/examples"))
    .filter((name) => /^[a-z]/.test(name))
    .map((name) => posix.join("docs/examples", name))
]

/** Every page of a folder, those of its folders included, as paths from the root. */
const pagesIn = (at: string, folder: string): ReadonlyArray<string> =>
  readdirSync(join(at, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .sort()

/**
 * A page with other links: `placeOf` says where a link to a path from the root leads now, undefined where to nothing. Links to other
 * machines and within the page stay.
 */
export const linked = (text: string, page: string, placeOf: (path: string) => string | undefined): string =>
  text.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, picture: string, words: string, to: string) => {
    if (/^(#|[a-z]+:)/.test(to)) return whole
    const [path, ...part] = to.split("#") as [string, ...Array<string>]
    const place = placeOf(posix.normalize(posix.join(posix.dirname(page), path)))
    return place === undefined ? words : `${picture}[${words}](${[place, ...part].join("#")})`
  })

/**
 * Copies the pages that travel into the folder of the package, beside the data that is there by now. Answers those that are to stand at
 * the root, by their names.
 */
export const copy = (at: string, folder: string): ReadonlyMap<string, string> => {
  const pages = [...pagesIn(at, "docs/guides"), ...pagesIn(at, "spec")]
  const files = besides(at)
  const copied = new Set([...pages, ...files])
  const travels = (path: string): boolean => copied.has(path) || existsSync(join(at, folder, path))
  for (const path of files) cpSync(join(at, path), join(at, folder, path))
  for (const page of pages) {
    const here = (path: string): string | undefined =>
      travels(path)
        ? posix.relative(posix.dirname(page), path)
        : readmes.includes(path)
          ? above(folder, page, path)
          : undefined
    const to = join(at, folder, page)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, linked(readFileSync(join(at, page), "utf8"), page, here))
  }
  const beside = [...readmes, "LICENSE"]
  const below = (path: string): string | undefined =>
    beside.includes(path) ? path : travels(path) ? posix.join(folder, path) : undefined
  return new Map(readmes.map((name) => [name, linked(readFileSync(join(at, name), "utf8"), name, below)]))
}

/** From a page of the package to one at the root. */
const above = (folder: string, page: string, path: string): string =>
  posix.relative(posix.dirname(posix.join(folder, page)), path)
