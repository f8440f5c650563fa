import { expect, test } from 'vitest'
import type { HttpTool } from '../../../core/tools/tool.ts'
import { resolveTool } from './resolved-tool.ts'

const id = '01980f4e-0000-7000-8000-000000000001'
const tool: HttpTool = {
  kind: 'http',
  name: 'note_order',
  description: 'Writes a note.',
  parameters: {
    type: 'object',
    properties: { order_id: { type: 'string' }, note: { type: 'string' }, urgent: { type: 'boolean' } },
    required: ['order_id', 'note'],
  },
  approval: 'never',
  method: 'POST',
  url: 'https://shop.example/orders/{order_id}/notes',
  headers: { Authorization: '***' },
  effects: 'once',
  checkUrl: null,
  timeoutSeconds: 15,
}
const none = { type: 'object', properties: {}, required: [] }
const path = { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] }
const rest = {
  type: 'object',
  properties: { note: { type: 'string' }, urgent: { type: 'boolean' } },
  required: ['note'],
}

test('a function is printed whole, each argument where a call sends it', () => {
  expect(resolveTool(id, tool, true)).toEqual({
    id,
    type: 'custom_function',
    name: 'note_order',
    connection_id: null,
    operation_id: null,
    operation_name: null,
    custom_function_id: id,
    mcp_id: null,
    allowed_tools: null,
    target_id: null,
    method: 'post',
    path: `/operation/${id}`,
    description: 'Writes a note.',
    raw_description: 'Writes a note.',
    function_description: 'Writes a note.',
    path_params: path,
    query_params: none,
    body_schema: rest,
    parameters: {
      type: 'object',
      properties: { path_params: path, query_params: none, body_params: rest, headers: none },
      required: ['path_params', 'body_params'],
    },
    connector_id: null,
    should_add_to_graph: false,
    is_local: false,
    is_standalone: false,
    is_synced: false,
  })
})

test('what is not in the path of a GET or a DELETE goes into the query', () => {
  for (const method of ['GET', 'DELETE'] as const) {
    const resolved = resolveTool(id, { ...tool, method }, true)
    expect([resolved.query_params, resolved.body_schema]).toEqual([rest, none])
  }
})

test('tools made elsewhere are actions, servers are of the type mcp, and those of the client are local', () => {
  expect(resolveTool('note_order', tool, false)).toMatchObject({
    type: 'action',
    operation_name: 'note_order',
    custom_function_id: null,
    is_local: false,
  })
  const { name, description, parameters, approval } = tool
  const base = { name, description, parameters, approval }
  expect(resolveTool('note_order', { kind: 'function', ...base }, false)).toMatchObject({
    type: 'action',
    method: 'post',
    is_local: true,
  })
  const server = { kind: 'mcp' as const, ...base, url: 'https://a.example', headers: {}, allowedTools: ['a'] }
  expect(resolveTool('note_order', server, false)).toMatchObject({
    type: 'mcp',
    mcp_id: 'note_order',
    allowed_tools: ['a'],
  })
})
