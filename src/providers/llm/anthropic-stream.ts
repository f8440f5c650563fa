import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse-reader.ts'
import type { ModelStreamPart, ModelUsage } from '../../ports/language-model.ts'
import type { StreamTranslator } from './event-stream.ts'
import { asCount, type UnifiedFinishReason } from './prompt-parts.ts'
import { invalidAnswerError, streamedError, type VendorIdentity } from './provider-errors.ts'

type OpenBlock =
  | { type: 'text'; id: string }
  | { type: 'thinking'; id: string; signature: string; redactedData: string | null }
  | { type: 'tool'; id: string; name: string; input: string; given: string }

const finishReasons: Record<string, UnifiedFinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'other',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
}

/**
 * Messages events into parts. The signature of a thinking block, without which the vendor refuses to see it again, is
 * in the `providerMetadata` of its `reasoning-end`; redacted thinking is a reasoning part without text.
 */
export class MessagesStream implements StreamTranslator {
  readonly #vendor: VendorIdentity
  readonly #provider: string
  readonly #blocks = new Map<JsonValue, OpenBlock>()
  #usage: JsonObject = {}
  #stopReason: string | undefined

  constructor(vendor: VendorIdentity, provider: string) {
    this.#vendor = vendor
    this.#provider = provider
  }

  accept(event: SseEvent, parts: ModelStreamPart[]): boolean {
    const data = parseJson(event.data)
    if (!isJsonObject(data) || typeof data['type'] !== 'string') {
      throw invalidAnswerError(this.#vendor, 'an event that is not a JSON object with a type')
    }
    switch (data['type']) {
      case 'message_start':
        this.#start(data['message'], parts)
        return false
      case 'content_block_start':
        this.#open(data, parts)
        return false
      case 'content_block_delta':
        this.#delta(data, parts)
        return false
      case 'content_block_stop':
        this.#close(this.#block(data), parts)
        return false
      case 'message_delta':
        this.#end(data)
        return false
      case 'message_stop':
        this.#finish(parts)
        return true
      case 'error':
        throw streamedError(this.#vendor, data)
      default:
        return false
    }
  }

  /** Only `message_stop` says that an answer is whole. */
  end(): boolean {
    return false
  }

  #start(message: JsonValue | undefined, parts: ModelStreamPart[]): void {
    if (!isJsonObject(message)) return
    if (isJsonObject(message['usage'])) this.#usage = message['usage']
    const { id, model } = message
    parts.push({
      type: 'response-metadata',
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof model === 'string' ? { modelId: model } : {}),
    })
  }

  #open(data: JsonObject, parts: ModelStreamPart[]): void {
    const block = data['content_block']
    if (!isJsonObject(block)) return
    const index = data['index'] ?? 0
    const id = `block-${String(index)}`
    if (block['type'] === 'text') {
      this.#blocks.set(index, { type: 'text', id })
      parts.push({ type: 'text-start', id })
      if (typeof block['text'] === 'string' && block['text'] !== '')
        parts.push({ type: 'text-delta', id, delta: block['text'] })
    } else if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') {
      const redactedData = typeof block['data'] === 'string' ? block['data'] : null
      this.#blocks.set(index, { type: 'thinking', id, signature: '', redactedData })
      parts.push({ type: 'reasoning-start', id })
    } else if (block['type'] === 'tool_use') this.#openTool(index, block, parts)
  }

  #openTool(index: JsonValue, block: JsonObject, parts: ModelStreamPart[]): void {
    const { id, name, input } = block
    if (typeof id !== 'string' || typeof name !== 'string') {
      throw invalidAnswerError(this.#vendor, 'a tool call without a name or an id')
    }
    const given = isJsonObject(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : '{}'
    this.#blocks.set(index, { type: 'tool', id, name, input: '', given })
    parts.push({ type: 'tool-input-start', id, toolName: name })
  }

  #block(data: JsonObject): OpenBlock | undefined {
    return this.#blocks.get(data['index'] ?? 0)
  }

  #delta(data: JsonObject, parts: ModelStreamPart[]): void {
    const block = this.#block(data)
    const delta = data['delta']
    if (block === undefined || !isJsonObject(delta)) return
    if (block.type === 'text' && typeof delta['text'] === 'string') {
      parts.push({ type: 'text-delta', id: block.id, delta: delta['text'] })
    } else if (block.type === 'tool' && typeof delta['partial_json'] === 'string') {
      block.input += delta['partial_json']
      if (delta['partial_json'] !== '')
        parts.push({ type: 'tool-input-delta', id: block.id, delta: delta['partial_json'] })
    } else if (block.type === 'thinking') {
      if (typeof delta['thinking'] === 'string') {
        parts.push({ type: 'reasoning-delta', id: block.id, delta: delta['thinking'] })
      } else if (typeof delta['signature'] === 'string') block.signature += delta['signature']
    }
  }

  #close(block: OpenBlock | undefined, parts: ModelStreamPart[]): void {
    if (block === undefined) return
    if (block.type === 'text') parts.push({ type: 'text-end', id: block.id })
    else if (block.type === 'thinking') {
      const { signature, redactedData } = block
      const metadata = redactedData === null ? { signature } : { redactedData }
      parts.push({ type: 'reasoning-end', id: block.id, providerMetadata: { [this.#provider]: metadata } })
    } else {
      parts.push({ type: 'tool-input-end', id: block.id })
      const input = block.input === '' ? block.given : block.input
      parts.push({ type: 'tool-call', toolCallId: block.id, toolName: block.name, input })
    }
  }

  #end(data: JsonObject): void {
    if (isJsonObject(data['delta']) && typeof data['delta']['stop_reason'] === 'string') {
      this.#stopReason = data['delta']['stop_reason']
    }
    // Later counts replace earlier ones; a field that is absent or null keeps what it was.
    if (isJsonObject(data['usage'])) {
      const known = Object.entries(data['usage']).filter(([, value]) => value !== null)
      this.#usage = { ...this.#usage, ...Object.fromEntries(known) }
    }
  }

  #finish(parts: ModelStreamPart[]): void {
    const raw = this.#stopReason
    const unified = raw === undefined ? 'other' : (finishReasons[raw] ?? 'other')
    parts.push({ type: 'finish', usage: messagesUsage(this.#usage), finishReason: { unified, raw } })
  }
}

/** The vendor's `input_tokens` leaves out what was read from or written to the cache; the port's total does not. */
function messagesUsage(usage: JsonObject): ModelUsage {
  const noCache = asCount(usage['input_tokens'])
  const cacheRead = asCount(usage['cache_read_input_tokens'])
  const cacheWrite = asCount(usage['cache_creation_input_tokens'])
  const output = asCount(usage['output_tokens'])
  return {
    inputTokens: {
      total: noCache === undefined ? undefined : noCache + (cacheRead ?? 0) + (cacheWrite ?? 0),
      noCache,
      cacheRead,
      cacheWrite,
    },
    outputTokens: { total: output, text: undefined, reasoning: undefined },
    raw: usage,
  }
}
