import type { Agent, AgentDefinition, Visibility } from '../../../core/agents/agent.ts'
import type { AgentChange } from '../../../core/agents/agent-plan.ts'
import type { NewAgent } from '../../../core/agents/agent-writer.ts'
import { emptyDefinition } from '../../../core/agents/definition.ts'
import type { WorkspaceTool } from '../../../core/tools/tool.ts'
import { isJsonObject, type JsonObject } from '../../../lib/json.ts'
import { keepAsSent } from '../../as-sent.ts'
import { withAgno } from './agno-settings.ts'
import { echoed, echoedFields, echoOf, keeping, kept } from './agent-extras.ts'
import { wrongAsAWhole } from '../errors.ts'
import { readTools } from '../tools/graph.ts'
import { withInstructions } from './instructions.ts'
import { readModel, refuseForeignKey, wireModel, type ModelContext } from './model.ts'
import { withNotifications } from './notifications.ts'
import { refuseUnavailable } from './refusals.ts'
import { coreProvider, wireProvider } from './providers.ts'
import { withSourceNodes } from './source-nodes.ts'
import { withStrategies } from './strategies.ts'
import type { AgentFields, AgentPatchInput, NewAgentInput } from './wire-agents.ts'

/** What a write reads beside the agent itself. */
export interface WriteContext {
  agentId: string
  ownerId: string
  models: ModelContext
  /** Every shared tool of the workspace; null: the request names none. */
  tools: readonly WorkspaceTool[] | null
}

const scopes: Readonly<Record<NonNullable<AgentFields['access_scope']>, Visibility>> = {
  personal: 'private',
  organizational: 'workspace',
}

/** Whether a request says something of the agent's tools. */
export function namesTools({
  graph,
  attached_tools: attached,
  should_reset_graph: reset,
}: AgentFields): boolean {
  return graph !== undefined || attached !== undefined || reset === true
}

/** Throws `invalid_request` or `feature_unavailable` naming what of it cannot be. */
export function readNewAgent(body: NewAgentInput, context: WriteContext): NewAgent {
  const whole = { model_provider: null, model_name: null, output_format: null, ...withoutAbsent(body) }
  return {
    id: context.agentId,
    definition: writeFields(emptyDefinition(body.name), whole, context),
    visibility: scopes[body.access_scope ?? 'personal'],
  }
}

function withoutAbsent(body: NewAgentInput): NewAgentInput {
  const present = Object.entries(body).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as NewAgentInput // fewer members, all of them its own
}

/** What a body makes of the agent, whatever it is by then. `visibility`: what the agent has. */
export function readPatch(
  body: AgentPatchInput,
  { agent, ...context }: Omit<WriteContext, 'agentId' | 'ownerId'> & { agent: Agent },
): AgentChange {
  if (Object.values(body).every((value) => value === undefined))
    throw wrongAsAWhole('At least one field must be provided')
  const { access_scope: scope, status } = body
  const { id: agentId, ownerId, visibility } = agent
  const sees = scope === undefined ? visibility : scopes[scope ?? 'personal']
  // An agent that admins manage is open to the organization: it stays managed when that is what is said of it.
  const stays = sees === visibility || (sees === 'workspace' && visibility === 'managed')
  return {
    definition: (current) => writeFields(current, body, { ...context, agentId, ownerId }),
    ...(!stays && { visibility: sees }),
    ...(status !== undefined && status !== 'DRAFT' && { enabled: status !== 'INACTIVE' }),
  }
}

function writeFields(current: AgentDefinition, body: AgentFields, context: WriteContext): AgentDefinition {
  refuseUnavailable(body)
  const { name, description, is_supervised: supervised } = body
  let next: AgentDefinition = {
    ...current,
    ...(typeof name === 'string' && { name }),
    ...(description !== undefined && { description: description || null }),
    ...(supervised !== undefined && { supervised: supervised ?? false }),
    model: readModel(current.model, body, context.models),
  }
  next = withSpelling(next, body)
  next = withEchoed(next, body, context.ownerId)
  refuseForeignKey(next.model, echoed(next, 'llm_credentials_key_type'))
  next = withInstructions(next, body)
  next = withOutput(next, body)
  next = withTools(next, body, context, current)
  next = withAgno(next, body.agno_settings)
  next = withStrategies(next, body.task_level_strategies)
  next = withNotifications(next, body.notification_settings)
  return withSourceNodes(next, body.source_nodes, context.agentId)
}

