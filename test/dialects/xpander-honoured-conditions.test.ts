import { afterAll, beforeAll } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { says } from '../support/scenario.ts'
import {
  promiseDifferences,
  startXpanderPairs,
  type Pair,
  type XpanderPairs,
} from '../support/xpander-pairs.ts'

// Every type of condition, in both strategies that have one: one that holds for the answer, and one that does not.

let pairs: XpanderPairs
beforeAll(async () => {
  pairs = await startXpanderPairs()
})
afterAll(async () => await pairs?.[Symbol.asyncDispose]())

const answer = '{"score":7,"tags":[]}'

const conditions: [holds: JsonObject, doesNot: JsonObject][] = [
  [
    { type: 'regex', term: '"score":\\d' },
    { type: 'regex', term: '"score":[A-Z]' },
  ],
  [
    { type: 'contains', term: 'score' },
    { type: 'contains', term: 'points' },
  ],
  [
    { type: 'equal', path: 'score', value: 7 },
    { type: 'equal', path: 'score', value: 8 },
  ],
  [
    { type: 'not_equal', path: 'score', value: 8 },
    { type: 'not_equal', path: 'score', value: 7 },
  ],
  [
    { type: 'gt', path: 'score', value: 6 },
    { type: 'gt', path: 'score', value: 7 },
  ],
  [
    { type: 'gte', path: 'score', value: 7 },
    { type: 'gte', path: 'score', value: 8 },
  ],
  [
    { type: 'lt', path: 'score', value: 8 },
    { type: 'lt', path: 'score', value: 7 },
  ],
  [
    { type: 'lte', path: 'score', value: 7 },
    { type: 'lte', path: 'score', value: 6 },
  ],
  [
    { type: 'not_empty', path: 'score' },
    { type: 'not_empty', path: 'tags' },
  ],
  [{ type: 'else' }, { type: 'contains', term: 'never' }],
]

const stops = (condition: JsonObject): JsonObject => ({
  task_level_strategies: { stop_strategy: { enabled: true, stop_on_condition: condition } },
})

const iterates = (condition: JsonObject): JsonObject => ({
  task_level_strategies: {
    iterative_strategy: { enabled: true, max_iterations: 2, end_condition: condition },
  },
})

const rows = conditions.flatMap(([holds, doesNot]): Pair[] => {
  const both = () => ({ answers: [says(answer), says('Another round.')] })
  const condition = `a condition of type ${String(holds['type'])}`
  return [
    {
      id: 'xpander.strategies.condition',
      title: `${condition} to stop on`,
      values: [stops(holds), stops(doesNot)],
      both,
      differs: ({ task }) => task.status,
      expected: ['stopped', 'completed'],
    },
    {
      id: 'xpander.strategies.condition',
      title: `${condition} to end rounds on`,
      values: [iterates(holds), iterates(doesNot)],
      both,
      differs: ({ task }) => task.result,
      expected: [answer, 'Another round.'],
    },
  ]
})

promiseDifferences(() => pairs, 'agents', rows)
