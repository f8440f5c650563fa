import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

// The operator has said that edits wait for a deployment.

let xpander: XpanderServer
let openai: Awaited<ReturnType<typeof startFakeOpenAi>>
beforeAll(async () => {
  openai = await startFakeOpenAi({ respond: () => says('Done.') })
  xpander = await startXpanderServer({
    PARLEY_PUBLISH_MODE: 'staged',
    OPENAI_API_KEY: 'sk-openai',
    OPENAI_BASE_URL: openai.url,
  })
})
afterAll(async () => {
  await xpander[Symbol.asyncDispose]()
  await openai.close()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const path = (id: string) => `/v1/agents/${id}`

promise(
  ['xpander.agents.deploy.staged', 'xpander.agents.version'],
  'an edit waits until somebody deploys it',
  async () => {
    const agent = await xpander.agent({ description: 'One.' })
    expect(agent).toMatchObject({ version: 2, has_pending_changes: false })
    const edited = (await xpander.call('PATCH', path(agent.id), { description: 'Two.' })).body
    expect(edited).toMatchObject({ description: 'Two.', version: 2, has_pending_changes: true })
    const live = (await xpander.call('GET', `${path(agent.id)}?version=latest`)).body
    expect(live.description).toBe('One.')
    const deployed = (await xpander.call('PUT', path(agent.id))).body
    expect(deployed).toMatchObject({ description: 'Two.', version: 3, has_pending_changes: false })
    const query = `${path(agent.id)}?deploy=true`
    const at = (await xpander.call('PATCH', query, { description: 'Three.' })).body
    expect(at).toMatchObject({ description: 'Three.', version: 4, has_pending_changes: false })
  },
)

promise(
  ['xpander.invoke.version.draft'],
  'a task that asks for a draft runs what waits, secrets included, and what is deployed when nothing does',
  async () => {
    const agent = await xpander.agent({
      model_provider: 'openai',
      model_name: 'gpt-test',
      instructions: { general: 'Be kind.' },
      llm_extra_headers: { 'x-tenant': 'deployed' },
      output_format: 'text',
    })
    const invoke = `${path(agent.id)}/invoke?version=draft`
    const body = { input: { text: 'Hello' } }
    const nothingWaits = await xpander.call('POST', invoke, body)
    expect([nothingWaits.status, nothingWaits.body.agent_version]).toEqual([200, '2'])
    const edit = { instructions: { general: 'Be brief.' }, llm_extra_headers: { 'x-tenant': 'waiting' } }
    await xpander.call('PATCH', path(agent.id), edit)
    openai.requests.length = 0
    const draft = (await xpander.call('POST', invoke, body)).body
    const latest = (await xpander.call('POST', invoke.replace('draft', 'latest'), body)).body
    expect([draft.agent_version, latest.agent_version]).toEqual(['draft', '2'])
    const told = openai.requests.map(({ headers, body: asked }) => [
      headers['x-tenant'],
      (asked?.['messages'] as { content: string }[] | undefined)?.[0]?.content, // as the wire has it
    ])
    expect(told).toEqual([
      ['waiting', 'Be brief.'],
      ['deployed', 'Be kind.'],
    ])
    // What a task ran stays what it was, whatever becomes of the draft.
    expect((await xpander.call('PUT', path(agent.id))).body.version).toBe(3)
    expect((await xpander.call('GET', `/v1/tasks/${draft.id}`)).body.agent_version).toBe('draft')
  },
)

promise(
  ['xpander.agents.deploy.description'],
  'an agent without a description is described by its instructions',
  async () => {
    const agent = await xpander.agent()
    const instructions = { general: 'Answers questions about lamps. Be brief.', role: [], goal: [] }
    await xpander.call('PATCH', path(agent.id), { instructions })
    const { body } = await xpander.call('PUT', path(agent.id))
    expect(body).toMatchObject({ description: 'Answers questions about lamps.', version: 3 })
  },
)

promise(
  ['xpander.agents.deploy.description', 'xpander.agent.name'],
  'deploying with a change describes the agent too, and needs a name that nobody has by then',
  async () => {
    const agent = await xpander.agent({ name: 'Lamps' })
    const instructions = { general: 'Sells lamps. Be brief.' }
    const query = `${path(agent.id)}?deploy=true`
    const { body } = await xpander.call('PATCH', query, { instructions })
    expect(body).toMatchObject({ description: 'Sells lamps.', version: 3, has_pending_changes: false })
    expect((await xpander.call('PATCH', path(agent.id), { name: 'Chairs' })).status).toBe(200)
    await xpander.agent({ name: 'Chairs' })
    for (const [method, at] of [
      ['PUT', path(agent.id)],
      ['PATCH', query],
    ] as const) {
      const refused = await xpander.call(method, at, { icon: 'x' })
      expect([refused.status, refused.body.detail]).toEqual([400, 'Agent name already exists'])
    }
  },
)
