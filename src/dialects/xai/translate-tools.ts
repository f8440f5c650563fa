import { findBuiltin } from '../../core/tools/builtin-tools.ts'
import type { AgentTool, BuiltinTool, FunctionTool, McpTool, ToolDefinition } from '../../core/tools/tool.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import { sharedTool, type SharedTools } from '../shared-tools.ts'
import type { ToolInput } from './wire-tools.ts'

type Read = ToolInput['read']
type FunctionRead = Extract<Read, { type: 'function' }>
type McpRead = Extract<Read, { type: 'mcp' }>
type SearchRead = Exclude<Read, FunctionRead | McpRead>

/** One tool of a request: what core keeps of it, and where it stood in the list. */
export interface ReadTool {
  tool: AgentTool
  sent: JsonObject
  read: Read
  index: number
}

/**
 * The tools of a request as core keeps them. Of several functions of one name (tools of one type, servers of one label)
 * the last one counts. `current` are the tools that the agent has now: one that was made through another API comes back
 * as a function and stays what it is, and what this API has no word for, such as an approval, stays with the tool's name.
 */
export function readTools(
  inputs: readonly ToolInput[],
  current: readonly AgentTool[],
  shared: SharedTools,
): ReadTool[] {
  const existing = new Map(current.map((tool) => [nameOf(tool, shared), tool]))
  const named = withNames(inputs)
  return named.map(({ input, index, name }) => {
    const { sent, read } = input
    return { tool: readTool(read, name, existing.get(name)), sent, read, index }
  })
}

/** The tools that count, each with the name that core knows it by. */
export function withNames(inputs: readonly ToolInput[]) {
  const last = new Map(inputs.map(({ read }, index) => [identity(read), index]))
  const counting = inputs
    .map((input, index) => ({ input, index }))
    .filter(({ input, index }) => last.get(identity(input.read)) === index)
  const taken = new Set(
    counting.flatMap(({ input: { read } }) => (read.type === 'mcp' ? [] : [ownName(read)])),
  )
  return counting.map(({ input, index }) => {
    const { read } = input
    return { input, index, name: read.type === 'mcp' ? serverName(read.server_label, taken) : ownName(read) }
  })
}

function identity(read: Read): string {
  return read.type === 'mcp' ? `mcp/${read.server_label}` : `${read.type}/${ownName(read)}`
}

function ownName(read: FunctionRead | SearchRead): string {
  return read.type === 'function' ? functionOf(read).name : read.type
}

/** A label is any text; a tool's name is not, and no two tools of an agent share one. */
function serverName(label: string, taken: Set<string>): string {
  const base = label.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60)
  let name = base
  for (let number = 2; taken.has(name); number++) name = `${base}_${number}`
  taken.add(name)
  return name
}

function nameOf(tool: AgentTool, shared: SharedTools): string {
  return tool.kind === 'reference' ? sharedTool(shared, tool).name : tool.name
}

function readTool(read: Read, name: string, existing: AgentTool | undefined): AgentTool {
  if (read.type === 'function') return readFunction(read, existing)
  if (read.type === 'mcp') return readMcp(read, name, existing?.kind === 'mcp' ? existing : null)
  return readSearch(read, existing?.kind === 'builtin' ? existing : null)
}

function functionOf(read: FunctionRead) {
  // The schema lets no function without a name through.
  return { ...read, ...read.function, name: read.function?.name ?? read.name ?? '' }
}

function readFunction(read: FunctionRead, existing: AgentTool | undefined): AgentTool {
  const { name, description, parameters } = functionOf(read)
  if (existing?.kind === 'reference') return existing
  if (existing?.kind === 'builtin' && !isSearch(existing)) return existing
  if (existing?.kind === 'http') {
    return {
      ...existing,
      ...(description !== undefined && { description }),
      ...(parameters && { parameters }),
    }
  }
  const tool: FunctionTool = {
    kind: 'function',
    name,
    description: description ?? null,
    parameters: parameters ?? { type: 'object', properties: {} },
    approval: existing?.kind === 'function' ? existing.approval : 'never',
  }
  return tool
}

function readMcp(read: McpRead, name: string, existing: McpTool | null): McpTool {
  const headers = Object.entries(read.headers ?? {}).filter(
    ([header]) => !read.authorization || header.toLowerCase() !== 'authorization',
  )
  if (read.authorization) headers.push(['Authorization', read.authorization])
  return {
    kind: 'mcp',
    name,
    description: read.server_description ?? null,
    parameters: existing?.parameters ?? {},
    approval: existing?.approval ?? 'never',
    url: read.server_url,
    headers: Object.fromEntries(headers),
    allowedTools: read.allowed_tools ?? null,
  }
}

function readSearch(read: SearchRead, existing: BuiltinTool | null): ToolDefinition {
  const builtin = findBuiltin(read.type)
  if (builtin === null) throw new Error(`There is no built-in ${read.type}.`)
  const { type: _type, ...rest } = read
  const settings = Object.fromEntries(
    Object.entries(rest).flatMap(([key, value]) => {
      const setting = readSetting(key, value)
      return setting === null ? [] : [setting]
    }),
  )
  return {
    ...builtin,
    approval: existing?.approval ?? 'never',
    ...(Object.keys(settings).length > 0 && { settings }),
  }
}

/** What this API calls a setting → what core does. */
const settingNames: Readonly<Record<string, string>> = {
  vector_store_ids: 'collection_ids',
  max_num_results: 'max_results',
}

function readSetting(key: string, value: unknown): [string, JsonValue] | null {
  if (value === undefined || value === null) return null
  const given = value as JsonValue // read from JSON by a schema that changes no values
  const handles = key.endsWith('_x_handles') && Array.isArray(given)
  return [settingNames[key] ?? key, handles ? given.map((handle) => String(handle).replace(/^@/, '')) : given]
}

/** The built-ins that this API has types for. */
export function isSearch(tool: BuiltinTool): boolean {
  return tool.name === 'web_search' || tool.name === 'x_search' || tool.name === 'file_search'
}

/** A setting as this API calls it. */
export function wireSetting(setting: string): string {
  const found = Object.entries(settingNames).find(([, name]) => name === setting)
  return found?.[0] ?? setting
}

const partNames: Readonly<Record<Read['type'], Readonly<Record<string, string>>>> = {
  // An HTTP tool comes back as a function: its URL is not among what the client wrote.
  function: { url: 'parameters' },
  mcp: { url: 'server_url', name: 'server_label', description: 'server_description' },
  web_search: { name: 'type' },
  x_search: { name: 'type' },
  file_search: { name: 'type' },
}

/** `tools[0].parameters`, core's name of a part of a tool, as the client wrote it: `tools[0].function.parameters`. */
export function toolField(field: string, inputs: readonly ToolInput[]): string {
  const [, position, rest] = /^tools\[(\d+)\]\.(.+)$/.exec(field) ?? []
  const found = position === undefined ? undefined : withNames(inputs)[Number(position)]
  if (found === undefined || rest === undefined) return field
  const { input, index } = found
  const { read } = input
  const at = `tools[${index}]`
  if (read.type === 'mcp' && read.authorization && rest.toLowerCase() === 'headers.authorization')
    return `${at}.authorization`
  const within = read.type === 'function' && read.function !== undefined ? `${at}.function` : at
  return `${within}.${partNames[read.type][rest] ?? rest}`
}
