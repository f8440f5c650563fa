import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { base62FromUuid, uuidFromBase62 } from '../../src/lib/ids.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { makeScenario, makeTeam, type MakeTeam } from '../support/make-team.ts'
import { callsTools, says } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { readBlocks } from '../support/talkifai-chat.ts'
import { startTestServer, type Reply, type TestServer } from '../support/server.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'

/** What every dialect can say of the agent of this test. */
interface Seen {
  name: string
  instructions: string | null
  /** Names of its tools, as this dialect knows them. */
  tools: string[]
}

let server: TestServer
let site: ToolSite
let team: MakeTeam
let scenarioId: number
let toolId: string
let connectionId: number
const script: ScriptedAnswer[] = []
const cleanUp = new AsyncDisposableStack()

const parameters = { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] }

beforeAll(async () => {
  const vendor = await startFakeOpenAi({ respond: () => script.shift() ?? { status: 400 } })
  cleanUp.defer(() => vendor.close())
  site = cleanUp.use(await startToolSite())
  site.answer('/orders', () => ({ body: { state: 'shipped' } }))
  server = cleanUp.use(
    await startTestServer({
      env: {
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: vendor.url,
        PARLEY_DEFAULT_MODEL: 'openai/gpt-test',
      },
    }),
  )
  team = await makeTeam(server)
  scenarioId = await makeScenario(team, server, {
    name: 'lookup_order',
    description: 'Look up order status by order ID',
    parameters,
    method: 'GET',
    url: `${site.url}/orders/{order_id}`,
  })
  toolId = (await server.call('GET', '/v1/tools')).body.data[0].id
  const { body: providers } = await team.call('GET', `/ai-agents/v1/llm-providers?teamId=${team.teamId}`)
  connectionId = providers.find((one: { provider: string }) => one.provider === 'openAi').id
})

afterAll(async () => {
  await cleanUp.disposeAsync()
})

const uuidOf = (printed: string): string => uuidFromBase62(printed.replace('agent_', '')) ?? ''
const printed = (uuid: string): string => `agent_${base62FromUuid(uuid)}`

async function expectStatus(
  status: number,
  reply: Promise<Pick<Reply, 'status' | 'body'>>,
): Promise<Reply['body']> {
  const { status: answered, body } = await reply
  expect([answered, body]).toEqual([status, body])
  return body
}

