import { Make, MakeError } from '@makehq/sdk'
import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { startMakeHome, type MakeHome } from '../support/make-clients.ts'
import { verifies } from '../support/verifies.ts'

let home: MakeHome
let make: Make

beforeAll(async () => {
  home = await startMakeHome()
  make = client(home.team.key, home.plain)
})
afterAll(async () => home?.[Symbol.asyncDispose]())

/** `zone`: host and port, and a path where the server's Make API does not stand at its root. */
function client(key: string, zone: string): Make {
  const made = new Make(key, zone)
  made.protocol = 'http'
  return made
}

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ['make.clients.sdk', ...ids], sentence, run)

/** What the SDK makes of a refusal: the status and the text that it shows. */
async function refusal(call: Promise<unknown>): Promise<[number | undefined, string]> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(MakeError)
  const { statusCode, message } = error as MakeError // seen in the line above
  return [statusCode, message]
}

promise(
  ['make.account.me', 'make.account.authorization'],
  'users: who the key is and what it may do',
  async () => {
    expect(await make.users.me()).toMatchObject({ name: 'Owner', timezone: 'UTC' })
    const { authUsed, scope } = await make.users.currentAuthorization()
    expect(authUsed).toBe('token')
    expect(scope).toContain('ai-agents:write')
  },
)

promise(
  ['make.account.me'],
  'a key of another form is sent as Bearer, and a zone may carry a path',
  async () => {
    const owner = client(home.server.ownerKey, `${home.plain}/make`)
    expect(await owner.users.me()).toEqual(await make.users.me())
    const wrong = client('5c6f0c1e-8d0e-4f0b-9c39-2c3b5f4f7a10', home.plain)
    expect(await refusal(wrong.users.me())).toEqual([401, expect.stringMatching(/key is not known/)])
  },
)

promise(['make.account.places'], 'organizations and teams', async () => {
  const { teamId, organizationId } = home.team
  const [organization] = await make.organizations.list({ cols: ['*'] })
  expect(organization).toMatchObject({ id: organizationId, teams: [{ id: teamId, name: 'Default' }] })
  expect(await make.organizations.get(organizationId)).toEqual(organization)
  const pg = { limit: 10, offset: 0, sortBy: 'name', sortDir: 'desc' } as const
  const [team] = await make.teams.list(organizationId, { pg })
  expect(team).toMatchObject({ id: teamId, organizationId })
  expect(await make.teams.get(teamId)).toEqual(team)
  expect(await refusal(make.teams.get(teamId + 1000))).toEqual([403, 'Access denied.'])
})

promise(
  ['make.scenarios.list', 'make.scenarios.run'],
  'scenarios: listed, described, changed and run',
  async () => {
    const { scenarioId, team, site } = home
    const scenarios = await make.scenarios.list(team.teamId, { pg: { limit: 5 } })
    expect(scenarios.map(({ id, name, scheduling }) => [id, name, scheduling.type])).toEqual([
      [scenarioId, 'find_order', 'on-demand'],
    ])
    expect(await make.scenarios.listInOrganization(team.organizationId)).toEqual(scenarios)
    expect(await make.scenarios.get(scenarioId)).toEqual(scenarios[0])
    expect(await make.scenarios.activate(scenarioId)).toBe(true)
    expect((await make.blueprints.get(scenarioId)).scheduling).toEqual({ type: 'on-demand' })
    const { input, output } = await make.scenarios.getInterface(scenarioId)
    expect([input.map(({ name }) => name), output]).toEqual([['order_id', 'urgent'], []])
    const wider = [...input, { name: 'note', type: 'text', required: false }]
    const set = await make.scenarios.setInterface(scenarioId, { interface: { input: wider, output: [] } })
    expect(set.input.map(({ name }) => name)).toEqual(['order_id', 'urgent', 'note'])
    site.answer('/hook', () => ({ body: {} }))
    const callbackUrl = `${site.url}/hook`
    const run = await make.scenarios.run(scenarioId, { order_id: '9' }, { callbackUrl })
    expect(run).toEqual({
      executionId: expect.any(String),
      status: 1,
      outputs: { order: '9', state: 'shipped' },
    })
    expect((await site.called('/hook')).body).toEqual(run)
  },
)

promise(
  ['make.connections.create', 'make.connections.change'],
  'connections: from the first to the last call',
  async () => {
    const { teamId } = home.team
    const made = await make.connections.create({
      name: 'Ours',
      accountName: 'anthropic-claude',
      teamId,
      data: { apiKey: 'sk-canary-sdk' },
    })
    expect(made).toMatchObject({ name: 'Ours', accountName: 'anthropic-claude', teamId, editable: true })
    const { id } = made
    expect((await make.connections.rename(id, 'Renamed')).name).toBe('Renamed')
    expect(await make.connections.listEditableParameters(id)).toEqual(['apiKey'])
    expect(await make.connections.update(id, { data: { apiKey: 'sk-canary-other' } })).toBe(true)
    expect(await make.connections.scoped(id, ['x'])).toBe(false)
    const list = await make.connections.list(teamId, { type: ['anthropic-claude'], cols: ['*'] })
    expect(list).toEqual([await make.connections.get(id)])
    expect(JSON.stringify(list)).not.toContain('canary')
    await make.connections.delete(id)
    expect(await refusal(make.connections.get(id))).toEqual([404, 'No connection with this id in this team.'])
  },
)

