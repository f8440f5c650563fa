import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { startMakeHome, type MakeHome } from '../support/make-clients.ts'
import { verifies } from '../support/verifies.ts'

const require = createRequire(import.meta.url)
const program = require.resolve('@makehq/mcp-server/build/index.js')
let home: MakeHome
let client: Client

beforeAll(async () => {
  home = await startMakeHome()
  client = new Client({ name: 'parley-test', version: '0.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [program],
      env: home.clientEnvironment(),
    }),
  )
})
afterAll(async () => {
  await client?.close()
  await home?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

promise(
  ['make.clients.mcp_server', 'make.scenarios.interface'],
  'the scenarios of the team are tools',
  async () => {
    const { tools } = await client.listTools()
    expect(tools).toEqual([
      {
        name: `run_scenario_${home.scenarioId}`,
        description: 'find_order (Finds an order by its number.)',
        inputSchema: {
          type: 'object',
          properties: {
            order_id: { type: 'string', description: 'Number of the order.' },
            urgent: { type: 'boolean' },
          },
          required: ['order_id'],
        },
      },
    ])
  },
)

promise(['make.clients.mcp_server', 'make.scenarios.run'], 'calling a tool runs the scenario', async () => {
  const name = `run_scenario_${home.scenarioId}`
  const { content, isError } = await client.callTool({ name, arguments: { order_id: '1182' } })
  expect(isError).toBeUndefined()
  expect(content).toEqual([
    { type: 'text', text: JSON.stringify({ order: '1182', state: 'shipped' }, null, 2) },
  ])
  expect(home.site.callsOf('/orders/1182')).toHaveLength(1)
})

promise(
  ['make.clients.mcp_server'],
  'what goes wrong is told to the model, never taken for success',
  async () => {
    const name = `run_scenario_${home.scenarioId}`
    const wrong = await client.callTool({ name, arguments: {} })
    expect(wrong).toMatchObject({
      isError: true,
      content: [
        {
          text: 'MakeError: Validation failed for 1 parameter(s).\n - data.order_id Required',
        },
      ],
    })
    home.site.answer('/orders/broken', () => ({ status: 500, body: { error: 'Out of order.' } }))
    const broken = await client.callTool({ name, arguments: { order_id: 'broken' } })
    expect(JSON.stringify(broken.content)).toContain('Out of order.')
  },
)
