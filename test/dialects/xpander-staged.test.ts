import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

// The operator has said that edits wait for a deployment.

let xpander: XpanderServer
beforeAll(async () => {
  xpander = await startXpanderServer({ PARLEY_PUBLISH_MODE: 'staged' })
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

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
  'a task that asks for a draft is 501 while edits wait, and runs what is deployed when none do',
  async () => {
    const agent = await xpander.agent({ description: 'One.' })
    const invoke = `${path(agent.id)}/invoke?version=draft`
    const body = { input: { text: 'Hello' } }
    const nothingWaits = await xpander.call('POST', invoke, body)
    expect([nothingWaits.status, nothingWaits.body.agent_version]).toEqual([200, '2'])
    await xpander.call('PATCH', path(agent.id), { description: 'Two.' })
    const refused = await xpander.call('POST', invoke, body)
    expect([refused.status, refused.body.detail]).toEqual([
      501,
      'version: a draft is not run in this version; deploy it with PUT /v1/agents/{agent_id} and leave version out.',
    ])
    expect((await xpander.call('POST', invoke.replace('draft', 'latest'), body)).status).toBe(200)
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
