import { defineConfig } from 'vitest/config'

/** Suites that need a server or a browser; each starts its own. */
export default defineConfig({
  test: {
    include: ['test/servers/**/*.test.ts'],
    globalSetup: 'test/temporary-folder.ts',
    testTimeout: 120_000,
    hookTimeout: 1_200_000,
    pool: 'forks',
  },
})
