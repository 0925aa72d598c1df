/**
 * What is taken of before is what would be found now: whatever is changed in a scheme, whatever is left out, and whatever became of
 * the file meanwhile.
 */
import { spawnSync } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { isDeepStrictEqual } from "node:util"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { decode } from "../../model/Decode.ts"
import * as Rules from "../../model/Rules.ts"
import * as Scheme from "../../model/Scheme.ts"
import { type CheckedClaimId, checkedIds } from "../../spec/Claims.ts"
import { parameterPaths } from "../../spec/Parameters.ts"
import * as Audit from "../audit/Audit.ts"
import { Exploration, Explorer, Keeping, Matrix, Walk } from "../audit/Audit.ts"
import * as Sensitivity from "../sensitivity/Sensitivity.ts"
import { asserting, parameters, seed } from "../suites/Harness.ts"
import * as Evidence from "./Evidence.ts"
import * as Store from "./Store.ts"

const isCampaign = process.env.PAYCODE_CAMPAIGN !== undefined

const root = mkdtempSync(join(tmpdir(), "paycode-evidence-"))
afterAll(() => rmSync(root, { recursive: true }))

/** A folder for evidence, with none in it. */
const empty = (): string => mkdtempSync(join(root, "store-"))
const fileIn = (folder: string): string => join(folder, Evidence.Place.file)

const opened = (folder: string, seed = 1): Evidence.Opened => {
  const found = Evidence.open(folder, "0.0.0", seed)
  if (typeof found === "string") throw new Error(found)
  return found
}

/** A keeper that makes nothing again, so that all that can be taken is. */
const trusting = (keeper: Keeping.Keeper): Keeping.Keeper => ({ ...keeper, drawn: () => new Set() })
/** One that makes all again. */
const doubting = (keeper: Keeping.Keeper): Keeping.Keeper => ({ ...keeper, drawn: (kept) => new Set(kept.keys()) })

const keptBy = <A, E>(keeper: Keeping.Keeper | undefined, body: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provideService(body, Keeping.Current, keeper))

