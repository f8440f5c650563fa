import { expect, test } from 'vitest'
import { checkContentType, checkText, parseBody, refuseBody } from './request-body.ts'
import { parseForm, parseQuery } from './request-query.ts'

const json = { 'content-type': 'application/json' }

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'application/merge-patch+json',
  'Application/JSON;charset="UTF-8"',
])('accepts the content type %s', (type) => {
  expect(() => checkContentType({ 'content-type': type })).not.toThrow()
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=latin1',
  'multipart/form-data; boundary=x',
])('refuses the content type %s', (type) => {
  expect(() => checkContentType({ 'content-type': type })).toThrow(
    expect.objectContaining({ code: 'unsupported_media_type' }),
  )
})

test('refuses a compressed body', () => {
  expect(() => checkContentType({ ...json, 'content-encoding': 'gzip' })).toThrow(
    expect.objectContaining({ code: 'unsupported_media_type' }),
  )
})

test('takes an empty body for none, and one without a type for JSON', () => {
  expect(parseBody(Buffer.from(''), {})).toBeUndefined()
  expect(parseBody(Buffer.from('{"a":1}'), {})).toEqual({ a: 1 })
})

test('leaves out a byte order mark in front of a body, and no other one', () => {
  const mark = '\uFEFF'
  expect(parseBody(Buffer.from(`${mark}{"a":"${mark}"}`), json)).toEqual({ a: mark })
  for (const text of [`${mark}${mark}{}`, `{}${mark}`, mark]) {
    expect(() => parseBody(Buffer.from(text), json)).toThrow(
      expect.objectContaining({ code: 'invalid_json' }),
    )
  }
})

test('says where a body stops being JSON', () => {
  expect(() => parseBody(Buffer.from('{\n "a": }'), json)).toThrow(
    expect.objectContaining({
      code: 'invalid_json',
      message:
        'The request body is not valid JSON: at line 2, column 7, a value was expected and there is something else.',
      facts: { position: 8, line: 2, column: 7 },
    }),
  )
})

test('refuses what is not UTF-8', () => {
  expect(() => parseBody(Buffer.from([0x22, 0xff, 0x22]), json)).toThrow(
    expect.objectContaining({ code: 'invalid_json' }),
  )
})

test.each([
  ['{"tools":[{"name":"a\\u0000b"}]}', 'tools[0].name'],
  ['{"a\\u0000":1}', 'a\\u0000'],
  ['"\\u0000"', 'body'],
])('names the field that holds a NUL character: %s', (text, field) => {
  expect(() => parseBody(Buffer.from(text), json)).toThrow(
    expect.objectContaining({
      code: 'nul_character',
      fields: [{ field, message: 'must not contain NUL characters (U+0000)' }],
    }),
  )
})

test('replaces half characters, which nothing can store, in values and keys', () => {
  const text = String.raw`{"a":["x\ud83d","\ud83d\ude00"],"\udc00":{"b":"\\ud83d"}}`
  expect(parseBody(Buffer.from(text), json)).toEqual({ a: ['x\uFFFD', '😀'], '\uFFFD': { b: '\\ud83d' } })
})

function nested(depth: number): Buffer {
  return Buffer.from('['.repeat(depth) + ']'.repeat(depth))
}

test('refuses nesting deeper than 64 levels, at any size', () => {
  expect(() => parseBody(nested(64), json)).not.toThrow()
  expect(() => parseBody(nested(65), json)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  expect(() => parseBody(nested(1_000_000), json)).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  )
})

test('lets an empty object pass where no body is taken, and names fields', () => {
  expect(() => refuseBody(undefined)).not.toThrow()
  expect(() => refuseBody({})).not.toThrow()
  expect(() => refuseBody({ force: true })).toThrow(
    expect.objectContaining({
      code: 'unknown_field',
      fields: [{ field: 'force', message: 'is not a field here; this request takes no body' }],
    }),
  )
})

test('reads a query: repeated names are arrays, and no name is special', () => {
  expect({ ...parseQuery('a=1&b=2&a=3&__proto__=4&c') }).toEqual({
    a: ['1', '3'],
    b: '2',
    ['__proto__']: '4',
    c: '',
  })
  expect(({} as Record<string, unknown>)['4']).toBeUndefined()
})

test('reads names with brackets, percent-encoded or not', () => {
  expect({ ...parseQuery('pg[limit]=10&pg%5Boffset%5D=5&cols[]=a&cols%5B%5D=b&type[]=x') }).toEqual({
    'pg[limit]': '10',
    'pg[offset]': '5',
    'cols[]': ['a', 'b'],
    'type[]': 'x',
  })
})

test('refuses more values than anybody means, whatever they are', () => {
  const holding = (values: number) => Buffer.from(`{"list":[${'0,'.repeat(values - 3)}0]}`)
  expect(parseBody(holding(100_000), {})).toHaveProperty('list.length', 99_998)
  for (const bytes of [holding(100_001), Buffer.from(`[${'{},'.repeat(1_000_000)}{}]`)]) {
    expect(() => parseBody(bytes, {})).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        fields: [{ field: 'body', message: 'must not have more than 100000 values' }],
      }),
    )
  }
})

test('takes a thousand parameters, and refuses more before they are parsed', () => {
  expect(parseForm(Buffer.from('a=1&'.repeat(999) + 'a=1'))['a']).toHaveLength(1000)
  for (const parameters of ['a&'.repeat(1000), 'a&'.repeat(2_000_000), '&'.repeat(4_000_000)]) {
    expect(() => parseForm(Buffer.from(parameters))).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        fields: [{ field: 'body', message: 'must have at most 1000 parameters' }],
      }),
    )
  }
})

test('refuses NUL characters in a query', () => {
  expect(() => parseQuery('name=a%00')).toThrow(expect.objectContaining({ code: 'nul_character' }))
  expect(() => checkText({ name: 'fine' }, 'query')).not.toThrow()
})
