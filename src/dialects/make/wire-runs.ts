import { z } from 'zod'
import { longestCallbackUrl } from '../../core/callbacks/callback.ts'
import { makeErrorSchema } from './errors.ts'
import { outputParserSchema } from './output-parser.ts'
import { teamShape } from './team.ts'
import {
  agentParams,
  historyConfigSchema,
  invocationConfigSchema,
  llmConfigSchema,
  mcpConfigListSchema,
  scenarioListSchema,
} from './wire-agents.ts'

/** One message of at most this many characters; longer texts belong into contexts. */
const longestText = 1_000_000
const longestThreadId = 256
const mostMessages = 1000

const messageSchema = z.object({ role: z.enum(['user', 'assistant']), content: z.string().max(longestText) })

const messageListSchema = z
  .array(messageSchema)
  .min(1)
  .max(mostMessages)
  .superRefine((messages, context) => {
    for (const [index, { role, content }] of messages.entries()) {
      if (role === 'user' && content === '')
        context.addIssue({
          code: 'custom',
          path: [index, 'content'],
          message: 'must have at least 1 character',
        })
    }
    const last = messages.at(-1)
    if (last === undefined || last.role === 'user') return
    const path = [messages.length - 1, 'role']
    context.addIssue({ code: 'custom', path, message: 'must be "user" in the last message' })
  })
  .describe('What was said, oldest first; the last one is what the agent answers.')

export const runConfigSchema = z
  .object({
    systemPrompt: z.string().min(1).optional().describe("In place of the agent's own."),
    additionalSystemPrompt: z.string().optional().describe('Follows the system prompt on a line of its own.'),
    scenarios: scenarioListSchema.optional().describe("In place of the agent's own; [] means no tools."),
    historyConfig: historyConfigSchema.nullish(),
    llmConfig: llmConfigSchema
      .extend({ llmModel: z.string().min(1).nullish().describe('Another model of the same connection.') })
      .optional(),
    invocationConfig: invocationConfigSchema.optional(),
    mcpConfigs: mcpConfigListSchema.optional(),
    outputParser: outputParserSchema.optional(),
    outputParserFormat: outputParserSchema.optional().describe('The same as outputParser.'),
  })
  .meta({ id: 'RunConfig' })

export type RunConfig = z.output<typeof runConfigSchema>

export const runBodySchema = z
  .object({
    messages: messageListSchema,
    config: runConfigSchema.nullish().describe('What this run does differently from the agent.'),
    threadId: z
      .union([z.string().max(longestThreadId), z.number().transform(String)])
      .nullish()
      .describe(
        'Any text. The same text again goes on with the same conversation; absent or empty: a new one.',
      ),
    callbackUrl: z
      .url({ protocol: /^https?$/ })
      .max(longestCallbackUrl)
      .nullish()
      .describe('Called with the JSON of the reply when the run has ended.'),
  })
  .meta({
    id: 'RunRequest',
    examples: [{ messages: [{ role: 'user', content: 'Where is order 1182?' }], config: {} }],
  })

export type RunBody = z.output<typeof runBodySchema>

export const streamQuery = z.object({
  ...teamShape,
  deltas: z
    .enum(['0', '1', 'false', 'true'])
    .transform((value) => value === '1' || value === 'true')
    .optional()
    .describe('1: also `delta` events with the text as the model writes it.'),
})

const longestHistory = 100
const whole = z
  .string()
  .regex(/^\d{1,4}$/, { error: 'must be a whole number below 10000' })
  .transform(Number)

const windowShape = {
  'pg[limit]': whole
    .pipe(z.int().min(1).max(longestHistory))
    .optional()
    .describe(`How many items at most; absent: ${longestHistory}.`),
  'pg[offset]': whole.optional().describe('How many of the newest items to skip; absent: none.'),
}

/** Lists that grow with every run are answered newest first and part by part. */
export const historyQuery = z.object({ ...teamShape, ...windowShape })

