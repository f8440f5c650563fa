import { AppError, type FieldError, refuseProblems } from '../../errors.ts'
import { isLongerThan } from '../../lib/text-length.ts'
import { roleAtLeast, type Principal } from '../access/principal.ts'
import type { SchemaValidator } from '../tools/schema-validator.ts'
import { refuseUnknownBuiltin, toolProblems } from '../tools/tool-rules.ts'
import type { AgentTool } from '../tools/tool.ts'
import type { AgentDefinition, RunOverrides, Visibility } from './agent.ts'
import { emptyDefinition } from './definition.ts'
import { noticesProblems } from './notice-rules.ts'
import { changesSettings, overridden } from './overrides.ts'
import { strategyProblems } from './strategy-rules.ts'

const kibibyte = 1024
const slugForm = /^[a-z0-9][a-z0-9-]{0,62}$/
const modelNameForm = /^[a-z0-9_-]+\/\S{1,255}$/

export const agentLimits = {
  name: 255,
  description: 4_000,
  instructions: 256_000,
  tools: 200,
  fallbacks: 5,
  metadataBytes: 16 * kibibyte,
  /** What an agent says over one shared tool. */
  overlayBytes: 64 * kibibyte,
  /** What dialects print as it was sent is kept there, as text in text: the largest list of tools fits. */
  extensionsBytes: 16 * 1024 * kibibyte,
} as const

/**
 * Refuses a definition that cannot be run as it says: `invalid_request` naming every field that is wrong, or
 * `feature_unavailable` naming what this server does not have. Fields are named as they are documented: snake_case.
 */
export function refuseBadDefinition(
  definition: AgentDefinition,
  validator: SchemaValidator,
  more: FieldError[],
): void {
  definition.tools.forEach((tool, index) => refuseUnknownBuiltin(tool, `tools[${index}]`))
  const problems = [
    ...textProblems(definition),
    ...modelProblems(definition),
    ...rangeProblems(definition),
    ...voiceProblems(definition),
    ...outputProblems(definition, validator),
    ...strategyProblems(definition.strategies),
    ...toolListProblems(definition.tools, validator),
    ...noticesProblems(definition.notices),
    ...sizeProblems(definition),
    ...more,
  ]
  refuseProblems(problems)
}

/** Refuses what a run shall do differently when no agent may be so: `invalid_request` naming every field that is wrong. */
export function refuseBadOverrides(overrides: RunOverrides, validator: SchemaValidator): void {
  const effective = overridden(anyAgent, overrides)
  const problems = textProblems(effective)
  if (changesSettings(overrides)) {
    problems.push(
      ...rangeProblems(effective),
      ...outputProblems(effective, validator),
      ...toolListProblems(effective.tools, validator),
    )
  }
  refuseProblems(problems)
}

const anyAgent = emptyDefinition('any')

function textProblems({ name, description, instructions }: AgentDefinition): FieldError[] {
  const problems: FieldError[] = []
  if (name.trim() === '' || isLongerThan(name, agentLimits.name)) {
    problems.push({ field: 'name', message: `must have 1 to ${agentLimits.name} characters` })
  }
  if (isLongerThan(description ?? '', agentLimits.description)) {
    problems.push({ field: 'description', message: `use at most ${agentLimits.description} characters` })
  }
  if (isLongerThan(instructions ?? '', agentLimits.instructions)) {
    problems.push({ field: 'instructions', message: `use at most ${agentLimits.instructions} characters` })
  }
  return problems
}

function modelProblems({ model }: AgentDefinition): FieldError[] {
  if (model === null) return []
  const problems: FieldError[] = []
  if (model.fallbacks.length > agentLimits.fallbacks) {
    problems.push({ field: 'model.fallbacks', message: `name at most ${agentLimits.fallbacks}` })
  }
  model.fallbacks.forEach((name, index) => {
    if (!modelNameForm.test(name)) {
      problems.push({ field: `model.fallbacks[${index}]`, message: 'must have the form provider/model' })
    }
  })
  return problems
}

function rangeProblems({ model, limits, history }: AgentDefinition): FieldError[] {
  const whole = true
  return [
    outside('model.temperature', model?.temperature ?? null, 0, 2),
    outside('model.max_output_tokens', model?.maxOutputTokens ?? null, 1, 1_000_000, whole),
    outside('limits.steps', limits.steps, 1, 1_000, whole),
    outside('limits.tool_calls', limits.toolCalls, 1, 10_000, whole),
    outside('limits.seconds', limits.seconds, 1, 86_400),
    outside('limits.step_seconds', limits.stepSeconds, 1, 86_400),
    outside('limits.tokens', limits.tokens, 1, Number.MAX_SAFE_INTEGER, whole),
    outside('limits.runs_per_day', limits.runsPerDay, 1, 2_147_483_647, whole),
    outside('history.runs', history.runs, 0, 1_000, whole),
    outside('history.tool_calls', history.toolCalls, 0, 10_000, whole),
  ].filter((problem) => problem !== null)
}

