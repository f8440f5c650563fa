import type { JsonObject } from '../../src/lib/json.ts'
import {
  interleavedHalves,
  sse,
  startFakeVendor,
  type FakeVendor,
  type Respond,
  type ScriptedToolCall,
  type WireEncoder,
} from './scripted-answer.ts'

/**
 * OpenAI on loopback: `/chat/completions`, `/responses` and `/models`, streaming as the vendor documents it.
 * Built from OpenAI's published API reference.
 */
export function startFakeOpenAi(options: {
  respond: Respond
  models?: string[]
  port?: number
}): Promise<FakeVendor> {
  return startFakeVendor({
    respond: options.respond,
    models: options.models ?? ['fake-model', 'fake-model-mini'],
    ...(options.port === undefined ? {} : { port: options.port }),
    encoderFor(path, model) {
      if (path.endsWith('/chat/completions')) return chatEncoder(model)
      return path.endsWith('/responses') ? responsesEncoder(model) : null
    },
  })
}

function chatEncoder(model: string): WireEncoder {
  let calls = 0
  const chunk = (delta: JsonObject, finishReason: string | null = null) =>
    sse({ ...chunkBase(model), choices: [{ index: 0, delta, finish_reason: finishReason }] })
  return {
    start: () => chunk({ role: 'assistant', content: '' }),
    piece(piece) {
      if ('text' in piece) return [chunk({ content: piece.text })]
      if ('reasoning' in piece) return [chunk({ reasoning_content: piece.reasoning })]
      const first = calls
      calls += piece.toolCalls.length
      const openings = piece.toolCalls.map((call, index) =>
        chunk({
          tool_calls: [
            {
              index: first + index,
              id: call.id,
              type: 'function',
              function: { name: call.name, arguments: '' },
            },
          ],
        }),
      )
      const fragments = interleavedHalves(piece.toolCalls).map(({ index, piece: text }) =>
        chunk({ tool_calls: [{ index: first + index, function: { arguments: text } }] }),
      )
      return [...openings, ...fragments]
    },
    finish(usage, finishReason) {
      const counts = {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        total_tokens: usage.input + usage.output,
        prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
        completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
      }
      const last = chunk({}, finishReason ?? (calls > 0 ? 'tool_calls' : 'stop'))
      return last + sse({ ...chunkBase(model), choices: [], usage: counts }) + sse('[DONE]')
    },
  }
}

function chunkBase(model: string): JsonObject {
  return { id: 'chatcmpl-fake', object: 'chat.completion.chunk', created: 1_700_000_000, model }
}

function responsesEncoder(model: string): WireEncoder {
  let sequence = 0
  let output = 0
  const event = (type: string, data: JsonObject) => sse({ type, sequence_number: sequence++, ...data }, type)
  const response = (data: JsonObject) => ({
    response: { id: 'resp_fake', object: 'response', created_at: 1_700_000_000, model, ...data },
  })
  return {
    start: () => event('response.created', response({ status: 'in_progress' })),
    piece(piece) {
      const index = output
      if ('toolCalls' in piece) {
        output += piece.toolCalls.length
        return responsesCalls(piece.toolCalls, index, event)
      }
      output += 1
      const place = { output_index: index, item_id: `item_${index}` }
      if ('reasoning' in piece) {
        const item = { type: 'reasoning', id: `item_${index}`, summary: [] }
        return [
          event('response.output_item.added', { output_index: index, item }),
          event('response.reasoning_summary_part.added', { ...place, summary_index: 0 }),
          event('response.reasoning_summary_text.delta', {
            ...place,
            summary_index: 0,
            delta: piece.reasoning,
          }),
          event('response.output_item.done', {
            output_index: index,
            item: { ...item, encrypted_content: 'sealed' },
          }),
        ]
      }
      const item = { type: 'message', id: `item_${index}`, role: 'assistant' }
      return [
        event('response.output_item.added', { output_index: index, item }),
        event('response.output_text.delta', { ...place, content_index: 0, delta: piece.text }),
        event('response.output_text.done', { ...place, content_index: 0, text: piece.text }),
        event('response.output_item.done', { output_index: index, item }),
      ]
    },
    finish(usage, finishReason) {
      const counts = {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: usage.cached ?? 0 },
        output_tokens: usage.output,
        output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
        total_tokens: usage.input + usage.output,
      }
      const incomplete = finishReason === undefined ? null : { reason: finishReason }
      const type = incomplete === null ? 'response.completed' : 'response.incomplete'
      return event(type, response({ status: 'completed', usage: counts, incomplete_details: incomplete }))
    },
  }
}

function responsesCalls(
  calls: readonly ScriptedToolCall[],
  first: number,
  event: (type: string, data: JsonObject) => string,
): string[] {
  const item = (call: ScriptedToolCall, index: number) => ({
    type: 'function_call',
    id: `item_${first + index}`,
    call_id: call.id,
    name: call.name,
  })
  return [
    ...calls.map((call, index) =>
      event('response.output_item.added', {
        output_index: first + index,
        item: { ...item(call, index), arguments: '' },
      }),
    ),
    ...interleavedHalves(calls).map(({ index, piece }) =>
      event('response.function_call_arguments.delta', {
        output_index: first + index,
        item_id: `item_${first + index}`,
        delta: piece,
      }),
    ),
    ...calls.map((call, index) =>
      event('response.output_item.done', {
        output_index: first + index,
        item: { ...item(call, index), arguments: call.arguments },
      }),
    ),
  ]
}
