/**
 * Floods: what honest payments keep of their rate and their patience while somebody asks far too much, on both databases; how long anybody waits for a
 * database that hangs; and how much memory a provider takes under a mixed load. `npm run floods` measures the first two in some
 * minutes, `-- --rounds 0` leaves the first out, and `-- --minutes 10` adds the last. Whoever asks, who floods and the provider are processes of their own, on the same processors:
 * what a flood takes there it takes from everybody, so that only the ratio of a flood to the quiet before it means something.
 */
import { fork } from "node:child_process"
import { connect } from "node:net"
import { fileURLToPath } from "node:url"
import * as HttpHarness from "../../impl/testing/HttpHarness.ts"
import { type Database, databases, launch, type Memory } from "./FloodStand.ts"
import * as Load from "./Load.ts"
import * as Options from "./Options.ts"

/** Who asks too much: strangers, a phone that signs in, or a merchant whose codes are wrong. */
const kinds = ["unsigned", "sign-in", "merchant"] as const
type Kind = (typeof kinds)[number]

/** On how many connections a flood comes, and how many requests are ahead on each. */
const shapes: Readonly<Record<Kind, { readonly connections: number; readonly ahead: number }>> = {
  unsigned: { connections: 32, ahead: 16 },
  "sign-in": { connections: 20, ahead: 1 },
  merchant: { connections: 32, ahead: 4 }
}

/** Honest merchants, each with a connection of its own. */
const shops = 8

const password = "a long password"

// ---------------------------------------------------------------------------------------------------------------------
// The flood
// ---------------------------------------------------------------------------------------------------------------------

/** What a flood needs to know. */
interface Flooding {
  readonly kind: Kind
  readonly port: number
  readonly created: number
  readonly key: string
  /** The phone that signs in. */
  readonly phone: number
}

const unsigned =
  "POST /v1/pay HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"

/** The next request of a flood. */
const next = ({ created, key, kind, phone }: Flooding): Buffer => {
  if (kind === "unsigned") return Buffer.from(unsigned)
  const signed = (path: string, body: unknown, caller: Load.Signer["caller"]): Buffer =>
    Load.signed({ path, created }, JSON.stringify(body), { caller, key: HttpHarness.keyOf(key) })
  if (kind === "sign-in") return signed("/v1/sign-in", { password }, { _tag: "Phone", phone })
  const order = `f${Math.random().toString(36).slice(2)}`
  const body = { terminal: "till", order, code: "281234567890123456", amount: 1 }
  return signed("/v1/pay", body, { _tag: "Merchant", merchant: "flood" })
}

/** Asks for as long as the process runs, and says every second how much was answered. */
const flood = (asked: Flooding) => {
  const { ahead, connections } = shapes[asked.kind]
  let answered = 0
  const open = (): void => {
    const socket = connect(asked.port, "127.0.0.1", () => {
      for (let sent = 0; sent < ahead; sent++) socket.write(next(asked))
    })
    socket.on("data", (part) => {
      const count = part.toString("latin1").split("HTTP/1.1 ").length - 1
      answered += count
      for (let sent = 0; sent < count; sent++) socket.write(next(asked))
    })
    socket.on("error", () => undefined)
    socket.on("close", () => setTimeout(open, 10))
  }
  for (let at = 0; at < connections; at++) open()
  process.on("message", () => process.send?.(answered))
  process.on("disconnect", () => process.exit())
}

/** A flood that has begun. */
const flooded = async (asked: Flooding) => {
  const child = fork(fileURLToPath(import.meta.url), ["flood", JSON.stringify(asked)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  const answered = (): Promise<number> =>
    new Promise((resolve) => {
      child.once("message", (count) => resolve(Number(count)))
      child.send(0)
    })
  // It is under way when some of it is answered.
  for (let before = 0; before < 50; before = await answered()) await new Promise((resolve) => setTimeout(resolve, 100))
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      child.once("exit", () => resolve())
      child.disconnect()
    })
  return { answered, stop }
}

// ---------------------------------------------------------------------------------------------------------------------
// Honest payments
// ---------------------------------------------------------------------------------------------------------------------

type Stand = Awaited<ReturnType<typeof launch>>

