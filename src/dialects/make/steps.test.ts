import { expect, test } from 'vitest'
import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../core/events/event.ts'
import { derivedId } from './derived-id.ts'
import { foldStep, noSteps, type Step } from './steps.ts'

const runId = '01980f4e-0000-7000-8000-000000000001'
const usage = {
  inputTokens: 210,
  cachedInputTokens: 0,
  outputTokens: 18,
  reasoningTokens: 0,
  totalTokens: 228,
  modelCalls: 1,
  cost: null,
}

function event<Type extends RunEventType>(type: Type, data: EventTypes[Type]): JournalEvent {
  return { stream: runId, seq: 1, type, data, text: '', at: '2026-05-02T09:14:03.120Z' }
}

const asked = event('message.created', { role: 'user', content: [{ type: 'text', text: 'Where is it?' }] })
const calls = event('message.completed', {
  step: 1,
  role: 'assistant',
  text: '',
  reasoning: [],
  calls: [{ callId: 'c1', tool: 'find_order', arguments: { order_id: '1182' } }],
  finishReason: 'tool-calls',
})
const called = event('step.completed', { step: 1, model: 'openai/gpt', usage, ms: 640 })

function stepsOf(events: JournalEvent[], instructions: string | null = 'Help.'): Step[] {
  const memory = noSteps({ runId, instructions, scenarios: new Map([['find_order', 12]]) })
  for (const one of events) foldStep(memory, one)
  return memory.steps
}

/** Without what every step has. */
const told = (steps: Step[]) =>
  steps.map(({ id: _id, index: _index, agentIterationId: _run, ...step }) => step)
const plain = { executionTimeMs: 0, tokenUsage: null, toolCalls: [], toolResponse: null }

