import type { Agent, AgentDefinition, Voice } from '../../core/agents/agent.ts'
import type { AgentChange } from '../../core/agents/agent-plan.ts'
import type { NewAgent } from '../../core/agents/agent-writer.ts'
import { anyVoice, emptyDefinition } from '../../core/agents/definition.ts'
import { printId } from '../../lib/ids.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import { readId } from '../printed-ids.ts'
import { readFieldMask } from './field-mask.ts'
import { keptTools, printTools } from './print-tools.ts'
import type { SharedTools } from '../shared-tools.ts'
import { readTools, toolField } from './translate-tools.ts'
import {
  agentPaths,
  readMaskedFields,
  type AgentFields,
  type AgentPatchInput,
  type AgentPath,
  type PrintedAgent,
} from './wire-agents.ts'
import { printTime } from './wire-common.ts'

/** Where this dialect keeps what it must print and Parley does not model. */
const extension = 'xai'

export function readAgentId(text: string): string {
  return readId('agent', text, 'agent_not_found')
}

export function readNewAgent(fields: AgentFields & { name: string }, id: string): NewAgent {
  const definition = writeFields(emptyDefinition(fields.name), fields, agentPaths, new Map())
  return { id, definition }
}

/** A PATCH as it was understood, before the agent is known. */
export interface AgentPatch {
  fields: AgentFields
  paths: AgentPath[]
  /** null: the number that the agent has is freed. Absent: nothing changes. */
  phoneNumberId?: string | null
}

export function readAgentPatch(body: AgentPatchInput): AgentPatch {
  const paths = readFieldMask(body.field_mask, agentPaths)
  const fields = readMaskedFields(body.agent, paths)
  const number = body.phone_number_id ?? undefined
  if (number === undefined) return { fields, paths }
  return {
    fields,
    paths,
    phoneNumberId: number === '' ? null : readId('phone', number, 'phone_number_not_found'),
  }
}

/** Every PATCH that succeeds counts as a change, even one that changes nothing. */
export function changeOf({ fields, paths, phoneNumberId }: AgentPatch, shared: SharedTools): AgentChange {
  return {
    touch: true,
    ...(paths.length > 0 && { definition: (current) => writeFields(current, fields, paths, shared) }),
    ...(phoneNumberId !== undefined && { phoneNumberId }),
  }
}

type Write = (current: AgentDefinition, fields: AgentFields, shared: SharedTools) => AgentDefinition

/** How each field is written: whole; one that is not there is cleared, the name apart. */
const writes: Record<AgentPath, Write> = {
  name: (current, { name }) => ({ ...current, name: name ?? current.name }),
  instructions: (current, { instructions }) => ({ ...current, instructions: instructions ?? null }),
  tools(current, fields, shared) {
    const tools = readTools(fields.tools ?? [], current.tools, shared)
    const written = { ...current, tools: tools.map(({ tool }) => tool) }
    return withKept(written, 'tools', keptTools(tools, shared))
  },
  voice: (current, fields) => withVoice(current, readVoice(fields.voice ?? null, current.voice)),
  collection_ids: (current, fields) => withKept(current, 'collection_ids', fields.collection_ids ?? []),
}

function writeFields(
  current: AgentDefinition,
  fields: AgentFields,
  paths: readonly AgentPath[],
  shared: SharedTools,
): AgentDefinition {
  return paths.reduce((definition, path) => writes[path](definition, fields, shared), current)
}

/** Who turns speech into text and back is not for this API to say: that stays as it is. */
function readVoice(voice: NonNullable<AgentFields['voice']> | null, current: Voice | null): Voice | null {
  if (voice === null) return null
  return {
    ...(current ?? anyVoice),
    voiceId: voice.voice_id ?? null,
    vadThreshold: voice.vad_threshold ?? null,
    vadSilenceMs: voice.vad_silence_duration_ms ?? null,
  }
}

/** An agent that speaks is a realtime one, unless it was made to speak in another way. */
function withVoice(current: AgentDefinition, voice: Voice | null): AgentDefinition {
  const { modality } = current
  if (modality === 'pipeline') return { ...current, voice }
  return { ...current, voice, modality: voice === null ? 'text' : 'realtime' }
}

/** `value` empty: nothing is kept of it. */
function withKept(current: AgentDefinition, name: string, value: JsonObject | JsonValue[]): AgentDefinition {
  const { [extension]: own = {}, ...extensions } = current.extensions
  const { [name]: _before, ...rest } = own
  const kept = Object.keys(value).length === 0 ? rest : { ...rest, [name]: value }
  if (Object.keys(kept).length === 0) return { ...current, extensions }
  return { ...current, extensions: { ...extensions, [extension]: kept } }
}

export function printAgent(agent: Agent, shared: SharedTools): PrintedAgent {
  const { definition } = agent
  const kept = definition.extensions[extension] ?? {}
  return {
    agent_id: printId('agent', agent.id),
    name: definition.name,
    instructions: definition.instructions,
    tools: printTools(definition.tools, shared, kept['tools']),
    voice: definition.voice === null ? null : printVoice(definition.voice),
    collection_ids: printCollections(kept['collection_ids']),
    created_at: printTime(agent.createdAt),
    updated_at: printTime(agent.updatedAt),
  }
}

/** Only what was set. */
function printVoice({ voiceId, vadThreshold, vadSilenceMs }: Voice): NonNullable<PrintedAgent['voice']> {
  return {
    ...(voiceId !== null && { voice_id: voiceId }),
    ...(vadThreshold !== null && { vad_threshold: vadThreshold }),
    ...(vadSilenceMs !== null && { vad_silence_duration_ms: vadSilenceMs }),
  }
}

function printCollections(kept: JsonValue | undefined): string[] {
  return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []
}

/** What core calls a field of a definition, as the client wrote it. */
export function agentField(field: string, { tools }: AgentFields): string {
  if (field === 'voice.vad_silence_ms') return 'voice.vad_silence_duration_ms'
  // Only tools can be too large to be kept as they were sent.
  if (field === 'extensions') return 'tools'
  return toolField(field, tools ?? [])
}
