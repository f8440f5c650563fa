import type { ToolDefinition } from '../tools/tool.ts'

/**
 * Tools as a supervised agent has them: a person decides every call that can change the world, whatever the tool says.
 * What a client or another server does with a call is not known here, and so counts as a change.
 */
export function supervise(tools: readonly ToolDefinition[]): ToolDefinition[] {
  return tools.map((tool) => (changesNothing(tool) ? tool : { ...tool, approval: 'always' }))
}

/** The built-in tools only read. */
function changesNothing(tool: ToolDefinition): boolean {
  return tool.kind === 'builtin' || (tool.kind === 'http' && tool.effects === 'none')
}
