import { expect, test } from 'vitest'
import {
  addParameter,
  changeParameter,
  freeName,
  parametersOf,
  removeParameter,
  renameParameter,
  requireParameter,
} from './parameters.ts'

const schema = {
  type: 'object',
  properties: { id: { type: 'string', pattern: '^a' }, count: { type: 'integer' } },
  required: ['id'],
  additionalProperties: false,
}

test('parameters are read with what is required', () => {
  expect(parametersOf(schema)).toEqual([
    { name: 'id', schema: { type: 'string', pattern: '^a' }, required: true },
    { name: 'count', schema: { type: 'integer' }, required: false },
  ])
  expect(parametersOf(null)).toEqual([])
})

test('what the form does not show is kept by what it changes', () => {
  const renamed = renameParameter(schema, 'id', 'order')
  expect(renamed).toEqual({
    type: 'object',
    properties: { order: { type: 'string', pattern: '^a' }, count: { type: 'integer' } },
    required: ['order'],
    additionalProperties: false,
  })
  expect(changeParameter(schema, 'id', { description: 'Its id' }).properties).toMatchObject({
    id: { type: 'string', pattern: '^a', description: 'Its id' },
  })
})

test('a parameter that goes is required no longer', () => {
  expect(removeParameter(schema, 'id')).toMatchObject({ properties: { count: {} }, required: [] })
  expect(requireParameter(schema, 'count', true)['required']).toEqual(['id', 'count'])
  expect(requireParameter(schema, 'id', false)['required']).toEqual([])
})

test('a new parameter takes no name that there is', () => {
  const once = addParameter({}, freeName({}))
  expect(Object.keys(addParameter(once, freeName(once))['properties'] ?? {})).toEqual([
    'parameter',
    'parameter_2',
  ])
})
