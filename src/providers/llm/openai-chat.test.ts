import { describe, expect, it } from 'vitest'
import { callsOf, finishOf, textOf } from '../../../test/support/model-calls.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ModelCallOptions, ModelPrompt, ModelStreamPart } from '../../ports/language-model.ts'
import type { OpenAiCapabilities } from '../provider-record.ts'
import { compatible } from '../records.ts'
import { chatRequest } from './openai-chat-request.ts'
import { ChatStream } from './openai-chat-stream.ts'
import { responsesRequest } from './openai-responses-request.ts'

const user = (text: string): ModelPrompt[number] => ({ role: 'user', content: [{ type: 'text', text }] })

function request(
  options: Partial<ModelCallOptions>,
  capabilities: Partial<OpenAiCapabilities> = {},
  model = 'm',
) {
  return chatRequest(
    'openai',
    model,
    { prompt: [user('Hi')], ...options },
    { ...compatible, ...capabilities },
  )
}

function play(chunks: (JsonObject | string)[]): { parts: ModelStreamPart[]; complete: boolean } {
  const stream = new ChatStream({ label: 'Vendor', hideSecrets: (text) => text })
  const parts: ModelStreamPart[] = []
  for (const chunk of chunks) {
    const data = typeof chunk === 'string' ? chunk : JSON.stringify(chunk)
    if (stream.accept({ event: null, data }, parts)) return { parts, complete: true }
  }
  return { parts, complete: stream.end(parts) }
}

const delta = (content: JsonObject, finish: string | null = null): JsonObject => ({
  choices: [{ index: 0, delta: content, finish_reason: finish }],
})

/** One whole call in one chunk. */
const numbered = (id: string, input: string, index?: number) =>
  delta({
    tool_calls: [
      { ...(index === undefined ? {} : { index }), id, function: { name: 't', arguments: input } },
    ],
  })

/** A usage chunk with three tokens of reasoning. */
const counted = (total: number) => ({
  choices: [],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: total,
    completion_tokens_details: { reasoning_tokens: 3 },
  },
})

function outputTokens(total: number) {
  return finishOf(play([delta({}, 'stop'), counted(total), '[DONE]']).parts).usage.outputTokens
}

