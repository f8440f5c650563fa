import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let team: MakeTeam
let other: MakeTeam
let agentId: string

beforeAll(async () => {
  server = await startTestServer({
    env: { PARLEY_DEFAULT_MODEL: 'demo/demo' },
    hooks: { onReply: checkReply },
  })
  team = await makeTeam(server)
  other = await makeTeam(server, 'other')
  agentId = await makeAgent(team)
})
afterAll(async () => server?.[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

const contexts = '/ai-agents/v1/contexts'

async function makeAgent({ teamId, call }: MakeTeam): Promise<string> {
  const { connections } = (await call('GET', `/connections?teamId=${teamId}&type[]=ai-provider`)).body
  const made = await call('POST', `/ai-agents/v1/agents?teamId=${teamId}`, {
    name: 'Refund desk',
    teamId,
    makeConnectionId: connections[0].id,
    defaultModel: 'demo',
    systemPrompt: 'Resolve refund requests.',
  })
  expect(made.status).toBe(201)
  return made.body.agentId
}

const add = (body: Record<string, string> | FormData) =>
  team.call('POST', `${contexts}?teamId=${team.teamId}`, body)

const list = async (of = agentId): Promise<{ id: string; documentName: string }[]> =>
  (await team.call('GET', `${contexts}?teamId=${team.teamId}&agentId=${of}`)).body

function form(file: File | null, fields: Record<string, string> = {}): FormData {
  const body = new FormData()
  body.set('agentId', agentId)
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  if (file !== null) body.set('file', file)
  return body
}

promise(['make.contexts.json', 'make.contexts.list'], 'text becomes a context of its agent', async () => {
  const made = await add({
    agentId,
    name: 'Returns (2026).md',
    content: '# Returns\n\nReturns take 30 days.',
  })
  expect(made.status).toBe(201)
  expect(made.body).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    agentId,
    documentName: 'Returns (2026).md',
    description: expect.stringContaining('Returns'),
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    metadata: { type: 'md' },
    isTemporary: false,
  })
  expect(await list()).toContainEqual(made.body)
  const agent = await team.call('GET', `/ai-agents/v1/agents/${agentId}?teamId=${team.teamId}`)
  expect(agent.body.contexts).toContainEqual(made.body)
})

promise(['make.contexts.multipart'], 'a file becomes a context under its own name or another', async () => {
  const file = new File(['name,price\ntea,3\n'], 'prices.csv', { type: 'text/csv' })
  const made = await add(form(file))
  expect(made).toMatchObject({
    status: 201,
    body: { agentId, documentName: 'prices.csv', metadata: { type: 'csv' }, isTemporary: false },
  })
  const named = await add(form(new File(['{"a":1}'], 'a.json'), { name: 'Über uns', autosave: 'true' }))
  expect(named).toMatchObject({
    status: 201,
    body: { documentName: 'Über uns', metadata: { type: 'json' } },
  })
  expect((await list()).map(({ id }) => id)).toEqual(expect.arrayContaining([made.body.id, named.body.id]))
})

promise(['make.contexts.json', 'make.contexts.multipart'], 'an agent answers from its contexts', async () => {
  const agent = await makeAgent(team)
  await add({ agentId: agent, name: 'Warranty', content: 'The warranty of every kettle lasts 41 months.' })
  const run = await team.call('POST', `/ai-agents/v1/agents/${agent}/run?teamId=${team.teamId}`, {
    messages: [{ role: 'user', content: 'How long does the warranty of a kettle last?' }],
    config: {},
  })
  expect(run.status).toBe(200)
  expect(run.body.response).toContain('41 months')
})

promise(
  ['make.contexts.name'],
  'a name is of letters of any script, digits, spaces and a few signs',
  async () => {
    expect((await add({ agentId, name: 'हिन्दी_-.() 日本語 1', content: 'x' })).status).toBe(201)
    for (const name of ['a/b', 'what?', 'x'.repeat(121), '', 'a\nb'])
      expect(await add({ agentId, name, content: 'x' }), name).toMatchObject({
        status: 400,
        body: {
          detail: 'Validation failed for 1 parameter(s).',
          message: 'Bad Request',
          code: 'SC400',
          suberrors: [{ name: 'name' }],
        },
      })
    expect((await add(form(new File(['x'], 'x.txt'), { name: 'a:b' }))).status).toBe(400)
  },
)

