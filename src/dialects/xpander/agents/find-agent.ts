import type { Principal } from '../../../core/access/principal.ts'
import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { Agent } from '../../../core/agents/agent.ts'
import { AppError } from '../../../errors.ts'
import { isUuid } from '../wire-common.ts'

/** The agent that a client calls by its id or by its unique name. Errors: `agent_not_found`. */
export async function findAgent(
  agents: Pick<AgentService, 'get' | 'list'>,
  principal: Principal,
  text: string,
): Promise<Agent> {
  if (isUuid(text)) return await agents.get(principal, text.toLowerCase())
  const [found] = await agents.list(principal, { slug: text, limit: 1, after: null })
  if (found === undefined) throw new AppError('agent_not_found')
  return found
}
