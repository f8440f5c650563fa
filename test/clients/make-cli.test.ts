import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { runProgram, startMakeHome, type MakeHome } from '../support/make-clients.ts'
import { verifies } from '../support/verifies.ts'

const require = createRequire(import.meta.url)
const program = require.resolve('@makehq/cli/dist/index.js')
let home: MakeHome

beforeAll(async () => {
  home = await startMakeHome()
})
afterAll(async () => home?.[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

const cli = (...words: string[]) => runProgram(program, words, home.clientEnvironment())

/** What a command prints, parsed; fails with what it complains about. */
async function printed(...words: string[]) {
  const { code, output, errors } = await cli(...words)
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return JSON.parse(output)
}

promise(['make.clients.cli', 'make.account.me'], 'whoami says whose key it is', async () => {
  expect(await printed('whoami')).toEqual({ name: 'Owner', email: null, zone: home.secure })
  const elsewhere = await printed('whoami', '--zone', `${home.secure}/make`)
  expect(elsewhere.name).toBe('Owner')
})

promise(
  ['make.clients.cli', 'make.account.places'],
  'organizations and teams are listed and read',
  async () => {
    const { teamId, organizationId } = home.team
    const organizations = await printed('organizations', 'list')
    expect(organizations).toEqual([expect.objectContaining({ id: organizationId })])
    expect(await printed('organizations', 'get', String(organizationId))).toEqual(organizations[0])
    const teams = await printed('teams', 'list', `--organization-id=${organizationId}`)
    expect(teams).toEqual([expect.objectContaining({ id: teamId, organizationId })])
    expect(await printed('teams', 'get', String(teamId))).toEqual(teams[0])
    expect(await printed('users', 'me')).toMatchObject({ name: 'Owner' })
  },
)

promise(['make.clients.cli', 'make.scenarios.list'], 'scenarios are listed, read and run', async () => {
  const { scenarioId, team } = home
  const scenarios = await printed('scenarios', 'list', `--team-id=${team.teamId}`)
  expect(scenarios).toEqual([expect.objectContaining({ id: scenarioId, name: 'find_order', isActive: true })])
  const scenario = await printed('scenarios', 'get', String(scenarioId))
  expect(scenario.blueprint.interface.input).toHaveLength(2)
  const input = await printed('scenarios', 'interface', String(scenarioId))
  expect(input).toMatchObject({
    input: [{ name: 'order_id', required: true }, { name: 'urgent' }],
    output: [],
  })
  const run = await printed(
    'scenarios',
    'run',
    String(scenarioId),
    '--data={"order_id":"1182"}',
    '--responsive',
  )
  expect(run).toMatchObject({ status: 1, outputs: { order: '1182', state: 'shipped' } })
})

promise(
  ['make.clients.cli', 'make.connections.list'],
  'connections are made, listed and deleted',
  async () => {
    const { teamId } = home.team
    const team = `--team-id=${teamId}`
    const data = '--data={"apiKey":"sk-canary-cli"}'
    const made = await printed('connections', 'create', team, '--name=Ours', '--account-name=groq', data)
    expect(made).toMatchObject({ name: 'Ours', accountName: 'groq' })
    const all = await printed('connections', 'list', team)
    expect(all.map(({ accountName }: { accountName: string }) => accountName)).toEqual([
      'ai-provider',
      'groq',
    ])
    expect(JSON.stringify(all)).not.toContain('canary')
    expect((await cli('connections', 'delete', String(made.id))).code).toBe(0)
    expect(await printed('connections', 'list', team, '--type=["groq"]')).toEqual([])
  },
)

promise(['make.clients.cli'], 'an error is shown with its status and each of its causes', async () => {
  const foreign = await cli('scenarios', 'list', '--team-id=9999')
  expect(foreign).toMatchObject({ code: 2, errors: 'Error [403]: Access denied.\n' })
  const wrong = await cli('scenarios', 'run', String(home.scenarioId), '--data={"urgent":true}')
  expect(wrong).toMatchObject({
    code: 2,
    errors: 'Error [400]: Validation failed for 1 parameter(s).\n - data.order_id Required\n',
  })
})
