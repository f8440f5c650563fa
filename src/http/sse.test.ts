import { once } from 'node:events'
import { createServer, request, ServerResponse, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { AppError } from '../errors.ts'
import { createLog, silentLog } from '../lib/log.ts'
import { eventStream, type EventStream, type SseMessage } from './endpoint.ts'
import { renderSse, SseStreams } from './sse.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const failed = (error: AppError) => ({ event: 'error', data: error.code })

/** Serves one stream; answers its reply, the server's side of it, and the streams. */
async function serve(
  stream: EventStream,
  options: { streams?: SseStreams; recheck?: () => Promise<void> } = {},
) {
  const { streams = new SseStreams({ log: silentLog }), recheck = null } = options
  const outgoing = Promise.withResolvers<ServerResponse>()
  const finished = Promise.withResolvers<void>()
  const server = createServer((_incoming, response) => {
    outgoing.resolve(response)
    streams
      .send(response, stream, { requestId: 'r1', headOnly: false, failed, recheck })
      .then(finished.resolve, finished.reject)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const asking = request({ port, host: '127.0.0.1' }).end()
  const [reply] = (await once(asking, 'response')) as [IncomingMessage]
  return { reply, asking, streams, outgoing: await outgoing.promise, finished: finished.promise }
}

async function* yields(messages: (SseMessage | SseMessage[])[]): AsyncGenerator<SseMessage | SseMessage[]> {
  for (const message of messages) yield message
}

/** Yields one message and fails. */
async function* failing(error: Error): AsyncGenerator<SseMessage> {
  yield { data: '1' }
  throw error
}

/** A source that yields what it is given until it is returned. */
function source() {
  const queue: SseMessage[] = []
  const returned = Promise.withResolvers<void>()
  let wake = Promise.withResolvers<void>()
  let asked = 0
  const iterator: AsyncIterator<SseMessage> = {
    async next() {
      asked += 1
      while (queue.length === 0) await wake.promise
      const value = queue.shift()
      return value === undefined ? { done: true, value } : { done: false, value }
    },
    async return() {
      returned.resolve()
      return { done: true, value: undefined }
    },
  }
  return {
    stream: eventStream({ [Symbol.asyncIterator]: () => iterator }),
    give: (message: SseMessage) => {
      queue.push(message)
      wake.resolve()
      wake = Promise.withResolvers<void>()
    },
    asked: () => asked,
    returned: returned.promise,
  }
}

test.each([
  [{ data: 'a' }, 'data: a\n\n'],
  [{ id: '5', event: 'run.created', data: '{}' }, 'id: 5\nevent: run.created\ndata: {}\n\n'],
  [{ data: 'a\nb\r\nc' }, 'data: a\ndata: b\ndata: c\n\n'],
])('renders %j', (message, text) => {
  expect(renderSse(message)).toBe(text)
})

test('sends every message, one or several at a time, and ends', async () => {
  const { reply } = await serve(eventStream(yields([{ data: '1' }, [{ data: '2' }, { id: 'x', data: '3' }]])))
  expect(reply.statusCode).toBe(200)
  expect(reply.headers['content-type']).toBe('text/event-stream; charset=utf-8')
  expect(reply.headers['cache-control']).toBe('no-cache')
  expect(reply.headers['x-accel-buffering']).toBe('no')
  expect(reply.headers['x-request-id']).toBe('r1')
  expect(await text(reply)).toBe('data: 1\n\ndata: 2\n\nid: x\ndata: 3\n\n')
})

test('writes what is ready at once, together with the end', async () => {
  const messages = Array.from({ length: 10 }, (_, index) => ({ data: String(index) }))
  const write = vi.spyOn(ServerResponse.prototype, 'write')
  const end = vi.spyOn(ServerResponse.prototype, 'end')
  cleanups.push(() => void vi.restoreAllMocks())
  const { reply } = await serve(eventStream(yields(messages)))
  const body = messages.map(({ data }) => `data: ${data}\n\n`).join('')
  expect(await text(reply)).toBe(body)
  expect(write).not.toHaveBeenCalled()
  expect(end.mock.calls).toEqual([[body]])
})

test('sends the head although the first message is long in coming', async () => {
  const { stream } = source()
  const { reply } = await serve(stream)
  expect(reply.statusCode).toBe(200)
})

test('tells the source at once that the client has gone', async () => {
  const { stream, returned } = source()
  const { asking, streams } = await serve(stream)
  asking.destroy()
  await returned
  expect(streams.size).toBe(0)
})

test('tells the client when the source fails, and logs what nobody may see', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'silent', format: 'json' })
  log.error = (fields: unknown) => void lines.push(JSON.stringify(fields))
  const { reply } = await serve(eventStream(failing(new TypeError('a bug'))), {
    streams: new SseStreams({ log }),
  })
  expect(await text(reply)).toBe('data: 1\n\nevent: error\ndata: internal\n\n')
  expect(lines).toHaveLength(1)
})

