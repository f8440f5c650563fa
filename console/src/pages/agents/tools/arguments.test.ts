import { expect, test } from 'vitest'
import { argumentsOf } from './arguments.ts'
import { parametersOf } from './parameters.ts'

test('what was typed becomes what the schema means, and stays as typed where it does not fit', () => {
  const properties = {
    id: { type: 'string' },
    count: { type: 'integer' },
    flag: { type: 'boolean' },
    list: { type: 'array' },
    any: {},
    empty: { type: 'string' },
  }
  const texts = { id: '7', count: 'many', flag: 'true', list: '[1]', any: '{"a":1}', empty: ' ' }
  expect(argumentsOf(parametersOf({ properties }), texts)).toEqual({
    id: '7',
    count: 'many',
    flag: true,
    list: [1],
    any: { a: 1 },
  })
})
