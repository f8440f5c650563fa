import { expect, test } from 'vitest'
import { followEvents, type StreamState } from './follow-events.ts'
import { ApiProblem, problemFrom, unreachable } from './problem.ts'
import type { SseEvent } from './sse.ts'

function reply(text: string): Response {
  return new Response(text)
}

const event = (id: number, type = 'message.delta') => `id: ${id}\nevent: ${type}\ndata: {"seq":${id}}\n\n`

/** Follows a scripted server; what was asked for, what arrived, and the states in between. */
async function follow(script: ((lastEventId: string | null) => Response)[]) {
  const asked: (string | null)[] = []
  const seen: SseEvent[] = []
  const states: StreamState[] = []
  await followEvents({
    open: async (lastEventId) => {
      asked.push(lastEventId)
      const next = script.shift()
      if (next === undefined) throw new Error('The script is over.')
      return next(lastEventId)
    },
    after: null,
    isLast: ({ event: type }) => type === 'run.completed',
    onEvents: (events) => seen.push(...events),
    onState: (state) => states.push(state),
    signal: AbortSignal.timeout(5000),
    sleep: async () => {},
  })
  return { asked, ids: seen.map(({ id }) => id), states }
}

test('a stream that breaks in the middle of an event goes on behind the last whole one', async () => {
  const { asked, ids, states } = await follow([
    () => reply(`${event(1)}${event(2)}id: 3\nevent: message.del`),
    () => reply(event(3) + event(4, 'run.completed')),
  ])
  expect(asked).toEqual([null, '2'])
  expect(ids).toEqual(['1', '2', '3', '4'])
  expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open', 'ended'])
})

test('a server that is away is asked again until it is back', async () => {
  const away = () => {
    throw unreachable(new TypeError('fetch failed'))
  }
  const { asked, states } = await follow([
    () => reply(event(1)),
    away,
    away,
    () => reply(event(2, 'run.completed')),
  ])
  expect(asked).toEqual([null, '1', '1', '1'])
  expect(states.at(-1)).toBe('ended')
})

test('a server that says it is stopping is followed by the next one', async () => {
  const stopping =
    'event: error\ndata: {"code":"shutting_down","detail":"","status":503,"retryable":true}\n\n'
  const { ids } = await follow([() => reply(event(1) + stopping), () => reply(event(2, 'run.completed'))])
  expect(ids).toEqual(['1', '2'])
})

test('a stream that ends because nobody is signed in any more is opened again, to be told so by its reply', async () => {
  const ending = 'event: error\ndata: {"code":"not_signed_in","detail":"","status":401,"retryable":false}\n\n'
  const { asked, states } = await follow([
    () => reply(event(1) + ending),
    () => {
      throw problemFrom(401, '{"code":"not_signed_in","detail":"","status":401,"retryable":false}')
    },
  ])
  expect(asked).toEqual([null, '1'])
  expect(states).toEqual(['connecting', 'open', 'reconnecting', 'failed'])
})

test('a refusal that will not pass ends it', async () => {
  const gone = {
    type: '',
    title: '',
    status: 404,
    detail: 'Gone.',
    code: 'run_not_found',
    request_id: 'r',
    retryable: false,
    errors: [],
  }
  const { states } = await follow([
    () => {
      throw new ApiProblem(gone)
    },
  ])
  expect(states).toEqual(['connecting', 'failed'])
})
