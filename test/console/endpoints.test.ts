import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withinOneDay } from '../support/one-day.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'

let server: TestServer
let site: ToolSite
beforeAll(async () => {
  server = await startTestServer({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
  site = await startToolSite()
  site.answer('/orders/ORD-1', () => ({ body: { state: 'shipped' } }))
  site.answer('/broken', () => ({ status: 503, body: { error: 'closed' } }))
})
afterAll(async () => {
  await site[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

function orderTool(path: string) {
  return {
    type: 'http',
    name: 'lookup_order',
    method: 'GET',
    url: site.url + path,
    parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  }
}

describe('POST /v1/tools/try', () => {
  test('calls a tool that is only written out, once, and records that it did', async () => {
    const tried = await server.call('POST', '/v1/tools/try', {
      tool: orderTool('/orders/{id}'),
      arguments: { id: 'ORD-1' },
    })
    expect(tried).toMatchObject({
      status: 200,
      body: { status: 'ok', output: { state: 'shipped' }, error: null },
    })
    const events = await server.call('GET', '/v1/events')
    expect(events.body.data[0]).toMatchObject({ type: 'tool.tried', ids: {} })
    expect((await server.call('GET', '/v1/tools')).body.data).toEqual([])
  })

  test('says what went wrong on the other side', async () => {
    const tried = await server.call('POST', '/v1/tools/try', {
      tool: orderTool('/broken'),
      arguments: { id: 'a' },
    })
    expect(tried.status).toBe(200)
    expect(tried.body.status).toBe('error')
    expect(tried.body.error).toContain('503')
  })

  test('names what is wrong with the arguments and the tool', async () => {
    const wrong = await server.call('POST', '/v1/tools/try', {
      tool: orderTool('/orders/{id}'),
      arguments: { id: 7 },
    })
    expect(wrong.status).toBe(400)
    expect(wrong.body.errors).toMatchObject([{ field: 'arguments.id' }])
    const masked = await server.call('POST', '/v1/tools/try', {
      tool: { ...orderTool('/orders/{id}'), headers: { Authorization: '***' } },
      arguments: { id: 'ORD-1' },
    })
    expect(masked.body.errors).toMatchObject([{ field: 'tool.headers.Authorization' }])
    const client = await server.call('POST', '/v1/tools/try', {
      tool: { type: 'function', name: 'open_ticket', description: 'Opens a ticket.' },
    })
    expect(client.body.errors).toMatchObject([{ field: 'tool.type' }])
  })

  test('uses what an agent has stored in its tool, for the address that it was stored for', async () => {
    const tool = { ...orderTool('/orders/{id}'), headers: { 'X-Key': 'stored-value' } }
    const agent = await server.call('POST', '/v1/agents', { name: 'Keeper', tools: [tool] })
    const attempt = async (change: object) =>
      await server.call('POST', '/v1/tools/try', {
        agent_id: agent.body.id,
        tool: { ...tool, headers: { 'X-Key': '***' }, ...change },
        arguments: { id: 'ORD-1' },
      })
    const before = site.callsOf('/orders').length
    const sent = () =>
      site
        .callsOf('/orders')
        .slice(before)
        .map(({ headers }) => headers['x-key'])
    const tried = await attempt({ description: 'Another description.' })
    expect(tried.body).toMatchObject({ status: 'ok', output: { state: 'shipped' } })
    expect(JSON.stringify(tried.body)).not.toContain('stored-value')
    expect(sent()).toEqual(['stored-value'])

    const refused = [
      { url: 'http://127.0.0.2:9/orders/{id}' },
      { name: 'another_tool' },
      { headers: { 'X-Other': '***' } },
    ]
    for (const change of refused) {
      const reply = await attempt(change)
      expect(reply.status).toBe(400)
      expect(reply.body.errors[0].field).toMatch(/^tool\.headers\.X-/)
    }
    expect(sent()).toEqual(['stored-value'])

    // The draft is what is edited: its value counts, and what was published is not fallen back to.
    const draft = { tools: [{ ...tool, headers: { 'X-Key': 'draft-value' } }] }
    await server.call('PATCH', `/v1/agents/${agent.body.id}?draft=true`, draft)
    await attempt({})
    expect(sent()).toEqual(['stored-value', 'draft-value'])
    const alone = await server.call('POST', '/v1/tools/try', { agent_id: agent.body.id, tool_id: 'tool_x' })
    expect(alone.body.errors).toMatchObject([{ field: 'agent_id' }])
  })

  test('uses nothing of an agent that this person may not change', async () => {
    const tool = { ...orderTool('/orders/{id}'), headers: { 'X-Key': 'managed-value' } }
    const agent = await server.call('POST', '/v1/agents', {
      name: 'Managed keeper',
      visibility: 'managed',
      tools: [tool],
    })
    const member = await server.call('POST', '/v1/keys', { name: 'member', role: 'member' })
    const tried = await server.call(
      'POST',
      '/v1/tools/try',
      { agent_id: agent.body.id, tool: { ...tool, headers: { 'X-Key': '***' } }, arguments: { id: 'ORD-1' } },
      { key: member.body.key },
    )
    expect(tried).toMatchObject({ status: 403, body: { code: 'forbidden_role' } })
  })

  test('reaches no address that a tool of an agent may not reach', async () => {
    const url = 'http://169.254.169.254/latest/{id}'
    const tried = await server.call('POST', '/v1/tools/try', {
      tool: { ...orderTool(''), url },
      arguments: { id: 'meta-data' },
    })
    expect(tried.body).toMatchObject({ status: 'error', output: null })
  })
})

test('usage comes by day, agent and model at once', async () => {
  await withinOneDay()
  const agent = await server.call('POST', '/v1/agents', { name: 'Counter' })
  await server.call('POST', `/v1/agents/${agent.body.id}/runs`, { input: 'Hello' })
  const usage = await server.call('GET', '/v1/usage?group_by=day,agent,model')
  const today = new Date().toISOString().slice(0, 10)
  expect(usage.body.data).toMatchObject([
    { group: today, day: today, agent_id: agent.body.id, model: 'demo/demo', runs: 1 },
  ])
  const byModel = await server.call('GET', '/v1/usage?group_by=model')
  expect(byModel.body.data).toMatchObject([{ group: 'demo/demo', day: null, agent_id: null, runs: 1 }])
  const byHour = await server.call('GET', '/v1/usage?group_by=hour,model')
  const hour = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00Z$/)
  expect(byHour.body.data).toMatchObject([{ group: hour, hour, day: null, model: 'demo/demo', runs: 1 }])
  const wrong = await server.call('GET', '/v1/usage?group_by=week')
  expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: 'group_by' }] } })
})

