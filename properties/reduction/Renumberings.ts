/** Renumberings: which accounts, phones and merchants of a world are interchangeable. */
import { adversary, isCorrupt, roguePhone, type World } from "../../model/system/System.ts"
import type { Shape } from "../search/Search.ts"

const permutations = (items: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  items.length < 2
    ? [items]
    : items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]))

const range = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

/** The renumberings that change nothing that anybody could see: who is the adversary, or corrupt, stays so. */
export const of = (world: World): ReadonlyArray<Shape.Renumbering> => {
  const { scope } = world
  const own = adversary(world)
  const rogue = roguePhone(world)
  const fixed = (phone: number): boolean => phone === rogue || isCorrupt(world, phone)
  const out: Array<Shape.Renumbering> = []
  for (const account of permutations(range(scope.accounts))) {
    for (const phone of permutations(range(scope.phones.length))) {
      for (const merchant of permutations(range(scope.merchants))) {
        const keepsOwners = scope.phones.every((owner, index) => account[owner] === scope.phones[phone[index]!]!)
        const keepsParts = phone.every((to, from) => to === from || (!fixed(from) && !fixed(to)))
        const keepsMerchants = own < 0 || merchant[own] === own
        // Members are those that the run starts with: afterwards nobody can tell who they were.
        if (keepsOwners && keepsParts && keepsMerchants) out.push({ account, phone, merchant })
      }
    }
  }
  return out.sort((a, b) => Number(isMoved(a)) - Number(isMoved(b)))
}

const isMoved = (renumbering: Shape.Renumbering): boolean =>
  Object.values(renumbering).some((renumbered) => renumbered.some((to, from) => to !== from))
