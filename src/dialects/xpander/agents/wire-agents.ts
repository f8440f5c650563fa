import { z } from 'zod'
import { spelledProvider, wireProviders } from './providers.ts'
import { agnoInput, flag, notificationsInput, strategiesInput } from './wire-agent-settings.ts'
import { booleanParameter, idParameter, pageQuery } from '../wire-common.ts'
import { connectorsInput, graphInput, llmSettingsInput } from '../tools/wire-graph.ts'
import { outputFormats, reasoningEfforts } from '../tasks/wire-invoke.ts'

export const agentParams = z.object({ agent_id: idParameter.describe('The id or the unique name.') })

/** Which state of the agent is answered. */
export const agentQuery = z.object({
  view: z.enum(['full', 'simple']).default('full').describe('`simple`: the newest short form alone.'),
  version: z
    .string()
    .optional()
    .describe('A number, `latest`, or `draft`: what is not deployed yet. Also x-agent-version.'),
})

export const agentListQuery = pageQuery
export const fullListQuery = pageQuery.extend({ view: agentQuery.shape.view })
export const deployQuery = z.object({
  deploy: booleanParameter.optional().describe('Also deploy, where edits wait for that.'),
})

export const agentTypes = ['manager', 'regular', 'a2a', 'curl'] as const
const frameworks = [
  'agno',
  'langchain',
  'open-ai-agents',
  'google-adk',
  'strands-agents',
  'open-claw',
] as const
const sourceTypes = [
  'workbench',
  'sdk',
  'task',
  'assistant',
  'webhook',
  'mcp',
  'a2a',
  'telegram',
  'slack',
] as const

/** Text that may be very long is held to core's limits, any other to this. */
const text = z.string().max(1_000).nullish()
const longText = z.string().nullish()
/** The vendor's command line writes one text where the API has a list. */
const texts = z.union([z.array(z.string()), z.string()]).nullish()
const anyObject = z.record(z.string(), z.json())

const fieldShape = {
  description: longText,
  icon: text,
  avatar: text,
  type: z.enum(agentTypes).nullish(),
  created_by: text.describe('Id of the member whose agent it is. Default: the owner of the key.'),
  model_provider: z
    .string()
    .transform(spelledProvider)
    .pipe(z.enum(wireProviders))
    .nullish()
    .describe(`One of ${wireProviders.join(', ')}, in any case.`),
  model_name: z.string().max(255).nullish(),
  llm_reasoning_effort: z.enum(reasoningEfforts).nullish(),
  llm_api_base: z.string().max(2_000).nullish(),
  llm_credentials_key: text.describe('Name of a connection of the organization whose credential is used.'),
  llm_credentials_key_type: z.enum(['xpander', 'custom']).nullish(),
  llm_credentials: z
    .object({ name: z.string().max(255), value: z.string().max(10_000), description: text })
    .nullish()
    .describe('The value is never shown again: `***`, which keeps it when it comes back.'),
  llm_extra_headers: z.record(z.string(), z.string()).nullish(),
  instructions: z.object({ role: texts, goal: texts, general: longText }).nullish(),
  expected_output: longText,
  output_format: z.enum(outputFormats).nullish(),
  output_schema: anyObject.nullish().describe('Used with the format `json`.'),
  framework: z.enum(frameworks).nullish(),
  delegation_type: z.enum(['router', 'sequence']).nullish(),
  delegation_memory_strategy: z.enum(['full', 'summarization', 'original-input']).nullish(),
  delegation_end_strategy: z.enum(['return-to-start', 'finish-with-last']).nullish(),
  sub_agents_continuous_thread: flag,
  deep_planning: z.union([z.boolean(), anyObject]).nullish(),
  enforce_deep_planning: flag,
  attached_tools: connectorsInput,
  graph: graphInput,
  llm_settings: llmSettingsInput,
  knowledge_bases: z.array(z.union([z.string(), z.looseObject({ id: z.string() })])).nullish(),
  source_nodes: z
    .array(
      z.object({
        id: text,
        type: z.enum(sourceTypes),
        targets: z.array(z.string()).nullish(),
        metadata: anyObject.nullish(),
      }),
    )
    .max(100)
    .nullish()
    .describe('`webhook` opens the webhook of the agent.'),
  deployment_type: z.enum(['serverless', 'container']).nullish(),
  access_scope: z.enum(['personal', 'organizational']).nullish(),
  environment_id: text,
  connectivity_details: anyObject.nullish(),
  agno_settings: agnoInput.nullish(),
  task_level_strategies: strategiesInput.nullish(),
  notification_settings: notificationsInput.nullish(),
  voice_id: text,
  using_nemo: flag,
  prompts_caching_enabled: flag,
  is_supervised: flag,
  on_prem_event_streaming: flag,
  use_oidc_pre_auth: flag,
  pre_auth_audiences: z.array(z.string()).max(100).nullish(),
  use_oidc_pre_auth_token_for_llm: flag,
  oidc_pre_auth_token_llm_audience: text,
  oidc_pre_auth_token_mcp_audience: text,
}

const example = {
  name: 'Customer Support Agent',
  model_provider: 'openai',
  model_name: 'gpt-5.2',
  instructions: {
    role: ['Customer support specialist'],
    goal: ['Resolve customer issues efficiently'],
    general: 'Be helpful, professional, and empathetic',
  },
  access_scope: 'organizational',
}

export const newAgentSchema = z
  .object({ name: z.string(), ...fieldShape })
  .meta({ id: 'NewAgent', examples: [example] })

export const agentPatchSchema = z
  .object({
    name: z.string().nullish(),
    ...fieldShape,
    status: z.enum(['DRAFT', 'ACTIVE', 'INACTIVE']).nullish(),
    should_reset_graph: flag.describe('Empties `graph` and `attached_tools` before the rest is applied.'),
  })
  .meta({ id: 'AgentPatch', examples: [{ description: 'Answers customers.' }] })

export type NewAgentInput = z.output<typeof newAgentSchema>
export type AgentPatchInput = z.output<typeof agentPatchSchema>
/** The fields of either request. Absent: as it is; null: the default. */
export type AgentFields = AgentPatchInput
