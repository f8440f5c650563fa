import { afterAll, beforeAll, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/lib/json.ts'
import { startKillableServer, type KillableServer } from '../support/killable-server.ts'
import { ParleyClient, type StreamedEvent } from '../support/parley-client.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'

const refused: ScriptedAnswer = { status: 400, body: { error: { message: 'Not today.' } } }

let server: KillableServer
let client: ParleyClient
const answers: ScriptedAnswer[] = []

beforeAll(async () => {
  server = await startKillableServer(() => answers.shift() ?? refused)
  client = new ParleyClient(server.url, server.ownerKey)
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

async function begin(definition: JsonObject): Promise<string> {
  const agent = await client.expect('POST', '/v1/agents', {
    name: 'Till',
    model: 'openai/fake-model',
    ...definition,
  })
  const path = `/v1/agents/${String(agent['id'])}/runs`
  return String((await client.expect('POST', path, { input: 'Go.', background: true }))['id'])
}

/** Reads a run until its `count`-th event of this type. */
async function until(runId: string, type: string, count: number): Promise<StreamedEvent[]> {
  const seen: StreamedEvent[] = []
  const refusedBy = (reply: unknown) => {
    throw new Error(`No stream: ${JSON.stringify(reply)}`)
  }
  for await (const event of client.stream('GET', `/v1/runs/${runId}/events`, { refused: refusedBy })) {
    seen.push(event)
    if (seen.filter((one) => one.type === type).length === count) return seen
  }
  throw new Error(`The run ended without ${type}.`)
}

async function killAndStartAgain(): Promise<void> {
  await server.kill()
  await server.start()
}

const dataOf = ({ data }: StreamedEvent): JsonObject => (isJsonObject(data['data']) ? data['data'] : {})
const timeOf = ({ data }: StreamedEvent): number => Date.parse(String(data['at']))

test('a run whose server is killed between two attempts waits the rest and goes on with the right one', async () => {
  answers.push(callsTools(['call_a', 'charge', { item: 'lamp' }]), refused, refused, says('Charged.'))
  const runId = await begin({
    tools: [siteTool(server.site, 'charge', { effects: 'once' })],
    strategies: { retry: { attempts: 2 } },
  })
  await until(runId, 'attempt.failed', 2)
  await killAndStartAgain()
  const events = await until(runId, 'run.completed', 1)

  const failed = events.filter(({ type }) => type === 'attempt.failed')
  expect(failed.map((event) => [dataOf(event)['attempt'], dataOf(event)['wait_ms']])).toEqual([
    [1, 1000],
    [2, 2000],
  ])
  const steps = events.filter(({ type }) => type === 'step.started')
  expect(steps.map((event) => dataOf(event)['step'])).toEqual([1, 2, 3, 4])
  const [waited, begun] = [failed[1], steps[3]]
  if (!waited || !begun) throw new Error('They were counted above.')
  expect(timeOf(begun) - timeOf(waited)).toBeGreaterThanOrEqual(2000)
  expect(events.some(({ type }) => type === 'step.restarted')).toBe(false)
  expect(server.site.callsOf('/charge')).toHaveLength(1)
  expect(await client.expect('GET', `/v1/runs/${runId}`)).toMatchObject({ output: 'Charged.' })
})

test('a run whose server is killed in its second round goes on with that round', async () => {
  const cut: ScriptedAnswer = { pieces: [{ text: 'Tw' }, { wait: new Promise(() => {}) }] }
  answers.push(says('One.'), cut, says('Two.'))
  const runId = await begin({ strategies: { iterate: { times: 2 } } })
  await until(runId, 'message.delta', 2)
  await killAndStartAgain()
  const events = await until(runId, 'run.completed', 1)
  expect(events.filter(({ type }) => type === 'iteration.completed').map(dataOf)).toEqual([
    { iteration: 1, times: 2, output: 'One.' },
  ])
  expect(await client.expect('GET', `/v1/runs/${runId}`)).toMatchObject({ output: 'Two.' })
  const messages = server.vendor.requests.at(-1)?.body?.['messages'] as JsonObject[] // the wire's own
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
})
