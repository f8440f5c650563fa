import { afterAll, beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { createRun, emptyPins } from '../../test/support/runs.ts'
import { scriptedModel, type ScriptedStep } from '../../test/support/scripted-model.ts'
import { emptyDefinition } from '../core/agents/definition.ts'
import { eventsAfter } from '../core/events/event-store.ts'
import { Journal } from '../core/events/journal.ts'
import type { RunFacts } from '../core/runs/dispatch.ts'
import { createRunStore } from '../core/runs/run-store.ts'
import { createThreadStore } from '../core/threads/thread-store.ts'
import type { HttpTool, ToolDefinition } from '../core/tools/tool.ts'
import { AppError } from '../errors.ts'
import { systemClock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { silentLog } from '../lib/log.ts'
import type { ToolCall, ToolResult } from '../ports/tool-kind.ts'
import { Worker } from './worker.ts'

const database = await testDatabase()
const runs = createRunStore(database)
const journal = new Journal({
  database,
  clock: systemClock,
  log: silentLog,
  hooks: { published: () => {}, turnGiven: () => {} },
  origin: null,
})
let callTool: (tool: string, call: ToolCall) => Promise<ToolResult>

beforeEach(() => {
  callTool = async () => ({ status: 'ok', output: 'done' })
})

afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const tool = (name: string, more: Partial<HttpTool> = {}): ToolDefinition => ({
  kind: 'http',
  name,
  description: null,
  parameters: { type: 'object' },
  approval: 'never',
  method: 'POST',
  url: 'https://shop.example/',
  headers: {},
  effects: 'once',
  checkUrl: null,
  timeoutSeconds: 60,
  ...more,
})
const clientTool: ToolDefinition = {
  kind: 'function',
  name: 'client',
  description: null,
  parameters: { type: 'object' },
  approval: 'never',
}

interface Begun {
  worker: Worker
  runId: string
  ended: Promise<string>
}

/** A run of an agent with these tools, whose model follows the script. */
function begin(
  steps: ScriptedStep[],
  options: { id?: string; tools?: ToolDefinition[]; refuse?: AppError } = {},
): Begun {
  const model = scriptedModel(steps)
  const worker = new Worker({
    journal,
    runs,
    threads: createThreadStore(database),
    blobs: { get: async () => null },
    models: { resolve: async () => ({ model, name: 'a/b', requestedName: 'a/b', costOf: () => null }) },
    toolKinds: new Map([
      ['http', { kind: 'http', call: (definition, call) => callTool(definition.name, call) }],
    ]),
    resolveAgent: async (run) => {
      if (options.refuse) throw options.refuse
      return {
        agentId: run.agentId,
        workspaceId: run.workspaceId,
        versionId: newId(),
        versionNumber: 1,
        definition: emptyDefinition('Test'),
        tools: options.tools ?? [],
        toolRevisions: {},
        knowledge: false,
      }
    },
    checkArguments: () => null,
    checkOutput: () => null,
    leaseHolds: () => true,
    onParked: async () => {},
    random: () => 0,
    clock: systemClock,
    log: silentLog,
  })
  const abort = new AbortController()
  const { handle, threadId } = createRun(journal, {}, options.id)
  const run: RunFacts = {
    id: handle.runId,
    workspaceId: newId(),
    agentId: newId(),
    threadId,
    pins: emptyPins,
  }
  const events = [
    {
      type: 'message.created' as const,
      data: { role: 'user' as const, content: [] },
      at: '2026-01-01T00:00:00.000Z',
    },
  ]
  const ended = worker.start({ run, handle, abort, events, recovered: false })
  return { worker, runId: run.id, ended }
}

const typesOf = async (runId: string): Promise<string[]> =>
  (await eventsAfter(database.kysely, runId, 0, 100)).map((event) => event.type)
/** Until the first text of the model is stored. */
async function untilShown(runId: string): Promise<void> {
  while (!(await typesOf(runId)).includes('message.delta'))
    await new Promise((resolve) => setImmediate(resolve))
}
const endOf = async (runId: string) =>
  await database.kysely
    .selectFrom('runs')
    .select(['state', 'error'])
    .where('id', '=', runId)
    .executeTakeFirstOrThrow()

test('a run whose journal the database refuses fails, instead of being without an end', async () => {
  const odd = 'half \ud83d' as ScriptedStep['finishReason'] // what no vendor should say, and PostgreSQL does not store
  const shown = Promise.withResolvers<void>()
  const gate = { at: 'finish' as const, until: shown.promise }
  const { runId, ended } = begin([{ text: 'Hello.', finishReason: odd, gate }])
  await untilShown(runId)
  shown.resolve()
  expect(await ended).toBe('lost')
  expect(await endOf(runId)).toEqual({
    state: 'failed',
    error: { code: 'internal', message: 'Something went wrong on our side.' },
  })
  expect((await typesOf(runId)).at(-1)).toBe('run.failed')
})

test('a run whose id is taken is refused, and the one that has it goes on', async () => {
  const shown = Promise.withResolvers<void>()
  const first = begin([{ text: 'Hello.', gate: { at: 'finish', until: shown.promise } }])
  await untilShown(first.runId)
  expect(await begin([{ text: 'Again.' }], { id: first.runId }).ended).toBe('lost')
  shown.resolve()
  expect(await first.ended).toBe('terminal')
  expect(await endOf(first.runId)).toEqual({ state: 'completed', error: null })
})

test('a run that cannot be taken up fails with the reason', async () => {
  const { runId, ended } = begin([], { refuse: new AppError('tool_not_found') })
  expect(await ended).toBe('terminal')
  expect(await endOf(runId)).toEqual({
    state: 'failed',
    error: { code: 'tool_not_found', message: 'No tool with this id in this workspace.' },
  })
})

test('a call that throws ends the run, and only after the calls beside it have left their receipts', async () => {
  const gate = Promise.withResolvers<void>()
  callTool = async (name) => {
    if (name === 'broken') {
      setImmediate(gate.resolve)
      throw new Error('A bug in a kind of tool.')
    }
    await gate.promise
    return { status: 'ok', output: 'charged' }
  }
  const { runId, ended } = begin(
    [
      {
        toolCalls: [
          { id: 'call_a', name: 'broken', input: {} },
          { id: 'call_b', name: 'charge', input: {} },
        ],
      },
    ],
    { tools: [tool('broken'), tool('charge')] },
  )
  expect(await ended).toBe('terminal')
  expect((await typesOf(runId)).slice(-2)).toEqual(['tool.completed', 'run.failed'])
  expect(await endOf(runId)).toMatchObject({ state: 'failed', error: { code: 'internal' } })
})

test('intents are committed before the first call is made', async () => {
  const seen: string[][] = []
  let begun: Begun | null = null
  callTool = async () => {
    seen.push(await typesOf(begun?.runId ?? ''))
    return { status: 'ok', output: null }
  }
  begun = begin(
    [
      {
        toolCalls: [
          { id: 'call_a', name: 'charge', input: {} },
          { id: 'call_b', name: 'charge', input: {} },
        ],
      },
      { text: 'Done.' },
    ],
    { tools: [tool('charge')] },
  )
  expect(await begun.ended).toBe('terminal')
  expect(seen[0]?.slice(-2)).toEqual(['tool.called', 'tool.called'])
  expect(seen).toHaveLength(2)
})

test('a command that is delivered while its row is read as well is told once', async () => {
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  callTool = async () => {
    reached.resolve()
    await gate.promise
    return { status: 'ok', output: null }
  }
  const { worker, runId, ended } = begin(
    [
      {
        toolCalls: [
          { id: 'call_a', name: 'client', input: {} },
          { id: 'call_b', name: 'slow', input: {} },
        ],
      },
      { text: 'Done.' },
    ],
    { tools: [clientTool, tool('slow')] },
  )
  await reached.promise
  const command = { kind: 'tool_outputs' as const, outputs: [{ callId: 'call_a', output: 1 }] }
  const commandId = newId()
  await runs.transaction((transaction) =>
    runs.addCommand(transaction, commandId, runId, command.kind, command),
  )
  const outcomes = await Promise.all([
    worker.deliver(runId, command, commandId),
    worker.deliver(runId, command, commandId),
    worker.deliverWaiting([runId]),
  ])
  expect(outcomes).toEqual([true, true, undefined])
  gate.resolve()
  expect(await ended).toBe('terminal')
  const types = await typesOf(runId)
  expect(types.filter((type) => type === 'tool.outputs_received')).toHaveLength(1)
  expect(await runs.commandsFor([runId])).toEqual([])
})

test('a cancel is delivered once the run has ended', async () => {
  const until = new Promise<never>(() => {})
  const { worker, runId } = begin([{ text: 'Hello.', gate: { at: 'finish', until } }])
  await untilShown(runId)
  expect(await worker.deliver(runId, { kind: 'cancel', reason: 'Enough.' }, newId())).toBe(true)
  await worker.drain(10_000)
  expect(await endOf(runId)).toEqual({ state: 'cancelled', error: null })
})

test('stopping for a shutdown leaves the run as it is, for whoever comes next', async () => {
  const until = new Promise<never>(() => {})
  const { worker, runId, ended } = begin([{ text: 'Hello.', gate: { at: 'finish', until } }])
  while (!(await typesOf(runId)).includes('message.delta'))
    await new Promise((resolve) => setImmediate(resolve))
  await worker.stopAll({ type: 'shutdown' })
  expect(await ended).toBe('shutdown')
  expect(await endOf(runId)).toMatchObject({ state: 'running' })
  expect((await typesOf(runId)).at(-1)).toBe('message.delta')
})
