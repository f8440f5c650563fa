import type { Principal } from '../../../core/access/principal.ts'
import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { Agent } from '../../../core/agents/agent.ts'
import { namesDraft, readVersion } from './agent-version.ts'
import type { ShownAgent } from './print-agents.ts'
import { editedDefinition, type Publishing } from './publishing.ts'

/** The agent as this API shows it where nobody asks for a version. */
export function shownState(agent: Agent, publishMode: Publishing['publishMode']): ShownAgent {
  return { agent, definition: editedDefinition(agent, publishMode), number: agent.version }
}

/** The agent as it is in the version that is asked for. Errors: `version_not_found`, `invalid_request`. */
export async function readState(
  agents: Pick<AgentService, 'getVersion'>,
  principal: Principal,
  agent: Agent,
  { version, publishMode }: { version: string | undefined; publishMode: Publishing['publishMode'] },
): Promise<ShownAgent> {
  if (version === undefined) return shownState(agent, publishMode)
  if (namesDraft(version))
    return { agent, definition: agent.draft ?? agent.definition, number: agent.version }
  const number = readVersion(version)
  if (number === null || number === agent.version)
    return { agent, definition: agent.definition, number: agent.version }
  const { definition } = await agents.getVersion(principal, agent.id, number)
  return { agent, definition, number }
}
