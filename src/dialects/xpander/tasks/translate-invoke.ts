import type { AgentDefinition, ReasoningEffort, RunOverrides } from '../../../core/agents/agent.ts'
import type { InputPart } from '../../../core/runs/run.ts'
import { AppError, featureUnavailable, invalidField } from '../../../errors.ts'
import { isJsonObject, type JsonObject } from '../../../lib/json.ts'
import { coreProvider, spelledProvider, wireProviders } from '../agents/providers.ts'
import { readExtension } from '../tools/graph-overlays.ts'
import { instructionParts, renderInstructions } from '../agents/instructions.ts'
import { filesOf } from './task-notes.ts'
import type { EndUser, Invocation } from './wire-invoke.ts'

/** Whether a value asks for anything: null, an empty list, an empty object and empty text do not. */
function asks(value: unknown): boolean {
  if (Array.isArray(value) || typeof value === 'string') return value.length > 0
  return isJsonObject(value) ? Object.keys(value).length > 0 : value === true
}

/** What is documented, not done in this version, and not silently left out. */
const unavailable: [keyof Invocation, string][] = [
  ['user_tokens', 'tokens of end users are not available in this version'],
  ['user_oidc_token', 'tokens of end users are not available in this version'],
  ['run_locally', 'tasks run on this server; workers are not available in this version'],
  ['worker_id', 'tasks run on this server; workers are not available in this version'],
  ['test_run_node_id', 'workflows are not available in this version'],
]

/** Refuses what an invocation asks for and this version does not do, naming the field. */
export function refuseUnavailable(invocation: Invocation): void {
  const { files, images } = invocation.input
  if (invocation.disable_attachment_injection !== true) {
    if (asks(files)) throw featureUnavailable('input.files', notRead)
    if (asks(images)) throw featureUnavailable('input.images', notRead)
  }
  for (const [field, message] of unavailable) {
    if (asks(invocation[field])) throw featureUnavailable(field, message)
  }
  for (const [index, server] of (invocation.mcp_servers ?? []).entries()) {
    if (!asks(server['url']) && !asks(server['command'])) continue
    throw featureUnavailable(`mcp_servers[${index}]`, 'MCP servers cannot be added to a task in this version')
  }
  if (invocation.output_format === 'voice')
    throw featureUnavailable('output_format', 'voice is not available in this version')
}

const notRead =
  'files are not read in this version; send their text, or their addresses alone with disable_attachment_injection'

/** What is asked: a text, then the addresses of files. Errors: `invalid_request` when there is neither. */
export function readInput({ input }: Invocation): InputPart[] {
  const { text } = input
  const files = filesOf(input)
  if (!text && files.length === 0)
    throw invalidField('input.text', 'must not be empty: one of text and files is needed')
  const list = ['Files:', ...files.map((address) => `- ${address}`)].join('\n')
  return [
    ...(text ? [{ type: 'text' as const, text }] : []),
    ...(files.length > 0 ? [{ type: 'text' as const, text: list }] : []),
  ]
}

/** What a task does differently from its agent, whose version `definition` is. */
export function readOverrides(invocation: Invocation, definition: AgentDefinition, now: Date): RunOverrides {
  const { user } = invocation.input
  const model = readModel(invocation, definition)
  const output = readOutput(invocation, definition)
  const additions = readAdditions(invocation)
  const { expected_output: expected, payload_extension: extension } = invocation
  return {
    ...(expected && {
      instructions: renderInstructions({ ...instructionParts(definition), expectedOutput: expected }),
    }),
    ...(additions !== '' && { additionalInstructions: additions }),
    ...(user?.timezone && { currentTime: localTime(now, user.timezone) }),
    ...(Object.keys(model).length > 0 && { model }),
    ...(output && { output }),
    ...(extension && { toolArguments: readExtension(extension, 'payload_extension') }),
  }
}

const levels = ['low', 'medium', 'high', 'xhigh'] as const
const agentDefault = 'medium'

/** One level more; the highest stays. */
function harder(effort: ReasoningEffort | null): ReasoningEffort {
  const level = levels.findIndex((one) => one === (effort ?? agentDefault))
  return levels[Math.min(level + 1, levels.length - 1)] ?? agentDefault
}

function readModel(invocation: Invocation, { model }: AgentDefinition): NonNullable<RunOverrides['model']> {
  const { llm_model_provider: providerText, llm_model_name: name, llm_reasoning_effort: asked } = invocation
  const effort = asked ?? model?.reasoningEffort ?? null
  return {
    // The model that an agent names is one of its own provider.
    ...(providerText && { provider: readProvider(providerText), name: name || null }),
    ...(name && { name }),
    ...(asked && { reasoningEffort: asked }),
    ...(invocation.think_mode === 'harder' && { reasoningEffort: harder(effort) }),
  }
}

function readProvider(text: string): string {
  const spelled = spelledProvider(text)
  const provider = wireProviders.find((one) => one === spelled)
  if (provider !== undefined) return coreProvider(provider)
  const names = wireProviders.map((one) => JSON.stringify(one)).join(', ')
  throw invalidField('llm_model_provider', `must be one of ${names}`)
}

/** A schema alone asks for JSON; a format alone keeps the agent's schema where it is for that format. */
function readOutput(invocation: Invocation, { output }: AgentDefinition): RunOverrides['output'] {
  const { output_format: asked, output_schema: sent } = invocation
  const schema = asks(sent) ? (sent ?? null) : null
  const format = asked ?? (schema === null ? null : 'json')
  if (format === null || format === 'voice') return undefined
  if (format !== 'json') return { format, schema: null }
  return { format, schema: schema ?? (output.format === 'json' ? output.schema : null) }
}

/** What follows the agent's instructions, in this order. */
function readAdditions({ input, ...invocation }: Invocation): string {
  const parts = [invocation.instructions_override, invocation.additional_context, describeUser(input.user)]
  return parts.filter(Boolean).join('\n\n')
}

/** The end user, as the model is told. */
function describeUser(user: EndUser | null | undefined): string | null {
  if (!user) return null
  const { id, email, first_name: first, last_name: last, additional_attributes: attributes } = user
  const name = [first, last].filter(Boolean).join(' ')
  const lines = [
    'User details:',
    ...(name ? [`- name: ${name}`] : []),
    `- email: ${email}`,
    ...(id ? [`- id: ${id}`] : []),
    ...Object.entries(attributes ?? {}).map(
      ([key, value]) => `- ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  ]
  return lines.join('\n')
}

/** RFC 3339 with the offset of a time zone. Errors: `invalid_request` naming the zone. */
function localTime(now: Date, timeZone: string): string {
  try {
    const parts = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'medium',
    }).format(now)
    const minutes = Math.round((Date.parse(`${parts.replace(' ', 'T')}Z`) - now.getTime()) / 60_000)
    const two = (number: number): string => String(Math.trunc(number)).padStart(2, '0')
    const sign = minutes < 0 ? '-' : '+'
    const offset = `${sign}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
    return `${parts.replace(' ', 'T')}${offset}`
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalidField('input.user.timezone', 'must be an IANA time zone like "Europe/Berlin"')
  }
}

/** The invocation as the body of a request, for what looks into it. */
export function payloadOf(invocation: Invocation): JsonObject {
  const payload: unknown = invocation
  if (isJsonObject(payload)) return payload
  throw new AppError('internal', { cause: 'an invocation is an object' })
}
