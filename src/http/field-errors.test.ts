import { expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { parseWith } from './field-errors.ts'

const schema = z.strictObject({
  name: z.string().min(2).max(5),
  model: z
    .union([z.string(), z.strictObject({ provider: z.string(), temperature: z.number().min(0).max(2) })])
    .optional(),
  tools: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('http'), url: z.url() }),
        z.strictObject({ type: z.literal('function'), name: z.string() }),
      ]),
    )
    .max(2)
    .optional(),
  visibility: z.enum(['workspace', 'private']).optional(),
  steps: z.int().positive().optional(),
  slug: z
    .string()
    .regex(/^[a-z]+$/, 'must be lower-case letters')
    .optional(),
})

function refusal(value: unknown): AppError {
  try {
    parseWith(schema, value, 'body')
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('The value was accepted.')
}

test('says one thing of each field', () => {
  expect(refusal({ name: [] }).fields).toEqual([{ field: 'name', message: 'must be a string' }])
})

test('answers the parsed value', () => {
  expect(parseWith(schema, { name: 'Ada' }, 'body')).toEqual({ name: 'Ada' })
})

test.each([
  [{}, 'name', 'is required'],
  [{ name: 1 }, 'name', 'must be a string'],
  [{ name: 'a' }, 'name', 'must have at least 2 characters'],
  [{ name: 'abcdef' }, 'name', 'must have at most 5 characters'],
  [{ name: 'Ada', steps: 1.5 }, 'steps', 'must be a whole number'],
  [{ name: 'Ada', steps: 0 }, 'steps', 'must be greater than 0'],
  [{ name: 'Ada', visibility: 'x' }, 'visibility', 'must be "workspace" or "private"'],
  [{ name: 'Ada', slug: 'A' }, 'slug', 'must be lower-case letters'],
  [{ name: 'Ada', model: 5 }, 'model', 'must be a string or an object'],
  [{ name: 'Ada', model: { provider: 'x', temperature: 3 } }, 'model.temperature', 'must be at most 2'],
  [
    {
      name: 'Ada',
      tools: [
        { type: 'function', name: 'a' },
        { type: 'http', url: 'x' },
      ],
    },
    'tools[1].url',
    'must be a URL',
  ],
  [{ name: 'Ada', tools: [{ type: 'soap' }] }, 'tools[0].type', 'must be "http" or "function"'],
  [{ name: 'Ada', tools: [1, 2, 3] }, 'tools', 'must have at most 2 items'],
  [[], 'body', 'must be an object'],
  ['x', 'body', 'must be an object'],
])('says what would be right: %j', (value, field, message) => {
  const error = refusal(value)
  expect(error.code).toBe('invalid_request')
  expect(error.fields).toContainEqual({ field, message })
})

test('names every unknown field, and the fields that exist', () => {
  const error = refusal({ name: 'Ada', nam: 1, model: { provider: 'x', temperature: 1, top: 2 } })
  expect(error.code).toBe('unknown_field')
  expect(error.fields).toEqual([
    { field: 'model.top', message: 'is not a field here; there are: provider, temperature' },
    { field: 'nam', message: 'is not a field here; there are: name, model, tools, visibility, steps, slug' },
  ])
})

test('says the first thing in the sentence and counts the others', () => {
  expect(refusal({ steps: 'x' }).message).toBe('name: is required (and 1 more)')
})