function voiceProblems({ voice }: AgentDefinition): FieldError[] {
  return [
    outside('voice.vad_threshold', voice?.vadThreshold ?? null, 0, 1),
    outside('voice.vad_silence_ms', voice?.vadSilenceMs ?? null, 0, 10_000, true),
  ].filter((problem) => problem !== null)
}

function outside(
  field: string,
  value: number | null,
  least: number,
  most: number,
  whole = false,
): FieldError | null {
  if (value === null || (value >= least && value <= most && (!whole || Number.isInteger(value)))) return null
  return { field, message: `must be ${whole ? 'a whole number' : 'a number'} between ${least} and ${most}` }
}

function outputProblems({ output }: AgentDefinition, validator: SchemaValidator): FieldError[] {
  const { schema } = output
  if (schema === null) return []
  if (output.format !== 'json') return [{ field: 'output.schema', message: 'only goes with format "json"' }]
  const problem = validator.check(schema)
  return problem === null
    ? []
    : [{ field: 'output.schema', message: `is not a JSON Schema we can use: ${problem}` }]
}

function toolListProblems(tools: AgentTool[], validator: SchemaValidator): FieldError[] {
  const problems: FieldError[] = []
  if (tools.length > agentLimits.tools) {
    problems.push({ field: 'tools', message: `an agent has at most ${agentLimits.tools} tools` })
  }
  const names = new Set<string>()
  tools.forEach((tool, index) => {
    const name = tool.kind === 'reference' ? tool.toolId : tool.name
    const field = `tools[${index}].${tool.kind === 'reference' ? 'tool_id' : 'name'}`
    if (names.has(name)) problems.push({ field, message: 'another tool of this agent has the same' })
    names.add(name)
    if (tool.kind !== 'reference') problems.push(...toolProblems(tool, `tools[${index}]`, validator))
    else if (Buffer.byteLength(JSON.stringify(tool.overlay ?? {})) > agentLimits.overlayBytes) {
      problems.push({
        field: `tools[${index}].overlay`,
        message: `may have at most ${agentLimits.overlayBytes} bytes as JSON`,
      })
    }
  })
  return problems
}

function sizeProblems({ metadata, extensions }: AgentDefinition): FieldError[] {
  const problems: FieldError[] = []
  if (Buffer.byteLength(JSON.stringify(metadata)) > agentLimits.metadataBytes) {
    problems.push({
      field: 'metadata',
      message: `may have at most ${agentLimits.metadataBytes} bytes as JSON`,
    })
  }
  if (Buffer.byteLength(JSON.stringify(extensions)) > agentLimits.extensionsBytes) {
    problems.push({
      field: 'extensions',
      message: `may have at most ${agentLimits.extensionsBytes} bytes as JSON`,
    })
  }
  return problems
}

export function refuseBadSlug(slug: string | null): void {
  if (slug === null || slugForm.test(slug)) return
  refuseProblems([
    { field: 'slug', message: 'use 1 to 63 lower-case letters, digits and hyphens, no hyphen first' },
  ])
}

/** What decides who may see and change an agent. */
export interface AgentAccess {
  workspaceId: string
  ownerId: string
  visibility: Visibility
}

/** Private agents exist for their owner, and for the owners of the workspace. */
export function maySee(principal: Principal, agent: AgentAccess): boolean {
  if (agent.workspaceId !== principal.workspaceId) return false
  if (agent.visibility !== 'private') return true
  return agent.ownerId === principal.userId || principal.role === 'owner'
}

/** Managed agents are changed, and made, by admins. */
export function refuseWrite(principal: Principal, agent: AgentAccess): void {
  if (agent.visibility !== 'managed' || roleAtLeast(principal.role, 'admin')) return
  throw new AppError('forbidden_role', { detail: 'Only admins of the workspace may change a managed agent.' })
}

/** Who sees an agent, and whose it is, is decided by its owner and by admins. */
export function refuseHandOver(principal: Principal, agent: AgentAccess): void {
  if (agent.ownerId === principal.userId || roleAtLeast(principal.role, 'admin')) return
  throw new AppError('forbidden_role', {
    detail: 'Only the owner of an agent or an admin may hand it over or hide it.',
  })
}

/** Whose private agents this principal sees; null: everybody's. */
export function privateOf({ role, userId }: Principal): string | null {
  return role === 'owner' ? null : userId
}
