/** A provider whose ledger came back from a backup: what it accepts, and what it says that it does not know (VER-30, VER-31). */
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { backup, DatabaseSync } from "node:sqlite"
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Rules from "../../model/Rules.ts"
import type { Scheme } from "../../model/Scheme.ts"
import * as Time from "../../model/Time.ts"
import { TokenSource } from "../credentials/Credentials.ts"
import * as Ledger from "../ledger/Ledger.ts"
import { Sqlite } from "../ledger/Ledger.ts"
import * as Fixtures from "../testing/Fixtures.ts"
import * as Provider from "./Provider.ts"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "paycode-restored-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Noon, so that no run of a test comes to another provider day but where it says so. */
const noon = 1_700_020_800

/** A provider on a file, by a clock that is set by hand. */
const opened = (rules: Rules.Rules, file: string, label: string, now: { at: number }) => {
  const clock = Layer.succeed(
    Clock.Clock,
    Fixtures.clock(() => now.at * 1000)
  )
  const random = Layer.succeed(SecureRandom.SecureRandom, Fixtures.randomness(label))
  const provider = Layer.merge(Provider.layer(rules, { passwordCost: 2 }), Provider.layerRecovery(rules))
  return ManagedRuntime.make(
    provider.pipe(
      Layer.provideMerge(Layer.provide(Ledger.layer, Sqlite.layer({ file }))),
      Layer.provide([random, clock])
    )
  )
}

type Opened = ReturnType<typeof opened>

/** A code that a credential gives at an instant: of a seed that of its step, of a list the nth. */
const codeOf = (scheme: Scheme, issued: TokenSource.Credential, now: number, nth: number): string =>
  TokenSource.make(scheme.code, issued)(scheme.token.source === "seed" ? Time.stepAt(scheme, now) : nth)

const asking = (runtime: Opened) => ({
  pay: (order: string, code: string, amount: number, terminal = "till") =>
    runtime.runPromise(
      Provider.use(({ verification }) => verification.pay({ merchant: "shop", terminal, order, code, amount }))
    ),
  query: (order: string) =>
    runtime.runPromise(Provider.use(({ settlement }) => settlement.query({ merchant: "shop", order }))),
  reverse: (order: string) =>
    runtime.runPromise(Provider.use(({ settlement }) => settlement.reverse({ merchant: "shop", order }))),
  refund: (order: string) =>
    runtime.runPromise(
      Provider.use(({ settlement }) =>
        Effect.map(settlement.refund({ merchant: "shop", order, refund: "r", amount: 1 }), ({ answer }) => answer)
      )
    ),
  enroll: (phone: number) => runtime.runPromise(Provider.use(({ enrollment }) => enrollment.enroll(phone))),
  confirm: (phone: number, credential: number) =>
    runtime.runPromise(Provider.use(({ enrollment }) => enrollment.confirm(phone, credential))),
  beat: (mark: Ledger.Mark | undefined) =>
    runtime.runPromise(Effect.flatMap(Provider.Recovery, (all) => all.beat(mark))),
  accountOf: (number: number) => runtime.runPromise(Ledger.use(({ accounts }) => accounts.account(number)))
})

const markOf = (beaten: Provider.Beaten): Ledger.Mark => {
  if (beaten._tag === "Other") throw new Error("mark: expected one of this ledger, found another's")
  return beaten.mark
}

/**
 * A ledger with a paid order and an open one, of which a backup is made while it is open; then another payment, which the backup
 * does not have; and the ledger as the backup has it, opened again.
 */
const restored = async (scheme: Scheme, rules = Rules.strict(scheme)) => {
  const now = { at: noon }
  const name = `${scheme.scheme}-${Math.random()}`
  const files = { first: join(folder, `${name}.db`), backup: join(folder, `${name}.backup`) }
  const before = opened(rules, files.first, name, now)
  const { account, phone } = await before.runPromise(Fixtures.member(1_000_000_000))
  const asked = asking(before)
  const issued = await asked.enroll(phone)
  await asked.confirm(phone, issued.number)
  const first = markOf(await asked.beat(undefined))
  const step = scheme.clock.step
  expect(await asked.pay("known", codeOf(scheme, issued, now.at, 0), 1)).toBe("PAID")
  now.at += step
  const opens = await asked.pay("open", codeOf(scheme, issued, now.at, 1), scheme.limit.payment + 1)
  const held = await asked.accountOf(account)
  // SQLite's own way to copy a database that others write to.
  const source = new DatabaseSync(files.first)
  await backup(source, files.backup)
  source.close()
  now.at += step
  const lost = codeOf(scheme, issued, now.at, 2)
  expect(await asked.pay("lost", lost, 5)).toBe("PAID")
  const mark = markOf(await asked.beat(first))
  await before.dispose()
  copyFileSync(files.backup, files.first)
  chmodSync(files.first, 0o600)
  for (const suffix of ["-wal", "-shm"]) rmSync(files.first + suffix, { force: true })
  now.at += 1
  const after = opened(rules, files.first, `${name} again`, now)
  return { scheme, now, account, phone, issued, opens, held, lost, mark, after, ...asking(after) }
}

