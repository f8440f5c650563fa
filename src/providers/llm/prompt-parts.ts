import { AppError } from '../../errors.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../lib/json.ts'
import type {
  ModelCallOptions,
  ModelPrompt,
  ModelStreamPart,
  ModelTool,
  ModelUsage,
} from '../../ports/language-model.ts'

export type Message = ModelPrompt[number]
export type UserPart = Extract<Message, { role: 'user' }>['content'][number]
export type AssistantPart = Extract<Message, { role: 'assistant' }>['content'][number]
export type FilePart = Extract<UserPart, { type: 'file' }>
export type ToolResultOutput = Extract<AssistantPart, { type: 'tool-result' }>['output']
export type Warning = Extract<ModelStreamPart, { type: 'stream-start' }>['warnings'][number]
export type FinishReason = Extract<ModelStreamPart, { type: 'finish' }>['finishReason']
export type UnifiedFinishReason = FinishReason['unified']

/** A part that the model's interface has no place for. Never dropped in silence. */
export function unsupportedPart(what: string): AppError {
  return new AppError('provider_rejected', { detail: `This model's interface takes no ${what}.` })
}

export function unsupported(feature: string, details?: string): Warning {
  return details === undefined ? { type: 'unsupported', feature } : { type: 'unsupported', feature, details }
}

/** The tools we execute. Tools that a vendor would execute are reported, not sent. */
export function functionTools(options: ModelCallOptions, warnings: Warning[]): ModelTool[] {
  const tools: ModelTool[] = []
  for (const tool of options.tools ?? []) {
    if (tool.type === 'function') tools.push(tool)
    else warnings.push(unsupported(`provider tool ${tool.id}`))
  }
  return tools
}

/** `image/*` and the bare `image` are one and the same to the port. */
export function topLevelType(mediaType: string): string {
  return mediaType.split('/')[0] ?? mediaType
}

/** A full media type: what the bytes say when the part only says `image`. */
export function fullMediaType(part: FilePart): string {
  const [top = '', subtype] = part.mediaType.split('/')
  if (subtype !== undefined && subtype !== '*') return part.mediaType
  if (top !== 'image') return part.mediaType
  const start = base64Of(part)?.slice(0, 8) ?? ''
  if (start.startsWith('/9j/')) return 'image/jpeg'
  if (start.startsWith('R0lGOD')) return 'image/gif'
  if (start.startsWith('UklGR')) return 'image/webp'
  return 'image/png'
}

/** The bytes of a part as base64, or null when it holds an address or a reference. */
export function base64Of(part: FilePart): string | null {
  if (part.data.type === 'text') return Buffer.from(part.data.text, 'utf8').toString('base64')
  if (part.data.type !== 'data') return null
  const { data } = part.data
  return typeof data === 'string'
    ? data
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

/** The address of a part: as it is, or as a data URL; null for a provider's own reference. */
export function urlOf(part: FilePart): string | null {
  if (part.data.type === 'url') return part.data.originalUrl ?? part.data.url.href
  const base64 = base64Of(part)
  return base64 === null ? null : `data:${fullMediaType(part)};base64,${base64}`
}

/** The text of a part that is plain text, else null. */
export function inlineText(part: FilePart): string | null {
  if (part.data.type === 'text') return part.data.text
  if (topLevelType(part.mediaType) !== 'text' || part.data.type !== 'data') return null
  return Buffer.from(base64Of(part) ?? '', 'base64').toString('utf8')
}

/** A tool's result for interfaces whose results are text only. */
export function toolOutputText(output: ToolResultOutput): string {
  if (output.type === 'text' || output.type === 'error-text') return output.value
  if (output.type === 'json' || output.type === 'error-json') return JSON.stringify(output.value)
  if (output.type === 'execution-denied') return output.reason ?? 'The call was not allowed.'
  const lines = output.value.map((item) => {
    if (item.type === 'text') return item.text
    if (item.type === 'file')
      return inlineText(item) ?? `[a file of type ${item.mediaType}, which cannot be shown here]`
    return '[content that cannot be shown here]'
  })
  return lines.join('\n')
}

export function isErrorOutput(output: ToolResultOutput): boolean {
  return output.type === 'error-text' || output.type === 'error-json' || output.type === 'execution-denied'
}

/**
 * The arguments of an earlier call as an object. A model may have written something else; the vendor's parser would
 * refuse the whole conversation for it, so that text travels inside an object.
 */
export function toolInput(input: unknown): JsonObject {
  const value = typeof input === 'string' ? parseJson(input) : input
  if (isJsonObject(value)) return value
  return { invalid_arguments: typeof input === 'string' ? input : JSON.stringify(input ?? null) }
}

export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

export const unknownUsage: ModelUsage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}

/** The sentence that asks for JSON where a vendor has no field for it. */
export function jsonInstruction(schema: unknown): string {
  const only = 'Answer with JSON only: no other text and no code fence.'
  return schema === undefined ? only : `${only} It must match this JSON Schema:\n${JSON.stringify(schema)}`
}
