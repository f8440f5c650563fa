import type { Agent, AgentDefinition, AgentVersion, ModelChoice } from '../../core/agents/agent.ts'
import type { Approval } from '../../core/tools/tool.ts'
import { printPart, sentTier } from './kept-parts.ts'
import { printApprovalMode } from './settings.ts'
import { printTime } from './wire-common.ts'
import type { ListedAgent, PrintedAgent, PrintedConfiguration, PrintedContext } from './wire-agents.ts'

/** What the printed form of an agent says and its definition does not. */
export interface AgentPrinting {
  teamId: number
  /** The tool with this id as a scenario: its number, and the approval that it asks for by itself. */
  scenario(toolId: string): { number: number; approval: Approval } | undefined
  /** The vendor's own name of the model that is meant. */
  modelName(choice: ModelChoice | null): string
}

export function printConfiguration(
  definition: AgentDefinition,
  printing: AgentPrinting,
): PrintedConfiguration {
  return {
    name: definition.name,
    llmConfig: printPart(definition, 'llmConfig'),
    scenarios: printScenarios(definition, printing),
    mcpConfigs: [],
    defaultModel: sentTier(definition) ?? printing.modelName(definition.model),
    systemPrompt: definition.instructions ?? '',
    historyConfig: { iterationsFromHistoryCount: definition.history.runs },
    invocationConfig: printPart(definition, 'invocationConfig') as PrintedConfiguration['invocationConfig'], // it always has the limit
  }
}

/** Shared tools only: others have no number. */
function printScenarios({ tools }: AgentDefinition, printing: AgentPrinting) {
  return tools.flatMap((tool) => {
    const scenario = tool.kind === 'reference' ? printing.scenario(tool.toolId) : undefined
    if (tool.kind !== 'reference' || scenario === undefined) return []
    const approvalMode = printApprovalMode(tool.approval ?? scenario.approval)
    return [{ makeScenarioId: scenario.number, approvalMode }]
  })
}

export function printListedAgent(
  agent: Agent,
  contexts: PrintedContext[],
  printing: AgentPrinting,
): ListedAgent {
  return {
    id: agent.id,
    teamId: printing.teamId,
    createdAt: printTime(agent.createdAt),
    ...printConfiguration(agent.definition, printing),
    contexts,
    outputParser: printPart(agent.definition, 'outputParser'),
  }
}

/** `connection`: that of its model, when it has one. `past`: its earlier versions, newest first. */
export function printAgent(
  agent: Agent,
  more: {
    contexts: PrintedContext[]
    connection: { number: number; slug: string } | null
    past: readonly AgentVersion[]
  },
  printing: AgentPrinting,
): PrintedAgent {
  const { connection } = more
  return {
    ...printListedAgent(agent, more.contexts, printing),
    makeConnectionId: connection?.number ?? null,
    makeConnectionType: connection?.slug ?? null,
    llmProviderId: connection?.number ?? null,
    pastConfigurations: more.past.map(({ definition }) => printConfiguration(definition, printing)),
  }
}
