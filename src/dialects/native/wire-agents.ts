import { z } from 'zod'
import { idSchema, timeSchema } from './wire-common.ts'
import { modelInput, modelPatch, printedModel } from './wire-model-choice.ts'
import {
  noticesInput,
  printedNotices,
  printedStrategies,
  strategiesInput,
  strategiesPatch,
} from './wire-strategies.ts'
import { agentToolInputSchema, agentToolSchema } from './wire-tools.ts'

export const agentParams = z.object({ agent_id: idSchema('agent') })

const modalitySchema = z.enum(['text', 'pipeline', 'realtime'])
const visibilitySchema = z.enum(['workspace', 'private', 'managed'])
const formatSchema = z.enum(['text', 'markdown', 'json'])
const objectSchema = z.record(z.string(), z.json())
const atToolCallsSchema = z.enum(['fail', 'answer'])

const voiceSchema = z.strictObject({
  voice_id: z.string().nullable(),
  vad_threshold: z.number().nullable().describe('0 to 1; lower hears quieter speech.'),
  vad_silence_ms: z.int().nullable().describe('Silence that ends a turn, milliseconds.'),
  speech_to_text: z.string().nullable().describe('Vendor, only for pipelines.'),
  text_to_speech: z.string().nullable().describe('Vendor, only for pipelines.'),
  realtime_provider: z.string().nullable().describe('Vendor, only for `realtime`.'),
})

/** Every field that a definition may have on a write; the name apart, each may be absent or null for its default. */
const definitionShape = {
  description: z.string().nullish(),
  instructions: z.string().nullish(),
  modality: modalitySchema
    .nullish()
    .describe('Only `text` can be asked for in this version; what the agent has already is kept.'),
  voice: voiceSchema
    .nullish()
    .describe('Cannot be changed through this API in this version; what the agent has already is kept.'),
  model: modelInput.nullish(),
  tools: z.array(agentToolInputSchema).nullish(),
  output: z
    .strictObject({ format: formatSchema.nullish(), schema: objectSchema.nullish() })
    .nullish()
    .describe(
      '`schema` only goes with `json`: the output is validated against it and repaired, twice at most.',
    ),
  limits: z
    .strictObject({
      steps: z.int().nullish(),
      tool_calls: z.int().nullish(),
      at_tool_calls: atToolCallsSchema
        .nullish()
        .describe(
          'When `tool_calls` are used up: the run fails, or the model has to answer. Default `fail`.',
        ),
      seconds: z.number().nullish(),
      step_seconds: z.number().nullish().describe('For one model call or one tool call.'),
      tokens: z.int().nullish(),
      runs_per_day: z.int().nullish(),
    })
    .nullish(),
  history: z
    .strictObject({
      runs: z.int().nullish().describe('Earlier runs of the thread that a run is shown. Default 10.'),
      tool_calls: z.int().nullish().describe('The newest tool calls of them; null: all.'),
    })
    .nullish(),
  strategies: strategiesInput.nullish(),
  supervised: z
    .boolean()
    .nullish()
    .describe(
      'A person approves every call that can change the world, whatever its tool says. Default false.',
    ),
  notices: noticesInput.nullish(),
  metadata: objectSchema.nullish(),
  extensions: z.record(z.string(), objectSchema).nullish(),
}

/** What is not versioned. */
const identityShape = {
  slug: z.string().nullish(),
  visibility: visibilitySchema.nullish(),
  enabled: z.boolean().nullish(),
}

const exampleTool = {
  type: 'http' as const,
  name: 'lookup_order',
  description: 'Look up order status by order ID',
  parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
  method: 'GET' as const,
  url: 'https://shop.example/orders/{order_id}',
}

export const newAgentSchema = z
  .strictObject({ name: z.string(), ...definitionShape, ...identityShape })
  .meta({
    id: 'NewAgent',
    examples: [
      {
        name: 'Order Support',
        instructions: 'You are a friendly order support agent.',
        tools: [exampleTool],
      },
    ],
  })

