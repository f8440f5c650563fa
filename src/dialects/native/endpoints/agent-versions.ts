import type { AgentService } from '../../../core/agents/agent-service.ts'
import { diffDefinitions } from '../../../core/agents/definition.ts'
import type { AgentVersion } from '../../../core/agents/agent.ts'
import type { Principal } from '../../../core/access/principal.ts'
import { AppError } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { printAgent, printDefinition, printVersion, readAgentId, readUnchanged } from '../translate-agents.ts'
import { agentParams, agentSchema, differenceSchema, unchangedQuery, versionSchema } from '../wire-agents.ts'
import { listReply } from '../wire-common.ts'
import {
  numberParameter,
  numberedQuery,
  printNumberedPage,
  readNumber,
  readNumberedPage,
} from '../wire-numbered.ts'

const tag = 'Agents'
const versionParams = agentParams.extend({ version: numberParameter })

export function agentVersionEndpoints({ agents }: { agents: AgentService }): Endpoint[] {
  function readVersion(principal: Principal, agentId: string, text: string): Promise<AgentVersion> {
    return agents.getVersion(principal, readAgentId(agentId), mustBeNumber(text))
  }

  return [
    endpoint({
      id: 'agents.versions.list',
      method: 'GET',
      path: '/agents/{agent_id}/versions',
      summary: 'List the versions of an agent',
      description: 'Newest first; also of a deleted agent.',
      tag,
      scope: 'agents:read',
      params: agentParams,
      query: numberedQuery,
      reply: { status: 200, body: listReply(versionSchema) },
      errors: ['agent_not_found'],
      async handle({ principal, params, query }) {
        const agentId = readAgentId(params.agent_id)
        const versions = await agents.listVersions(principal, agentId, readNumberedPage(query))
        return printNumberedPage(versions, query, printVersion, ({ number }) => number)
      },
    }),
    endpoint({
      id: 'agents.versions.get',
      method: 'GET',
      path: '/agents/{agent_id}/versions/{version}',
      summary: 'Read a version of an agent',
      tag,
      scope: 'agents:read',
      params: versionParams,
      reply: { status: 200, body: versionSchema },
      errors: ['agent_not_found', 'version_not_found'],
      async handle({ principal, params }) {
        return printVersion(await readVersion(principal, params.agent_id, params.version))
      },
    }),
    endpoint({
      id: 'agents.versions.diff',
      method: 'GET',
      path: '/agents/{agent_id}/versions/{version}/diff/{other_version}',
      summary: 'Compare two versions of an agent',
      description: 'What the second changed in meaning against the first; tools are matched by their names.',
      tag,
      scope: 'agents:read',
      params: versionParams.extend({ other_version: numberParameter }),
      reply: { status: 200, body: differenceSchema },
      errors: ['agent_not_found', 'version_not_found'],
      async handle({ principal, params }) {
        const before = await readVersion(principal, params.agent_id, params.version)
        const after = await readVersion(principal, params.agent_id, params.other_version)
        return { data: diffDefinitions(printed(before), printed(after)) }
      },
    }),
    endpoint({
      id: 'agents.versions.restore',
      method: 'POST',
      path: '/agents/{agent_id}/versions/{version}/restore',
      summary: 'Go back to a version of an agent',
      description: 'Publishes a copy of it as the next version; restoring the published one changes nothing.',
      tag,
      scope: 'agents:write',
      params: versionParams,
      reply: { status: 200, body: agentSchema },
      errors: ['agent_not_found', 'version_not_found', 'forbidden_role'],
      async handle({ principal, params }) {
        const version = mustBeNumber(params.version)
        return printAgent(await agents.restore(principal, readAgentId(params.agent_id), version))
      },
    }),
    endpoint({
      id: 'agents.publish',
      method: 'POST',
      path: '/agents/{agent_id}/publish',
      summary: "Publish an agent's draft",
      tag,
      scope: 'agents:write',
      params: agentParams,
      query: unchangedQuery,
      reply: { status: 200, body: agentSchema },
      errors: [
        'agent_not_found',
        'agent_changed',
        'nothing_to_publish',
        'forbidden_role',
        'unknown_model',
        'connection_not_found',
      ],
      async handle({ principal, params, query }) {
        const agentId = readAgentId(params.agent_id)
        return printAgent(await agents.publish(principal, agentId, readUnchanged(query)))
      },
    }),
  ]
}

function mustBeNumber(text: string): number {
  const number = readNumber(text)
  if (number === null) throw new AppError('version_not_found')
  return number
}

function printed(version: AgentVersion): JsonObject {
  return printDefinition(version.definition) // a printed definition is plain JSON
}
