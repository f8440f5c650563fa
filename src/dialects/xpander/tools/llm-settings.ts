import type { AgentDefinition } from '../../../core/agents/agent.ts'
import { featureUnavailable } from '../../../errors.ts'
import type { JsonValue } from '../../../lib/json.ts'
import { asSent, keepAsSent } from '../../as-sent.ts'
import type { LlmSetting, LlmSettingInput } from './wire-graph.ts'

/** A model in the words of this API: `model_provider` and `model_name`. */
export interface WireModel {
  provider: string
  name: string
}

/** What the vendor takes where an entry does not say. */
const defaults: LlmSetting = { type: 'before', provider: 'openai', model: 'gpt-4.1', temperature: 0 }

function readEntry(entry: LlmSettingInput): LlmSetting {
  return {
    type: entry.type ?? defaults.type,
    provider: entry.provider ?? defaults.provider,
    model: entry.model ?? defaults.model,
    temperature: entry.temperature ?? defaults.temperature,
  }
}

/**
 * Entries as they are printed. One that says `before` with a model of the agent's own records which model it has, and
 * asks for no pass; any other does. `own`: the agent's model as it will be, and as it was before this request.
 */
export function readLlmSettings(
  entries: readonly LlmSettingInput[],
  own: readonly WireModel[],
  at: string,
): LlmSetting[] {
  return entries.map((sent, index) => {
    const entry = readEntry(sent)
    const isOwn = own.some(
      ({ provider, name }) => provider.toLowerCase() === entry.provider.toLowerCase() && name === entry.model,
    )
    if (entry.type === 'before' && isOwn) return recorded(entry, `${at}[${index}]`)
    throw featureUnavailable(
      `${at}[${index}]`,
      "a pass of a model before or after calls of tools is not available in this version; only the agent's own model can be recorded, as `before`",
    )
  })
}

/** Only a pass would have a temperature. */
function recorded(entry: LlmSetting, at: string): LlmSetting {
  if (entry.temperature === defaults.temperature) return entry
  throw featureUnavailable(
    `${at}.temperature`,
    'passes of a model are not available in this version, and nothing else has this temperature; send 0',
  )
}

/** What is kept of the entries, for as long as the agent has this model. */
export function keptLlmSettings(entries: readonly LlmSetting[], model: WireModel): JsonValue {
  if (entries.length === 0) return null
  return keepAsSent(
    entries.map((entry) => ({ ...entry })),
    { ...model },
  )
}

/** The entries that were sent, until the agent has another model. */
export function printLlmSettings({ extensions }: AgentDefinition, model: WireModel): LlmSetting[] {
  const entries = asSent(extensions['xpander']?.['llm_settings'], { ...model })
  return Array.isArray(entries) ? (entries as unknown as LlmSetting[]) : [] // only keptLlmSettings writes it
}
