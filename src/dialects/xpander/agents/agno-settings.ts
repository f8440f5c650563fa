import type { AgentDefinition } from '../../../core/agents/agent.ts'
import { findBuiltin } from '../../../core/tools/builtin-tools.ts'
import type { AgentTool } from '../../../core/tools/tool.ts'
import { featureUnavailable } from '../../../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../lib/json.ts'
import { keeping, kept } from './agent-extras.ts'
import type { AgnoInput, PrintedAgno } from './wire-agent-settings.ts'

/** The vendor's own defaults. */
export const agnoDefaults = {
  session_storage: true,
  learning: false,
  agent_memories: false,
  agentic_culture: false,
  user_memories: false,
  agentic_memory: false,
  session_summaries: false,
  num_history_runs: 10,
  max_tool_calls_from_history: 0,
  tool_call_limit: 0,
  coordinate_mode: true,
  pii_detection_enabled: false,
  pii_detection_mask: true,
  prompt_injection_detection_enabled: false,
  openai_moderation_enabled: false,
  openai_moderation_categories: null,
  reasoning_tools_enabled: false,
  tool_calls_compression: { enabled: false, threshold: 3, instructions: '' },
  max_plan_retries: 15,
  plan_retry_strategy: 'tiered',
  memory_strategy: 'disabled',
} as const satisfies PrintedAgno

/** What is kept and printed, and does nothing for as long as the switch that it goes with is off. */
const companions = [
  'coordinate_mode',
  'pii_detection_mask',
  'openai_moderation_categories',
  'max_plan_retries',
  'plan_retry_strategy',
] as const

/** Switches for what is not done here, and what that is. */
const unavailable: Partial<Record<keyof AgnoInput, string>> = {
  learning: 'learning from runs',
  agent_memories: 'memory of the agent',
  agentic_culture: 'memory of the agent',
  user_memories: 'memory of users',
  agentic_memory: 'memory of users',
  session_summaries: 'summaries of tasks',
  pii_detection_enabled: 'detection of personal data',
  prompt_injection_detection_enabled: 'detection of prompt injection',
  openai_moderation_enabled: 'moderation of input',
}

/** The built-in tools that `reasoning_tools_enabled` stands for. */
const reasoningTools = ['think', 'analyze']

function refuseUnavailable(sent: AgnoInput): void {
  for (const [name, what] of Object.entries(unavailable)) {
    if (sent[name as keyof AgnoInput] !== true) continue // the keys of the table are fields
    throw featureUnavailable(`agno_settings.${name}`, `${what} is not available in this version; send false`)
  }
  if (sent.tool_calls_compression?.enabled === true) {
    const field = 'agno_settings.tool_calls_compression.enabled'
    throw featureUnavailable(
      field,
      'compression of tool results is not available in this version; send false',
    )
  }
  const { memory_strategy: strategy } = sent
  if (typeof strategy === 'string' && strategy !== 'disabled') {
    const field = 'agno_settings.memory_strategy'
    throw featureUnavailable(field, 'memory is not available in this version; send "disabled"')
  }
}

/** The settings as they are printed. */
export function printAgno(definition: AgentDefinition): PrintedAgno {
  const { history, limits, tools } = definition
  const echo = keptAgno(definition)
  // Kept from the same fields, by schemas of the same types.
  const companionsKept = echo as Partial<Pick<PrintedAgno, (typeof companions)[number]>>
  const {
    num_history_runs: runs,
    tool_calls_compression: compression,
    ...others
  } = companionsKept as Partial<PrintedAgno>
  const stores = history.runs > 0 || echo['session_storage'] !== false
  return {
    ...agnoDefaults,
    ...others,
    session_storage: stores,
    num_history_runs: stores ? history.runs : (runs ?? agnoDefaults.num_history_runs),
    max_tool_calls_from_history: history.toolCalls ?? 0,
    tool_call_limit: limits.toolCalls ?? 0,
    reasoning_tools_enabled: hasReasoningTools(tools),
    tool_calls_compression: { ...agnoDefaults.tool_calls_compression, ...compression },
  }
}

function keptAgno(definition: AgentDefinition): JsonObject {
  const value = kept(definition, 'agno_settings')
  return isJsonObject(value) ? value : {}
}

function hasReasoningTools(tools: readonly AgentTool[]): boolean {
  return reasoningTools.every((name) => tools.some((tool) => tool.kind === 'builtin' && tool.name === name))
}

function withReasoningTools(tools: AgentTool[], wanted: boolean): AgentTool[] {
  if (wanted === hasReasoningTools(tools)) return tools
  const others = tools.filter((tool) => !(tool.kind === 'builtin' && reasoningTools.includes(tool.name)))
  if (!wanted) return others
  return [...others, ...reasoningTools.map(findBuiltin).filter((tool) => tool !== null)]
}

/** The definition with these settings, those that are not sent being as they were; null: all at their defaults. */
export function withAgno(definition: AgentDefinition, sent: AgnoInput | null | undefined): AgentDefinition {
  if (sent === undefined) return definition
  refuseUnavailable(sent ?? {})
  const settings = merged(sent === null ? agnoDefaults : printAgno(definition), sent ?? {})
  const { history, limits } = definition
  const toolCalls = settings.tool_call_limit || null
  return keeping(
    {
      ...definition,
      history: {
        ...history,
        runs: settings.session_storage ? settings.num_history_runs : 0,
        toolCalls: settings.max_tool_calls_from_history || null,
      },
      limits: { ...limits, toolCalls, ...(toolCalls !== limits.toolCalls && { atToolCalls: 'answer' }) },
      tools: withReasoningTools(definition.tools, settings.reasoning_tools_enabled),
    },
    { agno_settings: echoOfAgno(settings) },
  )
}

/** One level deep; null is the default. */
function merged(before: PrintedAgno, sent: AgnoInput): PrintedAgno {
  const after: Record<string, unknown> = { ...before }
  for (const [name, value] of Object.entries(sent)) {
    const usual = agnoDefaults[name as keyof PrintedAgno] // the schema of requests has the fields of that of replies
    if (value === undefined) continue
    after[name] = value ?? usual
  }
  const { threshold, instructions } = sent.tool_calls_compression ?? {}
  if (sent.tool_calls_compression) {
    const usual = agnoDefaults.tool_calls_compression
    after['tool_calls_compression'] = {
      enabled: false,
      threshold: threshold ?? usual.threshold,
      instructions: instructions ?? usual.instructions,
    }
  }
  return after as unknown as PrintedAgno // every member is there and was read by the schema of its field
}

function echoOfAgno(settings: PrintedAgno): JsonObject | undefined {
  const echo: JsonObject = {}
  const keep = (name: keyof PrintedAgno, value: JsonValue) => {
    if (JSON.stringify(value) !== JSON.stringify(agnoDefaults[name])) echo[name] = value
  }
  for (const name of companions) keep(name, settings[name])
  keep('tool_calls_compression', { ...settings.tool_calls_compression })
  if (!settings.session_storage || settings.num_history_runs === 0) {
    echo['session_storage'] = settings.session_storage
    keep('num_history_runs', settings.num_history_runs)
  }
  return Object.keys(echo).length === 0 ? undefined : echo
}
