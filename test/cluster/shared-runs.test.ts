import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../src/lib/json.ts'
import { finalText, inputText } from '../crash/flows.ts'
import type { StreamedEvent } from '../support/parley-client.ts'
import { postgresServer } from '../support/postgres-server.ts'
import type { RunFollower } from '../support/run-follower.ts'
import { within } from '../support/within.ts'
import { startCluster, type Cluster } from './cluster.ts'

const postgres = await postgresServer()

describe.skipIf(postgres === null)('Two processes on one PostgreSQL', () => {
  let cluster: Cluster

  beforeAll(async () => {
    if (postgres) cluster = await startCluster(postgres)
  })

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await postgres?.stop()
  })

  test('a run that one of them runs is streamed live through the other, event for event', async () => {
    const here = cluster.start(cluster.first, 'ramble', 'streamed')
    const there = cluster.follow(cluster.second, await here.started)
    await Promise.all([here.ended, there.ended])
    expect(there.events.map(({ data }) => data)).toEqual(here.events.map(({ data }) => data))
    expect(there.events.map(({ id }) => id)).toEqual(there.events.map((_, index) => index + 1))
    expect(there.breaks).toBe(0)
    const late = here.events.map(({ at }, index) => (there.events[index]?.at ?? Infinity) - at)
    expect(late.toSorted((a, b) => a - b)[Math.floor(late.length / 2)]).toBeLessThan(250)
  })

  test('a request that is repeated on the other process with its Idempotency-Key gets the same run', async () => {
    const here = cluster.start(cluster.first, 'talk', 'repeated')
    const runId = await here.started
    const there = cluster.start(cluster.second, 'talk', 'repeated')
    expect(await there.started).toBe(runId)
    await Promise.all([here.ended, there.ended])
    expect(there.events.map(({ data }) => data)).toEqual(here.events.map(({ data }) => data))
  })

  test('a run of one process is cancelled through the other within a second', async () => {
    const run = cluster.start(cluster.first, 'ramble', 'cancelled')
    await until(run, 'message.delta')
    const path = `/v1/runs/${await run.started}/cancel`
    const reply = await within(1000, cluster.second.client.expect('POST', path, {}))
    expect(reply['state']).toBe('cancelled')
    await run.ended
    expect(run.types.filter((type) => type === 'run.cancelled')).toEqual(['run.cancelled'])
  })

  test('a call is approved through the other process, and made once', async () => {
    const run = cluster.start(cluster.first, 'refund', 'approved')
    const waiting = await until(run, 'run.waiting')
    const [approval] = asked(waiting, 'approvals')
    await cluster.second.client.expect('POST', `/v1/approvals/${String(approval?.['approval_id'])}`, {
      decision: 'approve',
    })
    await run.ended
    expect(run.events.at(-1)?.data['data']).toMatchObject({ output: finalText('refund', 'approved') })
    expect([...cluster.world.tools.order('refund', 'approved').values()].map(({ calls }) => calls)).toEqual([
      1,
    ])
  })

  test('outputs of a client function are submitted through the other process', async () => {
    const run = cluster.start(cluster.first, 'ask', 'answered')
    const [call] = asked(await until(run, 'run.waiting'), 'calls')
    const outputs = [{ call_id: call?.['call_id'] ?? '', output: 'yes' }]
    await cluster.second.client.expect('POST', `/v1/runs/${await run.started}/tool-outputs`, { outputs })
    await run.ended
    expect(run.types.filter((type) => type === 'tool.outputs_received')).toEqual(['tool.outputs_received'])
    expect(run.events.at(-1)?.data['data']).toMatchObject({ output: finalText('ask', 'answered') })
  })

  test('runs that both start on one thread take turns', async () => {
    const { first, second, agentId } = cluster
    const thread = await first.client.expect('POST', '/v1/threads', { agent_id: agentId })
    const body = (order: string) => ({
      input: inputText('talk', order),
      thread_id: thread['id'] ?? '',
      background: true,
    })
    const started = await Promise.all([
      first.client.expect('POST', `/v1/agents/${agentId}/runs`, body('turn-1')),
      second.client.expect('POST', `/v1/agents/${agentId}/runs`, body('turn-2')),
    ])
    const runs = started.map((run) => cluster.follow(second, String(run['id'])))
    await Promise.all(runs.map((run) => run.ended))
    const [one, two] = runs
      .map(({ events }) => [time(events, 'run.started'), time(events, 'run.completed')])
      .sort()
    expect(one?.[1] !== undefined && two?.[0] !== undefined && one[1] <= two[0]).toBe(true)
  })

  test('a key that is revoked on one process is refused by the other within a second', async () => {
    const { first, second } = cluster
    const key = await first.client.expect('POST', '/v1/keys', { name: 'short-lived' })
    const holder = second.as(String(key['key']))
    expect((await holder.send('GET', '/v1/agents')).status).toBe(200)
    expect((await first.client.send('DELETE', `/v1/keys/${String(key['id'])}`)).status).toBe(204)
    await within(
      1000,
      soon(async () => (await holder.send('GET', '/v1/agents')).status === 401),
    )
  })

  test('an agent that is changed on one process is run as changed by the other within a second', async () => {
    const { first, second, world } = cluster
    const agent = await first.client.expect('POST', '/v1/agents', {
      ...world.agent,
      name: 'Changing',
      tools: [],
    })
    const path = `/v1/agents/${String(agent['id'])}`
    const runVersion = async (order: string) =>
      (await second.client.expect('POST', `${path}/runs`, { input: inputText('talk', order) }))[
        'agent_version'
      ]
    expect(await runVersion('before')).toBe(1)
    await first.client.expect('PATCH', path, { instructions: 'Be brief.' })
    await within(
      1000,
      soon(async () => (await runVersion('after')) === 2),
    )
  })
})

/** The first event of this type, as soon as it has come. */
async function until(run: RunFollower, type: string): Promise<StreamedEvent> {
  let found: StreamedEvent | undefined
  await soon(async () => {
    found = run.events.find((event) => event.type === type)
    return found !== undefined
  })
  if (!found) throw new Error(`There was no ${type}.`)
  return found
}

/** Asks again and again until it is so. */
async function soon(holds: () => Promise<boolean>): Promise<void> {
  await expect.poll(holds, { interval: 10 }).toBe(true)
}

function asked(waiting: StreamedEvent, list: 'approvals' | 'calls'): JsonObject[] {
  const { data } = waiting.data
  const waitingFor = isJsonObject(data) ? data['waiting_for'] : null
  const asked = isJsonObject(waitingFor) ? waitingFor[list] : null
  return Array.isArray(asked) ? asked.filter(isJsonObject) : []
}

function time(events: StreamedEvent[], type: string): string {
  return String(events.find((event) => event.type === type)?.data['at'])
}
