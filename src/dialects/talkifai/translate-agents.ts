import type {
  Agent,
  AgentDefinition,
  Modality,
  ModelChoice,
  Visibility,
  Voice,
} from '../../core/agents/agent.ts'
import type { AgentChange } from '../../core/agents/agent-plan.ts'
import type { NewAgent } from '../../core/agents/agent-writer.ts'
import { anyModel, anyVoice, emptyDefinition } from '../../core/agents/definition.ts'
import { refuseProblems } from '../../errors.ts'
import { readId } from '../printed-ids.ts'
import { extrasOf, withExtras, type AgentExtras } from './agent-extras.ts'
import { isNested, newAgentProblems, promptOf, updateProblems } from './agent-limits.ts'
import { withBuiltins, withFunctions, type KnownTools } from './agent-tools.ts'
import { readModelSlug, sameModel } from './model-slugs.ts'
import {
  speechToText,
  textToSpeech,
  type AgentFields,
  type AgentPatchInput,
  type Mode,
  type NewAgentInput,
} from './wire-agents.ts'

export const visibilities: Readonly<Record<Mode, Visibility>> = {
  public: 'workspace',
  private: 'private',
  commercial: 'managed',
}

/** What speaks where nobody says: the vendor's own choice. */
const defaultTextToSpeech = 'cartesia'

export function readAgentId(text: string): string {
  return readId('agent', text, 'agent_not_found')
}

/** What an edit reads beside the agent itself. */
export interface EditContext {
  agentId: string
  known: KnownTools
  /** `provider/model`: what an agent that names no model was shown with; null: it was not shown yet. */
  defaultModel: string | null
}

/** Throws `invalid_request` naming what is missing. A body as the detailed pages have it makes an active agent. */
export function readNewAgent(
  body: NewAgentInput,
  context: EditContext,
): NewAgent & { visibility: Visibility } {
  refuseProblems(newAgentProblems(body))
  const modality = body.agentArchitecture
  const tts = body.tts ?? speakerOf(body.voiceId) ?? defaultTextToSpeech
  const whole = modality === 'pipeline' ? { ...body, tts } : body
  const definition = writeFields({ ...emptyDefinition(body.name), modality }, whole, context)
  return {
    id: context.agentId,
    definition,
    visibility: visibilities[body.mode ?? 'private'],
    enabled: body.active ?? isNested(body),
  }
}

/** What a body makes of the agent, whatever it is by then. The change throws `invalid_request` when it may not be. */
export function changeOf(body: AgentPatchInput, context: EditContext): AgentChange {
  const { mode, active } = body
  return {
    definition(current) {
      refuseProblems(updateProblems(body, current.modality))
      return writeFields(current, body, context)
    },
    ...(mode && { visibility: visibilities[mode] }),
    ...(typeof active === 'boolean' && { enabled: active }),
  }
}

function writeFields(
  current: AgentDefinition,
  body: AgentFields,
  { agentId, known, defaultModel }: EditContext,
): AgentDefinition {
  const { name, description, enabledFunctions, enabledCustomFunctions } = body
  const prompt = promptOf(body)
  let next: AgentDefinition = {
    ...current,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(prompt !== undefined && { instructions: prompt }),
    model: withModel(current.model, body, defaultModel),
    voice: withVoice(current, body),
  }
  next = withExtras(next, changedExtras(next, body))
  if (enabledFunctions !== undefined) next = withBuiltins(next, enabledFunctions ?? [])
  if (enabledCustomFunctions === undefined) return next
  return withFunctions(next, enabledCustomFunctions ?? [], agentId, known)
}

function withModel(
  current: ModelChoice | null,
  { model, temperature }: AgentFields,
  defaultModel: string | null,
): ModelChoice | null {
  let next = current
  if (model !== undefined) next = withModelName(current, model || null, defaultModel)
  if (temperature !== undefined && temperature !== (next?.temperature ?? null))
    next = { ...(next ?? anyModel), temperature }
  return next
}

