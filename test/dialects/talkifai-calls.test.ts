import { afterAll, beforeAll, expect } from 'vitest'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { withinOneDay } from '../support/one-day.ts'
import { says, startScenario, type Scenario } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let scenario: Scenario
beforeAll(async () => {
  scenario = await startScenario()
})
afterAll(async () => await scenario[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(talkifaiRequirements, ids, sentence, run)

const call = (method: string, path: string, body?: unknown, key?: string) =>
  scenario.server.call(method, `/talkifai${path}`, body, key === undefined ? {} : { key })

/** An agent whose model gives these answers, and a conversation with it in which `asked` was said. */
async function conversation(answers: string[], asked: string[] = [], user?: string) {
  const { id: agentId } = await scenario.agent(
    answers.map((text) => says(text)),
    { name: 'Desk' },
  )
  const session = { agent_id: agentId, ...(user && { user_identifier: user }) }
  const begun = await call('POST', '/v1/chat/sessions', session)
  expect(begun.status, JSON.stringify(begun.body)).toBe(200)
  const { conversation_id: id, session_token: token } = begun.body
  const path = `/talkifai/v1/chat/sessions/${id}`
  for (const message of asked) {
    const reply = await scenario.server.open('POST', `${path}/messages`, { message }, { key: token })
    expect(await reply.text()).toContain('event: stream_end')
  }
  const end = () => scenario.server.call('POST', `${path}/end`, undefined, { key: token })
  return { agentId, id, end }
}

promise(['talkifai.calls.list', 'talkifai.calls.get'], 'a chat is a call of the direction chat', async () => {
  const { agentId, id, end } = await conversation(['Tomorrow.'], ['When?'], 'ana@example.org')
  const going = (await call('GET', `/v1/calls/${id}`)).body
  expect(going).toEqual({
    success: true,
    data: {
      id,
      agentId,
      agentName: 'Desk',
      direction: 'chat',
      from: 'ana@example.org',
      to: null,
      status: 'in_progress',
      endReason: null,
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      endedAt: null,
      duration: null,
      recordingUrl: null,
    },
  })
  await end()
  const ended = (await call('GET', `/v1/calls/${id}`)).body.data
  expect(ended).toEqual({
    ...going.data,
    status: 'completed',
    endReason: 'session_ended',
    endedAt: expect.any(String),
    duration: expect.any(Number),
  })
  const { status, body } = await call('GET', `/v1/calls?agentId=${agentId}`)
  expect(status).toBe(200)
  expect(body).toEqual({
    success: true,
    data: [ended],
    pagination: { page: 1, limit: 20, total: 1, hasNext: false, hasPrev: false },
  })
})

promise(['talkifai.calls.list'], 'the list has pages, the newest first, and filters', async () => {
  await withinOneDay()
  const { agentId, id: first, end } = await conversation([])
  await end()
  const begin = async () =>
    (await call('POST', '/v1/chat/sessions', { agent_id: agentId })).body.conversation_id
  const second = await begin()
  const third = await begin()
  const list = async (query: string) => {
    const { body } = await call('GET', `/v1/calls?agentId=${agentId}${query}`)
    return { ids: body.data.map(({ id }: { id: string }) => id), pagination: body.pagination }
  }
  expect(await list('&limit=2')).toEqual({
    ids: [third, second],
    pagination: { page: 1, limit: 2, total: 3, hasNext: true, hasPrev: false },
  })
  expect(await list('&limit=2&page=2')).toEqual({
    ids: [first],
    pagination: { page: 2, limit: 2, total: 3, hasNext: false, hasPrev: true },
  })
  expect((await list('&status=completed')).ids).toEqual([first])
  expect((await list('&status=in_progress')).ids).toEqual([third, second])
  expect(await list('&status=failed')).toMatchObject({ ids: [], pagination: { total: 0 } })
  const today = new Date().toISOString().slice(0, 10)
  expect((await list(`&from=${today}&to=${today}`)).ids).toEqual([third, second, first])
  expect((await list('&to=2020-01-01')).ids).toEqual([])
  const { startedAt } = (await call('GET', `/v1/calls/${second}`)).body.data
  expect((await list(`&from=${startedAt}`)).ids).toContain(third)
  expect((await list(`&to=${startedAt}`)).ids).not.toContain(third)
  for (const query of ['from=yesterday', 'status=done', 'page=0', 'limit=x']) {
    const { status, body } = await call('GET', `/v1/calls?${query}`)
    expect([status, body.details[0].field]).toEqual([400, query.split('=')[0]])
  }
  expect((await call('GET', '/v1/calls?agentId=nobody')).body.code).toBe('AGENT_NOT_FOUND')
})

promise(['talkifai.calls.transcript'], 'a transcript is what both sides said, in order', async () => {
  const { id } = await conversation(['Tomorrow.', 'At noon.'], ['When?', 'At what time?'])
  const { status, body } = await call('GET', `/v1/calls/${id}/transcript`)
  expect(status).toBe(200)
  const [greeting, ...said] = body.data.messages
  expect(body).toEqual({ success: true, data: { callId: id, messages: expect.any(Array) } })
  expect(greeting).toEqual({
    role: 'assistant',
    content: 'Hello! How can I help you today?',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
  expect(said.map(({ role, content }: { role: string; content: string }) => [role, content])).toEqual([
    ['user', 'When?'],
    ['assistant', 'Tomorrow.'],
    ['user', 'At what time?'],
    ['assistant', 'At noon.'],
  ])
})

promise(['talkifai.calls.outlive_agent'], 'records and transcripts outlive the agent', async () => {
  const { agentId, id } = await conversation(['Tomorrow.'], ['When?'])
  const before = (await call('GET', `/v1/calls/${id}/transcript`)).body
  expect((await call('DELETE', `/v1/agents/${agentId}`)).status).toBe(200)
  expect((await call('GET', `/v1/calls/${id}/transcript`)).body).toEqual(before)
  expect((await call('GET', `/v1/calls/${id}`)).body.data).toMatchObject({ agentId, agentName: 'Desk' })
  expect((await call('GET', `/v1/calls?agentId=${agentId}`)).body.pagination.total).toBe(1)
})

promise(['talkifai.calls.get'], 'conversations of others and unknown ones are not found', async () => {
  const { id } = await conversation([])
  const { members, keys, authenticate } = scenario.server.server.services.access
  const owner = await authenticate(scenario.server.ownerKey)
  const { organizationId, userId: ownerId } = owner
  const other = await members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const made = await keys.create({ ...owner, workspaceId: other.id }, { name: 'k', dialect: 'talkifai' })
  for (const path of [`/v1/calls/${id}`, `/v1/calls/${id}/transcript`]) {
    const { status, body } = await call('GET', path, undefined, made.secret ?? '')
    expect([status, body.code]).toEqual([404, 'NOT_FOUND'])
  }
  expect((await call('GET', '/v1/calls', undefined, made.secret ?? '')).body.data).toEqual([])
  expect((await call('GET', '/v1/calls/chat_unknown')).status).toBe(404)
})
