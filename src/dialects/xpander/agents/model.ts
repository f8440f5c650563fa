import type { ModelChoice, ModelEndpoint, ReasoningEffort } from '../../../core/agents/agent.ts'
import { anyModel } from '../../../core/agents/definition.ts'
import { featureUnavailable } from '../../../errors.ts'
import type { WireModel } from '../tools/llm-settings.ts'
import { coreProvider, wireProvider, type WireProvider } from './providers.ts'
import type { AgentFields } from './wire-agents.ts'

/** What the vendor's agents have where nobody names a model. */
const vendorDefault = { provider: 'anthropic', name: 'claude-sonnet-4-6' } as const

/** What is known about models beside an agent. */
export interface ModelContext {
  /** Whether the operator has said which model agents have that name none. */
  operatorDefault: boolean
  /** Parley's name of the provider that is known to have a model of this name; null: nobody is. */
  providerOf: (name: string) => string | null
  /** The vendor and its name of the model that the agent has; null: there is no agent yet. */
  shown: MeantModel | null
  /** What agents have that name none. */
  usual: MeantModel
}

/** A model by Parley's name of its provider. */
export interface MeantModel {
  /** null: it cannot be told. */
  provider: string | null
  name: string
}

/** The model in the words of this API. A provider that it has no name for stands before the name of the model. */
export function printModel({ provider, name }: MeantModel): {
  model_provider: WireProvider | null
  model_name: string
} {
  if (provider === null) return { model_provider: null, model_name: name }
  const known = wireProvider(provider)
  return { model_provider: known, model_name: known === null ? `${provider}/${name}` : name }
}

/** The same as the entries of `llm_settings` have it. */
export function wireModel(meant: MeantModel): WireModel {
  const { model_provider: provider, model_name: name } = printModel(meant)
  return { provider: provider ?? '', name }
}

type Named = Pick<ModelChoice, 'provider' | 'name' | 'connectionId'>

/** Which model a request names: `current` where it says what the agent was printed with. */
function named(current: Named, sent: AgentFields, context: ModelContext): Named {
  const { model_provider: sentProvider, model_name: sentName } = sent
  if (sentProvider === undefined && sentName === undefined && context.shown !== null) return current
  const shown = context.shown === null ? null : printModel(context.shown)
  const provider = sentProvider === undefined ? (shown?.model_provider ?? null) : sentProvider
  const name = (sentName === undefined ? (shown?.model_name ?? null) : sentName) || null
  if (shown !== null && provider === shown.model_provider && name === shown.model_name) return current
  const next = namedAnew(provider, name, context)
  return { ...next, connectionId: next.provider === context.shown?.provider ? current.connectionId : null }
}

function namedAnew(
  provider: WireProvider | null,
  name: string | null,
  { operatorDefault, providerOf }: ModelContext,
): Omit<Named, 'connectionId'> {
  if (provider !== null) {
    const isUsual = provider === vendorDefault.provider && name === null
    return { provider: coreProvider(provider), name: isUsual ? vendorDefault.name : name }
  }
  if (name === null) return operatorDefault ? { provider: null, name: null } : vendorDefault
  if (name.includes('/')) return { provider: null, name }
  return { provider: providerOf(name) ?? (operatorDefault ? null : vendorDefault.provider), name }
}

/** null is what providers do by themselves: medium. */
export function printEffort(effort: ReasoningEffort | null): 'low' | 'medium' | 'high' | 'xhigh' {
  if (effort === null) return 'medium'
  return effort === 'none' || effort === 'minimal' ? 'low' : effort
}

function readEffort(current: ReasoningEffort | null, sent: AgentFields['llm_reasoning_effort']) {
  if (sent === undefined || sent === printEffort(current)) return current
  return sent === 'medium' ? null : sent
}

const noEndpoint: ModelEndpoint = { baseUrl: null, apiKey: null, credential: null, headers: {} }

function readEndpoint(current: ModelEndpoint | null, sent: AgentFields): ModelEndpoint | null {
  const { llm_api_base: base, llm_credentials: credentials, llm_credentials_key: key } = sent
  const { llm_extra_headers: headers } = sent
  const before = current ?? noEndpoint
  const after: ModelEndpoint = {
    baseUrl: base === undefined ? before.baseUrl : base || null,
    apiKey: credentials === undefined ? before.apiKey : credentials?.value || null,
    credential: key === undefined ? before.credential : key || null,
    headers: headers === undefined ? before.headers : (headers ?? {}),
  }
  const isEmpty =
    after.baseUrl === null &&
    after.apiKey === null &&
    after.credential === null &&
    Object.keys(after.headers).length === 0
  return isEmpty ? null : after
}

/** Refuses a key that is kept where this server cannot look. `after`: what the agent will have. */
export function refuseForeignKey(after: ModelChoice | null, keyType: unknown): void {
  if (keyType !== 'custom' || !after?.endpoint?.credential) return
  const message =
    'secrets that are managed elsewhere are not available in this version; store a connection and send "xpander"'
  throw featureUnavailable('llm_credentials_key_type', message)
}

/** What a request makes of the agent's model. null: the default of the server, reached as it says. */
export function readModel(
  current: ModelChoice | null,
  sent: AgentFields,
  context: ModelContext,
): ModelChoice | null {
  const before = current ?? anyModel
  const { prompts_caching_enabled: caching } = sent
  const after: ModelChoice = {
    ...before,
    ...named(before, sent, context),
    reasoningEffort: readEffort(before.reasoningEffort, sent.llm_reasoning_effort),
    promptCaching: caching === undefined ? before.promptCaching : (caching ?? false),
    endpoint: readEndpoint(before.endpoint, sent),
  }
  return JSON.stringify(after) === JSON.stringify(anyModel) ? null : after
}
