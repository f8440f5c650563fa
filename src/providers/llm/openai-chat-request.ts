import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type { ModelCallOptions, ModelTool } from '../../ports/language-model.ts'
import type { OpenAiCapabilities } from '../provider-record.ts'
import {
  base64Of,
  functionTools,
  inlineText,
  jsonInstruction,
  toolInput,
  toolOutputText,
  topLevelType,
  unsupported,
  unsupportedPart,
  urlOf,
  type AssistantPart,
  type FilePart,
  type ToolResultOutput,
  type UserPart,
  type Warning,
} from './prompt-parts.ts'

interface ChatRequest {
  body: JsonObject
  warnings: Warning[]
}

/** The body of a Chat Completions call. Throws `provider_rejected` for parts that the interface cannot carry. */
export function chatRequest(
  provider: string,
  model: string,
  options: ModelCallOptions,
  capabilities: OpenAiCapabilities,
): ChatRequest {
  const warnings: Warning[] = []
  const body: JsonObject = {
    ...extraFields(options, provider),
    model,
    messages: chatMessages(options, capabilities),
    stream: true,
  }
  if (capabilities.streamOptions) body['stream_options'] = { include_usage: true }
  if (options.maxOutputTokens !== undefined) body[capabilities.maxTokensField] = options.maxOutputTokens
  addSampling(body, model, options, capabilities, warnings)
  if (options.topK !== undefined) warnings.push(unsupported('topK'))
  addReasoning(body, model, options, capabilities, warnings)
  addPromptCache(body, options, capabilities, warnings)
  addTools(body, options, warnings)
  addResponseFormat(body, options, capabilities, warnings)
  return { body, warnings }
}

/** Vendor fields that the caller passes through as they are; the fields we set ourselves win. */
export function extraFields(options: ModelCallOptions, provider: string): JsonObject {
  // The port's JSON type is the same set of values with read-only arrays.
  return (options.providerOptions?.[provider] ?? {}) as JsonObject
}

function addSampling(
  body: JsonObject,
  model: string,
  options: ModelCallOptions,
  capabilities: OpenAiCapabilities,
  warnings: Warning[],
): void {
  const thinks = capabilities.reasoningModels?.test(model) === true
  const fields = {
    temperature: options.temperature,
    top_p: options.topP,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    if (thinks) warnings.push(unsupported(name, `${model} is a reasoning model and refuses it.`))
    else body[name] = value
  }
  if (options.seed !== undefined) body[capabilities.seedField] = options.seed
  if (options.stopSequences !== undefined && options.stopSequences.length > 0)
    body['stop'] = options.stopSequences
}

function addReasoning(
  body: JsonObject,
  model: string,
  options: ModelCallOptions,
  capabilities: OpenAiCapabilities,
  warnings: Warning[],
): void {
  const effort = options.reasoning
  if (effort === undefined || effort === 'provider-default') return
  if (!capabilities.reasoningEffort) warnings.push(unsupported('reasoning'))
  else body['reasoning_effort'] = reasoningEffort(effort, model, capabilities, warnings)
}

/** The wire's highest level is `xhigh`, and most models' is `high`. */
export function reasoningEffort(
  effort: string,
  model: string,
  capabilities: OpenAiCapabilities,
  warnings: Warning[],
): string {
  if (effort !== 'max' && effort !== 'xhigh') return effort
  const highest = capabilities.extraHighModels.test(model) ? 'xhigh' : 'high'
  if (effort !== highest)
    warnings.push({
      type: 'compatibility',
      feature: 'reasoning',
      details: `${effort} is sent as ${highest}.`,
    })
  return highest
}

/** These vendors cache by themselves; the key brings calls that begin alike to the same machine. */
export function addPromptCache(
  body: JsonObject,
  { promptCache }: ModelCallOptions,
  capabilities: OpenAiCapabilities,
  warnings: Warning[],
): void {
  if (promptCache === undefined) return
  if (capabilities.promptCacheKey) body['prompt_cache_key'] = promptCache.key
  else warnings.push(unsupported('promptCache', 'This vendor takes no key; what it caches is its decision.'))
}

function addTools(body: JsonObject, options: ModelCallOptions, warnings: Warning[]): void {
  const tools = functionTools(options, warnings)
  if (tools.length === 0) return
  body['tools'] = tools.map(toolObject)
  const choice = options.toolChoice
  if (choice === undefined || choice.type === 'auto') return
  body['tool_choice'] =
    choice.type === 'tool' ? { type: 'function', function: { name: choice.toolName } } : choice.type
}

function toolObject(tool: ModelTool): JsonObject {
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      parameters: tool.inputSchema as JsonObject, // JSON Schema is JSON
      ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    },
  }
}

