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
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'console/src/**/*.test.ts'],
          exclude: slow,
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'slow', include: slow, testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
})