/** The definition part alone: what a merge patch has to add up to. */
export const definitionInputSchema = z.strictObject({ name: z.string(), ...definitionShape })

/** A JSON merge patch (RFC 7396): absent fields stay, null takes a field back to its default, arrays are replaced whole. */
export const agentPatchSchema = z
  .strictObject({
    name: z.string().optional(),
    ...definitionShape,
    ...identityShape,
    model: modelPatch.nullish(),
    strategies: strategiesPatch.nullish(),
    extensions: z.record(z.string(), objectSchema.nullable()).nullish(),
    owner_id: idSchema('user').optional(),
  })
  .meta({ id: 'AgentPatch', examples: [{ instructions: 'You are brief.' }] })

/** A definition as it is printed: every field. */
const printedDefinition = {
  name: z.string(),
  description: z.string().nullable(),
  instructions: z.string().nullable(),
  modality: modalitySchema,
  voice: voiceSchema.nullable().describe('null: it does not speak.'),
  model: printedModel.nullable().describe('null: the default model of the server.'),
  tools: z.array(agentToolSchema),
  output: z.strictObject({ format: formatSchema, schema: objectSchema.nullable() }),
  limits: z.strictObject({
    steps: z.int(),
    tool_calls: z.int().nullable(),
    at_tool_calls: atToolCallsSchema,
    seconds: z.number(),
    step_seconds: z.number().nullable(),
    tokens: z.int().nullable(),
    runs_per_day: z.int().nullable(),
  }),
  history: z.strictObject({ runs: z.int(), tool_calls: z.int().nullable() }),
  strategies: printedStrategies,
  supervised: z.boolean(),
  notices: printedNotices,
  metadata: objectSchema,
  extensions: z.record(z.string(), objectSchema),
}

export const definitionSchema = z.strictObject(printedDefinition).meta({ id: 'AgentDefinition' })

export const agentSchema = z
  .strictObject({
    id: z.string(),
    ...printedDefinition,
    slug: z.string().nullable(),
    visibility: visibilitySchema,
    enabled: z.boolean(),
    owner_id: z.string(),
    version: z.int().nullable().describe('Number of the published version; null: there is only a draft.'),
    draft: definitionSchema.nullable().describe('Unpublished changes, whole; null: none.'),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Agent' })

/** Of changes that are made to what was read. */
export const unchangedQuery = z.strictObject({
  if_unchanged_since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      'The `updated_at` that you read: an agent that was changed after it is left as it is, and `agent_changed` says so.',
    ),
})

/** What a list shows of an agent when it is asked for no more. */
export const agentSummarySchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    model: z.string().nullable().describe('Such as `openai/gpt-5.2`; null: the default model of the server.'),
    tool_count: z.int(),
    slug: z.string().nullable(),
    visibility: visibilitySchema,
    enabled: z.boolean(),
    owner_id: z.string(),
    version: z.int().nullable().describe('Number of the published version; null: there is only a draft.'),
    has_draft: z.boolean().describe('Whether there are unpublished changes.'),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'AgentSummary' })

export const versionSchema = z
  .strictObject({
    version: z.int(),
    ...printedDefinition,
    created_at: timeSchema,
    created_by: z.string().nullable(),
  })
  .meta({ id: 'AgentVersion' })

export const differenceSchema = z
  .strictObject({
    data: z.array(
      z.strictObject({
        path: z.string().describe('Such as `model.temperature` or `tools.lookup_order.url`.'),
        before: z.json().describe('null where something was added.'),
        after: z.json().describe('null where something was removed.'),
      }),
    ),
  })
  .meta({ id: 'AgentDifference' })

export type DefinitionInput = z.output<typeof definitionInputSchema>
export type NewAgentInput = z.output<typeof newAgentSchema>
export type AgentPatchInput = z.output<typeof agentPatchSchema>
export type PrintedDefinition = z.input<typeof definitionSchema>
export type PrintedAgent = z.input<typeof agentSchema>
export type PrintedAgentSummary = z.input<typeof agentSummarySchema>
export type PrintedVersion = z.input<typeof versionSchema>
