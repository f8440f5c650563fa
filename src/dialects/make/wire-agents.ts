import { z } from 'zod'
import { outputParserSchema } from './output-parser.ts'
import { teamShape } from './team.ts'
import { numberIdSchema, numeric, pageShape } from './wire-common.ts'

export const agentParams = z.object({
  agentId: z.string().meta({ examples: ['5c6f0c1e-8d0e-4f0b-9c39-2c3b5f4f7a10'] }),
})

/** What a list of agents takes. */
export const agentListQuery = z.object({ ...teamShape, ...pageShape(['name', 'createdAt', 'id']) })

/** Older clients write two of the modes in other words. */
const approvalModeSchema = z
  .enum(['auto-run', 'approval-required', 'manual', 'manual-approval'])
  .describe('`manual` and `manual-approval` mean approval-required.')

export const scenarioListSchema = z.array(
  z.object({
    makeScenarioId: numberIdSchema.describe('Number of a tool of the workspace.'),
    approvalMode: approvalModeSchema
      .optional()
      .describe('Absent: auto-run, unless the tool itself always asks.'),
  }),
)

export const llmConfigSchema = z.object({
  maxTokens: numeric.nullish(),
  temperature: numeric.nullish(),
  topP: numeric.nullish().describe('Only 1, which changes nothing, is available in this version.'),
})

export const invocationConfigSchema = z.object({
  recursionLimit: numeric.optional().describe('Model calls per run.'),
  timeout: numeric
    .optional()
    .describe('Of one model or tool call: seconds up to 3600, above that milliseconds.'),
})

export const historyConfigSchema = z.object({
  iterationsFromHistoryCount: numeric
    .optional()
    .describe('How many earlier runs of the thread are replayed.'),
})

/** Servers of tools are not there yet: only the empty list is. */
export const mcpConfigListSchema = z.array(
  z.object({ mcpConnectionId: numeric.optional(), toolIds: z.array(z.string()).optional() }),
)

/** What a definition may say on a write; at a create each may be absent for its default. */
const settings = {
  llmConfig: llmConfigSchema.optional(),
  invocationConfig: invocationConfigSchema.optional(),
  scenarios: scenarioListSchema.optional(),
  historyConfig: historyConfigSchema.nullish(),
  mcpConfigs: mcpConfigListSchema.optional(),
  outputParserFormat: outputParserSchema.optional(),
  outputParser: outputParserSchema.optional().describe('The same as outputParserFormat.'),
}

const contextListSchema = z.array(z.object({ id: z.string().optional() }))

export const newAgentSchema = z
  .object({
    name: z.string().min(1).max(128),
    teamId: numberIdSchema.describe('Equal to the teamId of the query.'),
    makeConnectionId: numberIdSchema.describe('Number of a connection; it cannot be changed afterwards.'),
    defaultModel: z
      .string()
      .min(1)
      .describe("A model of that connection, or small, medium or large for the connection's own default."),
    systemPrompt: z.string().min(1),
    ...settings,
    contexts: contextListSchema.optional().describe('A new agent has none: add them with POST /contexts.'),
  })
  .meta({
    id: 'NewAgent',
    examples: [
      {
        name: 'Refund desk',
        teamId: 1,
        makeConnectionId: 1,
        defaultModel: 'gpt-4.1-mini',
        systemPrompt: 'Resolve refund requests.',
      },
    ],
  })

/** Lists are replaced, objects are merged one level deep. */
export const agentPatchSchema = z
  .object({
    name: z.string().min(1).max(128).optional(),
    systemPrompt: z.string().min(1).optional(),
    defaultModel: z.string().min(1).optional(),
    ...settings,
    teamId: numberIdSchema.optional().describe('Equal to the teamId of the query.'),
    makeConnectionId: z
      .never({ error: 'cannot be changed: an agent keeps the connection it was made with' })
      .optional(),
    contexts: z.never({ error: 'cannot be changed here; use /ai-agents/v1/contexts' }).optional(),
  })
  .meta({ id: 'AgentPatch', examples: [{ invocationConfig: { recursionLimit: 20 } }] })

const printedScenarios = z.array(
  z.object({ makeScenarioId: z.int(), approvalMode: z.enum(['auto-run', 'approval-required']) }),
)

/** The settings of an agent, of now or of an earlier version. */
const configurationShape = {
  name: z.string(),
  llmConfig: z.object({
    maxTokens: z.int().optional(),
    temperature: z.number().optional(),
    topP: z.number().optional(),
  }),
  scenarios: printedScenarios,
  mcpConfigs: z.array(z.never()).describe('Always empty in this version.'),
  defaultModel: z.string(),
  systemPrompt: z.string(),
  historyConfig: z.object({ iterationsFromHistoryCount: z.int() }),
  invocationConfig: z.object({ recursionLimit: z.int(), timeout: z.number().optional() }),
}

export const contextSchema = z
  .object({
    id: z.string(),
    agentId: z.string(),
    documentName: z.string(),
    description: z.string().nullable(),
    createdAt: z.string(),
    metadata: z.object({ type: z.string() }),
    isTemporary: z.boolean(),
  })
  .meta({ id: 'Context' })

const listedShape = {
  id: z.string(),
  teamId: z.int(),
  createdAt: z.string(),
  ...configurationShape,
  contexts: z.array(contextSchema),
  outputParser: z.record(z.string(), z.unknown()).describe('Empty: free text.'),
}

const listedAgentSchema = z.object(listedShape).meta({ id: 'ListedAgent' })

export const listedAgentsSchema = z.array(listedAgentSchema)

export const agentSchema = z
  .object({
    ...listedShape,
    makeConnectionId: z
      .int()
      .nullable()
      .describe('null: the agent names a vendor that has no connection here.'),
    makeConnectionType: z.string().nullable(),
    llmProviderId: z.int().nullable(),
    pastConfigurations: z
      .array(z.object({ ...configurationShape }))
      .describe('Earlier versions, newest first, 20 at most.'),
  })
  .meta({ id: 'Agent' })

export const createdAgentSchema = agentSchema
  .extend({ agentId: z.string().describe('The same as id.') })
  .meta({ id: 'CreatedAgent' })

export type NewAgentInput = z.output<typeof newAgentSchema>
export type AgentPatchInput = z.output<typeof agentPatchSchema>
export type ScenarioList = z.output<typeof scenarioListSchema>
export type ScenarioMode = z.output<typeof approvalModeSchema>
export type LlmConfig = z.output<typeof llmConfigSchema>
export type InvocationConfig = z.output<typeof invocationConfigSchema>
export type PrintedConfiguration = z.input<z.ZodObject<typeof configurationShape>>
export type PrintedContext = z.input<typeof contextSchema>
export type ListedAgent = z.input<typeof listedAgentSchema>
export type PrintedAgent = z.input<typeof agentSchema>
