import { afterAll, beforeAll, expect } from 'vitest'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { startTalkifaiServer, textAgent, type TalkifaiServer } from '../support/talkifai-server.ts'
import { verifies } from '../support/verifies.ts'

let talkifai: TalkifaiServer
const keys = { admin: '', member: '', colleague: '' }
beforeAll(async () => {
  talkifai = await startTalkifaiServer()
  keys.admin = await talkifai.createKey({ role: 'admin' })
  keys.member = await talkifai.createKey({ role: 'member' })
  keys.colleague = await talkifai.createKey({ role: 'member' })
})
afterAll(async () => await talkifai[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(talkifaiRequirements, ids, sentence, run)

type Caller = keyof typeof keys
const patch = (id: string, body: object, by: Caller) =>
  talkifai.call('PATCH', `/v1/agents/${id}`, body, { key: keys[by] })
const get = (id: string, by: Caller) => talkifai.call('GET', `/v1/agents/${id}`, undefined, { key: keys[by] })

promise(['talkifai.agents.modes'], 'modes are what other APIs call visibility', async () => {
  for (const [mode, visibility] of [
    ['public', 'workspace'],
    ['private', 'private'],
    ['commercial', 'managed'],
  ]) {
    const { id } = await talkifai.agent({ mode })
    expect((await talkifai.native('GET', `/v1/agents/${id}`)).body.visibility).toBe(visibility)
    expect((await talkifai.call('PATCH', `/v1/agents/${id}`, { name: 'x' })).body.data.mode).toBe(mode)
  }
})

promise(
  ['talkifai.agents.roles.create'],
  'a member makes public and private agents, an admin commercial ones too',
  async () => {
    const make = (mode: string, by: Caller) =>
      talkifai.call('POST', '/v1/agents', { ...textAgent, mode }, { key: keys[by] })
    expect((await make('public', 'member')).status).toBe(201)
    expect((await make('private', 'member')).status).toBe(201)
    const refused = await make('commercial', 'member')
    expect([refused.status, refused.body]).toEqual([
      403,
      {
        success: false,
        error: 'Only owners and admins of the organization can create commercial agents.',
        code: 'FORBIDDEN',
      },
    ])
    expect((await make('commercial', 'admin')).status).toBe(201)
  },
)

promise(
  ['talkifai.agents.roles.update'],
  'a member updates what is private and theirs, and nothing else',
  async () => {
    const options = { key: keys.member }
    const own = (await talkifai.agent({ mode: 'private' }, options)).id
    const shared = (await talkifai.agent({ mode: 'public' }, options)).id
    const commercial = (await talkifai.agent({ mode: 'commercial' })).id
    expect((await patch(own, { name: 'Mine' }, 'member')).body.data?.name).toBe('Mine')
    for (const [id, body] of [
      [shared, { name: 'x' }],
      [commercial, { name: 'x' }],
      [own, { mode: 'public' }],
      [own, { mode: 'commercial' }],
    ] as const) {
      const refused = await patch(id, body, 'member')
      expect([refused.status, refused.body.error]).toEqual([
        403,
        'Only owners and admins of the organization can update public or commercial agents.',
      ])
    }
    expect((await patch(own, { name: 'x' }, 'colleague')).status).toBe(404)
    expect((await patch(shared, { name: 'Ours' }, 'admin')).status).toBe(200)
    expect((await patch(commercial, { name: 'Ours' }, 'admin')).status).toBe(200)
  },
)

promise(
  ['talkifai.agents.roles.private'],
  'a private agent is there for its creator and for owners',
  async () => {
    const { id } = await talkifai.agent({ mode: 'private' }, { key: keys.member })
    expect((await get(id, 'member')).status).toBe(200)
    expect((await talkifai.call('GET', `/v1/agents/${id}`)).status).toBe(200)
    for (const by of ['colleague', 'admin'] as const) {
      const hidden = await get(id, by)
      expect([by, hidden.status, hidden.body.code]).toEqual([by, 404, 'AGENT_NOT_FOUND'])
    }
  },
)

promise(['talkifai.agents.roles.delete'], 'a member deletes nothing, an admin does', async () => {
  const { id } = await talkifai.agent({ mode: 'private' }, { key: keys.member })
  const shared = (await talkifai.agent()).id
  for (const one of [id, shared]) {
    const refused = await talkifai.call('DELETE', `/v1/agents/${one}`, undefined, { key: keys.member })
    expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN'])
  }
  const done = await talkifai.call('DELETE', `/v1/agents/${shared}`, undefined, { key: keys.admin })
  expect(done.status).toBe(200)
})
