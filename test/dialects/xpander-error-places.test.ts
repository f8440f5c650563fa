import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderEndpoints } from '../../src/dialects/xpander/index.ts'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

let xpander: XpanderServer
let endpoints: Endpoint[]
beforeAll(async () => {
  xpander = await startXpanderServer()
  endpoints = xpanderEndpoints(xpander.test.server.services).filter(({ unavailable }) => !unavailable)
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

const promise = (sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ['xpander.errors.validation'], sentence, run)

const nul = '%00'

/** A request with every parameter of its path `x`, but for `wrong`. */
const pathWith = ({ path }: Endpoint, wrong?: string) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === wrong ? nul : 'x'))

/** Where it says that something is wrong, or what it says instead. */
async function placesOf({ method }: Endpoint, path: string): Promise<unknown> {
  const { status, body } = await xpander.call(method, path, method === 'GET' ? undefined : {})
  return status === 422 ? body.detail.map(({ loc }: { loc: unknown }) => loc) : [status, body]
}

promise('what is wrong in the path is said to be there, of every endpoint', async () => {
  let asked = 0
  for (const endpoint of endpoints) {
    for (const name of Object.keys(endpoint.params?.shape ?? {})) {
      asked += 1
      expect(await placesOf(endpoint, pathWith(endpoint, name)), endpoint.id).toEqual([['path', name]])
    }
  }
  expect(asked).toBeGreaterThan(20)
})

promise('what is wrong in the query is said to be there, of every endpoint', async () => {
  let asked = 0
  for (const endpoint of endpoints) {
    for (const name of Object.keys(endpoint.query?.shape ?? {})) {
      asked += 1
      const path = `${pathWith(endpoint)}?${name}=${nul}`
      expect(await placesOf(endpoint, path), endpoint.id).toEqual([['query', name]])
    }
  }
  expect(asked).toBeGreaterThan(20)
})

promise('what is wrong once all was read is said where the endpoint takes it', async () => {
  const { id } = await xpander.agent()
  const wrong: [path: string, body: unknown, headers: Record<string, string>, loc: unknown[]][] = [
    [`/v1/agents/${id}/invoke?version=none`, { input: { text: 'Hi' } }, {}, ['query', 'version']],
    [
      `/v1/agents/${id}/invoke?version=none`,
      { input: { text: 'Hi' } },
      { 'idempotency-key': 'refused' },
      ['query', 'version'],
    ],
    [`/v1/agents/${id}/invoke`, { input: { text: '' } }, {}, ['body', 'input', 'text']],
    [`/v1/agents/${id}/invoke`, '"\\u0000"', {}, ['body']],
    ['/v1/agents', { name: 'x' }, { 'idempotency-key': 'x'.repeat(256) }, ['header', 'idempotency-key']],
    ['/webhook/?prompt=%00', {}, {}, ['query', 'prompt']],
    [`/webhook/?agent_id=${id}&json=maybe`, { prompt: 'Hi' }, {}, ['query', 'json']],
    [`/webhook/?agent_id=${id}`, { prompt: 'Hi', json: 'maybe' }, {}, ['body', 'json']],
  ]
  for (const [path, body, headers, loc] of wrong) {
    const reply = await xpander.call('POST', path, body, { headers })
    expect([reply.status, reply.body.detail[0].loc], path).toEqual([422, loc])
  }
})
