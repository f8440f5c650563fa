import type { Principal } from '../../../core/access/principal.ts'
import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { Agent } from '../../../core/agents/agent.ts'
import type { ModelService } from '../../../core/models/model-service.ts'
import type { ToolService } from '../../../core/tools/tool-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { readAll } from '../../read-all.ts'
import { loadSharedTools, SharedToolMissing } from '../../shared-tools.ts'
import { withWireFields } from '../../wire-fields.ts'
import { namesMore, type KnownTools } from '../agent-tools.ts'
import { removeFunctionsOf } from '../custom-functions.ts'
import { refuseCreate, refuseDelete, refuseEdit } from '../permissions.ts'
import { printAgent, printListed, printNested } from '../print-agents.ts'
import {
  agentField,
  changeOf,
  ignoredFields,
  readAgentId,
  readNewAgent,
  visibilities,
} from '../translate-agents.ts'
import { isCustomFunction } from '../translate-custom-functions.ts'
import {
  agentListQuery,
  agentParams,
  agentPatchSchema,
  agentReply,
  agentsReply,
  messageReply,
  newAgentSchema,
  optionsReply,
  realtimeProviders,
  speechToText,
  textToSpeech,
  type AgentFields,
  type AgentPatchInput,
} from '../wire-agents.ts'
import { ok, pagination, readPage } from '../wire-common.ts'

const tag = 'Agents'

/** Above this many agents a nested list, which has no pages, ends. */
const longestNestedList = 1_000

interface AgentServices {
  agents: AgentService
  tools: ToolService
  models: ModelService
}

