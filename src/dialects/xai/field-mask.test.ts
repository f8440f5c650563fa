import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { readFieldMask } from './field-mask.ts'

const known = ['name', 'voice', 'collection_ids'] as const

function refusal(mask: Parameters<typeof readFieldMask>[0]) {
  try {
    return readFieldMask(mask, known)
  } catch (error) {
    return error instanceof AppError ? error.fields : error
  }
}

test.each([
  [{ paths: ['voice', 'name'] }, ['voice', 'name']],
  [{ paths: ['name', 'name'] }, ['name']],
  [{ paths: ['collectionIds', 'collection_ids'] }, ['collection_ids']],
  [{ paths: [] }, []],
  ['name,collectionIds', ['name', 'collection_ids']],
  [' name , voice ', ['name', 'voice']],
  ['  ', []],
])('%j writes %j', (mask, paths) => {
  expect(readFieldMask(mask, known)).toEqual(paths)
})

test.each(['Name', 'collectionids', 'collection_Ids', 'collectionIDs', '__proto__', 'voice.', 'name '])(
  'does not take %j for a path',
  (path) => {
    expect(refusal({ paths: ['name', path] })).toMatchObject([{ field: 'field_mask.paths[1]' }])
  },
)

test('names every path that cannot be written, and says what can be', () => {
  const list = 'use name, voice, collection_ids'
  expect(refusal('greeting,voice.voice_id')).toEqual([
    { field: 'field_mask', message: `'greeting' is not an updatable field; ${list}` },
    {
      field: 'field_mask',
      message: "'voice.voice_id' is not an updatable field; fields are written whole, so use voice",
    },
  ])
  expect(refusal('name,')).toEqual([
    { field: 'field_mask', message: `'' is not an updatable field; ${list}` },
  ])
})

test('cuts a path that is very long', () => {
  expect(JSON.stringify(refusal({ paths: ['x'.repeat(100_000)] })).length).toBeLessThan(300)
})
