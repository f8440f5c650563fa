import type { Limits, ModelChoice } from '../../core/agents/agent.ts'
import type { Approval } from '../../core/tools/tool.ts'
import type { InvocationConfig, LlmConfig, ScenarioMode } from './wire-agents.ts'
import { featureUnavailable } from '../../errors.ts'

/** What an agent made here is given where nothing is said; seconds. */
export const defaultSteps = 300
export const defaultStepSeconds = 300
export const defaultRunSeconds = 3_600
export const defaultHistoryRuns = 10

/** Words for a size of model: they mean the default model of the connection. */
export const modelTiers: ReadonlySet<string> = new Set(['small', 'medium', 'large'])

type ModelSettings = Pick<ModelChoice, 'maxOutputTokens' | 'temperature'>

/** The settings that are given; null: the model's own. `at` names the object in errors. */
export function readLlmConfig(config: LlmConfig, at: string): Partial<ModelSettings> {
  const { maxTokens, temperature, topP } = config
  if (topP !== undefined && topP !== null && topP !== 1)
    throw featureUnavailable(`${at}.topP`, 'can only be 1, which changes nothing, in this version')
  return {
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
  }
}

/** What is not set is not printed. */
export function printLlmConfig({ maxOutputTokens, temperature }: ModelSettings) {
  return {
    ...(maxOutputTokens !== null && { maxTokens: maxOutputTokens }),
    ...(temperature !== null && { temperature }),
  }
}

/** Up to this, a timeout is in seconds; above it in milliseconds. Clients of this vendor send both. */
const mostSeconds = 3_600

/** The limits that are given. */
export function readInvocationConfig({
  recursionLimit,
  timeout,
}: InvocationConfig): Partial<Pick<Limits, 'steps' | 'stepSeconds'>> {
  return {
    ...(recursionLimit !== undefined && { steps: recursionLimit }),
    ...(timeout !== undefined && { stepSeconds: timeout > mostSeconds ? timeout / 1000 : timeout }),
  }
}

/** A timeout that is the default of this wire is not printed. */
export function printInvocationConfig({ steps, stepSeconds }: Pick<Limits, 'steps' | 'stepSeconds'>) {
  const isSet = stepSeconds !== null && stepSeconds !== defaultStepSeconds
  return { recursionLimit: steps, ...(isSet && { timeout: stepSeconds }) }
}

/** null: what the tool itself says. */
export function readApprovalMode(mode: ScenarioMode | undefined): Approval | null {
  if (mode === undefined) return null
  return mode === 'auto-run' ? 'never' : 'always'
}

export function printApprovalMode(approval: Approval): 'auto-run' | 'approval-required' {
  return approval === 'always' ? 'approval-required' : 'auto-run'
}
