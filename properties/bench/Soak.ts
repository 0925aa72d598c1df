/**
 * Soak: two providers on one PostgreSQL, each a process of its own as `paycode serve` starts it, under real tills and wallets for some minutes,
 * while one of them is killed every few seconds, the database now and then, and the ledger comes back from a backup twice. The shops keep books of their
 * own, and at the end these are held against the ledger. `npm run soak -- --minutes 10 --seed 1`; exit 1 where anything is lost,
 * doubled or otherwise than the shops were told, and 3 where too little happened for that to say anything.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import fc from "fast-check"
import pg from "pg"
import { Client } from "../../impl/http/Http.ts"
import * as Cluster from "../../impl/testing/Cluster.ts"
import * as CommandLine from "../../impl/testing/CommandLine.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Till from "../../impl/till/Till.ts"
import * as Wallet from "../../impl/wallet/Wallet.ts"
import * as Rules from "../../model/Rules.ts"
import * as Books from "./Books.ts"
import * as Options from "./Options.ts"

const scheme = Fixtures.alipay
const rules = Rules.strict(scheme)
const password = Redacted.make(CommandLine.secret)
const balance = 400_000
const payers = 24
const shops = 3

/** How long anybody waits for a provider that may be dead. */
const patience = Duration.seconds(5)

const scope = Scope.makeUnsafe()
const services = Effect.runSync(
  Layer.build(Layer.merge(NodeHttpClient.layerNodeHttp, SecureRandom.layerWebCrypto)).pipe(Scope.provide(scope))
)
const run = <A, E>(effect: Effect.Effect<A, E, Client.Services>): Promise<A> =>
  Effect.runPromise(Effect.provideContext(effect, services))

const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

// ---------------------------------------------------------------------------------------------------------------------
// The providers
// ---------------------------------------------------------------------------------------------------------------------

/** One of the providers: where it listens for as long as the soak goes on, and the process that does at the moment. */
interface Node {
  readonly url: string
  readonly started: () => Promise<void>
  readonly kill: () => Promise<void>
}

/** Starts a provider, which is started again at the same address whenever it was killed. */
const launched = async (
  line: CommandLine.CommandLine,
  name: string,
  env: Readonly<Record<string, string>>
): Promise<Node> => {
  const flags = `--postgres --mark ${name}.mark`
  let serving: CommandLine.Serving | undefined = await line.serve(flags, env)
  const { url } = serving
  // A database that is starting is not there yet.
  const started = async (): Promise<void> => {
    while (serving === undefined) {
      serving = await line.serve(`${flags} --port ${new URL(url).port}`, env).catch(() => undefined)
      if (serving === undefined) await wait(1)
    }
  }
  const kill = async (): Promise<void> => {
    const dying = serving
    serving = undefined
    await dying?.end("SIGKILL")
  }
  return { url, started, kill }
}

// ---------------------------------------------------------------------------------------------------------------------
// Payers and shops
// ---------------------------------------------------------------------------------------------------------------------

/** Asks one provider after the other, in turn, until it is answered for good: one of them, or both, may be dead. */
const asked = async <A, E>(
  nodes: ReadonlyArray<Node>,
  ask: (url: string) => Effect.Effect<A, E, Client.Services>,
  isOver: () => boolean = () => false
): Promise<A | undefined> => {
  for (let turn = 0; !isOver(); turn++) {
    const exit = await run(Effect.exit(ask(nodes[turn % nodes.length]!.url)))
    if (Exit.isSuccess(exit)) return exit.value
    await wait(0.5)
  }
  return undefined
}

type Owner = Effect.Success<ReturnType<typeof Client.owner>>

/** A payer: an account, and a phone of it. */
interface Payer {
  readonly account: number
  readonly wallet: Wallet.Wallet
  readonly online: (url: string) => Layer.Layer<Wallet.Online.Online, never, Client.Services>
}

/** A shop: its way to each provider, and a till that has both. */
interface Shop {
  readonly name: string
  readonly till: Till.Till
  readonly merchants: ReadonlyArray<Client.Merchant>
}

/** A way that goes to the other provider where one does not answer. */
const wayOf = (merchants: ReadonlyArray<Client.Merchant>): Till.Way => {
  const ways = merchants.map(Client.way)
  let turn = 0
  const next = <A>(ask: (way: Till.Way) => Effect.Effect<A, Till.Unanswered>): Effect.Effect<A, Till.Unanswered> =>
    Effect.suspend(() => {
      const [first, second] = turn++ % 2 === 0 ? ways : [...ways].reverse()
      return Effect.catchTag(ask(first!), "NoAnswer", () => ask(second!))
    })
  return {
    pay: (request) => next((way) => way.pay(request)),
    query: (order) => next((way) => way.query(order)),
    reverse: (order) => next((way) => way.reverse(order))
  }
}

