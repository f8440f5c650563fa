import { z } from 'zod'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { createAgentOperations } from '../agents/agent-operations.ts'
import { readVersion } from '../agents/agent-version.ts'
import { findAgent } from '../agents/find-agent.ts'
import type { XpanderServices } from '../index.ts'
import { printAgentVersion } from '../agents/print-agents.ts'
import { agentSchema, versionPageReply } from '../agents/wire-agent-reply.ts'
import { agentParams } from '../agents/wire-agents.ts'
import { pageQuery, printPage, readPage } from '../wire-common.ts'

const tag = 'Agent versions'

/** What the vendor shows on its pages alone: the versions of an agent, and the way back to one. */
export function agentVersionEndpoints(services: XpanderServices): Endpoint[] {
  const { agents } = services
  const operations = createAgentOperations(services)
  return [
    endpoint({
      id: 'xpander.agent_versions.list',
      method: 'GET',
      path: '/v1/agents/{agent_id}/versions',
      summary: 'List the versions of an agent',
      description: 'Newest first. Not of the vendor’s API.',
      tag,
      scope: 'agents:read',
      params: agentParams,
      query: pageQuery,
      reply: { status: 200, body: versionPageReply },
      errors: ['agent_not_found'],
      async handle({ principal, params, query }) {
        const agent = await findAgent(agents, principal, params.agent_id)
        const total = agent.version ?? 0
        const { limit, offset } = readPage(query)
        // Versions are numbered without gaps, so that a page begins below a number.
        const after = total - offset + 1
        const found = after <= 1 ? [] : await agents.listVersions(principal, agent.id, { limit, after })
        const items = found.map((version) => printAgentVersion(version, agent))
        return printPage(items, total, query)
      },
    }),
    endpoint({
      id: 'xpander.agent_versions.restore',
      method: 'POST',
      path: '/v1/agents/{agent_id}/versions/{version}/restore',
      summary: 'Make an earlier version the newest again',
      description:
        'As a version of its own; the one that is deployed stays as it is. Not of the vendor’s API.',
      tag,
      scope: 'agents:write',
      params: agentParams.extend({ version: z.string().meta({ examples: ['2'] }) }),
      reply: { status: 200, body: agentSchema },
      errors: ['agent_not_found', 'version_not_found', 'agent_name_taken', 'forbidden_role'],
      async handle({ principal, params, baseUrl }) {
        const agent = await findAgent(agents, principal, params.agent_id)
        const number = readVersion(params.version) ?? agent.version ?? 0
        const restored = await agents.restore(principal, agent.id, number, { soleName: true })
        return operations.print(principal, restored, baseUrl)
      },
    }),
  ]
}
