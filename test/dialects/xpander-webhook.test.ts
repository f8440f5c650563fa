import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import type { ParsedJson } from '../support/parsed-json.ts'
import { says } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderTasks, type TaskAgent, type XpanderTasks } from '../support/xpander-tasks.ts'

let xpander: XpanderTasks

beforeAll(async () => {
  xpander = await startXpanderTasks()
})
afterAll(async () => {
  await xpander?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

/** An agent with a webhook among its entries. */
async function hooked(answers: ScriptedAnswer[], metadata: JsonObject = {}, definition: JsonObject = {}) {
  const agent = await xpander.agent(answers, definition)
  const source_nodes = [{ type: 'sdk' }, { type: 'webhook', metadata }]
  const { status, body } = await xpander.call('PATCH', `/v1/agents/${agent.uuid}`, { source_nodes })
  expect(status, JSON.stringify(body)).toBe(200)
  return agent
}

const hook = (query: Record<string, string>, body?: unknown, headers = {}) =>
  xpander.call('POST', `/webhook/?${new URLSearchParams(query).toString()}`, body, headers)

/** A body as it is, with the key in the query and nowhere else. */
async function raw(
  query: Record<string, string>,
  body?: FormData | URLSearchParams,
  headers: Record<string, string> = {},
) {
  const url = `${xpander.scenario.server.url}/xpander/webhook?${new URLSearchParams(query).toString()}`
  const response = await fetch(url, { method: 'POST', headers, ...(body !== undefined && { body }) })
  const answered: ParsedJson = await response.json()
  return { status: response.status, body: answered }
}

const asked = (agent: TaskAgent, call = 0): string => {
  const messages = agent.requests()[call]?.body?.['messages'] as { role: string; content: string }[] // as the wire has it
  return messages.findLast(({ role }) => role === 'user')?.content ?? ''
}

promise(
  [
    'xpander.webhook.prompt',
    'xpander.webhook.reply',
    'xpander.webhook.rest',
    'xpander.webhook.task_id',
    'xpander.webhook.user',
    'xpander.webhook.source_node_id',
    'xpander.webhook.disable_attachment_injection',
  ],
  'a webhook runs its agent with what it was sent',
  async () => {
    const agent = await hooked([says('Done.')])
    const { status, body } = await hook(
      { agent_id: agent.uuid },
      {
        prompt: 'Summarize',
        task_id: 'hook-1',
        user_id: 'u1',
        user_first_name: 'Ada',
        source_node_id: 'old',
        disable_attachment_injection: true,
        event: { id: 7 },
      },
    )
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body).toMatchObject({
      id: 'hook-1',
      agent_id: agent.uuid,
      status: 'completed',
      result: 'Done.',
      source: 'webhook',
      disable_attachment_injection: true,
      input: { user: { id: 'u1', email: 'u1@unknown.local', first_name: 'Ada' } },
    })
    expect(body.completed_at).toBe(body.finished_at)
    expect(asked(agent)).toBe('Summarize\n\n{\n  "event": {\n    "id": 7\n  }\n}')
    const list = await xpander.call('GET', `/v1/agents/${agent.uuid}/tasks`)
    expect(list.body.items[0].source_node_type).toBe('webhook')
  },
)

promise(
  ['xpander.webhook.prompt', 'xpander.webhook.precedence'],
  'message is the prompt where there is none; the query goes before the body; nothing is 422',
  async () => {
    const agent = await hooked([says('a'), says('b')])
    await hook({ agent_id: agent.uuid }, { message: 'From the command line' })
    await hook({ agent_id: agent.uuid, prompt: 'From the query' }, { prompt: 'From the body' })
    expect([asked(agent, 0), asked(agent, 1)]).toEqual(['From the command line', 'From the query'])
    const empty = await hook({ agent_id: agent.uuid })
    expect([empty.status, empty.body.detail[0].loc]).toEqual([422, ['body', 'prompt']])
  },
)

promise(
  ['xpander.webhook.agent_id', 'xpander.webhook.key', 'xpander.webhook.node'],
  'who calls and what is called is checked in the words of the vendor',
  async () => {
    const agent = await hooked([says('a'), says('b')])
    const { ownerKey } = xpander.scenario.server
    const none = await raw({ agent_id: agent.uuid, prompt: 'Hi' })
    expect([none.status, none.body.detail]).toEqual([401, 'API key not specified'])
    const wrong = await raw({ agent_id: agent.uuid, prompt: 'Hi', 'x-api-key': 'xp_nonsense' })
    expect([wrong.status, wrong.body.detail]).toEqual([403, 'Invalid API key'])
    expect((await raw({ agent_id: agent.uuid, prompt: 'Hi', 'x-api-key': ownerKey })).body.result).toBe('a')
    const header = await raw({ agent_id: agent.uuid, prompt: 'Hi' }, undefined, { 'x-api-key': ownerKey })
    expect(header.body.result).toBe('b')
    const unnamed = await raw({ prompt: 'Hi', 'x-api-key': ownerKey })
    expect([unnamed.status, unnamed.body.detail]).toEqual([400, 'agent_id is required'])
    const without = await xpander.agent([])
    const closed = await raw({ agent_id: without.uuid, prompt: 'Hi', 'x-api-key': ownerKey })
    expect(closed.status).toBe(404)
    expect(closed.body.detail).toContain('source_nodes')
    const key = await xpander.scenario.call('POST', '/v1/keys', { name: 'reader', scopes: ['runs:read'] })
    expect((await raw({ agent_id: agent.uuid, 'x-api-key': key.body.key })).status).toBe(403)
  },
)

promise(
  ['xpander.webhook.asynchronous', 'xpander.invoke.duplicate'],
  'asynchronously it answers at once, and says what is taken once',
  async () => {
    const strategies = { deduplicate: { selectors: ['event.id'], minutes: 10 } }
    const agent = await hooked([says('Done.')], {}, { strategies })
    const body = { prompt: 'Go', asynchronous: true, event: { id: 1 }, task_id: 'hook-async' }
    expect((await hook({ agent_id: agent.uuid }, body)).body).toEqual({ status: 'Started' })
    expect((await hook({ agent_id: agent.uuid }, { ...body, at: 2 })).body).toEqual({ status: 'Duplicate' })
    await expect.poll(async () => (await xpander.task('hook-async')).result).toBe('Done.')
    const again = await hook({ agent_id: agent.uuid }, { prompt: 'Go', event: { id: 1 } })
    expect([again.body.result, again.headers.get('x-duplicate-of')]).toEqual(['Done.', 'hook-async'])
    expect(agent.requests()).toHaveLength(1)
  },
)

promise(
  ['xpander.webhook.idempotency'],
  'a repeated Idempotency-Key gets the same task, with the key in the query too; another request is refused',
  async () => {
    const agent = await hooked([says('Once.'), says('Later.')])
    const { ownerKey } = xpander.scenario.server
    const query = { agent_id: agent.uuid, 'x-api-key': ownerKey }
    const send = (prompt: string, more: Record<string, string> = {}, key = 'hook-1') =>
      raw({ ...query, ...more }, new URLSearchParams({ prompt }), { 'idempotency-key': key })
    const [first, second] = [await send('Hi'), await send('Hi')]
    expect([first.status, first.body.result]).toEqual([200, 'Once.'])
    expect(second).toEqual(first)
    expect((await send('Ho')).status).toBe(422)
    expect((await send('Hi', { json: 'true' })).status).toBe(422)
    const later = { asynchronous: 'true', task_id: 'hook-later' }
    for (const _ of [1, 2]) expect((await send('Go', later, 'hook-2')).body).toEqual({ status: 'Started' })
    await expect.poll(async () => (await xpander.task('hook-later')).result).toBe('Later.')
    expect(agent.requests()).toHaveLength(2)
    expect((await send('Hi', {}, 'x'.repeat(256))).body.detail[0].loc).toEqual(['header', 'idempotency-key'])
  },
)

promise(
  ['xpander.webhook.idempotency'],
  'a repeated Idempotency-Key that comes meanwhile begins nothing',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await hooked([{ pieces: [{ wait: gate.promise }, { text: 'Once.' }] }])
    const send = () =>
      hook({ agent_id: agent.uuid, getter: 'result' }, { prompt: 'Hi' }, { 'idempotency-key': 'meanwhile' })
    const first = send()
    await agent.asked(1)
    const second = send()
    gate.resolve()
    expect([(await first).body, (await second).body]).toEqual(['Once.', 'Once.'])
    expect(agent.requests()).toHaveLength(1)
  },
)