describe.each(Fixtures.schemes)("a restored provider in $scheme", (scheme) => {
  it("accepts nothing from before, and answers what it cannot know as unknown (VER-30, VER-31)", async () => {
    const world = await restored(scheme)
    const { account, issued, lost, mark, now, opens, phone } = world
    expect(opens).toBe("OPEN")
    const beaten = await world.beat(mark)
    expect(beaten).toMatchObject({
      _tag: "Restored",
      forgotten: [{ merchant: "shop", order: "open", amount: scheme.limit.payment + 1 }]
    })
    // It is restored once, and what it counts goes on from the mark.
    expect(markOf(beaten).beat).toBeGreaterThan(mark.beat)
    expect((await world.beat(markOf(beaten)))._tag).toBe("Counted")
    expect([world.held.reserved, (await world.accountOf(account)).reserved]).toEqual([scheme.limit.payment + 1, 0])

    // What the backup knows it answers; what it may have lost it does not call paid, nor refused.
    expect(await world.query("known")).toBe("PAID")
    for (const order of ["lost", "open", "never"]) {
      expect(await world.query(order)).toBe("UNKNOWN")
      expect(await world.reverse(order)).toBe("UNKNOWN")
      expect(await world.refund(order)).toBe("UNKNOWN")
    }
    expect(await world.pay("lost", lost, 5)).toBe("UNKNOWN")
    // No code of a credential from before is accepted, not even one that is made since.
    now.at += 10 * scheme.clock.step
    const later = codeOf(scheme, issued, now.at, 3)
    expect(await world.pay("another", later, 1)).toBe("UNKNOWN")

    // Its phone renews it online, and pays; without step-up it does from the next day on.
    const renewed = await world.enroll(phone)
    expect(renewed.number).not.toBe(issued.number)
    const code = (nth: number): string => codeOf(scheme, renewed, now.at, nth)
    const { dayCount, daySum } = scheme.limit
    expect(await world.pay("renewed", code(0), 1)).toBe((dayCount ?? daySum) === undefined ? "PAID" : "OPEN")
    now.at += Time.secondsPerDay
    if (scheme.token.source === "seed") expect(await world.pay("next day", code(1), 1)).toBe("PAID")
    await world.after.dispose()
  })

  it("answers an order number like any other once the books are reconciled (VER-31)", async () => {
    const world = await restored(scheme)
    await world.beat(world.mark)
    expect(await world.query("never")).toBe("UNKNOWN")
    await world.after.runPromise(Effect.flatMap(Provider.Recovery, ({ reconcile }) => reconcile))
    expect(await world.query("never")).toBe("NO_SUCH_ORDER")
    expect(await world.pay("never", world.lost, 1)).toBe("CODE_INVALID")
    await world.after.dispose()
  })
})

describe("a provider", () => {
  it("that finds the ledger as it left it goes on", async () => {
    const now = { at: noon }
    const runtime = opened(Rules.strict(Fixtures.alipay), join(folder, "same.db"), "same", now)
    const world = asking(runtime)
    const mark = markOf(await world.beat(undefined))
    expect(mark.ledger).toMatch(/^[0-9a-f]{32}$/)
    expect(await world.beat(mark)).toEqual({ _tag: "Counted", mark: { ...mark, beat: mark.beat + 1 } })
    // A mark that was kept a beat too late is none from the future.
    expect((await world.beat(mark))._tag).toBe("Counted")
    expect(await world.query("none")).toBe("NO_SUCH_ORDER")
    await runtime.dispose()
  })

  it("does not go by the mark of another ledger", async () => {
    const now = { at: noon }
    const runtime = opened(Rules.strict(Fixtures.alipay), join(folder, "other.db"), "other", now)
    const world = asking(runtime)
    expect(await world.beat({ ledger: "another", beat: 7 })).toEqual({ _tag: "Other", found: "" })
    const own = markOf(await world.beat(undefined))
    expect(await world.beat({ ledger: "another", beat: 7 })).toEqual({ _tag: "Other", found: own.ledger })
    expect(await world.query("none")).toBe("NO_SUCH_ORDER")
    await runtime.dispose()
  })

  it("that is told to restores its ledger, whatever it has counted, and counts wrong codes all the same (VER-29)", async () => {
    const now = { at: noon }
    const alipay = { ...Fixtures.alipay, throttle: { ...Fixtures.alipay.throttle, perTerminalDay: 3 } }
    const runtime = opened(Rules.strict(alipay), join(folder, "told.db"), "told", now)
    const world = asking(runtime)
    const { phone } = await runtime.runPromise(Fixtures.member(1000))
    const issued = await world.enroll(phone)
    await runtime.runPromise(Effect.flatMap(Provider.Recovery, ({ restore }) => restore(undefined)))
    for (let guess = 0; guess < alipay.throttle.perTerminalDay; guess++) {
      expect(await world.pay(`guess-${guess}`, "2800000000000000", 1)).toBe("UNKNOWN")
    }
    expect(await world.pay("one more", "2800000000000000", 1)).toBe("THROTTLED")
    expect(await world.pay("his own", codeOf(alipay, issued, now.at, 0), 1)).toBe("THROTTLED")
    await runtime.dispose()
  })

  it.each([
    ["no epoch", "VER-30"],
    ["refused", "VER-31"]
  ] as const)(
    "that leaves out that it was restored (%s, %s) is told from one that does not",
    async (mutant, clause) => {
      const rules = Rules.without(Rules.strict(Fixtures.alipay), { clause, mutant })
      const world = await restored(Fixtures.alipay, rules)
      await world.beat(world.mark)
      // The code that had paid pays again; or the order that was paid is told as if it had never been.
      const answers = [await world.pay("again", world.lost, 5), await world.query("lost")]
      expect(answers).toEqual(clause === "VER-30" ? ["PAID", "UNKNOWN"] : ["CODE_INVALID", "NO_SUCH_ORDER"])
      await world.after.dispose()
    }
  )
})
