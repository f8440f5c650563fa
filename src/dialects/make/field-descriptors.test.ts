import { expect, test } from 'vitest'
import type { FieldError } from '../../errors.ts'
import { fieldsOfSchema, schemaOfFields, type FieldDescriptor } from './field-descriptors.ts'
import { readFields } from './read-fields.ts'

function problemsOf(sent: unknown): FieldError[] {
  const problems: FieldError[] = []
  readFields(sent, 'schema', problems)
  return problems
}

test.each([
  ['text', { type: 'string' }],
  ['filename', { type: 'string' }],
  ['buffer', { type: 'string' }],
  ['json', { type: 'string', contentMediaType: 'application/json' }],
  ['date', { type: 'string', description: 'ISO 8601 date' }],
  ['number', { type: 'number' }],
  ['integer', { type: 'integer' }],
  ['uinteger', { type: 'integer', minimum: 0 }],
  ['boolean', { type: 'boolean' }],
  ['array', { type: 'array', items: {} }],
  ['collection', { type: 'object' }],
  ['any', {}],
  ['a type nobody knows', { type: 'string' }],
])('a field of the type %s becomes its JSON Schema', (type, schema) => {
  expect(schemaOfFields([{ name: 'x', type }])).toEqual({ type: 'object', properties: { x: schema } })
})

test('labels, help, defaults and required fields are in the schema', () => {
  const fields: FieldDescriptor[] = [
    { name: 'amount', type: 'number', label: 'Amount', help: 'In euros.', required: true, default: 5 },
    { name: 'note', type: 'text', required: false },
    { name: 'due', type: 'date', help: 'When it must be paid.' },
  ]
  expect(schemaOfFields(fields)).toEqual({
    type: 'object',
    properties: {
      amount: { type: 'number', title: 'Amount', description: 'In euros.', default: 5 },
      note: { type: 'string' },
      due: { type: 'string', description: 'When it must be paid. (ISO 8601 date)' },
    },
    required: ['amount'],
  })
})

test('a select is one of its options, or several of them', () => {
  const options = [
    { label: 'Low', value: 'low' },
    { label: 'High', value: 'high' },
  ]
  expect(schemaOfFields([{ name: 'one', type: 'select', options }])['properties']).toEqual({
    one: { type: 'string', enum: ['low', 'high'] },
  })
  expect(schemaOfFields([{ name: 'some', type: 'select', options, multiple: true }])['properties']).toEqual({
    some: { type: 'array', items: { type: 'string', enum: ['low', 'high'] } },
  })
  const numbers = [
    { label: 'One', value: 1 },
    { label: 'Also one', value: 1 },
  ]
  expect(schemaOfFields([{ name: 'n', type: 'select', options: numbers }])['properties']).toEqual({
    n: { enum: [1] },
  })
})

test('collections and arrays hold what their spec says', () => {
  const fields: FieldDescriptor[] = [
    { name: 'customer', type: 'collection', spec: [{ name: 'name', type: 'text', required: true }] },
    { name: 'tags', type: 'array', spec: { type: 'text' } },
    {
      name: 'lines',
      type: 'array',
      spec: [
        { name: 'sku', type: 'text' },
        { name: 'count', type: 'uinteger' },
      ],
    },
  ]
  expect(schemaOfFields(fields)['properties']).toEqual({
    customer: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    tags: { type: 'array', items: { type: 'string' } },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: { sku: { type: 'string' }, count: { type: 'integer', minimum: 0 } },
      },
    },
  })
})

