import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'
import { defaultLimits, type AgentDefinition, type ModelChoice, type Voice } from './agent.ts'
import { noStrategies } from './strategies.ts'

/** An agent that only has a name: every field at its default. */
export function emptyDefinition(name: string): AgentDefinition {
  return {
    name,
    description: null,
    instructions: null,
    modality: 'text',
    voice: null,
    model: null,
    tools: [],
    output: { format: 'text', schema: null },
    limits: { ...defaultLimits },
    history: { runs: 10, toolCalls: null },
    strategies: noStrategies,
    supervised: false,
    notices: { onSuccess: [], onError: [] },
    metadata: {},
    extensions: {},
  }
}

/** A definition as it was stored, perhaps by an earlier Parley: what it does not have yet is at its default. */
export function storedDefinition(stored: unknown): AgentDefinition {
  const definition = stored as AgentDefinition // only the agent store writes it, from this type
  const empty = emptyDefinition(definition.name)
  return {
    ...empty,
    ...definition,
    history: { ...empty.history, ...definition.history },
    ...(definition.model && { model: { ...anyModel, ...definition.model } }),
    limits: { ...defaultLimits, ...definition.limits },
    ...(definition.voice && { voice: { ...anyVoice, ...definition.voice } }),
  }
}

/** The default model, reached as the environment says. */
export const anyModel: ModelChoice = {
  provider: null,
  name: null,
  connectionId: null,
  temperature: null,
  maxOutputTokens: null,
  reasoningEffort: null,
  fallbacks: [],
  promptCaching: false,
  endpoint: null,
}

/** A voice that leaves everything to its provider. */
export const anyVoice: Voice = {
  voiceId: null,
  vadThreshold: null,
  vadSilenceMs: null,
  speechToText: null,
  textToSpeech: null,
  realtimeProvider: null,
}

/** Whether two definitions mean the same: the order of keys is no difference. */
export function sameDefinition(a: AgentDefinition, b: AgentDefinition): boolean {
  return canonicalJson(plain(a)) === canonicalJson(plain(b))
}

/** One difference between two versions. `before` is null where something was added, `after` where it was removed. */
export interface Difference {
  /** `instructions`, `model.temperature`, `tools.lookup_order.url`. */
  path: string
  before: JsonValue
  after: JsonValue
}

/**
 * What changed in meaning between two definitions, in the words of whoever printed them: the order of keys and of tools
 * is no change, and a tool is one thing with its own fields, matched by its name (a shared one by its id).
 */
export function diffDefinitions(a: JsonObject, b: JsonObject): Difference[] {
  return differences('', byToolName(a), byToolName(b))
}

function byToolName(printed: JsonObject): JsonObject {
  const tools: JsonObject = {}
  for (const tool of Array.isArray(printed['tools']) ? printed['tools'] : []) {
    if (!isJsonObject(tool)) continue
    const { name, ...rest } = tool
    const key = name ?? tool['tool_id'] ?? tool['type']
    if (typeof key === 'string') tools[key] = rest
  }
  return { ...printed, tools }
}

function differences(path: string, a: JsonValue, b: JsonValue): Difference[] {
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    return keys.flatMap((key) =>
      differences(path === '' ? key : `${path}.${key}`, a[key] ?? null, b[key] ?? null),
    )
  }
  return canonicalJson(a) === canonicalJson(b) ? [] : [{ path, before: a, after: b }]
}

function plain(definition: AgentDefinition): JsonObject {
  return definition as unknown as JsonObject // an agent definition is plain JSON
}