/** Requests that the SDK has no method for, through its own `fetch`. */
const agentsPath = '/ai-agents/v1/agents'

async function makeAgent(name: string): Promise<string> {
  const { teamId } = home.team
  const [connection] = await make.connections.list(teamId, { type: ['ai-provider'] })
  const { agentId } = await make.fetch<{ agentId: string }>(agentsPath, {
    method: 'POST',
    query: { teamId },
    body: {
      name,
      teamId,
      makeConnectionId: connection?.id ?? null,
      defaultModel: 'demo',
      systemPrompt: 'Resolve refund requests.',
    },
  })
  return agentId
}

interface Named {
  id: string
  name: string
}

promise([], 'AI agents: made, paged, read, changed and deleted', async () => {
  const { teamId } = home.team
  const ids = [await makeAgent('Alpha'), await makeAgent('Beta')]
  const pg = { limit: 1, offset: 0, sortBy: 'name', sortDir: 'desc' }
  const [first, ...more] = await make.fetch<Named[]>(agentsPath, { query: { teamId, pg } })
  expect([first?.name, more]).toEqual(['Beta', []])
  const path = `${agentsPath}/${ids[0]}`
  const change = { method: 'PATCH', query: { teamId }, body: { name: 'Gamma' } }
  expect(await make.fetch(path, change)).toBe('')
  const read = await make.fetch<Named>(path, { query: { teamId } })
  expect(read).toMatchObject({ id: ids[0], name: 'Gamma', pastConfigurations: [{ name: 'Alpha' }] })
  expect(await make.fetch(path, { method: 'DELETE', query: { teamId } })).toBe('')
  expect(await refusal(make.fetch(path, { query: { teamId } }))).toEqual([
    404,
    'No agent with this id in this team.',
  ])
})

promise([], 'AI agents: run, and run as a stream, which ends', async () => {
  const { teamId } = home.team
  const path = `${agentsPath}/${await makeAgent('Runner')}`
  const body = { messages: [{ role: 'user', content: 'Hello.' }], config: {}, threadId: 'sdk' }
  const post = { method: 'POST', query: { teamId }, body }
  const run = await make.fetch<{ response: string; threadId: string }>(`${path}/run`, post)
  expect(run).toMatchObject({ response: expect.stringMatching(/\S/), threadId: 'sdk' })
  const stream = await make.fetch<string>(`${path}/run/stream`, post)
  const names = [...stream.matchAll(/^event:(\w+)$/gm)].map(([, name]) => name)
  expect(names).toEqual(['step', 'step', 'step', 'done'])
})

promise(['make.contexts.json', 'make.contexts.delete'], 'AI agents: contexts', async () => {
  const { teamId } = home.team
  const agentId = await makeAgent('Reader')
  const contexts = '/ai-agents/v1/contexts'
  const { id } = await make.fetch<Named>(contexts, {
    method: 'POST',
    query: { teamId },
    body: { agentId, name: 'Returns', content: 'Returns take 30 days.', autosave: 'true' },
  })
  const list = () => make.fetch<Named[]>(contexts, { query: { teamId, agentId } })
  expect((await list()).map((one) => one.id)).toEqual([id])
  expect(await make.fetch(`${contexts}/${id}`, { method: 'DELETE', query: { teamId } })).toBe('')
  expect(await list()).toEqual([])
})

promise([], 'AI agents: providers and their models', async () => {
  const { teamId } = home.team
  const providers = '/ai-agents/v1/llm-providers'
  const [one] = await make.fetch<{ id: number }[]>(providers, { query: { teamId } })
  expect(one).toMatchObject({ provider: 'ai-agent-foundry-non-openai' })
  expect(await make.fetch(`${providers}/${one?.id}`, { query: { teamId } })).toEqual([one])
  const models = await make.fetch<{ model: string }[]>(`${providers}/${one?.id}/models`, {
    query: { teamId },
  })
  expect(models.map(({ model }) => model)).toEqual(['demo'])
})

promise([], 'every cause of a refusal reaches whoever reads the error', async () => {
  const { teamId } = home.team
  const create = { method: 'POST', query: { teamId }, body: { name: 'x', teamId } }
  expect(await refusal(make.fetch(agentsPath, create))).toEqual([
    400,
    [
      'Validation failed for 3 parameter(s).',
      ' - makeConnectionId Required',
      ' - defaultModel Required',
      ' - systemPrompt Required',
    ].join('\n'),
  ])
  expect(await refusal(make.fetch(agentsPath))).toEqual([
    400,
    'Validation failed for 1 parameter(s).\n - teamId Required',
  ])
  expect(await refusal(make.scenarios.create({ teamId, scheduling: '{}', blueprint: '{}' }))).toEqual([
    501,
    expect.stringContaining('shared http tool'),
  ])
  expect(await refusal(make.onPremAgents.list(home.team.organizationId))).toEqual([
    404,
    expect.stringMatching(/nothing at this path/),
  ])
})