function addResponseFormat(
  body: JsonObject,
  options: ModelCallOptions,
  capabilities: OpenAiCapabilities,
  warnings: Warning[],
): void {
  const format = options.responseFormat
  if (format?.type !== 'json') return
  if (format.schema !== undefined && capabilities.structuredOutput === 'json_schema') {
    body['response_format'] = {
      type: 'json_schema',
      json_schema: {
        name: format.name ?? 'answer',
        ...(format.description === undefined ? {} : { description: format.description }),
        schema: format.schema as JsonObject, // JSON Schema is JSON
      },
    }
    return
  }
  if (capabilities.structuredOutput !== 'instruction') body['response_format'] = { type: 'json_object' }
  if (format.schema !== undefined) {
    warnings.push({
      type: 'compatibility',
      feature: 'responseFormat',
      details: 'The schema is sent as an instruction.',
    })
  }
}

function chatMessages(options: ModelCallOptions, capabilities: OpenAiCapabilities): JsonValue[] {
  const messages: JsonValue[] = []
  const format = options.responseFormat
  const inWords =
    format?.type === 'json' &&
    (format.schema === undefined || capabilities.structuredOutput !== 'json_schema')
  for (const message of options.prompt) {
    if (message.role === 'system') messages.push({ role: 'system', content: message.content })
    else if (message.role === 'user') messages.push({ role: 'user', content: userContent(message.content) })
    else if (message.role === 'assistant') messages.push(...assistantMessages(message.content, capabilities))
    else {
      for (const part of message.content) {
        if (part.type === 'tool-result')
          messages.push(toolMessage(callId(part.toolCallId, capabilities), part.output))
      }
    }
  }
  // After the system messages, because some chat templates accept system text only at the start.
  if (inWords) {
    const start = options.prompt.filter((message) => message.role === 'system').length
    messages.splice(start, 0, { role: 'system', content: jsonInstruction(format.schema) })
  }
  return messages
}

function userContent(parts: readonly UserPart[]): JsonValue {
  const [only] = parts
  // A lone text goes as a string: the one form that every compatible server understands.
  if (parts.length === 1 && only?.type === 'text') return only.text
  return parts.map((part) => (part.type === 'text' ? { type: 'text', text: part.text } : filePart(part)))
}

function filePart(part: FilePart): JsonObject {
  const kind = topLevelType(part.mediaType)
  const text = inlineText(part)
  if (text !== null) return { type: 'text', text }
  if (kind === 'image') return { type: 'image_url', image_url: { url: urlOf(part) ?? refuseReference() } }
  const data = base64Of(part)
  if (kind === 'audio' && data !== null) {
    return { type: 'input_audio', input_audio: { data, format: /wav/.test(part.mediaType) ? 'wav' : 'mp3' } }
  }
  if (part.data.type === 'reference') {
    return { type: 'file', file: { file_id: Object.values(part.data.reference)[0] ?? refuseReference() } }
  }
  if (part.mediaType === 'application/pdf' && data !== null) {
    const filename = part.filename ?? 'document.pdf'
    return { type: 'file', file: { filename, file_data: `data:application/pdf;base64,${data}` } }
  }
  throw unsupportedPart(`file of type ${part.mediaType}${data === null ? ' by address' : ''}`)
}

function refuseReference(): never {
  throw unsupportedPart('file reference of another provider')
}

function assistantMessages(parts: readonly AssistantPart[], capabilities: OpenAiCapabilities): JsonValue[] {
  let text = ''
  let reasoning = ''
  const calls: JsonValue[] = []
  const results: JsonValue[] = []
  for (const part of parts) {
    if (part.type === 'text') text += part.text
    else if (part.type === 'reasoning') reasoning += part.text
    else if (part.type === 'tool-call') {
      const called = { name: part.toolName, arguments: JSON.stringify(toolInput(part.input)) }
      calls.push({ id: callId(part.toolCallId, capabilities), type: 'function', function: called })
    } else if (part.type === 'tool-result')
      results.push(toolMessage(callId(part.toolCallId, capabilities), part.output))
    else if (part.type === 'file') throw unsupportedPart(`assistant file of type ${part.mediaType}`)
  }
  const message: JsonObject = { role: 'assistant', content: text === '' && calls.length > 0 ? null : text }
  if (calls.length > 0) message['tool_calls'] = calls
  if (reasoning !== '' && capabilities.replaysReasoning) message['reasoning_content'] = reasoning
  return [message, ...results]
}

function toolMessage(toolCallId: string, output: ToolResultOutput): JsonObject {
  return { role: 'tool', tool_call_id: toolCallId, content: toolOutputText(output) }
}

/** An id in the form the vendor accepts. The same id always becomes the same, so calls and results still meet. */
function callId(id: string, capabilities: OpenAiCapabilities): string {
  if (!capabilities.shortCallIds || /^[A-Za-z0-9]{9}$/.test(id)) return id
  return createHash('sha256').update(id).digest('hex').slice(0, 9)
}