/** A model that comes back as it was printed stays what it is: with its provider, or the default. */
function withModelName(
  current: ModelChoice | null,
  sent: string | null,
  defaultModel: string | null,
): ModelChoice | null {
  const shown = current?.name ?? defaultModel
  if (sent !== null && shown !== null && sameModel(sent, shown)) return current
  const choice = current ?? anyModel
  const name = sent === null ? null : readModelSlug(sent)
  return { ...choice, name, provider: choice.connectionId === null ? null : choice.provider }
}

/** The provider that a voice's id begins with: `gemini-leda-en`. */
function speakerOf(voiceId: string | null | undefined): keyof typeof textToSpeech | undefined {
  const provider = (voiceId ?? '').split('-', 1)[0] ?? ''
  return isSpeaker(provider) ? provider : undefined
}

function isSpeaker(name: string): name is keyof typeof textToSpeech {
  return Object.hasOwn(textToSpeech, name)
}

function withVoice({ modality, voice }: AgentDefinition, body: AgentFields): Voice | null {
  if (modality === 'text') return voice
  const { voiceId, stt, realtimeProvider } = body
  const tts = body.tts ?? speakerOf(voiceId)
  const change: Partial<Voice> = {
    ...(voiceId !== undefined && { voiceId: voiceId || null }),
    ...(modality === 'pipeline' && stt && { speechToText: readName(speechToText, stt) }),
    ...(modality === 'pipeline' && tts && { textToSpeech: readName(textToSpeech, tts) }),
    ...(modality === 'realtime' && realtimeProvider && { realtimeProvider }),
  }
  return Object.keys(change).length === 0 ? voice : { ...(voice ?? anyVoice), ...change }
}

function readName(names: Readonly<Record<string, string>>, sent: string): string {
  return names[sent] ?? sent
}

const languageNames: Readonly<Record<string, string>> = { english: 'en', urdu: 'ur', sindhi: 'sd' }

function readLanguage(sent: string): string {
  return languageNames[sent.toLowerCase()] ?? sent
}

/** null takes each back to its default. */
function changedExtras(current: AgentDefinition, body: AgentFields): Partial<AgentExtras> {
  const { greetingType, greetingMessage, lastMessage, inactivityTimeout, functionCallingEnabled } = body
  const languages = readLanguages(body, extrasOf(current).languages)
  return {
    ...(languages && { languages }),
    ...(greetingType !== undefined && { greetingType: greetingType ?? 'agentFirst' }),
    ...(greetingMessage !== undefined && { greetingMessage }),
    ...(lastMessage !== undefined && { lastMessage }),
    ...(inactivityTimeout !== undefined && { inactivityTimeout }),
    ...(functionCallingEnabled !== undefined && { functionCallingEnabled }),
  }
}

/** `language` is the first of `languages`, and counts when both are sent. */
function readLanguages({ language, languages }: AgentFields, current: string[]): string[] | null {
  const all = languages?.map((one) => readLanguage(typeof one === 'string' ? one : one.language))
  if (languages === null && language === undefined) return ['en']
  if (language === undefined) return all === undefined ? null : [...new Set(all)]
  const first = language === null ? 'en' : readLanguage(language)
  return [...new Set([first, ...(all ?? current.slice(1))])]
}

const voiceFields: Readonly<Record<Modality, readonly (keyof AgentFields)[]>> = {
  pipeline: ['realtimeProvider'],
  realtime: ['stt', 'tts'],
  text: ['stt', 'tts', 'voiceId', 'realtimeProvider'],
}

/** What of a body does not apply to the agent's architecture, in sentences. */
export function ignoredFields({ definition }: Agent, body: AgentFields): string[] {
  return voiceFields[definition.modality]
    .filter((field) => body[field] !== undefined && body[field] !== null)
    .map((field) => `${field}: does not apply to ${definition.modality} agents and is ignored.`)
}

/** What core calls a field of a definition, as the client wrote it. */
export function agentField(field: string, body: AgentFields): string {
  if (field === 'instructions') return isNested(body) ? 'sysMsg' : 'systemPrompt'
  if (field === 'model.temperature') return 'temperature'
  if (field.startsWith('model.')) return 'model'
  if (field.startsWith('tools')) return body.enabledFunctions ? 'enabledFunctions' : 'enabledCustomFunctions'
  return field
}
