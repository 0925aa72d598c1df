/** Recipes: those of CONTRIBUTING.md, each followed for an example. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../Sources.ts"
import { type Passage, type Recipe, test, types } from "./Recipe.ts"

const pages = "spec/Pages.test.ts"
const table = "properties/mutants/Relay.ts"
const mutants = "properties/mutants/Mutants.test.ts"
const quint = "spec/quint/paycode.qnt"
const stated = "properties/agreement/Stated.test.ts"

/** A clause that a till leaves out by asking on. */
const clause: Recipe = {
  title: "To add a clause",
  passages: [
    {
      step: 1,
      file: "spec/Clauses.ts",
      place: { before: '  "VER-1": verification(' },
      text: `  "REL-8": relay("A till asks no more for an order whose answer it has.", {
    "asks on": "a till asks on for what was answered"
  }),
`,
      missed: types("model/steps/Asking.ts")
    },
    {
      step: 2,
      file: "spec/Relay.md",
      place: { after: "**Enforced.** [`model/system/Till.ts`](../model/system/Till.ts), `scans`.\n" },
      text: `
## REL-8

> A till asks no more for an order whose answer it has.

**Reason.** What is definite stays.

**Without it.** A till asks without end: \`sale-once\` falls.

**Enforced.** [\`model/steps/Asking.ts\`](../model/steps/Asking.ts), \`mayAsk\`.
`,
      missed: test(pages, "REL-8, word for word")
    },
    {
      step: 3,
      file: "model/steps/Asking.ts",
      text: `/** Asking: how long a till asks for an order. */
import { type Answer, isDefinite } from "../Order.ts"
import { inForce, type Rules } from "../Rules.ts"

/** Whether a till asks again that was answered (REL-8). */
export const mayAsk = (rules: Rules, answer: Answer): boolean => !isDefinite(answer) || !inForce(rules, "REL-8")
`,
      missed: test(pages, "REL-8 is enforced where its page says")
    },
    {
      step: 4,
      file: table,
      place: { before: '  "REL-7": {\n' },
      text: `  "REL-8": {
    "asks on": {
      implementation: "rules",
      claims: { alipay: ["sale-once"] },
      refinement: silent("a till of the implementation asks as often as its merchant says")
    }
  },
`,
      missed: types(table)
    },
    {
      step: 5,
      file: quint,
      place: { before: "  /** The names of the claims that the last action broke. */" },
      text: "  /** Nobody asks for what it was told (REL-8). */\n",
      missed: test(stated, "cites every clause")
    }
  ]
}

/** A claim about what strangers are told. */
const claim: Recipe = {
  title: "To add a claim",
  passages: [
    {
      step: 1,
      file: "spec/Claims.ts",
      place: { before: '  "reverse-tombstone": {\n' },
      text: `  "strangers-learn-nothing": {
    subject: "Relay",
    kind: "always",
    says: "A merchant that asks for another's order is told that there is none.",
    under: everyday,
    assumes: ["channel"]
  },
`,
      missed: types("properties/claims/Relay.ts")
    },
    {
      step: 2,
      file: "properties/claims/Relay.ts",
      place: { before: "export const reverseTombstone = " },
      text: `export const strangersLearnNothing = Claim.define("strangers-learn-nothing", {
  scenes: ["order"],
  on: ["Answered"],
  judge: (_world, _before, event) => (event.own ? "elsewhere" : Claim.must(event.answer === "NO_SUCH_ORDER"))
})

`,
      missed: types("properties/claims/Catalogue.ts")
    },
    {
      step: 4,
      file: table,
      place: { after: 'claims: { alipay: ["own-orders", ' },
      text: '"strangers-learn-nothing", ',
      missed: test(mutants, "no claim is untested")
    },
    {
      step: 5,
      file: quint,
      place: { before: "  val reverseTombstone: bool = " },
      text: `  val strangersLearnNothing: bool = ofAnswers(a => not(a.own) implies a.answer == "NO_SUCH_ORDER")

`,
      missed: test(stated, "states every claim")
    },
    {
      step: 5,
      file: quint,
      place: { after: '("ownOrders", ownOrders),' },
      text: ' ("strangersLearnNothing", strangersLearnNothing),',
      missed: test(stated, "states every claim")
    }
  ]
}

/** A scheme like wechat under another name. */
const scheme: Recipe = {
  title: "To add a scheme",
  passages: [
    {
      step: 1,
      file: "spec/schemes/another.json",
      text: readFileSync(join(root, "spec/schemes/wechat.json"), "utf8").replace('"wechat"', '"another"'),
      missed: types("spec/Schemes.ts")
    },
    {
      step: 2,
      file: "spec/Schemes.ts",
      place: { before: "import hardened from" },
      text: 'import another from "./schemes/another.json" with { type: "json" }\n',
      missed: types("spec/Schemes.ts")
    },
    {
      step: 2,
      file: "spec/Schemes.ts",
      place: { before: "  hardened,\n" },
      text: "  another,\n",
      missed: test("model/Scheme.test.ts", "are the files of the folder")
    },
    {
      step: 2,
      file: "spec/README.md",
      place: { after: "(schemes/wechat.json)" },
      text: ", [another](schemes/another.json)",
      missed: test(pages, "every scheme of the folder has a page's link to it")
    }
  ]
}

/** The recipes that are followed. */
export const recipes: ReadonlyArray<Recipe> = [clause, claim, scheme]

/** Every passage of every recipe. */
export const passages: ReadonlyArray<Passage> = recipes.flatMap((recipe) => recipe.passages)
