import type { Agent, AgentDefinition, AgentVersion, ModelChoice } from '../../../core/agents/agent.ts'
import { isJsonObject, type JsonObject } from '../../../lib/json.ts'
import { asSent } from '../../as-sent.ts'
import type { SharedTools } from '../../shared-tools.ts'
import { echoed, echoedFields, kept, type EchoedField } from './agent-extras.ts'
import { printAgentTools } from '../tools/agent-tools.ts'
import { printAgno } from './agno-settings.ts'
import { printTools } from '../tools/graph-print.ts'
import { instructionParts } from './instructions.ts'
import { printLlmSettings } from '../tools/llm-settings.ts'
import { printEffort, printModel, wireModel, type MeantModel } from './model.ts'
import { printNotifications } from './notifications.ts'
import { openApiOfAgent } from './open-api-of-agent.ts'
import { wireProviders } from './providers.ts'
import { sourceNodes } from './source-nodes.ts'
import { printStrategies } from './strategies.ts'
import type { MinimalAgent, PrintedAgent, PrintedVersion, SimpleAgent } from './wire-agent-reply.ts'
import { printTime } from '../wire-common.ts'

/** Somebody who may have made an agent. */
export interface Creator {
  id: string
  name: string
  email: string | null
}

/** What printing agents reads beside them. */
export interface AgentPrinting {
  model: (choice: ModelChoice | null) => MeantModel
  shared: SharedTools
  /** Members of the workspace by id. */
  creators: ReadonlyMap<string, Creator>
}

/** An agent in one of its states. */
export interface ShownAgent {
  agent: Agent
  definition: AgentDefinition
  /** Number of the version as core has it; null: it has none yet. */
  number: number | null
}

type EchoedMembers = Pick<PrintedAgent, EchoedField>

function printEchoed(definition: AgentDefinition): EchoedMembers {
  const members = echoedFields.map((field) => [field, echoed(definition, field)])
  return Object.fromEntries(members) as EchoedMembers // each is kept as its own schema read it
}

function textsOf(value: string | null): string {
  return value ?? ''
}

export function statusOf({ enabled, version }: Pick<Agent, 'enabled' | 'version'>): MinimalAgent['status'] {
  if (!enabled) return 'INACTIVE'
  return version === null ? 'DRAFT' : 'ACTIVE'
}

/** The first version that this vendor shows is 2. */
function printNumber(number: number | null): number {
  return (number ?? 0) + 1
}

function printShort({ agent, definition }: ShownAgent, { model, creators }: AgentPrinting) {
  const { icon, type } = printEchoed(definition)
  const { general, role, goal } = instructionParts(definition)
  const creator = asSent(kept(definition, 'created_by'), agent.ownerId)
  const isOther = typeof creator === 'string'
  return {
    id: agent.id,
    name: definition.name,
    description: textsOf(definition.description),
    icon,
    type,
    status: statusOf(agent),
    ...spelledModel(definition, model(definition.model)),
    instructions: { role, goal, general },
    knowledge_base_ids: [],
    source_node_types: [...new Set(sourceNodes(definition).map((node) => node.type))],
    created_at: printTime(agent.createdAt),
    created_by: isOther ? creator : agent.ownerId,
    created_by_details: isOther ? null : (creators.get(agent.ownerId) ?? null),
  }
}

/** The model in the words of this API, its provider as it was sent. */
function spelledModel(definition: AgentDefinition, meant: MeantModel): ReturnType<typeof printModel> {
  const printed = printModel(meant)
  const sent = asSent(kept(definition, 'model_provider'), meant.provider)
  return { ...printed, model_provider: wireProviders.find((one) => one === sent) ?? printed.model_provider }
}

function printCredentials(definition: AgentDefinition): PrintedAgent['llm_credentials'] {
  const value = definition.model?.endpoint?.apiKey ?? null
  if (value === null) return null
  const label = kept(definition, 'llm_credentials')
  const { name, description } = isJsonObject(label) ? label : {}
  return {
    name: typeof name === 'string' ? name : 'API key',
    value: '***',
    description: typeof description === 'string' ? description : null,
  }
}

function printOutput(definition: AgentDefinition): Pick<PrintedAgent, 'output_format' | 'output_schema'> {
  const { format, schema } = definition.output
  const inert = kept(definition, 'output_schema')
  const shown: JsonObject = schema ?? (isJsonObject(inert) ? inert : {})
  return { output_format: format, output_schema: shown }
}

