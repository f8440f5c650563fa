import { expect, test, vi } from 'vitest'
import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../core/events/event.ts'
import { noUsage } from '../../core/runs/usage.ts'
import { AppError } from '../../errors.ts'
import { awaitTurn, chatMessages, ChatWire } from './chat-events.ts'

function event<Type extends RunEventType>(type: Type, data: EventTypes[Type]): JournalEvent {
  return { stream: 'run', seq: 1, type, data, text: '', at: '2026-01-01T00:00:00.000Z' }
}

const started = event('run.started', { fence: 1 })
const delta = (text: string) => event('message.delta', { step: 1, text })
const completed = event('run.completed', { output: '', outputJson: null, usage: noUsage() })

function said(text: string, ...tools: string[]): JournalEvent {
  const calls = tools.map((tool) => ({ callId: tool, tool, arguments: {} }))
  return event('message.completed', {
    step: 1,
    role: 'assistant',
    text,
    reasoning: [],
    calls,
    finishReason: 'stop',
  })
}

const done = (tool: string, status: 'ok' | 'error' = 'ok') =>
  event('tool.completed', { callId: tool, tool, status, output: null, ms: 1 })

/** Every message of a run with these events: its event and its data without the punctuation. */
function shown(...events: JournalEvent[]): string[] {
  const wire = new ChatWire('Docs bot')
  for (const one of events) wire.take(one)
  return wire.drain().map(({ event: name, data }) => `${name} ${data.replaceAll(/[{}"]/g, '')}`)
}

test('a result never stands before its call, and a call never behind another one that is open', () => {
  expect(shown(started, said('', 'a', 'b'), done('b', 'error'), done('a'))).toEqual([
    'stream_start agent_name:Docs bot',
    'tool_call name:a,status:executing',
    'tool_result name:a,status:completed',
    'tool_call name:b,status:executing',
    'tool_result name:b,status:failed',
  ])
})

test('text of a model that does not stream is one chunk, and streamed text is not said twice', () => {
  expect(shown(started, said('Hello.')).slice(1)).toEqual(['chunk delta:Hello.'])
  expect(shown(started, delta('Hel'), delta('lo.'), said('Hello.')).slice(1)).toEqual([
    'chunk delta:Hel',
    'chunk delta:lo.',
  ])
})

test('a run that fails in the middle of a call closes it first', () => {
  const failed = event('run.failed', { error: { code: 'x', message: 'No time left.' }, usage: noUsage() })
  expect(shown(started, said('', 'a', 'b'), failed).slice(1)).toEqual([
    'tool_call name:a,status:executing',
    'tool_result name:a,status:failed',
    'error error:No time left.',
  ])
})

test('a step that is begun again ends the stream only when some of its text was shown', () => {
  const restarted = event('step.restarted', { step: 1, reason: 'x' })
  expect(shown(started, restarted, delta('Hi'), completed).map((one) => one.split(' ')[0])).toEqual([
    'stream_start',
    'chunk',
    'stream_end',
  ])
  expect(
    shown(started, delta('H'), restarted, delta('Hi'), completed).map((one) => one.split(' ')[0]),
  ).toEqual(['stream_start', 'chunk', 'error'])
})

test.each([
  ['attempt.failed', { attempt: 1, error: { code: 'x', message: 'x' }, waitMs: 1_000 }],
  ['iteration.completed', { iteration: 1, times: 2, output: 'Hi' }],
] as const)('after %s the stream ends when text or a call was shown, and else goes on', (type, data) => {
  const again = event(type, data)
  const names = (...events: JournalEvent[]) => shown(...events).map((one) => one.split(' ')[0])
  expect(names(started, again, delta('Hi'), completed)).toEqual(['stream_start', 'chunk', 'stream_end'])
  expect(names(started, delta('Hi'), said('Hi'), again, completed)).toEqual([
    'stream_start',
    'chunk',
    'error',
  ])
  expect(names(started, said('', 'a'), done('a'), again, completed)).toEqual([
    'stream_start',
    'tool_call',
    'tool_result',
    'error',
  ])
})

test('a run that waits for a person, and an answer of the wrong form, end the stream', () => {
  const waiting = event('run.waiting', {
    waitingFor: { type: 'needs_decision', approvals: [] },
    usage: noUsage(),
  })
  expect(shown(started, waiting, completed)).toEqual([
    'stream_start agent_name:Docs bot',
    'error error:A person has to decide about a tool call first. The answer will be in the history.',
  ])
  const rejected = event('output.rejected', { step: 1, message: 'x' })
  expect(shown(started, said('x'), rejected, completed).at(-1)).toMatch(/^error error:The answer did not/)
})

/** Events as they come, one batch at a time. */
async function* batches(...list: JournalEvent[]): AsyncGenerator<JournalEvent[]> {
  for (const one of list) yield [one]
}

test('a source that ends before its run does is told as a failure', async () => {
  const messages = []
  for await (const some of chatMessages(new ChatWire('Docs bot'), batches(started, delta('Hel'))))
    messages.push(...some.map(({ event: name }) => name))
  expect(messages).toEqual(['stream_start', 'chunk', 'error'])
})

/** A message that waits behind another one, cancelled after so many milliseconds with this sentence. */
async function refusedAfter(milliseconds: number, waitsForPerson: () => Promise<boolean>): Promise<string> {
  vi.useFakeTimers()
  try {
    const cancelled = Promise.withResolvers<void>()
    let cancels = 0
    async function* source(): AsyncGenerator<JournalEvent[]> {
      yield []
      await cancelled.promise
      yield [event('run.cancelled', { reason: 'x', usage: noUsage() })]
    }
    const cancel = async () => {
      cancels += 1
      cancelled.resolve()
      return true
    }
    const turn = awaitTurn(new ChatWire('Docs bot'), source(), { patience: 60_000, waitsForPerson, cancel })
    const refused = turn.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(Math.max(milliseconds - 1, 0))
    expect(cancels).toBe(milliseconds === 0 ? 1 : 0)
    await vi.advanceTimersByTimeAsync(1)
    const error = await refused
    expect([error, cancels]).toEqual([expect.objectContaining({ code: 'thread_busy' }), 1])
    return error instanceof AppError ? error.message : ''
  } finally {
    vi.useRealTimers()
  }
}

test('a message whose turn does not come in time is cancelled, and its conversation busy', async () => {
  const nobody = () => Promise.reject(new AppError('database_unavailable'))
  expect(await refusedAfter(60_000, nobody)).toBe(
    'Another message of this conversation was not answered within 60 seconds.',
  )
})

test('one whose turn a person has to give is cancelled at once, or as soon as that is so', async () => {
  const sentence =
    'A person has to decide about a tool call of an earlier message first. Send this one again then.'
  expect(await refusedAfter(0, async () => true)).toBe(sentence)
  let asked = 0
  expect(await refusedAfter(3_000, async () => ++asked > 3)).toBe(sentence)
})
