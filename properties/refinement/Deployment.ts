/**
 * Deployment: what stands for the provider in a run, whatever it runs on and however far away it is. A run sets its
 * clocks, asks its nodes, reads its ledger, and ends its nodes in the middle of what they do.
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Ledger from "../../impl/ledger/Ledger.ts"
import * as ProviderService from "../../impl/provider/Provider.ts"
import { Messages } from "../../impl/provider/Provider.ts"
import * as Fixtures from "../../impl/testing/Fixtures.ts"
import * as Rules from "../../model/Rules.ts"
import type { Verification } from "../../model/steps/Steps.ts"
import type { Node, Scope as Scopes, World } from "../../model/system/System.ts"
import { type Faults, Wrapping } from "../planted/Planted.ts"

/** What a deployment is made for. */
export interface DeploymentSetting {
  readonly world: World
  /** The rules that the provider follows: other ones than the world's, where a difference is to be found. */
  readonly rules: Rules.Rules
}

/** What a node is asked by. */
export type NodeProvider = ProviderService.Provider

/** A provider that runs. */
export interface Deployment {
  /** Sets the clocks, in seconds: that of node 0, from which node 1, where there is one, is `clock.nodeSkew` ahead. */
  readonly setClock: (seconds: number) => Effect.Effect<void>
  /**
   * What a node is asked by. A call that fails with anything but a refusal, or ends in the defect {@link Gone}, was not
   * answered: what it asked for may have been done or not.
   */
  readonly provider: (node: Node) => NodeProvider
  /** The ledger, read past the nodes. */
  readonly ledger: Pick<Ledger.Ledger, "accounts" | "credentials" | "orders">
  /** The short messages that were sent to a number, whichever node sent them, earliest first. */
  readonly inbox: (to: string) => Effect.Effect<ReadonlyArray<string>>
  /** Ends a node, in the middle of whatever it does, and starts it again on what the ledger holds. */
  readonly restart: (node: Node) => Effect.Effect<void>
}

/** Where providers are deployed. Each is for one run, and stops when the scope that it was deployed in is closed. */
export interface Site {
  readonly nodes: ReadonlyArray<Node>
  /** Whether accounts can bring into a run what they have accepted before it. */
  readonly opens: boolean
  /** Whether what a node was doing may still be done after it has ended: by a database that is a process of its own. */
  readonly lingers: boolean
  /** The most wrong codes that a run has time for in one flood. */
  readonly longestFlood: number
  readonly deploy: (setting: DeploymentSetting) => Effect.Effect<Deployment, never, Scope.Scope>
}

