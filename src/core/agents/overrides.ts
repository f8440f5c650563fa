import type { AgentDefinition, ModelChoice, RunOverrides } from './agent.ts'

const anyModel: ModelChoice = {
  provider: null,
  name: null,
  connectionId: null,
  temperature: null,
  maxOutputTokens: null,
  reasoningEffort: null,
  fallbacks: [],
}

/** The definition as one run uses it. */
export function overridden(definition: AgentDefinition, overrides: RunOverrides): AgentDefinition {
  const { instructions, additionalInstructions, currentTime, model, tools, output, limits, history } =
    overrides
  const own = instructions === undefined ? definition.instructions : instructions
  const time = currentTime === undefined ? '' : `Current time (ISO): ${currentTime}`
  const lines = [own, additionalInstructions, time].filter((text) => typeof text === 'string' && text !== '')
  return {
    ...definition,
    instructions: lines.length === 0 ? null : lines.join('\n'),
    ...(model && { model: { ...(definition.model ?? anyModel), ...model } }),
    ...(tools && { tools }),
    ...(output && { output }),
    ...(limits && { limits: { ...definition.limits, ...limits } }),
    ...(history && { history }),
  }
}
