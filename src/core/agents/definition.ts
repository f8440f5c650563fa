import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'
import { defaultLimits, type AgentDefinition } from './agent.ts'

/** An agent that only has a name: every field at its default. */
export function emptyDefinition(name: string): AgentDefinition {
  return {
    name,
    description: null,
    instructions: null,
    modality: 'text',
    model: null,
    tools: [],
    output: { format: 'text', schema: null },
    limits: { ...defaultLimits },
    history: { runs: 10 },
    metadata: {},
    extensions: {},
  }
}

/** Whether two definitions mean the same: the order of keys is no difference. */
export function sameDefinition(a: AgentDefinition, b: AgentDefinition): boolean {
  return canonicalJson(plain(a)) === canonicalJson(plain(b))
}

/** One difference between two versions. `before` is null where something was added, `after` where it was removed. */
export interface Difference {
  /** `instructions`, `model.temperature`, `tools.lookup_order.url`: tools are matched by name, or by id where shared. */
  path: string
  before: JsonValue
  after: JsonValue
}

/** What changed in meaning: key order and the order of tools are no change; a tool is one thing with its own fields. */
export function diffDefinitions(a: AgentDefinition, b: AgentDefinition): Difference[] {
  return differences('', byToolName(a), byToolName(b))
}

function byToolName(definition: AgentDefinition): JsonObject {
  const tools: JsonObject = {}
  for (const tool of definition.tools) {
    tools[tool.kind === 'reference' ? tool.toolId : tool.name] = tool as unknown as JsonObject // a tool is plain JSON
  }
  return { ...plain(definition), tools }
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
