import { describe, expect, it } from 'vitest'
import { startFakeAnthropic } from '../../../test/support/fake-anthropic.ts'
import { orderTool } from '../../../test/support/language-model-contract.ts'
import { ask, partsOf } from '../../../test/support/model-calls.ts'
import { createEgress } from '../../lib/egress.ts'
import type { ModelCallOptions, ModelPrompt } from '../../ports/language-model.ts'
import { createLanguageModel } from '../connect.ts'
import { isStrictSchema } from './anthropic-models.ts'
import { messagesRequest } from './anthropic-request.ts'

function body(options: Partial<ModelCallOptions>, model = 'claude-sonnet-4-5') {
  return messagesRequest('anthropic', model, { ...ask('Hi'), ...options })
}

it('thinks, calls a tool and thinks on: the signature of the first thought comes back with the result', async () => {
  const egress = createEgress({ allowPrivate: '0' })
  const vendor = await startFakeAnthropic({
    respond: [
      {
        pieces: [
          { reasoning: 'Look it up.' },
          { toolCalls: [{ id: 'toolu_1', name: 'lookup_order', arguments: '{}' }] },
        ],
      },
      { pieces: [{ text: 'Shipped.' }] },
    ],
  })
  try {
    const target = {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      apiKey: 'k',
      headers: {},
      trusted: true,
    }
    const model = createLanguageModel({ ...target, baseUrl: vendor.url }, { egress })
    const options = ask('Where is it?', { tools: [orderTool], reasoning: 'low' })
    const parts = await partsOf(model, options)
    const end = parts.find((part) => part.type === 'reasoning-end')
    expect(end?.providerMetadata).toEqual({ anthropic: { signature: 'signed' } })
    options.prompt.push(
      {
        role: 'assistant',
        content: [
          {
            type: 'reasoning',
            text: 'Look it up.',
            ...(end?.providerMetadata && { providerOptions: end.providerMetadata }),
          },
          { type: 'tool-call', toolCallId: 'toolu_1', toolName: 'lookup_order', input: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'toolu_1',
            toolName: 'lookup_order',
            output: { type: 'text', value: 'ok' },
          },
        ],
      },
    )
    await partsOf(model, options)
    expect(vendor.requests[1]?.body?.['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Where is it?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Look it up.', signature: 'signed' },
          { type: 'tool_use', id: 'toolu_1', name: 'lookup_order', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }] },
    ])
  } finally {
    egress[Symbol.dispose]()
    await vendor.close()
  }
})

