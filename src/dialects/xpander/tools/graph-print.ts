import type { AgentDefinition } from '../../../core/agents/agent.ts'
import type { AgentTool, McpTool, ToolDefinition } from '../../../core/tools/tool.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { overlaid } from '../../../core/tools/overlay.ts'
import { sharedTool, type SharedTools } from '../../shared-tools.ts'
import { functionsConnector } from './custom-function.ts'
import { printSettings } from './graph-overlays.ts'
import { resolveTool } from './resolved-tool.ts'
import type { GraphItem, PrintedConnector, ResolvedTool } from './wire-graph.ts'

/** Built-ins that this API has a switch for, and no item. */
const switched = new Set(['think', 'analyze'])

/** Whether a tool is one that this API cannot name and shows all the same: what other APIs gave the agent. */
export function isShownElsewhere(tool: AgentTool, isFunction: (toolId: string) => boolean): boolean {
  if (tool.kind === 'reference') return !isFunction(tool.toolId)
  return !(tool.kind === 'builtin' && switched.has(tool.name))
}

/** The items that were sent through this API. */
function storedItems({ extensions }: Pick<AgentDefinition, 'extensions'>): GraphItem[] {
  const items = extensions['xpander']?.['graph']
  return Array.isArray(items) ? (items as unknown as GraphItem[]) : [] // only readTools writes it
}

function item(itemId: string, more: Partial<GraphItem>): GraphItem {
  return {
    id: itemId,
    item_id: itemId,
    name: null,
    type: 'tool',
    sub_type: null,
    targets: [],
    settings: null,
    llm_settings: [],
    is_first: false,
    ...more,
  }
}

/** The items of an agent's functions, and its source nodes: those that were sent, then one for each other function. */
export function functionItems(
  definition: Pick<AgentDefinition, 'tools' | 'extensions'>,
  isFunction: (toolId: string) => boolean,
): GraphItem[] {
  const used = new Map(
    definition.tools.flatMap((tool) =>
      tool.kind === 'reference' && isFunction(tool.toolId) ? [[tool.toolId, tool.overlay] as const] : [],
    ),
  )
  const stored = storedItems(definition).filter(
    ({ type, item_id: id }) => type === 'source_node' || used.has(id),
  )
  const named = new Set(stored.map(({ item_id: id }) => id))
  const others = [...used.keys()]
    .filter((id) => !named.has(id))
    .map((id) => item(id, { sub_type: 'custom_function' }))
  return [...stored, ...others].map((one) =>
    one.type === 'source_node'
      ? one
      : { ...one, settings: printSettings(one.settings, used.get(one.item_id)) },
  )
}

/** The item of a tool that this API cannot name. It stands for the tool when it comes back. */
export function printUnnamed(tool: AgentTool): GraphItem {
  if (tool.kind === 'reference') return item(tool.toolId, { sub_type: 'local_tool' })
  const { kind, name } = tool
  if (kind === 'mcp') return item(name, { name, type: 'mcp', settings: { mcp_settings: mcpSettings(tool) } })
  return item(name, { name, sub_type: kind === 'function' ? 'local_tool' : 'operation' })
}

function mcpSettings({ name, url, headers, allowedTools }: McpTool): JsonObject {
  const names = Object.keys(headers)
  return {
    type: 'remote',
    name,
    url,
    transport: 'streamable-http',
    auth_type: names.length === 0 ? 'none' : 'custom_headers',
    headers: Object.fromEntries(names.map((header) => [header, '***'])),
    allowed_tools: allowedTools ?? [],
  }
}

/** Where a reference leads, and whether it is a custom function. */
function functionOf(tool: AgentTool, shared: SharedTools): ToolDefinition | null {
  if (tool.kind !== 'reference') return null
  const definition = sharedTool(shared, tool)
  return definition.kind === 'http' ? definition : null
}

/** An agent's tools in the three places where this API has them. Throws `SharedToolMissing`. */
export function printTools(
  definition: AgentDefinition,
  shared: SharedTools,
): { graph: GraphItem[]; attached_tools: PrintedConnector[]; tools: ResolvedTool[] } {
  const functions = new Map<string, ToolDefinition>()
  for (const tool of definition.tools) {
    const found = functionOf(tool, shared)
    if (found !== null && tool.kind === 'reference') functions.set(tool.toolId, found)
  }
  const ids = [...functions.keys()]
  const elsewhere = definition.tools.filter((tool) => isShownElsewhere(tool, (id) => functions.has(id)))
  return {
    graph: [
      ...functionItems(definition, (id) => functions.has(id)).map((one) => ({
        ...one,
        name: one.name ?? functions.get(one.item_id)?.name ?? null,
      })),
      ...elsewhere.map((tool) => withName(printUnnamed(tool), tool, shared)),
    ],
    attached_tools: ids.length === 0 ? [] : [{ id: functionsConnector, operation_ids: ids }],
    tools: definition.tools
      .filter((tool) => functionOf(tool, shared) !== null || elsewhere.includes(tool))
      .map((tool) =>
        tool.kind === 'reference'
          ? resolveTool(tool.toolId, overlaid(sharedTool(shared, tool), tool.overlay), true)
          : resolveTool(tool.name, tool, false),
      ),
  }
}

function withName(printed: GraphItem, tool: AgentTool, shared: SharedTools): GraphItem {
  return tool.kind === 'reference' ? { ...printed, name: sharedTool(shared, tool).name } : printed
}
