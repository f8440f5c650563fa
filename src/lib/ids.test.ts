import { expect, test } from 'vitest'
import { base62FromUuid, newId, parseId, printId, uuidFromBase62 } from './ids.ts'

test('prints a UUID as 22 base62 characters and reads it back', () => {
  expect(base62FromUuid('00000000-0000-0000-0000-000000000000')).toBe('0000000000000000000000')
  expect(base62FromUuid('00000000-0000-0000-0000-00000000003d')).toBe('000000000000000000000z')
  expect(base62FromUuid('ffffffff-ffff-ffff-ffff-ffffffffffff')).toBe('7n42DGM5Tflk9n8mt7Fhc7')
  expect(uuidFromBase62('7n42DGM5Tflk9n8mt7Fhc7')).toBe('ffffffff-ffff-ffff-ffff-ffffffffffff')
  for (let i = 0; i < 1000; i++) {
    const id = newId()
    expect(uuidFromBase62(base62FromUuid(id))).toBe(id)
  }
})

test('reads nothing from text that is not a printed id', () => {
  expect(uuidFromBase62('7n42DGM5Tflk9n8mt7Fhc8')).toBeNull()
  expect(uuidFromBase62('7n42DGM5Tflk9n8mt7Fh')).toBeNull()
  expect(uuidFromBase62('7n42DGM5Tflk9n8mt7Fh-7')).toBeNull()
  expect(parseId('run', printId('agent', newId()))).toBeNull()
})

test('mints ids that sort by the time they were minted', () => {
  const ids = Array.from({ length: 20_000 }, () => newId())
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(20_000)
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true)
})