test('what a form can say comes back from its schema as it was', () => {
  const fields: FieldDescriptor[] = [
    { name: 'id', type: 'uinteger', required: true },
    { name: 'delta', type: 'integer', required: false },
    { name: 'when', type: 'date', help: 'Of the order.', required: true },
    { name: 'day', type: 'date', required: false },
    { name: 'raw', type: 'json', required: false },
    { name: 'kind', type: 'select', options: [{ label: 'a', value: 'a' }], required: false },
    { name: 'kinds', type: 'select', multiple: true, options: [{ label: 'a', value: 'a' }], required: false },
    { name: 'ok', type: 'boolean', label: 'All right?', default: false, required: false },
    {
      name: 'who',
      type: 'collection',
      spec: [{ name: 'name', type: 'text', required: true }],
      required: true,
    },
    { name: 'tags', type: 'array', spec: { type: 'text' }, required: false },
    { name: 'lines', type: 'array', spec: [{ name: 'sku', type: 'text', required: false }], required: false },
    { name: 'free', type: 'collection', required: false },
    { name: 'list', type: 'array', required: false },
    { name: 'anything', type: 'any', required: false },
  ]
  expect(fieldsOfSchema(schemaOfFields(fields))).toEqual(fields)
})

test('schemas written elsewhere are shown as far as forms can show them', () => {
  const schema = {
    type: 'object',
    properties: {
      at: { type: 'string', format: 'date-time' },
      maybe: { type: ['null', 'number'] },
      either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      odd: true,
    },
    required: ['at', 'missing'],
  }
  expect(fieldsOfSchema(schema)).toEqual([
    { name: 'at', type: 'date', required: true },
    { name: 'maybe', type: 'number', required: false },
    { name: 'either', type: 'any', required: false },
    { name: 'odd', type: 'any', required: false },
  ])
})

test('a schema nested deeper than any form is cut, not followed', () => {
  let schema: Parameters<typeof fieldsOfSchema>[0] = {
    type: 'object',
    properties: { end: { type: 'string' } },
  }
  for (let i = 0; i < 5_000; i++) schema = { type: 'object', properties: { in: schema } }
  expect(JSON.stringify(fieldsOfSchema(schema)).match(/"spec"/g)).toHaveLength(16)
})

test.each([
  ['text', [{ field: 'schema', message: 'must be an array of fields' }]],
  [[1], [{ field: 'schema[0]', message: 'must be an object' }]],
  [[{ name: 'a' }], [{ field: 'schema[0].type', message: 'is required' }]],
  [[{ name: 'a', type: 3 }], [{ field: 'schema[0].type', message: 'must be a string' }]],
  [[{ type: 'text' }], [{ field: 'schema[0].name', message: 'is required' }]],
  [
    [
      { name: 'a', type: 'text' },
      { name: 'a', type: 'text' },
    ],
    [{ field: 'schema[1].name', message: 'another field has the same' }],
  ],
  [
    [{ name: 'a', type: 'text', required: 'yes' }],
    [{ field: 'schema[0].required', message: 'must be true or false' }],
  ],
  [
    [{ name: 'a', type: 'select', options: [{ label: 'x' }] }],
    [{ field: 'schema[0].options[0]', message: 'must be an object with a value' }],
  ],
  [
    [{ name: 'a', type: 'collection', spec: [{ name: 'b' }] }],
    [{ field: 'schema[0].spec[0].type', message: 'is required' }],
  ],
  [
    [{ name: 'a', type: 'array', spec: { name: '' } }],
    [{ field: 'schema[0].spec.type', message: 'is required' }],
  ],
])('fields that are wrong are named: %j', (sent, problems) => {
  expect(problemsOf(sent)).toEqual(problems)
})

test('options may be written as plain values', () => {
  const problems: FieldError[] = []
  expect(readFields([{ name: 'a', type: 'select', options: ['x', 2] }], 'schema', problems)).toEqual([
    {
      name: 'a',
      type: 'select',
      options: [
        { label: 'x', value: 'x' },
        { label: '2', value: 2 },
      ],
    },
  ])
  expect(problems).toEqual([])
})

test('fields nested deeper than any form are refused', () => {
  let sent: unknown = { name: 'end', type: 'text' }
  for (let i = 0; i < 40; i++) sent = { name: 'in', type: 'collection', spec: [sent] }
  expect(problemsOf([sent])).toEqual([
    { field: `schema[0]${'.spec[0]'.repeat(16)}.spec`, message: 'fields may be nested 16 deep' },
  ])
})
