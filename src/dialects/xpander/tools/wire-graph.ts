import { z } from 'zod'

/** Kinds of nodes that the vendor documents. */
const itemTypes = [
  'source_node',
  'agent',
  'tool',
  'human_in_the_loop',
  'xpsleep-agent-delay',
  'custom_agent',
  'storage',
  'coding_agent',
  'mcp',
] as const
const subTypes = [
  'sdk',
  'task',
  'assistant',
  'webhook',
  'operation',
  'custom_function',
  'local_tool',
] as const

/** Of what a model is told of a tool, characters. */
const longestText = 4_000

const anyObject = z.record(z.string(), z.json())

const llmSettingInput = z.object({
  type: z.enum(['before', 'after']).nullish(),
  provider: z.string().nullish(),
  model: z.string().nullish(),
  temperature: z.number().nullish(),
})

/** Every setting that the vendor documents; only the first three may ask for anything here, of custom functions. */
const settingsInput = z.object({
  instructions: z.string().max(longestText).nullish().describe('Told to the model after the description.'),
  description: z
    .string()
    .max(longestText)
    .nullish()
    .describe("Told to the model in place of the function's own."),
  schemas: z
    .object({ input: anyObject.nullish(), output: anyObject.nullish() })
    .nullish()
    .describe(
      'Trees of `properties` and `items`: `isBlocked` hides a value, `permanentValue` puts one in its place, `description` tells the model of it. `input`: of arguments, below `body_params`, `query_params`, `path_params` or by their names. `output`: of what is answered.',
    ),
  advanced_filtering_options: anyObject.nullish(),
  hitl_options: anyObject.nullish(),
  a2a_options: anyObject.nullish(),
  coding_agent_settings: anyObject.nullish(),
  mcp_settings: anyObject.nullish(),
  use_cache: z.boolean().nullish(),
})

const graphItemInput = z.object({
  id: z.string().nullish().describe('Default: the `item_id`.'),
  item_id: z.string().describe('Id of the custom function.'),
  name: z.string().nullish().describe('For people; the model is told the name of the function.'),
  type: z.enum(itemTypes),
  sub_type: z.enum(subTypes).nullish(),
  targets: z.array(z.string()).nullish(),
  settings: settingsInput.nullish(),
  llm_settings: z.array(llmSettingInput).nullish(),
  is_first: z.boolean().nullish(),
})

const mostItems = 500

/** `graph` of a request. */
export const graphInput = z
  .array(graphItemInput)
  .max(mostItems, `has at most ${mostItems} items`)
  .nullish()
  .describe('What the agent may use: items of the type `tool` and the sub-type `custom_function`.')

/** `attached_tools` of a request. */
export const connectorsInput = z
  .array(z.object({ id: z.string(), operation_ids: z.array(z.string()).max(mostItems) }))
  .max(mostItems, `has at most ${mostItems} items`)
  .nullish()
  .describe('`xpander-custom-functions` with the ids of functions; they are put into the graph.')

/** `llm_settings` of a request. */
export const llmSettingsInput = z
  .array(llmSettingInput)
  .max(mostItems, `has at most ${mostItems} items`)
  .nullish()
  .describe("Passes of a model around calls of tools; only an entry that records the agent's own model.")

/** A printed entry of `llm_settings`. */
export const llmSettingSchema = z.strictObject({
  type: z.enum(['before', 'after']),
  provider: z.string(),
  model: z.string(),
  temperature: z.number(),
})

/** A printed item of `graph`. */
export const graphItemSchema = z
  .strictObject({
    id: z.string(),
    item_id: z.string(),
    name: z.string().nullable(),
    type: z.enum(itemTypes),
    sub_type: z.enum(subTypes).nullable(),
    targets: z.array(z.string()),
    settings: anyObject.nullable(),
    llm_settings: z.array(llmSettingSchema),
    is_first: z.boolean(),
  })
  .meta({ id: 'GraphItem' })

/** A printed entry of `attached_tools`. */
export const connectorSchema = z
  .strictObject({ id: z.string(), operation_ids: z.array(z.string()) })
  .meta({ id: 'Connector' })

const toolType = z.enum(['action', 'custom_function', 'mcp', 'agent', 'workflow'])

const agentToolParts = {
  id: z.string().describe('What DELETE takes.'),
  type: toolType,
  name: z.string().nullable(),
  connection_id: z.string().nullable(),
  operation_id: z.string().nullable(),
  operation_name: z.string().nullable(),
  custom_function_id: z.string().nullable(),
  mcp_id: z.string().nullable(),
  allowed_tools: z.array(z.string()).nullable(),
  target_id: z.string().nullable(),
}

/** One tool of an agent in its flat list. */
export const agentToolSchema = z.strictObject(agentToolParts).meta({ id: 'AgentTool' })

/** One of an agent's `tools`: its resolved definition, with what the flat list says of it. */
export const resolvedToolSchema = z
  .strictObject({
    ...agentToolParts,
    name: z.string(),
    method: z.string(),
    path: z.string(),
    description: z.string(),
    raw_description: z.string(),
    function_description: z.string(),
    path_params: anyObject,
    query_params: anyObject,
    body_schema: anyObject,
    parameters: anyObject,
    connector_id: z.string().nullable(),
    should_add_to_graph: z.literal(false),
    is_local: z.boolean(),
    is_standalone: z.literal(false),
    is_synced: z.literal(false),
  })
  .meta({ id: 'ResolvedTool' })

/** A tool to be added; which fields it needs depends on its type. */
export const newToolSchema = z
  .object({
    type: toolType,
    custom_function_id: z.string().nullish().describe('For `custom_function`: which one.'),
  })
  .meta({
    examples: [{ type: 'custom_function', custom_function_id: '01980f4e-0000-7000-8000-000000000001' }],
  })

export type GraphItemInput = z.output<typeof graphItemInput>
export type LlmSettingInput = z.output<typeof llmSettingInput>
export type ConnectorInput = NonNullable<z.output<typeof connectorsInput>>[number]
export type GraphItem = z.output<typeof graphItemSchema>
export type LlmSetting = z.output<typeof llmSettingSchema>
export type PrintedConnector = z.output<typeof connectorSchema>
export type PrintedAgentTool = z.output<typeof agentToolSchema>
export type ResolvedTool = z.output<typeof resolvedToolSchema>
export type NewAgentTool = z.output<typeof newToolSchema>