describe('the request', () => {
  it('writes each kind of message in its form', () => {
    const prompt: ModelPrompt = [
      { role: 'system', content: 'Be brief.' },
      user('Where is order 1042?'),
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Look it up.' },
          { type: 'text', text: 'One moment.' },
          { type: 'tool-call', toolCallId: 'call_1', toolName: 'lookup', input: { id: '1042' } },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call_1',
            toolName: 'lookup',
            output: { type: 'error-text', value: 'gone' },
          },
        ],
      },
    ]
    const call = { id: 'call_1', type: 'function', function: { name: 'lookup', arguments: '{"id":"1042"}' } }
    const assistant = { role: 'assistant', content: 'One moment.', tool_calls: [call] }
    expect(request({ prompt }).body['messages']).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Where is order 1042?' },
      assistant,
      { role: 'tool', tool_call_id: 'call_1', content: 'gone' },
    ])
    const replaying = request({ prompt }, { replaysReasoning: true }).body['messages']
    expect(replaying).toContainEqual({ ...assistant, reasoning_content: 'Look it up.' })
  })

  it('carries images, audio, documents and text files', () => {
    const prompt: ModelPrompt = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See:' },
          { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1, 2, 3]) } },
          {
            type: 'file',
            mediaType: 'image/*',
            data: { type: 'url', url: new URL('https://a.example/b.png') },
          },
          { type: 'file', mediaType: 'image', data: { type: 'data', data: '/9j/4AAQ' } },
          { type: 'file', mediaType: 'audio/wav', data: { type: 'data', data: 'AQID' } },
          {
            type: 'file',
            mediaType: 'application/pdf',
            filename: 'a.pdf',
            data: { type: 'data', data: 'AQID' },
          },
          { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: 'plain' } },
        ],
      },
    ]
    expect(request({ prompt }).body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
          { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,/9j/4AAQ' } },
          { type: 'input_audio', input_audio: { data: 'AQID', format: 'wav' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AQID' } },
          { type: 'text', text: 'plain' },
        ],
      },
    ])
  })

  it('refuses a file it cannot carry instead of dropping it', () => {
    const content = [
      { type: 'file' as const, mediaType: 'video/mp4', data: { type: 'data' as const, data: 'AQID' } },
    ]
    expect(() => request({ prompt: [{ role: 'user', content }] })).toThrow('takes no file of type video/mp4')
  })

  it('sends settings under the names that the vendor knows', () => {
    const options = {
      maxOutputTokens: 9,
      temperature: 0.5,
      topP: 0.9,
      seed: 7,
      stopSequences: ['.'],
      reasoning: 'low' as const,
    }
    expect(request(options).body).toMatchObject({
      max_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop: ['.'],
      reasoning_effort: 'low',
      stream_options: { include_usage: true },
    })
    const other = request(options, {
      maxTokensField: 'max_completion_tokens',
      seedField: 'random_seed',
      streamOptions: false,
      reasoningEffort: false,
    })
    expect(other.body).toMatchObject({ max_completion_tokens: 9, random_seed: 7 })
    for (const name of ['max_tokens', 'seed', 'stream_options', 'reasoning_effort'])
      expect(other.body).not.toHaveProperty(name)
    expect(other.warnings).toEqual([{ type: 'unsupported', feature: 'reasoning' }])
  })

  it.each([
    ['gpt-5.1', 'high'],
    ['gpt-5.2', 'xhigh'],
    ['openai/gpt-5.10-mini', 'xhigh'],
    ['gpt-5.1-codex-max', 'xhigh'],
    ['grok-4', 'high'],
  ])('asks %s for its highest effort, %s, when more is wanted', (model, effort) => {
    expect(request({ reasoning: 'xhigh' }, {}, model).body['reasoning_effort']).toBe(effort)
    const prompt = [user('Hi')]
    const { body } = responsesRequest('openai', model, { prompt, reasoning: 'xhigh' }, compatible)
    expect(body['reasoning']).toEqual({ effort })
  })

  it('names the key of the cache on both interfaces, only where it is wanted and understood', () => {
    const promptCache = { key: 'parley-1' }
    expect(request({ promptCache }).body['prompt_cache_key']).toBe('parley-1')
    const prompt = [user('Hi')]
    const { body } = responsesRequest('openai', 'm', { prompt, promptCache }, compatible)
    expect(body['prompt_cache_key']).toBe('parley-1')
    expect(request({}).body).not.toHaveProperty('prompt_cache_key')
    const strict = request({ promptCache }, { promptCacheKey: false })
    expect(strict.body).not.toHaveProperty('prompt_cache_key')
    expect(strict.warnings).toMatchObject([{ type: 'unsupported', feature: 'promptCache' }])
  })

  it('keeps sampling settings from models that refuse them, and says so', () => {
    const { body, warnings } = request({ temperature: 0.5, topK: 3 }, { reasoningModels: /^o\d/ }, 'o3')
    expect(body).not.toHaveProperty('temperature')
    expect(warnings.map((warning) => 'feature' in warning && warning.feature)).toEqual([
      'temperature',
      'topK',
    ])
  })

  it('asks for JSON by schema, as an object, or in words', () => {
    const responseFormat = { type: 'json' as const, schema: { type: 'object' as const } }
    const schema = request({ responseFormat }).body
    expect(schema['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema: { type: 'object' } },
    })
    const object = request({ responseFormat }, { structuredOutput: 'json_object' }).body
    expect(object['response_format']).toEqual({ type: 'json_object' })
    expect(JSON.stringify(object['messages'])).toContain('JSON Schema')
    const words = request({ responseFormat }, { structuredOutput: 'instruction' }).body
    expect(words).not.toHaveProperty('response_format')
    expect(JSON.stringify(words['messages'])).toContain('Answer with JSON only')
  })

  it('passes vendor fields through, but not over our own', () => {
    const { body } = request({
      providerOptions: { openai: { service_tier: 'flex', model: 'other', stream: false } },
    })
    expect(body).toMatchObject({ service_tier: 'flex', model: 'm', stream: true })
  })

  it('shortens call ids where the vendor wants nine characters, the same for call and result', () => {
    const prompt: ModelPrompt = [
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'call_long_id', toolName: 't', input: {} }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call_long_id',
            toolName: 't',
            output: { type: 'text', value: 'x' },
          },
        ],
      },
    ]
    const text = JSON.stringify(request({ prompt }, { shortCallIds: true }).body['messages'])
    const ids = [...text.matchAll(/"(?:id|tool_call_id)":"([^"]+)"/g)].map((match) => match[1])
    expect(ids.length).toBe(2)
    expect(ids[0]).toMatch(/^[A-Za-z0-9]{9}$/)
    expect(ids[1]).toBe(ids[0])
  })

  it('wraps arguments that are no object, which vendors refuse in a conversation', () => {
    const prompt: ModelPrompt = [
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{"a": ' }],
      },
    ]
    expect(JSON.stringify(request({ prompt }).body['messages'])).toContain(
      JSON.stringify(JSON.stringify({ invalid_arguments: '{"a": ' })),
    )
  })
})

