import { AppError } from '../../src/errors.ts'
import type { LanguageModel, ModelCallOptions, ModelStreamPart } from '../../src/ports/language-model.ts'

/** One call with a short system message and one user message. */
export function ask(text: string, options: Partial<ModelCallOptions> = {}): ModelCallOptions {
  return {
    prompt: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text }] },
    ],
    ...options,
  }
}

/** Every part of an answer, in order; `onPart` sees each as it comes. */
export async function partsOf(
  model: LanguageModel,
  options: ModelCallOptions,
  onPart?: (part: ModelStreamPart) => void,
): Promise<ModelStreamPart[]> {
  const { stream } = await model.doStream(options)
  const parts: ModelStreamPart[] = []
  for await (const part of stream) {
    onPart?.(part)
    parts.push(part)
  }
  return parts
}

export function textOf(parts: readonly ModelStreamPart[]): string {
  return parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('')
}

export function callsOf(parts: readonly ModelStreamPart[]): { id: string; name: string; input: string }[] {
  return parts.flatMap((part) =>
    part.type === 'tool-call' ? [{ id: part.toolCallId, name: part.toolName, input: part.input }] : [],
  )
}

export function finishOf(parts: readonly ModelStreamPart[]): Extract<ModelStreamPart, { type: 'finish' }> {
  const last = parts.at(-1)
  if (last?.type !== 'finish')
    throw new Error(`The answer ends with ${last?.type ?? 'nothing'}, not with finish.`)
  return last
}

/** The error of a call that must fail. */
export async function failureOf(model: LanguageModel): Promise<AppError> {
  const outcome = await partsOf(model, ask('Hello')).catch((error: unknown) => error)
  if (outcome instanceof AppError) return outcome
  throw new Error(`Expected an AppError, got ${String(outcome)}`, { cause: outcome })
}
