/** TestOrder: what the runner of tests is told in its environment, and writes where modules count. */

/** The test files to run, in their order: a list as JSON. */
export const variable = "PAYCODE_TESTS"

/** The module that says, in a list of what was met, which file of tests met it. */
export const counter = "properties/mutation/TestCounter.ts"

/** The line before what a file of tests meets when it is loaded, and before what its tests meet. */
export const loading = "= loading"
export const running = "= running"