/** Everything that is known of an agent. Throws `SharedToolMissing`. */
export function printAgent(
  shown: ShownAgent,
  printing: AgentPrinting,
  { baseUrl, deployedAt }: { baseUrl: string; deployedAt?: Date },
): PrintedAgent {
  const { agent, definition, number } = shown
  const { model } = definition
  const short = printShort(shown, printing)
  const fields = printEchoed(definition)
  const uniqueName = agent.slug ?? agent.id
  const endpoint = model?.endpoint ?? null
  const headers = Object.keys(endpoint?.headers ?? {}).map((name) => [name, '***'] as const)
  return {
    ...short,
    unique_name: uniqueName,
    organization_id: agent.workspaceId,
    webhook_url: `${baseUrl}/xpander/webhook/?agent_id=${agent.id}&asynchronous=false`,
    version: printNumber(number),
    is_latest: number === agent.version,
    has_pending_changes: agent.draft !== null,
    ...(deployedAt && { deployed_at: printTime(deployedAt) }),
    ...fields,
    llm_reasoning_effort: printEffort(model?.reasoningEffort ?? null),
    llm_api_base: endpoint?.baseUrl ?? null,
    llm_credentials_key: endpoint?.credential ?? null,
    llm_credentials: printCredentials(definition),
    llm_extra_headers: Object.fromEntries(headers),
    expected_output: instructionParts(definition).expectedOutput,
    ...printOutput(definition),
    deep_planning: false,
    enforce_deep_planning: false,
    ...printTools(definition, printing.shared),
    llm_settings: printLlmSettings(definition, wireModel(printing.model(model))),
    knowledge_bases: [],
    source_nodes: sourceNodes(definition),
    deployment_type: 'serverless',
    access_scope: agent.visibility === 'private' ? 'personal' : 'organizational',
    connectivity_details: {},
    agno_settings: printAgno(definition),
    task_level_strategies: printStrategies(definition),
    notification_settings: printNotifications(definition),
    using_nemo: false,
    prompts_caching_enabled: model?.promptCaching ?? false,
    is_supervised: definition.supervised,
    use_oidc_pre_auth: false,
    origin_template: null,
    created_by_prompt: null,
    prompts: [],
    is_ai_employee: false,
    is_generalist: false,
    deletable: true,
    orchestration_nodes: [],
    oas: openApiOfAgent({
      id: agent.id,
      name: definition.name,
      description: short.description,
      uniqueName,
      version: printNumber(number),
    }),
  }
}

/** The newest short form. Throws `SharedToolMissing`. */
export function printSimple(shown: ShownAgent, printing: AgentPrinting): SimpleAgent {
  return { ...printShort(shown, printing), tools: printAgentTools(shown.definition, printing.shared) }
}

/** The agent as the short list has it. */
export function printMinimal(shown: ShownAgent, printing: AgentPrinting): MinimalAgent {
  const { agent, definition } = shown
  const { id, name, description, icon, status, type, created_at, instructions, model_provider, model_name } =
    printShort(shown, printing)
  const fields = printEchoed(definition)
  return {
    id,
    name,
    description,
    icon,
    status,
    type,
    organization_id: agent.workspaceId,
    deployment_type: 'serverless',
    created_at,
    instructions,
    model_provider,
    llm_api_base: definition.model?.endpoint?.baseUrl ?? null,
    model_name,
    framework: fields.framework,
    using_nemo: false,
    is_coordinate_mode: printAgno(definition).coordinate_mode,
    has_pending_changes: agent.draft !== null,
    use_oidc_pre_auth: false,
    pre_auth_audiences: fields.pre_auth_audiences,
    use_oidc_pre_auth_token_for_llm: fields.use_oidc_pre_auth_token_for_llm,
    oidc_pre_auth_token_llm_audience: fields.oidc_pre_auth_token_llm_audience,
    oidc_pre_auth_token_mcp_audience: fields.oidc_pre_auth_token_mcp_audience,
  }
}

export function printAgentVersion(version: AgentVersion, agent: Agent): PrintedVersion {
  return {
    version: printNumber(version.number),
    name: version.definition.name,
    created_at: printTime(version.createdAt),
    created_by: version.createdBy,
    is_latest: version.number === agent.version,
  }
}
