/**
 * Pages: what a browser is shown of the interface. Each is made once, for everybody, and kept as it is sent: compressed, so
 * that to send it again costs next to nothing.
 */
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import { Api, document } from "./Api.ts"

/** A page as it is sent. */
export interface Page {
  readonly type: string
  readonly gzipped: Buffer
  /** As it is where nobody has compressed it; undefined where that would be too much to send. */
  readonly plain: Buffer | undefined
}

/** The largest page that is sent as it is, in bytes. */
const mostPlain = 262_144

const compress = promisify(gzip)

const pageOf = async (type: string, text: string): Promise<Page> => {
  const plain = Buffer.from(text)
  return { type, gzipped: await compress(plain, { level: 9 }), plain: plain.length > mostPlain ? undefined : plain }
}

/** The page of the interface: it brings all that it needs, and asks nobody else for anything. */
const docs = async (): Promise<Page> => {
  const { dispose, handler } = HttpRouter.toWebHandler(
    HttpApiScalar.layer(Api, { path: "/docs", scalar: { withDefaultFonts: false } }),
    { disableLogger: true }
  )
  const text = await (await handler(new Request("http://localhost/docs"))).text()
  await dispose()
  return pageOf("text/html; charset=utf-8", text)
}

const makers: Readonly<Record<string, () => Promise<Page>>> = {
  "/docs": docs,
  "/openapi.json": () => pageOf("application/json", JSON.stringify(document()))
}

const made = new Map<string, Promise<Page>>()

/** The paths of the pages. */
export const paths: ReadonlyArray<string> = Object.keys(makers)

/** The page at one of the paths, which is made when it is first asked for. */
export const page = (path: string): Promise<Page> => {
  const known = made.get(path) ?? makers[path]!()
  made.set(path, known)
  return known
}

/** Whether a request takes what is compressed, as its `Accept-Encoding` says; where there is none, it takes everything. */
export const takesGzip = (accepted: string | undefined): boolean => {
  if (accepted === undefined) return true
  const codings = accepted.split(",").map((coding) => coding.trim().toLowerCase())
  const named = codings.find((coding) => /^(x-)?gzip\b/.test(coding)) ?? codings.find((coding) => /^\*/.test(coding))
  return named !== undefined && !/;\s*q=0(\.0*)?\s*$/.test(named)
}
