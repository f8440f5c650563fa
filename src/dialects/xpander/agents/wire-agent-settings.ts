import { z } from 'zod'
import { conditionTypes } from '../../../core/agents/strategies.ts'

/** A field that takes null as it takes nothing: its default. */
export const flag = z.boolean().nullish()
const text = z.string().nullish()
const count = z.int().min(0).nullish()

/** `agno_settings` of a request. */
export const agnoInput = z.object({
  session_storage: flag.describe('false: no run is shown the runs before it.'),
  learning: flag,
  agent_memories: flag,
  agentic_culture: flag,
  user_memories: flag,
  agentic_memory: flag,
  session_summaries: flag,
  num_history_runs: z.int().min(0).max(1_000).nullish().describe('How many earlier runs a run is shown.'),
  max_tool_calls_from_history: count.describe('The newest tool calls of them; 0: all.'),
  tool_call_limit: count.describe('0: no limit. At the limit the model has to answer.'),
  coordinate_mode: flag,
  pii_detection_enabled: flag,
  pii_detection_mask: flag,
  prompt_injection_detection_enabled: flag,
  openai_moderation_enabled: flag,
  openai_moderation_categories: z.array(z.string()).nullish(),
  reasoning_tools_enabled: flag.describe('Whether the model is given the tools think and analyze.'),
  tool_calls_compression: z.object({ enabled: flag, threshold: count, instructions: text }).nullish(),
  max_plan_retries: count,
  plan_retry_strategy: z.enum(['tiered', 'simple', 'compact']).nullish(),
  memory_strategy: z.enum(['disabled', 'user', 'agent', 'all']).nullish(),
})

const conditionInput = z.object({
  type: z.enum(conditionTypes),
  term: text,
  group_id: text,
  path: text,
  value: z.json().optional(),
})

/** `task_level_strategies` of a request. */
export const strategiesInput = z.object({
  retry_strategy: z.object({ enabled: flag, max_retries: count }).nullish(),
  iterative_strategy: z
    .object({ enabled: flag, max_iterations: count, end_condition: conditionInput.nullish() })
    .nullish(),
  stop_strategy: z
    .object({ enabled: flag, stop_on_failure: flag, stop_on_condition: conditionInput.nullish() })
    .nullish(),
  max_runs_per_day: count,
  agentic_context_enabled: flag,
  duplication_prevention: z
    .object({ selectors: z.array(z.string()), enabled: flag, ttl_minutes: count })
    .nullish(),
})

const shared = {
  subject: text,
  body: text,
  approve_button_text: text,
  deny_button_text: text,
  logo_url: text,
}
const headers = z.record(z.string(), z.string())
const anyList = z.array(z.record(z.string(), z.json())).nullish()

const channelsInput = z
  .object({
    email: anyList,
    slack: anyList,
    webhook: z.array(z.object({ url: z.string(), headers: headers.nullish(), ...shared })).nullish(),
  })
  .nullish()

/** `notification_settings` of a request. */
export const notificationsInput = z.object({ on_success: channelsInput, on_error: channelsInput })

export type AgnoInput = z.output<typeof agnoInput>
export type StrategiesInput = z.output<typeof strategiesInput>
export type ConditionInput = z.output<typeof conditionInput>
export type NotificationsInput = z.output<typeof notificationsInput>
export type ChannelsInput = NonNullable<z.output<typeof channelsInput>>

/** `agno_settings` as they are printed: every switch. */
export const agnoSchema = z
  .strictObject({
    session_storage: z.boolean(),
    learning: z.boolean(),
    agent_memories: z.boolean(),
    agentic_culture: z.boolean(),
    user_memories: z.boolean(),
    agentic_memory: z.boolean(),
    session_summaries: z.boolean(),
    num_history_runs: z.int(),
    max_tool_calls_from_history: z.int(),
    tool_call_limit: z.int(),
    coordinate_mode: z.boolean(),
    pii_detection_enabled: z.boolean(),
    pii_detection_mask: z.boolean(),
    prompt_injection_detection_enabled: z.boolean(),
    openai_moderation_enabled: z.boolean(),
    openai_moderation_categories: z.array(z.string()).nullable(),
    reasoning_tools_enabled: z.boolean(),
    tool_calls_compression: z.strictObject({
      enabled: z.boolean(),
      threshold: z.int(),
      instructions: z.string(),
    }),
    max_plan_retries: z.int(),
    plan_retry_strategy: z.string(),
    memory_strategy: z.string(),
  })
  .meta({ id: 'AgnoSettings' })

export type PrintedAgno = z.input<typeof agnoSchema>

const conditionSchema = z.strictObject({
  type: z.enum(conditionTypes),
  term: z.string().nullable(),
  group_id: z.string().nullable(),
  path: z.string().nullable(),
  value: z.json(),
})

/** `task_level_strategies` as they are printed. */
export const strategiesSchema = z
  .strictObject({
    retry_strategy: z.strictObject({ enabled: z.boolean(), max_retries: z.int() }).nullable(),
    iterative_strategy: z
      .strictObject({
        enabled: z.boolean(),
        max_iterations: z.int(),
        end_condition: conditionSchema.nullable(),
      })
      .nullable(),
    stop_strategy: z
      .strictObject({
        enabled: z.boolean(),
        stop_on_failure: z.boolean(),
        stop_on_condition: conditionSchema.nullable(),
      })
      .nullable(),
    max_runs_per_day: z.int().nullable(),
    agentic_context_enabled: z.boolean(),
    duplication_prevention: z
      .strictObject({ selectors: z.array(z.string()), enabled: z.boolean(), ttl_minutes: z.int() })
      .nullable(),
  })
  .meta({ id: 'TaskLevelStrategies' })

export type PrintedStrategies = z.input<typeof strategiesSchema>
export type PrintedCondition = z.input<typeof conditionSchema>

const channelsSchema = z.strictObject({
  email: z.array(z.json()).optional(),
  slack: z.array(z.json()).optional(),
  webhook: z
    .array(
      z.strictObject({
        url: z.string(),
        headers: headers.describe('Values are shown as `***`, which keeps them when it comes back.'),
        subject: z.string().nullable(),
        body: z.string().nullable(),
        approve_button_text: z.string().optional(),
        deny_button_text: z.string().optional(),
        logo_url: z.string().optional(),
      }),
    )
    .optional(),
})

/** `notification_settings` as they are printed. */
export const notificationsSchema = z
  .strictObject({ on_success: channelsSchema.optional(), on_error: channelsSchema.optional() })
  .meta({ id: 'NotificationSettings' })

export type PrintedNotifications = z.input<typeof notificationsSchema>
export type PrintedChannels = z.input<typeof channelsSchema>