/** Two of the vendor's providers are one here: which of them was said is kept. */
function withSpelling(definition: AgentDefinition, { model_provider: sent }: AgentFields): AgentDefinition {
  if (sent === undefined) return definition
  const isUsual = sent === null || wireProvider(coreProvider(sent)) === sent
  return keeping(definition, { model_provider: isUsual ? undefined : keepAsSent(sent, coreProvider(sent)) })
}

/** What is only kept. */
function withEchoed(definition: AgentDefinition, body: AgentFields, ownerId: string): AgentDefinition {
  const { llm_credentials: credentials, created_by: creator } = body
  let next = definition
  for (const field of echoedFields) {
    const sent = body[field]
    if (sent !== undefined) next = keeping(next, { [field]: echoOf(field, sent) })
  }
  if (credentials !== undefined) {
    const { name, description = null } = credentials ?? {}
    const label = name === undefined ? undefined : { name, description }
    next = keeping(next, { llm_credentials: label })
  }
  if (creator === undefined) return next
  const isOwner = creator === null || creator.toLowerCase() === ownerId
  return keeping(next, { created_by: isOwner ? undefined : keepAsSent(creator, ownerId) })
}

/** A schema counts with `json` alone; with another format it is kept until that is the format again. */
function withOutput(definition: AgentDefinition, body: AgentFields): AgentDefinition {
  const { output_format: sentFormat, output_schema: sentSchema } = body
  if (sentFormat === undefined && sentSchema === undefined) return definition
  const before = definition.output
  const format = sentFormat === undefined ? before.format : (sentFormat ?? 'markdown')
  const inert = kept(definition, 'output_schema')
  const known = before.schema ?? (isJsonObject(inert) ? inert : null)
  const schema = sentSchema === undefined ? known : schemaOf(sentSchema)
  if (format === 'voice') return definition // refused before
  if (format === 'json')
    return keeping({ ...definition, output: { format, schema } }, { output_schema: undefined })
  const next = { ...definition, output: { format, schema: null } }
  return keeping(next, { output_schema: schema ?? undefined })
}

function schemaOf(sent: AgentFields['output_schema']): JsonObject | null {
  if (!sent || Object.keys(sent).length === 0) return null
  return sent
}

function withTools(
  definition: AgentDefinition,
  body: AgentFields,
  { models, tools }: WriteContext,
  current: AgentDefinition,
): AgentDefinition {
  const { llm_settings: llmSettings, should_reset_graph: reset } = body
  if (!namesTools(body) && llmSettings === undefined) return definition
  const after = modelAfter(definition, models)
  const before = models.shown === null || current.model === definition.model ? [] : [wireModel(models.shown)]
  const spelled = body.model_provider ? [{ ...after, provider: body.model_provider }] : []
  const context = { known: tools ?? [], models: [after, ...spelled, ...before] as const }
  const emptied =
    reset === true
      ? applied(definition, readTools({ graph: null, attachedTools: null }, definition, context))
      : definition
  const sent = { graph: body.graph, attachedTools: body.attached_tools, llmSettings }
  return applied(emptied, readTools(sent, emptied, context))
}

function applied(
  definition: AgentDefinition,
  { tools, extension }: ReturnType<typeof readTools>,
): AgentDefinition {
  const { graph, llm_settings: settings } = extension
  const items = Array.isArray(graph) && graph.length > 0 ? graph : undefined
  return keeping({ ...definition, tools }, { graph: items, llm_settings: settings ?? undefined })
}

/** The model that the agent will have, in the words of this API. */
function modelAfter({ model }: AgentDefinition, { shown, usual }: ModelContext) {
  if (model === null || (model.provider === null && model.name === null && model.connectionId === null))
    return wireModel(usual)
  const { provider, name } = model
  return wireModel({ provider: provider ?? shown?.provider ?? null, name: name ?? shown?.name ?? '' })
}
