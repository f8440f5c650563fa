import { hash } from 'node:crypto'
import type { AgentDefinition } from '../../../core/agents/agent.ts'
import { isJsonObject } from '../../../lib/json.ts'
import { keeping, kept } from './agent-extras.ts'
import type { PrintedSourceNode } from './wire-agent-reply.ts'
import { readMapping } from '../tasks/webhook-parameters.ts'
import type { AgentFields } from './wire-agents.ts'

/** The ways in that an agent has, as they were sent. */
export function sourceNodes(definition: Pick<AgentDefinition, 'extensions'>): PrintedSourceNode[] {
  const nodes = kept(definition, 'source_nodes')
  return Array.isArray(nodes) ? nodes.filter(isJsonObject).map((node) => node as PrintedSourceNode) : [] // only withSourceNodes writes them
}

/** An id for a node that was sent without one: always the same for the same node. */
function derivedNodeId(agentId: string, type: string, index: number): string {
  const hex = hash('sha256', `source/${agentId}/${type}/${index}`, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The definition with these ways in, in place of those it has; null: none. Errors: `invalid_request` naming a mapping. */
export function withSourceNodes(
  definition: AgentDefinition,
  sent: AgentFields['source_nodes'],
  agentId: string,
): AgentDefinition {
  if (sent === undefined) return definition
  const nodes = (sent ?? []).map(({ id, type, targets, metadata }, index) => {
    const mapping = metadata?.['params_mapping'] ?? null
    if (mapping !== null) readMapping(mapping, `source_nodes[${index}].metadata.params_mapping`)
    return {
      id: id ?? derivedNodeId(agentId, type, index),
      type,
      targets: targets ?? null,
      metadata: metadata ?? {},
    }
  })
  return keeping(definition, { source_nodes: nodes.length === 0 ? undefined : nodes })
}
