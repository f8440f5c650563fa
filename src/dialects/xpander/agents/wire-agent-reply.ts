import { z } from 'zod'
import { wireProviders } from './providers.ts'
import { agnoSchema, notificationsSchema, strategiesSchema } from './wire-agent-settings.ts'
import { agentTypes } from './wire-agents.ts'
import { pageOf, timeSchema } from '../wire-common.ts'
import {
  agentToolSchema,
  connectorSchema,
  graphItemSchema,
  llmSettingSchema,
  resolvedToolSchema,
} from '../tools/wire-graph.ts'
import { outputFormats, reasoningEfforts } from '../tasks/wire-invoke.ts'

const anyObject = z.record(z.string(), z.json())
const providerSchema = z
  .enum(wireProviders)
  .nullable()
  .describe('null: a provider that this API has no name for; it then stands in `model_name`.')
const instructionsSchema = z.strictObject({
  role: z.array(z.string()),
  goal: z.array(z.string()),
  general: z.string(),
})
const creatorSchema = z
  .strictObject({ id: z.string(), name: z.string(), email: z.string().nullable() })
  .nullable()
const statusSchema = z.enum(['DRAFT', 'ACTIVE', 'INACTIVE'])

const sourceNodeSchema = z.strictObject({
  id: z.string(),
  type: z.string(),
  targets: z.array(z.string()).nullable(),
  metadata: anyObject,
})

const shortShape = {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  icon: z.string(),
  type: z.enum(agentTypes),
  status: statusSchema,
  model_provider: providerSchema,
  model_name: z.string(),
  instructions: instructionsSchema,
  knowledge_base_ids: z.array(z.string()),
  source_node_types: z.array(z.string()),
  created_at: timeSchema,
  created_by: z.string(),
  created_by_details: creatorSchema,
}

/** What other requests of the agent answer: everything that is known of it. */
export const agentSchema = z
  .strictObject({
    ...shortShape,
    unique_name: z.string(),
    organization_id: z.string(),
    webhook_url: z.string(),
    version: z.int(),
    is_latest: z.boolean(),
    has_pending_changes: z.boolean(),
    deployed_at: timeSchema.optional(),
    avatar: z.string(),
    llm_reasoning_effort: z.enum(reasoningEfforts),
    llm_api_base: z.string().nullable(),
    llm_credentials_key: z.string().nullable(),
    llm_credentials_key_type: z.enum(['xpander', 'custom']),
    llm_credentials: z
      .strictObject({ name: z.string(), value: z.string(), description: z.string().nullable() })
      .nullable(),
    llm_extra_headers: z.record(z.string(), z.string()),
    expected_output: z.string(),
    output_format: z.enum(outputFormats),
    output_schema: anyObject,
    framework: z.string(),
    delegation_type: z.string(),
    delegation_memory_strategy: z.string(),
    delegation_end_strategy: z.string(),
    sub_agents_continuous_thread: z.boolean(),
    deep_planning: z.literal(false),
    enforce_deep_planning: z.literal(false),
    attached_tools: z.array(connectorSchema),
    graph: z.array(graphItemSchema),
    tools: z.array(resolvedToolSchema),
    llm_settings: z.array(llmSettingSchema),
    knowledge_bases: z.array(z.json()),
    source_nodes: z.array(sourceNodeSchema),
    deployment_type: z.literal('serverless'),
    access_scope: z.enum(['personal', 'organizational']),
    environment_id: z.string(),
    connectivity_details: anyObject,
    agno_settings: agnoSchema,
    task_level_strategies: strategiesSchema.nullable(),
    notification_settings: notificationsSchema,
    voice_id: z.string().nullable(),
    using_nemo: z.literal(false),
    prompts_caching_enabled: z.boolean(),
    is_supervised: z.boolean(),
    on_prem_event_streaming: z.boolean(),
    use_oidc_pre_auth: z.literal(false),
    pre_auth_audiences: z.array(z.string()),
    use_oidc_pre_auth_token_for_llm: z.boolean(),
    oidc_pre_auth_token_llm_audience: z.string().nullable(),
    oidc_pre_auth_token_mcp_audience: z.string().nullable(),
    origin_template: z.null(),
    created_by_prompt: z.null(),
    prompts: z.array(z.string()),
    is_ai_employee: z.literal(false),
    is_generalist: z.literal(false),
    deletable: z.literal(true),
    orchestration_nodes: z.array(z.json()),
    oas: anyObject,
  })
  .meta({ id: 'Agent' })

/** The newest short form, without graph and settings. */
const simpleAgentSchema = z
  .strictObject({ ...shortShape, tools: z.array(agentToolSchema) })
  .meta({ id: 'SimpleAgent' })

const minimalAgentSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    icon: z.string(),
    status: statusSchema,
    type: z.enum(agentTypes),
    organization_id: z.string(),
    deployment_type: z.literal('serverless'),
    created_at: timeSchema,
    instructions: instructionsSchema,
    model_provider: providerSchema,
    llm_api_base: z.string().nullable(),
    model_name: z.string(),
    framework: z.string(),
    using_nemo: z.literal(false),
    is_coordinate_mode: z.boolean(),
    has_pending_changes: z.boolean(),
    use_oidc_pre_auth: z.literal(false),
    pre_auth_audiences: z.array(z.string()),
    use_oidc_pre_auth_token_for_llm: z.boolean(),
    oidc_pre_auth_token_llm_audience: z.string().nullable(),
    oidc_pre_auth_token_mcp_audience: z.string().nullable(),
  })
  .meta({ id: 'MinimalAgent' })

export const agentReply = z.union([agentSchema, simpleAgentSchema])
export const agentPageReply = z.union([pageOf(agentSchema), pageOf(simpleAgentSchema)])
export const minimalPageReply = pageOf(minimalAgentSchema)
export const agentArrayReply = z.array(agentSchema)

const versionSchema = z.strictObject({
  version: z.int(),
  name: z.string(),
  created_at: timeSchema,
  created_by: z.string().nullable(),
  is_latest: z.boolean(),
})

export const versionPageReply = pageOf(versionSchema)

export type PrintedAgent = z.input<typeof agentSchema>
export type SimpleAgent = z.input<typeof simpleAgentSchema>
export type MinimalAgent = z.input<typeof minimalAgentSchema>
export type PrintedVersion = z.input<typeof versionSchema>
export type PrintedInstructions = z.input<typeof instructionsSchema>
export type PrintedSourceNode = z.input<typeof sourceNodeSchema>
