/**
 * Served: providers in processes of their own, on a database, asked over HTTP. A node that is restarted is killed, by
 * SIGKILL, in the middle of whatever it does.
 *
 * That shows what a crash of the process leaves behind. What a loss of power leaves rests on the settings of the database
 * and on the disk, and is not shown here.
 */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Client from "../../impl/http/Client.ts"
import * as Problem from "../../impl/http/Problem.ts"
import { Unavailable } from "../../impl/ledger/Database.ts"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import * as Provider from "../../impl/provider/Provider.ts"
import { Refused } from "../../impl/provider/Refused.ts"
import type * as Cluster from "../../impl/testing/Cluster.ts"
import * as Trial from "../../impl/testing/Fixtures.ts"
import type { Node } from "../../model/system/Action.ts"
import * as Deployment from "./Deployment.ts"
import { type Done, databaseOf, type Place, type Told } from "./ServedProcess.ts"

const program = fileURLToPath(new URL("ServedProcess.ts", import.meta.url))

// ---------------------------------------------------------------------------------------------------------------------
// Processes
// ---------------------------------------------------------------------------------------------------------------------

/** A provider process. It can be killed, and is there again when it is told something next. */
interface Process {
  readonly tell: (told: Told) => Promise<Done>
  readonly kill: () => Promise<void>
}

