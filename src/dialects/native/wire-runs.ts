import { z } from 'zod'
import { toolInputSchema } from './wire-tools.ts'
import { printId } from '../../lib/ids.ts'
import { idSchema, listQuery, listReply, timeSchema } from './wire-common.ts'

/** Input of at most this many characters; longer texts belong into files. */
const longestText = 1_000_000
const mediaType = z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as image/png')

const attachment = {
  media_type: mediaType,
  filename: z.string().min(1).max(255).optional(),
  data: z.base64().min(1).optional().describe('The bytes, base64. Give data or url.'),
  url: z
    .url({ protocol: /^https?$/ })
    .max(4096)
    .optional()
    .describe('Where the model provider fetches the bytes.'),
}
const oneSource = (part: { data?: string | undefined; url?: string | undefined }): boolean =>
  (part.data === undefined) !== (part.url === undefined)

const attachmentOf = <Type extends 'image' | 'audio' | 'file'>(type: Type) =>
  z.strictObject({ type: z.literal(type), ...attachment }).refine(oneSource, 'give either data or url')

export const inputPartSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(longestText) }),
  attachmentOf('image'),
  attachmentOf('audio'),
  attachmentOf('file'),
])

export const metadataSchema = z
  .record(z.string().max(256), z.json())
  .refine((value) => JSON.stringify(value).length <= 16_384, 'must be at most 16 KiB as JSON')

export const runRequestSchema = z
  .strictObject({
    input: z.union([z.string().min(1).max(longestText), z.array(inputPartSchema).min(1).max(100)]),
    thread_id: idSchema('thread').optional().describe('An existing thread of this agent; absent: a new one.'),
    version: z.int().min(1).optional().describe('Absent: the published version.'),
    stream: z.boolean().default(false),
    background: z.boolean().default(false),
    tools: z.array(toolInputSchema).max(50).default([]).describe('Tools for this run only.'),
    tool_arguments: z
      .record(z.string(), z.json())
      .refine((value) => JSON.stringify(value).length <= 65_536, 'must be at most 64 KiB as JSON')
      .optional()
      .describe(
        'Merged into the arguments of every call of an `http` tool, after what the model wrote; what the agent fixed goes before it.',
      ),
    metadata: metadataSchema.default({}),
  })
  .meta({ examples: [{ input: 'Where is order ORD-1042?' }] })

const runState = z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'])

const usageSchema = z
  .strictObject({
    input_tokens: z.int(),
    cached_input_tokens: z.int(),
    output_tokens: z.int(),
    reasoning_tokens: z.int(),
    total_tokens: z.int(),
    model_calls: z.int(),
  })
  .meta({ id: 'Usage' })

const shownPart = z.union([
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.enum(['image', 'audio', 'file']),
    media_type: z.string(),
    filename: z.string().nullable(),
    url: z.string().optional(),
    blob: z.string().optional(),
  }),
])

const asked = z.strictObject({
  approval_id: z.string(),
  call_id: z.string(),
  tool: z.string(),
  arguments: z.json(),
})

const waitingForSchema = z.union([
  z.strictObject({ type: z.enum(['approval', 'needs_decision']), approvals: z.array(asked) }),
  z.strictObject({
    type: z.literal('tool_outputs'),
    calls: z.array(z.strictObject({ call_id: z.string(), tool: z.string(), arguments: z.json() })),
  }),
])

export const runSchema = z
  .strictObject({
    id: idSchema('run'),
    agent_id: idSchema('agent'),
    agent_version: z.int(),
    thread_id: idSchema('thread'),
    parent_run_id: z.string().nullable(),
    state: runState,
    dialect: z.string(),
    source: z.string(),
    input: z.array(shownPart),
    output: z
      .string()
      .nullable()
      .describe(
        'The answer of a run that completed, or of one that was cancelled because its stop condition was true of this answer.',
      ),
    output_json: z.json().nullable(),
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    model: z.string().nullable(),
    usage: usageSchema.nullable(),
    cost: z.string().nullable().describe('US dollars; null when the price of a model is unknown.'),
    waiting_for: waitingForSchema.nullable(),
    metadata: z.record(z.string(), z.json()),
    created_at: timeSchema,
    started_at: timeSchema.nullable(),
    finished_at: timeSchema.nullable(),
  })
  .meta({ id: 'Run' })

