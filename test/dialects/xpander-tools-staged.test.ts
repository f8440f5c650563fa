import { afterAll, beforeAll, expect } from 'vitest'
import { toolRequirements } from '../../src/dialects/xpander/requirements/requirements-tools.ts'
import { printId } from '../../src/lib/ids.ts'
import { checkReply } from '../support/http-reply.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    env: { PARLEY_PUBLISH_MODE: 'staged' },
    hooks: { onReply: checkReply },
  })
})
afterAll(async () => server?.[Symbol.asyncDispose]())

const call = (method: string, path: string, body?: unknown) => server.call(method, `/xpander${path}`, body)

verifies(
  toolRequirements,
  ['xpander.agent_tools.deploy'],
  'where edits are staged, deploy=false keeps a change until somebody deploys',
  async () => {
    const http = { method: 'GET', url: 'https://shop.example/x' }
    const { body: tool } = await call('POST', '/v1/custom_functions', { name: 'find_order', http })
    const { body: agent } = await call('POST', '/v1/agents', { name: 'Desk' })
    const path = `/v1/agents/${agent.id}/tools`
    const tools = async () =>
      (await server.call('GET', `/v1/agents/${printId('agent', agent.id)}`)).body.tools.length
    const added = await call('POST', `${path}?deploy=false`, {
      type: 'custom_function',
      custom_function_id: tool.id,
    })
    expect([added.status, added.body.length, (await call('GET', path)).body.length]).toEqual([200, 1, 1])
    expect(await tools()).toBe(0)
    expect((await call('GET', `/v1/agents/${agent.id}`)).body.has_pending_changes).toBe(true)
    expect((await call('PUT', `/v1/agents/${agent.id}`)).body.has_pending_changes).toBe(false)
    expect(await tools()).toBe(1)
    const removed = await call('DELETE', `${path}/${tool.id}`)
    expect([removed.status, removed.body]).toEqual([200, []])
    expect(await tools()).toBe(0)
  },
)
