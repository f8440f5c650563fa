import type { AgentTool, McpTool } from '../../core/tools/tool.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'
import { asSent, keepAsSent } from '../as-sent.ts'
import { sharedTool, type SharedTools } from '../shared-tools.ts'
import { isSearch, wireSetting, type ReadTool } from './translate-tools.ts'

const mask = '***'

/** Tools as they are printed: as they were sent through this API, until another one has changed them. */
export function printTools(
  tools: readonly AgentTool[],
  shared: SharedTools,
  kept: JsonValue | undefined,
): JsonObject[] {
  const sent = isJsonObject(kept) ? kept : {}
  return tools.map((tool) => {
    if (tool.kind === 'reference') return printTool(tool, shared)
    const again = asSent(sent[tool.name], coreValue(tool))
    return isJsonObject(again) ? again : printTool(tool, shared)
  })
}

/** What has to be kept so that tools are printed as they were sent, by name: those that are not printed so anyway. */
export function keptTools(tools: readonly ReadTool[], shared: SharedTools): JsonObject {
  const kept: JsonObject = {}
  for (const { tool, sent } of tools) {
    if (tool.kind === 'reference') continue
    const masked = withoutSecrets(sent)
    if (JSON.stringify(printTool(tool, shared)) === JSON.stringify(masked)) continue
    kept[tool.name] = keepAsSent(masked, coreValue(tool))
  }
  return kept
}

/** The tool as it is stored. */
function coreValue(tool: AgentTool): JsonValue {
  const shown =
    tool.kind === 'http' || tool.kind === 'mcp' ? { ...tool, headers: masked(tool.headers) } : tool
  return shown as unknown as JsonValue // a tool is plain JSON
}

function masked(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((header) => [header, mask]))
}

/** The keys of an MCP tool that hold credentials, in every spelling that is taken. */
const headerKeys = new Set(['headers', 'extra_headers', 'extraHeaders'])

function withoutSecrets(sent: JsonObject): JsonObject {
  if (sent['type'] !== 'mcp') return sent
  return Object.fromEntries(
    Object.entries(sent).map(([key, value]) => {
      if (key.toLowerCase() === 'authorization' && typeof value === 'string' && value !== '')
        return [key, mask]
      return headerKeys.has(key) && isJsonObject(value) ? [key, masked(value)] : [key, value]
    }),
  )
}

function printTool(tool: AgentTool, shared: SharedTools): JsonObject {
  if (tool.kind === 'mcp') return printMcp(tool)
  if (tool.kind === 'builtin' && isSearch(tool)) {
    const settings = Object.entries(tool.settings ?? {}).filter(([name]) => name !== 'type')
    return {
      type: tool.name,
      ...Object.fromEntries(settings.map(([name, value]) => [wireSetting(name), value])),
    }
  }
  const { name, description, parameters } = tool.kind === 'reference' ? sharedTool(shared, tool) : tool
  return { type: 'function', function: { name, ...(description !== null && { description }), parameters } }
}

function printMcp({ name, description, url, headers, allowedTools }: McpTool): JsonObject {
  const others = Object.keys(headers).filter((header) => header.toLowerCase() !== 'authorization')
  return {
    type: 'mcp',
    server_url: url,
    server_label: name,
    ...(description !== null && { server_description: description }),
    ...(allowedTools !== null && { allowed_tools: allowedTools }),
    ...(others.length < Object.keys(headers).length && { authorization: mask }),
    ...(others.length > 0 && { headers: Object.fromEntries(others.map((header) => [header, mask])) }),
  }
}
