import { z } from 'zod'
import type { ConnectionChange } from '../../../core/connections/connection-change.ts'
import type { ConnectionService } from '../../../core/connections/connection-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { idSchema, listQuery, listReply, printPage, readId, readPage } from '../wire-common.ts'
import {
  connectionPatchSchema,
  connectionSchema,
  connectionTestSchema,
  newConnectionSchema,
  printConnection,
  printConnectionTest,
} from '../wire-connections.ts'

const tag = 'Connections'
const connectionParams = z.object({ connection_id: idSchema('conn') })

function readConnectionId(text: string): string {
  return readId('conn', text, 'connection_not_found')
}

export function connectionEndpoints({ connections }: { connections: ConnectionService }): Endpoint[] {
  return [
    endpoint({
      id: 'connections.create',
      method: 'POST',
      path: '/connections',
      summary: 'Make a connection to a model vendor',
      tag,
      scope: 'connections:write',
      body: newConnectionSchema,
      reply: { status: 201, body: connectionSchema },
      errors: [],
      async handle({ principal, body, resourceId: id }) {
        const { name, provider, base_url: baseUrl = null, credential = null, headers } = body
        const content = { id, name, provider, baseUrl, credential, headers: headers ?? {} }
        return printConnection(await connections.create(principal, content))
      },
    }),
    endpoint({
      id: 'connections.list',
      method: 'GET',
      path: '/connections',
      summary: 'List connections',
      description:
        'Keys in the environment, model servers found on this machine and the demo model first, then the stored ones, newest first.',
      tag,
      scope: 'connections:read',
      query: listQuery({}),
      reply: { status: 200, body: listReply(connectionSchema) },
      errors: [],
      async handle({ principal, query }) {
        return printPage(await connections.list(principal, readPage(query, 'conn')), query, printConnection)
      },
    }),
    endpoint({
      id: 'connections.get',
      method: 'GET',
      path: '/connections/{connection_id}',
      summary: 'Read a connection',
      tag,
      scope: 'connections:read',
      params: connectionParams,
      reply: { status: 200, body: connectionSchema },
      errors: ['connection_not_found'],
      async handle({ principal, params }) {
        return printConnection(await connections.get(principal, readConnectionId(params.connection_id)))
      },
    }),
    endpoint({
      id: 'connections.update',
      method: 'PATCH',
      path: '/connections/{connection_id}',
      summary: 'Change a connection',
      description:
        'A JSON merge patch. Stored secrets do not follow a connection to another address: send them again with it.',
      tag,
      scope: 'connections:write',
      params: connectionParams,
      body: connectionPatchSchema,
      reply: { status: 200, body: connectionSchema },
      errors: ['connection_not_found', 'read_only_connection'],
      async handle({ principal, params, body }) {
        const id = readConnectionId(params.connection_id)
        const current = await connections.get(principal, id)
        return printConnection(await connections.patch(principal, id, readPatch(body, current.headerNames)))
      },
    }),
    endpoint({
      id: 'connections.delete',
      method: 'DELETE',
      path: '/connections/{connection_id}',
      summary: 'Delete a connection',
      description:
        'Its credential is removed at once; agents that name it cannot run until they name another.',
      tag,
      scope: 'connections:write',
      params: connectionParams,
      reply: { status: 204, body: null },
      errors: ['connection_not_found', 'read_only_connection'],
      async handle({ principal, params }) {
        await connections.remove(principal, readConnectionId(params.connection_id))
      },
    }),
    endpoint({
      id: 'connections.test',
      method: 'POST',
      path: '/connections/{connection_id}/test',
      summary: 'Test a connection',
      description: 'Makes one real call, for the list of models. That it fails is the answer, not an error.',
      tag,
      scope: 'connections:write',
      params: connectionParams,
      reply: { status: 200, body: connectionTestSchema },
      errors: ['connection_not_found'],
      async handle({ principal, params, signal }) {
        const id = readConnectionId(params.connection_id)
        return printConnectionTest(await connections.test(principal, id, signal))
      },
    }),
  ]
}

/** Headers that the patch does not name stay; null takes one away, or all of them. */
function readPatch(body: z.output<typeof connectionPatchSchema>, present: string[]): ConnectionChange {
  const { name, provider, base_url: baseUrl, credential, headers } = body
  const kept = Object.fromEntries(present.map((header) => [header, '***']))
  const merged = Object.entries({ ...kept, ...headers }).filter(([, value]) => value !== null)
  return {
    ...(name !== undefined && { name }),
    ...(provider !== undefined && { provider }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(credential !== undefined && { credential }),
    ...(headers !== undefined && {
      headers: headers === null ? {} : (Object.fromEntries(merged) as Record<string, string>), // nulls are filtered out
    }),
  }
}
