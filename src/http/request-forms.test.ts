import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../../test/support/database.ts'
import { startHttpServer } from '../../test/support/http-server.ts'
import { endpoint, type EndpointRequest } from './endpoint.ts'
import { unavailableEndpoint } from './unavailable-endpoint.ts'
import { uploadedFileSchema, type UploadedFile } from './uploaded-file.ts'

const seen: { body: unknown; query: unknown; made: number } = { body: null, query: null, made: 0 }
const common = { summary: 's', tag: 'Test', errors: [] }
const uploadBody = z.object({ name: z.string(), file: uploadedFileSchema.optional() })

async function handleUpload({ body }: EndpointRequest<unknown, unknown, z.output<typeof uploadBody>>) {
  seen.body = body
  seen.made += 1
  return { bytes: body.file?.bytes.length ?? 0 }
}

const upload = {
  ...common,
  method: 'POST',
  scope: 'any',
  body: uploadBody,
  maxBodyBytes: 2000,
  reply: { status: 201, body: z.strictObject({ bytes: z.number() }) },
  handle: handleUpload,
} as const

const endpoints = [
  endpoint({ ...upload, id: 'test.upload', path: '/test/upload', multipart: true }),
  endpoint({ ...upload, id: 'test.json', path: '/test/json' }),
  endpoint({
    ...common,
    id: 'test.form',
    method: 'POST',
    path: '/test/form',
    scope: 'any',
    body: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    urlencoded: true,
    reply: { status: 204, body: null },
    async handle({ body }) {
      seen.body = body
    },
  }),
  endpoint({
    ...common,
    id: 'test.tolerant',
    method: 'POST',
    path: '/test/tolerant',
    scope: null,
    query: z.object({ teamId: z.string(), 'pg[limit]': z.string().optional() }),
    body: z.object({ messages: z.array(z.object({ role: z.enum(['user']), content: z.string() })) }),
    reply: { status: 204, body: null },
    async handle({ body, query }) {
      seen.body = body
      seen.query = query
    },
  }),
  unavailableEndpoint({
    id: 'test.later',
    method: 'POST',
    path: '/test/{test_id}/later',
    summary: 's',
    tag: 'Test',
    sentence: 'Tests cannot be done later.',
  }),
]

const database = await testDatabase()
const server = await startHttpServer(database, { endpoints })
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

interface Sent {
  status: number
  body: { code?: string; detail?: string; errors?: { field: string; message: string }[]; bytes?: number }
}

async function send(
  path: string,
  body: string | FormData,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const reply = await fetch(`${server.url}/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.ownerKey}`, ...headers },
    body,
  })
  const text = await reply.text()
  return { status: reply.status, body: text === '' ? {} : (JSON.parse(text) as Sent['body']) }
}

function form(fields: Record<string, string | File>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}

const json = { 'content-type': 'application/json' }
const notes = new File(['caf\u00e9\n', new Uint8Array([0, 255])], 'notes é.txt', { type: 'text/plain' })

test('hands text fields and a file of a multipart body to the schema', async () => {
  const { status, body } = await send('/test/upload', form({ name: 'Zoë', other: 'x', file: notes }))
  expect({ status, body }).toEqual({ status: 201, body: { bytes: 8 } })
  const { name, file } = seen.body as { name: string; file: UploadedFile }
  expect(name).toBe('Zoë')
  expect(file.name).toBe('notes é.txt')
  expect(file.mediaType).toBe('text/plain')
  expect([...file.bytes]).toEqual([99, 97, 102, 195, 169, 10, 0, 255])
})

test('takes JSON at the same endpoint', async () => {
  expect(await send('/test/upload', '{"name":"a"}', json)).toEqual({ status: 201, body: { bytes: 0 } })
  const { status, body } = await send('/test/upload', '{"name":"a","file":"b"}', json)
  expect({ status, errors: body.errors }).toEqual({
    status: 400,
    errors: [{ field: 'file', message: 'must be a file' }],
  })
})

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }

test('hands the fields of an urlencoded form to the schema, repeated ones as a list', async () => {
  expect((await send('/test/form', 'name=Zo%C3%AB+B&tag=a&tag=b', urlencoded)).status).toBe(204)
  expect(seen.body).toEqual({ name: 'Zoë B', tag: ['a', 'b'] })
  expect((await send('/test/form', '{"name":"a"}', json)).status).toBe(204)
  expect(seen.body).toEqual({ name: 'a' })
  const refused = await send('/test/json', 'name=a', urlencoded)
  expect([refused.status, refused.body.code]).toEqual([415, 'unsupported_media_type'])
  const nul = await send('/test/form', 'name=a%00', urlencoded)
  expect([nul.status, nul.body.code]).toEqual([400, 'nul_character'])
  const compressed = await send('/test/form', 'name=a', { ...urlencoded, 'content-encoding': 'gzip' })
  expect(compressed.status).toBe(415)
})

