import { test } from 'vitest'
import type { Requirement } from '../../src/dialects/requirement.ts'

/**
 * Cites what a dialect promises: `verifies(requirements, ['make.agents.create'], 'a sentence', async () => …)`. The ids
 * stand in the test's name, and `test/dialect-requirements.test.ts` reads them from the source. A promise whose status is
 * `gap` must fail: when it begins to pass, its status is out of date.
 */
export function verifies(
  requirements: readonly Requirement[],
  ids: readonly string[],
  sentence: string,
  run: () => Promise<void> | void,
  timeoutMs?: number,
): void {
  const cited = ids.map((id) => {
    const requirement = requirements.find((one) => one.id === id)
    if (requirement === undefined) throw new Error(`No requirement has the id ${id}.`)
    return requirement
  })
  const hasGap = cited.some(({ status }) => status === 'gap')
  if (hasGap && ids.length > 1) throw new Error(`A gap is cited alone: ${ids.join(', ')}.`)
  const declare = hasGap ? test.fails : test
  declare(`${sentence} [${ids.join(', ')}]`, run, timeoutMs)
}
