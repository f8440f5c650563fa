import {
  defaultLimits,
  type Agent,
  type AgentDefinition,
  type AgentVersion,
  type ModelChoice,
  type ModelEndpoint,
  type Voice,
} from '../../core/agents/agent.ts'
import type { AgentChange } from '../../core/agents/agent-plan.ts'
import type { NewAgent } from '../../core/agents/agent-writer.ts'
import { anyModel } from '../../core/agents/definition.ts'
import { splitModelName } from '../../core/models/model-names.ts'
import { parseWith } from '../../http/field-errors.ts'
import { printId } from '../../lib/ids.ts'
import { canonicalJson, mergePatch, type JsonObject } from '../../lib/json.ts'
import { printNotices, printStrategies, readNotices, readStrategies } from './translate-strategies.ts'
import { printAgentTool, readAgentTools } from './translate-tools.ts'
import {
  definitionInputSchema,
  type AgentPatchInput,
  type DefinitionInput,
  type NewAgentInput,
  type PrintedAgent,
  type PrintedAgentSummary,
  type PrintedDefinition,
  type PrintedVersion,
} from './wire-agents.ts'
import { printHeaders, printTime, readId, readIdField } from './wire-common.ts'
import { featureUnavailable } from '../../errors.ts'

export function readAgentId(text: string): string {
  return readId('agent', text, 'agent_not_found')
}

export function readUnchanged(query: { if_unchanged_since?: string | undefined }): { unchangedSince?: Date } {
  const since = query.if_unchanged_since
  return since === undefined ? {} : { unchangedSince: new Date(since) }
}

export function readNewAgent(body: NewAgentInput, id: string, draft: boolean): NewAgent {
  const { slug, visibility, enabled, ...definition } = body
  return {
    id,
    definition: readDefinition(definition),
    slug: slug ?? null,
    visibility: visibility ?? 'workspace',
    enabled: enabled ?? true,
    draft,
    fittingOverlays: true,
  }
}

/** `current`: the definition that is there now; what cannot be changed through this API is kept from it. */
function readDefinition(input: DefinitionInput, current?: AgentDefinition): AgentDefinition {
  refuseVoice(input, current)
  const { output, limits, history } = input
  return {
    name: input.name,
    description: input.description ?? null,
    instructions: input.instructions ?? null,
    modality: current?.modality ?? 'text',
    voice: current?.voice ?? null,
    model: readModel(input.model ?? null),
    tools: readAgentTools(input.tools ?? [], current?.tools),
    output: { format: output?.format ?? 'text', schema: output?.schema ?? null },
    limits: {
      steps: limits?.steps ?? defaultLimits.steps,
      toolCalls: limits?.tool_calls ?? null,
      atToolCalls: limits?.at_tool_calls ?? 'fail',
      seconds: limits?.seconds ?? defaultLimits.seconds,
      stepSeconds: limits?.step_seconds ?? null,
      tokens: limits?.tokens ?? null,
      runsPerDay: limits?.runs_per_day ?? null,
    },
    history: { runs: history?.runs ?? 10, toolCalls: history?.tool_calls ?? null },
    strategies: readStrategies(input.strategies ?? null),
    supervised: input.supervised ?? false,
    notices: readNotices(input.notices ?? null, current?.notices),
    metadata: input.metadata ?? {},
    extensions: input.extensions ?? {},
  }
}

/** How an agent speaks is not for this API to change yet. */
function refuseVoice(input: DefinitionInput, current?: AgentDefinition): void {
  const { modality = 'text', voice = null } = current ?? {}
  if ((input.modality ?? modality) !== modality) {
    const asked = JSON.stringify(input.modality)
    throw featureUnavailable('modality', `${asked} agents are not available in this version`)
  }
  const printed = voice === null ? null : printVoice(voice)
  if (canonicalJson(input.voice ?? printed) !== canonicalJson(printed))
    throw featureUnavailable('voice', 'voices cannot be changed through this API in this version')
}

function readModel(model: Exclude<DefinitionInput['model'], undefined>): ModelChoice | null {
  if (model === null) return null
  if (typeof model === 'string') {
    const split = splitModelName(model)
    return { ...anyModel, provider: split?.provider ?? null, name: split?.model ?? model }
  }
  return {
    ...anyModel,
    provider: model.provider ?? null,
    name: model.name ?? null,
    connectionId: model.connection_id
      ? readIdField('conn', model.connection_id, 'model.connection_id')
      : null,
    temperature: model.temperature ?? null,
    maxOutputTokens: model.max_output_tokens ?? null,
    reasoningEffort: model.reasoning_effort ?? null,
    fallbacks: model.fallbacks ?? [],
    promptCaching: model.prompt_caching ?? false,
    endpoint: model.endpoint ? readEndpoint(model.endpoint) : null,
  }
}

type ModelInput = Exclude<DefinitionInput['model'], string | null | undefined>

