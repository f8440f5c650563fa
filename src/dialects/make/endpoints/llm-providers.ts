import type { Principal } from '../../../core/access/principal.ts'
import type { Connection } from '../../../core/connections/connection.ts'
import { splitModelName } from '../../../core/models/model-names.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { connectionTypeOf } from '../connection-types.ts'
import type { MakeServices } from '../index.ts'
import { readAll } from '../../read-all.ts'
import { requireTeam, teamQuery } from '../team.ts'
import { readNumber } from '../wire-common.ts'
import { modelListSchema, providerListSchema, providerParams } from '../wire-llm-providers.ts'

const tag = 'LLM providers'
/** No vendor's list of models says how long a text they take: what is usual among those in use. */
const customaryTokenLimit = 128_000
const customaryMaxTokens = 16_384

/** A provider is a connection to a vendor of models: its id is the connection's number. */
export function llmProviderEndpoints({
  access: { directory },
  connections,
  models,
}: Pick<MakeServices, 'access' | 'connections' | 'models'>): Endpoint[] {
  function find(principal: Principal, providerId: string): Promise<Connection> {
    return connections.getByNumber(principal, readNumber(providerId, 'connection_not_found'))
  }

  return [
    endpoint({
      id: 'llm_providers.list',
      method: 'GET',
      path: '/ai-agents/v1/llm-providers',
      summary: 'List the providers of models',
      tag,
      scope: 'agents:read',
      query: teamQuery,
      reply: { status: 200, body: providerListSchema },
      errors: ['workspace_forbidden'],
      async handle({ principal, query }) {
        await requireTeam(directory, principal, query.teamId)
        return (await readAll((part) => connections.list(principal, part))).map(printProvider)
      },
    }),
    endpoint({
      id: 'llm_providers.get',
      method: 'GET',
      path: '/ai-agents/v1/llm-providers/{providerId}',
      summary: 'Read a provider of models',
      description: 'An array of one, as the vendor documents it.',
      tag,
      scope: 'agents:read',
      params: providerParams,
      query: teamQuery,
      reply: { status: 200, body: providerListSchema },
      errors: ['workspace_forbidden', 'connection_not_found'],
      async handle({ principal, query, params }) {
        await requireTeam(directory, principal, query.teamId)
        return [printProvider(await find(principal, params.providerId))]
      },
    }),
    endpoint({
      id: 'llm_providers.models',
      method: 'GET',
      path: '/ai-agents/v1/llm-providers/{providerId}/models',
      summary: 'List the models of a provider',
      description: 'Asked of the vendor, at most every 30 seconds.',
      tag,
      scope: 'agents:read',
      params: providerParams,
      query: teamQuery,
      reply: { status: 200, body: modelListSchema },
      errors: ['workspace_forbidden', 'connection_not_found'],
      async handle({ principal, query, params }) {
        await requireTeam(directory, principal, query.teamId)
        const connection = await find(principal, params.providerId)
        const connectionId = connection.source === 'stored' ? connection.id : null
        const listed = (await models.list(principal)).filter(
          (model) => model.connectionId === connectionId && model.provider === connection.provider,
        )
        return listed.flatMap(({ name }) => (name === null ? [] : [printModel(name, connection)]))
      },
    }),
  ]
}

function printProvider(connection: Connection) {
  const { number, name } = connection
  return { id: number, provider: connectionTypeOf(connection).provider, accountName: name }
}

function printModel(name: string, connection: Connection) {
  return {
    model: splitModelName(name)?.model ?? name,
    provider: connectionTypeOf(connection).provider,
    tokenLimit: customaryTokenLimit,
    settings: { maxTokens: customaryMaxTokens },
  }
}