const processOf = (): Process => {
  let child: ChildProcess | undefined
  const started = (): ChildProcess => {
    // Its standard output is nobody's; what goes wrong in it is seen.
    child ??= fork(program, { stdio: ["ignore", "ignore", "inherit", "ipc"] })
    return child
  }
  return {
    tell: (told) =>
      new Promise((resolve, reject) => {
        const to = started()
        const onExit = (code: number | null): void => reject(new Error(`provider process: it ended with ${code}`))
        to.once("exit", onExit)
        to.once("message", (done) => {
          to.off("exit", onExit)
          resolve(done as Done)
        })
        to.send(told)
      }),
    kill: () =>
      new Promise((resolve) => {
        const gone = child
        child = undefined
        if (gone === undefined || gone.exitCode !== null) return resolve()
        gone.once("exit", () => resolve())
        gone.kill("SIGKILL")
      })
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// A provider from a distance
// ---------------------------------------------------------------------------------------------------------------------

/** What parties were given at their enrolment, whichever node gave it. */
interface Keys {
  readonly phones: Map<number, { readonly account: number; readonly key: Ledger.Key }>
  readonly merchants: Map<string, Ledger.Key>
}

const network = Layer.merge(NodeHttpClient.layerNodeHttp, SecureRandom.layerWebCrypto)

const unavailable = (error: unknown): Unavailable =>
  new Unavailable({ because: error instanceof Error ? error.message : String(error) })

/**
 * Refusals are answers. A request that was denied is a mistake of whoever wrote it down here; whatever else comes back, or
 * does not, is no answer.
 */
const answered = <A, E, R>(asked: Effect.Effect<A, E, R>): Effect.Effect<A, Extract<E, Refused> | Unavailable, R> =>
  Effect.catch(asked, (error): Effect.Effect<never, Extract<E, Refused> | Unavailable> => {
    if (error instanceof Refused) return Effect.fail(error as Extract<E, Refused>)
    return Problem.isProblem(error) ? Effect.die(error) : Effect.fail(unavailable(error))
  })

const never = (what: string) => Effect.die(new Error(`${what} is not asked for from a distance`))

type Network = Effect.Success<ReturnType<typeof Client.network>>

/** A provider that is asked over HTTP, by whoever each question is of. */
const remote = (
  options: () => Client.Options,
  operatorKey: Ledger.Key,
  { merchants, phones }: Keys,
  clock: Clock.Clock
): Provider.Provider["Service"] => {
  const provided = <A, E>(asked: Effect.Effect<A, E, Layer.Success<typeof network>>): Effect.Effect<A, E> =>
    Effect.provideService(Effect.provideContext(asked, services), Clock.Clock, clock)
  const owned = <A, E>(ask: (owner: Effect.Success<ReturnType<typeof Client.owner>>) => Effect.Effect<A, E>) =>
    answered(Effect.flatMap(provided(Effect.suspend(() => Client.owner(options()))), (owner) => provided(ask(owner))))
  const operated = <A, E>(ask: (operator: Effect.Success<ReturnType<typeof Client.operator>>) => Effect.Effect<A, E>) =>
    answered(
      Effect.flatMap(provided(Effect.suspend(() => Client.operator({ ...options(), key: operatorKey }))), (operator) =>
        provided(ask(operator))
      )
    )
  const sold = <A, E>(merchant: string, ask: (merchant: Client.Merchant) => Effect.Effect<A, E>) =>
    Effect.flatMap(
      provided(Effect.suspend(() => Client.merchant({ ...options(), merchant, key: merchants.get(merchant)! }))),
      (client) => provided(ask(client))
    )
  const held = <A, E>(phone: number, ask: (phone: Client.Phone) => Effect.Effect<A, E>) =>
    answered(
      Effect.flatMap(
        provided(Effect.suspend(() => Client.phone({ ...options(), phone, key: phones.get(phone)!.key }))),
        (client) => provided(ask(client))
      )
    )
  const networked = <A, E>(ask: (network: Network) => Effect.Effect<A, E>) =>
    answered(
      Effect.flatMap(provided(Effect.suspend(() => Client.network(options()))), (network) => provided(ask(network)))
    )
  const phoneOf = (account: number): number => [...phones].find(([, phone]) => phone.account === account)![0]
  const password = Trial.password
  return Provider.Provider.of({
    open: (opening) => operated((operator) => operator.open(opening)),
    sign: (account) => owned((owner) => owner.sign({ account, password })),
    withdraw: (account) => owned((owner) => owner.withdraw({ account, password })),
    register: (account) =>
      Effect.map(
        operated((operator) => operator.device(account)),
        ({ key, phone }) => {
          phones.set(phone, { account, key })
          return phone
        }
      ),
    signIn: (phone) => held(phone, ({ signIn }) => signIn({ account: phones.get(phone)!.account, password })),
    enroll: (phone) => held(phone, ({ online }) => online.enroll(phone)),
    confirm: (phone, credential) => held(phone, ({ online }) => online.confirm(phone, credential)),
    revoke: (phone) => owned((owner) => owner.revoke({ account: phones.get(phone)!.account, password }, phone)),
    standing: (phone, credential) => held(phone, ({ online }) => online.standing(phone, credential)),
    pay: (request) => answered(sold(request.merchant, (merchant) => merchant.pay(request))),
    query: (order) => answered(sold(order.merchant, (merchant) => merchant.query(order))),
    reverse: (order) => answered(sold(order.merchant, (merchant) => merchant.reverse(order))),
    refund: (refund) => answered(sold(refund.merchant, (merchant) => merchant.refund(refund))),
    close: (order) => operated((operator) => operator.close(order)),
    closeOverdue: never("a timer"),
    prompts: (account) => held(phoneOf(account), ({ online }) => online.prompts(account)),
    authenticate: (approval) => held(phoneOf(approval.account), ({ online }) => online.authenticate(approval)),
    receive: ({ from, text }) => networked((network) => network.send(from, text)),
    sendUnsent: Effect.succeed(0),
    nameOf: () => never("a merchant's name"),
    owns: () => never("a password by itself"),
    key: () => never("a key"),
    enlist: (merchant, name) =>
      Effect.map(
        operated((operator) => operator.enlist(merchant, name === undefined ? {} : { name })),
        ({ key, noticeKey }) => {
          merchants.set(merchant, key)
          return noticeKey
        }
      ),
    notice: (order) =>
      sold(order.merchant, (merchant) => merchant.notice(order)).pipe(
        Effect.catchIf(
          (error) => "error" in error && error.error === "NOTICE_UNKNOWN",
          () => Effect.succeed(undefined)
        ),
        answered
      )
  })
}

// ---------------------------------------------------------------------------------------------------------------------
// The site
// ---------------------------------------------------------------------------------------------------------------------

const services = Effect.runSync(Layer.build(network).pipe(Scope.provide(Scope.makeUnsafe())))

const operatorKey = Redacted.make(new Uint8Array(32).fill(7))

/** Where the ledgers of a site are, a new one for every run. */
export interface Places {
  /** A new one. */
  readonly fresh: () => Promise<Place>
  /** Whether what a killed process had asked of the database may still be done. */
  readonly lingers: boolean
}

/** In files of a folder that is gone with the scope. */
export const files: Effect.Effect<Places, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "paycode-served-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => {
    let count = 0
    return { fresh: async () => ({ file: join(folder, `${count++}.db`) }), lingers: false }
  }
)

