import { describe, expect, it } from 'vitest'
import { createEgress } from '../../src/lib/egress.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import type { LanguageModel, ModelStreamPart, ModelTool } from '../../src/ports/language-model.ts'
import type { ProviderDependencies } from '../../src/providers/provider-record.ts'
import { describeFailures, type Bench } from './language-model-failures.ts'
import { ask, callsOf, failureOf, finishOf, partsOf, textOf } from './model-calls.ts'
import type { FakeVendor, Respond, ScriptedAnswer } from './scripted-answer.ts'
import { within } from './within.ts'

/** What one adapter brings to the contract. */
export interface ContractAdapter {
  name: string
  /** The vendor the adapter talks to; null when it talks to nobody. */
  startVendor: ((respond: Respond) => Promise<FakeVendor>) | null
  createModel(vendorUrl: string, apiKey: string, dependencies: ProviderDependencies): LanguageModel
  /** The tool result in a request as the vendor sees it. */
  toolResultIn(body: JsonObject): { callId: unknown; text: string }
  /** Whether the request asks for JSON of this schema, in a field or in words. */
  asksForSchema(body: JsonObject, schema: JsonObject): boolean
  /** The wire's word for an answer that ran into its limit. */
  lengthReason: string
  /** Cases that cannot hold for this adapter, with the reason. */
  skips: Partial<Record<ContractCase, string>>
}

export const contractCases = [
  'streams text before the answer ends',
  'passes parallel tool calls on whole',
  'sends a tool result back under the id of its call',
  'counts tokens, the cached among them',
  'asks for structured output',
  'streams reasoning apart from text',
  'passes invalid arguments on as they were written',
  'says that an answer was cut at its length',
  'ends its request within a second of an abort, before and during the answer',
  'names each failure and says whether it may be tried again',
  'honours Retry-After',
  'never shows a key',
] as const
export type ContractCase = (typeof contractCases)[number]

export const orderTool: ModelTool = {
  type: 'function',
  name: 'lookup_order',
  description: 'Look up order status by order ID',
  inputSchema: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
}
const secret = 'sk-contract-0123456789abcdef'
const schema: JsonObject = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
}

