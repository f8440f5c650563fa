import { expect, test } from 'vitest'
import { createSchemaValidator, maxSchemaLength } from './schema-validator.ts'

const validator = createSchemaValidator()

test('says where a value is wrong and what would be right', () => {
  const schema = {
    type: 'object',
    properties: {
      order_id: { type: 'string' },
      size: { enum: ['s', 'm'] },
      items: { type: 'array', items: { type: 'object', required: ['name'] } },
    },
    required: ['order_id'],
    additionalProperties: false,
  }
  expect(validator.validate(schema, { order_id: 'a' })).toEqual([])
  expect(validator.validate(schema, { size: 'x', items: [{}], other: 1 })).toEqual([
    { path: 'order_id', message: 'is required' },
    { path: 'other', message: 'is not a known field' },
    { path: 'size', message: 'must be one of ["s","m"]' },
    { path: 'items[0].name', message: 'is required' },
  ])
  expect(validator.explain(schema, { order_id: 1 })).toBe('order_id must be string')
  expect(validator.explain(schema, { order_id: 'a' })).toBeNull()
})

test('takes draft-07 and 2020-12, and the same $id for different schemas', () => {
  const old = { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'x', items: [{ type: 'string' }] }
  const recent = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'x',
    prefixItems: [{ type: 'number' }],
  }
  expect([validator.check(old), validator.check(recent)]).toEqual([null, null])
  expect(validator.validate(old, ['a'])).toEqual([])
  expect(validator.validate(recent, ['a'])).toEqual([{ path: '[0]', message: 'must be number' }])
})

test('refuses what is no schema, what is too long and what points elsewhere', () => {
  expect(validator.check({ type: 'text' })).toContain('schema is invalid')
  expect(validator.check({ $ref: 'https://elsewhere.example/schema' })).toBe(
    '$ref "https://elsewhere.example/schema" points outside the schema',
  )
  expect(validator.check({ description: 'x'.repeat(maxSchemaLength) })).toBe(
    'it is longer than 65536 characters',
  )
  expect(validator.check({ $ref: '#/$defs/a', $defs: { a: { type: 'string' } } })).toBeNull()
})

test('a hostile pattern is refused or runs in linear time', () => {
  expect(validator.check({ pattern: 'a'.repeat(1001) })).toBe('a pattern may have at most 1000 characters')
  expect(validator.check({ pattern: '(' })).toContain('Invalid regular expression')
  expect(validator.check({ pattern: '(?=a)(a+)+$' })).toContain('repeats a group that repeats')
  const begun = performance.now()
  expect(validator.validate({ pattern: '^(a+)+$' }, `${'a'.repeat(20_000)}!`)).toHaveLength(1)
  expect(performance.now() - begun).toBeLessThan(500)
})

test('ordinary patterns keep their meaning', () => {
  const fits = (pattern: string, text: string) => validator.validate({ pattern }, text).length === 0
  expect(fits('^[a-z0-9]+(?:-[a-z0-9]+)*$', 'a-b-c')).toBe(true)
  expect(fits('^(?!\\s*$).+', '  ')).toBe(false)
  expect(fits('^\\p{L}+$', 'Käse')).toBe(true)
  expect(fits('^[A-Z]{3}-\\d{4}$', 'ORD-1042')).toBe(true)
  expect(fits('[\\w.-]+@[a-z]{2,40}', 'me@example')).toBe(true)
  expect(fits('^[A-Z]{3}$', 'ORD')).toBe(true)
  expect(fits('^\\d{4}$', 'ORD')).toBe(false)
  expect(fits('^\\d{4}$', '1042')).toBe(true)
})
