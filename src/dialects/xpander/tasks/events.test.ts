import { expect, test } from 'vitest'
import { emptyDefinition } from '../../../core/agents/definition.ts'
import type { JournalEvent } from '../../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../../core/events/event.ts'
import type { Run } from '../../../core/runs/run.ts'
import { noUsage } from '../../../core/runs/usage.ts'
import { TaskWire, type TaskWireOptions } from './events.ts'
import { TaskView } from './task-view.ts'
import { ToolItems } from '../tools/tool-items.ts'

let seq = 0

function event<Type extends RunEventType>(type: Type, data: EventTypes[Type]): JournalEvent {
  seq += 1
  return { stream: 'run', seq, type, data, text: '', at: '2026-01-01T00:00:00.000Z' }
}

const run: Run = {
  id: '01980f4e-0000-7000-8000-000000000001',
  workspaceId: 'w',
  agentId: 'a',
  agentVersion: 1,
  threadId: 't',
  parentRunId: null,
  state: 'queued',
  dialect: 'xpander',
  source: 'api',
  input: [{ type: 'text', text: 'Hi' }],
  output: null,
  outputJson: null,
  error: null,
  usage: null,
  model: null,
  waitingFor: null,
  metadata: {},
  createdAt: new Date('2026-01-01T00:00:00Z'),
  startedAt: null,
  finishedAt: null,
}

function wire(options: Partial<TaskWireOptions> = {}): TaskWire {
  seq = 0
  const definition = emptyDefinition('Bot')
  const items = new ToolItems({ definition, tools: [] })
  const context = { taskId: 't1', definition, isDraft: false, continuous: false, items, subTasks: [] }
  const none = { thinking: new Set<string>(), heldCharacters: 0, ids: false, after: null }
  return new TaskWire(new TaskView(context, run), { ...none, ...options })
}

/** What is to be sent now: types, with text or the status behind them. */
function sent(from: TaskWire): string[] {
  return from.drain().map(({ data }) => {
    const { type, data: told } = JSON.parse(data)
    return `${type} ${typeof told === 'string' ? told : (told.status ?? told.tool_name)}`
  })
}

const take = (into: TaskWire, ...events: JournalEvent[]): void => events.forEach((one) => into.take(one))
const started = () => event('run.started', { fence: 1 })
const delta = (text: string) => event('message.delta', { step: 1, text })
const restarted = () => event('step.restarted', { step: 1, reason: 'recovered' })
const completed = (output: string) => event('run.completed', { output, outputJson: null, usage: noUsage() })

function said(text: string, ...tools: string[]): JournalEvent {
  const calls = tools.map((tool) => ({ callId: tool, tool, arguments: {} }))
  const rest = { role: 'assistant' as const, reasoning: [], finishReason: 'stop' }
  return event('message.completed', { step: 1, text, calls, ...rest })
}

test('text of a step that is begun again is dropped while nobody has it, and ends the stream once somebody has', () => {
  const early = wire()
  take(early, started(), delta('Hel'), restarted(), delta('Hello.'), said('Hello.'), completed('Hello.'))
  expect(sent(early)).toEqual(['task_updated executing', 'chunk Hello.', 'task_finished completed'])
  const late = wire()
  take(late, started(), delta('Hel'))
  expect(sent(late)).toEqual(['task_updated executing', 'chunk Hel'])
  take(late, restarted(), delta('Hello.'), completed('Hello.'))
  expect([sent(late), late.over]).toEqual([['task_finished error'], true])
})

test('a reader who has come back is told nothing again, and that what was heard does not count', () => {
  const back = wire({ ids: true, after: { seq: 2, index: 0 } })
  take(back, started(), delta('Hel'), delta('lo.'), said('Hello.'), completed('Hello.'))
  expect(sent(back)).toEqual(['chunk lo.', 'task_finished completed'])
  const broken = wire({ ids: true, after: { seq: 2, index: 0 } })
  take(broken, started(), delta('Hel'), restarted(), delta('Hello.'), completed('Hello.'))
  expect(sent(broken)).toEqual(['task_finished error'])
})

test('a model that does not stream is shown once', () => {
  for (const heldCharacters of [0, 280, Infinity]) {
    const silent = wire({ heldCharacters })
    take(silent, said('Hello.'), completed('Hello.'))
    expect(sent(silent)).toEqual(['chunk Hello.', 'task_finished completed'])
  }
})

test('held text before calls is a thought, and the result keeps its pieces', () => {
  const held = wire({ heldCharacters: 280 })
  take(
    held,
    delta('Let me see.'),
    said('Let me see.', 'look'),
    delta('It '),
    delta('works.'),
    said('It works.'),
  )
  expect(sent(held)).toEqual(['think Let me see.', 'tool_call_request look', 'chunk It ', 'chunk works.'])
  take(held, completed('It works.'))
  expect(sent(held)).toEqual(['task_finished completed'])
})

test('more than 280 characters before calls are shown at once and stand at the start of the result', () => {
  const remark = 'a'.repeat(280)
  const long = wire({ heldCharacters: 280 })
  take(long, delta(remark))
  expect(sent(long)).toEqual([])
  take(long, delta('b'))
  expect(sent(long)).toEqual([`chunk ${remark}`, 'chunk b'])
  take(long, said(`${remark}b`, 'look'), delta('Done.'))
  expect(sent(long)).toEqual(['tool_call_request look'])
  take(long, said('Done.'), completed('Done.'))
  expect(long.view.result).toBe(`${remark}b\n\nDone.`)
  expect(sent(long)).toEqual(['chunk \n\n', 'chunk Done.', 'task_finished completed'])
})

test('text of an agent that goes several rounds is held wholly, and what earlier rounds said is no result', () => {
  const part = 'a'.repeat(281)
  const rounds = wire({ heldCharacters: Infinity })
  take(rounds, delta(part), said(part, 'look'), said('Draft.'))
  take(rounds, event('iteration.completed', { iteration: 1, times: 2, output: 'Draft.' }))
  expect(sent(rounds)).toEqual(['tool_call_request look', `think ${part}\n\nDraft.`])
  take(rounds, delta(part), said(part, 'look'), delta('Final.'), said('Final.'), completed('Final.'))
  expect(rounds.view.result).toBe(`${part}\n\nFinal.`)
  expect(sent(rounds)).toEqual([
    'tool_call_request look',
    `chunk ${part}`,
    'chunk \n\n',
    'chunk Final.',
    'task_finished completed',
  ])
})

test('a step that is begun again loses its own text and keeps that of the steps before it', () => {
  const part = 'a'.repeat(281)
  const again = wire({ heldCharacters: 280 })
  take(again, delta(part), said(part, 'look'), delta('Hal'), restarted(), delta('Done.'), said('Done.'))
  take(again, completed('Done.'))
  expect(sent(again)).toEqual([
    `chunk ${part}`,
    'tool_call_request look',
    'chunk \n\n',
    'chunk Done.',
    'task_finished completed',
  ])
})

test('a result that is not what was written is shown as it is', () => {
  const cleaned = wire({ heldCharacters: Infinity })
  take(cleaned, delta('```{"a":1}```'), said('```{"a":1}```'), completed('{"a":1}'))
  expect(sent(cleaned)).toEqual(['chunk {"a":1}', 'task_finished completed'])
})

test('nothing follows the end', () => {
  const over = wire()
  take(over, event('run.cancelled', { reason: 'No.', usage: noUsage() }), delta('more'))
  expect(sent(over)).toEqual(['task_finished stopped'])
})