/** A provider with merchants and a phone, and their keys. */
const populated = async (database: Database) => {
  const stand = await launch(database)
  const url = `http://127.0.0.1:${stand.port}`
  const { created } = await stand.payments(0)
  const asked = async (
    path: string,
    body: unknown,
    signer?: Load.Signer,
    left = 9
  ): Promise<Readonly<Record<string, unknown>>> => {
    const text = JSON.stringify(body)
    const bytes = signer ? Load.signed({ path, created }, text, signer).toString("latin1") : ""
    const headers = { "content-type": "application/json", ...Object.fromEntries(headersOf(bytes)) }
    const response = await fetch(url + path, { method: "POST", headers, body: text })
    // A machine that is busy has a database that is late.
    if (response.status === 503 && left > 0) return asked(path, body, signer, left - 1)
    if (response.status === 204) return {}
    if (response.status !== 200) throw new Error(`${path}: expected 200, found ${response.status}`)
    return (await response.json()) as Readonly<Record<string, unknown>>
  }
  const merchant = async (name: string): Promise<string> =>
    String((await asked("/v1/merchants", { merchant: name }, HttpHarness.operator)).key)
  const { account } = await asked("/v1/accounts", { balance: 0, password }, HttpHarness.operator)
  const device = await asked("/v1/devices", { account, password })
  const honest: Array<Load.Signer> = []
  for (let at = 0; at < shops; at++) {
    const key = HttpHarness.keyOf(await merchant(`shop${at}`))
    const signer: Load.Signer = { caller: { _tag: "Merchant", merchant: `shop${at}` }, key }
    await asked("/v1/terminal", { terminal: "till" }, signer)
    honest.push(signer)
  }
  const flooding = await merchant("flood")
  const caller = { _tag: "Merchant", merchant: "flood" } as const
  await asked("/v1/terminal", { terminal: "till" }, { caller, key: HttpHarness.keyOf(flooding) })
  return {
    stand,
    honest,
    phone: Number(device.phone),
    keys: { unsigned: "", "sign-in": String(device.key), merchant: flooding }
  }
}

/** The headers of a request that sign it. */
const headersOf = (bytes: string): ReadonlyArray<readonly [string, string]> =>
  bytes.split("\r\n").flatMap((line) => {
    const [, name = "", value = ""] = /^(content-digest|signature|signature-input): (.*)$/.exec(line) ?? []
    return name === "" ? [] : [[name, value] as const]
  })

