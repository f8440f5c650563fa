import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { base62FromUuid, uuidFromBase62 } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { makeScenario, makeTeam, type MakeTeam } from '../support/make-team.ts'
import { callsTools, says } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { readBlocks } from '../support/talkifai-chat.ts'
import { startTestServer, type Reply, type TestServer } from '../support/server.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'

/** What every API can say of an agent. */
interface Seen {
  name: string
  instructions: string | null
  /** Names of its tools, as far as this API shows them. */
  tools: string[]
}

/** One API, which knows agents by their UUID. */
interface Speaker {
  /** Makes an agent whose one tool, of this name, looks orders up; its UUID. */
  create(toolName: string): Promise<string>
  read(id: string): Promise<Seen>
  edit(id: string, change: { name: string; instructions: string }): Promise<void>
  /** Fields that no other API edits, and how they are read again. */
  own: { fields: JsonObject; write(id: string): Promise<void>; read(id: string): Promise<object> } | null
  /** Asks it something; what it answers. null: this API runs no text. */
  run: ((id: string) => Promise<string>) | null
}

const question = 'Where is order 1182?'
const parameters = { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] }
const description = 'Look up order status by order ID'

let server: TestServer
let site: ToolSite
let team: MakeTeam
let connectionId: number
const script: ScriptedAnswer[] = []
const cleanUp = new AsyncDisposableStack()

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
  const { body: providers } = await team.call('GET', `/ai-agents/v1/llm-providers?teamId=${team.teamId}`)
  connectionId = providers.find((one: { provider: string }) => one.provider === 'openAi').id
})

afterAll(async () => {
  await cleanUp.disposeAsync()
})

const url = () => `${site.url}/orders/{order_id}`
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

const named = (tools: { name: string }[]): string[] => tools.map(({ name }) => name)

/** A shared tool of this name, by its id. */
async function sharedTool(name: string): Promise<string> {
  const body = { type: 'http', name, description, parameters, method: 'GET', url: url() }
  return (await expectStatus(201, server.call('POST', '/v1/tools', body))).id
}

const xai: Speaker = {
  async create(toolName) {
    const body = { name: 'Desk', instructions: 'Answer callers.' }
    const { agent } = await expectStatus(200, server.call('POST', '/xai/v1/agents', body))
    // This API has no word for a tool that the server calls: another one adds it.
    const tools = [{ type: 'reference', tool_id: await sharedTool(toolName) }]
    await expectStatus(200, server.call('PATCH', `/v1/agents/${agent.agent_id}`, { tools }))
    return uuidOf(agent.agent_id)
  },
  async read(id) {
    const { agent } = await expectStatus(200, server.call('GET', `/xai/v1/agents/${printed(id)}`))
    const tools = agent.tools.map((tool: { function: { name: string } }) => tool.function)
    return { name: agent.name, instructions: agent.instructions, tools: named(tools) }
  },
  async edit(id, change) {
    const body = { agent: change, field_mask: { paths: ['name', 'instructions'] } }
    await expectStatus(200, server.call('PATCH', `/xai/v1/agents/${printed(id)}`, body))
  },
  own: null,
  run: null,
}

const talkifaiPath = (id: string) => `/talkifai/v1/agents/${printed(id)}`

async function readTalkifai(id: string) {
  return (await expectStatus(200, server.call('GET', talkifaiPath(id)))).data
}

const talkifai: Speaker = {
  async create(toolName) {
    const body = {
      name: 'Desk',
      agentArchitecture: 'text',
      model: 'gpt-test',
      systemPrompt: 'Answer callers.',
      mode: 'public',
      active: true,
      enabledCustomFunctions: [toolName],
    }
    const { data } = await expectStatus(201, server.call('POST', '/talkifai/v1/agents', body))
    const tool = { name: toolName, description, endpoint: url(), method: 'GET', parameters }
    await expectStatus(201, server.call('POST', `/talkifai/api/custom-functions/${data.id}`, tool))
    return uuidOf(data.id)
  },
  async read(id) {
    const { name, systemPrompt, enabledCustomFunctions } = await readTalkifai(id)
    return { name, instructions: systemPrompt, tools: enabledCustomFunctions }
  },
  async edit(id, { name, instructions }) {
    const body = { name, systemPrompt: instructions }
    await expectStatus(200, server.call('PATCH', talkifaiPath(id), body))
  },
  own: {
    fields: { greetingMessage: 'Welcome.', lastMessage: 'Bye.' },
    async write(id) {
      await expectStatus(200, server.call('PATCH', talkifaiPath(id), this.fields))
    },
    read: async (id) => (await readTalkifai(id)).agent,
  },
  async run(id) {
    const chat = '/talkifai/v1/chat/sessions'
    const session = await expectStatus(200, server.call('POST', chat, { agent_id: printed(id) }))
    const path = `${chat}/${session.conversation_id}/messages`
    const reply = await server.open('POST', path, { message: question }, { key: session.session_token })
    const chunks = readBlocks(await reply.text()).filter(({ event }) => event === 'chunk')
    return chunks.map(({ data }) => data.delta).join('')
  },
}

