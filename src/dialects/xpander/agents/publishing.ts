import type { Principal } from '../../../core/access/principal.ts'
import type { AgentChange } from '../../../core/agents/agent-plan.ts'
import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { Agent, AgentDefinition } from '../../../core/agents/agent.ts'
import { AppError } from '../../../errors.ts'

export interface Publishing {
  agents: Pick<AgentService, 'patch' | 'publish' | 'get'>
  /** `live`: an edit is in force at once. `staged`: it is kept until somebody deploys it. */
  publishMode: 'live' | 'staged'
}

/** The definition that edits of this API begin from, and that it shows: the draft where edits are staged. */
export function editedDefinition(
  { draft, definition }: Pick<Agent, 'draft' | 'definition'>,
  publishMode: Publishing['publishMode'],
): AgentDefinition {
  return publishMode === 'staged' ? (draft ?? definition) : definition
}

/** Makes what is not deployed yet the agent's next version; an agent without such is as it was. Errors: `agent_name_taken`. */
export async function deployAgent(
  { agents }: Publishing,
  principal: Principal,
  agentId: string,
): Promise<Agent> {
  try {
    return await agents.publish(principal, agentId, { soleName: true })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'nothing_to_publish') throw error
    return await agents.get(principal, agentId)
  }
}

/** Changes an agent. Where edits are staged its definition changes in the draft, which `deploy` makes a version of. */
export async function editAgent(
  publishing: Publishing,
  principal: Principal,
  agentId: string,
  edit: { change: AgentChange; deploy: boolean },
): Promise<Agent> {
  const draft = publishing.publishMode === 'staged'
  const changed = await publishing.agents.patch(principal, agentId, {
    ...edit.change,
    draft,
    soleName: true,
  })
  return draft && edit.deploy ? await deployAgent(publishing, principal, agentId) : changed
}