promise(
  ['xpander.webhook.getter', 'xpander.webhook.json'],
  'getter and json pick what is answered',
  async () => {
    const result = '{"action":{"name":"close"},"list":[1,2]}'
    const agent = await hooked([1, 2, 3, 4, 5].map(() => says(result)))
    const pick = async (query: Record<string, string>) =>
      (await hook({ agent_id: agent.uuid, prompt: 'Hi', ...query })).body
    expect(await pick({ getter: 'result.action.name' })).toBe('close')
    expect(await pick({ getter: 'result.list.1' })).toBe(2)
    expect(await pick({ getter: 'status' })).toBe('completed')
    expect(await pick({ getter: 'result.no.such' })).toBeNull()
    expect(await pick({ json: 'true' })).toEqual({ action: { name: 'close' }, list: [1, 2] })
  },
)

promise(
  ['xpander.webhook.params_mapping', 'xpander.webhook.precedence'],
  'parameters are mapped from the body, by the query or by the agent',
  async () => {
    const agent = await hooked([says('a'), says('b')], { params_mapping: { prompt: 'issue.body' } })
    const body = { issue: { title: 'Disk', body: 'It is full.' } }
    const mapping = JSON.stringify({ prompt: 'issue.title' })
    await hook({ agent_id: agent.uuid, params_mapping: mapping, prompt: 'query' }, body)
    await hook({ agent_id: agent.uuid, prompt: 'query' }, body)
    expect([asked(agent, 0).split('\n')[0], asked(agent, 1).split('\n')[0]]).toEqual(['Disk', 'It is full.'])
    const bad = await hook({ agent_id: agent.uuid, params_mapping: '[1]' }, body)
    expect(bad.status).toBe(422)
  },
)

