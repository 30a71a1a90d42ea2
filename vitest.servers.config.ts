import { defineConfig } from 'vitest/config'

/** Suites that need a server or a browser, each of which starts its own, and those that need real weights and photographs. */
export default defineConfig({
  test: {
    include: ['test/servers/**/*.test.ts', 'test/real/**/*.test.ts'],
    globalSetup: 'test/temporary-folder.ts',
    testTimeout: 120_000,
    hookTimeout: 1_200_000,
    pool: 'forks',
  },
})