describe('the stream', () => {
  it('keeps reasoning, text and calls apart and closes them in order', () => {
    const { parts, complete } = play([
      delta({ role: 'assistant', content: '', reasoning_content: 'Hm' }),
      delta({ content: 'Hi' }),
      delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 't', arguments: '{}' } }] }, 'tool_calls'),
      '[DONE]',
    ])
    expect(complete).toBe(true)
    expect(parts.map((part) => part.type)).toEqual([
      'response-metadata',
      'reasoning-start',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
      'tool-input-start',
      'tool-input-delta',
      'text-end',
      'tool-input-end',
      'tool-call',
      'finish',
    ])
  })

  it('tells calls apart that a server numbers all 0, or not at all', () => {
    for (const index of [0, undefined]) {
      const { parts } = play([
        numbered('a', '{"n":1}', index),
        numbered('b', '{"n":2}', index),
        delta({}, 'stop'),
      ])
      expect(callsOf(parts).map(({ id, input }) => [id, input])).toEqual([
        ['a', '{"n":1}'],
        ['b', '{"n":2}'],
      ])
      expect(finishOf(parts).finishReason).toEqual({ unified: 'tool-calls', raw: 'stop' })
    }
  })

  it('gives a call without an id one, and empty arguments an object', () => {
    const { parts } = play([delta({ tool_calls: [{ index: 0, function: { name: 't' } }] }, 'tool_calls')])
    expect(callsOf(parts)).toEqual([{ id: expect.stringMatching(/^call_/), name: 't', input: '{}' }])
  })

  it('reads content that comes as blocks, thinking among them', () => {
    const { parts } = play([
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] }),
      delta({ content: [{ type: 'text', text: 'Hi' }] }, 'stop'),
    ])
    expect(textOf(parts)).toBe('Hi')
    expect(parts.filter((part) => part.type === 'reasoning-delta').map((part) => part.delta)).toEqual(['Hm'])
  })

  it('is complete with a finish reason although [DONE] is missing, and cut off without either', () => {
    expect(play([delta({ content: 'Hi' }, 'stop')]).complete).toBe(true)
    expect(play([delta({ content: 'Hi' })]).complete).toBe(false)
    expect(play([delta({ content: 'Hi' }), '[DONE]']).complete).toBe(true)
  })

  it('adds reasoning to the output only where the vendor counts it apart', () => {
    expect(outputTokens(15)).toEqual({ total: 5, text: 2, reasoning: 3 })
    expect(outputTokens(18)).toEqual({ total: 8, text: 5, reasoning: 3 })
  })

  it.each([
    [{ error: { message: 'Slow down.', code: 429 } }, 'provider_rate_limited'],
    [{ error: { message: 'Slow down.', type: 'rate_limit_exceeded' } }, 'provider_rate_limited'],
    [{ error: { message: 'Too long.', code: 'context_length_exceeded' } }, 'provider_rejected'],
    [{ error: { message: 'Oops.', type: 'server_error' } }, 'provider_unavailable'],
    [{ error: 'Oops.' }, 'provider_unavailable'],
  ])('takes the error %j inside the stream as %s', (chunk, code) => {
    expect(() => play([chunk])).toThrow(expect.objectContaining({ code }))
  })
})

describe('the Responses request', () => {
  it('sends the vendor’s own sealed reasoning back before the call that it led to, and no one else’s', () => {
    const prompt: ModelPrompt = [
      user('Hi'),
      {
        role: 'assistant',
        content: [
          {
            type: 'reasoning',
            text: '',
            providerOptions: { openai: { itemId: 'rs_1', encryptedContent: 'sealed' } },
          },
          { type: 'reasoning', text: 'foreign', providerOptions: { anthropic: { signature: 'x' } } },
          { type: 'tool-call', toolCallId: 'c', toolName: 't', input: {} },
        ],
      },
    ]
    const { body } = responsesRequest(
      'openai',
      'gpt-5-pro',
      { prompt },
      { ...compatible, reasoningModels: /^gpt-5/ },
    )
    expect(body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] })
    expect(body['input']).toEqual([
      { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' },
      { type: 'function_call', call_id: 'c', name: 't', arguments: '{}' },
    ])
  })
})
