import type { AgentDefinition, ModelChoice } from '../../core/agents/agent.ts'
import type { AgentChange } from '../../core/agents/agent-plan.ts'
import type { NewAgent } from '../../core/agents/agent-writer.ts'
import { anyModel, emptyDefinition } from '../../core/agents/definition.ts'
import type { Connection } from '../../core/connections/connection.ts'
import type { AgentTool, ToolReference, WorkspaceTool } from '../../core/tools/tool.ts'
import type { JsonObject } from '../../lib/json.ts'
import { keepPart, printPart } from './kept-parts.ts'
import { readOutputParser } from './output-parser.ts'
import {
  defaultHistoryRuns,
  defaultRunSeconds,
  defaultStepSeconds,
  defaultSteps,
  modelTiers,
  printApprovalMode,
  readApprovalMode,
  readInvocationConfig,
  readLlmConfig,
} from './settings.ts'
import type { AgentPatchInput, NewAgentInput, ScenarioList } from './wire-agents.ts'
import { featureUnavailable } from '../../errors.ts'

/** What a write refers to, looked up. */
export interface Referred {
  /** The connection that the agent uses; null: none that is known here. */
  connection: Connection | null
  /** The tools behind `scenarios`, in their order. */
  tools: readonly WorkspaceTool[]
}

/** The settings that a create and a patch have in common; absent: as it was. */
type Settings = Omit<AgentPatchInput, 'name' | 'systemPrompt' | 'teamId' | 'makeConnectionId' | 'contexts'>

export function readNewAgent(body: NewAgentInput, referred: Referred, id: string): NewAgent {
  const empty = emptyDefinition(body.name)
  const { limits } = empty
  const definition = {
    ...empty,
    instructions: body.systemPrompt,
    limits: { ...limits, steps: defaultSteps, stepSeconds: defaultStepSeconds, seconds: defaultRunSeconds },
    history: { ...empty.history, runs: defaultHistoryRuns },
  }
  return { id, definition: withSettings(definition, body, referred) }
}

/** The same change is made to whatever the agent is by then. */
export function readAgentPatch(body: AgentPatchInput, referred: Referred): AgentChange {
  const { name, systemPrompt } = body
  return {
    definition: (current) => ({
      ...withSettings(current, body, referred),
      ...(name !== undefined && { name }),
      ...(systemPrompt !== undefined && { instructions: systemPrompt }),
    }),
  }
}

/** Lists are replaced, objects merged one level deep. */
function withSettings(current: AgentDefinition, sent: Settings, referred: Referred): AgentDefinition {
  const { mcpConfigs = [], scenarios } = sent
  if (mcpConfigs.length > 0)
    throw featureUnavailable('mcpConfigs', 'registered MCP servers are not available in this version')
  let next = withModel(current, sent.defaultModel, referred.connection)
  next = withLlmConfig(next, sent.llmConfig)
  next = withInvocationConfig(next, sent.invocationConfig)
  next = withHistory(next, sent.historyConfig)
  if (scenarios !== undefined) next = { ...next, tools: withScenarios(next.tools, scenarios, referred.tools) }
  return withOutput(next, sent)
}

function withModel(
  definition: AgentDefinition,
  sent: string | undefined,
  connection: Connection | null,
): AgentDefinition {
  if (sent === undefined) return definition
  const model = definition.model ?? anyModel
  const isTier = modelTiers.has(sent)
  const choice = { ...model, ...(connection && locked(connection)), name: isTier ? null : sent }
  return keepPart({ ...definition, model: choice }, 'defaultModel', isTier ? sent : null)
}

/** What the environment offers is named by its vendor: its connection may come and go. */
function locked({ id, source, provider }: Connection): Pick<ModelChoice, 'provider' | 'connectionId'> {
  return source === 'stored' ? { provider: null, connectionId: id } : { provider, connectionId: null }
}

function withLlmConfig(definition: AgentDefinition, sent: Settings['llmConfig']): AgentDefinition {
  if (sent === undefined) return definition
  const merged = { ...printPart(definition, 'llmConfig'), ...sent }
  const model = { ...(definition.model ?? anyModel), ...readLlmConfig(sent, 'llmConfig') }
  return keepPart({ ...definition, model }, 'llmConfig', withoutNulls(merged))
}

function withInvocationConfig(
  definition: AgentDefinition,
  sent: Settings['invocationConfig'],
): AgentDefinition {
  if (sent === undefined) return definition
  const merged = { ...printPart(definition, 'invocationConfig'), ...sent }
  const limits = { ...definition.limits, ...readInvocationConfig(sent) }
  return keepPart({ ...definition, limits }, 'invocationConfig', withoutNulls(merged))
}

/** null takes it back to its default. */
function withHistory(definition: AgentDefinition, sent: Settings['historyConfig']): AgentDefinition {
  if (sent === undefined) return definition
  const { history } = definition
  const runs = sent === null ? defaultHistoryRuns : (sent.iterationsFromHistoryCount ?? history.runs)
  return { ...definition, history: { ...history, runs } }
}

/** Tools that this wire cannot name stay as they are, behind those that it can. */
function withScenarios(
  current: readonly AgentTool[],
  scenarios: ScenarioList,
  tools: readonly WorkspaceTool[],
): AgentTool[] {
  const references = scenarios.flatMap(({ approvalMode }, index) => {
    const tool = tools[index]
    return tool === undefined ? [] : [referenceTo(tool, approvalMode, current)]
  })
  return [...references, ...current.filter(({ kind }) => kind !== 'reference')]
}

/** A reference that comes back as it was printed stays what it is, its revision included. */
function referenceTo(
  tool: WorkspaceTool,
  mode: ScenarioList[number]['approvalMode'],
  current: readonly AgentTool[],
): ToolReference {
  const approval = readApprovalMode(mode)
  const existing = current.find((one) => one.kind === 'reference' && one.toolId === tool.id)
  const fresh: ToolReference = { kind: 'reference', toolId: tool.id, revision: null, approval }
  if (existing?.kind !== 'reference') return fresh
  const before = printApprovalMode(existing.approval ?? tool.definition.approval)
  return approval !== null && printApprovalMode(approval) === before ? existing : { ...existing, approval }
}

function withOutput(definition: AgentDefinition, sent: Settings): AgentDefinition {
  const at = sent.outputParserFormat === undefined ? 'outputParser' : 'outputParserFormat'
  const parser = sent[at]
  if (parser === undefined) return definition
  const output = readOutputParser(parser, at)
  return keepPart({ ...definition, output }, 'outputParser', parser as JsonObject) // parsed from JSON
}

function withoutNulls(value: Record<string, JsonObject[string] | undefined>): JsonObject {
  const entries = Object.entries(value).flatMap(([key, member]) =>
    member === null || member === undefined ? [] : [[key, member] as const],
  )
  return Object.fromEntries(entries)
}
