import { z } from 'zod'
import { booleanParameter, idParameter } from '../wire-common.ts'

const text = z.string().nullish()
/** What is kept with a task as it was sent. */
const label = z.string().max(1_000).nullish()
const flag = z.boolean().nullish()
const object = z.record(z.string(), z.json()).nullish()
const names = z.array(z.string()).nullish()

/** Ids that clients make up are any text; that of a task is the key of its conversation. */
const longestId = 255

export const outputFormats = ['text', 'markdown', 'json', 'voice'] as const
export const thinkModes = ['default', 'harder'] as const
export const reasoningEfforts = ['low', 'medium', 'high', 'xhigh'] as const

/** The end user for whom an agent works. */
export const endUserSchema = z.object({
  id: label,
  email: z.string().max(1_000),
  first_name: label,
  last_name: label,
  additional_attributes: object.describe('Told to the model.'),
  timezone: label.describe('IANA name. With it the model is told the time there.'),
  role: label,
  is_super_admin: flag,
})

const inputSchema = z.object({
  text: text.describe('What the agent is asked. One of text and files is needed.'),
  files: names.describe(
    'Addresses that the agent is told of, with `disable_attachment_injection`. Without it 501: files are not read.',
  ),
  images: names.describe('As `files`.'),
  user: endUserSchema.nullish(),
})

/** What all three ways of invoking take. null is the same as absent. */
export const invocationSchema = z
  .object({
    input: inputSchema,
    id: z
      .string()
      .max(longestId)
      .nullish()
      .describe('Of the task. With that of an earlier one the conversation goes on. Default: a new one.'),
    output_format: z
      .enum(outputFormats)
      .nullish()
      .describe("Default: the agent's. `voice` is not available."),
    output_schema: object.describe('Without `output_format`, the result is then JSON.'),
    expected_output: text.describe("In place of the agent's own."),
    additional_context: text.describe('Told to the model, for this task only.'),
    instructions_override: text.describe("Follows the agent's own instructions, for this task only."),
    think_mode: z.enum(thinkModes).nullish().describe('`harder`: one level more reasoning effort.'),
    disable_attachment_injection: flag.describe(
      'The agent is told the addresses of files, not what they contain.',
    ),
    mcp_servers: z
      .array(z.record(z.string(), z.json()))
      .nullish()
      .describe('Not available: 501 for entries with `url` or `command`; of others the name is kept.'),
    user_tokens: object.describe('Not available: 501 unless empty.'),
    user_oidc_token: text.describe('Not available: 501 unless empty.'),
    llm_model_provider: label.describe("In place of the agent's, for this task only."),
    llm_model_name: label,
    llm_reasoning_effort: z.enum(reasoningEfforts).nullish(),
    payload_extension: object.describe(
      'Merged into the arguments of every call of a tool, but for values that the agent makes permanent. `body_params`, `query_params` and `path_params` hold arguments; `headers` are not available. At most 64 KiB as JSON.',
    ),
    parent_execution_id: label.describe('The task that this one is a part of.'),
    triggering_agent_id: label,
    title: label.describe('Default: the beginning of the text.'),
    source: label.describe('A tag for analytics. Default: `api`.'),
    worker_id: text.describe('Not available: 501 unless null.'),
    run_locally: flag.describe('Not available: 501 when true.'),
    events_streaming: flag.describe('Kept; events can be read of every task.'),
    test_run_node_id: text.describe('Not available: 501 unless null.'),
    return_metrics: flag.describe('Kept; `tokens` are always there.'),
  })
  .meta({ id: 'AgentExecutionRequest', examples: [{ input: { text: 'Where is order 1182?' } }] })

export type Invocation = z.output<typeof invocationSchema>
export type EndUser = z.output<typeof endUserSchema>

export const invocationParams = z.object({ agent_id: idParameter })

export const invocationQuery = z.object({
  version: z
    .string()
    .optional()
    .describe(
      'Of the agent; also as the header `x-agent-version`. Default: what is deployed. `draft`: edits that wait for their deployment, if any.',
    ),
})

/** What may stand in a webhook's query. What is not listed is left alone. */
export const webhookQuery = z.object({
  agent_id: z.string().optional(),
  'x-api-key': z.string().optional().describe('The API key, where no header can be sent.'),
  prompt: z.string().optional(),
  asynchronous: booleanParameter.optional(),
  task_id: z.string().max(longestId).optional(),
  user_id: z.string().optional(),
  user_email: z.string().optional(),
  user_first_name: z.string().optional(),
  user_last_name: z.string().optional(),
  getter: z.string().optional().describe('Dot path into the reply: only what is there is answered.'),
  json: booleanParameter.optional().describe('Answers with the result, read as JSON.'),
  params_mapping: z
    .string()
    .optional()
    .describe('JSON object: name of a parameter → dot path into the body. Goes before the query.'),
  user_tokens: z.string().optional(),
  disable_attachment_injection: booleanParameter.optional(),
})

export type WebhookQuery = z.output<typeof webhookQuery>

/** A truth value as JSON, as a number or as forms write it. */
const optionalFlag = z
  .union([z.boolean(), z.literal([0, 1]).transform(Boolean), booleanParameter], {
    error: 'must be true or false',
  })
  .nullish()

/** Ids of other systems are often numbers. */
const idText = z.union([z.string().max(longestId), z.number()], {
  error: `must be text of at most ${longestId} characters or a number`,
})

/** The parameters as they are once query, body and mapping are one. */
export const webhookParameters = z.object({
  agent_id: text,
  prompt: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  message: z.json().optional(),
  asynchronous: optionalFlag,
  task_id: idText.nullish(),
  user_id: idText.nullish(),
  user_email: text,
  user_first_name: text,
  user_last_name: text,
  getter: text,
  json: optionalFlag,
  user_tokens: z.json().optional(),
  disable_attachment_injection: optionalFlag,
})

export type WebhookParameters = z.output<typeof webhookParameters>
