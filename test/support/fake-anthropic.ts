import type { JsonObject } from '../../src/lib/json.ts'
import {
  interleavedHalves,
  sse,
  startFakeVendor,
  type FakeVendor,
  type Respond,
  type WireEncoder,
} from './scripted-answer.ts'

/**
 * Anthropic on loopback: `/messages` and `/models`, streaming as the vendor documents it.
 * Built from Anthropic's published API reference.
 */
export function startFakeAnthropic(options: {
  respond: Respond
  models?: string[]
  port?: number
}): Promise<FakeVendor> {
  return startFakeVendor({
    respond: options.respond,
    models: options.models ?? ['claude-fake'],
    ...(options.port === undefined ? {} : { port: options.port }),
    encoderFor: (path, model) => (path.endsWith('/messages') ? messagesEncoder(model) : null),
  })
}

function event(type: string, data: JsonObject): string {
  return sse({ type, ...data }, type)
}

function messagesEncoder(model: string): WireEncoder {
  let block = 0
  let called = false
  const whole = (start: JsonObject, deltas: JsonObject[]) => {
    const index = block++
    return [
      event('content_block_start', { index, content_block: start }),
      ...deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ]
  }
  return {
    // The counts are known only when the script ends, so all of them come with `message_delta`, which the wire allows.
    start: () =>
      event('message_start', {
        message: {
          id: 'msg_fake',
          type: 'message',
          role: 'assistant',
          model,
          content: [],
          usage: { output_tokens: 1 },
        },
      }) + event('ping', {}),
    piece(piece) {
      if ('text' in piece)
        return whole({ type: 'text', text: '' }, [{ type: 'text_delta', text: piece.text }])
      if ('reasoning' in piece) {
        return whole({ type: 'thinking', thinking: '', signature: '' }, [
          { type: 'thinking_delta', thinking: piece.reasoning },
          { type: 'signature_delta', signature: 'signed' },
        ])
      }
      called = true
      // This wire sends its blocks one after the other.
      return piece.toolCalls.flatMap((call) =>
        whole(
          { type: 'tool_use', id: call.id, name: call.name, input: {} },
          interleavedHalves([call]).map((half) => ({ type: 'input_json_delta', partial_json: half.piece })),
        ),
      )
    },
    finish(usage, finishReason) {
      const cached = usage.cached ?? 0
      return (
        event('message_delta', {
          delta: { stop_reason: finishReason ?? (called ? 'tool_use' : 'end_turn'), stop_sequence: null },
          usage: {
            input_tokens: usage.input - cached,
            cache_read_input_tokens: cached,
            cache_creation_input_tokens: 0,
            output_tokens: usage.output,
          },
        }) + event('message_stop', {})
      )
    },
  }
}
