import { z } from 'zod'
import type { Directory } from '../../../core/access/directory.ts'
import type { Principal } from '../../../core/access/principal.ts'
import type { Connection } from '../../../core/connections/connection.ts'
import type { ConnectionService } from '../../../core/connections/connection-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { readAll } from '../../read-all.ts'
import { requireTeam, teamQuery } from '../team.ts'
import {
  editableParameters,
  printConnection,
  printedType,
  readConnection,
  readConnectionData,
} from '../translate-connections.ts'
import { readNumber } from '../wire-common.ts'
import {
  connectionDataSchema,
  connectionListQuery,
  connectionSchema,
  newConnectionSchema,
  renameSchema,
  scopedBodySchema,
} from '../wire-connections.ts'
import { anyQuery } from '../wire-lists.ts'

const tag = 'Connections'
const connectionParams = z.object({ connectionId: z.string().meta({ examples: ['41'] }) })
const oneConnection = z.strictObject({ connection: connectionSchema })

interface ConnectionServices {
  access: { directory: Directory }
  connections: ConnectionService
}

/** Connections to vendors of models, which agents name by their numbers. */
export function connectionEndpoints({ access, connections }: ConnectionServices): Endpoint[] {
  const { directory } = access
  const find = (principal: Principal, text: string): Promise<Connection> =>
    connections.getByNumber(principal, readNumber(text, 'connection_not_found'))

  async function placeOf(principal: Principal): Promise<{ teamId: number; organizationId: number }> {
    const { workspace, organization } = await directory.describe(principal)
    return { teamId: workspace.number, organizationId: organization.number }
  }

  return [
    endpoint({
      id: 'connections.list',
      method: 'GET',
      path: '/connections',
      summary: 'List connections',
      description: 'Those of the environment first, then the stored ones, newest first. No secret is shown.',
      tag,
      scope: 'connections:read',
      query: connectionListQuery,
      reply: { status: 200, body: z.strictObject({ connections: z.array(connectionSchema) }) },
      errors: ['workspace_forbidden'],
      async handle({ principal, query }) {
        await requireTeam(directory, principal, query.teamId)
        const types = query['type[]'] ?? query.type
        const place = await placeOf(principal)
        const all = await readAll((part) => connections.list(principal, part))
        const wanted = types === undefined ? all : all.filter((one) => types.includes(printedType(one).slug))
        return { connections: wanted.map((one) => printConnection(one, place)) }
      },
    }),
    endpoint({
      id: 'connections.create',
      method: 'POST',
      path: '/connections',
      summary: 'Make a connection',
      tag,
      scope: 'connections:write',
      query: teamQuery,
      body: newConnectionSchema,
      reply: { status: 200, body: oneConnection },
      errors: ['workspace_forbidden', 'feature_unavailable'],
      async handle({ principal, query, body, resourceId: id }) {
        await requireTeam(directory, principal, query.teamId)
        const made = await connections.create(principal, { id, ...readConnection(body) })
        return { connection: printConnection(made, await placeOf(principal)) }
      },
    }),
    endpoint({
      id: 'connections.get',
      method: 'GET',
      path: '/connections/{connectionId}',
      summary: 'Read a connection',
      tag,
      scope: 'connections:read',
      params: connectionParams,
      query: anyQuery,
      reply: { status: 200, body: oneConnection },
      errors: ['connection_not_found'],
      async handle({ principal, params }) {
        const found = await find(principal, params.connectionId)
        return { connection: printConnection(found, await placeOf(principal)) }
      },
    }),
    endpoint({
      id: 'connections.rename',
      method: 'PATCH',
      path: '/connections/{connectionId}',
      summary: 'Rename a connection',
      tag,
      scope: 'connections:write',
      params: connectionParams,
      query: anyQuery,
      body: renameSchema,
      reply: { status: 200, body: oneConnection },
      errors: ['connection_not_found', 'read_only_connection'],
      async handle({ principal, params, body }) {
        const { id } = await find(principal, params.connectionId)
        const changed = await connections.patch(principal, id, { name: body.name })
        return { connection: printConnection(changed, await placeOf(principal)) }
      },
    }),
    endpoint({
      id: 'connections.delete',
      method: 'DELETE',
      path: '/connections/{connectionId}',
      summary: 'Delete a connection',
      description: 'Its secrets are removed at once; agents that use it cannot run until they name another.',
      tag,
      scope: 'connections:write',
      params: connectionParams,
      query: anyQuery,
      reply: { status: 200, body: z.strictObject({ connection: z.int() }) },
      errors: ['connection_not_found', 'read_only_connection'],
      async handle({ principal, params }) {
        const { id, number } = await find(principal, params.connectionId)
        await connections.remove(principal, id)
        return { connection: number }
      },
    }),
    endpoint({
      id: 'connections.test',
      method: 'POST',
      path: '/connections/{connectionId}/test',
      summary: 'Test a connection',
      description: 'Makes one real call. That it fails is the answer, not an error.',
      tag,
      scope: 'connections:write',
      params: connectionParams,
      query: anyQuery,
      reply: { status: 200, body: z.strictObject({ verified: z.boolean() }) },
      errors: ['connection_not_found'],
      async handle({ principal, params, signal }) {
        const { id } = await find(principal, params.connectionId)
        return { verified: (await connections.test(principal, id, signal)).ok }
      },
    }),
    endpoint({
      id: 'connections.set_data',
      method: 'POST',
      path: '/connections/{connectionId}/set-data',
      summary: 'Change the secrets of a connection',
      description: 'Parameters that are left out stay. A new address needs the API key again.',
      tag,
      scope: 'connections:write',
      params: connectionParams,
      query: anyQuery,
      body: connectionDataSchema,
      bodyOptional: true,
      reply: { status: 200, body: z.strictObject({ changed: z.boolean() }) },
      errors: ['connection_not_found', 'read_only_connection'],
      async handle({ principal, params, body }) {
        const found = await find(principal, params.connectionId)
        const change = readConnectionData(found, body ?? {})
        const changed = await connections.patch(principal, found.id, change)
        return { changed: changed.updatedAt?.getTime() !== found.updatedAt?.getTime() }
      },
    }),
    endpoint({
      id: 'connections.scoped',
      method: 'POST',
      path: '/connections/{connectionId}/scoped',
      summary: 'Ask whether a connection has OAuth scopes',
      description: 'Connections hold keys, which have none.',
      tag,
      scope: 'connections:read',
      params: connectionParams,
      query: anyQuery,
      body: scopedBodySchema,
      reply: {
        status: 200,
        body: z.strictObject({ connection: z.strictObject({ scoped: z.boolean() }) }),
      },
      errors: ['connection_not_found'],
      async handle({ principal, params, body }) {
        await find(principal, params.connectionId)
        return { connection: { scoped: body.scope.length === 0 } }
      },
    }),
    endpoint({
      id: 'connections.editable_data',
      method: 'GET',
      path: '/connections/{connectionId}/editable-data-schema',
      summary: 'Read what can be changed of a connection',
      tag,
      scope: 'connections:read',
      params: connectionParams,
      query: anyQuery,
      reply: { status: 200, body: z.strictObject({ editableParameters: z.array(z.string()) }) },
      errors: ['connection_not_found'],
      async handle({ principal, params }) {
        return { editableParameters: editableParameters(await find(principal, params.connectionId)) }
      },
    }),
  ]
}
