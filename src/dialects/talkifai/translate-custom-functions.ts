import { isIP } from 'node:net'
import type { AgentDefinition } from '../../core/agents/agent.ts'
import type { AgentTool, HttpMethod, HttpTool, ToolDefinition, WorkspaceTool } from '../../core/tools/tool.ts'
import { AppError, invalidField } from '../../errors.ts'
import { addressKind, plainHost } from '../../lib/egress-rules.ts'
import { printId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import { extrasOf } from './agent-extras.ts'
import { printTime } from './wire-common.ts'
import type { FunctionPatch, NewFunction, PrintedFunction } from './wire-custom-functions.ts'

/** What one call has, seconds. */
const timeoutSeconds = 30

/** A shared http tool that belongs to one agent: what this vendor calls a custom function. */
export interface CustomFunction extends WorkspaceTool {
  definition: HttpTool
}

/** What custom functions of one agent carry, and no other tool. */
export function markOf(agentId: string): { talkifai: { agentId: string } } {
  return { talkifai: { agentId } }
}

/** The agent that a function belongs to; null: the tool is no function. */
export function agentOf({ definition }: Pick<WorkspaceTool, 'definition'>): string | null {
  const agentId = definition.kind === 'http' ? definition.extensions?.['talkifai']?.['agentId'] : undefined
  return typeof agentId === 'string' ? agentId : null
}

export function isCustomFunction(tool: WorkspaceTool): tool is CustomFunction {
  return agentOf(tool) !== null
}

export function readNewFunction(agentId: string, body: NewFunction): HttpTool {
  refusePlainHttp(body.endpoint)
  const method = body.method ?? 'POST'
  const { label = null } = body
  return {
    kind: 'http',
    name: body.name,
    description: body.description ?? null,
    parameters: body.parameters ?? { type: 'object', properties: {} },
    approval: 'never',
    method,
    url: body.endpoint,
    headers: body.headers ?? {},
    effects: effectsOf(method),
    checkUrl: null,
    timeoutSeconds,
    replyText: 'first_of_result_data_message',
    extensions: { talkifai: { ...markOf(agentId).talkifai, ...(label !== null && { label }) } },
  }
}

/** The definition with what was sent in place. What this API has no word for stays. */
export function changedFunction(current: ToolDefinition, patch: FunctionPatch): ToolDefinition {
  if (current.kind !== 'http') throw noFunction()
  const { name, endpoint, method = current.method, description, headers, parameters } = patch
  if (endpoint !== undefined) refusePlainHttp(endpoint)
  return {
    ...current,
    method,
    ...(current.effects === effectsOf(current.method) && { effects: effectsOf(method) }),
    ...(name !== undefined && { name }),
    ...(endpoint !== undefined && { url: endpoint }),
    ...(description !== undefined && { description }),
    ...(headers !== undefined && { headers: headers ?? {} }),
    ...(parameters !== undefined && { parameters: parameters ?? { type: 'object', properties: {} } }),
    ...(patch.label !== undefined && { extensions: withLabel(current, patch.label) }),
  }
}

function withLabel({ extensions }: HttpTool, label: string | null): Record<string, JsonObject> {
  const { label: _, ...mark } = extensions?.['talkifai'] ?? {}
  return { ...extensions, talkifai: label === null ? mark : { ...mark, label } }
}

/** What repeating a call does. */
function effectsOf(method: HttpMethod): HttpTool['effects'] {
  return method === 'GET' ? 'none' : 'once'
}

export function printFunction(tool: CustomFunction): PrintedFunction {
  const { name, description, url, method, headers, parameters, extensions } = tool.definition
  const label = extensions?.['talkifai']?.['label']
  return {
    id: printId('func', tool.id),
    name,
    label: typeof label === 'string' ? label : name,
    description: description ?? '',
    endpoint: url,
    method,
    headers: Object.fromEntries(Object.keys(headers).map((header) => [header, '***' as const])),
    parameters,
    agentId: printId('agent', agentOf(tool) ?? ''),
    createdAt: printTime(tool.createdAt),
    updatedAt: printTime(tool.updatedAt),
  }
}

export function noFunction(): AppError {
  return new AppError('tool_not_found', { detail: 'This agent has no custom function with this id.' })
}

/** What core calls a field of a tool, as the client wrote it. */
export function functionField(field: string): string {
  if (field === 'url') return 'endpoint'
  return field === 'extensions' ? 'label' : field
}

/** Whether the agent's list of functions names this one. */
export function isListed(definition: AgentDefinition, name: string): boolean {
  return extrasOf(definition).enabledCustomFunctions.includes(name)
}

function isReferenceTo(toolId: string) {
  return (tool: AgentTool): boolean => tool.kind === 'reference' && tool.toolId === toolId
}

export function usesFunction({ tools }: AgentDefinition, toolId: string): boolean {
  return tools.some(isReferenceTo(toolId))
}

/** The definition with a function among its tools, or not among them. */
export function withFunction(definition: AgentDefinition, toolId: string, used: boolean): AgentDefinition {
  const { tools } = definition
  if (used === usesFunction(definition, toolId)) return definition
  if (!used) return { ...definition, tools: tools.filter((tool) => !isReferenceTo(toolId)(tool)) }
  const reference = { kind: 'reference', toolId, revision: null, approval: null } as const
  return { ...definition, tools: [...tools, reference] }
}

/** Secrets must not travel in the open. Inside a private network, what may be called is the server's own rule. */
function refusePlainHttp(endpoint: string): void {
  const url = URL.parse(endpoint.replaceAll(/[{}]/g, ''))
  if (url?.protocol === 'https:') return
  const host = plainHost(url?.hostname ?? '')
  const isPrivate =
    isIP(host) === 0 ? !host.includes('.') || host.endsWith('.localhost') : addressKind(host) === 'private'
  if (url?.protocol === 'http:' && isPrivate) return
  throw invalidField('endpoint', 'must begin with https://')
}