/** In databases of a PostgreSQL server. */
export const databases = (cluster: Cluster.Cluster): Places => ({
  fresh: async () => ({ url: Redacted.value(await Effect.runPromise(cluster.database)) }),
  lingers: true
})

/** The messages that the network of a process has for a number. */
const inboxOf = async (port: number, to: string): Promise<ReadonlyArray<string>> => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/messages/inbox`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ to })
  })
  const { messages } = (await response.json()) as { readonly messages: ReadonlyArray<{ readonly text: string }> }
  return messages.map(({ text }) => text)
}

/** A site of provider processes, which end with the scope. Each run has a new ledger. */
export const site = Effect.fnUntraced(function* (places: Places, nodes: ReadonlyArray<Node> = [0]) {
  const processes = nodes.map(() => processOf())
  yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(processes.map(({ kill }) => kill()))))
  const made: Deployment.Site = {
    nodes,
    opens: false,
    lingers: places.lingers,
    deploy: Effect.fnUntraced(function* ({ rules, world }: Deployment.DeploymentSetting) {
      const place = yield* Effect.promise(places.fresh)
      const { nodeSkew } = world.rules.scheme.clock
      let now = world.scope.starts[0]!
      const ports = nodes.map(() => 0)
      /** By node, when it listens: nobody is asked who cannot have heard. */
      const up: Array<Promise<void>> = nodes.map(() => Promise.resolve())
      const start = async (node: Node): Promise<void> => {
        const { port } = await processes[node]!.tell({
          _tag: "Deploy",
          rules,
          place,
          seconds: now + node * nodeSkew,
          operatorKey: Buffer.from(Redacted.value(operatorKey)).toString("hex")
        })
        ports[node] = port
      }
      yield* Effect.promise(async () => {
        for (const node of nodes) await start(node)
      })
      const reading = Context.get(
        yield* Effect.orDie(Layer.build(Layer.provide(Ledger.Ledger.layer, databaseOf(place)))),
        Ledger.Ledger
      )
      const keys: Keys = { phones: new Map(), merchants: new Map() }
      const providers = nodes.map((node) =>
        Deployment.each(
          remote(
            () => ({ url: `http://127.0.0.1:${ports[node]}` }),
            operatorKey,
            keys,
            Trial.runningClock(() => now * 1000)
          ),
          (call) =>
            Effect.andThen(
              Effect.promise(() => up[node]!),
              call
            )
        )
      )
      // What a node has sent is with the phones, also where the node has ended.
      const telephones = rules.scheme.stepUp.method === "sms-ocra" ? world.scope.phones.map(Trial.telephone) : []
      const arrived = new Map<string, Set<string>>()
      const collected = async (to: string): Promise<ReadonlyArray<string>> => {
        const known = arrived.get(to) ?? new Set()
        arrived.set(to, known)
        for (const port of ports) for (const text of await inboxOf(port, to)) known.add(text)
        return [...known]
      }
      const deployed: Deployment.Deployment = {
        setClock: (seconds) =>
          Effect.promise(async () => {
            now = seconds
            await Promise.all(
              nodes.map((node) => processes[node]!.tell({ _tag: "Clock", seconds: seconds + node * nodeSkew }))
            )
          }),
        provider: (node) => providers[node]!,
        inbox: (to) => Effect.promise(() => collected(to)),
        ledger: reading,
        restart: (node) =>
          Effect.promise(() => {
            up[node] = Promise.all(telephones.map(collected))
              .then(() => processes[node]!.kill())
              .then(() => start(node))
            return up[node]
          })
      }
      return deployed
    })
  }
  return made
})