/** Opens an account, and sets up a phone of it whose wallet holds a credential. */
const payerOf = async (nodes: ReadonlyArray<Node>, key: Redacted.Redacted<Uint8Array>): Promise<Payer> => {
  // All of them are at one address, where a few a second may open an account or give a password.
  const account = (await asked(nodes, (url) =>
    Effect.flatMap(Client.operator({ url, key }), (operator) => operator.open({ balance, password }))
  ))!
  const owning = <A, E>(ask: (owner: Owner) => Effect.Effect<A, E>) =>
    asked(nodes, (url) => Effect.flatMap(Client.owner({ url }), ask))
  await owning((owner) => owner.sign({ account, password }))
  const { key: own, phone } = (await owning((owner) => owner.register({ account, password })))!
  const online: Payer["online"] = (at) => Client.layerOnline({ url: at, patience, phone, key: own })
  const wallet = await run(Wallet.make(rules, { phone, account }))
  const payer: Payer = { account, wallet, online }
  await renewed(nodes, payer)
  return payer
}

/** Gets another credential. */
const renewed = (nodes: ReadonlyArray<Node>, { online, wallet }: Payer, isOver?: () => boolean) =>
  asked(nodes, (url) => Effect.provide(Effect.andThen(wallet.enroll, wallet.confirm), online(url)), isOver)

const shopOf = async (nodes: ReadonlyArray<Node>, key: Redacted.Redacted<Uint8Array>, name: string): Promise<Shop> => {
  const [{ url }] = nodes as [Node]
  const enlisted = await run(Effect.flatMap(Client.operator({ url, key }), (operator) => operator.enlist(name)))
  const merchants = await Promise.all(
    nodes.map((node) => run(Client.merchant({ url: node.url, patience, merchant: name, key: enlisted.key })))
  )
  const options = { rules, merchant: name, terminal: "1", noticeKey: enlisted.noticeKey, way: wayOf(merchants) }
  return { name, till: await run(Till.make(options)), merchants }
}

/** A book entry that is being written. */
type Draft = { -readonly [K in keyof Books.Entry]: Books.Entry[K] } & { refunds: Array<Books.Refund> }

/** Where payers and shops are, and until when. */
interface Town {
  readonly nodes: ReadonlyArray<Node>
  readonly shops: ReadonlyArray<Shop>
  readonly isOver: () => boolean
}

/** What one payer chooses: the shop, the amount, how much of it is given back, and whether its request comes to both providers at once. */
const choosing = fc.tuple(
  fc.nat(),
  fc.integer({ min: 1, max: 300 }),
  fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 })),
  fc.boolean()
)
type Choice = readonly [shop: number, amount: number, back: number, twice: boolean]

/** The next code of a phone: that of the next step, where the one of this was shown. Undefined where it is over. */
const nextCode = async ({ isOver }: Town, { wallet }: Payer, last: string | undefined): Promise<string | undefined> => {
  while (!isOver()) {
    const made = await run(Effect.exit(wallet.show()))
    if (Exit.isSuccess(made) && made.value.code !== last) return made.value.code
    await wait(1)
  }
  return undefined
}

/** Sells, as a till does; and has its request come to both providers at once, where it is to come twice. */
const sold = async ({ merchants, till }: Shop, sale: Till.Sale, twice: boolean) => {
  const scanned = await run(Effect.exit(till.scan(sale)))
  if (Exit.isFailure(scanned)) return "unsure"
  const { request } = scanned.value
  const again = twice ? merchants.map((merchant) => run(Effect.exit(merchant.pay(request)))) : []
  const [view] = await Promise.all([run(Effect.exit(till.finish(sale.order))), ...again])
  const isKnown =
    Exit.isSuccess(view) && (view.value === "paid" || view.value === "failed" || view.value === "reversed")
  return isKnown ? (view.value as Books.Entry["view"]) : "unsure"
}

/** What one payer does until it is over: it pays at some shop, which then may give some of it back. */
const paying = async (town: Town, payer: Payer, entries: Array<Draft>, choices: fc.Stream<Choice>): Promise<void> => {
  let last: string | undefined
  for (const [which, amount, back, twice] of choices) {
    last = await nextCode(town, payer, last)
    if (last === undefined) return
    const shop = town.shops[which % town.shops.length]!
    const order = `p${payer.account}-${entries.length}`
    const unknown = { began: Date.now(), answered: undefined, view: "unsure", refunds: [] } as const
    const entry: Draft = { ...unknown, merchant: shop.name, order, account: payer.account, amount, refunds: [] }
    entries.push(entry)
    const view = await sold(shop, { order, code: last, amount }, twice)
    if (view !== "unsure") Object.assign(entry, { view, answered: Date.now() })
    if (view === "paid" && back > 0) await refunding(town, shop, entry, Math.min(back, amount))
    if (view === "paid") continue
    // A code of before a restore is good no more, and one of its step neither (VER-30): another credential, and the next step.
    await renewed(town.nodes, payer, town.isOver)
    const shown = await run(Effect.exit(payer.wallet.show()))
    if (Exit.isSuccess(shown)) last = shown.value.code
  }
}