/** How many of the newest items to read, and what of them was asked for. */
export function readWindow(query: { 'pg[limit]'?: number | undefined; 'pg[offset]'?: number | undefined }): {
  limit: number
  window: <Item>(newest: Item[]) => Item[]
} {
  const { 'pg[limit]': length = longestHistory, 'pg[offset]': offset = 0 } = query
  return { limit: offset + length, window: (newest) => newest.slice(offset) }
}

export const runParams = agentParams.extend({ runId: z.string() })
export const threadParams = agentParams.extend({ threadId: z.string() })
export const approvalParams = agentParams.extend({ approvalId: z.string() })

const tokenUsageSchema = z
  .object({ promptTokens: z.int(), completionTokens: z.int(), totalTokens: z.int() })
  .meta({ id: 'TokenUsage' })

const stepSchema = z
  .object({
    id: z.string(),
    index: z.int(),
    role: z.enum(['system', 'user', 'assistant', 'tool']),
    content: z.string(),
    executionTimeMs: z.number(),
    tokenUsage: tokenUsageSchema.nullable(),
    toolCalls: z.array(
      z.object({ id: z.string(), name: z.string(), args: z.json(), makeScenarioId: z.int().optional() }),
    ),
    toolResponse: z
      .object({
        toolCallId: z.string(),
        name: z.string(),
        status: z.enum(['success', 'error', 'pending_approval']),
        output: z.json(),
        approvalId: z.string().optional().describe('While a person is asked: what to decide on.'),
      })
      .nullable(),
    agentIterationId: z.string(),
  })
  .meta({ id: 'ExecutionStep' })

export const runReplySchema = z
  .object({
    response: z.string(),
    jsonResponse: z.json().describe('null unless an output format was asked for.'),
    executionSteps: z.array(stepSchema),
    executionTimeMs: z.int(),
    threadId: z.string(),
    tokenUsageSummary: tokenUsageSchema,
    lastAgentIterationId: z.string(),
  })
  .meta({ id: 'RunReply' })

export const acceptedReplySchema = z.object({ threadId: z.string() }).meta({ id: 'AcceptedRun' })

const stateSchema = z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'])

export const iterationSchema = runReplySchema
  .extend({
    state: stateSchema,
    createdAt: z.string(),
    error: makeErrorSchema.nullable().describe('Why it did not complete.'),
  })
  .meta({ id: 'Iteration' })

export const runSummarySchema = z
  .object({
    agentIterationId: z.string(),
    threadId: z.string(),
    state: stateSchema,
    response: z.string().nullable(),
    createdAt: z.string(),
    finishedAt: z.string().nullable(),
  })
  .meta({ id: 'RunSummary' })

const threadShape = { threadId: z.string(), createdAt: z.string(), updatedAt: z.string() }

export const threadSummarySchema = z.object(threadShape).meta({ id: 'ThreadSummary' })

export const threadSchema = z
  .object({
    ...threadShape,
    iterations: z.array(iterationSchema).describe('Its runs, oldest first.'),
    executionSteps: z.array(stepSchema).describe('The steps of all of them.'),
  })
  .meta({ id: 'Thread' })

export const approvalListQuery = historyQuery.extend({
  status: z.enum(['pending', 'decided', 'void']).optional(),
})

export const approvalSchema = z
  .object({
    id: z.string(),
    status: z.enum(['pending', 'decided', 'void']),
    decision: z.string().nullable(),
    reason: z.string().nullable(),
    name: z.string().describe('The tool.'),
    args: z.json(),
    toolCallId: z.string(),
    agentIterationId: z.string().describe('The run that asks.'),
    createdAt: z.string(),
    decidedAt: z.string().nullable(),
  })
  .meta({ id: 'Approval' })

export const decisionSchema = z
  .object({
    decision: z.enum(['approve', 'reject']),
    args: z
      .record(z.string(), z.json())
      .optional()
      .describe('With approve: what the tool is called with instead of what the agent asked for.'),
    reason: z.string().min(1).max(4000).optional(),
  })
  .meta({ id: 'ApprovalDecision', examples: [{ decision: 'approve' }] })
