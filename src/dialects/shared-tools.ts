import type { Agent } from '../core/agents/agent.ts'
import type { ToolService } from '../core/tools/tool-service.ts'
import type { ToolDefinition, ToolReference } from '../core/tools/tool.ts'

/** The workspace tools that agents refer to, as they are shown. */
export type SharedTools = ReadonlyMap<string, ToolDefinition>

/** A definition refers to a tool that was not among those loaded: it changed since, and they must be loaded again. */
export class SharedToolMissing extends Error {}

function keyOf({ toolId, revision }: ToolReference): string {
  return `${toolId}/${revision ?? 'newest'}`
}

/** The workspace tools that these agents refer to, in their drafts too. */
export async function loadSharedTools(
  tools: Pick<ToolService, 'definitionOf'>,
  agents: readonly Agent[],
): Promise<SharedTools> {
  const loading = new Map<string, Promise<ToolDefinition>>()
  for (const { workspaceId, definition, draft } of agents) {
    for (const tool of [...definition.tools, ...(draft?.tools ?? [])]) {
      if (tool.kind !== 'reference' || loading.has(keyOf(tool))) continue
      loading.set(keyOf(tool), tools.definitionOf(workspaceId, tool.toolId, tool.revision))
    }
  }
  return new Map(
    await Promise.all([...loading].map(async ([key, definition]) => [key, await definition] as const)),
  )
}

/** What stands behind a reference. */
export function sharedTool(shared: SharedTools, reference: ToolReference): ToolDefinition {
  const found = shared.get(keyOf(reference))
  if (found === undefined) throw new SharedToolMissing()
  return found
}
