import { z } from 'zod'
import type { Directory } from '../../../core/access/directory.ts'
import type { DocumentService } from '../../../core/knowledge/document-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { requireTeam, teamQuery } from '../team.ts'
import { printContext, readContext } from '../translate-contexts.ts'
import { contextSchema } from '../wire-agents.ts'
import { readUuid } from '../wire-common.ts'
import { contextListQuery, contextParams, maxContextBody, newContextSchema } from '../wire-contexts.ts'

const tag = 'Contexts'

interface ContextServices {
  access: { directory: Directory }
  documents: DocumentService
}

/** The documents of an agent, which it searches while it runs. */
export function contextEndpoints({ access, documents }: ContextServices): Endpoint[] {
  const { directory } = access
  return [
    endpoint({
      id: 'contexts.list',
      method: 'GET',
      path: '/ai-agents/v1/contexts',
      summary: 'List the contexts of an agent',
      description: 'A bare array, oldest first.',
      tag,
      scope: 'agents:read',
      query: contextListQuery,
      reply: { status: 200, body: z.array(contextSchema) },
      errors: ['workspace_forbidden', 'agent_not_found'],
      async handle({ principal, query }) {
        await requireTeam(directory, principal, query.teamId)
        const agentId = readUuid(query.agentId, 'agent_not_found')
        return (await documents.list(principal, agentId)).map(printContext)
      },
    }),
    endpoint({
      id: 'contexts.create',
      method: 'POST',
      path: '/ai-agents/v1/contexts',
      summary: 'Add a context to an agent',
      description:
        'Text as JSON, or a file as multipart/form-data: text, Markdown, CSV, JSON, PDF or Word of at most 20 MB.',
      tag,
      scope: 'agents:write',
      query: teamQuery,
      body: newContextSchema,
      multipart: true,
      maxBodyBytes: maxContextBody,
      reply: { status: 201, body: contextSchema },
      errors: ['workspace_forbidden', 'agent_not_found', 'document_limit_reached', 'forbidden_role'],
      async handle({ principal, query, body, resourceId: id }) {
        await requireTeam(directory, principal, query.teamId)
        const agentId = readUuid(body.agentId, 'agent_not_found')
        return printContext(await documents.add(principal, { id, agentId, ...readContext(body) }))
      },
    }),
    endpoint({
      id: 'contexts.delete',
      method: 'DELETE',
      path: '/ai-agents/v1/contexts/{contextId}',
      summary: 'Delete a context',
      tag,
      scope: 'agents:write',
      params: contextParams,
      query: teamQuery,
      reply: { status: 204, body: null },
      errors: ['workspace_forbidden', 'document_not_found', 'forbidden_role'],
      async handle({ principal, query, params }) {
        await requireTeam(directory, principal, query.teamId)
        await documents.remove(principal, readUuid(params.contextId, 'document_not_found'))
      },
    }),
  ]
}
