import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["{spec,model,impl,properties,docs}/**/*.test.ts"],
    // Two cores: the searches start threads of their own.
    maxWorkers: 2,
    testTimeout: 60_000
  }
})
