import { afterAll, beforeAll, expect } from 'vitest'
import { toolRequirements } from '../../src/dialects/xpander/requirements/requirements-tools.ts'
import { parseId } from '../../src/lib/ids.ts'
import { startScenario, type Scenario } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let scenario: Scenario
let first: string

beforeAll(async () => {
  scenario = await startScenario()
  const http = { method: 'GET', url: 'https://shop.example/orders' }
  first = (await call('POST', '/v1/custom_functions', { name: 'find_order_1', http })).body.id
})
afterAll(async () => scenario?.[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(toolRequirements, ids, sentence, run)

const call = (method: string, path: string, body?: unknown) =>
  scenario.server.call(method, `/xpander${path}`, body)

/** The id of a new agent that has a tool of the client's. */
async function agentWithClientTool(): Promise<string> {
  const { id } = await scenario.agent([], { tools: [{ type: 'function', name: 'ask_client' }] })
  return parseId('agent', id) ?? ''
}

const flat = (id: string, name: string) => {
  return {
    id,
    type: 'custom_function',
    name,
    connection_id: null,
    operation_id: null,
    operation_name: null,
    custom_function_id: id,
    mcp_id: null,
    allowed_tools: null,
    target_id: null,
  }
}

promise(
  ['xpander.agent_tools.list', 'xpander.agent_tools.add', 'xpander.agent_tools.remove'],
  'tools are listed flat, added and removed one by one',
  async () => {
    const id = await agentWithClientTool()
    const path = `/v1/agents/${id}/tools`
    const elsewhere = { ...flat('ask_client', 'ask_client'), type: 'action', custom_function_id: null }
    const added = { ...elsewhere, operation_name: 'ask_client' }
    expect((await call('GET', path)).body).toEqual([added])
    const body = { type: 'custom_function', custom_function_id: first }
    const all = [added, flat(first, 'find_order_1')]
    for (const round of [1, 2]) {
      const reply = await call('POST', path, body)
      expect([reply.status, reply.body], `round ${round}`).toEqual([200, all])
    }
    expect((await call('GET', `/v1/agents/${id}`)).body.version).toBe(3)
    expect((await call('DELETE', `${path}/ask_client`)).body).toEqual([flat(first, 'find_order_1')])
    const removed = await call('DELETE', `${path}/${first}`)
    expect([removed.status, removed.body]).toEqual([200, []])
    expect((await call('DELETE', `${path}/${first}`)).status).toBe(404)
    const unknown = await call('POST', path, { type: 'custom_function', custom_function_id: 'none' })
    expect([unknown.status, unknown.body.detail[0].loc]).toEqual([422, ['body', 'custom_function_id']])
    expect((await call('POST', path, { type: 'custom_function' })).body.detail[0].type).toBe('missing')
    expect((await call('GET', '/v1/agents/none/tools')).status).toBe(404)
  },
)

promise(['xpander.agent_tools.add_other'], 'other types of tools are refused by name', async () => {
  const id = await agentWithClientTool()
  const bodies = [
    { type: 'action', connection_id: 'c', operation_ids: ['o'] },
    { type: 'mcp', url: 'https://a.example' },
    { type: 'agent', agent_id: id },
    { type: 'workflow', workflow_id: 'w' },
  ]
  for (const body of bodies) {
    const { status, body: reply } = await call('POST', `/v1/agents/${id}/tools`, body)
    expect([status, reply.detail.split(': ')[0]], body.type).toEqual([501, 'type'])
  }
  expect((await call('POST', `/v1/agents/${id}/tools`, { type: 'other' })).status).toBe(422)
})
