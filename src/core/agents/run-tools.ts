import { AppError, refuseProblems } from '../../errors.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { SchemaValidator } from '../tools/schema-validator.ts'
import { refuseUnknownBuiltin, toolProblems } from '../tools/tool-rules.ts'
import { noSecrets, openSecrets, openTool, sealSecrets, takeSecrets } from '../tools/tool-secrets.ts'
import type { ToolDefinition } from '../tools/tool.ts'
import { agentLimits } from './agent-rules.ts'
import { withArguments } from '../tools/overlay.ts'
import type { ResolvedAgent, RunOverrides } from './agent.ts'
import { supervise } from './supervision.ts'

/** Tools given with one run: header values `***`, what is behind them sealed for the run's id. */
export interface PinnedTools {
  tools: ToolDefinition[]
  sealedSecrets: string | null
}

/**
 * Tools given with one run, as the run pins them: header values taken out and sealed for the run's id. Throws
 * `invalid_request` or `feature_unavailable` naming what is wrong.
 */
export function pinRunTools(
  deps: { sealer: Sealer; validator: SchemaValidator },
  runId: string,
  tools: ToolDefinition[],
): PinnedTools {
  if (tools.length === 0) return { tools, sealedSecrets: null }
  tools.forEach((tool, index) => refuseUnknownBuiltin(tool, `tools[${index}]`))
  const taken = takeSecrets(tools, noSecrets, (index) => `tools[${index}].`)
  refuseProblems([
    ...tools.flatMap((tool, index) => toolProblems(tool, `tools[${index}]`, deps.validator)),
    ...taken.problems,
  ])
  const repeated = tools.findIndex(
    (tool, index) => tools.findIndex((other) => other.name === tool.name) < index,
  )
  if (repeated >= 0) {
    refuseProblems([{ field: `tools[${repeated}].name`, message: 'another tool of this run has the same' }])
  }
  return { tools: taken.tools, sealedSecrets: sealSecrets(deps.sealer, taken.secrets, runId) }
}

/** The tools that a run was given, as they were given. */
export function openRunTools(runId: string, pinned: PinnedTools, sealer: Sealer): ToolDefinition[] {
  const secrets = openSecrets(sealer, pinned.sealedSecrets, runId)
  return pinned.tools.map((tool) => openTool(tool, secrets))
}

/** The agent with the tools that its run was given: they stand beside its own, and replace one of the same name. */
export function withRunTools(
  agent: ResolvedAgent,
  runId: string,
  pinned: PinnedTools & { overrides: RunOverrides | null },
  sealer: Sealer,
): ResolvedAgent {
  if (pinned.tools.length === 0) return agent
  const opened = withArguments(openRunTools(runId, pinned, sealer), pinned.overrides?.toolArguments)
  const usable = agent.definition.supervised ? supervise(opened) : opened
  const given = new Map(usable.map((tool) => [tool.name, tool]))
  const tools = [...agent.tools.filter((tool) => !given.has(tool.name)), ...given.values()]
  if (tools.length > agentLimits.tools) {
    throw new AppError('invalid_request', { detail: `tools: a run has at most ${agentLimits.tools} tools.` })
  }
  return { ...agent, tools }
}
