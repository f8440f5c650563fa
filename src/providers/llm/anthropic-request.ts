import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type { ModelCallOptions, ModelTool } from '../../ports/language-model.ts'
import { addCacheMarks } from './anthropic-cache.ts'
import { anthropicTraits, isStrictSchema, thinkingLimits } from './anthropic-models.ts'
import { extraFields } from './openai-chat-request.ts'
import {
  base64Of,
  fullMediaType,
  functionTools,
  inlineText,
  isErrorOutput,
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
  type Warning,
} from './prompt-parts.ts'

/** The body of a Messages call. Throws `provider_rejected` for parts that the interface cannot carry. */
export function messagesRequest(
  provider: string,
  model: string,
  options: ModelCallOptions,
): { body: JsonObject; warnings: Warning[] } {
  const warnings: Warning[] = []
  const traits = anthropicTraits(model)
  const body: JsonObject = {
    ...extraFields(options, provider),
    model,
    max_tokens: options.maxOutputTokens ?? traits.maxOutputTokens,
    messages: messages(options, provider),
    stream: true,
  }
  const thinks = addThinking(body, model, options, warnings)
  addSampling(body, options, thinks || traits.refusesSampling, warnings)
  addTools(body, options, thinks, warnings)
  addSystem(body, model, options)
  if (options.promptCache !== undefined) addCacheMarks(body)
  return { body, warnings }
}

function addThinking(
  body: JsonObject,
  model: string,
  options: ModelCallOptions,
  warnings: Warning[],
): boolean {
  const effort = options.reasoning
  if (effort === undefined || effort === 'provider-default' || effort === 'none') return false
  const traits = anthropicTraits(model)
  if (traits.thinking === 'none') {
    warnings.push(unsupported('reasoning', `${model} does not think.`))
    return false
  }
  if (traits.thinking === 'adaptive') {
    body['thinking'] = { type: 'adaptive' }
    const highest = effort === 'xhigh' && !traits.extraHigh ? 'high' : effort
    const level = highest === 'minimal' ? 'low' : highest
    body['output_config'] = { effort: level }
    return true
  }
  const { budget, limit } = thinkingLimits(effort, traits, options.maxOutputTokens)
  body['thinking'] = { type: 'enabled', budget_tokens: budget }
  body['max_tokens'] = limit
  return true
}

function addSampling(
  body: JsonObject,
  options: ModelCallOptions,
  refused: boolean,
  warnings: Warning[],
): void {
  const temperature = options.temperature === undefined ? undefined : Math.min(1, options.temperature)
  for (const [name, value] of Object.entries({ temperature, top_p: options.topP, top_k: options.topK })) {
    if (value === undefined) continue
    if (refused) warnings.push(unsupported(name, 'This model refuses it, or refuses it while it thinks.'))
    else body[name] = value
  }
  if ((options.temperature ?? 0) > 1) warnings.push(unsupported('temperature', 'It is cut to 1.'))
  for (const name of ['seed', 'presencePenalty', 'frequencyPenalty'] as const) {
    if (options[name] !== undefined) warnings.push(unsupported(name))
  }
  if ((options.stopSequences?.length ?? 0) > 0) body['stop_sequences'] = options.stopSequences ?? []
}

function addTools(body: JsonObject, options: ModelCallOptions, thinks: boolean, warnings: Warning[]): void {
  const tools = functionTools(options, warnings)
  if (tools.length === 0) return
  body['tools'] = tools.map(toolObject)
  const choice = options.toolChoice
  if (choice === undefined || choice.type === 'auto') return
  if (choice.type === 'none') body['tool_choice'] = { type: 'none' }
  else if (thinks) warnings.push(unsupported('toolChoice', 'A thinking model cannot be made to call a tool.'))
  else
    body['tool_choice'] = choice.type === 'tool' ? { type: 'tool', name: choice.toolName } : { type: 'any' }
}

function toolObject(tool: ModelTool): JsonObject {
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: { type: 'object', ...(tool.inputSchema as JsonObject) }, // JSON Schema is JSON
  }
}

