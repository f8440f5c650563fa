import type { HttpTool, JsonSchema, ToolDefinition } from '../../../core/tools/tool.ts'
import { placeholders } from '../../../core/tools/http-url.ts'
import { isJsonObject, type JsonObject } from '../../../lib/json.ts'
import type { PrintedAgentTool, ResolvedTool } from './wire-graph.ts'

/** Where the arguments of a call travel. */
export const argumentParts = ['path_params', 'query_params', 'body_params'] as const
type Part = (typeof argumentParts)[number]

function partOf(tool: ToolDefinition, name: string, inPath: readonly string[]): Part {
  if (tool.kind !== 'http') return 'body_params'
  if (inPath.includes(name)) return 'path_params'
  return tool.method === 'GET' || tool.method === 'DELETE' ? 'query_params' : 'body_params'
}

/** The arguments of a tool by where they travel, each an object schema; what all of them share is repeated. */
function partsOf(tool: ToolDefinition): Record<Part, JsonSchema> {
  const { properties, required, ...rest } = tool.parameters
  const inPath = tool.kind === 'http' ? placeholders(tool.url) : []
  const names = isJsonObject(properties) ? Object.entries(properties) : []
  const needed = Array.isArray(required) ? required : []
  const schemaOf = (part: Part): JsonSchema => {
    const own = names.filter(([name]) => partOf(tool, name, inPath) === part)
    return {
      ...rest,
      type: 'object',
      properties: Object.fromEntries(own),
      required: needed.filter((name) => own.some(([one]) => one === name)),
    }
  }
  return {
    path_params: schemaOf('path_params'),
    query_params: schemaOf('query_params'),
    body_params: schemaOf('body_params'),
  }
}

function needsAny({ required }: JsonSchema): boolean {
  return Array.isArray(required) && required.length > 0
}

/** The vendor's kinds of tools. */
function typeOf(tool: ToolDefinition, isShared: boolean): PrintedAgentTool['type'] {
  if (tool.kind === 'mcp') return 'mcp'
  return tool.kind === 'http' && isShared ? 'custom_function' : 'action'
}

/** A tool in an agent's flat list. `id`: that of the shared tool, else its name. */
export function printAgentTool(id: string, tool: ToolDefinition, isShared: boolean) {
  const type = typeOf(tool, isShared)
  return {
    id,
    type,
    name: tool.name,
    connection_id: null,
    operation_id: null,
    operation_name: type === 'action' ? tool.name : null,
    custom_function_id: type === 'custom_function' ? id : null,
    mcp_id: type === 'mcp' ? id : null,
    allowed_tools: tool.kind === 'mcp' ? tool.allowedTools : null,
    target_id: null,
  } satisfies PrintedAgentTool
}

/**
 * A tool as its definition is printed. Arguments stand where a call of the tool sends them. There are no headers among
 * them: the model is not asked to explain its calls there.
 */
export function resolveTool(id: string, tool: ToolDefinition, isShared: boolean): ResolvedTool {
  const parts = partsOf(tool)
  const description = tool.description ?? ''
  const properties: JsonObject = { ...parts, headers: { type: 'object', properties: {}, required: [] } }
  return {
    ...printAgentTool(id, tool, isShared),
    method: methodOf(tool),
    path: `/operation/${id}`,
    description,
    raw_description: description,
    function_description: description,
    path_params: parts.path_params,
    query_params: parts.query_params,
    body_schema: parts.body_params,
    parameters: {
      type: 'object',
      properties,
      required: Object.entries(parts).flatMap(([part, schema]) => (needsAny(schema) ? [part] : [])),
    },
    connector_id: null,
    should_add_to_graph: false,
    is_local: tool.kind === 'function',
    is_standalone: false,
    is_synced: false,
  }
}

function methodOf(tool: ToolDefinition): string {
  const { method }: Pick<HttpTool, 'method'> = tool.kind === 'http' ? tool : { method: 'POST' }
  return method.toLowerCase()
}