export function agentEndpoints({ agents, tools, models }: AgentServices): Endpoint[] {
  /** What is known about the tools of these agents; `all`: every function too, where only some agents ask for them. */
  async function know(principal: Principal, found: readonly Agent[], all = false): Promise<KnownTools> {
    const shared = await loadSharedTools(tools, found)
    const needed = all || found.some(({ definition }) => namesMore(definition, shared))
    const functions = needed
      ? (await readAll((part) => tools.list(principal, part))).filter(isCustomFunction)
      : []
    return { shared, functions }
  }

  async function contextOf(principal: Principal, found: readonly Agent[]) {
    return { known: await know(principal, found), defaultModel: models.defaultModel().name }
  }

  async function print(principal: Principal, agent: Agent, body: AgentFields = {}) {
    return ok(printAgent(agent, await contextOf(principal, [agent]), ignoredFields(agent, body)))
  }

  /** What its lists name is read first; when somebody adds a tool in between, it is read again. */
  async function patch(principal: Principal, agentId: string, body: AgentPatchInput): Promise<Agent> {
    const refuse = (agent: Pick<Agent, 'ownerId' | 'visibility'>) =>
      refuseEdit(principal, agent, body.mode ? visibilities[body.mode] : agent.visibility)
    for (;;) {
      const agent = await agents.get(principal, agentId)
      // Here in this vendor's words; once more with the change, when somebody else may have been faster.
      refuse(agent)
      const known = await know(principal, [agent], Boolean(body.enabledCustomFunctions?.length))
      const change = changeOf(body, { agentId, known, defaultModel: models.defaultModel().name })
      try {
        return await agents.patch(principal, agentId, { ...change, refuse })
      } catch (error) {
        if (!(error instanceof SharedToolMissing)) throw error
      }
    }
  }

  const update = {
    path: '/v1/agents/{id}',
    description: 'Only what is sent changes; lists are replaced.',
    tag,
    scope: 'agents:write',
    params: agentParams,
    body: agentPatchSchema,
    reply: { status: 200, body: agentReply },
    errors: ['agent_not_found', 'forbidden_role', 'unknown_model'],
  } as const

  async function handleUpdate(principal: Principal, id: string, body: AgentPatchInput) {
    const change = () => patch(principal, readAgentId(id), body)
    const agent = await withWireFields((field) => agentField(field, body), change)
    return print(principal, agent, body)
  }

  return [
    endpoint({
      id: 'talkifai.agents.list',
      method: 'GET',
      path: '/v1/agents',
      summary: 'List agents',
      description:
        'Newest first, without the private agents of others. With `X-TalkifAI-Profile: nested` all of them with every field, under `agents`.',
      tag,
      scope: 'agents:read',
      query: agentListQuery,
      reply: { status: 200, body: agentsReply },
      errors: [],
      async handle({ principal, query, headers }) {
        const filter = query.mode === undefined ? {} : { visibility: visibilities[query.mode] }
        if (headers('x-talkifai-profile')?.toLowerCase() === 'nested') {
          const found = await agents.list(principal, { ...filter, limit: longestNestedList, after: null })
          const context = await contextOf(principal, found)
          return ok({ agents: found.map((agent) => printNested(agent, context)), count: found.length })
        }
        const page = readPage(query)
        const { limit, offset } = page
        const found = await agents.list(principal, { ...filter, limit, offset, after: null })
        const total = await agents.count(principal, filter)
        return { ...ok(found.map(printListed)), pagination: pagination(page, total) }
      },
    }),
    endpoint({
      id: 'talkifai.agents.create',
      method: 'POST',
      path: '/v1/agents',
      summary: 'Create an agent',
      description: 'It is not active, unless it is written as the detailed pages have it, with `sysMsg`.',
      tag,
      scope: 'agents:write',
      body: newAgentSchema,
      reply: { status: 201, body: agentReply },
      errors: ['forbidden_role', 'unknown_model'],
      async handle({ principal, body, resourceId }) {
        const known = { shared: new Map(), functions: [] }
        const request = readNewAgent(body, { agentId: resourceId, known, defaultModel: null })
        refuseCreate(principal, request.visibility)
        const create = () => agents.create(principal, request)
        const agent = await withWireFields((field) => agentField(field, body), create)
        return print(principal, agent, body)
      },
    }),
    endpoint({
      id: 'talkifai.agents.options',
      method: 'GET',
      path: '/v1/agents/options',
      summary: 'List what agents can be made of',
      description: 'Not of the vendor. Models are those that can be reached; other names are taken too.',
      tag,
      scope: 'agents:read',
      reply: { status: 200, body: optionsReply },
      errors: [],
      async handle({ principal }) {
        const listed = await models.list(principal)
        return ok({
          models: [...new Set(listed.flatMap(({ name, reachable }) => (reachable && name ? [name] : [])))],
          stt: [...new Set(Object.values(speechToText))],
          tts: [...new Set(Object.values(textToSpeech))],
          realtimeProviders: [...realtimeProviders],
          languages: ['en', 'ur', 'sd'],
          functions: ['end_call', 'get_current_time', 'web_search'],
        })
      },
    }),
    endpoint({
      id: 'talkifai.agents.get',
      method: 'GET',
      path: '/v1/agents/{id}',
      summary: 'Get an agent',
      description: 'Flat, and under `agent` as the detailed pages write it.',
      tag,
      scope: 'agents:read',
      params: agentParams,
      reply: { status: 200, body: agentReply },
      errors: ['agent_not_found'],
      async handle({ principal, params }) {
        return print(principal, await agents.get(principal, readAgentId(params.id)))
      },
    }),
    endpoint({
      ...update,
      errors: [...update.errors],
      id: 'talkifai.agents.update',
      method: 'PATCH',
      summary: 'Update an agent',
      handle: ({ principal, params, body }) => handleUpdate(principal, params.id, body),
    }),
    endpoint({
      ...update,
      errors: [...update.errors],
      id: 'talkifai.agents.put',
      method: 'PUT',
      summary: 'Update an agent, as the detailed pages have it',
      handle: ({ principal, params, body }) => handleUpdate(principal, params.id, body),
    }),
    endpoint({
      id: 'talkifai.agents.delete',
      method: 'DELETE',
      path: '/v1/agents/{id}',
      summary: 'Delete an agent',
      description: 'With its custom functions. Conversations stay readable.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      reply: { status: 200, body: messageReply },
      errors: ['agent_not_found', 'forbidden_role'],
      async handle({ principal, params }) {
        const agentId = readAgentId(params.id)
        await agents.get(principal, agentId)
        refuseDelete(principal)
        await agents.remove(principal, agentId)
        await removeFunctionsOf(tools, principal, agentId)
        return ok({ message: 'Agent deleted successfully' })
      },
    }),
  ]
}