promise(['make.contexts.limits'], 'a file of 21 MB is too big, and a picture is refused', async () => {
  const big = await add(form(new File([new Uint8Array(21 * 1024 * 1024).fill(97)], 'big.txt')))
  expect(big).toMatchObject({ status: 413, body: { code: 'SC413', message: 'File is too big' } })
  const picture = await add(form(new File([new Uint8Array(5 * 1024 * 1024)], 'x.png', { type: 'image/png' })))
  expect(picture).toMatchObject({ status: 415, body: { code: 'SC415', suberrors: [{ name: 'file' }] } })
  expect(await add({ agentId, name: 'nothing' })).toMatchObject({
    status: 400,
    body: { suberrors: [{ name: 'content', message: 'content Required' }] },
  })
  expect(await add(form(new File(['x'], 'x.txt'), { content: 'y' }))).toMatchObject({ status: 400 })
})

promise(['make.contexts.autosave'], 'a context that is not to be saved is temporary', async () => {
  const made = await add({ agentId, name: 'For now', content: 'x', autosave: 'false' })
  expect(made).toMatchObject({ status: 201, body: { isTemporary: true } })
  expect(await add({ agentId, name: 'x', content: 'x', autosave: 'maybe' })).toMatchObject({
    status: 400,
    body: { suberrors: [{ name: 'autosave' }] },
  })
})

promise(['make.contexts.delete'], 'a deleted context is gone from its agent', async () => {
  const { id } = (await add({ agentId, name: 'Old', content: 'x' })).body
  const gone = await team.call('DELETE', `${contexts}/${id}?teamId=${team.teamId}`)
  expect([gone.status, gone.body]).toEqual([204, ''])
  expect((await list()).map((one) => one.id)).not.toContain(id)
  const agent = await team.call('GET', `/ai-agents/v1/agents/${agentId}?teamId=${team.teamId}`)
  expect(JSON.stringify(agent.body.contexts)).not.toContain(id)
  expect(await team.call('DELETE', `${contexts}/${id}?teamId=${team.teamId}`)).toMatchObject({
    status: 404,
    body: { code: 'SC404', message: 'Not found' },
  })
})

promise(
  ['make.contexts.isolation'],
  'a foreign team is denied, what is foreign in the own one is not found',
  async () => {
    const { id } = (await add({ agentId, name: 'Ours', content: 'x' })).body
    const denied = {
      status: 403,
      body: { detail: 'Access denied.', message: 'Permission denied', code: 'SC403' },
    }
    const theirs = `teamId=${other.teamId}`
    expect(await team.call('GET', `${contexts}?${theirs}&agentId=${agentId}`)).toMatchObject(denied)
    expect(await team.call('POST', `${contexts}?${theirs}`, { agentId, content: 'x' })).toMatchObject(denied)
    expect(await team.call('DELETE', `${contexts}/${id}?${theirs}`)).toMatchObject(denied)
    expect((await other.call('GET', `${contexts}?${theirs}&agentId=${agentId}`)).status).toBe(404)
    expect((await other.call('DELETE', `${contexts}/${id}?${theirs}`)).status).toBe(404)
    const foreign = { agentId, name: 'x', content: 'x' }
    expect((await other.call('POST', `${contexts}?${theirs}`, foreign)).status).toBe(404)
    expect((await add({ agentId: randomUUID(), name: 'x', content: 'x' })).status).toBe(404)
    expect((await team.call('GET', `${contexts}?agentId=${agentId}`)).body.suberrors).toEqual([
      { name: 'teamId', message: 'teamId Required' },
    ])
    expect((await list()).map((one) => one.id)).toContain(id)
  },
)
