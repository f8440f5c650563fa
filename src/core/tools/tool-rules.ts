import { featureUnavailable, type FieldError } from '../../errors.ts'
import { isJsonObject } from '../../lib/json.ts'
import { isLongerThan } from '../../lib/text-length.ts'
import { findBuiltin } from './builtin-tools.ts'
import { headerProblems } from './header-rules.ts'
import { placeholders, urlProblem } from './http-url.ts'
import type { SchemaValidator } from './schema-validator.ts'
import type { AgentTool, HttpTool, McpTool, ToolDefinition } from './tool.ts'

const nameForm = /^[A-Za-z0-9_-]{1,64}$/
const maxDescription = 4_000
const maxTimeoutSeconds = 3_600
const maxExtensionsBytes = 16 * 1024

/**
 * What is wrong with a tool, each with the field it is about (`at` is where the tool stands, such as `tools[0]`; empty
 * for a tool that stands alone). Fields are named as they are documented: snake_case.
 */
export function toolProblems(tool: ToolDefinition, at: string, validator: SchemaValidator): FieldError[] {
  const problems: FieldError[] = []
  const report = (name: string, message: string) =>
    problems.push({ field: at === '' ? name : `${at}.${name}`, message })
  if (!nameForm.test(tool.name)) report('name', 'use 1 to 64 letters, digits, underscores or hyphens')
  if (isLongerThan(tool.description ?? '', maxDescription))
    report('description', `use at most ${maxDescription} characters`)
  const schemaProblem = parametersProblem(tool, validator)
  if (schemaProblem !== null) report('parameters', schemaProblem)
  if (tool.kind === 'http') httpProblems(tool, report)
  if (tool.kind === 'mcp') mcpProblems(tool, report)
  return problems
}

/** A built-in that does not exist here is a feature we do not have, which is said as such. */
export function refuseUnknownBuiltin(tool: AgentTool, at: string): void {
  if (tool.kind !== 'builtin' || findBuiltin(tool.name) !== null) return
  const field = at === '' ? 'type' : `${at}.type`
  throw featureUnavailable(
    field,
    `tools of the type ${JSON.stringify(tool.name)} are not available in this version`,
  )
}

function parametersProblem(tool: ToolDefinition, validator: SchemaValidator): string | null {
  const type = tool.parameters['type']
  if (type !== undefined && type !== 'object') return 'must be a JSON Schema of the type "object"'
  const problem = validator.check(tool.parameters)
  return problem === null ? null : `is not a JSON Schema we can use: ${problem}`
}

type Report = (name: string, message: string) => void

function httpProblems(tool: HttpTool, report: Report): void {
  const url = urlProblem(tool.url)
  if (url !== null) report('url', url)
  const properties = tool.parameters['properties']
  for (const name of placeholders(tool.url)) {
    if (!isJsonObject(properties) || !Object.hasOwn(properties, name)) {
      report('url', `{${name}} is not one of the properties in parameters`)
    }
  }
  if (tool.effects === 'checkable' && tool.checkUrl === null)
    report('check_url', 'is required when effects is "checkable"')
  if (tool.effects !== 'checkable' && tool.checkUrl !== null)
    report('check_url', 'only goes with effects "checkable"')
  if (tool.checkUrl !== null) {
    const problem = urlProblem(tool.checkUrl)
    if (problem !== null) report('check_url', problem)
    else if (placeholders(tool.checkUrl).length > 0)
      report('check_url', 'has no placeholders: the key alone asks')
  }
  if (!(tool.timeoutSeconds >= 1 && tool.timeoutSeconds <= maxTimeoutSeconds)) {
    report('timeout_seconds', `must be between 1 and ${maxTimeoutSeconds}`)
  }
  if (Buffer.byteLength(JSON.stringify(tool.extensions ?? {})) > maxExtensionsBytes)
    report('extensions', `may have at most ${maxExtensionsBytes} bytes as JSON`)
  reportHeaders(tool.headers, report)
}

function mcpProblems(tool: McpTool, report: Report): void {
  const url = urlProblem(tool.url)
  if (url !== null) report('url', url)
  else if (placeholders(tool.url).length > 0) report('url', 'has no placeholders')
  reportHeaders(tool.headers, report)
}

function reportHeaders(headers: Record<string, string>, report: Report): void {
  for (const { name, message } of headerProblems(headers))
    report(name === null ? 'headers' : `headers.${name}`, message)
}
