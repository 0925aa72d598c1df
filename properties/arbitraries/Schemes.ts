/** Schemes: arbitrary parameters that fit together. */
import fc from "fast-check"
import type { Scheme } from "../../model/Scheme.ts"

/** Variants of a scheme: other steps, windows, displays, drifts, zones and limits, none of which contradict each other. */
export const schemes = (base: Scheme): fc.Arbitrary<Scheme> =>
  fc
    .record({
      step: fc.integer({ min: 1, max: 40 }),
      drift: fc.integer({ min: 1, max: 30 }),
      nodeSkew: fc.integer({ min: 0, max: 2 }),
      display: fc.integer({ min: 1, max: 60 }),
      deliveryAtMost: fc.integer({ min: 0, max: 10 }),
      morePast: fc.integer({ min: 0, max: 1 }),
      moreFuture: fc.integer({ min: 0, max: 2 }),
      quarters: fc.integer({ min: -48, max: 56 }),
      payment: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100_000_000 })),
      payments: fc.integer({ min: 1, max: 5 }),
      change: fc.integer({ min: 0, max: 99 }),
      bindsCode: fc.boolean()
    })
    .map((drawn) => {
      const { deliveryAtMost, display, drift, nodeSkew, payment, step } = drawn
      const past = Math.ceil((display + deliveryAtMost + nodeSkew + drift) / step) + drawn.morePast
      const future = Math.ceil((nodeSkew + drift) / step) + drawn.moreFuture
      return {
        ...base,
        clock: { step, drift, nodeSkew, utcOffset: drawn.quarters * 900 },
        window: { past, future },
        display,
        relay: { deliveryAtMost },
        order: { bindsCode: drawn.bindsCode },
        limit: { payment, daySum: payment * drawn.payments + drawn.change },
        leak: { seconds: (past + 1) * step + drift + nodeSkew }
      }
    })
