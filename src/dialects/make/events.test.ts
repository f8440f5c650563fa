import { expect, test } from 'vitest'
import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../core/events/event.ts'
import { noUsage } from '../../core/runs/usage.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { stepMessages } from './events.ts'
import { RunPrinter } from './run-printer.ts'

const usage = noUsage()

function event<Type extends RunEventType>(type: Type, data: EventTypes[Type]): JournalEvent {
  return { stream: 'run', seq: 1, type, data, text: '', at: '2026-05-02T09:14:03.120Z' }
}

const opening = [
  event('message.created', { role: 'user', content: [{ type: 'text', text: 'Hi' }] }),
  event('run.started', { fence: 1 }),
]
const delta = (text: string) => event('message.delta', { step: 1, text })
const answer = [
  event('message.completed', {
    step: 1,
    role: 'assistant',
    text: 'Hello.',
    reasoning: [],
    calls: [],
    finishReason: 'stop',
  }),
  event('step.completed', { step: 1, model: 'm', usage, ms: 0 }),
]
const restarted = event('step.restarted', { step: 1, reason: 'Broken.' })
const completed = event('run.completed', { output: 'Hello.', outputJson: null, usage })

interface Shown {
  messages: SseMessage[]
  /** Whether the source was let go. */
  released: boolean
}

async function show(batches: JournalEvent[][], deltas: boolean, most = Infinity): Promise<Shown> {
  const printer = new RunPrinter({ runId: 'run', threadId: 't', instructions: 'Help.', scenarios: new Map() })
  let released = false
  async function* source() {
    try {
      yield* batches
    } finally {
      released = true
    }
  }
  const messages: SseMessage[] = []
  for await (const batch of stepMessages(printer, { events: source(), deltas })) {
    messages.push(...batch)
    if (messages.length >= most) break
  }
  return { messages, released }
}

const names = ({ messages }: Shown): (string | undefined)[] => messages.map((message) => message.event)

test('steps come once they are complete, whatever the batches are, and done ends the stream', async () => {
  const whole = [...opening, delta('Hel'), delta('lo.'), ...answer, completed]
  const together = await show([whole], false)
  expect(names(together)).toEqual(['step', 'step', 'step', 'done'])
  expect(together.released).toBe(true)
  const apart = await show(
    whole.map((one) => [one]),
    false,
  )
  expect(apart.messages).toEqual(together.messages)
})

test('text that is shown early carries the id of the step it becomes', async () => {
  const shown = await show(
    [
      [...opening, delta('Hel')],
      [delta('lo.'), ...answer, completed],
    ],
    true,
  )
  expect(names(shown)).toEqual(['step', 'step', 'delta', 'delta', 'step', 'done'])
  const data = shown.messages.map((message) => JSON.parse(message.data))
  expect(data.slice(2, 4)).toEqual([
    { id: data[4].id, delta: 'Hel' },
    { id: data[4].id, delta: 'lo.' },
  ])
})

test('text that was shown and is begun again ends the stream with an error, and nothing follows', async () => {
  const shown = await show(
    [[...opening, delta('Hel'), restarted, delta('Hello.'), ...answer, completed]],
    true,
  )
  expect(names(shown)).toEqual(['step', 'step', 'delta', 'error'])
  expect(JSON.parse(shown.messages.at(-1)?.data ?? '')).toEqual({
    detail:
      'The answer of the model broke off and was begun again. The run goes on: read its thread for the result.',
    message: 'Bad Gateway',
    code: 'SC502',
  })
  expect(shown.released).toBe(true)
})

test('so does text of an attempt that failed; what was said in whole steps stays', async () => {
  const failed = event('attempt.failed', { attempt: 1, error: { code: 'x', message: 'x' }, waitMs: 1_000 })
  const cut = await show([[...opening, delta('Hel'), failed, delta('Hello.'), ...answer, completed]], true)
  expect(names(cut)).toEqual(['step', 'step', 'delta', 'error'])
  const whole = await show([[...opening, ...answer, failed, ...answer, completed]], true)
  expect(names(whole)).toEqual(['step', 'step', 'step', 'step', 'done'])
})

test('a call that is made again is not shown where no text of it was', async () => {
  const events = [...opening, delta('Hel'), restarted, delta('Hello.'), ...answer, completed]
  expect(names(await show([events], false))).toEqual(['step', 'step', 'step', 'done'])
  const early = [...opening, restarted, delta('Hello.'), ...answer, completed]
  expect(names(await show([early], true))).toEqual(['step', 'step', 'delta', 'step', 'done'])
})

test('a run that failed ends with its error', async () => {
  const error = { code: 'model_timed_out', message: 'The model did not answer within 5 seconds.' }
  const shown = await show([[...opening, event('run.failed', { error, usage })]], false)
  expect(names(shown)).toEqual(['step', 'step', 'error'])
  expect(JSON.parse(shown.messages.at(-1)?.data ?? '')).toEqual({
    detail: 'The model did not answer within 5 seconds.',
    message: 'Gateway Timeout',
    code: 'SC504',
  })
})

test('every message has an id of its own, which is no id of a step', async () => {
  const { messages } = await show([[...opening, ...answer, completed]], false)
  const ids = messages.map(({ id }) => id)
  expect(new Set(ids).size).toBe(4)
  const steps = new Set(messages.slice(0, 3).map(({ data }) => JSON.parse(data).id))
  expect(ids.filter((id) => steps.has(id))).toEqual([])
})

test('a reader that goes away lets the source go', async () => {
  const shown = await show([[...opening], [...answer, completed]], false, 2)
  expect(shown.released).toBe(true)
})
