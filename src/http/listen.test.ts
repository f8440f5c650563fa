import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../../test/support/database.ts'
import { startHttpServer } from '../../test/support/http-server.ts'
import { endpoint, eventStream, type SseMessage } from './endpoint.ts'

const database = await testDatabase()
afterAll(async () => await database[Symbol.asyncDispose]())

test('lets open streams end with a reason and other replies finish, then stops', async () => {
  const released = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  async function* forever(): AsyncGenerator<SseMessage> {
    yield { data: '1' }
    await released.promise
  }
  const common = { method: 'GET', summary: 's', tag: 'Test', scope: null, errors: [] } as const
  const server = await startHttpServer(database, {
    endpoints: [
      endpoint({
        ...common,
        errors: [],
        id: 'stream',
        path: '/stream',
        reply: { status: 200, body: null, stream: true },
        handle: async () => eventStream(forever()),
      }),
      endpoint({
        ...common,
        errors: [],
        id: 'slow',
        path: '/slow',
        reply: { status: 200, body: z.string() },
        async handle() {
          entered.resolve()
          await released.promise
          return 'done'
        },
      }),
    ],
  })
  const [stream] = (await once(request(`${server.url}/v1/stream`).end(), 'response')) as [IncomingMessage]
  const slow = request(`${server.url}/v1/slow`).end()
  await entered.promise
  const closed = server.close()
  expect(await text(stream)).toMatch(/^data: 1\n\nevent: error\ndata: .*"code":"shutting_down"/)
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  released.resolve()
  const [reply] = (await once(slow, 'response')) as [IncomingMessage]
  expect(reply.headers.connection).toBe('close')
  expect(await text(reply)).toBe('"done"')
  await closed
})

test('answers HTTP/1.0, which needs no Host', async () => {
  await using server = await startHttpServer(database)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.write('GET /healthz HTTP/1.0\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\{"status":"ok"\}$/)
})

test('refuses a port that is taken', async () => {
  await using server = await startHttpServer(database)
  const { listen } = await import('./listen.ts')
  const app = { fetch: () => new Response(), responder: { stop() {} } } as unknown as Parameters<
    typeof listen
  >[0]
  await expect(listen(app, { host: '127.0.0.1', port: Number(new URL(server.url).port) })).rejects.toThrow(
    'EADDRINUSE',
  )
})
