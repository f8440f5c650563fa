import type { ToolTrialResult } from '../../../core/tools/tool-runner.ts'
import type { HttpMethod, HttpTool, ToolDefinition } from '../../../core/tools/tool.ts'
import { AppError, featureUnavailable, invalidField } from '../../../errors.ts'
import type { CustomFunction } from './custom-function.ts'
import { printTime } from '../wire-common.ts'
import type { FunctionPatch, NewFunction, PrintedFunction } from './wire-custom-functions.ts'

/** What one call has where nobody says, seconds: the vendor's default. */
const defaultRunTime = 15

/** Source code is refused; what is printed of it, nothing, is taken back. */
function refuseSourceCode(sourceCode: string | null | undefined): void {
  if (sourceCode === undefined || sourceCode === null || sourceCode === '') return
  throw featureUnavailable(
    'source_code',
    'this server executes no source code; put what the function does behind a URL and send http instead: {"method": "POST", "url": "https://…", "headers": {}}',
  )
}

function emptySchema() {
  return { type: 'object', properties: {} }
}

/** What repeating a call does. */
function effectsOf(method: HttpMethod): HttpTool['effects'] {
  return method === 'GET' ? 'none' : 'once'
}

export function readNewFunction(body: NewFunction): HttpTool {
  refuseSourceCode(body.source_code)
  const { http } = body
  if (!http) throw invalidField('http', 'is required')
  const method = http.method ?? 'POST'
  return {
    kind: 'http',
    name: body.name,
    description: body.description ?? null,
    parameters: body.input_schema ?? emptySchema(),
    approval: 'never',
    method,
    url: http.url,
    headers: http.headers ?? {},
    effects: effectsOf(method),
    checkUrl: null,
    timeoutSeconds: body.limits?.max_run_time ?? defaultRunTime,
  }
}

/** The definition with what was sent in place. What this API has no word for stays. */
export function changedFunction(current: ToolDefinition, patch: FunctionPatch): ToolDefinition {
  if (current.kind !== 'http') throw noFunction()
  refuseSourceCode(patch.source_code)
  const { name, description, input_schema: parameters, limits } = patch
  const { method = null, url, headers } = patch.http ?? {}
  return {
    ...current,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters: parameters ?? emptySchema() }),
    ...(method !== null && { method }),
    ...(method !== null && current.effects === effectsOf(current.method) && { effects: effectsOf(method) }),
    ...(url !== undefined && { url }),
    ...(headers !== undefined && { headers: headers ?? {} }),
    ...(limits !== undefined && { timeoutSeconds: limits?.max_run_time ?? defaultRunTime }),
  }
}

/** What core calls a field of a tool, as the client wrote it. */
export function functionField(field: string): string {
  if (field === 'parameters') return 'input_schema'
  if (field === 'timeout_seconds') return 'limits.max_run_time'
  return /^(?:url|headers|method)\b/.test(field) ? `http.${field}` : field
}

/** An argument of a call, which is a member of the body. */
export function argumentField(field: string): string {
  return field.replace(/^body\./, '')
}

export function printFunction(tool: CustomFunction): PrintedFunction {
  const { name, description, parameters, method, url, headers, timeoutSeconds } = tool.definition
  return {
    id: tool.id,
    name,
    description: description ?? '',
    technical_description: null,
    status: 'ready',
    limits: { max_run_time: timeoutSeconds },
    input_schema: parameters,
    source_code: '',
    analysis_error_details: null,
    organization_id: tool.workspaceId,
    created_at: printTime(tool.createdAt),
    http: {
      method,
      url,
      headers: Object.fromEntries(Object.keys(headers).map((header) => [header, '***' as const])),
    },
  }
}

export function printCall({ status, output, message }: ToolTrialResult) {
  return { result: output, is_error: status === 'error', error: message }
}

export function noFunction(): AppError {
  return new AppError('tool_not_found', { detail: 'Custom function not found' })
}
