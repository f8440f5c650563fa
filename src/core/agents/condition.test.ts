import { describe, expect, test } from 'vitest'
import { cpuTime } from '../../../test/support/cpu-time.ts'
import type { JsonValue } from '../../lib/json.ts'
import { conditionText, holds } from './condition.ts'
import type { Condition } from './strategies.ts'

const condition = (type: Condition['type'], more: Partial<Condition> = {}): Condition => ({
  type,
  term: null,
  path: null,
  value: null,
  ...more,
})

const cases: [Condition['type'], Partial<Condition>, JsonValue, boolean][] = [
  ['else', {}, null, true],
  ['regex', { term: '^D.ne' }, 'Done.', true],
  ['regex', { term: '^one' }, 'Done.', false],
  ['regex', { term: '"state": "done"' }, '{"state": "done"}', true],
  ['regex', { term: '^done$', path: 'state' }, '{"state": "done"}', true],
  ['regex', { term: '.*', path: 'missing' }, '{"state": "done"}', false],
  ['contains', { term: 'APPROVED' }, 'It is APPROVED.', true],
  ['contains', { term: 'APPROVED' }, 'It is approved.', false],
  ['contains', { term: '"ok":true' }, { ok: true }, true],
  ['equal', { path: 'action', value: 'done' }, '{"action": "done"}', true],
  ['equal', { path: 'action', value: 'done' }, '```json\n{"action": "done"}\n```', true],
  ['equal', { path: 'a', value: 1 }, ' ```\r\n{"a": 1}```\n', true],
  ['equal', { path: 'a', value: 1 }, '```python\n{"a": 1}\n```', false],
  ['equal', { path: 'a', value: 1 }, '```{"a": 1}```', false],
  ['equal', { path: 'input.order.items.1', value: 7 }, { order: { items: [3, 7] } }, true],
  ['equal', { path: 'count', value: '7.0' }, { count: 7 }, true],
  ['equal', { path: 'a', value: { y: 1, x: 2 } }, { a: { x: 2, y: 1 } }, true],
  ['equal', { value: { a: 1 } }, '{"a": 1}', true],
  ['equal', { path: 'missing', value: null }, { a: 1 }, true],
  ['equal', { path: 'constructor', value: null }, {}, true],
  ['equal', { path: 'items.length', value: 1 }, { items: [1] }, false],
  ['not_equal', { path: 'action', value: 'done' }, { action: 'more' }, true],
  ['not_equal', { path: 'action', value: 'done' }, { action: 'done' }, false],
  ['gt', { path: 'score', value: 9 }, { score: '10' }, true],
  ['gt', { path: 'score', value: 10 }, { score: 10 }, false],
  ['gte', { path: 'score', value: 10 }, { score: 10 }, true],
  ['lt', { value: 5 }, '4.5', true],
  ['lt', { path: 'score', value: 5 }, {}, false],
  ['lte', { path: 'day', value: '2026-02-01' }, { day: '2026-01-31' }, true],
  ['lte', { path: 'day', value: 5 }, { day: 'Monday' }, false],
  ['not_empty', {}, '', false],
  ['not_empty', {}, '[]', false],
  ['not_empty', { path: 'found' }, { found: {} }, false],
  ['not_empty', { path: 'found' }, {}, false],
  ['not_empty', { path: 'found' }, { found: 0 }, true],
  ['not_empty', { path: 'found' }, { found: false }, true],
  ['not_empty', {}, ' ', true],
]

describe('a condition', () => {
  test.each(cases)('%s %j of %j is %s', (type, more, value, expected) => {
    expect(holds(condition(type, more), value)).toBe(expected)
  })

  test('a code fence is taken off in linear time, and JSON nested too deeply is only text', () => {
    const ms = cpuTime(() =>
      expect(holds(condition('not_empty'), `\`\`\`${'\n'.repeat(200_000)}`)).toBe(true),
    )
    expect(ms).toBeLessThan(1_000)
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(holds(condition('equal', { path: '0', value: null }), nested(64))).toBe(false)
    expect(holds(condition('equal', { path: '0', value: null }), nested(65))).toBe(true)
    expect(holds(condition('equal', { value: 1 }), nested(100_000))).toBe(false)
  })

  test('a pattern cannot take for ever', () => {
    const ms = cpuTime(() =>
      expect(holds(condition('regex', { term: '^(a+)+$' }), `${'a'.repeat(5_000)}!`)).toBe(false),
    )
    expect(ms).toBeLessThan(1_000)
  })

  test.each<[Condition, string]>([
    [condition('regex', { term: 'done' }), 'it matches "done"'],
    [condition('equal', { path: 'action', value: 'done' }), 'action = "done"'],
    [condition('not_equal', { path: 'n', value: 1 }), 'n ≠ 1'],
    [condition('not_empty', { path: 'errors' }), 'errors is not empty'],
    [condition('else'), 'always'],
  ])('is said in words: %j', (one, words) => {
    expect(conditionText(one)).toBe(words)
  })
})