/** Gives something back, in one or two parts, each asked for under its number until it is answered. */
const refunding = async ({ isOver }: Town, { merchants }: Shop, entry: Draft, whole: number): Promise<void> => {
  const parts = whole > 1 ? [whole - 1, 1] : [whole]
  for (const [at, amount] of parts.entries()) {
    const refund = {
      number: `${entry.order}-r${at}`,
      amount,
      began: Date.now(),
      answered: undefined as number | undefined
    }
    entry.refunds.push(refund)
    for (let turn = 0; !isOver() && refund.answered === undefined; turn++) {
      const { merchant, order } = entry
      const asked = merchants[turn % merchants.length]!.refund({ merchant, order, refund: refund.number, amount })
      const exit = await run(Effect.exit(asked))
      // One that was made is answered as it was (SET-7).
      if (Exit.isSuccess(exit) && exit.value.answer === "REFUNDED") refund.answered = Date.now()
      else if (Exit.isSuccess(exit) && exit.value.answer !== "UNKNOWN") return
      else await wait(1)
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What goes wrong
// ---------------------------------------------------------------------------------------------------------------------

/** What was done to the providers and to their ledger. */
interface Faults {
  kills: number
  outages: number
  readonly restores: Array<Books.Restore>
}

/** Kills a provider every few seconds, one at a time, until it is over. */
const killing = async (nodes: ReadonlyArray<Node>, isOver: () => boolean, waits: fc.Stream<number>, faults: Faults) => {
  for (const seconds of waits) {
    await wait(seconds)
    if (isOver()) return
    const node = nodes[faults.kills++ % nodes.length]!
    await node.kill()
    await node.started()
  }
}

/** Twice the database is killed, and its ledger comes back from a backup; after a while the operator says that the books are reconciled. */
const losing = async (
  cluster: Cluster.Cluster,
  { isOver, reconcile, seconds }: { isOver: () => boolean; reconcile: () => void; seconds: number },
  faults: Faults
) => {
  for (let round = 0; round < 2; round++) {
    await wait(seconds / 8)
    await Effect.runPromise(cluster.kill)
    await wait(1)
    await Effect.runPromise(cluster.start)
    faults.outages++
    await wait(seconds / 16)
    const backup = Date.now()
    const restore = await Effect.runPromise(cluster.backup)
    await wait(seconds / 16)
    await Effect.runPromise(restore)
    faults.restores.push({ backup, restored: Date.now() })
    say(`restored a backup of ${Math.round((Date.now() - backup) / 1000)} s before`)
    await wait(seconds / 16)
    reconcile()
    if (isOver()) return
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The end
// ---------------------------------------------------------------------------------------------------------------------

const say = (line: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`)

/** What a ledger has of every order, and of every account. */
const readLedger = async (url: string) => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const orders = await client.query<Record<string, string>>(
      `SELECT o.merchant, o.number, o.status, coalesce(o.amount, 0) AS amount, coalesce(o.payer, -1) AS payer,
        (SELECT coalesce(sum(abs(m.amount)), 0) FROM movement m WHERE m.merchant = o.merchant AND m.number = o.number AND m.kind = 'payment') AS debited,
        (SELECT coalesce(sum(abs(m.amount)), 0) FROM movement m WHERE m.merchant = o.merchant AND m.number = o.number AND m.kind <> 'payment') AS back
      FROM orders o`
    )
    const moved = await client.query<Record<string, string>>(
      `SELECT a.number, a.balance, a.reserved,
        (SELECT coalesce(sum(CASE WHEN m.kind = 'payment' THEN -abs(m.amount) ELSE abs(m.amount) END), 0) FROM movement m WHERE m.account = a.number) AS moved
      FROM account a`
    )
    const found = new Map(
      orders.rows.map(({ amount, back, debited, merchant, number, payer, status }): [string, Books.Found] => [
        `${merchant} ${number}`,
        { status: status!, amount: Number(amount), account: Number(payer), out: Number(debited), back: Number(back) }
      ])
    )
    const accounts = moved.rows.map((row) => ({
      number: Number(row.number),
      balance: Number(row.balance),
      reserved: Number(row.reserved),
      moved: Number(row.moved)
    }))
    return { found, accounts }
  } finally {
    await client.end()
  }
}

/** Holds the books against the ledger, says what came of it, and answers with what the program ends. */
const judge = async (
  url: string,
  entries: ReadonlyArray<Books.Entry>,
  { kills, outages, restores }: Faults
): Promise<number> => {
  const { accounts, found } = await readLedger(url)
  const findings = entries.map((entry) => ({
    entry,
    finding: Books.compare(entry, found.get(`${entry.merchant} ${entry.order}`), restores)
  }))
  const wrong = findings.flatMap(({ entry, finding }) =>
    typeof finding === "string" ? [] : [`${entry.merchant}, order ${entry.order}: ${finding.otherwise}`]
  )
  const known = new Set(entries.map(({ merchant, order }) => `${merchant} ${order}`))
  const foreign = [...found.keys()].filter((key) => !known.has(key)).map((key) => `${key}: nobody asked for it`)
  const off = accounts
    .filter((account) => account.balance !== balance + account.moved || account.reserved !== 0)
    .map(
      (account) =>
        `account ${account.number}: expected what moved to come to its balance, found ${JSON.stringify(account)}`
    )
  const count = (what: Books.Finding): number => findings.filter(({ finding }) => finding === what).length
  const paid = entries.filter(({ view }) => view === "paid").length
  const refunds = entries.flatMap((entry) => entry.refunds)
  console.log(
    `${entries.length} orders, of which ${paid} paid; ${refunds.length} refunds; ${kills} kills of a provider, ${outages} of the database, ${restores.length} restores. ` +
      `As the shops have it: ${count("kept")}; lost to a restore, which explains it: ${count("lost")}; not known to the shop: ${count("unsure")}; otherwise: ${wrong.length + foreign.length + off.length}.`
  )
  for (const line of [...wrong, ...foreign, ...off]) console.log(line)
  if (wrong.length + foreign.length + off.length > 0) return 1
  if (paid > 0 && refunds.length > 0 && kills > 0 && restores.length > 0) return 0
  console.log("Expected payments, refunds, kills and restores, found none of one of them: soak for longer.")
  return 3
}

/** Soaks for some minutes. */
const soak = async (minutes: number, seed: number): Promise<number> => {
  const line = CommandLine.open()
  const cluster = await Effect.runPromise(Effect.provideService(Cluster.make, Scope.Scope, scope))
  const database = Redacted.value(await Effect.runPromise(cluster.database))
  const env = { PAYCODE_POSTGRES: database }
  try {
    const nodes = [await launched(line, "a", env), await launched(line, "b", env)]
    const key = Redacted.make(
      new Uint8Array(Buffer.from(readFileSync(join(line.folder, "operator.key"), "utf8").trim(), "hex"))
    )
    const shopping = await Promise.all(Array.from({ length: shops }, (_, at) => shopOf(nodes, key, `shop${at}`)))
    const people: Array<Payer> = []
    for (let at = 0; at < payers; at++) people.push(await payerOf(nodes, key))
    say(`${payers} payers, ${shops} shops, two providers; ${minutes} minutes, seed ${seed}`)
    const end = Date.now() + minutes * 60_000
    const isOver = (): boolean => Date.now() >= end
    const faults: Faults = { kills: 0, outages: 0, restores: [] }
    const books = people.map((): Array<Draft> => [])
    const reconcile = (): void => {
      const { status, stderr } = line.run("operator reconcile --postgres", env)
      if (status !== 0) say(`operator reconcile: ${stderr.trim()}`)
    }
    const town: Town = { nodes, shops: shopping, isOver }
    const draws = <A>(of: fc.Arbitrary<A>, at: number): fc.Stream<A> =>
      fc.stream(fc.sample(of, { seed: seed + at, numRuns: 10_000 })[Symbol.iterator]())
    const told = setInterval(() => {
      const minute = Math.round(minutes - (end - Date.now()) / 60_000)
      say(`minute ${minute} of ${minutes}: ${books.flat().length} orders, ${faults.kills} kills`)
    }, 60_000).unref()
    await Promise.all([
      ...people.map((payer, at) => paying(town, payer, books[at]!, draws(choosing, at))),
      killing(nodes, isOver, draws(fc.integer({ min: 3, max: 12 }), -1), faults),
      losing(cluster, { isOver, reconcile, seconds: minutes * 60 }, faults)
    ])
    clearInterval(told)
    reconcile()
    return await judge(database, books.flat(), faults)
  } finally {
    await line.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

if (import.meta.main) process.exitCode = await soak(Options.number("minutes", 10), Options.number("seed", 1))
