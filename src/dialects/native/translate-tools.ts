import { findBuiltin } from '../../core/tools/builtin-tools.ts'
import type {
  AgentTool,
  BuiltinTool,
  FunctionTool,
  HttpMethod,
  HttpTool,
  McpTool,
  ToolDefinition,
  ToolRevision,
  WorkspaceTool,
} from '../../core/tools/tool.ts'
import { printId } from '../../lib/ids.ts'
import { canonicalJson, type JsonObject } from '../../lib/json.ts'
import { readOverlay } from './translate-overlay.ts'
import { printHeaders, printTime, readIdField } from './wire-common.ts'
import type {
  AgentToolInput,
  PrintedAgentTool,
  PrintedSharedTool,
  PrintedTool,
  PrintedToolRevision,
  ToolInput,
} from './wire-tools.ts'
import { featureUnavailable } from '../../errors.ts'

const defaultTimeoutSeconds = 60

/** Tools written out in full; `at` names the list they stand in. */
export function readToolInputs(tools: readonly ToolInput[], at = 'tools'): ToolDefinition[] {
  return tools.map((tool, index) => readTool(tool, `${at}[${index}]`))
}

/**
 * `current`: the tools that the agent has now. One of a kind that cannot be written here is kept when it comes back as it
 * was printed.
 */
export function readAgentTools(
  tools: readonly AgentToolInput[],
  current: readonly AgentTool[] = [],
): AgentTool[] {
  const printed = new Map(current.map((tool) => [canonicalJson(printAgentTool(tool)), tool]))
  return tools.map((tool, index) => {
    const field = `tools[${index}]`
    const kept = printed.get(canonicalJson(tool as JsonObject)) // parsed from JSON
    if (kept !== undefined) return kept
    if (tool.type !== 'reference') return readTool(tool, field)
    const toolId = readIdField('tool', tool.tool_id, `${field}.tool_id`)
    const { revision = null, approval = null } = tool
    const overlay = tool.overlay ? readOverlay(tool.overlay) : null
    return { kind: 'reference', toolId, revision, approval, ...(overlay && { overlay }) }
  })
}

/** `at` is where the tool stands; empty when it is the whole body. */
export function readTool(tool: ToolInput, at: string): ToolDefinition {
  switch (tool.type) {
    case 'http':
      return readHttpTool(tool)
    case 'function':
      return {
        kind: 'function',
        name: tool.name,
        description: tool.description ?? null,
        parameters: tool.parameters ?? {},
        approval: tool.approval ?? 'never',
      }
    case 'get_current_time':
    case 'end_call':
    case 'think':
    case 'analyze': {
      const builtin = findBuiltin(tool.type)
      if (builtin === null) throw laterTool(tool.type, at)
      return { ...builtin, approval: tool.approval ?? 'never' }
    }
    default:
      throw laterTool(tool.type, at)
  }
}

function laterTool(type: string, at: string) {
  const field = at === '' ? 'type' : `${at}.type`
  return featureUnavailable(
    field,
    `tools of the type ${JSON.stringify(type)} are not available in this version`,
  )
}

function readHttpTool(tool: Extract<ToolInput, { type: 'http' }>): HttpTool {
  const method: HttpMethod = tool.method ?? 'GET'
  return {
    kind: 'http',
    name: tool.name,
    description: tool.description ?? null,
    parameters: tool.parameters ?? {},
    approval: tool.approval ?? 'never',
    method,
    url: tool.url,
    headers: tool.headers ?? {},
    effects: tool.effects ?? (method === 'GET' ? 'none' : 'once'),
    checkUrl: tool.check_url ?? null,
    timeoutSeconds: tool.timeout_seconds ?? defaultTimeoutSeconds,
    ...(tool.reply_text && { replyText: tool.reply_text }),
    ...(tool.extensions && { extensions: tool.extensions }),
  }
}

export function printTool(tool: ToolDefinition): PrintedTool {
  if (tool.kind === 'builtin') return printBuiltin(tool)
  if (tool.kind === 'mcp') return printMcp(tool)
  return printShareable(tool)
}

function printBuiltin({ name, approval, settings = {} }: BuiltinTool): PrintedTool {
  if (name === 'web_search' || name === 'x_search' || name === 'file_search')
    return { type: name, approval, settings }
  if (name === 'think' || name === 'analyze' || name === 'end_call') return { type: name, approval }
  return { type: 'get_current_time', approval }
}

function printMcp(tool: McpTool): PrintedTool {
  const { name, description, parameters, approval, url, allowedTools } = tool
  return {
    type: 'mcp',
    name,
    description,
    parameters,
    approval,
    url,
    headers: printHeaders(tool.headers),
    allowed_tools: allowedTools,
  }
}

export function printAgentTool(tool: AgentTool): PrintedAgentTool {
  if (tool.kind !== 'reference') return printTool(tool)
  return {
    type: 'reference',
    tool_id: printId('tool', tool.toolId),
    revision: tool.revision,
    approval: tool.approval,
    ...(tool.overlay && { overlay: tool.overlay }),
  }
}

function printShareable(tool: HttpTool | FunctionTool) {
  const { name, description, parameters, approval } = tool
  if (tool.kind === 'function') return { type: 'function' as const, name, description, parameters, approval }
  return {
    type: 'http' as const,
    name,
    description,
    parameters,
    approval,
    method: tool.method,
    url: tool.url,
    headers: printHeaders(tool.headers),
    effects: tool.effects,
    check_url: tool.checkUrl,
    timeout_seconds: tool.timeoutSeconds,
    ...(tool.replyText && { reply_text: tool.replyText }),
    ...(tool.extensions && { extensions: tool.extensions }),
  }
}

/** Only these two kinds are ever shared. */
function printShared(tool: ToolDefinition) {
  if (tool.kind !== 'http' && tool.kind !== 'function')
    throw new Error(`A tool of the kind ${tool.kind} was stored as a shared one.`)
  return printShareable(tool)
}

export function printWorkspaceTool(tool: WorkspaceTool): PrintedSharedTool {
  return {
    id: printId('tool', tool.id),
    revision: tool.revision,
    ...printShared(tool.definition),
    created_at: printTime(tool.createdAt),
    updated_at: printTime(tool.updatedAt),
  }
}

export function printRevision(revision: ToolRevision): PrintedToolRevision {
  return {
    revision: revision.revision,
    ...printShared(revision.definition),
    created_at: printTime(revision.createdAt),
  }
}