/** The node ended before it answered. */
export class Gone extends Data.TaggedError("Gone")<{ readonly node: Node }> {
  override get message(): string {
    return `node ${this.node}: expected an answer, found that it has ended`
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// In this process
// ---------------------------------------------------------------------------------------------------------------------

/** How providers in this process are set up. */
export interface InProcessOptions {
  /** One, unless given. */
  readonly nodes?: ReadonlyArray<Node>
  /** In memory, unless given. */
  readonly ledger?: Layer.Layer<Ledger.Services>
  /** Has every call of the ledger wait for some turns of others, before it and after it: how many, this text chooses. */
  readonly turns?: string
  /**
   * Whether nodes take any number of wrong answers (STP-7), as where they are ended: an answer is counted before it is looked
   * at, so that one which is right stays counted where its node ends meanwhile, and the model counts none.
   */
  readonly patient?: boolean
  /** What is wrong with the ledger of each node; nothing, unless given. */
  readonly fault?: Faults.LedgerFault
}

const oneNode: ReadonlyArray<Node> = [0]
const bothNodes: ReadonlyArray<Node> = [0, 1]

/** A ledger in which every account has accepted something already, on every day: what a run's accounts bring into it. */
const opened = ({ all, freeCount, freeSum }: Scopes.Opening, ledger: Ledger.Ledger): Ledger.Ledger => {
  const brought = (facts: Verification.Facts): Verification.Facts =>
    Wrapping.candidates(facts, ({ standing, ...candidate }) => ({
      ...candidate,
      standing: {
        ...standing,
        free: { sum: standing.free.sum + freeSum, count: standing.free.count + freeCount },
        all: standing.all + all
      }
    }))
  return { ...ledger, ...Wrapping.paying(ledger, (payments) => ({ settle: Wrapping.telling(payments, brought) })) }
}

/** How many turns of others a call waits for. Some wait for long, so that others overtake them by several calls. */
const lengths = [0, 0, 1, 2, 7] as const

/** Lets others have so many turns. */
export const turns = (count: number): Effect.Effect<void> =>
  Effect.forEach(Array.from({ length: count }), () => Effect.yieldNow, { discard: true })

/** Lets others have some turns, by chance. */
const someTurns = (label: string): Effect.Effect<void> => {
  const random = Fixtures.randomness(label)
  return Effect.flatMap(random.intBetween(0, lengths.length, { halfOpen: true }), (draw) => turns(lengths[draw]!))
}

/** The texts of what was sent to a number. */
export const textsTo =
  (to: string) =>
  (messages: ReadonlyArray<Messages.Outbound>): ReadonlyArray<string> =>
    messages.flatMap((message) => (message.to === to ? [message.text] : []))

/** A life of a node: it ends with a defect. */
interface Life {
  over: Deferred.Deferred<never>
}

/** Does something until it is done or the node ends. */
const toItsEnd =
  (life: Life): Wrapping.Around =>
  (call) =>
    Effect.suspend(() => Effect.raceFirst(call, Deferred.await(life.over)))

/** What a node does besides, after it has answered. */
const aside = (life: Life): Pick<Faults.Place, "later"> & { readonly quiet: Effect.Effect<void> } => {
  let underWay = 0
  const over = Effect.sync(() => {
    underWay--
  })
  const quiet: Effect.Effect<void> = Effect.suspend(() =>
    underWay === 0 ? Effect.void : Effect.andThen(Effect.yieldNow, quiet)
  )
  return {
    later: (what) =>
      Effect.suspend(() => {
        underWay++
        return Effect.asVoid(Effect.forkDetach(Effect.ensuring(Effect.exit(toItsEnd(life)(what)), over)))
      }),
    quiet
  }
}

/** What a node is started with. */
interface NodeSetting {
  readonly node: Node
  readonly rules: Rules.Rules
  /** Its clock, in seconds. */
  readonly now: number
  readonly ledger: Ledger.Ledger
  readonly gateway: Messages.Gateway
}

/** A ledger with the fault that its node has, each of whose calls waits where it is to. */
const pacedLedger = (
  { ledger, node }: NodeSetting,
  { fault, turns }: InProcessOptions,
  later: Faults.Place["later"]
): Ledger.Ledger => {
  const waits = turns === undefined ? Effect.void : someTurns(`${turns}, node ${node}`)
  const kept = fault === undefined ? ledger : { ...ledger, ...fault(ledger, { turns: waits, later }) }
  if (turns === undefined) return kept
  return Wrapping.eachOf(kept, (call) =>
    Effect.andThen(
      waits,
      Effect.tap(call, () => waits)
    )
  )
}

/** A node that can be ended. */
const startNode = (setting: NodeSetting, options: InProcessOptions) => {
  const { gateway, node, now, rules } = setting
  const life: Life = { over: Deferred.makeUnsafe<never>() }
  const { later, quiet } = aside(life)
  const followed = options.patient === true ? Rules.without(rules, { clause: "STP-7", mutant: "not counted" }) : rules
  const trial = Fixtures.make(followed, now, {
    ledger: Ledger.layerOf(pacedLedger(setting, options, later)),
    gateway,
    random: Fixtures.randomness(`node ${node}`)
  })
  const started = (): NodeProvider => {
    const provider = trial.run(ProviderService.provider)
    // Calls that nothing waits for are over before anybody can end the node.
    return options.turns === undefined ? provider : Wrapping.eachOf(provider, toItsEnd(life))
  }
  let provider = started()
  return {
    trial,
    provider: () => provider,
    /** Waits until nothing is under way. */
    quiet,
    restart: Effect.suspend(() => {
      const { over } = life
      life.over = Deferred.makeUnsafe<never>()
      trial.restart()
      provider = started()
      return Effect.asVoid(Deferred.die(over, new Gone({ node })))
    })
  }
}

/** Providers in this process, each with the ledger of its run. */
export const inProcess = (options: InProcessOptions = {}): Site => {
  const { ledger: layer = Ledger.layerMemory, nodes = oneNode } = options
  return {
    nodes,
    opens: true,
    lingers: false,
    // No scheme of the spec lets more come from a terminal.
    longestFlood: 1000,
    deploy: Effect.fnUntraced(function* ({ rules, world }: DeploymentSetting) {
      const { opening, starts } = world.scope
      const { nodeSkew } = world.rules.scheme.clock
      const ledger = yield* Effect.provideContext(Ledger.ledger, yield* Layer.build(layer))
      const brought = opened(opening, ledger)
      const ahead = (node: Node): number => node * nodeSkew
      const network = yield* Messages.local
      const { gateway } = network
      const running = nodes.map((node) =>
        startNode({ node, rules, now: starts[0]! + ahead(node), ledger: brought, gateway }, options)
      )
      return {
        setClock: (seconds) =>
          Effect.sync(() => {
            for (const [at, node] of nodes.entries()) running[at]!.trial.now = seconds + ahead(node)
          }),
        provider: (node) => running[node]!.provider(),
        inbox: (to) => Effect.map(network.all, textsTo(to)),
        // A fault is to be seen by who asks, not by who looks before it is done.
        ledger: Wrapping.eachOf(ledger, (call) =>
          Effect.andThen(
            Effect.forEach(running, ({ quiet }) => quiet),
            call
          )
        ),
        restart: (node) => running[node]!.restart
      }
    })
  }
}

/** One node, whose calls are answered one after the other. */
export const local: Site = inProcess()

/** Two nodes over one ledger, their clocks apart. */
export const twoNodes: Site = inProcess({ nodes: bothNodes })