function addSystem(body: JsonObject, model: string, options: ModelCallOptions): void {
  const texts = options.prompt.flatMap((message) => (message.role === 'system' ? [message.content] : []))
  const format = options.responseFormat
  if (format?.type === 'json') {
    const schema = format.schema as JsonObject | undefined // JSON Schema is JSON
    if (schema !== undefined && anthropicTraits(model).structuredOutput && isStrictSchema(schema)) {
      const config = body['output_config'] as JsonObject | undefined // set above, by us
      body['output_config'] = { ...config, format: { type: 'json_schema', schema } }
    } else texts.push(jsonInstruction(schema))
  }
  const system = texts.filter((text) => text !== '').join('\n\n')
  if (system !== '') body['system'] = system
}

/** Turns alternate here, so neighbours with the same role become one message; tool results belong to the user's. */
function messages(options: ModelCallOptions, provider: string): JsonValue[] {
  const turns: { role: string; content: JsonValue[] }[] = []
  const add = (role: string, content: JsonValue[]) => {
    if (content.length === 0) return
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...content)
    else turns.push({ role, content })
  }
  for (const message of options.prompt) {
    if (message.role === 'assistant')
      add(
        'assistant',
        message.content.flatMap((part) => assistantBlock(part, provider)),
      )
    else if (message.role === 'user') {
      add(
        'user',
        message.content.flatMap((part) => (part.type === 'text' ? textBlock(part.text) : [fileBlock(part)])),
      )
    } else if (message.role === 'tool') {
      const results = message.content.filter((part) => part.type === 'tool-result')
      add(
        'user',
        results.map((part) => resultBlock(part.toolCallId, part.output)),
      )
    }
  }
  return turns
}

/** Empty text is refused by the vendor. */
function textBlock(text: string): JsonValue[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }]
}

function assistantBlock(part: AssistantPart, provider: string): JsonValue[] {
  if (part.type === 'text') return textBlock(part.text)
  if (part.type === 'tool-call') {
    return [
      { type: 'tool_use', id: safeId(part.toolCallId), name: part.toolName, input: toolInput(part.input) },
    ]
  }
  if (part.type === 'reasoning') {
    const { signature, redactedData } = part.providerOptions?.[provider] ?? {}
    if (typeof redactedData === 'string') return [{ type: 'redacted_thinking', data: redactedData }]
    // Thinking without this vendor's signature came from another model and would be refused.
    return typeof signature === 'string' ? [{ type: 'thinking', thinking: part.text, signature }] : []
  }
  if (part.type === 'file') throw unsupportedPart(`assistant file of type ${part.mediaType}`)
  return []
}

function fileBlock(part: FilePart): JsonObject {
  const text = inlineText(part)
  if (text !== null) {
    const document: JsonObject = {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: text },
    }
    if (part.filename !== undefined) document['title'] = part.filename
    return document
  }
  const image = topLevelType(part.mediaType) === 'image'
  if (!image && part.mediaType !== 'application/pdf') throw unsupportedPart(`file of type ${part.mediaType}`)
  const data = base64Of(part)
  const url = urlOf(part)
  const type = image ? 'image' : 'document'
  if (data !== null) return { type, source: { type: 'base64', media_type: fullMediaType(part), data } }
  if (url !== null) return { type, source: { type: 'url', url } }
  throw unsupportedPart('file reference of another provider')
}

function resultBlock(toolCallId: string, output: ToolResultOutput): JsonObject {
  const content =
    output.type === 'content'
      ? output.value.flatMap((item): JsonValue[] => {
          if (item.type === 'text') return textBlock(item.text)
          return item.type === 'file' && topLevelType(item.mediaType) === 'image' ? [fileBlock(item)] : []
        })
      : toolOutputText(output)
  const block: JsonObject = { type: 'tool_result', tool_use_id: safeId(toolCallId), content }
  if (isErrorOutput(output)) block['is_error'] = true
  return block
}

/** Ids of other vendors may hold characters that are refused here; a call and its result change alike. */
function safeId(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9_-]/g, '_')
}