/** The same agent through each API, by its UUID. */
const through = {
  xai: {
    async create(): Promise<string> {
      const body = { name: 'Desk', instructions: 'Answer callers.' }
      const { agent } = await expectStatus(200, server.call('POST', '/xai/v1/agents', body))
      // This API has no word for a tool that the server calls: another one adds it.
      const tools = [{ type: 'reference', tool_id: toolId }]
      await expectStatus(200, server.call('PATCH', `/v1/agents/${agent.agent_id}`, { tools }))
      return uuidOf(agent.agent_id)
    },
    async read(id: string): Promise<Seen> {
      const { agent } = await expectStatus(200, server.call('GET', `/xai/v1/agents/${printed(id)}`))
      const tools = agent.tools.map((tool: { function: { name: string } }) => tool.function.name)
      return { name: agent.name, instructions: agent.instructions, tools }
    },
    async edit(id: string, name: string): Promise<void> {
      const body = { agent: { name }, field_mask: { paths: ['name'] } }
      await expectStatus(200, server.call('PATCH', `/xai/v1/agents/${printed(id)}`, body))
    },
  },
  talkifai: {
    async create(): Promise<string> {
      const body = {
        name: 'Desk',
        agentArchitecture: 'text',
        model: 'gpt-test',
        systemPrompt: 'Answer callers.',
        mode: 'public',
        active: true,
      }
      const { data } = await expectStatus(201, server.call('POST', '/talkifai/v1/agents', body))
      // Functions of this API belong to one agent: another API gives it the one that is shared.
      const tools = [{ type: 'reference', tool_id: toolId }]
      await expectStatus(200, server.call('PATCH', `/v1/agents/${data.id}`, { tools }))
      return uuidOf(data.id)
    },
    async read(id: string): Promise<Seen> {
      const { data } = await expectStatus(200, server.call('GET', `/talkifai/v1/agents/${printed(id)}`))
      return { name: data.name, instructions: data.systemPrompt, tools: data.enabledCustomFunctions }
    },
    async edit(id: string, name: string): Promise<void> {
      await expectStatus(200, server.call('PATCH', `/talkifai/v1/agents/${printed(id)}`, { name }))
    },
    async run(id: string): Promise<string> {
      const chat = '/talkifai/v1/chat/sessions'
      const session = await expectStatus(200, server.call('POST', chat, { agent_id: printed(id) }))
      const path = `${chat}/${session.conversation_id}/messages`
      const options = { key: session.session_token }
      const reply = await server.open('POST', path, { message: 'Where is order 1182?' }, options)
      const chunks = readBlocks(await reply.text()).filter(({ event }) => event === 'chunk')
      return chunks.map(({ data }) => data.delta).join('')
    },
  },
  make: {
    async create(): Promise<string> {
      const body = {
        name: 'Desk',
        teamId: team.teamId,
        makeConnectionId: connectionId,
        defaultModel: 'gpt-test',
        systemPrompt: 'Answer callers.',
        scenarios: [{ makeScenarioId: scenarioId }],
      }
      const path = `/ai-agents/v1/agents?teamId=${team.teamId}`
      return (await expectStatus(201, team.call('POST', path, body))).agentId
    },
    async read(id: string): Promise<Seen> {
      const agent = await expectStatus(
        200,
        team.call('GET', `/ai-agents/v1/agents/${id}?teamId=${team.teamId}`),
      )
      const tools = agent.scenarios.map((one: { makeScenarioId: number }) =>
        one.makeScenarioId === scenarioId ? 'lookup_order' : one.makeScenarioId,
      )
      return { name: agent.name, instructions: agent.systemPrompt, tools }
    },
    async edit(id: string, name: string): Promise<void> {
      const path = `/ai-agents/v1/agents/${id}?teamId=${team.teamId}`
      await expectStatus(204, team.call('PATCH', path, { name }))
    },
    async run(id: string): Promise<string> {
      const path = `/ai-agents/v1/agents/${id}/run?teamId=${team.teamId}`
      const body = { messages: [{ role: 'user', content: 'Where is order 1182?' }], config: {} }
      return (await expectStatus(200, team.call('POST', path, body))).response
    },
  },
  native: {
    async create(): Promise<string> {
      const tools = [{ type: 'reference', tool_id: toolId }]
      const body = { name: 'Desk', instructions: 'Answer callers.', tools }
      return uuidOf((await expectStatus(201, server.call('POST', '/v1/agents', body))).id)
    },
    async read(id: string): Promise<Seen> {
      const agent = await expectStatus(200, server.call('GET', `/v1/agents/${printed(id)}`))
      const tools = agent.tools.map((tool: { tool_id: string }) =>
        tool.tool_id === toolId ? 'lookup_order' : tool.tool_id,
      )
      return { name: agent.name, instructions: agent.instructions, tools }
    },
    async edit(id: string, name: string): Promise<void> {
      await expectStatus(200, server.call('PATCH', `/v1/agents/${printed(id)}`, { name }))
    },
    async run(id: string): Promise<string> {
      const body = { input: 'Where is order 1182?' }
      return (await expectStatus(200, server.call('POST', `/v1/agents/${printed(id)}/runs`, body))).output
    },
  },
}

type Dialect = keyof typeof through
const all: Dialect[] = ['xai', 'talkifai', 'make', 'native']

describe.each(all)('a text agent with an HTTP tool, made through %s', (origin) => {
  test('is read and edited through every other API and run through those that run text with the same call', async () => {
    const id = await through[origin].create()
    const seen = { name: 'Desk', instructions: 'Answer callers.', tools: ['lookup_order'] }
    for (const reader of all) expect([reader, await through[reader].read(id)]).toEqual([reader, seen])
    for (const editor of all) {
      const name = `Desk as ${editor} calls it`
      await through[editor].edit(id, name)
      for (const reader of all)
        expect([reader, await through[reader].read(id)]).toEqual([reader, { ...seen, name }])
    }
    const before = site.callsOf('/orders').length
    for (const runner of ['make', 'talkifai', 'native'] as const) {
      script.push(callsTools(['call_a', 'lookup_order', { order_id: '1182' }]), says('It was shipped.'))
      expect([runner, await through[runner].run(id)]).toEqual([runner, 'It was shipped.'])
    }
    const calls = site.callsOf('/orders').slice(before)
    expect(calls.map(({ method, path, query }) => [method, path, query])).toEqual([
      ['GET', '/orders/1182', {}],
      ['GET', '/orders/1182', {}],
      ['GET', '/orders/1182', {}],
    ])
  })
})

test('a tool that the server calls stays one when it comes back through xAI as the function it was shown as', async () => {
  const id = await through.native.create()
  const tools = [{ type: 'http', name: 'lookup_order', parameters, url: `${site.url}/orders/{order_id}` }]
  await expectStatus(200, server.call('PATCH', `/v1/agents/${printed(id)}`, { tools }))
  const path = `/xai/v1/agents/${printed(id)}`
  const { agent } = await expectStatus(200, server.call('GET', path))
  const body = { agent: { tools: agent.tools }, field_mask: { paths: ['tools'] } }
  await expectStatus(200, server.call('PATCH', path, body))
  script.push(callsTools(['call_a', 'lookup_order', { order_id: '7' }]), says('Done.'))
  expect(await through.native.run(id)).toBe('Done.')
  expect(site.callsOf('/orders').at(-1)?.path).toBe('/orders/7')
})
