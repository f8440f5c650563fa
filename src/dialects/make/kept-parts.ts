import type { AgentDefinition } from '../../core/agents/agent.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import { asSent, keepAsSent } from '../as-sent.ts'
import { printOutputParser } from './output-parser.ts'
import { printInvocationConfig, printLlmConfig } from './settings.ts'

/** Parts of an agent that are kept as they were written, each beside the core value that it was translated to. */
const parts = {
  defaultModel: ({ model }: AgentDefinition): JsonValue => [
    model?.provider ?? null,
    model?.connectionId ?? null,
    model?.name ?? null,
  ],
  llmConfig: ({ model }: AgentDefinition): JsonValue => [
    model?.maxOutputTokens ?? null,
    model?.temperature ?? null,
  ],
  invocationConfig: ({ limits }: AgentDefinition): JsonValue => [limits.steps, limits.stepSeconds],
  outputParser: ({ output }: AgentDefinition): JsonValue => [output.format, output.schema],
}

export type KeptPart = keyof typeof parts

/** The definition with a part kept as it was sent; null: nothing needs to be kept of it. */
export function keepPart(definition: AgentDefinition, part: KeptPart, sent: JsonValue): AgentDefinition {
  const { [part]: _, ...others } = definition.extensions['make'] ?? {}
  const isNeeded = sent !== null && JSON.stringify(sent) !== JSON.stringify(printedCore(definition, part))
  const make: JsonObject = isNeeded
    ? { ...others, [part]: keepAsSent(sent, parts[part](definition)) }
    : others
  const { make: __, ...extensions } = definition.extensions
  return { ...definition, extensions: Object.keys(make).length === 0 ? extensions : { ...extensions, make } }
}

function keptPart(definition: AgentDefinition, part: KeptPart): JsonValue | undefined {
  return asSent(definition.extensions['make']?.[part], parts[part](definition))
}

/** How the core value is printed by itself. */
function printedCore(definition: AgentDefinition, part: KeptPart): JsonObject | null {
  switch (part) {
    case 'llmConfig':
      return printLlmConfig(definition.model ?? { maxOutputTokens: null, temperature: null })
    case 'invocationConfig':
      return printInvocationConfig(definition.limits)
    case 'outputParser':
      return printOutputParser(definition.output)
    case 'defaultModel':
      return null
  }
}

/** A part that is an object, as it was sent; else what core makes of it. */
export function printPart(definition: AgentDefinition, part: Exclude<KeptPart, 'defaultModel'>): JsonObject {
  const printed = keptPart(definition, part) ?? printedCore(definition, part)
  return printed as JsonObject // each of these is kept and printed as an object
}

/** The word for a size of model that was sent, or null when it was a model's name. */
export function sentTier(definition: AgentDefinition): string | null {
  const sent = keptPart(definition, 'defaultModel')
  return typeof sent === 'string' ? sent : null
}