const makePath = (id: string, rest = '') => `/ai-agents/v1/agents/${id}${rest}?teamId=${team.teamId}`

async function readMake(id: string) {
  return await expectStatus(200, team.call('GET', makePath(id)))
}

const make: Speaker = {
  async create(toolName) {
    const tool = { name: toolName, description, parameters, method: 'GET', url: url() }
    const body = {
      name: 'Desk',
      teamId: team.teamId,
      makeConnectionId: connectionId,
      defaultModel: 'gpt-test',
      systemPrompt: 'Answer callers.',
      scenarios: [{ makeScenarioId: await makeScenario(team, server, tool) }],
    }
    const path = `/ai-agents/v1/agents?teamId=${team.teamId}`
    return (await expectStatus(201, team.call('POST', path, body))).agentId
  },
  async read(id) {
    const agent = await readMake(id)
    const { scenarios } = await expectStatus(200, team.call('GET', `/scenarios?teamId=${team.teamId}`))
    const tools = agent.scenarios.map(({ makeScenarioId }: { makeScenarioId: number }) =>
      scenarios.find((one: { id: number }) => one.id === makeScenarioId),
    )
    return { name: agent.name, instructions: agent.systemPrompt, tools: named(tools) }
  },
  async edit(id, { name, instructions }) {
    await expectStatus(204, team.call('PATCH', makePath(id), { name, systemPrompt: instructions }))
  },
  own: {
    fields: { invocationConfig: { recursionLimit: 17, timeout: 45 } },
    async write(id) {
      await expectStatus(204, team.call('PATCH', makePath(id), this.fields))
    },
    read: readMake,
  },
  async run(id) {
    const body = { messages: [{ role: 'user', content: question }], config: {} }
    return (await expectStatus(200, team.call('POST', makePath(id, '/run'), body))).response
  },
}

const xpanderPath = (id: string) => `/xpander/v1/agents/${id}`

async function readXpander(id: string) {
  return await expectStatus(200, server.call('GET', xpanderPath(id)))
}

const xpander: Speaker = {
  async create(toolName) {
    const tool = {
      name: toolName,
      description,
      input_schema: parameters,
      http: { method: 'GET', url: url() },
    }
    const made = await expectStatus(201, server.call('POST', '/xpander/v1/custom_functions', tool))
    const body = {
      name: `Desk with ${toolName}`,
      instructions: { general: 'Answer callers.' },
      access_scope: 'organizational',
      attached_tools: [{ id: 'xpander-custom-functions', operation_ids: [made.id] }],
    }
    const agent = await expectStatus(201, server.call('POST', '/xpander/v1/agents', body))
    // Names are unique in this API; in the others they are not, and so many agents here are called so.
    await expectStatus(200, server.call('PATCH', `/v1/agents/${printed(agent.id)}`, { name: 'Desk' }))
    return agent.id
  },
  async read(id) {
    const { name, instructions, tools } = await readXpander(id)
    return { name, instructions: instructions.general, tools: named(tools) }
  },
  async edit(id, { name, instructions }) {
    const body = { name, instructions: { general: instructions } }
    await expectStatus(200, server.call('PATCH', xpanderPath(id), body))
  },
  own: {
    fields: { icon: '🦦', voice_id: 'otter', task_level_strategies: { max_runs_per_day: 900 } },
    async write(id) {
      await expectStatus(200, server.call('PATCH', xpanderPath(id), this.fields))
    },
    read: readXpander,
  },
  async run(id) {
    const body = { input: { text: question } }
    return (await expectStatus(200, server.call('POST', `${xpanderPath(id)}/invoke`, body))).result
  },
}

