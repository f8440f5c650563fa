import { featureUnavailable, invalidField } from '../../../errors.ts'
import type { AgentFields } from './wire-agents.ts'

const builtTypes = new Set(['manager', 'regular'])
const builtSources = new Set(['sdk', 'assistant', 'webhook'])

/** Switches for what is not done here, and what that is. */
const switches = {
  enforce_deep_planning: 'planning',
  using_nemo: 'this layer of guardrails',
  use_oidc_pre_auth: 'authentication of users before a task',
} as const

function notHere(field: string, what: string, instead: string) {
  return featureUnavailable(field, `${what} is not available in this version; send ${instead}`)
}

/** Refuses what a request turns on and this server does not do: `feature_unavailable` naming the field. */
export function refuseUnavailable(sent: AgentFields): void {
  const { type, deployment_type: deployment, output_format: format, deep_planning: planning } = sent
  if (type && !builtTypes.has(type)) throw notHere('type', 'an agent that runs elsewhere', '"manager"')
  if (deployment === 'container')
    throw notHere('deployment_type', 'an agent in a container of its own', '"serverless"')
  if (format === 'voice') throw notHere('output_format', 'speech', '"text", "markdown" or "json"')
  const plans = typeof planning === 'object' ? Object.keys(planning ?? {}).length > 0 : planning === true
  if (plans) throw notHere('deep_planning', 'planning', 'false')
  for (const [field, what] of Object.entries(switches)) {
    if (sent[field as keyof typeof switches] === true) throw notHere(field, what, 'false')
  }
  if ((sent.knowledge_bases ?? []).length > 0)
    throw notHere('knowledge_bases', 'a knowledge base of this API', 'an empty list')
  if (Object.keys(sent.connectivity_details ?? {}).length > 0)
    throw notHere('connectivity_details', 'an agent that runs elsewhere', 'an empty object')
  ;(sent.source_nodes ?? []).forEach(({ type: source, metadata }, index) => {
    const at = `source_nodes[${index}]`
    if (!builtSources.has(source)) throw notHere(`${at}.type`, `the entry ${source}`, '"sdk" or "webhook"')
    if (metadata?.['hooks'] !== undefined && metadata['hooks'] !== null)
      throw notHere(`${at}.metadata.hooks`, 'a hook', 'no hooks')
  })
}

/** Refuses a status that nobody can ask for. `shown`: the one that the agent has. */
export function refuseStatus(sent: AgentFields['status'], shown: string): void {
  if (sent !== 'DRAFT' || shown === 'DRAFT') return
  throw invalidField('status', "must be 'ACTIVE' or 'INACTIVE'; DRAFT is what is not deployed yet")
}
