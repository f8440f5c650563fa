import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

let xpander: XpanderServer
beforeAll(async () => {
  xpander = await startXpanderServer()
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const create = (body: unknown) => xpander.call('POST', '/v1/agents', body)
const without = { headers: { authorization: '' } }

promise(
  ['xpander.frame.mount', 'xpander.frame.key'],
  'a key of the vendor’s form works at the mount and at the bare paths, in either header',
  async () => {
    const key = await xpander.createKey({})
    expect(key).toMatch(/^xp_/)
    for (const path of ['/xpander/v1/agents', '/v1/agents']) {
      for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }]) {
        const reply = await fetch(xpander.test.url + path, { headers })
        expect(reply.status).toBe(200)
        expect(await reply.json()).toMatchObject({ page: 1, per_page: 20 })
      }
    }
  },
)

promise(
  ['xpander.frame.organization', 'xpander.errors.forbidden'],
  'a header that names another organization is 403, and the key’s own is taken',
  async () => {
    const named = (id: string) => ({ headers: { 'x-organization-id': id } })
    const own = await xpander.call('GET', '/v1/agents', undefined, named(xpander.organizationId))
    expect(own.status).toBe(200)
    const other = await xpander.call('GET', '/v1/agents', undefined, named(crypto.randomUUID()))
    expect(other.status).toBe(403)
    expect(other.body.detail).toBe('x-organization-id names another organization than that of this API key.')
  },
)

promise(['xpander.frame.health'], 'the health of the server is told to anybody', async () => {
  const { status, body } = await xpander.call('GET', '/health', undefined, without)
  expect([status, body]).toEqual([200, 'ok'])
})

promise(
  ['xpander.errors.unauthenticated', 'xpander.errors.shape'],
  'no key and an unknown one are 401 in the vendor’s words',
  async () => {
    const missing = await xpander.call('GET', '/v1/agents', undefined, without)
    expect(missing.status).toBe(401)
    expect(missing.body).toEqual({ detail: 'API key not specified', message: 'API key not specified' })
    const unknown = await xpander.call('GET', '/v1/agents', undefined, { key: 'xp_nobody' })
    expect([unknown.status, unknown.body.detail]).toEqual([401, 'Invalid API key'])
  },
)

promise(
  ['xpander.errors.forbidden', 'xpander.errors.not_found'],
  'what a key may not do is 403, and what it cannot see is 404',
  async () => {
    const reader = await xpander.createKey({ scopes: ['agents:read'] })
    const refused = await xpander.call('POST', '/v1/agents', { name: 'x' }, { key: reader })
    expect([refused.status, refused.body.detail]).toEqual([403, 'This API key lacks the scope agents:write.'])
    const { id, unique_name: name } = await xpander.agent()
    for (const path of [`/v1/agents/${id}`, `/v1/agents/${name}`]) {
      const other = await xpander.call('GET', path, undefined, { key: xpander.otherKey })
      expect([other.status, other.body.detail]).toEqual([404, 'Agent not found'])
    }
  },
)

promise(
  ['xpander.frame.pages'],
  'lists have pages of 1 to 50, and the page behind the last one is empty',
  async () => {
    for (const _ of [1, 2, 3]) await xpander.agent()
    const { total } = (await xpander.call('GET', '/v1/agents')).body
    const last = (await xpander.call('GET', `/v1/agents?page=2&per_page=${total - 1}`)).body
    expect(last).toMatchObject({ total, page: 2, per_page: total - 1, total_pages: 2 })
    expect(last.items).toHaveLength(1)
    const beyond = (await xpander.call('GET', '/v1/agents?page=9&per_page=50')).body
    expect(beyond).toEqual({ items: [], total, page: 9, per_page: 50, total_pages: 1 })
    const many = await xpander.call('GET', '/v1/agents?per_page=51')
    expect(many.status).toBe(422)
    expect(many.body.detail).toEqual([
      {
        loc: ['query', 'per_page'],
        msg: 'Input should be less than or equal to 50',
        type: 'less_than_equal',
        input: null,
        ctx: { le: 50 },
      },
    ])
    const none = await xpander.call('GET', '/v1/agents?page=0')
    expect(none.body.detail).toEqual([
      {
        loc: ['query', 'page'],
        msg: 'Input should be greater than or equal to 1',
        type: 'greater_than_equal',
        input: null,
        ctx: { ge: 1 },
      },
    ])
  },
)

promise(
  ['xpander.errors.validation', 'xpander.agent.type.orchestration'],
  'wrong fields are listed as the vendor’s framework lists them',
  async () => {
    const wrong: [body: unknown, loc: (string | number)[], type: string][] = [
      [{}, ['body', 'name'], 'missing'],
      [{ name: 'x', type: 'orchestration' }, ['body', 'type'], 'enum'],
      [{ name: 'x', model_provider: 'acme' }, ['body', 'model_provider'], 'enum'],
      [{ name: 7 }, ['body', 'name'], 'string_type'],
      [{ name: 'x', is_supervised: 'yes' }, ['body', 'is_supervised'], 'bool_type'],
      [
        { name: 'x', agno_settings: { num_history_runs: 0.5 } },
        ['body', 'agno_settings', 'num_history_runs'],
        'int_type',
      ],
      [{ name: 'x', source_nodes: [{}] }, ['body', 'source_nodes', 0, 'type'], 'missing'],
      [{ name: 'x', graph: {} }, ['body', 'graph'], 'list_type'],
      ['{"name":', ['body', 8], 'json_invalid'],
    ]
    for (const [body, loc, type] of wrong) {
      const { status, body: reply } = await create(body)
      expect([status, reply.detail[0].loc, reply.detail[0].type]).toEqual([422, loc, type])
      expect(typeof reply.message).toBe('string')
    }
    const { body } = await create({ name: 'x', llm_credentials: { name: 'k', value: 7 } })
    expect(body.detail[0]).toEqual({
      loc: ['body', 'llm_credentials', 'value'],
      msg: 'Input should be a valid string',
      type: 'string_type',
      input: null,
      ctx: {},
    })
  },
)

promise(
  ['xpander.frame.unknown_fields', 'xpander.frame.null', 'xpander.frame.rate_limits'],
  'unknown fields are ignored, and null is the default',
  async () => {
    const plain = await xpander.agent()
    const fields = Object.fromEntries(
      Object.keys(plain)
        .filter((key) => key !== 'name' && key !== 'tools')
        .map((key) => [key, null]),
    )
    const made = await create({ name: 'Nothing', ...fields, organization_id: 'x', whatever: 1 })
    expect(made.status).toBe(201)
    expect(made.headers.get('x-ratelimit-limit')).toBeNull()
    const own = new Set(['id', 'name', 'unique_name', 'webhook_url', 'created_at', 'oas'])
    const rest = (agent: object) => Object.fromEntries(Object.entries(agent).filter(([key]) => !own.has(key)))
    expect(rest(made.body)).toEqual(rest(plain))
  },
)

promise(['xpander.errors.unavailable'], 'what is not done is 501 and names the field', async () => {
  const { status, body } = await create({ name: 'x', deep_planning: true })
  expect([status, body]).toEqual([
    501,
    {
      detail: 'deep_planning: planning is not available in this version; send false.',
      message: 'deep_planning: planning is not available in this version; send false.',
    },
  ])
})