test("prefers the stream's own words for a failure, or silence", async () => {
  const own = await serve(
    eventStream(failing(new AppError('run_not_found')), {
      failed: (error) => ({ data: `sorry: ${error.code}` }),
    }),
  )
  expect(await text(own.reply)).toBe('data: 1\n\ndata: sorry: run_not_found\n\n')
  const silent = await serve(eventStream(failing(new AppError('run_not_found')), { failed: () => null }))
  expect(await text(silent.reply)).toBe('data: 1\n\n')
})

test('ends all streams with a reason when the server stops', async () => {
  const { stream, give, returned } = source()
  const { reply, streams } = await serve(stream)
  give({ data: '1' })
  await once(reply, 'readable')
  streams.stopAll(new AppError('shutting_down'))
  expect(await text(reply)).toBe('data: 1\n\nevent: error\ndata: shutting_down\n\n')
  await returned
  expect(streams.size).toBe(0)
})

test('pings a stream that has been silent for 15 seconds', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let now = 0
  const streams = new SseStreams({ log: silentLog, now: () => now })
  const { stream, give } = source()
  const { reply } = await serve(stream, { streams })
  give({ data: '1' })
  await once(reply, 'readable')
  expect(String(reply.read())).toBe('data: 1\n\n')
  now = 14_999
  vi.advanceTimersByTime(1000)
  now = 15_000
  vi.advanceTimersByTime(1000)
  await once(reply, 'readable')
  expect(String(reply.read())).toBe(': ping\n\n')
})

test('asks every 15 seconds whether the reader still may, and ends the stream for who may not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let now = 0
  const answers = [undefined, new AppError('database_unavailable'), new AppError('invalid_key')]
  const asked: number[] = []
  const streams = new SseStreams({ log: silentLog, now: () => now })
  const { stream, returned } = source()
  const { reply } = await serve(stream, {
    streams,
    recheck: async () => {
      asked.push(now)
      const error = answers.shift()
      if (error) throw error
    },
  })
  for (now of [14_999, 15_000, 16_000, 30_000, 45_000]) await vi.advanceTimersByTimeAsync(1000)
  expect(asked).toEqual([15_000, 30_000, 45_000])
  expect(await text(reply)).toMatch(/event: error\ndata: invalid_key\n\n$/)
  await returned
  expect(streams.size).toBe(0)
})

const megabyte = { data: 'x'.repeat(1024 * 1024) }

/** A reader that reads nothing, whose stream has been filled until the source is no longer asked. */
async function slowReader(now: () => number, log = silentLog) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const streams = new SseStreams({ log, now })
  const { stream, give, asked, returned } = source()
  const served = await serve(stream, { streams })
  served.reply.socket.pause()
  for (let i = 0; i < 40; i++) give(megabyte)
  await expect.poll(() => served.outgoing.writableLength).toBeGreaterThan(4 * 1024 * 1024)
  return { ...served, asked, returned }
}

test('does not ask the source for more while the reader is more than 4 MiB behind', async () => {
  const { outgoing, asked, reply } = await slowReader(() => 0)
  const before = asked()
  expect(before).toBeLessThan(30)
  expect(outgoing.writableLength).toBeLessThan(6 * 1024 * 1024)
  reply.socket.resume()
  reply.resume()
  await expect.poll(asked).toBe(41)
})

test('drops a reader that stays behind for 30 seconds, and says why in the log', async () => {
  let now = 0
  const reasons: unknown[] = []
  const log = createLog({ level: 'silent', format: 'json' })
  log.warn = (fields: unknown) => void reasons.push(fields)
  const { outgoing, returned, streams } = await slowReader(() => now, log)
  now = 29_000
  vi.advanceTimersByTime(1000)
  expect(outgoing.destroyed).toBe(false)
  now = 30_000
  vi.advanceTimersByTime(1000)
  expect(outgoing.destroyed).toBe(true)
  await returned
  expect(reasons).toEqual([
    { requestId: 'r1', reason: 'this reader does not keep up', bytes: expect.any(Number) },
  ])
  expect(streams.size).toBe(0)
})

test('keeps no timer when no stream is open', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { reply, streams, finished } = await serve(eventStream(yields([{ data: '1' }])))
  await text(reply)
  await finished
  expect(streams.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('writes compact messages with the event first and no space behind the colon', () => {
  const message = { id: '7', event: 'step', data: '{"a":1}' }
  expect(renderSse(message, 'compact')).toBe('event:step\nid:7\ndata:{"a":1}\n\n')
  expect(renderSse(message)).toBe('id: 7\nevent: step\ndata: {"a":1}\n\n')
  expect(renderSse({ data: 'a\r\nb' }, 'compact')).toBe('data:a\ndata:b\n\n')
})

test('keeps the compact form in a stream to its last message, with the headers of its vendor', async () => {
  const source = failing(new AppError('shutting_down'))
  const { reply } = await serve(eventStream(source, { framing: 'compact' }))
  expect(reply.headers['content-type']).toBe('text/event-stream')
  expect(reply.headers['cache-control']).toBe('no-cache')
  expect(reply.headers['x-accel-buffering']).toBe('no')
  expect(await text(reply)).toBe('data:1\n\nevent:error\ndata:shutting_down\n\n')
})
