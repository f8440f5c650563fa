import type { FieldError } from '../../errors.ts'
import { isLongerThan } from '../../lib/text-length.ts'
import type { AgentFields, Architecture, NewAgentInput } from './wire-agents.ts'

type Field = Exclude<keyof NewAgentInput, 'agentArchitecture'>

/** What an agent must have, by its architecture. `systemPrompt` stands for both of its spellings. */
const required: Readonly<Record<Architecture, readonly Field[]>> = {
  pipeline: ['systemPrompt', 'model', 'stt', 'tts'],
  realtime: ['systemPrompt', 'realtimeProvider'],
  text: ['systemPrompt', 'model'],
}

/** Whether a body is written as the vendor's detailed pages have it, where other limits hold. */
export function isNested({ sysMsg, systemPrompt }: AgentFields): boolean {
  return sysMsg !== undefined && systemPrompt === undefined
}

/** What a body says the agent is told; undefined: nothing. */
export function promptOf({ systemPrompt, sysMsg }: AgentFields): string | null | undefined {
  return systemPrompt === undefined ? sysMsg : systemPrompt
}

function valueOf(fields: AgentFields, field: Field): unknown {
  return field === 'systemPrompt' ? promptOf(fields) : fields[field]
}

function wireName(fields: AgentFields, field: Field): string {
  return field === 'systemPrompt' && isNested(fields) ? 'sysMsg' : field
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** The detailed pages ask for a voice where the others ask for what speaks: either says the other. */
function requiredOf(body: NewAgentInput): readonly Field[] {
  const fields = required[body.agentArchitecture]
  if (body.agentArchitecture !== 'pipeline' || !isNested(body)) return fields
  return [...fields.filter((field) => field !== 'tts'), 'voiceId']
}

/** What a new agent lacks, and what is outside of the limits that its body's way of writing has. */
export function newAgentProblems(body: NewAgentInput): FieldError[] {
  const missing = requiredOf(body)
    .filter((field) => isEmpty(valueOf(body, field)))
    .map((field) => ({
      field: wireName(body, field),
      message: `is required for ${body.agentArchitecture} agents`,
    }))
  return [...missing, ...limitProblems(body)]
}

/** What an update takes away that the agent must have, and what is outside of the limits. */
export function updateProblems(body: AgentFields, architecture: Architecture): FieldError[] {
  const problems: FieldError[] = []
  const sent = body.agentArchitecture ?? architecture
  if (sent !== architecture) {
    const message = `cannot change after creation; this agent is ${JSON.stringify(architecture)}`
    problems.push({ field: 'agentArchitecture', message })
  }
  for (const field of required[architecture]) {
    const value = valueOf(body, field)
    if (value === undefined || !isEmpty(value)) continue
    const message = `cannot be cleared: ${architecture} agents need it`
    problems.push({ field: wireName(body, field), message })
  }
  return [...problems, ...limitProblems(body)]
}

function limitProblems(body: AgentFields): FieldError[] {
  if (!isNested(body)) return []
  const { name, sysMsg, temperature } = body
  const problems: FieldError[] = []
  if (name !== undefined && (isLongerThan(name, 50) || !isLongerThan(name, 1)))
    problems.push({ field: 'name', message: 'must have 2 to 50 characters' })
  if (isLongerThan(sysMsg ?? '', 5_000))
    problems.push({ field: 'sysMsg', message: 'use at most 5,000 characters' })
  if (typeof temperature === 'number' && (temperature < 0.1 || temperature > 1))
    problems.push({ field: 'temperature', message: 'must be between 0.1 and 1' })
  return problems
}