const nativePath = (id: string) => `/v1/agents/${printed(id)}`

async function readNative(id: string) {
  return await expectStatus(200, server.call('GET', nativePath(id)))
}

const native: Speaker = {
  async create(toolName) {
    const tools = [{ type: 'http', name: toolName, description, parameters, method: 'GET', url: url() }]
    const body = { name: 'Desk', instructions: 'Answer callers.', tools }
    return uuidOf((await expectStatus(201, server.call('POST', '/v1/agents', body))).id)
  },
  async read(id) {
    const agent = await readNative(id)
    expect([agent.enabled, agent.visibility]).toEqual([true, 'workspace'])
    const tools = agent.tools.map(async (tool: { name: string; type: string; tool_id: string }) =>
      tool.type === 'reference' ? (await server.call('GET', `/v1/tools/${tool.tool_id}`)).body : tool,
    )
    return { name: agent.name, instructions: agent.instructions, tools: named(await Promise.all(tools)) }
  },
  async edit(id, change) {
    await expectStatus(200, server.call('PATCH', nativePath(id), change))
  },
  own: {
    fields: { metadata: { desk: 7 } },
    async write(id) {
      await expectStatus(200, server.call('PATCH', nativePath(id), this.fields))
    },
    read: readNative,
  },
  async run(id) {
    return (await expectStatus(200, server.call('POST', `${nativePath(id)}/runs`, { input: question })))
      .output
  },
}

const speakers = { xai, talkifai, make, xpander, native }
type Name = keyof typeof speakers
const names = Object.keys(speakers) as Name[] // its keys, by its type
const runners = names.filter((name) => speakers[name].run !== null)

/** Make shows scenarios, which are shared: a tool that stands in its agent alone is none. */
const shows = (reader: Name, origin: Name): boolean => !(reader === 'make' && origin === 'native')

describe.each(names)('a text agent with an HTTP tool, made through %s,', (origin) => {
  const tool = `lookup_order_${origin}`
  let id: string

  const expectSeen = async (name: string, instructions: string): Promise<void> => {
    for (const reader of names) {
      const tools = shows(reader, origin) ? [tool] : []
      expect([reader, await speakers[reader].read(id)]).toEqual([reader, { name, instructions, tools }])
    }
  }

  beforeAll(async () => {
    id = await speakers[origin].create(tool)
  })

  test('is read through all five', async () => {
    await expectSeen('Desk', 'Answer callers.')
  })

  test.each(names)('is edited through %s, and the others see it and lose nothing', async (editor) => {
    for (const name of names) await speakers[name].own?.write(id)
    const change = { name: `${origin} desk of ${editor}`, instructions: `Answer as ${editor} says.` }
    await speakers[editor].edit(id, change)
    await expectSeen(change.name, change.instructions)
    for (const { own } of Object.values(speakers)) {
      if (own !== null) expect(await own.read(id)).toMatchObject(own.fields)
    }
  })

  test.each(runners)('is run through %s with the same call and the same answer', async (runner) => {
    const before = site.callsOf('/orders').length
    script.push(callsTools(['call_a', tool, { order_id: '1182' }]), says('It was shipped.'))
    expect(await speakers[runner].run?.(id)).toBe('It was shipped.')
    const calls = site.callsOf('/orders').slice(before)
    expect(calls.map(({ method, path, query }) => [method, path, query])).toEqual([
      ['GET', '/orders/1182', {}],
    ])
  })
})

test('xAI runs no text: four of the five do', () => {
  expect(runners).toEqual(['talkifai', 'make', 'xpander', 'native'])
})

test('a tool that the server calls stays one when it comes back through xAI as the function it was shown as', async () => {
  const id = await native.create('lookup_order')
  const path = `/xai/v1/agents/${printed(id)}`
  const { agent } = await expectStatus(200, server.call('GET', path))
  const body = { agent: { tools: agent.tools }, field_mask: { paths: ['tools'] } }
  await expectStatus(200, server.call('PATCH', path, body))
  script.push(callsTools(['call_a', 'lookup_order', { order_id: '7' }]), says('Done.'))
  expect(await native.run?.(id)).toBe('Done.')
  expect(site.callsOf('/orders').at(-1)?.path).toBe('/orders/7')
})
