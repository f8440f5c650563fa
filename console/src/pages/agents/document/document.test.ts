import { describe, expect, test } from 'vitest'
import { findJsonProblem, printJsonProblem, readJson } from './json-problem.ts'
import { mergePatchBetween, renameKey, sameJson } from './json.ts'
import { isAtOrBelow, printPath, valueAt, withValue } from './path.ts'

describe('a path', () => {
  test('is printed as the API names fields', () => {
    expect(printPath(['tools', 0, 'headers', 'X-Key'])).toBe('tools[0].headers.X-Key')
    expect(printPath([])).toBe('')
  })

  test('is above what the API names below it, not above its namesakes', () => {
    expect(isAtOrBelow('tools[1].url', 'tools[1]')).toBe(true)
    expect(isAtOrBelow('tools[10].url', 'tools[1]')).toBe(false)
    expect(isAtOrBelow('limits.steps_more', 'limits.steps')).toBe(false)
  })

  test('changes one value and leaves the rest alone', () => {
    const before = { model: null, tools: [{ name: 'a' }, { name: 'b' }] }
    expect(withValue(before, ['tools', 1, 'name'], 'c').tools).toEqual([{ name: 'a' }, { name: 'c' }])
    expect(withValue(before, ['model', 'temperature'], 1).model).toEqual({ temperature: 1 })
    expect(before).toEqual({ model: null, tools: [{ name: 'a' }, { name: 'b' }] })
  })

  test('finds nothing that an object only inherits', () => {
    expect(valueAt({}, ['constructor'])).toBe(undefined)
  })
})

describe('the patch between two definitions', () => {
  test('has only what differs, and null for what is gone', () => {
    const before = { name: 'A', limits: { steps: 5, tokens: null }, metadata: { a: 1, b: 2 }, tools: [1] }
    const after = { name: 'A', limits: { steps: 6, tokens: null }, metadata: { a: 1 }, tools: [1, 2] }
    expect(mergePatchBetween(before, after)).toEqual({
      limits: { steps: 6 },
      metadata: { b: null },
      tools: [1, 2],
    })
  })

  test('is empty when only the order of keys differs', () => {
    expect(mergePatchBetween({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 })).toEqual({})
    expect(sameJson({ a: undefined as never }, {})).toBe(false)
  })

  test('replaces what was no object', () => {
    expect(mergePatchBetween({ model: null }, { model: { name: 'm' } })).toEqual({ model: { name: 'm' } })
  })
})

test('a key is renamed where it stands', () => {
  expect(Object.keys(renameKey({ a: 1, b: 2, c: 3 }, 'b', 'z'))).toEqual(['a', 'z', 'c'])
})

describe('a text that is not JSON', () => {
  const said = (text: string) => {
    const problem = findJsonProblem(text)
    return problem && printJsonProblem(problem)
  }

  test('is told where and why', () => {
    expect(said('{\n  "a": x\n}')).toBe('Line 2, column 8: a value belongs here, not "x".')
    expect(said('{"a": 1\n "b": 2}')).toBe('Line 2, column 2: a comma or } belongs here.')
    expect(said('{"a": 1,\n}')).toBe('Line 1, column 8: no comma may stand before }.')
    expect(said('{a: 1}')).toBe('Line 1, column 2: a name in double quotes belongs here.')
    expect(said('{"a" 1}')).toBe('Line 1, column 6: a colon belongs here.')
    expect(said('{"a":')).toBe('Line 1, column 6: the text ends where a value belongs.')
    expect(said('{"a": "x')).toBe(
      'Line 1, column 7: this text has no end, or a character in it must be escaped.',
    )
    expect(said('{} {}')).toBe('Line 1, column 4: nothing may follow the value.')
  })

  test('is found wherever the language itself finds it', () => {
    const texts = ['', '[1,2]', '01', '-0.5e+3', '"\\u12"', '"a\tb"', '[1,,2]', 'nul', '{"a":{}}', '[']
    for (const text of texts) expect('problem' in readJson(text), text).toBe(said(text) !== null)
  })
})
