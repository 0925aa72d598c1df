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
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import type * as Cluster from "../../impl/testing/Cluster.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import type { Node } from "../../model/system/System.ts"
import { Wrapping } from "../planted/Planted.ts"
import type * as Deployment from "./Deployment.ts"
import * as RemoteProvider from "./RemoteProvider.ts"
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
// The site
// ---------------------------------------------------------------------------------------------------------------------

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

/** A run at a site, and the provider processes that it has there. */
interface Running {
  readonly nodes: ReadonlyArray<Node>
  readonly processes: ReadonlyArray<Process>
  readonly setting: Deployment.DeploymentSetting
  readonly place: Place
  /** The time at node 0, in seconds. */
  readonly time: { now: number }
  /** By node, where it listens. */
  readonly ports: Array<number>
  /** By node, when it listens: nobody is asked who cannot have heard. */
  readonly up: Array<Promise<void>>
  /** By telephone number, the texts that were sent there. */
  readonly arrived: Map<string, Set<string>>
}

/** The time at a node, in seconds. */
const clockOf = ({ setting: { world }, time }: Running, node: Node): number =>
  time.now + node * world.rules.scheme.clock.nodeSkew

const start = async (running: Running, node: Node): Promise<void> => {
  const { place, ports, processes, setting } = running
  const { port } = await processes[node]!.tell({
    _tag: "Deploy",
    rules: setting.rules,
    place,
    seconds: clockOf(running, node),
    operatorKey: Buffer.from(Redacted.value(operatorKey)).toString("hex")
  })
  ports[node] = port
}

/** What has arrived at a telephone number, whichever node sent it. */
const collected = async ({ arrived, ports }: Running, to: string): Promise<ReadonlyArray<string>> => {
  const known = arrived.get(to) ?? new Set()
  arrived.set(to, known)
  for (const port of ports) for (const text of await inboxOf(port, to)) known.add(text)
  return [...known]
}

/** Kills a node and starts it again. What it has sent is with the phones, also where it has ended. */
const restart = (running: Running, node: Node): Promise<void> => {
  const { processes, setting, up } = running
  const { rules, world } = setting
  const telephones = rules.scheme.stepUp.method === "sms-ocra" ? world.scope.phones.map(Fixtures.telephone) : []
  const restarted = Promise.all(telephones.map((to) => collected(running, to)))
    .then(() => processes[node]!.kill())
    .then(() => start(running, node))
  up[node] = restarted
  return restarted
}

const setClock = async (running: Running, seconds: number): Promise<void> => {
  const { nodes, processes, time } = running
  time.now = seconds
  await Promise.all(nodes.map((node) => processes[node]!.tell({ _tag: "Clock", seconds: clockOf(running, node) })))
}

/** A node as it is asked, which waits until it listens. */
const providerOf = ({ ports, time, up }: Running, keys: RemoteProvider.Keys, node: Node): Deployment.NodeProvider => {
  const url = (): string => `http://127.0.0.1:${ports[node]}`
  const clock = Fixtures.runningClock(() => time.now * 1000)
  return Wrapping.eachOf(RemoteProvider.over({ url, operatorKey, keys, clock }), (call) =>
    Effect.andThen(
      Effect.promise(() => up[node]!),
      call
    )
  )
}

/** Deploys a provider in processes that are there already, on a new ledger. */
const deploy = Effect.fnUntraced(function* (
  { nodes, places, processes }: Pick<Running, "nodes" | "processes"> & { readonly places: Places },
  setting: Deployment.DeploymentSetting
): Effect.fn.Return<Deployment.Deployment, never, Scope.Scope> {
  const running: Running = {
    nodes,
    processes,
    setting,
    place: yield* Effect.promise(places.fresh),
    time: { now: setting.world.scope.starts[0]! },
    ports: nodes.map(() => 0),
    up: nodes.map(() => Promise.resolve()),
    arrived: new Map()
  }
  yield* Effect.promise(async () => {
    for (const node of nodes) await start(running, node)
  })
  const database = Layer.provide(Ledger.layer, databaseOf(running.place))
  const ledger = yield* Effect.provideContext(Ledger.ledger, yield* Effect.orDie(Layer.build(database)))
  const keys = RemoteProvider.noKeys()
  const providers = nodes.map((node) => providerOf(running, keys, node))
  return {
    setClock: (seconds) => Effect.promise(() => setClock(running, seconds)),
    provider: (node) => providers[node]!,
    inbox: (to) => Effect.promise(() => collected(running, to)),
    ledger,
    restart: (node) => Effect.promise(() => restart(running, node))
  }
})

/** A site of provider processes, which end with the scope. Each run has a new ledger. */
export const site = Effect.fnUntraced(function* (
  places: Places,
  nodes: ReadonlyArray<Node> = [0]
): Effect.fn.Return<Deployment.Site, never, Scope.Scope> {
  const processes = nodes.map(() => processOf())
  yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(processes.map(({ kill }) => kill()))))
  return {
    nodes,
    opens: false,
    lingers: places.lingers,
    // Every one is a request: a flood of an alias has room, one of a terminal does not.
    longestFlood: 100,
    deploy: (setting) => deploy({ nodes, places, processes }, setting)
  }
})
