import { defineConfig } from 'vitest/config'

/** Promises that need real processes, a PostgreSQL server or many seconds; the rest is fast. */
const slow = [
  'test/cluster/**/*.test.ts',
  'test/crash/**/*.test.ts',
  'test/scenarios/**/*.test.ts',
  'test/laws/**/*.test.ts',
  'test/dialects/**/*.test.ts',
  'test/clients/**/*.test.ts',
  'test/console/**/*.test.ts',
  'src/storage/{backup,embedded,housekeeping,template}.test.ts',
]

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // A busy machine is slow, not wrong: only what never comes takes this long.
    expect: { poll: { timeout: 60_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'console/src/**/*.test.ts'],
          exclude: slow,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: 'slow', include: slow, testTimeout: 240_000, hookTimeout: 240_000 },
      },
    ],
  },
})