describe('the request', () => {
  it('joins neighbours of one role, leaves empty text out and marks failed results', () => {
    const prompt: ModelPrompt = [
      { role: 'system', content: 'One.' },
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
      { role: 'system', content: 'Two.' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: '' },
          { type: 'tool-call', toolCallId: 'call:1', toolName: 't', input: 'not json' },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call:1',
            toolName: 't',
            output: { type: 'execution-denied', reason: 'No.' },
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'c' }] },
    ]
    const sent = body({ prompt }).body
    expect(sent['system']).toBe('One.\n\nTwo.')
    expect(sent['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'call_1', name: 't', input: { invalid_arguments: 'not json' } }],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: 'No.', is_error: true },
          { type: 'text', text: 'c' },
        ],
      },
    ])
  })

  it.each([
    ['claude-3-haiku-20240307', 4_096],
    ['claude-3-5-haiku-latest', 8_192],
    ['claude-sonnet-4-5', 32_000],
    ['claude-of-the-future', 32_000],
  ])('sends %s a limit of its own when the caller sets none', (model, limit) => {
    expect(body({}, model).body['max_tokens']).toBe(limit)
    expect(body({ maxOutputTokens: 10 }, model).body['max_tokens']).toBe(10)
  })

  it('thinks within a budget, adaptively, or not at all, as the model can', () => {
    const budget = body({ reasoning: 'low', maxOutputTokens: 100, temperature: 0.5 })
    expect(budget.body).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 2048 },
      max_tokens: 2148,
    })
    expect(budget.body).not.toHaveProperty('temperature')
    expect(budget.warnings).toMatchObject([{ type: 'unsupported', feature: 'temperature' }])
    const adaptive = body({ reasoning: 'xhigh' }, 'claude-opus-4-6').body
    expect(adaptive).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } })
    expect(body({ reasoning: 'xhigh' }, 'claude-opus-4-7').body['output_config']).toEqual({ effort: 'xhigh' })
    const none = body({ reasoning: 'high' }, 'claude-3-haiku-20240307')
    expect(none.body).not.toHaveProperty('thinking')
    expect(none.warnings).toMatchObject([{ type: 'unsupported', feature: 'reasoning' }])
    expect(body({ reasoning: 'none' }).body).not.toHaveProperty('thinking')
  })

  it.each([
    ['claude-sonnet-4-5', 'high', undefined, 24_576, 32_768],
    ['claude-sonnet-4-5', 'xhigh', undefined, 49_152, 57_344],
    ['claude-sonnet-4-5', 'xhigh', 20_000, 49_152, 64_000],
    ['claude-opus-4-1', 'xhigh', undefined, 23_808, 32_000],
    ['claude-opus-4-1', 'low', undefined, 2_048, 32_000],
  ] as const)('lets %s think %s within what it takes', (model, reasoning, maxOutputTokens, budget, limit) => {
    const sent = body({ reasoning, ...(maxOutputTokens && { maxOutputTokens }) }, model).body
    expect(sent).toMatchObject({ thinking: { budget_tokens: budget }, max_tokens: limit })
  })

  it('marks the instructions, the last tool and the newest turn for the cache, only when it is wanted', () => {
    const prompt: ModelPrompt = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
      { role: 'user', content: [{ type: 'text', text: 'c' }] },
    ]
    const tools = [orderTool, { ...orderTool, name: 'other' }]
    const promptCache = { key: 'parley-1' }
    const cache_control = { type: 'ephemeral' }
    const sent = body({ prompt, tools, promptCache }).body
    expect(sent['system']).toEqual([{ type: 'text', text: 'Be brief.', cache_control }])
    expect(sent['tools']).toMatchObject([{ name: 'lookup_order' }, { name: 'other', cache_control }])
    expect(sent['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
      { role: 'user', content: [{ type: 'text', text: 'c', cache_control }] },
    ])
    expect(JSON.stringify(sent).split('cache_control').length - 1).toBe(3)
    expect(JSON.stringify(sent)).not.toContain('parley-1')
    expect(JSON.stringify(body({ prompt, tools }).body)).not.toContain('cache_control')
  })

  it('keeps sampling settings from the newest models', () => {
    const { body: sent, warnings } = body({ temperature: 0.2 }, 'claude-opus-4-7')
    expect(sent).not.toHaveProperty('temperature')
    expect(warnings.length).toBe(1)
    expect(body({ temperature: 1.7 }).body['temperature']).toBe(1)
  })

  it.each([
    [{ type: 'required' as const }, { type: 'any' }],
    [{ type: 'none' as const }, { type: 'none' }],
    [
      { type: 'tool' as const, toolName: 'lookup_order' },
      { type: 'tool', name: 'lookup_order' },
    ],
    [{ type: 'auto' as const }, undefined],
  ])('writes the tool choice %j', (toolChoice, expected) => {
    expect(body({ tools: [orderTool], toolChoice }).body['tool_choice']).toEqual(expected)
  })

  it('sends a schema in its field when the vendor can compile it and the model knows the field, else in words', () => {
    const open = { type: 'object' as const, properties: { n: { type: 'integer' as const, minimum: 1 } } }
    const closed = {
      type: 'object' as const,
      properties: { n: { type: 'integer' as const } },
      additionalProperties: false,
    }
    const format = (schema: typeof open | typeof closed) => ({
      responseFormat: { type: 'json' as const, schema },
    })
    expect(body(format(closed)).body['output_config']).toEqual({
      format: { type: 'json_schema', schema: closed },
    })
    const inWords = [body(format(open)), body(format(closed), 'claude-sonnet-4-20250514')]
    for (const { body: sent } of inWords) {
      expect(sent).not.toHaveProperty('output_config')
      expect(sent['system']).toContain('Answer with JSON only')
    }
    const both = body({ ...format(closed), reasoning: 'low' }, 'claude-opus-4-6').body
    expect(both['output_config']).toEqual({ effort: 'low', format: { type: 'json_schema', schema: closed } })
  })

  it('carries images and documents', () => {
    const content: Extract<ModelPrompt[number], { role: 'user' }>['content'] = [
      { type: 'file', mediaType: 'image', data: { type: 'data', data: 'R0lGODlh' } },
      {
        type: 'file',
        mediaType: 'image/png',
        data: { type: 'url', url: new URL('https://a.example/b.png') },
      },
      { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'AQID' } },
      { type: 'file', mediaType: 'text/plain', filename: 'a.txt', data: { type: 'text', text: 'plain' } },
    ]
    expect(body({ prompt: [{ role: 'user', content }] }).body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: 'R0lGODlh' } },
          { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
          { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AQID' } },
          {
            type: 'document',
            source: { type: 'text', media_type: 'text/plain', data: 'plain' },
            title: 'a.txt',
          },
        ],
      },
    ])
  })
})

describe('isStrictSchema', () => {
  it('wants every object closed, however deep', () => {
    const inner = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }
    const outer = {
      type: 'object',
      properties: { list: { type: 'array', items: inner } },
      additionalProperties: false,
    }
    expect(isStrictSchema(outer)).toBe(true)
    const { additionalProperties: _, ...opened } = inner
    expect(isStrictSchema({ ...outer, properties: { list: { type: 'array', items: opened } } })).toBe(false)
    expect(isStrictSchema({ type: 'string', minLength: 3 })).toBe(false)
  })
})
