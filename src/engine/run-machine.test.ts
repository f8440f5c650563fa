import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../core/agents/agent.ts'
import { noStrategies, type Condition, type Strategies } from '../core/agents/strategies.ts'
import { noUsage } from '../core/runs/usage.ts'
import type { ToolDefinition } from '../core/tools/tool.ts'
import { mustAnswer } from './limits.ts'
import { emptyMemory, type CallMemory, type RunMemory } from './memory.ts'
import { nextForCall, nextMove, type MachineInput } from './run-machine.ts'
import { waitBeforeAttempt } from './strategy-moves.ts'

const base = { description: null, parameters: { type: 'object' } }
const http = {
  ...base,
  kind: 'http' as const,
  method: 'POST' as const,
  url: 'https://shop.example/',
  headers: {},
  effects: 'once' as const,
  checkUrl: null,
  timeoutSeconds: 60,
}
const tools = new Map<string, ToolDefinition>([
  ['act', { ...http, name: 'act', approval: 'never' }],
  ['ask_first', { ...http, name: 'ask_first', approval: 'always' }],
  ['client', { ...base, kind: 'function', name: 'client', approval: 'never' }],
])

function call(tool: string, more: Partial<CallMemory> = {}): CallMemory {
  return {
    call: { callId: `call_${tool}`, tool, arguments: {} },
    approval: null,
    intent: null,
    lost: null,
    result: null,
    ...more,
  }
}

function input(memory: Partial<RunMemory>, more: Partial<MachineInput> = {}): MachineInput {
  return {
    memory: { ...emptyMemory(), ...memory },
    tools,
    checkArguments: () => null,
    limits: defaultLimits,
    strategies: noStrategies,
    answering: { approvals: 'park', clientTools: 'available' },
    now: 0,
    ...more,
  }
}

/** The memory of a run whose model has just asked for these calls. */
const afterCalls = (...calls: CallMemory[]): Partial<RunMemory> => ({
  step: 1,
  toolCalls: calls.length,
  turns: [{ type: 'assistant', text: '', reasoning: [], calls }],
})
const approval = (decision: 'approve' | 'reject' | null, reason: string | null = null) => ({
  approvalId: 'a1',
  mode: 'park' as const,
  decision,
  reason,
})
const intent = (effects: 'none' | 'idempotent' | 'checkable' | 'once' | 'client') => ({
  effectId: 'e1',
  effects,
})
const lost = (decision: 'happened' | 'again' | 'give_up' | null) => ({
  approvalId: 'a1',
  decision,
  reason: null,
  result: null,
})

describe('what one call needs next', () => {
  test.each<[string, CallMemory, object]>([
    ['an ordinary call is made', call('act'), { type: 'perform' }],
    [
      'an unknown tool is refused',
      call('gone'),
      { type: 'refuse', status: 'error', message: 'There is no tool named gone.' },
    ],
    ['a call that needs approval asks', call('ask_first'), { type: 'ask_approval', mode: 'park' }],
    [
      'an undecided one is awaited',
      call('ask_first', { approval: approval(null) }),
      { type: 'await', for: 'approval' },
    ],
    ['an approved one is made', call('ask_first', { approval: approval('approve') }), { type: 'perform' }],
    [
      'a rejected one is refused',
      call('ask_first', { approval: approval('reject') }),
      { type: 'refuse', status: 'rejected', message: 'A person rejected this call.' },
    ],
    [
      'with the reason',
      call('ask_first', { approval: approval('reject', 'No.') }),
      { type: 'refuse', status: 'rejected', message: 'A person rejected this call. Reason: No.' },
    ],
    ['a client tool is handed out', call('client'), { type: 'hand_out' }],
    ['and awaited', call('client', { intent: intent('client') }), { type: 'await', for: 'client' }],
    ['a lost receipt of none: make it', call('act', { intent: intent('none') }), { type: 'perform' }],
    ['of idempotent: make it', call('act', { intent: intent('idempotent') }), { type: 'perform' }],
    ['of checkable: check', call('act', { intent: intent('checkable') }), { type: 'check' }],
    ['of once: ask what became of it', call('act', { intent: intent('once') }), { type: 'ask_outcome' }],
    [
      'unanswered: await',
      call('act', { intent: intent('once'), lost: lost(null) }),
      { type: 'await', for: 'outcome' },
    ],
    ['happened: adopt', call('act', { intent: intent('once'), lost: lost('happened') }), { type: 'adopt' }],
    ['again: make it', call('act', { intent: intent('once'), lost: lost('again') }), { type: 'perform' }],
    ['give up: give up', call('act', { intent: intent('once'), lost: lost('give_up') }), { type: 'give_up' }],
  ])('%s', (_name, memory, move) => {
    expect(nextForCall(input({}), memory)).toEqual(move)
  })

  test('arguments that do not fit are refused before anybody is asked to approve', () => {
    const machine = input({}, { checkArguments: () => 'item is required' })
    const refusal = { type: 'refuse', status: 'error', message: 'item is required' }
    expect(nextForCall(machine, call('ask_first'))).toEqual(refusal)
  })

  test('a caller who cannot answer: approvals are deferred, client tools refused at once', () => {
    const machine = input({}, { answering: { approvals: 'defer', clientTools: 'unavailable' } })
    expect(nextForCall(machine, call('ask_first'))).toEqual({ type: 'ask_approval', mode: 'defer' })
    expect(nextForCall(machine, call('client'))).toEqual({
      type: 'refuse',
      status: 'error',
      message: 'This tool runs in the client, and this client cannot run tools.',
    })
  })
})

