import type { JsonObject, JsonValue } from '../document/json.ts'
import type { Parameter } from './parameters.ts'

/**
 * What was typed for one argument, as its schema means it; undefined when nothing was. What does not fit is sent as text:
 * the server says what is wrong with it.
 */
export function argumentOf({ schema }: Parameter, text: string): JsonValue | undefined {
  if (text.trim() === '') return undefined
  if (schema['type'] === 'string') return text
  try {
    return JSON.parse(text) as JsonValue // whatever JSON it is
  } catch {
    return text
  }
}

export function argumentsOf(parameters: readonly Parameter[], texts: Record<string, string>): JsonObject {
  const entries = parameters.map(
    (parameter) => [parameter.name, argumentOf(parameter, texts[parameter.name] ?? '')] as const,
  )
  return Object.fromEntries(entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
}

/** Of the one built-in tool that shows something; an agent's definition does not repeat them. */
export const timeParameters: JsonObject = {
  type: 'object',
  properties: {
    timezone: { type: 'string', description: 'IANA name such as Europe/Berlin; UTC when empty.' },
  },
}
