import type { AgentDefinition } from '../../../core/agents/agent.ts'
import { isJsonObject, type JsonValue } from '../../../lib/json.ts'
import { asSent, keepAsSent } from '../../as-sent.ts'
import { keeping, kept } from './agent-extras.ts'
import type { PrintedInstructions } from './wire-agent-reply.ts'
import type { AgentFields } from './wire-agents.ts'

/** What this vendor divides an agent's instructions into. */
export interface InstructionParts extends PrintedInstructions {
  expectedOutput: string
}

const nothing: InstructionParts = { general: '', role: [], goal: [], expectedOutput: '' }

function listed(heading: string, lines: readonly string[]): string[] {
  const said = lines.filter((line) => line.trim() !== '')
  return said.length === 0 ? [] : [`# ${heading}\n${said.map((line) => `- ${line}`).join('\n')}`]
}

/** The instructions as the model is told them: general, role, goal, expected output. null: none. */
export function renderInstructions({ general, role, goal, expectedOutput }: InstructionParts): string | null {
  const blocks = [
    ...(general.trim() === '' ? [] : [general]),
    ...listed('Role', role),
    ...listed('Goal', goal),
    ...(expectedOutput.trim() === '' ? [] : [`# Expected output\n${expectedOutput}`]),
  ]
  return blocks.length === 0 ? null : blocks.join('\n\n')
}

/** The parts as they were sent; when another API has changed the instructions since, all of it is `general`. */
export function instructionParts(definition: AgentDefinition): InstructionParts {
  const { instructions } = definition
  const sent = asSent(kept(definition, 'instructions'), instructions)
  if (!isJsonObject(sent)) return { ...nothing, general: instructions ?? '' }
  return {
    general: textOf(sent['general']),
    role: textsOf(sent['role']),
    goal: textsOf(sent['goal']),
    expectedOutput: textOf(sent['expected_output']),
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function readTexts(sent: string[] | string | null | undefined): string[] {
  if (typeof sent === 'string') return sent === '' ? [] : [sent]
  return sent ?? []
}

/** The definition with what a request says of its instructions. */
export function withInstructions(
  definition: AgentDefinition,
  { instructions, expected_output: expected }: AgentFields,
): AgentDefinition {
  if (instructions === undefined && expected === undefined) return definition
  const before = instructionParts(definition)
  const parts: InstructionParts = {
    ...(instructions === undefined
      ? before
      : {
          general: instructions?.general ?? '',
          role: readTexts(instructions?.role),
          goal: readTexts(instructions?.goal),
        }),
    expectedOutput: expected === undefined ? before.expectedOutput : (expected ?? ''),
  }
  const text = renderInstructions(parts)
  const { general, role, goal, expectedOutput: expected_output } = parts
  const isPlain =
    text === (general || null) && role.length === 0 && goal.length === 0 && expected_output === ''
  const keep = isPlain ? undefined : keepAsSent({ general, role, goal, expected_output }, text)
  return keeping({ ...definition, instructions: text }, { instructions: keep })
}

const longestDescription = 200

/** The definition, described by the beginning of its instructions where it has no description. */
export function describedByInstructions(definition: AgentDefinition): AgentDefinition {
  const { general, role, goal } = instructionParts(definition)
  const said = [general, ...role, ...goal].find((text) => text.trim() !== '')
  if (definition.description || said === undefined) return definition
  const [sentence = ''] = said.trim().split(/(?<=[.!?])\s|\n/, 1)
  return { ...definition, description: sentence.slice(0, longestDescription).toWellFormed() }
}