describe('what a run does next', () => {
  test('a new run calls the model', () => {
    const user = { type: 'user' as const, content: [] }
    expect(nextMove(input({ turns: [user] }))).toEqual({ type: 'call_model', step: 1, restart: false })
  })

  test('a model call that was begun and has not answered is begun again', () => {
    expect(nextMove(input({ step: 2, stepOpen: true }))).toEqual({
      type: 'call_model',
      step: 2,
      restart: true,
    })
  })

  test('an answer without calls finishes the run', () => {
    const answer = { type: 'assistant' as const, text: 'Done.', reasoning: [], calls: [] }
    expect(nextMove(input({ step: 1, turns: [answer] }))).toEqual({
      type: 'finish',
      text: 'Done.',
      again: false,
    })
  })

  test('results of all calls lead to the next model call', () => {
    const done = call('act', { result: { status: 'ok', output: null } })
    expect(nextMove(input(afterCalls(done)))).toEqual({ type: 'call_model', step: 2, restart: false })
  })

  test('only open calls are made', () => {
    const done = call('act', { result: { status: 'ok', output: null } })
    const open = call('client')
    expect(nextMove(input(afterCalls(done, open)))).toEqual({
      type: 'make_calls',
      calls: [{ call: open, move: { type: 'hand_out' } }],
    })
  })

  test('a run waits only when every open call does, and for what blocks most first', () => {
    const outcome = call('act', { intent: intent('once'), lost: lost(null) })
    const asked = call('ask_first', { approval: approval(null) })
    const handed = call('client', { intent: intent('client') })
    const kinds = [[outcome, asked, handed], [asked, handed], [handed]].map((calls) => {
      const move = nextMove(input(afterCalls(...calls)))
      return move.type === 'wait' ? move.waitingFor.type : move.type
    })
    expect(kinds).toEqual(['needs_decision', 'approval', 'tool_outputs'])
    expect(nextMove(input(afterCalls(asked, call('act')))).type).toBe('make_calls')
  })

  test('one call given up ends the run', () => {
    const given = call('act', { intent: intent('once'), lost: lost('give_up') })
    expect(nextMove(input(afterCalls(given, call('client'))))).toEqual({
      type: 'fail',
      error: {
        code: 'effect_given_up',
        message: 'The outcome of act is unknown and the run was given up.',
      },
    })
  })
})

