import { z } from 'zod'
import { idParameter, pageOf, pageQuery, timeSchema } from '../wire-common.ts'
import { outputFormats, reasoningEfforts, thinkModes } from './wire-invoke.ts'

const text = z.string().nullable()
const time = timeSchema.nullable()
const object = z.record(z.string(), z.json()).nullable()

export const taskStatuses = [
  'pending',
  'executing',
  'paused',
  'error',
  'failed',
  'completed',
  'stopped',
] as const

export type TaskStatus = (typeof taskStatuses)[number]

const shownUserSchema = z.strictObject({
  id: text,
  email: z.string(),
  first_name: text,
  last_name: text,
  additional_attributes: object,
  timezone: text,
  role: text,
  is_super_admin: z.boolean(),
  display_name: z.string(),
})

const approvalSchema = z.strictObject({
  wait_node_id: z.string(),
  operation_id: z.string(),
  title: text,
  description: text,
  content: z.string().describe('The arguments of the call, as JSON.'),
  approved_by: text,
  rejected_by: text,
})

/** A task: a conversation as its latest turn left it. */
export const taskSchema = z
  .strictObject({
    id: z.string().describe('Also that of its conversation.'),
    agent_id: z.string(),
    organization_id: z.string(),
    input: z.strictObject({ text, files: z.array(z.string()), user: shownUserSchema.nullable() }),
    status: z.enum(taskStatuses),
    internal_status: text.describe('While paused: `waiting_for_approval` or `needs_decision`.'),
    last_executed_node_id: text,
    agent_version: text,
    created_at: timeSchema,
    started_at: time,
    paused_at: time,
    finished_at: time,
    result: text.describe('What the agent answered, or why it failed.'),
    parent_execution: text,
    sub_executions: z.array(z.string()),
    finished_sub_executions: z.array(z.string()),
    is_manually_stopped: z.boolean(),
    payload_extension: object,
    hitl_request: approvalSchema.nullable(),
    pending_eca_request: z.null(),
    source: text,
    worker_id: text,
    additional_context: text,
    expected_output: text,
    instructions_override: text,
    test_run_node_id: text,
    triggering_agent_id: text,
    title: text,
    voice_id: text,
    output_format: z.enum(outputFormats),
    output_schema: object,
    events_streaming: z.boolean(),
    used_mutating_tools: z.boolean(),
    is_continuous: z.boolean(),
    is_orchestration: z.boolean(),
    disable_attachment_injection: z.boolean(),
    return_metrics: z.boolean(),
    mcp_servers: z.array(z.record(z.string(), z.json())),
    think_mode: z.enum(thinkModes),
    deep_planning: z.strictObject({
      enabled: z.boolean(),
      enforce: z.boolean(),
      started: z.boolean(),
      question_raised: z.boolean(),
      tasks: z.array(z.json()),
    }),
    execution_attempts: z.int(),
    user_tokens: z.null(),
    user_oidc_token: z.null(),
    tokens: z
      .strictObject({ completion_tokens: z.int(), prompt_tokens: z.int(), total_tokens: z.int() })
      .nullable(),
    llm_model_provider: text,
    llm_model_name: text,
    llm_reasoning_effort: z.enum(['none', 'minimal', ...reasoningEfforts]).nullable(),
  })
  .meta({ id: 'AgentExecution' })

export type Task = z.input<typeof taskSchema>

const taskListItemSchema = z
  .strictObject({
    id: z.string(),
    agent_id: z.string(),
    user_id: text,
    parent_task_id: text,
    triggering_agent_id: text,
    organization_id: z.string(),
    status: z.enum(taskStatuses),
    created_at: timeSchema,
    updated_at: timeSchema,
    source_node_type: text,
    result: text,
    title: text,
  })
  .meta({ id: 'TasksListItem' })

export type TaskListItem = z.input<typeof taskListItemSchema>

export const taskPage = pageOf(taskListItemSchema)

export const agentTasksQuery = pageQuery.extend({
  user_id: z.string().optional(),
  parent_task_id: z.string().optional(),
  triggering_agent_id: z.string().optional(),
  status: z.enum(taskStatuses).optional(),
  internal_status: z.string().optional(),
})

export const tasksQuery = agentTasksQuery.extend({ agent_id: z.string().optional() })

export type TasksQuery = z.output<typeof tasksQuery>

export const taskParams = z.object({ task_id: idParameter })

const metricsSchema = z.strictObject({
  input_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
})

/** What one side said. */
export const threadMessageSchema = z
  .strictObject({
    id: z.string().describe('`<task>_user_<n>` or `<task>_agent_<n>`, counting turns from 1.'),
    role: z.enum(['user', 'assistant', 'tool']),
    content: z.string(),
    created_at: z.int().describe('Unix seconds.'),
    metrics: metricsSchema.optional(),
    tool_calls: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.literal('function'),
          function: z.strictObject({ name: z.string(), arguments: z.string() }),
        }),
      )
      .optional(),
    tool_call_id: z.string().optional(),
    tool_name: z.string().optional(),
    tool_call_error: z.boolean().optional(),
  })
  .meta({ id: 'ThreadMessage' })

export type ThreadMessage = z.input<typeof threadMessageSchema>

export const threadReply = z.array(threadMessageSchema)
export const fullThreadReply = z
  .record(z.string(), threadReply)
  .describe('`root`, and beside it the conversation of each sub-task under its id.')

/** What a person says of a call that waits for them. */
export const decisionSchema = z
  .object({
    user_id: z.string().max(255).nullish().describe('Who decided. Default: the user of the API key.'),
    reason: z.string().max(2000).nullish().describe('Told to the agent with a rejection.'),
    decision: z
      .enum(['happened', 'again', 'give_up'])
      .nullish()
      .describe(
        'Required when the task is `needs_decision`: what became of the call whose outcome is unknown.',
      ),
    result: z.json().optional().describe('With `happened`: what the call returned.'),
  })
  .meta({ examples: [{ user_id: 'u7', reason: 'Looks right.' }] })
