import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type { ModelCallOptions, ModelTool } from '../../ports/language-model.ts'
import type { OpenAiCapabilities } from '../provider-record.ts'
import { addPromptCache, extraFields, reasoningEffort } from './openai-chat-request.ts'
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
  type UserPart,
  type Warning,
} from './prompt-parts.ts'

/** The body of a Responses call. Nothing is stored at the vendor: the whole conversation, sealed reasoning included, travels. */
export function responsesRequest(
  provider: string,
  model: string,
  options: ModelCallOptions,
  capabilities: OpenAiCapabilities,
): { body: JsonObject; warnings: Warning[] } {
  const warnings: Warning[] = []
  const thinks = capabilities.reasoningModels?.test(model) === true
  const body: JsonObject = {
    ...extraFields(options, provider),
    model,
    input: inputItems(options, provider),
    stream: true,
    store: false,
  }
  if (thinks) body['include'] = ['reasoning.encrypted_content']
  if (options.maxOutputTokens !== undefined) body['max_output_tokens'] = options.maxOutputTokens
  for (const [name, value] of Object.entries({ temperature: options.temperature, top_p: options.topP })) {
    if (value === undefined) continue
    if (thinks) warnings.push(unsupported(name, `${model} is a reasoning model and refuses it.`))
    else body[name] = value
  }
  for (const name of ['topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const) {
    if (options[name] !== undefined) warnings.push(unsupported(name))
  }
  if ((options.stopSequences?.length ?? 0) > 0) warnings.push(unsupported('stopSequences'))
  if (options.reasoning !== undefined && options.reasoning !== 'provider-default') {
    body['reasoning'] = { effort: reasoningEffort(options.reasoning, model, capabilities, warnings) }
  }
  addPromptCache(body, options, capabilities, warnings)
  addTools(body, options, warnings)
  addFormat(body, options)
  return { body, warnings }
}

function addTools(body: JsonObject, options: ModelCallOptions, warnings: Warning[]): void {
  const tools = functionTools(options, warnings)
  if (tools.length === 0) return
  body['tools'] = tools.map(toolObject)
  const choice = options.toolChoice
  if (choice === undefined || choice.type === 'auto') return
  body['tool_choice'] = choice.type === 'tool' ? { type: 'function', name: choice.toolName } : choice.type
}

function toolObject(tool: ModelTool): JsonObject {
  return {
    type: 'function',
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    parameters: tool.inputSchema as JsonObject, // JSON Schema is JSON
    // This interface is strict unless told otherwise, and then refuses schemas with optional properties.
    strict: tool.strict ?? false,
  }
}

function addFormat(body: JsonObject, options: ModelCallOptions): void {
  const format = options.responseFormat
  if (format?.type !== 'json') return
  if (format.schema === undefined) {
    body['text'] = { format: { type: 'json_object' } }
    return
  }
  const schema = format.schema as JsonObject // JSON Schema is JSON
  const wanted: JsonObject = { type: 'json_schema', name: format.name ?? 'answer', schema, strict: false }
  if (format.description !== undefined) wanted['description'] = format.description
  body['text'] = { format: wanted }
}

function inputItems(options: ModelCallOptions, provider: string): JsonValue[] {
  const items: JsonValue[] = []
  const format = options.responseFormat
  if (format?.type === 'json' && format.schema === undefined) {
    items.push({ role: 'developer', content: jsonInstruction(undefined) })
  }
  for (const message of options.prompt) {
    if (message.role === 'system') items.push({ role: 'developer', content: message.content })
    else if (message.role === 'user') items.push({ role: 'user', content: message.content.map(userPart) })
    else if (message.role === 'assistant') items.push(...assistantItems(message.content, provider))
    else {
      for (const part of message.content) {
        if (part.type === 'tool-result') items.push(outputItem(part.toolCallId, toolOutputText(part.output)))
      }
    }
  }
  return items
}

function userPart(part: UserPart): JsonObject {
  if (part.type === 'text') return { type: 'input_text', text: part.text }
  const text = inlineText(part)
  if (text !== null) return { type: 'input_text', text }
  return filePart(part)
}

function filePart(part: FilePart): JsonObject {
  const fileId = part.data.type === 'reference' ? Object.values(part.data.reference)[0] : undefined
  const url = urlOf(part)
  if (topLevelType(part.mediaType) === 'image') {
    if (fileId !== undefined) return { type: 'input_image', file_id: fileId }
    if (url !== null) return { type: 'input_image', image_url: url }
  }
  if (part.mediaType === 'application/pdf') {
    if (fileId !== undefined) return { type: 'input_file', file_id: fileId }
    const data = base64Of(part)
    if (data === null && url !== null) return { type: 'input_file', file_url: url }
    if (url !== null) return { type: 'input_file', filename: part.filename ?? 'document.pdf', file_data: url }
  }
  throw unsupportedPart(`file of type ${part.mediaType}`)
}

function assistantItems(parts: readonly AssistantPart[], provider: string): JsonValue[] {
  const items: JsonValue[] = []
  for (const part of parts) {
    if (part.type === 'text' && part.text !== '') {
      items.push({ role: 'assistant', content: [{ type: 'output_text', text: part.text }] })
    } else if (part.type === 'reasoning') {
      const { itemId, encryptedContent } = part.providerOptions?.[provider] ?? {}
      // Only this vendor can read its own sealed reasoning; any other is left out.
      if (typeof itemId !== 'string' || typeof encryptedContent !== 'string') continue
      items.push({ type: 'reasoning', id: itemId, summary: [], encrypted_content: encryptedContent })
    } else if (part.type === 'tool-call') {
      const input = JSON.stringify(toolInput(part.input))
      items.push({ type: 'function_call', call_id: part.toolCallId, name: part.toolName, arguments: input })
    } else if (part.type === 'tool-result')
      items.push(outputItem(part.toolCallId, toolOutputText(part.output)))
    else if (part.type === 'file') throw unsupportedPart(`assistant file of type ${part.mediaType}`)
  }
  return items
}

function outputItem(callId: string, output: string): JsonObject {
  return { type: 'function_call_output', call_id: callId, output }
}
