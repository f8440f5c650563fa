import { expect, test } from 'vitest'
import { readId } from '../printed-ids.ts'
import { listQuery, nameSchema, printTime, readLimit } from './wire-common.ts'

test.each([
  [undefined, 100],
  ['1', 1],
  ['1000', 1000],
  ['1001', 1000],
  ['9007199254740993', 1000],
])('a list asked for %j items answers %j at most', (limit, most) => {
  expect(readLimit(listQuery.parse({ limit, other: 'x' }))).toBe(most)
})

test.each(['0', '-5', '1.5', 'ten', '', ['1', '2']])('a limit of %j is refused', (limit) => {
  expect(listQuery.safeParse({ limit }).success).toBe(false)
})

test('a name is counted in code points and is never blank', () => {
  expect(nameSchema.safeParse('👋'.repeat(255)).success).toBe(true)
  expect(nameSchema.safeParse('👋'.repeat(256)).success).toBe(false)
  expect(nameSchema.safeParse(' \n').success).toBe(false)
})

test('a time is printed in whole seconds', () => {
  expect(printTime(new Date('2026-03-04T09:15:00.999Z'))).toBe('2026-03-04T09:15:00Z')
})

test.each(['agent_', 'agent_abc123def456', 'phone_0000000000000000000000', 'AGENT_0000000000000000000000'])(
  '%j is the id of no agent',
  (text) => {
    expect(() => readId('agent', text, 'agent_not_found')).toThrow('No agent with this id')
  },
)
