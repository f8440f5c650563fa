import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

// What is wrong is told in the words of this API, wherever it was found out.

let xpander: XpanderServer
beforeAll(async () => {
  xpander = await startXpanderServer()
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const custom = async (name: string): Promise<string> => {
  const http = { method: 'GET', url: 'https://shop.example/orders' }
  return (await xpander.call('POST', '/v1/custom_functions', { name, http })).body.id
}

promise(
  ['xpander.errors.validation', 'xpander.agent_tools.add'],
  'two functions of one name are refused by the field that names the second',
  async () => {
    const [one, other] = [await custom('find_order'), await custom('find_order')]
    const item = (id: string) => ({ type: 'tool', sub_type: 'custom_function', item_id: id })
    const made = await xpander.call('POST', '/v1/agents', { name: 'Twice', graph: [item(one), item(other)] })
    expect([made.status, made.body.message]).toEqual([
      422,
      'graph: another tool of this agent is called find_order',
    ])
    const agent = await xpander.agent({ graph: [item(one)] })
    const path = `/v1/agents/${agent.id}/tools`
    const added = await xpander.call('POST', path, { type: 'custom_function', custom_function_id: other })
    expect([added.status, added.body.detail[0].loc]).toEqual([422, ['body', 'custom_function_id']])
    const removed = await xpander.call('DELETE', `${path}/${one.toUpperCase()}`)
    expect([removed.status, removed.body]).toEqual([200, []])
  },
)

promise(
  ['xpander.errors.validation', 'xpander.invoke.output_schema'],
  'what core refuses of a task is told by the fields of the invocation',
  async () => {
    const agent = await xpander.agent()
    const path = `/v1/agents/${agent.id}/invoke`
    const input = { text: 'Hi' }
    const located = async (body: object) => {
      const reply = await xpander.call('POST', path, { input, ...body })
      return [reply.status, reply.body.detail[0].loc]
    }
    const tooLong = 'x'.repeat(256_001)
    expect(await located({ output_schema: { type: 'nothing' } })).toEqual([422, ['body', 'output_schema']])
    expect(await located({ additional_context: tooLong })).toEqual([422, ['body', 'additional_context']])
    expect(await located({ expected_output: tooLong })).toEqual([422, ['body', 'expected_output']])
    expect(await located({ title: 'x'.repeat(1_001) })).toEqual([422, ['body', 'title']])
  },
)

promise(
  ['xpander.agent.model', 'xpander.agent.llm_api_base'],
  'a task that cannot reach its model says which field of the agent would help',
  async () => {
    const agent = await xpander.agent({ model_provider: 'cloudflare_ai_gw', model_name: 'm' })
    const { body } = await xpander.call('POST', `/v1/agents/${agent.id}/invoke`, { input: { text: 'Hi' } })
    expect([body.status, body.result.endsWith('or give the agent a base URL in llm_api_base.')]).toEqual([
      'error',
      true,
    ])
  },
)

promise(
  ['xpander.llm_settings.own_model', 'xpander.llm_settings.passes'],
  'an entry that records the model of the agent has no temperature of its own',
  async () => {
    const made = await xpander.agent({ model_provider: 'openai', model_name: 'gpt-5.2' })
    const openai = { type: 'before', provider: 'openai', model: 'gpt-5.2' }
    const change = (llm_settings: object[]) =>
      xpander.call('PATCH', `/v1/agents/${made.id}`, { llm_settings })
    const kept = await change([openai])
    expect(kept.body.llm_settings).toEqual([{ ...openai, temperature: 0 }])
    const warm = await change([{ ...openai, temperature: 0.7 }])
    expect([warm.status, warm.body.detail.split(': ')[0]]).toEqual([501, 'llm_settings[0].temperature'])
  },
)

promise(
  ['xpander.agent.source_nodes', 'xpander.webhook.params_mapping'],
  'a mapping of an entry has to name paths',
  async () => {
    const agent = await xpander.agent()
    const source_nodes = [{ type: 'sdk' }, { type: 'webhook', metadata: { params_mapping: ['prompt'] } }]
    const { status, body } = await xpander.call('PATCH', `/v1/agents/${agent.id}`, { source_nodes })
    expect([status, body.detail[0].loc]).toEqual([
      422,
      ['body', 'source_nodes', 1, 'metadata', 'params_mapping'],
    ])
  },
)

promise(['xpander.frame.organization'], 'an organization that is not named is not another one', async () => {
  const reply = await xpander.call('GET', '/v1/agents', undefined, { headers: { 'x-organization-id': '' } })
  expect(reply.status).toBe(200)
})

promise(['xpander.agent.name'], 'of creates and changes at once one has the name', async () => {
  const other = await xpander.agent()
  const name = 'The only desk'
  const replies = await Promise.all([
    ...[1, 2, 3].map(() => xpander.call('POST', '/v1/agents', { name })),
    xpander.call('PATCH', `/v1/agents/${other.id}`, { name }),
  ])
  expect(replies.map(({ status }) => status).filter((status) => status !== 400)).toHaveLength(1)
})
