import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { inputText } from '../crash/flows.ts'
import { postgresServer } from '../support/postgres-server.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'
import { startCluster, type Cluster } from './cluster.ts'

const postgres = await postgresServer()

describe.skipIf(postgres === null)('Two processes on one PostgreSQL', () => {
  let cluster: Cluster
  let site: ToolSite

  beforeAll(async () => {
    site = await startToolSite()
    site.answer('/', () => ({ body: {} }))
    if (postgres) cluster = await startCluster(postgres)
  })

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
    await postgres?.stop()
  })

  async function path(more: JsonObject): Promise<string> {
    const definition = { ...cluster.world.agent, ...more }
    return `/v1/agents/${String((await cluster.first.client.expect('POST', '/v1/agents', definition))['id'])}/runs`
  }

  test('of the same request to both of them at once exactly one begins a run, which the others name', async () => {
    const runs = await path({ strategies: { deduplicate: { selectors: ['text'], minutes: 5 } } })
    const body = { input: inputText('talk', 'once'), background: true }
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_value, index) =>
        (index % 2 === 0 ? cluster.first : cluster.second).client.send('POST', runs, { body }),
      ),
    )
    const begun = replies.filter(({ status }) => status === 202)
    expect(begun).toHaveLength(1)
    const others = replies.filter(({ status }) => status === 409)
    expect(others.map((reply) => reply.body['facts'])).toEqual(
      Array.from({ length: 15 }, () => ({ run_id: begun[0]?.body['id'] })),
    )
  })

  test('the end of a run is told once, whichever of them it comes to', async () => {
    const runs = await path({ notices: { on_success: [{ url: `${site.url}/told` }] } })
    const ids: unknown[] = []
    for (const order of ['a', 'b', 'c', 'd']) {
      const { client } = ids.length % 2 === 0 ? cluster.first : cluster.second
      ids.push((await client.expect('POST', runs, { input: inputText('lookup', order) }))['id'])
    }
    await site.called('/told', 4)
    const told = site.callsOf('/told').map(({ body }) => (body as { run: JsonObject }).run['id']) // the native form
    expect(told.toSorted()).toEqual(ids.toSorted())
  })
})
