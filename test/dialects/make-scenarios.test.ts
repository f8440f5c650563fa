import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeScenario, makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let site: ToolSite
let team: MakeTeam
let lookup: number

const parameters = {
  type: 'object',
  properties: {
    order_id: { type: 'string', title: 'Order', description: 'Number of the order.' },
    urgent: { type: 'boolean' },
  },
  required: ['order_id'],
}

beforeAll(async () => {
  server = await startTestServer({ hooks: { onReply: checkReply } })
  site = await startToolSite()
  site.answer('/orders/', ({ path }) => ({
    body: { order: path.slice('/orders/'.length), state: 'shipped' },
  }))
  team = await makeTeam(server)
  lookup = await makeScenario(team, server, {
    name: 'find_order',
    description: 'Finds an order.',
    method: 'GET',
    url: `${site.url}/orders/{order_id}`,
    headers: { 'X-Shop': 'canary-secret' },
    parameters,
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

promise(
  ['make.scenarios.list'],
  'shared http tools are scenarios that are active and on demand',
  async () => {
    const client = { type: 'function', name: 'open_ticket', parameters: { type: 'object' } }
    expect((await server.call('POST', '/v1/tools', client)).status).toBe(201)
    const { status, body } = await team.call('GET', `/scenarios?teamId=${team.teamId}`)
    expect(status).toBe(200)
    expect(body.pg).toEqual({ sortBy: 'id', sortDir: 'asc', limit: 10_000, offset: 0 })
    expect(body.scenarios).toEqual([
      {
        id: lookup,
        name: 'find_order',
        description: 'Finds an order.',
        teamId: team.teamId,
        folderId: null,
        usedPackages: ['http'],
        scheduling: { type: 'on-demand' },
        isActive: true,
        isinvalid: false,
        isPaused: false,
        created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        lastEdit: expect.any(String),
        createdByUser: null,
        updatedByUser: null,
        dlqCount: 0,
        operations: 0,
        transfer: 0,
      },
    ])
    expect((await team.call('GET', `/scenarios/${lookup}?cols%5B%5D=*`)).body.scenario).toEqual(
      body.scenarios[0],
    )
  },
)

promise(['make.scenarios.list'], 'the list is paged, sorted and filtered as clients ask', async () => {
  const other = await makeTeam(server, 'other')
  for (const name of ['beta', 'alpha', 'gamma'])
    await makeScenario(other, server, { name, method: 'POST', url: `${site.url}/x` })
  const names = async (query: string): Promise<string[]> => {
    const { body } = await other.call('GET', `/scenarios?${query}`)
    return body.scenarios.map((one: { name: string }) => one.name)
  }
  expect(await names(`teamId=${other.teamId}`)).toEqual(['beta', 'alpha', 'gamma'])
  expect(await names(`organizationId=${other.organizationId}&pg[sortBy]=name&pg[limit]=2`)).toEqual([
    'alpha',
    'beta',
  ])
  expect(
    await names(`teamId=${other.teamId}&pg%5BsortBy%5D=name&pg%5BsortDir%5D=desc&pg%5Boffset%5D=1`),
  ).toEqual(['beta', 'alpha'])
  expect(await names(`teamId=${other.teamId}&isActive=false`)).toEqual([])
  expect((await other.call('GET', '/scenarios')).body).toMatchObject({
    code: 'SC400',
    suberrors: [{ name: 'teamId', message: 'teamId Required' }],
  })
  const both = `/scenarios?teamId=${other.teamId}&organizationId=${other.organizationId}`
  expect((await other.call('GET', both)).status).toBe(400)
  expect((await other.call('GET', `/scenarios?teamId=${team.teamId}`)).body).toEqual({
    detail: 'Access denied.',
    message: 'Permission denied',
    code: 'SC403',
  })
  expect((await other.call('GET', `/scenarios/${lookup}`)).status).toBe(404)
  expect((await other.call('POST', `/scenarios/${lookup}/run`, { data: {} })).status).toBe(404)
})

promise(
  ['make.scenarios.interface'],
  'the arguments of the tool are the inputs of the scenario',
  async () => {
    expect((await team.call('GET', `/scenarios/${lookup}/interface`)).body).toEqual({
      interface: {
        input: [
          { name: 'order_id', type: 'text', label: 'Order', help: 'Number of the order.', required: true },
          { name: 'urgent', type: 'boolean', required: false },
        ],
        output: null,
      },
    })
    expect((await team.call('GET', '/scenarios/999999/interface')).body.code).toBe('SC404')
  },
)

promise(['make.scenarios.blueprint'], 'the blueprint is the one http call, without its secrets', async () => {
  const { body } = await team.call('GET', `/scenarios/${lookup}/blueprint`)
  expect(body.response.blueprint).toEqual({
    name: 'find_order',
    flow: [
      {
        id: 1,
        module: 'http:ActionSendData',
        version: 3,
        parameters: {},
        mapper: { method: 'GET', url: `${site.url}/orders/{order_id}` },
      },
    ],
    metadata: { version: 1 },
  })
  expect(body.response.metadata.input_spec).toHaveLength(2)
  expect(JSON.stringify(body)).not.toContain('canary')
})

promise(
  ['make.scenarios.set_interface', 'make.scenarios.outputs'],
  'setting the inputs changes the tool',
  async () => {
    const id = await makeScenario(team, server, {
      name: 'ship',
      method: 'POST',
      url: `${site.url}/ship/{order}`,
      parameters: { type: 'object', properties: { order: { type: 'string' } } },
    })
    const input = [
      { name: 'order', type: 'text', required: true },
      { name: 'weight', type: 'number', required: false },
    ]
    const set = await team.call('PATCH', `/scenarios/${id}/interface`, { interface: { input, output: [] } })
    expect(set).toMatchObject({ status: 200, body: { interface: { input, output: null } } })
    const { data } = (await server.call('GET', '/v1/tools')).body
    expect(data.find((tool: { name: string }) => tool.name === 'ship').parameters).toEqual({
      type: 'object',
      properties: { order: { type: 'string' }, weight: { type: 'number' } },
      required: ['order'],
    })
    const outputs = { interface: { input, output: [{ name: 'done', type: 'boolean' }] } }
    expect(await team.call('PATCH', `/scenarios/${id}/interface`, outputs)).toMatchObject({
      status: 501,
      body: { code: 'SC501', suberrors: [{ name: 'interface.output' }] },
    })
    const without = { interface: { input: [], output: null } }
    expect(await team.call('PATCH', `/scenarios/${id}/interface`, without)).toMatchObject({
      status: 400,
      body: { suberrors: [{ name: 'interface.input' }] },
    })
    const nameless = { interface: { input: [{ type: 'text' }] } }
    expect(await team.call('PATCH', `/scenarios/${id}/interface`, nameless)).toMatchObject({
      status: 400,
      body: { suberrors: [{ name: 'interface.input[0].name', message: 'interface.input[0].name Required' }] },
    })
  },
)

promise(
  ['make.scenarios.set_interface'],
  'inputs that are set as they were read leave the tool as it is',
  async () => {
    const parameters = {
      type: 'object',
      properties: { code: { type: 'string', pattern: '^[A-Z]+$' } },
      additionalProperties: false,
    }
    const url = `${site.url}/strict`
    const id = await makeScenario(team, server, { name: 'strict', method: 'POST', url, parameters })
    const read = await team.call('GET', `/scenarios/${id}/interface`)
    expect((await team.call('PATCH', `/scenarios/${id}/interface`, read.body)).body).toEqual(read.body)
    const { data } = (await server.call('GET', '/v1/tools')).body
    const strict = data.find((tool: { name: string }) => tool.name === 'strict')
    expect([strict.revision, strict.parameters]).toEqual([1, parameters])
  },
)

promise(['make.scenarios.run'], 'a run calls the tool once and answers its output', async () => {
  const before = site.callsOf('/orders/1182').length
  const run = await team.call('POST', `/scenarios/${lookup}/run`, {
    data: { order_id: '1182' },
    responsive: true,
  })
  expect(run.status).toBe(200)
  expect(run.body).toEqual({
    executionId: expect.stringMatching(/^[0-9a-f]{32}$/),
    status: 1,
    outputs: { order: '1182', state: 'shipped' },
  })
  const [call, ...more] = site.callsOf('/orders/1182').slice(before)
  expect(more).toEqual([])
  expect(call?.headers).toMatchObject({ 'x-shop': 'canary-secret', 'idempotency-key': expect.any(String) })
})

promise(['make.scenarios.run'], 'a tool that fails is a run with status 3 that says why', async () => {
  site.answer('/orders/broken', () => ({ status: 500, body: { error: 'Out of order.' } }))
  const { status, body } = await team.call('POST', `/scenarios/${lookup}/run`, {
    data: { order_id: 'broken' },
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: 3, outputs: { error: { message: expect.stringContaining('500') } } })
})

promise(['make.scenarios.run_data'], 'data that does not fit is 400 and calls nothing', async () => {
  const before = site.callsOf('/').length
  const wrong = await team.call('POST', `/scenarios/${lookup}/run`, { data: { urgent: 'yes' } })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'SC400', message: 'Bad Request' } })
  expect(wrong.body.detail).toBe('Validation failed for 2 parameter(s).')
  expect(wrong.body.suberrors.map(({ name }: { name: string }) => name).toSorted()).toEqual([
    'data.order_id',
    'data.urgent',
  ])
  expect(await team.call('POST', `/scenarios/${lookup}/run`)).toMatchObject({ status: 400 })
  expect(await team.call('POST', `/scenarios/${lookup}/run`, { data: [] as never })).toMatchObject({
    status: 400,
    body: { suberrors: [{ name: 'data' }] },
  })
  expect(site.callsOf('/').length).toBe(before)
})

promise(['make.scenarios.run_callback'], 'the callback receives the JSON of the reply', async () => {
  site.answer('/hook', () => ({ body: {} }))
  const { body } = await team.call('POST', `/scenarios/${lookup}/run`, {
    data: { order_id: '7' },
    callbackUrl: `${site.url}/hook?token=x`,
  })
  const call = await site.called('/hook')
  expect(call.body).toEqual(body)
  expect(call.query).toEqual({ token: 'x' })
  const before = site.callsOf('/orders/8').length
  const wrong = { data: { order_id: '8' }, callbackUrl: 'ftp://example.com' }
  expect(await team.call('POST', `/scenarios/${lookup}/run`, wrong)).toMatchObject({
    status: 400,
    body: { suberrors: [{ name: 'callbackUrl' }] },
  })
  expect(site.callsOf('/orders/8').length).toBe(before)
})

promise(['make.scenarios.not_responsive'], 'a run that is not waited for has run all the same', async () => {
  const run = { data: { order_id: '55' }, responsive: false }
  const { body } = await team.call('POST', `/scenarios/${lookup}/run`, run)
  expect(body.executionId).toMatch(/^[0-9a-f]{32}$/)
  expect(site.callsOf('/orders/55')).toHaveLength(1)
})

promise(
  ['make.scenarios.blueprint', 'make.scenarios.list'],
  'scenarios are neither made nor stopped here',
  async () => {
    expect(await team.call('POST', '/scenarios', { blueprint: '{}' })).toMatchObject({
      status: 501,
      body: { code: 'SC501', message: 'Not Implemented' },
    })
    expect((await team.call('POST', `/scenarios/${lookup}/stop`)).status).toBe(501)
    expect((await team.call('POST', `/scenarios/${lookup}/start`)).body).toEqual({
      scenario: { id: lookup, isActive: true },
    })
  },
)
