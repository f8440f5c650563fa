import type { AgentDefinition } from '../../../core/agents/agent.ts'
import type { AgentTool, WorkspaceTool } from '../../../core/tools/tool.ts'
import { AppError, featureUnavailable, invalidField } from '../../../errors.ts'
import { sharedTool, type SharedTools } from '../../shared-tools.ts'
import { isCustomFunction } from './custom-function.ts'
import { referenceTo } from './graph.ts'
import { isShownElsewhere } from './graph-print.ts'
import { printAgentTool } from './resolved-tool.ts'
import type { NewAgentTool, PrintedAgentTool } from './wire-graph.ts'

/** What the flat list calls a tool: the id of a shared one, the name of any other. */
function handleOf(tool: AgentTool): string {
  return tool.kind === 'reference' ? tool.toolId : tool.name
}

/** Whether the flat list has a tool: all of them, but for those that this API has a switch for. */
function isListed(tool: AgentTool): boolean {
  return isShownElsewhere(tool, () => false)
}

/** An agent's tools as a flat list. Throws `SharedToolMissing`. */
export function printAgentTools({ tools }: AgentDefinition, shared: SharedTools): PrintedAgentTool[] {
  return tools.filter(isListed).map((tool) => {
    const isReference = tool.kind === 'reference'
    return printAgentTool(handleOf(tool), isReference ? sharedTool(shared, tool) : tool, isReference)
  })
}

/** The id of the function to be added. Errors: `invalid_request`, and 501 for other types of tools. */
export function readNewTool(body: NewAgentTool, known: readonly WorkspaceTool[]): string {
  if (body.type !== 'custom_function') {
    throw featureUnavailable(
      'type',
      `tools of the type ${JSON.stringify(body.type)} are not available in this version; "custom_function" is`,
    )
  }
  const field = 'custom_function_id'
  const text = body.custom_function_id ?? null
  if (text === null) throw invalidField(field, 'is required')
  const found = known.find((tool) => isCustomFunction(tool) && tool.id === text.toLowerCase())
  if (found !== undefined) return found.id
  throw invalidField(field, `no custom function of this organization has the id ${JSON.stringify(text)}`)
}

/** The definition with a function among its tools; one that has it already is as it was. */
export function withFunction(current: AgentDefinition, toolId: string): AgentDefinition {
  if (current.tools.some((tool) => handleOf(tool) === toolId)) return current
  return { ...current, tools: [...current.tools, referenceTo(toolId)] }
}

/** The definition without one of its tools. `tool_not_found` when it has none of this id. */
export function withoutTool(current: AgentDefinition, id: string): AgentDefinition {
  const isMeant = (tool: AgentTool) => handleOf(tool) === (tool.kind === 'reference' ? id.toLowerCase() : id)
  const tools = current.tools.filter((tool) => !(isListed(tool) && isMeant(tool)))
  if (tools.length === current.tools.length) throw new AppError('tool_not_found')
  return { ...current, tools }
}
