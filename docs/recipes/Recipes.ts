/** Recipes: those of CONTRIBUTING.md, each followed for an example. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../Sources.ts"
import { command, type Passage, type Recipe, test, types } from "./Recipe.ts"

const pages = "spec/Pages.test.ts"
const table = "properties/mutants/Relay.ts"
const mutants = "properties/mutants/Mutants.test.ts"
const schemes = "model/Scheme.test.ts"
const errorCodes = "model/ErrorCodes.test.ts"
const house = "properties/House.test.ts"
const quint = "spec/quint/paycode.qnt"
const correspondence = "properties/correspondence/Refusals.ts"
const stated = "properties/agreement/Stated.test.ts"

/** A clause that a till leaves out by asking on. */
const clause: Recipe = {
  title: "To add a clause",
  atMost: 6,
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
      place: { after: "`finish`, goes on for an order until it is settled, or tells that it is not.\n" },
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

/** A refusal of refunds that are too large to be made at once. */
const refusal: Recipe = {
  title: "To add a refusal",
  atMost: 6,
  passages: [
    {
      step: 1,
      file: "model/Refusal.ts",
      place: { before: "  NOT_PAID: refusal(" },
      text: '  REFUND_TOO_LARGE: refusal(["SET-8"], "so much is not refunded at once", "refund it in parts"),\n',
      missed: types("model/steps/Settlement.ts")
    },
    {
      step: 2,
      file: "spec/ErrorCodes.ts",
      place: { before: "    NOT_PAID: passing(" },
      text: `    REFUND_TOO_LARGE: passing(
      alipay("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
      wechat("ERROR", "no code of its own: the reason is in the message")
    ),
`,
      missed: test(errorCodes, "every answer is a merchant's")
    },
    {
      step: 3,
      file: "model/steps/Settlement.ts",
      place: { after: '  if (record.status !== "paid") return Change.nothing("NOT_PAID")\n' },
      text: '  if (amount > 200_000) return Change.nothing("REFUND_TOO_LARGE")\n',
      missed: test(errorCodes, "to a refund")
    },
    {
      step: 4,
      file: quint,
      place: { before: '    else if (amount > order.amount - order.refunded) unchanged("REFUND_EXCEEDS")\n' },
      text: '    else if (amount > 200000) unchanged("REFUND_TOO_LARGE")\n',
      missed: test(stated, "answers with every refusal")
    },
    {
      step: 5,
      file: "properties/vectors/SettlementScenarios.ts",
      place: { before: '        query(start, "1", "REFUNDED"),\n' },
      text: '        refund(start, { order: "1", refund: "d", amount: 200_001 }, "REFUND_TOO_LARGE"),\n',
      missed: test("properties/vectors/Vectors.test.ts", "every refusal is a known answer")
    },
    {
      step: 6,
      file: correspondence,
      place: { before: '  NOT_PAID: step("Settlement.refund"),\n' },
      text: '  REFUND_TOO_LARGE: step("Settlement.refund"),\n',
      missed: types(correspondence)
    }
  ]
}

/** A claim about what strangers are told. */
const claim: Recipe = {
  title: "To add a claim",
  atMost: 5,
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

/** A capability to see a code in some other way than a camera's. */
const capability: Recipe = {
  title: "To add a capability",
  atMost: 8,
  passages: [
    {
      step: 1,
      file: "spec/Threats.ts",
      place: { before: "  relay: capability(\n" },
      text: '  mirror: capability(true, "have a phone show its screen elsewhere"),\n',
      missed: types("model/system/Adversary.ts")
    },
    {
      step: 2,
      file: "spec/Threats.md",
      place: { before: "### relay\n" },
      text: `### mirror

> have a phone show its screen elsewhere

**Modelled.** What is seen there is kept, like what is captured.

`,
      missed: test(pages, "has the capability mirror")
    },
    {
      step: 3,
      file: "model/system/Adversary.ts",
      place: { after: "  if (can.capture" },
      text: " || can.mirror",
      missed: test(house, "every capability that is modelled is asked for")
    },
    {
      step: 4,
      file: quint,
      place: { after: '  action capture(phone: int): bool = all {\n    CAN.contains("capture")' },
      text: ' or CAN.contains("mirror")',
      missed: test(stated, "offers what every capability")
    },
    {
      step: 5,
      file: "spec/Claims.ts",
      place: { after: 'const everyday = ["network", "capture",' },
      text: ' "mirror",',
      missed: test(pages, "has no capability that no claim withstands")
    }
  ]
}

/** A form of the report that names the claims alone. */
const form: Recipe = {
  title: "To add a form of the report",
  atMost: 1,
  passages: [
    {
      step: 1,
      file: "properties/report/Formats.ts",
      place: { before: "  json: {\n    flag:" },
      text: `  brief: {
    flag: "print the claims and what became of them",
    print: ({ schemes }) =>
      schemes.flatMap(({ claims }) => claims.map(({ id, verdict }) => \`\${id}: \${verdict}\`)).join("\\n"),
    matrix: undefined,
    file: undefined
  },
`,
      missed: command(["audit", "alipay", "--claim", "guess-blind", "--brief"], "guess-blind: fails\n")
    }
  ]
}

/** A parameter that one scheme has: how long a till waits for the next payer. */
const parameter: Recipe = {
  title: "To add a parameter",
  atMost: 5,
  passages: [
    {
      step: 1,
      file: "spec/Parameters.ts",
      place: { before: '  "reverse.unknownOrder": word(' },
      text: `  "till.cooldown": some("how long a till waits for the next payer", "seconds", [0, 60], {
    bearsOn: ["REL-7"],
    quint: { name: "COOLDOWN", without: 0 }
  }),
`,
      missed: types("model/steps/Relay.ts")
    },
    {
      step: 2,
      file: "spec/schemes/hardened.json",
      place: { after: '  "till": {\n' },
      text: '    "cooldown": 5,\n',
      isData: true,
      missed: test(schemes, "have every parameter between them")
    },
    {
      step: 2,
      file: "spec/schemes/hardened.json",
      place: { after: '  "sources": {\n' },
      text: '    "till.cooldown": "Chosen: so long does a payer take to leave.",\n',
      isData: true,
      missed: test(schemes, "hardened has a source for every parameter")
    },
    {
      step: 3,
      file: quint,
      place: { before: "  /** The age, in seconds, at which a captured code is worthless. */\n" },
      text: "  /** How long a till waits for the next payer, in seconds. */\n  const COOLDOWN: int\n",
      missed: test(stated, "declares the constant of every parameter")
    },
    {
      step: 4,
      file: quint,
      place: { before: "  /** What was refunded of an order under a refund number; 0" },
      text: `  /** Whether a till takes the next payer (REL-7). */
  pure def hasCooled(since: int, now: int): bool = now >= since + COOLDOWN

`,
      missed: test(stated, "uses every constant")
    },
    {
      step: 5,
      file: "model/steps/Relay.ts",
      place: { before: "/** Whether a till may reverse an order that it asked for" },
      text: `/** Whether a till that has been free since an instant takes the next payer (REL-7). */
export const hasCooled = ({ scheme }: Rules, since: number, now: number): boolean =>
  now >= since + (scheme.till.cooldown ?? 0)

`,
      missed: test(house, "every parameter of a scheme is read")
    }
  ]
}

/** A scheme like wechat under another name. */
const scheme: Recipe = {
  title: "To add a scheme",
  atMost: 4,
  passages: [
    {
      step: 1,
      file: "spec/schemes/another.json",
      text: readFileSync(join(root, "spec/schemes/wechat.json"), "utf8").replace('"wechat"', '"another"'),
      isData: true,
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
      missed: test(schemes, "are the files of the folder")
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
export const recipes: ReadonlyArray<Recipe> = [clause, refusal, claim, capability, form, parameter, scheme]

/** Every passage of every recipe. */
export const passages: ReadonlyArray<Passage> = recipes.flatMap((recipe) => recipe.passages)
