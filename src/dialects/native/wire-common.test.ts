import { expect, test } from 'vitest'
import { listQuery, printPage, readId, readIdField, readPage } from './wire-common.ts'

const uuid = '01a201aa-f501-742c-9bef-e73b92c0bf28'
const printed = 'key_0351pRLQhWj2LyhHxrOFOi'

test('asks for one item more than the page holds', () => {
  const query = listQuery({}).parse({ limit: '2' })
  expect(readPage(query, 'key')).toEqual({ limit: 3, after: null })
})

test('lists 100 unless told, 1 to 1,000', () => {
  expect(listQuery({}).parse({}).limit).toBe(100)
  expect(listQuery({}).safeParse({ limit: '0' }).success).toBe(false)
  expect(listQuery({}).safeParse({ limit: '1001' }).success).toBe(false)
  expect(listQuery({}).safeParse({ limit: 'x' }).success).toBe(false)
})

const print = (id: string) => ({ id })

test('tells the next cursor only when there is another page', () => {
  expect(printPage(['a', 'b', 'c'], { limit: 2 }, print)).toEqual({
    data: [{ id: 'a' }, { id: 'b' }],
    has_more: true,
    next_cursor: 'b',
  })
  expect(printPage(['a', 'b'], { limit: 2 }, print)).toEqual({
    data: [{ id: 'a' }, { id: 'b' }],
    has_more: false,
    next_cursor: null,
  })
})

test('reads printed ids; any other text names nothing', () => {
  expect(readId('key', printed, 'key_not_found')).toBe(uuid)
  for (const text of [
    uuid,
    'agent_0351pRLQhWj2LyhHxrOFOi',
    'key_',
    'key_zzzzzzzzzzzzzzzzzzzzzz',
    printed.slice(0, -1),
  ]) {
    expect(() => readId('key', text, 'key_not_found')).toThrow(
      expect.objectContaining({ code: 'key_not_found' }),
    )
  }
})

test('names the field of a bad id', () => {
  expect(() => readIdField('key', 'x', 'after')).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      fields: [{ field: 'after', message: 'must be an id that begins with key_' }],
    }),
  )
})