describe('limits', () => {
  const limited = (limits: Partial<MachineInput['limits']>) => ({ limits: { ...defaultLimits, ...limits } })
  const codeOf = (machine: MachineInput): string => {
    const move = nextMove(machine)
    return move.type === 'fail' ? move.error.code : move.type
  }

  test('steps are counted before the next model call', () => {
    expect(codeOf(input({ step: 2 }, limited({ steps: 2 })))).toBe('step_limit_reached')
    expect(codeOf(input({ step: 1 }, limited({ steps: 2 })))).toBe('call_model')
  })

  test('the time of this segment and of earlier ones counts, the time between does not', () => {
    const memory = { activeMs: 4000, runningSince: 100_000 }
    expect(codeOf(input(memory, { ...limited({ seconds: 10 }), now: 105_999 }))).toBe('call_model')
    expect(codeOf(input(memory, { ...limited({ seconds: 10 }), now: 106_000 }))).toBe('time_limit_reached')
    expect(codeOf(input({ activeMs: 4000 }, { ...limited({ seconds: 10 }), now: 900_000 }))).toBe(
      'call_model',
    )
  })

  test('as many calls as allowed are made, one more ends the run', () => {
    expect(codeOf(input(afterCalls(call('act')), limited({ toolCalls: 1 })))).toBe('make_calls')
    expect(codeOf(input(afterCalls(call('act'), call('act')), limited({ toolCalls: 1 })))).toBe(
      'tool_call_limit_reached',
    )
  })

  test('steps and tool calls are those of this attempt', () => {
    expect(codeOf(input({ step: 3, earlierSteps: 2 }, limited({ steps: 2 })))).toBe('call_model')
    expect(codeOf(input({ step: 4, earlierSteps: 2 }, limited({ steps: 2 })))).toBe('step_limit_reached')
  })

  test('an agent that has to answer at its limit has the calls beyond it refused', () => {
    const [first, second] = [call('act'), call('act')]
    const answer = limited({ toolCalls: 3, atToolCalls: 'answer' })
    const refusal = {
      type: 'refuse',
      status: 'error',
      message: 'This call was not made: your 3 tool calls are used up. Answer now, without calling tools.',
    }
    expect(nextMove(input({ ...afterCalls(first, second), toolCalls: 4 }, answer))).toEqual({
      type: 'make_calls',
      calls: [
        { call: first, move: { type: 'perform' } },
        { call: second, move: refusal },
      ],
    })
    expect(nextMove(input({ ...afterCalls(first), toolCalls: 5 }, answer))).toEqual({
      type: 'make_calls',
      calls: [{ call: first, move: refusal }],
    })
  })

  test.each([
    [2, 'answer', false],
    [3, 'answer', true],
    [4, 'answer', true],
    [4, 'fail', false],
  ] as const)('after %i of 3 calls, where the limit means %s: must answer is %s', (made, at, expected) => {
    const { limits } = limited({ toolCalls: 3, atToolCalls: at })
    expect(mustAnswer({ ...emptyMemory(), toolCalls: made }, limits)).toBe(expected)
  })

  test('what is under way is still settled when a limit was reached; nothing new is begun', () => {
    const checking = call('act', { intent: intent('checkable') })
    const late = { ...limited({ seconds: 1 }), now: 5000 }
    expect(codeOf(input({ ...afterCalls(checking), runningSince: 0 }, late))).toBe('make_calls')
    expect(codeOf(input({ ...afterCalls(checking, call('act')), runningSince: 0 }, late))).toBe(
      'time_limit_reached',
    )
  })

  test('a finished answer is an answer, whatever limit was reached with it', () => {
    const answer = { type: 'assistant' as const, text: 'Done.', reasoning: [], calls: [] }
    const late = { ...limited({ seconds: 1, steps: 1 }), now: 5000 }
    expect(codeOf(input({ step: 1, turns: [answer], runningSince: 0 }, late))).toBe('finish')
  })
})