/** Runs the contract of `ports/language-model.ts` over one adapter. */
export function describeLanguageModelContract(adapter: ContractAdapter): void {
  const bench: Bench = (respond, patience = {}) => openBench(adapter, respond, patience)
  const cases: Record<ContractCase, () => void> = {
    'streams text before the answer ends': () => {
      it('streams text before the answer ends', async () => {
        const gate = Promise.withResolvers<void>()
        await using one = await bench([
          { pieces: [{ text: 'Hello' }, { wait: gate.promise }, { text: ' there' }] },
        ])
        const parts: ModelStreamPart[] = []
        const { stream } = await one.model.doStream(ask('Hello'))
        for await (const part of stream) {
          if (part.type === 'text-delta') gate.resolve()
          parts.push(part)
        }
        expect(parts[0]?.type).toBe('stream-start')
        expect(parts.filter((part) => part.type === 'text-delta').length).toBeGreaterThan(1)
        if (one.vendor !== null) expect(textOf(parts)).toBe('Hello there')
        expect(finishOf(parts).finishReason.unified).toBe('stop')
      })
    },
    'passes parallel tool calls on whole': () => {
      it('passes parallel tool calls on whole', async () => {
        const toolCalls = [
          { id: 'call_a', name: 'lookup_order', arguments: '{"order_id":"1042"}' },
          { id: 'call_b', name: 'lookup_order', arguments: '{"order_id":"1043"}' },
        ]
        await using one = await bench([{ pieces: [{ toolCalls }] }])
        const parts = await partsOf(one.model, ask('Where are orders 1042 and 1043?', { tools: [orderTool] }))
        const calls = callsOf(parts)
        expect(calls.map((call) => [call.name, JSON.parse(call.input)])).toEqual([
          ['lookup_order', { order_id: '1042' }],
          ['lookup_order', { order_id: '1043' }],
        ])
        expect(new Set(calls.map((call) => call.id)).size).toBe(2)
        expect(finishOf(parts).finishReason.unified).toBe('tool-calls')
        for (const { id, input } of calls) expect(streamedInput(parts, id)).toBe(input)
      })
    },
    'sends a tool result back under the id of its call': () => {
      it('sends a tool result back under the id of its call', async () => {
        await using one = await bench([{ pieces: [{ text: 'Order 1042 is shipped.' }] }])
        const options = ask('Where is order 1042?', { tools: [orderTool] })
        options.prompt.push(
          {
            role: 'assistant',
            content: [
              {
                type: 'tool-call',
                toolCallId: 'call_a',
                toolName: 'lookup_order',
                input: { order_id: '1042' },
              },
            ],
          },
          {
            role: 'tool',
            content: [
              {
                type: 'tool-result',
                toolCallId: 'call_a',
                toolName: 'lookup_order',
                output: { type: 'json', value: { status: 'shipped' } },
              },
            ],
          },
        )
        const parts = await partsOf(one.model, options)
        expect(textOf(parts)).toContain('shipped')
        expect(callsOf(parts)).toEqual([])
        const body = one.vendor?.requests[0]?.body
        if (body)
          expect(adapter.toolResultIn(body)).toEqual({ callId: 'call_a', text: '{"status":"shipped"}' })
      })
    },
    'counts tokens, the cached among them': () => {
      it('counts tokens, the cached among them', async () => {
        await using one = await bench([
          { pieces: [{ text: 'Hi' }], usage: { input: 100, cached: 40, output: 20 } },
        ])
        const { usage } = finishOf(await partsOf(one.model, ask('Hello')))
        expect(usage.inputTokens.total).toBe(100)
        expect(usage.inputTokens.cacheRead).toBe(40)
        expect(usage.inputTokens.noCache).toBe(60)
        expect(usage.outputTokens.total).toBe(20)
      })
    },
    'asks for structured output': () => {
      it('asks for structured output', async () => {
        await using one = await bench([{ pieces: [{ text: '{"answer":"yes"}' }] }])
        const parts = await partsOf(one.model, ask('Hello', { responseFormat: { type: 'json', schema } }))
        expect(JSON.parse(textOf(parts))).toEqual({ answer: expect.any(String) })
        const body = one.vendor?.requests[0]?.body
        if (body) expect(adapter.asksForSchema(body, schema)).toBe(true)
      })
    },
    'streams reasoning apart from text': () => {
      it('streams reasoning apart from text', async () => {
        await using one = await bench([{ pieces: [{ reasoning: 'Hm.' }, { text: 'Yes.' }] }])
        const parts = await partsOf(one.model, ask('Hello'))
        const kinds = parts.map((part) => part.type).filter((type) => /^(?:reasoning|text)-/.test(type))
        expect(kinds).toEqual([
          'reasoning-start',
          'reasoning-delta',
          'reasoning-end',
          'text-start',
          'text-delta',
          'text-end',
        ])
        expect(textOf(parts)).toBe('Yes.')
      })
    },
    'passes invalid arguments on as they were written': () => {
      it('passes invalid arguments on as they were written', async () => {
        const toolCalls = [{ id: 'call_a', name: 'lookup_order', arguments: '{"order_id": 10' }]
        await using one = await bench([{ pieces: [{ toolCalls }] }])
        const parts = await partsOf(one.model, ask('Where is order 10?', { tools: [orderTool] }))
        expect(callsOf(parts)).toEqual([{ id: 'call_a', name: 'lookup_order', input: '{"order_id": 10' }])
      })
    },
    'says that an answer was cut at its length': () => {
      it('says that an answer was cut at its length', async () => {
        const finishReason = adapter.lengthReason
        await using one = await bench([{ pieces: [{ text: 'Once upon' }], finishReason }])
        const finish = finishOf(await partsOf(one.model, ask('Hello')))
        expect(finish.finishReason).toEqual({ unified: 'length', raw: finishReason })
      })
    },
    'ends its request within a second of an abort, before and during the answer': () => {
      it.each<[string, ScriptedAnswer]>([
        ['before', { hang: true }],
        ['during', { pieces: [{ text: 'Hello' }], ending: 'hang' }],
      ])('ends its request within a second of an abort %s the answer', async (moment, answer) => {
        const arrived = Promise.withResolvers<void>()
        await using one = await bench(() => {
          if (moment === 'before') arrived.resolve()
          return answer
        })
        const controller = new AbortController()
        const reason = new Error('The run was cancelled.')
        const options = ask('Hello', { abortSignal: controller.signal })
        const failing = partsOf(one.model, options, (part) => {
          if (part.type === 'text-delta') arrived.resolve()
        }).catch((error: unknown) => error)
        await arrived.promise
        controller.abort(reason)
        expect(await failing).toBe(reason)
        await within(1000, one.vendor?.requests[0]?.aborted ?? new Promise(() => {}))
      })
    },
    'names each failure and says whether it may be tried again': () => describeFailures(bench),
    'honours Retry-After': () => {
      it('honours Retry-After', async () => {
        await using one = await bench([
          { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'Slow down.' } } },
        ])
        const error = await failureOf(one.model)
        expect(error.facts['retryAfterSeconds']).toBe(7)
      })
    },
    'never shows a key': () => {
      const echo = `The key ${secret} is wrong.`
      it.each<[string, ScriptedAnswer]>([
        ['a refusal', { status: 401, body: { error: { message: echo, type: 'authentication_error' } } }],
        ['a plain refusal', { status: 500, body: echo }],
        [
          'a broken stream',
          {
            pieces: [{ text: 'Hi' }, { bytes: `data: {"type":"error","error":{"message":"${echo}"}}\n\n` }],
            ending: 'close',
          },
        ],
        ['an error in a 200', { status: 200, body: { error: { message: echo } } }],
      ])('never shows a key that the vendor repeats in %s', async (_, answer) => {
        await using one = await bench([answer])
        const error = await failureOf(one.model)
        expect(error.message).toContain('***')
        expect(
          `${error.message} ${String(error.stack)} ${JSON.stringify(error)} ${String(error.cause)}`,
        ).not.toContain(secret)
      })
    },
  }
  describe(`language model contract: ${adapter.name}`, () => {
    for (const name of contractCases) {
      if (adapter.skips[name] === undefined) cases[name]()
    }
    it('skips only what has a reason', () => {
      for (const reason of Object.values(adapter.skips)) expect(reason.length).toBeGreaterThan(20)
    })
  })
}

async function openBench(
  adapter: ContractAdapter,
  respond: Respond,
  patience: Partial<ProviderDependencies>,
) {
  const egress = createEgress({ allowPrivate: '0' })
  const vendor = await adapter.startVendor?.(respond)
  return {
    vendor: vendor ?? null,
    model: adapter.createModel(vendor?.url ?? '', secret, { egress, ...patience }),
    async [Symbol.asyncDispose]() {
      egress[Symbol.dispose]()
      await vendor?.close()
    },
  }
}

function streamedInput(parts: readonly ModelStreamPart[], id: string): string {
  return parts.map((part) => (part.type === 'tool-input-delta' && part.id === id ? part.delta : '')).join('')
}