/** What honest payments came to: how many a second, and how long half and nearly all of them took at most, in milliseconds. */
interface Came {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** Pays with every account once, each merchant one after the other. */
const paid = async (
  stand: Stand,
  honest: ReadonlyArray<Load.Signer>,
  { bodies, created }: Awaited<ReturnType<Stand["payments"]>>
) => {
  const began = performance.now()
  const isGood = (heard: string): boolean => heard.startsWith("HTTP/1.1 200") && heard.includes('"answer":"PAID"')
  const shares = honest.map((signer, at) =>
    bodies.filter((_, nth) => nth % shops === at).map((body) => Load.signed({ path: "/v1/pay", created }, body, signer))
  )
  const took = (
    await Promise.all(shares.map((all) => Load.send({ port: stand.port, connections: 1, isGood }, all)))
  ).flat()
  return {
    perSecond: (took.length * 1000) / (performance.now() - began),
    p50: Load.percentile(took, 0.5) * 1000,
    p99: Load.percentile(took, 0.99) * 1000
  }
}

const middle = (numbers: ReadonlyArray<number>): number => Load.percentile(numbers, 0.5)

/** Measures each flood beside the quiet before it, some times in turn, and says the ratios in the middle. */
const measure = async (database: Database, count: number, rounds: number) => {
  const { honest, keys, phone, stand } = await populated(database)
  await paid(stand, honest, await stand.payments(count))
  for (const kind of kinds) {
    const pairs: Array<readonly [quiet: Came, loud: Came, perSecond: number]> = []
    for (let round = 0; round < rounds; round++) {
      const quiet = await paid(stand, honest, await stand.payments(count))
      const payments = await stand.payments(count)
      const { answered, stop } = await flooded({
        kind,
        phone,
        port: stand.port,
        created: payments.created,
        key: keys[kind]
      })
      const [before, began] = [await answered(), performance.now()]
      const loud = await paid(stand, honest, payments)
      pairs.push([quiet, loud, (((await answered()) - before) * 1000) / (performance.now() - began)])
      await stop()
    }
    const ratio = (of: keyof Came): string => middle(pairs.map(([quiet, loud]) => loud[of] / quiet[of])).toFixed(2)
    const { p50, p99, perSecond } = pairs[0]![0]
    console.log(
      `${database}, flood ${kind} of ${Math.round(middle(pairs.map(([, , rate]) => rate)))}/s: honest payments ${ratio("perSecond")} of ` +
        `their rate, p50 ${ratio("p50")}, p99 ${ratio("p99")} times the quiet ones (${Math.round(perSecond)}/s, ${p50.toFixed(1)} and ${p99.toFixed(1)} ms)`
    )
  }
  stand.stop()
}

// ---------------------------------------------------------------------------------------------------------------------
// A database that hangs, and memory
// ---------------------------------------------------------------------------------------------------------------------

/** Asks everything at once of a provider whose database hangs, and says when the last was answered. */
const hung = async () => {
  const { honest, stand } = await populated("postgres")
  const { bodies, created } = await stand.payments(200)
  await stand.hang(true)
  const took: Array<number> = []
  const statuses = new Set<string>()
  const isGood = (heard: string): boolean => statuses.add(heard.slice(9, 12)).size > 0
  await Promise.all(
    bodies.map(async (body, nth) => {
      const [path, text] = nth % 2 === 0 ? ["/v1/pay", body] : ["/v1/query", '{"order":"o"}']
      const request = Load.signed({ path: path!, created }, text!, honest[nth % shops]!)
      took.push(...(await Load.send({ port: stand.port, connections: 1, isGood }, [request])))
    })
  )
  await stand.hang(false)
  console.log(
    `postgres that hangs: ${took.length} requests at once, all answered within ${Math.max(...took).toFixed(2)} s (aim: 3), with ${[...statuses].join(", ")}`
  )
  stand.stop()
}

/** Pays, guesses and asks without a signature for some minutes, and says what the memory comes to. */
const mixed = async (database: Database, minutes: number) => {
  const { honest, keys, phone, stand } = await populated(database)
  const found: Array<Memory> = []
  const end = performance.now() + minutes * 60_000
  let sent = 0
  while (performance.now() < end) {
    const payments = await stand.payments(200)
    const guess = await flooded({
      kind: "merchant",
      phone,
      port: stand.port,
      created: payments.created,
      key: keys.merchant
    })
    const strange = await flooded({ kind: "unsigned", phone, port: stand.port, created: payments.created, key: "" })
    await paid(stand, honest, payments)
    sent += payments.bodies.length + (await guess.answered()) + (await strange.answered())
    await Promise.all([guess.stop(), strange.stop()])
    found.push(await stand.memory())
  }
  const third = Math.max(1, Math.floor(found.length / 3))
  // What a server first needs is no growth: the middle third is what the last is compared with.
  const of = (from: number, what: keyof Memory): number =>
    middle(found.slice(from, from + third).map((memory) => memory[what])) / 2 ** 20
  const said = (what: keyof Memory): string =>
    `${of(third, what).toFixed(1)} MiB in the middle third, ${of(found.length - third, what).toFixed(1)} in the last`
  console.log(
    `${database}, ${minutes} minutes of a mixed load, ${sent} requests: heap ${said("heap")}; resident ${said("resident")}`
  )
  stand.stop()
}

if (process.argv[2] === "flood") flood(JSON.parse(process.argv[3]!) as Flooding)
else if (import.meta.main) {
  const [count, rounds, minutes] = [
    Options.number("payments", 400),
    Options.number("rounds", 3),
    Options.number("minutes", 0)
  ]
  if (rounds > 0) for (const database of databases) await measure(database, count, rounds)
  await hung()
  if (minutes > 0) for (const database of databases) await mixed(database, minutes / databases.length)
}
