/** Notices: whose work is installed with the package, under which license, and its text as they wrote it. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** What a manifest says that matters here. */
interface Named {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** A package that is installed, and where. */
export interface Installed {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly folder: string
}

const read = (folder: string): Named => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Named

/** Where a package is that another, in some folder, needs; undefined where it is not installed. */
const find = (name: string, from: string): string | undefined => {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name)
    if (existsSync(join(folder, "package.json"))) return folder
    if (dirname(at) === at) return undefined
  }
}

/** The packages that one needs to be installed, by its manifest. */
const neededBy = ({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Named) =>
  Object.keys({
    ...dependencies,
    ...optionalDependencies,
    ...Object.fromEntries(
      Object.entries(peerDependencies ?? {}).filter(([name]) => peerDependenciesMeta?.[name]?.optional !== true)
    )
  })

/** Everything that is installed for some packages, themselves included, in the order of their names. */
export const installedFor = (root: string, names: ReadonlyArray<string>): ReadonlyArray<Installed> => {
  const found = new Map<string, Installed>()
  const pending = names.map((name) => ({ name, from: root }))
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const folder = find(next.name, next.from)
    if (folder === undefined || found.has(folder)) continue
    const manifest = read(folder)
    const { license = "none is named", name, version } = manifest
    found.set(folder, { name, version, license, folder })
    pending.push(...neededBy(manifest).map((name) => ({ name, from: folder })))
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
}

const isSaid = /^(licen[sc]es?|copying|notice)\b/i

/** What a package says of its license and of others' work in it, in files or in a folder of them; nothing where it has none. */
const textsOf = ({ folder }: Installed): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => isSaid.test(name))
    .flatMap((entry) =>
      entry.isDirectory() ? readdirSync(join(folder, entry.name)).map((file) => join(entry.name, file)) : [entry.name]
    )
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim())

/** The packages whose notices travel: those that come along, and those that one may install besides. */
export const covered = (root: string, manifest: Readonly<Record<string, unknown>>): ReadonlyArray<Installed> => {
  const { dependencies, peerDependencies } = manifest as unknown as Named
  return installedFor(root, Object.keys({ ...dependencies, ...peerDependencies }))
}

/** The notices of a package, as text. */
export const write = (root: string, manifest: Readonly<Record<string, unknown>>): string => {
  const parts = covered(root, manifest).map((one) => {
    const texts = textsOf(one)
    const said = texts.length > 0 ? texts.join("\n\n") : "The package has no file with the text of its license."
    return `${one.name} ${one.version}, ${one.license}\n\n${said}\n`
  })
  const opening =
    "paycode is installed with these packages, and works with those of them that one may install besides.\nNone of them is part of it. Each is its authors', under its own license.\n"
  return [opening, ...parts].join(`\n${"-".repeat(80)}\n\n`)
}
