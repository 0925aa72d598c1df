/** A model of one's own: two tills sell the last item, each of which looks whether there is one, and then sells it. */
import { compile, Shape, search } from "paycode/search"

const stockAndTills = Shape.struct<{ readonly stock: number; readonly has: ReadonlyArray<boolean> }>({
  stock: Shape.int(-1, 1),
  has: Shape.list(Shape.boolean, 2)
})

const { findings, states } = search(
  {
    init: [{ stock: 1, has: [false, false] }],
    actions: ({ has, stock }) => has.flatMap((looked, till) => (looked || stock > 0 ? [{ till, sells: looked }] : [])),
    next: ({ has, stock }, { sells, till }) => ({
      state: { stock: sells ? stock - 1 : stock, has: has.with(till, !sells) },
      events: sells ? ["sold"] : []
    }),
    layout: compile(stockAndTills)
  },
  [
    {
      name: "in-stock",
      kind: "always",
      on: () => true,
      judge: (_before, _, { stock }) => (stock < 0 ? "broken" : "kept")
    }
  ]
)
for (const { counterexample, name } of findings) console.log(name, states, JSON.stringify(counterexample?.actions))
