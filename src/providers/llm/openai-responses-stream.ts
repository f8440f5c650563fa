import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse-reader.ts'
import type { ModelStreamPart, ModelUsage } from '../../ports/language-model.ts'
import type { StreamTranslator } from './event-stream.ts'
import { asCount, unknownUsage, type UnifiedFinishReason } from './prompt-parts.ts'
import { invalidAnswerError, streamedError, type VendorIdentity } from './provider-errors.ts'

interface OpenItem {
  type: string
  id: string
  /** Arguments of a call, gathered. */
  input: string
  callId: string
  name: string
  started: boolean
}

/** Events of the Responses API into parts. Output items are told apart by their index. */
export class ResponsesStream implements StreamTranslator {
  readonly #vendor: VendorIdentity
  readonly #provider: string
  readonly #items = new Map<JsonValue, OpenItem>()
  #calls = 0

  constructor(vendor: VendorIdentity, provider: string) {
    this.#vendor = vendor
    this.#provider = provider
  }

  accept(event: SseEvent, parts: ModelStreamPart[]): boolean {
    if (event.data === '[DONE]') return false
    const data = parseJson(event.data)
    if (!isJsonObject(data) || typeof data['type'] !== 'string') {
      throw invalidAnswerError(this.#vendor, 'an event that is not a JSON object with a type')
    }
    switch (data['type']) {
      case 'response.created':
        this.#describe(data['response'], parts)
        return false
      case 'response.output_item.added':
        this.#open(data, parts)
        return false
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        this.#text(data, parts)
        return false
      case 'response.reasoning_summary_part.added':
        if (data['summary_index'] !== 0) this.#reasoning(data, '\n\n', parts)
        return false
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        if (typeof data['delta'] === 'string') this.#reasoning(data, data['delta'], parts)
        return false
      case 'response.function_call_arguments.delta':
        this.#arguments(data, parts)
        return false
      case 'response.output_item.done':
        this.#close(data, parts)
        return false
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(data['response'], parts)
        return true
      case 'response.failed':
        throw streamedError(
          this.#vendor,
          isJsonObject(data['response']) ? (data['response']['error'] ?? null) : null,
        )
      case 'error':
        throw streamedError(this.#vendor, data)
      default:
        return false
    }
  }

  /** Only the final event says that an answer is whole. */
  end(): boolean {
    return false
  }

  #describe(response: JsonValue | undefined, parts: ModelStreamPart[]): void {
    if (!isJsonObject(response)) return
    const { id, model, created_at: created } = response
    parts.push({
      type: 'response-metadata',
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof model === 'string' ? { modelId: model } : {}),
      ...(typeof created === 'number' ? { timestamp: new Date(created * 1000) } : {}),
    })
  }

  #open(data: JsonObject, parts: ModelStreamPart[]): void {
    const item = data['item']
    if (!isJsonObject(item) || typeof item['type'] !== 'string') return
    const text = (name: string, otherwise: string) =>
      typeof item[name] === 'string' ? item[name] : otherwise
    const index = data['output_index'] ?? this.#items.size
    const open: OpenItem = {
      type: item['type'],
      id: text('id', `item-${String(index)}`),
      input: '',
      callId: text('call_id', ''),
      name: text('name', ''),
      started: false,
    }
    this.#items.set(index, open)
    if (open.type === 'function_call') this.#openCall(open, parts)
    if (open.type === 'reasoning') parts.push({ type: 'reasoning-start', id: open.id })
  }

  #openCall(open: OpenItem, parts: ModelStreamPart[]): void {
    if (open.callId === '' || open.name === '') {
      throw invalidAnswerError(this.#vendor, 'a function call without a name or an id')
    }
    this.#calls += 1
    parts.push({ type: 'tool-input-start', id: open.callId, toolName: open.name })
  }

  #item(data: JsonObject): OpenItem {
    const item = this.#items.get(data['output_index'] ?? null)
    if (item === undefined) throw invalidAnswerError(this.#vendor, 'a piece of an item that was never begun')
    return item
  }

  #text(data: JsonObject, parts: ModelStreamPart[]): void {
    const item = this.#item(data)
    if (typeof data['delta'] !== 'string' || data['delta'] === '') return
    if (!item.started) parts.push({ type: 'text-start', id: item.id })
    item.started = true
    parts.push({ type: 'text-delta', id: item.id, delta: data['delta'] })
  }

  #reasoning(data: JsonObject, delta: string, parts: ModelStreamPart[]): void {
    parts.push({ type: 'reasoning-delta', id: this.#item(data).id, delta })
  }

  #arguments(data: JsonObject, parts: ModelStreamPart[]): void {
    const item = this.#item(data)
    if (typeof data['delta'] !== 'string') return
    item.input += data['delta']
    parts.push({ type: 'tool-input-delta', id: item.callId, delta: data['delta'] })
  }

  #close(data: JsonObject, parts: ModelStreamPart[]): void {
    const item = this.#item(data)
    const done = isJsonObject(data['item']) ? data['item'] : {}
    if (item.type === 'message' && item.started) parts.push({ type: 'text-end', id: item.id })
    if (item.type === 'reasoning') {
      const sealed = done['encrypted_content']
      const metadata =
        typeof sealed === 'string' ? { itemId: item.id, encryptedContent: sealed } : { itemId: item.id }
      parts.push({ type: 'reasoning-end', id: item.id, providerMetadata: { [this.#provider]: metadata } })
    }
    if (item.type === 'function_call') {
      const whole =
        typeof done['arguments'] === 'string' && done['arguments'] !== '' ? done['arguments'] : item.input
      parts.push({ type: 'tool-input-end', id: item.callId })
      parts.push({
        type: 'tool-call',
        toolCallId: item.callId,
        toolName: item.name,
        input: whole === '' ? '{}' : whole,
      })
    }
  }

  #finish(response: JsonValue | undefined, parts: ModelStreamPart[]): void {
    const body = isJsonObject(response) ? response : {}
    const details = body['incomplete_details']
    const reason =
      isJsonObject(details) && typeof details['reason'] === 'string' ? details['reason'] : undefined
    const usage = isJsonObject(body['usage']) ? responsesUsage(body['usage']) : unknownUsage
    parts.push({ type: 'finish', usage, finishReason: { unified: this.#unified(reason), raw: reason } })
  }

  #unified(reason: string | undefined): UnifiedFinishReason {
    if (reason === 'max_output_tokens') return 'length'
    if (reason === 'content_filter') return 'content-filter'
    if (reason !== undefined) return 'other'
    return this.#calls > 0 ? 'tool-calls' : 'stop'
  }
}

function responsesUsage(usage: JsonObject): ModelUsage {
  const details = (name: string) => (isJsonObject(usage[name]) ? usage[name] : {})
  const input = asCount(usage['input_tokens'])
  const cached = asCount(details('input_tokens_details')['cached_tokens'])
  const output = asCount(usage['output_tokens'])
  const reasoning = asCount(details('output_tokens_details')['reasoning_tokens'])
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
      cacheRead: cached,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: output,
      text: output === undefined ? undefined : Math.max(0, output - (reasoning ?? 0)),
      reasoning,
    },
    raw: usage,
  }
}