test('refuses a multipart body where the endpoint takes JSON only', async () => {
  const { status, body } = await send('/test/json', form({ name: 'a' }))
  expect({ status, code: body.code }).toEqual({ status: 415, code: 'unsupported_media_type' })
})

test('refuses a multipart body that is too large before taking it apart', async () => {
  const { status, body } = await send('/test/upload', form({ name: 'x'.repeat(2000) }))
  expect({ status, code: body.code }).toEqual({ status: 413, code: 'body_too_large' })
})

test('names the fields of a multipart body that are wrong', async () => {
  const missing = await send('/test/upload', form({ file: 'not a file' }))
  expect(missing.body.errors).toEqual([
    { field: 'name', message: 'is required' },
    { field: 'file', message: 'must be a file' },
  ])
  const second = await send('/test/upload', form({ name: 'a', file: notes, more: notes }))
  expect(second.body.errors).toEqual([
    { field: 'more', message: 'must not be a second file; "file" is the first' },
  ])
  const twice = form({ name: 'a' })
  twice.append('name', 'b')
  expect((await send('/test/upload', twice)).body.errors).toEqual([
    { field: 'name', message: 'must be given once' },
  ])
  const nul = await send('/test/upload', form({ name: 'a\0' }))
  expect(nul.body.code).toBe('nul_character')
})

const part = '--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n'

test.each([
  ['', `${part}--edge--\r\n`, 'the Content-Type names no boundary'],
  ['; boundary=other', `${part}--edge--\r\n`, 'the boundary that the Content-Type names is not in it'],
  ['; boundary=edge', part, 'it ends before the closing boundary'],
  [
    '; boundary="edge"',
    '--edge\r\nContent-Type: text/plain\r\n\r\nAda\r\n--edge--\r\n',
    'each part needs a line "Content-Disposition: form-data; name=…", an empty line and its content',
  ],
])('says what is wrong with a broken multipart body %#', async (parameters, body, why) => {
  const sent = await send('/test/upload', body, { 'content-type': `multipart/form-data${parameters}` })
  expect(sent).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', detail: `The body is not valid multipart/form-data: ${why}.` },
  })
})

test('takes a multipart body once under one Idempotency-Key, and notices another file', async () => {
  const headers = { 'idempotency-key': 'upload-1' }
  const made = seen.made
  const first = await send('/test/upload', form({ name: 'a', file: notes }), headers)
  const again = await send('/test/upload', form({ name: 'a', file: notes }), headers)
  expect([first, again]).toEqual([
    { status: 201, body: { bytes: 8 } },
    { status: 201, body: { bytes: 8 } },
  ])
  expect(seen.made).toBe(made + 1)
  const other = new File(['other'], 'notes é.txt', { type: 'text/plain' })
  const mismatch = await send('/test/upload', form({ name: 'a', file: other }), headers)
  expect(mismatch.body.code).toBe('idempotency_mismatch')
})

test('lets a schema ignore what it does not know, in the query and in the body', async () => {
  const body = JSON.stringify({ messages: [], temperature: 1 })
  const { status } = await send('/test/tolerant?teamId=7&pg[limit]=10&verbose=1', body, json)
  expect(status).toBe(204)
  expect(seen.query).toEqual({ teamId: '7', 'pg[limit]': '10' })
  expect(seen.body).toEqual({ messages: [] })
})

test('names every wrong field of a body by its path, and a parameter by its name', async () => {
  const body = JSON.stringify({ messages: [{ role: 'robot' }, { role: 'user', content: 1 }] })
  const sent = await send('/test/tolerant?teamId=7', body, json)
  expect(sent.body.errors).toEqual([
    { field: 'messages[0].role', message: 'must be "user"' },
    { field: 'messages[0].content', message: 'is required' },
    { field: 'messages[1].content', message: 'must be a string' },
  ])
  const query = await send('/test/tolerant', '{}', json)
  expect(query.body.errors).toEqual([{ field: 'teamId', message: 'is required' }])
})

test('answers 501 for what is documented but not available, whatever an authenticated caller sends', async () => {
  const unavailable = {
    status: 501,
    body: expect.objectContaining({ code: 'feature_unavailable', detail: 'Tests cannot be done later.' }),
  }
  expect(await send('/test/1/later?x=1', '{"any":', { 'content-type': 'text/plain' })).toEqual(unavailable)
  expect(await send('/test/1/later', form({ file: notes }))).toEqual(unavailable)
  const { status } = await send('/test/1/later', '{}', { authorization: '' })
  expect(status).toBe(401)
})