describe('strategies', () => {
  const done: Condition = { type: 'contains', term: 'DONE', path: null, value: null }
  const answered = (text: string, more: Partial<RunMemory> = {}): Partial<RunMemory> => ({
    step: 1,
    turns: [{ type: 'assistant', text, reasoning: [], calls: [] }],
    ...more,
  })
  const rounds = (until: Condition | null) => ({
    strategies: { ...noStrategies, iterate: { times: 3, until } },
  })
  const stopping = { strategies: { ...noStrategies, stop: { onFailure: true, when: done } } }

  test('an attempt begins when its wait is over', () => {
    const memory = { attempt: 2, step: 1, earlierSteps: 1, retryAt: 10_000 }
    expect(nextMove(input(memory, { now: 9_400 }))).toEqual({ type: 'pause', ms: 600 })
    expect(nextMove(input(memory, { now: 10_000 }))).toEqual({ type: 'call_model', step: 2, restart: false })
  })

  test('a limit of the run is reached while it waits', () => {
    const limits = { ...defaultLimits, seconds: 5 }
    const move = nextMove(input({ attempt: 2, retryAt: 10_000, runningSince: 0 }, { limits, now: 5_000 }))
    expect(move).toMatchObject({ type: 'fail', error: { code: 'time_limit_reached' } })
  })

  test.each<[string, Partial<RunMemory>, Condition | null, boolean]>([
    ['the first answer', answered('Draft.'), null, true],
    ['the last but one', answered('Draft.', { iterations: 1 }), null, true],
    ['the last', answered('Draft.', { iterations: 2 }), null, false],
    ['one that is not good enough', answered('Draft.'), done, true],
    ['one that is', answered('DONE.'), done, false],
  ])('%s of three rounds', (_name, memory, until, again) => {
    expect(nextMove(input(memory, rounds(until)))).toMatchObject({ type: 'finish', again })
  })

  test('no round begins that could not end: what was answered is the output', () => {
    const limits = { ...defaultLimits, steps: 1 }
    expect(nextMove(input(answered('Draft.'), { ...rounds(null), limits }))).toMatchObject({ again: false })
    const spent = { usage: { ...noUsage(), totalTokens: 10 } }
    const tokens = { ...defaultLimits, tokens: 10 }
    expect(nextMove(input(answered('Draft.', spent), { ...rounds(null), limits: tokens }))).toMatchObject({
      again: false,
    })
  })

  test('a stop condition that is true of the answer cancels the run, before it is finished', () => {
    expect(nextMove(input(answered('DONE.'), stopping))).toEqual({
      type: 'cancel',
      reason: 'The stop condition is true of the answer: it contains "DONE".',
      answer: 'DONE.',
    })
    expect(nextMove(input(answered('Draft.'), stopping)).type).toBe('finish')
  })

  test('one that is true of what a tool returned cancels it with calls still open', () => {
    const result = { status: 'ok' as const, output: { state: 'DONE' } }
    const returned = call('act', { intent: intent('once'), result })
    expect(nextMove(input(afterCalls(returned, call('client')), stopping))).toEqual({
      type: 'cancel',
      reason: 'The stop condition is true of the result of act: it contains "DONE".',
      answer: null,
    })
    const refused = call('act', { result: { status: 'rejected', output: 'DONE without you.' } })
    expect(nextMove(input(afterCalls(refused), stopping)).type).toBe('call_model')
  })

  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 30_000],
    [7, null],
  ])('attempt %i that fails is followed after %s milliseconds', (attempt, wait) => {
    const strategies = { ...noStrategies, retry: { attempts: 6 } }
    const memory = { ...emptyMemory(), attempt }
    expect(waitBeforeAttempt(strategies, memory, 'provider_rejected')).toBe(wait)
  })

  test.each([
    'time_limit_reached',
    'token_limit_reached',
    'step_limit_reached',
    'tool_call_limit_reached',
    'effect_given_up',
  ])('%s is final', (code) => {
    const strategies = { ...noStrategies, retry: { attempts: 6 } }
    expect(waitBeforeAttempt(strategies, emptyMemory(), code)).toBeNull()
  })

  test('a round that fails is final where the strategy says so; only rounds are rounds', () => {
    const retry = { attempts: 1 }
    const iterate = { times: 2, until: null }
    const wait = (strategies: Strategies) => waitBeforeAttempt(strategies, emptyMemory(), 'internal')
    const { stop } = stopping.strategies
    expect(wait({ ...noStrategies, retry, iterate, stop })).toBeNull()
    expect(wait({ ...noStrategies, retry, iterate, stop: { ...stop, onFailure: false } })).toBe(1_000)
    expect(wait({ ...noStrategies, retry, stop })).toBe(1_000)
  })
})
