import { z } from 'zod'
import { idSchema, timeSchema } from './wire-common.ts'
import { printedToolOverlay, toolOverlayInput } from './wire-overlay.ts'

const approvalSchema = z.enum(['never', 'always'])
const methodSchema = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
const effectsSchema = z.enum(['none', 'idempotent', 'checkable', 'once'])
const replyTextSchema = z.enum(['whole', 'first_of_result_data_message'])
const jsonSchemaSchema = z.record(z.string(), z.json()).describe('JSON Schema of the arguments, an object.')

/** Tools that are documented for later; asking for one is answered with `feature_unavailable`. */
const laterTools = ['web_search', 'x_search', 'file_search', 'mcp', 'openapi', 'agent', 'code'] as const

const shared = {
  name: z.string().describe('What the model calls it: 1 to 64 letters, digits, underscores or hyphens.'),
  description: z.string().nullish(),
  parameters: jsonSchemaSchema.nullish(),
  approval: approvalSchema.nullish().describe('`always`: a person decides each call first. Default `never`.'),
}

const httpInput = z.strictObject({
  type: z.literal('http'),
  ...shared,
  method: methodSchema.nullish().describe('Default GET.'),
  url: z
    .string()
    .describe(
      '`{name}` is filled from the arguments; what remains goes into the query (GET, DELETE) or the JSON body.',
    ),
  headers: z
    .record(z.string(), z.string())
    .nullish()
    .describe('Values are secrets: they are shown as `***`, and `***` on a write keeps the stored value.'),
  effects: effectsSchema
    .nullish()
    .describe('What repeating a call does. Default: `none` for GET, else `once`.'),
  check_url: z
    .string()
    .nullish()
    .describe('For `checkable`: answers whether a call happened, asked with its Idempotency-Key.'),
  timeout_seconds: z.number().nullish().describe('Longest time one call may take. Default 60.'),
  reply_text: replyTextSchema
    .nullish()
    .describe(
      'What of an answer the model is given. Default: `whole`. `first_of_result_data_message`: one text, the first of these members that is there.',
    ),
  extensions: z
    .record(z.string(), z.record(z.string(), z.json()))
    .nullish()
    .describe('What other APIs keep with it, by API.'),
})

const functionInput = z.strictObject({ type: z.literal('function'), ...shared })

/** Tools that ship with the server. */
const ownTools = z.enum(['get_current_time', 'end_call', 'think', 'analyze'])

const ownInput = z.strictObject({
  type: ownTools.describe(
    '`think` and `analyze`: the model writes down what it thinks before it goes on, and of what came of it. `end_call`: the model says that the conversation is over; whoever follows the run ends it.',
  ),
  approval: approvalSchema.nullish(),
})

const laterInput = z
  .looseObject({ type: z.enum(laterTools) })
  .describe(
    'Not available in this version: adding one is answered with 501. One that the agent has already is kept as it is.',
  )

const referenceInput = z.strictObject({
  type: z.literal('reference'),
  tool_id: idSchema('tool'),
  revision: z.int().min(1).nullish().describe('null: the newest one at the time a run starts.'),
  approval: approvalSchema.nullish().describe('null: what the tool itself says.'),
  overlay: toolOverlayInput
    .nullish()
    .describe('What this agent says over the tool, which must be one of the type `http`. null: nothing.'),
})

/** A tool that is written out in full. */
export const toolInputSchema = z
  .discriminatedUnion('type', [httpInput, functionInput, ownInput, laterInput])
  .meta({
    id: 'ToolInput',
    examples: [{ type: 'function', name: 'open_ticket', description: 'Opens a ticket.' }],
  })

/** A tool of an agent: written out, or a shared one. */
export const agentToolInputSchema = z
  .discriminatedUnion('type', [httpInput, functionInput, ownInput, referenceInput, laterInput])
  .meta({ id: 'AgentToolInput' })

const printedShared = {
  name: z.string(),
  description: z.string().nullable(),
  parameters: z.record(z.string(), z.json()),
  approval: approvalSchema,
}

const printedHttp = z.strictObject({
  type: z.literal('http'),
  ...printedShared,
  method: methodSchema,
  url: z.string(),
  headers: z.record(z.string(), z.literal('***')),
  effects: effectsSchema,
  check_url: z.string().nullable(),
  timeout_seconds: z.number(),
  reply_text: replyTextSchema.optional(),
  extensions: z.record(z.string(), z.record(z.string(), z.json())).optional(),
})

const printedFunction = z.strictObject({ type: z.literal('function'), ...printedShared })

const printedOwn = z.strictObject({ type: ownTools, approval: approvalSchema })

/** Built-in tools that another API may give an agent, and that this one keeps. */
const printedKept = z.strictObject({
  type: z.enum(['web_search', 'x_search', 'file_search']),
  approval: approvalSchema,
  settings: z.record(z.string(), z.json()),
})

const printedMcp = z.strictObject({
  type: z.literal('mcp'),
  ...printedShared,
  url: z.string(),
  headers: z.record(z.string(), z.literal('***')),
  allowed_tools: z.array(z.string()).nullable(),
})

const printedReference = z.strictObject({
  type: z.literal('reference'),
  tool_id: z.string(),
  revision: z.int().nullable(),
  approval: approvalSchema.nullable(),
  overlay: printedToolOverlay.optional(),
})

/** A tool as it is printed: every field, header values masked. */
export const toolDefinitionSchema = z
  .discriminatedUnion('type', [printedHttp, printedFunction, printedOwn, printedKept, printedMcp])
  .meta({ id: 'ToolDefinition' })

export const agentToolSchema = z
  .discriminatedUnion('type', [
    printedHttp,
    printedFunction,
    printedOwn,
    printedKept,
    printedMcp,
    printedReference,
  ])
  .meta({ id: 'AgentTool' })

const sharedTool = { id: z.string(), revision: z.int(), created_at: timeSchema, updated_at: timeSchema }

/** A shared tool of the workspace: its newest revision, with what identifies it beside the fields of its kind. */
export const toolSchema = z
  .discriminatedUnion('type', [printedHttp.extend(sharedTool), printedFunction.extend(sharedTool)])
  .meta({ id: 'Tool' })

/** A JSON merge patch: absent fields stay, null takes a field back to its default. */
export const toolPatchSchema = z
  .strictObject({
    ...httpInput.partial().shape,
    type: z.enum(['http', 'function']).optional(),
    headers: z.record(z.string(), z.string().nullable()).nullish(),
  })
  .meta({ examples: [{ description: 'Opens a ticket for an order.' }] })

const oneRevision = { revision: z.int(), created_at: timeSchema }

export const toolRevisionSchema = z
  .discriminatedUnion('type', [printedHttp.extend(oneRevision), printedFunction.extend(oneRevision)])
  .meta({ id: 'ToolRevision' })

export type ToolInput = z.output<typeof toolInputSchema>
export type AgentToolInput = z.output<typeof agentToolInputSchema>
export type PrintedTool = z.input<typeof toolDefinitionSchema>
export type PrintedAgentTool = z.input<typeof agentToolSchema>
export type PrintedSharedTool = z.input<typeof toolSchema>
export type PrintedToolRevision = z.input<typeof toolRevisionSchema>
