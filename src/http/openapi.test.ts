import { expect, test } from 'vitest'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { buildOpenApi, createOpenApi, errorCodesOf } from './openapi.ts'

const color = z.enum(['red', 'blue']).meta({ id: 'Color' })
const thing = z
  .strictObject({ id: z.string(), color })
  .meta({ id: 'Thing', examples: [{ id: 'a', color: 'red' }] })
const newThing = z.strictObject({ color: color.default('red') }).meta({ id: 'NewThing' })

const create = endpoint({
  id: 'things.create',
  method: 'POST',
  path: '/boxes/{box_id}/things',
  summary: 'Make a thing',
  description: 'It is made.',
  tag: 'Things',
  scope: 'agents:write',
  role: 'admin',
  params: z.strictObject({ box_id: z.string() }),
  query: z.strictObject({ draft: z.string().optional().describe('Keep it.'), size: z.coerce.number() }),
  body: newThing,
  reply: { status: 201, body: thing, stream: true },
  otherReplies: [{ status: 202, description: 'Later.', body: thing }],
  errors: ['slug_taken'],
  handle: async () => ({ id: 'a', color: 'red' as const }),
})
const health = endpoint({
  id: 'health',
  method: 'GET',
  path: '/health',
  summary: 'Lives',
  tag: 'Server',
  scope: null,
  reply: { status: 204, body: null },
  errors: [],
  async handle() {},
})

const problem = z.strictObject({ code: z.string() }).meta({ id: 'Problem' })
const options = { version: '9', problem, parts: [{ prefix: '/v1', endpoints: [create, health] }] }
const document = buildOpenApi(options)

test('describes an operation: what it takes, needs and answers', () => {
  expect(document).toHaveProperty(['paths', '/v1/boxes/{box_id}/things', 'post'], {
    operationId: 'things.create',
    summary: 'Make a thing',
    description: 'It is made.\n\nScope: `agents:write`. Role: `admin`.',
    tags: ['Things'],
    security: [{ bearer: [] }, { apiKey: [] }],
    parameters: [
      { name: 'box_id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'draft', in: 'query', required: false, description: 'Keep it.', schema: { type: 'string' } },
      { name: 'size', in: 'query', required: true, schema: { type: 'number' } },
      { $ref: '#/components/parameters/IdempotencyKey' },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/NewThing' } } },
    },
    responses: expect.objectContaining({
      201: {
        description: 'Make a thing',
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Thing' } },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      202: {
        description: 'Later.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
      },
    }),
  })
})

test('describes every error with the problem and its codes', () => {
  expect(document).toHaveProperty(['paths', '/v1/boxes/{box_id}/things', 'post', 'responses', '409'], {
    description:
      '`idempotency_in_progress`: A request with this Idempotency-Key is still being worked on.\n\n`slug_taken`: Another agent of this workspace has this slug.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
})

test('knows which errors the frame answers for an operation', () => {
  expect(errorCodesOf(health)).toEqual(['database_unavailable', 'internal', 'shutting_down'])
  expect(errorCodesOf(create)).toEqual(
    expect.arrayContaining([
      'missing_key',
      'invalid_key',
      'missing_scope',
      'forbidden_role',
      'invalid_json',
      'body_too_large',
    ]),
  )
})

test('collects schemas that have an id, and keeps their examples', () => {
  expect(document).toHaveProperty(['components', 'schemas', 'Thing'], {
    type: 'object',
    properties: { id: { type: 'string' }, color: { $ref: '#/components/schemas/Color' } },
    required: ['id', 'color'],
    additionalProperties: false,
    examples: [{ id: 'a', color: 'red' }],
  })
})

test('names a schema twice where what is sent and what is answered differ, and what refers to it', () => {
  const size = z.strictObject({ unit: z.string().default('cm') }).meta({ id: 'Size' })
  const box = z.strictObject({ size }).meta({ id: 'Box' })
  const put = endpoint({
    id: 'boxes.put',
    method: 'PUT',
    path: '/boxes',
    summary: 'Keep a box',
    tag: 'Boxes',
    scope: 'any',
    body: box,
    reply: { status: 200, body: box },
    errors: [],
    handle: async () => ({ size: { unit: 'cm' } }),
  })
  const { components } = buildOpenApi({ ...options, parts: [{ prefix: '', endpoints: [put] }] })
  expect(components).toMatchObject({
    schemas: {
      Box: { properties: { size: { $ref: '#/components/schemas/Size' } } },
      Size: { properties: { unit: { default: 'cm' } } },
      BoxOutput: { properties: { size: { $ref: '#/components/schemas/SizeOutput' } } },
      SizeOutput: { required: ['unit'] },
    },
  })
})

test('asks no key of a public operation', () => {
  expect(document).toHaveProperty(['paths', '/v1/health', 'get', 'security'], [])
  expect(document).toHaveProperty(['paths', '/v1/health', 'get', 'responses', '204'], {
    description: 'Lives',
  })
})

test('builds the text once', () => {
  const text = createOpenApi(options)
  expect(text()).toBe(text())
  expect(JSON.parse(text())).toEqual(JSON.parse(JSON.stringify(document)))
})
