import { z } from 'zod'
import type { ToolService } from '../../../core/tools/tool-service.ts'
import type { ToolDefinition } from '../../../core/tools/tool.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { parseWith } from '../../../http/field-errors.ts'
import { mergePatch, type JsonValue } from '../../../lib/json.ts'
import { printRevision, printTool, printWorkspaceTool, readTool } from '../translate-tools.ts'
import { idSchema, listQuery, listReply, printPage, readId, readPage } from '../wire-common.ts'
import { numberedQuery, printNumberedPage, readNumberedPage } from '../wire-numbered.ts'
import { toolInputSchema, toolPatchSchema, toolRevisionSchema, toolSchema } from '../wire-tools.ts'

const tag = 'Tools'
const toolParams = z.object({ tool_id: idSchema('tool') })

function readToolId(text: string): string {
  return readId('tool', text, 'tool_not_found')
}

export function toolEndpoints({ tools }: { tools: ToolService }): Endpoint[] {
  return [
    endpoint({
      id: 'tools.create',
      method: 'POST',
      path: '/tools',
      summary: 'Make a shared tool',
      description: 'Agents use it by reference: `{ "type": "reference", "tool_id": … }`.',
      tag,
      scope: 'tools:write',
      body: toolInputSchema,
      reply: { status: 201, body: toolSchema },
      errors: ['feature_unavailable'],
      async handle({ principal, body, resourceId }) {
        const definition = readTool(body, '')
        return printWorkspaceTool(await tools.create(principal, { id: resourceId, definition }))
      },
    }),
    endpoint({
      id: 'tools.list',
      method: 'GET',
      path: '/tools',
      summary: 'List shared tools',
      description: 'Newest first, each at its newest revision.',
      tag,
      scope: 'tools:read',
      query: listQuery({}),
      reply: { status: 200, body: listReply(toolSchema) },
      errors: [],
      async handle({ principal, query }) {
        return printPage(await tools.list(principal, readPage(query, 'tool')), query, printWorkspaceTool)
      },
    }),
    endpoint({
      id: 'tools.get',
      method: 'GET',
      path: '/tools/{tool_id}',
      summary: 'Read a shared tool',
      tag,
      scope: 'tools:read',
      params: toolParams,
      reply: { status: 200, body: toolSchema },
      errors: ['tool_not_found'],
      async handle({ principal, params }) {
        return printWorkspaceTool(await tools.get(principal, readToolId(params.tool_id)))
      },
    }),
    endpoint({
      id: 'tools.update',
      method: 'PATCH',
      path: '/tools/{tool_id}',
      summary: 'Change a shared tool',
      description:
        'A JSON merge patch. A change makes the next revision, which runs use from then on; it cannot be renamed while agents use it.',
      tag,
      scope: 'tools:write',
      params: toolParams,
      body: toolPatchSchema,
      reply: { status: 200, body: toolSchema },
      errors: ['tool_not_found', 'tool_in_use', 'feature_unavailable'],
      async handle({ principal, params, body }) {
        const change = (current: ToolDefinition) => patched(current, body)
        return printWorkspaceTool(await tools.update(principal, readToolId(params.tool_id), change))
      },
    }),
    endpoint({
      id: 'tools.delete',
      method: 'DELETE',
      path: '/tools/{tool_id}',
      summary: 'Delete a shared tool',
      description: 'Refused while the published version or the draft of an agent refers to it.',
      tag,
      scope: 'tools:write',
      params: toolParams,
      reply: { status: 204, body: null },
      errors: ['tool_not_found', 'tool_in_use'],
      async handle({ principal, params }) {
        await tools.remove(principal, readToolId(params.tool_id))
      },
    }),
    endpoint({
      id: 'tools.revisions.list',
      method: 'GET',
      path: '/tools/{tool_id}/revisions',
      summary: 'List the revisions of a shared tool',
      description: 'Newest first; also of a deleted tool.',
      tag,
      scope: 'tools:read',
      params: toolParams,
      query: numberedQuery,
      reply: { status: 200, body: listReply(toolRevisionSchema) },
      errors: ['tool_not_found'],
      async handle({ principal, params, query }) {
        const toolId = readToolId(params.tool_id)
        const revisions = await tools.listRevisions(principal, toolId, readNumberedPage(query))
        return printNumberedPage(revisions, query, printRevision, ({ revision }) => revision)
      },
    }),
  ]
}

/** A tool that becomes one of another type keeps of its fields what that type has. */
function patched(current: ToolDefinition, body: z.output<typeof toolPatchSchema>): ToolDefinition {
  const printed = printTool(current)
  const { name, description, parameters, approval } = {
    description: null,
    parameters: {},
    name: '',
    ...printed,
  }
  const changesType = body.type !== undefined && body.type !== printed.type
  const base = changesType ? { type: body.type, name, description, parameters, approval } : printed
  const merged = mergePatch(base as JsonValue, body) // both are plain JSON
  return readTool(parseWith(toolInputSchema, merged, 'body'), '')
}
