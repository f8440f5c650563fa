import { newId } from '../../lib/ids.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { SseEvent } from '../../lib/sse-reader.ts'
import type { ModelStreamPart, ModelUsage } from '../../ports/language-model.ts'
import type { StreamTranslator } from './event-stream.ts'
import { asCount, unknownUsage, type UnifiedFinishReason } from './prompt-parts.ts'
import { invalidAnswerError, streamedError, type VendorIdentity } from './provider-errors.ts'

interface PendingCall {
  id: string
  name: string
  input: string
  /** What the server calls its place; servers differ in whether they send one. */
  index: number | null
}

const textId = 'text-0'

const finishReasons: Record<string, UnifiedFinishReason> = {
  stop: 'stop',
  eos: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  content_filter: 'content-filter',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
}

/** Chat Completions chunks into parts, tolerant of what compatible servers do differently. */
export class ChatStream implements StreamTranslator {
  readonly #vendor: VendorIdentity
  readonly #calls: PendingCall[] = []
  #textOpen = false
  #reasoningId: string | null = null
  #reasoningCount = 0
  #described = false
  #finish: string | null = null
  #usage: ModelUsage = unknownUsage

  constructor(vendor: VendorIdentity) {
    this.#vendor = vendor
  }

  accept(event: SseEvent, parts: ModelStreamPart[]): boolean {
    if (event.data === '[DONE]') {
      this.#close(parts)
      return true
    }
    const chunk = parseJson(event.data)
    if (!isJsonObject(chunk)) throw invalidAnswerError(this.#vendor, 'an event that is not a JSON object')
    if (event.event === 'error' || (chunk['error'] !== undefined && chunk['error'] !== null)) {
      throw streamedError(this.#vendor, chunk)
    }
    if (!this.#described) this.#describe(chunk, parts)
    if (isJsonObject(chunk['usage'])) this.#usage = chatUsage(chunk['usage'])
    const choice = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined
    if (isJsonObject(choice)) this.#choice(choice, parts)
    return false
  }

  end(parts: ModelStreamPart[]): boolean {
    if (this.#finish === null) return false
    this.#close(parts)
    return true
  }

  #describe(chunk: JsonObject, parts: ModelStreamPart[]): void {
    this.#described = true
    const { id, model, created } = chunk
    parts.push({
      type: 'response-metadata',
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof model === 'string' ? { modelId: model } : {}),
      ...(typeof created === 'number' ? { timestamp: new Date(created * 1000) } : {}),
    })
  }

  #choice(choice: JsonObject, parts: ModelStreamPart[]): void {
    const delta = choice['delta']
    if (isJsonObject(delta)) {
      const reasoning = delta['reasoning_content'] ?? delta['reasoning']
      if (typeof reasoning === 'string' && reasoning !== '') this.#reasoning(reasoning, parts)
      const content = delta['content']
      if (typeof content === 'string') this.#text(content, parts)
      else if (Array.isArray(content)) this.#blocks(content, parts)
      if (typeof delta['refusal'] === 'string') this.#text(delta['refusal'], parts)
      const calls = delta['tool_calls']
      if (Array.isArray(calls)) for (const call of calls) if (isJsonObject(call)) this.#call(call, parts)
    }
    if (typeof choice['finish_reason'] === 'string' && choice['finish_reason'] !== '') {
      this.#finish = choice['finish_reason']
    }
  }

  /** Content as a list of typed blocks, with thinking as one of the types. */
  #blocks(blocks: JsonValue[], parts: ModelStreamPart[]): void {
    for (const block of blocks) {
      if (!isJsonObject(block)) continue
      if (typeof block['text'] === 'string') this.#text(block['text'], parts)
      const thinking = block['thinking']
      const inner = Array.isArray(thinking) ? thinking : [{ text: thinking ?? null }]
      for (const piece of inner) {
        if (isJsonObject(piece) && typeof piece['text'] === 'string') this.#reasoning(piece['text'], parts)
      }
    }
  }