test('a run with a tool is five steps: prompt, question, call, result, answer', () => {
  const steps = stepsOf([
    asked,
    calls,
    called,
    event('tool.completed', {
      callId: 'c1',
      tool: 'find_order',
      status: 'ok',
      output: { state: 'shipped' },
      ms: 85,
    }),
    event('message.delta', { step: 2, text: 'It left' }),
    event('message.completed', {
      step: 2,
      role: 'assistant',
      text: 'It left today.',
      reasoning: [],
      calls: [],
      finishReason: 'stop',
    }),
    event('step.completed', { step: 2, model: 'openai/gpt', usage, ms: 510 }),
  ])
  const tokenUsage = { promptTokens: 210, completionTokens: 18, totalTokens: 228 }
  expect(told(steps)).toEqual([
    { ...plain, role: 'system', content: 'Help.' },
    { ...plain, role: 'user', content: 'Where is it?' },
    {
      role: 'assistant',
      content: '',
      executionTimeMs: 640,
      tokenUsage,
      toolCalls: [{ id: 'c1', name: 'find_order', args: { order_id: '1182' }, makeScenarioId: 12 }],
      toolResponse: null,
    },
    {
      ...plain,
      role: 'tool',
      content: '{"state":"shipped"}',
      executionTimeMs: 85,
      toolResponse: { toolCallId: 'c1', name: 'find_order', status: 'success', output: { state: 'shipped' } },
    },
    { ...plain, role: 'assistant', content: 'It left today.', executionTimeMs: 510, tokenUsage },
  ])
  expect(steps.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
  expect(steps.map(({ agentIterationId }) => agentIterationId)).toEqual(Array(5).fill(runId))
})

test('steps have the same ids in every reading, each its own', () => {
  const ids = stepsOf([asked, calls, called]).map(({ id }) => id)
  expect(stepsOf([asked, calls, called]).map(({ id }) => id)).toEqual(ids)
  expect(new Set(ids).size).toBe(3)
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(derivedId('step', runId, 0)).not.toBe(derivedId('event', runId, 0))
})

test('messages before the last one of a request are steps of their own', () => {
  const steps = stepsOf([
    event('message.created', {
      role: 'user',
      content: [{ type: 'text', text: 'And now?' }],
      preceding: [
        { role: 'user', text: 'Hello.' },
        { role: 'assistant', text: 'Hi.' },
      ],
    }),
  ])
  expect(steps.map(({ role, content }) => [role, content])).toEqual([
    ['system', 'Help.'],
    ['user', 'Hello.'],
    ['assistant', 'Hi.'],
    ['user', 'And now?'],
  ])
})

test('a call that a person is asked about says what to decide on, and a rejected one is an error', () => {
  const steps = stepsOf([
    asked,
    calls,
    called,
    event('approval.requested', {
      approvalId: 'a1',
      callId: 'c1',
      tool: 'find_order',
      arguments: {},
      kind: 'approval',
      mode: 'defer',
    }),
    event('tool.completed', {
      callId: 'c1',
      tool: 'find_order',
      status: 'pending_approval',
      output: 'Wait.',
      ms: 0,
    }),
    event('tool.completed', { callId: 'c1', tool: 'find_order', status: 'rejected', output: 'No.', ms: 0 }),
  ])
  expect(steps.slice(3).map(({ content, toolResponse }) => [content, toolResponse])).toEqual([
    [
      'Wait.',
      { toolCallId: 'c1', name: 'find_order', status: 'pending_approval', output: 'Wait.', approvalId: 'a1' },
    ],
    ['No.', { toolCallId: 'c1', name: 'find_order', status: 'error', output: 'No.' }],
  ])
})

test('the call that an approved run begins with is a step at once: no model was asked for it', () => {
  const steps = stepsOf([
    asked,
    event('message.completed', {
      step: 0,
      role: 'assistant',
      text: '',
      reasoning: [],
      calls: [{ callId: 'call_0_1', tool: 'find_order', arguments: { order_id: '7' } }],
      finishReason: 'deferred',
    }),
  ])
  expect(told(steps)[2]).toEqual({
    ...plain,
    role: 'assistant',
    content: '',
    toolCalls: [{ id: 'call_0_1', name: 'find_order', args: { order_id: '7' }, makeScenarioId: 12 }],
  })
})

test('an answer is a step only once its call is accounted for, its tool has returned, or the run is over', () => {
  expect(stepsOf([asked, calls])).toHaveLength(2)
  const over = stepsOf([asked, calls, event('run.cancelled', { reason: 'Stopped.', usage })])
  expect(told(over)[2]).toMatchObject({ role: 'assistant', tokenUsage: null })
  const returned = event('tool.completed', {
    callId: 'c1',
    tool: 'find_order',
    status: 'ok',
    output: 1,
    ms: 0,
  })
  expect(stepsOf([asked, calls, returned]).map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
  ])
})

test('a tool without a number, and arguments that are no JSON, are printed without them', () => {
  const steps = stepsOf([
    asked,
    event('message.completed', {
      step: 1,
      role: 'assistant',
      text: '',
      reasoning: [],
      calls: [{ callId: 'c1', tool: 'other', arguments: null, raw: '{"a' }],
      finishReason: 'tool-calls',
    }),
    called,
  ])
  expect(steps[2]?.toolCalls).toEqual([{ id: 'c1', name: 'other', args: {} }])
})

test('what other APIs put into a run is printed too: attachments by name, outputs of the client as tool steps', () => {
  const steps = stepsOf(
    [
      event('message.created', {
        role: 'user',
        content: [
          { type: 'text', text: 'Look:' },
          { type: 'image', mediaType: 'image/png', blob: 'b', filename: 'lamp.png' },
        ],
      }),
      calls,
      called,
      event('tool.outputs_received', { outputs: [{ callId: 'c1', output: 5 }] }),
    ],
    null,
  )
  expect(steps[0]?.content).toBe('')
  expect(steps[1]?.content).toBe('Look:\n[image lamp.png]')
  expect(steps[3]).toMatchObject({
    role: 'tool',
    content: '5',
    toolResponse: { toolCallId: 'c1', name: 'find_order', status: 'success', output: 5 },
  })
})
