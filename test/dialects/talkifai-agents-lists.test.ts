import { afterAll, beforeAll, expect } from 'vitest'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { startTalkifaiServer, type TalkifaiServer } from '../support/talkifai-server.ts'
import { verifies } from '../support/verifies.ts'

let talkifai: TalkifaiServer
beforeAll(async () => {
  talkifai = await startTalkifaiServer()
  for (const [name, mode] of [
    ['One', 'public'],
    ['Two', 'private'],
    ['Three', 'public'],
    ['Four', 'commercial'],
    ['Five', 'public'],
  ])
    await talkifai.agent({ name, mode })
  const { id } = await talkifai.agent({ name: 'Deleted' })
  await talkifai.call('DELETE', `/v1/agents/${id}`)
})
afterAll(async () => await talkifai[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(talkifaiRequirements, ids, sentence, run)

const list = async (query = '', headers = {}) =>
  (await talkifai.call('GET', `/v1/agents${query}`, undefined, { headers })).body
const names = (data: { name: string }[]) => data.map(({ name }) => name)

promise(['talkifai.agents.list'], 'a list is flat, newest first, and says what each agent is', async () => {
  const { success, data, pagination } = await list()
  expect(success).toBe(true)
  expect(names(data)).toEqual(['Five', 'Four', 'Three', 'Two', 'One'])
  expect(data[0]).toEqual({
    id: expect.stringMatching(/^agent_/),
    name: 'Five',
    description: null,
    mode: 'public',
    agentArchitecture: 'text',
    active: false,
    createdAt: data[0].createdAt,
    updatedAt: data[0].createdAt,
  })
  expect(pagination).toEqual({ page: 1, limit: 20, total: 5, hasNext: false, hasPrev: false })
})

promise(
  ['talkifai.agents.list.mode', 'talkifai.frame.pages'],
  'a mode and a page choose what is listed',
  async () => {
    const second = await list('?mode=public&page=2&limit=1')
    expect(names(second.data)).toEqual(['Three'])
    expect(second.pagination).toEqual({ page: 2, limit: 1, total: 3, hasNext: true, hasPrev: true })
    const last = await list('?page=2&limit=3')
    expect(names(last.data)).toEqual(['Two', 'One'])
    expect(last.pagination).toEqual({ page: 2, limit: 3, total: 5, hasNext: false, hasPrev: true })
    const past = await list('?page=9&limit=500')
    expect(past.data).toEqual([])
    expect(past.pagination).toEqual({ page: 9, limit: 100, total: 5, hasNext: false, hasPrev: true })
    for (const [query, field] of [
      ['?mode=secret', 'mode'],
      ['?page=0', 'page'],
      ['?page=1.5', 'page'],
      ['?limit=-1', 'limit'],
      ['?limit=many', 'limit'],
    ]) {
      const refused = await list(query)
      expect([query, refused.code, refused.details[0].field]).toEqual([query, 'VALIDATION_ERROR', field])
    }
    const key = await talkifai.createKey({ role: 'member' })
    const seen = (await talkifai.call('GET', '/v1/agents', undefined, { key })).body
    expect(names(seen.data)).toEqual(['Five', 'Four', 'Three', 'One'])
    expect(seen.pagination.total).toBe(4)
  },
)

promise(
  ['talkifai.agents.list.nested'],
  'the nested profile lists whole agents without pages, and reads one with both renderings',
  async () => {
    const headers = { 'X-TalkifAI-Profile': 'nested' }
    const { success, data, pagination } = await list('?mode=public', headers)
    expect([success, pagination, data.count]).toEqual([true, undefined, 3])
    expect(names(data.agents)).toEqual(['Five', 'Three', 'One'])
    expect(data.agents[0]).toMatchObject({
      sysMsg: 'You are a helpful support assistant...',
      model: 'gpt_4o_mini',
      languages: [{ id: 'lang_en', language: 'en' }],
    })
    const path = `/v1/agents/${data.agents[0].id}`
    const one = (await talkifai.call('GET', path, undefined, { headers })).body
    expect(one.data.agent).toEqual(data.agents[0])
  },
)

promise(['talkifai.agents.options'], 'the options name what agents can be made of', async () => {
  const { body } = await talkifai.call('GET', '/v1/agents/options')
  expect(body).toEqual({
    success: true,
    data: {
      models: expect.arrayContaining(['demo/demo']),
      stt: ['deepgram', 'openai', 'assemblyai'],
      tts: ['cartesia', 'openai', 'elevenlabs', 'gemini'],
      realtimeProviders: ['openai', 'gemini'],
      languages: ['en', 'ur', 'sd'],
      functions: ['end_call', 'get_current_time', 'web_search'],
    },
  })
})
