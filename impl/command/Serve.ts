/** The command that runs a provider: `serve`. */
import { existsSync } from "node:fs"
import { createServer } from "node:net"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Rules from "../../model/Rules.ts"
import { StepUp } from "../../model/steps/Steps.ts"
import { Server } from "../http/Http.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Steady } from "../ledger/Ledger.ts"
import * as Provider from "../provider/Provider.ts"
import { Messages } from "../provider/Provider.ts"
import type { BadInput } from "../SchemeFile.ts"
import * as SchemeFile from "../SchemeFile.ts"
import * as Clocks from "./Clocks.ts"
import { unusable } from "./Failed.ts"
import * as Flags from "./Flags.ts"
import * as LedgerPlace from "./LedgerPlace.ts"
import * as Marking from "./Marking.ts"
import * as OperatorKey from "./OperatorKey.ts"
import * as OwnFile from "./OwnFile.ts"
import * as Say from "./Say.ts"

/** The telephone network on this machine, where there is to be one; a scheme of short messages has to have it. */
const telephoneNetwork = Effect.fnUntraced(function* (rules: Rules.Rules, messages: Option.Option<"local">) {
  if (Option.isSome(messages)) return yield* Messages.local
  if (!StepUp.isByMessage(rules)) return undefined
  const { scheme } = rules.scheme
  return yield* unusable(`--messages: expected local, for the step-up of ${scheme} is by short message, found nothing`)
})

const codeOf = (error: { readonly cause?: unknown }): string =>
  typeof error.cause === "object" && error.cause !== null && "code" in error.cause ? String(error.cause.code) : "none"

/** What keeps a provider from being heard at an address. */
const unheard = (host: string, port: number, code: string): BadInput => {
  if (code === "EADDRINUSE") return unusable(`--port ${port}: expected one that is free at ${host}, found it in use`)
  if (code === "EACCES") return unusable(`--port ${port}: expected one that may be listened on, found EACCES`)
  return unusable(`--host ${host}: expected an address of this machine, found ${code}`)
}

/** Fails where nobody can listen at an address, before there is a ledger. It may be taken by the time somebody does. */
const canListen = (host: string, port: number) =>
  Effect.callback<void, BadInput>((resume) => {
    const server = createServer()
    server.once("error", (cause) => resume(unheard(host, port, codeOf({ cause }))))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resume(Effect.void)))
  })

/** Fails unless each of what a flag was given can be meant by it. */
const each = (flag: string, isOne: (text: string) => boolean, expected: string, given: ReadonlyArray<string>) => {
  const strange = given.find((text) => !isOne(text))
  return strange === undefined
    ? Effect.void
    : unusable(`${flag}: expected ${expected}, found ${JSON.stringify(strange)}`)
}

/** A host as it stands in a URL. */
const hostIn = (host: string): string => (host.includes(":") ? `[${host}]` : host)

/** Runs a provider until it is told to stop. */
export const serve = Command.make(
  "serve",
  {
    scheme: Flags.scheme,
    ...LedgerPlace.place,
    host: Flag.String("host").pipe(Flag.withDescription("address to listen on"), Flag.withDefault("127.0.0.1")),
    port: Flags.whole("port", 0, 65_535).pipe(
      Flag.withDescription("port to listen on; 0 for any"),
      Flag.withDefault(8480)
    ),
    names: Flag.String("name").pipe(
      Flag.withDescription(
        "what the server is called from outside, as pay.example, where a proxy passes that on; may be given again. Then, and wherever it listens on this machine alone, a request for another host is refused"
      ),
      Flag.atLeast(0)
    ),
    proxies: Flag.String("trust-proxy").pipe(
      Flag.withDescription(
        "address of a proxy whose X-Forwarded-For is believed, as 127.0.0.1 or 10.0.0.0/8; may be given again"
      ),
      Flag.atLeast(0)
    ),
    messages: Flag.Literals("messages", ["local"]).pipe(
      Flag.withDescription(
        "run a telephone network on this machine, for schemes of short messages: everybody reads it, and writes any sender"
      ),
      Flag.optional
    ),
    mark: Marking.flag,
    operatorKey: OperatorKey.operatorKey
  },
  Effect.fn("serve")(
    function* ({ host, ledger, mark, messages, names, operatorKey: keyPath, port, postgres, proxies, scheme }) {
      const decoded = yield* SchemeFile.load(scheme)
      const rules = Rules.strict(decoded)
      yield* each("--trust-proxy", Server.isRange, "an address or a range of addresses, as 10.0.0.0/8", proxies)
      yield* each("--name", Server.isHost, "the name of a host, as pay.example", names)
      if (host === "") return yield* unusable("--host: expected an address to listen on, found none")
      const gateway = yield* telephoneNetwork(rules, messages)
      if (Option.isSome(mark)) yield* Marking.canBeKept(mark.value, ledger)
      yield* canListen(host, port)
      // A key that cannot be used is told before there is a ledger, and a new one is drawn where there is.
      if (existsSync(keyPath)) yield* OwnFile.key(keyPath)
      const unguarded = yield* LedgerPlace.opened(ledger, postgres)
      const { nodeSkew } = rules.scheme.clock
      const watch = Steady.watch(yield* Clock.Clock, nodeSkew)
      yield* Clocks.check(unguarded, watch, nodeSkew)
      const opened = Clocks.guarded(unguarded, watch)
      yield* LedgerPlace.keptUnder(opened, decoded, scheme)
      const marking = Marking.beat(Marking.fileOf(mark, ledger, postgres), Say.lines)
      const recovery = yield* LedgerPlace.recovery(opened, rules)
      // What the ledger has lost is known before anybody is answered.
      yield* Effect.provide(marking, recovery)
      const key = yield* OperatorKey.serving(opened, keyPath)
      const server = Server.layer({ rules, operatorKey: key, host, port, names, proxies, gateway }).pipe(
        Layer.provide(Provider.layer(rules, { accounts: "drawn" })),
        Layer.provide(gateway === undefined ? Layer.empty : Layer.succeed(Messages.Messages, gateway.gateway)),
        Layer.provide(Layer.provide(Ledger.layer, Layer.succeedContext(opened.context)))
      )
      const running = yield* Effect.mapError(Layer.build(server), (error) => unheard(host, port, codeOf(error)))
      const at = `http://${hostIn(host)}:${Context.get(running, Server.Listening).port}`
      yield* Say.lines(`${rules.scheme.scheme} at ${at}, its ledger in ${opened.name}; the interface is at ${at}/docs`)
      return yield* Effect.raceAllFirst([
        LedgerPlace.untilOther(opened, decoded, scheme),
        Effect.provide(Marking.marking(marking, Say.lines), recovery),
        Clocks.watching(unguarded, watch, Say.lines)
      ])
    },
    Effect.scoped,
    Effect.provide(SecureRandom.layerWebCrypto)
  )
).pipe(Command.withDescription("Run a provider: accounts, credentials and orders, over HTTP"))