/** Threads that stay until the end of the file. */
const scope = Scope.makeUnsafe()
let explore: Effect.Success<typeof Explorer.standing>
beforeAll(async () => {
  explore = await Effect.runPromise(Effect.provideService(Explorer.standing, Scope.Scope, scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const exploredBy = (keeper: Keeping.Keeper | undefined, tasks: ReadonlyArray<Exploration.Task>) =>
  keptBy(
    keeper,
    explore(tasks, Explorer.unlimited, () => {})
  )

const drawing = { runs: 3, seed: 1 }
const memory = Exploration.reserve("quick")

/** What a search finds that is made here and now, without threads and without anybody who listens. */
const fresh = (task: Exploration.Task): Exploration.Explored => Exploration.explore(task, () => true, memory)

/** What is found, but for when it was, and for memory. */
const plain = (found: Exploration.Explored): unknown => Keeping.saved({ ...found, bytes: 0 })

/** Searches that are cheap in every scheme: by their scenes, or by their claims. In the campaign, those that are not dear. */
const cheap = ["codes", "conflict", "renewal", "restoredOrder", "sum"]
const more = ["coincidence", "prompt", "credential", "stepUp", "payment", "supply"]
const ofClaims: ReadonlyArray<CheckedClaimId> = [
  ...(["offline-supply", "payee-agreement", "amount-agreement", "burn-denial", "offline-step-up"] as const)
]
const isCheap = ({ claims, scene }: Exploration.Task): boolean =>
  cheap.includes(scene) || (isCampaign && more.includes(scene)) || claims.every((id) => ofClaims.includes(id))

const planOf = (scheme: Scheme.Scheme, mutants: ReadonlyArray<Rules.Mutant> = []): ReadonlyArray<Exploration.Task> =>
  Exploration.plan(scheme, "quick", checkedIds, { drawing, mutants, states: 15_000 }).filter(isCheap)

/** A scheme with one parameter otherwise: moved both ways, to every other word, or left out. */
const movesOf = (scheme: Scheme.Scheme): ReadonlyArray<Sensitivity.Move> =>
  parameterPaths.flatMap((path) => {
    const without = decode(Scheme.Scheme, Scheme.withParameter(scheme, path, undefined))
    const isLess = Result.isSuccess(without) && Scheme.parameterOf(scheme, path) !== undefined
    const from = Scheme.parameterOf(scheme, path)
    return [
      ...Sensitivity.moves(scheme, path),
      ...(isLess ? [{ path, from, to: undefined, scheme: without.success }] : [])
    ]
  })

/** One of how many is looked at, by the seed; all in the campaign. */
const share = <A>(all: ReadonlyArray<A>, oneOf: number): ReadonlyArray<A> =>
  isCampaign ? all : all.filter((_, index) => (index + seed) % oneOf === 0)

/** What tells a walk from another. */
const outingOf = (scheme: Scheme.Scheme, runs = 2): Explorer.Outing => ({
  rules: Rules.strict(scheme),
  claims: checkedIds.filter((id) => Walk.canWalk(id) && Scheme.exempt(scheme, id) === undefined),
  runs,
  seed: 1
})

/** What is found of some schemes by searches and walks, with a keeper. */
const carriedOut = async (
  keeper: Keeping.Keeper | undefined,
  tasks: ReadonlyArray<Exploration.Task>,
  outings: ReadonlyArray<Explorer.Outing>
) => {
  const explored: Array<Exploration.Explored> = []
  const walked = new Map<Explorer.Outing, Walk.Sample | undefined>()
  const work: Explorer.Work = {
    tasks,
    outings,
    limits: Explorer.unlimited,
    report: () => {},
    found: (number, one) => {
      explored[number] = one
      return []
    },
    walked: (outing, sample) => void walked.set(outing, sample)
  }
  await keptBy(keeper, Explorer.carryOut(work))
  return { explored, walked }
}

/** Of what was found with a keeper, what is not what is found without; and how much was taken. */
const wrongly = (tasks: ReadonlyArray<Exploration.Task>, explored: ReadonlyArray<Exploration.Explored>) => {
  const all = explored.flatMap((found, number) => (found.taken === undefined ? [] : [{ found, task: tasks[number]! }]))
  const wrong = all.filter(({ found, task }) => {
    const { taken: _, ...others } = found
    const now = fresh(task)
    return !isDeepStrictEqual(plain(others), plain(now))
  })
  return { taken: all.length, wrong: wrong.map(({ task: { claims, scene } }) => `${scene}: ${claims}`) }
}

describe(`what is taken is what would be found, seed ${seed}`, () => {
  const schemes = isCampaign ? Object.values(asserting) : [asserting.unionpay]

  it.each(schemes)("whatever parameter of $scheme is otherwise", async (scheme) => {
    const { close, keeper } = opened(empty())
    // What small searches are known to notice is moved in every run.
    const isTelling = ({ path }: Sensitivity.Move): boolean => ["code.alias", "order.bindsCode"].includes(path)
    const all = movesOf(scheme)
    const moves = share(
      all.filter((move) => !isTelling(move)),
      20
    )
    const before = moves.filter((_, index) => index % 2 === 1).map((move) => move.scheme)
    const after = [...all.filter(isTelling), ...moves.filter((_, index) => index % 2 === 0)].map((move) => move.scheme)
    // Those of several schemes are one search as far as they can be.
    const kept = [scheme, ...before].flatMap((one) => planOf(one))
    await carriedOut(trusting(keeper), kept, [])
    const tasks = after.flatMap((one) => planOf(one))
    const explored = await exploredBy(trusting(keeper), tasks)
    close()
    const { taken, wrong } = wrongly(tasks, explored)
    expect(wrong).toEqual([])
    expect(explored).toHaveLength(tasks.length)
    // Some parameters are read by few searches: it would say little if nothing were taken, or all.
    expect(taken).toBeGreaterThan(tasks.length / 10)
    expect(taken).toBeLessThan(tasks.length)
  })

  it("as an audit reports it", async () => {
    const scheme = asserting.unionpay
    const { close, keeper } = opened(empty())
    const claims = [...ofClaims, "order-conflict", "guess-blind"] as const
    const audited = (keeper: Keeping.Keeper | undefined, ...schemes: ReadonlyArray<Scheme.Scheme>) =>
      keptBy(
        keeper,
        Audit.audit("0.0.0", {
          ...{ schemes, claims, scope: "quick", runs: 10, seed: 1, compare: false, more: false },
          limits: Explorer.unlimited
        })
      )
    const bare = (report: Audit.Report): unknown =>
      JSON.parse(JSON.stringify(report, (key, value) => (key === "taken" || key === "seconds" ? undefined : value)))
    await audited(trusting(keeper), scheme)
    const all = movesOf(scheme)
    const moves = share(all, all.length)
    let taken = 0
    for (const move of moves) {
      const warm = await audited(trusting(keeper), move.scheme)
      expect(bare(warm)).toEqual(bare(await audited(undefined, move.scheme)))
      taken += warm.schemes[0]!.searches.filter((search) => search.taken !== undefined).length
    }
    close()
    expect(taken).toBeGreaterThan(0)
  })

  it("whatever clause is left out, and which parameter besides", async () => {
    const scheme = asserting.unionpay
    const { close, keeper } = opened(empty())
    const mutants = share(Rules.allMutants, 30)
    const some = movesOf(scheme)
    // As another comes into the store, there is more to be taken wrongly.
    const tasks = mutants.flatMap((mutant) => planOf(scheme, [mutant]))
    const first = await exploredBy(trusting(keeper), [...planOf(scheme), ...tasks])
    expect(first.filter(({ taken }) => taken !== undefined)).toEqual([])
    const again = mutants.flatMap((mutant, index) => planOf(some[(index * 7 + seed) % some.length]!.scheme, [mutant]))
    const explored = await exploredBy(trusting(keeper), again)
    close()
    const { taken, wrong } = wrongly(again, explored)
    expect(wrong).toEqual([])
    expect(taken).toBeGreaterThan(again.length / 10)
  })

  it("of the clauses that a search consults", async () => {
    const scheme = asserting.unionpay
    const { close, keeper } = opened(empty())
    const few = (one: Scheme.Scheme) => planOf(one).filter(({ scene }) => ["codes", "conflict", "sum"].includes(scene))
    await keptBy(trusting(keeper), Matrix.consultedBy(few(scheme)))
    let taken = 0
    const counting = { ...trusting(keeper), keep: (): void => void taken-- }
    for (const move of share(movesOf(scheme), 20)) {
      const tasks = few(move.scheme)
      taken += tasks.length
      const found = await keptBy(counting, Matrix.consultedBy(tasks))
      expect(found).toEqual(tasks.map((task) => Exploration.consulted(task, memory).clauses))
    }
    close()
    expect(taken).toBeGreaterThan(0)
  })

  it("and is noticed where it is not, as when one thing that a search reads goes unnoted", async () => {
    const scheme = asserting.unionpay
    const { close, keeper } = opened(empty())
    const deaf: Keeping.Keeper = {
      ...trusting(keeper),
      keep: (question, { paths, ...answer }) =>
        keeper.keep(question, { ...answer, paths: paths.filter((path) => path !== "scheme.order.bindsCode") })
    }
    await exploredBy(deaf, planOf(scheme))
    const [move] = Sensitivity.moves(scheme, "order.bindsCode") as [Sensitivity.Move]
    const tasks = planOf(move.scheme)
    const explored = await exploredBy(deaf, tasks)
    close()
    expect(wrongly(tasks, explored).wrong.length).toBeGreaterThan(0)
  })
})

/** A few small searches, and what they find. */
const small = Exploration.plan(asserting.wechat, "quick", ["offline-supply", "opaque-code", "order-conflict"]).filter(
  ({ scene }) => ["codes", "conflict", "supply"].includes(scene)
)
const expected = small.map(fresh).map(plain)

/** What is found of the small searches with what is kept in a folder, as an audit would. */
const audited = async (folder: string, seed = 1) => {
  const found = Evidence.open(folder, "0.0.0", seed)
  if (typeof found === "string") {
    return { found: await exploredBy(undefined, small), problem: found, taken: 0, again: 0, made: 0 }
  }
  const { close, keeper, tally } = found
  const explored = await exploredBy(keeper, small)
  close()
  const { again, made, problem, taken } = tally
  return { found: explored, problem, taken: taken.number, again: again.number, made }
}

/** Rows as they are kept, to be changed and put back with a sum that fits. */
const changing = (folder: string, change: (row: Store.Row) => Partial<Store.Row>): void => {
  const store = Store.open(fileIn(folder), "write")
  for (const row of [...store.all(undefined)]) if (row !== undefined) store.put({ ...row, ...change(row) })
  store.close()
}

/** More than a processor ever spends, so that it is hardly ever drawn. */
const dear = 10 ** 12

describe("what is made again", () => {
  const kept = fc.array(fc.record({ cost: fc.integer({ min: 0, max: 10 ** 9 }), given: fc.string() }), {
    maxLength: 40
  })

  it("is drawn by the seed and by nothing else, and is something where there is anything", () => {
    fc.assert(
      fc.property(kept, fc.nat(), (all, seed) => {
        const drawn = Evidence.drawn(all, seed)
        expect(Evidence.drawn(all, seed)).toEqual(drawn)
        expect(drawn.size > 0).toBe(all.length > 0)
        for (const at of drawn) expect(all[at]).toBeDefined()
      }),
      parameters(200)
    )
  })

  it("costs about as much as is to be spent, and is everything where that costs less", () => {
    const all = Array.from({ length: 100 }, (_, index) => ({ cost: 10_000 * (index + 1), given: `${index}` }))
    const seeds = Array.from({ length: 1000 }, (_, index) => index)
    const costs = seeds.map((seed) => [...Evidence.drawn(all, seed)].reduce((sum, at) => sum + all[at]!.cost, 0))
    const mean = costs.reduce((sum, cost) => sum + cost, 0) / seeds.length
    expect(mean / Evidence.spent).toBeGreaterThan(0.9)
    expect(mean / Evidence.spent).toBeLessThan(1.1)
    expect(new Set(costs).size).toBeGreaterThan(100)
    const little = all.map(({ given }) => ({ cost: 50, given }))
    expect(Evidence.drawn(little, 1).size).toBe(100)
    // Whatever is kept is drawn at last: nothing is trusted for good.
    const [dearest] = [all.length - 1]
    expect(seeds.some((seed) => Evidence.drawn(all, seed).has(dearest!))).toBe(true)
  })

  it("is what an audit makes of what it has: all else is taken, and says when it was made", async () => {
    const folder = empty()
    const first = await audited(folder)
    expect(first).toMatchObject({ taken: 0, again: 0, made: small.length, problem: undefined })
    expect(first.found.filter(({ taken }) => taken !== undefined)).toEqual([])
    const made = "2026-01-02T03:04:05.678Z"
    changing(folder, () => ({ cost: dear, made, by: "0.0.1" }))
    const seen = new Set<number>()
    for (let seed = 1; seed <= 25; seed++) {
      const { again, found, taken } = await audited(folder, seed)
      expect([again, taken]).toEqual([1, small.length - 1])
      expect(found.map(plain)).toEqual(expected)
      for (const [number, one] of found.entries()) {
        if (one.taken === undefined) seen.add(number)
        else expect(one.taken).toEqual({ made, by: "0.0.1" })
      }
    }
    expect(seen.size).toBe(small.length)
  })

  it("is not drawn anew for each of an audit's rounds: a dear walk that comes after searches is taken", async () => {
    const folder = empty()
    const outing = outingOf(asserting.wechat)
    const one = opened(folder)
    await carriedOut(one.keeper, small, [outing])
    one.close()
    changing(folder, ({ kind }) => ({ cost: kind === "walk" ? dear : 1 }))
    const { close, keeper, tally } = opened(folder)
    await exploredBy(keeper, small)
    expect(tally.again.number).toBe(small.length)
    await exploredBy(keeper, small)
    const { walked } = await carriedOut(keeper, [], [outing])
    close()
    expect(walked.get(outing)?.taken).toBeDefined()
    expect(tally.taken.cost).toBeGreaterThanOrEqual(dear)
  })

  it("is found otherwise where what was kept says other than the truth, whatever its sum says", async () => {
    const folder = empty()
    await audited(folder)
    changing(folder, ({ found }) => {
      const one = JSON.parse(found) as Exploration.Explored
      return { found: JSON.stringify({ ...one, states: one.states + 1 }) }
    })
    // These are so cheap that all of them are drawn. Threads that a failure ends are not asked again.
    const { close, keeper } = opened(folder)
    await expect(carriedOut(keeper, small, [])).rejects.toThrow(Keeping.Disagrees)
    // What nobody draws nobody can know.
    const trusted = await exploredBy(trusting(keeper), small)
    expect(trusted.map(({ states }) => states)).toEqual(small.map((task) => fresh(task).states + 1))
    close()
  })

  it("is found otherwise of a verdict that was kept, of a walk and of clauses too", async () => {
    const folder = empty()
    const outing = outingOf(asserting.wechat)
    const { close, keeper } = opened(folder)
    await carriedOut(keeper, [], [outing])
    const tasks = small.filter(({ scene }) => scene === "conflict")
    await keptBy(keeper, Matrix.consultedBy(tasks))
    await keptBy(doubting(keeper), Matrix.consultedBy(tasks))
    changing(folder, ({ found, kind }) => {
      const was = JSON.parse(found) as ReadonlyArray<string> | Walk.Sample
      return { found: JSON.stringify(kind === "walk" ? { ...was, steps: 1 } : (was as ReadonlyArray<string>).slice(1)) }
    })
    await expect(carriedOut(doubting(keeper), [], [outing])).rejects.toThrow(/random runs of wechat: expected/)
    await expect(keptBy(doubting(keeper), Matrix.consultedBy(tasks))).rejects.toThrow(Keeping.Disagrees)
    close()
  })
})

describe("what an audit has made itself", () => {
  it("is neither taken from before nor made again, and counts as made", async () => {
    const { close, keeper, tally } = opened(empty())
    await exploredBy(keeper, small)
    const made = { ...tally, taken: { ...tally.taken }, again: { ...tally.again } }
    await exploredBy(keeper, small)
    close()
    expect([made.made, made.taken.number, made.again.number]).toEqual([small.length, 0, 0])
    expect(tally).toEqual(made)
  })

  it("is counted as made where it cannot be kept, and is not kept at `deep`", async () => {
    const folder = empty()
    const { close, keeper, tally } = opened(folder)
    const question = { ...Keeping.ofTask(small[0]!), order: { ...small[0]!, size: "deep" } }
    keeper.keep(question, { paths: [], cost: 1, found: {} })
    expect([tally.made, tally.problem, keeper.take(question)]).toEqual([1, undefined, undefined])
    close()
  })
})

describe("what does not look like an answer", () => {
  it("is passed over, though its sum fits", async () => {
    const folder = empty()
    await audited(folder)
    for (const found of ["{}", "[]", "null", JSON.stringify({ findings: [{}] })]) changing(folder, () => ({ found }))
    const { found, made } = await audited(folder)
    expect([found.map(plain), made]).toEqual([expected, small.length])
  })
})

describe("what is not over", () => {
  /** A search of more states than are visited whatever the time. */
  const [large] = Exploration.plan(asserting.unionpay, "quick", ["durable"], { drawing }).filter(
    ({ scene }) => scene === "sale"
  ) as [Exploration.Task]

  /** A search and a walk with a keeper, that are stopped as soon as they are begun; and what is kept of them. */
  const stopped = async (limitsOf: (stop: SharedArrayBuffer) => Explorer.Limits) => {
    const { close, keeper, tally } = opened(empty())
    const stop = Explorer.running()
    const ended: Array<string> = []
    const outing = outingOf(asserting.unionpay, 200)
    let sample: Walk.Sample | undefined
    const work: Explorer.Work = {
      tasks: [large],
      outings: [outing],
      limits: limitsOf(stop),
      // It is told at once that there is a search.
      report: () => Explorer.halt(stop),
      found: (_, explored) => {
        ended.push(explored.ended)
        return []
      },
      walked: (_, found) => {
        sample = found
      }
    }
    await keptBy(keeper, Explorer.carryOut(work))
    close()
    return { ended, kept: tally.made, isWalked: sample !== undefined }
  }

  it("is not kept, whoever stops it", async () => {
    const { ended, isWalked, kept } = await stopped((stop) => ({ until: undefined, stop }))
    expect(ended).toEqual(["budget"])
    expect(kept).toBe(isWalked ? 1 : 0)
  })

  it("is not kept where it was never begun", async () => {
    const { ended, isWalked, kept } = await stopped((stop) => ({ until: 1, stop }))
    expect({ ended, isWalked, kept }).toEqual({ ended: ["budget"], isWalked: false, kept: 0 })
  })

  it("is kept where it is the search that gives up, at as many states as it was given", async () => {
    const folder = empty()
    const { close, keeper } = opened(folder)
    const task = { ...large, states: 5000 }
    const [found] = await exploredBy(keeper, [task])
    expect([found!.ended, found!.states > 5000]).toEqual(["budget", true])
    const [again] = await exploredBy(trusting(keeper), [task])
    close()
    expect(again!.taken).toBeDefined()
    expect(plain(again!)).toEqual(plain(found!))
  })
})

describe("whatever becomes of the file", () => {
  let whole: string
  beforeAll(async () => {
    whole = empty()
    await audited(whole)
  })

  /** A copy of the evidence, to be damaged. */
  const copied = (): string => {
    const folder = empty()
    cpSync(fileIn(whole), fileIn(folder))
    return folder
  }

  const ran = (folder: string, ...all: ReadonlyArray<string>): void => {
    const database = new DatabaseSync(fileIn(folder))
    for (const sql of all) database.exec(sql)
    database.close()
  }

  it("an answer that was changed in one bit is passed over, and made and kept anew", async () => {
    const columns = ["found", "order", "sum", "given", "values", "kind", "cost", "made", "by", "fingerprint"]
    for (const column of columns) {
      const folder = copied()
      const database = new DatabaseSync(fileIn(folder))
      for (const row of database.prepare("SELECT * FROM answers").all()) {
        const was = row[column]!
        const changed = typeof was === "number" ? was ^ 1 : Buffer.from(was as string | Uint8Array)
        if (typeof changed !== "number") changed[changed.length >> 1]! ^= 1
        database
          .prepare(`UPDATE answers SET "${column}" = ? WHERE sum = ?`)
          .run(typeof was === "string" ? changed.toString() : changed, row.sum!)
      }
      database.close()
      const { found, ...told } = await audited(folder)
      expect([column, found.map(plain)]).toEqual([column, expected])
      expect([column, told]).toEqual([column, { problem: undefined, taken: 0, again: 0, made: small.length }])
      const { again, problem, taken } = await audited(folder)
      expect([column, again + taken, problem]).toEqual([column, small.length, undefined])
    }
  })

  it("so is one whose list of what it read was changed", async () => {
    for (const change of ["replace(paths, 'scheme.', 'scheme!')", "'[]'", "'nonsense'", "'{}'", "'[1]'"]) {
      const folder = copied()
      ran(folder, `UPDATE reads SET paths = ${change}`)
      const { found, ...told } = await audited(folder)
      expect(found.map(plain)).toEqual(expected)
      expect(told).toEqual({ problem: undefined, taken: 0, again: 0, made: small.length })
      expect((await audited(folder)).made).toBe(0)
    }
  })

  it("bytes that were changed anywhere lead to no other finding", async () => {
    const bytes = readFileSync(fileIn(whole))
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 8
    })
    let used = 0
    await fc.assert(
      fc.asyncProperty(flips, async (all) => {
        const folder = empty()
        const copy = Buffer.from(bytes)
        for (const [at, by] of all) copy[at]! ^= by
        writeFileSync(fileIn(folder), copy, { mode: 0o600 })
        const { again, found, made, problem, taken } = await audited(folder)
        expect(found.map(plain)).toEqual(expected)
        expect(problem === undefined ? again + taken + made : small.length).toBe(small.length)
        if (problem !== undefined) expect(problem).toContain(fileIn(folder))
        used += again + taken
      }),
      parameters(20)
    )
    expect(used).toBeGreaterThan(0)
  })

  it("a file that was cut off is told, or has what is left of it taken", async () => {
    const { size } = statSync(fileIn(whole))
    for (const length of [size - 1, size - 4096, 8192, 4097, 4096, 1000, 100, 50, 1]) {
      const folder = copied()
      truncateSync(fileIn(folder), length)
      const { found, made, problem } = await audited(folder)
      expect(found.map(plain)).toEqual(expected)
      if (length < size / 2) expect(problem !== undefined || made > 0).toBe(true)
      if (problem !== undefined) expect(problem).toMatch(/expected a store of evidence.*(damaged|another database)/)
    }
  })

  it("an empty file is as good as none", async () => {
    const folder = copied()
    truncateSync(fileIn(folder), 0)
    const { found, ...told } = await audited(folder)
    expect(found.map(plain)).toEqual(expected)
    expect(told).toEqual({ problem: undefined, taken: 0, again: 0, made: small.length })
  })

  it("what is no store of evidence is left as it is, and told", async () => {
    const cases: ReadonlyArray<readonly [(folder: string) => void, RegExp]> = [
      [(folder) => ran(folder, "PRAGMA application_id = 7"), /found another database: name another folder/],
      [(folder) => ran(folder, "PRAGMA user_version = 2"), /of version 1, found version 2: remove it/],
      [
        (folder) => writeFileSync(fileIn(folder), "A text, and long enough for a header of a database. ".repeat(9)),
        /damaged/
      ],
      [
        (folder) => {
          rmSync(fileIn(folder))
          mkdirSync(fileIn(folder))
        },
        /expected a file, found something else/
      ]
    ]
    for (const [change, says] of cases) {
      const folder = copied()
      change(folder)
      const isFile = statSync(fileIn(folder)).isFile()
      const before = isFile ? readFileSync(fileIn(folder)) : undefined
      const { found, problem } = await audited(folder)
      expect(found.map(plain)).toEqual(expected)
      expect(problem).toMatch(says)
      expect(problem).toContain(fileIn(folder))
      if (before !== undefined) expect(readFileSync(fileIn(folder)).equals(before)).toBe(true)
    }
  })

  it("tables of another shape under the right numbers are told", async () => {
    for (const sql of ["DROP TABLE answers", "DROP TABLE reads", "ALTER TABLE answers RENAME found TO lost"]) {
      const folder = copied()
      ran(folder, "PRAGMA foreign_keys = OFF", sql)
      const { found, problem } = await audited(folder)
      expect(found.map(plain)).toEqual(expected)
      expect(problem).toMatch(/no such (table|column)/)
    }
  })

  it("what others can read or write is not used, and says how to mend it", async () => {
    for (const [mode, path] of [
      [0o755, (folder: string) => folder],
      [0o770, (folder: string) => folder],
      [0o644, fileIn],
      [0o602, fileIn]
    ] as const) {
      const folder = copied()
      chmodSync(path(folder), mode)
      const { found, problem } = await audited(folder)
      expect(found.map(plain)).toEqual(expected)
      expect(problem).toMatch(new RegExp(`expected permissions 0[67]00, found 0${mode.toString(8)}: run chmod`))
      const [, right] = /run chmod (\d+) /.exec(problem!)!
      chmodSync(path(folder), Number.parseInt(right!, 8))
      expect((await audited(folder)).problem).toBeUndefined()
    }
  })

  it("a database that another holds is not waited for for long, before it is open and after", async () => {
    const folder = copied()
    const other = new DatabaseSync(fileIn(folder))
    other.exec("BEGIN EXCLUSIVE")
    const held = await audited(folder)
    expect(held.found.map(plain)).toEqual(expected)
    expect(held.problem).toMatch(/another process holds it: wait for that to end/)
    other.exec("ROLLBACK")
    const { close, keeper, tally } = opened(folder)
    other.exec("BEGIN EXCLUSIVE")
    const found = await exploredBy(keeper, small)
    other.exec("ROLLBACK")
    expect(found.map(plain)).toEqual(expected)
    expect(found.filter(({ taken }) => taken !== undefined)).toEqual([])
    expect(tally.problem).toMatch(/another process holds it/)
    other.close()
    close()
    expect(await audited(folder)).toMatchObject({ problem: undefined, made: 0 })
  })

  /** Ends in the middle of a transaction that has reached the file. */
  const killed = (folder: string): void => {
    const script = `
      const { DatabaseSync } = require("node:sqlite")
      const database = new DatabaseSync(${JSON.stringify(fileIn(folder))})
      database.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM answers; CREATE TABLE filling (bytes BLOB)")
      const fill = database.prepare("INSERT INTO filling VALUES (zeroblob(5000))")
      for (let at = 0; at < 100; at++) fill.run()
      process.kill(process.pid, "SIGKILL")`
    expect(spawnSync(process.execPath, ["-e", script]).signal).toBe("SIGKILL")
    expect(existsSync(`${fileIn(folder)}-journal`)).toBe(true)
  }

  it("what was being written as a process was killed is as if it had not been begun", async () => {
    const folder = copied()
    killed(folder)
    const { again, found, problem, taken } = await audited(folder)
    expect(found.map(plain)).toEqual(expected)
    expect([again + taken, problem]).toEqual([small.length, undefined])
  })

  it("that is so too for who only reads", () => {
    const folder = copied()
    killed(folder)
    const store = Evidence.existing(folder, "read")
    expect(store.summaries().map(({ answers }) => answers)).toEqual([small.length])
    expect([...store.all(undefined)].filter((row) => row === undefined)).toEqual([])
    store.close()
  })
})

describe("the place", () => {
  const { asked } = Evidence.Place
  const usual = join(homedir(), ".cache", "paycode")

  it("is the one that is given, else that of the environment, else a folder among the caches", () => {
    expect(asked("given", { PAYCODE_STORE: "other" })).toBe(join(process.cwd(), "given"))
    expect(asked(undefined, { PAYCODE_STORE: "other" })).toBe(join(process.cwd(), "other"))
    expect(asked("none", { PAYCODE_STORE: "other" })).toBeUndefined()
    expect(asked(undefined, { PAYCODE_STORE: "none" })).toBeUndefined()
    expect(asked("./none", {})).toBe(join(process.cwd(), "none"))
  })

  it.skipIf(process.platform === "win32" || process.platform === "darwin")("is where caches are on Linux", () => {
    expect(asked(undefined, {})).toBe(usual)
    expect(asked(undefined, { PAYCODE_STORE: "" })).toBe(usual)
    expect(asked(undefined, { XDG_CACHE_HOME: "/somewhere" })).toBe("/somewhere/paycode")
    expect(asked(undefined, { XDG_CACHE_HOME: "relative" })).toBe(usual)
    expect(asked(undefined, { XDG_CACHE_HOME: "" })).toBe(usual)
  })

  it("is made for its owner alone, whatever the mask says", () => {
    const folder = join(empty(), "deep", "inside")
    const mask = process.umask(0)
    try {
      opened(folder).close()
    } finally {
      process.umask(mask)
    }
    expect([folder, fileIn(folder)].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(["700", "600"])
  })

  it("is not made where only something is to be read, and is said not to be there", () => {
    const folder = join(empty(), "missing")
    expect(() => Evidence.existing(folder, "read")).toThrow(/expected a folder with evidence, found none/)
    expect(existsSync(folder)).toBe(false)
    mkdirSync(folder, { mode: 0o700 })
    expect(() => Evidence.existing(folder, "write")).toThrow(/expected a file with evidence, found none/)
    writeFileSync(fileIn(folder), "", { mode: 0o600 })
    expect(() => Evidence.existing(folder, "read")).toThrow(Store.Unusable)
  })

  it("is not a file, nor in one", () => {
    const file = join(empty(), "file")
    writeFileSync(file, "")
    expect(Evidence.open(file, "0.0.0", 1)).toMatch(/expected a folder, found a file: name another/)
    expect(Evidence.open(join(file, "inside"), "0.0.0", 1)).toContain(file)
  })
})

describe("evidence of other code", () => {
  it("is not taken", async () => {
    const folder = empty()
    await audited(folder)
    const database = new DatabaseSync(fileIn(folder))
    database.exec(`UPDATE answers SET fingerprint = '${"0".repeat(64)}'`)
    database.close()
    expect(await audited(folder)).toMatchObject({ taken: 0, again: 0, made: small.length, problem: undefined })
    expect(await audited(folder)).toMatchObject({ made: 0 })
  })
})
