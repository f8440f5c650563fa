import type { RunOverrides } from '../../core/agents/agent.ts'
import type { InputPart, PrecedingMessage } from '../../core/runs/run.ts'
import type { ToolReference, WorkspaceTool } from '../../core/tools/tool.ts'
import { readOutputParser } from './output-parser.ts'
import {
  defaultHistoryRuns,
  modelTiers,
  readApprovalMode,
  readInvocationConfig,
  readLlmConfig,
} from './settings.ts'
import type { RunBody, RunConfig } from './wire-runs.ts'
import { featureUnavailable } from '../../errors.ts'

/** The namespace of threads whose key is a `threadId`. */
export const threadNamespace = 'make'

/** A time as this wire tells it to models: the offset is numeric, UTC included. */
function clockTime(at: Date): string {
  return at.toISOString().replace('Z', '+00:00')
}

/**
 * What a run does differently from its agent. `scenarios` are the tools that `config.scenarios` names, in its order. The
 * model is always told the time; it is pinned with the run, so that every reading of it says the same.
 */
export function readOverrides(
  config: RunConfig,
  scenarios: readonly WorkspaceTool[],
  acceptedAt: Date,
): RunOverrides {
  const { systemPrompt, additionalSystemPrompt, invocationConfig, mcpConfigs = [] } = config
  if (mcpConfigs.length > 0)
    throw featureUnavailable('config.mcpConfigs', 'registered MCP servers are not available in this version')
  const model = readModel(config.llmConfig)
  const limits = readInvocationConfig(invocationConfig ?? {})
  return {
    ...(systemPrompt !== undefined && { instructions: systemPrompt }),
    ...(additionalSystemPrompt !== undefined && { additionalInstructions: additionalSystemPrompt }),
    currentTime: clockTime(acceptedAt),
    ...(Object.keys(model).length > 0 && { model }),
    ...(config.scenarios !== undefined && { tools: readScenarios(config.scenarios, scenarios) }),
    ...readOutput(config),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...readHistory(config.historyConfig),
  }
}

function readModel(config: RunConfig['llmConfig']): NonNullable<RunOverrides['model']> {
  const { llmModel, ...settings } = config ?? {}
  return {
    ...readLlmConfig(settings, 'config.llmConfig'),
    ...(typeof llmModel === 'string' && { name: modelTiers.has(llmModel) ? null : llmModel }),
  }
}

function readScenarios(
  sent: NonNullable<RunConfig['scenarios']>,
  tools: readonly WorkspaceTool[],
): ToolReference[] {
  return sent.flatMap(({ approvalMode }, index) => {
    const tool = tools[index]
    if (tool === undefined) return []
    return [{ kind: 'reference', toolId: tool.id, revision: null, approval: readApprovalMode(approvalMode) }]
  })
}

/** Agents are written with the one name and read with the other, so a run may use either. */
function readOutput(config: RunConfig): Pick<RunOverrides, 'output'> {
  const at = config.outputParser === undefined ? 'outputParserFormat' : 'outputParser'
  const parser = config[at]
  return parser === undefined ? {} : { output: readOutputParser(parser, `config.${at}`) }
}

/** null takes it back to the default of this wire. */
function readHistory(config: RunConfig['historyConfig']): Pick<RunOverrides, 'history'> {
  if (config === undefined) return {}
  const runs = config === null ? defaultHistoryRuns : config.iterationsFromHistoryCount
  return runs === undefined ? {} : { history: { runs } }
}

/** The last message is what the run answers; what comes before it was said before. */
export function readMessages(messages: RunBody['messages']): {
  input: InputPart[]
  preceding: PrecedingMessage[]
} {
  const preceding = messages.map(({ role, content }) => ({ role, text: content }))
  const last = preceding.pop()
  return { input: [{ type: 'text', text: last?.text ?? '' }], preceding }
}
