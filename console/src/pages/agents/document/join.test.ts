import { describe, expect, test } from 'vitest'
import { joinEdits } from './join.ts'

const base = { name: 'A', limits: { steps: 5, seconds: 60 }, tools: ['a'], metadata: {} }

describe('two edits of one document', () => {
  test('are both there where they are of different places', () => {
    const mine = { ...base, name: 'B', limits: { steps: 6, seconds: 60 } }
    const theirs = { ...base, tools: ['a', 'b'], limits: { steps: 5, seconds: 90 } }
    expect(joinEdits(base, mine, theirs)).toEqual({
      document: { name: 'B', limits: { steps: 6, seconds: 90 }, tools: ['a', 'b'], metadata: {} },
      clashes: [],
    })
  })

  test('clash where both changed a place, unless to the same', () => {
    const mine = { ...base, name: 'Same', tools: ['a', 'mine'], limits: { steps: 7, seconds: 60 } }
    const theirs = { ...base, name: 'Same', tools: ['a', 'theirs'], limits: { steps: 8, seconds: 60 } }
    const joined = joinEdits(base, mine, theirs)
    expect(joined.clashes).toEqual([['limits', 'steps'], ['tools']])
    expect(joined.document).toEqual(mine)
  })

  test('what one removed is gone, and what is not there is no other than null', () => {
    const before = { name: 'A', metadata: { old: 1, kept: 2 }, description: null }
    const mine = { name: 'A', metadata: { kept: 2 } }
    const theirs = { name: 'A', metadata: { old: 1, kept: 3 }, description: null }
    expect(joinEdits(before, mine, theirs)).toEqual({
      document: { name: 'A', metadata: { kept: 3 }, description: null },
      clashes: [],
    })
  })
})