test('every vendor of models is listed, with what its key is called', async () => {
  const { status, body } = await server.call('GET', '/v1/providers')
  expect(status).toBe(200)
  expect(body.data[0]).toEqual({
    name: 'openai',
    label: 'OpenAI',
    default_base_url: 'https://api.openai.com/v1',
    key_variable: 'OPENAI_API_KEY',
    default_model: 'gpt-5.2',
  })
  expect(body.data.find(({ name }: { name: string }) => name === 'demo').key_variable).toBeNull()
})

test('the setup says which keys may be shown in public', async () => {
  const { body } = await server.call('GET', '/v1/setup')
  const forms = body.dialects.map((one: Record<string, unknown>) => [one['name'], one['public_key_form']])
  expect(Object.fromEntries(forms)).toEqual({
    native: null,
    make: null,
    talkifai: 'tk_widget_…',
    xai: null,
    xpander: null,
  })
})

test('the setup of every dialect has a call that works when pasted', async () => {
  const { body } = await server.call('GET', '/v1/setup')
  const names = body.dialects.map((dialect: { name: string }) => dialect.name)
  expect(names.slice(0, 4)).toEqual(['native', 'make', 'talkifai', 'xai'])
  for (const { name, base_url: baseUrl, key_form: form, example } of body.dialects) {
    const made = await server.call('POST', '/v1/keys', { name: `setup ${name}`, dialect: name })
    expect(form === 'a UUID' || made.body.key.startsWith(form.replace('…', '')), name).toBe(true)
    expect(baseUrl.startsWith(server.url), name).toBe(true)
    const parts = /^curl '([^']+)' -H "([^:]+): (.*)\$KEY"$/.exec(example.curl)
    const [, url = '', header = '', scheme = ''] = parts ?? []
    const reply = await fetch(url, { headers: { [header]: scheme + made.body.key } })
    expect(reply.status, example.curl).toBe(200)
    await reply.body?.cancel()
  }
})

describe('the feed', () => {
  test('tells of changes and of runs, after it has said that nothing is kept', async () => {
    const stop = new AbortController()
    const stream = await server.open('GET', '/v1/events', undefined, {
      headers: { accept: 'text/event-stream' },
      signal: stop.signal,
    })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    const until = async (text: string) => {
      while (!seen.includes(text)) seen += (await reader?.read())?.value ?? ''
    }
    await until('event: feed.opened')
    const agent = await server.call('POST', '/v1/agents', { name: 'Watched' })
    await until('event: agent.created')
    await server.call('POST', `/v1/agents/${agent.body.id}/runs`, { input: 'Hello' })
    await until('event: run.completed')
    expect(seen).toContain(`"agent_id":"${agent.body.id}"`)
    expect(seen).not.toContain('Watched')
    stop.abort()
  })

  test('ends with its key, and when its person gets other rights', async () => {
    const follow = async (key: string): Promise<{ rest: Promise<string> }> => {
      const headers = { accept: 'text/event-stream' }
      const stream = await server.open('GET', '/v1/events', undefined, { headers, key })
      expect(stream.status).toBe(200)
      return { rest: stream.text() }
    }
    const key = await server.call('POST', '/v1/keys', { name: 'short' })
    const ada = await server.call('POST', '/v1/members', { name: 'Ada', role: 'admin' })
    const theirs = await server.call('POST', '/v1/keys', { name: 'Ada', user_id: ada.body.id })
    const revoked = await follow(key.body.key)
    const demoted = await follow(theirs.body.key)
    await server.call('DELETE', `/v1/keys/${key.body.id}`)
    expect(await revoked.rest).toContain('feed.opened')
    await server.call('PATCH', `/v1/members/${ada.body.id}`, { role: 'member' })
    expect(await demoted.rest).toContain('key.revoked')
  })

  test('tells nobody of what their key may not read', async () => {
    const narrow = await server.call('POST', '/v1/keys', { name: 'narrow', scopes: ['tools:read'] })
    const { body } = await server.call('GET', '/v1/events', undefined, { key: narrow.body.key })
    const nouns = new Set(body.data.map(({ type }: { type: string }) => type.split('.')[0]))
    expect([...nouns]).toEqual(['tool'])
  })
})