export const runListQuery = listQuery({
  agent_id: z.string().optional(),
  thread_id: z.string().optional(),
  state: runState.optional(),
  dialect: z.string().optional().describe('Only runs that came through this API, such as `native`.'),
  parent_run_id: z.string().optional().describe('Only runs that this one has begun.'),
})

export const runListReply = listReply(runSchema)

/** One event of the journal, in lists and as the data of a server-sent event. */
export const eventSchema = z
  .strictObject({
    seq: z.int(),
    type: z.string(),
    run_id: z.string(),
    at: timeSchema,
    data: z.record(z.string(), z.json()),
  })
  .meta({ id: 'Event' })

export const eventListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.coerce.number().int().min(0).default(0).describe('Only events with a greater seq.'),
})

export const eventListReply = z.strictObject({
  data: z.array(eventSchema),
  has_more: z.boolean(),
  next_cursor: z.int().nullable(),
})

export const cancelRequestSchema = z
  .strictObject({ reason: z.string().max(1000).optional() })
  .meta({ examples: [{ reason: 'No longer needed.' }] })

export const toolOutputsSchema = z
  .strictObject({
    outputs: z
      .array(z.strictObject({ call_id: z.string().min(1).max(200), output: z.json() }))
      .min(1)
      .max(200),
  })
  .meta({ examples: [{ outputs: [{ call_id: 'call_1', output: { ticket: 'T-17' } }] }] })

export const approvalSchema = z
  .strictObject({
    id: idSchema('approval'),
    run_id: idSchema('run'),
    agent_id: idSchema('agent'),
    call_id: z.string(),
    kind: z.enum(['approval', 'needs_decision']),
    mode: z.enum(['park', 'defer']),
    tool: z.string(),
    arguments: z.json().nullable(),
    state: z.enum(['pending', 'decided', 'void']).describe('`void`: the run that asked ended first.'),
    decision: z.string().nullable(),
    reason: z.string().nullable(),
    created_at: timeSchema,
    decided_at: timeSchema.nullable(),
    lapsed_at: timeSchema.nullable().describe('When the question became void; null when it is not.'),
    lapsed_with: z
      .enum(['completed', 'failed', 'cancelled'])
      .nullable()
      .describe('How the run that asked ended, and the question with it.'),
  })
  .meta({ id: 'Approval' })

export const approvalListQuery = listQuery({
  state: z.enum(['pending', 'decided', 'void']).optional(),
  run_id: z.string().optional(),
  agent_id: z.string().optional(),
})

export const decisionSchema = z
  .strictObject({
    decision: z.enum(['approve', 'reject', 'happened', 'again', 'give_up']),
    reason: z.string().min(1).max(4000).optional(),
    result: z.json().optional().describe('With "happened": what the call returned.'),
  })
  .meta({ examples: [{ decision: 'approve' }] })

export const threadRequestSchema = z
  .strictObject({
    agent_id: idSchema('agent'),
    metadata: metadataSchema.default({}),
  })
  .meta({ examples: [{ agent_id: printId('agent', '01980f4e-0000-7000-8000-000000000001') }] })

export const threadSchema = z
  .strictObject({
    id: idSchema('thread'),
    agent_id: idSchema('agent'),
    dialect: z.string(),
    active_run_id: z.string().nullable(),
    metadata: z.record(z.string(), z.json()),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Thread' })

export const messageSchema = z
  .strictObject({
    id: z.string(),
    run_id: idSchema('run'),
    role: z.enum(['user', 'assistant']),
    content: z.array(shownPart),
    created_at: timeSchema,
  })
  .meta({ id: 'Message' })
