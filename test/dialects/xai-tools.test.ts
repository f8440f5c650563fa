import { afterAll, beforeAll, expect } from 'vitest'
import { parseId } from '../../src/lib/ids.ts'
import { xaiRequirements } from '../../src/dialects/xai/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXaiServer, type XaiServer } from '../support/xai-server.ts'

let xai: XaiServer
beforeAll(async () => {
  xai = await startXaiServer()
})
afterAll(async () => await xai[Symbol.asyncDispose]())

async function refusal(...tools: unknown[]) {
  const reply = await xai.call('POST', '/v1/agents', { name: 'Desk', tools })
  expect(reply.status).toBe(400)
  return reply.body.error
}

/** The id of an agent with these tools, which must be printed as they are here. */
async function accepted(...tools: unknown[]) {
  const reply = await xai.call('POST', '/v1/agents', { name: 'Desk', tools })
  expect(reply.status, JSON.stringify(reply.body)).toBe(200)
  expect(JSON.stringify(reply.body.agent.tools)).toBe(JSON.stringify(tools))
  return reply.body.agent.agent_id as string
}

const write = (id: string, tools: unknown[]) =>
  xai.call('PATCH', `/v1/agents/${id}`, { agent: { tools }, field_mask: { paths: ['tools'] } })
const printed = async (id: string) => (await xai.call('GET', `/v1/agents/${id}`)).body.agent.tools
const native = async (id: string) => (await xai.native('GET', `/v1/agents/${id}`)).body

/** What a run of the agent works with: secrets opened. */
async function resolved(id: string) {
  const { services } = xai.test.server
  const owner = await services.access.authenticate(xai.test.ownerKey)
  const { tools } = await services.agents.resolveForRun(owner, parseId('agent', id) ?? '')
  return tools
}

verifies(
  xaiRequirements,
  ['xai.tools.types'],
  'the five types are taken, any other is refused with their names',
  async () => {
    await accepted(
      { type: 'function', function: { name: 'find' } },
      { type: 'web_search' },
      { type: 'x_search' },
      { type: 'file_search' },
      { type: 'mcp', server_url: 'https://mcp.example.org/mcp', server_label: 'crm' },
    )
    const five = 'must be "function", "web_search", "x_search", "file_search" or "mcp"'
    for (const type of ['code_interpreter', 'http', '', null, undefined, 5])
      expect(await refusal({ type: 'web_search' }, { type })).toBe(`tools[1].type: ${five}`)
    expect(await refusal('web_search')).toBe('tools[0]: must be an object')
  },
)

verifies(xaiRequirements, ['xai.tools.limit'], 'an agent has at most 200 tools', async () => {
  const tools = Array.from({ length: 201 }, (_, index) => ({
    type: 'function',
    function: { name: `tool_${index}` },
  }))
  expect(await refusal(...tools)).toBe('tools: must have at most 200 items')
  await accepted(...tools.slice(1))
})

