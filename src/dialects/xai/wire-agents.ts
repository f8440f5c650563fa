import { z } from 'zod'
import { parseWith } from '../../http/field-errors.ts'
import { idParameter } from '../printed-ids.ts'
import { describedBy, eitherSpelling } from './spelling.ts'
import { fieldMaskSchema, nameSchema, textSchema, timeSchema } from './wire-common.ts'
import { printedToolSchema, toolsSchema } from './wire-tools.ts'

export const agentParams = z.object({ agent_id: idParameter('agent') })

const mostCollections = 10

const voiceFields = z.object({
  voice_id: z
    .string()
    .min(1)
    .max(255)
    .nullish()
    .describe('A voice of the provider of speech, such as "eve".'),
  vad_threshold: z.number().min(0).max(1).nullish().describe('0 to 1; lower hears quieter speech.'),
  vad_silence_duration_ms: z.int().min(0).max(10_000).nullish().describe('Silence that ends a turn.'),
})

/** What a PATCH may write, in the order that its errors name them. */
export const agentPaths = ['name', 'instructions', 'tools', 'voice', 'collection_ids'] as const
export type AgentPath = (typeof agentPaths)[number]

const fieldShape = {
  name: nameSchema.nullish(),
  instructions: textSchema(256_000).nullish(),
  tools: toolsSchema.nullish(),
  voice: eitherSpelling(voiceFields).nullish(),
  collection_ids: z.array(z.string().min(1).max(255)).max(mostCollections).nullish(),
}
const agentFields = z.object(fieldShape)

/** The fields of an agent as a request has them. */
export type AgentFields = z.output<typeof agentFields>

const orderSupport = {
  name: 'Order Support',
  instructions: 'You are a friendly order support agent.',
  tools: [{ type: 'web_search' }],
  voice: { voice_id: 'eve', vad_threshold: 0.5, vad_silence_duration_ms: 300 },
}

export const newAgentSchema = eitherSpelling(z.object({ ...fieldShape, name: nameSchema })).meta({
  id: 'NewAgent',
  examples: [orderSupport],
})

/** The fields of `agent` are looked at one by one, and only those of the mask. */
const agentPatchFields = z.object({
  agent: z.record(z.string(), z.json()).meta(describedBy(agentFields)),
  field_mask: fieldMaskSchema,
  phone_number_id: z
    .string()
    .nullish()
    .describe('The number that the agent shall have; "" for none. Absent: the one it has.'),
})

export const agentPatchSchema = eitherSpelling(agentPatchFields).meta({
  id: 'AgentPatch',
  examples: [{ agent: { instructions: 'You are brief.' }, field_mask: { paths: ['instructions'] } }],
})

export type AgentPatchInput = z.output<typeof agentPatchFields>

/** The masked fields of `agent`; throws `invalid_request` naming what is wrong with them. */
export function readMaskedFields(agent: AgentPatchInput['agent'], paths: readonly AgentPath[]): AgentFields {
  const masked = Object.fromEntries(paths.map((path) => [path, fieldShape[path]]))
  const { agent: fields } = parseWith(
    z.object({ agent: eitherSpelling(z.object(masked)) }),
    { agent },
    'body',
  )
  return fields
}

export const agentSchema = z
  .strictObject({
    agent_id: z.string(),
    name: z.string(),
    instructions: z.string().nullable(),
    tools: z.array(printedToolSchema),
    voice: z
      .strictObject({
        voice_id: z.string().optional(),
        vad_threshold: z.number().optional(),
        vad_silence_duration_ms: z.int().optional(),
      })
      .nullable()
      .describe('null: it does not speak.'),
    collection_ids: z.array(z.string()),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Agent' })

export type PrintedAgent = z.input<typeof agentSchema>

export const agentReply = z.strictObject({ agent: agentSchema })
export const agentsReply = z.strictObject({ agents: z.array(agentSchema) })
