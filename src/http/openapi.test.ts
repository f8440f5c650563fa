import { expect, test } from 'vitest'
import { z } from 'zod'
import { errors } from '../errors.ts'
import type { ApiDialect } from './api-dialect.ts'
import { endpoint } from './endpoint.ts'
import { errorCodesOf } from './openapi-errors.ts'
import { buildOpenApi, createOpenApi } from './openapi.ts'
import { unavailableEndpoint } from './unavailable-endpoint.ts'
import { uploadedFileSchema } from './uploaded-file.ts'

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

/** A dialect whose vendor answers 418 where others answer 409. */
const dialect: ApiDialect = {
  name: 'test',
  mount: 'test',
  base: '/v1',
  endpoints: [create, health],
  errorSchema: z.strictObject({ code: z.string() }).meta({ id: 'Problem' }),
  printError: ({ code, category }) => ({
    status: category === 'conflict' ? 418 : errors[code].category === 'internal' ? 500 : 400,
    contentType: 'application/vnd.test+json',
    body: '',
  }),
  printStreamError: () => ({ data: '' }),
}
const options = { version: '9', server: '/test' }
const document = buildOpenApi(dialect, options)

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

test('describes every error with its codes, under the status and in the form that the dialect prints', () => {
  const responses = document['paths']
  expect(responses).not.toHaveProperty(['/v1/boxes/{box_id}/things', 'post', 'responses', '409'])
  expect(document).toHaveProperty(['paths', '/v1/boxes/{box_id}/things', 'post', 'responses', '418'], {
    description:
      '`idempotency_in_progress`: A request with this Idempotency-Key is still being worked on.\n\n`slug_taken`: Another agent of this workspace has this slug.',
    content: { 'application/vnd.test+json': { schema: { $ref: '#/components/schemas/Problem' } } },
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
  const { components } = buildOpenApi({ ...dialect, endpoints: [put] }, options)
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

test('says where the dialect stands and how its clients send their key', () => {
  expect(document['servers']).toEqual([{ url: '/test' }])
  expect(document).toHaveProperty('components.securitySchemes', {
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  })
  const token = buildOpenApi({ ...dialect, authorizationScheme: 'Token' }, options)
  expect(token).toHaveProperty('components.securitySchemes.token', {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'Token and the key: `Token <key>`',
  })
  expect(token).toHaveProperty(
    ['paths', '/v1/boxes/{box_id}/things', 'post', 'security'],
    [{ token: [] }, { apiKey: [] }],
  )
})

test('describes a multipart body beside the JSON one', () => {
  const upload = endpoint({
    ...create,
    body: z.object({ name: z.string(), file: uploadedFileSchema.optional() }),
    multipart: true,
    handle: async () => ({ id: 'a', color: 'red' as const }),
  })
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, file: { type: 'string', format: 'binary' } },
    required: ['name'],
  }
  expect(buildOpenApi({ ...dialect, endpoints: [upload] }, options)).toHaveProperty(
    ['paths', '/v1/boxes/{box_id}/things', 'post', 'requestBody', 'content'],
    { 'application/json': { schema }, 'multipart/form-data': { schema } },
  )
})

test('describes an operation that is not available by its errors alone', () => {
  const later = unavailableEndpoint({
    id: 'things.later',
    method: 'POST',
    path: '/boxes/{box_id}/later',
    summary: 'Make a thing later',
    tag: 'Things',
    sentence: 'Later is not available.',
  })
  const { paths } = buildOpenApi({ ...dialect, endpoints: [later] }, options)
  expect(paths).toHaveProperty(
    ['/v1/boxes/{box_id}/later', 'post', 'parameters'],
    [{ name: 'box_id', in: 'path', required: true, schema: { type: 'string' } }],
  )
  expect(paths).not.toHaveProperty(['/v1/boxes/{box_id}/later', 'post', 'responses', '204'])
  expect(errorCodesOf(later)).toEqual([
    'database_unavailable',
    'feature_unavailable',
    'internal',
    'invalid_key',
    'missing_key',
    'publishable_key',
    'shutting_down',
  ])
})

test('builds the text once', () => {
  const text = createOpenApi(dialect, options)
  expect(text()).toBe(text())
  expect(JSON.parse(text())).toEqual(JSON.parse(JSON.stringify(document)))
})