function readEndpoint(endpoint: NonNullable<ModelInput['endpoint']>): ModelEndpoint {
  return {
    baseUrl: endpoint.base_url ?? null,
    apiKey: endpoint.api_key ?? null,
    credential: endpoint.credential ?? null,
    headers: endpoint.headers ?? {},
  }
}

/** A merge patch as a change: it is applied to the definition as it is printed, whatever that is by then. */
export function readAgentPatch(body: AgentPatchInput, draft: boolean): AgentChange {
  const { slug, visibility, enabled, owner_id: ownerId, ...definition } = body
  const patch = definition as JsonObject // parsed from JSON, by a schema that keeps it as it is
  return {
    ...(Object.keys(patch).length > 0 && {
      definition: (current: AgentDefinition) => {
        const merged = mergePatch(printDefinition(current), patch) // a printed definition is plain JSON
        return readDefinition(parseWith(definitionInputSchema, merged, 'body'), current)
      },
    }),
    ...(slug !== undefined && { slug }),
    ...(visibility !== undefined && { visibility: visibility ?? 'workspace' }),
    ...(enabled !== undefined && { enabled: enabled ?? true }),
    ...(ownerId !== undefined && { ownerId: readIdField('user', ownerId, 'owner_id') }),
    draft,
    fittingOverlays: true,
  }
}

export function printDefinition(definition: AgentDefinition): PrintedDefinition {
  const { model, output, limits, history } = definition
  return {
    name: definition.name,
    description: definition.description,
    instructions: definition.instructions,
    modality: definition.modality,
    voice: definition.voice === null ? null : printVoice(definition.voice),
    model: model === null ? null : printModel(model),
    tools: definition.tools.map(printAgentTool),
    output: { format: output.format, schema: output.schema },
    limits: {
      steps: limits.steps,
      tool_calls: limits.toolCalls,
      at_tool_calls: limits.atToolCalls,
      seconds: limits.seconds,
      step_seconds: limits.stepSeconds,
      tokens: limits.tokens,
      runs_per_day: limits.runsPerDay,
    },
    history: { runs: history.runs, tool_calls: history.toolCalls },
    strategies: printStrategies(definition.strategies),
    supervised: definition.supervised,
    notices: printNotices(definition.notices),
    metadata: definition.metadata,
    extensions: definition.extensions,
  }
}

function printVoice(voice: Voice) {
  return {
    voice_id: voice.voiceId,
    vad_threshold: voice.vadThreshold,
    vad_silence_ms: voice.vadSilenceMs,
    speech_to_text: voice.speechToText,
    text_to_speech: voice.textToSpeech,
    realtime_provider: voice.realtimeProvider,
  }
}

function printModel(model: ModelChoice) {
  return {
    provider: model.provider,
    name: model.name,
    connection_id: model.connectionId === null ? null : printId('conn', model.connectionId),
    temperature: model.temperature,
    max_output_tokens: model.maxOutputTokens,
    reasoning_effort: model.reasoningEffort,
    fallbacks: model.fallbacks,
    prompt_caching: model.promptCaching,
    endpoint: model.endpoint && printEndpoint(model.endpoint),
  }
}

function printEndpoint({ baseUrl, apiKey, credential, headers }: ModelEndpoint) {
  return {
    base_url: baseUrl,
    api_key: apiKey === null ? null : ('***' as const),
    credential,
    headers: printHeaders(headers),
  }
}

export function printAgent(agent: Agent): PrintedAgent {
  return {
    id: printId('agent', agent.id),
    ...printDefinition(agent.definition),
    slug: agent.slug,
    visibility: agent.visibility,
    enabled: agent.enabled,
    owner_id: printId('user', agent.ownerId),
    version: agent.version,
    draft: agent.draft === null ? null : printDefinition(agent.draft),
    created_at: printTime(agent.createdAt),
    updated_at: printTime(agent.updatedAt),
  }
}

export function printAgentSummary(agent: Agent): PrintedAgentSummary {
  const { name, description, model, tools } = agent.definition
  return {
    id: printId('agent', agent.id),
    name,
    description,
    model: model === null ? null : printModelName(model),
    tool_count: tools.length,
    slug: agent.slug,
    visibility: agent.visibility,
    enabled: agent.enabled,
    owner_id: printId('user', agent.ownerId),
    version: agent.version,
    has_draft: agent.draft !== null,
    created_at: printTime(agent.createdAt),
    updated_at: printTime(agent.updatedAt),
  }
}

function printModelName({ provider, name }: ModelChoice): string | null {
  return [provider, name].filter((part) => part !== null).join('/') || null
}

export function printVersion(version: AgentVersion): PrintedVersion {
  return {
    version: version.number,
    ...printDefinition(version.definition),
    created_at: printTime(version.createdAt),
    created_by: version.createdBy === null ? null : printId('user', version.createdBy),
  }
}
