/**
 * What everything that is made up begins from: the same in every run, so that a change alone turns a test red. Another one
 * with FUZZ_SEED; `FUZZ_SEED=random` explores.
 */
export const fuzzSeed =
  process.env['FUZZ_SEED'] === 'random'
    ? Date.now() % 2 ** 31
    : Number(process.env['FUZZ_SEED'] ?? 20_260_101)