promise(
  ['xpander.webhook.params_mapping', 'xpander.webhook.task_id', 'xpander.webhook.user_tokens'],
  'a mapping may stand in the body, ids may be numbers there, and no tokens are none',
  async () => {
    const agent = await hooked([says('a')])
    const { status, body } = await hook(
      { agent_id: agent.uuid },
      {
        params_mapping: { prompt: 'issue.title', task_id: 'issue.number', user_id: 'issue.author' },
        issue: { title: 'Disk', number: 1182, author: 7 },
        user_tokens: {},
        asynchronous: 0,
      },
    )
    expect(status, JSON.stringify(body)).toBe(200)
    expect([body.id, body.input.user.id]).toEqual(['1182', '7'])
    expect(asked(agent).split('\n')[0]).toBe('Disk')
  },
)

promise(
  ['xpander.webhook.forms', 'xpander.webhook.files', 'xpander.webhook.user_tokens'],
  'forms are read, files and tokens refused by name',
  async () => {
    const agent = await hooked([says('a'), says('b')])
    const query = { 'x-api-key': xpander.scenario.server.ownerKey, agent_id: agent.uuid }
    const urlencoded = await raw(query, new URLSearchParams({ prompt: 'Größe?', colour: 'blue' }))
    expect([urlencoded.status, asked(agent)]).toEqual([200, 'Größe?\n\n{\n  "colour": "blue"\n}'])
    const form = new FormData()
    form.set('prompt', 'From a form')
    const multipart = await raw(query, form)
    expect([multipart.status, asked(agent, 1)]).toEqual([200, 'From a form'])
    form.set('report', new File(['x'], 'report.txt'))
    const file = await raw(query, form)
    expect([file.status, file.body.detail]).toEqual([
      501,
      'report: files are not read in this version; send their text.',
    ])
    const tokens = await raw({ ...query, prompt: 'Hi', user_tokens: '{"n1":"secret"}' })
    expect([tokens.status, tokens.body.detail.startsWith('user_tokens:')]).toEqual([501, true])
  },
)

promise(
  ['xpander.frame.organization'],
  'a webhook call that names another organization than the key’s is 403',
  async () => {
    const agent = await hooked([says('Done.')])
    const named = (id: string) =>
      hook({ agent_id: agent.uuid }, { prompt: 'Hi' }, { 'x-organization-id': id })
    const other = await named(crypto.randomUUID())
    expect([other.status, other.body.detail]).toEqual([
      403,
      'x-organization-id names another organization than that of this API key.',
    ])
    const own = await named((await xpander.call('GET', '/v1/agents')).body.items[0].organization_id)
    expect([own.status, own.body.result]).toEqual([200, 'Done.'])
    expect(agent.requests()).toHaveLength(1)
  },
)