  #text(delta: string, parts: ModelStreamPart[]): void {
    if (delta === '') return
    if (!this.#textOpen) {
      this.#endReasoning(parts)
      this.#textOpen = true
      parts.push({ type: 'text-start', id: textId })
    }
    parts.push({ type: 'text-delta', id: textId, delta })
  }

  #reasoning(delta: string, parts: ModelStreamPart[]): void {
    if (this.#reasoningId === null) {
      this.#reasoningId = `reasoning-${this.#reasoningCount++}`
      parts.push({ type: 'reasoning-start', id: this.#reasoningId })
    }
    parts.push({ type: 'reasoning-delta', id: this.#reasoningId, delta })
  }

  #endReasoning(parts: ModelStreamPart[]): void {
    if (this.#reasoningId === null) return
    parts.push({ type: 'reasoning-end', id: this.#reasoningId })
    this.#reasoningId = null
  }

  #call(delta: JsonObject, parts: ModelStreamPart[]): void {
    const called = isJsonObject(delta['function']) ? delta['function'] : {}
    const id = typeof delta['id'] === 'string' && delta['id'] !== '' ? delta['id'] : null
    const name = typeof called['name'] === 'string' && called['name'] !== '' ? called['name'] : null
    const index = typeof delta['index'] === 'number' ? delta['index'] : null
    const call = this.#pendingCall(id, name, index) ?? this.#newCall(id, name, index, parts)
    const input = called['arguments']
    const text = typeof input === 'string' ? input : isJsonObject(input) ? JSON.stringify(input) : ''
    if (text === '') return
    call.input += text
    parts.push({ type: 'tool-input-delta', id: call.id, delta: text })
  }

  /** The call that a fragment continues. Some servers number every call 0 and tell them apart by id only. */
  #pendingCall(id: string | null, name: string | null, index: number | null): PendingCall | undefined {
    if (id !== null) {
      const known = this.#calls.find((call) => call.id === id)
      if (known !== undefined || name !== null) return known
    }
    if (index === null) return name === null ? this.#calls.at(-1) : undefined
    return this.#calls.findLast((call) => call.index === index)
  }

  #newCall(
    id: string | null,
    name: string | null,
    index: number | null,
    parts: ModelStreamPart[],
  ): PendingCall {
    if (name === null) throw invalidAnswerError(this.#vendor, 'a tool call without a name')
    this.#endReasoning(parts)
    const call = { id: id ?? `call_${newId()}`, name, input: '', index }
    this.#calls.push(call)
    parts.push({ type: 'tool-input-start', id: call.id, toolName: name })
    return call
  }

  #close(parts: ModelStreamPart[]): void {
    this.#endReasoning(parts)
    if (this.#textOpen) parts.push({ type: 'text-end', id: textId })
    for (const { id, name, input } of this.#calls) {
      parts.push({ type: 'tool-input-end', id })
      parts.push({ type: 'tool-call', toolCallId: id, toolName: name, input: input === '' ? '{}' : input })
    }
    parts.push({ type: 'finish', usage: this.#usage, finishReason: this.#finishReason() })
  }

  #finishReason() {
    const raw = this.#finish ?? undefined
    const told = raw === undefined ? 'stop' : (finishReasons[raw] ?? 'other')
    // Several compatible servers say `stop` although they call tools.
    const unified = told === 'stop' && this.#calls.length > 0 ? 'tool-calls' : told
    return { unified, raw }
  }
}

function chatUsage(usage: JsonObject): ModelUsage {
  const details = (name: string) => (isJsonObject(usage[name]) ? usage[name] : {})
  const input = asCount(usage['prompt_tokens'])
  const cached =
    asCount(details('prompt_tokens_details')['cached_tokens']) ?? asCount(usage['prompt_cache_hit_tokens'])
  const reasoning = asCount(details('completion_tokens_details')['reasoning_tokens'])
  const output = completionTokens(usage, input, reasoning)
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

/** Most servers count reasoning inside the completion; where the total says otherwise it is added. */
function completionTokens(usage: JsonObject, input = 0, reasoning = 0): number | undefined {
  const completion = asCount(usage['completion_tokens'])
  if (completion === undefined || reasoning === 0) return completion
  return asCount(usage['total_tokens']) === input + completion + reasoning
    ? completion + reasoning
    : completion
}
