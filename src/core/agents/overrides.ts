import type { AgentDefinition, ModelChoice, RunOverrides } from './agent.ts'
import { anyModel } from './definition.ts'

/** The definition as one run uses it. On the way of every run of some dialects: plain assignments, one copy. */
export function overridden(definition: AgentDefinition, overrides: RunOverrides): AgentDefinition {
  const { model, tools, output, limits, history } = overrides
  const run = { ...definition, instructions: instructionsOf(definition, overrides) }
  if (model) run.model = otherModel(definition.model ?? anyModel, model)
  if (tools) run.tools = tools
  if (output) run.output = output
  if (limits) run.limits = { ...definition.limits, ...limits }
  if (history) run.history = { ...definition.history, ...history }
  return run
}

/** Another model, reached as the agent's own only where it is of the same provider: no key of one goes to another. */
function otherModel(own: ModelChoice, change: NonNullable<RunOverrides['model']>): ModelChoice {
  const next = { ...own, ...change }
  // Without a provider of its own, a connection that leads to another one is refused when it is looked up.
  if (own.provider !== null && next.provider !== own.provider) {
    if (change.connectionId === undefined) next.connectionId = null
    if (change.name === undefined) next.name = null
  }
  const sameProvider = next.provider === own.provider && (own.provider !== null || next.name === own.name)
  if (!sameProvider || next.connectionId !== own.connectionId) next.endpoint = null
  return next
}

function instructionsOf(definition: AgentDefinition, overrides: RunOverrides): string | null {
  const { instructions = definition.instructions, additionalInstructions, currentTime } = overrides
  let text = instructions ?? ''
  if (additionalInstructions) text += text === '' ? additionalInstructions : `\n${additionalInstructions}`
  if (currentTime === undefined) return text === '' ? instructions : text
  const time = `Current time (ISO): ${currentTime}`
  return text === '' ? time : `${text}\n${time}`
}

/** Whether they say more than words: what can be wrong with them has to be looked for. */
export function changesSettings({ model, tools, output, limits, history }: RunOverrides): boolean {
  return (model ?? tools ?? output ?? limits ?? history) !== undefined
}