verifies(
  xaiRequirements,
  ['xai.tools.as_sent', 'xai.tools.function.spellings', 'xai.tools.mcp.ignored'],
  'tools come back as they were sent, order of keys and unknown members included',
  async () => {
    const id = await accepted(
      { function: { parameters: { required: ['b'], type: 'object' }, name: 'nested' }, type: 'function' },
      { name: 'flat', description: 'Flat', type: 'function', strict: true },
      { userLocation: { city: 'Bern', country: 'CH' }, type: 'web_search', allowedDomains: ['a.example'] },
      { type: 'x_search', allowed_x_handles: ['@ada'], from_date: '2026-01-31' },
      { type: 'file_search', max_num_results: 4, vector_store_ids: ['collection_6f1d'], filters: null },
      {
        type: 'mcp',
        server_label: 'my crm!',
        server_url: 'https://mcp.example.org/mcp',
        require_approval: 'never',
        connector_id: 'x',
      },
    )
    expect((await native(id)).tools).toMatchObject([
      { type: 'function', name: 'nested', parameters: { type: 'object', required: ['b'] } },
      { type: 'function', name: 'flat', description: 'Flat', parameters: { type: 'object', properties: {} } },
      {
        type: 'web_search',
        settings: { allowed_domains: ['a.example'], location: { city: 'Bern', country: 'CH' } },
      },
      { type: 'x_search', settings: { allowed_x_handles: ['ada'], from_date: '2026-01-31' } },
      { type: 'file_search', settings: { collection_ids: ['collection_6f1d'], max_results: 4 } },
      { type: 'mcp', name: 'my_crm_', url: 'https://mcp.example.org/mcp', approval: 'never' },
    ])
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.as_sent.until_edited', 'xai.agents.other_apis'],
  'a tool that the native API changed is printed as it is now, the others as they were sent',
  async () => {
    const id = await accepted(
      { type: 'function', name: 'first', strict: true },
      { type: 'function', name: 'second', strict: true },
    )
    await xai.native('PATCH', `/v1/agents/${id}`, { name: 'Renamed' })
    expect(await printed(id)).toEqual([
      { type: 'function', name: 'first', strict: true },
      { type: 'function', name: 'second', strict: true },
    ])
    const { tools } = await native(id)
    tools[0].description = 'Changed'
    await xai.native('PATCH', `/v1/agents/${id}`, { tools })
    expect(await printed(id)).toEqual([
      {
        type: 'function',
        function: { name: 'first', description: 'Changed', parameters: { type: 'object', properties: {} } },
      },
      { type: 'function', name: 'second', strict: true },
    ])
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.function.name', 'xai.tools.function.parameters', 'xai.errors.field'],
  'what is wrong with a function is named as it was written',
  async () => {
    const form = 'use 1 to 64 letters, digits, underscores or hyphens'
    await accepted({ type: 'function', function: { name: 'x'.repeat(64), parameters: null } })
    expect(await refusal({ type: 'function', function: { name: 'x'.repeat(65) } })).toBe(
      `tools[0].function.name: ${form}`,
    )
    expect(await refusal({ type: 'function', name: 'two words' })).toBe(`tools[0].name: ${form}`)
    expect(await refusal({ type: 'function' })).toBe('tools[0].function.name: is required')
    expect(await refusal({ type: 'function', function: {} })).toBe('tools[0].function.name: is required')
    expect(await refusal({ type: 'function', function: { name: 'a', parameters: [] } })).toBe(
      'tools[0].function.parameters: must be an object',
    )
    const array = { type: 'array' }
    const schema = 'must be a JSON Schema of the type "object"'
    // The first one does not count, the later one of its name does: its place in the request is named.
    expect(
      await refusal({ type: 'function', name: 'a' }, { type: 'function', name: 'a', parameters: array }),
    ).toBe(`tools[1].parameters: ${schema}`)
    expect(await refusal({ type: 'function', function: { name: 'a', parameters: array } })).toBe(
      `tools[0].function.parameters: ${schema}`,
    )
    const long = { type: 'function', function: { name: 'a', description: '👋'.repeat(4_001) } }
    expect(await refusal(long)).toBe('tools[0].function.description: use at most 4000 characters')
    await accepted({ type: 'function', function: { name: 'a', description: '👋'.repeat(4_000) } })
    expect(await refusal({ type: 'web_search' }, { type: 'function', name: 'web_search' })).toBe(
      'tools[1].name: another tool of this agent has the same',
    )
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.function.duplicates'],
  'of two functions of one name the later one counts',
  async () => {
    const tools = [
      { type: 'function', name: 'find', description: 'First' },
      { type: 'web_search', allowed_domains: ['a.example'] },
      { type: 'function', function: { name: 'find', description: 'Second' } },
      { type: 'web_search' },
    ]
    const reply = await xai.call('POST', '/v1/agents', { name: 'Desk', tools })
    expect(reply.body.agent.tools).toEqual([tools[2], tools[3]])
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.function.client'],
  'a run of the agent waits for the client to execute its function',
  async () => {
    const id = await accepted({
      type: 'function',
      function: {
        name: 'lookup_order',
        description: 'Look up order status by order ID',
        parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
      },
    })
    const input = 'Look up the status of order ORD-1042'
    const { body } = await xai.native('POST', `/v1/agents/${id}/runs`, { input })
    expect(body.state).toBe('waiting')
    expect(body.waiting_for).toMatchObject({ type: 'tool_outputs', calls: [{ tool: 'lookup_order' }] })
    await xai.native('POST', `/v1/runs/${body.id}/cancel`)
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.web_search.lists', 'xai.tools.x_search.lists', 'xai.tools.x_search.dates'],
  'searches have lists that end, exclude each other, and dates in order',
  async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`)
    await accepted(
      { type: 'web_search', allowed_domains: names(5), excluded_domains: [] },
      { type: 'x_search', excluded_x_handles: names(20), from_date: '2026-01-31', to_date: '2026-01-31' },
    )
    const web = (more: object) => refusal({ type: 'web_search', ...more })
    expect(await web({ allowed_domains: names(6) })).toBe(
      'tools[0].allowed_domains: must have at most 5 items',
    )
    expect(await web({ excludedDomains: names(6) })).toBe(
      'tools[0].excluded_domains: must have at most 5 items',
    )
    expect(await web({ allowed_domains: ['a'], excluded_domains: ['b'] })).toBe(
      'tools[0].excluded_domains: cannot be combined with allowed_domains',
    )
    expect(await web({ enable_image_understanding: 'yes' })).toBe(
      'tools[0].enable_image_understanding: must be true or false',
    )
    const posts = (more: object) => refusal({ type: 'x_search', ...more })
    expect(await posts({ allowed_x_handles: names(21) })).toBe(
      'tools[0].allowed_x_handles: must have at most 20 items',
    )
    expect(await posts({ allowed_x_handles: ['a'], excluded_x_handles: ['b'] })).toBe(
      'tools[0].excluded_x_handles: cannot be combined with allowed_x_handles',
    )
    expect(await posts({ from_date: '31.01.2026' })).toBe(
      'tools[0].from_date: must be a date like 2026-01-01',
    )
    expect(await posts({ to_date: '2026-02-30' })).toBe('tools[0].to_date: must be a date like 2026-01-01')
    expect(await posts({ from_date: '2026-02-01', to_date: '2026-01-31' })).toBe(
      'tools[0].to_date: must not be before from_date',
    )
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.file_search'],
  'a file search has at most 10 collections and a whole number of results',
  async () => {
    const ids = Array.from({ length: 11 }, (_, index) => `collection_${index}`)
    await accepted({ type: 'file_search', vector_store_ids: ids.slice(1), max_num_results: 1 })
    expect(await refusal({ type: 'file_search', vector_store_ids: ids })).toBe(
      'tools[0].vector_store_ids: must have at most 10 items',
    )
    expect(await refusal({ type: 'file_search', max_num_results: 0 })).toBe(
      'tools[0].max_num_results: must be at least 1',
    )
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.search.kept', 'xai.tools.mcp.kept'],
  'a run whose tools are not available here is told so, and goes on',
  async () => {
    const id = await accepted(
      { type: 'web_search' },
      { type: 'mcp', server_url: 'https://mcp.example.org/mcp', server_label: 'crm' },
    )
    const told = []
    for (const input of ['web_search: what is new?', 'Ask crm for the visitors']) {
      const { body } = await xai.native('POST', `/v1/agents/${id}/runs`, { input })
      expect(body.state).toBe('completed')
      const events = (await xai.native('GET', `/v1/runs/${body.id}/events`)).body.data
      const { data } = events.find(({ type }: { type: string }) => type === 'tool.completed')
      told.push([data.tool, data.status, data.output])
    }
    expect(told).toEqual([
      ['web_search', 'error', 'This server has no search of the web yet. Answer without it, and say so.'],
      [
        'crm',
        'error',
        'This server cannot call MCP servers yet, crm among them. Answer without it, and say so.',
      ],
    ])
  },
)

const server = { type: 'mcp', server_url: 'https://mcp.example.org/mcp', server_label: 'crm' }

verifies(
  xaiRequirements,
  ['xai.tools.mcp'],
  'an MCP server needs its URL and its label, and what is wrong with it is named',
  async () => {
    const id = await accepted({ ...server, server_description: 'Customers', allowed_tools: ['find'] })
    expect((await resolved(id))[0]).toMatchObject({ description: 'Customers', allowedTools: ['find'] })
    expect(await refusal({ type: 'mcp' })).toBe(
      'tools[0].server_url: is required; tools[0].server_label: is required',
    )
    expect(await refusal({ ...server, server_url: 'mcp.example.org' })).toMatch(
      /^tools\[0\]\.server_url: must begin/,
    )
    expect(await refusal({ ...server, headers: { 'x y': '1' } })).toBe(
      'tools[0].headers.x y: is not a header name',
    )
    expect(await refusal({ ...server, authorization: 'a\nb' })).toBe(
      'tools[0].authorization: has a character that headers cannot carry',
    )
    expect(await refusal({ ...server, allowed_tools: 'find' })).toBe(
      'tools[0].allowed_tools: must be an array',
    )
    const two = [
      { ...server, server_label: 'c r m' },
      { ...server, server_label: 'c_r_m' },
    ]
    expect((await native(await accepted(...two))).tools.map((tool: { name: string }) => tool.name)).toEqual([
      'c_r_m',
      'c_r_m_2',
    ])
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.mcp.secrets', 'xai.tools.mcp.secrets_kept'],
  'secrets are never printed, and *** keeps them for the same server',
  async () => {
    const secret = { authorization: 'Bearer hush-1', extraHeaders: { 'X-Team': 'hush-2' } }
    const hidden = { authorization: '***', extraHeaders: { 'X-Team': '***' } }
    const made = await xai.call('POST', '/v1/agents', { name: 'Desk', tools: [{ ...server, ...secret }] })
    expect(made.body.agent.tools).toEqual([{ ...server, ...hidden }])
    const id = made.body.agent.agent_id
    const opened = { Authorization: 'Bearer hush-1', 'X-Team': 'hush-2' }
    expect((await resolved(id))[0]).toMatchObject({ headers: opened })

    const again = await write(id, made.body.agent.tools)
    expect(again.status).toBe(200)
    expect((await resolved(id))[0]).toMatchObject({ headers: opened })
    const elsewhere = await write(id, [{ ...server, ...hidden, server_url: 'https://evil.example/mcp' }])
    expect(elsewhere.status).toBe(400)
    expect(elsewhere.body.error).toBe(
      'agent.tools[0].headers.X-Team: the tool now calls another address; send the value again; ' +
        'agent.tools[0].authorization: the tool now calls another address; send the value again',
    )
    expect(await refusal({ ...server, authorization: '***' })).toBe(
      'tools[0].authorization: there is no stored value to keep; send the value itself',
    )
    const everything = await Promise.all([
      xai.call('GET', '/v1/agents'),
      xai.native('GET', `/v1/agents/${id}`),
      xai.native('GET', `/v1/agents/${id}/versions`),
    ])
    expect(JSON.stringify([made, again, elsewhere, ...everything].map(({ body }) => body))).not.toContain(
      'hush',
    )
  },
)

const shopTool = {
  type: 'http',
  name: 'lookup_order',
  description: 'Look up order status by order ID',
  parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
  method: 'GET',
  url: 'https://shop.example/orders/{order_id}',
  headers: { 'X-Key': 'hush' },
}

verifies(
  xaiRequirements,
  ['xai.tools.elsewhere', 'xai.tools.elsewhere.stays', 'xai.tools.elsewhere.approval'],
  'tools made through another API are printed as functions and stay what they are',
  async () => {
    const shared = await xai.native('POST', '/v1/tools', {
      type: 'http',
      name: 'open_ticket',
      description: 'Opens a ticket.',
      method: 'POST',
      url: 'https://shop.example/tickets',
    })
    const made = await xai.native('POST', '/v1/agents', {
      name: 'Shop',
      tools: [
        shopTool,
        { type: 'reference', tool_id: shared.body.id },
        { type: 'get_current_time' },
        { type: 'function', name: 'refund', approval: 'always' },
      ],
    })
    const { id } = made.body
    const tools = await printed(id)
    const { parameters } = shopTool
    expect(tools.slice(0, 2)).toEqual([
      {
        type: 'function',
        function: { name: 'lookup_order', description: 'Look up order status by order ID', parameters },
      },
      { type: 'function', function: { name: 'open_ticket', description: 'Opens a ticket.', parameters: {} } },
    ])
    expect(tools[2].function.name).toBe('get_current_time')

    expect((await write(id, tools)).status).toBe(200)
    expect((await native(id)).version).toBe(1)
    expect(await printed(id)).toEqual(tools)

    const rewritten = [
      { type: 'function', name: 'refund', description: 'Pays back' },
      { type: 'function', function: { name: 'open_ticket', description: 'Something else' } },
      { type: 'function', function: { name: 'lookup_order', description: 'Finds orders' } },
      { type: 'function', name: 'new_one' },
    ]
    expect((await write(id, rewritten)).status).toBe(200)
    const after = await native(id)
    expect(after.tools).toEqual([
      expect.objectContaining({
        type: 'function',
        name: 'refund',
        description: 'Pays back',
        approval: 'always',
      }),
      { type: 'reference', tool_id: shared.body.id, revision: null, approval: null },
      { ...made.body.tools[0], description: 'Finds orders' },
      expect.objectContaining({ type: 'function', name: 'new_one', approval: 'never' }),
    ])
    expect((await resolved(id))[2]).toMatchObject({ kind: 'http', headers: { 'X-Key': 'hush' } })
    expect(await printed(id)).toEqual([rewritten[0], tools[1], rewritten[2], rewritten[3]])
    const without = { type: 'function', function: { name: 'lookup_order', parameters: { type: 'object' } } }
    expect((await write(id, [without])).body.error).toBe(
      'agent.tools[0].function.parameters: {order_id} is not one of the properties in parameters',
    )
    await xai.native('PATCH', `/v1/tools/${shared.body.id}`, { description: 'Opens tickets.' })
    expect((await printed(id))[1].function.description).toBe('Opens tickets.')
  },
)

verifies(
  xaiRequirements,
  ['xai.tools.elsewhere.stays'],
  'a tool that becomes shared while a PATCH is on its way stays shared',
  async () => {
    const shared = await xai.native('POST', '/v1/tools', { type: 'function', name: 'open_ticket' })
    const id = await xai.agent({ name: 'Desk' })
    const tools = [{ type: 'function', name: 'open_ticket' }]
    const reference = { type: 'reference', tool_id: shared.body.id, revision: null, approval: null }
    const { agents } = xai.test.server.services
    const patch = agents.patch
    // Somebody adds the shared tool after it was looked up which tools are shared, and before the PATCH is written.
    agents.patch = async (...args) => {
      agents.patch = patch
      await xai.native('PATCH', `/v1/agents/${id}`, { tools: [reference] })
      return patch(...args)
    }
    expect((await write(id, tools)).status).toBe(200)
    expect((await native(id)).tools).toEqual([reference])
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.other_apis'],
  'what another API left where tools are kept as sent does no harm',
  async () => {
    const id = await accepted({ type: 'function', name: 'find' })
    const asIs = [
      { type: 'function', function: { name: 'find', parameters: { type: 'object', properties: {} } } },
    ]
    for (const own of [
      { tools: 'x', collection_ids: 5 },
      { tools: { find: 'x' } },
      { tools: [], collection_ids: [1] },
    ]) {
      await xai.native('PATCH', `/v1/agents/${id}`, { extensions: { xai: null } })
      const reply = await xai.native('PATCH', `/v1/agents/${id}`, { extensions: { xai: own } })
      expect(reply.status).toBe(200)
      const { agent } = (await xai.call('GET', `/v1/agents/${id}`)).body
      expect(agent).toMatchObject({ tools: asIs, collection_ids: [] })
    }
  },
)
