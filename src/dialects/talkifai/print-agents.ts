import type { Agent, Modality, Visibility } from '../../core/agents/agent.ts'
import { printId } from '../../lib/ids.ts'
import { extrasOf } from './agent-extras.ts'
import { functionWarnings, printFunctions, type KnownTools } from './agent-tools.ts'
import { printModelSlug } from './model-slugs.ts'
import type { ListedAgent, Mode, NestedAgent, PrintedAgent } from './wire-agents.ts'
import { printTime } from './wire-common.ts'

/** What printing an agent reads beside it. */
export interface PrintContext {
  known: KnownTools
  /** `provider/model`: what an agent that names no model is shown with. */
  defaultModel: string
}

const modes: Readonly<Record<Visibility, Mode>> = {
  workspace: 'public',
  private: 'private',
  managed: 'commercial',
}

/** What both ways of writing have. A field that does not apply to the architecture is null. */
function printCommon(agent: Agent, { known, defaultModel }: PrintContext) {
  const { definition } = agent
  const { modality, voice } = definition
  const only = (architectures: Modality[], value: string | null | undefined) =>
    architectures.includes(modality) ? (value ?? null) : null
  return {
    id: printId('agent', agent.id),
    name: definition.name,
    agentArchitecture: modality,
    model: only(['pipeline', 'text'], definition.model?.name ?? defaultModel),
    stt: only(['pipeline'], voice?.speechToText),
    voiceId: only(['pipeline', 'realtime'], voice?.voiceId),
    realtimeProvider: only(['realtime'], voice?.realtimeProvider),
    mode: modes[agent.visibility],
    temperature: definition.model?.temperature ?? null,
    ...printFunctions(agent, known),
    createdAt: printTime(agent.createdAt),
    updatedAt: printTime(agent.updatedAt),
  }
}

/** The agent as the detailed pages write it. */
export function printNested(agent: Agent, context: PrintContext): NestedAgent {
  const { definition } = agent
  const extras = extrasOf(definition)
  const common = printCommon(agent, context)
  return {
    ...common,
    model: common.model === null ? null : printModelSlug(common.model),
    description: definition.description,
    sysMsg: definition.instructions,
    greetingType: extras.greetingType,
    greetingMessage: extras.greetingMessage,
    lastMessage: extras.lastMessage,
    inactivityTimeout: extras.inactivityTimeout,
    languages: extras.languages.map((language) => ({ id: `lang_${language}`, language })),
    functionCallingEnabled: extras.functionCallingEnabled ?? definition.tools.length > 0,
    userId: printId('user', agent.ownerId),
    organizationId: printId('org', agent.workspaceId),
  }
}

/** The agent in both ways of writing; `more` are sentences about the request that made it what it is. */
export function printAgent(agent: Agent, context: PrintContext, more: string[] = []): PrintedAgent {
  const { definition } = agent
  const [language = 'en'] = extrasOf(definition).languages
  const warnings = [...functionWarnings(agent, context.known), ...more]
  return {
    ...printCommon(agent, context),
    tts: definition.modality === 'pipeline' ? (definition.voice?.textToSpeech ?? null) : null,
    systemPrompt: definition.instructions,
    language,
    active: agent.enabled,
    agent: printNested(agent, context),
    ...(warnings.length > 0 && { warnings }),
  }
}

/** The agent as lists have it. */
export function printListed(agent: Agent): ListedAgent {
  const { definition } = agent
  return {
    id: printId('agent', agent.id),
    name: definition.name,
    description: definition.description,
    mode: modes[agent.visibility],
    agentArchitecture: definition.modality,
    active: agent.enabled,
    createdAt: printTime(agent.createdAt),
    updatedAt: printTime(agent.updatedAt),
  }
}
