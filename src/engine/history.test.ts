import { expect, test } from 'vitest'
import { withNewestCalls } from './history.ts'
import type { CallMemory, Turn } from './memory.ts'

const call = (callId: string): CallMemory => ({
  call: { callId, tool: 'act', arguments: {} },
  approval: null,
  intent: null,
  lost: null,
  result: { status: 'ok', output: 1 },
})
const user: Turn = { type: 'user', content: [] }
const reasoning = [{ text: 'Hm.' }]
const asks = (text: string, ...ids: string[]): Turn => ({
  type: 'assistant',
  text,
  reasoning,
  calls: ids.map(call),
})
const turns: Turn[] = [user, asks('', 'a'), asks('Looking.', 'b'), asks('', 'c', 'd'), asks('Done.')]

const shown = (most: number | null) =>
  withNewestCalls(turns, most).map((turn) => {
    if (turn.type !== 'assistant') return turn.type
    return [turn.text, turn.reasoning.length, ...turn.calls.map(({ call: { callId } }) => callId)].join(' ')
  })

test('every call is shown where there is no limit, or room for all', () => {
  const all = ['user', ' 1 a', 'Looking. 1 b', ' 1 c d', 'Done. 1']
  expect(shown(null)).toEqual(all)
  expect(shown(4)).toEqual(all)
})

test('older calls go with their results and thoughts; what was said stays', () => {
  expect(shown(3)).toEqual(['user', 'Looking. 1 b', ' 1 c d', 'Done. 1'])
  expect(shown(1)).toEqual(['user', 'Looking. 0', ' 1 d', 'Done. 1'])
  expect(shown(0)).toEqual(['user', 'Looking. 0', 'Done. 1'])
})
