import { expect, test } from 'vitest'
import { cpuTime } from '../../../test/support/cpu-time.ts'
import type { JsonObject } from '../../lib/json.ts'
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

test('a schema that carries the $id of a draft, or of a part of another one, changes nothing for the next', () => {
  const drafts = ['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema']
  for (const $id of [...drafts, 'https://json-schema.org/draft/2020-12/meta/core']) {
    for (const $schema of drafts) {
      expect(validator.check({ $id, $schema, type: 'object' })).toBeNull()
      for (const other of drafts) {
        expect(validator.check({ $schema: other, title: `${$id} ${$schema}`, type: 'object' })).toBeNull()
        expect(validator.check({ $schema: other, type: $id })).toContain('schema is invalid')
      }
    }
  }
  for (const type of ['string', 'number', 'array']) {
    const part = { $defs: { part: { $id: 'https://shop.example/part', type } }, $ref: '#/$defs/part' }
    expect(validator.explain(part, true)).toBe(`must be ${type}`)
  }
})

test('a schema may refer to itself as a whole', () => {
  const tree = {
    type: 'object',
    properties: { name: { type: 'string' }, child: { $ref: '#' } },
    required: ['name'],
  }
  expect(validator.check(tree)).toBeNull()
  expect(validator.validate(tree, { name: 'a', child: { name: 'b' } })).toEqual([])
  expect(validator.explain(tree, { name: 'a', child: { name: 'b', child: {} } })).toBe(
    'child.child.name is required',
  )
})

test('a value that would take for ever to check is stopped, and so is one without end', () => {
  const doubled = (keyword: string): JsonObject => {
    const $defs: JsonObject = { d40: { type: 'string' } }
    for (let i = 0; i < 40; i++) {
      const next = { $ref: `#/$defs/d${i + 1}` }
      $defs[`d${i}`] = { [keyword]: [next, next] }
    }
    return { $defs, $ref: '#/$defs/d0' }
  }
  const tooLong = [{ path: '', message: 'takes too long to check' }]
  expect(validator.validate(doubled('allOf'), 1)).toEqual(tooLong)
  expect(validator.validate(doubled('anyOf'), 1)).toEqual(tooLong)
  const many = Array.from({ length: 50_000 }, (_, n) => ({ n }))
  expect(validator.validate({ uniqueItems: true }, many)).toEqual(tooLong)
  const wrong = { items: { allOf: Array.from({ length: 2_000 }, () => ({ type: 'string' })) } }
  expect(validator.validate(wrong, many)).toEqual(tooLong)
  expect(validator.explain({ $ref: '#' }, {})).toBe(
    'cannot be checked: its schema refers to itself without end',
  )
})

test('what is referred to often is compiled once', () => {
  const properties = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}`, { type: 'string' }]))
  const $defs = { part: { type: 'object', properties } }
  const many = { $defs, allOf: Array.from({ length: 1_500 }, () => ({ $ref: '#/$defs/part' })) }
  expect(cpuTime(() => expect(validator.check(many)).toBeNull())).toBeLessThan(5_000)
  expect(validator.validate(many, { p0: 'a' })).toEqual([])
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
  const ms = cpuTime(() =>
    expect(validator.validate({ pattern: '^(a+)+$' }, `${'a'.repeat(20_000)}!`)).toHaveLength(1),
  )
  expect(ms).toBeLessThan(500)
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
